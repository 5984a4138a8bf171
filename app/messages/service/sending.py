"""The sender: claim and commit, call, record (reliability 2.6, rule 2).

A crash leaves a claim behind, which lapses into *unknown*: the provider's list or a person settles it, and nothing is called twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.reasons import Reason, reason
from app.messages.gateways import Gateways
from app.messages.models import Message
from app.messages.queries import sending as look
from app.messages.rules.kinds import KINDS, MessageKind, MessageState
from app.messages.rules.night import may_ring
from app.messages.rules.outcomes import CALL_WITHIN, TRY_AGAIN, Answer, Outcome
from app.messages.rules.templates import ConsentEnd, EventSource
from app.messages.service.consenting import end_for_number
from app.messages.service.deciding import Held, Outside, Ready, decide
from app.messages.service.states import accept_status, end_pause, move, pause
from app.people.vault import Vault

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Sender:
    """Works through what is owed. `now` and `today` are asked for each step, since a call may take long."""

    transaction: Transaction
    keyring: Keyring
    outside: Outside
    now: Callable[[], datetime]
    today: Callable[[], date]

    def work(self, most: int) -> int:
        """Handle up to `most` messages; how many left or were decided not to leave. Stops where a provider is in trouble."""
        handled = 0
        while handled < most:
            claimed = self.claim()
            if claimed is None:
                break
            handled += 1
            if isinstance(claimed, Claimed) and not self.send(claimed):
                break
        return handled

    def claim(self) -> Claimed | Held | None:
        """The next message, taken and committed; or why it is not sent; None when nothing may go now."""
        with self.transaction() as session:
            now = self.now()
            message = look.find_next(session, now, self._kinds(session, now))
            if message is None:
                return None
            decided = decide(session, Vault(session, self.keyring), self.outside, message, self.today(), now)
            if isinstance(decided, Held):
                move(session, message, decided.state, EventSource.SENDER, now, decided.because)
                return decided
            return _claim(session, message, decided, now)

    def send(self, claimed: Claimed) -> bool:
        """Look a last time, call, record. False when the provider had better be left alone for a while."""
        if not self._still(claimed):
            return True
        answer = claimed.ready.gateway.send(claimed.ready.parcel)
        with self.transaction() as session:
            return _record(session, claimed, answer, self.now())

    def _still(self, claimed: Claimed) -> bool:
        """Between the claim and the call a guardian may have changed, a visit been kept, or this process been asleep."""
        with self.transaction() as session:
            now = self.now()
            message = look.find_claimed(session, claimed.message_id, claimed.claim)
            if message is None:
                return False
            is_too_late = not (KINDS[message.kind].ignores_night or may_ring(now))
            if is_too_late or now - (message.claimed_at or now) > CALL_WITHIN:
                move(session, message, MessageState.QUEUED, EventSource.SENDER, now)
                return False
            decided = decide(session, Vault(session, self.keyring), self.outside, message, self.today(), now)
            if isinstance(decided, Held):
                move(session, message, decided.state, EventSource.SENDER, now, decided.because)
                return False
            if decided.parcel.to != claimed.ready.parcel.to or decided.parcel.text != claimed.ready.parcel.text:
                move(session, message, MessageState.QUEUED, EventSource.SENDER, now)
                return False
            return True

    def _kinds(self, session: Session, now: datetime) -> list[MessageKind]:
        """What may go at this hour, through gateways that answer."""
        paused, rings = look.list_paused(session, now), may_ring(now)
        return [
            kind
            for kind, rule in KINDS.items()
            if (rule.ignores_night or rings) and not _is_paused(self.outside.gateways, rule.audience, paused)
        ]


@dataclass(frozen=True)
class Claimed:
    """A message that is this sender's, and nobody else's, to send."""

    message_id: int
    claim: str
    ready: Ready


def _is_paused(gateways: Gateways, audience: object, paused: set[str]) -> bool:
    gateway = gateways.of(audience)  # type: ignore[arg-type]  # an Audience
    return gateway is not None and gateway.name in paused


def _claim(session: Session, message: Message, ready: Ready, now: datetime) -> Claimed:
    message.state, message.claim, message.claimed_at = MessageState.CLAIMED, secrets.token_hex(16), now
    message.attempts += 1
    message.gateway, message.template_id = ready.gateway.name, ready.template.id
    message.language, message.phone_id = ready.language, ready.phone_id
    session.flush()
    return Claimed(message.id, message.claim, ready)


def _record(session: Session, claimed: Claimed, answer: Answer, now: datetime) -> bool:
    """What came of the call. A report may have been quicker, and a lapsed claim is corrected by a clear answer only."""
    message = session.get_one(Message, claimed.message_id, with_for_update=True, populate_existing=True)
    gateway = claimed.ready.gateway.name
    if answer.outcome is Outcome.ACCEPTED:
        end_pause(session, gateway)
        _accepted(session, message, answer, now)
        return True
    in_trouble = answer.outcome in TRY_AGAIN or answer.outcome is Outcome.UNKNOWN
    wait = pause(session, gateway, answer.outcome, now) if in_trouble else None
    if message.claim != claimed.claim:
        return not in_trouble
    if answer.outcome in TRY_AGAIN and wait is not None:
        message.next_try_at = now + wait
        move(session, message, MessageState.QUEUED, EventSource.SENDER, now)
    elif answer.outcome is Outcome.UNKNOWN:
        move(session, message, MessageState.UNKNOWN, EventSource.SENDER, now, Reason("messages.unknown.no_answer"))
    else:
        _refused(session, message, answer, now)
    return not in_trouble


def _accepted(session: Session, message: Message, answer: Answer, now: datetime) -> None:
    if message.provider_id is not None or message.state not in (MessageState.CLAIMED, MessageState.UNKNOWN):
        return  # its report was here first
    message.provider_id, message.sent_at = answer.provider_id, now
    move(session, message, MessageState.SENT, EventSource.SENDER, now)
    if answer.status:
        accept_status(session, message, answer.status, EventSource.SENDER, now, answer.code)


def _refused(session: Session, message: Message, answer: Answer, now: datetime) -> None:
    if answer.outcome is Outcome.STOPPED:
        end_for_number(session, message.phone_id, ConsentEnd.REPLIED, now)
        move(session, message, MessageState.REFUSED, EventSource.SENDER, now, Reason("messages.refused.stopped"))
    else:
        because = reason("messages.failed.by_provider", error=answer.code or "—")
        move(session, message, MessageState.FAILED, EventSource.SENDER, now, because)
