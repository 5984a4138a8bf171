"""Who agreed to be told by text message, and where an office's own people are reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.messages.rules.templates import ConsentChannel, ConsentEnd, GivenBy

_OPEN = text("ended_at IS NULL")


class ContactConsent(Base):
    """Somebody's agreement to be told about a patient on a channel; revocable at any time, by any way. Texts stop with it."""

    __tablename__ = "contact_consents"
    __table_args__ = (
        Index(
            "uq_contact_consents_open",
            "patient_id",
            "person_id",
            "channel",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_contact_consents_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # who is told
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[ConsentChannel] = mapped_column(Coded(ConsentChannel))
    language: Mapped[str] = mapped_column(String(5))
    given_by: Mapped[GivenBy] = mapped_column(Coded(GivenBy))
    # safe contact: False while a text might put the patient or the one who is told in danger; nothing is sent then
    is_safe: Mapped[bool]
    # the patient's own view, which stands beside the guardian's consent; None: not asked
    patient_agrees: Mapped[bool | None]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None]
    ended_because: Mapped[ConsentEnd | None] = mapped_column(Coded(ConsentEnd))


class StaffAddress(Base):
    """Where a member of staff wants alerts: an office e-mail address. Alerts name no patient."""

    __tablename__ = "staff_addresses"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(120))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
