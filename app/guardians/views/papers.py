"""What papers of this room are attached to, for the pages of `documents`: families, applications, agreements."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import Reason, reason
from app.core.scope import within
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject, register_subject
from app.guardians.models import Agreement, Guardianship
from app.guardians.queries.applications import get_application, is_asked
from app.guardians.queries.page import has_task
from app.guardians.rules import Rank
from app.guardians.rules.application import ApplicationState
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.people.models import Person

_CLOSED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
NOBODY = "—"


def find_agreement(session: Session, actor: Actor, public_id: str) -> Subject:
    """An agreement by its number: a village attaches the signed page also when no task of the family's is open."""
    found = session.execute(
        select(Agreement, Patient)
        .join(Patient, Patient.id == Agreement.patient_id)
        .where(Agreement.public_id == public_id, Agreement.withdrawn_at.is_(None), within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    agreement, patient = found
    title = reason("guardians.papers.agreement", number=agreement.number)
    return _subject(session, actor, DocumentSubject.AGREEMENT, public_id, patient, title, _guardians_page(patient))


def find_application(session: Session, actor: Actor, public_id: str) -> Subject:
    application = get_application(session, actor, public_id)
    patient = session.get_one(Patient, application.patient_id)
    title = reason("guardians.papers.application", name=_guardian(session, actor, patient, application.guardianship_id))
    is_keeper = may(actor, Action.KEEP_AGREEMENTS)
    back = url_for("guardians.application", public_id=public_id) if is_keeper else url_for("desk.home")
    return _subject(
        session, actor, DocumentSubject.APPLICATION, public_id, patient, title, back,
        takes_papers=application.state not in _CLOSED,
    )  # fmt: skip


def find_family(session: Session, actor: Actor, public_id: str) -> Subject:
    """What belongs to no one agreement: identity, kinship, discharge, death. Villages find a family only while a task is open."""
    patient = get_patient(session, actor, public_id)
    if sees(actor, Field.GUARDIAN_NAME) is Grant.TASK and not has_task(session, actor, patient):
        raise NotFound()
    title = reason("guardians.papers.family", name=_guardian(session, actor, patient, None))
    is_clinical = may(actor, Action.SEE_REGISTER)
    back = url_for("desk.patient", public_id=public_id) if is_clinical else _guardians_page(patient)
    return _subject(session, actor, DocumentSubject.PATIENT, patient.public_id, patient, title, back)


def _subject(
    session: Session,
    actor: Actor,
    kind: DocumentSubject,
    public_id: str,
    patient: Patient,
    title: Reason,
    back: str,
    *,
    takes_papers: bool = True,
) -> Subject:
    asked = has_task(session, actor, patient) or is_asked(session, actor, patient)
    is_seen = may(actor, Action.SEE_GUARDIANS) and (sees(actor, Field.GUARDIAN_NAME) is not Grant.TASK or asked)
    at = back if is_seen else url_for("desk.home")
    return Subject(kind, public_id, patient.id, patient.area_code, title, at, asked, takes_papers)


def _guardians_page(patient: Patient) -> str:
    return url_for("guardians.list_guardians", public_id=patient.public_id)


def _guardian(session: Session, actor: Actor, patient: Patient, guardianship_id: int | None) -> str:
    """The first guardian's name, of the application or of today, as the role may read it."""
    grant = sees(actor, Field.GUARDIAN_NAME)
    if grant is not Grant.FULL and not (grant is Grant.TASK and has_task(session, actor, patient)):
        return NOBODY
    wanted = select(Person.name).join(Guardianship, Guardianship.person_id == Person.id)
    if guardianship_id is not None:
        wanted = wanted.where(Guardianship.id == guardianship_id)
    else:
        wanted = wanted.where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    return session.scalar(wanted) or NOBODY


register_subject(DocumentSubject.AGREEMENT, find_agreement)
register_subject(DocumentSubject.APPLICATION, find_application)
register_subject(DocumentSubject.PATIENT, find_family)
