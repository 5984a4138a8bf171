"""Conferences as their holders see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.areas.queries import full_names
from app.areas.rules import county_of, prefix_of
from app.core.access import ACTIONS, Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason, reason
from app.core.scope import within, within_prefix
from app.incidents.models import (
    Conference,
    ConferenceDecision,
    ConferenceInvitee,
    ConferenceItem,
)
from app.incidents.queries.finding import find_one
from app.incidents.rules.conferences import PENDING, ConferenceState, ItemSource, is_late
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault

WORDS, NOTE = "conference_items.words", "conference_decisions.note"
MOST_AGENCIES = 200


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
    # it has an account that may answer
    is_here: bool = True


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


# -- for whoever holds them --------------------------------------------------------------------------------------------


def get_conference(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Conference:
    """Of the actor's area; elsewhere and non-existent alike raise `NotFound`."""
    require(actor, Action.HOLD_CONFERENCES)
    return find_one(
        session,
        select(Conference).where(Conference.public_id == public_id, within(Conference.area_code, actor)),
        lock=lock,
    )


def get_item(session: Session, actor: Actor, conference: Conference, public_id: str) -> ConferenceItem:
    require(actor, Action.HOLD_CONFERENCES)
    return find_one(
        session,
        select(ConferenceItem).where(
            ConferenceItem.public_id == public_id, ConferenceItem.conference_id == conference.id
        ),
    )


def get_patient_of_area(session: Session, actor: Actor, public_id: str) -> Patient:
    """Towns hold conferences and read no register: the area alone decides."""
    require(actor, Action.HOLD_CONFERENCES)
    return find_one(session, select(Patient).where(Patient.public_id == public_id, within(Patient.area_code, actor)))


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
    caller, invitees = session.get(User, conference.called_by), list_invitees(session, conference)
    here = working_here(session, [one.agency_id for one in invitees])
    return ConferenceSheet(
        conference,
        [InviteeRow(one, agencies[one.agency_id], one.agency_id in here) for one in invitees],
        [
            ItemRow(
                one,
                _name_at_conference(actor, conference, people[one.person_id]),
                villages[one.area_code],
                because_for(actor, one),
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


def villages_of(session: Session, conference: Conference) -> set[str]:
    """Where the people live who are spoken about."""
    return {one.area_code for one in list_items(session, conference)}


def list_invitees(session: Session, conference: Conference) -> list[ConferenceInvitee]:
    own = select(ConferenceInvitee).where(ConferenceInvitee.conference_id == conference.id)
    return list(session.scalars(own.order_by(ConferenceInvitee.id)))


def list_agencies_to_ask(session: Session, actor: Actor, villages: Collection[str] = ()) -> list[Agency]:
    """Offices of the actor's county: partners first, then its own, then those of its towns; at each those that work with Anhu first.

    Of villages those that work with Anhu, and all of `villages`, where the people live who are spoken about.
    """
    require(actor, Action.HOLD_CONFERENCES)
    county = county_of(actor.area_prefix.ljust(12, "0"))
    rank = case((Agency.kind == AgencyKind.PARTNER, 0), (Agency.area_code == county, 1), else_=2)
    silent = case((Agency.id.in_(_staffed()), 0), else_=1)
    of_village = ~Agency.area_code.endswith("000")
    offices = select(Agency).where(
        within_prefix(Agency.area_code, prefix_of(county)),
        or_(Agency.area_code == county, within(Agency.area_code, actor)),
        or_(~of_village, Agency.id.in_(_staffed()), Agency.area_code.in_(villages)),
    )
    return list(session.scalars(offices.order_by(rank, silent, Agency.area_code, Agency.id).limit(MOST_AGENCIES)))


def working_here(session: Session, agencies: Collection[int]) -> set[int]:
    """Of the agencies, those with an account that may answer: the others are told by letter or telephone, and answered for (代录)."""
    return {one for one in session.scalars(_staffed().where(User.agency_id.in_(agencies))) if one is not None}


def _staffed() -> Select[int | None]:
    answering = ACTIONS[Action.ANSWER_DECISIONS]
    return select(User.agency_id).where(~User.is_disabled, User.agency_id.is_not(None), User.role.in_(answering))


def because_for(actor: Actor | None, item: ConferenceItem) -> list[Reason]:
    """Why a point stands on the agenda: an alert may tell a level, so whoever sees none, or a paper that goes round, has a neutral line."""
    if item.source is ItemSource.ALERT and (actor is None or sees(actor, Field.RISK_LEVEL) is not Grant.FULL):
        return [reason("incidents.agenda.alert")]
    return [Reason.from_json(why) for why in item.because]


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
