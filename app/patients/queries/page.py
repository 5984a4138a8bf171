"""One patient for a page: the header by role, the dated history, the form as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import agency_names, full_name, full_names, written_name
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.dates import age_on
from app.core.identity import last4, mask_id, mask_name, mask_phone
from app.patients.commands import Supplement
from app.patients.models import Admission, Consent, Diagnosis, Patient, PatientSpan
from app.patients.queries.caseload import find_stand_in
from app.patients.queries.register import get_patient
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    label_state,
)
from app.people.models import DatePrecision, Person
from app.people.queries import find_main_phone
from app.people.vault import Vault

_SHOWN = (Grant.FULL, Grant.MASKED)


@dataclass(frozen=True)
class Masked:
    """A value as this role sees it; `is_masked` asks for a reason before the whole is shown."""

    text: str
    is_masked: bool


@dataclass(frozen=True)
class PatientHeader:
    """What the role may see of a patient; None is *not seen* or *not known*."""

    patient_id: int
    public_id: str
    person_public_id: str
    name: str
    is_name_masked: bool
    sex: int | None
    born_on: date | None
    age: int | None
    area_code: str
    village: str
    # the same as papers write it
    place: str
    record_number: str | None
    registry_status: RegistryStatus
    management_status: ManagementStatus | None
    care_setting: CareSetting | None
    # the single label's code (`labels.STATE_LABELS`)
    state: str
    registered_on: date | None
    managed_from: date | None
    agency: str | None
    doctor: str | None
    # who stands in for the doctor today, and the last day of it
    stand_in: tuple[str, date | None] | None
    id_kind: str | None
    id_number: Masked | None
    phone: Masked | None
    address: str | None
    diagnosis: DiagnosisCategory | None
    risk_level: int | None
    risk_assessed_on: date | None
    visit_class: int | None
    last_visit_on: date | None
    next_due_on: date | None
    # an agreed consent to community management holds
    has_consent: bool | None
    # how the paper stands: signed, refused, withdrawn, none; a yes or no for roles that read no more
    consent: str | None
    # the state was recorded today and holds from a later day on
    state_from: date | None
    died_on: date | None
    # only the month is known; the day is its last
    is_death_estimated: bool
    has_notes: bool | None
    notes: str | None


@dataclass(frozen=True)
class HistoryRow:
    """One dated state for a timeline. `value` is a code, or a place's or agency's name."""

    what: SpanKind
    value: str
    from_on: date
    to_on: date | None
    reason: dict[str, object] | None
    recorded_at: datetime


SIGNED = "signed"


@dataclass(frozen=True)
class ConsentRow:
    kind: ConsentKind
    is_agreed: bool
    signer: str
    from_on: date
    to_on: date | None


def patient_header(session: Session, actor: Actor, vault: Vault, public_id: str, today: date) -> PatientHeader:
    """The head of a patient's page; raises `NotFound` outside the actor's area."""
    patient = get_patient(session, actor, public_id)
    return header_of(session, actor, vault, patient, today)


def header_of(session: Session, actor: Actor, vault: Vault, patient: Patient, today: date) -> PatientHeader:
    person = session.get_one(Person, patient.person_id)
    sees_birth = sees(actor, Field.PATIENT_BIRTH_DATE) is Grant.FULL
    sees_clinical = sees(actor, Field.CLINICAL) is Grant.FULL
    sees_level = sees(actor, Field.RISK_LEVEL) is Grant.FULL
    name_grant = sees(actor, Field.PATIENT_NAME)
    agencies = agency_names(session, [patient.agency_id] if patient.agency_id else [])
    standing = _consent(session, actor, patient)
    return PatientHeader(
        patient_id=patient.id,
        public_id=patient.public_id,
        person_public_id=person.public_id,
        name=shown_name(name_grant, person),
        is_name_masked=name_grant is Grant.MASKED,
        sex=person.sex if sees_birth else None,
        born_on=person.born_on if sees_birth else None,
        age=age_on(person.born_on, person.died_on or today) if sees_birth and person.born_on else None,
        area_code=patient.area_code,
        village=full_name(session, patient.area_code),
        place=written_name(session, patient.area_code),
        record_number=patient.record_number if sees_birth else None,
        registry_status=patient.registry_status,
        management_status=patient.management_status,
        care_setting=patient.care_setting,
        state=label_state(patient.registry_status, patient.management_status, patient.care_setting),
        registered_on=patient.registered_on,
        managed_from=patient.managed_from,
        agency=agencies.get(patient.agency_id or 0),
        doctor=_doctor(session, patient),
        stand_in=find_stand_in(session, patient.id, today),
        id_kind=person.id_kind if sees(actor, Field.PATIENT_ID_NUMBER) is not Grant.NONE else None,
        id_number=shown_id_number(actor, vault, person),
        phone=_phone(session, actor, vault, person),
        address=shown_address(actor, vault, patient),
        diagnosis=patient.diagnosis_category if sees_clinical else None,
        risk_level=patient.risk_level if sees_level else None,
        risk_assessed_on=patient.risk_assessed_on if sees_level else None,
        visit_class=patient.visit_class if sees_clinical else None,
        last_visit_on=patient.last_visit_on if sees_clinical else None,
        next_due_on=patient.next_due_on if sees_clinical else None,
        has_consent=None if standing is None else standing == SIGNED,
        consent=standing,
        state_from=_begins_later(session, patient, today),
        died_on=person.died_on if sees_birth else None,
        is_death_estimated=sees_birth and person.died_on_precision is DatePrecision.MONTH,
        has_notes=patient.notes_sealed is not None if sees(actor, Field.FREE_TEXT) in _SHOWN else None,
        notes=_notes(actor, vault, patient),
    )


def shown_name(grant: Grant, person: Person) -> str:
    if grant is Grant.NONE:
        return "—"
    return mask_name(person.name) if grant is Grant.MASKED else person.name


def list_history(session: Session, actor: Actor, patient: Patient) -> list[HistoryRow]:
    """Dated states, the newest first, for roles that see dates of care; others get none (the header says the present state)."""
    if sees(actor, Field.CARE_SPANS) is not Grant.FULL:
        return []
    spans = session.scalars(
        select(PatientSpan)
        .where(PatientSpan.patient_id == patient.id, PatientSpan.withdrawn_at.is_(None))
        .order_by(PatientSpan.from_on.desc(), PatientSpan.id.desc())
    ).all()
    places = full_names(session, {span.value for span in spans if span.what is SpanKind.AREA})
    agencies = agency_names(session, {int(span.value) for span in spans if span.what is SpanKind.AGENCY})
    staff = _staff_names(session, {int(span.value) for span in spans if span.what in _STAFF})
    return [
        HistoryRow(
            span.what, _named(span, places, agencies, staff), span.from_on, span.to_on, span.reason, span.recorded_at
        )
        for span in spans
    ]


def list_admissions(session: Session, actor: Actor, patient: Patient) -> list[Admission]:
    if sees(actor, Field.CARE_SPANS) is not Grant.FULL:
        return []
    return list(
        session.scalars(
            select(Admission)
            .where(Admission.patient_id == patient.id, Admission.withdrawn_at.is_(None))
            .order_by(Admission.from_on.desc())
        )
    )


def list_diagnoses(session: Session, actor: Actor, patient: Patient) -> list[Diagnosis]:
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        return []
    return list(
        session.scalars(
            select(Diagnosis)
            .where(Diagnosis.patient_id == patient.id, Diagnosis.withdrawn_at.is_(None))
            .order_by(Diagnosis.from_on.desc(), Diagnosis.id.desc())
        )
    )


def list_consents(session: Session, actor: Actor, patient: Patient) -> list[ConsentRow]:
    if sees(actor, Field.CONSENT) is not Grant.FULL:
        return []
    rows = session.scalars(
        select(Consent)
        .where(Consent.patient_id == patient.id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.from_on.desc(), Consent.id.desc())
    )
    return [ConsentRow(row.kind, row.is_agreed, row.signer, row.from_on, row.to_on) for row in rows]


def open_supplement(actor: Actor, vault: Vault, patient: Patient) -> Supplement:
    """The form's fields as stored; free text only for roles that see it whole."""

    def opened(name: str, sealed: bytes | None) -> str | None:
        return vault.open(patient.person_id, f"patients.{name}", sealed)

    is_text_seen = sees(actor, Field.FREE_TEXT) is Grant.FULL
    return Supplement(
        ethnic_code=patient.ethnic_code,
        marital_code=patient.marital_code,
        household_type=patient.household_type,
        employment=patient.employment,
        economic_status=patient.economic_status,
        committee_contact=opened("committee_contact", patient.committee_contact_sealed),
        first_onset=patient.first_onset,
        first_antipsychotic=patient.first_antipsychotic,
        past_symptoms=patient.past_symptoms,
        past_behaviours=patient.past_behaviours,
        past_locked_up=patient.past_locked_up,
        outpatient_history=patient.outpatient_history,
        psychiatric_admissions=patient.psychiatric_admissions,
        last_treatment_effect=patient.last_treatment_effect,
        specialist_advice=opened("specialist_advice", patient.specialist_advice_sealed),
        notes=opened("notes", patient.notes_sealed) if is_text_seen else None,
        is_insured=patient.is_insured,
    )


def _doctor(session: Session, patient: Patient) -> str | None:
    if patient.doctor_id is None:
        return None
    return session.scalar(select(User.display_name).where(User.id == patient.doctor_id))


def shown_id_number(actor: Actor, vault: Vault, person: Person) -> Masked | None:
    grant = sees(actor, Field.PATIENT_ID_NUMBER)
    if grant in (Grant.NONE, Grant.TASK_LAST_FOUR) or person.id_number_sealed is None:
        return None
    number = vault.open(person.id, "people.id_number", person.id_number_sealed) or ""
    if grant is Grant.LAST_FOUR:
        return Masked(last4(number), False)
    return Masked(mask_id(number), True) if grant is Grant.MASKED else Masked(number, False)


def _phone(session: Session, actor: Actor, vault: Vault, person: Person) -> Masked | None:
    grant = sees(actor, Field.PATIENT_PHONE)
    if grant not in _SHOWN:
        return None
    number = find_main_phone(session, vault, person.id)
    if number is None:
        return None
    return Masked(mask_phone(number), True) if grant is Grant.MASKED else Masked(number, False)


def shown_address(actor: Actor, vault: Vault, patient: Patient) -> str | None:
    if sees(actor, Field.ADDRESS) is not Grant.FULL:
        return None
    return vault.open(patient.person_id, "patients.address", patient.address_sealed)


def _notes(actor: Actor, vault: Vault, patient: Patient) -> str | None:
    if sees(actor, Field.FREE_TEXT) is not Grant.FULL:
        return None
    return vault.open(patient.person_id, "patients.notes", patient.notes_sealed)


def _consent(session: Session, actor: Actor, patient: Patient) -> str | None:
    if sees(actor, Field.CONSENT) not in (Grant.FULL, Grant.YES_NO):
        return None
    papers = session.scalars(
        select(Consent.is_agreed)
        .where(
            Consent.patient_id == patient.id,
            Consent.kind == ConsentKind.COMMUNITY_MANAGEMENT,
            Consent.withdrawn_at.is_(None),
        )
        .order_by(Consent.from_on.desc(), Consent.id.desc())
        .limit(2)
    ).all()
    return consent_standing(actor, papers)


def consent_standing(actor: Actor, papers: Sequence[bool]) -> str | None:
    """Of the papers, the newest first, the newest speaks; a refusal after an agreement has taken it back."""
    grant = sees(actor, Field.CONSENT)
    if grant not in (Grant.FULL, Grant.YES_NO):
        return None
    if papers and papers[0]:
        return SIGNED
    if not papers or grant is Grant.YES_NO:
        return "none"
    return "withdrawn" if len(papers) > 1 and papers[1] else "refused"


def _begins_later(session: Session, patient: Patient, today: date) -> date | None:
    """A consent that is taken back today ends the management tomorrow."""
    if patient.management_status is not ManagementStatus.REFUSED:
        return None
    return session.scalar(
        select(PatientSpan.from_on).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
            PatientSpan.from_on > today,
        )
    )


_STAFF = frozenset({SpanKind.DOCTOR, SpanKind.STAND_IN})


def _staff_names(session: Session, ids: set[int]) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all()) if ids else {}


def _named(span: PatientSpan, places: dict[str, str], agencies: dict[int, str], staff: dict[int, str]) -> str:
    if span.what is SpanKind.AREA:
        return places[span.value]
    if span.what is SpanKind.AGENCY:
        return agencies.get(int(span.value), span.value)
    if span.what in _STAFF:
        return staff.get(int(span.value), span.value)
    return span.value
