"""What pages of messages show: states by the field table, counts, what waits for a person, who agreed to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Guardianship
from app.guardians.rules import Rank, Relation
from app.messages.models import ContactConsent, DroppedCallback, GatewayPause, Message, MessageEvent, StaffAddress
from app.messages.queries.sending import is_other_number
from app.messages.rules.kinds import MessageKind, MessageState, Recipient
from app.patients.models import Patient
from app.people.models import Person, Phone

NEEDS_A_PERSON = (MessageState.UNKNOWN, MessageState.FAILED)
COUNTED_DAYS = 30


@dataclass(frozen=True)
class Filter:
    """Which part of the list: a state, or what waits for a person."""

    state: MessageState | None = None
    waits: bool = False


@dataclass(frozen=True)
class MessageRow:
    """A message's state and who is named; no words of it. `patient` is (public id, name) for roles that see one."""

    public_id: str
    kind: MessageKind
    state: MessageState
    recipient: Recipient
    because: Reason | None
    owed_at: datetime
    answerable: str | None
    patient: tuple[str, str] | None
    waits: bool


@dataclass(frozen=True)
class Overview:
    """Counts of the last thirty days by state, and what stands in the way now."""

    counts: dict[MessageState, int]
    waiting_for_a_person: int
    pauses: Sequence[GatewayPause]
    dropped: dict[str, int]
    # what kept messages from leaving although sending is on, the latest first: somebody has to set it right
    hindrances: Sequence[Reason]


def read_overview(session: Session, actor: Actor, now: datetime) -> Overview:
    require(actor, Action.SEE_MESSAGES)
    mine = within(Message.area_code, actor)
    counted = select(Message.state, func.count(Message.id)).where(
        mine, Message.owed_at > now - timedelta(days=COUNTED_DAYS)
    )
    counts = {state: count for state, count in session.execute(counted.group_by(Message.state)).all()}  # noqa: C416 - typed
    waiting = session.scalar(select(func.count(Message.id)).where(mine, *_waits())) or 0
    pauses = session.scalars(select(GatewayPause).where(GatewayPause.until > now).order_by(GatewayPause.gateway)).all()
    dropped = (
        select(DroppedCallback.why, func.sum(DroppedCallback.count))
        .where(DroppedCallback.day > (now - timedelta(days=COUNTED_DAYS)).date())
        .group_by(DroppedCallback.why)
    )
    hindered = (
        select(Message.because)
        .where(mine, Message.state == MessageState.NOT_SENT, Message.owed_at > now - timedelta(days=COUNTED_DAYS))
        .group_by(Message.because)
        .order_by(func.max(Message.id).desc())
    )
    reasons = [Reason.from_json(one) for one in session.scalars(hindered) if one]
    hindrances = [one for one in reasons if one.code != "messages.not_sent.off"]
    return Overview(counts, waiting, pauses, {why: int(count) for why, count in session.execute(dropped)}, hindrances)


def list_messages(session: Session, actor: Actor, wanted: Filter, cursor: str | None = None) -> Page[MessageRow]:
    """The newest first, for roles that see states; raises `Forbidden` for all others."""
    require(actor, Action.SEE_MESSAGE_STATES)
    statement = _rows().where(within(Message.area_code, actor)).order_by(Message.id.desc()).limit(PAGE_SIZE + 1)
    if wanted.waits:
        statement = statement.where(*_waits())
    elif wanted.state is not None:
        statement = statement.where(Message.state == wanted.state)
    after = decode_cursor(cursor, 1)
    if after is not None and isinstance(after[0], int):
        statement = statement.where(Message.id < after[0])
    page = page_of(session.execute(statement).all(), PAGE_SIZE, lambda row: (row[0].id,))
    return Page([_row(actor, *row) for row in page.rows], page.next_cursor)


def list_of_patient(session: Session, actor: Actor, patient: Patient, limit: int = 20) -> list[MessageRow]:
    """What was said about a patient lately, for roles that see states."""
    if sees(actor, Field.MESSAGE_STATE) is not Grant.STATE:
        return []
    statement = _rows().where(Message.patient_id == patient.id).order_by(Message.id.desc()).limit(limit)
    return [_row(actor, *row) for row in session.execute(statement)]


def get_message(session: Session, actor: Actor, public_id: str) -> tuple[Message, MessageRow, Sequence[MessageEvent]]:
    """One message with what became of it; raises `NotFound`."""
    require(actor, Action.SEE_MESSAGE_STATES)
    found = session.execute(
        _rows().where(Message.public_id == public_id, within(Message.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    events = select(MessageEvent).where(MessageEvent.message_id == found[0].id).order_by(MessageEvent.id)
    return found[0], _row(actor, *found), session.scalars(events).all()


def find_address(session: Session, actor: Actor) -> str:
    """The actor's own address for alerts; empty without one."""
    found = session.get(StaffAddress, actor.user_id) if actor.user_id else None
    return found.email if found else ""


# -- who agreed to be told -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """A present guardian and their agreement to texts, if there is one."""

    person_id: int
    public_id: str
    name: str
    rank: Rank
    relation: Relation
    consent: ContactConsent | None
    # the number is another than the texts so far went to; the agreement is to be asked for anew
    has_new_number: bool = False


def list_contacts(session: Session, actor: Actor, patient: Patient, today: date) -> list[Contact]:
    require(actor, Action.KEEP_TEXT_CONSENTS)
    rows = session.execute(
        select(Guardianship, Person, ContactConsent)
        .join(Person, Person.id == Guardianship.person_id)
        .outerjoin(
            ContactConsent,
            (ContactConsent.person_id == Guardianship.person_id)
            & (ContactConsent.patient_id == Guardianship.patient_id)
            & ContactConsent.ended_at.is_(None),
        )
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.from_on <= today,
            or_(Guardianship.to_on.is_(None), Guardianship.to_on > today),
            Guardianship.withdrawn_at.is_(None),
        )
        .order_by(Guardianship.rank)
    )
    return [
        Contact(
            person.id,
            person.public_id,
            person.name,
            guardianship.rank,
            guardianship.relation,
            consent,
            has_new_number=consent is not None and _has_new_number(session, consent),
        )
        for guardianship, person, consent in rows
    ]


def _has_new_number(session: Session, consent: ContactConsent) -> bool:
    main = session.scalar(select(Phone.id).where(Phone.person_id == consent.person_id, Phone.is_main))
    return main is not None and is_other_number(session, consent, main)


def list_ended(session: Session, actor: Actor, patient: Patient) -> Sequence[tuple[ContactConsent, str]]:
    """Agreements of the past with the name of who had given them."""
    require(actor, Action.KEEP_TEXT_CONSENTS)
    rows = session.execute(
        select(ContactConsent, Person.name)
        .join(Person, Person.id == ContactConsent.person_id)
        .where(ContactConsent.patient_id == patient.id, ContactConsent.ended_at.is_not(None))
        .order_by(ContactConsent.id.desc())
    )
    return [(consent, name) for consent, name in rows]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return Message.state.in_(NEEDS_A_PERSON), Message.seen_to_at.is_(None)


def _rows() -> Select[Message, str | None, str | None, str | None]:
    answerable, person = aliased(User), aliased(Person)
    return (
        select(Message, answerable.display_name, Patient.public_id, person.name)
        .outerjoin(answerable, answerable.id == Message.answerable_id)
        .outerjoin(Patient, Patient.id == Message.patient_id)
        .outerjoin(person, person.id == Patient.person_id)
    )


def _row(actor: Actor, message: Message, answerable: str | None, patient: str | None, name: str | None) -> MessageRow:
    return MessageRow(
        public_id=message.public_id,
        kind=message.kind,
        state=message.state,
        recipient=message.recipient,
        because=Reason.from_json(message.because) if message.because else None,
        owed_at=message.owed_at,
        answerable=answerable,
        patient=_named(actor, patient, name),
        waits=message.state in NEEDS_A_PERSON and message.seen_to_at is None,
    )


def _named(actor: Actor, public_id: str | None, name: str | None) -> tuple[str, str] | None:
    """By the field table: in full, masked, or not at all."""
    grant = sees(actor, Field.PATIENT_NAME)
    if public_id is None or name is None or grant not in (Grant.FULL, Grant.MASKED):
        return None
    return public_id, name if grant is Grant.FULL else mask_name(name)
