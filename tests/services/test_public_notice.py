"""Between approval and the bank: the public notice, objections to it, and opening again what was approved."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.files import open_file
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.commands import DecideObjection, RecordObjection
from app.subsidies.models import RunEdition, RunNotice, RunObjection, RunReopening, SubsidyLine
from app.subsidies.queries.publishing import get_edition, list_editions
from app.subsidies.queries.runs import list_steps
from app.subsidies.rules.chain import ObjectionGround, ObjectionSource, ObjectionState
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround, ReturnGround
from app.subsidies.rules.transitions import RunState, RunStep
from app.subsidies.service import (
    ask_reopening,
    decide_objection,
    decide_reopening,
    export_run,
    post_notice,
    prepare_anew,
    record_objection,
    withdraw_reopening,
)
from app.subsidies.service.editions import draw_edition, keep_edition
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.rig.county import County
from tests.rig.crowd import at_once
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House

PAPER = "〔2026〕7号"
LAST_DAY = date(2026, 11, 30)  # six working days after Saturday the 21st: the 23rd to the 30th
DAYS = Grounds(ReturnGround.DAYS, "AHJH-2026-00001")


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Six families, approved, under a policy with six working days of notice."""
    house = House(app, database, county)
    house.settle_in(families(6), notice_days=6)
    house.prepare()
    house.submit()
    house.approve()
    return house


def post(house: House, who: str = "clerk") -> None:
    with house.step() as (session, run):
        post_notice(session, house.actor(who), run, TODAY, NOW)


def export_on(house: House, today: date) -> None:
    with house.step() as (session, run):
        export_run(session, Vault(session, house.keyring), house.actor("finance"), run, NOW, today=today)


def object_to(house: House, place: int | None = None, key: str = "key", on: date = TODAY, who: str = "clerk") -> str:
    number = f"AHJH-2026-{place:05d}" if place is not None else ""
    with house.step() as (session, run):
        command = RecordObjection(key, ObjectionSource.PERSON, ObjectionGround.NOT_ENTITLED, on, number)
        return record_objection(session, house.actor(who), command, run, TODAY, NOW).public_id


def decide(house: House, public_id: str, is_upheld: bool, who: str = "reviewer", reference: str = PAPER) -> None:
    keep(house, who)
    with house.database.transaction() as session:
        decide_objection(session, house.actor(who), DecideObjection(public_id, is_upheld, reference), NOW)


def keep(house: House, who: str = "reviewer") -> None:
    """The ledger of the standing approval, as a page keeps it before a reopening."""
    drawn = draw_edition(house.database.reading, house.keyring, house.actor(who), house.run().public_id, NOW)
    if drawn:
        with house.step() as (session, run):
            keep_edition(session, house.keyring, house.actor(who), run, *drawn)


def ask(house: House, who: str = "clerk") -> None:
    with house.step() as (session, run):
        ask_reopening(session, house.actor(who), run, DAYS, NOW)


def answer(house: House, is_allowed: bool, who: str = "reviewer") -> None:
    if is_allowed:
        keep(house, who)
    with house.step() as (session, run):
        decide_reopening(session, house.actor(who), run, is_allowed, NOW)


# -- the notice --------------------------------------------------------------------------------------------------------


def test_nothing_is_paid_before_the_notice_has_hung_out(house: House) -> None:
    with pytest.raises(Conflict, match="no_notice"):
        house.export()
    post(house)
    with house.database.reading() as session:
        notice = session.scalars(select(RunNotice)).one()
    assert (notice.posted_on, notice.until_on, notice.digest) == (TODAY, LAST_DAY, house.run().digest)
    for day in (TODAY, LAST_DAY):
        with pytest.raises(Conflict, match="notice_runs"):
            export_on(house, day)
    export_on(house, date(2026, 12, 1))
    assert house.run().state is RunState.EXPORTED
    assert house.problems() == []


def test_a_notice_is_posted_once_for_what_is_approved(house: House) -> None:
    post(house)
    with pytest.raises(Conflict, match="posted_already"):
        post(house)


def test_a_policy_without_notice_days_asks_for_none(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    with pytest.raises(Conflict, match="wrong_state"):
        post(house)
    house.approve()
    with pytest.raises(Conflict, match="not_asked"):
        post(house)
    assert house.export().count == 2


def test_only_the_clerk_posts(house: House) -> None:
    with pytest.raises(Forbidden):
        post(house, "reviewer")


# -- objections --------------------------------------------------------------------------------------------------------


def test_an_open_objection_keeps_the_money_back(house: House) -> None:
    post(house)
    objection = object_to(house, 2)
    with pytest.raises(Conflict, match="objections"):
        export_on(house, date(2026, 12, 1))
    decide(house, objection, False)
    export_on(house, date(2026, 12, 1))
    assert house.run().state is RunState.EXPORTED


def test_an_upheld_objection_to_a_line_opens_the_run_with_the_line_on_hold(house: House) -> None:
    post(house)
    decide(house, object_to(house, 2), True)
    run = house.run()
    assert (run.state, run.digest, run.hold_count) == (RunState.DRAFT, None, 1)
    assert house.line(2).decision is LineState.HOLD
    assert house.codes(2)[0] == "subsidies.hold.objection"
    with house.database.reading() as session:
        [edition] = list_editions(session, run)
        assert (edition.pay_count, edition.total_fen) == (6, 450000)
        assert "公示期间的异议成立（〔2026〕7号）" in str(list_steps(session, run)[-1].why)
    house.decide(2, False, grounds=Grounds(HoldGround.GROUP_DECIDED))
    house.submit()
    house.approve()
    with pytest.raises(Conflict, match="no_notice"):  # other content is noticed anew
        export_on(house, date(2026, 12, 1))
    assert house.problems() == []


def test_an_upheld_objection_without_a_line_opens_the_whole_run(house: House) -> None:
    post(house)
    decide(house, object_to(house), True)
    assert house.run().state is RunState.DRAFT
    assert house.run().hold_count == 0


def test_a_second_upheld_objection_finds_the_run_open_already(house: House) -> None:
    post(house)
    first, second = object_to(house, 1, "a"), object_to(house, 2, "b")
    decide(house, first, True)
    decide(house, second, True)
    assert house.run().hold_count == 2
    assert house.problems() == []


def test_what_was_objected_to_is_not_prepared_away(house: House) -> None:
    post(house)
    decide(house, object_to(house, 2), True)
    with pytest.raises(Conflict, match="objections"), house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)


def test_who_recorded_an_objection_does_not_decide_it(house: House, database: Database) -> None:
    post(house)
    objection = object_to(house, 2)
    with pytest.raises(Forbidden):
        decide(house, objection, True, who="clerk")
    person = house.families[0].payee.id
    with database.transaction() as session:
        session.get_one(User, house.county.users["clerk"]).person_id = person
    house.county.actors["reviewer"] = replace(house.actor("reviewer"), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        decide(house, objection, True)


def test_an_objection_is_decided_once_and_by_a_paper(house: House) -> None:
    post(house)
    objection = object_to(house, 2)
    for reference in ("", "他说的", "13812345678"):
        with pytest.raises(Invalid):
            decide(house, objection, False, reference=reference)
    decide(house, objection, False, reference=" [2026] 7号 ")
    with house.database.reading() as session:
        stored = session.scalars(select(RunObjection)).one()
    assert (stored.state, stored.reference) == (ObjectionState.DISMISSED, PAPER)
    with pytest.raises(Conflict, match="decided"):
        decide(house, objection, True)


def test_an_objection_needs_a_notice_its_days_and_a_line_of_the_run(house: House) -> None:
    with pytest.raises(Conflict, match="no_notice"):
        object_to(house)
    post(house)
    for day in (date(2026, 11, 20), date(2026, 11, 22)):
        with pytest.raises(Invalid):
            object_to(house, on=day)
    with pytest.raises(Invalid):
        object_to(house, 99)


def test_an_objection_that_is_sent_twice_is_one(house: House) -> None:
    post(house)
    assert object_to(house, 1, "same") == object_to(house, 1, "same")


# -- opening again -----------------------------------------------------------------------------------------------------


def test_an_approved_run_is_opened_by_two_people(house: House) -> None:
    with pytest.raises(Forbidden):
        ask(house, "reviewer")
    ask(house)
    with pytest.raises(Conflict, match="asked_already"):
        ask(house)
    with pytest.raises(Conflict, match="reopening_asked"):
        house.export()
    with pytest.raises(Forbidden):
        answer(house, True, who="clerk")
    answer(house, True)
    run = house.run()
    assert (run.state, run.digest, run.approved_by) == (RunState.DRAFT, None, None)
    with house.database.reading() as session:
        steps = list_steps(session, run)
    assert [one.step for one in steps][-2:] == [RunStep.APPROVED, RunStep.VOIDED]
    assert str(steps[-1].why) == "计发天数请核对（AHJH-2026-00001）"
    with pytest.raises(Conflict, match="nothing_asked"):
        answer(house, True)


def test_a_refused_or_withdrawn_request_leaves_the_approval_alone(house: House) -> None:
    digest = house.run().digest
    ask(house)
    answer(house, False)
    ask(house)
    with house.step() as (session, run):
        withdraw_reopening(session, house.actor("clerk"), run, NOW)
    assert (house.run().state, house.run().digest) == (RunState.APPROVED, digest)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RunReopening)) == 2
        assert list_editions(session, house.run()) == []


def test_nobody_allows_what_they_asked_for_under_another_account(house: House, database: Database) -> None:
    person = house.families[0].payee.id
    with database.transaction() as session:
        session.get_one(User, house.county.users["clerk"]).person_id = person
    ask(house)
    house.county.actors["reviewer"] = replace(house.actor("reviewer"), person_id=person)
    with pytest.raises(Conflict, match="same_person"):
        answer(house, True)


def test_nothing_is_opened_before_its_ledger_is_kept(house: House) -> None:
    ask(house)
    with pytest.raises(Conflict, match="not_kept"), house.step() as (session, run):
        decide_reopening(session, house.actor("reviewer"), run, True, NOW)


def test_both_prints_stay_what_they_were(house: House, database: Database) -> None:
    """The first approval's ledger has the same bytes after the run was opened, changed and approved again."""
    ask(house)
    answer(house, True)
    first = edition_bytes(house, 1)
    with database.transaction() as session:
        session.get_one(Person, house.families[0].payee.id).name = "改名"
    house.submit()
    house.approve()
    keep(house)
    assert edition_bytes(house, 1) == first
    assert edition_bytes(house, 2) != first
    with house.database.reading() as session:
        one, two = list_editions(session, house.run())
    assert one.digest == two.digest == house.run().digest  # the lines are the same, the signatures are not


def test_the_scheduler_keeps_each_approval_once(house: House, app: Flask) -> None:
    while do_next(SchedulerHouse.of(app)):
        pass
    keep(house)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RunEdition)) == 1


def test_what_was_drawn_of_other_lines_is_not_kept(house: House) -> None:
    drawn = draw_edition(house.database.reading, house.keyring, house.actor("reviewer"), house.run().public_id, NOW)
    assert drawn is not None
    ask(house)
    answer(house, True)
    with pytest.raises(Conflict, match="changed"), house.step() as (session, run):
        keep_edition(session, house.keyring, house.actor("reviewer"), run, *drawn)


def test_eight_answers_to_one_request_are_one(house: House) -> None:
    ask(house)
    keep(house)
    outcomes = at_once([partial(answer, house, number % 2 == 0) for number in range(8)])
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "subsidies.reopen.nothing_asked", "subsidies.step.changed"}
    assert house.run().state in (RunState.DRAFT, RunState.APPROVED)
    assert house.problems() == []


def test_eight_clerks_post_one_notice(house: House) -> None:
    outcomes = at_once([partial(post, house) for _ in range(8)])
    assert sorted(set(outcomes)) == ["done", "subsidies.notice.posted_already"]
    assert outcomes.count("done") == 1
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RunNotice)) == 1
        assert session.scalar(select(func.count()).select_from(SubsidyLine)) == 6


def edition_bytes(house: House, number: int) -> str:
    with house.database.reading() as session:
        _edition, file = get_edition(session, house.run(), number)
        return hashlib.sha256(open_file(session, house.keyring, file)).hexdigest()
