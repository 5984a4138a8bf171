"""The register: a patient is a registration of a person, with dated states, diagnoses and consents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)

_LIVE = text("registry_status NOT IN ('excluded', 'transferred_out', 'merged')")
# Literal, so that both databases see that a query asks for no more than the index holds.
IN_DOUBT = text("registry_status IN ('suspected', 'under_review')")
OPEN_SPAN = text("to_on IS NULL AND withdrawn_at IS NULL")


class Patient(Base):
    """A registration. Columns marked *kept copy* are recomputable (`flask patients recompute`) from spans and visits."""

    __tablename__ = "patients"
    __table_args__ = (
        Index("uq_patients_live_person", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_patients_area_code_id", "area_code", "id"),
        Index("ix_patients_in_doubt", "area_code", sqlite_where=IN_DOUBT, postgresql_where=IN_DOUBT),
        Index("ix_patients_area_code_next_due_on", "area_code", "next_due_on"),
        Index("ix_patients_area_code_risk_level", "area_code", "risk_level"),
        # counts of an area and who has not been seen, answered from the index alone
        Index(
            "ix_patients_area_code_states",
            "area_code",
            "registry_status",
            "management_status",
            "care_setting",
            "risk_level",
            "last_seen_on",
            "managed_from",
        ),
        CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name="risk_level"),
        CheckConstraint("visit_class IS NULL OR visit_class BETWEEN 1 AND 3", name="visit_class"),
        CheckConstraint("(registry_status = 'registered') = (management_status IS NOT NULL)", name="management"),
        CheckConstraint("(registry_status = 'registered') = (care_setting IS NOT NULL)", name="care"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    # 编号: the last 8 digits of the health record number, or the county's own; permanent, never re-used
    record_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    # village of residence (kept copy of the open area span)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # responsible institution and doctor (kept copies of the open agency and doctor spans)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    doctor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # who stands in for the doctor (kept copy of the open stand-in span)
    stand_in_id: Mapped[int | None]
    # the three states, kept copies of the open spans (domain 1.3)
    registry_status: Mapped[RegistryStatus] = mapped_column(Coded(RegistryStatus))
    management_status: Mapped[ManagementStatus | None] = mapped_column(Coded(ManagementStatus))
    care_setting: Mapped[CareSetting | None] = mapped_column(Coded(CareSetting))
    registered_on: Mapped[date | None]
    # first day of management ever (kept copy of the first managed span)
    managed_from: Mapped[date | None]
    # present address below the village
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    # -- personal basic information and supplement form (个人基本信息、信息补充表, domain 3.2) --
    # GB/T 3304
    ethnic_code: Mapped[str | None] = mapped_column(String(2))
    # GB/T 2261.2
    marital_code: Mapped[str | None] = mapped_column(String(2))
    household_type: Mapped[int | None]
    employment: Mapped[int | None]
    economic_status: Mapped[int | None]
    committee_contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # partial dates: "1991", "1991-07" or "1991-07-03"
    first_onset: Mapped[str | None] = mapped_column(String(10))
    first_antipsychotic: Mapped[str | None] = mapped_column(String(10))
    # symptom and behaviour flags as on the visit form
    past_symptoms: Mapped[int | None]
    past_behaviours: Mapped[dict[str, int] | None] = mapped_column(JsonText)
    past_locked_up: Mapped[int | None]
    outpatient_history: Mapped[int | None]
    psychiatric_admissions: Mapped[int | None]
    last_treatment_effect: Mapped[int | None]
    specialist_advice_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # a dependent child or elder at home whom nobody else cares for: civil affairs are asked
    has_dependants: Mapped[bool | None]
    # visits together with the committee, the police or a psychiatrist (domain 2.4); lapses unless renewed
    joint_visit_until: Mapped[date | None]
    # a Reason: why joint visits are asked for
    joint_visit_because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    # enrolled in guardian liability insurance as the roster says; policies come with the insurance room
    is_insured: Mapped[bool | None]

    # -- kept copies of what diagnoses and visits say --
    diagnosis_category: Mapped[DiagnosisCategory | None] = mapped_column(Coded(DiagnosisCategory))
    risk_level: Mapped[int | None]
    risk_assessed_on: Mapped[date | None]
    visit_class: Mapped[int | None]
    last_visit_id: Mapped[int | None]
    last_visit_on: Mapped[date | None]
    last_visit_form: Mapped[int | None]
    # last completed visit in person (form 1 or 2, object the patient) by a clinician
    last_seen_on: Mapped[date | None]
    next_due_on: Mapped[date | None]

    is_opening: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class PatientSpan(Base):
    """What could change and must be known as of a day: half open [from_on, to_on). A correction withdraws and inserts."""

    __tablename__ = "patient_spans"
    __table_args__ = (
        Index(
            "uq_patient_spans_open",
            "patient_id",
            "what",
            unique=True,
            sqlite_where=OPEN_SPAN,
            postgresql_where=OPEN_SPAN,
        ),
        # what held on a day is read here, not in rows all over the table
        Index(
            "ix_patient_spans_patient_id_what_from_on",
            "patient_id",
            "what",
            "from_on",
            postgresql_include=("to_on", "value", "withdrawn_at"),
        ),
        # who has ever been in an area
        Index("ix_patient_spans_what_value", "what", "value"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    what: Mapped[SpanKind] = mapped_column(Coded(SpanKind))
    value: Mapped[str] = mapped_column(String(32))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    # a Reason: why it changed
    reason: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class Diagnosis(Base):
    """目前诊断情况, dated; the code as written and the category separately."""

    __tablename__ = "diagnoses"
    __table_args__ = (
        Index(
            "uq_diagnoses_open",
            "patient_id",
            unique=True,
            sqlite_where=OPEN_SPAN,
            postgresql_where=OPEN_SPAN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    category: Mapped[DiagnosisCategory] = mapped_column(Coded(DiagnosisCategory))
    icd10: Mapped[str] = mapped_column(String(12), default="")
    hospital: Mapped[str] = mapped_column(String(100), default="")
    # partial date as written
    diagnosed_on: Mapped[str | None] = mapped_column(String(10))
    # who made it, where the review names one
    psychiatrist: Mapped[str] = mapped_column(String(50), default="", server_default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]


class Consent(Base):
    """A signed paper: consent to community management, emergency treatment or another purpose; each separate and revocable."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "uq_consents_open",
            "patient_id",
            "kind",
            unique=True,
            sqlite_where=OPEN_SPAN,
            postgresql_where=OPEN_SPAN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(Coded(ConsentKind))
    is_agreed: Mapped[bool]
    # patient | guardian | witness
    signer: Mapped[str] = mapped_column(String(20))
    # the guardian who signed
    signer_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # who saw a refusal that the patient would not sign
    witness_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # of consent to another purpose: what for, and who receives what
    purpose_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receiver_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]
    # written down by mistake: what was wrong (a `Mistake`)
    mistake: Mapped[str | None] = mapped_column(String(20))


class Admission(Base):
    """A stay in hospital: the source of inpatient days. Admission and discharge day are eligible for the subsidy."""

    __tablename__ = "admissions"
    __table_args__ = (
        Index(
            "uq_admissions_open",
            "patient_id",
            unique=True,
            sqlite_where=OPEN_SPAN,
            postgresql_where=OPEN_SPAN,
        ),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), index=True)
    hospital: Mapped[str] = mapped_column(String(100))
    # admission day
    from_on: Mapped[date]
    # discharge day (inclusive: the person was still an inpatient that morning)
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None]
