"""A year's list of working days comes in: office deadlines move with their reasons kept, clinical ones never."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core import calendar as stored
from app.core.db import Database, new_public_id
from app.core.errors import Forbidden, Invalid
from app.core.holiday_notice import HolidayNotice, read_notice, split_lines
from app.core.reasons import Reason, say
from app.core.workdays import is_provisional
from app.desk.commands import ProposeTransfer
from app.desk.service.transfers import propose_transfer
from app.desk.service.working_days import KeptNotice, keep_notice
from app.patients.commands_treatment import RecordInjection, RecordSupply
from app.patients.models import Patient, Transfer
from app.patients.rules import TransferReason
from app.patients.service.comparing import ask_to_compare
from app.patients.service.treatment import record_injection, record_supply
from app.tasks.models import Task, TaskState
from app.tasks.rules import OFFICE_KINDS, TaskKind
from app.tasks.service import open_task
from app.visits.models import FollowUpVisit
from app.visits.service.recording import record_visit
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.holidays import NOTICE_2027
from tests.rig.register import id_number, keyring, registered, vault
from tests.rig.visits import command as visit_command
from tests.rig.visits import stable

TODAY = date(2026, 12, 28)  # a Monday: five working days later is 4 January by the week, 5 January by the list
NOW = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
DOCUMENT = "国办发明电〔2026〕9号"


def _notice(text: str = NOTICE_2027, year: int = 2027) -> HolidayNotice:
    return read_notice(split_lines(text), year)


def _keep(session: Session, county: County, notice: HolidayNotice | None = None, **more: Any) -> KeptNotice:
    kept = keep_notice(
        session, county.actor("coordinator"), notice or _notice(), DOCUMENT, more.get("today", TODAY), NOW
    )
    session.expire_all()
    return kept


def _patient(session: Session, county: County, sequence: int = 1) -> Patient:
    return registered(session, county.actor("county_office"), sequence=sequence)


def _compare(session: Session, county: County, patient: Patient, today: date = TODAY) -> Task:
    assert ask_to_compare(session, keyring(), county.actor("county_office"), id_number(sequence=1), today, NOW)
    return _open(session, patient, TaskKind.COMPARE_PAPERS)


def _open(session: Session, patient: Patient, kind: TaskKind) -> Task:
    standing = select(Task).where(Task.patient_id == patient.id, Task.kind == kind, Task.state == TaskState.OPEN)
    return session.scalars(standing).one()


def _because(task: Task) -> list[Reason]:
    return [Reason.from_json(one) for one in task.because]


def _codes(task: Task) -> list[str]:
    return [one.code for one in _because(task)]


# -- office deadlines move ---------------------------------------------------------------------------------------------


def test_a_provisional_deadline_moves_to_the_day_of_the_list_and_keeps_its_because(
    session: Session, county: County
) -> None:
    task = _compare(session, county, _patient(session, county))
    assert (task.due_on, is_provisional(_because(task))) == (date(2027, 1, 4), True)
    kept = _keep(session, county)
    assert (task.due_on, is_provisional(_because(task))) == (date(2027, 1, 5), False)
    assert _codes(task) == [
        "core.workdays.counted", "core.workdays.holiday", "core.workdays.moved", "patients.because.two_names",
    ]  # fmt: skip
    assert say(_because(task)[2]) == f"按“{DOCUMENT}”重排，原为 2027年1月4日"
    assert (kept.moved, kept.settled) == (1, 0)


def test_a_deadline_that_keeps_its_day_is_provisional_no_more(session: Session, county: County) -> None:
    task = _compare(session, county, _patient(session, county), date(2026, 12, 24))
    due_on = task.due_on
    assert is_provisional(_because(task)) is (due_on.year == 2027)
    later = _compare_later(session, county)
    kept = _keep(session, county)
    assert (later.due_on, is_provisional(_because(later))) == (date(2027, 3, 8), False)
    assert (kept.moved, kept.settled) == (0, 1)


def _compare_later(session: Session, county: County) -> Task:
    """Counted from a Monday far from any holiday."""
    other = registered(session, county.actor("county_office"), "胡桂芳", 3)
    assert ask_to_compare(
        session, keyring(), county.actor("county_office"), id_number(sequence=3), date(2027, 3, 1), NOW
    )
    return _open(session, other, TaskKind.COMPARE_PAPERS)


def test_the_answer_to_a_transfer_moves_and_the_audit_keeps_the_day_that_it_was(
    session: Session, county: County
) -> None:
    patient = _patient(session, county)
    wanted = ProposeTransfer(patient.public_id, "move-1", OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
    transfer = propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    assert (transfer.due_on, transfer.is_due_provisional) == (date(2027, 1, 4), True)
    kept = _keep(session, county)
    found = session.scalars(select(Transfer)).one()
    assert (found.due_on, found.is_due_provisional) == (date(2027, 1, 5), False)
    assert kept.transfers.moved == 1
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "desk.transfer_recounted")).one()
    assert (noted.detail["was_on"], noted.detail["due_on"]) == ("2027-01-04", "2027-01-05")


def test_what_is_owed_to_the_national_system_moves_and_what_is_entered_there_stays(
    session: Session, county: County
) -> None:
    entered, owed = _patient(session, county), registered(session, county.actor("county_office"), "胡桂芳", 3)
    visits = [
        record_visit(
            session, vault(session), county.actor("doctor"), visit_command(patient, stable(TODAY)), TODAY, NOW
        ).visit
        for patient in (entered, owed)
    ]
    for visit in visits:
        visit.national_due_on = date(2027, 1, 11)  # ten working days by the week
    visits[0].national_entered_at = NOW
    session.flush()
    kept = _keep(session, county)
    days = dict(session.execute(select(FollowUpVisit.patient_id, FollowUpVisit.national_due_on)).all())
    assert days == {entered.id: date(2027, 1, 11), owed.id: date(2027, 1, 12)}
    assert kept.owed.moved == 1


def test_medicine_is_asked_for_earlier_before_a_festival_and_never_later(session: Session, county: County) -> None:
    patient = _patient(session, county)
    order = RecordSupply(new_public_id(), "奥氮平", TODAY, 49, "安和县精神卫生中心")
    supply = record_supply(session, county.actor("doctor"), patient, order, NOW)
    task = _open(session, patient, TaskKind.SUPPLY)
    assert supply.runs_out_on == date(2027, 2, 15)
    assert (task.due_on, is_provisional(_because(task))) == (date(2027, 2, 8), True)
    _keep(session, county)
    # 5 to 12 February are off: 4, 3, 2, 1 February and Sunday 31 January, which is worked, lie before
    assert (task.due_on, is_provisional(_because(task))) == (date(2027, 1, 31), False)
    assert "core.workdays.moved" in _codes(task)
    assert session.get_one(type(supply), supply.id).runs_out_on == date(2027, 2, 15)
    # a list that is corrected and makes the days before worked ones asks no later for it
    _keep(session, county, _notice(NOTICE_2027.replace("2027-02-05～2027-02-12", "2027-02-05～2027-02-08")))
    assert task.due_on == date(2027, 1, 31)


# -- clinical ones stay ------------------------------------------------------------------------------------------------


def test_clinical_days_never_move(session: Session, county: County) -> None:
    patient, doctor = _patient(session, county), county.actor("doctor")
    record_visit(session, vault(session), doctor, visit_command(patient, stable(TODAY)), TODAY, NOW)
    given = RecordInjection(
        drug="棕榈酸帕利哌酮",
        dose_mg="100.0",
        interval_weeks=4,
        given_on=date(2026, 12, 5),
        submission_key=new_public_id(),
    )
    record_injection(session, vault(session), doctor, patient, given, NOW)
    because = _because(_compare(session, county, patient))  # the very reasons of an office's deadline
    for kind in sorted(set(TaskKind) - OFFICE_KINDS - {TaskKind.FOLLOW_UP, TaskKind.INJECTION, TaskKind.SUPPLY}):
        open_task(session, patient, kind, "1", date(2027, 1, 4), because, NOW)
    clinical = select(Task.kind, Task.period, Task.due_on, Task.due_at).where(Task.kind.not_in(sorted(OFFICE_KINDS)))
    before = session.execute(clinical.order_by(Task.id)).all()
    next_visit = select(Patient.next_due_on, FollowUpVisit.next_due_on).join(
        FollowUpVisit, FollowUpVisit.patient_id == Patient.id
    )
    follow_ups = session.execute(next_visit).all()
    kept = _keep(session, county)
    assert kept.tasks.moved == 1
    assert session.execute(clinical.order_by(Task.id)).all() == before
    assert session.execute(next_visit).all() == follow_ups


def test_a_deadline_that_has_passed_is_left_alone_and_nobody_is_late_by_a_list(
    session: Session, county: County
) -> None:
    passed = _compare(session, county, _patient(session, county), date(2026, 12, 21))
    assert passed.due_on == date(2026, 12, 28)
    later = _compare_later(session, county)
    _keep(session, county, today=date(2026, 12, 29))
    assert passed.due_on == date(2026, 12, 28)
    # Sunday 7 March turns into a working day, so the fifth is that Sunday; on Monday the 8th it is today
    worked = "2027-03-07 上班 调休\n2027-03-12 放假 调休\n"
    _keep(session, county, _notice(NOTICE_2027 + worked), today=date(2027, 3, 8))
    assert later.due_on == date(2027, 3, 8)


# -- the list itself ---------------------------------------------------------------------------------------------------


def test_a_new_list_replaces_its_year_and_no_other(session: Session, county: County) -> None:
    before = stored.list_year(session, 2026)
    with_december = f"{NOTICE_2027}2026-12-27 上班 元旦\n2026-12-31 放假 元旦\n"
    _keep(session, county, _notice(with_december))
    assert [year.year for year in stored.list_known_years(session)] == [*range(2027, 2017, -1)]
    assert len(stored.list_year(session, 2026)) == len(before) + 2
    kept = _keep(session, county)
    assert len(stored.list_year(session, 2026)) == len(before), "the days of December went with their list"
    assert {row.source for row in stored.list_year(session, 2027)} == {DOCUMENT}
    assert len(stored.list_year(session, 2027)) == kept.days


def test_a_year_that_is_replaced_keeps_the_december_days_of_the_next_years_list(
    session: Session, county: County
) -> None:
    with_december = f"{NOTICE_2027}2026-12-31 放假 元旦\n"
    _keep(session, county, _notice(with_december))
    known = [(row.day, row.is_working, row.name) for row in stored.list_year(session, 2026)]
    text = "\n".join(f"{day},{'上班' if works else '放假'},{name}" for day, works, name in known if day.month < 12)
    keep_notice(session, county.actor("coordinator"), _notice(text, 2026), "更正", TODAY, NOW)
    assert [(row.day, row.is_working, row.name) for row in stored.list_year(session, 2026)] == known


def test_a_list_with_errors_is_refused_whole(session: Session, county: County) -> None:
    with pytest.raises(Invalid) as refused:
        _keep(session, county, _notice(NOTICE_2027.replace("放假,国庆节", "放,")))
    assert "lines" in refused.value.errors
    assert stored.list_year(session, 2027) == []


def test_who_put_which_list_into_force_is_noted(session: Session, county: County) -> None:
    _compare(session, county, _patient(session, county))
    _keep(session, county)
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "desk.workdays_kept")).one()
    assert (noted.subject_kind, noted.subject_id, noted.actor_role) == ("workdays", "2027", "coordinator")
    assert (noted.detail["document"], noted.detail["moved"]) == (DOCUMENT, 1)


def test_only_those_who_keep_the_calendar_of_a_whole_county_may(session: Session, county: County) -> None:
    for role in ("doctor", "clerk", "county_office", "auditor"):
        with pytest.raises(Forbidden):
            keep_notice(session, county.actor(role), _notice(), DOCUMENT, TODAY, NOW)
    assert keep_notice(session, county.actor("admin"), _notice(), DOCUMENT, TODAY, NOW).days == len(_notice().days)


def test_the_house_answers_by_its_own_list(app: Flask, database: Database, county: County) -> None:
    assert 2027 not in stored.house_workdays().years
    with database.transaction() as session:
        _keep(session, county)
    assert 2027 in stored.house_workdays().years


# -- by command --------------------------------------------------------------------------------------------------------


def test_a_list_comes_in_by_command(app: Flask, county: County, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "2027.txt"
    file.write_text(NOTICE_2027, encoding="utf-8")
    run = app.test_cli_runner().invoke
    done = run(args=["workdays", "import", str(file), "--document", DOCUMENT, "--as", "admin", "--json"])
    assert done.exit_code == 0, done.output
    assert '"year": 2027, "stored": 33, "moved": 0' in done.output
    with database.reading() as session:
        assert stored.load_workdays(session, date(2027, 1, 1), date(2027, 1, 1)).years == {2027}
    assert run(args=["workdays", "import", str(file), "--document", DOCUMENT, "--as", "doctor"]).exit_code == 1


def test_a_wrong_list_is_refused_by_command_row_by_row(app: Flask, county: County, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_bytes(NOTICE_2027.replace("2027-09-15", "2027-09-18").encode("gb18030"))
    done = app.test_cli_runner().invoke(args=["workdays", "import", str(file), "--document", DOCUMENT])
    assert done.exit_code == 2
    assert "row 11: 2027年9月18日是周末" in done.output
