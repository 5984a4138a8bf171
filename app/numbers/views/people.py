"""The list behind a figure, and the list of a health centre before the period ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from app.areas.queries import full_name
from app.areas.rules import county_of
from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.reasons import Reason, reason, say
from app.core.web import read_session
from app.numbers.labels import LACKS, mode_reasons
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.behind import SIZE, list_behind, list_groups, names_people
from app.numbers.queries.board import get_counted, get_place
from app.numbers.queries.explaining import gaps_of
from app.numbers.queries.mending import count_missing, list_coming, list_missing
from app.numbers.queries.places import place_name
from app.numbers.queries.runs import count_members, find_run
from app.numbers.rules.behind import MISSING, find_figure, missing_of
from app.numbers.rules.causes import cause_of
from app.numbers.rules.indicators import Indicator, indicators
from app.numbers.rules.membership import Figure, Weight
from app.numbers.rules.orders import may_be_ordered
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.places import is_rest, whole_of
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.standard import WAITS
from app.numbers.views.blueprint import numbers
from app.numbers.views.board import read_period

LARGEST = 10_000_000  # of a page's beginning; more is no list of a county
_COUNTS: dict[Weight, Callable[[IndicatorMember], int]] = {
    Weight.VISITS: lambda row: row.visits,
    Weight.VISITS_IN_TIME: lambda row: row.visits_in_time,
    Weight.VISITS_LATE: lambda row: row.visits - row.visits_in_time,
}
# what a patient's state says before his visits do
_TOLD_BY_STATE = ("numbers.cause.refused", "numbers.cause.lost", "numbers.cause.no_visit")


@numbers.get("/<period:period>/<place>/<figure>")
@permit(Action.OPEN_NUMBERS)
def people(period: str, place: str, figure: str) -> str:
    """The rows that were counted, by name or, where the role may not read that, by place and institution. Noted."""
    session, actor, wanted = read_session(), current_actor(), read_period(period)
    get_counted(session, actor, place)
    run = find_run(session, actor, county_of(place), wanted)
    settings = NumberSettings.from_json(run.settings) if run else NumberSettings()
    found = find_figure(figure, settings)
    if found is None:
        raise NotFound()
    here = {
        "period": wanted,
        "place": place,
        "whole": whole_of(place),
        "name": place_name(session, place),
        "title": _title(figure),
        "run": run,
    }
    here["figure"] = figure
    if run is None:
        return render_template("numbers/people.html", **here, related=[])
    total, shows_names = count_members(session, actor, run, place, found), names_people(actor, found)
    _note_list(actor, run, place, figure, total, shows_names=shows_names)
    return render_template(
        "numbers/people.html",
        **here,
        total=total,
        is_sum=found.weight in _COUNTS,
        may_order=bool(total) and not is_rest(place) and may(actor, Action.SEND_ORDERS) and may_be_ordered(figure),
        modes=mode_reasons(settings),
        related=_related(figure, settings, wanted, place),
        **(
            _named(session, actor, run, place, found)
            if shows_names
            else {"groups": list_groups(session, actor, run, place, found)}
        ),
    )


@numbers.get("/<period:period>/<place>/mend")
@permit(Action.OPEN_NUMBERS)
def mend(period: str, place: str) -> str:
    """Who is missing from the standard, the visits in person and the examinations, and whose next visit is due. Noted."""
    session, actor, wanted = read_session(), current_actor(), read_period(period)
    get_place(session, actor, place)
    run = find_run(session, actor, county_of(place), wanted)
    here = {"period": wanted, "place": place, "name": full_name(session, place), "run": run}
    if run is None:
        return render_template("numbers/mend.html", **here)
    after, coming_after, total = _from("from"), _from("due"), count_missing(session, actor, run, place)
    _note_list(actor, run, place, "mend", total, shows_names=True)
    missing, coming = (
        list_missing(session, actor, run, place, after),
        list_coming(session, actor, run, place, coming_after),
    )
    return render_template(
        "numbers/mend.html",
        **here,
        total=total,
        missing=missing,
        coming=coming,
        words={what: _(words) for what, words in LACKS.items()},
        is_over=wanted.last_day < current_clock().today(),
        modes=mode_reasons(NumberSettings.from_json(run.settings)),
        next_href=_at("mend", period, place, "from", after + SIZE) if after + SIZE < total else None,
        prev_href=_at("mend", period, place, "from", max(0, after - SIZE)) if after else None,
        coming_next=_at("mend", period, place, "due", coming_after + SIZE) if len(coming) == SIZE else None,
        coming_prev=_at("mend", period, place, "due", max(0, coming_after - SIZE)) if coming_after else None,
    )


def _named(session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure) -> dict[str, object]:
    after, count = _from("from"), _COUNTS.get(figure.weight)
    rows = list_behind(session, actor, run, place, figure, after, SIZE + 1)
    members = [row.member for row in rows[:SIZE]]
    return {
        "groups": None,
        "rows": rows[:SIZE],
        "counts": {one.subject_id: count(one) for one in members} if count else {},
        "explains": figure.name.endswith(MISSING),
        "reasons": _reasons(session, run, figure, members),
        "next_href": _at(figure.name, run.period, place, "from", after + SIZE) if len(rows) > SIZE else None,
        "prev_href": _at(figure.name, run.period, place, "from", max(0, after - SIZE)) if after else None,
    }


def _reasons(session: Session, run: IndicatorRun, figure: Figure, members: list[IndicatorMember]) -> dict[int, Reason]:
    """Of a list of the missing, why each is; the visits are told exactly."""
    if not figure.name.endswith(MISSING):
        return {}
    code = figure.name.removesuffix(MISSING)
    causes = {one.subject_id: reason(f"numbers.cause.{cause_of(code, one.bits)}") for one in members}
    kept = {patient for patient, cause in causes.items() if cause.code in _TOLD_BY_STATE}
    gaps = gaps_of(session, run, members) if code.startswith("standard") else {}
    told = {patient: gap for patient, gap in gaps.items() if patient not in kept or _waits_unseen(causes[patient], gap)}
    return causes | told


def _waits_unseen(cause: Reason, gap: Reason) -> bool:
    """No visit counts, but one waits for the town."""
    return gap.code == WAITS and cause.code == "numbers.cause.no_visit"


def _related(
    figure: str, settings: NumberSettings, period: ReportPeriod, place: str
) -> list[tuple[str, str, bool, None]]:
    """Numerator, denominator and the missing ones of the indicator that the figure belongs to."""
    found = next((one for one in indicators(settings) if figure in _lists_of(one)), None)
    return [
        (_title(name), _at(name, str(period), place), name == figure, None)
        for name in (_lists_of(found) if found else ())
    ]


def _lists_of(indicator: Indicator) -> list[str]:
    lacking = missing_of(indicator)
    lists = [indicator.numerator.name, indicator.denominator.name, *([lacking.name] if lacking else [])]
    return [name for name in lists if name != "residents"]


def _title(figure: str) -> str:
    if figure.endswith(MISSING):
        return _("未计入%(indicator)s", indicator=say(Reason(f"numbers.indicator.{figure.removesuffix(MISSING)}")))
    return say(Reason(f"numbers.figure.{figure}"))


def _from(name: str) -> int:
    """Where a page of a list begins, from the address."""
    text = request.args.get(name, "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _at(what: str, period: str, place: str, name: str = "", after: int = 0) -> str:
    pages: dict[str, Any] = {name: after} if after else {}
    if what == "mend":
        return url_for("numbers.mend", period=period, place=place, **pages)
    return url_for("numbers.people", period=period, place=place, figure=what, **pages)


def _note_list(actor: Actor, run: IndicatorRun, place: str, figure: str, total: int, *, shows_names: bool) -> None:
    """Who opened which list: by figure and count, nobody by name."""
    with transaction() as session:
        note(
            session,
            actor,
            "numbers.list_opened",
            now=current_clock().now(),
            area_code=whole_of(place),
            count=total,
            detail={"period": run.period, "figure": figure, "names": shows_names},
        )
