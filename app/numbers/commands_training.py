"""What the pages of the training register ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.numbers.rules.training import TrainingTopic


@dataclass(frozen=True, slots=True)
class RecordTraining:
    """One session. `attendees`: public ids of accounts; `others`: (name, unit) of people without one."""

    submission_key: str
    held_on: date
    topic: TrainingTopic
    title: str
    place: str
    teacher: str
    half_hours: int
    attendees: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()
