"""Which days of a quarter count for the subsidy, and why the others do not (domain 5.5).

Every day of the period is either eligible or excluded for exactly one reason, so that the days of a line add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.core import spans
from app.core.dates import days_in_month, last_of_month, parse_date
from app.core.period import Period
from app.core.reasons import Reason, reason
from app.core.spans import Span
from app.subsidies.rules.policy import DayRule

_DAY = timedelta(days=1)


class ExclusionKind(StrEnum):
    """Why a day does not count; the first that applies, in this order, is the one that is named."""

    NO_AGREEMENT = "no_agreement"
    DEAD = "dead"
    NOT_HERE = "not_here"
    NOT_MANAGED = "not_managed"
    CUSTODY = "custody"
    INPATIENT = "inpatient"
    LOST = "lost"
    CARE_FACILITY = "care_facility"
    OTHER_RECORD = "other_record"


@dataclass(frozen=True, slots=True)
class Stay:
    """From a day to a day, both inclusive; `to_on` None: still running. ValueError when it ends before it begins."""

    from_on: date
    to_on: date | None = None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on < self.from_on:
            raise ValueError("a stay ends on or after its first day")


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What decides day by day. None is unbounded or has not happened.

    `agreement_to` is the last day on which the agreement held; `joined_on` the first day here, `left_on` the last;
    `managed` None means throughout. Of a stay in hospital or care the first and last day count, of custody and of
    being lost only the last day does: the day of release or of being found. `other_record`: days that another record of the same person
    was paid for, as is found when two records turn out to be one.
    """

    agreement_from: date | None = None
    agreement_to: date | None = None
    died_on: date | None = None
    joined_on: date | None = None
    left_on: date | None = None
    managed: tuple[Stay, ...] | None = None
    inpatient: tuple[Stay, ...] = ()
    custody: tuple[Stay, ...] = ()
    care_facility: tuple[Stay, ...] = ()
    lost: tuple[Stay, ...] = ()
    other_record: tuple[Stay, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For the snapshot of a line: ISO dates, stays as `[from, to or null]`."""
        stored: dict[str, Any] = {name: _iso(getattr(self, name)) for name in _DATES}
        for name in _STAYS:
            stays = getattr(self, name)
            stored[name] = None if stays is None else [[_iso(one.from_on), _iso(one.to_on)] for one in stays]
        if not self.other_record:  # hardly any line has them, and lines from before they were known have none
            del stored["other_record"]
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> DayFacts:
        values: dict[str, Any] = {name: _day(stored[name]) for name in _DATES}
        for name in _STAYS:
            stays = stored.get(name, []) if name == "other_record" else stored[name]
            values[name] = None if stays is None else tuple(stay_of(*one) for one in stays)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Consecutive days of the quarter that do not count, for one reason. `reason` names no date and no place."""

    kind: ExclusionKind
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def reason(self) -> Reason:
        return reason(f"subsidies.excluded.{self.kind}", days=self.days)

    @property
    def dated_reason(self) -> Reason:
        """With its days, for those who may know them."""
        return reason("subsidies.excluded.dated", first=self.first, last=self.last, why=self.reason)


@dataclass(frozen=True, slots=True)
class MonthDays:
    """One calendar month of the quarter; eligible days and those of `exclusions` add up to `days_in_month`."""

    first: date
    days_in_month: int
    eligible: int
    exclusions: tuple[Exclusion, ...]


def stay_of(from_on: str, to_on: str | None) -> Stay:
    """A stay from ISO dates. ValueError for what is no date or ends before it begins."""
    return Stay(parse_date(from_on), None if to_on is None else parse_date(to_on))


def exclusions_in(
    quarter: Period, facts: DayFacts, inpatient_days: DayRule, care_facility_days: DayRule
) -> tuple[Exclusion, ...]:
    """The days of the quarter that do not count, in order of time."""
    left = [Span(quarter.first_day, quarter.last_day)]
    found: list[Exclusion] = []
    for kind, blocked in _blocked(facts, inpatient_days, care_facility_days):
        if taken := spans.intersection(left, blocked):
            left = spans.difference(left, taken)
            found += (Exclusion(kind, span.first, span.last) for span in taken)
    return tuple(sorted(found, key=lambda one: one.first))


def months_in(quarter: Period, exclusions: tuple[Exclusion, ...]) -> tuple[MonthDays, ...]:
    """The quarter's three months with their share of the exclusions."""
    return tuple(_month(first, exclusions) for first in quarter.months())


def _month(first: date, exclusions: Iterable[Exclusion]) -> MonthDays:
    month = Span(first, last_of_month(first))
    here = [(one.kind, month.overlap(Span(one.first, one.last))) for one in exclusions]
    clipped = tuple(Exclusion(kind, span.first, span.last) for kind, span in here if span)
    days = days_in_month(first)
    return MonthDays(first, days, days - sum(one.days for one in clipped), clipped)


def _blocked(
    facts: DayFacts, inpatient_days: DayRule, care_facility_days: DayRule
) -> Iterator[tuple[ExclusionKind, list[Span]]]:
    yield ExclusionKind.NO_AGREEMENT, [*_before(facts.agreement_from), *_after(facts.agreement_to)]
    yield ExclusionKind.DEAD, _after(facts.died_on)
    yield ExclusionKind.NOT_HERE, [*_before(facts.joined_on), *_after(facts.left_on)]
    if facts.managed is not None:
        yield ExclusionKind.NOT_MANAGED, _outside(facts.managed)
    yield ExclusionKind.CUSTODY, _each(facts.custody, _until_last_day)
    if inpatient_days is DayRule.EXCLUDE:
        yield ExclusionKind.INPATIENT, _each(facts.inpatient, _strictly_between)
    yield ExclusionKind.LOST, _each(facts.lost, _until_last_day)
    if care_facility_days is DayRule.EXCLUDE:
        yield ExclusionKind.CARE_FACILITY, _each(facts.care_facility, _strictly_between)
    yield ExclusionKind.OTHER_RECORD, [Span(stay.from_on, stay.to_on or date.max) for stay in facts.other_record]


def _before(day: date | None) -> list[Span]:
    return [] if day is None or day == date.min else [Span(date.min, day - _DAY)]


def _after(day: date | None) -> list[Span]:
    return [] if day is None or day == date.max else [Span(day + _DAY, date.max)]


def _outside(stays: Iterable[Stay]) -> list[Span]:
    inside = [Span(stay.from_on, stay.to_on or date.max) for stay in stays]
    return spans.difference([Span(date.min, date.max)], inside)


def _each(stays: Iterable[Stay], blocked: Callable[[Stay], Span | None]) -> list[Span]:
    return [span for span in map(blocked, stays) if span]


def _strictly_between(stay: Stay) -> Span | None:
    """Days of a hospital or care stay without its first and its last."""
    return spans.between(stay.from_on + _DAY, date.max if stay.to_on is None else stay.to_on - _DAY)


def _until_last_day(stay: Stay) -> Span | None:
    """Days of custody or of being lost without the last."""
    return spans.between(stay.from_on, date.max if stay.to_on is None else stay.to_on - _DAY)


_DATES = ("agreement_from", "agreement_to", "died_on", "joined_on", "left_on")
_STAYS = ("managed", "inpatient", "custody", "care_facility", "lost", "other_record")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else parse_date(text)
