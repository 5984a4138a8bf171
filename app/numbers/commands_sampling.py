"""What the pages ask of the use cases of sampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.numbers.rules.sampling import SampleSubject, Sizes, Unable, Verdict


@dataclass(frozen=True, slots=True)
class DrawSample:
    """`units` are public ids of institutions, empty for all. `seed` is empty where the system chooses. `seen` is what the page
    showed before (`Plan.token`)."""

    submission_key: str
    subject: SampleSubject
    first_on: date | None
    last_on: date | None
    sizes: Sizes
    units: tuple[str, ...] = ()
    seed: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class RecordFindings:
    """What was found of a record: a verdict an item, or why nothing could be checked. `version` as the page showed it."""

    version: int
    verdicts: Mapping[str, Verdict]
    unable: Unable | None
    note: str
