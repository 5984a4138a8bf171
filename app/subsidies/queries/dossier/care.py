"""What the payment rests on: agreement and application, who guarded when, duty checks, visits as yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.period import parse_period, quarters_of
from app.guardians.models import (
    Agreement,
    AgreementApplication,
    ApplicationEvent,
    DutyCheck,
    DutySignature,
    Guardianship,
)
from app.guardians.rules import Rank, Relation
from app.people.models import Person
from app.subsidies.models import SubsidyLine
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitForm, VisitObject


@dataclass(frozen=True)
class GuardianSpan:
    name: str
    rank: Rank
    relation: Relation
    from_on: date
    # first day on which it no longer holds
    to_on: date | None
    recorded_at: datetime
    recorded_by: str | None
    is_withdrawn: bool
    is_payee: bool


@dataclass(frozen=True)
class DutySheet:
    """One standing or replaced check, with the offices that signed it."""

    check: DutyCheck
    recorded_by: str
    signatures: tuple[tuple[DutySignature, str], ...]


@dataclass(frozen=True)
class AgreementFile:
    agreement: Agreement
    recorded_by: str | None
    application: AgreementApplication | None
    # each step and who took it
    steps: tuple[tuple[ApplicationEvent, str], ...]


def agreement_of(session: Session, line: SubsidyLine) -> AgreementFile:
    agreement, recorder = session.execute(
        select(Agreement, User.display_name)
        .join(User, User.id == Agreement.recorded_by, isouter=True)
        .where(Agreement.id == line.agreement_id)
    ).one()
    rows = session.execute(
        select(AgreementApplication, ApplicationEvent, User.display_name)
        .join(ApplicationEvent, ApplicationEvent.application_id == AgreementApplication.id, isouter=True)
        .join(User, User.id == ApplicationEvent.by, isouter=True)
        .where(AgreementApplication.agreement_id == agreement.id)
        .order_by(ApplicationEvent.id)
    ).all()
    steps = tuple((event, who) for _, event, who in rows if event is not None)
    return AgreementFile(agreement, recorder, rows[0][0] if rows else None, steps)


def guardians_of(session: Session, line: SubsidyLine) -> list[GuardianSpan]:
    """Everybody who was the patient's guardian, of either rank, the newest first."""
    rows = session.execute(
        select(Guardianship, Person.name, User.display_name)
        .join(Person, Person.id == Guardianship.person_id)
        .join(User, User.id == Guardianship.recorded_by, isouter=True)
        .where(Guardianship.patient_id == line.patient_id)
        .order_by(Guardianship.rank, Guardianship.from_on.desc(), Guardianship.id.desc())
    )
    return [
        GuardianSpan(
            name, one.rank, one.relation, one.from_on, one.to_on, one.recorded_at, recorder,
            one.withdrawn_at is not None, one.person_id == line.payee_person_id,
        )
        for one, name, recorder in rows
    ]  # fmt: skip


def duty_sheets_of(session: Session, line: SubsidyLine) -> list[DutySheet]:
    """Checks of the line's agreement in the paid period, replaced ones too."""
    recorder, signer = aliased(User), aliased(User)
    rows = session.execute(
        select(DutyCheck, recorder.display_name, DutySignature, signer.display_name)
        .join(recorder, recorder.id == DutyCheck.recorded_by)
        .join(DutySignature, DutySignature.duty_check_id == DutyCheck.id, isouter=True)
        .join(signer, signer.id == DutySignature.by, isouter=True)
        .where(
            DutyCheck.agreement_id == line.agreement_id,
            DutyCheck.quarter.in_([str(one) for one in quarters_of(parse_period(line.period))]),
        )
        .order_by(DutyCheck.id.desc(), DutySignature.id)
    ).all()
    sheets: dict[int, tuple[DutyCheck, str, list[tuple[DutySignature, str]]]] = {}
    for check, who, signature, by in rows:
        found = sheets.setdefault(check.id, (check, who, []))
        if signature is not None:
            found[2].append((signature, by or "—"))
    return [DutySheet(check, who, tuple(signatures)) for check, who, signatures in sheets.values()]


def count_meetings(session: Session, line: SubsidyLine) -> int:
    """How often a clinician met the patient in the paid period: a number, no day (roles.md)."""
    period = parse_period(line.period)
    in_person = and_(
        FollowUpVisit.withdrawn_at.is_(None),
        FollowUpVisit.is_complete,
        FollowUpVisit.form.in_((VisitForm.OUTPATIENT, VisitForm.HOME)),
        FollowUpVisit.objects.bitwise_and(int(VisitObject.PATIENT)) > 0,
    )
    found = select(func.count()).where(
        FollowUpVisit.patient_id == line.patient_id,
        FollowUpVisit.visited_on.between(period.first_day, period.last_day),
        in_person,
    )
    return session.scalar(found) or 0


def is_condition_met(reasons: Sequence[dict[str, object]]) -> bool:
    """Whether the patient met the policy's condition, by level or by an earlier incident; which of them, only the reasons say."""
    return not any(one["code"] in ("subsidies.refuse.level", "subsidies.hold.no_level") for one in reasons)
