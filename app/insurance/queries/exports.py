"""What leaves for the insurer: guardians by name, patients by a masked number and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import slices
from app.core.identity import mask_id
from app.core.money import Money
from app.core.scope import within
from app.insurance.models import Claim, Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.queries.policies import terms_of
from app.insurance.rules.enrolment import BatchKind, EndReason
from app.insurance.rules.policies import Premium, premium_for
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class ExportedPerson:
    """`premium` is what the list owes for this person: of a removal what comes back, negative."""

    number: int
    guardian: str
    masked_number: str
    from_on: date
    last_on: date
    premium: Money
    end_reason: EndReason | None


_Guardian = aliased(Person)
_AT_A_TIME = 1000


def exported_people(
    session: Session,
    vault: Vault,
    actor: Actor,
    policy: InsurancePolicy,
    batch: EnrolmentBatch | None,
    progress: Callable[[int, int], None] | None = None,
) -> list[ExportedPerson]:
    """Everybody on the insurer's list, or one batch of it, by number. `progress` hears (people read, people in all)."""
    require(actor, Action.KEEP_INSURANCE)
    wanted = (
        select(Enrolment, Patient.person_id, Person.id_number_sealed, _Guardian.name)
        .join(Patient, Patient.id == Enrolment.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_Guardian, _Guardian.id == Enrolment.guardian_person_id)
        .where(Enrolment.policy_id == policy.id, within(Patient.area_code, actor))
        .order_by(Enrolment.number)
    )
    if batch is not None:
        wanted = wanted.where(or_(Enrolment.added_batch_id == batch.id, Enrolment.removed_batch_id == batch.id))
    rows, found = session.execute(wanted).all(), []
    for some in slices(rows, _AT_A_TIME):
        vault.warm(person_id for _enrolment, person_id, *_rest in some)
        found += [_exported(vault, policy, batch, *row) for row in some]
        if progress is not None:
            progress(len(found), len(rows))
    return found


def _exported(
    vault: Vault,
    policy: InsurancePolicy,
    batch: EnrolmentBatch | None,
    enrolment: Enrolment,
    person_id: int,
    sealed: bytes | None,
    guardian: str | None,
) -> ExportedPerson:
    return ExportedPerson(
        enrolment.number,
        guardian or "",
        masked_number(vault, person_id, sealed),
        enrolment.from_on,
        policy.to_on if enrolment.to_on is None else enrolment.to_on - timedelta(days=1),
        _owed(policy, enrolment, batch),
        enrolment.end_reason if batch is None or batch.kind is BatchKind.REMOVALS else None,
    )


def _owed(policy: InsurancePolicy, enrolment: Enrolment, batch: EnrolmentBatch | None) -> Money:
    """A batch says what it said when it was made, whatever happened to the person since."""
    if batch is None:
        return Money(enrolment.premium_fen)
    whole = _on_the_way_in(policy, enrolment).amount
    return Money(enrolment.premium_fen) - whole if batch.kind is BatchKind.REMOVALS else whole


def _on_the_way_in(policy: InsurancePolicy, enrolment: Enrolment) -> Premium:
    return premium_for(terms_of(policy), enrolment.from_on, policy.to_on)


def masked_number(vault: Vault, person_id: int, sealed: bytes | None) -> str:
    number = vault.open(person_id, "people.id_number", sealed)
    return mask_id(number) if number else ""


def claim_people(session: Session, vault: Vault, actor: Actor, claim: Claim) -> tuple[str, str]:
    """The insured guardian's name and the patient's masked number, for the file."""
    require(actor, Action.KEEP_INSURANCE)
    person_id, sealed = session.execute(
        select(Patient.person_id, Person.id_number_sealed)
        .join(Person, Person.id == Patient.person_id)
        .where(Patient.id == claim.patient_id, within(Patient.area_code, actor))
    ).one()
    guardian = session.get(Person, claim.guardian_person_id) if claim.guardian_person_id else None
    return guardian.name if guardian else "", masked_number(vault, person_id, sealed)
