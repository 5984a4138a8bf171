"""Last follow-ups taken over from a roster: they count for due dates and are nobody's lateness."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.patients.service import recompute
from app.people.vault import Vault
from app.risk.models import LevelSource, RiskLevel
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import OpeningVisit
from app.visits.models import FollowUpVisit
from app.visits.queries import find_last_visit
from app.visits.service import KEPT_COPY, record_opening_visits, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, middling, register

LAST = date(2026, 9, 15)


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    """As an import registers: managed, nothing due yet."""
    return register(
        session,
        keyring,
        county.actor("county_office"),
        TODAY,
        NOW,
        is_opening=True,
        consent=None,
        management_status=ManagementStatus.MANAGED,
    )


def take_over(session: Session, county: County, patient: Patient, **row: Any) -> FollowUpVisit:
    rows = [OpeningVisit(patient.id, **{"visited_on": LAST, **row})]
    record_opening_visits(session, rows, county.actor("county_office"), NOW)
    return session.scalars(select(FollowUpVisit)).one()


@pytest.mark.parametrize(
    ("row", "visit_class", "next_due_on"),
    [
        ({"visit_class": 2, "next_due_on": date(2026, 12, 15)}, 2, date(2026, 12, 15)),
        ({"visit_class": 3}, 3, date(2026, 12, 15)),
        ({"visit_class": 2}, 2, date(2026, 9, 29)),
        ({"risk_level": 0}, 3, date(2026, 12, 15)),
        ({"risk_level": 2}, 2, date(2026, 9, 29)),
        ({"risk_level": 4, "visit_class": 3}, 1, date(2026, 9, 29)),
        ({"visit_class": 3, "next_due_on": LAST}, 3, date(2026, 12, 15)),
        ({}, None, date(2026, 12, 15)),
    ],
)
def test_class_and_day_are_the_rosters_or_follow_by_the_table(
    session: Session,
    county: County,
    patient: Patient,
    row: dict[str, Any],
    visit_class: int | None,
    next_due_on: date,
) -> None:
    visit = take_over(session, county, patient, form=2, **row)
    assert (visit.visit_class, visit.next_due_on, visit.is_opening) == (visit_class, next_due_on, True)
    assert not visit.is_late_entry and visit.is_complete == (visit_class is not None)
    assert (patient.visit_class, patient.next_due_on) == (visit_class, next_due_on)
    assert (patient.last_visit_id, patient.last_visit_on, patient.last_visit_form) == (visit.id, LAST, 2)
    assert patient.last_seen_on == LAST
    due = session.scalars(select(Task).where(Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN)).one()
    assert (due.due_on, due.period) == (next_due_on, f"visit:{visit.id}")
    wrong = recompute(session, county.actor("county_office"), NOW, [KEPT_COPY], repair=False)
    assert not any(count for name, count in wrong.items() if name in KEPT_COPY.columns)


def test_the_level_is_kept_as_an_opening_level(session: Session, county: County, patient: Patient) -> None:
    take_over(session, county, patient, risk_level=3)
    rating = session.scalars(select(RiskLevel)).one()
    assert (rating.level, rating.source, rating.assessed_on) == (3, LevelSource.OPENING, LAST)
    assert (patient.risk_level, patient.risk_assessed_on) == (3, LAST)


def test_a_second_import_of_the_same_visit_changes_nothing(session: Session, county: County, patient: Patient) -> None:
    take_over(session, county, patient, visit_class=3)
    rows = [OpeningVisit(patient.id, LAST, visit_class=1)]
    assert record_opening_visits(session, rows, county.actor("county_office"), NOW) == 0
    assert session.scalar(select(func.count()).select_from(FollowUpVisit)) == 1
    assert patient.visit_class == 3


def test_the_next_visit_is_judged_by_the_one_taken_over(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    take_over(session, county, patient, visit_class=2, form=1)
    doctor = county.actor("doctor")
    assert find_last_visit(session, doctor, patient)
    form = command(patient, middling(TODAY, post_intervention_trend=1))
    visit = record_visit(session, Vault(session, keyring), doctor, form, TODAY, NOW).visit
    assert visit.next_due_on == date(2027, 2, 21)
    assert patient.next_due_on == date(2027, 2, 21)


def test_many_are_stored_in_a_few_statements_and_noted_once(session: Session, county: County, keyring: Keyring) -> None:
    office = county.actor("county_office")
    names = ["王甲", "王乙", "王丙", "王丁", "王戊"]
    patients = [
        register(
            session,
            keyring,
            office,
            TODAY,
            NOW,
            name=name,
            is_opening=True,
            consent=None,
            management_status=ManagementStatus.MANAGED,
        )
        for name in names
    ]
    rows = [OpeningVisit(patient.id, LAST, form=3, visit_class=3, risk_level=0) for patient in patients]
    assert record_opening_visits(session, rows, office, NOW) == 5
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.opening_recorded")).one()
    assert event.count == 5 and event.detail["digest"]
    assert all(patient.last_seen_on is None for patient in patients)
