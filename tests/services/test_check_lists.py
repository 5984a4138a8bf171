"""Lists of other offices: who is found on one, what is forgotten, which lines wait, and who is paid nothing although nobody told us."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import Base, Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.quarter import Quarter
from app.core.reasons import Reason, say
from app.core.workbooks.workbook import open_workbook
from app.guardians.models import Agreement
from app.patients.models import PatientSpan
from app.patients.rules import SpanKind
from app.patients.service import record_admission, record_death
from app.people.models import DatePrecision, Person
from app.people.queries import ID
from app.people.vault import Vault
from app.roster.rules.listed_rows import read_listed
from app.roster.service.listing import ListFile, Loaded, load_check_list
from app.subsidies.commands import DecideHit, PrepareRun
from app.subsidies.models import CheckHit, CheckList, LineHold, Recovery
from app.subsidies.papers.labels import checked_label
from app.subsidies.queries.checks import checked_against, late_hits, standings
from app.subsidies.queries.hits import RegisterSays, list_hits, list_work
from app.subsidies.rules.checks import HitKind, HitState, Known, Listed, ListKind, Standing, list_holds
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HitGround
from app.subsidies.rules.policy import DayRule
from app.subsidies.service import prepare_anew, prepare_batch, start_run
from app.subsidies.service.checks import decide_hit, hold_listed
from app.subsidies.service.late_facts import find_late_facts
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import id_number

AS_OF = date(2026, 9, 30)
EARLIER, LATER = NOW - timedelta(hours=2), NOW + timedelta(hours=2)
MUCH_LATER = LATER + timedelta(hours=2)
STRANGER = id_number("19450817", 777)
SAME_PERSON = Grounds(HitGround.SAME_PERSON)
OTHER_PERSON = Grounds(HitGround.OTHER_PERSON, "〔2026〕12号")


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


def number_of(house: House, person: Person) -> str:
    with house.database.reading() as session:
        kept = session.get_one(Person, person.id)
        return Vault(session, house.keyring).open(kept.id, "people.id_number", kept.id_number_sealed) or ""


def patient(house: House, place: int) -> Person:
    return house.families[place].person


def payee(house: House, place: int) -> Person:
    return house.families[place].payee


def load(
    house: House,
    rows: list[list[str]],
    kind: ListKind = ListKind.FUNERAL,
    header: str = "姓名,身份证号,死亡日期",
    as_of: date = AS_OF,
    who: str | None = None,
    now: datetime = NOW,
) -> Loaded:
    content = "\n".join([header, *(",".join(row) for row in rows)]).encode("gb18030")
    sheets = open_workbook(content, "名单.csv")
    file = ListFile(kind, as_of, hashlib.sha256(content).hexdigest(), sheets, read_listed(sheets, TODAY))
    actor = house.actor(who or ("county_office" if kind in (ListKind.IN_HOSPITAL, ListKind.IN_CUSTODY) else "clerk"))
    return load_check_list(
        house.database.reading, house.database.transaction, house.keyring, actor, file, TODAY, lambda: now
    )


def told(house: House, person: Person, day: str, number: str | None = None) -> list[str]:
    return [person.name, number_of(house, person) if number is None else number, day]


def hits(house: House) -> list[CheckHit]:
    with house.database.reading() as session:
        return list(session.scalars(select(CheckHit).order_by(CheckHit.id)))


def decide(house: House, is_same: bool, who: str = "county_office", grounds: Grounds | None = None) -> None:
    grounds = grounds or (SAME_PERSON if is_same else OTHER_PERSON)
    with house.database.transaction() as session:
        decide_hit(session, house.actor(who), DecideHit(hits(house)[-1].public_id, is_same, grounds), LATER)


def record(house: House, place: int, died_on: date) -> None:
    with house.database.transaction() as session:
        kept = session.get_one(type(house.families[place].patient), house.families[place].patient.id)
        record_death(session, house.actor("county_office"), kept, died_on, DatePrecision.DAY, 1, NOW)


# -- matching -----------------------------------------------------------------------------------------------------------


def test_an_equal_number_is_a_hit_and_an_equal_name_with_birth_date_is_only_near(house: House) -> None:
    house.settle_in(families(3))
    near = [patient(house, 1).name, id_number("19700301", 990), "2026-08-03"]
    done = load(house, [told(house, patient(house, 0), "2026-08-15"), near, ["路人", STRANGER, "2026-08-01"]])
    assert (done.kept.row_count, done.kept.hit_count, done.kept.near_count, done.kept.unread_count) == (3, 1, 1, 0)
    found = {one.person_id: (one.hit, one.from_on) for one in hits(house)}
    assert found == {
        patient(house, 0).id: (HitKind.HIT, date(2026, 8, 15)),
        patient(house, 1).id: (HitKind.NEAR, date(2026, 8, 3)),
    }


def test_a_guardian_is_found_as_well_as_a_patient(house: House) -> None:
    house.settle_in(families(2))
    load(house, [told(house, payee(house, 1), "2026-09-01")])
    assert [one.person_id for one in hits(house)] == [payee(house, 1).id]


def test_nobody_asks_whether_a_guardian_was_in_hospital(house: House) -> None:
    house.settle_in(families(2))
    rows = [[*told(house, payee(house, 0), "2026-08-01"), "2026-08-20"]]
    load(house, rows, ListKind.IN_HOSPITAL, "参保人姓名,社会保障号码,入院日期,出院日期")
    assert hits(house) == []


def test_a_name_with_the_last_four_is_near_also_where_the_office_hides_the_rest(house: House) -> None:
    house.settle_in(families(2))
    number = number_of(house, payee(house, 0))
    load(house, [told(house, payee(house, 0), "2026-08-15", f"{number[:6]}********{number[-4:]}")])
    assert [one.hit for one in hits(house)] == [HitKind.NEAR]


def test_a_number_that_the_spreadsheet_rounded_is_counted_as_unread_and_matches_nobody(house: House) -> None:
    house.settle_in(families(1))
    number = number_of(house, patient(house, 0))
    done = load(house, [[patient(house, 0).name, f"{number[0]}.{number[1:6]}E+17", "2026-08-15"]])
    assert (done.kept.row_count, done.kept.unread_count, done.kept.hit_count) == (1, 1, 0)


def test_the_same_file_again_with_nobody_new_changes_nothing_but_the_day_of_comparing(house: House) -> None:
    house.settle_in(families(1))
    rows = [told(house, patient(house, 0), "2026-08-15")]
    first, again = load(house, rows), load(house, rows, now=LATER, as_of=date(2026, 10, 31))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.kept.id == first.kept.id
    assert len(hits(house)) == 1
    assert (again.kept.hit_count, again.kept.near_count, again.kept.row_count) == (1, 0, 1)
    assert (again.kept.as_of, again.kept.loaded_at, again.kept.compared_at) == (AS_OF, NOW, LATER)


def test_the_same_file_again_finds_who_is_concerned_by_now_and_leaves_what_was_decided(house: House) -> None:
    house.settle_in(families(2))
    rows = [told(house, patient(house, 0), "2026-08-15"), told(house, patient(house, 1), "2026-08-16")]
    with unsigned(house, 1):
        assert load(house, rows).kept.hit_count == 1
    decide(house, is_same=False)
    again = load(house, rows, now=LATER)
    assert (again.is_new, again.kept.hit_count) == (False, 2)
    assert {one.person_id: one.state for one in hits(house)} == {
        patient(house, 0).id: HitState.DISMISSED,
        patient(house, 1).id: HitState.OPEN,
    }
    house.prepare()
    assert [house.line(place).decision for place in (0, 1)] == [LineState.PAY, LineState.HOLD]


def test_an_agreement_written_down_after_the_list_is_held_once_the_list_is_compared_again(house: House) -> None:
    """Pattern 8: a list is loaded while the agreement is not there yet, and the run is drawn up with both."""
    house.settle_in(families(2))
    rows = [told(house, patient(house, 0), "2026-08-15")]
    with unsigned(house, 0, written_at=LATER):
        load(house, rows)
    house.prepare()
    assert house.line(0).decision is LineState.PAY
    assert standing(house) is Standing.STALE
    assert say_checked(house).startswith(
        "名单核对：公安户口注销未核对、民政殡葬（截至2026-09-30）过期，之后又有新签协议"
    )
    load(house, rows, now=MUCH_LATER)
    assert house.line(0).decision is LineState.HOLD
    assert standing(house) is Standing.CURRENT
    assert house.problems() == []


def test_what_a_finished_run_was_checked_against_is_not_written_anew(house: House) -> None:
    house.settle_in(families(2))
    rows = [["路人", STRANGER, "2026-08-15"]]
    load(house, rows, now=EARLIER)
    house.to_the_bank()
    load(house, rows, now=LATER)
    assert standing(house) is Standing.STALE
    with house.database.reading() as session:
        now = {one.kind: one.standing for one in standings(session, COUNTY, house.quarter, TODAY)}
    assert now[ListKind.FUNERAL] is Standing.CURRENT


def test_a_family_that_came_from_another_county_overtakes_the_lists(house: House) -> None:
    house.settle_in(families(1))
    load(house, [["路人", STRANGER, "2026-08-15"]])
    with house.database.transaction() as session:
        lived = session.scalars(
            select(PatientSpan).where(
                PatientSpan.patient_id == house.families[0].patient.id, PatientSpan.what == SpanKind.AREA
            )
        ).one()
        here, lived.value, lived.to_on = lived.value, "341524101201", date(2026, 9, 1)
        session.flush()
        came = date(2026, 9, 1)
        session.add(
            PatientSpan(patient_id=lived.patient_id, what=SpanKind.AREA, value=here, from_on=came, recorded_at=LATER)
        )
    with house.database.reading() as session:
        found = {one.kind: one for one in standings(session, COUNTY, house.quarter, TODAY)}
    assert (found[ListKind.FUNERAL].standing, found[ListKind.FUNERAL].is_overtaken) == (Standing.STALE, True)


def test_a_namesake_whose_number_becomes_known_is_a_hit_when_compared_again(house: House) -> None:
    house.settle_in(families(1))
    number = number_of(house, patient(house, 0))
    rows = [told(house, patient(house, 0), "2026-08-15")]
    swap_number(house, patient(house, 0), id_number("19700301", 980))
    assert load(house, rows).kept.near_count == 1
    swap_number(house, patient(house, 0), number)
    again = load(house, rows, now=LATER)
    assert (again.kept.hit_count, again.kept.near_count) == (1, 0)
    assert [one.hit for one in hits(house)] == [HitKind.HIT]


def test_a_row_that_matches_nobody_leaves_no_trace(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """The whole database as text, all bytes of its files where it has some, and everything that was logged."""
    house.settle_in(families(2))
    name = "査无此人"
    with caplog.at_level(logging.DEBUG):
        load(house, [told(house, patient(house, 0), "2026-08-15"), [name, STRANGER, "2026-08-02"]])
    with house.database.reading() as session:
        stored = "".join(_everything(session))
    for canary in (STRANGER, name):
        assert canary not in stored
        assert canary not in caplog.text
    if house.database.engine.dialect.name == "sqlite":
        content = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert len(content) > 100_000
        assert STRANGER.encode() not in content
        assert name.encode() not in content


def _everything(session: Session) -> list[str]:
    return [repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]


def test_a_list_cannot_be_complete_up_to_a_day_that_has_not_come(house: House) -> None:
    house.settle_in(families(1))
    with pytest.raises(Invalid):
        load(house, [["路人", STRANGER, "2026-08-01"]], as_of=TODAY + timedelta(days=1))


@pytest.mark.parametrize("kind", [ListKind.IN_HOSPITAL, ListKind.IN_CUSTODY])
def test_the_clerk_neither_loads_days_of_care_nor_reads_them(house: House, kind: ListKind) -> None:
    house.settle_in(families(1))
    rows = [[*told(house, patient(house, 0), "2026-08-01"), "2026-08-20"]]
    with pytest.raises(Forbidden):
        load(house, rows, kind, "姓名,身份证号,起始日期,结束日期", who="clerk")
    done = load(house, rows, kind, "姓名,身份证号,起始日期,结束日期")
    with house.database.reading() as session:
        clerks = list_hits(session, house.actor("clerk"), done.kept).rows[0]
        offices = list_hits(session, house.actor("county_office"), done.kept).rows[0]
        assert list_work(session, house.actor("clerk")).rows == []
    assert (clerks.from_on, clerks.to_on, clerks.register, clerks.patient_id) == (None, None, None, None)
    assert clerks.name != patient(house, 0).name
    assert offices.name == patient(house, 0).name
    assert (offices.from_on, offices.to_on) == (date(2026, 8, 1), date(2026, 8, 20))
    assert offices.register is RegisterSays.NOTHING


@contextmanager
def unsigned(house: House, place: int, written_at: datetime = NOW) -> Iterator[None]:
    """A family's agreement is not there yet, and is written down afterwards."""
    agreement = house.families[place].agreement.id
    with house.database.transaction() as session:
        session.get_one(Agreement, agreement).withdrawn_at = NOW
    yield
    with house.database.transaction() as session:
        kept = session.get_one(Agreement, agreement)
        kept.withdrawn_at, kept.recorded_at = None, written_at


def swap_number(house: House, person: Person, number: str) -> None:
    with house.database.transaction() as session:
        kept = session.get_one(Person, person.id)
        kept.id_index = house.keyring.index(ID, number)


def standing(house: House, kind: ListKind = ListKind.FUNERAL) -> Standing:
    with house.database.reading() as session:
        return next(one.standing for one in checked_against(session, house.run()) if one.kind is kind)


def say_checked(house: House) -> str:
    with house.database.reading() as session:
        return checked_label(session, house.run())


# -- what a list does to the money --------------------------------------------------------------------------------------


def test_a_death_that_only_a_list_knows_holds_the_line_and_names_its_source(house: House) -> None:
    house.settle_in(families(2))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    house.prepare()
    line = house.line(0)
    assert (line.decision, house.line(1).decision) == (LineState.HOLD, LineState.PAY)
    assert line.snapshot["facts"]["listed"][0]["from_on"] == "2026-08-15"
    said = say(Reason.from_json(line.reasons[0]))
    assert "民政殡葬名单（截至 2026年9月30日）" in said
    assert "8月15日" not in said
    assert house.problems() == []


@pytest.mark.parametrize(("died_on", "decision"), [
    (date(2026, 8, 15), LineState.PAY),  # the same day: nothing to ask
    (date(2026, 8, 13), LineState.PAY),  # buried two days later
    (date(2026, 8, 20), LineState.HOLD),  # paid for days after the list's
])  # fmt: skip
def test_a_death_in_the_register_is_asked_about_only_where_it_would_pay_more(
    house: House, died_on: date, decision: LineState
) -> None:
    house.settle_in(families(1))
    record(house, 0, died_on)
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    house.prepare()
    assert house.line(0).decision is decision


def test_a_dead_payee_is_held_whenever_the_death_was(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, payee(house, 0), "2026-10-20")], as_of=date(2026, 10, 31))
    house.prepare()
    assert house.codes(0)[0] == "subsidies.hold.listed"


def test_a_living_person_is_not_stopped_by_a_name(house: House) -> None:
    house.settle_in(families(2))
    rows = [[patient(house, place).name, id_number("19700301", 980 + place), "2026-08-15"] for place in (0, 1)]
    rows += [[payee(house, 0).name, STRANGER[:14] + number_of(house, payee(house, 0))[-4:], "2026-08-15"]]
    load(house, rows[:2])
    house.prepare()
    assert [house.line(place).decision for place in (0, 1)] == [LineState.PAY, LineState.PAY]
    assert "subsidies.flag.listed_near" in house.codes(0)
    house.submit()
    house.approve()
    assert house.export().withheld_count == 0


def test_a_namesake_whom_somebody_confirms_is_held_and_one_who_is_dismissed_is_not(house: House) -> None:
    house.settle_in(families(1))
    load(house, [[patient(house, 0).name, id_number("19700301", 980), "2026-08-15"]])
    decide(house, is_same=True, who="clerk")
    house.prepare()
    assert house.line(0).decision is LineState.HOLD


def test_who_was_found_to_be_another_person_is_paid_as_if_never_listed(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    decide(house, is_same=False)
    house.prepare()
    line = house.line(0)
    assert (line.decision, line.snapshot["facts"]["listed"]) == (LineState.PAY, [])


@pytest.mark.parametrize(("stay", "decision"), [
    (("2026-07-10", "2026-08-12"), LineState.PAY),  # exactly as admitted here
    (("2026-07-12", "2026-08-01"), LineState.PAY),  # within: none of its days is paid
    (("2026-07-10", "2026-08-25"), LineState.HOLD),
    (("2026-05-01", "2026-06-20"), LineState.PAY),  # another quarter's
])  # fmt: skip
def test_a_stay_that_is_left_out_already_is_not_asked_about(
    house: House, stay: tuple[str, str], decision: LineState
) -> None:
    house.settle_in(families(1))
    with house.database.transaction() as session:
        kept = session.get_one(type(house.families[0].patient), house.families[0].patient.id)
        office = house.actor("county_office")
        record_admission(session, office, kept, "市精神卫生中心", date(2026, 7, 10), date(2026, 8, 12), NOW)
    rows = [[patient(house, 0).name, number_of(house, patient(house, 0)), *stay]]
    load(house, rows, ListKind.IN_HOSPITAL, "姓名,社会保障号码,入院日期,出院日期")
    house.prepare()
    assert house.line(0).decision is decision


# -- lists that come late -----------------------------------------------------------------------------------------------


def test_a_list_that_comes_after_preparing_holds_the_draft_s_line_at_once(house: House) -> None:
    house.settle_in(families(2))
    house.prepare()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    assert house.line(0).decision is LineState.HOLD
    assert house.run().hold_count == 1
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LineHold)) == 1
        assert late_hits(session, house.run()) == []
    assert house.problems() == []


def test_a_list_that_was_being_compared_while_the_run_was_begun_is_late_as_well(house: House) -> None:
    """Stored by the clock before the run was begun, but to be seen only after its lines were frozen."""
    house.settle_in(families(3))
    house.prepare()
    house.submit()
    load(house, [told(house, patient(house, 0), "2026-08-15"), told(house, payee(house, 1), "2026-08-15")], now=EARLIER)
    with pytest.raises(Conflict):
        house.submit()
    with house.step() as (session, run):
        assert {one.line.patient_id for one in late_hits(session, run)} == {
            house.families[0].patient.id,
            house.families[1].patient.id,
        }
        hold_listed(session, house.actor("clerk"), run, LATER)
        assert late_hits(session, run) == []
    assert [house.line(place).decision.value for place in range(3)] == ["hold", "hold", "pay"]
    house.submit()
    assert house.problems() == []


def test_a_line_that_met_a_list_when_it_was_frozen_is_not_late_for_it(house: House) -> None:
    house.settle_in(families(2))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    house.prepare()
    with house.database.reading() as session:
        assert late_hits(session, house.run()) == []


def test_a_namesake_confirmed_after_preparing_is_late(house: House) -> None:
    house.settle_in(families(2))
    load(house, [[patient(house, 0).name, id_number("19700301", 980), "2026-08-15"]])
    house.prepare()
    decide(house, is_same=True, who="clerk")
    with house.step() as (session, run):
        assert [one.line.patient_id for one in late_hits(session, run)] == [house.families[0].patient.id]
        hold_listed(session, house.actor("clerk"), run, LATER)
    assert house.line(0).decision is LineState.HOLD


def test_the_clock_is_asked_when_the_list_is_stored(house: House) -> None:
    house.settle_in(families(1))
    content = f"姓名,身份证号,死亡日期\n路人,{STRANGER},2026-08-15".encode()
    sheets = open_workbook(content, "名单.csv")
    file = ListFile(ListKind.FUNERAL, AS_OF, "a" * 64, sheets, read_listed(sheets, TODAY))
    moments = iter([EARLIER, LATER])
    done = load_check_list(
        house.database.reading,
        house.database.transaction,
        house.keyring,
        house.actor("clerk"),
        file,
        TODAY,
        lambda: next(moments),
    )
    assert (done.kept.compared_at, done.kept.loaded_at) == (EARLIER, LATER)


def test_a_submitted_run_waits_for_the_clerk_s_word_and_goes_back_to_draft(house: House) -> None:
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    assert house.line(0).decision is LineState.PAY
    with house.step() as (session, run):
        assert len(late_hits(session, run)) == 1
        assert hold_listed(session, house.actor("clerk"), run, LATER) == 1
    assert (house.run().state.value, house.line(0).decision) == ("draft", LineState.HOLD)
    house.submit()
    assert house.problems() == []


def test_an_approved_run_is_not_brought_back_by_one_hand(house: House) -> None:
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    house.approve()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    with pytest.raises(Conflict), house.step() as (session, run):
        hold_listed(session, house.actor("clerk"), run, LATER)


def test_a_list_that_comes_while_the_lines_are_frozen_is_applied_at_the_end(house: House) -> None:
    house.settle_in(families(3))
    clerk = house.actor("clerk")
    with house.database.transaction() as session:
        public_id = start_run(session, clerk, PrepareRun(COUNTY, house.quarter), TODAY, NOW).public_id
    with house.database.transaction() as session:
        prepare_batch(session, clerk, public_id, batch=2)
    load(house, [told(house, patient(house, place), "2026-08-15") for place in (0, 2)], now=LATER)
    house.prepare()
    assert [house.line(place).decision.value for place in range(3)] == ["hold", "pay", "hold"]
    assert house.problems() == []


# -- the death set ------------------------------------------------------------------------------------------------------


def test_a_death_learned_between_approval_and_export_is_withheld_by_the_list_alone(house: House) -> None:
    house.settle_in(families(3))
    house.prepare()
    house.submit()
    house.approve()
    load(house, [told(house, patient(house, 0), "2026-08-15"), told(house, payee(house, 1), "2026-11-01")], now=LATER)
    file = house.export()
    assert (file.withheld_count, file.count) == (2, 1)
    assert house.problems() == []


@pytest.mark.parametrize("is_same", [True, False])
def test_the_export_withholds_until_the_list_is_found_wrong(house: House, is_same: bool) -> None:
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    house.approve()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    decide(house, is_same)
    assert house.export().withheld_count == int(is_same)


def test_a_death_that_a_list_tells_after_the_export_becomes_a_case_once_it_is_recorded(house: House) -> None:
    house.settle_in(families(2))
    house.to_the_bank()
    house.settle()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    decide(house, is_same=True)
    record(house, 0, date(2026, 8, 15))
    database = house.database
    found = find_late_facts(database.reading, database.transaction, house.actor("clerk"), COUNTY, TODAY, LATER)
    with database.reading() as session:
        cases = session.scalars(select(Recovery)).all()
    assert found.made == 1
    assert [one.amount_fen for one in cases] == [75000 - 37097]
    assert house.problems() == []


def test_a_line_kept_back_for_a_list_is_paid_again_when_the_list_was_wrong(house: House) -> None:
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    house.approve()
    load(house, [told(house, patient(house, 0), "2026-08-15")], now=LATER)
    assert house.export().withheld_count == 1
    house.settle()
    decide(house, is_same=False)
    house.prepare(supplementary=True)
    assert house.line(0, supplementary=True).decision is LineState.PAY


def test_a_death_after_the_last_paid_day_withholds_nothing(house: House) -> None:
    house.settle_in(families(1))
    house.prepare()
    house.submit()
    house.approve()
    load(house, [told(house, patient(house, 0), "2026-10-20")], now=LATER, as_of=date(2026, 10, 31))
    assert house.export().withheld_count == 0


@pytest.mark.parametrize(
    ("died_on", "asks"),
    [(date(2024, 2, 29), False), (date(2024, 2, 28), False), (date(2024, 3, 1), True), (None, True)],
)
def test_a_listed_death_on_29_february_is_the_register_s_own_or_asked_about(died_on: date | None, asks: bool) -> None:
    days = DayFacts(agreement_from=date(2024, 1, 1), agreement_to=date(2024, 12, 31), died_on=died_on)
    known = Known(Quarter(2024, 1), days, None, DayRule.EXCLUDE, DayRule.EXCLUDE)
    one = Listed(ListKind.FUNERAL, HitKind.HIT, HitState.OPEN, date(2024, 3, 31), "list", date(2024, 2, 29))
    assert bool(list(list_holds((one,), known))) is asks


def test_a_death_put_right_after_the_list_was_wrong_pays_again(house: House) -> None:
    """Wrong, then corrected: the hold falls away when the run is drawn up anew after the list was dismissed."""
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    house.prepare()
    assert house.line(0).decision is LineState.HOLD
    decide(house, is_same=False)
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, LATER)
    house.prepare()
    assert house.line(0).decision is LineState.PAY


# -- deciding -----------------------------------------------------------------------------------------------------------


def test_who_pays_does_not_overrule_an_equal_number(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    with pytest.raises(Forbidden):
        decide(house, is_same=False, who="clerk")
    decide(house, is_same=True, who="clerk")
    assert hits(house)[0].state is HitState.CONFIRMED


def test_saying_that_it_is_another_person_needs_the_number_of_a_paper(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    with pytest.raises(Invalid):
        decide(house, is_same=False, grounds=Grounds(HitGround.OTHER_PERSON))
    with pytest.raises(Invalid):
        decide(house, is_same=False, grounds=Grounds(HitGround.SAME_PERSON, "〔2026〕1号"))


def test_a_hit_is_decided_once(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    decide(house, is_same=True)
    with pytest.raises(Conflict):
        decide(house, is_same=True)


def test_a_confirmed_entry_is_a_task_for_whoever_answers_for_the_patient(house: House) -> None:
    house.settle_in(families(2))
    load(house, [told(house, patient(house, 0), "2026-08-01")])
    decide(house, is_same=True)
    with house.database.reading() as session:
        [task] = session.scalars(select(Task).where(Task.kind == TaskKind.CHECK_STATUS))
    assert task.patient_id == house.families[0].patient.id
    assert str(Reason.from_json(task.because[0])).startswith("民政殡葬名单（截至")


def test_a_confirmed_death_waits_for_the_register_s_owner_until_it_is_recorded(house: House) -> None:
    house.settle_in(families(1))
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    decide(house, is_same=True, who="clerk")
    office = house.actor("county_office")
    with house.database.reading() as session:
        assert len(list_work(session, office).rows) == 1
        assert list_work(session, house.actor("clerk")).rows == []
    record(house, 0, date(2026, 8, 15))
    with house.database.reading() as session:
        assert list_work(session, office).rows == []


# -- what a run was checked against -------------------------------------------------------------------------------------


def test_a_run_says_which_lists_it_was_checked_against_and_which_are_missing(house: House) -> None:
    house.settle_in(families(1))
    load(house, [["路人", STRANGER, "2026-08-01"]])
    load(house, [["路人", STRANGER, "2026-06-01"]], ListKind.DEREGISTERED, "姓名,身份证号,注销日期", date(2026, 6, 30))
    house.prepare()
    with house.database.reading() as session:
        found = checked_against(session, house.run())
        words = checked_label(session, house.run())
    assert {one.kind: one.standing for one in found} == {
        ListKind.DEREGISTERED: Standing.STALE,
        ListKind.FUNERAL: Standing.CURRENT,
        ListKind.IN_HOSPITAL: Standing.MISSING,
        ListKind.IN_CUSTODY: Standing.MISSING,
        ListKind.MOVED_OUT: Standing.MISSING,
    }
    assert "医保结算未核对" in words


def test_a_list_that_comes_later_counts_when_the_run_is_drawn_up_anew(house: House) -> None:
    house.settle_in(families(1))
    house.prepare()
    load(house, [["路人", STRANGER, "2026-08-01"]], now=LATER)
    with house.database.reading() as session:
        assert {one.standing for one in checked_against(session, house.run())} == {Standing.MISSING}
        now = {one.kind: one.standing for one in standings(session, COUNTY, house.quarter, TODAY)}
    assert now[ListKind.FUNERAL] is Standing.CURRENT
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, LATER + timedelta(minutes=1))
    house.prepare()
    with house.database.reading() as session:
        found = {one.kind: one.standing for one in checked_against(session, house.run())}
    assert found[ListKind.FUNERAL] is Standing.CURRENT


def test_only_counts_and_the_hash_of_a_list_are_kept(house: House) -> None:
    house.settle_in(families(1))
    load(house, [["路人", STRANGER, "2026-08-01"]])
    with house.database.reading() as session:
        kept = session.scalars(select(CheckList)).one()
    assert (kept.row_count, kept.hit_count, len(kept.sha256), kept.mapping) == (1, 0, 64, {})
