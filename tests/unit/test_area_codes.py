import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.areas.rules import (
    AreaLevel,
    code_of,
    county_of,
    is_area_code,
    is_within,
    level_of,
    parent_of,
    path_to,
    prefix_of,
    town_of,
)


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent"),
    [
        ("340000000000", AreaLevel.PROVINCE, "34", None),
        ("349900000000", AreaLevel.CITY, "3499", "340000000000"),
        ("349921000000", AreaLevel.COUNTY, "349921", "349900000000"),
        ("349921100000", AreaLevel.TOWN, "349921100", "349921000000"),
        ("349921100201", AreaLevel.VILLAGE, "349921100201", "349921100000"),
        ("441900003000", AreaLevel.TOWN, "441900003", "441900000000"),
    ],
)
def test_trailing_zeros_say_the_level_the_prefix_and_the_place_above(code, level, prefix, parent):
    assert (level_of(code), prefix_of(code), parent_of(code)) == (level, prefix, parent)
    assert code_of(prefix) == code


def test_a_village_knows_its_path_its_town_and_its_county():
    village = "349921100201"
    assert path_to(village) == ("340000000000", "349900000000", "349921000000", "349921100000", village)
    assert (town_of(village), county_of(village)) == ("349921100000", "349921000000")


@pytest.mark.parametrize("code", ["", "34", "34992110020", "3499211002011", "34992110020x", "００9921100201", "0" * 12])
def test_what_is_no_area_code_is_refused(code):
    assert not is_area_code(code)
    with pytest.raises(ValueError):
        level_of(code)


PREFIXES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@given(PREFIXES.filter(lambda prefix: prefix[:2] != "00"))
def test_every_place_lies_within_every_place_above_it(prefix):
    code = code_of(prefix)
    for above in path_to(code):
        assert is_within(code, prefix_of(above))
    assert is_within(code, "")
