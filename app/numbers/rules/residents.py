"""Residents by place: a pasted list read by name or code, and what a place without a number of its own comes to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.areas.rules import parent_of
from app.core.reasons import Reason, reason

# so many people live in no county
RESIDENTS = re.compile(r"[1-9]\d{0,7}", re.ASCII)
# at a line's end, after a code or a name
_CODED = re.compile(r"(\d{12})[\s,;:|]+(-?\d[\d,.]*万?)", re.ASCII)
_NUMBER, _UNIT, _TEN_THOUSAND = "0123456789,.", ("人", "名"), "万"
# 1.89万, and 22900.0 as a spreadsheet writes it
_TEN_THOUSANDS, _WHOLE = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?", re.ASCII), re.compile(r"(\d+)\.0+", re.ASCII)
_BETWEEN = re.compile(r"[\s,;:|·]+")
# how lists write a village that the tree of areas names shortly, and the other way round
_ENDINGS: Final = ("村民委员会", "居民委员会", "民委员会", "村委会", "居委会", "委会")


@dataclass(frozen=True, slots=True)
class Named:
    """A place as a list may write it: its own name, and its town's before it."""

    code: str
    name: str
    town: str = ""


@dataclass(slots=True)
class Pasted:
    """place → residents; and the lines that were not understood, each with why."""

    found: dict[str, int] = field(default_factory=dict)
    left: list[tuple[str, Reason]] = field(default_factory=list)


def read_pasted(text: str, places: Sequence[Named]) -> Pasted:
    """Lines of a place and its number, as they are copied out of a table; a heading without a digit is none."""
    pasted, names = Pasted(), _index(places)
    for number, line in enumerate(text.splitlines()):
        plain = unicodedata.normalize("NFKC", line).strip()
        if not plain or (number == 0 and not any(sign.isdigit() for sign in plain)):
            continue
        why = _read(plain, names, pasted.found)
        if why is not None:
            pasted.left.append((line.strip(), why))
    return pasted


def complete(typed: Mapping[str, int], standing: Iterable[str]) -> dict[str, int]:
    """What was typed in, and for a place without its own the sum of those right below, where each of them that stands is known."""
    known, below, places = dict(typed), dict[str, set[str]](), {*standing, *typed}
    for place in places:
        below.setdefault(parent_of(place) or "", set()).add(place)
    # towns before their county
    for place in sorted(places & below.keys(), key=lambda code: code.rstrip("0"), reverse=True):
        parts = [known.get(part) for part in below[place]]
        if place not in known and None not in parts:
            known[place] = sum(part for part in parts if part is not None)
    return known


def as_count(text: str) -> int | None:
    """`12,345`, `12345.0` or `1.2345万`; None for what is no number of residents."""
    plain = text.replace(",", "")
    if plain.endswith(_TEN_THOUSAND) and (parts := _TEN_THOUSANDS.fullmatch(plain[:-1])):
        plain = (parts[1] + (parts[2] or "").ljust(4, "0")).lstrip("0")
    elif whole := _WHOLE.fullmatch(plain):
        plain = whole[1]
    return int(plain) if RESIDENTS.fullmatch(plain) else None


def _read(line: str, names: Mapping[str, set[str]], found: dict[str, int]) -> Reason | None:
    """Why the line is not understood; None where it is, and its number kept."""
    place, number = _parts(line[:-1].rstrip() if line.endswith(_UNIT) else line)
    residents = as_count(number)
    if place and number.startswith("-"):
        return reason("numbers.residents_paste.negative")
    if not place or residents is None:
        return reason("numbers.residents_paste.number")
    codes = _codes(place, names)
    if len(codes) != 1:
        return reason(f"numbers.residents_paste.{'several' if codes else 'none'}")
    (code,) = codes
    if found.setdefault(code, residents) != residents:
        return reason("numbers.residents_paste.twice")
    return None


def _parts(told: str) -> tuple[str, str]:
    """A place and what ends the line; each sign is looked at once, however long somebody's line is."""
    if parts := _CODED.fullmatch(told):
        return parts[1], parts[2]
    place = told.removesuffix(_TEN_THOUSAND).rstrip(_NUMBER)
    number = told[len(place) :].lstrip(_NUMBER[-2:])
    return (place[:-1], f"-{number}") if place.endswith("-") else (place, number)


def _codes(written: str, names: Mapping[str, set[str]]) -> set[str]:
    """Of the first way to write it that any place has."""
    name = _BETWEEN.sub("", written)
    return next((names[one] for one in (name, *_shorter(name)) if one in names), set())


def _index(places: Sequence[Named]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in places:
        for name in {one.name, *_shorter(one.name)}:
            for written in {name, one.town + name}:
                found.setdefault(written, set()).add(one.code)
        found[one.code] = {one.code}
    return found


def _shorter(name: str) -> list[str]:
    return [name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending) and name != ending]
