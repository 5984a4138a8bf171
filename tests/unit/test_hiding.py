"""Small counts cannot be worked out from what is printed beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from app.numbers.rules.hiding import SMALLEST_TOLD, Share, Told, hide_counts, hide_rows, hide_shares

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


def tables(places: int) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Everybody, a part of them, and a part of that, by place."""
    sizes = (0, 3, 7, 12)
    rows = [(r, m, s) for r in sizes for m in sizes for s in sizes if r >= m >= s]
    return product(*[rows] * places)


def reach(columns: Sequence[Sequence[int | None]], totals: Sequence[int | None]) -> list[list[set[int]]]:
    """Column by place: what each cell of the three nested columns could be; everything printed beside it is known, and so is that a
    hidden whole is not 0. Any columns that fit, fit together: who is in a part are some of those whom its whole could have."""
    found = []
    for column, total in zip(columns, totals, strict=True):
        low = [one if one is not None else 0 for one in column]
        high = [one if one is not None else LARGEST + 3 for one in column]
        if found:
            high = [min(most, max(of)) for most, of in zip(high, found[-1], strict=True)]
        ranges = []
        for at in range(len(column)):
            first = low[at] if total is None else max(low[at], total - sum(high) + high[at])
            last = high[at] if total is None else min(high[at], total - sum(low) + low[at])
            ranges.append(set(range(first, last + 1)))
        found.append(ranges)
    return found


def test_no_small_number_or_difference_can_be_worked_out_from_columns_of_the_same_people() -> None:
    for table in tables(3):
        told, totals = hide_rows(dict(zip(PLACES, table, strict=True)))
        columns = [[told[place][at] for place in PLACES] for at in range(3)]
        could = reach(columns, totals)
        for at, numbers in enumerate(table):
            for one, n in enumerate(numbers):
                assert n in could[one][at], (table, told, totals)
                assert not 0 < n < 5 or len(could[one][at]) > 1, (table, told, totals)
            for one, part in ((0, 1), (0, 2), (1, 2)):
                if 0 < numbers[one] - numbers[part] < 5:
                    assert len(could[one][at]) + len(could[part][at]) > 2, (table, told, totals)
        for known in (*told.values(), totals):
            printed = [n for n in known if n is not None]
            assert all(not 0 < abs(n - other) < 5 for n in printed for other in (0, *printed)), (table, told, totals)
        # nor of those that are hidden together, which is what the totals leave of the others
        for one in (1, 2):
            rest = [numbers for numbers, n in zip(table, columns[one], strict=True) if n is None]
            assert totals[one] is None or not 0 < sum(row[one] for row in rest) < 5, (table, told, totals)
            assert totals[one] is None or len(rest) != 1, (table, told, totals)


def test_a_small_rest_in_one_column_hides_the_place_in_every_column_and_another_place_with_it() -> None:
    told, totals = hide_rows({"甲": (10, 8, 8), "乙": (50, 30, 20), "丙": (90, 70, 60)})
    assert told == {"甲": [10, None, None], "乙": [50, None, None], "丙": [90, 70, 60]}
    assert totals == [150, 108, 88]
    told, totals = hide_rows({"甲": (10, 8, 8), "乙": (0, 0, 0)})
    assert told == {"甲": [10, None, None], "乙": [0, 0, 0]} and totals == [10, None, None]
    assert hide_rows({"甲": (50, 40, 20), "乙": (5, 5, 0)}) == ({"甲": [50, 40, 20], "乙": [5, 5, 0]}, [55, 45, 20])
    # four people are told nowhere, five are
    assert hide_counts({"甲": 4, "乙": 5}) == Told({"甲": None, "乙": None}, 9)


def test_a_small_count_takes_the_smallest_other_with_it_and_a_lone_one_the_total() -> None:
    assert hide_counts({"甲": 3, "乙": 120, "丙": 40}) == Told({"甲": None, "乙": 120, "丙": None}, 163)
    assert hide_counts({"甲": 3, "乙": 0}) == Told({"甲": None, "乙": 0}, None)
    assert hide_counts({"甲": 1, "乙": 1, "丙": 50}) == Told({"甲": None, "乙": None, "丙": None}, 52)
    assert hide_counts({"甲": 50, "乙": 60}) == Told({"甲": 50, "乙": 60}, 110)
    # a part whose whole is hidden is too, and so are those that would tell it: 丙 may be told as a whole
    shares, total = hide_shares({"甲": (0, 3), "乙": (20, 30), "丙": (40, 60)})
    assert shares == {"甲": Share(0, None), "乙": Share(None, None), "丙": Share(None, 60)}
    assert total == Share(60, 93)
    assert hide_shares({"甲": (0, 3)}) == ({"甲": Share(0, None)}, Share(None, None))
    shares, total = hide_shares({"甲": (98, 100), "乙": (40, 60), "丙": (70, 90)})
    assert shares == {"甲": Share(None, 100), "乙": Share(None, 60), "丙": Share(70, 90)}
    assert total == Share(208, 250)
