"""What somebody takes a day, as the last visit wrote it down: how much of a drug is to be bought for how many days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.patients.models import Patient
from app.visits.models import FollowUpVisit, VisitMedicine

Doses = Mapping[str, Decimal]


def daily_doses(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, Doses]:
    """patient → drug → milligrams a day. What shall be taken from now on goes before what was taken; injections have no day's dose."""
    found: dict[int, dict[str, Decimal]] = {}
    for part in slices(sorted(set(patient_ids))):
        rank = func.row_number().over(
            partition_by=FollowUpVisit.patient_id,
            order_by=(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc()),
        )
        with_drugs = select(VisitMedicine.visit_id)
        last = (
            select(FollowUpVisit.id, FollowUpVisit.patient_id, rank.label("rank"))
            .join(Patient, Patient.id == FollowUpVisit.patient_id)
            .where(
                Patient.id.in_(part),
                within(Patient.area_code, actor),
                FollowUpVisit.withdrawn_at.is_(None),
                FollowUpVisit.id.in_(with_drugs),
            )
            .subquery()
        )
        rows = session.execute(
            select(last.c.patient_id, VisitMedicine)
            .join(VisitMedicine, VisitMedicine.visit_id == last.c.id)
            .where(last.c.rank == 1)
            .order_by(last.c.patient_id, VisitMedicine.is_guidance, VisitMedicine.line)
        )
        for patient_id, line in rows:
            written = [Decimal(one) for one in (line.morning_mg, line.noon_mg, line.night_mg) if one]
            if written:
                found.setdefault(patient_id, {})[line.name] = sum(written, Decimal())
    return dict(found)


def dose_of(doses: Doses, drug: str) -> Decimal | None:
    """A supply may be written with its form and strength (奥氮平片 5mg) where the visit says 奥氮平."""
    known = [name for name in doses if name in drug or drug in name]
    return doses[max(known, key=len)] if known else None
