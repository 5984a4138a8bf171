"""Supervision orders (督办单): one a row, the cases as they stood when it was sent, and every step since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.numbers.rules.orders import LONGEST_REPLY, CaseKind, CaseOutcome, Demand, OrderState

_OPEN = text("state NOT IN ('closed', 'withdrawn')")


class SupervisionOrder(Base):
    """What a unit is asked to put right and by when. While one is open there is no second about the same matter."""

    __tablename__ = "supervision_orders"
    __table_args__ = (
        UniqueConstraint("area_code", "year", "serial"),
        Index(
            "uq_supervision_orders_open",
            "agency_id",
            "place",
            "matter",
            "period",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        CheckConstraint("case_count > 0", name="has_cases"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # county that sends it, and its number there
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    # whose list it was taken from
    place: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # a kind of duty, `late` for all of them, or a figure's name
    matter: Mapped[str] = mapped_column(String(64))
    # of a figure, as `IndicatorRun.period`; empty for duties
    period: Mapped[str] = mapped_column(String(10))
    # the day on which the list stood so
    as_of: Mapped[date]
    demand: Mapped[Demand] = mapped_column(Coded(Demand))
    case_count: Mapped[int]
    reply_by: Mapped[date]
    state: Mapped[OrderState] = mapped_column(Coded(OrderState))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class SupervisionCase(Base):
    """One case of an order, as it was late then; only what the unit says it did is added."""

    __tablename__ = "supervision_cases"
    __table_args__ = (UniqueConstraint("order_id", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("supervision_orders.id"))
    kind: Mapped[CaseKind] = mapped_column(Coded(CaseKind))
    # of the duty, patient, emergency or discharge
    subject_id: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    area_code: Mapped[str] = mapped_column(String(12))
    # what was late, as a Reason
    because: Mapped[dict[str, Any]] = mapped_column(JsonText)
    outcome: Mapped[CaseOutcome | None] = mapped_column(Coded(CaseOutcome))


class SupervisionStep(Base):
    """A move of an order: who, when, and their words (a reply, why it was sent back or withdrawn)."""

    __tablename__ = "supervision_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("supervision_orders.id"), index=True)
    state: Mapped[OrderState] = mapped_column(Coded(OrderState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str | None] = mapped_column(String(LONGEST_REPLY))
