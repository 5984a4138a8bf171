"""A patient who may not exist (reliability 2.4, row 8): signs that are harmless one by one. One strong sign or two weak ones make a flag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.core.reasons import Reason, reason
from app.subsidies.rules.watch import Thresholds, days_between

STRONG, WEAK = 2, 1


@dataclass(frozen=True, slots=True)
class GhostFact:
    """What is known of one file. `is_opening`: it came with the county's own list, whose office knows the patient."""

    created_on: date
    registered_on: date | None
    is_opening: bool
    # the county had prepared a run of its own before the file came in with a list
    is_late_opening: bool = False
    # somebody of another organisation than who made the file has recorded a visit, rating, diagnosis or stay
    has_other_record: bool = True
    has_diagnosis: bool = True
    has_number: bool = True
    # files that the same user made on the same day
    files_that_day: int = 1
    # the most patients for whom one user entered visits within one minute, this one among them
    visits_that_minute: int = 1
    # another patient of the county has the same name and birth date
    has_twin: bool = False
    # patients whose first guardian the payee is
    wards: int = 1
    # people who have the payee's telephone
    on_the_phone: int = 1
    agreement_from: date | None = None
    agreement_recorded_on: date | None = None
    # every visit was entered between ten at night and five in the morning
    is_nightly: bool = False


def ghost_signs(fact: GhostFact, limits: Thresholds) -> tuple[Reason, ...]:
    """The signs, when they weigh enough together; else none."""
    signs = list(_signs(fact, limits))
    return tuple(said for _, said in signs) if sum(weight for weight, _ in signs) >= limits.ghost_score else ()


def _signs(fact: GhostFact, limits: Thresholds) -> Iterator[tuple[int, Reason]]:
    if not fact.has_number:
        yield STRONG, reason("subsidies.watch.ghost_no_number")
    if fact.has_twin:
        yield STRONG, reason("subsidies.watch.ghost_twin")
    if fact.visits_that_minute >= limits.visits_a_minute:
        yield STRONG, reason("subsidies.watch.ghost_minute", count=fact.visits_that_minute)
    if fact.wards >= limits.wards:
        yield STRONG, reason("subsidies.watch.ghost_wards", count=fact.wards)
    if fact.on_the_phone >= limits.shared_phone:
        yield STRONG, reason("subsidies.watch.ghost_phone", count=fact.on_the_phone)
    if fact.is_late_opening:
        yield STRONG, reason("subsidies.watch.ghost_late_list")
    if fact.is_nightly:
        yield WEAK, reason("subsidies.watch.ghost_nightly")
    if not fact.is_opening:
        yield from _signs_of_new(fact, limits)


def _signs_of_new(fact: GhostFact, limits: Thresholds) -> Iterator[tuple[int, Reason]]:
    if not fact.has_other_record:
        yield WEAK, reason("subsidies.watch.ghost_alone")
    if not fact.has_diagnosis:
        yield WEAK, reason("subsidies.watch.ghost_no_diagnosis")
    if fact.files_that_day >= limits.files_a_day:
        yield WEAK, reason("subsidies.watch.ghost_burst", count=fact.files_that_day)
    if fact.registered_on and days_between(fact.registered_on, fact.created_on) >= limits.file_back_dated_days:
        yield WEAK, reason("subsidies.watch.ghost_back_dated", on=fact.registered_on)
    if fact.agreement_from and fact.agreement_recorded_on:
        late = days_between(fact.agreement_from, fact.agreement_recorded_on)
        if late >= limits.file_back_dated_days:
            yield WEAK, reason("subsidies.watch.ghost_late_agreement", days=late)
