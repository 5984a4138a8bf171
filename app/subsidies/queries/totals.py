"""What a run comes to, and whether its lines are still what was signed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.orm import Session

from app.core.crypto import digest
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.lines import kept_digest


@dataclass(frozen=True)
class Totals:
    """Lines by what becomes of them. A line that was withheld or returned pays nobody and stands in `ended_count`."""

    pay_count: int = 0
    total_fen: int = 0
    ended_count: int = 0
    ended_fen: int = 0
    hold_count: int = 0
    refuse_count: int = 0


def totals_of(session: Session, run: SubsidyRun) -> Totals:
    rows = session.execute(
        select(
            SubsidyLine.decision,
            SubsidyLine.is_live,
            func.count(),
            func.coalesce(func.sum(SubsidyLine.amount_fen), 0),
        )
        .where(SubsidyLine.run_id == run.id)
        .group_by(SubsidyLine.decision, SubsidyLine.is_live)
    )
    found = {(decision, bool(is_live)): (count, int(fen)) for decision, is_live, count, fen in rows}
    pay_count, total_fen = found.get((LineState.PAY, True), (0, 0))
    ended_count, ended_fen = found.get((LineState.PAY, False), (0, 0))
    return Totals(
        pay_count=pay_count,
        total_fen=total_fen,
        ended_count=ended_count,
        ended_fen=ended_fen,
        hold_count=found.get((LineState.HOLD, True), (0, 0))[0],
        refuse_count=found.get((LineState.REFUSE, True), (0, 0))[0],
    )


def run_digest(session: Session, run: SubsidyRun) -> str:
    """SHA-256 over the lines' digests in their order (area, then line)."""
    digests = session.scalars(
        select(SubsidyLine.digest).where(SubsidyLine.run_id == run.id).order_by(SubsidyLine.area_code, SubsidyLine.id)
    )
    return digest("\n".join(digests))


def changed_lines(session: Session, run: SubsidyRun) -> list[str]:
    """Public ids of lines whose content no longer has the digest that stands beside it."""
    line = SubsidyLine
    texts = (type_coerce(line.reasons, Text), type_coerce(line.snapshot, Text))
    rows = session.execute(
        select(line.public_id, line.digest, line.decision, line.amount_fen, line.days, *texts)
        .where(line.run_id == run.id)
        .order_by(line.id)
        .execution_options(yield_per=1000)
    )
    return [
        public_id
        for public_id, kept, decision, amount_fen, days, reasons, snapshot in rows
        if kept_digest(decision, amount_fen, days, reasons, snapshot) != kept
    ]
