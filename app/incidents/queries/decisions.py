"""What conferences ask of an agency, as that agency sees it: only its own, and the person while it is open (roles.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import full_names
from app.areas.rules import is_within
from app.core.access import Action, Field, Grant, may, require, sees
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.identity import last4, mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.incidents.models import Conference, ConferenceDecision, ConferenceInvitee, ConferenceItem, DecisionEvent
from app.incidents.queries.conferences import NOTE, DecisionRow, working_here
from app.incidents.queries.finding import find_one
from app.incidents.rules.conferences import OWN_WORDS, PENDING, ConferenceState, DecisionState, ItemSource, is_late
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault

EVENT_NOTE = "conference_decision_events.note"
ENDED_SHOWN_FOR = timedelta(days=90)
LOOK = "conference_decision"


@dataclass(frozen=True, slots=True)
class Step:
    state: DecisionState
    at: datetime
    by: str
    paper_number: str
    note: str | None = field(repr=False)
    # written down by somebody else, from the agency's letter or call
    is_on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Invitations without an answer; decisions that are not done, and how many of them are late."""

    invitations: int
    decisions: int
    late: int

    @property
    def is_anything(self) -> bool:
        return bool(self.invitations or self.decisions)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """One decision for the agency that is to do it: name and ways to the family while it is open, nothing of illness."""

    row: DecisionRow
    conference: Conference
    steps: Sequence[Step]
    born_on: date | None = None
    id_last4: str | None = None
    phone: str | None = field(default=None, repr=False)


def list_invitations(session: Session, actor: Actor, now: datetime) -> list[tuple[ConferenceInvitee, Conference]]:
    """Meetings that the actor's agency is asked to, called-off ones until their day: when and where, and nothing of whom they are about."""
    require(actor, Action.ANSWER_DECISIONS)
    rows = session.execute(
        select(ConferenceInvitee, Conference)
        .join(Conference, Conference.id == ConferenceInvitee.conference_id)
        .where(
            ConferenceInvitee.agency_id == actor.agency_id,
            Conference.state.in_((ConferenceState.PLANNED, ConferenceState.CALLED_OFF)),
            Conference.meets_at > now - timedelta(days=1),
        )
        .order_by(Conference.meets_at)
        .limit(PAGE_SIZE)
    )
    return [(invitee, conference) for invitee, conference in rows]


def get_invitation(session: Session, actor: Actor, public_id: str) -> ConferenceInvitee:
    """One's own agency's; for whoever holds the conference also that of an agency without an account, to write its answer down."""
    require(actor, Action.ANSWER_DECISIONS)
    found = session.scalars(select(ConferenceInvitee).where(ConferenceInvitee.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    if found.agency_id == actor.agency_id:
        return found
    conference = session.get_one(Conference, found.conference_id)
    if not may_stand_in(session, actor, found.agency_id, conference.area_code):
        raise NotFound()
    return found


def may_stand_in(session: Session, actor: Actor, agency_id: int, area_code: str) -> bool:
    """Whether this holder of conferences writes down, from its letter or call, what an agency without an account says (代录)."""
    is_holders = may(actor, Action.HOLD_CONFERENCES) and is_within(area_code, actor.area_prefix)
    return is_holders and not working_here(session, [agency_id])


def count_agenda(session: Session, invitee: ConferenceInvitee) -> dict[ItemSource, int]:
    """What the meeting is about, in kinds and numbers: enough to know whom to send, and nobody's secret."""
    rows = session.execute(
        select(ConferenceItem.source, func.count().label("number"))
        .where(ConferenceItem.conference_id == invitee.conference_id)
        .group_by(ConferenceItem.source)
    )
    found = {row.source: row.number for row in rows}
    return {source: found[source] for source in ItemSource if source in found}


def count_asked(session: Session, actor: Actor, today: date, now: datetime) -> Asked:
    """What waits for the actor's agency, for its home."""
    require(actor, Action.ANSWER_DECISIONS)
    unanswered = (
        select(func.count())
        .select_from(ConferenceInvitee)
        .join(Conference, Conference.id == ConferenceInvitee.conference_id)
        .where(
            ConferenceInvitee.agency_id == actor.agency_id,
            ConferenceInvitee.answer.is_(None),
            Conference.state == ConferenceState.PLANNED,
            Conference.meets_at > now,
        )
        .scalar_subquery()
    )
    row = session.execute(
        select(unanswered, func.count(), func.count().filter(ConferenceDecision.due_on < today)).where(
            ConferenceDecision.agency_id == actor.agency_id, ConferenceDecision.state.in_(PENDING)
        )
    ).one()
    return Asked(row[0], row[1], row[2])


def list_decisions(session: Session, actor: Actor, today: date, now: datetime, cursor: str | None) -> Page[DecisionRow]:
    """What conferences ask of the actor's agency: open ones by their day, then what ended lately, without names."""
    require(actor, Action.ANSWER_DECISIONS)
    rank = case((ConferenceDecision.state.in_(PENDING), 0), else_=1)
    rows = (
        select(ConferenceDecision, Person.name, rank)
        .join(ConferenceItem, ConferenceItem.id == ConferenceDecision.item_id)
        .join(Person, Person.id == ConferenceItem.person_id)
        .where(
            ConferenceDecision.agency_id == actor.agency_id,
            or_(ConferenceDecision.ended_at.is_(None), ConferenceDecision.ended_at > now - ENDED_SHOWN_FOR),
        )
    )
    match decode_cursor(cursor, 2):
        case (int() as place, int() as last):
            rows = rows.where(tuple_(rank, ConferenceDecision.id) > (place, last))
    found = session.execute(rows.order_by(rank, ConferenceDecision.id).limit(PAGE_SIZE + 1)).all()
    villages = full_names(session, {one.area_code for one, *_ in found})
    lines = [
        DecisionRow(
            one,
            "" if actor.role is Role.POLICE else _name_for(actor, one, name),
            villages[one.area_code],
            "",
            None,
            is_late(one.state, one.due_on, today),
        )
        for one, name, _rank in found
    ]
    return page_of(lines, PAGE_SIZE, lambda row: (0 if row.decision.state in PENDING else 1, row.decision.id))


def get_decision(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> ConferenceDecision:
    """One's own agency's, or for whoever holds conferences one of the area."""
    mine = ConferenceDecision.agency_id == (actor.agency_id or 0)
    if actor.role in (Role.COORDINATOR, Role.TOWN):
        mine = or_(mine, within(ConferenceDecision.area_code, actor))
    require(actor, Action.ANSWER_DECISIONS)
    return find_one(
        session, select(ConferenceDecision).where(ConferenceDecision.public_id == public_id, mine), lock=lock
    )


def open_decision(
    session: Session, actor: Actor, vault: Vault, decision: ConferenceDecision, today: date
) -> DecisionSheet:
    """While it is open the agency reads whom it is about and how to reach them, as the field table has it."""
    item = session.get_one(ConferenceItem, decision.item_id)
    person = session.get_one(Person, item.person_id)
    agency = session.get_one(Agency, decision.agency_id)
    is_open = decision.state in PENDING
    reads = is_open or sees(actor, Field.PATIENT_NAME) is Grant.FULL
    name = _name_for(actor, decision, person.name)
    phones = list_main_phones(session, vault, [person.id]) if _opens(actor, Field.PATIENT_PHONE) and is_open else {}
    steps = session.execute(
        select(DecisionEvent, User.display_name, User.agency_id)
        .join(User, User.id == DecisionEvent.by)
        .where(DecisionEvent.decision_id == decision.id)
        .order_by(DecisionEvent.id)
    ).all()
    number = vault.open(person.id, "people.id_number", person.id_number_sealed) if is_open and _opens(actor, Field.PATIENT_ID_NUMBER) else None  # fmt: skip
    return DecisionSheet(
        DecisionRow(
            decision,
            name,
            full_names(session, {decision.area_code})[decision.area_code],
            agency.name,
            vault.open(person.id, NOTE, decision.note_sealed) if reads else None,
            is_late(decision.state, decision.due_on, today),
        ),
        session.get_one(Conference, decision.conference_id),
        [
            Step(
                one.state,
                one.at,
                by,
                one.paper_number,
                vault.open(person.id, EVENT_NOTE, one.note_sealed) if reads else None,
                one.state in OWN_WORDS and office != decision.agency_id,
            )
            for one, by, office in steps
        ],
        person.born_on if is_open and _opens(actor, Field.PATIENT_BIRTH_DATE) else None,
        last4(number) if number else None,
        phones.get(person.id),
    )  # fmt: skip


def _opens(actor: Actor, field_: Field) -> bool:
    """Whether an open task shows the field to this role."""
    return sees(actor, field_) in (Grant.TASK, Grant.TASK_LAST_FOUR, Grant.FULL)


def _name_for(actor: Actor, decision: ConferenceDecision, name: str) -> str:
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL or (grant is Grant.TASK and decision.state in PENDING):
        return name
    return mask_name(name) if grant is Grant.MASKED else ""
