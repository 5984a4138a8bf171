"""Who stands around a patient: the care team, the individual plan, and the joint groups of town and village."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.patients.models.register import OPEN_SPAN
from app.patients.rules import GroupKind, TeamPart

_OPEN = text("to_on IS NULL")
_STANDING = text("withdrawn_at IS NULL")


class CareTeamMember(Base):
    """One place in the care team (四位一体 / 4帮1) of a patient, held by a member of staff or a neighbour since a day."""

    __tablename__ = "care_team_members"
    __table_args__ = (
        Index(
            "uq_care_team_members_open",
            "patient_id",
            "part",
            unique=True,
            sqlite_where=OPEN_SPAN,
            postgresql_where=OPEN_SPAN,
        ),
        Index("ix_care_team_members_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    part: Mapped[TeamPart] = mapped_column(Coded(TeamPart))
    name: Mapped[str] = mapped_column(String(50))
    post: Mapped[str] = mapped_column(String(60), default="")
    # work telephone, printed on the card
    phone: Mapped[str | None] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class CarePlan(Base):
    """The individual plan (一人一策): made on a day, looked at again on another. A new plan ends the last."""

    __tablename__ = "care_plans"
    __table_args__ = (
        Index("uq_care_plans_open", "patient_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("review_on > made_on", name="review_after_made"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    made_on: Mapped[date]
    review_on: Mapped[date]
    to_on: Mapped[date | None]
    # the family's own words on what matters to them
    wishes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]


class CarePlanStep(Base):
    """One step of a plan: the aim, what is done, by whom, until when."""

    __tablename__ = "care_plan_steps"
    __table_args__ = (UniqueConstraint("plan_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plans.id"))
    line: Mapped[int]
    # a code of the aims (medicine, daily life, work, company, rights, ...)
    aim: Mapped[str] = mapped_column(String(32))
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    part: Mapped[TeamPart] = mapped_column(Coded(TeamPart))
    by_on: Mapped[date]
    done_on: Mapped[date | None]
    # who ticked it and when
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None]


class JointGroup(Base):
    """A joint management group (综合管理小组) of a town or care group (关爱帮扶小组) of a village."""

    __tablename__ = "joint_groups"
    __table_args__ = (UniqueConstraint("area_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    kind: Mapped[GroupKind] = mapped_column(Coded(GroupKind))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    founded_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]


class JointGroupMember(Base):
    """A member of a group since a day, for a unit."""

    __tablename__ = "joint_group_members"
    __table_args__ = (Index("ix_joint_group_members_group_id", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("joint_groups.id"))
    part: Mapped[TeamPart] = mapped_column(Coded(TeamPart))
    name: Mapped[str] = mapped_column(String(50))
    # unit and post
    post: Mapped[str] = mapped_column(String(60), default="")
    # work telephone
    phone: Mapped[str | None] = mapped_column(String(20))
    is_lead: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class GroupMeeting(Base):
    """The quarterly meeting of a group: when, who came, which points (codes, no names of patients)."""

    __tablename__ = "group_meetings"
    __table_args__ = (
        # one record of a day stands; those taken back stay readable beside it
        Index(
            "uq_group_meetings_standing",
            "group_id",
            "held_on",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("joint_groups.id"))
    # "2026Q4"
    quarter: Mapped[str] = mapped_column(String(6))
    held_on: Mapped[date]
    # ids of joint_group_members who were there
    present: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    points: Mapped[list[Any]] = mapped_column(JsonText, default=list)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    # written down by mistake: it stays readable and counts for nothing (a `MeetingMistake` says what was wrong)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]
    mistake: Mapped[str | None] = mapped_column(String(20))
