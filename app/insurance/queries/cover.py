"""What a patient's cover on a day is read from, and who is insured then."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.insurance.models import Enrolment, InsurancePolicy
from app.insurance.queries.leaving import WHY_LEFT
from app.insurance.rules.enrolment import CoverFacts, EndReason, ending_of
from app.patients.models import Patient, PatientSpan
from app.patients.queries.merges import records_of
from app.patients.rules import SpanKind
from app.people.models import Person


def cover_facts(session: Session, actor: Actor, policy: InsurancePolicy, patient: Patient) -> CoverFacts:
    """What a day's cover is read from: the enrolments, also of a record that was merged into this one, and the facts of today."""
    require(actor, Action.SEE_INSURED)
    spans = session.execute(
        select(Enrolment.from_on, Enrolment.to_on)
        .where(Enrolment.policy_id == policy.id, _enrolled(session, patient))
        .order_by(Enrolment.from_on)
    ).all()
    died_on = session.scalar(select(Person.died_on).where(Person.id == patient.person_id))
    left_on = session.scalar(
        select(PatientSpan.from_on).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.REGISTRY,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    )
    why = WHY_LEFT.get(patient.registry_status)
    return CoverFacts(
        policy_from=policy.from_on,
        policy_to=policy.to_on,
        enrolled=[(from_on, to_on) for from_on, to_on in spans],
        ending=ending_of(died_on, left_on, why) if why is not EndReason.MERGED else ending_of(died_on, None, None),
        registered_on=patient.registered_on,
        covers_late_found=policy.covers_late_found,
    )


def _enrolled(session: Session, patient: Patient) -> ColumnElement[bool]:
    """Of the patient, or of a record that was merged into this one."""
    return Enrolment.patient_id.in_(records_of(session, patient.id))


def find_insured_guardian(
    session: Session, actor: Actor, policy: InsurancePolicy, patient: Patient, day: date
) -> int | None:
    """Who is insured as the guardian on a day; without an enrolment, the first guardian of that day."""
    require(actor, Action.SEE_INSURANCE)
    enrolled = session.scalar(
        select(Enrolment.guardian_person_id)
        .where(
            Enrolment.policy_id == policy.id,
            _enrolled(session, patient),
            Enrolment.from_on <= day,
            Enrolment.to_on.is_(None) | (Enrolment.to_on > day),
        )
        .order_by(Enrolment.patient_id != patient.id)
        .limit(1)
    )
    if enrolled is not None:
        return enrolled
    return session.scalar(
        select(Guardianship.person_id)
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == Rank.FIRST,
            Guardianship.from_on <= day,
            Guardianship.to_on.is_(None) | (Guardianship.to_on > day),
            Guardianship.withdrawn_at.is_(None),
        )
        .order_by(Guardianship.from_on.desc())
        .limit(1)
    )
