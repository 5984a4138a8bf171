"""What was paid and should not have been: found by rule, decided by the county, followed to an end (domain 9, case 11).

A clerk writes down what the county decided and by which paper, another person agrees, finance books the money that comes back. Nothing is
ever debited by itself.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import N_
from app.core.money import Money
from app.core.reasons import Reason, reason

# Days that a guardian is given to pay back, unless the decision says otherwise.
DUE_DAYS = 30
LONGEST_TERM = timedelta(days=366)


class RecoveryState(StrEnum):
    FOUND = "found"  # waits for the county's decision
    ASKED = "asked"  # to be paid back
    PARTLY = "partly"  # part of it came back
    REPAID = "repaid"
    WAIVED = "waived"  # decided not to ask for it
    WRITTEN_OFF = "written_off"  # asked in vain
    WITHDRAWN = "withdrawn"  # the facts turned out otherwise: nothing, or another sum, was paid too much


class RecoveryStep(StrEnum):
    FOUND = "found"
    PROPOSED = "proposed"
    TURNED_DOWN = "turned_down"
    ASKED = "asked"
    RECEIVED = "received"
    WAIVED = "waived"
    WRITTEN_OFF = "written_off"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    RecoveryState.FOUND: N_("待县里决定"),
    RecoveryState.ASKED: N_("已通知退回"),
    RecoveryState.PARTLY: N_("部分退回"),
    RecoveryState.REPAID: N_("已全部退回"),
    RecoveryState.WAIVED: N_("免予退回"),
    RecoveryState.WRITTEN_OFF: N_("核销"),
    RecoveryState.WITHDRAWN: N_("撤案"),
}
STEP_LABELS = {
    RecoveryStep.FOUND: N_("核查发现"),
    RecoveryStep.PROPOSED: N_("拟办"),
    RecoveryStep.TURNED_DOWN: N_("不同意拟办意见"),
    RecoveryStep.ASKED: N_("同意：请监护人退回"),
    RecoveryStep.RECEIVED: N_("收到退款"),
    RecoveryStep.WAIVED: N_("同意：免予退回"),
    RecoveryStep.WRITTEN_OFF: N_("同意：核销"),
    RecoveryStep.WITHDRAWN: N_("同意：撤案"),
}
OUTCOME_LABELS = {
    RecoveryStep.ASKED: N_("请监护人退回"),
    RecoveryStep.WAIVED: N_("免予退回"),
    RecoveryStep.WITHDRAWN: N_("撤案：情况已经更正，不再成立或金额有变"),
    RecoveryStep.WRITTEN_OFF: N_("核销：多次通知仍无法收回"),
}

OPEN = (RecoveryState.FOUND, RecoveryState.ASKED, RecoveryState.PARTLY)

_REACHES = {
    RecoveryStep.ASKED: RecoveryState.ASKED,
    RecoveryStep.WAIVED: RecoveryState.WAIVED,
    RecoveryStep.WRITTEN_OFF: RecoveryState.WRITTEN_OFF,
    RecoveryStep.WITHDRAWN: RecoveryState.WITHDRAWN,
}

RECOVERY_MOVES: frozenset[tuple[RecoveryState, RecoveryState]] = frozenset(
    {
        (RecoveryState.FOUND, RecoveryState.ASKED),
        (RecoveryState.FOUND, RecoveryState.WAIVED),
        (RecoveryState.FOUND, RecoveryState.WITHDRAWN),
        (RecoveryState.ASKED, RecoveryState.PARTLY),
        (RecoveryState.ASKED, RecoveryState.REPAID),
        (RecoveryState.ASKED, RecoveryState.WAIVED),
        (RecoveryState.ASKED, RecoveryState.WRITTEN_OFF),
        (RecoveryState.ASKED, RecoveryState.WITHDRAWN),
        (RecoveryState.PARTLY, RecoveryState.REPAID),
        (RecoveryState.PARTLY, RecoveryState.WAIVED),
        (RecoveryState.PARTLY, RecoveryState.WRITTEN_OFF),
        (RecoveryState.PARTLY, RecoveryState.WITHDRAWN),
    }
)


def outcomes_from(state: RecoveryState) -> tuple[RecoveryStep, ...]:
    """What the county may decide about a case that stands so."""
    return tuple(step for step, reached in _REACHES.items() if (state, reached) in RECOVERY_MOVES)


def state_after(outcome: RecoveryStep) -> RecoveryState:
    """Where a decision leads. KeyError for a step that is no decision."""
    return _REACHES[outcome]


def state_with(received: Money, wanted: Money) -> RecoveryState:
    """Where a receipt leads."""
    return RecoveryState.REPAID if received >= wanted else RecoveryState.PARTLY


def check_outcome(state: RecoveryState, outcome: RecoveryStep, is_founded: bool) -> tuple[Reason, ...]:
    """What keeps the county from deciding so. A case that the facts of today do not bear out is withdrawn and nothing else;
    one that they bear out is not."""
    if outcome not in outcomes_from(state):
        return (reason("subsidies.recovery.wrong_state"),)
    if is_founded and outcome is RecoveryStep.WITHDRAWN:
        return (reason("subsidies.recovery.still_founded"),)
    if not is_founded and outcome is RecoveryStep.ASKED:
        return (reason("subsidies.recovery.no_longer_founded"),)
    return ()


def check_due(due_on: date, today: date) -> tuple[Reason, ...]:
    """A guardian is given time, and not for ever."""
    return () if today < due_on <= today + LONGEST_TERM else (reason("subsidies.recovery.due_on"),)


def check_receipt(state: RecoveryState, amount: Money, left: Money) -> tuple[Reason, ...]:
    """Money is booked where it was asked for, and no more than was asked for."""
    if state not in (RecoveryState.ASKED, RecoveryState.PARTLY):
        return (reason("subsidies.recovery.wrong_state"),)
    if amount.fen <= 0:
        return (reason("subsidies.fund.nothing"),)
    return (reason("subsidies.recovery.too_much", left=left),) if amount > left else ()
