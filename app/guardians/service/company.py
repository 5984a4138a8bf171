"""The second guardian's monthly contact and visits with help (走访帮扶): short entries, nothing clinical."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import Forbidden, Invalid
from app.core.reasons import reason
from app.core.refusals import said_by
from app.guardians.commands_duty import RecordContact, RecordHelp
from app.guardians.models import GuardianContact, Guardianship, HelpVisit
from app.guardians.queries.company import find_contact_by_key, find_help_by_key
from app.guardians.rules import Rank
from app.guardians.rules.duty import CASH_AT_MOST, HelpGiven, HelpNeeded
from app.patients.models import Patient

ONCE = {
    "guardian_contacts.submission_key": "guardians.duty.checked_meanwhile",
    "uq_guardian_contacts_submission_key": "guardians.duty.checked_meanwhile",
    "help_visits.submission_key": "guardians.duty.checked_meanwhile",
    "uq_help_visits_submission_key": "guardians.duty.checked_meanwhile",
}


def record_contact(
    session: Session, actor: Actor, patient: Patient, command: RecordContact, today: date, now: datetime
) -> GuardianContact:
    """One contact of whoever was second guardian on that day, entered by that person or on behalf; a form sent twice is one.

    Police enter their own contacts only.
    """
    require(actor, Action.RECORD_CONTACTS)
    sent = find_contact_by_key(session, patient, command.key)
    if sent is not None:
        return sent
    _refuse_future("contacted_on", command.contacted_on, today)
    guardianship = _second_on(session, patient, command.contacted_on)
    if guardianship is None:
        raise Invalid({"contacted_on": [reason("guardians.contact.no_second")]})
    if actor.role is Role.POLICE and guardianship.person_id != actor.person_id:
        raise Forbidden
    contact = GuardianContact(
        submission_key=command.key,
        patient_id=patient.id,
        guardianship_id=guardianship.id,
        area_code=patient.area_code,
        contacted_on=command.contacted_on,
        way=command.way,
        found=command.found,
        is_log_seen=command.is_log_seen,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, ONCE):
        session.add(contact)
    note(
        session,
        actor,
        "guardians.contact.recorded",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"way": command.way.value, "own": guardianship.person_id == actor.person_id},
    )
    return contact


def record_help(
    session: Session, actor: Actor, patient: Patient, command: RecordHelp, today: date, now: datetime
) -> HelpVisit:
    """One visit with help; a form sent twice is one. Raises `Invalid` by field."""
    require(actor, Action.RECORD_HELP)
    sent = find_help_by_key(session, patient, command.key)
    if sent is not None:
        return sent
    _refuse_future("visited_on", command.visited_on, today)
    _refuse_help(command)
    visit = HelpVisit(
        submission_key=command.key,
        patient_id=patient.id,
        area_code=patient.area_code,
        visited_on=command.visited_on,
        office=command.office,
        given=int(command.given),
        needed=int(command.needed),
        cash_fen=command.cash.fen,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, ONCE):
        session.add(visit)
    note(
        session,
        actor,
        "guardians.help.recorded",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"office": command.office.value, "needs": int(command.needed)},
    )
    return visit


def _refuse_help(command: RecordHelp) -> None:
    if (HelpGiven.CASH in command.given) != bool(command.cash):
        raise Invalid({"cash": [reason("guardians.help.cash")]})
    if command.cash.fen > CASH_AT_MOST:
        raise Invalid({"cash": [reason("guardians.help.too_much")]})
    if not command.needed:
        raise Invalid({"needed": [reason("guardians.help.say_needs")]})
    if HelpNeeded.NOTHING in command.needed and command.needed != HelpNeeded.NOTHING:
        raise Invalid({"needed": [reason("guardians.help.nothing_and_more")]})


def _refuse_future(name: str, day: date, today: date) -> None:
    if day > today:
        raise Invalid({name: [reason("guardians.duty.future")]})


def _second_on(session: Session, patient: Patient, day: date) -> Guardianship | None:
    return session.scalars(
        select(Guardianship)
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == Rank.SECOND,
            Guardianship.withdrawn_at.is_(None),
            Guardianship.from_on <= day,
            or_(Guardianship.to_on.is_(None), Guardianship.to_on > day),
        )
        .order_by(Guardianship.id.desc())
        .limit(1)
    ).first()
