"""Clues as each side may see them: the health centre whole, the police those with danger, the reporter a state and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, text, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import agency_names, full_names
from app.audit.queries import MOST_POLICE, list_looked_at, start_of_day
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import Sex
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.core.workdays import WorkdayCalendar
from app.patients.codes import SIGNS
from app.patients.models import Clue, Patient, PatientSpan
from app.patients.models.register import IN_DOUBT
from app.patients.queries.reviews import Review, find_review
from app.patients.rules import (
    LOOK_WITHIN_WORKING_DAYS,
    NOBODY,
    OWN_REPORT_HOURS,
    ClueOutcome,
    ClueSource,
    ClueState,
    RegistryStatus,
    SpanKind,
    look_by,
    review_by,
)
from app.people.models import Person
from app.people.vault import Vault

OWN_DAYS = 90  # how long a report's state stays on its reporter's list
MOST_OWN = 50
MOST_IN_DOUBT = 200

_IS_OPEN = Clue.state != ClueState.CLOSED


@dataclass(frozen=True, slots=True)
class ClueRow:
    """One line of the health centre's inbox; `due_on` is the last day for a first look, None once somebody looks."""

    id: int
    public_id: str
    name: str
    village: str
    agency: str | None
    is_danger: bool
    signs: int
    source: ClueSource
    state: ClueState
    outcome: ClueOutcome | None
    reported_on: date
    reported_at: datetime
    due_on: date | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report on its reporter's list. `name` is None after a day: then only the state is told."""

    name: str | None
    village: str
    reported_at: datetime
    is_danger: bool
    state: ClueState


@dataclass(frozen=True, slots=True)
class DangerClue:
    """What the police of the place need now, and no word of illness."""

    public_id: str
    area_code: str
    name: str
    village: str
    place: str | None
    reported_at: datetime
    state: ClueState
    health_centre: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class ClueSheet:
    """A clue with everything that the health centre knows of it."""

    clue: Clue
    name: str
    sex: Sex
    born_on: date | None
    village: str
    agency: str | None
    place: str | None
    notes: str | None
    findings: str | None
    signs: tuple[int, ...]
    found: tuple[int, ...]
    reporter: str
    opened_by: str | None
    closed_by: str | None
    # the registration that came of it, in the actor's own area
    patient: str | None
    # the psychiatrist's word on it
    review: Review | None

    @property
    def is_told(self) -> bool:
        """Somebody reported it; else it came with a record, and nobody was asked what they saw."""
        return self.clue.reported_by != NOBODY


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Somebody suspected or under review, and until when the psychiatrist's word is due."""

    public_id: str
    name: str
    village: str
    status: RegistryStatus
    since: date
    due_on: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class ClueCounts:
    """The inbox in figures, and since when the longest waiting wait."""

    received: int
    danger: int
    looking: int
    in_doubt: int
    oldest_on: date | None
    oldest_danger_on: date | None

    def is_late(self, today: date, calendar: WorkdayCalendar) -> bool:
        """Whether somebody should have looked at one of them before today."""
        waits = ((self.oldest_on, False), (self.oldest_danger_on, True))
        return any(on and look_by(on, is_danger, calendar).ends_on < today for on, is_danger in waits)

    def may_be_late(self, today: date) -> bool:
        """Without the calendar: a clue is late the next day with danger, else after three days at the soonest."""
        is_old = self.oldest_on is not None and (today - self.oldest_on).days > LOOK_WITHIN_WORKING_DAYS
        return is_old or (self.oldest_danger_on is not None and self.oldest_danger_on < today)


def get_clue(session: Session, actor: Actor, public_id: str) -> Clue:
    """For whoever looks at clues; elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.SEE_CLUES)
    clue = session.scalars(_one(actor, public_id)).one_or_none()
    if clue is None:
        raise NotFound()
    return clue


def lock_clue(session: Session, actor: Actor, public_id: str) -> Clue:
    """The clue as stored now, nobody else's until the transaction ends."""
    require(actor, Action.SEE_CLUES)
    locked = _one(actor, public_id).with_for_update().execution_options(populate_existing=True)
    clue = session.scalars(locked).one_or_none()
    if clue is None:
        raise NotFound()
    return clue


def list_clues(
    session: Session,
    actor: Actor,
    state: ClueState,
    cursor: str | None,
    calendar: WorkdayCalendar,
    size: int = PAGE_SIZE,
) -> Page[ClueRow]:
    """The inbox: danger first, then the longest waiting; closed ones the newest first."""
    require(actor, Action.SEE_CLUES)
    rank = case((Clue.is_danger, 0), else_=1)
    place = Clue.id if state is not ClueState.CLOSED else -Clue.id
    rows = (
        select(Clue, Person.name)
        .join(Person, Person.id == Clue.person_id)
        .where(within(Clue.area_code, actor), Clue.state == state)
        .order_by(*((rank, place) if state is not ClueState.CLOSED else (place,)))
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and all(type(part) is int for part in after):
        is_after = tuple_(rank, place) > after if state is not ClueState.CLOSED else place > after[1]
        rows = rows.where(is_after)
    found = session.execute(rows).all()
    villages = full_names(session, {clue.area_code for clue, _name in found})
    agencies = agency_names(session, {clue.agency_id for clue, _name in found if clue.agency_id})
    lines = [
        _row(clue, name, villages[clue.area_code], agencies.get(clue.agency_id or 0), calendar) for clue, name in found
    ]
    return page_of(
        lines, size, lambda row: (0 if row.is_danger else 1, -row.id if row.state is ClueState.CLOSED else row.id)
    )


def open_sheet(session: Session, actor: Actor, vault: Vault, clue: Clue) -> ClueSheet:
    """Everything about a clue, free text where the role reads it whole."""
    require(actor, Action.SEE_CLUES)
    person = session.get_one(Person, clue.person_id)
    reads_text = sees(actor, Field.FREE_TEXT) is Grant.FULL
    staff = _staff(session, {clue.reported_by, clue.opened_by, clue.closed_by})

    def text(place: str, sealed: bytes | None) -> str | None:
        return vault.open(clue.person_id, f"clues.{place}", sealed)

    return ClueSheet(
        clue=clue,
        name=person.name,
        sex=Sex(person.sex),
        born_on=person.born_on,
        village=full_names(session, [clue.area_code])[clue.area_code],
        agency=agency_names(session, [clue.agency_id]).get(clue.agency_id) if clue.agency_id else None,
        place=text("place", clue.place_sealed),
        notes=text("notes", clue.notes_sealed) if reads_text else None,
        findings=text("findings", clue.findings_sealed) if reads_text else None,
        signs=_codes(clue.signs),
        found=_codes(clue.found_signs or 0),
        reporter=staff.get(clue.reported_by, ""),
        opened_by=staff.get(clue.opened_by or 0),
        closed_by=staff.get(clue.closed_by or 0),
        patient=_patient_of(session, actor, clue),
        review=find_review(session, actor, clue),
    )


def list_own_reports(session: Session, actor: Actor, now: datetime) -> list[OwnReport]:
    """What the actor reported: with the name for a day, then only where, when and its state."""
    require(actor, Action.REPORT_CLUE)
    rows = session.execute(
        select(Clue, Person.name)
        .join(Person, Person.id == Clue.person_id)
        .where(Clue.reported_by == actor.user_id, Clue.reported_at > now - timedelta(days=OWN_DAYS))
        .order_by(Clue.id.desc())
        .limit(MOST_OWN)
    ).all()
    villages = full_names(session, {clue.area_code for clue, _name in rows})
    fresh = now - timedelta(hours=OWN_REPORT_HOURS)
    return [
        OwnReport(
            name if clue.reported_at > fresh else None,
            villages[clue.area_code],
            clue.reported_at,
            clue.is_danger,
            clue.state,
        )
        for clue, name in rows
    ]


def list_danger(session: Session, actor: Actor, vault: Vault, today: date) -> tuple[list[DangerClue], int]:
    """Open clues of the place in which there is danger now, for its police, the newest first; and how many are not shown.

    A user sees ten persons a day, counted by the looks that are noted: who was seen today stays, others only until there are ten.
    """
    require(actor, Action.SEE_DANGER_CLUES)
    open_ones = (within(Clue.area_code, actor), Clue.is_danger, _IS_OPEN)
    waiting = session.execute(select(Clue.id, Clue.person_id).where(*open_ones).order_by(Clue.id.desc()))
    shown, withheld = _seen_in_a_day(session, actor, waiting.all(), today)
    rows = session.execute(
        select(Clue, Person.name, Agency.name, Agency.phone)
        .join(Person, Person.id == Clue.person_id)
        .outerjoin(Agency, Agency.id == Clue.agency_id)
        .where(Clue.id.in_(shown))
        .order_by(Clue.id.desc())
    ).all()
    vault.warm(clue.person_id for clue, *_rest in rows)
    villages = full_names(session, {clue.area_code for clue, *_rest in rows})
    clues = [
        DangerClue(
            clue.public_id,
            clue.area_code,
            name,
            villages[clue.area_code],
            vault.open(clue.person_id, "clues.place", clue.place_sealed),
            clue.reported_at,
            clue.state,
            agency,
            phone,
        )
        for clue, name, agency, phone in rows
    ]
    return clues, withheld


def _seen_in_a_day(session: Session, actor: Actor, waiting: Sequence[Any], today: date) -> tuple[list[int], int]:
    """(ids of the clues to show, how many more there are), so that nobody sees more persons in a day than they may."""
    looked_at = list_looked_at(session, actor, "clue", start_of_day(today))
    seen = set(session.scalars(select(Clue.person_id).where(Clue.public_id.in_(looked_at)))) if looked_at else set()
    shown = []
    for clue_id, person_id in waiting:
        if person_id in seen or len(seen) < MOST_POLICE:
            seen.add(person_id)
            shown.append(clue_id)
    return shown, len(waiting) - len(shown)


def count_danger(session: Session, actor: Actor) -> int:
    """How many open clues of the place ask for the police."""
    require(actor, Action.SEE_DANGER_CLUES)
    asked = select(func.count()).where(within(Clue.area_code, actor), Clue.is_danger, _IS_OPEN)
    return session.scalar(asked) or 0


def list_in_doubt(session: Session, actor: Actor, calendar: WorkdayCalendar) -> list[InDoubt]:
    """Everybody suspected or under review in the area, the longest first; the term counts from the first suspicion."""
    require(actor, Action.REVIEW_SUSPECTED)
    rows = session.execute(
        select(Patient.public_id, Person.name, Patient.area_code, Patient.registry_status, _SUSPECTED_ON)
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), _IN_DOUBT)
        .order_by(_SUSPECTED_ON, Patient.id)
        .limit(MOST_IN_DOUBT)
    ).all()
    villages = full_names(session, {row.area_code for row in rows})
    found = []
    for public_id, name, area_code, status, since in rows:
        due = review_by(since, calendar)
        found.append(InDoubt(public_id, name, villages[area_code], status, since, due.ends_on, due.provisional))
    return found


def count_clues(session: Session, actor: Actor) -> ClueCounts:
    """The inbox in figures, with one query."""
    require(actor, Action.SEE_CLUES)
    received = Clue.state == ClueState.RECEIVED
    in_doubt = select(func.count()).select_from(Patient).where(within(Patient.area_code, actor), _IN_DOUBT)
    counts = session.execute(
        select(
            func.count().filter(received),
            func.count().filter(Clue.is_danger),
            func.count().filter(Clue.state == ClueState.LOOKING),
            in_doubt.scalar_subquery(),
            func.min(Clue.reported_on).filter(received, ~Clue.is_danger),
            func.min(Clue.reported_on).filter(received, Clue.is_danger),
        ).where(within(Clue.area_code, actor), _IS_OPEN)
    ).one()
    return ClueCounts(*counts)


def find_origin(session: Session, actor: Actor, patient: Patient) -> Clue | None:
    """The clue that a registration came from, for roles that read clues."""
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        return None
    made = select(Clue).where(Clue.patient_id == patient.id, Clue.outcome == ClueOutcome.SUSPECTED)
    return session.scalars(made.order_by(Clue.id).limit(1)).first()


_IN_DOUBT = text(f"patients.{IN_DOUBT.text}")  # as the partial index says it, to the letter
_SUSPECTED_ON = (
    select(func.min(PatientSpan.from_on))
    .where(
        PatientSpan.patient_id == Patient.id,
        PatientSpan.what == SpanKind.REGISTRY,
        PatientSpan.value.in_((RegistryStatus.SUSPECTED.value, RegistryStatus.UNDER_REVIEW.value)),
        PatientSpan.withdrawn_at.is_(None),
    )
    .correlate(Patient)
    .scalar_subquery()
    .label("since")
)


def _one(actor: Actor, public_id: str) -> Select[Clue]:
    return select(Clue).where(Clue.public_id == public_id, within(Clue.area_code, actor))


def _row(clue: Clue, name: str, village: str, agency: str | None, calendar: WorkdayCalendar) -> ClueRow:
    due = look_by(clue.reported_on, clue.is_danger, calendar) if clue.state is ClueState.RECEIVED else None
    return ClueRow(
        id=clue.id,
        public_id=clue.public_id,
        name=name,
        village=village,
        agency=agency,
        is_danger=clue.is_danger,
        signs=len(_codes(clue.signs)),
        source=clue.source,
        state=clue.state,
        outcome=clue.outcome,
        reported_on=clue.reported_on,
        reported_at=clue.reported_at,
        due_on=due.ends_on if due else None,
        is_provisional=due is not None and due.provisional,
    )


def _codes(bits: int) -> tuple[int, ...]:
    return tuple(code for code in SIGNS if bits >> (code - 1) & 1)


def _staff(session: Session, ids: set[int | None]) -> dict[int, str]:
    known: Sequence[int] = [one for one in ids if one]
    return dict(session.execute(select(User.id, User.display_name).where(User.id.in_(known))).all())


def _patient_of(session: Session, actor: Actor, clue: Clue) -> str | None:
    if clue.patient_id is None:
        return None
    own: ColumnElement[bool] = within(Patient.area_code, actor)
    return session.scalar(select(Patient.public_id).where(Patient.id == clue.patient_id, own))
