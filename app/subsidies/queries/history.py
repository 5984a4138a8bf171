"""What earlier runs say that a new line must know: whose quarter was in the books here, and which account the bank sent money back from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.core.period import overlapping, parse_period
from app.people.models import PayeeAccount
from app.subsidies.models import PayFileLine, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.returns import ReturnCause, return_cause
from app.subsidies.rules.transitions import PaymentState

HOLD_RETURNED = "subsidies.hold.returned"


class Account(NamedTuple):
    """A payee's account by its blind index: the same number is the same account, however often it was entered."""

    person_id: int
    number_index: bytes


class _Sent(NamedTuple):
    """A payment that went to the bank and came back, or that says since then that the account is good."""

    line: SubsidyLine
    account: PayeeAccount
    payment: PayFileLine | None


def known_in_quarter(session: Session, run: SubsidyRun, patients: Sequence[int]) -> set[int]:
    """Patients whose quarter this register prepared itself, or that somebody decided to pay: nothing is to be asked about the time before."""
    rows = session.scalars(
        select(SubsidyLine.patient_id)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .where(
            SubsidyLine.patient_id.in_(patients),
            SubsidyLine.period.in_(overlapping(parse_period(run.period))),
            SubsidyLine.run_id != run.id,
            or_(
                SubsidyRun.kind == RunKind.REGULAR,
                and_(SubsidyRun.kind == RunKind.SUPPLEMENTARY, SubsidyLine.decision == LineState.PAY),
            ),
        )
    )
    return set(rows)


def returned_accounts(session: Session, payees: Sequence[int]) -> dict[Account, ReturnCause]:
    """Accounts whose last payment the bank sent back. A later payment that arrived, or a later decision to pay there all the same, ends it."""
    returned: dict[Account, _Sent] = {}
    for row in session.execute(_sent(payees).where(PayFileLine.state == PaymentState.RETURNED)):
        sent = _Sent(*row)
        returned[_account(sent.account)] = sent  # in order of lines: the last one stays
    if not returned:
        return {}
    people = sorted({account.person_id for account in returned})
    later = [_Sent(*row) for row in session.execute(_sent(people).where(_speaks_for_the_account()))]
    answered = {
        account
        for account, last in returned.items()
        if any(_account(one.account) == account and _answers(one, last) for one in later)
    }
    return {account: _cause(last) for account, last in returned.items() if account not in answered}


def _sent(payees: Sequence[int]) -> Select[SubsidyLine, PayeeAccount, PayFileLine | None]:
    return (
        select(SubsidyLine, PayeeAccount, PayFileLine)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
        .where(SubsidyLine.payee_person_id.in_(payees))
        .order_by(SubsidyLine.id)
    )


def _speaks_for_the_account() -> ColumnElement[bool]:
    decided = and_(SubsidyLine.decision == LineState.PAY, SubsidyLine.decided_by.is_not(None))
    return or_(PayFileLine.state == PaymentState.PAID, decided)


def _answers(one: _Sent, last: _Sent) -> bool:
    """Whether a line frozen after the return was paid since, or was decided by somebody who was told of the return."""
    if one.line.id <= last.line.id:
        return False
    if any(stored["code"] == HOLD_RETURNED for stored in one.line.reasons):
        return True
    paid_at = one.payment.settled_at if one.payment and one.payment.state is PaymentState.PAID else None
    returned_at = last.payment.settled_at if last.payment else None
    return paid_at is not None and returned_at is not None and paid_at >= returned_at


def _account(account: PayeeAccount) -> Account:
    return Account(account.person_id, account.number_index)


def _cause(last: _Sent) -> ReturnCause:
    """The bank's own words stay with its answer; what is frozen with later lines is what they come to."""
    why = last.payment.why if last.payment else None
    return return_cause(str((why or {}).get("args", {}).get("why", "")))
