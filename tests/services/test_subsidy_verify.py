"""`flask subsidy verify` over a whole county: what was put right behind the product's back is named."""

from __future__ import annotations

import json
from datetime import date

from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.audit.chain import seal
from app.core.db import Database, new_public_id
from app.core.reasons import Reason, say
from app.guardians.models import Agreement
from app.patients.models import Patient, RegisterRequest
from app.patients.rules import RequestKind, RequestState
from app.patients.service import record_admission
from app.subsidies.commands import ProposeRecovery
from app.subsidies.models import LineKind, Recovery, SubsidyLine
from app.subsidies.papers.recoveries import told
from app.subsidies.queries.verify_county import list_runs_of
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep
from app.subsidies.service.late_facts import find_late_facts
from app.subsidies.service.recovering import decide_recovery, propose_recovery
from app.subsidies.service.verifying import verify_money
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.unguarded import without_guards


@built_once
def paid(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.to_the_bank()
    house.settle()
    return house


def problems(house: House) -> list[str]:
    with house.database.reading() as session:
        runs = list_runs_of(session, COUNTY)
        return [one.code for one in verify_money(session, COUNTY, runs, house.keyring, TODAY, NOW)]


def twin_of(session: Session, line: SubsidyLine, **changed: object) -> None:
    """Another line, written by whoever owns the database."""
    columns = {column.key: getattr(line, column.key) for column in SubsidyLine.__mapper__.column_attrs}
    session.execute(insert(SubsidyLine), [{**columns, "id": line.id + 1000, "public_id": "another-line", **changed}])


def of(house: House, place: int, session: Session) -> SubsidyLine:
    mine = SubsidyLine.patient_id == house.families[place].patient.id
    return session.scalars(select(SubsidyLine).where(mine).order_by(SubsidyLine.id)).first()  # type: ignore[return-value]  # each has one


def merge(house: House, merged: int, kept: int) -> None:
    """The two records turn out to be one human being."""
    with house.database.transaction() as session:
        session.add(
            RegisterRequest(
                submission_key=f"merged-{merged}", kind=RequestKind.MERGE, patient_id=house.families[merged].patient.id,
                kept_patient_id=house.families[kept].patient.id, area_code=COUNTY, because={}, from_on=TODAY,
                state=RequestState.DONE, proposed_at=NOW, proposed_by=house.actor("county_office").user_id,
            )
        )  # fmt: skip


def test_an_honest_county_has_no_problem(paid: House) -> None:
    assert problems(paid) == []


def test_two_steps_by_one_hand_are_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_update")
        makers = session.scalar(text("SELECT min(hand) FROM run_approvals WHERE step = 'submitted'"))
        session.execute(text("UPDATE run_approvals SET hand = :hand WHERE step = 'approved'"), {"hand": makers})
    assert "subsidies.verify.same_hand" in problems(paid)


def test_a_step_that_is_missing_is_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_delete")
        session.execute(text("DELETE FROM run_approvals WHERE step = 'approved'"))
    assert "subsidies.verify.illegal_step" in problems(paid)


def test_a_quarter_paid_inside_a_half_year_is_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_subsidy_lines_born", "guard_subsidy_lines_days_paid_insert")
        twin_of(session, of(paid, 0, session), period="2026H2")
    assert "subsidies.verify.paid_twice" in problems(paid)


def test_corrections_that_add_up_beyond_what_is_due_are_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_subsidy_lines_born")
        line = of(paid, 0, session)
        twin_of(session, line, kind=LineKind.CORRECTION, corrects_line_id=line.id, cause="slipped in", amount_fen=1)
    assert "subsidies.verify.beyond_due" in problems(paid)


def test_one_person_paid_under_several_records_is_named_until_what_was_too_much_has_its_case(paid: House) -> None:
    merge(paid, 1, 0)
    assert problems(paid) == ["subsidies.verify.person_twice", "subsidies.verify.not_claimed"]
    assert look_again(paid) == 1
    assert look_again(paid) == 0
    assert problems(paid) == []
    merge(paid, 2, 1)  # and that one is a third record of the same person
    assert set(problems(paid)) == {"subsidies.verify.person_twice", "subsidies.verify.not_claimed"}
    assert look_again(paid) == 1
    assert problems(paid) == []
    with paid.database.reading() as session:
        cases = session.scalars(select(Recovery).order_by(Recovery.id)).all()
        assert [case.line_id for case in cases] == [paid.line(1).id, paid.line(2).id]
        assert [case.amount_fen for case in cases] == [75_000, 75_000]
        because = [Reason.from_json(one) for one in cases[0].because]
    assert "两份登记是同一人，另一份已发放的由 0 天改为 92 天" in [say(one) for one in because]
    assert told(because) == "原按 92 天计发，应按 0 天计发：同一时期已另行发放，不重复计发。"


def test_the_case_of_a_second_record_is_decided_by_people_and_ends_where_the_records_part_again(paid: House) -> None:
    merge(paid, 1, 0)
    look_again(paid)
    case = decided(paid, RecoveryStep.ASKED)
    assert case.state is RecoveryState.ASKED
    assert problems(paid) == []
    with paid.database.transaction() as session:
        session.scalars(select(RegisterRequest)).one().state = RequestState.UNDONE
    assert decided(paid, RecoveryStep.WITHDRAWN).state is RecoveryState.WITHDRAWN
    assert (look_again(paid), problems(paid)) == (0, [])


def look_again(house: House) -> int:
    clerk = house.actor("clerk")
    return find_late_facts(house.database.reading, house.database.transaction, clerk, COUNTY, TODAY, NOW).made


def decided(house: House, outcome: RecoveryStep) -> Recovery:
    """The county's one case: the clerk's word, and the reviewer's."""
    with house.database.transaction() as session:
        public_id = session.scalars(select(Recovery.public_id)).one()
        command = ProposeRecovery(new_public_id(), public_id, outcome, "民发〔2026〕3号", date(2026, 12, 21))
        propose_recovery(session, house.actor("clerk"), command, NOW, TODAY)
    with house.database.transaction() as session:
        return decide_recovery(session, house.actor("reviewer"), public_id, True, NOW, TODAY)


def test_two_records_that_somebody_looked_at_before_paying_are_no_problem(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in(families(2))
    merge(house, 1, 0)
    house.prepare()
    house.decide(0, True, grounds=Grounds(HoldGround.NOT_PAID_ELSEWHERE))
    house.decide(1, True, grounds=Grounds(HoldGround.NOT_PAID_ELSEWHERE))
    house.submit()
    house.approve()
    house.export()
    assert problems(house) == []


def test_agreements_that_overlap_are_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_agreements_overlap_insert")
        agreement = session.get_one(Agreement, paid.families[0].agreement.id)
        columns = {column.key: getattr(agreement, column.key) for column in Agreement.__mapper__.column_attrs}
        session.execute(
            insert(Agreement), [{**columns, "id": agreement.id + 1000, "public_id": "another", "number": "another"}]
        )
    assert problems(paid) == ["subsidies.verify.agreements_overlap"]


def test_what_is_too_much_by_the_facts_of_today_is_named_until_it_has_its_case(paid: House) -> None:
    patient = paid.families[0].patient
    with paid.database.transaction() as session:
        office = paid.actor("county_office")
        record_admission(
            session, office, session.get_one(Patient, patient.id), "四院", date(2026, 8, 2), date(2026, 9, 5), NOW
        )
    assert problems(paid) == ["subsidies.verify.not_claimed"]
    find_late_facts(paid.database.reading, paid.database.transaction, paid.actor("clerk"), COUNTY, TODAY, NOW)
    assert problems(paid) == []


def test_a_broken_chain_of_what_was_noted_is_named(paid: House) -> None:
    with paid.database.transaction() as session:
        seal(session, NOW)
    assert problems(paid) == []
    with paid.database.transaction() as session:
        without_guards(session, "guard_audit_events_no_update")
        session.execute(text("UPDATE audit_events SET count = 7 WHERE id = (SELECT min(id) FROM audit_events)"))
    assert problems(paid) == ["subsidies.verify.chain"]


def test_the_command_looks_at_every_run_and_says_what_is_wrong(paid: House) -> None:
    words = ("subsidy", "verify", "--county", COUNTY, "--as", "auditor", "--json")
    told = paid.app.test_cli_runner().invoke(args=words)
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"runs": 1, "lines": 3, "problems": []})
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_delete")
        session.execute(text("DELETE FROM run_approvals WHERE step = 'approved'"))
    told = paid.app.test_cli_runner().invoke(args=words)
    assert told.exit_code == 1
    assert "签批顺序不合规定" in json.loads(told.stdout)["problems"][0]
    assert paid.app.test_cli_runner().invoke(args=[*words[:3], "349922000000", *words[4:]]).exit_code != 0
