"""Incidents as facts for whoever decides about money: the day, what it was, and what people have said of the guardian.

Unscoped: the caller has already chosen patients who are theirs to work on, and nobody is named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.batches import slices
from app.incidents.models import Incident, IncidentFinding
from app.incidents.rules.incidents import AT_FAULT, IncidentKind, IncidentState, Matter, unexplained
from app.patients.queries.merges import merges
from app.visits.models import FollowUpVisit


@dataclass(frozen=True, slots=True)
class IncidentOn:
    """One incident. `guardian_at_fault` is people's decision, None while they have not decided; `incident` is its public id,
    None where only a visit told of it and no record stands yet."""

    patient_id: int
    happened_on: date
    kind: IncidentKind
    guardian_at_fault: bool | None
    decided_on: date | None
    incident: str | None
    reported_at: datetime | None
    # how many a visit told of without saying more
    count: int = 1
    # what people decided about the money (`OUTCOMES[Matter.QUARTER]`), and on which day
    ruling: str | None = None
    ruled_on: date | None = None


def incidents_between(
    session: Session, patient_ids: Sequence[int], from_on: date, to_on: date
) -> dict[int, list[IncidentOn]]:
    """patient → records of these days (both inclusive) that were not dismissed, by day; a missing key is an empty list.

    Whatever of somebody's records it was written under: a closed one stays on a record that was merged away.
    """
    found: defaultdict[int, list[IncidentOn]] = defaultdict(list)
    asked = merges(session).asked_of(patient_ids)
    on_fault, on_money = aliased(IncidentFinding), aliased(IncidentFinding)
    for part in slices(sorted(asked)):
        rows = session.execute(
            select(Incident, on_fault.outcome, on_fault.decided_on, on_money.outcome, on_money.decided_on)
            .select_from(Incident)
            .outerjoin(on_fault, _stands(on_fault, Matter.FAULT))
            .outerjoin(on_money, _stands(on_money, Matter.QUARTER))
            .where(
                Incident.patient_id.in_(part),
                Incident.state != IncidentState.DISMISSED,
                Incident.happened_on.between(from_on, to_on),
            )
            .order_by(Incident.happened_on, Incident.id)
        )
        for one, outcome, decided_on, ruling, ruled_on in rows:
            fault = None if outcome is None else outcome == AT_FAULT
            for patient_id in asked[one.patient_id or 0]:  # the query asked for patients
                found[patient_id].append(
                    IncidentOn(
                        patient_id, one.happened_on, one.kind, fault, decided_on, one.public_id, one.reported_at,
                        ruling=ruling, ruled_on=ruled_on,
                    )
                )  # fmt: skip
    return found


def told_by_visits(
    session: Session,
    patient_ids: Sequence[int],
    to_on: date,
    records: Mapping[int, Sequence[IncidentOn]],
) -> dict[int, list[IncidentOn]]:
    """patient → 肇事 and 肇祸 that visits up to `to_on` counted and that no record stands for: nobody has looked at them yet."""
    visit = FollowUpVisit
    found: defaultdict[int, list[IncidentOn]] = defaultdict(list)
    asked = merges(session).asked_of(patient_ids)
    for part in slices(sorted(asked)):
        rows = session.execute(
            select(visit.patient_id, visit.visited_on, visit.public_order_incidents, visit.criminal_incidents)
            .where(
                visit.patient_id.in_(part),
                visit.withdrawn_at.is_(None),
                visit.visited_on <= to_on,
                or_(visit.public_order_incidents > 0, visit.criminal_incidents > 0),
            )
            .order_by(visit.visited_on, visit.id)
        )
        for record, visited_on, public_order, criminal in rows:
            told = ((IncidentKind.PUBLIC_ORDER, public_order), (IncidentKind.CRIMINAL, criminal))
            for patient_id, (kind, counted) in product(asked[record], told):
                days = [one.happened_on for one in records.get(patient_id, ()) if one.kind is kind]
                if left := unexplained(counted or 0, visited_on, days):
                    found[patient_id].append(IncidentOn(patient_id, visited_on, kind, None, None, None, None, left))
    return found


def _stands(finding: type[IncidentFinding], matter: Matter) -> ColumnElement[bool]:
    """The last word on a matter, which corrects those before it."""
    later = aliased(IncidentFinding)
    last = (
        select(func.max(later.number))
        .where(later.incident_id == Incident.id, later.matter == matter)
        .correlate(Incident)
        .scalar_subquery()
    )
    return and_(finding.incident_id == Incident.id, finding.matter == matter, finding.number == last)
