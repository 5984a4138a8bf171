"""Who is insured, who would be added or removed today, and what a patient's cover is read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.benefits.queries.standing import name_for
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.money import Money
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.insurance.models import Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.queries.policies import needs_guardian, terms_of
from app.insurance.rules.enrolment import (
    HIGH_RISK,
    BatchKind,
    Candidate,
    EndReason,
    eligibility,
)
from app.insurance.rules.policies import EligibleRule, Premium, premium_for
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.models import Person

MOST_SHOWN = 100  # names in a preview; the counts are whole


@dataclass(frozen=True, slots=True)
class ToAdd:
    """Somebody whom the rule wants insured and who is not; the name as the role sees it."""

    patient_id: int
    patient: str
    guardian_person_id: int | None
    name: str | None
    guardian: str | None
    area_code: str
    village: str
    because: Reason
    premium: Premium


@dataclass(frozen=True, slots=True)
class Insured:
    """One line of the list of who is insured."""

    id: int
    enrolment: str
    number: int
    patient: str
    name: str | None
    guardian: str | None
    village: str
    from_on: date
    last_on: date
    end_reason: EndReason | None
    premium: Money


_Guardian = aliased(Person)
_BY_VILLAGE = (Patient.area_code, Patient.id)


def candidates(
    session: Session, actor: Actor, policy: InsurancePolicy, on: date, most: int = MOST_SHOWN
) -> list[ToAdd]:
    """The first of those whom the policy's rule wants insured from a day and who are not, in the order of villages."""
    require(actor, Action.SEE_INSURANCE)
    rows = session.execute(_wanted(actor, policy, on).order_by(*_BY_VILLAGE).limit(most)).all()
    return _as_candidates(session, actor, policy, rows, on)


def count_candidates(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> int:
    """All of them."""
    require(actor, Action.SEE_INSURANCE)
    return session.scalar(select(func.count()).select_from(_wanted(actor, policy, on).subquery())) or 0


def to_enrol(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> Sequence[tuple[int, int | None]]:
    """(patient, guardian) of all of them, in the order of the list's numbers."""
    require(actor, Action.SEE_INSURANCE)
    wanted = _wanted(actor, policy, on).with_only_columns(Patient.id, _Guardian.id).order_by(*_BY_VILLAGE)
    return [(patient, guardian) for patient, guardian in session.execute(wanted)]


def list_not_covered(
    session: Session, actor: Actor, policy: InsurancePolicy, on: date, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ToAdd]:
    """A page of them, with those who cannot be added because they have no guardian."""
    require(actor, Action.SEE_INSURANCE)
    wanted = _wanted(actor, policy, on, with_guardian=False).order_by(*_BY_VILLAGE).limit(size + 1)
    after = decode_cursor(cursor, 2)
    if after is not None and isinstance(after[0], str) and type(after[1]) is int:
        area, last = after
        later = or_(Patient.area_code > area, and_(Patient.area_code == area, Patient.id > last))
        wanted = wanted.where(later)
    page = page_of(session.execute(wanted).all(), size, lambda row: (row.area_code, row.id))
    return Page(_as_candidates(session, actor, policy, page.rows, on), page.next_cursor)


def count_not_covered(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> int:
    require(actor, Action.SEE_INSURANCE)
    wanted = _wanted(actor, policy, on, with_guardian=False).subquery()
    return session.scalar(select(func.count()).select_from(wanted)) or 0


def _wanted(
    actor: Actor, policy: InsurancePolicy, on: date, *, with_guardian: bool | None = None
) -> Select[*tuple[Any, ...]]:
    """Patients whom the rule wants; the rule itself says why of whoever is shown."""
    demands_guardian = needs_guardian(policy) if with_guardian is None else with_guardian
    wanted = (
        select(
            Patient.id,
            Patient.public_id,
            Patient.area_code,
            Patient.registry_status,
            Patient.management_status,
            Patient.risk_level,
            Person.name,
            _Guardian.id.label("guardian_id"),
            _Guardian.name.label("guardian"),
        )
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(
            Guardianship,
            and_(
                Guardianship.patient_id == Patient.id,
                Guardianship.rank == Rank.FIRST,
                Guardianship.to_on.is_(None),
                Guardianship.withdrawn_at.is_(None),
            ),
        )
        .outerjoin(_Guardian, _Guardian.id == Guardianship.person_id)
        .where(
            within(Patient.area_code, actor),
            Patient.registry_status == RegistryStatus.REGISTERED,
            Person.died_on.is_(None),
            _by_rule(policy.eligible_rule),
            ~_is_enrolled(policy, on),
        )
    )
    return wanted.where(_Guardian.id.is_not(None)) if demands_guardian else wanted


def _is_enrolled(policy: InsurancePolicy, on: date) -> ColumnElement[bool]:
    """Where a policy insures guardians, it is the one of now who has to stand there."""
    enrolled = exists().where(
        Enrolment.policy_id == policy.id,
        Enrolment.patient_id == Patient.id,
        Enrolment.to_on.is_(None) | (Enrolment.to_on > on),
    )
    return enrolled.where(Enrolment.guardian_person_id == _Guardian.id) if needs_guardian(policy) else enrolled


def _by_rule(rule: EligibleRule) -> ColumnElement[bool]:
    if rule is EligibleRule.RISK3:
        return Patient.risk_level >= HIGH_RISK
    if rule is EligibleRule.MANAGED:
        return Patient.management_status == ManagementStatus.MANAGED
    return Patient.registry_status == RegistryStatus.REGISTERED


def _as_candidates(
    session: Session, actor: Actor, policy: InsurancePolicy, rows: Iterable[Row[Any]], on: date
) -> list[ToAdd]:
    found, terms = list(rows), terms_of(policy)
    premium = premium_for(terms, on, policy.to_on)
    villages = full_names(session, {row.area_code for row in found})
    made = []
    for row in found:
        candidate = Candidate(
            is_registered=row.registry_status is RegistryStatus.REGISTERED,
            is_managed=row.management_status is ManagementStatus.MANAGED,
            risk_level=row.risk_level,
            has_guardian=row.guardian_id is not None,
        )
        is_eligible, because = eligibility(policy.eligible_rule, candidate, needs_guardian=needs_guardian(policy))
        if is_eligible or not candidate.has_guardian:
            made.append(
                ToAdd(
                    row.id,
                    row.public_id,
                    row.guardian_id,
                    name_for(actor, row.name),
                    guardian_for(actor, row.guardian),
                    row.area_code,
                    villages[row.area_code],
                    because,
                    premium,
                )
            )
    return made


def list_insured(
    session: Session, actor: Actor, policy: InsurancePolicy, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Insured]:
    """A page of everybody who is or was insured, by number."""
    require(actor, Action.SEE_INSURED)
    wanted = _insured(actor, policy).order_by(Enrolment.number).limit(size + 1)
    after = decode_cursor(cursor, 1)
    if after is not None and type(after[0]) is int:
        wanted = wanted.where(Enrolment.number > after[0])
    page = page_of(session.execute(wanted).all(), size, lambda row: (row.number,))
    villages = full_names(session, {row.area_code for row in page.rows})
    return Page([_as_insured(actor, policy, row, villages[row.area_code]) for row in page.rows], page.next_cursor)


def _insured(actor: Actor, policy: InsurancePolicy) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Enrolment.id,
            Enrolment.public_id.label("enrolment"),
            Enrolment.number,
            Enrolment.from_on,
            Enrolment.to_on,
            Enrolment.end_reason,
            Enrolment.premium_fen,
            Patient.public_id.label("patient"),
            Patient.area_code,
            Person.name,
            Person.died_on,
            _Guardian.name.label("guardian"),
        )
        .join(Patient, Patient.id == Enrolment.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_Guardian, _Guardian.id == Enrolment.guardian_person_id)
        .where(Enrolment.policy_id == policy.id, within(Patient.area_code, actor))
    )


def _as_insured(actor: Actor, policy: InsurancePolicy, row: Row[Any], village: str) -> Insured:
    stored = policy.to_on if row.to_on is None else row.to_on - timedelta(days=1)
    last_on = min(stored, row.died_on) if row.died_on else stored
    return Insured(
        row.id,
        row.enrolment,
        row.number,
        row.patient,
        name_for(actor, row.name),
        guardian_for(actor, row.guardian),
        village,
        row.from_on,
        last_on,
        row.end_reason or (EndReason.DIED if last_on < stored else None),
        Money(row.premium_fen),
    )


def highest_number(session: Session, actor: Actor, policy: InsurancePolicy) -> int:
    require(actor, Action.SEE_INSURANCE)
    return session.scalar(select(func.max(Enrolment.number)).where(Enrolment.policy_id == policy.id)) or 0


def find_batch(session: Session, actor: Actor, policy: InsurancePolicy, public_id: str) -> EnrolmentBatch | None:
    """A batch of a policy that was handed out."""
    require(actor, Action.SEE_INSURANCE)
    return session.scalars(
        select(EnrolmentBatch).where(EnrolmentBatch.policy_id == policy.id, EnrolmentBatch.public_id == public_id)
    ).one_or_none()


def counts_of_day(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> dict[str, int]:
    """How many were added and removed as of a day."""
    require(actor, Action.SEE_INSURANCE)
    counted = (
        select(EnrolmentBatch.kind, func.sum(EnrolmentBatch.count))
        .where(EnrolmentBatch.policy_id == policy.id, EnrolmentBatch.effective_on == on)
        .group_by(EnrolmentBatch.kind)
    )
    by_kind = {kind: int(count) for kind, count in session.execute(counted)}
    removed = by_kind.pop(BatchKind.REMOVALS, 0)
    return {"added": sum(by_kind.values()), "removed": removed}


def count_batches(session: Session, actor: Actor, policy: InsurancePolicy) -> int:
    require(actor, Action.SEE_INSURANCE)
    return (
        session.scalar(select(func.count()).select_from(EnrolmentBatch).where(EnrolmentBatch.policy_id == policy.id))
        or 0
    )


def guardian_for(actor: Actor, name: str | None) -> str | None:
    return name if name and sees(actor, Field.GUARDIAN_NAME) is Grant.FULL else None
