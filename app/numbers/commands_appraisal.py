"""What the pages ask of the appraisal's use cases."""

from __future__ import annotations

from dataclasses import dataclass

from app.numbers.rules.appraisal import Item


@dataclass(frozen=True, slots=True)
class ProposeScheme:
    """`rows`: number of the form's row → item, in the order in which they are printed."""

    submission_key: str
    year: int
    title: str
    term_days: int
    rows: tuple[tuple[int, Item], ...]


@dataclass(frozen=True, slots=True)
class AnswerObjection:
    """`corrected`: marks in hundredths, of an objection that is upheld."""

    is_upheld: bool
    answer: str
    corrected: int | None = None
