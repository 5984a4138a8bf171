"""The grounds of a decision are codes and numbers of papers, never somebody's words."""

from __future__ import annotations

import pytest

from app.subsidies.rules.grounds import (
    FOR_EITHER,
    FOR_PAYING,
    FOR_REFUSING,
    NO_LONGER_GIVEN,
    Grounds,
    HoldGround,
    ReturnGround,
    check_ground,
    check_reference,
    grounds_for,
    read_grounds,
    standing_holds,
    tidy_reference,
)
from app.subsidies.texts import HOLD_LABELS, TEXTS


def test_every_ground_has_words_and_one_side_or_both() -> None:
    assert sorted((*FOR_EITHER, *FOR_PAYING, *FOR_REFUSING, *NO_LONGER_GIVEN)) == sorted(HoldGround)
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
    kinds = [code.removeprefix("subsidies.hold.") for code in HOLD_LABELS]
    assert all(
        check_ground(one, is_paid, {kind}) == () for one in FOR_EITHER for is_paid in (True, False) for kind in kinds
    )
    assert all(any(not check_ground(one, True, {kind}) for kind in kinds) for one in FOR_PAYING)
    assert all(any(not check_ground(one, False, {kind}) for kind in kinds) for one in FOR_REFUSING)
    assert all(check_ground(one, False, {kind}) for one in FOR_PAYING for kind in kinds)
    assert all(check_ground(one, True, {kind}) for one in (*FOR_REFUSING, *NO_LONGER_GIVEN) for kind in kinds)


@pytest.mark.parametrize(
    ("holds", "pays", "refuses"),
    [
        ({"account_changed"}, {"account_confirmed"}, {"papers_missing", "payee_unsettled"}),
        ({"returned"}, {"account_confirmed"}, {"papers_missing", "payee_unsettled"}),
        ({"never_seen"}, {"visited"}, {"papers_missing"}),
        ({"before_import"}, {"not_paid_before", "not_paid_elsewhere"}, {"paid_before", "paid_elsewhere", "papers_missing"}),
        ({"incident"}, {"duty_performed"}, {"police_pending", "duty_not_performed", "papers_missing"}),
        # one word answers one doubt: for both it takes a general ground to pay, to refuse one of them is enough
        ({"incident", "account_changed"}, set(), {"police_pending", "duty_not_performed", "papers_missing", "payee_unsettled"}),
    ],
)  # fmt: skip
def test_a_line_is_decided_on_grounds_that_speak_of_what_holds_it(
    holds: set[str], pays: set[str], refuses: set[str]
) -> None:
    assert set(grounds_for(holds, is_paid=True)) == pays
    assert set(grounds_for(holds, is_paid=False)) == refuses
    [refused] = check_ground(HoldGround.DEATH_VERIFIED, True, holds)
    assert refused.code == "subsidies.ground.other_hold"


def test_what_was_decided_once_holds_no_longer() -> None:
    codes = [
        "subsidies.hold.incident",
        "subsidies.amount.full",
        "subsidies.decided.pay",
        "subsidies.hold.office_police",
    ]
    assert standing_holds(codes) == {"office_police"}
    assert standing_holds(codes[:2]) == {"incident"}


@pytest.mark.parametrize("grounds", [Grounds(HoldGround.PHONED), Grounds(ReturnGround.DAYS, "第12号")])
def test_what_is_stored_is_read_again(grounds: Grounds) -> None:
    assert read_grounds(grounds.stored()) == grounds


@pytest.mark.parametrize("stored", [None, "", "第 3 户请核对账户", "phonedx 1"])
def test_older_words_are_no_grounds(stored: str | None) -> None:
    assert read_grounds(stored) is None
