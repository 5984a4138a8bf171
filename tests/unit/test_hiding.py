"""Small counts cannot be worked out from what is printed beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from app.numbers.rules.hiding import SMALLEST_TOLD, Share, Told, hide_counts, hide_shares

PLACES = "甲乙丙"
LARGEST = 11
Tables = st.lists(
    st.integers(0, 9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=1, max_size=3
)


def possible(cells: list[int | None], total: int | None) -> Iterator[tuple[int, ...]]:
    """Every column that a reader could believe in: what is hidden is not 0."""
    for column in product(*([one] if one is not None else range(1, LARGEST + 1) for one in cells)):
        if total is None or sum(column) == total:
            yield column


def part_ranges(parts: list[int | None], total: int | None, wholes: tuple[int, ...]) -> list[set[int]] | None:
    """What each part could be under these wholes; None where nothing fits."""
    low = [one if one is not None else 1 for one in parts]
    high = [one if one is not None else whole for one, whole in zip(parts, wholes, strict=True)]
    if any(a > b for a, b in zip(low, high, strict=True)) or any(b > w for b, w in zip(high, wholes, strict=True)):
        return None
    if total is not None and not sum(low) <= total <= sum(high):
        return None
    found = []
    for at in range(len(parts)):
        others_low, others_high = sum(low) - low[at], sum(high) - high[at]
        first = low[at] if total is None else max(low[at], total - others_high)
        last = high[at] if total is None else min(high[at], total - others_low)
        found.append(set(range(first, last + 1)))
    return found


@given(Tables)
@example([(1, 1), (1, 1), (0, 9)])
@example([(1, 1), (6, 6), (0, 9)])
@example([(4, 5), (9, 9), (9, 9)])
def test_every_hidden_part_and_whole_could_be_another_number(table: list[tuple[int, int]]) -> None:
    shares, total = hide_shares(dict(zip(PLACES, table, strict=False)))
    parts, wholes = [one.part for one in shares.values()], [one.whole for one in shares.values()]
    could_be_part: list[set[int]] = [set() for _one in table]
    could_be_whole: list[set[int]] = [set() for _one in table]
    for column in possible(wholes, total.whole):
        ranges = part_ranges(parts, total.part, column)
        if ranges is not None:
            for at in range(len(table)):
                could_be_part[at] |= ranges[at]
                could_be_whole[at].add(column[at])
    for at, (part, whole) in enumerate(table):
        assert part in could_be_part[at] and (whole in could_be_whole[at])
        assert parts[at] is not None or len(could_be_part[at]) > 1, (table, shares, total)
        assert wholes[at] is not None or len(could_be_whole[at]) > 1, (table, shares, total)


@given(Tables)
def test_no_small_part_rest_or_whole_is_printed(table: list[tuple[int, int]]) -> None:
    shares, total = hide_shares(dict(zip(PLACES, table, strict=False)))
    for one in (*shares.values(), total):
        assert one.whole is None or not 0 < one.whole < SMALLEST_TOLD
        assert one.part is None or not 0 < one.part < SMALLEST_TOLD
        if one.part and one.whole is not None:
            assert not 0 < one.whole - one.part < SMALLEST_TOLD


def test_a_small_count_takes_the_smallest_other_with_it_and_a_lone_one_the_total() -> None:
    assert hide_counts({"甲": 3, "乙": 120, "丙": 40}) == Told({"甲": None, "乙": 120, "丙": None}, 163)
    assert hide_counts({"甲": 3, "乙": 0}) == Told({"甲": None, "乙": 0}, None)
    assert hide_counts({"甲": 1, "乙": 1, "丙": 50}) == Told({"甲": None, "乙": None, "丙": None}, 52)
    assert hide_counts({"甲": 50, "乙": 60}) == Told({"甲": 50, "乙": 60}, 110)
    shares, total = hide_shares({"甲": (98, 100), "乙": (40, 60), "丙": (70, 90)})
    assert shares == {"甲": Share(None, 100), "乙": Share(None, 60), "丙": Share(70, 90)}
    assert total == Share(208, 250)
