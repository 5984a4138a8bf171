"""What is owed to be said. A message names a relation, never a person or a number: those are asked for when it is sent."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.messages.rules.kinds import MessageKind, MessageState, Recipient
from app.messages.rules.templates import EventSource

_QUEUED = text("state = 'queued'")
_UNDER_WAY = text("state IN ('claimed', 'unknown')")


def new_path() -> str:
    """88 random bits in digits and small letters a to f: providers take no underscore in an address."""
    return secrets.token_hex(11)


class Message(Base):
    """One thing to say to one recipient, once: the dedupe key finds the first for whoever owes it again."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_queued", "next_try_at", "id", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_messages_under_way", "claimed_at", sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
        Index("ix_messages_area_code_state_id", "area_code", "state", "id"),
        Index("ix_messages_patient_id", "patient_id"),
        Index("uq_messages_provider_id", "gateway", "provider_id", unique=True),
        CheckConstraint("expires_at > not_before", name="span"),
        CheckConstraint("(state = 'claimed') = (claim IS NOT NULL)", name="claim"),
        CheckConstraint("patient_id IS NOT NULL OR recipient_id IS NOT NULL OR recipient = 'area'", name="recipient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[MessageKind] = mapped_column(Coded(MessageKind))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    recipient: Mapped[Recipient] = mapped_column(Coded(Recipient))
    # the user or agency, where the relation is one to staff
    recipient_id: Mapped[int | None]
    # the guardianship that held when it was owed: when another holds, the message is cancelled and not passed on
    guardianship_id: Mapped[int | None] = mapped_column(ForeignKey("guardianships.id"))
    # what it is about, so that it can be asked whether it still holds: ("task", 17)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    # codes, dates, counts and call-back numbers only
    parameters: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # of the patient, or the place whose staff is told
    area_code: Mapped[str] = mapped_column(String(12))
    owed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[MessageState] = mapped_column(Coded(MessageState), default=MessageState.QUEUED)
    # a Reason: why it was not sent or did not arrive
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    # random; a sender that lost its claim may no longer write
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # where the provider reports to: nobody else knows the address of this message's reports
    callback_path: Mapped[str] = mapped_column(String(22), unique=True, default=new_path)
    gateway: Mapped[str | None] = mapped_column(String(16))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("message_templates.id"))
    # the number that it went to, by its row
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id", ondelete="SET NULL"))
    language: Mapped[str | None] = mapped_column(String(5))
    provider_id: Mapped[str | None] = mapped_column(String(64))
    provider_status: Mapped[str | None] = mapped_column(String(24))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # the person who settled an unknown outcome, or sent it again
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # who was named to see to it when it did not arrive
    answerable_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # a person looked after a failure: it leaves the list
    seen_to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageEvent(Base):
    """What became of a message, each status once. Append-only."""

    __tablename__ = "message_events"
    __table_args__ = (Index("uq_message_events_status", "message_id", "status", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    # a state of ours, or `twilio:delivered` as the provider said it
    status: Mapped[str] = mapped_column(String(40))
    source: Mapped[EventSource] = mapped_column(Coded(EventSource))
    # the provider's number of an error
    code: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None]


class DroppedCallback(Base):
    """How many reports of a day were dropped without effect, and why (forged, unknown, too old, too large)."""

    __tablename__ = "dropped_callbacks"

    day: Mapped[date] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]


class GatewayPause(Base):
    """A provider that is away or busy is left alone for a while, longer each time; a message that goes through ends it."""

    __tablename__ = "gateway_pauses"

    gateway: Mapped[str] = mapped_column(String(16), primary_key=True)
    # troubles in a row
    troubles: Mapped[int]
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    # a Reason
    because: Mapped[dict[str, Any]] = mapped_column(JsonText)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
