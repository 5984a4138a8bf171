"""Patterns about whose hands: payments split into supplements, fixed pairs, one person behind two signatures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.rules import prefix_of
from app.core.actor import hand_of
from app.core.clock import SHANGHAI
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.scope import within_prefix
from app.guardians.models import Agreement
from app.people.models import PayeeAccount
from app.subsidies.models import (
    AccountCall,
    FundProposal,
    PayFile,
    PolicyProposal,
    RunApproval,
    RunKind,
    SharedAccount,
    SubsidyLine,
    SubsidyRun,
)
from app.subsidies.queries.watch.watched import Watched, grouped
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import read_grounds
from app.subsidies.rules.transitions import RunStep
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern, Thresholds
from app.subsidies.rules.watch_hands import Decision, fixed_pairs, one_hand, split_payments, split_runs

_Maker = aliased(User)
_Checker = aliased(User)


def split_supplements(session: Session, watched: Watched) -> Iterator[Finding]:
    """Supplementary runs of one maker, and payees who are in several of them, within the rolling days up to this one."""
    run = watched.run
    if run.kind is not RunKind.SUPPLEMENTARY:
        return
    since = run.decided_as_of - timedelta(days=watched.limits.rolling_days)
    near = (
        SubsidyRun.county_code == run.county_code,
        SubsidyRun.kind == RunKind.SUPPLEMENTARY,
        SubsidyRun.decided_as_of.between(since, run.decided_as_of),
    )
    made = session.scalar(
        select(func.count()).select_from(SubsidyRun).where(*near, SubsidyRun.prepared_by == run.prepared_by)
    )
    said = split_runs(made or 0, watched.limits)
    if said:
        yield Finding(
            Pattern.SPLIT_APPROVALS, FlagSubject.RUN, run.public_id, run.county_code, said, run.prepared_by
        )  # fmt: skip
    times = (
        select(SubsidyLine.payee_person_id, func.count(SubsidyLine.run_id.distinct()).label("times"))
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .where(*near, SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live)
        .group_by(SubsidyLine.payee_person_id)
        .subquery()
    )
    rows = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, times.c.times, paid_only=True)
        .join(times, times.c.payee_person_id == SubsidyLine.payee_person_id)
        .where(times.c.times >= watched.limits.supplements_of_a_payee)
        .order_by(SubsidyLine.id)
    )
    for line, agreement, count in rows:
        yield Finding(
            Pattern.SPLIT_APPROVALS, FlagSubject.AGREEMENT, agreement, line.area_code,
            split_payments(count, watched.limits), run.prepared_by, line.id,
        )  # fmt: skip


def one_hand_accounts(session: Session, watched: Watched) -> Iterator[Finding]:
    """Who keyed a paid account and who called the payee about it are one person."""
    rows = session.execute(
        watched.lines(SubsidyLine, PayeeAccount, AccountCall.hand, _Maker.person_id)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id)
        .join(AccountCall, AccountCall.account_id == PayeeAccount.id)
        .join(_Maker, _Maker.id == PayeeAccount.recorded_by, isouter=True)
        .where(AccountCall.answer == CallBack.CONFIRMED)
        .order_by(SubsidyLine.id)
    )
    for line, account, hand, person_id in rows:
        said = one_hand(hand_of(account.recorded_by, person_id), hand, "account")
        if said:
            yield Finding(
                Pattern.ONE_HAND, FlagSubject.ACCOUNT, account.public_id, line.area_code, said, account.recorded_by, line.id
            )  # fmt: skip


def answers_on_word(session: Session, watched: Watched) -> Iterator[Finding]:
    """A run settled on one person's word: without the bank's file, or by a file that names none of ours."""
    run = watched.run
    file = session.scalar(select(PayFile).where(PayFile.run_id == run.id))
    if file is None:
        return
    grounds = read_grounds(file.returns_ground)
    if grounds is not None:
        said, user = reason("subsidies.watch.answer_taken", ground=grounds.said()), file.returns_taken_by
    elif file.attested_at is not None and file.returns_sha256 is None:
        said, user = reason("subsidies.watch.paid_on_word"), file.attested_by
    else:
        return
    yield Finding(Pattern.ONE_HAND, FlagSubject.RUN, run.public_id, run.county_code, (said,), user)


def fixed_hands(session: Session, county_code: str, today: date, limits: Thresholds) -> Iterator[Finding]:
    """Makers and checkers of the last quarters' runs, money for the fund, policies and shared accounts, as people."""
    since = Quarter.of(today).shift(1 - limits.pair_quarters).first_day
    decisions = [*_of_runs(session, county_code, since), *_of_proposals(session, county_code, since)]
    users = {one.maker_user for one in decisions} | {one.checker_user for one in decisions}
    rows = session.execute(select(User.id, User.public_id).where(User.id.in_(users)))
    names = {row.id: row.public_id for row in rows}
    others = _others(session, county_code, {one.checker: one.checker_user for one in decisions})
    for pair in fixed_pairs(decisions, others, limits):
        key = f"{names[pair.maker_user]}:{names[pair.checker_user]}"
        yield Finding(Pattern.MAKER_CHECKER, FlagSubject.PAIR, key, county_code, pair.because, pair.checker_user)


def _of_runs(session: Session, county_code: str, since: date) -> Iterator[Decision]:
    rows = session.execute(
        select(RunApproval.run_id, RunApproval.step, RunApproval.hand, RunApproval.by)
        .join(SubsidyRun, SubsidyRun.id == RunApproval.run_id)
        .where(SubsidyRun.county_code == county_code, SubsidyRun.decided_as_of >= since, RunApproval.by.is_not(None))
        .order_by(RunApproval.id)
    )
    for steps in grouped(rows, lambda row: row[0]).values():
        made = [row for row in steps if row[1] is RunStep.SUBMITTED]
        for _, _, checker, checker_user in (row for row in steps if row[1] is RunStep.APPROVED):
            if made and made[-1][3] and checker_user:
                yield Decision(made[-1][2], checker, made[-1][3], checker_user)


def _of_proposals(session: Session, county_code: str, since: date) -> Iterator[Decision]:
    for model in (FundProposal, PolicyProposal, SharedAccount):
        proposal: Any = model
        rows = session.execute(
            select(_Maker.id, _Maker.person_id, _Checker.id, _Checker.person_id)
            .select_from(proposal)
            .join(_Maker, _Maker.id == proposal.proposed_by)
            .join(_Checker, _Checker.id == proposal.decided_by)
            .where(proposal.county_code == county_code, proposal.proposed_by != proposal.decided_by)
            .where(proposal.decided_at >= datetime.combine(since, time.min, SHANGHAI))
        )
        for maker, maker_person, checker, checker_person in rows:
            yield Decision(hand_of(maker, maker_person), hand_of(checker, checker_person), maker, checker)


def _others(session: Session, county_code: str, checkers: dict[str, int]) -> dict[str, int]:
    """By checker: how many other people of the same role could have decided."""
    rows = session.execute(
        select(User.id, User.role, User.person_id).where(
            ~User.is_disabled, within_prefix(User.area_code, prefix_of(county_code))
        )
    ).all()
    roles = {user_id: role for user_id, role, _ in rows}
    hands: defaultdict[Any, set[str]] = defaultdict(set)
    for user_id, role, person_id in rows:
        hands[role].add(hand_of(user_id, person_id))
    return {hand: len(hands[roles.get(user_id)] - {hand}) for hand, user_id in checkers.items()}
