"""Relief of the actor's county."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.benefits.queries.standing import name_for
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.scope import within
from app.insurance.models import Claim, Relief
from app.insurance.rules.relief import ReliefState
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault

MOST = 100


@dataclass(frozen=True, slots=True)
class ReliefRow:
    """`injured` as the role sees it: in full for whoever writes it down, masked for others."""

    relief: Relief
    injured: str | None
    name: str | None
    claim: str | None
    by: str


def get_relief(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Relief:
    require(actor, Action.SEE_INSURED)
    wanted = (
        select(Relief)
        .join(Patient, Patient.id == Relief.patient_id)
        .where(Relief.public_id == public_id, within(Patient.area_code, actor))
    )
    if lock:
        wanted = wanted.with_for_update(of=Relief).execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_sent_relief(session: Session, actor: Actor, submission_key: str) -> Relief | None:
    return session.scalars(
        select(Relief).where(Relief.submission_key == submission_key, Relief.proposed_by == actor.user_id)
    ).one_or_none()


def list_reliefs(session: Session, actor: Actor, vault: Vault) -> list[ReliefRow]:
    """The newest first."""
    require(actor, Action.SEE_INSURED)
    rows = session.execute(
        select(Relief, Patient.person_id, Person.name, Claim.number, User.display_name)
        .join(Patient, Patient.id == Relief.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(User, User.id == Relief.proposed_by)
        .outerjoin(Claim, Claim.id == Relief.claim_id)
        .where(within(Patient.area_code, actor))
        .order_by(Relief.id.desc())
        .limit(MOST)
    ).all()
    vault.warm(person_id for _relief, person_id, *_rest in rows)
    return [
        ReliefRow(relief, _injured(actor, vault, relief, person_id), name_for(actor, name), claim, by)
        for relief, person_id, name, claim, by in rows
    ]


def _injured(actor: Actor, vault: Vault, relief: Relief, person_id: int) -> str | None:
    name = vault.open(person_id, "reliefs.injured", relief.injured_sealed)
    return name if name is None or relief.proposed_by == actor.user_id else mask_name(name)


def count_waiting(session: Session, actor: Actor) -> int:
    require(actor, Action.SEE_INSURANCE)
    return session.scalar(reliefs_waiting(actor)) or 0


def reliefs_waiting(actor: Actor) -> Select[int]:
    """How many in the actor's area ask for the second person."""
    return (
        select(func.count(Relief.id))
        .join(Patient, Patient.id == Relief.patient_id)
        .where(Relief.state == ReliefState.PROPOSED, within(Patient.area_code, actor))
    )
