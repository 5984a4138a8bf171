"""Where a hospital says that somebody goes to live, as long as the register has them elsewhere: people decide whether that is a move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.areas.queries import names_of, written_name
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, county_of, level_of, path_to, town_of
from app.core.access import Action, may
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.scope import within
from app.discharges.models import Discharge
from app.discharges.rules.states import LIVE
from app.patients.models import Patient, Transfer
from app.patients.queries.merges import merges, records_of
from app.patients.rules import RegistryStatus, TransferState
from app.people.models import Person

MOST_LISTED = 10
_TOWN = PREFIX_LENGTHS[AreaLevel.TOWN]


@dataclass(frozen=True, slots=True)
class NewHome:
    """`patient` by public id; `village` only where the county's own tree has it; `place` in words. `is_proposed`: somebody has asked."""

    patient: str
    area_code: str
    village: str
    place: str
    is_outside: bool
    left_on: date
    is_proposed: bool


def find_new_home(session: Session, actor: Actor, patient_id: int | None) -> NewHome | None:
    """For who may propose a transfer of this patient: the address of the discharge that is being handed over, in another town or county."""
    if patient_id is None or not may(actor, Action.MOVE_PATIENTS):
        return None
    patient_id = merges(session).end_of(patient_id)
    patient = session.scalars(
        select(Patient).where(
            Patient.id == patient_id,
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, actor),
        )
    ).one_or_none()
    loop = _newest(session, patient_id) if patient else None
    if patient is None or loop is None or loop.discharged_at is None:
        return None
    there = loop.area_code
    if town_of(there) == town_of(patient.area_code):
        return None
    is_outside = county_of(there) != county_of(patient.area_code)
    return NewHome(
        patient.public_id,
        there,
        "" if is_outside or level_of(there) is not AreaLevel.VILLAGE else there,
        loop.place or (_whole_address(session, there) if is_outside else written_name(session, there)),
        is_outside,
        business_day(loop.discharged_at),
        _is_proposed(session, patient_id),
    )


def list_new_homes(session: Session, actor: Actor, most: int = MOST_LISTED) -> list[tuple[str, NewHome]]:
    """(name, where they live now) of the actor's patients whom a hospital sent to another town, while nobody has proposed the move."""
    if not may(actor, Action.MOVE_PATIENTS):
        return []
    proposed = exists().where(Transfer.patient_id == Patient.id, Transfer.state == TransferState.PROPOSED)
    rows = session.execute(
        select(Patient.id, Person.name)
        .distinct()
        .join(Person, Person.id == Patient.person_id)
        .join(Discharge, Discharge.patient_id == Patient.id)
        .where(
            within(Patient.area_code, actor),
            Patient.registry_status == RegistryStatus.REGISTERED,
            Discharge.state.in_(LIVE),
            func.substr(Discharge.area_code, 1, _TOWN) != func.substr(Patient.area_code, 1, _TOWN),
            ~proposed,
        )
        .order_by(Patient.id)
        .limit(most)
    )
    found = ((name, find_new_home(session, actor, patient_id)) for patient_id, name in rows.all())
    return [(name, home) for name, home in found if home is not None and not home.is_proposed]


def _newest(session: Session, patient_id: int) -> Discharge | None:
    live = select(Discharge).where(Discharge.patient_id.in_(records_of(session, patient_id)), Discharge.state.in_(LIVE))
    return session.scalars(live.order_by(Discharge.id.desc()).limit(1)).one_or_none()


def _is_proposed(session: Session, patient_id: int) -> bool:
    asked = select(Transfer.id).where(Transfer.patient_id == patient_id, Transfer.state == TransferState.PROPOSED)
    return session.scalar(asked) is not None


def _whole_address(session: Session, area_code: str) -> str:
    """From the province down, as a letter to another county needs it."""
    names = names_of(session, path_to(area_code))
    return "".join(names[code] for code in path_to(area_code) if names[code] != code)
