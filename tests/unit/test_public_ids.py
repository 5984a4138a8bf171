"""Identifiers that people see."""

from __future__ import annotations

from app.core.db import new_public_id


def test_an_identifier_is_never_taken_for_an_option_of_a_command() -> None:
    drawn = {new_public_id() for _ in range(2_000)}
    assert len(drawn) == 2_000
    assert {len(one) for one in drawn} == {22}
    assert not any(one.startswith("-") for one in drawn)
