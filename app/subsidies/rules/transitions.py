"""The steps of a run and of its lines: which follow which, and whose hands they need (domain 5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.core.period import Period
from app.core.reasons import Reason, reason
from app.subsidies.rules.decision import LineState


class RunState(StrEnum):
    PREPARING = "preparing"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    EXPORTED = "exported"
    SETTLED = "settled"


class RunStep(StrEnum):
    PREPARED = "prepared"
    SUBMITTED = "submitted"
    POLICE_SIGNED = "police_signed"
    TOWN_SIGNED = "town_signed"
    HEALTH_SIGNED = "health_signed"
    APPROVED = "approved"
    RETURNED = "returned"
    VOIDED = "voided"
    EXPORTED = "exported"
    SETTLED = "settled"


class PaymentState(StrEnum):
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"
    WITHHELD = "withheld"


# From which states a step may be taken, and where it leads.
RUN_MOVES: dict[RunStep, tuple[frozenset[RunState], RunState]] = {
    RunStep.PREPARED: (frozenset({RunState.PREPARING}), RunState.DRAFT),
    RunStep.SUBMITTED: (frozenset({RunState.DRAFT}), RunState.SUBMITTED),
    RunStep.POLICE_SIGNED: (frozenset({RunState.SUBMITTED}), RunState.SUBMITTED),
    RunStep.TOWN_SIGNED: (frozenset({RunState.SUBMITTED}), RunState.SUBMITTED),
    RunStep.HEALTH_SIGNED: (frozenset({RunState.SUBMITTED}), RunState.SUBMITTED),
    RunStep.APPROVED: (frozenset({RunState.SUBMITTED}), RunState.APPROVED),
    RunStep.RETURNED: (frozenset({RunState.SUBMITTED}), RunState.DRAFT),
    RunStep.VOIDED: (frozenset({RunState.SUBMITTED, RunState.APPROVED}), RunState.DRAFT),
    RunStep.EXPORTED: (frozenset({RunState.APPROVED}), RunState.EXPORTED),
    RunStep.SETTLED: (frozenset({RunState.EXPORTED}), RunState.SETTLED),
}

# A held line is decided by a person; a line to be paid is held for what is learned late. Nothing else moves a frozen line.
LINE_MOVES: frozenset[tuple[LineState, LineState]] = frozenset(
    {
        (LineState.HOLD, LineState.PAY),
        (LineState.HOLD, LineState.REFUSE),
        (LineState.PAY, LineState.HOLD),
    }
)

# The bank's word; a return that comes after finance attested the payment wins.
PAYMENT_MOVES: frozenset[tuple[PaymentState, PaymentState]] = frozenset(
    {
        (PaymentState.SENT, PaymentState.PAID),
        (PaymentState.SENT, PaymentState.RETURNED),
        (PaymentState.PAID, PaymentState.RETURNED),
    }
)

# The joint approval's offices, which sign in any order before the reviewer.
OFFICE_STEPS = (RunStep.POLICE_SIGNED, RunStep.TOWN_SIGNED, RunStep.HEALTH_SIGNED)

# Working days within which a run in this state is signed by whoever is next (domain 5.6, rows 5 and 6).
_WITHIN = {RunState.SUBMITTED: 10, RunState.APPROVED: 5}

_MAKERS = (RunStep.PREPARED, RunStep.SUBMITTED)
_CHECKERS = (*_MAKERS, *OFFICE_STEPS, RunStep.APPROVED)

# Whose earlier signatures keep a hand from this step: maker, checkers and payer are all different people.
_OTHER_HANDS: dict[RunStep, tuple[RunStep, ...]] = {
    **dict.fromkeys(OFFICE_STEPS, (*_MAKERS, *OFFICE_STEPS)),
    RunStep.APPROVED: (*_MAKERS, *OFFICE_STEPS),
    RunStep.EXPORTED: _CHECKERS,
    RunStep.SETTLED: _CHECKERS,
}


def check_step(
    step: RunStep, state: RunState, hand: str, signed: Mapping[RunStep, frozenset[str]]
) -> tuple[Reason, ...]:
    """What keeps this person from this step now.

    `hand` is the human being behind the account (`Actor.hand`); `signed` the hands behind the signatures that still
    stand, by step.
    """
    if state not in RUN_MOVES[step][0]:
        return (reason("subsidies.step.wrong_state"),)
    return check_people(step, hand, signed)


def check_people(step: RunStep, hand: str, signed: Mapping[RunStep, frozenset[str]]) -> tuple[Reason, ...]:
    """Whether the same person signed a step that must be somebody else's."""
    if any(hand in signed.get(earlier, frozenset()) for earlier in _OTHER_HANDS.get(step, ())):
        return (reason("subsidies.step.same_person"),)
    return ()


def check_line_move(before: LineState, after: LineState, run_state: RunState) -> tuple[Reason, ...]:
    """What keeps a line from being decided so. A signed run is brought back to draft first."""
    if run_state is not RunState.DRAFT:
        return (reason("subsidies.step.wrong_state"),)
    return () if (before, after) in LINE_MOVES else (reason("subsidies.step.line_not_held"),)


def check_period(quarter: Period, today: date, cutoff: date | None = None) -> tuple[Reason, ...]:
    """A quarter is prepared when it has ended; the year's last one from the policy's `cutoff` on."""
    if today > quarter.last_day or (cutoff is not None and today >= cutoff):
        return ()
    return (reason("subsidies.step.quarter_open", quarter=quarter, ends_on=quarter.last_day),)


def step_within(state: RunState) -> int | None:
    """Working days for the next signature; None where no office is waited for."""
    return _WITHIN.get(state)
