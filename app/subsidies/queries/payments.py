"""What the pay file needs, as it is known at the moment of export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.patients.models import Patient
from app.people.models import PayeeAccount, Person
from app.subsidies.models import AccountCall, PayFile, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState

_PatientPerson = aliased(Person)


@dataclass(frozen=True)
class PayableLine:
    """A line approved to be paid, with what may stop it at the last moment."""

    line_id: int
    amount_fen: int
    payee: Person
    payee_died_on: date | None
    patient_died_on: date | None
    # last day that the line pays for
    last_paid_day: date | None
    account: PayeeAccount
    account_closed: bool
    # the payee said, on the number known before, that the change was not theirs
    account_denied: bool
    # payee and account are the ones that the line was approved with
    is_as_approved: bool
    # a year's amount, as the line was computed
    annual_fen: int


@dataclass(frozen=True)
class Settlement:
    """What the bank has said of a pay file's lines so far."""

    paid_count: int = 0
    paid_fen: int = 0
    returned_count: int = 0
    returned_fen: int = 0


def settlement_of(session: Session, file: PayFile) -> Settlement:
    rows = session.execute(
        select(PayFileLine.state, func.count(), func.coalesce(func.sum(PayFileLine.amount_fen), 0))
        .where(PayFileLine.pay_file_id == file.id)
        .group_by(PayFileLine.state)
    )
    found = {state: (count, int(fen)) for state, count, fen in rows}
    return Settlement(*found.get(PaymentState.PAID, (0, 0)), *found.get(PaymentState.RETURNED, (0, 0)))


def payable_lines(session: Session, run: SubsidyRun) -> list[PayableLine]:
    """Every line to pay in the file's order (area, then line)."""
    rows = session.execute(
        select(SubsidyLine, Person, PayeeAccount, _PatientPerson.died_on)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(_PatientPerson, _PatientPerson.id == Patient.person_id)
        .where(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live)
        .order_by(SubsidyLine.area_code, SubsidyLine.id)
    )
    denied = _denied_accounts(session, run)
    return [
        PayableLine(
            line_id=line.id,
            amount_fen=line.amount_fen,
            payee=payee,
            payee_died_on=payee.died_on,
            patient_died_on=died_on,
            last_paid_day=_last_paid_day(line),
            account=account,
            account_closed=account.to_on is not None,
            account_denied=account.id in denied,
            is_as_approved=_is_as_approved(line, payee, account),
            annual_fen=line.snapshot["computation"]["annual_fen"],
        )
        for line, payee, account, died_on in rows
    ]


def list_pay_file_lines(session: Session, file: PayFile) -> Sequence[PayFileLine]:
    return session.scalars(
        select(PayFileLine).where(PayFileLine.pay_file_id == file.id).order_by(PayFileLine.sequence, PayFileLine.id)
    ).all()


def _denied_accounts(session: Session, run: SubsidyRun) -> set[int]:
    """Accounts of the run's lines whose last answer is a no; a call that reached nobody takes nothing back."""
    last = (
        select(func.max(AccountCall.id))
        .join(SubsidyLine, SubsidyLine.account_id == AccountCall.account_id)
        .where(SubsidyLine.run_id == run.id, AccountCall.answer != CallBack.UNREACHED)
        .group_by(AccountCall.account_id)
    )
    denied = select(AccountCall.account_id).where(AccountCall.id.in_(last), AccountCall.answer == CallBack.DENIED)
    return set(session.scalars(denied))


def _is_as_approved(line: SubsidyLine, payee: Person, account: PayeeAccount) -> bool:
    frozen = line.snapshot
    is_payee = frozen["payee"] == payee.public_id and account.person_id == payee.id
    return is_payee and frozen["account"]["id"] == account.public_id


def _last_paid_day(line: SubsidyLine) -> date | None:
    day = line.snapshot.get("last_paid_day")
    return date.fromisoformat(day) if day else None
