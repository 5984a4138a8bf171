"""Follow-up visits: the official form (随访服务记录表, domain 3.1), its medicines, and attempts without contact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.visits.rules.states import VisitChannel

_NATIONAL_OWED = text("national_due_on IS NOT NULL AND national_entered_at IS NULL AND withdrawn_at IS NULL")
_UNCONFIRMED = text("needs_confirmation AND confirmed_at IS NULL AND withdrawn_at IS NULL")
# carried along in the order of a patient's visits, so that a count of a county reads them there and not in rows all over the table
_COUNTED = (
    "id", "next_due_on", "adherence", "visit_class", "locked_up", "form", "objects", "public_order_incidents", "criminal_incidents",
    "is_late_entry", "is_complete", "withdrawn_at", "needs_confirmation", "confirmed_at",
)  # fmt: skip


class FollowUpVisit(Base):
    """One filled form. Single choices hold the printed code, multi-choices one integer of flags (`visits/rules/form.py`)."""

    __tablename__ = "follow_up_visits"
    __table_args__ = (
        Index("ix_follow_up_visits_patient_id_visited_on", "patient_id", "visited_on", postgresql_include=_COUNTED),
        Index("ix_follow_up_visits_area_code_visited_on", "area_code", "visited_on"),
        # the norm: a patient at level 3 or above is unstable, whatever the doctor prefers
        CheckConstraint("risk_level IS NULL OR risk_level < 3 OR visit_class = 1", name="level_3_is_unstable"),
        CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name="risk_level"),
        CheckConstraint("visit_class IS NULL OR visit_class BETWEEN 1 AND 3", name="visit_class"),
        # what has not been entered in the national system, by the day until which it is owed
        Index(
            "ix_follow_up_visits_national_owed",
            "area_code",
            "national_due_on",
            sqlite_where=_NATIONAL_OWED,
            postgresql_where=_NATIONAL_OWED,
        ),
        Index(
            "ix_follow_up_visits_unconfirmed",
            "area_code",
            "visited_on",
            sqlite_where=_UNCONFIRMED,
            postgresql_where=_UNCONFIRMED,
        ),
        CheckConstraint("next_due_on IS NULL OR next_due_on > visited_on", name="next_after_visit"),
        CheckConstraint(
            "is_complete = (visit_class IS NOT NULL AND lost_reason IS NULL AND death_cause IS NULL)",
            name="complete_has_class",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # one form arrives once, however often it is sent
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    # where the patient lived and who was responsible on that day (kept copies)
    area_code: Mapped[str] = mapped_column(String(12))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))

    visited_on: Mapped[date]
    form: Mapped[int]
    objects: Mapped[int] = mapped_column(default=0)
    # lost or dead: then everything clinical stays empty and the visit is not a completed one
    lost_reason: Mapped[int | None]
    died_on: Mapped[date | None]
    death_cause: Mapped[int | None]
    death_physical_cause: Mapped[int | None]

    risk_level: Mapped[int | None]
    # asked on screen, not on the printed form (domain 2.2)
    psychotic_symptoms: Mapped[int | None]
    symptoms: Mapped[int | None]
    symptoms_other_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    insight: Mapped[int | None]
    sleep: Mapped[int | None]
    diet: Mapped[int | None]
    sf_self_care: Mapped[int | None]
    sf_housework: Mapped[int | None]
    sf_work: Mapped[int | None]
    sf_learning: Mapped[int | None]
    sf_social: Mapped[int | None]
    # dangerous behaviours since the last visit: flags, and how often each
    behaviours: Mapped[int | None]
    minor_disturbances: Mapped[int] = mapped_column(default=0)  # 轻度滋事
    public_order_incidents: Mapped[int] = mapped_column(default=0)  # 肇事
    criminal_incidents: Mapped[int] = mapped_column(default=0)  # 肇祸
    other_harms: Mapped[int] = mapped_column(default=0)
    self_harms: Mapped[int] = mapped_column(default=0)
    suicide_attempts: Mapped[int] = mapped_column(default=0)
    locked_up: Mapped[int | None]
    hospitalisation: Mapped[int | None]
    last_discharge_on: Mapped[date | None]
    lab_test: Mapped[int | None]
    lab_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    adherence: Mapped[int | None]
    adverse_reaction: Mapped[int | None]
    adverse_severity: Mapped[int | None]
    adverse_text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    physical_illness: Mapped[int | None]
    other_abnormal: Mapped[bool | None]
    treatment_effect: Mapped[int | None]
    referral: Mapped[int | None]
    referral_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    referral_org: Mapped[str | None] = mapped_column(String(100))
    referral_dept: Mapped[str | None] = mapped_column(String(100))
    rehab_measures: Mapped[int | None]
    rehab_other_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # class 2 after class 2: 1 stabilising, 2 not stable
    post_intervention_trend: Mapped[int | None]
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    # what the decision table said, what stands, and why
    computed_class: Mapped[int | None]
    visit_class: Mapped[int | None]
    class_because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, default=list)
    override_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # an override toward a better class, for county sampling
    is_flagged: Mapped[bool] = mapped_column(default=False)
    next_due_on: Mapped[date | None]
    # the latest day that the table allows
    latest_due_on: Mapped[date | None]
    due_because: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, default=list)
    # warnings that were shown and accepted, as Reasons
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, default=list)
    rule_set_version: Mapped[str] = mapped_column(String(32))

    is_complete: Mapped[bool]
    is_late_entry: Mapped[bool] = mapped_column(default=False)
    # why it was entered after a later visit
    back_entry_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # the withdrawn visit that this one replaces, and why
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_visits.id"))
    correction_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_opening: Mapped[bool] = mapped_column(default=False)
    # how it came here: by page, from a phone's queue, from the national system's workbook
    channel: Mapped[VisitChannel] = mapped_column(
        Coded(VisitChannel), default=VisitChannel.PAGE, server_default=VisitChannel.PAGE.value
    )
    # a village doctor's visit is complete when the town doctor confirms it
    needs_confirmation: Mapped[bool] = mapped_column(default=False, server_default=false())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None]
    # 已录入国家系统: owed by this day (ten working days), ticked by whom
    national_due_on: Mapped[date | None]
    national_entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    national_entered_by: Mapped[int | None]
    # what stands there and differs from what stands here: name of the field → code, ISO date or words; None for a free text
    national_says: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    # the doctor who signs; None for opening rows
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class VisitMedicine(Base):
    """One drug line of a visit: what is taken (用药情况) or what shall be taken from now on (用药指导)."""

    __tablename__ = "visit_medicines"
    __table_args__ = (UniqueConstraint("visit_id", "is_guidance", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("follow_up_visits.id"), index=True)
    is_guidance: Mapped[bool] = mapped_column(default=False)
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    # doses in milligrams as written, without trailing zeros ("2.5")
    morning_mg: Mapped[str | None] = mapped_column(String(10))
    noon_mg: Mapped[str | None] = mapped_column(String(10))
    night_mg: Mapped[str | None] = mapped_column(String(10))
    # long-acting injection: every so many weeks, so much each time
    every_weeks: Mapped[int | None]
    long_acting_mg: Mapped[str | None] = mapped_column(String(10))


class VisitAttempt(Base):
    """An attempt without contact: date, person, way, outcome. Three in a row propose *lost*."""

    __tablename__ = "visit_attempts"
    __table_args__ = (Index("ix_visit_attempts_patient_id_attempted_on", "patient_id", "attempted_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    area_code: Mapped[str] = mapped_column(String(12))
    attempted_on: Mapped[date]
    # telephone | home | other
    way: Mapped[str] = mapped_column(String(20))
    # reached | not_reached | refused | wrong_number | moved | away
    outcome: Mapped[str] = mapped_column(String(20))
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    # written down by mistake: it stays readable and counts for nothing (a `Mistake` says what was wrong)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]
    mistake: Mapped[str | None] = mapped_column(String(20))
