"""Guardians and agreements beside a patient, as a role may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.identity import mask_phone
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.patients.models import Patient
from app.patients.queries import Masked
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One guardianship. `phone` is None where the role does not see it or none is known."""

    public_id: str
    person: str
    name: str
    rank: Rank
    relation: Relation
    legal_basis: LegalBasis
    post: str | None
    lives_together: bool | None
    from_on: date
    to_on: date | None
    died_on: date | None
    phone: Masked | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    public_id: str
    number: str
    guardian: str
    from_on: date
    to_on: date
    signed_on: date | None
    ended_on: date | None

    @property
    def last_day(self) -> date:
        return self.ended_on or self.to_on


def list_guards(session: Session, actor: Actor, vault: Vault, patient: Patient) -> list[GuardRow]:
    """Present and former guardians, those of today first; none for roles that may not read their names."""
    if sees(actor, Field.GUARDIAN_NAME) is not Grant.FULL:
        return []
    rows = session.execute(
        select(Guardianship, Person)
        .join(Person, Person.id == Guardianship.person_id)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(Guardianship.to_on.is_not(None), Guardianship.rank, Guardianship.from_on.desc())
    ).all()
    phones = _phones(session, actor, vault, [person.id for guard, person in rows if guard.to_on is None])
    return [_guard(guard, person, phones.get(person.id)) for guard, person in rows]


def list_agreements(session: Session, actor: Actor, patient: Patient) -> list[AgreementRow]:
    """The patient's agreements, the newest first; none for roles that may not read guardians' names."""
    if sees(actor, Field.GUARDIAN_NAME) is not Grant.FULL:
        return []
    rows: Any = session.execute(
        select(
            Agreement.public_id,
            Agreement.number,
            Person.name,
            Agreement.from_on,
            Agreement.to_on,
            Agreement.signed_on,
            Agreement.ended_on,
        )
        .join(Guardianship, Guardianship.id == Agreement.guardianship_id)
        .join(Person, Person.id == Guardianship.person_id)
        .join(Patient, Patient.id == Agreement.patient_id)
        .where(Agreement.patient_id == patient.id, Agreement.withdrawn_at.is_(None), within(Patient.area_code, actor))
        .order_by(Agreement.from_on.desc())
    )
    return [AgreementRow(*row) for row in rows]


def _phones(session: Session, actor: Actor, vault: Vault, person_ids: list[int]) -> dict[int, Masked]:
    grant = sees(actor, Field.GUARDIAN_PHONE)
    if grant not in (Grant.FULL, Grant.MASKED):
        return {}
    numbers = list_main_phones(session, vault, person_ids)
    if grant is Grant.MASKED:
        return {person_id: Masked(mask_phone(number), True) for person_id, number in numbers.items()}
    return {person_id: Masked(number, False) for person_id, number in numbers.items()}


def _guard(guard: Guardianship, person: Person, phone: Masked | None) -> GuardRow:
    return GuardRow(
        public_id=guard.public_id,
        person=person.public_id,
        name=person.name,
        rank=guard.rank,
        relation=guard.relation,
        legal_basis=guard.legal_basis,
        post=guard.post,
        lives_together=guard.lives_together,
        from_on=guard.from_on,
        to_on=guard.to_on,
        died_on=person.died_on,
        phone=phone,
    )
