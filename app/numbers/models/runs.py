"""One computation of a county's numbers: who is in which set, and how many that makes in every place; and what people set beside it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.numbers.rules.membership import MemberKind


class IndicatorRun(Base):
    """A county, a period and a cut-off, computed at an instant by settings that are kept by value. The newest speaks; a submitted
    report keeps its own for ever."""

    __tablename__ = "indicator_runs"
    __table_args__ = (
        Index("ix_indicator_runs_area_code_period_id", "area_code", "period", "id"),
        CheckConstraint("first_on <= cut_off", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # county
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # 2026M09 | 2026Q3 | 2026Y | 2026-09-17
    period: Mapped[str] = mapped_column(String(10))
    # S and T of domain 4.1
    first_on: Mapped[date]
    cut_off: Mapped[date]
    # `NumberSettings` by value, and which wording of the sets counted
    settings: Mapped[dict[str, Any]] = mapped_column(JsonText)
    rule_set: Mapped[str] = mapped_column(String(32))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # None: the nightly job
    computed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # belongs to a submitted report: neither it nor its rows change or go (guards)
    is_frozen: Mapped[bool] = mapped_column(default=False)


class IndicatorMember(Base):
    """One counted person, emergency or discharge, and all its sets. What is counted is never copied: no name, nothing clinical but flags."""

    __tablename__ = "indicator_members"
    # the list behind a figure of a place
    __table_args__ = (Index("ix_indicator_members_run_id_area_code", "run_id", "area_code"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("indicator_runs.id"), primary_key=True)
    kind: Mapped[MemberKind] = mapped_column(Coded(MemberKind), primary_key=True)
    # id of the patient, the emergency or the discharge
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # None: an emergency or a discharge of somebody who is not registered. No foreign key: a frozen row outlives everything
    patient_id: Mapped[int | None]
    # village at the cut-off, or where the event was
    area_code: Mapped[str] = mapped_column(String(12))
    # responsible institution at the cut-off
    agency_id: Mapped[int | None]
    # `InSet`
    bits: Mapped[int] = mapped_column(BigInteger)
    # completed visits in the window, and how many of them were entered within ten working days
    visits: Mapped[int] = mapped_column(default=0)
    visits_in_time: Mapped[int] = mapped_column(default=0)


class IndicatorValue(Base):
    """All figures of one place in one run, so that a page reads a row a place."""

    __tablename__ = "indicator_values"

    run_id: Mapped[int] = mapped_column(ForeignKey("indicator_runs.id"), primary_key=True)
    # village, town or county
    area_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    # name of the figure → how many; residents included where they are known
    counts: Mapped[dict[str, int]] = mapped_column(JsonText)


class AreaPopulation(Base):
    """常住人口 of a place in a year, typed in with its source."""

    __tablename__ = "area_populations"
    __table_args__ = (CheckConstraint("residents > 0", name="residents"),)

    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    residents: Mapped[int]
    # 统计年鉴 2025 第 3 表
    source: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class IndicatorTarget(Base):
    """What a place shall reach in an indicator in a year, and who asks for it (domain 4.4)."""

    __tablename__ = "indicator_targets"
    __table_args__ = (
        UniqueConstraint("area_code", "indicator", "year"),
        CheckConstraint("per_10000 BETWEEN 0 AND 10000", name="share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # county or town
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    indicator: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    # in hundredths of a per cent: 95 % is 9500
    per_10000: Mapped[int]
    source: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
