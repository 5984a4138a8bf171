"""A small county for tests: areas, agencies and one user per role, and ways to put people into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.sessions import actor_of, open_session
from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import AreaLevel
from app.core.actor import Actor, Role

COUNTY = "349921000000"
TOWN = "349921100000"  # 城关镇
OTHER_TOWN = "349921101000"  # 安平镇
VILLAGE = "349921100200"  # 城关镇 东村
SECOND_VILLAGE = "349921100204"  # 城关镇 大王村
OTHER_VILLAGE = "349921101200"  # 安平镇 东村

AREAS = (
    ("340000000000", "安徽省", AreaLevel.PROVINCE, None),
    ("349900000000", "示例市", AreaLevel.CITY, "340000000000"),
    (COUNTY, "安和县", AreaLevel.COUNTY, "349900000000"),
    (TOWN, "城关镇", AreaLevel.TOWN, COUNTY),
    (VILLAGE, "东村", AreaLevel.VILLAGE, TOWN),
    (SECOND_VILLAGE, "大王村", AreaLevel.VILLAGE, TOWN),
    (OTHER_TOWN, "安平镇", AreaLevel.TOWN, COUNTY),
    (OTHER_VILLAGE, "东村", AreaLevel.VILLAGE, OTHER_TOWN),
)

# role, area of its user, kind of its agency
USERS = (
    (Role.DOCTOR, TOWN, AgencyKind.HEALTH_CENTRE),
    (Role.VILLAGE_DOCTOR, VILLAGE, AgencyKind.VILLAGE_CLINIC),
    (Role.VILLAGE_WORKER, VILLAGE, AgencyKind.VILLAGE_COMMITTEE),
    (Role.POLICE, TOWN, AgencyKind.POLICE),
    (Role.TOWN, TOWN, AgencyKind.GOVERNANCE),
    (Role.CLERK, COUNTY, AgencyKind.CIVIL_AFFAIRS),
    (Role.REVIEWER, COUNTY, AgencyKind.CIVIL_AFFAIRS),
    (Role.FINANCE, COUNTY, AgencyKind.FINANCE),
    (Role.HOSPITAL, COUNTY, AgencyKind.HOSPITAL),
    (Role.COUNTY_OFFICE, COUNTY, AgencyKind.COUNTY_OFFICE),
    (Role.COORDINATOR, COUNTY, AgencyKind.GOVERNANCE),
    (Role.AUDITOR, COUNTY, AgencyKind.AUDIT),
    (Role.ADMIN, COUNTY, AgencyKind.OTHER),
    (Role.HEALTH_LEAD, TOWN, AgencyKind.HEALTH_CENTRE),
    (Role.PARTNER, COUNTY, AgencyKind.PARTNER),
    (Role.CITY_VIEWER, "349900000000", AgencyKind.OTHER),
)
OTHER_DOCTOR = "other_doctor"  # 安平镇: the foreign area of most tests


@dataclass
class County:
    users: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    agencies: dict[tuple[AgencyKind, str], int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return self.actors[name]

    def token_for(self, app: Flask, name: str) -> str:
        with app.extensions["anhu.db"].transaction() as session:
            user = session.scalars(select(User).where(User.name == name)).one()
            return open_session(session, user, user.session_epoch, datetime.now(UTC))


def build_county(session: Session, now: datetime) -> County:
    session.add_all(Area(code=c, name=n, level=level, parent_code=parent) for c, n, level, parent in AREAS)
    session.flush()
    county = County()
    for role, area, kind in (*USERS, (OTHER_DOCTOR, OTHER_TOWN, AgencyKind.HEALTH_CENTRE)):
        name = str(role)
        agency = county.agencies.get((kind, area)) or _agency(session, kind, area)
        county.agencies[kind, area] = agency
        user = User(
            name=name,
            display_name=name,
            password_hash="!",
            role=Role.DOCTOR if name == OTHER_DOCTOR else role,
            area_code=area,
            agency_id=agency,
            created_at=now,
        )
        session.add(user)
        session.flush()
        county.users[name] = user.id
        county.actors[name] = actor_of(user)
    return county


def _agency(session: Session, kind: AgencyKind, area: str) -> int:
    place = next(name for code, name, _, _ in AREAS if code == area)
    agency = Agency(name=f"{place}{kind.value}", kind=kind, area_code=area, phone="0559-1234567")
    session.add(agency)
    session.flush()
    return agency.id
