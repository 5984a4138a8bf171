"""What people do about messages: say how an unknown outcome ended, see to what did not arrive, leave an address for alerts."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason
from app.core.scope import within
from app.messages.models import Message, StaffAddress
from app.messages.models.messages import new_path
from app.messages.rules.kinds import MessageState
from app.messages.rules.templates import EventSource
from app.messages.service.deciding import why_not_any_more
from app.messages.service.states import move

LONGEST_KEY = 120
AGAIN_WITHIN = timedelta(days=2)  # a text that a person sends again is due so long at the longest
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


def settle_message(session: Session, actor: Actor, public_id: str, arrived: bool, now: datetime) -> Message:
    """A person has asked the receiver or the provider. Raises `Conflict` when the outcome is known already."""
    message = _get(session, actor, public_id)
    if message.state is not MessageState.UNKNOWN:
        raise Conflict(Reason("messages.not_unknown"))
    state = MessageState.DELIVERED if arrived else MessageState.FAILED
    because = None if arrived else Reason("messages.failed.by_person")
    move(session, message, state, EventSource.PERSON, now, because, by=actor.user_id)
    message.settled_by = actor.user_id
    session.flush()
    _note(session, actor, "messages.settled", message, now)
    return message


def see_to(session: Session, actor: Actor, public_id: str, now: datetime) -> Message:
    """Somebody has called the family instead: a message that did not arrive leaves the list."""
    message = _get(session, actor, public_id)
    _refuse_not_failed(message)
    message.seen_to_at, message.settled_by = now, actor.user_id
    session.flush()
    _note(session, actor, "messages.seen_to", message, now)
    return message


def send_again(session: Session, actor: Actor, public_id: str, today: date, now: datetime) -> Message:
    """Owe it once more, by a person's decision, after it is certain that it did not arrive. Raises `Conflict` when it no longer holds."""
    message = _get(session, actor, public_id)
    _refuse_not_failed(message)
    again = _copy(message, now)
    if not still_holds(session, message, today, now):
        raise Conflict(Reason("messages.not_relevant"))
    message.seen_to_at, message.settled_by = now, actor.user_id
    session.add(again)
    session.flush()
    _note(session, actor, "messages.sent_again", message, now)
    return again


def still_holds(session: Session, message: Message, today: date, now: datetime) -> bool:
    """Whether a message that was handed out would say something true if it were sent once more."""
    return why_not_any_more(session, _copy(message, now), today, now) is None


def set_address(session: Session, actor: Actor, email: str, now: datetime) -> None:
    """One's own address for alerts; empty takes it back. Raises `Invalid`."""
    require(actor, Action.USE_OWN_ACCOUNT)
    if actor.user_id is None:
        raise NotFound()
    if email and not _ADDRESS.fullmatch(email):
        raise Invalid({"email": [Reason("messages.address.bad")]})
    found = session.get(StaffAddress, actor.user_id)
    if found is not None:
        session.delete(found)
        session.flush()
    if email:
        session.add(StaffAddress(user_id=actor.user_id, email=email, set_at=now))
        session.flush()
    note(session, actor, "messages.address_set", now=now, detail={"is_set": bool(email)})


def _get(session: Session, actor: Actor, public_id: str) -> Message:
    require(actor, Action.SETTLE_MESSAGES)
    message = session.scalars(
        select(Message).where(Message.public_id == public_id, within(Message.area_code, actor)).with_for_update()
    ).one_or_none()
    if message is None:
        raise NotFound()
    return message


def _refuse_not_failed(message: Message) -> None:
    if message.state is not MessageState.FAILED or message.seen_to_at is not None:
        raise Conflict(Reason("messages.not_failed"))


def _copy(message: Message, now: datetime) -> Message:
    return Message(
        dedupe_key=f"{message.dedupe_key[: LONGEST_KEY - 12]}:again:{message.id % 100_000}",
        kind=message.kind,
        patient_id=message.patient_id,
        recipient=message.recipient,
        recipient_id=message.recipient_id,
        guardianship_id=message.guardianship_id,
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        parameters=message.parameters,
        area_code=message.area_code,
        owed_at=now,
        not_before=now,
        next_try_at=now,
        expires_at=now + AGAIN_WITHIN,
        callback_path=new_path(),
    )


def _note(session: Session, actor: Actor, action: str, message: Message, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("message", message.public_id),
        area_code=message.area_code,
        detail={"kind": message.kind.value, "state": message.state.value},
    )
