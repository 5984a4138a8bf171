"""Incidents as each role may read them (roles.md): whole in the area, one's own report for a day, yes or no for whoever pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import full_name, full_names
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.identity import Sex, mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.guardians.models import Agreement
from app.incidents.models import Emergency, Incident, IncidentFinding, IncidentHarm
from app.incidents.queries.finding import find_one
from app.incidents.rules.incidents import (
    OWN_REPORT_HOURS,
    Harm,
    IncidentKind,
    IncidentState,
    Matter,
    Victim,
    matters_of,
    may_read_own,
)
from app.patients.models import Patient
from app.patients.rules import UNKNOWN_NAME
from app.people.models import Person
from app.people.vault import Vault

OWN_DAYS, MOST_OWN, MOST_LIKE = 90, 50, 10
TEXTS = ("place", "what", "trigger", "police_case")
OPEN = (IncidentState.REPORTED, IncidentState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One line of the list; `waits` are the matters that nobody has decided yet."""

    id: int
    public_id: str
    name: str
    village: str
    kind: IncidentKind
    happened_on: date
    state: IncidentState
    waits: tuple[Matter, ...]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report on its reporter's list. Name, kind and words only for a day; then only the state is told."""

    name: str | None
    kind: IncidentKind | None
    what: str | None = field(repr=False)
    village: str = ""
    reported_at: datetime | None = None
    state: IncidentState = IncidentState.REPORTED


@dataclass(frozen=True, slots=True)
class HarmRow:
    public_id: str
    victim: Victim
    harm: Harm
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    medical_fen: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentSheet:
    """A record with everything that a role with the whole of it may read."""

    incident: Incident
    name: str
    sex: Sex
    patient: Patient | None
    village: str
    texts: Mapping[str, str | None] = field(repr=False)
    harms: Sequence[HarmRow] = ()
    emergency: Emergency | None = None
    reporter: str = ""
    agency: str = ""
    checked_by: str = ""
    closed_by: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody of the register who bears the reported name."""

    public_id: str
    name: str
    village: str
    born_on: date | None


def get_incident(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Incident:
    """For roles that read incidents whole; elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.SEE_INCIDENTS)
    return _one(session, actor, public_id, lock)


def get_to_decide(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Incident:
    """The same for whoever decides on something that follows from it, though they read no more than that."""
    require(actor, Action.DECIDE_ON_INCIDENTS)
    return _one(session, actor, public_id, lock)


def _one(session: Session, actor: Actor, public_id: str, lock: bool) -> Incident:
    return find_one(
        session, select(Incident).where(Incident.public_id == public_id, within(Incident.area_code, actor)), lock=lock
    )


def get_harm(session: Session, actor: Actor, incident: Incident, public_id: str) -> IncidentHarm:
    require(actor, Action.KEEP_INCIDENTS)
    return find_one(
        session,
        select(IncidentHarm).where(IncidentHarm.public_id == public_id, IncidentHarm.incident_id == incident.id),
    )


def list_incidents(
    session: Session, actor: Actor, cursor: str | None, size: int = PAGE_SIZE, *, waits_for: Sequence[Matter] = ()
) -> Page[IncidentRow]:
    """Open ones first, then the newest; a fixed number of queries whatever the page's size."""
    rank = case((Incident.state.in_(OPEN), 0), else_=1)
    rows = select(Incident, Person.name, rank.label("rank")).join(Person, Person.id == Incident.person_id)
    rows = rows.where(within(Incident.area_code, actor), Incident.state != IncidentState.DISMISSED)
    if waits_for:
        rows = rows.where(Incident.state == IncidentState.CONFIRMED, Incident.patient_id.is_not(None))
    match decode_cursor(cursor, 2):
        case (int() as place, int() as last):
            rows = rows.where(tuple_(rank, -Incident.id) > (place, -last))
    found = session.execute(rows.order_by(rank, Incident.id.desc()).limit(size + 1)).all()
    waiting = undecided_of(session, [row[0] for row in found])
    villages = full_names(session, {row[0].area_code for row in found})
    return page_of(
        [_row(actor, one, name, villages[one.area_code], waiting[one.id]) for one, name, _rank in found],
        size,
        lambda row: (0 if row.is_open else 1, row.id),
    )


def list_own(session: Session, actor: Actor, vault: Vault, now: datetime) -> list[OwnReport]:
    """What the reader told, the newest first; whose words they are, for a day, and to roles that may (roles.md)."""
    require(actor, Action.REPORT_INCIDENTS)
    rows = session.execute(
        select(Incident, Person.name)
        .join(Person, Person.id == Incident.person_id)
        .where(Incident.reported_by == actor.user_id)
        .order_by(Incident.id.desc())
        .limit(MOST_OWN)
    ).all()
    villages = full_names(session, {one.area_code for one, _name in rows})
    tells = sees(actor, Field.INCIDENTS) in (Grant.FULL, Grant.OWN_REPORTS)
    return [
        _own(vault, one, name, villages[one.area_code], tells, now)
        for one, name in rows
        if (now - one.reported_at).days < OWN_DAYS
    ]


def _own(vault: Vault, incident: Incident, name: str, village: str, tells: bool, now: datetime) -> OwnReport:
    hours = (now - incident.reported_at).total_seconds() / 3600
    if not tells or not may_read_own(hours):
        return OwnReport(None, None, None, village, incident.reported_at, incident.state)
    what = vault.open(incident.person_id, "incidents.what", incident.what_sealed)
    return OwnReport(name, incident.kind, what, village, incident.reported_at, incident.state)


def open_incident(session: Session, actor: Actor, vault: Vault, incident: Incident) -> IncidentSheet:
    """Everything about one record; the incident's own words are part of it, clinical notes are not."""
    require(actor, Action.SEE_INCIDENTS)
    person = session.get_one(Person, incident.person_id)
    ids = {incident.reported_by, incident.checked_by, incident.closed_by} - {None}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    staff: dict[int, str] = {row.id: row.display_name for row in rows}
    agency = session.get(Agency, incident.agency_id) if incident.agency_id else None
    return IncidentSheet(
        incident=incident,
        name=name_for(actor, incident, person.name),
        sex=Sex(person.sex),
        patient=session.get(Patient, incident.patient_id) if incident.patient_id else None,
        village=full_name(session, incident.area_code),
        texts={
            name: vault.open(incident.person_id, f"incidents.{name}", getattr(incident, f"{name}_sealed"))
            for name in TEXTS
        },
        harms=_harms(session, vault, incident),
        emergency=session.get(Emergency, incident.emergency_id) if incident.emergency_id else None,
        reporter=staff.get(incident.reported_by, ""),
        agency=agency.name if agency else "",
        checked_by=staff.get(incident.checked_by or 0, ""),
        closed_by=staff.get(incident.closed_by or 0, ""),
    )


def name_for(actor: Actor, incident: Incident, name: str) -> str:
    """As the field table has it: whole, masked, or only while the incident is before the reader; empty where never."""
    grant = sees(actor, Field.PATIENT_NAME)
    if name == UNKNOWN_NAME or grant is Grant.FULL or (grant is Grant.TASK and incident.state in OPEN):
        return name
    return mask_name(name) if grant is Grant.MASKED else ""


def list_likely(session: Session, actor: Actor, incident: Incident) -> list[Likely]:
    """Registered people of the area who bear the reported name: whether it is one of them, the group says."""
    require(actor, Action.SETTLE_INCIDENTS)
    name = session.get_one(Person, incident.person_id).name
    rows = session.execute(
        select(Patient, Person)
        .join(Person, Person.id == Patient.person_id)
        .where(Person.name == name, within(Patient.area_code, actor))
        .order_by(Patient.area_code != incident.area_code, Patient.id)
        .limit(MOST_LIKE)
    ).all()
    villages = full_names(session, {patient.area_code for patient, _person in rows})
    return [Likely(one.public_id, person.name, villages[one.area_code], person.born_on) for one, person in rows]


def has_agreement(session: Session, incident: Incident) -> bool:
    return incident.id in with_agreement(session, [incident])


def list_undecided(session: Session, incident: Incident) -> tuple[Matter, ...]:
    return undecided_of(session, [incident])[incident.id]


def undecided_of(session: Session, incidents: Sequence[Incident]) -> dict[int, tuple[Matter, ...]]:
    """incident → what nobody has decided yet, in the order of the page."""
    ids = [one.id for one in incidents]
    decided = {
        (row.incident_id, row.matter)
        for row in session.execute(
            select(IncidentFinding.incident_id, IncidentFinding.matter)
            .where(IncidentFinding.incident_id.in_(ids))
            .distinct()
        )
    }
    agreed = with_agreement(session, incidents)
    return {
        one.id: tuple(
            matter
            for matter in matters_of(one.kind, one.patient_id is not None, one.id in agreed)
            if (one.id, matter) not in decided
        )
        for one in incidents
    }


def with_agreement(session: Session, incidents: Sequence[Incident]) -> set[int]:
    """Those whose patient had an agreement on the day or has one since."""
    return set(session.scalars(_agreed([one.id for one in incidents])))


def _agreed(ids: Sequence[int]) -> Select[int]:
    return (
        select(Incident.id)
        .join(Agreement, Agreement.patient_id == Incident.patient_id)
        .where(
            Incident.id.in_(ids),
            Agreement.withdrawn_at.is_(None),
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= Incident.happened_on,
        )
        .distinct()
    )


def _harms(session: Session, vault: Vault, incident: Incident) -> list[HarmRow]:
    own = select(IncidentHarm).where(
        IncidentHarm.incident_id == incident.id, IncidentHarm.withdrawn_at.is_(None)
    )  # fmt: skip
    return [
        HarmRow(
            one.public_id,
            one.victim,
            one.harm,
            vault.open(incident.person_id, "incident_harms.name", one.name_sealed),
            vault.open(incident.person_id, "incident_harms.phone", one.phone_sealed),
            one.medical_fen,
        )
        for one in session.scalars(own.order_by(IncidentHarm.id))
    ]


def _row(actor: Actor, one: Incident, name: str, village: str, waits: tuple[Matter, ...]) -> IncidentRow:
    shown = name_for(actor, one, name)
    return IncidentRow(one.id, one.public_id, shown, village, one.kind, one.happened_on, one.state, waits)


def hours_left(reported_at: datetime, now: datetime) -> int:
    """Whole hours for which a reporter still reads their own words."""
    return max(0, OWN_REPORT_HOURS - int((now - reported_at).total_seconds() // 3600))
