"""What a supervision order can be about: the late duties or the missing ones of a figure that a unit answers for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import list_agencies
from app.areas.rules import county_of, prefix_of, town_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.reasons import Reason, reason
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.answering import is_split, units_of
from app.numbers.queries.because import reasons_of
from app.numbers.queries.board import get_place
from app.numbers.queries.runs import find_run, group_members, list_members
from app.numbers.queries.sampling import list_wrong
from app.numbers.rules.behind import find_figure
from app.numbers.rules.membership import Figure, Weight
from app.numbers.rules.orders import (
    ANY_DUTY,
    DUTIES,
    ENTERED_LATE,
    MOST_CASES,
    WAITS_FOR_TOWN,
    CaseKind,
    may_be_ordered,
)
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.sampling import sample_of_matter
from app.numbers.rules.settings import NumberSettings
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit
from app.visits.queries_confirmation import is_unconfirmed

# whoever answers for a place answers for its agreements, not the health centre that the duty's patient belongs to
_RENEWS = Task.kind == TaskKind.AGREEMENT_RENEWAL


@dataclass(frozen=True, slots=True)
class Matter:
    """A list to take an order from: the late duties of a place, of one kind or all (no run), a figure of a run, or what a sample found."""

    name: str
    place: str
    run: IndicatorRun | None = None
    figure: Figure | None = None
    # of what a closed sample found to differ: institution → its cases
    sampled: Mapping[int, Sequence[LateCase]] | None = None

    @property
    def period(self) -> str:
        return self.run.period if self.run else ""

    @property
    def counts_visits(self) -> bool:
        """Whether the list adds up visits, so that an order has fewer cases than its figure says."""
        return self.figure is not None and self.figure.weight is Weight.VISITS_LATE


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
        if numbered := sample_of_matter(name):
            return Matter(name, place, sampled=_sampled(session, actor, place, *numbered))
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


@dataclass(frozen=True, slots=True)
class Share:
    """What a list has of a unit (None where none is entered): so many of what its figure counts, visits perhaps, and so many cases."""

    unit: Agency | None
    count: int
    cases: int


def count_by_unit(session: Session, actor: Actor, matter: Matter, today: date) -> list[Share]:
    """Which unit answers for how many, the most first."""
    counts: Counter[int | None] = Counter()
    cases: Counter[int | None] = Counter()
    if matter.sampled is not None:
        counts = cases = Counter({agency_id: len(found) for agency_id, found in matter.sampled.items()})
    elif matter.run is None or matter.figure is None:
        counts = cases = _duties_by_unit(session, actor, matter, today)
    elif is_split(matter.figure):
        members = list_members(session, actor, matter.run, matter.place, matter.figure, limit=None)
        counts = cases = Counter(units_of(session, actor, matter.figure, members).values())
    else:
        for _village, agency_id, count, rows in group_members(session, actor, matter.run, matter.place, matter.figure):
            counts[agency_id] += count
            cases[agency_id] += rows
    known = {one.id: one for one in list_agencies(session, actor)}
    found = [Share(known.get(agency_id or 0), count, cases[agency_id]) for agency_id, count in counts.items()]
    return sorted(found, key=lambda one: (-one.count, one.unit.name if one.unit else ""))


def list_late_cases(session: Session, actor: Actor, matter: Matter, agency: Agency, today: date) -> list[LateCase]:
    """What the unit answers for; one more than an order may have, where there are more."""
    if matter.sampled is not None:
        return list(matter.sampled.get(agency.id, ()))[: MOST_CASES + 1]
    if matter.run is None or matter.figure is None:
        return _late_duties(session, actor, matter, agency, today)
    which = (session, actor, matter.run, matter.place, matter.figure)
    if is_split(matter.figure):
        everybody = list_members(*which, limit=None)
        units = units_of(session, actor, matter.figure, everybody)
        members = [one for one in everybody if units[one.kind, one.subject_id] == agency.id][: MOST_CASES + 1]
    else:
        members = list_members(*which, agency_id=agency.id, limit=MOST_CASES + 1)
    because = reasons_of(session, matter.run, matter.figure, members)
    return [_of_member(matter.figure, one, because.get(one.subject_id)) for one in members]


def _sampled(session: Session, actor: Actor, county: str, year: int, serial: int) -> dict[int, list[LateCase]]:
    """Patients whose records a closed sample found to differ, by institution: a patient once, however many visits were drawn."""
    found = list_wrong(session, actor, county, year, serial)
    if found is None:
        raise NotFound()
    return {
        agency_id: [LateCase(CaseKind.PATIENT, patient, patient, place, reason("numbers.order.sampled", n=errors)) for patient, place, errors in rows]
        for agency_id, rows in found.items()
    }  # fmt: skip


def _of_member(figure: Figure, member: IndicatorMember, because: Reason | None) -> LateCase:
    if figure.weight is Weight.VISITS_LATE:
        because = reason(ENTERED_LATE, n=member.visits - member.visits_in_time)
    because = because or reason(f"numbers.figure.{figure.name}")
    return LateCase(CaseKind(member.kind.value), member.subject_id, member.patient_id, member.area_code, because)


def _late_duties(session: Session, actor: Actor, matter: Matter, agency: Agency, today: date) -> list[LateCase]:
    wanted = select(Task.id, Task.kind, Task.patient_id, Task.area_code, Task.due_on)
    late = wanted.where(*_late(actor, matter, today), _of_unit(agency)).order_by(Task.due_on, Task.id)
    rows = session.execute(late.limit(MOST_CASES + 1)).all()
    visited = _visited(session, {row.patient_id for row in rows if row.kind is TaskKind.FOLLOW_UP})
    return [
        LateCase(CaseKind.DUTY, row.id, row.patient_id, row.area_code, _of_duty(row.kind, row.due_on, visited.get(row.patient_id)))
        for row in rows
    ]  # fmt: skip


def _of_duty(kind: TaskKind, due_on: date, visited_on: date | None) -> Reason:
    """A visit that the town has yet to confirm is named: what is late is the confirmation."""
    if kind is TaskKind.FOLLOW_UP and visited_on is not None:
        return reason(WAITS_FOR_TOWN, on=visited_on, due=due_on)
    return reason(f"numbers.order.duty.{kind}", on=due_on)


def _visited(session: Session, patients: Collection[int]) -> dict[int, date]:
    """patient → the last visit, where the town has yet to confirm it."""
    visit, waits = FollowUpVisit, func.max(case((is_unconfirmed(), FollowUpVisit.visited_on)))
    last, found = func.max(visit.visited_on), dict[int, date]()
    stands = select(visit.patient_id, waits).where(visit.is_complete, visit.withdrawn_at.is_(None))
    for part in slices(patients):
        rows = stands.where(visit.patient_id.in_(part)).group_by(visit.patient_id).having(waits == last)
        found.update(dict(session.execute(rows).all()))
    return found


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
