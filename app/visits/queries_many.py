"""Visits of many patients, for papers about them: read in slices, never patient by patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.patients.models import Patient
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import StoredForm, sees_visits


def visits_by_ids(session: Session, actor: Actor, visit_ids: Iterable[int]) -> dict[int, FollowUpVisit]:
    """Also withdrawn ones; what is told of them the caller asks the role for. Visits of other areas are left out."""
    found: dict[int, FollowUpVisit] = {}
    for part in slices(set(visit_ids)):
        here = select(FollowUpVisit).join(Patient, Patient.id == FollowUpVisit.patient_id)
        rows = session.scalars(here.where(FollowUpVisit.id.in_(part), within(Patient.area_code, actor)))
        found |= {one.id: one for one in rows}
    return found


def last_visits(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, FollowUpVisit]:
    """patient → the newest completed visit by visit date; nobody for a role without clinical fields."""
    found: dict[int, FollowUpVisit] = {}
    newest_first = func.row_number().over(
        partition_by=FollowUpVisit.patient_id, order_by=(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc())
    )
    for part in slices(set(patient_ids) if sees_visits(actor) else ()):
        ranked = (
            select(FollowUpVisit.id, newest_first.label("rank"))
            .join(Patient, Patient.id == FollowUpVisit.patient_id)
            .where(
                Patient.id.in_(part),
                within(Patient.area_code, actor),
                FollowUpVisit.withdrawn_at.is_(None),
                or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening),
            )
            .subquery()
        )
        last = select(FollowUpVisit).join(ranked, ranked.c.id == FollowUpVisit.id).where(ranked.c.rank == 1)
        found |= {one.patient_id: one for one in session.scalars(last)}
    return found


def forms_of(session: Session, actor: Actor, visits: Mapping[int, FollowUpVisit]) -> dict[int, StoredForm]:
    """These visits, by the same keys, with their lines of medicine; none for a role without clinical fields."""
    if not sees_visits(actor):
        return {}
    lines: defaultdict[int, list[VisitMedicine]] = defaultdict(list)
    for part in slices({one.id for one in visits.values()}):
        for line in session.scalars(select(VisitMedicine).where(VisitMedicine.visit_id.in_(part))):
            lines[line.visit_id].append(line)
    return {key: StoredForm(one, tuple(lines[one.id])) for key, one in visits.items()}
