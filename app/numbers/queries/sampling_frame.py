"""What a sample is drawn from: the records of a county's institutions as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, null, or_, select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import place_of
from app.areas.rules import county_of, prefix_of
from app.core.actor import Actor
from app.core.scope import within, within_prefix
from app.numbers.rules.sampling import HIGH_LEVEL, Frame, SampleSubject, Stratum
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.visits.models import FollowUpVisit

_REGISTERED = Patient.registry_status == RegistryStatus.REGISTERED


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A record that may be drawn; `key` is its public id."""

    agency_id: int
    key: str
    patient_id: int
    visit_id: int | None
    is_high: bool


@dataclass(frozen=True, slots=True)
class Framed:
    """All that may be drawn, and how many records no institution of the county answers for."""

    rows: Sequence[FrameRow]
    agencies: dict[int, Agency]
    without_agency: int

    def as_frame(self, *, is_stratified: bool) -> Frame:
        """By institution; level 3 and above apart where they are drawn apart."""
        frame: dict[str, dict[Stratum, list[str]]] = {}
        for one in self.rows:
            stratum = Stratum.HIGH if is_stratified and one.is_high else Stratum.REST
            frame.setdefault(self.agencies[one.agency_id].public_id, {}).setdefault(stratum, []).append(one.key)
        return frame


def list_checkable(session: Session, actor: Actor) -> list[Agency]:
    """Institutions of the county that answer for somebody registered."""
    answering = select(Patient.agency_id).where(_REGISTERED, _in_county(Patient.area_code, actor))
    agencies = select(Agency).where(Agency.id.in_(answering), within(Agency.area_code, actor))
    return list(session.scalars(agencies.order_by(Agency.area_code, Agency.id)))


def read_frame(
    session: Session,
    actor: Actor,
    subject: SampleSubject,
    first_on: date | None,
    last_on: date | None,
    units: Sequence[str] = (),
) -> Framed:
    """The frame as it stands now, of all institutions or those named by public id."""
    agencies = {one.id: one for one in list_checkable(session, actor) if not units or one.public_id in units}
    records = _records(actor) if subject is SampleSubject.RECORDS else _visits(actor, first_on, last_on)
    found = [FrameRow(*row) for row in session.execute(records)]
    drawn_from = [one for one in found if one.agency_id in agencies]
    return Framed(drawn_from, agencies, 0 if units else len(found) - len(drawn_from))


def _in_county(column: Any, actor: Actor) -> ColumnElement[bool]:
    return within_prefix(column, prefix_of(county_of(place_of(actor))))


def _records(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Everybody registered today."""
    high = (Patient.risk_level.is_not(None) & (Patient.risk_level >= HIGH_LEVEL)).label("is_high")
    rows = select(Patient.agency_id, Patient.public_id, Patient.id, null(), high)
    return rows.where(_REGISTERED, within(Patient.area_code, actor), _in_county(Patient.area_code, actor))


def _visits(actor: Actor, first_on: date | None, last_on: date | None) -> Select[*tuple[Any, ...]]:
    """Visits of these days that are complete and confirmed; who was responsible on that day answers for them."""
    visit = FollowUpVisit
    high = (visit.risk_level.is_not(None) & (visit.risk_level >= HIGH_LEVEL)).label("is_high")
    return select(visit.agency_id, visit.public_id, visit.patient_id, visit.id, high).where(
        visit.visited_on.between(first_on, last_on),
        visit.is_complete,
        visit.is_opening.is_(False),
        visit.withdrawn_at.is_(None),
        or_(visit.needs_confirmation.is_(False), visit.confirmed_at.is_not(None)),
        within(visit.area_code, actor),
        _in_county(visit.area_code, actor),
    )
