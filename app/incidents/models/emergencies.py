"""Emergency responses and the checks after them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.incidents.rules.emergencies import EmergencyEffect, EmergencyReason, PersonCategory, ReporterKind


class Emergency(Base):
    """应急处置记录单: opened by a trigger or a call, finished within 24 hours of its end."""

    __tablename__ = "emergencies"
    __table_args__ = (
        Index("ix_emergencies_area_code_started_at", "area_code", "started_at"),
        Index("ix_emergencies_patient_id", "patient_id"),
        CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name="risk_level"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
        CheckConstraint("finished_at IS NULL OR ended_at IS NOT NULL", name="finished_has_end"),
        CheckConstraint("(patient_id IS NOT NULL) OR category <> 'managed'", name="managed_is_patient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # None: somebody who is not registered, perhaps of unknown name
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    # whose key seals the texts; an unknown person gets a row of their own
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # the visit that triggered it
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_visits.id"))
    category: Mapped[PersonCategory] = mapped_column(Coded(PersonCategory))
    reporter: Mapped[ReporterKind] = mapped_column(Coded(ReporterKind))
    reporter_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # when the call came in; None: when the record was opened
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[EmergencyReason] = mapped_column(Coded(EmergencyReason))
    # what the codes do not say: another reason, what was done with which medicine, another effect
    reason_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    measures_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    effect_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # 诊断或初步判断, as the team saw it on the spot
    diagnosis_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    risk_level: Mapped[int | None]
    scene_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # flags of the measures (domain 3.4)
    measures: Mapped[int | None]
    effect: Mapped[EmergencyEffect | None] = mapped_column(Coded(EmergencyEffect))
    # on_the_spot | observation | admission
    disposal: Mapped[str | None] = mapped_column(String(20))
    hospital: Mapped[str] = mapped_column(String(100), default="")
    # guardian | relative | police_witness | none, and why none
    consent_signer: Mapped[str | None] = mapped_column(String(20))
    consent_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent_reason: Mapped[str | None] = mapped_column(String(20))
    # when the police were told and who was told (at risk level 3 and above)
    police_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    police_told: Mapped[str | None] = mapped_column(String(20))
    # who took part: [{"name": ..., "unit": ...}]
    team: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    # 24 hours after the end (after the opening while it runs)
    record_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_by: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class EmergencyCheck(Base):
    """One of the four-hourly checks afterwards; two stable ones in a row may end the chain."""

    __tablename__ = "emergency_checks"
    __table_args__ = (UniqueConstraint("emergency_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"))
    number: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None]
    is_stable: Mapped[bool | None]
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
