"""The quarterly duty check: who may judge, what the result leads to, and what the quarter's money makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.guardians.commands import AddGuardian
from app.guardians.commands_duty import EnterSheet, RecordCheck, RecordContact, RecordHelp, SheetRow
from app.guardians.models import Agreement, DutyCheck, DutySignature, GuardianAssessment, Guardianship
from app.guardians.queries.company import count_to_decide, get_ward, list_contacts, list_wards
from app.guardians.queries.duty_counts import count_duty
from app.guardians.queries.duty_list import DutyShow, list_duty
from app.guardians.rules import Rank, Relation
from app.guardians.rules.duty import (
    NO_DUTY,
    AssessmentMark,
    CheckWay,
    ContactWay,
    Duty,
    DutyMark,
    Found,
    HelpGiven,
    HelpNeeded,
    Signer,
)
from app.guardians.service import add_guardian
from app.guardians.service.agreements import end_agreement, end_running
from app.guardians.service.company import record_contact, record_help
from app.guardians.service.duty import enter_sheet, record_check
from app.guardians.service.duty_after import decide_replacement, sign_check, withdraw_check
from app.guardians.service.sweeping import open_duty_checks
from app.patients.models import Patient
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.queries.assessing import get_assessment_row, list_assessments
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import DutyCheck as DutyTerm
from app.subsidies.service import prepare_anew
from app.subsidies.service.assessing import confirm_assessments
from app.subsidies.service.preparing import prepare_batch
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from tests.rig.county import VILLAGE, County
from tests.rig.families import Family
from tests.rig.quarter import NOW, TODAY, House

QUARTER = Quarter(2026, 3)
NAMES = {Signer.VILLAGE: "赵德明", Signer.GRID: "钱小芳", Signer.HEALTH: "孙医生"}


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    """Three families of one village, whose quarter asks for duty checks."""
    made = House(app, database, county)
    made.settle_in([Family(place) for place in range(3)], duty_check=DutyTerm.REQUIRED)
    return made


def _command(quarter: Quarter = QUARTER, **more: object) -> RecordCheck:
    plain = RecordCheck(quarter, CheckWay.VISIT, date(2026, 10, 8), new_public_id(), signs_as=Signer.VILLAGE)
    return replace(plain, **more)  # type: ignore[arg-type]


def _check(house: House, place: int, actor: Actor | None = None, **more: Any) -> DutyCheck:
    with house.database.transaction() as session:
        found = record_check(
            session,
            actor or house.actor("village_worker"),
            house.families[place].agreement.public_id,
            _command(**more),
            TODAY,
            NOW,
        )
        session.expunge(found)
        return found


def _worker_guards(house: House, place: int, user: str = "village_worker") -> Actor:
    """Make the account's person the second guardian of a family; answers who the account is now."""
    with house.database.transaction() as session:
        link = add_guardian(
            session,
            Vault(session, house.keyring),
            house.actor("clerk"),
            session.get_one(Patient, house.families[place].patient.id),
            AddGuardian(
                Rank.SECOND,
                Relation.OFFICER,
                date(2026, 1, 1),
                PersonDraft("王跃进", phone="13900000001"),
                post="东村网格员",
            ),
            NOW,
        )
        account = session.scalars(select(User).where(User.name == user)).one()
        account.person_id = link.person_id
        session.flush()
        return actor_of(account)


def _tasks(house: House, kind: TaskKind, place: int) -> list[Task]:
    with house.database.reading() as session:
        return list(
            session.scalars(
                select(Task)
                .where(Task.kind == kind, Task.patient_id == house.families[place].patient.id)
                .order_by(Task.id)
            )
        )


def _prepare_anew(house: House) -> None:
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)
    with house.database.transaction() as session:
        assert prepare_batch(session, house.actor("clerk"), house.run().public_id)


# -- the check ---------------------------------------------------------------------------------------------------------


def test_eight_performed_duties_pass_and_the_recorder_has_signed_for_the_village(house: House) -> None:
    check = _check(house, 0)
    assert (check.result, check.failed_duties, check.remarked_duties) == (DutyMark.PASSED, 0, 0)
    with house.database.reading() as session:
        [signed] = session.scalars(select(DutySignature)).all()
        assert (signed.signer, signed.is_own, signed.name) == (Signer.VILLAGE, True, "village_worker")
        assert session.scalar(select(AuditEvent).where(AuditEvent.action == "guardians.duty.checked")) is not None


@pytest.mark.parametrize(
    ("failed", "remarked", "result"),
    [
        (Duty.MEDICINE, NO_DUTY, DutyMark.FAILED),
        (Duty.MEDICINE, Duty.MEDICINE | Duty.VISITS, DutyMark.FAILED),
        (NO_DUTY, Duty.CARE_LOG, DutyMark.REMARKS),
    ],
)
def test_one_duty_not_performed_fails_and_remarks_alone_do_not(
    house: House, failed: Duty, remarked: Duty, result: DutyMark
) -> None:
    check = _check(house, 0, failed=failed, remarked=remarked)
    assert check.result is result
    assert not check.failed_duties & check.remarked_duties


def test_a_form_that_arrives_twice_is_one_check_and_two_forms_are_not(house: House) -> None:
    key = new_public_id()
    assert _check(house, 0, key=key).id == _check(house, 0, key=key).id
    with pytest.raises(Conflict) as refused:
        _check(house, 0)
    assert refused.value.reason.code == "guardians.duty.checked_meanwhile"


def test_a_check_again_takes_the_place_of_the_one_before_which_stays_on_record(house: House) -> None:
    first = _check(house, 0, failed=Duty.MEDICINE)
    second = _check(house, 0, replaces=first.public_id)
    with house.database.reading() as session:
        old = session.get_one(DutyCheck, first.id)
        assert (old.replaced_by_id, old.replaced_at, old.result) == (second.id, NOW, DutyMark.FAILED)


@pytest.mark.parametrize(("day", "code"), [(date(2026, 11, 22), "future"), (date(2026, 8, 31), "too_early")])
def test_a_check_lies_between_the_quarters_last_month_and_today(house: House, day: date, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        _check(house, 0, checked_on=day)
    assert [one.code for one in refused.value.errors["checked_on"]] == [f"guardians.duty.{code}"]


def test_a_foreign_family_and_a_quarter_without_agreement_are_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        _check(house, 0, quarter=Quarter(2025, 4))
    stranger = replace(house.actor("village_worker"), area_prefix="349921101200")
    with pytest.raises(NotFound):
        _check(house, 0, stranger)


def test_whoever_may_not_keep_checks_records_none(house: House) -> None:
    for role in ("police", "doctor", "reviewer", "auditor"):
        with pytest.raises(Forbidden):
            _check(house, 0, house.actor(role))


# -- nobody judges how their own family is guarded ----------------------------------------------------------------------


def test_a_guardian_of_either_rank_neither_checks_nor_signs_nor_takes_back(house: House) -> None:
    own = _worker_guards(house, 0)
    with pytest.raises(Forbidden) as refused:
        _check(house, 0, own)
    assert refused.value.reason.code == "guardians.duty.own"
    check = _check(house, 0, house.actor("town"), signs_as=None)
    for act in (
        lambda session: sign_check(session, own, check.public_id, Signer.VILLAGE, TODAY, NOW),
        lambda session: withdraw_check(session, own, check.public_id, NOW),
    ):
        with pytest.raises(Forbidden), house.database.transaction() as session:
            act(session)
    assert _check(house, 1, own).result is DutyMark.PASSED  # other families are the village's as before


def test_the_first_guardian_who_holds_an_account_is_refused_as_well(house: House) -> None:
    with house.database.transaction() as session:
        town = session.scalars(select(User).where(User.name == "town")).one()
        town.person_id = house.families[0].payee.id
        session.flush()
        actor = actor_of(town)
    with pytest.raises(Forbidden):
        _check(house, 0, actor)


def test_a_guardians_name_under_a_paper_sheet_is_refused(house: House) -> None:
    guardian = house.families[0].payee.name
    with pytest.raises(Invalid) as refused:
        _check(house, 0, house.actor("town"), way=CheckWay.PAPER, names={Signer.VILLAGE: guardian})
    assert [one.code for one in refused.value.errors["names"]] == ["guardians.duty.guardian_signed"]


def test_the_database_itself_refuses_a_guardians_hand(house: House) -> None:
    own = _worker_guards(house, 0)
    check = _check(house, 0, house.actor("town"), signs_as=None)
    rows = [
        DutySignature(
            duty_check_id=check.id, signer=Signer.VILLAGE, name="王跃进", signed_on=TODAY, by=own.user_id, hand=own.hand,
            is_own=True, at=NOW,
        ),
        DutyCheck(
            submission_key=new_public_id(), agreement_id=check.agreement_id, patient_id=check.patient_id,
            area_code=VILLAGE, quarter="2026Q2", way=CheckWay.VISIT, checked_on=TODAY, result=DutyMark.PASSED,
            recorded_at=NOW, recorded_by=own.user_id,
        ),
        GuardianAssessment(
            guardianship_id=house.families[0].agreement.guardianship_id, patient_id=check.patient_id,
            area_code=VILLAGE, year=2026, result=AssessmentMark.QUALIFIED, because=[], confirmed_at=NOW,
            confirmed_by=own.user_id,
        ),
    ]  # fmt: skip
    for row in rows:
        with pytest.raises(DBAPIError, match="_own"), house.database.transaction() as session:
            session.add(row)


def test_the_database_lets_nobody_rewrite_or_remove_a_check(house: House) -> None:
    check = _check(house, 0, failed=Duty.MEDICINE)
    with pytest.raises(DBAPIError, match="frozen"), house.database.transaction() as session:
        session.get_one(DutyCheck, check.id).checked_on = TODAY
    with pytest.raises(DBAPIError, match="no_delete"), house.database.transaction() as session:
        session.delete(session.get_one(DutyCheck, check.id))


def test_the_gap_of_a_village_climbs_to_the_town(house: House) -> None:
    own = _worker_guards(house, 0)
    with house.database.reading() as session:
        [gap] = list_duty(session, house.actor("town"), QUARTER, DutyShow.GAP, "", TODAY).rows
        assert (gap.agreement, gap.is_gap, gap.is_own) == (house.families[0].agreement.public_id, True, False)
        [mine] = [one for one in list_duty(session, own, QUARTER, DutyShow.ALL, "", TODAY).rows if one.is_own]
        assert mine.agreement == gap.agreement
        assert [one.gaps for one in count_duty(session, house.actor("town"), QUARTER, TODAY)] == [1]
    _check(house, 0, house.actor("town"), signs_as=Signer.CIVIL)
    with house.database.reading() as session:
        assert list_duty(session, house.actor("town"), QUARTER, DutyShow.GAP, "", TODAY).rows == []


# -- signatures --------------------------------------------------------------------------------------------------------


def test_each_side_signs_separately_and_one_hand_for_one_side(house: House) -> None:
    check = _check(house, 0)
    with house.database.transaction() as session:
        sign_check(session, house.actor("doctor"), check.public_id, Signer.HEALTH, TODAY, NOW)
    for who, side, error in (
        ("village_worker", Signer.GRID, Conflict),
        ("village_doctor", Signer.HEALTH, Conflict),
        ("doctor", Signer.CIVIL, Forbidden),
        ("police", Signer.POLICE, Forbidden),
    ):
        with pytest.raises(error), house.database.transaction() as session:
            sign_check(session, house.actor(who), check.public_id, side, TODAY, NOW)
    with house.database.transaction() as session:
        sign_check(session, house.actor("town"), check.public_id, Signer.CIVIL, TODAY, NOW)
        assert len(session.scalars(select(DutySignature)).all()) == 3


def test_a_replaced_check_takes_no_more_signatures(house: House) -> None:
    first = _check(house, 0, failed=Duty.VISITS)
    _check(house, 0, replaces=first.public_id)
    with pytest.raises(Conflict) as refused, house.database.transaction() as session:
        sign_check(session, house.actor("doctor"), first.public_id, Signer.HEALTH, TODAY, NOW)
    assert refused.value.reason.code == "guardians.duty.not_standing"


# -- a village's paper sheet -------------------------------------------------------------------------------------------


def _sheet(house: House, rows: Iterable[int], **exceptions: Duty) -> EnterSheet:
    return EnterSheet(
        QUARTER,
        date(2026, 10, 9),
        new_public_id(),
        NAMES,
        tuple(
            SheetRow(house.families[place].agreement.public_id, exceptions.get(f"failed_{place}", NO_DUTY))
            for place in rows
        ),
    )


def test_a_village_sheet_is_entered_at_once_with_its_exceptions_and_copied_names(house: House) -> None:
    with house.database.transaction() as session:
        entered = enter_sheet(
            session, house.actor("village_worker"), _sheet(house, range(3), failed_2=Duty.VISITS), TODAY, NOW
        )
        assert (entered.stored, entered.left) == (3, 0)
        marks = [one.result for one in session.scalars(select(DutyCheck).order_by(DutyCheck.agreement_id))]
        assert marks == [DutyMark.PASSED, DutyMark.PASSED, DutyMark.FAILED]
        signed = session.scalars(select(DutySignature)).all()
        assert (len(signed), {one.is_own for one in signed}) == (9, {False})


def test_a_sheet_leaves_the_recorders_own_family_and_what_is_checked_already(house: House) -> None:
    own = _worker_guards(house, 0)
    _check(house, 1, own)
    with house.database.transaction() as session:
        entered = enter_sheet(session, own, _sheet(house, range(3)), TODAY, NOW)
    assert (entered.stored, entered.left) == (1, 1)


# -- duties and what follows -------------------------------------------------------------------------------------------


def test_the_sweep_opens_one_duty_a_family_and_quarter_and_a_pass_ends_it(house: House) -> None:
    with house.database.transaction() as session:
        assert (
            open_duty_checks(session, Actor.operator(), date(2026, 10, 9), NOW).made == 6
        )  # last quarter and this one
        assert open_duty_checks(session, Actor.operator(), date(2026, 10, 9), NOW).made == 0
    last, present = _tasks(house, TaskKind.DUTY_CHECK, 0)
    assert [one["code"] for one in last.because][:2] == ["guardians.duty.due", "core.workdays.counted"]
    assert (last.due_on, present.due_on.year) == (date(2026, 10, 20), 2027)  # ten working days after the National Day
    _check(house, 0)
    assert [one.state for one in _tasks(house, TaskKind.DUTY_CHECK, 0)] == [TaskState.DONE, TaskState.OPEN]


def test_an_agreement_that_does_not_come_about_or_ended_before_owes_no_check(house: House) -> None:
    with house.database.transaction() as session:
        open_duty_checks(session, Actor.operator(), date(2026, 10, 9), NOW)
        patient = session.get_one(Patient, house.families[0].patient.id)
        agreement = session.get_one(Agreement, house.families[0].agreement.id)
        ended = reason("guardians.end.replaced")
        end_agreement(session, house.actor("clerk"), patient, agreement, date(2026, 9, 20), ended, NOW)
        withdrawn = session.get_one(Guardianship, house.families[1].agreement.guardianship_id)
        other = session.get_one(Patient, house.families[1].patient.id)
        before = house.families[1].agreement.from_on - timedelta(days=1)
        end_running(session, house.actor("clerk"), other, withdrawn, before, ended, NOW)
    last, present = _tasks(house, TaskKind.DUTY_CHECK, 0)
    assert (last.state, present.state) == (TaskState.OPEN, TaskState.CANCELLED)  # its last quarter is still looked at
    assert {one.state for one in _tasks(house, TaskKind.DUTY_CHECK, 1)} == {TaskState.CANCELLED}
    assert {one.state for one in _tasks(house, TaskKind.DUTY_CHECK, 2)} == {TaskState.OPEN}


def test_a_failed_check_leaves_the_duty_open_until_the_guardian_has_improved(house: House) -> None:
    with house.database.transaction() as session:
        open_duty_checks(session, Actor.operator(), date(2026, 10, 9), NOW)
    failed = _check(house, 0, failed=Duty.CARE_LOG)
    task = _tasks(house, TaskKind.DUTY_CHECK, 0)[0]
    assert (task.state, task.because[-1]["code"]) == (TaskState.OPEN, "guardians.duty.to_improve")
    _check(house, 0, replaces=failed.public_id)
    assert _tasks(house, TaskKind.DUTY_CHECK, 0)[0].state is TaskState.DONE


def test_a_check_for_the_wrong_family_is_taken_back_and_the_duty_stands_again(house: House) -> None:
    with house.database.transaction() as session:
        open_duty_checks(session, Actor.operator(), date(2026, 10, 9), NOW)
    check = _check(house, 0)
    with house.database.transaction() as session:
        withdraw_check(session, house.actor("village_worker"), check.public_id, NOW)
    assert _tasks(house, TaskKind.DUTY_CHECK, 0)[0].state is TaskState.OPEN
    assert _check(house, 0).id != check.id


def test_two_failed_quarters_of_a_year_put_the_guardian_before_the_town(house: House) -> None:
    _check(house, 0, quarter=Quarter(2026, 2), failed=Duty.MEDICINE)
    assert _tasks(house, TaskKind.REPLACE_GUARDIAN, 0) == []
    second = _check(house, 0, failed=Duty.VISITS)
    [task] = _tasks(house, TaskKind.REPLACE_GUARDIAN, 0)
    assert task.state is TaskState.OPEN
    own = _worker_guards(house, 0, "town")
    with pytest.raises(Forbidden), house.database.transaction() as session:
        decide_replacement(session, own, task.public_id, "guardians.replace.improving", NOW)
    with house.database.transaction() as session:
        decide_replacement(session, house.actor("clerk"), task.public_id, "guardians.replace.improving", NOW)
    assert _tasks(house, TaskKind.REPLACE_GUARDIAN, 0)[0].outcome["code"] == "guardians.replace.decided"  # type: ignore[index]
    assert second.result is DutyMark.FAILED


def test_a_check_again_that_passes_takes_the_question_back(house: House) -> None:
    _check(house, 0, quarter=Quarter(2026, 2), failed=Duty.MEDICINE)
    failed = _check(house, 0, failed=Duty.VISITS)
    _check(house, 0, replaces=failed.public_id)
    assert _tasks(house, TaskKind.REPLACE_GUARDIAN, 0)[0].state is TaskState.CANCELLED


# -- the money ---------------------------------------------------------------------------------------------------------


def test_lines_wait_for_the_check_and_prepare_anew_takes_it_up(house: House) -> None:
    _check(house, 1, failed=Duty.MEDICINE)
    passed = _check(house, 2, remarked=Duty.CARE_LOG, way=CheckWay.PHONE)
    house.prepare()
    assert [house.line(place).decision for place in range(3)] == [LineState.HOLD, LineState.HOLD, LineState.PAY]
    assert house.codes(0)[0] == "subsidies.hold.duty_missing"
    assert house.codes(1)[0] == "subsidies.hold.duty_failed"
    assert "subsidies.flag.duty_remarks" in house.codes(2)
    assert house.line(2).snapshot["duty"] == [
        {"id": passed.public_id, "quarter": "2026Q3", "day": "2026-10-08", "way": "phone", "result": "remarks"}
    ]
    _check(house, 0)
    _prepare_anew(house)
    assert (house.line(0).decision, house.line(0).amount_fen) == (LineState.PAY, 75_000)


def test_a_policy_that_asks_for_no_check_pays_as_before(app: Flask, database: Database, county: County) -> None:
    made = House(app, database, county)
    made.settle_in([Family(0)])
    made.prepare()
    assert made.line(0).decision is LineState.PAY
    assert "duty" not in made.line(0).snapshot


# -- contacts, help, needs ---------------------------------------------------------------------------------------------


def _contact(**more: object) -> RecordContact:
    plain = RecordContact(date(2026, 11, 10), ContactWay.PHONE, Found.GUARDIAN, True, new_public_id())
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_contact_is_the_second_guardians_or_is_entered_on_behalf_and_says_which(house: House) -> None:
    own = _worker_guards(house, 0)
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_contact(session, own, patient, _contact(), TODAY, NOW)
        record_contact(session, house.actor("town"), patient, _contact(contacted_on=date(2026, 10, 3)), TODAY, NOW)
        assert [one.is_own for one in list_contacts(session, own, patient)] == [True, False]
        assert [one.last_on for one in list_wards(session, own)] == [date(2026, 11, 10)]
        assert get_ward(session, own, patient.public_id).id == patient.id


def test_a_month_without_contact_is_listed(house: House) -> None:
    own = _worker_guards(house, 0)
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_contact(session, own, patient, _contact(), TODAY, NOW)
        silent = list_duty(session, own, Quarter(2026, 4), DutyShow.SILENT, "", TODAY).rows
        assert {one.patient for one in silent} == {house.families[place].patient.public_id for place in (1, 2)}


def test_a_contact_needs_a_second_guardian_and_police_enter_their_own_only(house: House) -> None:
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        with pytest.raises(Invalid):
            record_contact(session, house.actor("town"), patient, _contact(), TODAY, NOW)
    _worker_guards(house, 0)
    with pytest.raises(Forbidden), house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_contact(session, house.actor("police"), patient, _contact(), TODAY, NOW)


def _help(**more: object) -> RecordHelp:
    plain = RecordHelp(
        date(2026, 11, 10), Signer.CIVIL, HelpGiven.FOOD, HelpNeeded.LIVING, Money.zero(), new_public_id()
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_needs_are_listed_by_the_newest_visit(house: House) -> None:
    town = house.actor("town")
    with house.database.transaction() as session:
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_help(session, town, patient, _help(), TODAY, NOW)
        assert count_to_decide(session, town, TODAY) == (1, 0)
        record_help(session, town, patient, _help(visited_on=date(2026, 11, 20), needed=HelpNeeded.NOTHING), TODAY, NOW)
        assert count_to_decide(session, town, TODAY) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"given": HelpGiven.CASH},
        {"cash": Money.from_yuan("100")},
        {"needed": HelpNeeded(0)},
        {"needed": HelpNeeded.NOTHING | HelpNeeded.CARER},
        {"given": HelpGiven.CASH, "cash": Money.from_yuan("10000.01")},
        {"visited_on": date(2026, 11, 22)},
    ],
)
def test_help_says_what_was_given_and_needed_without_contradiction(house: House, wrong: dict[str, object]) -> None:
    with house.database.transaction() as session, pytest.raises(Invalid):
        patient = session.get_one(Patient, house.families[0].patient.id)
        record_help(session, house.actor("town"), patient, _help(**wrong), TODAY, NOW)


# -- the year ----------------------------------------------------------------------------------------------------------


def test_a_year_is_proposed_by_rule_and_confirmed_once_by_somebody_else(house: House) -> None:
    for number in (1, 2):
        _check(house, 0, quarter=Quarter(2026, number), failed=Duty.MEDICINE)
        _check(house, 1, quarter=Quarter(2026, number))
    own, town = _worker_guards(house, 1, "town"), house.actor("clerk")
    links = [house.families[place].agreement.guardianship_id for place in range(3)]
    with house.database.transaction() as session:
        ids = [session.get_one(Guardianship, link).public_id for link in links]
        rows = {row.guardianship: row for row in list_assessments(session, town, 2026, "").rows}
        assert [rows[one].proposed for one in ids] == [AssessmentMark.UNQUALIFIED, AssessmentMark.QUALIFIED, None]
        assert confirm_assessments(session, town, 2026, ids[:1], TODAY, NOW) == 1
    with house.database.reading() as session:
        row = get_assessment_row(session, town, ids[0], 2026)
        assert (row.confirmed, row.because[0].code) == (AssessmentMark.UNQUALIFIED, "guardians.assessment.two_failed")
    for actor, which, error in ((town, 0, Conflict), (town, 2, Conflict), (own, 1, Forbidden)):
        with pytest.raises(error), house.database.transaction() as session:
            confirm_assessments(session, actor, 2026, [ids[which]], TODAY, NOW)
    with pytest.raises(Conflict), house.database.transaction() as session:
        confirm_assessments(session, town, 2026, [ids[1]], date(2026, 9, 30), NOW)


def test_the_person_of_a_guardian_is_known_by_the_account(house: House) -> None:
    own = _worker_guards(house, 0)
    with house.database.reading() as session:
        assert session.get_one(Person, own.person_id or 0).name == "王跃进"
