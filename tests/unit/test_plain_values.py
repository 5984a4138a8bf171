"""What is kept by value is read again as it was, also by a later version that says more, or less."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core.plain import plain, restored


@dataclass(frozen=True, slots=True)
class Part:
    rate: Decimal | None
    cells: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    name: str
    on: date
    at: datetime
    parts: tuple[Part, ...]
    said: tuple[tuple[str, tuple[str, ...]], ...]
    first: Part | None = None
    is_total: bool = False


WHOLE = Whole(
    "安和县",
    date(2026, 9, 30),
    datetime(2026, 10, 8, 1, 30, tzinfo=UTC),
    (Part(Decimal("97.50"), ("城关镇", 12, "3.90")), Part(None)),
    (("一、总体情况", ("在册 12 人。", "在管 11 人。")),),
    Part(Decimal("1.20")),
    is_total=True,
)


def test_a_value_comes_back_as_it_went() -> None:
    assert restored(Whole, json.loads(json.dumps(plain(WHOLE)))) == WHOLE


def test_a_field_that_came_later_has_its_default_and_one_that_went_is_passed_over() -> None:
    kept = plain(WHOLE) | {"gone": "x"}
    del kept["first"], kept["is_total"]
    found = restored(Whole, kept)
    assert (found.first, found.is_total, found.parts) == (None, False, WHOLE.parts)
    del kept["name"]
    with pytest.raises(TypeError):
        restored(Whole, kept)
