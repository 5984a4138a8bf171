"""Applications for an agreement, and who took which step of them when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.guardians.rules.application import ApplicationState, ApplicationStep

_LIVE = text("state NOT IN ('signed', 'refused', 'withdrawn')")


class AgreementApplication(Base):
    """One family's application for the coming agreement; at most one is under way for a patient."""

    __tablename__ = "agreement_applications"
    __table_args__ = (
        Index("uq_agreement_applications_live", "patient_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    # the applicant: the first guardian
    guardianship_id: Mapped[int] = mapped_column(ForeignKey("guardianships.id"))
    applied_on: Mapped[date]
    # the agreement's wished first day
    from_on: Mapped[date]
    state: Mapped[ApplicationState] = mapped_column(Coded(ApplicationState))
    # by when whoever it waits for is to act; counted in working days
    due_on: Mapped[date | None]
    # `DocumentKind`s seen on paper, joined by a blank
    papers_seen: Mapped[str] = mapped_column(String(200), default="")
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class ApplicationEvent(Base):
    """One step of an application. Append-only."""

    __tablename__ = "application_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("agreement_applications.id"), index=True)
    step: Mapped[ApplicationStep] = mapped_column(Coded(ApplicationStep))
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # the human being behind the account: no two neighbouring steps are one person's
    hand: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # when it had been due
    due_on: Mapped[date | None]
    # why it was returned or refused: a code
    ground: Mapped[str] = mapped_column(String(40), default="")
