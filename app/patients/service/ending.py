"""A death: a fact of the person; the registration keeps a copy and every duty ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.patients.models import Admission, Patient
from app.patients.queries.life import list_signs_of_life
from app.patients.rules import LEGAL_REGISTRY_MOVES, RegistryStatus
from app.patients.service.states import set_registry
from app.people import service as people
from app.people.models import DatePrecision, Person
from app.people.rules import estimated_day
from app.tasks.service import cancel_all


def record_death(
    session: Session,
    actor: Actor,
    patient: Patient,
    died_on: date,
    precision: DatePrecision,
    cause: int | None,
    now: datetime,
    physical_cause: int | None = None,
) -> None:
    """States hold through the day of death, so that it counts as a day of care; from the next day the register says *dead*.

    Open tasks are cancelled and a running stay ends. Agreements and payments read the death; nothing is pushed to them.
    Raises `Invalid` at `died_on`, the days named, when the record has met the person later; `Conflict` for the second time.
    """
    if (patient.registry_status, RegistryStatus.DEAD) not in LEGAL_REGISTRY_MOVES:
        raise Conflict(reason("patients.state.already_dead"))
    signs = list_signs_of_life(session, patient, estimated_day(died_on, precision))
    if signs:
        raise Invalid({"died_on": signs})
    person = session.get_one(Person, patient.person_id)
    people.record_death(session, actor, person, died_on, precision, cause, now, physical_cause)
    died_on = person.died_on or died_on
    session.execute(
        update(Admission)
        .where(
            Admission.patient_id == patient.id,
            Admission.to_on.is_(None),
            Admission.withdrawn_at.is_(None),
            Admission.from_on <= died_on,
        )
        .values(to_on=died_on)
    )
    because = reason("patients.because.died", on=died_on)
    set_registry(session, actor, patient, RegistryStatus.DEAD, died_on + timedelta(days=1), now, because)
    patient.next_due_on = None
    session.flush()
    cancel_all(session, actor, patient, because, now)
    note(
        session,
        actor,
        "patients.death_recorded",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
    )
