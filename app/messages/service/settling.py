"""Everything that happens to messages between owing and the end, besides sending: lapsed claims, look-ups, what no longer holds,
what failed and who is to see to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from app.accounts.contacts import who_answers
from app.core.clock import business_day
from app.core.crypto import KeyUnavailable
from app.core.reasons import Reason
from app.guardians.models import Guardianship
from app.messages.commands import Owed, Relation
from app.messages.gateways import Gateways, LookUp, Trace
from app.messages.models import ContactConsent, Message, MessageTemplate
from app.messages.queries import sending as look
from app.messages.queries.relevance import list_living, still_true
from app.messages.rules.kinds import KINDS, Audience, MessageKind, MessageState
from app.messages.rules.night import next_morning
from app.messages.rules.outcomes import (
    ASK_AFTER,
    ASK_EVERY,
    CLAIM_LAPSES_AFTER,
    GIVE_UP_ASKING_AFTER,
    GIVE_UP_LOOKING_AFTER,
    LOOK_UP_AFTER,
    LOOK_UP_EVERY,
    Found,
    Sight,
)
from app.messages.rules.templates import EventSource
from app.messages.service.deciding import words_of
from app.messages.service.owing import owe_many
from app.messages.service.sending import Sender
from app.messages.service.states import accept_status, add_event, move
from app.patients.models import Patient
from app.people.vault import Vault

AT_ONCE = 500  # messages a transaction
ABSENT = "absent"  # the event of a first look that did not find it on the provider's list
LOOKS_AT_ONCE = 50  # calls a round: each may take as long as a call to send


@dataclass(frozen=True)
class Batch:
    """`last` is the id up to which was looked; None at the end."""

    moved: int
    last: int | None


# (session, id to begin after, today, now) → what came of one batch
Step = Callable[[Session, int, date, datetime], Batch]


def settle(sender: Sender) -> int:
    """One round of all of it; how many messages moved."""
    moved = _in_batches(sender, lapse_claims) + _in_batches(sender, drop_what_no_longer_holds)
    moved += look_up_unknown(sender) + ask_for_reports(sender)
    with sender.transaction() as session:
        name_answerable(session, sender.today(), sender.now())
    return moved


def _in_batches(sender: Sender, step: Step) -> int:
    moved, last = 0, 0
    while True:
        with sender.transaction() as session:
            batch = step(session, last, sender.today(), sender.now())
        moved += batch.moved
        if batch.last is None:
            return moved
        last = batch.last


def lapse_claims(session: Session, after: int, _today: date, now: datetime) -> Batch:
    """A sender died between its claim and what it would have recorded: nobody knows whether it had called."""
    stuck = session.scalars(
        select(Message)
        .where(
            text("messages.state = 'claimed'"),
            Message.id > after,
            Message.claimed_at < now - CLAIM_LAPSES_AFTER,
        )
        .order_by(Message.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for message in stuck:
        move(session, message, MessageState.UNKNOWN, EventSource.SENDER, now, Reason("messages.unknown.sender_died"))
    return Batch(len(stuck), stuck[-1].id if len(stuck) == AT_ONCE else None)


# -- what no longer holds ------------------------------------------------------------------------------------------------


def drop_what_no_longer_holds(session: Session, after: int, today: date, now: datetime) -> Batch:
    """Waiting messages whose visit was kept, whose guardian changed, whose receiver took the consent back, whose time has passed.

    The sender asks all this again; here it becomes visible within a minute, whenever the message would have gone.
    """
    waiting = session.scalars(
        select(Message)
        .where(text("messages.state = 'queued'"), Message.id > after)
        .order_by(Message.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    dropped = 0
    for message, state, code in _dropped(session, waiting, today, now):
        move(session, message, state, EventSource.SENDER, now, Reason(code))
        dropped += 1
    return Batch(dropped, waiting[-1].id if len(waiting) == AT_ONCE else None)


def _dropped(
    session: Session, waiting: Sequence[Message], today: date, now: datetime
) -> list[tuple[Message, MessageState, str]]:
    living = list_living(session, {one.patient_id for one in waiting if one.patient_id is not None})
    is_true = still_true(session, waiting, today)
    guarding = _guarding(session, waiting, today)
    consenting = _consenting(session, waiting)
    found = []
    for one in waiting:
        if now >= one.expires_at:
            found.append((one, MessageState.EXPIRED, "messages.expired"))
        elif one.patient_id is not None and one.patient_id not in living:
            found.append((one, MessageState.CANCELLED, "messages.cancelled.not_registered"))
        elif not is_true(one):
            found.append((one, MessageState.CANCELLED, "messages.cancelled.no_longer_true"))
        elif one.guardianship_id is not None and one.guardianship_id not in guarding:
            found.append((one, MessageState.CANCELLED, "messages.cancelled.guardian_changed"))
        elif one.guardianship_id is not None and (one.patient_id, guarding[one.guardianship_id]) not in consenting:
            found.append((one, MessageState.REFUSED, "messages.refused.no_consent"))
    return found


def _guarding(session: Session, waiting: Sequence[Message], today: date) -> dict[int, int]:
    """guardianship → person, of those that hold today."""
    wanted = {one.guardianship_id for one in waiting if one.guardianship_id is not None}
    rows = select(Guardianship.id, Guardianship.person_id).where(
        Guardianship.id.in_(wanted),
        or_(Guardianship.to_on.is_(None), Guardianship.to_on > today),
        Guardianship.withdrawn_at.is_(None),
    )
    return {row.id: row.person_id for row in session.execute(rows)}


def _consenting(session: Session, waiting: Sequence[Message]) -> set[tuple[int, int]]:
    patients = {one.patient_id for one in waiting if one.guardianship_id is not None}
    rows = select(ContactConsent.patient_id, ContactConsent.person_id).where(
        ContactConsent.patient_id.in_(patients), ContactConsent.ended_at.is_(None)
    )
    return {(patient_id, person_id) for patient_id, person_id in session.execute(rows)}


# -- unknown outcomes ----------------------------------------------------------------------------------------------------


def look_up_unknown(sender: Sender) -> int:
    """Ask the provider's list. Seen is sent; absent twice, minutes apart, was never accepted; all else waits for a person."""
    with sender.transaction() as session:
        due = [message.id for message in _due_for_a_look(session, sender.now())]
    return sum(_look_up(sender, message_id) for message_id in due)


def _due_for_a_look(session: Session, now: datetime) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(
            text("messages.state = 'unknown'"),
            Message.claimed_at < now - LOOK_UP_AFTER,
            Message.claimed_at > now - GIVE_UP_LOOKING_AFTER,
            or_(Message.looked_up_at.is_(None), Message.looked_up_at < now - LOOK_UP_EVERY),
        )
        .order_by(Message.claimed_at)
        .limit(LOOKS_AT_ONCE)
    ).all()


def _look_up(sender: Sender, message_id: int) -> bool:
    with sender.transaction() as session:
        message = session.get_one(Message, message_id)
        finder = _finder(sender.outside.gateways, message)
        trace = _trace(session, Vault(session, sender.keyring), message) if finder else None
    found = finder.look_up(trace) if finder and trace else Found(Sight.IN_DOUBT)
    with sender.transaction() as session:
        return _take_in(session, message_id, found, sender.now())


def _finder(gateways: Gateways, message: Message) -> LookUp | None:
    """The gateway that the message went through, where it is still switched on and has a list to look at."""
    gateway: object = gateways.of(KINDS[message.kind].audience)
    name = getattr(gateway, "name", None)
    return gateway if isinstance(gateway, LookUp) and name == message.gateway else None


def _trace(session: Session, vault: Vault, message: Message) -> Trace | None:
    template = session.get(MessageTemplate, message.template_id)
    try:
        number = look.find_number(session, vault, message.phone_id) if message.phone_id else None
    except KeyUnavailable:
        number = None
    words = words_of(session, message, template) if template else None
    if number is None or words is None or message.claimed_at is None:
        return None
    return Trace(message.callback_path, number, words, message.claimed_at, look.list_other_ids(session, message))


def _take_in(session: Session, message_id: int, found: Found, now: datetime) -> bool:
    message = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if message.state is not MessageState.UNKNOWN:
        return False  # its report was here meanwhile
    message.looked_up_at = now
    if found.sight is Sight.SEEN and not look.has_unknown_twin(session, message):
        message.provider_id, message.sent_at = found.provider_id, message.claimed_at
        move(session, message, MessageState.SENT, EventSource.LOOKUP, now)
        if found.status:
            accept_status(session, message, found.status, EventSource.LOOKUP, now, found.code)
        return True
    if found.sight is Sight.ABSENT and look.is_noted(session, message, ABSENT):
        because = Reason("messages.failed.never_accepted")
        move(session, message, MessageState.FAILED, EventSource.LOOKUP, now, because)
        return True
    if found.sight is Sight.ABSENT:
        add_event(session, message, ABSENT, EventSource.LOOKUP, now)
    else:
        message.because = Reason("messages.unknown.in_doubt").to_json()
    session.flush()
    return False


# -- reports that have to be asked for --------------------------------------------------------------------------------------


def ask_for_reports(sender: Sender) -> int:
    """What was sent to families and of which no network has said what became of it: ask the provider, which may not call by itself."""
    gateway: object = sender.outside.gateways.of(Audience.FAMILY)
    if not isinstance(gateway, LookUp):
        return 0
    with sender.transaction() as session:
        due = _silent(session, str(getattr(gateway, "name", "")), sender.now())
    return sum(_ask(sender, gateway, message_id) for message_id in due)


def _silent(session: Session, gateway: str, now: datetime) -> Sequence[int]:
    return session.scalars(
        select(Message.id)
        .where(
            Message.state == MessageState.SENT,
            Message.gateway == gateway,
            Message.claimed_at.between(now - GIVE_UP_ASKING_AFTER, now - ASK_AFTER),
            or_(Message.looked_up_at.is_(None), Message.looked_up_at < now - ASK_EVERY),
        )
        .order_by(Message.claimed_at)
        .limit(LOOKS_AT_ONCE)
    ).all()


def _ask(sender: Sender, gateway: LookUp, message_id: int) -> bool:
    with sender.transaction() as session:
        message = session.get_one(Message, message_id)
        trace = _trace(session, Vault(session, sender.keyring), message)
    found = gateway.look_up(trace) if trace else Found(Sight.IN_DOUBT)
    with sender.transaction() as session:
        message = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
        now = sender.now()
        message.looked_up_at = now
        if message.state is not MessageState.SENT or found.provider_id != message.provider_id or not found.status:
            return False
        return accept_status(session, message, found.status, EventSource.LOOKUP, now, found.code)


# -- who sees to it ------------------------------------------------------------------------------------------------------


def name_answerable(session: Session, today: date, now: datetime) -> int:
    """Each message that did not arrive gets a colleague who is to see to it, and each colleague one alert a day."""
    nameless = session.execute(
        select(Message, Patient.agency_id)
        .outerjoin(Patient, Patient.id == Message.patient_id)
        .where(
            Message.state.in_((MessageState.FAILED, MessageState.UNKNOWN)),
            Message.answerable_id.is_(None),
            Message.seen_to_at.is_(None),
        )
        .order_by(Message.id)
        .limit(AT_ONCE)
    ).all()
    named: dict[int | str, int | None] = {}
    owed: dict[int, Owed] = {}
    for message, agency_id in nameless:
        where = agency_id or message.area_code
        if where not in named:
            named[where] = who_answers(session, where, today)[0].user_id
        message.answerable_id = named[where]
        if message.answerable_id is not None and KINDS[message.kind].audience is Audience.FAMILY:
            owed[message.answerable_id] = _alert(message, today, now)
    session.flush()
    owe_many(session, list(owed.values()), now)
    return len(nameless)


def _alert(message: Message, today: date, now: datetime) -> Owed:
    user_id = message.answerable_id or 0
    return Owed(
        kind=MessageKind.SENDING_FAILED,
        dedupe_key=f"failed:{user_id}:{business_day(now).isoformat()}",
        recipient=Relation.user(user_id),
        subject=("failures_of", user_id),
        parameters={"day": today},
        area_code=message.area_code,
        expires_at=next_morning(now) + timedelta(days=1),
    )
