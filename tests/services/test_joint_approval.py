"""The joint approval: each office answers its own question about exactly what was submitted, and the reviewer signs last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.people.models import FormerIdNumber, Person
from app.subsidies.models import LineHold, LineMark, RunApproval, SubsidyLine
from app.subsidies.queries.joint import is_form_open, list_lines_to_sign, list_waiting, office_signatures
from app.subsidies.queries.runs import get_run, list_steps
from app.subsidies.queries.step_due import step_due
from app.subsidies.rules.chain import Office
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround, ReturnGround
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunState, RunStep
from app.subsidies.service import mark_line, return_run, send_marked, sign_for_office, unmark_line
from app.subsidies.service.joint import check_county
from tests.rig.county import County
from tests.rig.crowd import at_once
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.offices import HEALTH, OFFICES, POLICE, TOWN, name, number_of, open_offices, sign, sign_all
from tests.rig.quarter import NOW, House
from tests.rig.rosters import id_number

PERFORMED = Grounds(HoldGround.DUTY_PERFORMED)


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Six families under a joint chain, submitted."""
    house = open_offices(House(app, database, county))
    house.settle_in(families(6), chain=Chain.JOINT)
    house.prepare()
    house.submit()
    return house


def mark(house: House, who: str, place: int) -> None:
    with house.step() as (session, run):
        mark_line(session, house.actor(who), run, house.line(place).public_id, NOW)


def send(house: House, who: str) -> None:
    with house.step() as (session, run):
        send_marked(session, house.actor(who), run, NOW)


def steps_of(house: House) -> list[RunStep]:
    with house.database.reading() as session:
        return [one.step for one in list_steps(session, house.run())]


def test_three_offices_sign_in_any_order_and_the_reviewer_last(house: House) -> None:
    def due(today: date) -> tuple[date, bool]:
        with house.database.reading() as session:
            found = step_due(session, house.run(), today)
        assert found is not None
        return found.due_on, found.is_late

    # ten working days for the offices, then five for finance; handed in on a Saturday
    assert due(date(2026, 12, 4)) == (date(2026, 12, 4), False) and due(date(2026, 12, 5))[1]
    for who in (TOWN, HEALTH, POLICE):
        with pytest.raises(Conflict, match="missing"):
            house.approve()
        sign(house, who)
    house.approve()
    assert house.run().state is RunState.APPROVED
    assert due(date(2026, 11, 27)) == (date(2026, 11, 27), False) and due(date(2026, 11, 28))[1]
    assert house.export().count == 6
    house.settle()
    assert house.problems() == []


def test_what_is_missing_is_said_by_name(house: House) -> None:
    sign(house, HEALTH)
    with pytest.raises(Conflict) as refused:
        house.approve()
    assert "公安机关、政法委（综治中心）" in str(refused.value.reason)


def test_an_office_signs_once(house: House) -> None:
    sign(house, POLICE)
    with pytest.raises(Conflict, match="signed_already"):
        sign(house, POLICE)


def test_a_single_chain_asks_no_office(app: Flask, database: Database, county: County) -> None:
    house = open_offices(House(app, database, county))
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    with pytest.raises(Conflict, match="not_asked"):
        sign(house, POLICE)
    house.approve()
    assert house.run().state is RunState.APPROVED


@pytest.mark.parametrize("who", ["clerk", "reviewer", "finance", "coordinator", "auditor", "doctor"])
def test_nobody_else_signs_for_an_office(house: House, who: str) -> None:
    with pytest.raises(Forbidden):
        sign(house, who)


@pytest.mark.parametrize("who", ["police", "town"])
def test_a_towns_police_and_office_find_no_run_to_sign(house: House, who: str) -> None:
    with house.database.reading() as session:
        assert list_waiting(session, house.actor(who), Office.POLICE) == []
        with pytest.raises(NotFound):
            get_run(session, house.actor(who), house.run().public_id)
    with pytest.raises(Conflict, match="county_only"):  # the command says who signs, not that there is no run
        check_county(replace(house.actor(who), area_prefix="349921100"))


@pytest.mark.parametrize(
    ("maker", "signer"), [("clerk", POLICE), (POLICE, TOWN), (TOWN, "reviewer"), (HEALTH, "finance")]
)
def test_every_hand_signs_once_whatever_accounts_it_has(house: House, maker: str, signer: str) -> None:
    """Two accounts of one human being are one hand: clerk, three offices, reviewer and payer are six people."""
    with house.database.transaction() as session:
        human = Person(name="一人", name_sort="yi", created_at=NOW)
        session.add(human)
        session.flush()
        person = human.id
        session.get_one(User, house.county.users[maker]).person_id = person
    house.county.actors[signer] = replace(house.actor(signer), person_id=person)
    house.county.actors[maker] = replace(house.actor(maker), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        for who in OFFICES:
            sign(house, who)
        house.approve()
        house.export()


def test_a_marked_line_sends_the_run_back_on_hold_and_voids_the_others(house: House) -> None:
    sign(house, TOWN)
    mark(house, HEALTH, 2)
    with pytest.raises(Conflict, match="marked_first"):
        sign(house, HEALTH)
    send(house, HEALTH)
    run, line = house.run(), house.line(2)
    assert (run.state, run.digest, run.hold_count, run.pay_count) == (RunState.DRAFT, None, 1, 5)
    assert (line.decision, line.amount_fen) == (LineState.HOLD, 75000)
    assert house.codes(2)[0] == "subsidies.hold.office_health"
    assert steps_of(house)[-1] is RunStep.RETURNED
    with house.database.reading() as session:
        assert str(list_steps(session, run)[-1].why) == "卫生健康部门核查有反映，退回核定"
    house.decide(2, False, grounds=Grounds(HoldGround.DUTY_NOT_PERFORMED))
    house.submit()
    with pytest.raises(Conflict, match="missing"):
        house.approve()
    sign_all(house)
    house.approve()
    assert house.run().pay_count == 5
    assert house.problems() == []


def test_whom_the_police_name_is_held_and_everybody_else_is_forgotten(house: House) -> None:
    stranger = id_number("19880808", 7)
    name(house, stranger, number_of(house, 2).lower(), number_of(house, 2))
    run = house.run()
    assert (run.state, run.hold_count, run.pay_count) == (RunState.DRAFT, 1, 5)
    assert house.codes(2)[0] == "subsidies.hold.office_police"
    with house.database.reading() as session:
        assert str(list_steps(session, run)[-1].why) == "公安机关核查有反映，退回核定"
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.police_answered"))
        assert event.count == 2 and stranger not in str(event.detail)
    # named again after the clerk has decided to pay: the police have spoken of this line
    house.decide(2, True, grounds=PERFORMED)
    house.submit()
    name(house, stranger, number_of(house, 2))
    mark(house, HEALTH, 2)
    send(house, HEALTH)
    assert house.codes(2)[0] == "subsidies.hold.office_health"
    assert house.problems() == []


def test_a_number_that_was_put_right_names_the_same_person(house: House) -> None:
    old = id_number("19660606", 9)
    with house.database.transaction() as session:
        person = house.families[4].person.id
        index = house.keyring.index("id", old)
        former = FormerIdNumber(
            person_id=person, id_kind="01", number_sealed=b"x", number_index=index, index_key_id="k"
        )
        former.replaced_at = NOW
        session.add(former)
    name(house, old)
    assert house.line(4).decision is LineState.HOLD


@pytest.mark.parametrize("numbers", [("340103198808081234",), ("12345",), ("张三",), ("340103198808081231",) * 2])
def test_numbers_that_do_not_add_up_are_compared_with_nobody(house: House, numbers: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        name(house, number_of(house, 2), *numbers)
    assert house.run().state is RunState.SUBMITTED


def test_the_police_answer_once_and_touch_no_list(house: House) -> None:
    with house.step() as (session, run):
        for act in (sign_for_office, send_marked):
            with pytest.raises(Forbidden):
                act(session, house.actor(POLICE), run, NOW)
        with pytest.raises(Forbidden):
            mark_line(session, house.actor(POLICE), run, house.line(0).public_id, NOW)
    name(house)
    with pytest.raises(Conflict, match="signed_already"):
        name(house, number_of(house, 2))
    with pytest.raises(Forbidden):
        name(house, who=HEALTH)


def test_a_mark_is_taken_back_while_nothing_was_sent(house: House) -> None:
    mark(house, TOWN, 1)
    mark(house, TOWN, 1)
    with house.step() as (session, run):
        assert session.scalar(select(func.count()).select_from(LineMark)) == 1
        unmark_line(session, house.actor(TOWN), run, house.line(1).public_id, NOW)
    with pytest.raises(Conflict, match="nothing_marked"):
        send(house, TOWN)
    sign(house, TOWN)
    with pytest.raises(Conflict, match="signed_already"):
        mark(house, TOWN, 1)


def test_signatures_of_what_was_sent_back_do_not_stand(house: House) -> None:
    sign_all(house)
    with house.step() as (session, run):
        return_run(session, house.actor("reviewer"), run, Grounds(ReturnGround.DAYS), NOW)
    house.submit()
    with house.database.reading() as session:
        assert [one.at for one in office_signatures(session, house.run())] == [None, None, None]
    with pytest.raises(Conflict, match="missing"):
        house.approve()


@pytest.mark.parametrize(
    ("who", "office", "shown"),
    [
        (TOWN, Office.TOWN, {"guardian", "agreement_number"}),
        (HEALTH, Office.HEALTH, {"is_managed"}),
    ],
)
def test_each_office_sees_only_what_its_question_needs(house: House, who: str, office: Office, shown: set[str]) -> None:
    with house.database.reading() as session:
        rows = list_lines_to_sign(session, house.actor(who), office, house.run()).rows
    assert len(rows) == 6 and all(row.patient and row.village for row in rows)
    filled = {name for name in ("guardian", "agreement_number", "is_managed") if getattr(rows[0], name)}
    assert filled == shown
    assert not any(hasattr(rows[0], name) for name in ("amount_fen", "account_id", "days", "reasons"))


def test_the_form_closes_when_the_office_has_signed(house: House) -> None:
    with house.database.reading() as session:
        assert is_form_open(session, house.run(), Office.POLICE)
    sign(house, POLICE)
    with house.database.reading() as session:
        assert not is_form_open(session, house.run(), Office.POLICE)
        assert is_form_open(session, house.run(), Office.HEALTH)


def test_a_foreign_line_is_not_there(house: House) -> None:
    with pytest.raises(NotFound), house.step() as (session, run):
        mark_line(session, house.actor(TOWN), run, "x" * 22, NOW)


def test_marks_are_noted_without_names(house: House) -> None:
    mark(house, TOWN, 0)
    with house.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.line_marked")).one()
    assert set(event.detail) == {"run", "office"}


def test_eight_people_of_three_offices_press_at_once(house: House) -> None:
    """One signature an office; the others are told that it stands."""
    crowd = [POLICE, TOWN, HEALTH, POLICE, TOWN, HEALTH, POLICE, TOWN]
    outcomes = at_once([partial(sign, house, who) for who in crowd])
    assert outcomes.count("done") == 3
    assert set(outcomes) == {"done", "subsidies.joint.signed_already"}
    with house.database.reading() as session:
        steps = session.scalars(select(RunApproval.step).where(RunApproval.run_id == house.run().id)).all()
    assert sorted(steps[2:]) == sorted([RunStep.POLICE_SIGNED, RunStep.TOWN_SIGNED, RunStep.HEALTH_SIGNED])
    house.approve()


def test_one_office_signs_while_another_sends_back(house: House) -> None:
    """Whoever comes second is told; nothing of both stands."""
    outcomes = at_once([partial(name, house, number_of(house, 0)), partial(sign, house, HEALTH)])
    assert outcomes[0] == "done"  # who signs first is voided with it
    run = house.run()
    assert run.state is RunState.DRAFT and run.digest is None
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LineHold)) == 1
        assert session.scalar(select(func.count()).select_from(SubsidyLine)) == 6
    assert house.problems() == []
