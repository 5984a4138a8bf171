"""A transfer is one object for both ends: nothing changes before the receiver says yes, everything together after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.core.quarter import Quarter
from app.desk.commands import AcceptTransfer, ProposeTransfer, RefuseTransfer
from app.desk.queries.transfers import count_waiting, get_transfer
from app.desk.rules import TransferRefusal, TransferWithdrawal
from app.desk.service.transfers import accept_transfer, propose_transfer, refuse_transfer, withdraw_transfer
from app.guardians.commands import SignAgreement
from app.guardians.service import sign_agreement
from app.patients.models import Patient, PatientSpan, Transfer
from app.patients.queries import search_patients
from app.patients.rules import RegistryStatus, SpanKind, TransferReason, TransferState
from app.patients.service import record_death
from app.people.models import DatePrecision
from app.subsidies.models import RunKind, SubsidyRun
from app.subsidies.queries.facts import gather
from app.subsidies.rules.policy import PolicyTerms
from app.tasks.models import Task, TaskState
from app.visits.models import FollowUpVisit
from app.visits.service.recording import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_DOCTOR, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.digests import rows_of
from tests.rig.register import first_guardian, keyring, registered, vault
from tests.rig.visits import command as visit_command
from tests.rig.visits import stable

OUTSIDE = "320102001001"


def _propose(session: Session, county: County, patient: Patient, area: str = OTHER_VILLAGE, **more: Any) -> Transfer:
    key, today = more.pop("key", f"move-{patient.id}"), more.pop("today", TODAY)
    wanted = ProposeTransfer(patient.public_id, key, area, TransferReason.MOVED_HOUSE, **more)
    return propose_transfer(session, county.actor("doctor"), wanted, today, NOW)


def _accept(session: Session, actor: Actor, transfer: Transfer, on: date = TODAY) -> Transfer:
    return accept_transfer(session, actor, transfer.public_id, AcceptTransfer(on, actor.user_id), on, NOW)


def _open_area(session: Session, patient: Patient, what: SpanKind = SpanKind.AREA) -> PatientSpan:
    return session.scalars(
        select(PatientSpan).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == what,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
        )
    ).one()


def test_the_receiver_has_five_working_days(session: Session, county: County) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    assert (transfer.due_on, transfer.is_due_provisional) == (date(2026, 11, 27), False)
    later = registered(session, county.actor("doctor"), "胡桂芳", 3)
    across = _propose(session, county, later, today=date(2026, 12, 28))
    assert (across.due_on, across.is_due_provisional) == (date(2027, 1, 4), True), "the list of 2027 is not there yet"


def test_edge_01_a_move_between_two_towns_takes_everything_along_on_the_day_of_acceptance(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    transfer = _propose(session, county, patient)
    assert patient.area_code == VILLAGE, "until it is accepted the sender stays responsible"
    _accept(session, county.actor(OTHER_DOCTOR), transfer)
    session.refresh(patient)
    assert (patient.area_code, patient.doctor_id) == (OTHER_VILLAGE, county.users[OTHER_DOCTOR])
    assert patient.agency_id == transfer.to_agency_id
    for what in (SpanKind.AREA, SpanKind.AGENCY, SpanKind.DOCTOR):
        assert _open_area(session, patient, what).from_on == TODAY
    tasks = session.scalars(select(Task).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)).all()
    assert tasks and {(task.area_code, task.agency_id) for task in tasks} == {(OTHER_VILLAGE, patient.agency_id)}
    found = search_patients(session, county.actor(OTHER_DOCTOR), keyring(), "单晓明")
    assert [row.public_id for row in found] == [patient.public_id]
    assert not search_patients(session, county.actor("doctor"), keyring(), "单晓明")


def test_visits_before_the_move_stay_with_the_old_town_and_the_first_visit_is_owed_in_14_days(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    visit = stable(TODAY - timedelta(days=1))
    record_visit(session, vault(session), county.actor("doctor"), visit_command(patient, visit), TODAY, NOW)
    assert patient.next_due_on is not None and patient.next_due_on > TODAY + timedelta(days=14)
    _accept(session, county.actor(OTHER_DOCTOR), _propose(session, county, patient))
    session.expire_all()
    made = session.scalars(select(FollowUpVisit).where(FollowUpVisit.patient_id == patient.id)).one()
    assert made.area_code == VILLAGE
    assert patient.next_due_on == TODAY + timedelta(days=14)


def test_a_visit_that_is_due_sooner_stays_due_then(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    before = patient.next_due_on
    _accept(session, county.actor(OTHER_DOCTOR), _propose(session, county, patient))
    session.expire_all()
    assert patient.next_due_on == before


def test_edge_01_one_payment_by_the_county_for_the_whole_quarter(session: Session, county: County) -> None:
    """The same policy: a move within the county takes no day away."""
    patient = registered(session, county.actor("doctor"))
    first_guardian(session, county.actor("doctor"), patient)
    signed = SignAgreement(date(2026, 1, 5), date(2026, 12, 31))
    agreement = sign_agreement(session, county.actor("clerk"), patient, signed, NOW)
    run = SubsidyRun(
        county_code=COUNTY, period="2026Q4", kind=RunKind.REGULAR, number=1, decided_as_of=date(2027, 1, 5)
    )
    terms = PolicyTerms(annual=Money.from_yuan("3000"), document_number="安民发〔2026〕3号")
    before = gather(session, run, [agreement.id], terms)[0].facts.days
    _accept(session, county.actor(OTHER_DOCTOR), _propose(session, county, patient))
    session.expire_all()
    lines = gather(session, run, [agreement.id], terms)
    assert len(lines) == 1 and lines[0].facts.days == before and lines[0].area_code == OTHER_VILLAGE
    assert Quarter.parse(run.period).last_day == date(2026, 12, 31)


def test_edge_02_a_move_to_another_county_ends_the_registration_when_the_receipt_is_entered(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    transfer = _propose(session, county, patient, OUTSIDE, place="江苏省南京市玄武区梅园新村街道")
    assert _is_open_task(session, patient), "until accepted the old town still owes visits"
    with pytest.raises(Forbidden):
        _accept(session, county.actor("doctor"), transfer)
    accept_transfer(session, county.actor("county_office"), transfer.public_id, AcceptTransfer(TODAY), TODAY, NOW)
    session.refresh(patient)
    assert patient.registry_status is RegistryStatus.TRANSFERRED_OUT
    registry = select(PatientSpan).where(PatientSpan.patient_id == patient.id, PatientSpan.value == "registered")
    assert session.scalars(registry).one().to_on == TODAY, "the old county pays to the day before"
    assert not _is_open_task(session, patient)


def _is_open_task(session: Session, patient: Patient) -> bool:
    return bool(session.scalars(select(Task).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)).all())


def test_a_place_outside_needs_words_and_a_whole_code(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    for area, place, field in ((OUTSIDE, "", "place"), ("32", "江苏", "area_code"), ("349921999999", "", "area_code")):
        with pytest.raises(Invalid) as refused:
            _propose(session, county, patient, area, place=place, key=area)
        assert field in refused.value.errors


def test_a_move_inside_the_town_is_no_transfer(session: Session, county: County) -> None:
    with pytest.raises(Invalid):
        _propose(session, county, registered(session, county.actor("doctor")), SECOND_VILLAGE)


def test_edge_03_a_late_transfer_is_seen_by_both_ends_and_the_county(session: Session, county: County) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    late = transfer.due_on + timedelta(days=1)
    for name in ("doctor", OTHER_DOCTOR, "county_office", "coordinator"):
        assert count_waiting(session, county.actor(name), late).late == 1, name
    assert not count_waiting(session, county.actor("doctor"), transfer.due_on).late


def test_edge_03_a_refused_transfer_leaves_every_row_as_it_was(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
    with database.reading() as session:
        before = rows_of(session, without={"transfers", "audit_events", "audit_links"})
    with database.transaction() as session:
        transfer = _propose(session, county, patient)
        why = RefuseTransfer(TransferRefusal.UNKNOWN_ADDRESS, "村里查无此人")
        refuse_transfer(session, county.actor(OTHER_DOCTOR), transfer.public_id, why, NOW)
    with database.reading() as session:
        assert rows_of(session, without={"transfers", "audit_events", "audit_links"}) == before
        row = get_transfer(session, county.actor("doctor"), transfer.public_id, TODAY)
    assert row.state is TransferState.REFUSED and str(row.because) == "地址不详，找不到人：村里查无此人"


@pytest.mark.parametrize("name", ["doctor", OTHER_DOCTOR])
def test_both_ends_may_withdraw_until_it_is_answered(session: Session, county: County, name: str) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    withdraw_transfer(session, county.actor(name), transfer.public_id, TransferWithdrawal.STAYS, NOW)
    assert transfer.state is TransferState.WITHDRAWN
    with pytest.raises(Conflict):
        _accept(session, county.actor(OTHER_DOCTOR), transfer)


def test_the_sender_does_not_answer_for_the_receiver(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    transfer = _propose(session, county, patient)
    with pytest.raises(Forbidden):
        _accept(session, county.actor("doctor"), transfer)
    office = county.actor("county_office")
    withdraw_transfer(session, office, transfer.public_id, TransferWithdrawal.MISTAKE, NOW)
    wanted = ProposeTransfer(patient.public_id, "again", OTHER_VILLAGE, TransferReason.WORK)
    own = propose_transfer(session, office, wanted, TODAY, NOW)
    with pytest.raises(Forbidden):
        _accept(session, office, own)


def test_a_stranger_finds_no_transfer(session: Session, county: County) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    stranger = replace(county.actor(OTHER_DOCTOR), area_prefix="349922100")
    with pytest.raises(NotFound):
        get_transfer(session, stranger, transfer.public_id, TODAY)


def test_the_receiver_opens_no_record_before_accepting(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    patient.risk_level = 4
    transfer = _propose(session, county, patient)
    seen = get_transfer(session, county.actor(OTHER_DOCTOR), transfer.public_id, TODAY)
    assert (seen.patient, seen.in_pairs, seen.may_answer) == (None, True, True)
    _accept(session, county.actor(OTHER_DOCTOR), transfer)
    session.expire_all()
    assert get_transfer(session, county.actor(OTHER_DOCTOR), transfer.public_id, TODAY).patient == patient.public_id
    assert get_transfer(session, county.actor("doctor"), transfer.public_id, TODAY).patient is None


def test_two_transfers_are_never_open_at_once(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    first = _propose(session, county, patient)
    assert _propose(session, county, patient) is first, "a form that arrives again finds the first"
    with pytest.raises(Conflict):
        _propose(session, county, patient, key="another")
    refused = dict(_columns(first), submission_key="raw", public_id="raw")
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(insert(Transfer).values(refused))


def _columns(transfer: Transfer) -> dict[str, Any]:
    return {column.name: getattr(transfer, column.name) for column in Transfer.__table__.columns if column.name != "id"}


@pytest.mark.parametrize("before", [TransferState.ACCEPTED, TransferState.REFUSED, TransferState.WITHDRAWN])
def test_an_answered_transfer_takes_no_other_answer_from_the_database_either(
    session: Session, county: County, before: TransferState
) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    session.execute(update(Transfer).where(Transfer.id == transfer.id).values(state=before))
    for after in set(TransferState) - {before}:
        with pytest.raises(DBAPIError, match="guard_transfers_state_move"), session.begin_nested():
            session.execute(update(Transfer).where(Transfer.id == transfer.id).values(state=after))


def test_a_death_withdraws_what_is_unanswered(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    transfer = _propose(session, county, patient)
    record_death(session, county.actor("doctor"), patient, TODAY, DatePrecision.DAY, 1, NOW)
    session.refresh(transfer)
    assert transfer.state is TransferState.WITHDRAWN


def test_the_day_of_acceptance_lies_between_the_proposal_and_today(session: Session, county: County) -> None:
    transfer = _propose(session, county, registered(session, county.actor("doctor")))
    receiver = county.actor(OTHER_DOCTOR)
    for on in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Invalid):
            accept_transfer(session, receiver, transfer.public_id, AcceptTransfer(on), TODAY, NOW)
    with pytest.raises(Invalid):
        foreign = AcceptTransfer(TODAY, county.users["doctor"])
        accept_transfer(session, receiver, transfer.public_id, foreign, TODAY, NOW)


@pytest.mark.postgres
def test_two_transfers_proposed_at_the_same_moment_are_one(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
    outcomes = _at_once(
        lambda number: _proposing(database, county, patient, f"key-{number}"),
        4,
    )
    assert outcomes.count("done") == 1 and outcomes.count("Conflict") == 3


@pytest.mark.postgres
def test_an_acceptance_and_a_withdrawal_at_the_same_moment_are_one_answer(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        transfer = _propose(session, county, patient)
    receiver, sender = county.actor(OTHER_DOCTOR), county.actor("doctor")

    def answer(number: int) -> None:
        with database.transaction() as session:
            if number % 2:
                withdraw_transfer(session, sender, transfer.public_id, TransferWithdrawal.STAYS, NOW)
            else:
                _accept(session, receiver, transfer)

    outcomes = _at_once(answer, 4)
    assert outcomes.count("done") == 1
    with database.reading() as session:
        state = session.scalars(select(Transfer.state)).one()
        area = session.scalar(select(Patient.area_code).where(Patient.id == patient.id))
    assert area == (OTHER_VILLAGE if state is TransferState.ACCEPTED else VILLAGE)


def _proposing(database: Database, county: County, patient: Patient, key: str) -> None:
    with database.transaction() as session:
        _propose(session, county, patient, key=key)


def _at_once(act: Callable[[int], None], count: int) -> list[str]:
    """Run `act` in threads that start together; `done` or the name of what was raised."""
    start, outcomes = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)
            outcomes.append("done")
        except Exception as error:  # its name is what the test reads
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
