"""What papers about many patients say of each of them: read in slices, never patient by patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.queries import names_of, written_name
from app.areas.rules import town_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.patients.models import Consent, Examination, Patient
from app.patients.queries.merges import merges
from app.patients.queries.page import consent_standing, shown_address, shown_id_number, shown_name
from app.patients.rules import ConsentKind, DiagnosisCategory, RegistryStatus
from app.people.models import Person
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Entry:
    """What the role may see of a patient on a paper; None is *not seen* or *not known*."""

    patient: Patient
    name: str
    place: str
    sex: int | None
    born_on: date | None
    id_number: str | None
    address: str | None
    # as of `PatientHeader`
    consent: str | None
    diagnosis: DiagnosisCategory | None
    risk_level: int | None
    risk_assessed_on: date | None


def list_entries(session: Session, actor: Actor, vault: Vault, patient_ids: Iterable[int]) -> dict[int, Entry]:
    """Record as asked for → the entry of the record that stands after every merge; whoever lies elsewhere is left out."""
    known = merges(session)
    ends = {one: known.end_of(one) for one in patient_ids}
    rows: dict[int, tuple[Patient, Person]] = {}
    for part in slices(set(ends.values())):
        here = select(Patient, Person).join(Person, Person.id == Patient.person_id)
        standing = (Patient.registry_status != RegistryStatus.MERGED, within(Patient.area_code, actor))
        rows |= {one.id: (one, person) for one, person in session.execute(here.where(Patient.id.in_(part), *standing))}
    vault.warm(person.id for _one, person in rows.values())
    areas = {one.area_code for one, _person in rows.values()}
    names_of(session, areas | {town_of(code) for code in areas})  # known to the session from here on
    papers = _consents(session, rows) if sees(actor, Field.CONSENT) is not Grant.NONE else {}
    found = {
        one.id: _entry(session, actor, vault, one, person, papers.get(one.id, [])) for one, person in rows.values()
    }
    return {asked: found[end] for asked, end in ends.items() if end in found}


def last_examinations(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, date]:
    """patient → the day of the newest examination; nobody for roles that see nothing clinical."""
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        return {}
    found: dict[int, date] = {}
    for part in slices(set(patient_ids)):
        rows = (
            select(Examination.patient_id, func.max(Examination.examined_on))
            .join(Patient, Patient.id == Examination.patient_id)
            .where(Patient.id.in_(part), within(Patient.area_code, actor), Examination.withdrawn_at.is_(None))
            .group_by(Examination.patient_id)
        )
        found |= dict(session.execute(rows).all())
    return found


def _consents(session: Session, patient_ids: Iterable[int]) -> dict[int, list[bool]]:
    """patient → what each paper on community management says, the newest first."""
    found: defaultdict[int, list[bool]] = defaultdict(list)
    for part in slices(patient_ids):
        rows = select(Consent.patient_id, Consent.is_agreed).where(
            Consent.patient_id.in_(part),
            Consent.kind == ConsentKind.COMMUNITY_MANAGEMENT,
            Consent.withdrawn_at.is_(None),
        )
        for patient_id, is_agreed in session.execute(rows.order_by(Consent.from_on.desc(), Consent.id.desc())):
            found[patient_id].append(is_agreed)
    return found


def _entry(
    session: Session, actor: Actor, vault: Vault, patient: Patient, person: Person, papers: Sequence[bool]
) -> Entry:
    sees_birth = sees(actor, Field.PATIENT_BIRTH_DATE) is Grant.FULL
    sees_level = sees(actor, Field.RISK_LEVEL) is Grant.FULL
    number = shown_id_number(actor, vault, person)
    return Entry(
        patient=patient,
        name=shown_name(sees(actor, Field.PATIENT_NAME), person),
        place=written_name(session, patient.area_code),
        sex=person.sex if sees_birth else None,
        born_on=person.born_on if sees_birth else None,
        id_number=number.text if number else None,
        address=shown_address(actor, vault, patient),
        consent=consent_standing(actor, papers),
        diagnosis=patient.diagnosis_category if sees(actor, Field.CLINICAL) is Grant.FULL else None,
        risk_level=patient.risk_level if sees_level else None,
        risk_assessed_on=patient.risk_assessed_on if sees_level else None,
    )
