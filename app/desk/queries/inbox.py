"""What is addressed to village workers, hospitals and administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.guardians.models import Guardianship
from app.guardians.rules import Rank, Relation
from app.patients.models import Patient
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.rules import TaskKind


@dataclass(frozen=True, slots=True)
class Guard:
    """Whom to call about a resident's agreement."""

    name: str
    relation: Relation
    phone: str | None


@dataclass(frozen=True, slots=True)
class AccountCount:
    role: Role
    active: int
    disabled: int
    never: int


def count_renewals(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """Agreements of the area that are to be renewed, and how many of them have run out."""
    found = session.execute(
        select(func.count(), func.count().filter(Task.due_on < today)).where(
            IS_OPEN, Task.kind == TaskKind.AGREEMENT_RENEWAL, within(Task.area_code, actor)
        )
    ).one()
    return found[0], found[1]


def first_guardians(session: Session, actor: Actor, vault: Vault, patients: Sequence[str]) -> dict[str, Guard]:
    """patient (public id) → present first guardian, for the tasks that are the actor's."""
    if sees(actor, Field.GUARDIAN_NAME) not in (Grant.FULL, Grant.TASK):
        return {}
    rows = session.execute(
        select(Patient.public_id, Guardianship.person_id, Person.name, Guardianship.relation)
        .select_from(Guardianship)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .join(Person, Person.id == Guardianship.person_id)
        .where(
            Patient.public_id.in_(patients),
            within(Patient.area_code, actor),
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    ).all()
    sees_phone = sees(actor, Field.GUARDIAN_PHONE) in (Grant.FULL, Grant.TASK)
    phones = list_main_phones(session, vault, {row.person_id for row in rows}) if sees_phone else {}
    return {row.public_id: Guard(row.name, row.relation, phones.get(row.person_id)) for row in rows}


def find_hospital(session: Session, actor: Actor) -> str | None:
    """The name of the actor's own hospital, as stays are written down under it."""
    return session.scalar(select(Agency.name).where(Agency.id == actor.agency_id)) if actor.agency_id else None


def count_accounts(session: Session, actor: Actor) -> list[AccountCount]:
    """Accounts of the area by role."""
    rows = session.execute(
        select(
            User.role,
            func.count().filter(~User.is_disabled),
            func.count().filter(User.is_disabled),
            func.count().filter(User.last_sign_in_at.is_(None), ~User.is_disabled),
        )
        .where(within(User.area_code, actor))
        .group_by(User.role)
        .order_by(User.role)
    )
    return [AccountCount(*row) for row in rows]
