"""Every kind of duty has its words on the screen and its code on the day sheet."""

from __future__ import annotations

from app.desk.day_paper import CODES
from app.tasks.rules import TaskKind
from app.tasks.texts import KIND_LABELS


def test_every_kind_of_duty_has_words_and_a_code_of_its_own() -> None:
    assert set(KIND_LABELS) == set(TaskKind) == set(CODES)
    assert len(set(CODES.values())) == len(CODES)
