"""Injections, supplies of medicine and yearly physical examinations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, new_public_id


class Injection(Base):
    """One long-acting injection (长效针剂) that was given, and when the next is due (domain 2.7)."""

    __tablename__ = "injections"
    __table_args__ = (
        Index("ix_injections_patient_id_given_on", "patient_id", "given_on"),
        CheckConstraint("interval_weeks BETWEEN 1 AND 26", name="interval"),
        CheckConstraint("next_due_on > given_on", name="next_after_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    drug: Mapped[str] = mapped_column(String(60))
    # milligrams as written, without trailing zeros
    dose_mg: Mapped[str] = mapped_column(String(10))
    interval_weeks: Mapped[int]
    given_on: Mapped[date]
    next_due_on: Mapped[date]
    # body site: deltoid | gluteal | other
    site: Mapped[str | None] = mapped_column(String(20))
    facility: Mapped[str] = mapped_column(String(100), default="")
    reaction_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class MedicineSupply(Base):
    """Medicine handed out: given on, enough for so many days, so it runs out on; the task stands five working days before."""

    __tablename__ = "medicine_supplies"
    __table_args__ = (
        Index("ix_medicine_supplies_patient_id_given_on", "patient_id", "given_on"),
        CheckConstraint("days BETWEEN 1 AND 366", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    drug: Mapped[str] = mapped_column(String(60))
    # hospital or pharmacy that it came from
    source: Mapped[str] = mapped_column(String(100), default="")
    given_on: Mapped[date]
    days: Mapped[int]
    # first day without medicine
    runs_out_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class Examination(Base):
    """The yearly physical examination (健康体检, domain 2.7), with the agreement that it needs each year."""

    __tablename__ = "examinations"
    __table_args__ = (Index("ix_examinations_patient_id_examined_on", "patient_id", "examined_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    examined_on: Mapped[date]
    # patient | guardian, who agreed; a refusal is recorded with everything else empty
    agreed_by: Mapped[str | None] = mapped_column(String(20))
    systolic_mmhg: Mapped[int | None]
    diastolic_mmhg: Mapped[int | None]
    # tenths of a kilogram
    weight_hg: Mapped[int | None]
    # laboratory values as printed on the slip
    white_cells: Mapped[str | None] = mapped_column(String(12))
    neutrophils: Mapped[str | None] = mapped_column(String(12))
    alt: Mapped[str | None] = mapped_column(String(12))
    glucose: Mapped[str | None] = mapped_column(String(12))
    # 1 normal, 2 abnormal
    ecg: Mapped[int | None]
    findings_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]
