"""Incidents (肇事肇祸案（事）件): what happened, who was hurt, and what people decided about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Role
from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import (
    Dismissal,
    Harm,
    IncidentKind,
    IncidentState,
    Insurance,
    Matter,
    Reporter,
    Victim,
    Whereabouts,
)


class Incident(Base):
    """案（事）件记录: reported in a minute, looked at by the county's group, closed when all that follows is decided."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_area_code_state", "area_code", "state"),
        Index("ix_incidents_patient_id_happened_on", "patient_id", "happened_on"),
        Index("ix_incidents_reported_by", "reported_by"),
        CheckConstraint("loss_fen IS NULL OR loss_fen >= 0", name="loss"),
        CheckConstraint("(state = 'dismissed') = (dismissal IS NOT NULL)", name="dismissed_says_why"),
        CheckConstraint("(patient_id IS NOT NULL) OR category <> 'managed'", name="managed_is_patient"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[IncidentKind] = mapped_column(Coded(IncidentKind))
    # None: somebody who is not registered, perhaps of unknown name
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    # whose key seals the texts; an unknown person gets a row of their own, and keeps it when the patient is found
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # as it was on the day: managed then, registered, a stranger
    category: Mapped[PersonCategory] = mapped_column(Coded(PersonCategory))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # its business day, by which quarters, covers and effects are counted
    happened_on: Mapped[date]
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    what_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # 起因
    trigger_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reporter: Mapped[Reporter] = mapped_column(Coded(Reporter))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by: Mapped[int]
    # the reporter's own agency
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    emergency_id: Mapped[int | None] = mapped_column(ForeignKey("emergencies.id"))
    # damage to property in fen, as known
    loss_fen: Mapped[int | None]
    police_case_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    whereabouts: Mapped[Whereabouts | None] = mapped_column(Coded(Whereabouts))
    # in management on that day, and since when
    was_managed: Mapped[bool | None]
    managed_since: Mapped[date | None]
    insurance: Mapped[Insurance | None] = mapped_column(Coded(Insurance))
    # the guardian had reported and sought help before it happened (domain 9, 32)
    has_sought_help: Mapped[bool | None]
    state: Mapped[IncidentState] = mapped_column(Coded(IncidentState), default=IncidentState.REPORTED)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None]
    dismissal: Mapped[Dismissal | None] = mapped_column(Coded(Dismissal))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class IncidentHarm(Base):
    """Somebody who was hurt, for claims and relief; names are sealed under the incident's person."""

    __tablename__ = "incident_harms"
    __table_args__ = (
        Index("ix_incident_harms_incident_id", "incident_id"),
        CheckConstraint("medical_fen IS NULL OR medical_fen >= 0", name="medical"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    victim: Mapped[Victim] = mapped_column(Coded(Victim))
    harm: Mapped[Harm] = mapped_column(Coded(Harm))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # treatment so far, in fen
    medical_fen: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class IncidentFinding(Base):
    """What people decided about one matter of an incident. Append-only: a later number corrects the one before it."""

    __tablename__ = "incident_findings"
    __table_args__ = (
        UniqueConstraint("incident_id", "matter", "number"),
        UniqueConstraint("corrects_id"),
        CheckConstraint("(number = 1) = (corrects_id IS NULL)", name="corrects_the_last"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    matter: Mapped[Matter] = mapped_column(Coded(Matter))
    number: Mapped[int]
    # a code of the matter's outcomes (rules)
    outcome: Mapped[str] = mapped_column(String(32))
    # what it rests on, code + args; words of one's own are sealed
    because: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int]
    role: Mapped[Role] = mapped_column(Coded(Role))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("incident_findings.id"))


class FindingMember(Base):
    """One of the group who decided together. Append-only, and never a guardian of the patient."""

    __tablename__ = "incident_finding_members"
    __table_args__ = (UniqueConstraint("finding_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("incident_findings.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # as it was on the day
    name: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(100), default="")
