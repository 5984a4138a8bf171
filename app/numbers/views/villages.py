"""村基础信息一张表: the villages of the reader's area, each with its table on paper, and a town's in one file."""

from __future__ import annotations

from io import BytesIO

from flask import Response, render_template, request, send_file

from app.areas.queries import list_towns
from app.areas.rules import AreaLevel, level_of
from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.web import read_session
from app.numbers.paper_villages import village_tables
from app.numbers.queries.board import get_place
from app.numbers.queries.places import marked_names, rest_name
from app.numbers.queries.villages import count_registered, list_villages_of
from app.numbers.views.blueprint import numbers
from reports.village_table import render_village_tables_pdf


@numbers.get("/villages/")
@permit(Action.OPEN_NUMBERS)
def villages() -> str:
    """Towns, then the villages of the one that is looked at: the only one, or the one that was asked for."""
    session, actor = read_session(), current_actor()
    towns, asked = list_towns(session, actor), request.args.get("town", "")
    town = get_place(session, actor, asked) if asked else next(iter(towns), None)
    if town is not None and level_of(town.code) is not AreaLevel.TOWN:
        raise NotFound()
    places = (
        [one for one in list_villages_of(session, actor, town.code) if one.code.startswith(actor.area_prefix)]
        if town
        else []
    )
    names = marked_names(session, [one.code for one in places])
    if town is not None and len(places) > 1 and town.code in names:
        names[town.code] = rest_name(town.code)
    return render_template(
        "numbers/villages.html",
        names=names,
        towns=towns,
        town=town,
        binds=town is not None and town.code.startswith(actor.area_prefix),
        places=places,
        registered=count_registered(session, actor, actor.area_prefix),
    )


@numbers.get("/villages/<place>/table.pdf")
@permit(Action.OPEN_NUMBERS)
def village_table(place: str) -> Response:
    """A village's table, or those of all villages of a town; kept as a print."""
    session, actor, clock, keyring = read_session(), current_actor(), current_clock(), current_keyring()
    if get_place(session, actor, place).level not in (AreaLevel.TOWN, AreaLevel.VILLAGE):
        raise NotFound()
    read = village_tables(session, keyring, actor, place, clock.today(), clock.now())
    content = render_village_tables_pdf(read.document)
    with transaction() as writing:
        keep_print(writing, keyring, actor, read.wanted, content)
    return send_file(
        BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=f"{read.document.title}.pdf"
    )
