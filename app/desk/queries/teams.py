"""Managed patients whose care team has a gap: guardian, village, police, doctor, or an agreement in force.

An agreement is missing only where the county's policy makes the patient eligible for one (domain 5.2, 5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.paging import Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import ManagementStatus, RegistryStatus, TeamPart
from app.people.models import Person
from app.subsidies.queries.eligible import eligible_patients

SIZE = 50
MOST = 5000  # rows of one export


class Gap(StrEnum):
    """What is missing around a patient."""

    GUARDIAN = "guardian"
    VILLAGE = "village"  # neither grid worker nor village cadre
    POLICE = "police"
    DOCTOR = "doctor"  # neither in the team nor as the responsible doctor
    AGREEMENT = "agreement"  # eligible by the county's policy, and none in force


@dataclass(frozen=True, slots=True)
class GapRow:
    public_id: str
    name: str
    place: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapCounts:
    """`any` counts patients with at least one gap, `managed` all of them."""

    managed: int
    any: int
    by_gap: dict[Gap, int]


def count_gaps(session: Session, actor: Actor, today: date, place: str = "") -> GapCounts:
    """`place` narrows to a town's prefix."""
    require(actor, Action.SEE_TEAM_GAPS)
    gaps = _gaps(session, actor, today)
    row = session.execute(
        select(
            func.count().label("managed"),
            func.count().filter(or_(*gaps.values())).label("any"),
            *(func.count().filter(condition).label(gap.value) for gap, condition in gaps.items()),
        ).where(*_managed(actor), within_prefix(Patient.area_code, place))
    ).one()
    return GapCounts(row.managed, row.any, {gap: getattr(row, gap.value) for gap in Gap})


def gaps_of(session: Session, actor: Actor, patient: Patient, today: date) -> frozenset[Gap]:
    """What is missing around one patient."""
    gaps = _gaps(session, actor, today)
    asked = [condition.label(gap.value) for gap, condition in gaps.items()]
    row = session.execute(select(*asked).where(Patient.id == patient.id, within(Patient.area_code, actor))).one()
    return frozenset(gap for gap in Gap if getattr(row, gap.value))


def list_gaps(
    session: Session,
    actor: Actor,
    wanted: Gap | None,
    today: date,
    cursor: str | None,
    place: str = "",
    size: int = SIZE,
) -> Page[GapRow]:
    """By place; `wanted` narrows to one gap, `place` to a town's prefix."""
    require(actor, Action.SEE_TEAM_GAPS)
    gaps = _gaps(session, actor, today)
    query = (
        select(
            Patient.id,
            Patient.public_id,
            Patient.area_code,
            Person.name,
            *(condition.label(gap.value) for gap, condition in gaps.items()),
        )
        .join(Person, Person.id == Patient.person_id)
        .where(
            *_managed(actor),
            within_prefix(Patient.area_code, place),
            gaps[wanted] if wanted else or_(*gaps.values()),
        )
        .order_by(Patient.area_code, Patient.id)
        .limit(size + 1)
    )
    match decode_cursor(cursor, 2):
        case (str() as area_code, int() as patient_id):
            query = query.where(
                or_(Patient.area_code > area_code, and_(Patient.area_code == area_code, Patient.id > patient_id))
            )
    page = page_of(session.execute(query).all(), size, lambda row: (row.area_code, row.id))
    places = full_names(session, {row.area_code for row in page.rows})
    return Page([_row(row, places[row.area_code]) for row in page.rows], page.next_cursor)


def _row(row: Any, place: str) -> GapRow:
    return GapRow(row.public_id, row.name, place, tuple(gap for gap in Gap if getattr(row, gap.value)))


def _managed(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        within(Patient.area_code, actor),
    )


def _gaps(session: Session, actor: Actor, today: date) -> dict[Gap, ColumnElement[bool]]:
    guarded = exists().where(
        Guardianship.patient_id == Patient.id,
        Guardianship.rank == Rank.FIRST,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
    )
    agreed = exists().where(
        Agreement.patient_id == Patient.id,
        Agreement.withdrawn_at.is_(None),
        Agreement.from_on <= today,
        func.coalesce(Agreement.ended_on, Agreement.to_on) >= today,
    )
    return {
        Gap.GUARDIAN: ~guarded,
        Gap.VILLAGE: ~_has(TeamPart.GRID_WORKER, TeamPart.VILLAGE_CADRE),
        Gap.POLICE: ~_has(TeamPart.POLICE),
        Gap.DOCTOR: and_(Patient.doctor_id.is_(None), ~_has(TeamPart.DOCTOR)),
        Gap.AGREEMENT: and_(~agreed, eligible_patients(session, actor, today)),
    }


def _has(*parts: TeamPart) -> ColumnElement[bool]:
    return exists().where(
        CareTeamMember.patient_id == Patient.id,
        CareTeamMember.part.in_(parts),
        CareTeamMember.to_on.is_(None),
        CareTeamMember.withdrawn_at.is_(None),
    )
