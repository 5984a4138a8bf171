"""A registered patient is nobody's first guardian, also when both parts are given to one person at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import AnhuError
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from tests.rig.county import County
from tests.rig.register import first_guardian, person, registered

WHO = "赵桂兰"


def _in_one_moment(app: Flask, database: Database, acts: Sequence[Callable[[Session], None]]) -> list[str]:
    """Each act in a transaction of its own; where the database lets both run, neither commits before the other has acted."""
    acted, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[Session], None]) -> None:
        try:
            with app.app_context(), database.transaction() as session:
                act(session)
                _wait_a_moment(acted)
            outcomes.append("done")
        except AnhuError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _wait_a_moment(acted: threading.Barrier) -> None:
    """Who waits in vain is alone: the other one stands before a lock that this transaction holds."""
    try:
        acted.wait(0.3)
    except threading.BrokenBarrierError:
        return


@pytest.mark.parametrize("is_patient_first", [True, False])
def test_one_person_becomes_a_patient_or_a_first_guardian_but_never_both(
    app: Flask, database: Database, county: County, is_patient_first: bool
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        patient = registered(session, doctor, "王芳", 4)
        elsewhere = first_guardian(session, doctor, registered(session, doctor, "周强", 6), WHO, 502)
        elsewhere.to_on, patient_id = elsewhere.from_on, patient.id

    def guard(session: Session) -> None:
        first_guardian(session, doctor, session.get_one(Patient, patient_id), WHO, 502)

    def register(session: Session) -> None:
        registered(session, doctor, WHO, person=person(WHO, 502))

    acts = [register, guard] if is_patient_first else [guard, register]
    outcomes = _in_one_moment(app, database, acts)
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "Invalid", "Conflict"}
    with database.reading() as session:
        both = (
            select(func.count())
            .select_from(Guardianship)
            .join(Patient, Patient.person_id == Guardianship.person_id)
            .where(
                Guardianship.rank == Rank.FIRST,
                Guardianship.to_on.is_(None),
                Patient.registry_status == RegistryStatus.REGISTERED,
            )
        )
        assert session.scalar(both) == 0
