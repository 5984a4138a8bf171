"""A pasted list of residents is read by name or code, and what has no number of its own is the sum of what is below it."""

from __future__ import annotations

import pytest

from app.numbers.rules.places import remainder
from app.numbers.rules.residents import Named, complete, read_pasted

COUNTY, TOWN, OTHER = "349921000000", "349921100000", "349921101000"
EAST, WANG, OTHER_EAST = "349921100200", "349921100204", "349921101200"
PLACES = (
    Named(COUNTY, "安和县"), Named(TOWN, "城关镇"), Named(EAST, "东村", "城关镇"),
    Named(WANG, "大王村民委员会", "城关镇"), Named(OTHER, "安平镇"), Named(OTHER_EAST, "东村", "安平镇"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "place", "residents"),
    [
        ("城关镇\t东村\t1,234", EAST, 1234),
        ("城关镇东村村委会 1234", EAST, 1234),
        ("大王村　５６７人", WANG, 567),
        ("大王村委会，567", WANG, 567),
        (f"{OTHER_EAST},890", OTHER_EAST, 890),
        ("安和县 412000", COUNTY, 412_000),
        ("城关镇 22900.0", TOWN, 22_900),
        ("安平镇 1.89万", OTHER, 18_900),
        (f"{OTHER} 1.89万人", OTHER, 18_900),
    ],
)
def test_a_line_is_a_place_and_its_number_however_lists_write_them(line: str, place: str, residents: int) -> None:
    read = read_pasted(f"地方\t人数\n\n{line}\n", PLACES)
    assert (read.found, read.left) == ({place: residents}, [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("东村 12", "several"),
        ("西村\t8", "none"),
        ("合计 99", "none"),
        ("安平镇\tabc", "number"),
        ("城关镇 012", "number"),
        ("城关镇 12.5", "number"),
        ("城关镇 -5", "negative"),
        (f"{EAST},-5", "negative"),
        (f"{EAST},8900000000", "number"),
        ("安和县 7", "twice"),
        # at once, however much somebody has pasted in between
        pytest.param("甲" + " " * 60_000 + "1x", "number", id="blanks"),
        pytest.param("甲" + "1," * 30_000 + "x", "number", id="digits"),
    ],
)
def test_a_line_that_is_not_understood_stays_with_why(line: str, why: str) -> None:
    read = read_pasted(f"安和县 9\n{line}", PLACES)
    assert [(left, reason.code.rpartition(".")[2]) for left, reason in read.left] == [(line, why)]
    assert read.found == {COUNTY: 9}


def test_a_place_without_its_own_number_is_the_sum_of_those_below_when_all_are_known() -> None:
    standing = [one.code for one in PLACES]
    assert complete({EAST: 1, WANG: 2, OTHER_EAST: 5}, standing) == {
        EAST: 1, WANG: 2, OTHER_EAST: 5, TOWN: 3, OTHER: 5, COUNTY: 8,
    }  # fmt: skip
    assert complete({EAST: 1, OTHER: 5}, standing) == {EAST: 1, OTHER: 5}, "one village is missing"
    assert complete({EAST: 1, WANG: 2, TOWN: 9, OTHER: 5}, standing)[COUNTY] == 14, "what was typed in wins"


def test_a_remainder_is_what_the_places_below_lack_and_none_where_they_add_up() -> None:
    whole = {"registered": 5, "lost": 1, "residents": 900}
    assert remainder(whole, [{"registered": 3}, {"registered": 1, "lost": 1}]) == {"registered": 1, "lost": 0}
    assert remainder(whole, [{"registered": 5, "lost": 1, "residents": 1}]) == {}
