"""Case conferences (联合协商会): agenda, invitations, decisions and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.incidents.rules.conferences import (
    ConferenceState,
    DecisionKind,
    DecisionRefusal,
    DecisionState,
    InviteeAnswer,
    ItemResult,
    ItemSource,
)


class Conference(Base):
    """One meeting of the agencies of a county or a town."""

    __tablename__ = "conferences"
    __table_args__ = (
        UniqueConstraint("area_code", "number"),
        Index("ix_conferences_area_code_meets_at", "area_code", "meets_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # county or town
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # "2026-3": the third of that place in the year
    number: Mapped[str] = mapped_column(String(8))
    meets_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(100))
    chair: Mapped[str] = mapped_column(String(50), default="")
    state: Mapped[ConferenceState] = mapped_column(Coded(ConferenceState), default=ConferenceState.PLANNED)
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    called_by: Mapped[int]
    minuted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minuted_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class ConferenceItem(Base):
    """One point of the agenda, and why it stands there."""

    __tablename__ = "conference_items"
    __table_args__ = (UniqueConstraint("conference_id", "source", "source_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conferences.id"))
    source: Mapped[ItemSource] = mapped_column(Coded(ItemSource))
    # the opaque id of what it came from
    source_key: Mapped[str] = mapped_column(String(48))
    # None: somebody who is not registered
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    because: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    result: Mapped[ItemResult | None] = mapped_column(Coded(ItemResult))
    # what was said, sealed under the person
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[int]


class ConferenceInvitee(Base):
    """An agency that was asked to come, its answer, and who came."""

    __tablename__ = "conference_invitees"
    __table_args__ = (
        UniqueConstraint("conference_id", "agency_id"),
        Index("ix_conference_invitees_agency_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conferences.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[int]
    answer: Mapped[InviteeAnswer | None] = mapped_column(Coded(InviteeAnswer))
    # who comes for the agency
    attendee: Mapped[str] = mapped_column(String(50), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]
    # at the meeting; None until it was held
    was_present: Mapped[bool | None]


class ConferenceDecision(Base):
    """What an agency is to do for somebody, until when; its state follows the events."""

    __tablename__ = "conference_decisions"
    __table_args__ = (
        Index("ix_conference_decisions_agency_id_state", "agency_id", "state"),
        Index("ix_conference_decisions_conference_id", "conference_id"),
        Index("ix_conference_decisions_area_code_state", "area_code", "state"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conferences.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("conference_items.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[DecisionKind] = mapped_column(Coded(DecisionKind))
    # who is to do it
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    due_on: Mapped[date]
    # for the agency, sealed under the item's person
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[DecisionState] = mapped_column(Coded(DecisionState), default=DecisionState.OPEN)
    refusal: Mapped[DecisionRefusal | None] = mapped_column(Coded(DecisionRefusal))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class DecisionEvent(Base):
    """One step of a decision, by whom and by which paper. Append-only."""

    __tablename__ = "conference_decision_events"
    __table_args__ = (Index("ix_conference_decision_events_decision_id", "decision_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("conference_decisions.id"))
    state: Mapped[DecisionState] = mapped_column(Coded(DecisionState))
    refusal: Mapped[DecisionRefusal | None] = mapped_column(Coded(DecisionRefusal))
    # number of the certificate, order or letter that shows it
    paper_number: Mapped[str] = mapped_column(String(60), default="")
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int]
