"""What stands here of the patients on a list from the national system, in a few statements for many patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries.caseload import DOCTORS
from app.people.models import Person
from app.people.queries import list_people
from app.people.vault import Vault
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import StoredForm
from app.visits.readers import fact_of
from app.visits.rules.history import VisitFact
from app.visits.rules.states import VisitChannel


@dataclass
class Standing:
    """One patient's visits. `doctors` are the accounts of the whole list by name, where a name is one person's."""

    patient: Patient
    person: Person
    doctors: Mapping[str, int]
    facts: list[VisitFact] = field(default_factory=list)
    forms: list[StoredForm] = field(default_factory=list)
    withdrawn_keys: set[str] = field(default_factory=set)

    def on(self, day: date, form: int) -> StoredForm | None:
        """The visit of that day; of several the one of the same form, else the last that was entered."""
        found = [one for one in self.forms if one.visit.visited_on == day]
        alike = [one for one in found if one.visit.form == form]
        return max(alike or found, key=lambda one: one.visit.id, default=None)


def load_standing(
    session: Session, actor: Actor, vault: Vault, patient_ids: Sequence[int], lock: bool = False
) -> dict[int, Standing]:
    """Patient id → what stands of the actor's patients; with `lock`, theirs until the transaction ends."""
    wanted = select(Patient).where(Patient.id.in_(patient_ids), within(Patient.area_code, actor)).order_by(Patient.id)
    patients = session.scalars(wanted.with_for_update() if lock else wanted).all()
    people, doctors = list_people(session, (patient.person_id for patient in patients)), _doctors(session, actor)
    found = {patient.id: Standing(patient, people[patient.person_id], doctors) for patient in patients}
    vault.warm(patient.person_id for patient in patients)
    visits = list(session.scalars(select(FollowUpVisit).where(FollowUpVisit.patient_id.in_(found))))
    lines = _lines(session, (visit.id for visit in visits if visit.withdrawn_at is None))
    for visit in visits:
        standing = found[visit.patient_id]
        if visit.withdrawn_at is None:
            standing.facts.append(fact_of(visit))
            standing.forms.append(StoredForm(visit, tuple(lines.get(visit.id, ()))))
        elif visit.channel is VisitChannel.NATIONAL:
            standing.withdrawn_keys.add(visit.submission_key)
    return found


def _lines(session: Session, visit_ids: Iterable[int]) -> dict[int, list[VisitMedicine]]:
    found: dict[int, list[VisitMedicine]] = {}
    for part in slices(visit_ids):
        for line in session.scalars(select(VisitMedicine).where(VisitMedicine.visit_id.in_(part))):
            found.setdefault(line.visit_id, []).append(line)
    return found


def _doctors(session: Session, actor: Actor) -> dict[str, int]:
    named = select(User.display_name, User.id).where(User.role.in_(DOCTORS), within(User.area_code, actor))
    rows = session.execute(named).all()
    times = Counter(name for name, _id in rows)
    return {name: user_id for name, user_id in rows if times[name] == 1}
