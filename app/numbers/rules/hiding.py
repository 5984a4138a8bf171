"""Counts that leave a county: 1–4 are hidden, and so many others that nothing hidden can be worked out (roles.md, reliability 4.1).

A reader may know everything that is printed (cells, totals, rates), that a hidden count is not 0, and that a part is never larger
than its whole. Every hidden cell must still be able to be something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

SMALLEST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole in a place as it is printed; None is hidden. A rate is printed where both are."""

    part: int | None
    whole: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A table of counts with its total, None for what is hidden."""

    cells: dict[str, int | None]
    total: int | None


def hide_counts(counts: Mapping[str, int]) -> Told:
    """Of one column by place."""
    hidden, hides_total = _hide(counts, {place for place, n in counts.items() if _is_small(n)})
    total = sum(counts.values())
    return Told(_masked(counts, hidden), None if hides_total or _is_small(total) else total)


def hide_shares(shares: Mapping[str, tuple[int, int]]) -> tuple[dict[str, Share], Share]:
    """Of parts and wholes by place, `(part, whole)` each, and of their totals.

    The wholes are hidden by themselves, so that the same wholes look alike beside every part. Neither a small part nor a small rest
    is told, nor a part whose whole is hidden.
    """
    wholes = hide_counts({place: whole for place, (_part, whole) in shares.items()})
    parts = {place: part for place, (part, _whole) in shares.items()}
    small = {place for place, (part, whole) in shares.items() if part and (_is_small(part) or _is_small(whole - part))}
    veiled = {place for place, whole in wholes.cells.items() if whole is None and parts[place]}
    room = {place: whole - parts[place] for place, whole in wholes.cells.items() if whole is not None}
    hidden, hides_total = _hide(parts, small | veiled, room)
    part, whole = sum(parts.values()), sum(whole for _part, whole in shares.values())
    hides_total = hides_total or wholes.total is None or _is_small(part) or bool(part and _is_small(whole - part))
    told = _masked(parts, hidden)
    return (
        {place: Share(told[place], wholes.cells[place]) for place in shares},
        Share(None if hides_total else part, wholes.total),
    )


def hide_rows(rows: Mapping[str, Sequence[int]]) -> tuple[dict[str, list[int | None]], list[int | None]]:
    """Numbers of the same people by place, everybody first and then parts of them, one in another or not; and their totals.

    Where any of a place, or the difference of any two, is small, all its parts are hidden: one would give another away. Other places
    go along, the smallest first, until what the hidden ones come to together, which the totals tell, is small in nothing either;
    where there are too few, the totals go.
    """
    wholes = hide_counts({place: row[0] for place, row in rows.items()})
    small = {place for place, row in rows.items() if wholes.cells[place] is None or _has_small(row)}
    others = sorted((row[0], place) for place, row in rows.items() if row[0] and place not in small)
    hidden, totals = set(small), _add_up(rows.values())
    while others and not _is_together(rows, hidden):
        hidden.add(others.pop(0)[1])
    if wholes.total is None or _has_small(totals) or not _is_together(rows, hidden):
        hidden, totals = small, [None] * len(totals)
    told = {
        place: [wholes.cells[place], *(None if place in hidden else n for n in row[1:])] for place, row in rows.items()
    }
    return told, [wholes.total, *totals[1:]]


def _is_together(rows: Mapping[str, Sequence[int]], hidden: Collection[str]) -> bool:
    """Whether what they come to together may be known: none of them, or several that could share it otherwise."""
    return not hidden or (len(hidden) > 1 and not _has_small(_add_up(rows[place] for place in hidden)))


def _has_small(row: Iterable[int | None]) -> bool:
    numbers = [n for n in row if n is not None]
    return any(map(_is_small, numbers)) or any(_is_small(abs(one - other)) for one, other in combinations(numbers, 2))


def _add_up(rows: Iterable[Sequence[int]]) -> list[int | None]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _is_small(n: int) -> bool:
    return 0 < n < SMALLEST_TOLD


def _masked(counts: Mapping[str, int], hidden: set[str]) -> dict[str, int | None]:
    return {place: None if place in hidden else n for place, n in counts.items()}


def _hide(counts: Mapping[str, int], small: set[str], room: Mapping[str, int] | None = None) -> tuple[set[str], bool]:
    """The places to hide, the small ones first, then the smallest others until each can be another number; and whether the total has
    to go as well because there are too few. `room` is how much larger a count could be under a whole that is told."""
    hidden, open_above = set(small), room or {}
    while not all(_may_differ(place, hidden, counts, open_above) for place in hidden):
        others = [(n, place) for place, n in counts.items() if n and place not in hidden]
        if not others:
            return hidden, True
        hidden.add(min(others)[1])
    return hidden, False


def _may_differ(place: str, hidden: set[str], counts: Mapping[str, int], room: Mapping[str, int]) -> bool:
    """One could be moved from another hidden cell to this one or the other way, and everything printed would stay the same."""

    def may_grow(one: str) -> bool:
        return room.get(one, 1) > 0

    return any(
        (may_grow(place) and counts[other] > 1) or (counts[place] > 1 and may_grow(other))
        for other in hidden
        if other != place
    )
