"""What each line is decided from: days, levels, incidents, accounts, deaths, payments made before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.core.bank_account import AccountKind
from app.core.db import Database
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.guardians.rules import Rank
from app.guardians.service import end_agreement
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind
from app.patients.service import change_state, record_admission, record_death
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, PayeeAccount, Person
from app.people.service import set_account
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_level
from app.subsidies.commands import OpeningPayment, PrepareRun
from app.subsidies.models import RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import list_lines
from app.subsidies.rules.decision import LineFacts, LineState, decide_line
from app.subsidies.rules.policy import DayRule, EligibleRule, IncidentEffect, PolicyTerms
from app.subsidies.service import prepare_batch, prepare_run, record_opening_payments, start_run
from app.visits.models import FollowUpVisit
from tests.rig.county import COUNTY, County
from tests.rig.families import QUARTER, Family, families, varied
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import card_number


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


@contextmanager
def at_home(house: House, place: int = 0) -> Iterator[tuple[Session, Patient, Person]]:
    """One family's patient and payee in a transaction."""
    kept = house.families[place]
    with house.database.transaction() as session:
        yield session, session.get_one(Patient, kept.patient.id), session.get_one(Person, kept.payee.id)


def test_a_plain_quarter_is_paid_in_full(house: House) -> None:
    house.settle_in(families(1))
    house.prepare()
    line = house.line(0)
    assert (line.decision, line.days, line.amount_fen) == (LineState.PAY, 92, 75000)
    assert line.snapshot["last_paid_day"] == "2026-09-30"


@pytest.mark.parametrize(
    ("died_on", "days", "yuan"),
    [
        (date(2026, 8, 15), 46, "370.97"),  # 250 + 250 × 15/31
        (date(2026, 7, 1), 1, "8.06"),  # the day of death counts
        (date(2026, 9, 30), 92, "750.00"),
        (date(2026, 10, 1), 92, "750.00"),
    ],
)
def test_edge_10_a_death_in_the_quarter_is_paid_to_the_day(house: House, died_on: date, days: int, yuan: str) -> None:
    house.settle_in(families(1))
    with at_home(house) as (session, patient, _payee):
        record_death(session, house.actor("county_office"), patient, died_on, DatePrecision.DAY, 1, NOW)
    house.prepare()
    line = house.line(0)
    assert (line.decision, line.days, Money(line.amount_fen).yuan) == (LineState.PAY, days, yuan)
    assert house.problems() == []


def test_a_death_before_the_quarter_pays_nothing(house: House) -> None:
    house.settle_in(families(1))
    with at_home(house) as (session, patient, _payee):
        record_death(session, house.actor("county_office"), patient, date(2026, 6, 30), DatePrecision.DAY, 1, NOW)
    house.prepare()
    line = house.line(0)
    assert (line.decision, line.amount_fen, line.days) == (LineState.REFUSE, 0, 0)


def test_edge_12_a_death_known_only_by_its_month_is_held(house: House) -> None:
    house.settle_in(families(1))
    with at_home(house) as (session, patient, _payee):
        record_death(session, house.actor("county_office"), patient, date(2026, 8, 1), DatePrecision.MONTH, 1, NOW)
    house.prepare()
    assert "subsidies.hold.death_estimated" in house.codes(0)
    assert house.line(0).days == 62  # to the last day of August


def test_edge_08_days_strictly_inside_a_hospital_stay_are_not_paid(house: House) -> None:
    house.settle_in(families(2))
    with at_home(house) as (session, patient, _payee):
        stay = (date(2026, 8, 2), date(2026, 9, 5))
        record_admission(session, house.actor("county_office"), patient, "四院", *stay, NOW)
    with at_home(house, 1) as (session, patient, _payee):  # still there
        record_admission(session, house.actor("county_office"), patient, "四院", date(2026, 9, 20), None, NOW)
    house.prepare()
    assert (house.line(0).days, Money(house.line(0).amount_fen).yuan) == (59, "482.80")
    assert house.line(1).days == 82
    assert house.line(1).snapshot["last_paid_day"] == "2026-09-20"


def test_a_county_may_pay_days_in_hospital(house: House) -> None:
    house.settle_in(families(1), inpatient_days=DayRule.INCLUDE)
    with at_home(house) as (session, patient, _payee):
        stay = (date(2026, 8, 2), date(2026, 9, 5))
        record_admission(session, house.actor("county_office"), patient, "四院", *stay, NOW)
    house.prepare()
    assert house.line(0).days == 92


def test_edge_25_days_in_custody_lost_or_refused_are_not_paid(house: House) -> None:
    house.settle_in(families(3))
    office = house.actor("county_office")
    with at_home(house, 0) as (session, patient, _payee):
        change_state(session, office, patient, SpanKind.CARE, CareSetting.CUSTODY, date(2026, 8, 1), None, NOW)
        change_state(session, office, patient, SpanKind.CARE, CareSetting.HOME, date(2026, 9, 1), None, NOW)
    with at_home(house, 1) as (session, patient, _payee):
        change_state(session, office, patient, SpanKind.MANAGEMENT, ManagementStatus.LOST, date(2026, 8, 1), None, NOW)
    with at_home(house, 2) as (session, patient, _payee):
        refused = ManagementStatus.REFUSED
        change_state(session, office, patient, SpanKind.MANAGEMENT, refused, date(2026, 8, 1), None, NOW)
    house.prepare()
    assert [house.line(place).days for place in range(3)] == [31 + 30, 31, 31]
    assert house.codes(1)[-1] == "subsidies.excluded.lost"


def test_edge_02_a_patient_who_moved_away_is_paid_to_the_day_before(house: House) -> None:
    house.settle_in(families(1))
    office = house.actor("county_office")
    second = replace(office, user_id=house.county.users["health_lead"])
    with at_home(house) as (session, patient, _payee):
        change_state(
            session, office, patient, SpanKind.REGISTRY, RegistryStatus.TRANSFERRED_OUT, date(2026, 8, 11), None, NOW,
            second=second,
        )  # fmt: skip
    house.prepare()
    assert house.line(0).days == 31 + 10


def test_an_agreement_counts_from_its_day_and_to_its_end(house: House) -> None:
    house.settle_in([Family(0, agreement_from=date(2026, 8, 21)), Family(1), Family(2, agreement_to=date(2026, 6, 30))])
    kept = house.families[1]
    with at_home(house, 1) as (session, patient, _payee):
        agreement = session.merge(kept.agreement)
        end_agreement(session, house.actor("clerk"), patient, agreement, date(2026, 7, 10), reason("core.invalid"), NOW)
    house.prepare()
    assert (house.line(0).days, Money(house.line(0).amount_fen).yuan) == (41, "338.71")
    assert house.line(1).days == 10
    with house.database.reading() as session:
        assert len(session.scalars(select(SubsidyLine)).all()) == 2  # the third ended before the quarter


@pytest.mark.parametrize(
    ("rule", "level", "decision"),
    [
        (EligibleRule.RISK3, 3, LineState.PAY),
        (EligibleRule.RISK3, 2, LineState.REFUSE),
        (EligibleRule.RISK3, 0, LineState.REFUSE),
        (EligibleRule.RISK1, 1, LineState.PAY),
        (EligibleRule.MANAGED, 0, LineState.PAY),
    ],
)
def test_the_level_decides_who_is_paid_for(house: House, rule: EligibleRule, level: int, decision: LineState) -> None:
    house.settle_in([Family(0, level=level)], eligible_rule=rule)
    house.prepare()
    assert house.line(0).decision is decision


def test_edge_33_a_level_that_fell_in_the_agreement_year_still_counts(house: House) -> None:
    house.settle_in([Family(0, level=4, seen_on=date(2026, 3, 1))])
    with at_home(house) as (session, patient, _payee):
        note_level(session, house.actor("doctor"), patient, 1, date(2026, 6, 1), LevelSource.REASSESSMENT, None, NOW)
    house.prepare()
    assert house.line(0).decision is LineState.PAY


def test_nobody_rated_is_held_and_never_seen_is_held(house: House) -> None:
    house.settle_in([Family(0, seen_on=None)])
    with house.database.transaction() as session:  # came with the county's list more than six months ago
        session.execute(update(Patient).values(created_at=NOW - timedelta(days=300)))
    house.prepare()
    assert {"subsidies.hold.no_level", "subsidies.hold.never_seen"} <= set(house.codes(0))


def test_nobody_is_held_in_the_first_quarter_for_visits_before_the_countys_list(house: House) -> None:
    house.settle_in([Family(0, seen_on=None)])
    house.prepare()
    assert "subsidies.hold.never_seen" not in house.codes(0)


def test_not_seen_for_long_is_held_unless_the_patient_came_with_the_countys_list_lately(house: House) -> None:
    house.settle_in([Family(0, seen_on=date(2026, 2, 1)), Family(1, seen_on=date(2026, 2, 1))])
    with at_home(house, 1) as (_session, patient, _payee):
        patient.created_at = NOW - timedelta(days=300)
    house.prepare()
    assert (house.line(0).decision, house.line(1).decision) == (LineState.PAY, LineState.HOLD)
    assert "subsidies.flag.not_seen" in house.codes(0)
    assert "subsidies.hold.not_seen" in house.codes(1)
    assert house.problems() == []


def test_a_payment_is_frozen_with_why_it_is_due(house: House) -> None:
    house.settle_in(families(1))
    house.prepare()
    assert [str(Reason.from_json(stored)) for stored in house.line(0).reasons] == [
        "协议 AHJH-2026-00000，2026年1月1日起",
        "2026年6月20日起达到 3 级及以上",
        "2025年3月1日起在管",
        "计发整季度 92 天：3,000.00 ÷ 4 = 750.00 元",
    ]
    with house.database.reading() as session:
        [row] = list_lines(session, house.actor("clerk"), house.run()).rows
        [blind] = list_lines(session, house.actor("finance"), house.run()).rows
    assert [str(one) for one in row.because] == [str(Reason.from_json(stored)) for stored in house.line(0).reasons]
    assert blind.because == ()


def test_a_held_line_says_why_it_is_held_and_not_why_it_would_be_due(house: House) -> None:
    house.settle_in([Family(0, account=None)])
    house.prepare()
    with house.database.reading() as session:
        [row] = list_lines(session, house.actor("clerk"), house.run()).rows
    assert [one.code for one in row.because] == ["subsidies.hold.no_account"]


def test_a_run_of_the_first_rules_is_finished_and_verified_under_them(house: House, database: Database) -> None:
    house.settle_in([Family(0, seen_on=date(2026, 2, 1))])
    clerk, command = house.actor("clerk"), PrepareRun(COUNTY, QUARTER)
    with database.transaction() as session:
        session.execute(update(Patient).values(created_at=NOW - timedelta(days=300)))
        start_run(session, clerk, command, TODAY, NOW).rule_version = "2026.1"
    house.prepare()
    assert house.line(0).decision is LineState.PAY
    assert house.problems() == []


@pytest.mark.parametrize(
    ("seen_on", "effect", "is_held"),
    [
        (date(2026, 8, 1), IncidentEffect.STOP_PERIOD, True),
        (date(2026, 5, 1), IncidentEffect.STOP_PERIOD, False),
        (date(2026, 5, 1), IncidentEffect.STOP_YEAR, True),
        (date(2025, 8, 1), IncidentEffect.STOP_YEAR, False),
        (date(2025, 8, 1), IncidentEffect.STOP_YEAR_AND_BAR, True),
    ],
)
def test_an_incident_holds_the_line(house: House, seen_on: date, effect: IncidentEffect, is_held: bool) -> None:
    house.settle_in([Family(0, seen_on=seen_on)], incident_effect=effect)
    with house.database.transaction() as session:
        session.execute(update(FollowUpVisit).values(public_order_incidents=1))
    house.prepare()
    assert ("subsidies.hold.incident" in house.codes(0)) is is_held


def test_an_account_that_changed_lately_holds_the_line(house: House) -> None:
    house.settle_in(families(2))
    for place, from_on in ((0, TODAY - timedelta(days=29)), (1, TODAY - timedelta(days=30))):
        with at_home(house, place) as (session, _patient, payee):
            draft = AccountDraft(AccountKind.CARD, card_number(8000 + place), from_on, "农业银行")
            written_at = NOW - (TODAY - from_on)
            set_account(session, Vault(session, house.keyring), payee, draft, house.actor("county_office"), written_at)
    house.prepare()
    assert "subsidies.hold.account_changed" in house.codes(0)
    assert house.line(1).decision is LineState.PAY


def test_edge_30_accounts_missing_shared_or_in_another_name_hold_the_line(house: House) -> None:
    house.settle_in([replace(one, account=None if one.place == 0 else "own") for one in families(4)])
    with house.database.transaction() as session:
        numbers = {
            person: session.scalars(select(PayeeAccount).where(PayeeAccount.person_id == person)).one()
            for person in (house.families[place].payee.id for place in (1, 2, 3))
        }
        first, second, third = numbers.values()
        second.number_index = first.number_index
        third.holder_name = "别人"
    house.prepare()
    assert "subsidies.hold.no_account" in house.codes(0)
    assert "subsidies.hold.account_shared" in house.codes(1)
    assert "subsidies.hold.account_shared" in house.codes(2)
    assert "subsidies.hold.account_name" in house.codes(3)


def test_edge_29_a_dead_payee_holds_the_line(house: House) -> None:
    house.settle_in(families(1))
    with at_home(house) as (_session, _patient, payee):
        payee.died_on = date(2026, 10, 30)
    house.prepare()
    assert "subsidies.hold.payee_dead" in house.codes(0)


def test_what_was_paid_before_the_county_came_is_not_paid_again(house: House, database: Database) -> None:
    house.settle_in(families(3))
    agreement = house.families[0].agreement.id
    payment = OpeningPayment(agreement, QUARTER, Money.from_yuan("600"))
    with database.transaction() as session:
        clerk = house.actor("county_office")
        assert record_opening_payments(session, clerk, [payment, payment], TODAY, NOW) == 1
        assert record_opening_payments(session, clerk, [payment], TODAY, NOW) == 0
    house.prepare()
    assert house.line_codes() == {0: ["subsidies.refuse.paid_already"]}
    assert (house.run().pay_count, house.run().refuse_count) == (2, 1)
    with database.reading() as session:
        opening = session.scalars(select(SubsidyRun).where(SubsidyRun.kind == RunKind.OPENING)).one()
        assert (opening.pay_count, opening.total_fen) == (1, 60000)


def test_an_opening_payment_recorded_while_a_run_is_prepared_stops_it_once(house: House, database: Database) -> None:
    """The index refuses the second payment; preparing again sees it and refuses the line."""
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    with pytest.raises(Exception, match=r"uq_subsidy_lines_live_payment|UNIQUE"), database.transaction() as session:
        lines = session.scalars(select(SubsidyLine)).all()
        opening = SubsidyRun(
            county_code=COUNTY, period=str(QUARTER), kind=RunKind.OPENING, state="settled", rule_version="x",
            decided_as_of=TODAY,
        )  # fmt: skip
        session.add(opening)
        session.flush()
        values = {column.key: getattr(lines[0], column.key) for column in SubsidyLine.__table__.columns}
        session.add(SubsidyLine(**{**values, "id": None, "public_id": "again", "run_id": opening.id}))
        session.flush()


def test_each_line_is_its_snapshot_decided_again(house: House) -> None:
    house.settle_in(varied(36))
    house.prepare()
    with house.database.reading() as session:
        for line in session.scalars(select(SubsidyLine)):
            terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
            again = decide_line(LineFacts.from_json(line.snapshot["facts"]), terms)
            assert (again.state, again.amount.fen) == (line.decision, line.amount_fen)
            assert [said.to_json() for said in (*again.reasons, *again.flags)] == line.reasons
    assert house.problems() == []


def test_the_second_guardian_is_paid_the_rest(house: House, database: Database) -> None:
    from app.core.identity import Sex
    from app.guardians.commands import AddGuardian
    from app.guardians.models import Agreement
    from app.guardians.rules import Relation
    from app.guardians.service import add_guardian
    from app.people.commands import PersonDraft

    house.settle_in(families(1), first_share=70)
    with at_home(house) as (session, patient, _payee):
        account = AccountDraft(AccountKind.CARD, card_number(7000), date(2026, 1, 1), "农业银行", is_opening=True)
        draft = PersonDraft("赵卫国", Sex.MALE, phone="13700000001", account=account)
        command = AddGuardian(Rank.SECOND, Relation.OFFICER, date(2026, 1, 1), draft, post="村委会主任")
        vault = Vault(session, house.keyring)
        link = add_guardian(session, vault, house.actor("clerk"), patient, command, NOW)
        session.get_one(Agreement, house.families[0].agreement.id).second_guardianship_id = link.id
    house.prepare()
    with database.reading() as session:
        lines = session.scalars(select(SubsidyLine).order_by(SubsidyLine.rank)).all()
    assert [(line.rank, line.amount_fen, line.decision) for line in lines] == [
        (Rank.FIRST, 52500, LineState.PAY),
        (Rank.SECOND, 22500, LineState.PAY),
    ]
    assert house.problems() == []


def test_a_batch_asks_as_often_for_many_as_for_few(house: House) -> None:
    """Statements grow with the batches, not with the lines."""
    house.settle_in(families(40))
    once, eight_times = _statements(house, "2026Q2", batch=40), _statements(house, "2026Q3", batch=5)
    assert once <= 66  # some of them ask which records are one human being: the same few for any number of lines
    assert eight_times - once <= 7 * 28


def _statements(house: House, quarter: str, batch: int) -> int:
    seen: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", listen)
    try:
        command = PrepareRun(COUNTY, Quarter.parse(quarter))
        prepare_run(house.database.transaction, house.actor("clerk"), command, TODAY, NOW, batch=batch)
    finally:
        event.remove(house.database.engine, "before_cursor_execute", listen)
    return len(seen)


MANY = 20_000 if "ANHU_SOAK" in os.environ else 1100


def test_a_family_that_came_behind_the_batch_is_frozen_too(house: House) -> None:
    house.settle_in(families(3))
    clerk, first = house.actor("clerk"), house.families[0].agreement.id
    with house.database.transaction() as session:
        run = start_run(session, clerk, PrepareRun(COUNTY, QUARTER), TODAY, NOW).public_id
    with house.database.transaction() as session:
        assert len(prepare_batch(session, clerk, run, first, 1)) == 1
    house.prepare()
    assert house.run().pay_count == 3


def test_many_lines_are_prepared_in_batches(house: House) -> None:
    house.settle_in(families(MANY))
    done: list[tuple[int, int]] = []
    command = PrepareRun(COUNTY, QUARTER)
    progress = lambda so_far, total: done.append((so_far, total))  # noqa: E731
    prepare_run(house.database.transaction, house.actor("clerk"), command, TODAY, NOW, progress)
    assert done == [*((upto, MANY) for upto in range(500, MANY, 500)), (MANY, MANY)]
    assert house.run().pay_count == MANY
    assert house.problems() == []
