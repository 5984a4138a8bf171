"""A list behind a figure as pages show it: of the newest count of a period, of a submitted report, or of a unit that is appraised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.i18n import _
from app.core.reasons import Reason, say
from app.numbers.models import IndicatorRun
from app.numbers.queries.because import reasons_of
from app.numbers.queries.behind import (
    SIZE,
    Behind,
    Group,
    describe,
    doctors_of,
    latest_first,
    list_groups,
    names_people,
)
from app.numbers.queries.overdue import Late
from app.numbers.queries.runs import count_members, count_rows, list_members
from app.numbers.rules.behind import MISSING, missing_of
from app.numbers.rules.indicators import OVERDUE, OVERDUE_WAITING, Indicator, indicators
from app.numbers.rules.membership import ADDED_UP, Figure
from app.numbers.rules.settings import NumberSettings

# lists of no indicator that are read beside each other
_NEIGHBOURS = (OVERDUE.name, OVERDUE_WAITING.name)
LARGEST = 10_000_000  # of a page's beginning; more is no list of a county


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a run that a figure has in a place, or of them those of one institution."""

    run: IndicatorRun
    place: str
    figure: Figure
    agency_id: int | None = None

    @property
    def is_sum(self) -> bool:
        """Whether the figure adds up visits, so that fewer people stand behind it than it says."""
        return self.figure.weight in ADDED_UP


@dataclass(frozen=True, slots=True)
class Row:
    """One of a list by name; what else its list tells of it."""

    who: Behind
    because: Reason | None
    count: int | None
    late: Late | None
    doctor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What `_list.html` draws: a page of rows by name, or the same rows counted by place and institution."""

    listed: Listed
    total: int
    row_count: int
    rows: Sequence[Row] = ()
    groups: Sequence[Group] | None = None
    next_href: str | None = None
    prev_href: str | None = None

    @property
    def has_names(self) -> bool:
        return self.groups is None

    @property
    def explains(self) -> bool:
        return self.listed.figure.name.endswith(MISSING)

    @property
    def tells_lateness(self) -> bool:
        return self.listed.figure.name == OVERDUE.name


def listing(session: Session, actor: Actor, one: Listed, at: Callable[[int], str]) -> Listing:
    """`at` is the address of the page that begins after so many rows."""
    which = (session, actor, one.run, one.place, one.figure)
    total = count_members(*which, one.agency_id)
    row_count = count_rows(*which, one.agency_id) if one.is_sum else total
    if not names_people(actor, one.figure):
        return Listing(one, total, row_count, groups=list_groups(*which, one.agency_id))
    after = read_from()
    rows = _rows(session, actor, one, after)
    return Listing(
        one,
        total,
        row_count,
        rows,
        next_href=at(after + SIZE) if after + SIZE < row_count else None,
        prev_href=at(max(0, after - SIZE)) if after else None,
    )


def title_of(figure: str) -> str:
    """What a list is called, by the name of its figure."""
    if figure.endswith(MISSING):
        return _("未计入%(indicator)s", indicator=say(Reason(f"numbers.indicator.{figure.removesuffix(MISSING)}")))
    return say(Reason(f"numbers.figure.{figure}"))


def related(figure: str, settings: NumberSettings, at: Callable[[str], str]) -> list[tuple[str, str, bool, None]]:
    """Numerator, denominator and the missing ones of the indicator that the figure belongs to; of the overdue also who waits for the town."""
    found = indicator_of(figure, settings)
    lists = _lists_of(found) if found else _NEIGHBOURS if figure in _NEIGHBOURS else ()
    return [(title_of(name), at(name), name == figure, None) for name in lists]


def indicator_of(figure: str, settings: NumberSettings) -> Indicator | None:
    """The first one, in the order in which they are printed, that a figure belongs to."""
    return next((one for one in indicators(settings) if figure in _lists_of(one)), None)


def read_from(name: str = "from") -> int:
    """Where a page of a list begins, from the address."""
    text = request.args.get(name, "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def page_at(after: int) -> dict[str, Any]:
    """The same for an address."""
    return {"from": after} if after else {}


def _rows(session: Session, actor: Actor, one: Listed, after: int) -> list[Row]:
    which, lates, doctors = (session, actor, one.run, one.place, one.figure), dict[int, Late](), dict[int, str]()
    if one.figure.name == OVERDUE.name:
        everybody = list_members(*which, agency_id=one.agency_id, limit=None)
        ordered, lates = latest_first(session, one.run, everybody)
        members = ordered[after : after + SIZE]
        doctors = doctors_of(session, actor, [row.subject_id for row in members])
    else:
        members = list_members(*which, agency_id=one.agency_id, after=after, limit=SIZE)
    because, count = reasons_of(session, one.run, one.figure, members), ADDED_UP.get(one.figure.weight)
    return [
        Row(
            who,
            because.get(who.member.subject_id),
            count(who.member) if count else None,
            lates.get(who.member.subject_id),
            doctors.get(who.member.subject_id),
        )
        for who in describe(session, actor, members, one.figure)
    ]


def _lists_of(indicator: Indicator) -> list[str]:
    lacking = missing_of(indicator)
    lists = [indicator.numerator.name, indicator.denominator.name, *([lacking.name] if lacking else [])]
    return [name for name in lists if name != "residents"]
