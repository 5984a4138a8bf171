"""Clues: reported in a minute, looked at by the town health centre, ended by an answer that the reporter is not told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import responsible_agency
from app.areas.rules import county_of, is_within, prefix_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.names import check_name
from app.core.reasons import reason
from app.patients.commands import AnswerClue, CloseClue, RegisterPatient, ReportClue
from app.patients.models import Clue, Patient, ScreeningReturn, ScreeningRound
from app.patients.rules import (
    NOBODY,
    NOT_LIVE,
    UNKNOWN_NAME,
    ClueOutcome,
    ClueSource,
    ClueState,
    RegistryStatus,
    source_of,
)
from app.patients.service.registering import register_patient
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.queries import find_by_id_number
from app.people.service import change_identity, create_person, discard_person, set_phone
from app.people.vault import Vault

PLACE, NOTES, FINDINGS = "clues.place", "clues.notes", "clues.findings"


def report_clue(session: Session, vault: Vault, actor: Actor, command: ReportClue, today: date, now: datetime) -> Clue:
    """Store a report for the health centre of the place; one that arrives again, or twice at once, is the one that stands.

    Raises `Invalid` by field: no sign and no words, a name that is none, a place outside the reporter's area.
    """
    require(actor, Action.REPORT_CLUE)
    stored = _find_stored(session, actor, command.submission_key)
    if stored is not None:
        return stored
    _refuse_report(session, actor, command)
    try:
        with session.begin_nested():
            return _store(session, vault, actor, command, today, now)
    except IntegrityError:
        stored = _find_stored(session, actor, command.submission_key)
        if stored is None:
            raise
        return stored


def receive_unregistered(
    session: Session, vault: Vault, draft: PersonDraft, area_code: str, place: str, now: datetime
) -> Clue:
    """Somebody who was treated and is not in the register: the health centre of the place is asked to look.

    Nobody's report: whoever sent the record must not learn by it whether there was a registration.
    """
    person = create_person(session, vault, draft, now)
    agency = responsible_agency(session, area_code)
    clue = Clue(
        submission_key=new_public_id(),
        person_id=person.id,
        area_code=area_code,
        agency_id=agency.id if agency else None,
        place_sealed=vault.seal(person.id, PLACE, place),
        signs=0,
        source=ClueSource.HOSPITAL,
        reported_on=business_day(now),
        reported_at=now,
        reported_by=NOBODY,
    )
    session.add(clue)
    session.flush()
    note(session, None, "patients.clue_received", now=now, subject=("clue", clue.public_id), area_code=clue.area_code)
    return clue


def carry_on_unregistered(
    session: Session, vault: Vault, clue: Clue, draft: PersonDraft, area_code: str, place: str, now: datetime
) -> Clue | None:
    """The clue that a wrong record opened goes on with what the right one says of who and where.

    One that has ended stands where it found somebody, or where the right record says nothing else; None: look anew.
    """
    latest = session.scalars(  # it may have been passed on to another village
        select(Clue).where(Clue.person_id == clue.person_id).order_by(Clue.id.desc()).limit(1).with_for_update()
    ).one()
    person, draft = session.get_one(Person, latest.person_id), draft.normalised()
    said = (
        person.name,
        person.sex,
        person.born_on,
        latest.area_code,
        vault.open(person.id, PLACE, latest.place_sealed),
    )
    is_repeated = said == (draft.name, int(draft.sex), draft.born_on, area_code, place or None)
    if latest.state is ClueState.CLOSED:
        return latest if is_repeated or latest.outcome in (ClueOutcome.SUSPECTED, ClueOutcome.KNOWN) else None
    if is_repeated:
        return latest
    change_identity(session, vault, Actor.operator(), person, draft, now)
    agency = responsible_agency(session, area_code)
    latest.area_code, latest.agency_id = area_code, agency.id if agency else None
    latest.place_sealed = vault.seal(latest.person_id, PLACE, place)
    session.flush()
    note(session, None, "patients.clue_put_right", now=now, subject=("clue", latest.public_id), area_code=area_code)
    return latest


def open_clue(session: Session, actor: Actor, clue: Clue, now: datetime) -> None:
    """Somebody looks at it from now on; looking again changes nothing."""
    require(actor, Action.SEE_CLUES)
    _refuse_closed(clue)
    if clue.state is ClueState.RECEIVED:
        clue.state, clue.opened_at, clue.opened_by = ClueState.LOOKING, now, actor.user_id
        session.flush()
        _note(session, actor, "patients.clue_opened", clue, now)


def answer_clue(
    session: Session, vault: Vault, actor: Actor, clue: Clue, command: AnswerClue, today: date, now: datetime
) -> Patient | None:
    """Close it by the nine questions: none is yes → no signs; any yes → a suspected registration, or known already.

    Returns the registration that was made. Raises `Invalid` by field for an unacceptable person or a place outside the area.
    """
    open_clue(session, actor, clue, now)
    draft, _warnings = command.person.checked(today)
    clue.found_signs = command.signs
    clue.findings_sealed = vault.seal(clue.person_id, FINDINGS, command.findings)
    if not command.signs:
        _close(session, actor, clue, ClueOutcome.NO_SIGNS, now)
        return None
    known = find_by_id_number(session, vault.keyring, draft.id_number) if draft.id_number else None
    if known is not None and known.name != draft.name:
        raise Invalid({"id_number": [reason("people.id.other_name")]})
    registration = _live_registration(session, known.id) if known else None
    if registration is not None:
        if is_within(registration.area_code, actor.area_prefix):
            clue.patient_id = registration.id
        _close(session, actor, clue, ClueOutcome.KNOWN, now)
        return None
    person_id = _settle_person(session, vault, actor, clue, known, draft, now)
    patient = _suspect(session, vault, actor, person_id, command, today, now)
    clue.patient_id = patient.id
    _close(session, actor, clue, ClueOutcome.SUSPECTED, now)
    return patient


def close_clue(
    session: Session, vault: Vault, actor: Actor, clue: Clue, command: CloseClue, today: date, now: datetime
) -> Clue | None:
    """Close it without the nine questions. Passed on, it is a new clue of the other village, which is returned."""
    open_clue(session, actor, clue, now)
    if command.outcome in (ClueOutcome.SUSPECTED, ClueOutcome.NO_SIGNS):
        raise Invalid({"outcome": [reason("patients.clue.answer_first")]})
    if clue.reported_by == NOBODY and not command.findings.strip():  # a hospital has treated them: it ends in words
        raise Invalid({"findings": [reason("patients.clue.say_why")]})
    passed = _pass_on(session, actor, clue, command, today, now) if command.outcome is ClueOutcome.ELSEWHERE else None
    clue.findings_sealed = vault.seal(clue.person_id, FINDINGS, command.findings)
    _close(session, actor, clue, command.outcome, now)
    return passed


# -- reporting ---------------------------------------------------------------------------------------------------------


def _find_stored(session: Session, actor: Actor, submission_key: str) -> Clue | None:
    mine = select(Clue).where(Clue.submission_key == submission_key, Clue.reported_by == actor.user_id)
    return session.scalars(mine).one_or_none()


def _refuse_report(session: Session, actor: Actor, command: ReportClue) -> None:
    errors = {}
    if not command.signs and not command.notes:
        errors["signs"] = [reason("patients.clue.empty")]
    if not command.name and not command.place:
        errors["place"] = [reason("patients.clue.nobody_nowhere")]
    if command.name and (wrong := check_name(command.name).errors):
        errors["name"] = list(wrong)
    if session.get(Area, command.area_code) is None or not is_within(command.area_code, actor.area_prefix):
        errors["area_code"] = [reason("patients.area_outside")]
    if errors:
        raise Invalid(errors)


def _store(session: Session, vault: Vault, actor: Actor, command: ReportClue, today: date, now: datetime) -> Clue:
    draft = PersonDraft(name=command.name or UNKNOWN_NAME, sex=command.sex)
    person = create_person(session, vault, draft, now)
    agency = responsible_agency(session, command.area_code)
    clue = Clue(
        submission_key=command.submission_key,
        person_id=person.id,
        area_code=command.area_code,
        agency_id=agency.id if agency else None,
        place_sealed=vault.seal(person.id, PLACE, command.place),
        signs=command.signs,
        notes_sealed=vault.seal(person.id, NOTES, command.notes),
        is_danger=command.is_danger,
        source=source_of(actor.role),
        screening_return_id=_running_return(session, command.area_code, today),
        reported_on=today,
        reported_at=now,
        reported_by=actor.user_id,
    )
    session.add(clue)
    session.flush()
    _note(session, actor, "patients.clue_reported", clue, now)
    return clue


def _running_return(session: Session, area_code: str, today: date) -> int | None:
    """The village's part of the round that runs today and that it has not signed yet."""
    return session.scalar(
        select(ScreeningReturn.id)
        .join(ScreeningRound, ScreeningRound.id == ScreeningReturn.round_id)
        .where(
            ScreeningReturn.area_code == area_code,
            ScreeningReturn.signed_at.is_(None),
            ScreeningRound.from_on <= today,
        )
        .order_by(ScreeningRound.from_on.desc(), ScreeningRound.id.desc())
        .limit(1)
    )


# -- looking -----------------------------------------------------------------------------------------------------------


def _live_registration(session: Session, person_id: int) -> Patient | None:
    live = select(Patient).where(Patient.person_id == person_id, Patient.registry_status.not_in(NOT_LIVE))
    return session.scalars(live).one_or_none()


def _settle_person(
    session: Session, vault: Vault, actor: Actor, clue: Clue, known: Person | None, draft: PersonDraft, now: datetime
) -> int:
    """Who it is from now on: somebody stored already, to whom the report moves, or the report's own person, put right."""
    reported = session.get_one(Person, clue.person_id)
    if known is None:
        change_identity(session, vault, actor, reported, draft, now)
        set_phone(session, vault, reported, draft.phone)
        return reported.id
    for other in session.scalars(select(Clue).where(Clue.person_id == reported.id)):
        for place, name in ((PLACE, "place_sealed"), (NOTES, "notes_sealed"), (FINDINGS, "findings_sealed")):
            text = vault.open(reported.id, place, getattr(other, name))
            setattr(other, name, vault.seal(known.id, place, text))
        other.person_id = known.id
    session.flush()
    discard_person(session, reported)
    return known.id


def _suspect(
    session: Session, vault: Vault, actor: Actor, person_id: int, command: AnswerClue, today: date, now: datetime
) -> Patient:
    return register_patient(
        session,
        vault,
        actor,
        RegisterPatient(
            area_code=command.area_code,
            person_id=person_id,
            registered_on=today,
            registry_status=RegistryStatus.SUSPECTED,
            address=command.address,
        ),
        today,
        now,
    )


def _pass_on(session: Session, actor: Actor, clue: Clue, command: CloseClue, today: date, now: datetime) -> Clue:
    """The same report for another village of the county; its own health centre looks at it afresh."""
    county, code = prefix_of(county_of(clue.area_code)), command.passed_to or ""
    if code == clue.area_code or not is_within(code, county) or session.get(Area, code) is None:
        raise Invalid({"passed_to": [reason("patients.clue.pass_where")]})
    agency = responsible_agency(session, code)
    passed = Clue(
        submission_key=new_public_id(),
        person_id=clue.person_id,
        area_code=code,
        agency_id=agency.id if agency else None,
        place_sealed=clue.place_sealed,
        signs=clue.signs,
        notes_sealed=clue.notes_sealed,
        is_danger=clue.is_danger,
        source=clue.source,
        reported_on=today,
        reported_at=now,
        reported_by=actor.user_id,
    )
    session.add(passed)
    session.flush()
    _note(session, actor, "patients.clue_reported", passed, now)
    return passed


def _close(session: Session, actor: Actor, clue: Clue, outcome: ClueOutcome, now: datetime) -> None:
    clue.state, clue.outcome = ClueState.CLOSED, outcome
    clue.closed_at, clue.closed_by = now, actor.user_id
    session.flush()
    # the outcome is the health centre's alone: the audit keeps a commitment to it
    _note(session, actor, "patients.clue_closed", clue, now, changed={"outcome": outcome.value})


def _refuse_closed(clue: Clue) -> None:
    if clue.state is ClueState.CLOSED:
        raise Conflict(reason("patients.clue.closed"))


def _note(
    session: Session, actor: Actor, action: str, clue: Clue, now: datetime, changed: dict[str, str] | None = None
) -> None:
    subject = ("clue", clue.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=clue.area_code, changed=changed)
