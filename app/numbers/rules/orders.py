"""Supervision orders (督办单) as plain values: what they can be about, how they move, and what the facts say of a case since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from app.areas.models import AgencyKind
from app.numbers.rules.behind import MISSING
from app.numbers.rules.indicators import LOCKED_UP, LOST, OVERDUE
from app.numbers.rules.membership import Figure, InSet
from app.tasks.rules import TaskKind

LONGEST_REPLY, LONGEST_WORDS = 1000, 200
REPLY_WITHIN, LONGEST_TERM = 5, 30  # working days
MOST_CASES = 300  # of one order: more is no list that a unit works off within its term

# every late duty of a unit, whatever its kind
ANY_DUTY = "late"
# the duties that units are held to, as their late list has them
DUTIES = (TaskKind.FOLLOW_UP, TaskKind.REASSESSMENT, TaskKind.CONFIRM_LOST, TaskKind.AGREEMENT_RENEWAL)

# the same visits, as duties and as a figure
LATE_VISITS = (TaskKind.FOLLOW_UP.value, OVERDUE.name)
# such a duty whose visit was made and waits for the town's word
WAITS_FOR_TOWN = "numbers.order.duty.follow_up_waits"

# of a figure that counts visits a case is a patient, and says how many of his visits it is
ENTERED_LATE = "numbers.order.entered_late"
# units whose accounts answer orders
_ANSWER = frozenset(
    {
        AgencyKind.HEALTH_CENTRE,
        AgencyKind.GOVERNANCE,
        AgencyKind.HOSPITAL,
        AgencyKind.POLICE,
        AgencyKind.CIVIL_AFFAIRS,
    }
)

_BAD = frozenset(one.name for one in (OVERDUE, LOST, LOCKED_UP))


class OrderState(StrEnum):
    ISSUED = "issued"
    RECEIVED = "received"
    REPLIED = "replied"
    SENT_BACK = "sent_back"  # the reply will not do
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({OrderState.CLOSED, OrderState.WITHDRAWN})
AWAITS_REPLY = frozenset({OrderState.ISSUED, OrderState.RECEIVED, OrderState.SENT_BACK})

MOVES = (
    (OrderState.ISSUED, OrderState.RECEIVED),
    (OrderState.RECEIVED, OrderState.REPLIED),
    (OrderState.SENT_BACK, OrderState.REPLIED),
    (OrderState.REPLIED, OrderState.SENT_BACK),
    (OrderState.REPLIED, OrderState.CLOSED),
    *((state, OrderState.WITHDRAWN) for state in OrderState if state not in ENDED),
)


def may_become(state: OrderState, to: OrderState) -> bool:
    return (state, to) in MOVES


class Demand(StrEnum):
    """What the unit is asked to do; the sentence stands in `labels_orders`."""

    MEND = "mend"
    EXPLAIN = "explain"
    VERIFY = "verify"


class CaseKind(StrEnum):
    """What a case of an order is, and so what its `subject_id` names."""

    DUTY = "duty"
    PATIENT = "patient"
    EMERGENCY = "emergency"
    DISCHARGE = "discharge"


class CaseOutcome(StrEnum):
    """What the unit says it did about one case."""

    DONE = "done"
    ARRANGED = "arranged"
    AWAY = "away"
    REFUSED = "refused"
    CORRECTED = "corrected"
    NOT_OURS = "not_ours"


class Since(StrEnum):
    """What the facts say of a case now, whatever was replied."""

    STILL = "still"
    MENDED = "mended"
    GONE = "gone"  # nobody owes it any more
    UNSEEN = "unseen"  # no record can say it: somebody looks at it on site


def may_answer(kind: AgencyKind) -> bool:
    """Whether somebody of such a unit can receive an order and reply."""
    return kind in _ANSWER


def visits_told(cases: Iterable[Mapping[str, Any]]) -> int:
    """How many visits were entered late in all, by what the cases (a `Reason` as stored) say; 0 of an order about anything else."""
    return sum(int(one["args"]["n"]) for one in cases if one["code"] == ENTERED_LATE)


def may_be_ordered(figure: str) -> bool:
    """Whether whoever stands on a figure's list should not: the missing ones of an indicator, and what is late or bad by itself."""
    return figure.endswith(MISSING) or figure in _BAD


def since_of_member(figure: Figure, bits: int | None, late_visits: int = 1) -> Since:
    """Of a row behind a figure: `bits` as the newest run has it, None where it has no such row."""
    if bits is None:
        return Since.GONE
    if figure.has(bits):
        return Since.STILL if late_visits else Since.MENDED
    if figure.name == OVERDUE.name and bits & InSet.OVERDUE_WAITING:
        return Since.STILL  # the town may still send the visit back
    is_counted = bits & figure.flags == figure.flags if figure.without else bits & InSet.REGISTERED
    return Since.MENDED if is_counted else Since.GONE


def order_number(county: str, year: int, serial: int) -> str:
    """安督〔2026〕3号, by the first sign of the county's name."""
    return f"{county[:1]}督〔{year}〕{serial}号"
