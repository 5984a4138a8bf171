"""What was learned after a count about those whom it counts: written down since, for days up to its cut-off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.numbers.models import IndicatorRun
from app.numbers.rules.submission import Cause
from app.patients.models import Diagnosis, Examination, Patient, PatientSpan
from app.patients.rules import RegistryStatus, SpanKind
from app.visits.models import FollowUpVisit

_SPANS: tuple[tuple[Cause, ColumnElement[bool]], ...] = (
    (Cause.MOVED, PatientSpan.what == SpanKind.AREA),
    (Cause.AGENCY_CHANGED, PatientSpan.what == SpanKind.AGENCY),
    (Cause.STATE_CORRECTED, PatientSpan.what.in_((SpanKind.MANAGEMENT, SpanKind.CARE))),
)
_REGISTERED = (RegistryStatus.REGISTERED.value, RegistryStatus.TRANSFERRED_OUT.value)


def learned_of(session: Session, patient_ids: Sequence[int], counted: IndicatorRun) -> dict[int, list[Cause]]:
    """patient → causes."""
    found: dict[int, list[Cause]] = {}
    for part in slices(patient_ids):
        for cause, rows in _Learned(part, counted).all():
            for patient_id in session.scalars(rows.distinct()):
                causes = found.setdefault(patient_id, [])
                if cause is not Cause.AGENCY_CHANGED or Cause.MOVED not in causes:  # whoever moves goes to another one
                    causes.append(cause)
    return found


class _Learned:
    """For each cause the patients of whom it is true."""

    def __init__(self, ids: Sequence[int], counted: IndicatorRun) -> None:
        self.ids, self.since, self.by = ids, counted.computed_at, counted.cut_off

    def all(self) -> Iterator[tuple[Cause, Select[Any]]]:
        yield Cause.EXCLUDED, self._gone(RegistryStatus.EXCLUDED)
        yield Cause.MERGED, self._gone(RegistryStatus.MERGED)
        yield from self._states()
        yield from self._visits()
        yield Cause.DIAGNOSIS_CHANGED, self._written(Diagnosis, Diagnosis.from_on <= self.by, self._known(Diagnosis))
        yield Cause.EXAMINATION_LATE, self._written(Examination, Examination.examined_on <= self.by)

    def _states(self) -> Iterator[tuple[Cause, Select[Any]]]:
        span, value = PatientSpan, PatientSpan.value
        # death is the register's word from the day after
        begun, is_registry = span.from_on <= self.by + timedelta(days=1), span.what == SpanKind.REGISTRY
        yield Cause.DEATH_LEARNED, self._written(span, begun, is_registry, value == RegistryStatus.DEAD.value)
        late = and_(value.in_(_REGISTERED), span.recorded_at > self.since)
        yield Cause.REGISTERED_LATE, self._written(span, begun, is_registry, late)
        for cause, what in _SPANS:
            yield cause, self._written(span, begun, what, self._known(span))

    def _visits(self) -> Iterator[tuple[Cause, Select[Any]]]:
        visit, since = FollowUpVisit, self.since
        rows = select(visit.patient_id).where(visit.patient_id.in_(self.ids), visit.visited_on <= self.by)
        late = or_(visit.recorded_at > since, visit.confirmed_at > since)
        yield Cause.LATE_ENTRY, rows.where(late, visit.withdrawn_at.is_(None), visit.corrects_id.is_(None))
        again = and_(visit.recorded_at > since, visit.corrects_id.is_not(None))
        yield Cause.VISIT_CORRECTED, rows.where(or_(visit.withdrawn_at > since, again))

    def _gone(self, status: RegistryStatus) -> Select[Any]:
        return select(Patient.id).where(Patient.id.in_(self.ids), Patient.registry_status == status)

    def _written(self, model: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Written down or taken back since."""
        changed = or_(model.recorded_at > self.since, model.withdrawn_at > self.since)
        return select(model.patient_id).where(model.patient_id.in_(self.ids), changed, *conditions)

    def _known(self, model: Any) -> ColumnElement[bool]:
        """Registered before: of whoever came since everything is new, and the registration alone is the cause."""
        came = select(Patient.id).where(Patient.id.in_(self.ids), Patient.created_at > self.since)
        of: ColumnElement[int] = model.patient_id
        return of.not_in(came)
