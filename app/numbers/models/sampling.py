"""Supervision sampling: a sample with what it was drawn from, the records that were drawn, and what was found on site."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.numbers.rules.sampling import (
    LONGEST_COMMENT,
    LONGEST_SEED,
    LONGEST_WHY,
    SampleState,
    SampleSubject,
    Stratum,
    Unable,
    Verdict,
)


class Sample(Base):
    """One draw: out of what, by which seed, how many. It never changes; it is closed or withdrawn, and that is final."""

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("area_code", "year", "serial"),
        # the same records by the same seed are the same sample
        UniqueConstraint("area_code", "frame_digest", "seed"),
        CheckConstraint(
            "(subject = 'visits') = (first_on IS NOT NULL) AND (first_on IS NULL) = (last_on IS NULL)", name="period"
        ),
        CheckConstraint("first_on IS NULL OR first_on <= last_on", name="days"),
        CheckConstraint(
            "percent BETWEEN 0 AND 100 AND least BETWEEN 0 AND 100 AND high BETWEEN 0 AND 100", name="sizes"
        ),
        CheckConstraint("drawn_count BETWEEN 1 AND frame_count", name="counts"),
        CheckConstraint(
            "(state = 'running') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)", name="ended"
        ),
        CheckConstraint("(state = 'withdrawn') = (why IS NOT NULL)", name="why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # one form is one sample, however often it is sent
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    # county that checks, and the sample's number there
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    subject: Mapped[SampleSubject] = mapped_column(Coded(SampleSubject))
    # of visits: made from day to day
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    # `Sizes` of each institution
    percent: Mapped[int]
    least: Mapped[int]
    high: Mapped[int]
    # codes of what is compared, and how many
    items: Mapped[list[str]] = mapped_column(JsonText)
    item_count: Mapped[int]
    method: Mapped[str] = mapped_column(String(16))
    seed: Mapped[str] = mapped_column(String(LONGEST_SEED))
    # typed in, not drawn by the system
    seed_is_given: Mapped[bool]
    frame_count: Mapped[int]
    frame_digest: Mapped[str] = mapped_column(String(64))
    drawn_count: Mapped[int]
    state: Mapped[SampleState] = mapped_column(Coded(SampleState))
    drawn_on: Mapped[date]
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # of one that was withdrawn
    why: Mapped[str | None] = mapped_column(String(LONGEST_WHY))


class SampleUnit(Base):
    """An institution that is checked: all its records of that day by their opaque ids, how many were drawn, and its own word."""

    __tablename__ = "sample_units"
    __table_args__ = (
        CheckConstraint("frame_high >= 0 AND frame_rest >= 0 AND frame_high + frame_rest > 0", name="frame"),
        CheckConstraint("drawn_high BETWEEN 0 AND frame_high AND drawn_rest BETWEEN 0 AND frame_rest", name="drawn"),
        CheckConstraint(
            "(comment IS NULL) = (commented_at IS NULL) AND (comment IS NULL) = (commented_by IS NULL)",
            name="commented",
        ),
    )

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    # stratum → keys; read only to draw again
    frame: Mapped[dict[str, list[str]]] = mapped_column(JsonText, deferred=True)
    frame_high: Mapped[int]
    frame_rest: Mapped[int]
    drawn_high: Mapped[int]
    drawn_rest: Mapped[int]
    # an institution's word about its own work, which whoever reads the sample reads: about nobody, numbers of people are refused
    comment: Mapped[str | None] = mapped_column(String(LONGEST_COMMENT))
    commented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    commented_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SampleRecord(Base):
    """A record that was drawn. What the register says of it is never copied; what was found is added while the sample runs."""

    __tablename__ = "sample_records"
    __table_args__ = (
        ForeignKeyConstraint(["sample_id", "agency_id"], ["sample_units.sample_id", "sample_units.agency_id"]),
        UniqueConstraint("sample_id", "key"),
        UniqueConstraint("sample_id", "agency_id", "serial"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="checked"),
        CheckConstraint("(unable IS NULL AND note_sealed IS NULL) OR checked_at IS NOT NULL", name="found"),
        CheckConstraint("(note_sealed IS NULL) = (noted_by IS NULL)", name="noted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    sample_id: Mapped[int]
    agency_id: Mapped[int]
    # within the institution, in the order of the draw
    serial: Mapped[int]
    stratum: Mapped[Stratum] = mapped_column(Coded(Stratum))
    # public id of the patient or the visit, as it stands in the frame
    key: Mapped[str] = mapped_column(String(22))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_visits.id"))
    # why nothing of it could be checked
    unable: Mapped[Unable | None] = mapped_column(Coded(Unable))
    # what differs, in words, under the key of the patient's person, and who wrote it
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class SampleMark(Base):
    """What was found of one item of a record."""

    __tablename__ = "sample_marks"

    record_id: Mapped[int] = mapped_column(ForeignKey("sample_records.id"), primary_key=True)
    # code of the item
    item: Mapped[str] = mapped_column(String(32), primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(Coded(Verdict))
