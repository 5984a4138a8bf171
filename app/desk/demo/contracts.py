"""Which guardians sign an agreement for which year: those of patients whose level was 3 or above, or who did harm (domain 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.core.dates import add_months
from app.desk.demo.course import Course, Encounter
from app.visits.rules.form import Behaviour

_DAY = timedelta(days=1)
_LOOK_BACK = 50 * _DAY
_ELIGIBLE_LEVEL = 3
_INCIDENTS = Behaviour.PUBLIC_ORDER_INCIDENT | Behaviour.CRIMINAL_INCIDENT
FORGOTTEN = 0.12  # of agreements that ran out with the condition still given, not renewed in time


@dataclass(frozen=True)
class Contract:
    """An agreement to be signed on a day; both days inclusive."""

    signed_on: date
    from_on: date
    to_on: date


def contracts_of(
    course: Course, encounters: Sequence[Encounter], seed: int, scheme_from: date, today: date
) -> tuple[Contract, ...]:
    """The agreements of one patient, from the first day of the scheme on."""
    if course.resident.guardian is None:
        return ()
    rng = Random(f"{seed}:contracts:{course.resident.number}")  # noqa: S311  # invention, not secrecy
    history = _History(course, encounters)
    ends_on = min(course.story.ends_on or today, course.story.guardian_until or today)
    found: list[Contract] = []
    if history.is_eligible(scheme_from):
        months = rng.choice((4, 5, 6, 6, 8, 9, 11, 12, 12, 12))
        signed_on = scheme_from - rng.randrange(0, 12) * _DAY
        found.append(Contract(signed_on, scheme_from, add_months(scheme_from, months) - _DAY))
    while True:
        contract = _renewed(rng, history, found[-1], today) if found else None
        if contract is None:
            contract = _after_rise(rng, history, found[-1].to_on if found else scheme_from)
        if contract is None or contract.signed_on > ends_on:
            return tuple(found)
        found.append(contract)


def _renewed(rng: Random, history: _History, last: Contract, today: date) -> Contract | None:
    """Signed in the last days of the old one when the patient still qualifies."""
    signed_on = last.to_on - rng.randrange(0, 9) * _DAY
    is_forgotten = rng.random() < FORGOTTEN and (today - last.to_on).days < 60
    if is_forgotten or not history.is_eligible(signed_on):
        return None
    return _year(signed_on, last.to_on + _DAY)


def _after_rise(rng: Random, history: _History, after: date) -> Contract | None:
    """Some days after a high level was found while no agreement ran."""
    risen = next((day for day in history.high_days if day > after), None)
    if risen is None:
        return None
    signed_on = risen + rng.randrange(4, 16) * _DAY
    return _year(signed_on, signed_on)


def _year(signed_on: date, from_on: date) -> Contract:
    return Contract(signed_on, from_on, add_months(from_on, 12) - _DAY)


class _History:
    """What was known of the level on a day."""

    def __init__(self, course: Course, encounters: Sequence[Encounter]) -> None:
        self.levels = [(one.entered_on, one.record.risk_level or 0) for one in encounters]
        if course.opening:
            self.levels.insert(0, (course.opening.visited_on, course.opening.level))
        self.high_days = [day for day, level in self.levels if level >= _ELIGIBLE_LEVEL]
        self.incidents = [one.entered_on for one in encounters if one.record.did(_INCIDENTS)]

    def is_eligible(self, day: date) -> bool:
        """The level stands at 3 or above on that day or did within the seven weeks before it, or an incident is on record."""
        if any(known_on <= day for known_on in self.incidents):
            return True
        standing = [level for known_on, level in self.levels if known_on <= day][-1:]
        recent = [known_on for known_on in self.high_days if day - _LOOK_BACK <= known_on <= day]
        return bool(recent) or any(level >= _ELIGIBLE_LEVEL for level in standing)
