"""Conferences as their holders see them, and what is asked of an agency as that agency sees it (roles.md: only its own)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.areas.queries import full_names
from app.areas.rules import county_of, prefix_of
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.identity import last4, mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason, reason
from app.core.scope import within, within_prefix
from app.incidents.commands.conferences import AgendaItem
from app.incidents.models import (
    Conference,
    ConferenceDecision,
    ConferenceInvitee,
    ConferenceItem,
    DecisionEvent,
    GreenRequest,
    Incident,
)
from app.incidents.rules.conferences import PENDING, ConferenceState, DecisionState, ItemSource, is_late
from app.incidents.rules.green import OPEN_GREEN
from app.incidents.rules.incidents import IncidentState
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.people.queries import list_main_phones
from app.people.vault import Vault

WORDS, NOTE, EVENT_NOTE = "conference_items.words", "conference_decisions.note", "conference_decision_events.note"
MOST_SUGGESTED, MOST_AGENCIES, WAITS_LONG = 40, 200, timedelta(days=7)
ENDED_SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ConferenceRow:
    id: int
    public_id: str
    number: str
    meets_at: datetime
    place: str
    state: ConferenceState
    items: int
    late: int


@dataclass(frozen=True, slots=True)
class InviteeRow:
    invitee: ConferenceInvitee
    agency: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision as its reader may see it; empty texts are not theirs to read."""

    decision: ConferenceDecision
    name: str
    village: str
    agency: str
    note: str | None = field(repr=False)
    is_late: bool = False
    paper_number: str = ""


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: ConferenceItem
    name: str
    village: str
    because: Sequence[Reason]
    words: str | None = field(repr=False)
    decisions: Sequence[DecisionRow] = ()


@dataclass(frozen=True, slots=True)
class ConferenceSheet:
    conference: Conference
    invitees: Sequence[InviteeRow]
    items: Sequence[ItemRow]
    called_by: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """Something that could stand on an agenda, with the words that a page needs to offer it."""

    item: AgendaItem
    name: str
    village: str

    @property
    def key(self) -> str:
        return f"{self.item.source}:{self.item.source_key}"


@dataclass(frozen=True, slots=True)
class Step:
    state: DecisionState
    at: datetime
    by: str
    paper_number: str
    note: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """One decision for the agency that is to do it: name and ways to the family while it is open, nothing of illness."""

    row: DecisionRow
    conference: Conference
    steps: Sequence[Step]
    born_on: date | None = None
    id_last4: str | None = None
    phone: str | None = field(default=None, repr=False)


# -- for whoever holds them --------------------------------------------------------------------------------------------


def get_conference(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Conference:
    """Of the actor's area; elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.HOLD_CONFERENCES)
    wanted = select(Conference).where(Conference.public_id == public_id, within(Conference.area_code, actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_item(session: Session, actor: Actor, conference: Conference, public_id: str) -> ConferenceItem:
    require(actor, Action.HOLD_CONFERENCES)
    found = session.scalars(
        select(ConferenceItem).where(
            ConferenceItem.public_id == public_id, ConferenceItem.conference_id == conference.id
        )
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_patient_of_area(session: Session, actor: Actor, public_id: str) -> Patient:
    """Towns hold conferences and read no register: the area alone decides."""
    require(actor, Action.HOLD_CONFERENCES)
    found = session.scalars(
        select(Patient).where(Patient.public_id == public_id, within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_conferences(
    session: Session, actor: Actor, today: date, cursor: str | None, size: int = PAGE_SIZE
) -> Page[ConferenceRow]:
    """The newest first, with how many points and how many of its decisions are late."""
    require(actor, Action.HOLD_CONFERENCES)
    items = (
        select(func.count()).where(ConferenceItem.conference_id == Conference.id).correlate(Conference).scalar_subquery()
    )  # fmt: skip
    late = (
        select(func.count())
        .where(
            ConferenceDecision.conference_id == Conference.id,
            ConferenceDecision.state.in_(PENDING),
            ConferenceDecision.due_on < today,
        )
        .correlate(Conference)
        .scalar_subquery()
    )
    rows = select(Conference, items, late).where(within(Conference.area_code, actor))
    match decode_cursor(cursor, 1):
        case (int() as last,):
            rows = rows.where(Conference.id < last)
    found = session.execute(rows.order_by(Conference.id.desc()).limit(size + 1)).all()
    lines = [
        ConferenceRow(one.id, one.public_id, one.number, one.meets_at, one.place, one.state, count, waits)
        for one, count, waits in found
    ]
    return page_of(lines, size, lambda row: (row.id,))


def open_conference(
    session: Session, actor: Actor, vault: Vault, conference: Conference, today: date
) -> ConferenceSheet:
    """Everything that its holder may read; a constant number of queries."""
    require(actor, Action.HOLD_CONFERENCES)
    agencies = _agency_names(session, conference)
    decisions: dict[int, list[DecisionRow]] = {}
    for decision in session.scalars(
        select(ConferenceDecision)
        .where(ConferenceDecision.conference_id == conference.id)
        .order_by(ConferenceDecision.id)
    ):
        decisions.setdefault(decision.item_id, []).append(
            DecisionRow(decision, "", "", agencies[decision.agency_id], None, is_late(decision.state, decision.due_on, today))
        )  # fmt: skip
    items = list_items(session, conference)
    people = _names(session, [one.person_id for one in items])
    villages = full_names(session, {one.area_code for one in items})
    vault.warm(one.person_id for one in items)
    caller = session.get(User, conference.called_by)
    return ConferenceSheet(
        conference,
        [InviteeRow(one, agencies[one.agency_id]) for one in list_invitees(session, conference)],
        [
            ItemRow(
                one,
                _name_at_conference(actor, conference, people[one.person_id]),
                villages[one.area_code],
                [Reason.from_json(why) for why in one.because],
                vault.open(one.person_id, WORDS, one.words_sealed),
                decisions.get(one.id, []),
            )
            for one in items
        ],
        caller.display_name if caller else "",
    )


def list_items(session: Session, conference: Conference) -> list[ConferenceItem]:
    own = select(ConferenceItem).where(ConferenceItem.conference_id == conference.id)
    return list(session.scalars(own.order_by(ConferenceItem.id)))


def list_invitees(session: Session, conference: Conference) -> list[ConferenceInvitee]:
    own = select(ConferenceInvitee).where(ConferenceInvitee.conference_id == conference.id)
    return list(session.scalars(own.order_by(ConferenceInvitee.id)))


def list_agencies_to_ask(session: Session, actor: Actor) -> list[Agency]:
    """Offices of the actor's county that have somebody: partners first, then its own offices, then those of its places."""
    require(actor, Action.HOLD_CONFERENCES)
    county = prefix_of(county_of(actor.area_prefix.ljust(12, "0")))
    rank = case((Agency.kind == AgencyKind.PARTNER, 0), (func.length(Agency.area_code) == 0, 1), else_=2)
    staffed = select(User.agency_id).where(~User.is_disabled, User.agency_id.is_not(None))
    offices = select(Agency).where(
        within_prefix(Agency.area_code, county),
        or_(Agency.area_code == county_of(actor.area_prefix.ljust(12, "0")), within(Agency.area_code, actor)),
        Agency.id.in_(staffed),
    )
    return list(session.scalars(offices.order_by(rank, Agency.area_code, Agency.id).limit(MOST_AGENCIES)))


def suggest(session: Session, actor: Actor, conference: Conference, today: date, now: datetime) -> list[Suggested]:
    """What this room knows that calls for several agencies: open incidents, requests that nobody takes up, late decisions."""
    require(actor, Action.HOLD_CONFERENCES)
    standing = {(one.source, one.source_key) for one in list_items(session, conference)}
    found = [*_incidents(session, actor), *_requests(session, actor, now), *_late_decisions(session, actor, today)]
    return [one for one in found if (one.item.source, one.item.source_key) not in standing]


def _incidents(session: Session, actor: Actor) -> list[Suggested]:
    rows = session.execute(
        select(Incident, Patient.public_id, Person.name)
        .join(Patient, Patient.id == Incident.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            within(Incident.area_code, actor),
            Incident.state.in_((IncidentState.REPORTED, IncidentState.CONFIRMED)),
            Patient.registry_status == RegistryStatus.REGISTERED,
        )
        .order_by(Incident.happened_on, Incident.id)
        .limit(MOST_SUGGESTED)
    ).all()
    villages = full_names(session, {one.area_code for one, *_ in rows})
    return [
        Suggested(
            AgendaItem(
                ItemSource.INCIDENT, one.public_id, patient, (reason("incidents.agenda.incident", on=one.happened_on),)
            ),
            name,
            villages[one.area_code],
        )
        for one, patient, name in rows
    ]


def _requests(session: Session, actor: Actor, now: datetime) -> list[Suggested]:
    rows = session.execute(
        select(GreenRequest, Patient.public_id, Person.name)
        .join(Patient, Patient.id == GreenRequest.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            within(GreenRequest.area_code, actor),
            GreenRequest.state.in_(OPEN_GREEN),
            GreenRequest.asked_at < now - WAITS_LONG,
        )
        .order_by(GreenRequest.asked_at, GreenRequest.id)
        .limit(MOST_SUGGESTED)
    ).all()
    villages = full_names(session, {one.area_code for one, *_ in rows})
    return [
        Suggested(
            AgendaItem(
                ItemSource.REQUEST, one.public_id, patient, (reason("incidents.agenda.request", on=one.wanted_on),)
            ),
            name,
            villages[one.area_code],
        )
        for one, patient, name in rows
    ]


def _late_decisions(session: Session, actor: Actor, today: date) -> list[Suggested]:
    rows = session.execute(
        select(ConferenceDecision, Patient.public_id, Person.name, Agency.name)
        .join(Patient, Patient.id == ConferenceDecision.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Agency, Agency.id == ConferenceDecision.agency_id)
        .where(
            within(ConferenceDecision.area_code, actor),
            ConferenceDecision.state.in_(PENDING),
            ConferenceDecision.due_on < today,
        )
        .order_by(ConferenceDecision.due_on, ConferenceDecision.id)
        .limit(MOST_SUGGESTED)
    ).all()
    villages = full_names(session, {one.area_code for one, *_ in rows})
    return [
        Suggested(
            AgendaItem(
                ItemSource.DECISION,
                one.public_id,
                patient,
                (reason("incidents.agenda.late", agency=agency, on=one.due_on),),
            ),
            name,
            villages[one.area_code],
        )
        for one, patient, name, agency in rows
    ]


# -- for the agency that is asked --------------------------------------------------------------------------------------


def list_invitations(session: Session, actor: Actor, now: datetime) -> list[tuple[ConferenceInvitee, Conference]]:
    """Meetings that the actor's agency is asked to: when and where, and nothing of whom they are about."""
    require(actor, Action.ANSWER_DECISIONS)
    rows = session.execute(
        select(ConferenceInvitee, Conference)
        .join(Conference, Conference.id == ConferenceInvitee.conference_id)
        .where(
            ConferenceInvitee.agency_id == actor.agency_id,
            Conference.state == ConferenceState.PLANNED,
            Conference.meets_at > now - timedelta(days=1),
        )
        .order_by(Conference.meets_at)
        .limit(PAGE_SIZE)
    )
    return [(invitee, conference) for invitee, conference in rows]


def get_invitation(session: Session, actor: Actor, public_id: str) -> ConferenceInvitee:
    require(actor, Action.ANSWER_DECISIONS)
    found = session.scalars(
        select(ConferenceInvitee).where(
            ConferenceInvitee.public_id == public_id, ConferenceInvitee.agency_id == actor.agency_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


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
            one, _name_for(actor, one, name), villages[one.area_code], "", None, is_late(one.state, one.due_on, today)
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
    wanted = select(ConferenceDecision).where(ConferenceDecision.public_id == public_id, mine)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


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
        select(DecisionEvent, User.display_name)
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
            Step(one.state, one.at, by, one.paper_number, vault.open(person.id, EVENT_NOTE, one.note_sealed) if reads else None)
            for one, by in steps
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


def _name_at_conference(actor: Actor, conference: Conference, name: str) -> str:
    """A town reads names while the meeting is before it; afterwards the minutes are the coordinator's."""
    is_before = conference.state in (ConferenceState.PLANNED, ConferenceState.HELD)
    return name if sees(actor, Field.PATIENT_NAME) is Grant.FULL or is_before else ""


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}


def _agency_names(session: Session, conference: Conference) -> dict[int, str]:
    rows = session.execute(
        select(Agency.id, Agency.name).where(
            or_(
                Agency.id.in_(select(ConferenceInvitee.agency_id).where(ConferenceInvitee.conference_id == conference.id)),
                Agency.id.in_(select(ConferenceDecision.agency_id).where(ConferenceDecision.conference_id == conference.id)),
            )
        )
    )  # fmt: skip
    return {row.id: row.name for row in rows}
