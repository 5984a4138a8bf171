"""What the pages ask of the numbers' use cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.numbers.rules.orders import Demand


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """The run as it was looked at (public id); of a revision, why it is needed."""

    run: str
    reason: str = ""


# a place's field in the table of residents, before its code
RESIDENTS_OF: Final = "residents_"


@dataclass(frozen=True, slots=True)
class SetResidents:
    """place → residents of a year, None: not known any more. `seen`: what stood where they were typed; None where nobody looked."""

    year: int
    said: Mapping[str, int | None]
    source: str
    seen: Mapping[str, int | None] | None = None


@dataclass(frozen=True, slots=True)
class SendOrder:
    """A supervision order from a list: its name, place and period (empty of duties), the unit (public id), and by when it replies."""

    matter: str
    place: str
    period: str
    agency: str
    demand: Demand
    working_days: int
