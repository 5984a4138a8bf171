"""Quarters as offices write them: 2026年1季度, 2026Q1, 一季度, 第一、二季度, 1-3月."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from app.core.quarter import Quarter

NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
QUARTER_OF_MONTHS = {
    (1, 3): (1, 1),
    (4, 6): (2, 2),
    (7, 9): (3, 3),
    (10, 12): (4, 4),
    (1, 6): (1, 2),
    (7, 12): (3, 4),
    (1, 9): (1, 3),
}
QUARTER_OF_MONTHS |= {(4, 9): (2, 3), (4, 12): (2, 4), (1, 12): (1, 4)}
WHOLE_SPANS = {"上半年": (1, 2), "下半年": (3, 4), "全年": (1, 4), "前三季度": (1, 3)}

# 2026.1 may be January or the first quarter: without 季 or Q it stays unread
_YEAR = re.compile(r"(20\d\d)(?:年度?|[-/.]?(?=q)|[-/.]?(?=第|[1-4一二三四]季))", re.ASCII)
_MONTHS = re.compile(r"(\d{1,2})月?[-至到~—](\d{1,2})月(?:份)?", re.ASCII)
_QUARTER = re.compile(r"q([1-4])|第?([一二三四1-4])季度?", re.ASCII)
_RANGE = re.compile(r"第?([一二三四1-4])(?:季度)?[-至到~—]第?([一二三四1-4])季度?", re.ASCII)
_LIST = re.compile(r"第?([一二三四1-4](?:[、,和及/][第]?[一二三四1-4])+)季度?", re.ASCII)
_BARE = re.compile(r"[1-4一二三四](?:[、,和及/][1-4一二三四])*", re.ASCII)
_FILLER = re.compile(r"[、,;/\s和及]|已?发放|补贴|金额|实发|已发|监护|情况|元|[()]|(?<=\d)年")


def plain(text: str) -> str:
    """NFKC, lower case, no blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def quarters_in(text: str, this_year: int, bare: bool = True) -> tuple[Quarter, ...]:
    """The quarters that a cell or header names, in the order written; a missing year is `this_year`.

    With `bare`, a lone figure 1–4 (or a list of them) counts as quarters, as under a heading 已发放季度. ValueError when anything
    else stands there.
    """
    rest, year, found = plain(text), this_year, list[Quarter]()
    while rest:
        piece = _YEAR.match(rest)
        if piece:
            year, rest = int(piece[1]), rest[piece.end() :]
            continue
        numbers, rest = _take(rest, bare)
        found += [Quarter(year, number) for number in numbers]
    if not found:
        raise ValueError(f"no quarter in {text[:40]!r}")
    return tuple(dict.fromkeys(found))


def _take(rest: str, bare: bool) -> tuple[list[int], str]:
    """The quarter numbers at the start of `rest` (none for filler words), and what follows them."""
    for words, (first, last) in WHOLE_SPANS.items():
        if rest.startswith(words):
            return [*range(first, last + 1)], rest[len(words) :]
    for pattern, numbers in _SHAPES:
        if found := pattern.match(rest):
            return numbers(found), rest[found.end() :]
    if bare and (lone := _BARE.fullmatch(rest)):
        return _listed(lone), ""
    raise ValueError(f"not a quarter: {rest[:40]!r}")


def _months(found: re.Match[str]) -> list[int]:
    span = QUARTER_OF_MONTHS.get((int(found[1]), int(found[2])))
    if span is None:
        raise ValueError(f"months that are no quarter: {found[0]!r}")
    return [*range(span[0], span[1] + 1)]


def _range(found: re.Match[str]) -> list[int]:
    return [*range(NUMERALS[found[1]], NUMERALS[found[2]] + 1)]


def _listed(found: re.Match[str]) -> list[int]:
    return [NUMERALS[sign] for sign in found[0] if sign in NUMERALS]


def _one(found: re.Match[str]) -> list[int]:
    return [NUMERALS[found[1] or found[2]]]


def _filler(_found: re.Match[str]) -> list[int]:
    return []


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[int]]], ...] = (
    (_MONTHS, _months),
    (_RANGE, _range),
    (_LIST, _listed),
    (_QUARTER, _one),
    (_FILLER, _filler),
)
