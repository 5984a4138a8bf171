"""The 12-digit area code (统计用区划代码, domain 7.1): its own path from province to village."""

from __future__ import annotations

from enum import StrEnum

CODE_LENGTH = 12


class AreaLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


# How many leading digits name a place of each level.
PREFIX_LENGTHS = {
    AreaLevel.PROVINCE: 2,
    AreaLevel.CITY: 4,
    AreaLevel.COUNTY: 6,
    AreaLevel.TOWN: 9,
    AreaLevel.VILLAGE: 12,
}


def is_area_code(text: str) -> bool:
    """Twelve ASCII digits that name a province at least."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit() and text[:2] != "00"


def level_of(code: str) -> AreaLevel:
    """The level that the trailing zeros say. ValueError for what is no area code."""
    if not is_area_code(code):
        raise ValueError(f"not a 12-digit area code: {code[:20]!r}")
    shortest = (level for level, length in PREFIX_LENGTHS.items() if not code[length:].strip("0"))
    return next(shortest)


def prefix_of(code: str) -> str:
    """The leading digits that every place inside shares: `349921000000` → `349921`."""
    return code[: PREFIX_LENGTHS[level_of(code)]]


def code_of(prefix: str) -> str:
    """The whole code of a place named by its prefix: `349921` → `349921000000`."""
    code = prefix.ljust(CODE_LENGTH, "0")
    level_of(code)
    return code


def parent_of(code: str) -> str | None:
    """The place above; None above a province. A town of a city without counties hangs under the city."""
    length = PREFIX_LENGTHS[level_of(code)]
    shorter = [shorter for shorter in PREFIX_LENGTHS.values() if shorter < length]
    return code_of(code[: shorter[-1]]) if shorter else None


def path_to(code: str) -> tuple[str, ...]:
    """The place and all above it, the province first."""
    parent = parent_of(code)
    return (*(path_to(parent) if parent else ()), code)


def is_within(code: str, prefix: str) -> bool:
    """Whether somebody with this area prefix sees the place; an empty prefix sees everything."""
    return code.startswith(prefix)


def county_of(code: str) -> str:
    """The county's code of a place in it (of a city without counties: the city's)."""
    return code_of(code[: PREFIX_LENGTHS[AreaLevel.COUNTY]])


def town_of(code: str) -> str:
    """The town's code of a place in it."""
    return code_of(code[: PREFIX_LENGTHS[AreaLevel.TOWN]])
