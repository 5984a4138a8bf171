"""Which lines a guardian is written to about: each once, and again only when there is something else to say."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.scope import within
from app.guardians.models import Agreement
from app.guardians.rules import Rank
from app.people.models import Person
from app.subsidies.models import LineKind, PayFileLine, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState

_CAUSES = ("subsidies.hold.", "subsidies.refuse.", "subsidies.decided.")
# whom the line is about, and what its letter says: decision and causes
_Payee = tuple[int, Rank, str]
_Told = tuple[LineState, frozenset[str]]


def lines_without_letter(session: Session, run: SubsidyRun) -> frozenset[int]:
    """Ids of the run's lines that need no letter: told the same before, or paid to somebody who has died since."""
    return _told_before(session, run) | _paid_to_the_dead(session, run)


def letters_by_area(session: Session, actor: Actor, run: SubsidyRun) -> dict[str, int]:
    """Area code → letters of the run there. Nothing for roles without amounts."""
    if sees(actor, Field.AMOUNT) not in (Grant.FULL, Grant.COUNTS):
        return {}
    without = lines_without_letter(session, run)
    rows = session.execute(
        select(SubsidyLine.id, SubsidyLine.area_code)
        .where(SubsidyLine.run_id == run.id, within(SubsidyLine.area_code, actor))
        .order_by(SubsidyLine.area_code)
    )
    return dict(Counter(area_code for line_id, area_code in rows if line_id not in without))


def _told_before(session: Session, run: SubsidyRun) -> frozenset[int]:
    """Lines that are held or refused exactly as the run before left the same period: of a supplementary run, or taken up from before."""
    line = SubsidyLine
    columns = select(line.id, line.agreement_id, line.rank, line.period, line.decision, line.reasons).where(
        line.kind != LineKind.CORRECTION
    )
    waiting = session.execute(columns.where(line.run_id == run.id, line.decision != LineState.PAY)).all()
    periods = {row.period for row in waiting} - ({run.period} if run.kind is RunKind.REGULAR else set())
    earlier = (
        columns.join(SubsidyRun, SubsidyRun.id == line.run_id)
        .where(
            SubsidyRun.county_code == run.county_code,
            line.period.in_(periods),
            SubsidyRun.kind != RunKind.OPENING,
            SubsidyRun.id < run.id,
        )
        .order_by(line.id)
    )
    last: dict[_Payee, _Told] = {}
    for _id, agreement_id, rank, period, decision, reasons in session.execute(earlier) if periods else ():
        last[agreement_id, rank, period] = _told(decision, reasons)
    return frozenset(
        line_id
        for line_id, agreement_id, rank, period, decision, reasons in waiting
        if last.get((agreement_id, rank, period)) == _told(decision, reasons)
    )


def _told(decision: LineState, reasons: list[dict[str, str]]) -> _Told:
    return decision, frozenset(one["code"] for one in reasons if one["code"].startswith(_CAUSES))


def _paid_to_the_dead(session: Session, run: SubsidyRun) -> frozenset[int]:
    rows = session.scalars(
        select(SubsidyLine.id)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .where(SubsidyLine.run_id == run.id, PayFileLine.state == PaymentState.PAID, Person.died_on.is_not(None))
    )
    return frozenset(rows)


_LETTER = re.compile(r"(\d{4})-([1-4])-(?:S(\d{2})-)?(\d{5})", re.ASCII)


def find_letter(session: Session, actor: Actor, serial: str, code: str) -> tuple[SubsidyRun, str, int] | None:
    """The run, agreement number and amount (fen) of a guardian's letter, where serial and check code belong together.

    The code is a digest over the run's lines as they were signed: a letter of a content that has changed since fits no more.
    """
    named = _LETTER.fullmatch(serial.strip().upper())
    if named is None:
        return None
    kind = RunKind.SUPPLEMENTARY if named[3] else RunKind.REGULAR
    query = select(SubsidyLine.public_id, SubsidyRun, Agreement.number, SubsidyLine.amount_fen)
    rows = session.execute(
        query.join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .where(
            SubsidyRun.period == f"{named[1]}Q{named[2]}",
            SubsidyRun.kind == kind,
            SubsidyRun.number == int(named[3] or 1),
            within(SubsidyLine.area_code, actor),
        )
    )
    wanted = code.strip().upper()
    return next(((run, number, fen) for line, run, number, fen in rows if letter_code(run, line) == wanted), None)


def letter_code(run: SubsidyRun, line_public_id: str) -> str:
    """ASCII code under the QR: run's fingerprint and line, twelve characters that anybody can have checked at the office."""
    return hashlib.sha256(f"{run.digest}:{line_public_id}".encode()).hexdigest()[:12].upper()
