"""Storing thousands of visits at once, each exactly as `record_visit` would have left it: the form, its medicines, the level, the duty
that it closed and the one that it opened, and the patient's kept copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor, Role
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.crypto import digest
from app.core.reasons import Reason, reason
from app.desk.demo.bulk import Row, change_rows, new_id
from app.desk.demo.caseload import visitor
from app.desk.demo.course import Encounter
from app.desk.demo.moments import Moments
from app.desk.demo.national import entry_of
from app.desk.demo.plan import Life
from app.desk.demo.settling import County
from app.patients.models import Patient
from app.people.vault import Vault
from app.risk.models import LevelSource, RiskLevel
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.readers import PLAIN, SEALED, place_of
from app.visits.rules.form import VisitForm, VisitObject
from app.visits.rules.prompts import is_late_entry
from app.visits.rules.record import Medicine
from app.visits.service.judging import Judgement

BATCH = 4000


@dataclass(frozen=True)
class _Kept:
    """What the database holds of a patient before this batch."""

    id: int
    person_id: int
    area_code: str
    agency_id: int | None
    last_seen_on: date | None
    risk_assessed_on: date | None
    version: int


@dataclass(frozen=True)
class _Visit:
    """One encounter on its way into the database."""

    id: int
    life: Life
    index: int
    encounter: Encounter
    kept: _Kept
    doctor: Actor
    at: datetime

    @property
    def class_because(self) -> list[Row]:
        encounter = self.encounter
        judged = Judgement(
            encounter.record, encounter.context, encounter.computed, encounter.due, None, encounter.findings
        )
        return [why.to_json() for why in judged.because]

    @property
    def due_because(self) -> list[Row]:
        return [why.to_json() for why in self.encounter.due.reasons]


def store_visits(
    session: Session,
    vault: Vault,
    county: County,
    wanted: Sequence[tuple[Life, int]],
    moments: Moments,
    rng: Random,
) -> int:
    """Store each life's encounter of that index, in the order in which they were entered; how many."""
    ordered = sorted(wanted, key=lambda one: (one[0].encounters[one[1]].entered_on, one[0].resident.number, one[1]))
    for part in slices(ordered, BATCH):
        _store(session, vault, county, part, moments, rng)
    if ordered:
        ids = ",".join(f"{life.resident.number}:{index}" for life, index in ordered)
        last = max(life.encounters[index].entered_on for life, index in ordered)
        note(
            session,
            county.actors["county_office"],
            "visits.recorded",
            now=moments.on(last, 539),
            subject=("visit", ""),
            count=len(ordered),
            detail={"digest": digest(ids)},
        )
    return len(ordered)


def _store(
    session: Session, vault: Vault, county: County, part: Sequence[tuple[Life, int]], moments: Moments, rng: Random
) -> None:
    kept = _kept(session, {county.patients[life.resident.number] for life, _ in part})
    vault.warm(one.person_id for one in kept.values())
    ids = reserve_ids(session, FollowUpVisit, len(part))
    visits = [
        _Visit(
            visit_id,
            life,
            index,
            life.encounters[index],
            kept[county.patients[life.resident.number]],
            visitor(county, life.resident, life.encounters[index].entered_on, moments.today),
            moments.on(life.encounters[index].entered_on, rng.randrange(540)),
        )
        for visit_id, (life, index) in zip(ids, part, strict=True)
    ]
    insert_rows(
        session, FollowUpVisit, [_visit_row(vault, visit, rng) | _entry(county, visit, moments) for visit in visits]
    )
    insert_rows(session, VisitMedicine, [row for visit in visits for row in _medicine_rows(visit)])
    insert_rows(session, RiskLevel, [_level_row(visit) for visit in visits])
    _move_duties(session, visits, rng)
    _keep_copies(session, visits)
    session.expire_all()


def _kept(session: Session, patient_ids: Iterable[int]) -> dict[int, _Kept]:
    found: dict[int, _Kept] = {}
    columns = (
        Patient.id,
        Patient.person_id,
        Patient.area_code,
        Patient.agency_id,
        Patient.last_seen_on,
        Patient.risk_assessed_on,
        Patient.version,
    )
    for part in slices(patient_ids):
        for row in session.execute(select(*columns).where(Patient.id.in_(part))):
            found[row.id] = _Kept(*row)
    return found


def _visit_row(vault: Vault, visit: _Visit, rng: Random) -> Row:
    encounter, kept = visit.encounter, visit.kept
    record = encounter.record
    row: Row = {name: getattr(record, name) for name in PLAIN}
    for name in ("referral_org", "referral_dept"):
        row[name] = row[name] or None
    for name, column in SEALED.items():
        row[column] = vault.seal(kept.person_id, place_of(name), getattr(record, name))
    return row | {
        "id": visit.id,
        "public_id": new_id(rng),
        "submission_key": submission_key(visit.life, visit.index),
        "patient_id": kept.id,
        "area_code": kept.area_code,
        "agency_id": kept.agency_id,
        "computed_class": int(encounter.computed.visit_class),
        "class_because": visit.class_because,
        "is_flagged": False,
        "latest_due_on": encounter.due.on,
        "due_because": visit.due_because,
        "warnings": [finding.reason.to_json() for finding in encounter.findings],
        "rule_set_version": encounter.context.rules.version,
        "is_complete": True,
        "is_late_entry": is_late_entry(record, encounter.context),
        "is_opening": False,
        "notes_sealed": vault.seal(kept.person_id, place_of("notes"), encounter.notes),
        "needs_confirmation": visit.doctor.role is Role.VILLAGE_DOCTOR,
        "doctor_id": visit.doctor.user_id,
        "recorded_at": visit.at,
        "recorded_by": visit.doctor.user_id,
    }


def _entry(county: County, visit: _Visit, moments: Moments) -> Row:
    encounter, by = visit.encounter, county.doctor_of(visit.life.resident)
    days, calendar = encounter.context.rules.late_entry_working_days, encounter.context.calendar
    return entry_of(visit.id, encounter.record.visited_on, encounter.entered_on, days, calendar, by, moments)


def submission_key(life: Life, index: int) -> str:
    return f"demo-{life.resident.number}-{index}"


def _medicine_rows(visit: _Visit) -> Iterator[Row]:
    for number, medicine in enumerate(visit.encounter.record.medicines, start=1):
        yield _medicine_row(visit.id, number, medicine)


def _medicine_row(visit_id: int, number: int, medicine: Medicine) -> Row:
    return {
        "visit_id": visit_id,
        "is_guidance": False,
        "line": number,
        "name": medicine.name,
        "morning_mg": medicine.morning_mg,
        "noon_mg": medicine.noon_mg,
        "night_mg": medicine.night_mg,
        "every_weeks": medicine.every_weeks,
        "long_acting_mg": medicine.long_acting_mg,
    }


def _level_row(visit: _Visit) -> Row:
    return {
        "patient_id": visit.kept.id,
        "level": visit.encounter.record.risk_level,
        "assessed_on": visit.encounter.record.visited_on,
        "source": LevelSource.VISIT,
        "source_id": visit.id,
        "recorded_at": visit.at,
        "recorded_by": visit.doctor.user_id,
    }


# -- duties ------------------------------------------------------------------------------------------------------------


def _move_duties(session: Session, visits: Sequence[_Visit], rng: Random) -> None:
    """Every visit closes the one that was due and opens the next; only a patient's last one of the batch stays open."""
    following: dict[int, _Visit] = {}
    firsts: dict[int, _Visit] = {}
    rows = []
    for visit in reversed(visits):
        rows.append(_duty_row(visit, following.get(visit.kept.id), rng))
        following[visit.kept.id] = firsts[visit.kept.id] = visit
    _close_standing(session, firsts)
    rows.reverse()
    insert_rows(session, Task, rows)


def _duty_row(visit: _Visit, done_by: _Visit | None, rng: Random) -> Row:
    row: Row = {
        "public_id": new_id(rng),
        "kind": TaskKind.FOLLOW_UP,
        "patient_id": visit.kept.id,
        "period": f"visit:{visit.id}",
        "area_code": visit.kept.area_code,
        "agency_id": visit.kept.agency_id,
        "due_on": visit.encounter.record.next_due_on,
        "because": [*visit.class_because, *visit.due_because],
        "opened_at": visit.at,
    }
    ending = {"state": TaskState.OPEN, "closed_at": None, "closed_by": None, "outcome": None}
    return row | (ending if done_by is None else _done(done_by))


def _done(visit: _Visit) -> Row:
    return {
        "state": TaskState.DONE,
        "closed_at": visit.at,
        "closed_by": visit.doctor.user_id,
        "outcome": _outcome(visit).to_json(),
    }


def _outcome(visit: _Visit) -> Reason:
    return reason("visit.done", visited_on=visit.encounter.record.visited_on)


def _close_standing(session: Session, firsts: dict[int, _Visit]) -> None:
    """The duties that stand from before are closed by each patient's first visit of the batch."""
    ends = []
    for part in slices(firsts):
        standing = select(Task.id, Task.patient_id).where(
            Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN, Task.patient_id.in_(part)
        )
        ends += [{"id": task_id} | _done(firsts[patient_id]) for task_id, patient_id in session.execute(standing)]
    change_rows(session, Task, ends)


# -- kept copies -------------------------------------------------------------------------------------------------------


def _keep_copies(session: Session, visits: Sequence[_Visit]) -> None:
    """The newest visit speaks for the patient; a level rated later elsewhere stands."""
    seen: dict[int, date] = {}
    newest: dict[int, _Visit] = {}
    for visit in visits:
        record = visit.encounter.record
        newest[visit.kept.id] = visit
        if record.form != VisitForm.TELEPHONE and record.objects & VisitObject.PATIENT:
            seen[visit.kept.id] = record.visited_on
    rows = [_copies(visit, seen.get(patient_id)) for patient_id, visit in newest.items()]
    change_rows(session, Patient, [row for row in rows if "risk_level" in row])
    change_rows(session, Patient, [row for row in rows if "risk_level" not in row])


def _copies(visit: _Visit, seen_on: date | None) -> Row:
    record, kept = visit.encounter.record, visit.kept
    row: Row = {
        "id": kept.id,
        "visit_class": record.visit_class,
        "last_visit_id": visit.id,
        "last_visit_on": record.visited_on,
        "last_visit_form": record.form,
        "last_seen_on": max(filter(None, (seen_on, kept.last_seen_on)), default=None),
        "next_due_on": record.next_due_on,
        "version": kept.version + 1,
    }
    if kept.risk_assessed_on is None or record.visited_on >= kept.risk_assessed_on:
        row |= {"risk_level": record.risk_level, "risk_assessed_on": record.visited_on}
    return row
