"""A cursor stands in an address, where anybody can change it."""

from __future__ import annotations

import base64
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.paging import decode_cursor, encode_cursor

PARTS = st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text().filter(str.isprintable)


def cursor(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_a_cursor_leads_back_to_its_key(key: list[str | int | None]) -> None:
    assert decode_cursor(encode_cursor(key), len(key)) == tuple(key)


def test_a_day_comes_back_as_its_iso_text() -> None:
    assert decode_cursor(encode_cursor([date(2026, 11, 21), 7]), 2) == ("2026-11-21", 7)


@pytest.mark.parametrize(
    "plain",
    [
        "[true]", "[1.5]", "[NaN]", "[1e400]", "[[1]]", '[{"a": 1}]', "{}", "7", "[]", "[1, 2]", f"[{2**63}]",
        '["\\u0000"]', '["\\ud800"]', "[" * 50_000, "[" + "9" * 5_000 + "]", "",
    ],
)  # fmt: skip
def test_what_no_column_can_be_compared_with_starts_the_list_at_its_beginning(plain: str) -> None:
    assert decode_cursor(cursor(plain), 1) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    decode_cursor(text, 1)
