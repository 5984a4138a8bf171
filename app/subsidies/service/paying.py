"""From approval to the bank and back: export the pay file, settle what the bank said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
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
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep
from app.subsidies.service.booking import bounce_in_fund, settle_in_fund
from app.subsidies.service.pay_files import keep_pay_file, layout_of
from app.subsidies.service.signing import check, check_hands, keep_totals, refuse_changed, sign

MOST_LISTED = 20  # differences named in one refusal


def export_run(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, now: datetime, layout: PayLayout | None = None
) -> PayFile:
    """Write the pay file of an approved run, once, with its cover; the bytes of both are kept sealed with hash and control totals.

    Death and account are checked at this last moment: a line that would pay a day after a known death, a dead payee or a closed
    account is withheld, whatever was approved, and stands in the file's record as withheld. Without `layout` the policy's holds.
    """
    require(actor, Action.PAY_SUBSIDY)
    check(session, actor, run, RunStep.EXPORTED)
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
    document = pay_file_document(session, vault, actor, run, paid, withheld, layout, number, now)
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
) -> Settlement:
    """Close an exported run by the bank's return file, or without one by the finance user's word that all was paid.

    A return file must answer every line with its exact amount, or nothing is settled. After a word given without a file, a file
    that comes later wins: its returned lines become returned and may be paid again.
    """
    require(actor, Action.PAY_SUBSIDY)
    file = find_pay_file(session, run)
    if run.state is RunState.SETTLED:
        if file is None or returns is None or file.returns_sha256 is not None:
            raise Conflict(reason("subsidies.settle.already"))
        check_hands(session, actor, run, RunStep.SETTLED)
    else:
        check(session, actor, run, RunStep.SETTLED)
    if file is None:
        raise Conflict(reason("subsidies.step.wrong_state"))
    lines = list_pay_file_lines(session, file)
    if returns is None:
        file.attested_at, file.attested_by = now, actor.user_id
        replies = {
            line.sequence: BankReply(line.sequence, Money(line.amount_fen), True) for line in lines if line.sequence
        }
    else:
        replies = _matched(lines, returns.replies)
        file.returns_sha256 = returns.sha256
    for line in lines:
        if line.sequence is not None:
            _settle_line(line, replies[line.sequence], now)
    session.flush()
    return _close(session, actor, run, file, lines, now)


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
    return None


def _store_lines(
    session: Session,
    file: PayFile,
    paid: Sequence[PayableLine],
    withheld: Sequence[tuple[PayableLine, Reason]],
    now: datetime,
) -> None:
    session.add_all(
        PayFileLine(
            pay_file_id=file.id,
            line_id=line.line_id,
            sequence=sequence,
            amount_fen=line.amount_fen,
            state=PaymentState.SENT,
        )
        for sequence, line in enumerate(paid, start=1)
    )
    session.add_all(
        PayFileLine(
            pay_file_id=file.id,
            line_id=line.line_id,
            sequence=None,
            amount_fen=line.amount_fen,
            state=PaymentState.WITHHELD,
            settled_at=now,
            why=why.to_json(),
        )
        for line, why in withheld
    )
    session.flush()
    _end_unpaid(session, file)


def _matched(lines: Sequence[PayFileLine], replies: Sequence[BankReply]) -> dict[int, BankReply]:
    """Each sent line with its reply; any doubt refuses the whole file with its first differences."""
    wanted = {line.sequence: line for line in lines if line.sequence is not None}
    answers: dict[int, BankReply] = {}
    wrong: list[Reason] = []
    for reply in replies:
        line = wanted.get(reply.sequence)
        if line is None:
            wrong.append(reason("subsidies.returns.unknown", sequence=reply.sequence))
        elif reply.sequence in answers:
            wrong.append(reason("subsidies.returns.twice", sequence=reply.sequence))
        elif reply.amount.fen != line.amount_fen:
            wrong.append(
                reason(
                    "subsidies.returns.amount", sequence=reply.sequence, sent=Money(line.amount_fen), said=reply.amount
                )
            )
        else:
            answers[reply.sequence] = reply
    wrong += [
        reason("subsidies.returns.missing", sequence=number) for number in wanted if number not in answers and not wrong
    ]
    if wrong:
        raise Invalid({"returns": wrong[:MOST_LISTED]})
    return answers


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
    session: Session, actor: Actor, run: SubsidyRun, file: PayFile, lines: Sequence[PayFileLine], now: datetime
) -> Settlement:
    _end_unpaid(session, file)
    keep_totals(session, run)
    if run.state is RunState.SETTLED:
        bounce_in_fund(session, actor, run, lines, now)
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
        settle_in_fund(session, actor, run, lines, now)
        run.settled_by, run.settled_at = actor.user_id, now
        sign(session, actor, run, RunStep.SETTLED, now)
    return settlement_of(session, file)
