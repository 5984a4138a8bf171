"""Who it is: somebody of the register, somebody known, or a stranger whom the town's health centre is asked to look at."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.discharges.commands import SubmitDischarge
from app.discharges.models import Discharge
from app.discharges.rules.numbers import first_of, issue_of
from app.discharges.rules.states import CloseReason
from app.discharges.service.addressing import is_known_place
from app.discharges.service.senders import day_of, is_same
from app.patients.models import Clue, Patient
from app.patients.rules import NOT_LIVE
from app.patients.service.clues import carry_on_unregistered, receive_unregistered
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
    """The health centre of the place is asked to look, as at any clue; who reported it is not shown back to the hospital.

    A record that puts a wrong one right is looked into with the clue that the wrong one opened.
    """
    if not is_known_place(session, discharge.area_code):
        return
    draft = PersonDraft(name=said.name, sex=said.sex, born_on=said.born_on)
    where = (draft, discharge.area_code, said.address, now)
    first = _clue_of_wrong(session, vault, discharge, said)
    clue = carry_on_unregistered(session, vault, first, *where) if first is not None else None
    discharge.clue_id = (clue or receive_unregistered(session, vault, *where)).id
    session.flush()


def _clue_of_wrong(session: Session, vault: Vault, discharge: Discharge, said: SubmitDischarge) -> Clue | None:
    """Of this discharge as it was sent before and closed as entered wrongly: by its number, or of the day where that was the slip."""
    number, day = first_of(said.hospital_number), day_of(said.discharged_at)
    wrong = (
        select(Discharge)
        .where(
            Discharge.hospital_key == discharge.hospital_key,
            Discharge.close_reason == CloseReason.WRONG_ENTRY,
            Discharge.clue_id.is_not(None),
            or_(
                Discharge.hospital_number == number,
                Discharge.hospital_number.startswith(issue_of(number), autoescape=True),
                and_(Discharge.discharged_at >= day, Discharge.discharged_at < day + timedelta(days=1)),
            ),
        )
        .order_by(Discharge.id.desc())
    )
    found = next((one for one in session.scalars(wrong) if is_same(session, vault, one, said)), None)
    return session.get(Clue, found.clue_id) if found is not None else None
