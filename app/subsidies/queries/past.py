"""What has been paid in past runs: payments, those that came to nothing, and what a guardian holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.core.money import Money
from app.core.period import parse_period
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.models import LineHold, LineKind, PayFileLine, Recovery, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.corrections import REVIEWED_QUARTERS, Paid, Repaid, days_in
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.incidents import STOPPED_BY_PEOPLE
from app.subsidies.rules.recovery import RecoveryState
from app.subsidies.rules.transitions import PaymentState, RunState

PAYMENTS = (LineKind.ORDINARY, LineKind.REPAYMENT)
SENT = (RunState.EXPORTED, RunState.SETTLED)
_Payee = aliased(Person)


class Place(NamedTuple):
    """For whom and what a line pays: one guardian of an agreement, one period."""

    agreement_id: int
    period: str
    rank: Rank


@dataclass(frozen=True)
class PastLine:
    """A payment that went to the bank, and the run that it belongs to."""

    line: SubsidyLine
    run: SubsidyRun
    # the patient's death, or the payee's
    died_on: date | None

    @property
    def place(self) -> Place:
        return place_of(self.line)

    def has_ended(self, as_of: date) -> bool:
        """Whether what the period comes to can be said: it is over, or it was ended by a death."""
        return self.died_on is not None or parse_period(self.line.period).last_day < as_of

    @property
    def decided(self) -> tuple[str, ...]:
        """Codes of the holds that a person decided; none where the rules paid."""
        if self.line.decided_by is None:
            return ()
        return tuple(sorted({one["code"] for one in self.line.reasons if one["code"].startswith("subsidies.hold.")}))


@dataclass(frozen=True)
class Dead:
    """A payment that the bank sent back or the export withheld, that people stopped, or that was held and never decided, which nobody has
    made again."""

    line: SubsidyLine
    cause: Repaid
    # how often it was tried in vain to pay it again
    attempts: int

    @property
    def key(self) -> str:
        """The cause that its re-payment is stored under: once, and once more where that attempt paid nobody."""
        return f"{self.cause}-{self.attempts + 1}" if self.attempts else str(self.cause)


def place_of(line: SubsidyLine) -> Place:
    return Place(line.agreement_id, line.period, line.rank)


def reviewed_from(as_of: date) -> date:
    """Runs decided before this day are not looked at again."""
    return Quarter.of(as_of).shift(-REVIEWED_QUARTERS).first_day


def paying_counties(session: Session) -> Sequence[str]:
    """Counties with a run that went to the bank."""
    sent = select(SubsidyRun.county_code).where(SubsidyRun.kind != RunKind.OPENING, SubsidyRun.state.in_(SENT))
    return session.scalars(sent.distinct().order_by(SubsidyRun.county_code)).all()


def past_lines(session: Session, ids: Sequence[int]) -> list[PastLine]:
    """Payments, whatever has become of them, by id."""
    rows = session.execute(
        select(SubsidyLine, SubsidyRun, func.coalesce(Person.died_on, _Payee.died_on))
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(_Payee, _Payee.id == SubsidyLine.payee_person_id)
        .where(SubsidyLine.id.in_(ids))
        .order_by(SubsidyLine.id)
    )
    return [PastLine(*row) for row in rows]


def dead_lines(
    session: Session, run: SubsidyRun, after: int, limit: int, agreements: Iterable[int] | None = None
) -> list[Dead]:
    """Payments of the county that came to nothing and that no other line pays, is about to pay, or was refused instead; by id. What people
    stopped because of an incident is among them, and what nobody decided: whether that still stands, its facts say.

    With `agreements` only theirs, of the run's own period.
    """
    line, of_run, later, of_later = SubsidyLine, aliased(SubsidyRun), aliased(SubsidyLine), aliased(SubsidyRun)
    answered = (
        exists()
        .where(
            later.patient_id == line.patient_id,
            later.agreement_id == line.agreement_id,
            later.period == line.period,
            later.rank == line.rank,
            later.kind.in_(PAYMENTS),
            later.id > line.id,
            of_later.id == later.run_id,
        )
        .where(
            or_(
                later.decision == LineState.PAY,  # if that one came to nothing too, it is the one that is paid again
                and_(later.decision == LineState.REFUSE, later.decided_by.is_not(None)),
                of_later.state.not_in(SENT),
            )
        )
    )
    query = (
        select(line, PayFileLine.state)
        .join(of_run, of_run.id == line.run_id)
        .join(PayFileLine, PayFileLine.line_id == line.id, isouter=True)
        .where(
            of_run.county_code == run.county_code,
            of_run.kind != RunKind.OPENING,
            of_run.id != run.id,
            of_run.state.in_(SENT),
            of_run.decided_as_of >= reviewed_from(run.decided_as_of),
            line.kind.in_(PAYMENTS),
            line.id > after,
            or_(_came_to_nothing(), and_(or_(_was_stopped(), _was_held()), ~_came_up_again())),
            ~answered,
        )
        .order_by(line.id)
        .limit(limit)
    )
    if agreements is not None:
        query = query.where(line.agreement_id.in_(list(agreements)), line.period == run.period)
    found = [(dead, _cause(dead, state)) for dead, state in session.execute(query)]
    tried = _attempts(session, [dead.id for dead, _ in found])
    return [Dead(dead, cause, tried.get(dead.id, 0)) for dead, cause in found]


def _came_to_nothing() -> ColumnElement[bool]:
    ended = PayFileLine.state.in_((PaymentState.RETURNED, PaymentState.WITHHELD))
    return and_(SubsidyLine.decision == LineState.PAY, ~SubsidyLine.is_live, ended)


def _was_stopped() -> ColumnElement[bool]:
    """Refused by a decision on an incident, which may have been corrected since."""
    said = type_coerce(SubsidyLine.reasons, Text).contains(STOPPED_BY_PEOPLE, autoescape=True)
    return and_(SubsidyLine.decision == LineState.REFUSE, SubsidyLine.kind == LineKind.ORDINARY, said)


def _was_held() -> ColumnElement[bool]:
    """Nobody decided it before its run went to the bank."""
    return and_(SubsidyLine.decision == LineState.HOLD, SubsidyLine.kind == LineKind.ORDINARY)


def _came_up_again() -> ColumnElement[bool]:
    """A supplementary run looked at the same period anew: what it left is what waits."""
    again = aliased(SubsidyLine)
    return exists().where(
        again.patient_id == SubsidyLine.patient_id,
        again.agreement_id == SubsidyLine.agreement_id,
        again.period == SubsidyLine.period,
        again.rank == SubsidyLine.rank,
        again.kind == LineKind.ORDINARY,
        again.id > SubsidyLine.id,
    )


def _cause(line: SubsidyLine, state: PaymentState | None) -> Repaid:
    if state is not None:
        return Repaid(state.value)
    return Repaid.HELD if line.decision is LineState.HOLD else Repaid.STOPPED


def waiting_words(session: Session, dead: Sequence[Dead]) -> dict[int, tuple[Reason, ...]]:
    """Line id → what other offices and objections said of a held line and of its later attempts, by which it waits for people whatever its
    facts are by now."""
    ids = [one.line.id for one in dead if one.cause is Repaid.HELD]
    found: defaultdict[int, dict[str, Reason]] = defaultdict(dict)
    if not ids:
        return {}
    rows = session.execute(
        select(func.coalesce(SubsidyLine.corrects_line_id, SubsidyLine.id), LineHold.because)
        .join(LineHold, LineHold.line_id == SubsidyLine.id)
        .where(
            or_(SubsidyLine.id.in_(ids), SubsidyLine.corrects_line_id.in_(ids)),
            LineHold.source != HoldSource.CHECK_LIST,
        )
        .order_by(LineHold.id)
    )
    for line_id, because in rows:
        said = Reason.from_json(because)
        found[line_id].setdefault(said.code, said)
    return {line_id: tuple(several.values()) for line_id, several in found.items()}


def _attempts(session: Session, lines: Sequence[int]) -> dict[int, int]:
    counted: defaultdict[int, int] = defaultdict(int)
    for dead in session.scalars(select(SubsidyLine.corrects_line_id).where(SubsidyLine.corrects_line_id.in_(lines))):
        counted[dead or 0] += 1
    return dict(counted)


@dataclass
class _Sum:
    paid: int = 0
    came_back: int = 0
    claimed: int = 0
    attempts: int = 0
    newest: SubsidyLine | None = None


def paid_for(session: Session, lines: Sequence[SubsidyLine], *, is_sent: bool = False) -> dict[Place, Paid]:
    """What the guardian of each line holds for a period, over payments, corrections and what came back. A line of a run that has not gone
    to the bank counts, also a held correction that may still be paid: it speaks of the same difference. With `is_sent` it does not: nobody
    can give back what nobody sent.
    """
    wanted, sums = {place_of(one) for one in lines}, defaultdict[Place, _Sum](_Sum)
    line, run = SubsidyLine, SubsidyRun
    of_places = (
        line.patient_id.in_(sorted({one.patient_id for one in lines})),
        line.agreement_id.in_(sorted({one.agreement_id for one in lines})),
        line.period.in_(sorted({one.period for one in lines})),
    )
    rows = session.execute(
        select(line, run.state, run.kind).join(run, run.id == line.run_id).where(*of_places).order_by(line.id)
    )
    for one, state, kind in rows:
        is_opening = kind is RunKind.OPENING
        if place_of(one) in wanted and (is_opening or state in SENT or not is_sent):
            _add_line(sums[place_of(one)], one, state in SENT, is_opening)
    cases = session.execute(
        select(line.agreement_id, line.period, line.rank, Recovery)
        .join(Recovery, Recovery.line_id == line.id)
        .where(*of_places)
    )
    for agreement_id, period, rank, case in cases:
        if (place := Place(agreement_id, period, rank)) in wanted:
            _add_case(sums[place], case)
    return {place: _paid(sums[place]) for place in wanted}


def _add_line(found: _Sum, line: SubsidyLine, is_sent: bool, is_opening: bool) -> None:
    is_correction = line.kind is LineKind.CORRECTION
    may_be_paid = is_correction and line.decision is LineState.HOLD and not is_sent
    if (line.decision is LineState.PAY and line.is_live) or may_be_paid:
        found.paid += line.amount_fen
        found.newest = found.newest if is_opening else line
    elif is_correction and line.decision is not LineState.REFUSE:
        found.attempts += 1


def _add_case(found: _Sum, case: Recovery) -> None:
    is_withdrawn = case.state is RecoveryState.WITHDRAWN
    found.came_back += case.received_fen
    found.claimed += case.received_fen if is_withdrawn else case.amount_fen
    found.attempts += is_withdrawn


def _paid(found: _Sum) -> Paid:
    days, excluded = days_in(found.newest.snapshot) if found.newest else (0, {})
    return Paid(Money(found.paid), Money(found.came_back), Money(found.claimed), days, excluded, found.attempts)
