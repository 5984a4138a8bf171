"""What providers report, and what people answer (reliability 1, row 28; 2.4, threat 39).

The address of a report is a message's own random path, so it says whose it is even before we recorded that the provider took it.
Every report is checked, noted once, and obeyed only when it ranks above what is known; what is dropped is counted.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.batches import insert_missing
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.messages.models import DroppedCallback, Message
from app.messages.rules.kinds import MessageState
from app.messages.rules.outcomes import REPORTS_FOR, Report
from app.messages.rules.templates import ConsentEnd, EventSource
from app.messages.service.consenting import end_for_reply
from app.messages.service.states import accept_status, move


class Dropped(StrEnum):
    """Why a report has no effect."""

    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNKNOWN_MESSAGE = "unknown_message"
    NOT_CALLED = "not_called"  # for a message that nobody has handed over
    OTHER_MESSAGE = "other_message"  # the provider's id is another message's
    TOO_OLD = "too_old"
    SWITCHED_OFF = "switched_off"


# What people write who want no more, and who are not the one that was meant.
_STOP = re.compile(
    r"\s*(?:stop|stopall|unsubscribe|cancel|end|quit|td|t|n|退订|退|停止|取消|不要再发)\W*", re.IGNORECASE
)
_WRONG = re.compile(r".*(?:打错|发错|错号|号码不对|不认识|不是本人|wrong number)", re.IGNORECASE | re.DOTALL)


def hear_report(session: Session, gateway: str, path: str, report: Report, now: datetime) -> Dropped | None:
    """A signed report on the message whose path it came by; why it was dropped, or None when it was taken in."""
    message = session.scalars(select(Message).where(Message.callback_path == path).with_for_update()).one_or_none()
    why = _why_dropped(session, message, gateway, report, now)
    if why is not None or message is None:
        count_dropped(session, why or Dropped.UNKNOWN_MESSAGE, now)
        return why or Dropped.UNKNOWN_MESSAGE
    if message.provider_id is None:
        message.provider_id = report.provider_id
    if message.state in (MessageState.CLAIMED, MessageState.UNKNOWN):  # quicker than our own record of the call
        message.sent_at = message.claimed_at
        move(session, message, MessageState.SENT, EventSource.CALLBACK, now)
    accept_status(session, message, report.status, EventSource.CALLBACK, now, report.code)
    return None


def _why_dropped(
    session: Session, message: Message | None, gateway: str, report: Report, now: datetime
) -> Dropped | None:
    if message is None:
        return Dropped.UNKNOWN_MESSAGE
    if message.claimed_at is None or message.gateway != gateway:
        return Dropped.NOT_CALLED
    if now - message.claimed_at > REPORTS_FOR:
        return Dropped.TOO_OLD
    if message.provider_id is not None:
        return None if message.provider_id == report.provider_id else Dropped.OTHER_MESSAGE
    other = select(Message.id).where(Message.gateway == gateway, Message.provider_id == report.provider_id)
    return Dropped.OTHER_MESSAGE if session.scalar(other) is not None else None


def count_dropped(session: Session, why: Dropped, now: datetime) -> None:
    """One more of the day's; nothing of what was sent is kept."""
    day = business_day(now)
    insert_missing(session, DroppedCallback, [{"day": day, "why": why.value, "count": 0}])
    session.execute(
        update(DroppedCallback)
        .where(DroppedCallback.day == day, DroppedCallback.why == why.value)
        .values(count=DroppedCallback.count + 1)
    )


def hear_reply(session: Session, keyring: Keyring, number: str, words: str, now: datetime) -> ConsentEnd | None:
    """A person's answer to a text: 退订 and "wrong number" end every agreement of that number; its words are not kept."""
    if _STOP.fullmatch(words):
        because = ConsentEnd.REPLIED
    elif _WRONG.match(words):
        because = ConsentEnd.WRONG_NUMBER
    else:
        return None
    end_for_reply(session, keyring, number, because, now)
    return because
