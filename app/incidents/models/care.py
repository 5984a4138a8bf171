"""On the way to a hospital, the green channel's requests, and the rounds that bring medicine home."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.incidents.rules.green import GreenKind, GreenRefusal, GreenState, LineState, Receiver, RoundState
from app.incidents.rules.reception import ReceptionRefusal, ReceptionState, Transport


class EmergencyReception(Base):
    """A hospital asked to receive somebody of an emergency; a refusal stands, and the next hospital is another row."""

    __tablename__ = "emergency_receptions"
    __table_args__ = (
        UniqueConstraint("emergency_id", "number"),
        Index("ix_emergency_receptions_hospital_id_state", "hospital_id", "state"),
        CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name="answered_after_asked"),
        CheckConstraint("arrived_at IS NULL OR arrived_at >= asked_at", name="arrived_after_asked"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    emergency_id: Mapped[int] = mapped_column(ForeignKey("emergencies.id"))
    number: Mapped[int]
    # a hospital that works here answers itself; another one is a name
    hospital_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    hospital: Mapped[str] = mapped_column(String(100))
    transport: Mapped[Transport] = mapped_column(Coded(Transport))
    # who goes along: names, sealed under the emergency's person
    escorts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[ReceptionState] = mapped_column(Coded(ReceptionState), default=ReceptionState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]
    # who in the hospital said so, where it was on the telephone
    answered_name: Mapped[str] = mapped_column(String(50), default="")
    refusal: Mapped[ReceptionRefusal | None] = mapped_column(Coded(ReceptionRefusal))
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_by: Mapped[int | None]
    # doctor or nurse who took over
    received_name: Mapped[str] = mapped_column(String(50), default="")


class GreenRequest(Base):
    """送药上门 or 护送住院: asked, accepted, under way, done or refused with a reason; every step is an event."""

    __tablename__ = "green_requests"
    __table_args__ = (
        Index("ix_green_requests_area_code_state", "area_code", "state"),
        Index("ix_green_requests_patient_id", "patient_id"),
        CheckConstraint("days IS NULL OR days BETWEEN 1 AND 366", name="days"),
        CheckConstraint("kind <> 'delivery' OR drug <> ''", name="delivery_names_drug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[GreenKind] = mapped_column(Coded(GreenKind))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the health centre that answers for it
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    hospital: Mapped[str] = mapped_column(String(100), default="")
    drug: Mapped[str] = mapped_column(String(60), default="")
    # how long the medicine is for
    days: Mapped[int | None]
    wanted_on: Mapped[date]
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[GreenState] = mapped_column(Coded(GreenState), default=GreenState.ASKED)
    refusal: Mapped[GreenRefusal | None] = mapped_column(Coded(GreenRefusal))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int]
    # what came of it: the supply that was handed over, the stay that began
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("medicine_supplies.id"))
    admission_id: Mapped[int | None] = mapped_column(ForeignKey("admissions.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class GreenEvent(Base):
    """One step of a request, by whom. Append-only."""

    __tablename__ = "green_events"
    __table_args__ = (Index("ix_green_events_request_id", "request_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("green_requests.id"))
    state: Mapped[GreenState] = mapped_column(Coded(GreenState))
    because: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int]


class DeliveryRound(Base):
    """One tour that brings medicine from a hospital to the homes of a town, with a receipt a line."""

    __tablename__ = "delivery_rounds"
    __table_args__ = (Index("ix_delivery_rounds_area_code_planned_on", "area_code", "planned_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # town
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # where the medicine is bought
    source: Mapped[str] = mapped_column(String(100))
    planned_on: Mapped[date]
    state: Mapped[RoundState] = mapped_column(Coded(RoundState), default=RoundState.PLANNED)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]


class DeliveryLine(Base):
    """One drug for one patient on a round; once received it is a supply of the register."""

    __tablename__ = "delivery_lines"
    __table_args__ = (
        UniqueConstraint("round_id", "patient_id", "drug"),
        CheckConstraint("days BETWEEN 1 AND 366", name="days"),
        CheckConstraint("(state = 'received') = (supply_id IS NOT NULL)", name="received_is_supply"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"))
    number: Mapped[int]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    drug: Mapped[str] = mapped_column(String(60))
    days: Mapped[int]
    # the request that asked for it
    request_id: Mapped[int | None] = mapped_column(ForeignKey("green_requests.id"))
    state: Mapped[LineState] = mapped_column(Coded(LineState), default=LineState.PLANNED)
    receiver: Mapped[Receiver | None] = mapped_column(Coded(Receiver))
    received_on: Mapped[date | None]
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("medicine_supplies.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
