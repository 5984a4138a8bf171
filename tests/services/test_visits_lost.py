"""Attempts without contact, and *lost*: the system proposes, a person confirms."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.desk.queries.ending_paper import open_ending_paper
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import DecideLost, RecordAttempt
from app.visits.models import VisitAttempt
from app.visits.queries import list_attempts
from app.visits.rules.attempts import Attempt, AttemptOutcome, AttemptWay, attempts_in_a_row
from app.visits.rules.record import VisitRecord
from app.visits.service import Attempted, confirm_lost, record_attempt, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, register, stable

Try = Callable[..., Attempted]
MISSED, REFUSED = AttemptOutcome.NOT_REACHED, AttemptOutcome.REFUSED


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    """Last visited on 10 November; next due in February."""
    doctor = county.actor("doctor")
    patient = register(session, keyring, doctor, TODAY, NOW)
    record_visit(session, Vault(session, keyring), doctor, command(patient, stable(date(2026, 11, 10))), TODAY, NOW)
    return patient


@pytest.fixture
def attempt(session: Session, county: County, keyring: Keyring, patient: Patient) -> Try:
    def tried(
        on: date,
        outcome: AttemptOutcome = MISSED,
        key: str | None = None,
        who: str = "doctor",
        way: AttemptWay = AttemptWay.HOME,
    ) -> Attempted:
        sent = RecordAttempt(patient.public_id, key or str(uuid.uuid4()), on, way, outcome, "邻居说外出")
        return record_attempt(session, Vault(session, keyring), county.actor(who), sent, TODAY, NOW)

    return tried


def open_task(session: Session, kind: TaskKind) -> Task | None:
    return session.scalars(select(Task).where(Task.kind == kind, Task.state == TaskState.OPEN)).one_or_none()


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ([], 0),
        ([(1, MISSED), (2, MISSED), (2, MISSED)], 2),
        ([(1, MISSED), (2, MISSED), (3, AttemptOutcome.MOVED)], 3),
        ([(1, MISSED), (2, REFUSED), (3, MISSED)], 1),
        ([(3, REFUSED)], 0),
    ],
)
def test_attempts_count_by_day_since_the_last_contact(
    attempts: list[tuple[int, AttemptOutcome]], expected: int
) -> None:
    start = date(2026, 11, 1)
    made = [Attempt(start + timedelta(days=day), outcome) for day, outcome in attempts]
    assert attempts_in_a_row(made, start) == expected
    assert attempts_in_a_row(made, start + timedelta(days=30)) == 0


def test_an_attempt_is_no_visit_and_is_tried_again_within_a_week(
    session: Session, patient: Patient, attempt: Try
) -> None:
    done = attempt(date(2026, 11, 18))
    assert (done.again_by, done.in_a_row, done.is_lost_proposed) == (date(2026, 11, 25), 1, False)
    assert patient.last_visit_on == date(2026, 11, 10)
    due = open_task(session, TaskKind.FOLLOW_UP)
    assert due and due.due_on == date(2026, 11, 25)
    assert due.because[0]["code"] == "visit.attempt.again"


def test_a_refused_visit_is_an_attempt_too_and_counts_for_nothing(session: Session, attempt: Try) -> None:
    done = attempt(date(2026, 11, 18), REFUSED)
    assert (done.in_a_row, done.again_by) == (0, date(2026, 11, 25))


def test_three_days_in_a_row_propose_lost_once(session: Session, attempt: Try) -> None:
    assert not attempt(date(2026, 11, 12)).is_lost_proposed
    assert not attempt(date(2026, 11, 15)).is_lost_proposed
    assert not attempt(date(2026, 11, 15)).is_lost_proposed
    assert attempt(date(2026, 11, 19)).is_lost_proposed
    assert attempt(date(2026, 11, 20)).is_lost_proposed
    proposal = open_task(session, TaskKind.CONFIRM_LOST)
    assert proposal and proposal.due_on == TODAY
    assert proposal.because[0]["code"] == "visit.attempts_failed"


def test_edge_35_a_miss_that_a_volunteer_tells_of_counts_for_nothing(session: Session, attempt: Try) -> None:
    attempt(date(2026, 11, 12))
    attempt(date(2026, 11, 15), way=AttemptWay.TELEPHONE)
    told = attempt(date(2026, 11, 19), way=AttemptWay.TOLD)
    assert (told.in_a_row, told.is_lost_proposed) == (2, False)
    assert session.scalar(select(func.count()).select_from(VisitAttempt)) == 3
    assert not attempt(date(2026, 11, 20), AttemptOutcome.REACHED, way=AttemptWay.TOLD).is_lost_proposed
    assert attempt(date(2026, 11, 21)).is_lost_proposed


def test_somebody_who_was_reached_is_not_missing_and_is_visited_within_a_week(session: Session, attempt: Try) -> None:
    for day in (12, 15, 18):
        attempt(date(2026, 11, day))
    assert open_task(session, TaskKind.CONFIRM_LOST)
    reached = attempt(date(2026, 11, 19), AttemptOutcome.REACHED, way=AttemptWay.TELEPHONE)
    assert (reached.in_a_row, reached.is_lost_proposed) == (0, False)
    due = open_task(session, TaskKind.FOLLOW_UP)
    assert due and due.due_on == date(2026, 11, 19)  # by the first try; a later one puts nothing off


def test_an_attempt_arrives_once(session: Session, attempt: Try) -> None:
    first, second = (attempt(date(2026, 11, 18), key="a" * 32) for _ in range(2))
    assert first.attempt.id == second.attempt.id and not second.is_new
    assert session.scalar(select(func.count()).select_from(VisitAttempt)) == 1
    with pytest.raises(Conflict):
        attempt(date(2026, 11, 19), key="a" * 32)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (TODAY + timedelta(days=1), "visit.attempt.in_future"),
        (date(2026, 11, 9), "visit.attempt.before_last_visit"),
    ],
)
def test_an_attempt_lies_between_the_last_visit_and_today(attempt: Try, on: date, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        attempt(on)
    assert refused.value.errors["attempted_on"][0].code == code


def test_attempts_are_read_and_made_in_ones_own_area_only(
    session: Session, county: County, patient: Patient, attempt: Try
) -> None:
    attempt(date(2026, 11, 18))
    with pytest.raises(NotFound):
        attempt(date(2026, 11, 19), who="other_doctor")
    assert list_attempts(session, county.actor("other_doctor"), patient) == []
    assert len(list_attempts(session, county.actor("doctor"), patient, after=date(2026, 11, 10))) == 1
    sealed = list_attempts(session, county.actor("doctor"), patient)[0].notes_sealed
    assert sealed and "邻居说外出".encode() not in sealed


def test_lost_by_attempts_needs_three_of_them(
    session: Session, county: County, keyring: Keyring, patient: Patient, attempt: Try
) -> None:
    lost = VisitRecord(visited_on=TODAY, form=2, lost_reason=4)
    vault, doctor = Vault(session, keyring), county.actor("doctor")
    attempt(date(2026, 11, 12))
    with pytest.raises(Invalid) as refused:
        record_visit(session, vault, doctor, command(patient, lost), TODAY, NOW)
    assert refused.value.errors["lost_reason"][0].code == "visit.lost_needs_attempts"
    for day in (15, 19):
        attempt(date(2026, 11, day))
    record_visit(session, vault, doctor, command(patient, lost), TODAY, NOW)


def report_lost(session: Session, county: County, keyring: Keyring, patient: Patient) -> None:
    lost = command(patient, VisitRecord(visited_on=TODAY, form=2, lost_reason=1))
    record_visit(session, Vault(session, keyring), county.actor("doctor"), lost, TODAY, NOW)


def test_a_lost_report_waits_for_a_person_and_changes_no_date(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    before = patient.next_due_on
    report_lost(session, county, keyring, patient)
    assert patient.management_status is ManagementStatus.MANAGED and patient.next_due_on == before
    assert patient.last_visit_on == date(2026, 11, 10)
    follow_up, proposal = (open_task(session, kind) for kind in (TaskKind.FOLLOW_UP, TaskKind.CONFIRM_LOST))
    assert follow_up and follow_up.due_on == before
    assert proposal and proposal.because[0]["code"] == "visit.reported_lost"


def test_confirmed_the_patient_is_searched_for_each_month(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    report_lost(session, county, keyring, patient)
    confirm_lost(session, county.actor("health_lead"), DecideLost(patient.public_id, True), TODAY, NOW)
    assert patient.management_status is ManagementStatus.LOST and patient.next_due_on is None
    assert open_task(session, TaskKind.FOLLOW_UP) is open_task(session, TaskKind.CONFIRM_LOST) is None
    search = open_task(session, TaskKind.SEARCH_LOST)
    assert search and search.due_on == date(2026, 12, 21)


def test_declined_everything_goes_on(session: Session, county: County, keyring: Keyring, patient: Patient) -> None:
    report_lost(session, county, keyring, patient)
    confirm_lost(session, county.actor("county_office"), DecideLost(patient.public_id, False), TODAY, NOW)
    assert patient.management_status is ManagementStatus.MANAGED
    assert open_task(session, TaskKind.CONFIRM_LOST) is None and open_task(session, TaskKind.FOLLOW_UP)
    with pytest.raises(Conflict):
        confirm_lost(session, county.actor("county_office"), DecideLost(patient.public_id, True), TODAY, NOW)


@pytest.mark.parametrize("role", ["doctor", "village_doctor", "coordinator", "police"])
def test_lost_is_not_confirmed_by_who_reports_it(
    session: Session, county: County, keyring: Keyring, patient: Patient, role: str
) -> None:
    report_lost(session, county, keyring, patient)
    with pytest.raises(Forbidden):
        confirm_lost(session, county.actor(role), DecideLost(patient.public_id, True), TODAY, NOW)


def test_a_visit_answers_an_open_proposal(session: Session, county: County, keyring: Keyring, patient: Patient) -> None:
    report_lost(session, county, keyring, patient)
    record_visit(session, Vault(session, keyring), county.actor("doctor"), command(patient, stable(TODAY)), TODAY, NOW)
    assert open_task(session, TaskKind.CONFIRM_LOST) is None


def test_the_form_of_a_loss_names_one_try_a_day(
    session: Session, county: County, keyring: Keyring, patient: Patient, attempt: Try
) -> None:
    attempt(date(2026, 11, 11), AttemptOutcome.REACHED)
    for day in (13, 15, 16, 16, 18):
        attempt(date(2026, 11, day))
    attempt(date(2026, 11, 17), way=AttemptWay.TOLD)
    lead = county.actor("health_lead")
    confirm_lost(session, lead, DecideLost(patient.public_id, True), TODAY, NOW)
    attempt(TODAY)
    paper = open_ending_paper(session, Vault(session, keyring), lead, patient, TODAY)
    assert [one.attempted_on.day for one, _by in paper.attempts] == [16, 18, TODAY.day]
