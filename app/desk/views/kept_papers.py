"""What papers of several rooms are attached to: a duty check's sheet, the proof of an account, receipts of money paid and paid back."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import reason
from app.core.scope import within
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject, register_subject
from app.guardians.models import Agreement, DutyCheck, Guardianship
from app.guardians.queries.page import has_task
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.people.models import PayeeAccount
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.lines import get_line
from app.subsidies.queries.recoveries import get_recovery
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState


def find_duty_check(session: Session, actor: Actor, public_id: str) -> Subject:
    found = session.execute(
        select(DutyCheck, Patient, Agreement)
        .join(Patient, Patient.id == DutyCheck.patient_id)
        .join(Agreement, Agreement.id == DutyCheck.agreement_id)
        .where(DutyCheck.public_id == public_id, within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    check, patient, agreement = found
    back = url_for("desk.home")
    if may(actor, Action.KEEP_DUTY_CHECKS) or may(actor, Action.SIGN_DUTY_CHECKS):
        back = url_for("guardians.check_duty", agreement_id=agreement.public_id, quarter=check.quarter)
    title = reason("guardians.papers.agreement", number=agreement.number)
    # a sheet is put before the office that checks: the form is addressed to it as long as it is the standing one
    asked = check.withdrawn_at is None and check.replaced_at is None
    return Subject(
        DocumentSubject.DUTY_CHECK, public_id, patient.id, patient.area_code, title, back, asked, takes_papers=asked
    )


def find_account(session: Session, actor: Actor, public_id: str) -> Subject:
    """Filed with the first family of the area that its holder is guardian of."""
    found = session.execute(
        select(PayeeAccount, Patient)
        .join(Guardianship, Guardianship.person_id == PayeeAccount.person_id)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .where(
            PayeeAccount.public_id == public_id,
            Guardianship.rank == Rank.FIRST,
            Guardianship.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(Guardianship.to_on.is_not(None), Patient.id)
        .limit(1)
    ).one_or_none()
    if found is None or not may(actor, Action.SEE_SUBSIDY):
        raise NotFound()
    account, patient = found
    title = reason("desk.papers.account", bank=account.bank_name, on=account.from_on)
    back = url_for("subsidies.accounts")
    return Subject(
        DocumentSubject.ACCOUNT,
        public_id,
        patient.id,
        patient.area_code,
        title,
        back,
        has_task(session, actor, patient),
    )


def find_recovery(session: Session, actor: Actor, public_id: str) -> Subject:
    if not may(actor, Action.SEE_SUBSIDY):
        raise NotFound()
    case = get_recovery(session, actor, public_id)
    line = session.get_one(SubsidyLine, case.line_id)
    title = reason("desk.papers.recovery", on=case.found_at.date())
    back = url_for("subsidies.show_recovery", public_id=public_id)
    return Subject(DocumentSubject.RECOVERY, public_id, line.patient_id, case.area_code, title, back)


def find_payment(session: Session, actor: Actor, public_id: str) -> Subject:
    """The signed counterfoil of a payment: it comes back once the money has left."""
    if not may(actor, Action.SEE_SUBSIDY):
        raise NotFound()
    line, run = get_line(session, actor, public_id)
    title = reason("desk.papers.payment", run=run.short_name)
    back = url_for("subsidies.show_line", public_id=public_id)
    area_code = session.get_one(Patient, line.patient_id).area_code
    has_left = run.state in (RunState.EXPORTED, RunState.SETTLED) and line.decision is LineState.PAY
    return Subject(
        DocumentSubject.SUBSIDY_LINE, public_id, line.patient_id, area_code, title, back, takes_papers=has_left
    )


register_subject(DocumentSubject.DUTY_CHECK, find_duty_check)
register_subject(DocumentSubject.ACCOUNT, find_account)
register_subject(DocumentSubject.RECOVERY, find_recovery)
register_subject(DocumentSubject.SUBSIDY_LINE, find_payment)
