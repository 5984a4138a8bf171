"""Back from the bank: settle what it said of a pay file, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.money import Money
from app.core.reasons import reason
from app.subsidies.commands import BankReply, BankReturns
from app.subsidies.models import PayFile, PayFileLine, SubsidyRun
from app.subsidies.queries.payments import Settlement, list_pay_file_lines, settlement_of
from app.subsidies.queries.runs import find_pay_file
from app.subsidies.rules.grounds import Grounds
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep
from app.subsidies.service.answering import checked_word, match, refuse_replayed
from app.subsidies.service.booking import bounce_in_fund, settle_in_fund
from app.subsidies.service.exporting import end_unpaid
from app.subsidies.service.signing import check, check_hands, keep_totals, sign


def settle_run(
    session: Session,
    actor: Actor,
    run: SubsidyRun,
    returns: BankReturns | None,
    now: datetime,
    keyring: Keyring | None = None,
    taken_on: Grounds | None = None,
    *,
    today: date | None = None,
) -> Settlement:
    """Close an exported run by the bank's return file, or without one by the finance user's word that all was paid.

    A return file must answer every line with its exact amount, payee and account, or nothing is settled. After a word given
    without a file, a file that comes later wins: its returned lines become returned and may be paid again. A file that says again what
    is settled answers the same and changes nothing; one that says otherwise is refused. `keyring` opens the sent file. An answer that
    names no pay file may be another quarter's: it is taken only on the finance user's word, with the paper that it rests on.
    """
    require(actor, Action.PAY_SUBSIDY)
    file = find_pay_file(session, run)
    if file is None or (run.state is RunState.SETTLED and returns is None):
        is_settled = run.state is RunState.SETTLED
        raise Conflict(reason("subsidies.settle.already" if is_settled else "subsidies.step.wrong_state"))
    lines = list_pay_file_lines(session, file)
    if run.state is not RunState.SETTLED:
        check(session, actor, run, RunStep.SETTLED)
    else:
        check_hands(session, actor, run, RunStep.SETTLED)
        if file.returns_sha256 is not None and returns is not None:
            _refuse_contradiction(session, keyring, file, lines, returns)
            return settlement_of(session, file)
    if returns is None:
        file.attested_at, file.attested_by = now, actor.user_id
        replies = {
            line.sequence: BankReply(line.sequence, Money(line.amount_fen), True) for line in lines if line.sequence
        }
    else:
        refuse_replayed(session, run, file, returns)
        replies = match(session, keyring, file, lines, returns)
        if not returns.file_numbers:
            file.returns_ground, file.returns_taken_by = checked_word(file, taken_on).stored(), actor.user_id
        file.returns_sha256 = returns.sha256
    for line in lines:
        if line.sequence is not None:
            _settle_line(line, replies[line.sequence], now)
    session.flush()
    return _close(session, actor, run, file, lines, now, today or business_day(now))


def _refuse_contradiction(
    session: Session,
    keyring: Keyring | None,
    file: PayFile,
    lines: Sequence[PayFileLine],
    returns: BankReturns,
) -> None:
    """Sent again, a file changes nothing; what says otherwise than the file that settled is for people to clear up with the bank."""
    if returns.sha256 == file.returns_sha256:
        return
    replies = match(session, keyring, file, lines, returns)
    changed = [
        line.sequence
        for line in lines
        if line.sequence is not None and replies[line.sequence].is_paid is not (line.state is PaymentState.PAID)
    ]
    if changed:
        raise Conflict(reason("subsidies.returns.contradicts", count=len(changed), sequence=changed[0]))


def _settle_line(line: PayFileLine, reply: BankReply, now: datetime) -> None:
    state = PaymentState.PAID if reply.is_paid else PaymentState.RETURNED
    if line.state is state:
        return
    line.state, line.settled_at = state, now
    if state is PaymentState.RETURNED:
        line.why = reason("subsidies.returns.returned", why=reply.why or "—").to_json()


def _close(
    session: Session,
    actor: Actor,
    run: SubsidyRun,
    file: PayFile,
    lines: Sequence[PayFileLine],
    now: datetime,
    today: date,
) -> Settlement:
    end_unpaid(session, file)
    keep_totals(session, run)
    if run.state is RunState.SETTLED:
        bounce_in_fund(session, actor, run, lines, now, today)
        note(
            session,
            actor,
            "subsidies.returns_after_word",
            now=now,
            subject=("subsidy_run", run.public_id),
            area_code=run.county_code,
            detail={"returns": file.returns_sha256 or ""},
        )
    else:
        settle_in_fund(session, actor, run, lines, now, today)
        run.settled_by, run.settled_at = actor.user_id, now
        sign(session, actor, run, RunStep.SETTLED, now)
    return settlement_of(session, file)
