import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money

AMOUNTS = st.integers(-(10**15), 10**15).map(Money)


@pytest.mark.parametrize(
    ("yuan", "capital"),
    [
        ("771204.38", "柒拾柒万壹仟贰佰零肆元叁角捌分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.53", "伍角叁分"),
        ("10", "壹拾元整"),
        ("750", "柒佰伍拾元整"),
        ("488.98", "肆佰捌拾捌元玖角捌分"),
        ("336.21", "叁佰叁拾陆元贰角壹分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100007", "壹拾万零柒元整"),
        ("100007000", "壹亿零柒仟元整"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1020304050", "壹拾亿贰仟零叁拾万肆仟零伍拾元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000200000000", "壹万零贰亿元整"),
        ("-12.30", "负壹拾贰元叁角整"),
    ],
)
def test_an_amount_is_written_in_capitals_as_vouchers_want_it(yuan, capital):
    assert Money.from_yuan(yuan).capital() == capital


@pytest.mark.parametrize("text", ["1.005", "", "1.", ".5", "1e3", "1,23.00", "NaN", "１", "1 000", "--1", "+1"])
def test_what_is_not_an_amount_to_the_fen_is_refused(text):
    with pytest.raises(ValueError):
        Money.from_yuan(text)


def test_decimals_are_read_exactly_or_refused():
    assert Money.from_yuan(Decimal("3E+3")) == Money(300_000)
    assert Money.from_yuan(Decimal("-0.10")).fen == -10
    for bad in (Decimal("0.001"), Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(ValueError):
            Money.from_yuan(bad)


@pytest.mark.parametrize("wrong", [1.0, True, "1", None])
def test_fen_are_whole_numbers_and_nothing_else(wrong):
    with pytest.raises(TypeError):
        Money(wrong)


def test_a_half_fen_rounds_away_from_zero_once():
    assert Money.rounded(Fraction(5, 1000)) == Money(1)
    assert Money.rounded(Fraction(4999, 1_000_000)) == Money(0)
    assert Money.rounded(Fraction(-5, 1000)) == Money(-1)


@given(AMOUNTS)
def test_every_way_of_writing_an_amount_reads_back_as_the_same(amount):
    assert Money.from_yuan(amount.yuan) == amount
    assert Money.from_yuan(amount.grouped) == amount
    assert str(amount) == amount.yuan


@given(st.lists(AMOUNTS))
def test_a_total_is_the_sum_of_its_fen(amounts):
    assert Money.total(amounts).fen == sum(a.fen for a in amounts)


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_undo_each_other(one, other):
    assert one + other - other == one
    negative = -one
    assert -negative == one
    assert abs(one).fen == abs(one.fen)
    assert one * 3 == 3 * one == one + one + one


@given(AMOUNTS)
def test_capitals_read_back_as_the_same_amount(amount):
    assert _fen_of_capitals(amount.capital()) == amount.fen


def _fen_of_capitals(words: str) -> int:
    """An independent reader: sections by 亿 and 万, places by 仟 佰 拾."""
    sign = -1 if words.startswith("负") else 1
    whole, _, rest = words.removeprefix("负").rpartition("元")
    jiao = re.search(r"(.)角", rest)
    fen = re.search(r"(.)分", rest)
    value = _whole(whole) * 100
    value += 10 * "零壹贰叁肆伍陆柒捌玖".index(jiao[1]) if jiao else 0
    value += "零壹贰叁肆伍陆柒捌玖".index(fen[1]) if fen else 0
    return sign * value


def _whole(words: str) -> int:
    high, found, low = words.rpartition("亿")
    if found:
        return _whole(high) * 10**8 + _whole(low)
    high, found, low = words.rpartition("万")
    if found:
        return _whole(high) * 10**4 + _whole(low)
    total = digit = 0
    for sign in words:
        if sign in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
        else:
            total += digit * {"拾": 10, "佰": 100, "仟": 1000}[sign]
            digit = 0
    return total + digit


def test_too_large_an_amount_is_not_written_wrongly():
    with pytest.raises(ValueError):
        Money.from_yuan("1" + "0" * 16).capital()
