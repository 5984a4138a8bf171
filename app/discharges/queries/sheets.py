"""The fields of each form, out of the record and the register, by a query that selects nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_name, responsible_agency
from app.areas.rules import town_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.identity import mask_id, mask_phone
from app.discharges.commands import Medicine
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.guards import guarding_of
from app.discharges.rules.numbers import form_number
from app.discharges.rules.record import HELP
from app.discharges.rules.states import EventKind, FormKind, LegalBasis
from app.discharges.rules.telling import advice_of
from app.discharges.sealing import (
    ADDRESS,
    CLINICAL,
    GUIDANCE,
    IDENTITY,
    MEDICINES,
    open_json,
)
from app.discharges.sheets import (
    CommitteeNotice,
    DockingForm,
    Doctor,
    Guard,
    GuardianNotice,
    Guarding,
    OfficeNotice,
    PoliceNotice,
    Registered,
    Sheet,
    TownPrompt,
    TrackingForm,
)
from app.patients.models import Patient
from app.patients.queries.merges import merges
from app.people.models import Person
from app.people.vault import Vault


def open_form_sheet(session: Session, vault: Vault, form: HandoverForm, *, as_written: bool = False) -> Sheet:
    """The form's own fields and no other; whether the reader may see them now is asked before.

    `as_written`: for the hospital, which reads its own words again and nothing that only the register knows.
    """
    return _SHEETS[form.kind](_Source(session, vault, form, as_written))


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
    if sees(actor, Field.GUARDIAN_PHONE) is not Grant.MASKED:
        return sheet
    if isinstance(sheet, GuardianNotice):
        return replace(sheet, guardian=_masked(sheet.guardian))
    both = (sheet.guarding.registered, sheet.guarding.named)
    return replace(sheet, guarding=Guarding(*(one and _masked(one) for one in both)))


def _masked(guard: Guard) -> Guard:
    return replace(guard, phone=mask_phone(guard.phone)) if guard.phone else guard


# -- what a form is filled from ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """The record behind one form. `read` selects the columns that the form may hold, and nothing besides."""

    session: Session
    vault: Vault
    form: HandoverForm
    as_written: bool = False

    def read(self, *columns: Any) -> Any:
        """One row; person, registration, name, place in words and the time of leaving stand on all."""
        return self.session.execute(
            select(
                Discharge.person_id,
                Discharge.patient_id,
                Person.name,
                Discharge.place,
                Discharge.discharged_at,
                *columns,
            )
            .join(Person, Person.id == Discharge.person_id)
            .where(Discharge.id == self.form.discharge_id)
        ).one()

    def standing(self, row: Any) -> int | None:
        """The registration that speaks for the person now."""
        return merges(self.session).end_of(row.patient_id) if row.patient_id else None

    def head(self, row: Any) -> dict[str, Any]:
        return {"number": form_number(self.form.public_id), "patient_name": row.name}

    def unsealed(self, row: Any, what: str, sealed: bytes | None) -> Any:
        return open_json(self.vault, row.person_id, what, sealed) or {}

    def place(self, row: Any) -> str:
        return row.place or full_name(self.session, self.form.area_code)

    def address(self, row: Any) -> str:
        """As the hospital wrote it; after a move as the register has it, once somebody has entered it there: the old door is nobody's."""
        written = self.vault.open(row.person_id, ADDRESS, row.address_sealed) or ""
        if not _has_moved(self.session, self.form.discharge_id):
            return written
        standing = self.standing(row)
        patient = self.session.get(Patient, standing) if standing else None
        if patient is None or patient.area_code != self.form.area_code:
            return ""
        present = self.vault.open(patient.person_id, "patients.address", patient.address_sealed) or ""
        return "" if present == written else present

    def guarding(self, row: Any) -> Guarding:
        patient_id = None if self.as_written else row.patient_id
        return guarding_of(self.session, self.vault, row.person_id, patient_id, row.contact_sealed)

    def registered(self, row: Any) -> Registered | None:
        """None where the register has them in the town that the form goes to; a hospital does not learn who is registered."""
        patient_id = None if self.as_written else self.standing(row)
        patient = self.session.get(Patient, patient_id) if patient_id else None
        if patient is None or town_of(patient.area_code) == town_of(self.form.area_code):
            return None
        agency = responsible_agency(self.session, patient.area_code)
        return Registered(full_name(self.session, patient.area_code), agency.name if agency else "")

    def doctor(self, row: Any) -> Doctor:
        """The health centre of the place and its telephone; the register's doctor by name only where they work there."""
        agency = responsible_agency(self.session, self.form.area_code)
        if agency is None:
            return Doctor("", "", "")
        patient_id = None if self.as_written else self.standing(row)
        name = self.session.scalar(
            select(User.display_name)
            .join(Patient, Patient.doctor_id == User.id)
            .where(Patient.id == patient_id, User.agency_id == agency.id)
        )
        return Doctor(name or "", agency.name, agency.phone or "")


def _has_moved(session: Session, discharge_id: int) -> bool:
    moved = select(HandoverEvent.id).where(
        HandoverEvent.discharge_id == discharge_id, HandoverEvent.kind == EventKind.REISSUED
    )
    return session.scalar(moved.limit(1)) is not None


# -- one query each ----------------------------------------------------------------------------------------------------


def _guardian_notice(of: _Source) -> Sheet:
    if of.form.agency_id is not None or of.form.addressee:
        return _committee_notice(of)
    row = of.read(Discharge.medicines_sealed, Discharge.guidance_sealed, Discharge.contact_sealed)
    guidance = of.unsealed(row, GUIDANCE, row.guidance_sealed)
    return GuardianNotice(
        **of.head(row),
        discharged_on=business_day(row.discharged_at),
        guardian=of.guarding(row).first,
        medicines=_medicines(of.unsealed(row, MEDICINES, row.medicines_sealed)),
        recheck_on=_day(guidance.get("recheck_on")),
        warning_signs=guidance.get("warning_signs", ""),
        doctor=of.doctor(row),
    )


def _committee_notice(of: _Source) -> Sheet:
    row = of.read()
    return CommitteeNotice(
        **of.head(row), place=of.place(row), discharged_on=business_day(row.discharged_at), doctor=of.doctor(row)
    )


# columns of the record that stand on the docking form as they are
_AS_WRITTEN = (
    "hospital_number", "admitted_on", "discharge_type", "discharge_to", "risk_level", "behaviours", "is_law_30",
    "is_guardian_present", "is_guardian_phone_checked", "help_needed",
)  # fmt: skip


def _docking_form(of: _Source) -> Sheet:
    row = of.read(
        Person.sex, Discharge.hospital_name, Discharge.identity_sealed, Discharge.address_sealed, Discharge.contact_sealed,
        Discharge.clinical_sealed, Discharge.medicines_sealed, Discharge.guidance_sealed,
        *(getattr(Discharge, name) for name in _AS_WRITTEN),
    )  # fmt: skip
    identity = of.unsealed(row, IDENTITY, row.identity_sealed)
    clinical = of.unsealed(row, CLINICAL, row.clinical_sealed)
    guidance = of.unsealed(row, GUIDANCE, row.guidance_sealed)
    return DockingForm(
        **of.head(row),
        **{name: getattr(row, name) for name in _AS_WRITTEN},
        sex=row.sex,
        born_on=_day(identity.get("born_on")),
        id_kind=identity.get("id_kind", ""),
        id_number=mask_id(identity["id_number"]) if identity.get("id_number") else "",
        nationality=identity.get("nationality", ""),
        place=of.place(row),
        address=of.address(row),
        guarding=of.guarding(row),
        hospital=row.hospital_name,
        discharged_at=row.discharged_at,
        form_on=_day(clinical.get("form_on")),
        clinical={name: value for name, value in clinical.items() if name not in ("medicines", "form_on")},
        medicines_in_hospital=_medicines(clinical.get("medicines")),
        medicines=_medicines(of.unsealed(row, MEDICINES, row.medicines_sealed)),
        recheck_on=_day(guidance.get("recheck_on")),
        warning_signs=guidance.get("warning_signs", ""),
        is_information=of.form.is_information,
        advice=advice_of(row.risk_level, row.behaviours),
        registered=of.registered(row),
    )


def _police_notice(of: _Source) -> Sheet:
    row = of.read(
        Discharge.risk_level, Discharge.behaviours, Discharge.identity_sealed, Discharge.address_sealed,
        Discharge.contact_sealed,
    )  # fmt: skip
    return PoliceNotice(
        **of.head(row),
        id_last_four=str(of.unsealed(row, IDENTITY, row.identity_sealed).get("id_number") or "")[-4:],
        place=of.place(row),
        address=of.address(row),
        guarding=of.guarding(row),
        discharged_on=business_day(row.discharged_at),
        basis=of.form.legal_basis or LegalBasis.LAW_30,
        advice=advice_of(row.risk_level, row.behaviours),
    )


def _town_prompt(of: _Source) -> Sheet:
    row = of.read(
        Discharge.contact_sealed, Discharge.is_guardian_present, Discharge.is_guardian_phone_checked,
        Discharge.help_needed,
    )  # fmt: skip
    return TownPrompt(
        **of.head(row),
        place=of.place(row),
        discharged_on=business_day(row.discharged_at),
        guardian_state=of.guarding(row).state(row.is_guardian_present, row.is_guardian_phone_checked),
        help_needed=tuple(code for code in HELP if row.help_needed >> (code - 1) & 1),
    )


def _tracking_form(of: _Source) -> Sheet:
    row = of.read(Discharge.risk_level, Discharge.behaviours, Discharge.address_sealed, Discharge.contact_sealed)
    return TrackingForm(
        **of.head(row),
        place=of.place(row),
        address=of.address(row),
        guarding=of.guarding(row),
        doctor=of.doctor(row),
        advice=advice_of(row.risk_level, row.behaviours),
    )


def _office_notice(of: _Source) -> Sheet:
    row = of.read(Discharge.hospital_name, Discharge.risk_level)
    return OfficeNotice(
        **of.head(row),
        place=of.place(row),
        hospital=row.hospital_name,
        discharged_on=business_day(row.discharged_at),
        risk_level=row.risk_level,
        is_found=of.form.kind is FormKind.ORIGIN,
    )


_SHEETS: dict[FormKind, Callable[[_Source], Sheet]] = {
    FormKind.GUARDIAN: _guardian_notice,
    FormKind.HEALTH_CENTRE: _docking_form,
    FormKind.POLICE: _police_notice,
    FormKind.TOWN: _town_prompt,
    FormKind.VILLAGE: _tracking_form,
    FormKind.TRANSFER: _office_notice,
    FormKind.ORIGIN: _office_notice,
}


def _medicines(lines: Any) -> tuple[Medicine, ...]:
    return tuple(Medicine(one["name"], one["dose"], one["usage"]) for one in lines or ())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
