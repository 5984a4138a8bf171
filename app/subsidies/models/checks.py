"""Other offices' lists: which were loaded, who of ours is on them, against which a run was checked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.subsidies.rules.checks import HitKind, HitState, ListKind


class CheckList(Base):
    """One list of one office. Only its counts and hash stay: rows that match nobody are never stored."""

    __tablename__ = "check_lists"
    __table_args__ = (
        UniqueConstraint("county_code", "kind", "sha256"),
        Index("ix_check_lists_county_code_kind_as_of", "county_code", "kind", "as_of"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kind: Mapped[ListKind] = mapped_column(Coded(ListKind))
    # the day up to which the office says it is complete
    as_of: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    hit_count: Mapped[int]
    near_count: Mapped[int]
    # rows without a usable number and name
    unread_count: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # when the register was last read to compare it: whoever was written down later has not met this list
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # how somebody mapped its columns, found again under the same header: header's hash → {"row": n, "columns": {letter: field}}
    mapping: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)


class CheckHit(Base):
    """One of our people on a list: patient or payee."""

    __tablename__ = "check_hits"
    __table_args__ = (
        UniqueConstraint("list_id", "person_id", "from_on"),
        Index("ix_check_hits_person_id_state", "person_id", "state"),
        Index("ix_check_hits_area_code_state", "area_code", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    list_id: Mapped[int] = mapped_column(ForeignKey("check_lists.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # of the patient concerned
    area_code: Mapped[str] = mapped_column(String(12))
    hit: Mapped[HitKind] = mapped_column(Coded(HitKind))
    # what the list says: the day, or the first and last day of a stay; None where it names no day that can be read
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    state: Mapped[HitState] = mapped_column(Coded(HitState), default=HitState.OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # `Grounds.stored()`
    ground: Mapped[str | None] = mapped_column(String(100))


class RunCheck(Base):
    """Which list of a kind a run was prepared against; no list: not checked."""

    __tablename__ = "run_checks"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("subsidy_runs.id"))
    kind: Mapped[ListKind] = mapped_column(Coded(ListKind))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("check_lists.id"))
    # people of the run were written down after the list had been compared
    is_overtaken: Mapped[bool] = mapped_column(default=False)
