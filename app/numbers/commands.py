"""What the pages ask of the numbers' use cases."""

from __future__ import annotations

from dataclasses import dataclass

from app.numbers.rules.orders import Demand


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The run as it was looked at (public id); of a revision, why it is needed."""

    run: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SendOrder:
    """A supervision order from a list: its name, place and period (empty of duties), the unit (public id), and by when it replies."""

    matter: str
    place: str
    period: str
    agency: str
    demand: Demand
    working_days: int
