"""The list behind a figure of a sample. Reading it is noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.errors import NotFound
from app.core.web import read_session
from app.numbers.labels_sampling import (
    LISTS,
)
from app.numbers.models import Sample
from app.numbers.queries.behind import SIZE
from app.numbers.queries.sampling import (
    ITEM_LISTS,
    RECORD_LISTS,
    Found,
    get_sample,
    items_for,
    list_found,
    list_units,
    name_records,
)
from app.numbers.rules.sampling import Verdict, find_items
from app.numbers.views.blueprint import numbers
from app.numbers.views.listing import page_at, read_from
from app.numbers.views.noting import note_list
from app.numbers.views.sampling import sample_words


@numbers.get("/samples/<public_id>/records")
@permit(Action.OPEN_SAMPLES)
def sample_records(public_id: str) -> str:
    """The list behind a figure of a sample: records, or items of records; of one institution or all. Noted."""
    session, actor = read_session(), current_actor()
    found, unit, what = get_sample(session, actor, public_id), request.args.get("unit", ""), request.args.get("of", "drawn")  # fmt: skip
    if what not in LISTS:
        raise NotFound()
    units = list_units(session, actor, found, unit)
    readable = {one.code for one in items_for(actor, found)}
    item = request.args.get("item", "")
    codes = [one.code for one in find_items(found.subject, found.items)]
    if item and item not in readable:  # whose diagnosis differs is told by the list alone
        raise NotFound()
    rows = _listed(list_found(session, found, [one.unit.agency_id for one in units]), what, codes, item)
    after = read_from()
    shown = rows[after : after + SIZE]
    named = name_records(session, actor, [row.record for row, _item in shown])
    note_list(
        "numbers.sample_opened",
        found.area_code,
        len(rows),
        names=any(one.name for one in named.values()),
        subject=("sample", found.public_id),
        number=found.number,
        list=what,
    )
    return render_template(
        "numbers/sample_records.html",
        one=found,
        total=len(rows),
        rows=shown,
        next_href=_list_href(found, after + SIZE) if after + SIZE < len(rows) else None,
        prev_href=_list_href(found, max(0, after - SIZE)) if after else None,
        named=named,
        agencies={one.unit.agency_id: one.agency.name for one in units},
        unit=units[0].agency if unit else None,
        whose=units[0].agency.name if len(units) == 1 else "",
        what=what,
        item=item,
        readable=readable,
        tells_level=sees(actor, Field.RISK_LEVEL) is not Grant.NONE,
        **sample_words(),
    )


def _listed(found: Sequence[Found], what: str, codes: Sequence[str], item: str) -> list[tuple[Found, str]]:
    """Records with the item that puts each on the list, in the order of the form; empty where the whole record does."""
    if what in RECORD_LISTS:
        return [(one, "") for one in found if RECORD_LISTS[what](one.tally)]
    wanted: frozenset[Verdict] = ITEM_LISTS[what]
    asked = [code for code in codes if item in ("", code)]
    return [(one, code) for one in found for code in asked if one.marks.get(code) in wanted]


def _list_href(found: Sample, after: int) -> str:
    """The same list from another row on."""
    same: dict[str, Any] = {name: request.args[name] for name in ("unit", "of", "item") if name in request.args}
    return url_for("numbers.sample_records", public_id=found.public_id, **same, **page_at(after))
