"""Who it is: somebody of the register, somebody known, or a stranger whom the town's health centre is asked to look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.discharges.commands import SubmitDischarge
from app.discharges.models import Discharge
from app.discharges.service.addressing import is_known_place
from app.patients.models import Patient
from app.patients.rules import NOT_LIVE
from app.patients.service.clues import receive_unregistered
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import change_identity, create_person, discard_person, find_by_id_number
from app.people.vault import Vault


def settle_person(
    session: Session, vault: Vault, actor: Actor, said: SubmitDischarge, plan: Discharge | None, now: datetime
) -> Person:
    """The person whose key seals the record.

    A number that is somebody's under another name is a typing error or a borrowed card (domain 9, case 16): the record stands beside
    that person, not on them, and the health centre compares the papers.
    """
    draft, _warnings = said.person.checked(business_day(now))
    known = find_by_id_number(session, vault.keyring, draft.id_number) if draft.id_number else None
    planned = session.get(Person, plan.person_id) if plan else None
    if known is not None and known.name == draft.name:
        if plan is not None and planned is not None and planned.id != known.id:
            plan.person_id = known.id
            plan.draft_sealed = None
            session.flush()
            discard_person(session, planned)
        return known
    if known is not None:
        draft = PersonDraft(name=draft.name, sex=draft.sex, born_on=draft.born_on)
    if planned is not None:
        change_identity(session, vault, actor, planned, draft, now)
        return planned
    return create_person(session, vault, draft, now)


def find_registration(session: Session, person: Person) -> Patient | None:
    """The registration that speaks for this person, wherever it is; nobody is cut off by an area here."""
    live = select(Patient).where(Patient.person_id == person.id, Patient.registry_status.not_in(NOT_LIVE))
    return session.scalars(live.with_for_update()).one_or_none()


def register_stranger(
    session: Session, vault: Vault, discharge: Discharge, said: SubmitDischarge, now: datetime
) -> None:
    """The health centre of the place is asked to look, as at any clue; who reported it is not shown back to the hospital."""
    if not is_known_place(session, discharge.area_code):
        return
    draft = PersonDraft(name=said.name, sex=said.sex, born_on=said.born_on)
    clue = receive_unregistered(session, vault, draft, discharge.area_code, said.address, now)
    discharge.clue_id = clue.id
    session.flush()
