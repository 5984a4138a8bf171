"""Crisis calls (危机来电): from a hotline or an office's telephone, about anybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.incidents.rules.crisis import AgeBand, CallChannel, Caller, CallOutcome, CallState, DangerNow
from app.incidents.rules.emergencies import PoliceTold


class CrisisCall(Base):
    """One call as it was written down: danger now, who was called when and by whom, how it ended, to whom it was handed."""

    __tablename__ = "crisis_calls"
    __table_args__ = (
        Index("ix_crisis_calls_area_code_state", "area_code", "state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(police_told_at IS NULL) = (police_told IS NULL)", name="police_told"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # whom the call is about, perhaps nobody knows; the texts are sealed under this person
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # county at first, the village when it is known
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    channel: Mapped[CallChannel] = mapped_column(Coded(CallChannel))
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[int]
    caller: Mapped[Caller | None] = mapped_column(Coded(Caller))
    # of whom it is about
    age: Mapped[AgeBand] = mapped_column(Coded(AgeBand), default=AgeBand.UNKNOWN)
    caller_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    danger: Mapped[DangerNow | None] = mapped_column(Coded(DangerNow))
    # flags of the kinds of danger
    dangers: Mapped[int] = mapped_column(default=0)
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    told_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    police_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    police_told: Mapped[PoliceTold | None] = mapped_column(Coded(PoliceTold))
    police_told_by: Mapped[int | None]
    # why not, where there was danger: a code
    no_police: Mapped[str | None] = mapped_column(String(20))
    ambulance_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ambulance_told_by: Mapped[int | None]
    family_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    family_told_by: Mapped[int | None]
    family_told_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[CallOutcome | None] = mapped_column(Coded(CallOutcome))
    # to what it was handed over, each at most once
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    emergency_id: Mapped[int | None] = mapped_column(ForeignKey("emergencies.id"))
    clue_id: Mapped[int | None] = mapped_column(ForeignKey("clues.id"))
    state: Mapped[CallState] = mapped_column(Coded(CallState), default=CallState.OPEN)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing
