"""What the pay file needs, as it is known at the moment of export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
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
    payee_id: int
    payee_name: str
    id_number_sealed: bytes | None
    payee_died_on: date | None
    patient_died_on: date | None
    # last day that the line pays for
    last_paid_day: date | None
    holder_name: str
    bank_name: str
    number_sealed: bytes
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
    line, payee, account, denied = SubsidyLine, Person, PayeeAccount, _denied_accounts(session, run)
    rows = session.execute(
        select(line.id, line.amount_fen, line.snapshot, payee.id.label("payee_id"), payee.public_id, payee.name)
        .add_columns(payee.id_number_sealed, payee.died_on.label("payee_died_on"))
        .add_columns(account.id.label("account_id"), account.public_id.label("account_public_id"), account.person_id)
        .add_columns(account.holder_name, account.bank_name, account.number_sealed, account.to_on)
        .add_columns(_PatientPerson.died_on.label("patient_died_on"))
        .join(payee, payee.id == line.payee_person_id)
        .join(account, account.id == line.account_id)
        .join(Patient, Patient.id == line.patient_id)
        .join(_PatientPerson, _PatientPerson.id == Patient.person_id)
        .where(line.run_id == run.id, line.decision == LineState.PAY, line.is_live)
        .order_by(line.area_code, line.id)
        .execution_options(yield_per=100)  # no more snapshots at a time than are being looked at
    )
    return [
        PayableLine(
            line_id=row.id,
            amount_fen=row.amount_fen,
            payee_id=row.payee_id,
            payee_name=row.name,
            id_number_sealed=row.id_number_sealed,
            payee_died_on=row.payee_died_on,
            patient_died_on=row.patient_died_on,
            last_paid_day=_last_paid_day(row.snapshot),
            holder_name=row.holder_name,
            bank_name=row.bank_name,
            number_sealed=row.number_sealed,
            account_closed=row.to_on is not None,
            account_denied=row.account_id in denied,
            is_as_approved=_is_as_approved(row),
            annual_fen=row.snapshot["computation"]["annual_fen"],
        )
        for row in rows
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


def _is_as_approved(row: Row[*tuple[Any, ...]]) -> bool:
    frozen = row.snapshot
    is_payee = frozen["payee"] == row.public_id and row.person_id == row.payee_id
    return is_payee and bool(frozen["account"]["id"] == row.account_public_id)


def _last_paid_day(frozen: Mapping[str, Any]) -> date | None:
    day = frozen.get("last_paid_day")
    return date.fromisoformat(day) if day else None
