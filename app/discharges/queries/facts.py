"""What the register says that moves a loop: visits, stays, deaths, moves. Facts are read, never pushed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.core.clock import business_day
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import LIVE, OPEN_FORMS, FormKind, FormState
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentKind, IncidentState
from app.patients.models import Admission, Clue, Patient, Transfer
from app.patients.queries.merges import merges, records_of
from app.patients.rules import NOT_LIVE, RegistryStatus, TransferState
from app.people.models import Person
from app.visits.models import FollowUpVisit

_SERIOUS = (IncidentKind.PUBLIC_ORDER, IncidentKind.CRIMINAL)


class Place(NamedTuple):
    """Where somebody lives: by code, and in words where it lies beyond the county."""

    area_code: str
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one live loop, as the register knows now. Days on or after the discharge; first and last visit."""

    discharge_id: int
    patient_id: int | None
    area_code: str | None
    # transferred out, and where to, as far as a transfer says so
    has_left: bool = False
    left_for: Place | None = None
    died_on: date | None = None
    readmitted_on: date | None = None
    visited_on: date | None = None
    last_visit_on: date | None = None
    # guardians of now, where the notice that nobody has confirmed is somebody else's, or went to the committee
    guardian: int | None = None
    second_guardian: int | None = None


def has_incident(session: Session, patient_id: int) -> bool:
    """The police have answered for something before: a record of it, or a visit's count."""
    recorded = select(Incident.id).where(
        Incident.patient_id.in_(records_of(session, patient_id)),
        Incident.state != IncidentState.DISMISSED,
        Incident.kind.in_(_SERIOUS),
    )
    if session.scalar(recorded.limit(1)) is not None:
        return True
    counted = select(FollowUpVisit.id).where(
        FollowUpVisit.patient_id == patient_id,
        FollowUpVisit.withdrawn_at.is_(None),
        or_(FollowUpVisit.public_order_incidents > 0, FollowUpVisit.criminal_incidents > 0),
    )
    return session.scalar(counted.limit(1)) is not None


def live_loops(session: Session, after: int, size: int) -> Sequence[Discharge]:
    """Loops that run, by id, a batch at a time; for the job, which looks at every county."""
    rows = select(Discharge).where(Discharge.state.in_(LIVE), Discharge.id > after).order_by(Discharge.id).limit(size)
    return session.scalars(rows).all()


def find_registrations(session: Session, loops: Sequence[Discharge]) -> dict[int, int]:
    """loop → registration that its person has now, or that came of the clue which the record opened."""
    found: dict[int, int] = {}
    clues = {one.clue_id: one.id for one in loops if one.clue_id is not None}
    for part in slices(clues):
        told = select(Clue.id, Clue.patient_id).where(Clue.id.in_(part), Clue.patient_id.is_not(None))
        found.update((clues[clue], patient) for clue, patient in session.execute(told) if patient is not None)
    for part in slices({one.person_id for one in loops}):
        rows = session.execute(
            select(Discharge.id, Patient.id)
            .join(Patient, Patient.person_id == Discharge.person_id)
            .where(Discharge.person_id.in_(part), Discharge.state.in_(LIVE), Patient.registry_status.not_in(NOT_LIVE))
        )
        found.update((loop, patient) for loop, patient in rows)
    return found


def facts_of(session: Session, loops: Sequence[Discharge]) -> dict[int, Facts]:
    """Seven statements whatever the batch: place and death, where to, stays, visits, notices and guardians."""
    known = merges(session)
    of_patient = {one.id: known.end_of(one.patient_id) for one in loops if one.patient_id is not None}
    ids = sorted(set(of_patient.values()))
    people = {
        patient: (area, died, status is RegistryStatus.TRANSFERRED_OUT)
        for part in slices(ids)
        for patient, area, died, status in session.execute(
            select(Patient.id, Patient.area_code, Person.died_on, Patient.registry_status)
            .join(Person, Person.id == Patient.person_id)
            .where(Patient.id.in_(part))
        )
    }
    stays, visits = _stays(session, list(of_patient)), visits_since(session, list(of_patient))
    left_for = _left_for(session, [patient for patient, (_area, _died, has_left) in people.items() if has_left])
    notices, guards = _notices(session, list(of_patient)), _guards(session, ids)
    found = {}
    for one in loops:
        patient = of_patient.get(one.id, 0)
        area, died_on, has_left = people.get(patient, (None, None, False))
        is_later = died_on is not None and died_on >= _left_on(one)
        days = visits.get(one.id, [])
        guardian = guards.get((patient, Rank.FIRST))
        is_other = one.id in notices and guardian not in (None, notices[one.id])
        found[one.id] = Facts(
            one.id,
            patient or None,
            area,
            has_left,
            left_for.get(patient),
            died_on if is_later else None,
            stays.get(one.id),
            days[0] if days else None,
            days[-1] if days else None,
            guardian if is_other else None,
            guards.get((patient, Rank.SECOND)) if is_other else None,
        )
    return found


def _left_for(session: Session, patients: Sequence[int]) -> dict[int, Place]:
    """patient → the place of the last transfer that was accepted beyond the county."""
    found: dict[int, Place] = {}
    for part in slices(patients):
        rows = session.execute(
            select(Transfer.patient_id, Transfer.to_area_code, Transfer.to_place)
            .where(
                Transfer.patient_id.in_(part),
                Transfer.state == TransferState.ACCEPTED,
                Transfer.to_agency_id.is_(None),
            )
            .order_by(Transfer.id)
        )
        found.update({patient: Place(code, words or "") for patient, code, words in rows})
    return found


def _notices(session: Session, loops: Sequence[int]) -> dict[int, int | None]:
    """loop → the guardianship to which its notice went; None: to whom the hospital named, or to the committee. Left out: a family's
    that has ended. What the committee has received is no word to a guardian who is found later."""
    found: dict[int, int | None] = {}
    for part in slices(loops):
        rows = session.execute(
            select(HandoverForm)
            .where(HandoverForm.discharge_id.in_(part), HandoverForm.kind == FormKind.GUARDIAN)
            .order_by(HandoverForm.round)
        ).scalars()
        for form in {one.discharge_id: one for one in rows}.values():
            if form.state in OPEN_FORMS or (form.state is FormState.CLOSED and not is_for_family(form)):
                found[form.discharge_id] = form.guardianship_id
    return found


def is_for_family(form: HandoverForm) -> bool:
    """A notice that the guardian has, or whom the hospital named; where nobody was known it went to the committee of the place."""
    return form.agency_id is None and form.addressee == ""


def _guards(session: Session, patients: Sequence[int]) -> dict[tuple[int, Rank], int]:
    found: dict[tuple[int, Rank], int] = {}
    for part in slices(patients):
        rows = session.execute(
            select(Guardianship.patient_id, Guardianship.rank, Guardianship.id).where(
                Guardianship.patient_id.in_(part), Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
            )
        )
        found.update({(patient, rank): guard for patient, rank, guard in rows})
    return found


def visits_since(session: Session, loops: Sequence[int]) -> dict[int, list[date]]:
    """loop → days of completed visits on or after the day of discharge, in order."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    left = _left_by_record(session, loops)
    for part in slices(left):
        rows = session.execute(
            select(FollowUpVisit.patient_id, FollowUpVisit.visited_on)
            .where(
                FollowUpVisit.patient_id.in_(part),
                FollowUpVisit.is_complete,
                FollowUpVisit.withdrawn_at.is_(None),
            )
            .order_by(FollowUpVisit.visited_on)
        )
        for patient, visited_on in rows:
            for loop, left_on, _admitted_on in left[patient]:
                if visited_on >= left_on:
                    found[loop].append(visited_on)
    return {loop: sorted(days) for loop, days in found.items()}


def _stays(session: Session, loops: Sequence[int]) -> dict[int, date]:
    """loop → admission day of a stay that began after this one had ended."""
    found: dict[int, date] = {}
    left = _left_by_record(session, loops)
    for part in slices(left):
        rows = session.execute(
            select(Admission.patient_id, Admission.from_on)
            .where(Admission.patient_id.in_(part), Admission.withdrawn_at.is_(None))
            .order_by(Admission.from_on)
        )
        for patient, from_on in rows:
            for loop, left_on, admitted_on in left[patient]:
                if from_on >= left_on and from_on > admitted_on:
                    found.setdefault(loop, from_on)
    return found


def _left_by_record(session: Session, loops: Sequence[int]) -> dict[int, list[tuple[int, date, date]]]:
    """Every record of the loops' people, merged ones too → (loop, day of leaving, day of admission)."""
    found: defaultdict[int, list[tuple[int, date, date]]] = defaultdict(list)
    known = merges(session)
    for part in slices(loops):
        rows = session.execute(
            select(Discharge.id, Discharge.patient_id, Discharge.discharged_at, Discharge.admitted_on).where(
                Discharge.id.in_(part)
            )
        )
        for loop, patient, left_at, admitted_on in rows:
            if patient is None or left_at is None:
                continue
            left_on = business_day(left_at)
            for record in known.records_of(patient):
                found[record].append((loop, left_on, admitted_on or left_on))
    return dict(found)


def _left_on(discharge: Discharge) -> date:
    return business_day(discharge.discharged_at) if discharge.discharged_at else date.max
