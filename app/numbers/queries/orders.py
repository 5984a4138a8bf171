"""Supervision orders that were sent, whose they are, and what the facts say of their cases since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import agency_names, full_names
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor, Role
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.queries.duty import guards_of
from app.numbers.models import IndicatorMember, IndicatorRun, SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.queries.behind import pages_of
from app.numbers.rules.behind import MISSING, fields_told, find_figure
from app.numbers.rules.membership import MemberKind
from app.numbers.rules.orders import AWAITS_REPLY, ENDED, LATE_VISITS, CaseKind, OrderState, Since, since_of_member
from app.numbers.rules.sampling import sample_of_matter
from app.numbers.rules.settings import NumberSettings
from app.patients.models import Patient
from app.people.models import Person
from app.tasks.models import Task, TaskState

SIZE = 50  # orders of a page
# agreements are the town's, payments and cover the civil affairs office's (roles.md)
_ADMINISTERED: Final = {
    Role.TOWN: (f"agreements{MISSING}",),
    Role.CLERK: (f"subsidy{MISSING}", f"insurance{MISSING}"),
}
_EVENTS = (CaseKind.EMERGENCY, CaseKind.DISCHARGE)


@dataclass(frozen=True, slots=True)
class OrderCount:
    """What waits for the reader: orders to answer, or replies to look at; how many are late; the next day one is due."""

    waiting: int
    late: int
    next_on: date | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the reader may see it: by name, by record number, or by place alone."""

    case: SupervisionCase
    place: str
    name: str | None
    record_number: str | None
    guardian: str | None
    # (endpoint, public id)
    opens: tuple[str, str] | None
    because: Reason | None
    since: Since


def visible(actor: Actor) -> ColumnElement[bool]:
    """Orders of the actor's area for whoever sends them; to the actor's own unit for whoever answers them."""
    sent = within(SupervisionOrder.area_code, actor)
    own = SupervisionOrder.agency_id == (actor.agency_id or 0)
    if not may(actor, Action.ANSWER_ORDERS):
        return sent
    return or_(sent, own) if may(actor, Action.SEND_ORDERS) else own


def get_order(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> SupervisionOrder:
    wanted = select(SupervisionOrder).where(SupervisionOrder.public_id == public_id, visible(actor))
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound()
    return found


def find_open(
    session: Session, actor: Actor, agency: Agency, place: str, matter: str, period: str
) -> SupervisionOrder | None:
    """The order about the same matter that has not ended; late visits are one, whether taken from the duties or from the figure."""
    about = (SupervisionOrder.matter == matter, SupervisionOrder.period == period)
    same = (SupervisionOrder.matter.in_(LATE_VISITS),) if matter in LATE_VISITS else about
    return session.scalar(
        select(SupervisionOrder)
        .where(
            visible(actor),
            SupervisionOrder.agency_id == agency.id,
            SupervisionOrder.place == place,
            SupervisionOrder.state.not_in(ENDED),
            *same,
        )
        .order_by(SupervisionOrder.id)
        .limit(1)
    )


def list_orders(
    session: Session, actor: Actor, states: frozenset[OrderState], agency: str = "", after: int = 0
) -> list[SupervisionOrder]:
    """A page of those in these states, the first due first."""
    wanted = select(SupervisionOrder).where(visible(actor), SupervisionOrder.state.in_(states), _of_unit(agency))
    order = wanted.order_by(SupervisionOrder.reply_by, SupervisionOrder.id)
    return list(session.scalars(order.offset(after).limit(SIZE)))


def count_by_state(session: Session, actor: Actor, agency: str = "") -> dict[OrderState, int]:
    state = SupervisionOrder.state
    rows = select(state, func.count()).where(visible(actor), _of_unit(agency)).group_by(state)
    return dict(session.execute(rows).all())


def _of_unit(agency: str) -> ColumnElement[bool]:
    """Those to the unit of this public id; all where none is named."""
    return SupervisionOrder.agency_id.in_(select(Agency.id).where(Agency.public_id == agency)) if agency else true()


def units_asked(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Units that were ever sent one, to choose from."""
    asked = select(SupervisionOrder.agency_id).where(visible(actor))
    rows = select(Agency.public_id, Agency.name).where(Agency.id.in_(asked)).order_by(Agency.area_code, Agency.name)
    return [(public_id, name) for public_id, name in session.execute(rows)]


def count_waiting(session: Session, actor: Actor, today: date) -> OrderCount:
    """For homes: orders that await the unit's reply, and for whoever sent them the overdue ones and those replied to."""
    is_sender = may(actor, Action.SEND_ORDERS)
    awaited = SupervisionOrder.state.in_(AWAITS_REPLY)
    late = and_(awaited, SupervisionOrder.reply_by < today)
    waits = SupervisionOrder.state == OrderState.REPLIED if is_sender else awaited
    row = session.execute(
        select(func.count().filter(waits), func.count().filter(late), func.min(SupervisionOrder.reply_by)).where(
            visible(actor), or_(awaited, waits)
        )
    ).one()
    return OrderCount(row[0], row[1], row[2])


def steps_of(session: Session, order: SupervisionOrder) -> list[SupervisionStep]:
    """All moves of an order that the reader was given, in their order."""
    rows = select(SupervisionStep).where(SupervisionStep.order_id == order.id).order_by(SupervisionStep.id)
    return list(session.scalars(rows))


def unit_names(session: Session, orders: Sequence[SupervisionOrder]) -> dict[int, str]:
    return agency_names(session, {one.agency_id for one in orders})


def cases_of(session: Session, order: SupervisionOrder) -> list[SupervisionCase]:
    """The cases as they were frozen, by place."""
    rows = select(SupervisionCase).where(SupervisionCase.order_id == order.id)
    return list(session.scalars(rows.order_by(SupervisionCase.area_code, SupervisionCase.id)))


def describe_cases(session: Session, actor: Actor, order: SupervisionOrder) -> list[CaseRow]:
    """The cases with as much of each as the reader may see."""
    cases, grant = cases_of(session, order), name_grant(actor, order)
    since = since_sent(session, order, cases)
    places = full_names(session, {one.area_code for one in cases})
    people = (
        _people(session, actor, {one.patient_id for one in cases if one.patient_id}) if grant is not Grant.NONE else {}
    )
    events = [(MemberKind(one.kind.value), one.subject_id) for one in cases if one.kind in _EVENTS]
    pages, found = pages_of(session, actor, events) if events else {}, []
    guardians = _guardians(session, people) if _keeps_by_guardian(actor, order) else {}
    for one in cases:
        public_id, number, name = people.get(one.patient_id or 0, (None, None, None))
        is_named = grant is Grant.FULL
        found.append(
            CaseRow(
                one,
                places[one.area_code],
                name if is_named else None,
                number,
                guardians.get(one.patient_id or 0),
                pages.get((MemberKind(one.kind.value), one.subject_id))
                if one.kind in _EVENTS
                else ("desk.patient", public_id)
                if public_id and is_named and may(actor, Action.SEE_REGISTER)
                else None,
                Reason.from_json(one.because) if grant is not Grant.NONE else None,
                since[one.id],
            )
        )
    return found


def name_grant(actor: Actor, order: SupervisionOrder) -> Grant:
    """FULL: by name; MASKED: by record number; NONE: place alone, because being on this list tells what the role may not read.

    The police have no lists of people (roles.md): their orders count cases by place. Whoever keeps the agreements, payments or
    cover learns nothing from a list of those without.
    """
    if actor.role is Role.POLICE:
        return Grant.NONE
    told = frozenset() if _is_own_business(actor, order) else fields_told_by(order) - {Field.PATIENT_NAME}
    if any(sees(actor, field) is not Grant.FULL for field in told):
        return Grant.NONE
    grant = sees(actor, Field.PATIENT_NAME)
    return Grant.FULL if grant is Grant.FULL or (grant is Grant.TASK and _is_asked(actor, order)) else Grant.MASKED


def _is_asked(actor: Actor, order: SupervisionOrder) -> bool:
    return order.agency_id == actor.agency_id and order.state not in ENDED


def _is_own_business(actor: Actor, order: SupervisionOrder) -> bool:
    """Whether the unit is asked about what it administers by name anyway."""
    return _is_asked(actor, order) and order.matter in _ADMINISTERED.get(actor.role, ())


def _keeps_by_guardian(actor: Actor, order: SupervisionOrder) -> bool:
    return _is_own_business(actor, order) and sees(actor, Field.GUARDIAN_NAME) is Grant.FULL


def _guardians(session: Session, patients: Iterable[int]) -> dict[int, str]:
    """patient id → whoever guards, for patients of the reader's area."""
    guards = guards_of(session, patients)
    return {patient: "、".join(one.name for one in found) for patient, found in guards.items() if found}


def fields_told_by(order: SupervisionOrder) -> frozenset[Field]:
    """What a name on the order's list tells; a late duty tells no more than that there is one."""
    figure = find_figure(order.matter, NumberSettings()) if order.period else None
    if order.period and figure is None:
        return frozenset(Field)  # a figure that is counted no more: nobody knows what it told
    return fields_told(figure) if figure else frozenset({Field.PATIENT_NAME})


def since_sent(session: Session, order: SupervisionOrder, cases: Sequence[SupervisionCase]) -> dict[int, Since]:
    """case id → what the facts say now: of a duty itself, of a figure its newest computation; nothing of what was seen on site."""
    if sample_of_matter(order.matter):
        return {one.id: Since.UNSEEN for one in cases}
    return _since_of_duties(session, cases) if not order.period else _since_counted(session, order, cases)


def count_still(session: Session, order: SupervisionOrder) -> int:
    """Cases that the facts do not show as mended, whatever was replied."""
    return sum(one is Since.STILL for one in since_sent(session, order, cases_of(session, order)).values())


def _since_of_duties(session: Session, cases: Sequence[SupervisionCase]) -> dict[int, Since]:
    states: dict[int, TaskState] = {}
    for part in slices({one.subject_id for one in cases}):
        states.update(dict(session.execute(select(Task.id, Task.state).where(Task.id.in_(part))).all()))
    words = {TaskState.OPEN: Since.STILL, TaskState.DONE: Since.MENDED, TaskState.CANCELLED: Since.GONE}
    return {one.id: words[states.get(one.subject_id, TaskState.CANCELLED)] for one in cases}


def _since_counted(session: Session, order: SupervisionOrder, cases: Sequence[SupervisionCase]) -> dict[int, Since]:
    run = session.scalar(
        select(IndicatorRun)
        .where(IndicatorRun.area_code == order.area_code, IndicatorRun.period == order.period)
        .order_by(IndicatorRun.id.desc())
        .limit(1)
    )
    figure = find_figure(order.matter, NumberSettings.from_json(run.settings)) if run else None
    if run is None or figure is None:  # the county counts it no more: as it was sent
        return {one.id: Since.STILL for one in cases}
    rows: dict[tuple[CaseKind, int], IndicatorMember] = {}
    for kind in MemberKind:
        for part in slices({one.subject_id for one in cases if one.kind.value == kind.value}):
            member = IndicatorMember
            of_kind = select(member).where(member.run_id == run.id, member.kind == kind, member.subject_id.in_(part))
            rows |= {(CaseKind(kind.value), one.subject_id): one for one in session.scalars(of_kind)}
    found = {}
    for one in cases:
        row = rows.get((one.kind, one.subject_id))
        late = row.visits - row.visits_in_time if row and order.matter.startswith("entry") else 1
        found[one.id] = since_of_member(figure, row.bits if row else None, late)
    return found


def _people(session: Session, actor: Actor, patient_ids: set[int]) -> dict[int, tuple[str, str | None, str]]:
    """patient id → (public id, record number, name), of those who are in the reader's area today."""
    found: dict[int, tuple[str, str | None, str]] = {}
    for part in slices(patient_ids):
        rows = select(Patient.id, Patient.public_id, Patient.record_number, Person.name)
        here = rows.join(Person, Person.id == Patient.person_id).where(
            Patient.id.in_(part), within(Patient.area_code, actor)
        )
        found.update({key: (public_id, number, name) for key, public_id, number, name in session.execute(here)})
    return found
