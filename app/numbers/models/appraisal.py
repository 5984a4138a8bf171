"""Appraisal: a county's scheme of a year, what units were given by it from one frozen run, and their objections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.numbers.rules.appraisal import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    AppraisalState,
    ObjectionState,
    SchemeState,
    UnitKind,
)

_PROPOSED = text("state = 'proposed'")
_STANDING = text("state <> 'dropped'")


class AppraisalScheme(Base):
    """A version of a county's scheme for a year. Of those adopted the one with the highest number speaks."""

    __tablename__ = "appraisal_schemes"
    __table_args__ = (
        UniqueConstraint("area_code", "year", "number"),
        Index(
            "uq_appraisal_schemes_proposed",
            "area_code",
            "year",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
        CheckConstraint("term_days BETWEEN 1 AND 30", name="term"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # one form is one proposal, however often it is sent
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # county
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    # `Item` by value, in the order in which they are printed
    items: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    # working days for an objection
    term_days: Mapped[int]
    state: Mapped[SchemeState] = mapped_column(Coded(SchemeState))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Appraisal(Base):
    """A scheme over the run of a submitted report. Its marks are rows that never change; corrections stand beside them."""

    __tablename__ = "appraisals"
    __table_args__ = (
        # one preview or result of a period at a time
        Index(
            "uq_appraisals_standing",
            "area_code",
            "period",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        CheckConstraint("(state IN ('published', 'final')) = (published_at IS NOT NULL)", name="published"),
        CheckConstraint("(published_at IS NULL) = (objections_until IS NULL)", name="term"),
        CheckConstraint("(state = 'final') = (final_at IS NOT NULL)", name="final"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # county
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # as `IndicatorRun.period`
    period: Mapped[str] = mapped_column(String(10))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("appraisal_schemes.id"))
    # frozen with the report
    run_id: Mapped[int] = mapped_column(ForeignKey("indicator_runs.id"))
    state: Mapped[AppraisalState] = mapped_column(Coded(AppraisalState))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # last day on which a unit may object
    objections_until: Mapped[date | None]
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class AppraisalMark(Base):
    """What a unit was given in an item, in hundredths of a mark; both null: nothing to count, not scored."""

    __tablename__ = "appraisal_marks"
    __table_args__ = (
        CheckConstraint("(deduction IS NULL) = (denominator = 0)", name="scored"),
        CheckConstraint("deduction IS NULL OR deduction BETWEEN 0 AND full_marks", name="deduction"),
    )

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisals.id"), primary_key=True)
    unit_kind: Mapped[UnitKind] = mapped_column(Coded(UnitKind), primary_key=True)
    # code of the town, public id of the institution
    unit: Mapped[str] = mapped_column(String(22), primary_key=True)
    # code of the indicator
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    full_marks: Mapped[int]
    numerator: Mapped[int]
    denominator: Mapped[int]
    deduction: Mapped[int | None]


class AppraisalObjection(Base):
    """A unit's word against one of its marks, and the county's answer; a corrected mark stands here, beside the first."""

    __tablename__ = "appraisal_objections"
    __table_args__ = (
        UniqueConstraint("appraisal_id", "unit_kind", "unit", "source"),
        CheckConstraint(
            "(state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answer IS NULL)", name="answered"
        ),
        CheckConstraint("(state = 'upheld') = (corrected IS NOT NULL)", name="corrected"),
        CheckConstraint("corrected IS NULL OR corrected >= 0", name="corrected_marks"),
        CheckConstraint("answered_by IS NULL OR answered_by <> made_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisals.id"))
    unit_kind: Mapped[UnitKind] = mapped_column(Coded(UnitKind))
    unit: Mapped[str] = mapped_column(String(22))
    source: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    state: Mapped[ObjectionState] = mapped_column(Coded(ObjectionState))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # marks after correction
    corrected: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(String(LONGEST_TEXT))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
