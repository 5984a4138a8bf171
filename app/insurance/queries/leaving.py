"""Whose cover has ended and who stands on the insurer's list nevertheless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from app.benefits.queries.standing import name_for
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.money import Money
from app.core.scope import within
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.insurance.models import Enrolment, InsurancePolicy
from app.insurance.queries.enrolment import guardian_for
from app.insurance.queries.policies import needs_guardian, terms_of
from app.insurance.rules.enrolment import Ending, EndReason, ending_of
from app.insurance.rules.policies import Premium, premium_for
from app.patients.models import Patient, PatientSpan
from app.patients.rules import RegistryStatus, SpanKind
from app.people.models import Person

WHY_LEFT = {
    RegistryStatus.TRANSFERRED_OUT: EndReason.LEFT,
    RegistryStatus.EXCLUDED: EndReason.EXCLUDED,
    RegistryStatus.MERGED: EndReason.MERGED,
}

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ToRemove:
    """Somebody whose cover has ended and of whom the insurer does not know it yet; `refund` is what comes back."""

    enrolment_id: int
    number: int
    patient: str
    name: str | None
    guardian: str | None
    ending: Ending
    to_on: date
    earned: Premium
    refund: Money


_Guardian = aliased(Person)


def leavers(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> list[ToRemove]:
    """Everybody who stands on the insurer's list and whose cover has ended by a day; of a policy that insures guardians also
    whoever is none any more: covered to the day before it is reported, from which the new one is."""
    require(actor, Action.SEE_INSURED)
    left = aliased(PatientSpan)
    has_other_guardian = ~guards_still() if needs_guardian(policy) else false()
    rows = session.execute(
        select(
            Enrolment, Patient.public_id, Patient.registry_status, Person.name, Person.died_on, left.from_on,
            _Guardian.name.label("guardian"), has_other_guardian.label("has_other_guardian"),
        )
        .join(Patient, Patient.id == Enrolment.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_Guardian, _Guardian.id == Enrolment.guardian_person_id)
        .outerjoin(
            left,
            and_(
                left.patient_id == Patient.id,
                left.what == SpanKind.REGISTRY,
                left.to_on.is_(None),
                left.withdrawn_at.is_(None),
            ),
        )
        .where(
            Enrolment.policy_id == policy.id,
            Enrolment.to_on.is_(None),
            within(Patient.area_code, actor),
            or_(Person.died_on.is_not(None), Patient.registry_status.in_(WHY_LEFT), has_other_guardian),
        )
        .order_by(Enrolment.number)
    )  # fmt: skip
    found = []
    for enrolment, public_id, status, name, died_on, left_on, guardian, is_other in rows:
        ending = _ending(status, died_on, left_on, on) or (Ending(on - _DAY, EndReason.GUARDIAN) if is_other else None)
        if ending is not None and ending.last_on < on:
            found.append(_to_remove(actor, policy, enrolment, public_id, name, guardian, ending))
    return found


def guards_still() -> ColumnElement[bool]:
    """Whom the enrolment insures is the patient's first guardian now."""
    return exists().where(
        Guardianship.patient_id == Enrolment.patient_id,
        Guardianship.person_id == Enrolment.guardian_person_id,
        Guardianship.rank == Rank.FIRST,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
    )


def _ending(status: RegistryStatus, died_on: date | None, left_on: date | None, on: date) -> Ending | None:
    """A record that was merged is covered to the day before it is reported: the other record is insured from that day."""
    why = WHY_LEFT.get(status)
    return ending_of(died_on, on if why is EndReason.MERGED else left_on, why)


def _to_remove(
    actor: Actor,
    policy: InsurancePolicy,
    enrolment: Enrolment,
    patient: str,
    name: str,
    guardian: str | None,
    ending: Ending,
) -> ToRemove:
    to_on = max(ending.last_on + _DAY, enrolment.from_on)
    earned = premium_for(terms_of(policy), enrolment.from_on, to_on - _DAY)
    return ToRemove(
        enrolment.id,
        enrolment.number,
        patient,
        name_for(actor, name),
        guardian_for(actor, guardian),
        ending,
        to_on,
        earned,
        Money(enrolment.premium_fen) - earned.amount,
    )
