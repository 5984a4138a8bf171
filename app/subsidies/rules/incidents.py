"""What an incident does to a line: it waits for people, and what they decide about the money has its effect (domain 5.3; 9, cases 31, 32)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.core.dates import add_months, parse_date
from app.core.period import Period
from app.core.reasons import Reason, reason
from app.core.spans import Span
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.periods import guardianship_year_from
from app.subsidies.rules.policy import IncidentEffect, PolicyTerms

BAR_MONTHS = 12
# how the reasons begin by which people refused a period
STOPPED_BY_PEOPLE = "subsidies.refuse.incident_"
_DAY = timedelta(days=1)


class IncidentKind(StrEnum):
    """By the law that was broken; 轻度滋事 alone has no effect on the money."""

    PUBLIC_ORDER = "public_order"
    CRIMINAL = "criminal"


class Ruling(StrEnum):
    """What people decided about the money of an incident through the guardian's fault."""

    PAY = "pay"
    STOP = "stop"
    STOP_YEAR = "stop_year"


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """One 肇事 or 肇祸. `guardian_at_fault` is people's decision; None while they have not decided.

    `decided_on` is the day of a decision that came after the period of the incident had been paid; None else. `ruling` is what stands
    about the money and `ruled_on` its day; `stops_from` the day whose period is not paid for it: the incident's own, or, where that had
    been paid, the first one since the decision that had not.
    """

    kind: IncidentKind
    happened_on: date
    guardian_at_fault: bool | None = None
    decided_on: date | None = None
    ruling: Ruling | None = None
    ruled_on: date | None = None
    stops_from: date | None = None

    @property
    def is_ruled(self) -> bool:
        """Whether people have said what becomes of the money. Without the guardian's fault there is nothing to say."""
        return bool(self.guardian_at_fault) and self.ruling is not None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; what is not known is left out, as it was before there was such a fact."""
        days = {name: getattr(self, name) for name in _DAYS}
        return {
            "kind": str(self.kind),
            "happened_on": self.happened_on.isoformat(),
            "at_fault": self.guardian_at_fault,
            **{name: day.isoformat() for name, day in days.items() if day},
            **({"ruling": str(self.ruling)} if self.ruling else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> IncidentFact:
        return cls(
            IncidentKind(stored["kind"]),
            parse_date(stored["happened_on"]),
            stored["at_fault"],
            **{name: parse_date(stored[name]) for name in _DAYS if name in stored},
            ruling=Ruling(stored["ruling"]) if "ruling" in stored else None,
        )


_DAYS = ("decided_on", "ruled_on", "stops_from")


def stops_from(happened_on: date, ruled_on: date, paid: Sequence[Period]) -> date:
    """The day whose period is not paid because of a decision: what was paid already stays paid (domain 5.3), and the effect begins with
    the first period since the decision that was not."""
    if not any(_holds(period, happened_on) for period in paid):
        return happened_on
    day = max(happened_on, ruled_on)
    while period := next((one for one in paid if _holds(one, day)), None):
        day = period.last_day + _DAY
    return day


def taking_nothing_back(incidents: Iterable[IncidentFact]) -> tuple[IncidentFact, ...]:
    """The incidents of a period that was paid: a decision not to pay is none about what was paid; what is still missing waits for people."""
    return tuple(one if one.ruling is Ruling.PAY else replace(one, ruling=None) for one in incidents)


def incident_refusals(
    incidents: Iterable[IncidentFact], period: Period, days: DayFacts, terms: PolicyTerms, guards_since: date | None
) -> Iterator[Reason]:
    """People decided not to pay. `guards_since` is the day on which this guardian took another's place: a predecessor's fault is none of theirs."""
    for one in incidents:
        is_others = guards_since is not None and one.happened_on < guards_since
        if not one.is_ruled or one.ruling is Ruling.PAY or is_others or one.stops_from is None:
            continue
        if _holds(period, one.stops_from):
            yield reason(f"{STOPPED_BY_PEOPLE}{one.ruling}", on=one.ruled_on)
        elif one.ruling is Ruling.STOP_YEAR and one.stops_from < period.first_day:
            year = _year_of(one.stops_from, days, terms)
            if year is not None and year.first <= max(period.first_day, days.agreement_from or year.first) <= year.last:
                yield reason(f"{STOPPED_BY_PEOPLE}rest_of_year", on=one.ruled_on, until=year.last)


def incident_holds(
    incidents: Iterable[IncidentFact], period: Period, days: DayFacts, terms: PolicyTerms
) -> Iterator[Reason]:
    """An incident waits for people, unless they have already found that the guardian did what was owed, or said what becomes of the money.

    What was found only after its own period had been paid is not asked back: it holds the period in which it was found (case 31).
    """
    since, open_ones = _looks_back_to(period, days, terms), [one for one in incidents if _asks(one, terms)]
    found = [one for one in open_ones if since <= one.happened_on <= period.last_day]
    found += [one for one in open_ones if one.decided_on and _holds(period, one.decided_on)]
    if any(one.guardian_at_fault is None for one in found):
        yield reason("subsidies.hold.incident")
    elif any(one.guardian_at_fault for one in found):
        yield reason("subsidies.hold.incident_fault")


def _asks(one: IncidentFact, terms: PolicyTerms) -> bool:
    """A decision answers the question for good; one about the year leaves what a policy bars beyond it to people."""
    is_barred = one.ruling is Ruling.STOP_YEAR and terms.incident_effect is IncidentEffect.STOP_YEAR_AND_BAR
    return not one.is_ruled or is_barred


def _looks_back_to(period: Period, days: DayFacts, terms: PolicyTerms) -> date:
    if terms.incident_effect is IncidentEffect.STOP_YEAR and terms.guardianship_year_start:
        return guardianship_year_from(terms, period.first_day)
    if terms.incident_effect is IncidentEffect.STOP_YEAR:
        return min(days.agreement_from or period.first_day, period.first_day)
    if terms.incident_effect is IncidentEffect.STOP_YEAR_AND_BAR:
        return add_months(period.first_day, -BAR_MONTHS)
    return period.first_day


def _year_of(day: date, days: DayFacts, terms: PolicyTerms) -> Span | None:
    """The guardianship year that a day lies in: the county's, or else the agreement's own; None where that held on another day only."""
    if terms.guardianship_year_start:
        begins = guardianship_year_from(terms, day)
        return Span(begins, add_months(begins, 12) - _DAY)
    first, last = days.agreement_from, days.agreement_to
    return Span(first, last) if first and last and first <= day <= last else None


def _holds(period: Period, day: date) -> bool:
    return period.first_day <= day <= period.last_day
