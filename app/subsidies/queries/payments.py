"""What the pay file needs, as it is known at the moment of export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.patients.models import Patient
from app.patients.queries.merges import merges
from app.people.models import PayeeAccount, Person
from app.subsidies.models import AccountCall, PayFile, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.queries.checks import lines_of_listed_dead
from app.subsidies.queries.one_person import deaths_elsewhere
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.lines import kept_value
from app.subsidies.rules.transitions import PaymentState

_PatientPerson = aliased(Person)


class Known(NamedTuple):
    """An approved line to pay as it is known at one moment: all of it that may be learned or may change after the approval."""

    line_id: int
    amount_fen: int
    payee_id: int
    payee_public_id: str
    payee_name: str
    id_number_sealed: bytes | None
    payee_died_on: date | None
    patient_died_on: date | None
    account_id: int
    account_public_id: str
    account_person_id: int
    holder_name: str
    bank_name: str
    number_sealed: bytes
    account_ended_on: date | None
    # the payee said, on the number known before, that the change was not theirs
    is_denied: bool
    # payee, or the patient before the last paid day, is dead by a list that nobody has dismissed
    is_listed_dead: bool


@dataclass(frozen=True)
class PayableLine:
    """A line approved to be paid: what is known of it now, beside what it was frozen with."""

    known: Known
    # payee and account are the ones that the line was approved with
    is_as_approved: bool
    # last day that the line pays for
    last_paid_day: date | None
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


def what_is_known(session: Session, run: SubsidyRun) -> list[Known]:
    """Every line to pay in the file's order (area, then line), by what register, accounts and lists say at this moment."""
    line, payee, account = SubsidyLine, Person, PayeeAccount
    denied, listed_dead = _denied_accounts(session, run), lines_of_listed_dead(session, run)
    rows = session.execute(
        select(line.id.label("line_id"), line.amount_fen, payee.id, payee.public_id, payee.name)
        .add_columns(payee.id_number_sealed, payee.died_on)
        .add_columns(_PatientPerson.died_on, account.id.label("account_id"), account.public_id, account.person_id)
        .add_columns(account.holder_name, account.bank_name, account.number_sealed, account.to_on)
        .join(payee, payee.id == line.payee_person_id)
        .join(account, account.id == line.account_id)
        .join(Patient, Patient.id == line.patient_id)
        .join(_PatientPerson, _PatientPerson.id == Patient.person_id)
        .where(_to_pay(run))
        .order_by(line.area_code, line.id)
    )
    known = [Known._make((*row, row.account_id in denied, row.line_id in listed_dead)) for row in rows]
    deaths = _deaths_elsewhere(session, run)
    return [one._replace(patient_died_on=deaths.get(one.line_id, one.patient_died_on)) for one in known]


def payable_lines(session: Session, run: SubsidyRun) -> list[PayableLine]:
    """The same lines in the same order, each beside what it was frozen with."""
    known = {one.line_id: one for one in what_is_known(session, run)}
    frozen = session.execute(
        select(SubsidyLine.id, type_coerce(SubsidyLine.snapshot, Text))
        .where(_to_pay(run))
        .order_by(SubsidyLine.area_code, SubsidyLine.id)
        .execution_options(yield_per=500)  # no more snapshots at a time than are being looked at
    )
    return [_payable(known[line_id], snapshot) for line_id, snapshot in frozen if line_id in known]


def list_pay_file_lines(session: Session, file: PayFile) -> Sequence[PayFileLine]:
    return session.scalars(
        select(PayFileLine).where(PayFileLine.pay_file_id == file.id).order_by(PayFileLine.sequence, PayFileLine.id)
    ).all()


def _deaths_elsewhere(session: Session, run: SubsidyRun) -> dict[int, date]:
    """Line → the death that is known of its patient under the record that stays, where the line's own was merged away."""
    merged = SubsidyLine.patient_id.in_(merges(session).into)
    lines = dict(session.execute(select(SubsidyLine.id, SubsidyLine.patient_id).where(_to_pay(run), merged)).all())
    deaths = deaths_elsewhere(session, lines.values())
    return {line_id: deaths[patient][0] for line_id, patient in lines.items() if patient in deaths}


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


def _to_pay(run: SubsidyRun) -> ColumnElement[bool]:
    return and_(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live)


def _payable(known: Known, frozen: str) -> PayableLine:
    """`frozen` is the snapshot as it is kept; of `payee` the first place says which guardian it is, the other one who."""
    account, day = kept_value(frozen, "account"), kept_value(frozen, "last_paid_day")
    is_payee = f'"payee":"{known.payee_public_id}"' in frozen and known.account_person_id == known.payee_id
    return PayableLine(
        known=known,
        is_as_approved=is_payee and account is not None and account["id"] == known.account_public_id,
        last_paid_day=date.fromisoformat(day) if day else None,
        annual_fen=kept_value(frozen, "annual_fen"),
    )
