"""One row of the export beside one registration: in which items they differ, and what that makes of the row. And whose row it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.patients.rules import DiagnosisCategory, ManagementStatus, RegistryStatus
from app.roster.rules.national import NOTHING, Differs, FindingKind, TheirState
from app.roster.rules.national_rows import NationalRow

_OURS_GONE = (RegistryStatus.TRANSFERRED_OUT, RegistryStatus.EXCLUDED, RegistryStatus.DEAD, RegistryStatus.MERGED)


@dataclass(frozen=True, slots=True)
class Ours:
    """A registration of the county, as far as an export can speak of it. Its number is known by blind indexes, and opened only to be shown
    masked beside another.
    """

    id: int
    public_id: str
    person_id: int
    name: str
    born_on: date | None
    area_code: str
    agency_id: int | None
    status: RegistryStatus
    management: ManagementStatus | None
    diagnosis: DiagnosisCategory | None
    level: int | None
    visited_on: date | None  # the last visit not after the day of the export
    died_on: date | None
    number_index: bytes | None = None
    tail_index: bytes | None = None
    record_number: str | None = None
    number: str = ""
    # after the day of the export, which cannot know of it
    died_since: bool = False

    @property
    def is_dead(self) -> bool:
        return self.status is RegistryStatus.DEAD or self.died_on is not None


@dataclass(frozen=True, slots=True)
class Whose:
    """`sure` is compared; `likely` a person confirms; `why`: a row that names two, or somebody else."""

    sure: Ours | None = None
    likely: Ours | None = None
    why: str = ""


@dataclass
class Register:
    """The county's registrations by everything that an export can name them by."""

    by_number: dict[bytes, Ours] = field(default_factory=dict)
    by_record: dict[str, Ours] = field(default_factory=dict)
    by_name: dict[tuple[str, date], list[Ours]] = field(default_factory=dict)
    # who has left the county: blind index → registration elsewhere, of which nothing is loaded
    left: dict[bytes, int] = field(default_factory=dict)

    def whose(self, row: NationalRow, numbers: list[bytes], tails: list[bytes]) -> Whose:
        """By ID number, else by record number with the same name or birth date, else by name, birth date and what is shown of a number."""
        by_number = next((self.by_number[one] for one in numbers if one in self.by_number), None)
        by_record = next((self.by_record[one] for one in row.record_numbers if one in self.by_record), None)
        if by_number and by_record and by_number.id != by_record.id and by_record.name == row.name:
            return Whose(likely=by_number, why="two_people")
        if by_number:
            return Whose(sure=by_number)
        if by_record and (by_record.name == row.name or (row.born_on and by_record.born_on == row.born_on)):
            return Whose(sure=by_record)
        return self._by_name(row, tails)

    def _by_name(self, row: NationalRow, tails: list[bytes]) -> Whose:
        named = self.by_name.get((row.name, row.born_on), []) if row.name and row.born_on else []
        fitting = [one for one in named if not (row.number and one.number_index)]
        if row.tail and not row.number:
            same = [one for one in fitting if one.tail_index in tails]
            if len(same) == 1:
                return Whose(sure=same[0])
            fitting = [one for one in fitting if one.tail_index is None]
        if len(fitting) > 1:
            return Whose(why="several")
        return Whose(likely=fitting[0]) if fitting else Whose()


def compare(
    row: NationalRow, ours: Ours, is_same_number: bool | None, agencies: Mapping[str, int]
) -> tuple[FindingKind, Differs]:
    """What a row turns out to be, and every item in which the two differ. `is_same_number` is None where one of them has none."""
    is_too_late = ours.died_since and not row.is_gone
    differs = _who(row, ours, is_same_number) | (NOTHING if is_too_late else _state(row, ours))
    if not ours.is_dead and not row.is_gone and ours.status not in _OURS_GONE:
        differs |= _illness(row, ours) | _place(row, ours, agencies)
    if differs & Differs.DEATH:
        return FindingKind.DIED, differs
    if differs & (Differs.PLACE | Differs.AGENCY):
        return FindingKind.MOVED, differs
    return (FindingKind.DIFFERING if differs else FindingKind.SAME), differs


def _flag(flag: Differs, is_so: object) -> Differs:
    return flag if is_so else NOTHING


def _who(row: NationalRow, ours: Ours, is_same_number: bool | None) -> Differs:
    return (
        _flag(Differs.NAME, row.name and plain_name(row.name) != plain_name(ours.name))
        | _flag(Differs.ID_NUMBER, is_same_number is False)
        | _flag(Differs.BIRTH, row.born_on and ours.born_on and row.born_on != ours.born_on)
    )


def _state(row: NationalRow, ours: Ours) -> Differs:
    is_dead = row.state is TheirState.DEAD or row.died_on is not None
    if is_dead or ours.is_dead:
        other_day = row.died_on and ours.died_on and row.died_on != ours.died_on
        return _flag(Differs.DEATH, (is_dead != ours.is_dead and _speaks(row, ours)) or other_day)
    if row.state is TheirState.MOVED_OUT or ours.status is RegistryStatus.TRANSFERRED_OUT:
        stays = (row.state is TheirState.MOVED_OUT) != (ours.status is RegistryStatus.TRANSFERRED_OUT)
        return _flag(Differs.PLACE, stays and row.state is not TheirState.CLOSED)
    if row.state is None:
        return NOTHING
    if row.state is TheirState.CLOSED or ours.status is RegistryStatus.EXCLUDED:
        return _flag(Differs.STATE, (row.state is TheirState.CLOSED) != (ours.status is RegistryStatus.EXCLUDED))
    if ours.status is not RegistryStatus.REGISTERED:
        return Differs.STATE  # registered there, in doubt here
    return _flag(Differs.STATE, row.state is not _of_ours(ours.management))


def _speaks(row: NationalRow, ours: Ours) -> bool:
    """An export without states says nothing of somebody who is dead here."""
    return not ours.is_dead or row.state is not None


def _of_ours(management: ManagementStatus | None) -> TheirState:
    """Managed and waiting for consent are both 在册 there."""
    if management is ManagementStatus.LOST:
        return TheirState.LOST
    return TheirState.REFUSED if management is ManagementStatus.REFUSED else TheirState.REGISTERED


def _illness(row: NationalRow, ours: Ours) -> Differs:
    return (
        _flag(Differs.DIAGNOSIS, row.diagnosis and ours.diagnosis and row.diagnosis is not ours.diagnosis)
        | _flag(Differs.LEVEL, row.level is not None and ours.level is not None and row.level != ours.level)
        | _flag(Differs.VISIT, row.asks_visit and row.visited_on != ours.visited_on)
    )


def _place(row: NationalRow, ours: Ours, agencies: Mapping[str, int]) -> Differs:
    """A town without its village is compared as a town."""
    there = row.area_code
    here = ours.area_code if there[9:] != "000" else f"{ours.area_code[:9]}000"
    agency = agencies.get(plain_agency(row.agency)) if row.agency else None
    return _flag(Differs.PLACE, row.is_outside or (there and there != here)) | _flag(
        Differs.AGENCY, agency is not None and ours.agency_id is not None and agency != ours.agency_id
    )


def plain_name(name: str) -> str:
    """For comparing: dots of minority names and blanks vary."""
    return re.sub(r"[\s·•．.]", "", unicodedata.normalize("NFKC", name))


def plain_agency(name: str) -> str:
    return re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", name))


def differing_digits(ours: str, theirs: str) -> tuple[int, ...]:
    """At which places two numbers differ, from 1, so that masked ones can be told apart; none where they are not as long."""
    if len(ours) != len(theirs):
        return ()
    return tuple(at for at, (one, other) in enumerate(zip(ours, theirs, strict=True), 1) if one != other)
