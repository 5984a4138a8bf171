"""To whom each form goes: units by place and kind, the guardian by the register or by the hospital's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind, Area
from app.areas.queries import find_agency, find_setting, responsible_agency, written_name
from app.areas.rules import AreaLevel, county_of, level_of, town_of
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.clocks import act_due_at, contacts_needed, receive_due_at
from app.discharges.rules.states import READ_ONLY_KINDS, EventKind, FormKind, LegalBasis
from app.discharges.rules.telling import EVERY_BASIS, POLICE_SETTING
from app.discharges.service.noting import write_event
from app.discharges.service.telling import tell_of_form
from app.guardians.models import Guardianship
from app.guardians.rules import Rank


@dataclass(frozen=True, slots=True)
class Guards:
    """Open guardianships of the patient, first and second."""

    first: int | None = None
    second: int | None = None


def guards_of(session: Session, patient_id: int | None) -> Guards:
    if patient_id is None:
        return Guards()
    rows = session.execute(
        select(Guardianship.rank, Guardianship.id).where(
            Guardianship.patient_id == patient_id, Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
        )
    )
    found = dict(rows.all())
    return Guards(found.get(Rank.FIRST), found.get(Rank.SECOND))


def allowed_bases(session: Session, area_code: str) -> frozenset[LegalBasis]:
    """The county's own decision; without one every ground counts."""
    setting = find_setting(session, area_code, POLICE_SETTING)
    if setting is None:
        return EVERY_BASIS
    return frozenset(LegalBasis(word) for word in setting.value.split(",") if word)


def issue_form(
    session: Session,
    discharge: Discharge,
    kind: FormKind,
    area_code: str,
    now: datetime,
    *,
    round_number: int = 1,
    guards: Guards | None = None,
    basis: LegalBasis | None = None,
    is_information: bool = False,
) -> HandoverForm:
    """Send one form: its unit hears of it from this moment on, and its clock runs."""
    if discharge.discharged_at is None:
        raise ValueError("a form goes out for a discharge that was sent")
    guards = guards or Guards()
    agency = find_unit(session, discharge, kind, area_code)
    # a health centre elsewhere that has no account takes over: what it does is its own county's to follow
    is_beyond = agency is None and county_of(area_code) != discharge.county_code
    acts = not is_information and kind not in READ_ONLY_KINDS and not is_beyond
    form = HandoverForm(
        discharge_id=discharge.id,
        kind=kind,
        round=round_number,
        agency_id=agency.id if agency else None,
        addressee=_addressee(session, discharge, kind, agency, area_code),
        guardianship_id=guards.first if kind is FormKind.GUARDIAN else None,
        second_guardianship_id=guards.second if kind is FormKind.GUARDIAN else None,
        area_code=area_code,
        is_information=is_information,
        legal_basis=basis if kind is FormKind.POLICE else None,
        dispatched_at=now,
        receive_due_at=receive_due_at(now),
        act_due_at=act_due_at(kind, discharge.discharged_at, now, discharge.risk_level) if acts else None,
        contacts_needed=contacts_needed(kind) if acts else 0,
    )
    session.add(form)
    session.flush()
    write_event(session, discharge, form, EventKind.DISPATCHED, now, now, unit=form.addressee)
    tell_of_form(session, discharge, form, now)
    return form


def is_known_place(session: Session, area_code: str) -> bool:
    return session.get(Area, area_code) is not None


def is_smallest_place(session: Session, area_code: str) -> bool:
    """A village; of a town that has none, the town itself: a larger place is nobody's door."""
    if level_of(area_code) is AreaLevel.VILLAGE:
        return True
    below = select(Area.code).where(Area.parent_code == area_code, Area.replaced_by.is_(None))
    return level_of(area_code) is AreaLevel.TOWN and session.scalar(below.limit(1)) is None


def has_office(session: Session, area_code: str) -> bool:
    """The county of a place works with this product."""
    return find_agency(session, AgencyKind.COUNTY_OFFICE, county_of(area_code)) is not None


def find_unit(session: Session, discharge: Discharge, kind: FormKind, area_code: str) -> Agency | None:
    town, county = town_of(area_code), county_of(area_code)
    if kind is FormKind.GUARDIAN:
        return None if discharge.has_guardian else find_agency(session, AgencyKind.VILLAGE_COMMITTEE, area_code)
    if kind is FormKind.HEALTH_CENTRE:
        return responsible_agency(session, area_code)
    if kind is FormKind.POLICE:
        return find_agency(session, AgencyKind.POLICE, town) or find_agency(session, AgencyKind.POLICE, county)
    if kind is FormKind.TOWN:
        return find_agency(session, AgencyKind.GOVERNANCE, town) or find_agency(session, AgencyKind.GOVERNANCE, county)
    if kind is FormKind.VILLAGE:
        return find_agency(session, AgencyKind.VILLAGE_COMMITTEE, area_code)
    of = county if kind is FormKind.TRANSFER else discharge.county_code
    return find_agency(session, AgencyKind.COUNTY_OFFICE, of)


def _addressee(session: Session, discharge: Discharge, kind: FormKind, agency: Agency | None, area_code: str) -> str:
    """The unit's name; where it is not entered, the place that it is of. A guardian is named by the register only."""
    if agency is not None:
        return agency.name
    if kind is FormKind.GUARDIAN and discharge.has_guardian:
        return ""
    return written_name(session, area_code) if is_known_place(session, area_code) else discharge.place
