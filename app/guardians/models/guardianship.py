"""Dual guardianships and the agreements (有奖监护协议) that the subsidy follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.guardians.rules.guardianship import LegalBasis, Rank, Relation

_OPEN = text("to_on IS NULL AND withdrawn_at IS NULL")


class Guardianship(Base):
    """A person guards a patient, as first or second, from a day. A registered patient cannot be a first guardian (trigger)."""

    __tablename__ = "guardianships"
    __table_args__ = (
        Index(
            "uq_guardianships_open",
            "patient_id",
            "rank",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        CheckConstraint("rank IN ('first', 'second')", name="rank"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    rank: Mapped[Rank] = mapped_column(Coded(Rank))
    relation: Mapped[Relation] = mapped_column(Coded(Relation))
    legal_basis: Mapped[LegalBasis] = mapped_column(Coded(LegalBasis))
    # 单位职务 of a second guardian
    post: Mapped[str | None] = mapped_column(String(60))
    lives_together: Mapped[bool | None]
    from_on: Mapped[date]
    # first day on which it no longer holds
    to_on: Mapped[date | None]
    end_reason: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class Agreement(Base):
    """One signed agreement. Agreements of a patient never overlap (trigger), so that no day is paid twice."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint("to_on >= from_on", name="span"),
        CheckConstraint("ended_on IS NULL OR ended_on >= from_on", name="ended"),
        Index("ix_agreements_patient_id_from_on", "patient_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # who signed as first and as second guardian
    guardianship_id: Mapped[int] = mapped_column(ForeignKey("guardianships.id"), index=True)
    second_guardianship_id: Mapped[int | None] = mapped_column(ForeignKey("guardianships.id"))
    # both days inclusive, as on the paper
    from_on: Mapped[date]
    to_on: Mapped[date]
    signed_on: Mapped[date | None]
    # last day on which it held when it ended early
    ended_on: Mapped[date | None]
    end_reason: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
