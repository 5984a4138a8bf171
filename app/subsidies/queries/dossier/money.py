"""Where the money went: the account and what was asked about it, holds, the pay file's line, the fund, what corrects what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.scope import within
from app.people.models import PayeeAccount
from app.people.vault import Vault
from app.subsidies.models import (
    AccountCall,
    CheckList,
    FundAccount,
    FundEntry,
    FundPosting,
    LineHold,
    PayFile,
    PayFileLine,
    PolicyProposal,
    Recovery,
    RunCheck,
    SharedAccount,
    SubsidyLine,
    SubsidyPolicy,
    SubsidyRun,
)
from app.subsidies.rules.bank import CallBack, SharingState
from app.subsidies.rules.checks import ListKind
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.transitions import PaymentState

_Proposer, _Decider = aliased(User), aliased(User)


@dataclass(frozen=True)
class AccountSpan:
    """One account of the payee: the last four characters, since when, who keyed it, what a call answered."""

    tail: str
    bank_name: str
    from_on: date
    to_on: date | None
    recorded_at: datetime
    recorded_by: str | None
    is_paid: bool
    is_opening: bool
    calls: tuple[tuple[date, CallBack, str], ...]


@dataclass(frozen=True)
class Adopted:
    """The policy version, and who brought it in."""

    policy: SubsidyPolicy
    proposed_by: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Linked:
    """A line that this one corrects or pays again, or that does so to this one."""

    line: SubsidyLine
    run: SubsidyRun
    is_later: bool
    # what became of it at the bank; None: it was not sent
    payment: PaymentState | None


@dataclass(frozen=True)
class Other:
    """Another period's line of the same patient."""

    line: SubsidyLine
    run: SubsidyRun
    payment: PaymentState | None
    # the run whose line it pays again or corrects
    of_run: SubsidyRun | None


def accounts_of(session: Session, vault: Vault, actor: Actor, line: SubsidyLine) -> list[AccountSpan]:
    """The payee's accounts, the newest first; empty for who may not know four characters of them."""
    if sees(actor, Field.PAYEE_ACCOUNT) is not Grant.LAST_FOUR:
        return []
    caller = aliased(User)
    rows = session.execute(
        select(PayeeAccount, User.display_name, AccountCall, caller.display_name)
        .join(User, User.id == PayeeAccount.recorded_by, isouter=True)
        .join(AccountCall, AccountCall.account_id == PayeeAccount.id, isouter=True)
        .join(caller, caller.id == AccountCall.recorded_by, isouter=True)
        .where(PayeeAccount.person_id == line.payee_person_id)
        .order_by(PayeeAccount.from_on.desc(), PayeeAccount.id.desc(), AccountCall.id)
    ).all()
    calls: dict[int, list[tuple[date, CallBack, str]]] = {}
    accounts: dict[int, tuple[PayeeAccount, str | None]] = {}
    for account, recorder, call, by in rows:
        accounts[account.id] = (account, recorder)
        if call is not None:
            calls.setdefault(account.id, []).append((call.called_on, call.answer, by or "—"))
    return [
        AccountSpan(
            tail=(vault.open(account.person_id, "payee_accounts.number", account.number_sealed) or "")[-4:],
            bank_name=account.bank_name,
            from_on=account.from_on,
            to_on=account.to_on,
            recorded_at=account.recorded_at,
            recorded_by=recorder,
            is_paid=account.id == line.account_id,
            is_opening=account.is_opening,
            calls=tuple(calls.get(account.id, ())),
        )
        for account, recorder in accounts.values()
    ]


def sharing_of(session: Session, line: SubsidyLine) -> list[tuple[SharedAccount, str, str | None]]:
    """Two people's word on an account that others use too."""
    rows = session.execute(
        select(SharedAccount, _Proposer.display_name, _Decider.display_name)
        .join(_Proposer, _Proposer.id == SharedAccount.proposed_by)
        .join(_Decider, _Decider.id == SharedAccount.decided_by, isouter=True)
        .where(SharedAccount.account_id == line.account_id, SharedAccount.state != SharingState.REFUSED)
        .order_by(SharedAccount.id.desc())
    )
    return [(one, proposer, decider) for one, proposer, decider in rows]


def adopted(session: Session, run: SubsidyRun) -> Adopted | None:
    setter = aliased(User)
    row = session.execute(
        select(
            SubsidyPolicy, _Proposer.display_name, _Decider.display_name, PolicyProposal.decided_at, setter.display_name
        )
        .join(PolicyProposal, PolicyProposal.policy_id == SubsidyPolicy.id, isouter=True)
        .join(_Proposer, _Proposer.id == PolicyProposal.proposed_by, isouter=True)
        .join(_Decider, _Decider.id == PolicyProposal.decided_by, isouter=True)
        .join(setter, setter.id == SubsidyPolicy.recorded_by, isouter=True)
        .where(SubsidyPolicy.id == run.policy_id)
    ).one_or_none()
    if row is None:
        return None
    policy, proposer, decider, decided_at, recorder = row
    return Adopted(policy, proposer or recorder, decider, decided_at)


def holds_of(session: Session, line: SubsidyLine) -> list[tuple[LineHold, str]]:
    """Who put the line on hold after it was frozen."""
    rows = session.execute(
        select(LineHold, User.display_name)
        .join(User, User.id == LineHold.placed_by)
        .where(LineHold.line_id == line.id)
        .order_by(LineHold.id)
    )
    return [(hold, who) for hold, who in rows]


def lists_of(session: Session, run: SubsidyRun) -> list[tuple[ListKind, CheckList | None]]:
    """Which lists of other offices the run was checked against; None: not checked."""
    rows = session.execute(
        select(RunCheck.kind, CheckList)
        .join(CheckList, CheckList.id == RunCheck.list_id, isouter=True)
        .where(RunCheck.run_id == run.id)
    )
    found = {row[0]: row[1] for row in rows}
    return [(kind, found.get(kind)) for kind in ListKind]


def sent_of(session: Session, line: SubsidyLine) -> tuple[PayFile, PayFileLine] | None:
    row = session.execute(
        select(PayFile, PayFileLine)
        .join(PayFileLine, PayFileLine.pay_file_id == PayFile.id)
        .where(PayFileLine.line_id == line.id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def booked_of(session: Session, run: SubsidyRun) -> list[tuple[FundEntry, FundSide, int, str | None]]:
    """What the fund promised and paid for the whole run: entry, where the money went, fen, who recorded it."""
    rows = session.execute(
        select(FundEntry, FundAccount.side, FundPosting.amount_fen, User.display_name)
        .join(FundPosting, FundPosting.entry_id == FundEntry.id)
        .join(FundAccount, FundAccount.id == FundPosting.to_account_id)
        .join(User, User.id == FundEntry.recorded_by, isouter=True)
        .where(FundEntry.run_id == run.id)
        .order_by(FundEntry.id, FundPosting.id)
    )
    return [(entry, side, fen, who) for entry, side, fen, who in rows]


def linked_of(session: Session, actor: Actor, line: SubsidyLine) -> list[Linked]:
    """Corrections and re-payments, both ways, in runs that the actor may open."""
    rows = session.execute(
        select(SubsidyLine, SubsidyRun, PayFileLine.state)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
        .where(
            or_(SubsidyLine.id == line.corrects_line_id, SubsidyLine.corrects_line_id == line.id),
            within(SubsidyRun.county_code, actor),
        )
        .order_by(SubsidyLine.id)
    )
    return [Linked(one, run, one.corrects_line_id == line.id, state) for one, run, state in rows]


def recoveries_of(session: Session, actor: Actor, line: SubsidyLine) -> list[Recovery]:
    """Money that is to come back because of this line, in cases of the actor's area."""
    cases = select(Recovery).where(Recovery.line_id == line.id, within(Recovery.county_code, actor))
    return list(session.scalars(cases.order_by(Recovery.id)))


def other_payments(session: Session, actor: Actor, line: SubsidyLine) -> list[Other]:
    """The same patient's lines of other periods and agreements, the newest first, and what became of each; what another county paid before
    a move is not the actor's to see."""
    original, of_run = aliased(SubsidyLine), aliased(SubsidyRun)
    rows = session.execute(
        select(SubsidyLine, SubsidyRun, PayFileLine.state, of_run)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
        .join(original, original.id == SubsidyLine.corrects_line_id, isouter=True)
        .join(of_run, and_(of_run.id == original.run_id, within(of_run.county_code, actor)), isouter=True)
        .where(
            SubsidyLine.patient_id == line.patient_id,
            SubsidyLine.id != line.id,
            within(SubsidyRun.county_code, actor),
        )
        .order_by(SubsidyLine.period.desc(), SubsidyLine.id.desc())
        .limit(12)
    )
    return [Other(one, run, state, corrected) for one, run, state, corrected in rows]
