"""Community rehabilitation: places, referrals, and the months of those who attend."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.benefits.rules.rehab import (
    ReferralConsent,
    ReferralRefusal,
    ReferralSource,
    ReferralState,
    RehabEnd,
)
from app.core.db import Base, Coded, UtcDateTime, new_public_id

_LIVE = text("state IN ('asked', 'waiting', 'accepted', 'attending')")


class RehabPlace(Base):
    """A place that takes patients in: a day centre, a sheltered workshop (社区康复机构)."""

    __tablename__ = "rehab_places"
    __table_args__ = (
        UniqueConstraint("area_code", "name"),
        CheckConstraint("capacity >= 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # the town or county that it serves
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(String(60))
    # who runs it and answers referrals
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    address: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str | None] = mapped_column(String(20))
    capacity: Mapped[int]
    closed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class RehabReferral(Base):
    """A patient is referred to a place with consent (转介单): one open referral at a time."""

    __tablename__ = "rehab_referrals"
    __table_args__ = (
        Index("uq_rehab_referrals_open", "patient_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_rehab_referrals_place_id_state", "place_id", "state"),
        CheckConstraint("consented_on <= referred_on", name="consent_first"),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="span"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="end_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("rehab_places.id"))
    source: Mapped[ReferralSource] = mapped_column(Coded(ReferralSource))
    consent: Mapped[ReferralConsent] = mapped_column(Coded(ReferralConsent))
    consented_on: Mapped[date]
    referred_on: Mapped[date]
    # flags of `RehabAim`, in its order
    aims: Mapped[int]
    state: Mapped[ReferralState] = mapped_column(Coded(ReferralState), default=ReferralState.ASKED)
    refusal: Mapped[ReferralRefusal | None] = mapped_column(Coded(ReferralRefusal))
    started_on: Mapped[date | None]
    # last day of attendance
    ended_on: Mapped[date | None]
    end_reason: Mapped[RehabEnd | None] = mapped_column(Coded(RehabEnd))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]


class RehabAttendance(Base):
    """How many days somebody attended in a month."""

    __tablename__ = "rehab_attendance"
    __table_args__ = (
        UniqueConstraint("referral_id", "month"),
        CheckConstraint("days BETWEEN 0 AND 31", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("rehab_referrals.id"))
    # first day of the month
    month: Mapped[date]
    days: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
