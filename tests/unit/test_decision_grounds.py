"""The grounds of a decision are codes and numbers of papers, never somebody's words."""

from __future__ import annotations

import pytest

from app.subsidies.rules.grounds import (
    FOR_EITHER,
    FOR_PAYING,
    FOR_REFUSING,
    Grounds,
    HoldGround,
    ReturnGround,
    check_ground,
    check_reference,
    read_grounds,
    tidy_reference,
)
from app.subsidies.texts import TEXTS


def test_every_ground_has_words_and_one_side_or_both() -> None:
    assert sorted((*FOR_EITHER, *FOR_PAYING, *FOR_REFUSING)) == sorted(HoldGround)
    assert all(f"subsidies.ground.{code}" in TEXTS for code in (*HoldGround, *ReturnGround))


@pytest.mark.parametrize("text", ["", "AHJH-2026-0031", "〔2026〕3号", "第12号", "A3499212026110000000012", "20261121"])
def test_a_papers_number_is_taken(text: str) -> None:
    assert check_reference(text) == ()


@pytest.mark.parametrize("text", ["张三", "打过电话", "3号，已核实", "a b", "x" * 41, "3号\n", "<b>", "1 2"])
def test_words_are_no_number(text: str) -> None:
    assert [one.code for one in check_reference(text)] == ["subsidies.reference.shape"]


@pytest.mark.parametrize("text", ["13907316408", "34992119870319071X", "349921198703190717", "6200000000000005"])
def test_a_telephone_an_id_number_and_a_card_are_refused(text: str) -> None:
    assert [one.code for one in check_reference(text)] == ["subsidies.reference.personal"]


def test_a_number_is_written_in_one_way() -> None:
    assert tidy_reference(" [2026] 3号 ") == tidy_reference("（2026）3号") == "〔2026〕3号"


def test_each_ground_fits_its_decision_only() -> None:
    assert all(check_ground(one, True) == () for one in (*FOR_EITHER, *FOR_PAYING))
    assert all(check_ground(one, False) == () for one in (*FOR_EITHER, *FOR_REFUSING))
    assert all(check_ground(one, False) for one in FOR_PAYING) and all(check_ground(one, True) for one in FOR_REFUSING)


@pytest.mark.parametrize("grounds", [Grounds(HoldGround.PHONED), Grounds(ReturnGround.DAYS, "第12号")])
def test_what_is_stored_is_read_again(grounds: Grounds) -> None:
    assert read_grounds(grounds.stored()) == grounds


@pytest.mark.parametrize("stored", [None, "", "第 3 户请核对账户", "phonedx 1"])
def test_older_words_are_no_grounds(stored: str | None) -> None:
    assert read_grounds(stored) is None
