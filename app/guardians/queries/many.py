"""Who guards many patients, for papers about them: read in slices, never patient by patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank, Relation, last_day
from app.patients.models import Patient
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class PresentGuardian:
    rank: Rank
    relation: Relation
    name: str


@dataclass(frozen=True, slots=True)
class NewestAgreement:
    """With the last day on which it holds, a death of the patient read in."""

    number: str
    from_on: date
    last_day: date


def present_guardians(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, list[PresentGuardian]]:
    """patient → who guards them now, the first before the second; nobody for roles that see no guardian."""
    found: defaultdict[int, list[PresentGuardian]] = defaultdict(list)
    for part in slices(_asked(actor, patient_ids)):
        rows = (
            select(Guardianship.patient_id, Guardianship.rank, Guardianship.relation, Person.name)
            .join(Person, Person.id == Guardianship.person_id)
            .join(Patient, Patient.id == Guardianship.patient_id)
            .where(
                Patient.id.in_(part),
                within(Patient.area_code, actor),
                Guardianship.to_on.is_(None),
                Guardianship.withdrawn_at.is_(None),
            )
            .order_by(Guardianship.rank, Guardianship.from_on.desc())
        )
        for patient_id, rank, relation, name in session.execute(rows):
            found[patient_id].append(PresentGuardian(rank, relation, name))
    return dict(found)


def newest_agreements(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, NewestAgreement]:
    """patient → the agreement that began last; none for roles that see no guardian."""
    found: dict[int, NewestAgreement] = {}
    newest_first = func.row_number().over(
        partition_by=Agreement.patient_id, order_by=(Agreement.from_on.desc(), Agreement.id.desc())
    )
    for part in slices(_asked(actor, patient_ids)):
        ranked = (
            select(
                Agreement.patient_id,
                Agreement.number,
                Agreement.from_on,
                Agreement.to_on,
                Agreement.ended_on,
                Person.died_on,
                newest_first.label("rank"),
            )
            .join(Patient, Patient.id == Agreement.patient_id)
            .join(Person, Person.id == Patient.person_id)
            .where(Patient.id.in_(part), within(Patient.area_code, actor), Agreement.withdrawn_at.is_(None))
            .subquery()
        )
        for row in session.execute(select(ranked).where(ranked.c.rank == 1)):
            last = last_day(row.to_on, row.ended_on, row.died_on)
            found[row.patient_id] = NewestAgreement(row.number, row.from_on, last)
    return found


def _asked(actor: Actor, patient_ids: Iterable[int]) -> set[int]:
    return set() if sees(actor, Field.GUARDIAN_NAME) is Grant.NONE else set(patient_ids)
