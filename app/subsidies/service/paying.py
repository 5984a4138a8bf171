"""From approval to the bank and back: export the pay file, settle what the bank said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.people.vault import Vault
from app.subsidies.commands import BankReply, BankReturns
from app.subsidies.models import PayFile, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.papers.pay_file import pay_file_document
from app.subsidies.queries.checks import lines_of_listed_dead
from app.subsidies.queries.payments import (
    PayableLine,
    Settlement,
    list_pay_file_lines,
    payable_lines,
    settlement_of,
)
from app.subsidies.queries.runs import find_pay_file
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.grounds import Grounds
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep
from app.subsidies.service.answering import checked_word, match, refuse_replayed
from app.subsidies.service.booking import bounce_in_fund, settle_in_fund
from app.subsidies.service.own import refuse_own_run
from app.subsidies.service.pay_files import keep_pay_file, layout_of
from app.subsidies.service.publishing import refuse_unpublished
from app.subsidies.service.signing import check, check_hands, keep_totals, refuse_changed, sign


def export_run(
    session: Session,
    vault: Vault,
    actor: Actor,
    run: SubsidyRun,
    now: datetime,
    layout: PayLayout | None = None,
    *,
    today: date | None = None,
) -> PayFile:
    """Write the pay file of an approved run, once, with its cover; the bytes of both are kept sealed with hash and control totals.

    Death and account are checked at this last moment: a line that would pay a day after a known death, a dead payee, a closed
    account or one that the payee denies is withheld, whatever was approved, and stands in the file's record as withheld. Without `layout`
    the policy's holds.
    """
    require(actor, Action.PAY_SUBSIDY)
    check(session, actor, run, RunStep.EXPORTED)
    refuse_own_run(session, actor, run)
    refuse_unpublished(session, run, today or business_day(now))
    refuse_changed(session, run)
    lines = payable_lines(session, run)
    if not all(line.is_as_approved for line in lines) or len(lines) != run.pay_count:
        raise Conflict(reason("subsidies.step.changed"))
    told_dead = lines_of_listed_dead(session, run)
    withheld = [(line, why) for line in lines if (why := _why_withheld(line, line.line_id in told_dead))]
    stopped = {line.line_id for line, _ in withheld}
    paid = [line for line in lines if line.line_id not in stopped]
    if not paid:
        raise Conflict(reason("subsidies.export.nothing_left"))
    number = f"AH{run.county_code[:6]}-{run.short_name}"
    layout = layout or layout_of(session, run)
    kept_back = [line for line, _ in withheld]
    document = pay_file_document(session, vault, actor, run, paid, kept_back, layout, number, now)
    kept, cover = keep_pay_file(session, vault, actor, run, document)
    file = PayFile(
        run_id=run.id,
        file_id=kept.id,
        cover_file_id=cover.id,
        number=number,
        layout=layout,
        sha256=kept.sha256,
        run_digest=run.digest or "",
        count=len(paid),
        total_fen=sum(line.amount_fen for line in paid),
        withheld_count=len(withheld),
        withheld_fen=sum(line.amount_fen for line, _ in withheld),
        made_at=now,
        made_by=actor.user_id or 0,
    )
    session.add(file)
    session.flush()
    _store_lines(session, file, paid, withheld, now)
    keep_totals(session, run)
    run.exported_by, run.exported_at = actor.user_id, now
    sign(session, actor, run, RunStep.EXPORTED, now)
    return file


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


def _why_withheld(line: PayableLine, is_listed_dead: bool) -> Reason | None:
    if line.payee_died_on is not None:
        return reason("subsidies.withheld.payee_dead")
    if (
        line.patient_died_on is not None
        and line.last_paid_day is not None
        and line.patient_died_on < line.last_paid_day
    ):
        return reason("subsidies.withheld.after_death")
    if is_listed_dead:
        return reason("subsidies.withheld.listed")
    if line.account_closed:
        return reason("subsidies.withheld.account_closed")
    if line.account_denied:
        return reason("subsidies.withheld.account_denied")
    return None


def _store_lines(
    session: Session,
    file: PayFile,
    paid: Sequence[PayableLine],
    withheld: Sequence[tuple[PayableLine, Reason]],
    now: datetime,
) -> None:
    def row(line: PayableLine, sequence: int | None, why: Reason | None = None) -> dict[str, object]:
        return {
            "pay_file_id": file.id,
            "line_id": line.line_id,
            "sequence": sequence,
            "amount_fen": line.amount_fen,
            "state": PaymentState.WITHHELD if why else PaymentState.SENT,
            "settled_at": now if why else None,
            "why": why.to_json() if why else None,
        }

    sent = [row(line, sequence) for sequence, line in enumerate(paid, start=1)]
    insert_rows(session, PayFileLine, [*sent, *(row(line, None, why) for line, why in withheld)])
    _end_unpaid(session, file)


def _settle_line(line: PayFileLine, reply: BankReply, now: datetime) -> None:
    state = PaymentState.PAID if reply.is_paid else PaymentState.RETURNED
    if line.state is state:
        return
    line.state, line.settled_at = state, now
    if state is PaymentState.RETURNED:
        line.why = reason("subsidies.returns.returned", why=reply.why or "—").to_json()


def _end_unpaid(session: Session, file: PayFile) -> None:
    """Lines that were withheld or returned paid nobody: their quarter may be paid by another line."""
    unpaid = select(PayFileLine.line_id).where(
        PayFileLine.pay_file_id == file.id,
        PayFileLine.state.in_((PaymentState.RETURNED, PaymentState.WITHHELD)),
    )
    session.execute(
        update(SubsidyLine)
        .where(SubsidyLine.id.in_(unpaid), SubsidyLine.is_live)
        .values(is_live=False)
        .execution_options(synchronize_session="fetch")
    )


def _close(
    session: Session,
    actor: Actor,
    run: SubsidyRun,
    file: PayFile,
    lines: Sequence[PayFileLine],
    now: datetime,
    today: date,
) -> Settlement:
    _end_unpaid(session, file)
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
