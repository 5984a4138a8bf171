"""A registration moves (transfer) or is put right by two people (exclusion, wrong death, merge)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.patients.rules import RequestKind, RequestState, TransferReason, TransferState

_PROPOSED = text("state = 'proposed'")


class Transfer(Base):
    """One object for both ends: proposed by the sender, accepted or refused by the receiver, withdrawable by both.

    Until it is accepted the sender stays responsible for everything.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        Index("uq_transfers_open", "patient_id", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),
        Index("ix_transfers_from_area_code", "from_area_code"),
        Index("ix_transfers_to_area_code", "to_area_code"),
        CheckConstraint("from_area_code <> to_area_code", name="other_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    from_area_code: Mapped[str] = mapped_column(String(12))
    from_agency_id: Mapped[int | None]
    # 12 digits; may lie outside this installation's area tree
    to_area_code: Mapped[str] = mapped_column(String(12))
    # None: outside this installation, answered on paper and entered by the county office
    to_agency_id: Mapped[int | None]
    # where it lies outside, as it is printed on the package
    to_place: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[TransferReason] = mapped_column(Coded(TransferReason))
    state: Mapped[TransferState] = mapped_column(Coded(TransferState), default=TransferState.PROPOSED)
    proposed_on: Mapped[date]
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int]
    # five working days
    due_on: Mapped[date]
    is_due_provisional: Mapped[bool] = mapped_column(default=False)
    # first day at the new place
    moved_on: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]
    # a Reason: why refused or withdrawn
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class RegisterRequest(Base):
    """What two people of the county office must do together: exclude, undo a wrong death, merge two records."""

    __tablename__ = "register_requests"
    __table_args__ = (
        Index(
            "uq_register_requests_open", "patient_id", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED
        ),
        Index("ix_register_requests_area_code_state", "area_code", "state"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
        CheckConstraint("(kind = 'merge') = (kept_patient_id IS NOT NULL)", name="merge_has_kept"),
        CheckConstraint("kept_patient_id IS NULL OR kept_patient_id <> patient_id", name="two_records"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    kind: Mapped[RequestKind] = mapped_column(Coded(RequestKind))
    # the record that is excluded, revived, or merged away
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # merge: the record that stays
    kept_patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    # a Reason: on which finding or paper
    because: Mapped[dict[str, Any]] = mapped_column(JsonText)
    # first day on which it holds
    from_on: Mapped[date]
    state: Mapped[RequestState] = mapped_column(Coded(RequestState), default=RequestState.PROPOSED)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # merge: what moved, by table and row, so that it can be undone for 30 days exactly
    moved: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
