"""Sets of days as a few closed spans: exact and cheap, however long a stay lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The days from first to last, both included. ValueError when last lies before first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on or after its first day")

    @classmethod
    def half_open(cls, from_on: date, to_on: date | None) -> Span | None:
        """A stored state span [from, to) as days; None when it holds no day; an open one never ends."""
        if to_on is None:
            return cls(from_on, date.max)
        return between(from_on, to_on - _DAY)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlap(self, other: Span) -> Span | None:
        return between(max(self.first, other.first), min(self.last, other.last))


def between(first: date, last: date) -> Span | None:
    """The span from first to last, or None when there is no day in it."""
    return Span(first, last) if first <= last else None


def union(spans: Iterable[Span]) -> list[Span]:
    """The same days as disjoint spans in order; neighbours are joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and (merged[-1].last == date.max or span.first <= merged[-1].last + _DAY):
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return merged


def intersection(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """The days that lie in both."""
    others = union(right)
    if not others:
        return []
    found = (one.overlap(other) for one in union(left) for other in others)
    return [span for span in found if span is not None]


def difference(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The days of `spans` that do not lie in `taken`."""
    left = union(spans)
    for hole in union(taken):
        left = [piece for span in left for piece in _without(span, hole)]
    return left


def _without(span: Span, hole: Span) -> Iterable[Span]:
    if hole.last < span.first or span.last < hole.first:
        yield span
        return
    if span.first < hole.first:
        yield Span(span.first, hole.first - _DAY)
    if hole.last < span.last:
        yield Span(hole.last + _DAY, span.last)
