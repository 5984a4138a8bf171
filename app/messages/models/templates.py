"""Words that may be sent: proposed by one, approved by another, never changed afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.messages.rules.kinds import MessageKind
from app.messages.rules.templates import TemplateState

_APPROVED, _PROPOSED = text("state = 'approved'"), text("state = 'proposed'")


class MessageTemplate(Base):
    """One version of a county's words for one kind of message, in both languages."""

    __tablename__ = "message_templates"
    __table_args__ = (
        UniqueConstraint("county_code", "kind", "version"),
        Index(
            "uq_message_templates_approved",
            "county_code",
            "kind",
            unique=True,
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
        Index(
            "uq_message_templates_proposed",
            "county_code",
            "kind",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
        # two people: accounts differ here, human beings by their hands (app/core/actor.py)
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_accounts"),
        CheckConstraint("decided_hand IS NULL OR decided_hand <> proposed_hand", name="two_hands"),
        CheckConstraint("state = 'proposed' OR decided_by IS NOT NULL", name="decided"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[MessageKind] = mapped_column(Coded(MessageKind))
    version: Mapped[int]
    # the words, with {day}, {phone}, {count} or {code} where a value stands
    text_zh: Mapped[str] = mapped_column(String(300))
    text_en: Mapped[str] = mapped_column(String(300))
    # names of the values in the order in which a provider's own template takes them
    parameters: Mapped[list[str]] = mapped_column(JsonText)
    # what a provider calls this template: {"tencent": "1234567"}
    provider_ids: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[TemplateState] = mapped_column(Coded(TemplateState), default=TemplateState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_hand: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_hand: Mapped[str | None] = mapped_column(String(40))
