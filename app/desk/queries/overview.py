"""Counts of an area by the places below it: a few set-based statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import agency_names, full_name, list_places, names_of, place_of
from app.areas.rules import CODE_LENGTH, PREFIX_LENGTHS, AreaLevel
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.scope import within
from app.desk.queries.duties import IS_OPEN
from app.desk.rules import COMPLIANCE, level_below
from app.numbers.queries.places import marked_names, rest_name
from app.patients.models import Diagnosis, Patient
from app.patients.rules import DiagnosisCategory, ManagementStatus, RegistryStatus
from app.risk.rules import HIGH_LEVEL
from app.tasks.models import Task
from app.tasks.rules import TaskKind, last_day_of_week

WORST_FROM = 3  # so many late visits in one village are worth naming


@dataclass(frozen=True, slots=True)
class Counts:
    """Patients and their open duties in one place. `other` are those registered with none of the six diagnoses, whom the indicators
    leave out; `high` (level 3 and above) is None for roles that see no levels."""

    registered: int = 0
    other: int = 0
    managed: int = 0
    refused: int = 0
    lost: int = 0
    unsigned: int = 0
    high: int | None = None
    late: int = 0
    week: int = 0
    to_reassess: int = 0
    to_renew: int = 0
    maybe_lost: int = 0

    def plus(self, other: Counts) -> Counts:
        mine: dict[str, Any] = {
            one.name: _sum(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)
        }
        return Counts(**mine)


@dataclass(frozen=True, slots=True)
class Place:
    """`prefix` is the leading part of its code. `worst` names the village with the most late visits, and how many. `is_rest`: whoever is
    in none of the others."""

    prefix: str
    name: str
    counts: Counts
    worst: tuple[str, int] | None = None
    is_rest: bool = False

    @property
    def code(self) -> str:
        return self.prefix.ljust(CODE_LENGTH, "0")


@dataclass(frozen=True, slots=True)
class Overview:
    places: tuple[Place, ...]
    total: Counts


@dataclass(frozen=True, slots=True)
class Owed:
    """What one agency is late with: how many of a kind, and since when the oldest."""

    agency_id: int | None
    agency: str | None
    area_code: str
    kind: TaskKind
    count: int
    oldest_on: date


def overview(session: Session, actor: Actor, today: date) -> Overview:
    """Counts of every place directly below the actor's area, also of places without anybody, and of whoever is in none of them.

    Both tables are counted village by village, in the order of their indexes, and added up here.
    """
    level = level_below(actor.area_prefix)
    length = PREFIX_LENGTHS[level]
    duties = _duties_by_village(session, actor, today)
    counts = _added_up(length, _patients_by_village(session, actor), duties)
    worst = _worst(session, duties, length) if level is AreaLevel.TOWN else {}
    listed = [area for area in list_places(session, actor.area_prefix, level) if _is_listed(area, length, counts)]
    names = marked_names(session, [area.code for area in listed])
    places = [
        Place(
            area.code[:length],
            names[area.code],
            counts.get(area.code[:length], Counts()),
            worst.get(area.code[:length]),
        )
        for area in listed
    ]
    own = place_of(actor)[:length]
    if own in counts and own not in {place.prefix for place in places}:
        name = rest_name(place_of(actor)) if places else full_name(session, place_of(actor))
        places.append(Place(own, name, counts[own], is_rest=True))
    total = Counts()
    for place in places:
        total = total.plus(place.counts)
    return Overview(tuple(places), total)


def _is_listed(area: Area, length: int, counts: Mapping[str, Counts]) -> bool:
    """An abolished place only while somebody is registered there."""
    return area.replaced_by is None or area.code[:length] in counts


def list_owed(session: Session, actor: Actor, today: date, limit: int = 8) -> list[Owed]:
    """Which agency is late with what, the most first."""
    count = func.count().label("count")
    rows = session.execute(
        select(Task.agency_id, func.min(Task.area_code), Task.kind, count, func.min(Task.due_on))
        .where(
            IS_OPEN,
            within(Task.area_code, actor),
            Task.kind.in_(COMPLIANCE),
            Task.due_on < today,
        )
        .group_by(Task.agency_id, Task.kind)
        .order_by(count.desc(), Task.agency_id)
        .limit(limit)
    ).all()
    names = agency_names(session, {row.agency_id for row in rows if row.agency_id})
    return [Owed(row[0], names.get(row[0] or 0), *row[1:]) for row in rows]


def _patients_by_village(session: Session, actor: Actor) -> dict[str, Counts]:
    is_high: Any = (
        func.count().filter(Patient.risk_level >= HIGH_LEVEL)
        if sees(actor, Field.RISK_LEVEL) is Grant.FULL
        else literal(None)
    )
    statuses = (
        ManagementStatus.MANAGED,
        ManagementStatus.REFUSED,
        ManagementStatus.LOST,
        ManagementStatus.PENDING_CONSENT,
    )
    is_other = and_(
        Diagnosis.patient_id == Patient.id,
        Diagnosis.category == DiagnosisCategory.OTHER_REPORTABLE,
        Diagnosis.to_on.is_(None),
        Diagnosis.withdrawn_at.is_(None),
    )
    rows = session.execute(
        select(
            Patient.area_code,
            func.count(),
            func.count(Diagnosis.id),
            *(func.count().filter(Patient.management_status == status) for status in statuses),
            is_high,
        )
        .outerjoin(Diagnosis, is_other)
        .where(Patient.registry_status == RegistryStatus.REGISTERED, within(Patient.area_code, actor))
        .group_by(Patient.area_code)
    )
    return {row[0]: Counts(*row[1:]) for row in rows}


def _duties_by_village(session: Session, actor: Actor, today: date) -> dict[str, Counts]:
    visit = Task.kind == TaskKind.FOLLOW_UP
    rows = session.execute(
        select(
            Task.area_code,
            _count(visit, Task.due_on < today),
            _count(visit, Task.due_on.between(today, last_day_of_week(today))),
            _count(Task.kind == TaskKind.REASSESSMENT),
            _count(Task.kind == TaskKind.AGREEMENT_RENEWAL),
            _count(Task.kind == TaskKind.CONFIRM_LOST),
        )
        .where(IS_OPEN, within(Task.area_code, actor))
        .group_by(Task.area_code)
    )
    return {
        row[0]: Counts(late=row[1], week=row[2], to_reassess=row[3], to_renew=row[4], maybe_lost=row[5]) for row in rows
    }


def _added_up(length: int, *villages: dict[str, Counts]) -> dict[str, Counts]:
    """place (so many leading digits) → its villages' counts together."""
    found: dict[str, Counts] = defaultdict(Counts)
    for one in villages:
        for code, counts in one.items():
            found[code[:length]] = found[code[:length]].plus(counts)
    return found


def _worst(session: Session, villages: dict[str, Counts], length: int) -> dict[str, tuple[str, int]]:
    """town → its village with the most late visits, where that is worth naming."""
    most: dict[str, tuple[int, str]] = {}
    for code, counts in villages.items():
        if counts.late >= WORST_FROM:
            most[code[:length]] = max(most.get(code[:length], (0, "")), (counts.late, code))
    names = names_of(session, (code for _late, code in most.values()))
    return {town: (names[code], late) for town, (late, code) in most.items()}


def _count(*which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*which)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
