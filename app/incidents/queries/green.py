"""Requests, medicine that runs out by hospital, drug and town, and the rounds that bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import String, case, cast, exists, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names, names_of
from app.areas.rules import town_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.incidents.models import DeliveryLine, DeliveryRound, GreenEvent, GreenRequest
from app.incidents.queries.doses import daily_doses, dose_of
from app.incidents.queries.finding import find_one
from app.incidents.rules.green import OPEN_GREEN, LineState, RoundState
from app.patients.models import MedicineSupply, Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

NOTE = "green_requests.note"
MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class GreenRow:
    request: GreenRequest
    patient: str
    name: str
    village: str


@dataclass(frozen=True, slots=True)
class GreenStep:
    event: GreenEvent
    by: str
    because: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class GreenSheet:
    row: GreenRow
    note: str | None = field(repr=False)
    steps: Sequence[GreenStep] = ()


@dataclass(frozen=True, slots=True)
class RunningOut:
    """One drug of one patient, as it was last handed out."""

    supply: str
    patient_id: int
    name: str
    village: str
    area_code: str
    drug: str
    source: str
    days: int
    runs_out_on: date
    # a round that has still to bring it
    round_on: date | None = None
    daily_mg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ToBuy:
    """One line of 集中购药清单: what a hospital is asked for a town."""

    source: str
    drug: str
    town_code: str
    town: str
    patients: int
    days: int
    first_out_on: date
    # by the last visit's daily doses; for how many patients no dose is on record, and how many a round is to bring it already
    mg: Decimal
    unknown: int
    on_round: int

    @property
    def mg_words(self) -> str:
        """`12,600` or `937.5`; empty where nobody's dose is known."""
        return f"{self.mg.normalize():,f}" if self.mg else ""


@dataclass(frozen=True, slots=True)
class LineRow:
    line: DeliveryLine
    name: str
    village: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    round: DeliveryRound
    town: str
    lines: int
    received: int


def get_request(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> GreenRequest:
    """Elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.KEEP_GREEN)
    return find_one(
        session,
        select(GreenRequest).where(GreenRequest.public_id == public_id, within(GreenRequest.area_code, actor)),
        lock=lock,
    )


def get_round(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> DeliveryRound:
    require(actor, Action.KEEP_ROUNDS)
    return find_one(
        session,
        select(DeliveryRound).where(DeliveryRound.public_id == public_id, within(DeliveryRound.area_code, actor)),
        lock=lock,
    )


def get_line(session: Session, actor: Actor, on: DeliveryRound, public_id: str) -> DeliveryLine:
    require(actor, Action.KEEP_ROUNDS)
    return find_one(
        session, select(DeliveryLine).where(DeliveryLine.public_id == public_id, DeliveryLine.round_id == on.id)
    )


def list_requests(session: Session, actor: Actor, cursor: str | None, size: int = PAGE_SIZE) -> Page[GreenRow]:
    """Open ones by the day they are wanted for, then the newest."""
    require(actor, Action.KEEP_GREEN)
    rank = case((GreenRequest.state.in_(OPEN_GREEN), 0), else_=1)
    rows = (
        select(GreenRequest, Patient.public_id, Person.name, rank)
        .join(Patient, Patient.id == GreenRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(within(GreenRequest.area_code, actor))
    )
    match decode_cursor(cursor, 2):
        case (int() as place, int() as last):
            rows = rows.where(tuple_(rank, -GreenRequest.id) > (place, -last))
    found = session.execute(rows.order_by(rank, GreenRequest.id.desc()).limit(size + 1)).all()
    villages = full_names(session, {one.area_code for one, *_ in found})
    lines = [GreenRow(one, patient, name, villages[one.area_code]) for one, patient, name, _rank in found]
    return page_of(lines, size, lambda row: (0 if row.request.state in OPEN_GREEN else 1, row.request.id))


def open_request(session: Session, actor: Actor, vault: Vault, request: GreenRequest) -> GreenSheet:
    require(actor, Action.KEEP_GREEN)
    patient = session.get_one(Patient, request.patient_id)
    person = session.get_one(Person, patient.person_id)
    rows = session.execute(
        select(GreenEvent, User.display_name)
        .outerjoin(User, User.id == GreenEvent.by)
        .where(GreenEvent.request_id == request.id)
        .order_by(GreenEvent.id)
    ).all()
    return GreenSheet(
        GreenRow(request, patient.public_id, person.name, full_names(session, {request.area_code})[request.area_code]),
        vault.open(person.id, NOTE, request.note_sealed),
        [GreenStep(one, by or "", [Reason.from_json(why) for why in one.because]) for one, by in rows],
    )


def running_out(session: Session, actor: Actor, until: date, town: str = "") -> list[RunningOut]:
    """Every drug that runs out by a day and that somebody still asks for, in the order of towns and villages."""
    require(actor, Action.KEEP_ROUNDS)
    supply, later = MedicineSupply, aliased(MedicineSupply)
    asked = exists().where(
        Task.patient_id == supply.patient_id,
        Task.kind == TaskKind.SUPPLY,
        Task.state == TaskState.OPEN,
        or_(
            Task.period == literal("supply:") + cast(supply.id, String),
            Task.period.like(literal("supply:") + cast(supply.id, String) + ":%"),
        ),
    )
    newer = exists().where(
        later.patient_id == supply.patient_id,
        later.drug == supply.drug,
        later.withdrawn_at.is_(None),
        tuple_(later.given_on, later.id) > tuple_(supply.given_on, supply.id),
    )
    rows = session.execute(
        select(supply, Person.name, Patient.area_code)
        .join(Patient, Patient.id == supply.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            within(Patient.area_code, actor),
            within_prefix(Patient.area_code, town),
            Patient.registry_status == RegistryStatus.REGISTERED,
            Patient.management_status == ManagementStatus.MANAGED,
            supply.withdrawn_at.is_(None),
            supply.runs_out_on <= until,
            asked,
            ~newer,
        )
        .order_by(Patient.area_code, supply.runs_out_on, supply.id)
        .limit(MOST_LINES)
    ).all()
    villages = full_names(session, {area for _one, _name, area in rows})
    doses, rounds = daily_doses(session, actor, {one.patient_id for one, *_ in rows}), _under_way(session, actor)
    return [
        RunningOut(
            one.public_id, one.patient_id, name, villages[area], area, one.drug, one.source, one.days, one.runs_out_on,
            rounds.get((one.patient_id, one.drug)), dose_of(doses.get(one.patient_id, {}), one.drug),
        )
        for one, name, area in rows
    ]  # fmt: skip


def _under_way(session: Session, actor: Actor) -> dict[tuple[int, str], date]:
    """Who is to receive which drug on which day by a round that has not ended."""
    rows = session.execute(
        select(DeliveryLine.patient_id, DeliveryLine.drug, DeliveryRound.planned_on)
        .join(DeliveryRound, DeliveryRound.id == DeliveryLine.round_id)
        .where(
            within(DeliveryRound.area_code, actor),
            DeliveryRound.state != RoundState.CLOSED,
            DeliveryLine.state.in_((LineState.PLANNED, LineState.NOT_MET)),
        )
    )
    return {(patient, drug): day for patient, drug, day in rows}


def to_buy(session: Session, actor: Actor, until: date) -> list[ToBuy]:
    """集中购药清单: by hospital, drug and town, counted from what was handed out last."""
    grouped: dict[tuple[str, str, str], list[RunningOut]] = {}
    for one in running_out(session, actor, until):
        grouped.setdefault((one.source, one.drug, town_of(one.area_code)), []).append(one)
    towns = names_of(session, {town for _source, _drug, town in grouped})
    return [
        ToBuy(
            source, drug, town, towns[town], len({one.patient_id for one in lines}), sum(one.days for one in lines),
            min(one.runs_out_on for one in lines),
            sum((one.days * one.daily_mg for one in lines if one.daily_mg is not None), Decimal()),
            len({one.patient_id for one in lines if one.daily_mg is None}),
            len({one.patient_id for one in lines if one.round_on is not None}),
        )
        for (source, drug, town), lines in sorted(grouped.items())
    ]  # fmt: skip


def list_rounds(session: Session, actor: Actor, cursor: str | None, size: int = PAGE_SIZE) -> Page[RoundRow]:
    require(actor, Action.KEEP_ROUNDS)
    rows = select(DeliveryRound).where(within(DeliveryRound.area_code, actor))
    match decode_cursor(cursor, 1):
        case (int() as last,):
            rows = rows.where(DeliveryRound.id < last)
    found = session.scalars(rows.order_by(DeliveryRound.id.desc()).limit(size + 1)).all()
    towns = names_of(session, {one.area_code for one in found})
    states: dict[int, list[LineState]] = {}
    lines = select(DeliveryLine.round_id, DeliveryLine.state).where(
        DeliveryLine.round_id.in_([one.id for one in found])
    )
    for round_id, state in session.execute(lines):
        states.setdefault(round_id, []).append(state)
    return page_of(
        [
            RoundRow(one, towns[one.area_code], len(states.get(one.id, [])), states.get(one.id, []).count(LineState.RECEIVED))
            for one in found
        ],
        size,
        lambda row: (row.round.id,),
    )  # fmt: skip


def lines_of(session: Session, actor: Actor, on: DeliveryRound) -> list[LineRow]:
    require(actor, Action.KEEP_ROUNDS)
    rows = session.execute(
        select(DeliveryLine, Person.name, Patient.area_code)
        .join(Patient, Patient.id == DeliveryLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(DeliveryLine.round_id == on.id)
        .order_by(DeliveryLine.number)
    ).all()
    villages = full_names(session, {area for _one, _name, area in rows})
    return [LineRow(one, name, villages[area]) for one, name, area in rows]
