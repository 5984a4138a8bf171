"""What stands on each form: one pure shape per form, filled by a query that selects nothing else (domain 6, roles.md).

Where the two differ the narrower holds: the police read an advice, never a level, and the last four of a number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_name, responsible_agency
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.identity import mask_id, mask_phone
from app.discharges.commands import Medicine
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.numbers import form_number
from app.discharges.rules.record import HELP
from app.discharges.rules.states import Advice, FormKind, GuardianState, LegalBasis
from app.discharges.rules.telling import advice_of, guardian_state
from app.discharges.sealing import (
    ADDRESS,
    CLINICAL,
    CONTACT,
    GUIDANCE,
    IDENTITY,
    MEDICINES,
    open_json,
)
from app.guardians.labels import RELATION_LABELS
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Doctor:
    """精防医生 of the household: by name where the register says who, and the health centre's telephone."""

    name: str
    centre: str
    phone: str


@dataclass(frozen=True, slots=True)
class Guard:
    """`relation` as a label to be translated, or as the hospital wrote it."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class GuardianNotice:
    """① for the family."""

    number: str
    patient_name: str
    discharged_on: date
    guardian: Guard
    medicines: tuple[Medicine, ...]
    recheck_on: date | None
    warning_signs: str
    doctor: Doctor


@dataclass(frozen=True, slots=True)
class CommitteeNotice:
    """① where nobody guards the person: the committee looks for somebody, and reads nothing of the treatment."""

    number: str
    patient_name: str
    place: str
    discharged_on: date
    doctor: Doctor


@dataclass(frozen=True, slots=True)
class DockingForm:
    """② the whole record for the health centre."""

    number: str
    patient_name: str
    sex: int
    born_on: date | None
    id_kind: str
    id_number: str  # masked: the register reveals the whole for a reason
    nationality: str
    place: str
    address: str
    guardian: Guard
    hospital: str
    hospital_number: str
    admitted_on: date | None
    discharged_at: datetime
    discharge_type: str
    discharge_to: str
    risk_level: int
    behaviours: int
    is_law_30: bool
    is_guardian_present: bool
    is_guardian_phone_checked: bool
    help_needed: int
    # by the names of `SubmitDischarge`
    clinical: dict[str, Any]
    medicines_in_hospital: tuple[Medicine, ...]
    medicines: tuple[Medicine, ...]
    recheck_on: date | None
    warning_signs: str
    is_information: bool
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class PoliceNotice:
    """③"""

    number: str
    patient_name: str
    id_last_four: str
    place: str
    address: str
    guardian: Guard
    discharged_on: date
    basis: LegalBasis
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class TownPrompt:
    """④"""

    number: str
    patient_name: str
    place: str
    discharged_on: date
    guardian_state: GuardianState
    help_needed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrackingForm:
    """⑤"""

    number: str
    patient_name: str
    place: str
    address: str
    guardian: Guard
    doctor: Doctor
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class OfficeNotice:
    """To the office of the county where the person goes, or to the one that was looking for them."""

    number: str
    patient_name: str
    place: str
    hospital: str
    discharged_on: date
    risk_level: int
    is_found: bool


Sheet = GuardianNotice | CommitteeNotice | DockingForm | PoliceNotice | TownPrompt | TrackingForm | OfficeNotice


def open_form_sheet(session: Session, vault: Vault, form: HandoverForm) -> Sheet:
    """The form's own fields and no other; whether the reader may see them now is asked before."""
    return _SHEETS[form.kind](session, vault, form)


def masked_for(actor: Actor, sheet: Sheet) -> Sheet:
    """For an office that looks at a form of somebody else's: telephones as its own pages show them (roles.md)."""
    if (
        isinstance(sheet, DockingForm)
        and sees(actor, Field.PATIENT_PHONE) is Grant.MASKED
        and sheet.clinical.get("phone")
    ):
        sheet = replace(sheet, clinical=sheet.clinical | {"phone": mask_phone(sheet.clinical["phone"])})
    if not isinstance(sheet, GuardianNotice | DockingForm | PoliceNotice | TrackingForm):
        return sheet
    if sees(actor, Field.GUARDIAN_PHONE) is not Grant.MASKED or not sheet.guardian.phone:
        return sheet
    return replace(sheet, guardian=replace(sheet.guardian, phone=mask_phone(sheet.guardian.phone)))


# -- one query each ----------------------------------------------------------------------------------------------------


def _row(session: Session, form: HandoverForm, *columns: Any) -> Any:
    """The columns that this form may hold, and nothing besides; `name`, `person_id`, `place` and the day stand on all."""
    return session.execute(
        select(
            Discharge.person_id, Discharge.patient_id, Person.name, Discharge.place, Discharge.discharged_at, *columns
        )
        .join(Person, Person.id == Discharge.person_id)
        .where(Discharge.id == form.discharge_id)
    ).one()


def _guardian_notice(session: Session, vault: Vault, form: HandoverForm) -> Sheet:
    if form.agency_id is not None or form.addressee:
        row = _row(session, form)
        return CommitteeNotice(
            form_number(form.public_id),
            row.name,
            _place(session, form, row),
            business_day(row.discharged_at),
            _doctor(session, form, row.patient_id),
        )
    row = _row(session, form, Discharge.medicines_sealed, Discharge.guidance_sealed, Discharge.contact_sealed)
    guidance = open_json(vault, row.person_id, GUIDANCE, row.guidance_sealed) or {}
    return GuardianNotice(
        form_number(form.public_id),
        row.name,
        business_day(row.discharged_at),
        _guard(session, vault, row),
        _medicines(open_json(vault, row.person_id, MEDICINES, row.medicines_sealed)),
        _day(guidance.get("recheck_on")),
        guidance.get("warning_signs", ""),
        _doctor(session, form, row.patient_id),
    )


def _docking_form(session: Session, vault: Vault, form: HandoverForm) -> Sheet:
    row = _row(
        session, form, Person.sex, Discharge.hospital_name, Discharge.hospital_number, Discharge.admitted_on,
        Discharge.discharge_type, Discharge.discharge_to, Discharge.risk_level, Discharge.behaviours, Discharge.is_law_30,
        Discharge.is_guardian_present, Discharge.is_guardian_phone_checked, Discharge.help_needed,
        Discharge.identity_sealed, Discharge.address_sealed, Discharge.contact_sealed, Discharge.clinical_sealed,
        Discharge.medicines_sealed, Discharge.guidance_sealed,
    )  # fmt: skip
    who = row.person_id
    identity = open_json(vault, who, IDENTITY, row.identity_sealed) or {}
    clinical = open_json(vault, who, CLINICAL, row.clinical_sealed) or {}
    guidance = open_json(vault, who, GUIDANCE, row.guidance_sealed) or {}
    return DockingForm(
        number=form_number(form.public_id),
        patient_name=row.name,
        sex=row.sex,
        born_on=_day(identity.get("born_on")),
        id_kind=identity.get("id_kind", ""),
        id_number=mask_id(identity["id_number"]) if identity.get("id_number") else "",
        nationality=identity.get("nationality", ""),
        place=_place(session, form, row),
        address=vault.open(who, ADDRESS, row.address_sealed) or "",
        guardian=_guard(session, vault, row),
        hospital=row.hospital_name,
        hospital_number=row.hospital_number,
        admitted_on=row.admitted_on,
        discharged_at=row.discharged_at,
        discharge_type=row.discharge_type,
        discharge_to=row.discharge_to,
        risk_level=row.risk_level,
        behaviours=row.behaviours,
        is_law_30=row.is_law_30,
        is_guardian_present=row.is_guardian_present,
        is_guardian_phone_checked=row.is_guardian_phone_checked,
        help_needed=row.help_needed,
        clinical={name: value for name, value in clinical.items() if name != "medicines"},
        medicines_in_hospital=_medicines(clinical.get("medicines")),
        medicines=_medicines(open_json(vault, who, MEDICINES, row.medicines_sealed)),
        recheck_on=_day(guidance.get("recheck_on")),
        warning_signs=guidance.get("warning_signs", ""),
        is_information=form.is_information,
        advice=advice_of(row.risk_level, row.behaviours),
    )


def _police_notice(session: Session, vault: Vault, form: HandoverForm) -> Sheet:
    row = _row(
        session, form, Discharge.risk_level, Discharge.behaviours, Discharge.identity_sealed, Discharge.address_sealed,
        Discharge.contact_sealed,
    )  # fmt: skip
    identity = open_json(vault, row.person_id, IDENTITY, row.identity_sealed) or {}
    return PoliceNotice(
        form_number(form.public_id),
        row.name,
        str(identity.get("id_number") or "")[-4:],
        _place(session, form, row),
        vault.open(row.person_id, ADDRESS, row.address_sealed) or "",
        _guard(session, vault, row),
        business_day(row.discharged_at),
        form.legal_basis or LegalBasis.LAW_30,
        advice_of(row.risk_level, row.behaviours),
    )


def _town_prompt(session: Session, _vault: Vault, form: HandoverForm) -> Sheet:
    row = _row(
        session, form, Discharge.has_guardian, Discharge.is_guardian_present, Discharge.is_guardian_phone_checked,
        Discharge.help_needed,
    )  # fmt: skip
    return TownPrompt(
        form_number(form.public_id),
        row.name,
        _place(session, form, row),
        business_day(row.discharged_at),
        guardian_state(row.has_guardian, row.is_guardian_present, row.is_guardian_phone_checked),
        tuple(code for code in HELP if row.help_needed >> (code - 1) & 1),
    )


def _tracking_form(session: Session, vault: Vault, form: HandoverForm) -> Sheet:
    row = _row(
        session, form, Discharge.risk_level, Discharge.behaviours, Discharge.address_sealed, Discharge.contact_sealed
    )
    return TrackingForm(
        form_number(form.public_id),
        row.name,
        _place(session, form, row),
        vault.open(row.person_id, ADDRESS, row.address_sealed) or "",
        _guard(session, vault, row),
        _doctor(session, form, row.patient_id),
        advice_of(row.risk_level, row.behaviours),
    )


def _office_notice(session: Session, _vault: Vault, form: HandoverForm) -> Sheet:
    row = _row(session, form, Discharge.hospital_name, Discharge.risk_level)
    return OfficeNotice(
        form_number(form.public_id),
        row.name,
        _place(session, form, row),
        row.hospital_name,
        business_day(row.discharged_at),
        row.risk_level,
        form.kind is FormKind.ORIGIN,
    )


_SHEETS = {
    FormKind.GUARDIAN: _guardian_notice,
    FormKind.HEALTH_CENTRE: _docking_form,
    FormKind.POLICE: _police_notice,
    FormKind.TOWN: _town_prompt,
    FormKind.VILLAGE: _tracking_form,
    FormKind.TRANSFER: _office_notice,
    FormKind.ORIGIN: _office_notice,
}


# -- parts -------------------------------------------------------------------------------------------------------------


def _place(session: Session, form: HandoverForm, row: Any) -> str:
    return row.place or full_name(session, form.area_code)


def _guard(session: Session, vault: Vault, row: Any) -> Guard:
    """The first guardian of the register; else whom the hospital named."""
    if row.patient_id is not None:
        found = session.execute(
            select(Guardianship.person_id, Guardianship.relation, Person.name)
            .join(Person, Person.id == Guardianship.person_id)
            .where(
                Guardianship.patient_id == row.patient_id,
                Guardianship.rank == Rank.FIRST,
                Guardianship.to_on.is_(None),
                Guardianship.withdrawn_at.is_(None),
            )
        ).one_or_none()
        if found is not None:
            phone = find_main_phone(session, vault, found.person_id) or ""
            return Guard(found.name, RELATION_LABELS[found.relation], phone)
    contact = open_json(vault, row.person_id, CONTACT, row.contact_sealed) or {}
    return Guard(contact.get("name", ""), contact.get("relation", ""), contact.get("phone", ""))


def _doctor(session: Session, form: HandoverForm, patient_id: int | None) -> Doctor:
    agency = responsible_agency(session, form.area_code)
    name = session.scalar(
        select(User.display_name).join(Patient, Patient.doctor_id == User.id).where(Patient.id == patient_id)
    )
    return Doctor(name or "", agency.name if agency else "", (agency.phone or "") if agency else "")


def _medicines(lines: Any) -> tuple[Medicine, ...]:
    return tuple(Medicine(one["name"], one["dose"], one["usage"]) for one in lines or ())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
