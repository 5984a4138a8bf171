"""How a guardian performs: quarterly checks with their signatures, yearly assessments, contacts and help."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.guardians.rules.duty import AssessmentMark, CheckWay, ContactWay, DutyMark, Found, Signer

_STANDS = text("withdrawn_at IS NULL AND replaced_at IS NULL")


class DutyCheck(Base):
    """One agreement's check of one quarter. A re-check replaces the one before, which stays on record."""

    __tablename__ = "duty_checks"
    __table_args__ = (
        Index(
            "uq_duty_checks_standing",
            "agreement_id",
            "quarter",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("ix_duty_checks_patient_id_quarter", "patient_id", "quarter"),
        Index("ix_duty_checks_area_code_quarter", "area_code", "quarter"),
        # a failed or remarked duty must be named, a passed check names none that failed
        CheckConstraint("(result = 'failed') = (failed_duties > 0)", name="failed_named"),
        CheckConstraint("failed_duties BETWEEN 0 AND 255 AND remarked_duties BETWEEN 0 AND 255", name="duties"),
        CheckConstraint("result <> 'passed' OR remarked_duties = 0", name="passed_without_remark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # "2026Q3"
    quarter: Mapped[str] = mapped_column(String(6))
    way: Mapped[CheckWay] = mapped_column(Coded(CheckWay))
    checked_on: Mapped[date]
    result: Mapped[DutyMark] = mapped_column(Coded(DutyMark))
    # `Duty` flags
    failed_duties: Mapped[int] = mapped_column(default=0)
    remarked_duties: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("duty_checks.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class DutySignature(Base):
    """One office's name under a check. Append-only."""

    __tablename__ = "duty_signatures"
    __table_args__ = (UniqueConstraint("duty_check_id", "signer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_check_id: Mapped[int] = mapped_column(ForeignKey("duty_checks.id"))
    signer: Mapped[Signer] = mapped_column(Coded(Signer))
    # who signed, as on the sheet
    name: Mapped[str] = mapped_column(String(50))
    signed_on: Mapped[date]
    # the user who signed here, or who copied the signature from the sheet
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    hand: Mapped[str] = mapped_column(String(32))
    is_own: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GuardianAssessment(Base):
    """A first guardian's year under one agreement, from its four quarters; proposed by rule, confirmed by a person."""

    __tablename__ = "guardian_assessments"
    __table_args__ = (UniqueConstraint("guardianship_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    guardianship_id: Mapped[int] = mapped_column(ForeignKey("guardianships.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12), index=True)
    year: Mapped[int]
    result: Mapped[AssessmentMark] = mapped_column(Coded(AssessmentMark))
    # list of Reasons
    because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class GuardianContact(Base):
    """The second guardian's monthly contact with the family."""

    __tablename__ = "guardian_contacts"
    __table_args__ = (Index("ix_guardian_contacts_patient_id_contacted_on", "patient_id", "contacted_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    guardianship_id: Mapped[int] = mapped_column(ForeignKey("guardianships.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    contacted_on: Mapped[date]
    way: Mapped[ContactWay] = mapped_column(Coded(ContactWay))
    found: Mapped[Found] = mapped_column(Coded(Found))
    # the care log was seen
    is_log_seen: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class HelpVisit(Base):
    """走访帮扶: who came, what was given, what is needed. No clinical text."""

    __tablename__ = "help_visits"
    __table_args__ = (Index("ix_help_visits_patient_id_visited_on", "patient_id", "visited_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    visited_on: Mapped[date]
    # whose office came: `Signer`
    office: Mapped[Signer] = mapped_column(Coded(Signer))
    # `HelpGiven` and `HelpNeeded` flags
    given: Mapped[int]
    needed: Mapped[int]
    # of given cash, in fen
    cash_fen: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
