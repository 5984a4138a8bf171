"""Agreements that run or are to come, as one list of an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person

_First, _Second, _SecondPerson = aliased(Person), aliased(Guardianship), aliased(Person)


@dataclass(frozen=True, slots=True)
class StandingAgreement:
    """Guardians are None where the role does not read their names; the patient is not on the list."""

    number: str
    village: str
    first: str | None
    second: str | None
    from_on: date
    to_on: date
    signed_on: date | None


def list_standing(session: Session, actor: Actor, today: date, most: int) -> Sequence[StandingAgreement]:
    """In the order of villages and numbers."""
    rows = session.execute(
        select(Agreement, Patient.area_code, _First.name, _SecondPerson.name)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Guardianship, Guardianship.id == Agreement.guardianship_id)
        .join(_First, _First.id == Guardianship.person_id)
        .outerjoin(_Second, _Second.id == Agreement.second_guardianship_id)
        .outerjoin(_SecondPerson, _SecondPerson.id == _Second.person_id)
        .where(
            Agreement.withdrawn_at.is_(None),
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= today,
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, actor),
        )
        .order_by(Patient.area_code, Agreement.number)
        .limit(most)
    ).all()
    names = full_names(session, {area_code for _one, area_code, _first, _second in rows})
    is_named = sees(actor, Field.GUARDIAN_NAME) in (Grant.FULL, Grant.TASK)
    return [
        StandingAgreement(
            one.number, names[area_code], first if is_named else None, second if is_named else None,
            one.from_on, one.ended_on or one.to_on, one.signed_on,
        )
        for one, area_code, first, second in rows
    ]  # fmt: skip
