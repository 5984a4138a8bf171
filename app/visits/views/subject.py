"""Whom a page is about: the patient, and the last visit that the next form begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.areas.queries import full_name
from app.core.access import Field, Grant, current_actor, sees
from app.core.clock import current_clock
from app.core.dates import age_on
from app.core.keys import current_keyring
from app.core.web import read_session
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault
from app.visits import queries
from app.visits.forms.prefill import carried_over
from app.visits.queries import StoredForm
from app.visits.rules.record import VisitRecord


@dataclass
class Subject:
    """The patient of a page, and the last visit that the next form begins with."""

    patient: Patient
    person: Person
    village: str
    last: StoredForm | None
    last_record: VisitRecord | None
    carried: dict[str, Any] = field(default_factory=dict)

    @property
    def age(self) -> int | None:
        born_on = self.person.born_on
        return age_on(born_on, self.person.died_on or current_clock().today()) if born_on else None


def subject_of(public_id: str) -> Subject:
    """Raises `NotFound` outside the actor's area."""
    session, actor = read_session(), current_actor()
    patient = get_patient(session, actor, public_id)
    person = session.get_one(Person, patient.person_id)
    last = queries.find_last_visit(session, actor, patient)
    record = last.record(own_vault(), patient.person_id) if last else None
    carried = carried_over(record) if record else {}
    return Subject(patient, person, full_name(session, patient.area_code), last, record, carried)


def own_vault() -> Vault | None:
    """For roles that read free texts; others get their pages without."""
    if sees(current_actor(), Field.FREE_TEXT) is not Grant.FULL:
        return None
    return Vault(read_session(), current_keyring())
