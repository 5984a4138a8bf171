"""一历五单: the discharge record, its forms, what happened to them, and who was told when nobody answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, UtcDateTime, new_public_id
from app.discharges.rules.states import (
    CloseReason,
    DischargeState,
    DischargeTo,
    DischargeType,
    EventKind,
    FormKind,
    FormState,
    LateBy,
    LegalBasis,
    Source,
)

_LIVE = text("state NOT IN ('planned', 'closed', 'withdrawn')")
_UNRECEIVED = text("state = 'dispatched'")
_OPEN = text("state IN ('dispatched', 'received', 'acting')")
_STANDS = text("close_reason IS NULL OR close_reason <> 'wrong_entry'")


class Discharge(Base):
    """出院病历. Each sealed column opens for one circle of readers and is loaded only when it is asked for."""

    __tablename__ = "discharges"
    __table_args__ = (
        # the hospital's own number is one loop, however often it is sent
        UniqueConstraint("hospital_key", "hospital_number"),
        # and one discharge of one person is one loop, under however many numbers it is sent at one moment
        Index("uq_discharges_stay_index", "stay_index", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_discharges_county_code_submitted_at", "county_code", "submitted_at"),
        Index("ix_discharges_area_code", "area_code"),
        Index("ix_discharges_hospital_id_id", "hospital_id", "id"),
        Index("ix_discharges_patient_id", "patient_id"),
        Index("ix_discharges_person_id", "person_id"),
        Index("ix_discharges_live", "county_code", sqlite_where=_LIVE, postgresql_where=_LIVE),
        CheckConstraint("risk_level IS NULL OR risk_level BETWEEN 0 AND 5", name="risk_level"),
        CheckConstraint(
            "state IN ('planned', 'withdrawn') OR (discharged_at IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted",
        ),
        CheckConstraint("(state = 'closed') = (close_reason IS NOT NULL)", name="closed_has_reason"),
        CheckConstraint("is_on_behalf OR received_at IS NULL", name="paper_is_on_behalf"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(36), unique=True)
    # the hospital where it has an account; its name in any case
    hospital_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    hospital_name: Mapped[str] = mapped_column(String(100))
    # whose numbers these are: "agency:7", or "name:349921000000:某某医院" for a hospital that is not on line
    hospital_key: Mapped[str] = mapped_column(String(130))
    # 报告卡编号, or the number of the discharge record in the hospital's own system; None while planned without one
    hospital_number: Mapped[str | None] = mapped_column(String(40))
    # whom this hospital discharged on which day, as a blind index; None while planned, and of records from before there was one
    stay_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), deferred=True)
    state: Mapped[DischargeState] = mapped_column(Coded(DischargeState))
    source: Mapped[Source] = mapped_column(Coded(Source))
    # written by the county's office from the paper of a hospital that is not on line, which it received then
    is_on_behalf: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # the registration, once there is one; the person whose key seals; the clue by which a stranger is registered
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    clue_id: Mapped[int | None] = mapped_column(ForeignKey("clues.id"))
    # where the person goes to live: a village, or a county that is not in the tree
    area_code: Mapped[str] = mapped_column(String(12))
    # the county that answers for the loop
    county_code: Mapped[str] = mapped_column(String(12))
    # where the person was registered when the forms went out last: another place now is a move
    registered_code: Mapped[str | None] = mapped_column(String(12))
    # the address after the discharge in words, where the tree does not know the place
    place: Mapped[str] = mapped_column(String(100), default="")
    planned_on: Mapped[date | None]
    # the form as far as the ward has filled it in, sealed; None once submitted
    draft_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    admitted_on: Mapped[date | None]
    # the exact time at which the clock of 24 hours starts
    discharged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_by: Mapped[LateBy | None] = mapped_column(Coded(LateBy))
    discharge_type: Mapped[DischargeType | None] = mapped_column(Coded(DischargeType))
    discharge_to: Mapped[DischargeTo | None] = mapped_column(Coded(DischargeTo))
    risk_level: Mapped[int | None]
    # past dangerous behaviour as flags of the printed codes
    behaviours: Mapped[int] = mapped_column(default=0)
    # Mental Health Law, Art. 30(2)(2)
    is_law_30: Mapped[bool] = mapped_column(default=False)
    is_guardian_present: Mapped[bool] = mapped_column(default=False)
    is_guardian_phone_checked: Mapped[bool] = mapped_column(default=False)
    # somebody guards the person, by the register or by the hospital's word
    has_guardian: Mapped[bool] = mapped_column(default=False)
    # the family refuses management: the health centre only offers consent
    is_refused: Mapped[bool] = mapped_column(default=False)
    # what the town can help with, as flags
    help_needed: Mapped[int] = mapped_column(default=0)
    # JSON, sealed apart: identity as written; address below the village; whom to call; the clinical part; medicines with
    # how to take them; when to come again and which signs to watch
    identity_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    clinical_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    medicines_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    guidance_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None]
    submitted_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # None: by itself
    closed_by: Mapped[int | None]
    close_reason: Mapped[CloseReason | None] = mapped_column(Coded(CloseReason))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class HandoverForm(Base):
    """One of the forms of a discharge, addressed to a unit (or to the guardian). A move reissues it as the next round."""

    __tablename__ = "handover_forms"
    __table_args__ = (
        UniqueConstraint("discharge_id", "kind", "round"),
        Index("ix_handover_forms_open", "agency_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_handover_forms_unreceived", "dispatched_at", sqlite_where=_UNRECEIVED, postgresql_where=_UNRECEIVED),
        CheckConstraint("(state = 'dispatched') <= (received_at IS NULL)", name="unreceived"),
        CheckConstraint("(state = 'closed') <= (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'stopped') = (stopped_reason IS NOT NULL)", name="stopped"),
        CheckConstraint("contacts_noted >= 0", name="contacts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    discharge_id: Mapped[int] = mapped_column(ForeignKey("discharges.id"))
    kind: Mapped[FormKind] = mapped_column(Coded(FormKind))
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[FormState] = mapped_column(Coded(FormState), default=FormState.DISPATCHED)
    # the unit it is addressed to; None: the guardian, or a unit that is not entered
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    # the unit's name at that time; empty for a guardian
    addressee: Mapped[str] = mapped_column(String(100), default="")
    # the first guardian it is addressed to, and the second who gets a copy
    guardianship_id: Mapped[int | None] = mapped_column(ForeignKey("guardianships.id"))
    second_guardianship_id: Mapped[int | None] = mapped_column(ForeignKey("guardianships.id"))
    # place of the household, by which whoever has no agency is found
    area_code: Mapped[str] = mapped_column(String(12))
    # please offer consent; nothing else is asked
    is_information: Mapped[bool] = mapped_column(default=False)
    legal_basis: Mapped[LegalBasis | None] = mapped_column(Coded(LegalBasis))
    dispatched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    receive_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # the receipt was entered for the unit from its stamped paper (代录)
    is_received_on_behalf: Mapped[bool] = mapped_column(default=False)
    act_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contacts_needed: Mapped[int] = mapped_column(default=0)
    contacts_noted: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_reason: Mapped[CloseReason | None] = mapped_column(Coded(CloseReason))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class HandoverEvent(Base):
    """Who did or knew what, when (回执). Append-only: a correction is another row."""

    __tablename__ = "handover_events"
    __table_args__ = (
        Index("ix_handover_events_discharge_id", "discharge_id"),
        Index("ix_handover_events_form_id", "form_id"),
        CheckConstraint("is_on_behalf OR paper = ''", name="paper"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # None: the product itself
    submission_key: Mapped[str | None] = mapped_column(String(36), unique=True)
    discharge_id: Mapped[int] = mapped_column(ForeignKey("discharges.id"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("handover_forms.id"))
    kind: Mapped[EventKind] = mapped_column(Coded(EventKind))
    # when it happened, and when it was written down
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    # unit, name and post of who acted, as they were then
    unit: Mapped[str] = mapped_column(String(100), default="")
    who: Mapped[str] = mapped_column(String(64), default="")
    post: Mapped[str] = mapped_column(String(60), default="")
    is_on_behalf: Mapped[bool] = mapped_column(default=False)
    # number and day of the stamped paper that it was entered from
    paper: Mapped[str] = mapped_column(String(60), default="")
    paper_on: Mapped[date | None]
    # what was said, sealed under the person's key
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("handover_events.id"))


class HandoverEscalation(Base):
    """A form that nobody received by an hour, and who was told of it. Append-only, once an hour."""

    __tablename__ = "handover_escalations"
    __table_args__ = (UniqueConstraint("form_id", "hours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("handover_forms.id"))
    # 24, 48 or 72
    hours: Mapped[int]
    # when it was owed, and when the product said so
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    # name and unit as they were then
    named: Mapped[str] = mapped_column(String(170))
