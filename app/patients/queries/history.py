"""What was true as of a day, for many patients at once: states, diagnoses and stays in hospital."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.core.spans import Span
from app.patients.models import Admission, PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind


@dataclass(frozen=True)
class StateAsOf:
    """The states on one day; None where nothing was recorded yet or no longer holds."""

    registry: RegistryStatus | None = None
    management: ManagementStatus | None = None
    care: CareSetting | None = None
    area_code: str | None = None
    agency_id: int | None = None


@dataclass(frozen=True)
class StateSpan:
    """A value from a day to before another: half open, `to_on` None while it holds."""

    what: SpanKind
    value: str
    from_on: date
    to_on: date | None

    @property
    def days(self) -> Span | None:
        """The same as a span of days with both ends included."""
        return Span.half_open(self.from_on, self.to_on)


def state_as_of(session: Session, patient_ids: Iterable[int], day: date) -> dict[int, StateAsOf]:
    """patient id → states on `day`, as known now. Every asked id is answered."""
    wanted = set(patient_ids)
    found: dict[int, dict[SpanKind, str]] = {patient_id: {} for patient_id in wanted}
    for part in slices(wanted):
        rows = select(PatientSpan.patient_id, PatientSpan.what, PatientSpan.value).where(
            PatientSpan.patient_id.in_(part), _touches(day, day)
        )
        for patient_id, what, value in session.execute(rows):
            found[patient_id][what] = value
    return {patient_id: _state(values) for patient_id, values in found.items()}


def spans_in(
    session: Session,
    patient_ids: Iterable[int],
    first: date,
    last: date,
    kinds: Iterable[SpanKind] = tuple(SpanKind),
) -> dict[int, list[StateSpan]]:
    """patient id → state spans that hold on any day from first to last (both included), in order; not cut to the period."""
    wanted, whats = set(patient_ids), list(kinds)
    found: dict[int, list[StateSpan]] = {patient_id: [] for patient_id in wanted}
    for part in slices(wanted):
        rows = select(
            PatientSpan.patient_id,
            PatientSpan.what,
            PatientSpan.value,
            PatientSpan.from_on,
            PatientSpan.to_on,
        ).where(PatientSpan.patient_id.in_(part), PatientSpan.what.in_(whats), _touches(first, last))
        for patient_id, what, value, from_on, to_on in session.execute(
            rows.order_by(PatientSpan.from_on, PatientSpan.id)
        ):
            found[patient_id].append(StateSpan(what, value, from_on, to_on))
    return found


def admissions_in(
    session: Session, patient_ids: Iterable[int], first: date, last: date
) -> dict[int, list[tuple[date, date | None]]]:
    """patient id → stays (admission day, discharge day or None) that touch the period, in order. Patients without are left out."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for part in slices(set(patient_ids)):
        rows = select(Admission.patient_id, Admission.from_on, Admission.to_on).where(
            Admission.patient_id.in_(part),
            Admission.withdrawn_at.is_(None),
            Admission.from_on <= last,
            or_(Admission.to_on.is_(None), Admission.to_on >= first),
        )
        for patient_id, from_on, to_on in session.execute(rows.order_by(Admission.from_on)):
            found[patient_id].append((from_on, to_on))
    return dict(found)


def _touches(first: date, last: date) -> ColumnElement[bool]:
    return (
        PatientSpan.withdrawn_at.is_(None)
        & (PatientSpan.from_on <= last)
        & or_(PatientSpan.to_on.is_(None), PatientSpan.to_on > first)
    )


def _state(values: dict[SpanKind, str]) -> StateAsOf:
    registry, management, care = (values.get(what) for what in (SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE))
    agency = values.get(SpanKind.AGENCY)
    return StateAsOf(
        registry=RegistryStatus(registry) if registry else None,
        management=ManagementStatus(management) if management else None,
        care=CareSetting(care) if care else None,
        area_code=values.get(SpanKind.AREA),
        agency_id=int(agency) if agency else None,
    )
