"""Supervision sampling (督导抽查) as plain values: what can be sampled, how many, which, what is compared, and what came of it.

The draw follows from the frame and the seed alone: in each institution and stratum, those records come first whose SHA-256 of
`seed:key` is smallest. Neither Python, nor the database, nor the order in which records were entered has a say in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.core.access import Field

METHOD: Final = "sha256-1"  # the wording of the draw, so that a later one cannot be mistaken for it
HIGH_LEVEL = 3
MOST_PERCENT, MOST_LEAST = 100, 100
MOST_DRAWN = 1000  # records of one sample: a page is printed and a visit made for each
MOST_BOUND = (
    300  # records whose forms are drawn in one file while somebody waits; of more the forms are printed by institution
)
LONGEST_SEED, LONGEST_NOTE, LONGEST_COMMENT, LONGEST_WHY = 40, 200, 500, 200
SMALL = 5  # records checked: below this a rate is marked
_MATTER = re.compile(r"sample-([0-9]{4})-([1-9][0-9]{0,4})", re.ASCII)
_SEED = re.compile(r"[0-9A-Za-z]{4,40}", re.ASCII)


class SampleSubject(StrEnum):
    """Money is not among them: whoever draws here reads no amounts, and the reviewer draws home checks of a run."""

    RECORDS = "records"
    VISITS = "visits"


class SampleState(StrEnum):
    RUNNING = "running"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


MOVES = ((SampleState.RUNNING, SampleState.CLOSED), (SampleState.RUNNING, SampleState.WITHDRAWN))


class Stratum(StrEnum):
    HIGH = "high"  # level 3 and above, where they are drawn apart
    REST = "rest"


class Verdict(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"


class Unable(StrEnum):
    """Why a record could not be checked at all. It is never replaced by another."""

    AWAY = "away"
    REFUSED = "refused"
    IN_HOSPITAL = "in_hospital"
    DIED = "died"
    MOVED = "moved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Item:
    """What is compared on site. `tells` is what one reads in comparing it: a role that reads none of that does not check it."""

    code: str
    tells: Field


ITEMS: Final[Mapping[SampleSubject, tuple[Item, ...]]] = {
    SampleSubject.RECORDS: (
        Item("identity", Field.PATIENT_NAME),
        Item("address", Field.ADDRESS),
        Item("guardian", Field.GUARDIAN_NAME),
        Item("agreement", Field.GUARDIAN_NAME),
        Item("consent", Field.CONSENT),
        Item("diagnosis", Field.CLINICAL),
        Item("level", Field.RISK_LEVEL),
        Item("last_visit", Field.CLINICAL),
        Item("medicine", Field.CLINICAL),
        Item("examination", Field.CLINICAL),
    ),
    SampleSubject.VISITS: (
        Item("identity", Field.PATIENT_NAME),
        Item("visit_took_place", Field.PATIENT_NAME),
        Item("visit_paper", Field.PATIENT_NAME),
        Item("visit_level", Field.RISK_LEVEL),
        Item("visit_class", Field.CLINICAL),
        Item("visit_medicine", Field.CLINICAL),
        Item("visit_next", Field.CLINICAL),
    ),
}


def find_items(subject: SampleSubject, codes: Iterable[str]) -> tuple[Item, ...]:
    """The items with these codes, in their printed order."""
    wanted = set(codes)
    return tuple(one for one in ITEMS[subject] if one.code in wanted)


@dataclass(frozen=True, slots=True)
class Sizes:
    """So many in a hundred of each institution's records, rounded up, and at least `least`; `high` of level 3 and above apart."""

    percent: int
    least: int
    high: int = 0

    def of(self, stratum: Stratum, count: int) -> int:
        wanted = self.high if stratum is Stratum.HIGH else max(self.least, -(-count * self.percent // 100))
        return min(count, wanted)


Frame = Mapping[str, Mapping[Stratum, Sequence[str]]]
"""unit's public id → stratum → keys (public ids) of its records."""


def is_seed(text: str) -> bool:
    return bool(_SEED.fullmatch(text))


def draw(seed: str, keys: Iterable[str], wanted: int) -> list[str]:
    """The first `wanted` keys by the digest of seed and key."""
    return sorted(set(keys), key=lambda key: (hashlib.sha256(f"{seed}:{key}".encode()).hexdigest(), key))[:wanted]


def draw_all(seed: str, frame: Frame, sizes: Sizes) -> dict[str, dict[Stratum, list[str]]]:
    """What is drawn of each institution, the stratum of level 3 and above first."""
    return {
        unit: {one: draw(seed, strata.get(one, ()), sizes.of(one, len(strata.get(one, ())))) for one in Stratum}
        for unit, strata in frame.items()
    }


def frame_text(subject: SampleSubject, first_on: date | None, last_on: date | None, frame: Frame) -> str:
    """The frame as a file: what it holds, then a line a record, in one order whoever writes it."""
    head = subject.value if first_on is None or last_on is None else f"{subject} {first_on} {last_on}"
    lines = sorted(
        f"{unit}\t{stratum}\t{key}"
        for unit, strata in frame.items()
        for stratum, keys in strata.items()
        for key in keys
    )
    return "".join(f"{line}\n" for line in (head, *lines))


def frame_digest(text: str) -> str:
    """What `sha256sum` says of the frame's file."""
    return hashlib.sha256(text.encode()).hexdigest()


def sample_number(county: str, year: int, serial: int) -> str:
    """安抽〔2026〕3号, by the first sign of the county's name."""
    return f"{county[:1]}抽〔{year}〕{serial}号"


def sample_matter(year: int, serial: int) -> str:
    """What an order about a sample's differences is about, in codes."""
    return f"sample-{year}-{serial}"


def sample_of_matter(matter: str) -> tuple[int, int] | None:
    """Year and number of the sample that an order is about; None of other matters."""
    found = _MATTER.fullmatch(matter)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a unit's records, or of all. `checked`: records with an item that was compared; `items` and `errors`: of these
    records' items, those compared and those that differ. What could not be compared is in no denominator."""

    drawn: int = 0
    done: int = 0
    checked: int = 0
    wrong: int = 0
    unable: int = 0
    items: int = 0
    errors: int = 0
    unverifiable: int = 0

    @property
    def is_small(self) -> bool:
        return 0 < self.checked < SMALL

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def tally(verdicts: Sequence[Verdict], is_done: bool, is_unable: bool) -> Tally:
    """Of one record; the marks of one that could not be checked at all count for nothing."""
    if is_unable:
        return Tally(drawn=1, done=1, unable=1)
    errors, unverifiable = verdicts.count(Verdict.MISMATCH), verdicts.count(Verdict.UNVERIFIABLE)
    items = len(verdicts) - unverifiable
    return Tally(1, int(is_done), int(items > 0), int(errors > 0), 0, items, errors, unverifiable)


def tally_items(item: str, records: Iterable[Mapping[str, Verdict]]) -> Tally:
    """Of one item over all records: how often it was compared, differed, could not be compared."""
    verdicts = [marks[item] for marks in records if item in marks]
    errors, unverifiable = verdicts.count(Verdict.MISMATCH), verdicts.count(Verdict.UNVERIFIABLE)
    return Tally(items=len(verdicts) - unverifiable, errors=errors, unverifiable=unverifiable)
