"""Whether a run is still what was decided and signed: recomputed from each line's own snapshot, by people who trust nobody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring, KeyUnavailable
from app.core.files import open_file
from app.core.models import KeptFile
from app.core.reasons import Reason, reason
from app.people.models import PayeeAccount, Person
from app.subsidies.models import LineHold, PayFile, PayFileLine, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.fund import booked_for, standing_commitment
from app.subsidies.queries.runs import find_pay_file
from app.subsidies.queries.totals import run_digest, totals_of
from app.subsidies.queries.verify_late import verify_late
from app.subsidies.rules.corrections import decide_again
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.lines import line_digest
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import PaymentState, RunState

_SENT = (RunState.EXPORTED, RunState.SETTLED)
_SIGNED = (RunState.SUBMITTED, RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED)


def verify_run(session: Session, run: SubsidyRun, keyring: Keyring | None = None) -> list[Reason]:
    """What does not hold; empty when all does. With a keyring the kept pay file is opened and its hash compared too."""
    late = verify_late(session, run) if run.state in _SENT and run.kind is not RunKind.OPENING else ()
    return [*_lines(session, run), *_run(session, run), *_pay_file(session, run, keyring), *_fund(session, run), *late]


def count_lines(session: Session, run: SubsidyRun) -> int:
    return session.scalar(select(func.count()).select_from(SubsidyLine).where(SubsidyLine.run_id == run.id)) or 0


def _lines(session: Session, run: SubsidyRun) -> Iterator[Reason]:
    held_late = set(
        session.scalars(
            select(LineHold.line_id)
            .join(SubsidyLine, SubsidyLine.id == LineHold.line_id)
            .where(SubsidyLine.run_id == run.id)
        )
    )
    rows = session.execute(
        select(SubsidyLine, Person.public_id, PayeeAccount.public_id)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id, isouter=True)
        .where(SubsidyLine.run_id == run.id)
        .order_by(SubsidyLine.id)
        .execution_options(yield_per=500)
    )
    for row in rows:
        line = row[0]
        if line_digest(line.decision, line.amount_fen, line.days, line.reasons, line.snapshot) != line.digest:
            yield reason("subsidies.verify.line_changed", line=line.public_id)
        elif run.kind is not RunKind.OPENING:
            yield from _recomputed(row, run.rule_version, row[0].id in held_late)
        session.expunge(line)


def _recomputed(row: Row[SubsidyLine, str, str | None], version: str, is_held_late: bool) -> Iterator[Reason]:
    """The rules, asked again with the facts and the policy of the snapshot, must come to the same.

    A line that was held after it was frozen waits for a person or was decided by one, whatever the rules said before.
    """
    line, payee, account = row
    frozen = line.snapshot
    terms = PolicyTerms.from_json(frozen["policy"]["terms"])
    decision = decide_again(frozen, terms, version)
    amount = decision.amount.fen
    was_held = decision.state is LineState.HOLD or (is_held_late and decision.state is LineState.PAY)
    if line.decision is LineState.HOLD:
        is_same = was_held and (line.decided_by is None or is_held_late) and line.amount_fen == amount
    elif line.decided_by is None:
        is_same = line.decision is decision.state and line.amount_fen == amount and not is_held_late
    else:  # a person decided a line that was held
        paid = amount if line.decision is LineState.PAY else 0
        is_same = was_held and line.amount_fen == paid
    if not is_same or frozen["amount_fen"] != amount:
        yield reason("subsidies.verify.amount", line=line.public_id)
    if frozen["payee"] != payee or (frozen["account"] or {}).get("id") != account:
        yield reason("subsidies.verify.payee", line=line.public_id)


def _run(session: Session, run: SubsidyRun) -> Iterator[Reason]:
    totals = totals_of(session, run)
    kept = (run.pay_count, run.total_fen, run.hold_count, run.refuse_count)
    counted = (totals.pay_count, totals.total_fen, totals.hold_count, totals.refuse_count)
    if run.state is not RunState.PREPARING and kept != counted:
        yield reason("subsidies.verify.totals")
    if run.kind is not RunKind.OPENING and run.state in _SIGNED and run.digest != run_digest(session, run):
        yield reason("subsidies.verify.digest")


def _pay_file(session: Session, run: SubsidyRun, keyring: Keyring | None) -> Iterator[Reason]:
    file = find_pay_file(session, run)
    if file is None:
        if run.state in (RunState.EXPORTED, RunState.SETTLED) and run.kind is not RunKind.OPENING:
            yield reason("subsidies.verify.no_file")
        return
    if file.run_digest != run.digest or _sent(session, file) != (file.count, file.total_fen) or _strays(session, file):
        yield reason("subsidies.verify.file", number=file.number)
    if not _is_all_that_was_approved(session, file):
        yield reason("subsidies.verify.export", number=file.number)
    if keyring is not None and not _has_its_hash(session, keyring, file):
        yield reason("subsidies.verify.file_bytes", number=file.number)


def _fund(session: Session, run: SubsidyRun) -> Iterator[Reason]:
    """What the fund has promised and paid for the run is what was approved and what the bank paid (reliability, I1 and I3)."""
    if standing_commitment(session, run) is None:
        return
    file = find_pay_file(session, run)
    approved = file.total_fen + file.withheld_fen if file else run.total_fen
    booked = booked_for(session, run)
    paid = _paid(session, file) if file and run.state is RunState.SETTLED else 0
    owed = 0 if run.state is RunState.SETTLED else approved
    if (booked[FundSide.COMMITTED].fen, booked[FundSide.PAID].fen) != (owed, paid):
        yield reason("subsidies.verify.fund")


def _paid(session: Session, file: PayFile) -> int:
    own = (PayFileLine.pay_file_id == file.id) & (PayFileLine.state == PaymentState.PAID)
    return int(session.scalar(select(func.coalesce(func.sum(PayFileLine.amount_fen), 0)).where(own)) or 0)


def _sent(session: Session, file: PayFile) -> tuple[int, int]:
    """Count and sum of what went to the bank."""
    count, fen = session.execute(
        select(func.count(), func.coalesce(func.sum(PayFileLine.amount_fen), 0)).where(
            PayFileLine.pay_file_id == file.id, PayFileLine.sequence.is_not(None)
        )
    ).one()
    return count, int(fen)


def _is_all_that_was_approved(session: Session, file: PayFile) -> bool:
    """I6: what was exported is what was approved less what was withheld at the export, line by line and in sum."""
    is_approved = (SubsidyLine.run_id == file.run_id) & (SubsidyLine.decision == LineState.PAY)
    sums = select(func.count(), func.coalesce(func.sum(SubsidyLine.amount_fen), 0)).where(is_approved)
    approved = session.execute(sums).one()
    withheld = session.execute(
        select(func.count(), func.coalesce(func.sum(PayFileLine.amount_fen), 0)).where(
            PayFileLine.pay_file_id == file.id, PayFileLine.sequence.is_(None)
        )
    ).one()
    in_file = exists().where(PayFileLine.line_id == SubsidyLine.id, PayFileLine.pay_file_id == file.id)
    left_out = session.scalar(select(func.count()).select_from(SubsidyLine).where(is_approved, ~in_file))
    kept = (file.withheld_count, file.withheld_fen)
    together = (file.count + file.withheld_count, file.total_fen + file.withheld_fen)
    return not left_out and tuple(map(int, withheld)) == kept and tuple(map(int, approved)) == together


def _strays(session: Session, file: PayFile) -> int:
    """Lines of the file that are not the run's, differ in amount, or whose end at the bank the run does not know."""
    ended = PayFileLine.state.in_((PaymentState.RETURNED, PaymentState.WITHHELD))
    return (
        session.scalar(
            select(func.count())
            .select_from(PayFileLine)
            .join(SubsidyLine, SubsidyLine.id == PayFileLine.line_id)
            .where(
                PayFileLine.pay_file_id == file.id,
                (SubsidyLine.run_id != file.run_id)
                | (SubsidyLine.amount_fen != PayFileLine.amount_fen)
                | (SubsidyLine.decision != LineState.PAY)
                | (SubsidyLine.is_live & ended)
                | (~SubsidyLine.is_live & ~ended),
            )
        )
        or 0
    )


def _has_its_hash(session: Session, keyring: Keyring, file: PayFile) -> bool:
    kept = session.get_one(KeptFile, file.file_id)
    try:
        open_file(session, keyring, kept)
    except KeyUnavailable:
        return False
    return kept.sha256 == file.sha256
