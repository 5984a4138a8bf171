"""What payment rests on in the care record: levels raised for the cut-off, visits that nobody made or entered long after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.core.dates import add_months
from app.core.reasons import Reason, reason
from app.subsidies.rules.watch import Thresholds, days_between


@dataclass(frozen=True, slots=True)
class RatingFact:
    level: int
    on: date
    by: int | None


@dataclass(frozen=True, slots=True)
class Bump:
    """A rating that reached the paid level around the cut-off only; confirmed where another one soon after found the same."""

    raised: RatingFact
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One visit as it was claimed and as it arrived."""

    on: date
    recorded_on: date

    @property
    def delay(self) -> int:
        return days_between(self.on, self.recorded_on)


def raised_for_cut_off(ratings: Sequence[RatingFact], needed: int, cut_off: date, limits: Thresholds) -> Bump | None:
    """The rating that reached the paid level shortly before the cut-off and fell below it shortly after; in order of time."""
    start: int | None = None
    for place, (before, now) in enumerate(pairwise(ratings), start=1):
        if before.level < needed <= now.level:
            start = place if 0 <= days_between(now.on, cut_off) <= limits.level_days else None
        elif before.level >= needed > now.level:
            if start is not None and 0 < days_between(cut_off, now.on) <= limits.level_days:
                return Bump(ratings[start], _is_confirmed(ratings[start:place], limits))
            start = None
    return None


def _is_confirmed(at_level: Sequence[RatingFact], limits: Thresholds) -> bool:
    """A relapse is seen again within two weeks (domain 2.4) and is then still there."""
    first, *others = at_level
    return any(0 < days_between(first.on, one.on) <= limits.level_confirmed_days for one in others)


def bump_signs(bump: Bump, of_clinician: int, limits: Thresholds) -> tuple[Reason, ...]:
    """Illness rises and falls too: only what nobody saw twice, or what one clinician does again and again, is worth a look."""
    if bump.is_confirmed and of_clinician < limits.level_bumps:
        return ()
    said = [reason("subsidies.watch.level_raised", on=bump.raised.on, days=limits.level_days)]
    if not bump.is_confirmed:
        said.append(reason("subsidies.watch.level_unconfirmed", days=limits.level_confirmed_days))
    if of_clinician >= limits.level_bumps:
        said.append(reason("subsidies.watch.level_often", count=of_clinician))
    return tuple(said)


def missing_visit(
    last_seen_on: date | None, end_of_care: date, months: int, opened_on: date | None, as_of: date
) -> tuple[Reason, ...]:
    """Paid although no clinician has met the patient within the span. Whom the county's own list brought is known to its office."""
    if opened_on is not None and as_of <= add_months(opened_on, months):
        return ()
    if last_seen_on is None:
        return (reason("subsidies.watch.never_seen"),)
    return (
        (reason("subsidies.watch.not_seen", months=months),) if last_seen_on < add_months(end_of_care, -months) else ()
    )


def back_dated(visits: Sequence[VisitFact], cut_off: date, limits: Thresholds) -> tuple[Reason, ...]:
    """Of one user's visits of a quarter many were entered around its end, long after the day that they claim."""
    late = [
        one
        for one in visits
        if one.delay >= limits.visit_back_dated_days
        and abs(days_between(cut_off, one.recorded_on)) <= limits.quarter_end_days
    ]
    if len(late) < limits.back_dated_visits or len(late) * 100 < len(visits) * limits.back_dated_percent:
        return ()
    return (reason("subsidies.watch.back_dated", visits=len(late), of=len(visits), days=limits.visit_back_dated_days),)


def lifts_by_back_dating(visit: VisitFact, cut_off: date, limits: Thresholds) -> tuple[Reason, ...]:
    """The only visit that lets a line be paid was entered after the quarter, for a day long before."""
    if visit.recorded_on <= cut_off or visit.on > cut_off or visit.delay < limits.visit_back_dated_days:
        return ()
    return (reason("subsidies.watch.only_visit_back_dated", days=visit.delay),)
