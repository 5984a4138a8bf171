"""Forms that are not finished or not arrived: drafts on the server, phones that work offline, and what they send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.visits.rules.states import SubmissionState


class VisitDraft(Base):
    """What somebody has typed for one patient so far; kept field by field, replaced by the visit."""

    __tablename__ = "visit_drafts"
    __table_args__ = (UniqueConstraint("user_id", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # the form's submission key: whoever saves it ends the draft
    submission_key: Mapped[str] = mapped_column(String(36))
    # field name to value as JSON, sealed under the patient's key
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # the visit that stood last when the draft began
    based_on_visit_id: Mapped[int | None]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Device(Base):
    """A phone's browser that may hold an offline store: its server part of the key, until it lapses or is revoked."""

    __tablename__ = "devices"
    __table_args__ = (
        Index("ix_devices_user_id", "user_id"),
        CheckConstraint("unsent_count >= 0", name="unsent_count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # browser and system in short, as the owner recognises it
    label: Mapped[str] = mapped_column(String(60))
    # the house's key under which both of the following are sealed
    kek_id: Mapped[str] = mapped_column(String(16))
    # the server's part of the store's key; gone once the device is revoked
    server_part_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # the private key that opens what this phone's queue has sealed; stays, so that what comes late can still be read
    opening_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # as the phone last said: finished forms that had not gone up, and since when the oldest waits
    unsent_count: Mapped[int] = mapped_column(default=0)
    unsent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[int | None]


class DeviceSubmission(Base):
    """One finished form that came from a phone's queue. `id` is the order of arrival; the phone's clock is a claim."""

    __tablename__ = "device_submissions"
    __table_args__ = (
        Index("ix_device_submissions_state", "state", "area_code"),
        Index("ix_device_submissions_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # one form arrives once, however often it is sent
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # visit | attempt
    kind: Mapped[str] = mapped_column(String(10))
    # the form as sent, JSON, sealed under the patient's key; kept seven days after it was settled
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    based_on_visit_id: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[SubmissionState] = mapped_column(Coded(SubmissionState))
    # what it became
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_visits.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("visit_attempts.id"))
    # why it waits or was refused, as Reasons by field
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None]
