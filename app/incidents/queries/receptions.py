"""Hospitals asked to receive somebody: by emergency for whoever asks, by hospital for whoever answers (roles.md: its own)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import full_names
from app.areas.rules import county_of, prefix_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.scope import within_prefix
from app.incidents.models import Emergency, EmergencyReception
from app.incidents.queries.finding import find_one
from app.incidents.rules.reception import ReceptionState
from app.people.models import Person

MOST_SHOWN = 50
# whom a hospital does not receive is not its patient: the question stays, the name goes (roles.md)
NOT_OURS = (ReceptionState.REFUSED, ReceptionState.CALLED_OFF)


@dataclass(frozen=True, slots=True)
class ReceptionRow:
    reception: EmergencyReception
    name: str
    sex: int
    village: str
    reason: str


def list_receptions(session: Session, actor: Actor, emergency: Emergency) -> list[EmergencyReception]:
    require(actor, Action.KEEP_EMERGENCIES)
    own = select(EmergencyReception).where(EmergencyReception.emergency_id == emergency.id)
    return list(session.scalars(own.order_by(EmergencyReception.number)))


def get_of_emergency(session: Session, actor: Actor, emergency: Emergency, public_id: str) -> EmergencyReception:
    require(actor, Action.ASK_HOSPITALS)
    return find_one(
        session,
        select(EmergencyReception).where(
            EmergencyReception.public_id == public_id, EmergencyReception.emergency_id == emergency.id
        ),
    )


def list_asked(session: Session, actor: Actor) -> list[ReceptionRow]:
    """What the actor's own hospital is asked, the unanswered first."""
    require(actor, Action.ANSWER_RECEPTIONS)
    rank = case((EmergencyReception.state == ReceptionState.ASKED, 0), (EmergencyReception.state == ReceptionState.ACCEPTED, 1), else_=2)  # fmt: skip
    rows = session.execute(
        select(EmergencyReception, Emergency, Person)
        .join(Emergency, Emergency.id == EmergencyReception.emergency_id)
        .join(Person, Person.id == Emergency.person_id)
        .where(EmergencyReception.hospital_id == (actor.agency_id or 0))
        .order_by(rank, EmergencyReception.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    villages = full_names(session, {emergency.area_code for _one, emergency, _person in rows})
    return [
        ReceptionRow(
            one,
            "" if one.state in NOT_OURS else person.name,
            int(person.sex),
            villages[emergency.area_code],
            emergency.reason,
        )
        for one, emergency, person in rows
    ]


def get_asked(session: Session, actor: Actor, public_id: str) -> EmergencyReception:
    """One that the actor's own hospital is asked; another hospital's is not found."""
    require(actor, Action.ANSWER_RECEPTIONS)
    return find_one(
        session,
        select(EmergencyReception)
        .where(EmergencyReception.public_id == public_id, EmergencyReception.hospital_id == (actor.agency_id or 0))
        .with_for_update(),
    )


def list_hospitals(session: Session, actor: Actor) -> list[Agency]:
    require(actor, Action.ASK_HOSPITALS)
    county = prefix_of(county_of(actor.area_prefix.ljust(12, "0")))
    wanted = select(Agency).where(Agency.kind == AgencyKind.HOSPITAL, within_prefix(Agency.area_code, county))
    return list(session.scalars(wanted.order_by(Agency.id)))
