"""What a supervision order can be about: the late duties or the missing ones of a figure that a unit answers for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import list_agencies
from app.areas.rules import county_of, prefix_of, town_of
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import Reason, reason
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.board import get_place
from app.numbers.queries.runs import find_run, group_members, list_members
from app.numbers.rules.behind import MISSING, find_figure
from app.numbers.rules.causes import cause_of
from app.numbers.rules.membership import Figure
from app.numbers.rules.orders import ANY_DUTY, DUTIES, MOST_CASES, CaseKind, may_be_ordered
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

# whoever answers for a place answers for its agreements, not the health centre that the duty's patient belongs to
_RENEWS = Task.kind == TaskKind.AGREEMENT_RENEWAL


@dataclass(frozen=True, slots=True)
class Matter:
    """A list to take an order from: the late duties of a place, of one kind or all (no run), or a figure of a run."""

    name: str
    place: str
    run: IndicatorRun | None = None
    figure: Figure | None = None

    @property
    def period(self) -> str:
        return self.run.period if self.run else ""


@dataclass(frozen=True, slots=True)
class LateCase:
    """A case as it stands now, with what is late about it."""

    kind: CaseKind
    subject_id: int
    patient_id: int | None
    area_code: str
    because: Reason


def get_matter(session: Session, actor: Actor, name: str, place: str, period: str) -> Matter:
    """The list that an address names, in the actor's area; `NotFound` for what is none."""
    get_place(session, actor, place)
    if not period:
        if name not in {ANY_DUTY, *DUTIES}:
            raise NotFound()
        return Matter(name, place)
    try:
        run = find_run(session, actor, county_of(place), ReportPeriod.parse(period))
    except ValueError:
        raise NotFound() from None
    figure = find_figure(name, NumberSettings.from_json(run.settings)) if run and may_be_ordered(name) else None
    if run is None or figure is None:
        raise NotFound()
    return Matter(name, place, run, figure)


def count_by_unit(session: Session, actor: Actor, matter: Matter, today: date) -> list[tuple[Agency | None, int]]:
    """Which unit answers for how many, the most first; None where no unit is entered."""
    counts: Counter[int | None] = Counter()
    if matter.run is not None and matter.figure is not None:
        for _village, agency_id, count, _rows in group_members(session, actor, matter.run, matter.place, matter.figure):
            counts[agency_id] += count
    else:
        counts.update(_duties_by_unit(session, actor, matter, today))
    known = {one.id: one for one in list_agencies(session, actor)}
    found = [(known.get(agency_id or 0), count) for agency_id, count in counts.items()]
    return sorted(found, key=lambda one: (-one[1], one[0].name if one[0] else ""))


def list_late_cases(session: Session, actor: Actor, matter: Matter, agency: Agency, today: date) -> list[LateCase]:
    """What the unit answers for; one more than an order may have, where there are more."""
    if matter.run is not None and matter.figure is not None:
        rows = list_members(
            session, actor, matter.run, matter.place, matter.figure, agency_id=agency.id, limit=MOST_CASES + 1
        )
        return [_of_member(matter.name, one) for one in rows]
    wanted = select(Task.id, Task.kind, Task.patient_id, Task.area_code, Task.due_on)
    late = wanted.where(*_late(actor, matter, today), _of_unit(agency)).order_by(Task.due_on, Task.id)
    return [
        LateCase(
            CaseKind.DUTY,
            row.id,
            row.patient_id,
            row.area_code,
            reason(f"numbers.order.duty.{row.kind}", on=row.due_on),
        )
        for row in session.execute(late.limit(MOST_CASES + 1))
    ]


def _of_member(figure: str, member: IndicatorMember) -> LateCase:
    because = (
        reason(f"numbers.cause.{cause_of(figure.removesuffix(MISSING), member.bits)}")
        if figure.endswith(MISSING)
        else reason(f"numbers.figure.{figure}")
    )
    return LateCase(CaseKind(member.kind.value), member.subject_id, member.patient_id, member.area_code, because)


def _duties_by_unit(session: Session, actor: Actor, matter: Matter, today: date) -> Counter[int | None]:
    found: Counter[int | None] = Counter()
    late = _late(actor, matter, today)
    by_agency = select(Task.agency_id, func.count()).where(*late, ~_RENEWS).group_by(Task.agency_id)
    found.update(dict(session.execute(by_agency).all()))
    towns = {one.area_code: one.id for one in list_agencies(session, actor, AgencyKind.GOVERNANCE)}
    for village, count in session.execute(
        select(Task.area_code, func.count()).where(*late, _RENEWS).group_by(Task.area_code)
    ):
        found[towns.get(town_of(village))] += count
    return found


def _of_unit(agency: Agency) -> ColumnElement[bool]:
    if agency.kind is AgencyKind.GOVERNANCE:
        return and_(_RENEWS, within_prefix(Task.area_code, prefix_of(agency.area_code)))
    return and_(~_RENEWS, Task.agency_id == agency.id)


def _late(actor: Actor, matter: Matter, today: date) -> list[ColumnElement[bool]]:
    kinds = DUTIES if matter.name == ANY_DUTY else (TaskKind(matter.name),)
    return [
        Task.state == TaskState.OPEN,
        Task.kind.in_(kinds),
        Task.due_on < today,
        within(Task.area_code, actor),
        within_prefix(Task.area_code, prefix_of(matter.place)),
    ]
