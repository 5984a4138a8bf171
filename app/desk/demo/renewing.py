"""An agreement that ends soon in the village of the demonstration's village worker, so that their first page has somebody on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.desk.demo.places import VILLAGE
from app.desk.demo.plan import Life
from app.tasks.rules import RENEWAL_DAYS_BEFORE_END

_ENDS_IN = timedelta(days=12)
_HELD_FOR = timedelta(days=60)  # nobody signs for a few weeks


def end_one_soon(lives: Sequence[Life], today: date) -> None:
    """The last agreement of one resident is the shorter by what lies beyond the next days; nothing where one ends soon anyway."""
    running = [
        life
        for life in lives
        if life.resident.village.code == VILLAGE
        and life.story.ends_on is None
        and life.story.guardian_until is None
        and life.contracts
        and life.contracts[-1].to_on >= today
    ]
    if any(life.contracts[-1].to_on <= today + timedelta(days=RENEWAL_DAYS_BEFORE_END) for life in running):
        return
    for life in running:
        last = life.contracts[-1]
        if last.from_on <= today - _HELD_FOR:
            life.contracts = (*life.contracts[:-1], replace(last, to_on=today + _ENDS_IN))
            return
