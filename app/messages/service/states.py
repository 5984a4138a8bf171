"""Moving a message from state to state, each move with its event; the database refuses all moves that are not legal."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.batches import insert_missing
from app.core.reasons import Reason, reason
from app.messages.models import GatewayPause, Message, MessageEvent
from app.messages.rules.kinds import FINAL, MessageState
from app.messages.rules.outcomes import Outcome, pause_after, rises, state_for
from app.messages.rules.templates import EventSource

_PAUSES = {
    Outcome.BUSY: "messages.pause.busy",
    Outcome.AWAY: "messages.pause.away",
    Outcome.ACCOUNT: "messages.pause.account",
    Outcome.UNKNOWN: "messages.pause.unknown",
}


def move(
    session: Session,
    message: Message,
    state: MessageState,
    source: EventSource,
    now: datetime,
    because: Reason | None = None,
    by: int | None = None,
) -> None:
    """Into a state, out of any claim. Waiting again is no event of its own."""
    message.state, message.claim = state, None
    message.because = because.to_json() if because else None
    if state in FINAL:
        message.settled_at = now
    session.flush()
    if state is not MessageState.QUEUED:
        add_event(session, message, state.value, source, now, by=by)


def accept_status(
    session: Session,
    message: Message,
    status: str,
    source: EventSource,
    now: datetime,
    code: str | None = None,
) -> bool:
    """A provider's word on a message: noted once, whatever it says; False when it changes nothing.

    It is obeyed only when it ranks above the provider's last word. An end stands, with one exception: what a person or a look-up held
    for lost has arrived when the provider says so, or it would be sent a second time.
    """
    add_event(session, message, f"{message.gateway}:{status}", source, now, code)
    if not rises(message.provider_status, status):
        return False
    message.provider_status = status
    state = state_for(status)
    if _follows(message.state, state):
        failed = reason("messages.failed.by_network", error=code or "—") if state is MessageState.FAILED else None
        message.sent_at = message.sent_at or now
        move(session, message, state, source, now, failed)
    session.flush()
    return True


def _follows(before: MessageState, state: MessageState) -> bool:
    if before in FINAL:
        return before is MessageState.FAILED and state is MessageState.DELIVERED
    return state is not before


def add_event(
    session: Session,
    message: Message,
    status: str,
    source: EventSource,
    now: datetime,
    code: str | None = None,
    by: int | None = None,
) -> None:
    """Each status of a message once, whoever says it and however often."""
    row = {"message_id": message.id, "status": status, "source": source, "code": code, "at": now, "by": by}
    insert_missing(session, MessageEvent, [row])


def pause(session: Session, gateway: str, outcome: Outcome, now: datetime) -> timedelta:
    """Leave a provider alone, longer after each trouble in a row."""
    found = session.scalar(select(GatewayPause).where(GatewayPause.gateway == gateway).with_for_update())
    if found is None:
        found = GatewayPause(gateway=gateway, troubles=0, until=now, because={}, since=now)
        session.add(found)
    found.troubles += 1
    length = pause_after(outcome, found.troubles)
    found.until, found.because = now + length, Reason(_PAUSES[outcome]).to_json()
    session.flush()
    return length


def end_pause(session: Session, gateway: str) -> None:
    """It answers again."""
    found = session.get(GatewayPause, gateway)
    if found is not None:
        session.delete(found)
        session.flush()
