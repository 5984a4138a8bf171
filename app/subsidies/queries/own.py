"""Whether money is about the actor's own family: the actor, the relatives that they have declared, and through them patients and payees."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor, hand_of
from app.guardians.models import Guardianship
from app.patients.models import Patient
from app.patients.queries.merges import rows_of_people
from app.people.queries_kin import own_people
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState


def is_own_line(session: Session, actor: Actor, line_id: int) -> bool:
    return _any_own(session, actor, SubsidyLine.id == line_id)


def pays_own(session: Session, actor: Actor, run: SubsidyRun) -> bool:
    """Whether the run pays somebody of the actor's family."""
    is_paid = (SubsidyLine.decision == LineState.PAY) & SubsidyLine.is_live
    return _any_own(session, actor, (SubsidyLine.run_id == run.id) & is_paid)


def is_own_person(session: Session, actor: Actor, person_id: int) -> bool:
    """The person is one of the actor's people, or both belong to one patient."""
    people = _people(session, actor)
    if not people:
        return False
    together = select(Patient.id).where(_belongs({person_id}), _belongs(people)).limit(1)
    return person_id in people or session.scalar(together) is not None


def is_own_patient(session: Session, actor: Actor, patient_id: int) -> bool:
    """One of the actor's people is the patient, or guards them at present."""
    people = _people(session, actor)
    own = select(Patient.id).where(Patient.id == patient_id, _belongs(people))
    return bool(people) and session.scalar(own) is not None


def hand_of_user(session: Session, user_id: int) -> str:
    """The human being behind an account, as known today."""
    user = session.get_one(User, user_id)
    return hand_of(user.id, user.person_id)


def _any_own(session: Session, actor: Actor, lines: ColumnElement[bool]) -> bool:
    people = _people(session, actor)
    if not people:
        return False
    own = SubsidyLine.payee_person_id.in_(people) | _belongs(people)
    query = select(SubsidyLine.id).join(Patient, Patient.id == SubsidyLine.patient_id).where(lines, own)
    return session.scalar(query.limit(1)) is not None


def _people(session: Session, actor: Actor) -> set[int]:
    """Of whoever was registered twice, both rows."""
    people = own_people(session, actor)
    return rows_of_people(session, people) if people else people


def _belongs(people: Collection[int]) -> ColumnElement[bool]:
    """One of them is the patient, or guards them at present, as first or second."""
    guards = exists().where(
        Guardianship.patient_id == Patient.id,
        Guardianship.person_id.in_(people),
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
    )
    return or_(Patient.person_id.in_(people), guards)
