"""Conferences: called, prepared, held, written down; what is decided becomes an agency's task and is followed to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.incidents.commands.conferences import (
    AgendaItem,
    AnswerInvitation,
    CallConference,
    MinuteItem,
    MoveConference,
    TakeDecision,
)
from app.incidents.models import Conference, ConferenceDecision, ConferenceInvitee, ConferenceItem, DecisionEvent
from app.incidents.queries.conferences import (
    get_item,
    get_patient_of_area,
    list_agencies_to_ask,
    list_invitees,
    list_items,
    villages_of,
)
from app.incidents.rules.conferences import ConferenceState, DecisionState
from app.incidents.rules.illness_words import illness_in
from app.incidents.service.telling import tell_called_off, tell_decided, tell_invited, tell_moved
from app.people.vault import Vault

WORDS, NOTE = "conference_items.words", "conference_decisions.note"
_TWICE = {
    "uq_conferences_area_code_number": "incidents.conference.meanwhile",
    "conferences.area_code, conferences.number": "incidents.conference.meanwhile",
}

# -- before the meeting ------------------------------------------------------------------------------------------------


def call_conference(session: Session, actor: Actor, command: CallConference, now: datetime) -> Conference:
    """A meeting of the actor's own place, numbered within the year; one that arrives twice is the one that stands."""
    require(actor, Action.HOLD_CONFERENCES)
    stored = session.scalar(
        select(Conference).where(
            Conference.submission_key == command.submission_key, Conference.called_by == actor.user_id
        )
    )
    if stored is not None:
        return stored
    if command.meets_at <= now:
        raise Invalid({"meets_at": [reason("incidents.conference.in_past")]})
    place = place_of(actor)
    conference = Conference(
        submission_key=command.submission_key,
        area_code=place,
        number=_next_number(session, place, business_day(command.meets_at).year),
        meets_at=command.meets_at,
        place=command.place,
        chair=command.chair,
        called_at=now,
        called_by=actor.user_id,
    )
    with said_by(session, _TWICE):
        session.add(conference)
    invite(session, actor, conference, command.agencies, now)
    _note(session, actor, "incidents.conference_called", conference, now)
    return conference


def invite(session: Session, actor: Actor, conference: Conference, agencies: Iterable[str], now: datetime) -> None:
    """Ask these agencies (public ids) too and tell them; who was asked already stays asked."""
    require(actor, Action.HOLD_CONFERENCES)
    _refuse_unless(conference, ConferenceState.PLANNED)
    offered = {one.public_id: one.id for one in list_agencies_to_ask(session, actor, villages_of(session, conference))}
    wanted = set(agencies)
    if wanted - offered.keys():
        raise Invalid({"agencies": [reason("incidents.conference.agency_outside")]})
    asked = {one.agency_id for one in list_invitees(session, conference)}
    new = sorted(offered[one] for one in wanted if offered[one] not in asked)
    session.add_all(
        ConferenceInvitee(conference_id=conference.id, agency_id=one, asked_at=now, asked_by=actor.user_id)
        for one in new
    )
    session.flush()
    tell_invited(session, conference, new, now)


def move_conference(
    session: Session, actor: Actor, conference: Conference, command: MoveConference, now: datetime
) -> None:
    """Another time or place: whoever was asked is told again and answers again."""
    require(actor, Action.HOLD_CONFERENCES)
    if command.version != conference.version:
        raise StaleVersion()
    _refuse_unless(conference, ConferenceState.PLANNED)
    if (command.meets_at, command.place) == (conference.meets_at, conference.place):
        return
    if command.meets_at <= now:
        raise Invalid({"meets_at": [reason("incidents.conference.in_past")]})
    conference.meets_at, conference.place = command.meets_at, command.place
    invitees = list_invitees(session, conference)
    for one in invitees:
        one.answer, one.answered_at, one.answered_by = None, None, None
    session.flush()
    tell_moved(session, conference, [one.agency_id for one in invitees], now)
    _note(session, actor, "incidents.conference_moved", conference, now)


def add_items(
    session: Session, actor: Actor, conference: Conference, items: Sequence[AgendaItem], now: datetime
) -> int:
    """Put points on the agenda, each once whoever chooses it; how many are new. Patients outside the area are not found."""
    require(actor, Action.HOLD_CONFERENCES)
    _refuse_minuted(conference)
    if not items:
        raise Invalid({"chosen": [reason("core.nothing_chosen")]})
    standing = {(one.source, one.source_key) for one in list_items(session, conference)}
    made = 0
    for item in items:
        if (item.source, item.source_key) in standing:
            continue
        patient = get_patient_of_area(session, actor, item.patient)
        session.add(
            ConferenceItem(
                conference_id=conference.id,
                source=item.source,
                source_key=item.source_key,
                patient_id=patient.id,
                person_id=patient.person_id,
                area_code=patient.area_code,
                because=[why.to_json() for why in item.because],
                added_at=now,
                added_by=actor.user_id,
            )
        )
        standing.add((item.source, item.source_key))
        made += 1
    session.flush()
    if made:
        _note(session, actor, "incidents.items_added", conference, now, {"count": made})
    return made


def take_off(session: Session, actor: Actor, conference: Conference, item_id: str, now: datetime) -> None:
    """A point that need not be spoken about; nothing has been decided on it."""
    require(actor, Action.HOLD_CONFERENCES)
    _refuse_minuted(conference)
    item = get_item(session, actor, conference, item_id)
    if session.scalar(select(ConferenceDecision.id).where(ConferenceDecision.item_id == item.id).limit(1)):
        raise Conflict(reason("incidents.conference.has_decisions"))
    session.delete(item)
    session.flush()
    _note(session, actor, "incidents.item_taken_off", conference, now)


def answer_invitation(
    session: Session, actor: Actor, invitee: ConferenceInvitee, command: AnswerInvitation, now: datetime
) -> None:
    """The agency's own answer; a later one takes its place until the meeting was held."""
    require(actor, Action.ANSWER_DECISIONS)
    conference = session.get_one(Conference, invitee.conference_id)
    _refuse_unless(conference, ConferenceState.PLANNED)
    invitee.answer, invitee.attendee = command.answer, command.attendee
    invitee.answered_at, invitee.answered_by = now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.invitation_answered", conference, now, {"answer": command.answer.value})


# -- at the meeting ----------------------------------------------------------------------------------------------------


def hold(session: Session, actor: Actor, conference: Conference, present: Iterable[str], now: datetime) -> None:
    """It is being held: who of the invited came (their public ids). Not before its day, and not by nobody."""
    require(actor, Action.HOLD_CONFERENCES)
    _refuse_unless(conference, ConferenceState.PLANNED)
    if business_day(now) < business_day(conference.meets_at):
        raise Conflict(reason("incidents.conference.not_yet", on=business_day(conference.meets_at)))
    came, invitees = set(present), list_invitees(session, conference)
    if not came & {one.public_id for one in invitees}:
        raise Invalid({"chosen": [reason("incidents.conference.nobody_came")]})
    for one in invitees:
        one.was_present = one.public_id in came
    conference.state = ConferenceState.HELD
    session.flush()
    _note(session, actor, "incidents.conference_held", conference, now)


def minute_item(
    session: Session,
    vault: Vault,
    actor: Actor,
    conference: Conference,
    item_id: str,
    command: MinuteItem,
    now: datetime,
) -> None:
    """What was said on a point; sealed under the person it is about."""
    require(actor, Action.HOLD_CONFERENCES)
    _refuse_unless(conference, ConferenceState.HELD)
    item = get_item(session, actor, conference, item_id)
    item.result = command.result
    item.words_sealed = vault.seal(item.person_id, WORDS, command.words)
    session.flush()
    _note(session, actor, "incidents.item_minuted", conference, now)


def take_decision(
    session: Session,
    vault: Vault,
    actor: Actor,
    conference: Conference,
    item_id: str,
    command: TakeDecision,
    today: date,
    now: datetime,
) -> ConferenceDecision:
    """A task of the agency named, with its day; one that arrives twice is the one that stands."""
    require(actor, Action.HOLD_CONFERENCES)
    item = get_item(session, actor, conference, item_id)
    stored = session.scalar(
        select(ConferenceDecision).where(
            ConferenceDecision.submission_key == command.submission_key, ConferenceDecision.item_id == item.id
        )
    )
    if stored is not None:
        return stored
    _refuse_unless(conference, ConferenceState.HELD)
    offered = {one.public_id: one.id for one in list_agencies_to_ask(session, actor, [item.area_code])}
    errors: dict[str, list[Reason]] = {}
    if command.agency not in offered:
        errors["agency"] = [reason("incidents.conference.agency_outside")]
    if command.due_on < today:
        errors["due_on"] = [reason("incidents.conference.due_in_past")]
    if told := illness_in(command.note):
        errors["note"] = [reason("incidents.decision.illness", words=list(told))]
    if errors:
        raise Invalid(errors)
    decision = ConferenceDecision(
        submission_key=command.submission_key,
        conference_id=conference.id,
        item_id=item.id,
        patient_id=item.patient_id,
        area_code=item.area_code,
        kind=command.kind,
        agency_id=offered[command.agency],
        due_on=command.due_on,
        note_sealed=vault.seal(item.person_id, NOTE, command.note),
        decided_at=now,
        decided_by=actor.user_id,
    )
    session.add(decision)
    session.flush()
    session.add(DecisionEvent(decision_id=decision.id, state=DecisionState.OPEN, at=now, by=actor.user_id))
    session.flush()
    tell_decided(session, decision, now)
    _note(session, actor, "incidents.decision_taken", conference, now, {"kind": command.kind.value})
    return decision


def close_minutes(session: Session, actor: Actor, conference: Conference, version: int, now: datetime) -> None:
    """The minutes stand: nothing on the agenda changes any more; decisions go their own way."""
    require(actor, Action.HOLD_CONFERENCES)
    if version != conference.version:
        raise StaleVersion()
    _refuse_unless(conference, ConferenceState.HELD)
    if any(one.result is None for one in list_items(session, conference)):
        raise Conflict(reason("incidents.conference.items_open"))
    conference.state, conference.minuted_at, conference.minuted_by = ConferenceState.MINUTED, now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.minutes_closed", conference, now)


def call_off(session: Session, actor: Actor, conference: Conference, version: int, now: datetime) -> None:
    require(actor, Action.HOLD_CONFERENCES)
    if version != conference.version:
        raise StaleVersion()
    _refuse_unless(conference, ConferenceState.PLANNED)
    conference.state = ConferenceState.CALLED_OFF
    session.flush()
    tell_called_off(session, conference, [one.agency_id for one in list_invitees(session, conference)], now)
    _note(session, actor, "incidents.conference_called_off", conference, now)


# -- shared ------------------------------------------------------------------------------------------------------------


def _next_number(session: Session, place: str, year: int) -> str:
    held = select(func.count()).select_from(Conference).where(
        Conference.area_code == place, Conference.number.like(f"{year}-%")
    )  # fmt: skip
    return f"{year}-{(session.scalar(held) or 0) + 1}"


def _refuse_unless(conference: Conference, state: ConferenceState) -> None:
    if conference.state is not state:
        raise Conflict(reason("incidents.conference.not_now"))


def _refuse_minuted(conference: Conference) -> None:
    if conference.state not in (ConferenceState.PLANNED, ConferenceState.HELD):
        raise Conflict(reason("incidents.conference.not_now"))


def _note(
    session: Session, actor: Actor, action: str, conference: Conference, now: datetime, detail: dict[str, Any] | None = None
) -> None:  # fmt: skip
    subject = ("conference", conference.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=conference.area_code, detail=detail)
