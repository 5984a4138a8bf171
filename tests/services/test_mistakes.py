"""An attempt or a consent that was written down by mistake: marked with its reason, kept for everybody to read, and counting for nothing."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients.commands import ConsentDraft
from app.patients.models import Consent, Patient
from app.patients.queries import state_as_of
from app.patients.queries.mistakes import list_wrong_papers
from app.patients.rules import ConsentKind, ManagementStatus, Mistake
from app.patients.service import find_consent, record_death, set_consent, withdraw_consent
from app.patients.service.mistakes import mark_consent_wrong
from app.people.models import DatePrecision
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import RecordAttempt
from app.visits.models import VisitAttempt
from app.visits.queries import list_attempts
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.service import mark_attempt_wrong, record_attempt, record_visit
from tests.rig.county import County
from tests.rig.register import NOW, SINCE, TODAY, registered, vault
from tests.rig.visits import command, stable

COMMUNITY = ConsentKind.COMMUNITY_MANAGEMENT
DIED = date(2026, 11, 15)


@pytest.fixture
def patient(session: Session, county: County) -> Patient:
    return registered(session, county.actor("doctor"))


def tried(session: Session, county: County, patient: Patient, on: date, outcome: AttemptOutcome) -> VisitAttempt:
    sent = RecordAttempt(patient.public_id, str(uuid.uuid4()), on, AttemptWay.HOME, outcome, "")
    return record_attempt(session, vault(session), county.actor("doctor"), sent, TODAY, NOW).attempt


def mark_attempt(
    session: Session, county: County, patient: Patient, attempt: VisitAttempt, who: str = "doctor"
) -> None:
    wrong = Mistake.OTHER_PERSON
    mark_attempt_wrong(session, county.actor(who), patient.public_id, attempt.public_id, wrong, TODAY, NOW)


def mark_paper(session: Session, county: County, patient: Patient, number: int) -> Consent:
    doctor = county.actor("doctor")
    return mark_consent_wrong(session, doctor, patient, COMMUNITY, number, Mistake.WRONG_ANSWER, TODAY, NOW)


def die(session: Session, county: County, patient: Patient) -> None:
    record_death(session, county.actor("doctor"), patient, DIED, DatePrecision.DAY, 1, NOW)


def waiting(session: Session, patient: Patient, kind: TaskKind) -> list[Task]:
    session.flush()
    rows = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


# -- attempts ----------------------------------------------------------------------------------------------------------


def test_an_attempt_marked_wrong_no_longer_speaks_against_a_death(
    session: Session, county: County, patient: Patient
) -> None:
    wrong = tried(session, county, patient, date(2026, 11, 18), AttemptOutcome.REFUSED)
    with pytest.raises(Invalid):
        die(session, county, patient)
    mark_attempt(session, county, patient, wrong)
    die(session, county, patient)


def test_an_attempt_marked_wrong_stays_readable_with_its_reason(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    wrong = tried(session, county, patient, date(2026, 11, 18), AttemptOutcome.NOT_REACHED)
    mark_attempt(session, county, patient, wrong)
    assert list_attempts(session, doctor, patient) == []
    assert list_attempts(session, doctor, patient, with_mistakes=True) == [wrong]
    assert (wrong.mistake, wrong.withdrawn_at, wrong.withdrawn_by) == ("other_person", NOW, doctor.user_id)
    mark_attempt(session, county, patient, wrong)  # a second tap changes nothing
    assert session.scalar(select(func.count()).select_from(VisitAttempt)) == 1


def test_without_the_wrong_attempt_nobody_is_proposed_as_lost_and_the_visit_is_due_as_before(
    session: Session, county: County, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    record_visit(session, vault(session), doctor, command(patient, stable(date(2026, 11, 9))), TODAY, NOW)
    due_on = patient.next_due_on
    attempts = [
        tried(session, county, patient, date(2026, 11, day), AttemptOutcome.NOT_REACHED) for day in (10, 12, 18)
    ]
    assert len(waiting(session, patient, TaskKind.CONFIRM_LOST)) == 1
    mark_attempt(session, county, patient, attempts[0])
    assert waiting(session, patient, TaskKind.CONFIRM_LOST) == []
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == [date(2026, 11, 19)]
    for attempt in attempts[1:]:
        mark_attempt(session, county, patient, attempt)
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == [due_on]
    assert patient.next_due_on == due_on


def test_only_those_who_log_visits_of_the_area_mark_attempts(
    session: Session, county: County, patient: Patient
) -> None:
    wrong = tried(session, county, patient, date(2026, 11, 18), AttemptOutcome.NOT_REACHED)
    with pytest.raises(Forbidden):
        mark_attempt(session, county, patient, wrong, "clerk")
    other = registered(session, county.actor("doctor"), "常大力", 7)
    with pytest.raises(NotFound):
        mark_attempt(session, county, other, wrong)


# -- consents ----------------------------------------------------------------------------------------------------------


def test_a_paper_marked_wrong_no_longer_speaks_against_a_death(
    session: Session, county: County, patient: Patient
) -> None:
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(date(2026, 11, 18), signer="patient"), NOW)
    with pytest.raises(Invalid):
        die(session, county, patient)
    mark_paper(session, county, patient, 2)
    die(session, county, patient)


def test_the_paper_before_it_holds_again(session: Session, county: County, patient: Patient) -> None:
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(date(2026, 11, 18), signer="patient"), NOW)
    mark_paper(session, county, patient, 2)
    held = find_consent(session, patient, COMMUNITY)
    assert held is not None and (held.from_on, held.is_agreed) == (SINCE, True)
    [shown] = list_wrong_papers(session, county.actor("doctor"), patient)
    assert (shown.on, shown.mistake, shown.marked_by) == (date(2026, 11, 18), Mistake.WRONG_ANSWER, "doctor")
    with pytest.raises(Conflict):
        mark_paper(session, county, patient, 2)
    with pytest.raises(NotFound):
        mark_paper(session, county, patient, 3)


def test_a_withdrawal_by_mistake_never_ended_the_management(session: Session, county: County, patient: Patient) -> None:
    on = date(2026, 11, 10)
    withdraw_consent(session, county.actor("doctor"), patient, COMMUNITY, "patient", on, NOW)
    assert patient.next_due_on is None
    mark_paper(session, county, patient, 2)
    session.refresh(patient)
    assert patient.management_status is ManagementStatus.MANAGED
    for day in (SINCE, on + timedelta(days=5), TODAY):
        assert state_as_of(session, [patient.id], day)[patient.id].management is ManagementStatus.MANAGED
    assert waiting(session, patient, TaskKind.CONTACT) == []
    assert [task.due_on for task in waiting(session, patient, TaskKind.FOLLOW_UP)] == [TODAY + timedelta(days=14)]


def test_who_is_managed_by_a_mistake_is_asked_for_a_paper(session: Session, county: County) -> None:
    """The register knows no way back from *managed* to *not asked*; what is missing is a duty instead."""
    patient = registered(session, county.actor("doctor"), consent=None)
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY), NOW)
    mark_paper(session, county, patient, 1)
    assert patient.management_status is ManagementStatus.MANAGED
    [task] = waiting(session, patient, TaskKind.CONTACT)
    assert task.because[0]["code"] == "patients.watch.paper_wrong"
    set_consent(session, county.actor("doctor"), patient, ConsentDraft(TODAY, is_agreed=False), NOW)
    assert [one.id for one in waiting(session, patient, TaskKind.CONTACT)] != [task.id]
