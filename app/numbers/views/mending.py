"""The list of a health centre before the period ends."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from app.areas.queries import full_name
from app.areas.rules import county_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.web import read_session
from app.numbers.labels import LACKS, mode_reasons
from app.numbers.queries.behind import SIZE
from app.numbers.queries.board import get_place
from app.numbers.queries.mending import count_coming, count_missing, list_coming, list_missing
from app.numbers.queries.runs import find_run
from app.numbers.rules.settings import NumberSettings
from app.numbers.views.blueprint import numbers
from app.numbers.views.board import read_period
from app.numbers.views.listing import read_from
from app.numbers.views.noting import note_list


@numbers.get("/<period:period>/<place>/mend")
@permit(Action.OPEN_NUMBERS)
def mend(period: str, place: str) -> str:
    """Who is missing from the standard, the visits in person and the examinations, and whose next visit is due. Each list is noted."""
    session, actor, wanted = read_session(), current_actor(), read_period(period)
    get_place(session, actor, place)
    run = find_run(session, actor, county_of(place), wanted)
    here = {"period": wanted, "place": place, "name": full_name(session, place), "run": run}
    if run is None:
        return render_template("numbers/mend.html", **here)
    is_over, after, coming_after = wanted.last_day < current_clock().today(), read_from(), read_from("due")
    which = (session, actor, run, place)
    total, coming_total = count_missing(*which), 0 if is_over else count_coming(*which)
    missing, coming = list_missing(*which, after), [] if is_over else list_coming(*which, coming_after)
    note_list("numbers.list_opened", place, total, names=True, period=run.period, figure="mend")
    if coming_total:
        note_list("numbers.list_opened", place, coming_total, names=True, period=run.period, figure="mend-due")

    def at(from_: int, due: int) -> str:
        pages: dict[str, Any] = {name: after for name, after in (("from", from_), ("due", due)) if after > 0}
        return url_for("numbers.mend", period=period, place=place, **pages)

    return render_template(
        "numbers/mend.html",
        **here,
        total=total,
        coming_total=coming_total,
        missing=missing,
        coming=coming,
        words={what: _(words) for what, words in LACKS.items()},
        is_over=is_over,
        modes=mode_reasons(NumberSettings.from_json(run.settings)),
        next_href=at(after + SIZE, coming_after) if after + SIZE < total else None,
        prev_href=at(after - SIZE, coming_after) if after else None,
        coming_next=at(after, coming_after + SIZE) if coming_after + SIZE < coming_total else None,
        coming_prev=at(after, coming_after - SIZE) if coming_after else None,
    )
