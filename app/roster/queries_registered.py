"""The county's register as an export of the national system can be compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within, within_prefix
from app.patients.models import Patient, PatientSpan
from app.patients.rules import NOT_LIVE, RegistryStatus, SpanKind
from app.people.models import FormerIdNumber, Person
from app.roster.rules.national_compare import Ours, Register, plain_agency
from app.visits.models import FollowUpVisit


def load_register(session: Session, actor: Actor, county: str, as_of: date) -> tuple[Register, dict[int, Ours]]:
    """Every registration of the county, by what an export can name it by, and by its key. Live ones speak before others."""
    found, everybody = Register(), dict[int, Ours]()
    rows = session.execute(_registrations(actor, county)).all()
    latest = last_visits(session, as_of, rows)
    people: dict[int, Ours] = {}
    for row in sorted(rows, key=lambda one: one.registry_status in NOT_LIVE):
        ours = _ours(row, latest, as_of)
        everybody[ours.id] = ours
        people.setdefault(row.person_id, ours)
        if ours.number_index:
            found.by_number.setdefault(ours.number_index, ours)
        if ours.record_number:
            found.by_record.setdefault(ours.record_number, ours)
        if ours.born_on and people[row.person_id] is ours:
            found.by_name.setdefault((ours.name, ours.born_on), []).append(ours)
    for part in slices(people):
        former = select(FormerIdNumber.number_index, FormerIdNumber.person_id)
        for index, person_id in session.execute(former.where(FormerIdNumber.person_id.in_(part))):
            found.by_number.setdefault(index, people[person_id])
    found.left = _left(session, county)
    return found, everybody


def list_ours(session: Session, actor: Actor, ids: Iterable[int], as_of: date) -> dict[int, Ours]:
    """Registrations as they stand now, for a page of findings; visits up to the day of the export."""
    found = [
        row for part in slices(ids) for row in session.execute(_registrations(actor, None).where(Patient.id.in_(part)))
    ]
    latest = last_visits(session, as_of, found)
    return {row.id: _ours(row, latest, as_of) for row in found}


def _registrations(actor: Actor, county: str | None) -> Select[*tuple[Any, ...]]:
    wanted = (
        select(
            Patient.id,
            Patient.public_id,
            Patient.person_id,
            Patient.record_number,
            Patient.area_code,
            Patient.agency_id,
            Patient.registry_status,
            Patient.management_status,
            Patient.diagnosis_category,
            Patient.risk_level,
            Patient.last_visit_on,
            Person.name,
            Person.born_on,
            Person.died_on,
            Person.id_index,
            Person.id_tail4_index,
        )
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), Patient.registry_status != RegistryStatus.MERGED)
        .order_by(Patient.id.desc())
    )
    return wanted.where(within_prefix(Patient.area_code, prefix_of(county))) if county else wanted


def _ours(one: Any, latest: Mapping[int, date | None], as_of: date) -> Ours:
    return Ours(
        id=one.id,
        public_id=one.public_id,
        person_id=one.person_id,
        name=one.name,
        born_on=one.born_on,
        area_code=one.area_code,
        agency_id=one.agency_id,
        status=one.registry_status,
        management=one.management_status,
        diagnosis=one.diagnosis_category,
        level=one.risk_level,
        visited_on=latest.get(one.id, one.last_visit_on),
        died_on=one.died_on,
        number_index=one.id_index,
        tail_index=one.id_tail4_index,
        record_number=one.record_number,
        died_since=one.died_on is not None and one.died_on > as_of,
    )


def last_visits(session: Session, as_of: date, patients: Iterable[Any]) -> dict[int, date | None]:
    """The last visit up to the day of the export, of those who have been visited since."""
    since = [one.id for one in patients if one.last_visit_on and one.last_visit_on > as_of]
    found: dict[int, date | None] = dict.fromkeys(since)
    for part in slices(since):
        rows = (
            select(FollowUpVisit.patient_id, func.max(FollowUpVisit.visited_on))
            .where(
                FollowUpVisit.patient_id.in_(part),
                FollowUpVisit.visited_on <= as_of,
                FollowUpVisit.withdrawn_at.is_(None),
            )
            .group_by(FollowUpVisit.patient_id)
        )
        found.update(dict(session.execute(rows).all()))
    return found


def _left(session: Session, county: str) -> dict[bytes, int]:
    """Who has been in the county and is registered elsewhere by now; no more of them than the index of their number."""
    inside = prefix_of(county)
    rows = (
        select(Person.id_index, Patient.id)
        .select_from(PatientSpan)
        .join(Patient, Patient.id == PatientSpan.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            PatientSpan.what == SpanKind.AREA,
            within_prefix(PatientSpan.value, inside),
            PatientSpan.withdrawn_at.is_(None),
            ~within_prefix(Patient.area_code, inside),
            Patient.registry_status.not_in(NOT_LIVE),
            Person.id_index.is_not(None),
        )
    )
    return {index: patient_id for index, patient_id in session.execute(rows) if index is not None}


def health_centres(session: Session, county: str, county_name: str) -> dict[str, int]:
    """Every way in which an export may write the name of a health centre of the county → the agency."""
    rows = session.execute(
        select(Agency.id, Agency.name).where(
            Agency.kind == AgencyKind.HEALTH_CENTRE, within_prefix(Agency.area_code, prefix_of(county))
        )
    )
    found: dict[str, int] = {}
    for agency_id, name in rows:
        plain = plain_agency(name)
        short = plain.removeprefix(plain_agency(county_name))
        found |= dict.fromkeys((plain, short, plain_agency(county_name) + short), agency_id)
    return found
