"""Lists that other offices send before a run is prepared, and what a match on them means: a hold, never a refusal (domain 5.3).

A list says that some days should not count, or that a payee can no longer receive. Where the register already leaves out the same days there
is nothing to ask; otherwise the line waits until a person has looked. A name alone never stops anybody: it is a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.core import spans
from app.core.dates import parse_date
from app.core.period import Period
from app.core.reasons import Reason, reason
from app.core.spans import Span
from app.subsidies.rules.days import DayFacts, exclusions_in
from app.subsidies.rules.policy import DayRule

_DAY = timedelta(days=1)
# a list that was closed so many days before the period's end still counts for it
COUNTS_BEFORE_END_DAYS = 15


class ListKind(StrEnum):
    DEREGISTERED = "deregistered"  # 公安注销户口
    FUNERAL = "funeral"  # 殡葬火化
    IN_HOSPITAL = "in_hospital"  # 医保住院结算
    IN_CUSTODY = "in_custody"  # 服刑羁押
    MOVED_OUT = "moved_out"  # 户口迁出


class HitKind(StrEnum):
    HIT = "hit"  # the ID number is the same
    NEAR = "near"  # name and birth date are the same, or the last four of the number


class HitState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"  # it is this person; the register's owner puts the register right
    DISMISSED = "dismissed"  # somebody else, or the list is wrong


DEATHS = frozenset({ListKind.DEREGISTERED, ListKind.FUNERAL})
# days of care, which only the register's owners may read
CARE = frozenset({ListKind.IN_HOSPITAL, ListKind.IN_CUSTODY})
STAYS = CARE
# A guardian's own stay in hospital changes nothing in the money, so it is not looked for.
OF_PATIENTS_ONLY = frozenset({ListKind.IN_HOSPITAL})


class Standing(StrEnum):
    """How well a kind of list covers a period."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Listed:
    """One of a line's two people on a list. `is_payee`: the guardian who is paid, otherwise the patient.

    `from_on` is the day of death or moving or the first day of a stay, None where the list names none; `to_on` the last day of a stay.
    """

    kind: ListKind
    hit: HitKind
    state: HitState
    as_of: date
    list_id: str
    from_on: date | None = None
    to_on: date | None = None
    is_payee: bool = False

    @property
    def is_certain(self) -> bool:
        """The number is the same, or a person has said that it is this one."""
        return self.hit is HitKind.HIT or self.state is HitState.CONFIRMED

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "hit": str(self.hit),
            "state": str(self.state),
            "as_of": self.as_of.isoformat(),
            "list_id": self.list_id,
            "from_on": self.from_on.isoformat() if self.from_on else None,
            "to_on": self.to_on.isoformat() if self.to_on else None,
            "is_payee": self.is_payee,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Listed:
        return cls(
            ListKind(stored["kind"]),
            HitKind(stored["hit"]),
            HitState(stored["state"]),
            parse_date(stored["as_of"]),
            stored["list_id"],
            parse_date(stored["from_on"]) if stored["from_on"] else None,
            parse_date(stored["to_on"]) if stored["to_on"] else None,
            stored["is_payee"],
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One of our people on a list, as the importer matched them. `area_code` is the patient's village."""

    person_id: int
    area_code: str
    hit: HitKind
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the register says of the line's two people for the period."""

    period: Period
    days: DayFacts
    payee_died_on: date | None
    inpatient_days: DayRule
    care_facility_days: DayRule


def list_holds(listed: Iterable[Listed], known: Known) -> Iterator[Reason]:
    """A hold for each kind of list and person of which the register does not say the same."""
    yield from _said("subsidies.hold.listed", (one for one in listed if one.is_certain and asks(one, known)))


def list_flags(listed: Iterable[Listed], known: Known) -> Iterator[Reason]:
    """Namesakes, and deaths after the period, which its money does not depend on."""
    listed = tuple(listed)
    yield from _said("subsidies.flag.listed_near", (one for one in listed if not one.is_certain and asks(one, known)))
    yield from _said("subsidies.flag.listed_later", (one for one in listed if one.is_certain and _is_later(one, known)))


def asks(one: Listed, known: Known) -> bool:
    """Whether the money of the period would be another if the list is right."""
    return _payee_asks(one, known) if one.is_payee else _patient_asks(one, known)


def standing_of(as_of: date | None, period: Period, cut_off: date, is_overtaken: bool = False) -> Standing:
    """`as_of` is the day up to which the newest list of a kind is complete, `cut_off` the day as of which the lines are decided.

    `is_overtaken`: people of the county were written down after the list had been compared.
    """
    if as_of is None:
        return Standing.MISSING
    needed = min(period.last_day, cut_off) - timedelta(days=COUNTS_BEFORE_END_DAYS)
    return Standing.CURRENT if as_of >= needed and not is_overtaken else Standing.STALE


def _patient_asks(one: Listed, known: Known) -> bool:
    if one.kind is ListKind.IN_HOSPITAL and known.inpatient_days is DayRule.INCLUDE:
        return False
    if one.from_on is None:
        return not _is_known_at_all(one.kind, known.days)
    named = _days_named(one, one.from_on)
    here = [Span(known.period.first_day, known.period.last_day)]
    left_out = exclusions_in(known.period, known.days, known.inpatient_days, known.care_facility_days)
    counted = spans.difference(here, (Span(each.first, each.last) for each in left_out))
    return bool(named and spans.intersection(counted, [named]))


def _days_named(one: Listed, from_on: date) -> Span | None:
    """The days that would not count: after a death or a move, between admission and discharge, in custody until its last day."""
    if one.kind not in STAYS:
        return spans.between(from_on + _DAY, date.max)
    first = from_on + _DAY if one.kind is ListKind.IN_HOSPITAL else from_on
    return spans.between(first, one.to_on - _DAY if one.to_on else one.as_of)


def _is_known_at_all(kind: ListKind, days: DayFacts) -> bool:
    if kind in DEATHS:
        return days.died_on is not None
    if kind is ListKind.MOVED_OUT:
        return days.left_on is not None
    return bool(days.inpatient if kind is ListKind.IN_HOSPITAL else days.custody)


def _payee_asks(one: Listed, known: Known) -> bool:
    """A payee who died, at whatever time, cannot receive; one who moved away or is in custody within the period may not have looked after."""
    if one.kind in DEATHS:
        return known.payee_died_on is None
    if one.kind in OF_PATIENTS_ONLY:
        return False
    begins = one.from_on is None or one.from_on <= known.period.last_day
    return begins and (one.to_on is None or one.to_on >= known.period.first_day)


def _is_later(one: Listed, known: Known) -> bool:
    is_after = one.from_on is not None and one.from_on >= known.period.last_day
    return one.kind in DEATHS and not one.is_payee and is_after and known.days.died_on is None


def _said(code: str, listed: Iterable[Listed]) -> Iterator[Reason]:
    """Each source once, with its newest date; no day and no place of anybody's stay."""
    newest: dict[tuple[ListKind, bool], date] = {}
    for one in listed:
        key = (one.kind, one.is_payee)
        newest[key] = max(newest.get(key, one.as_of), one.as_of)
    for (kind, is_payee), as_of in sorted(newest.items()):
        who = reason("subsidies.listed.payee" if is_payee else "subsidies.listed.patient")
        yield reason(code, source=reason(f"subsidies.list.{kind}"), as_of=as_of, who=who)
