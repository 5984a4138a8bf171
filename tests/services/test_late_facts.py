"""Facts learned after the money was paid: corrections, cases, payments made again, and the year that is closed early. Nothing is edited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.bank_account import AccountKind
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import Reason, say
from app.patients.models import Admission, Patient, RegisterRequest
from app.patients.rules import ManagementStatus, RequestKind, RequestState, SpanKind
from app.patients.service import change_state, record_admission, record_death
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, Person
from app.people.service import record_death as record_guardians_death
from app.people.service import set_account
from app.people.vault import Vault
from app.subsidies.models import LineKind, Recovery, RecoveryEvent, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.papers.notices import notice_bundle
from app.subsidies.queries.dossier.money import linked_of, other_payments
from app.subsidies.queries.lines import list_lines
from app.subsidies.queries.periods import ended_periods
from app.subsidies.queries.preview import try_policy
from app.subsidies.queries.verify import verify_run
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import IncidentEffect, PolicyTerms
from app.subsidies.rules.recovery import RecoveryState
from app.subsidies.rules.transitions import PaymentState
from app.subsidies.service import prepare_anew
from app.subsidies.service.late_facts import find_late_facts
from app.visits.models import FollowUpVisit
from tests.rig.county import COUNTY, County
from tests.rig.families import Family, families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House, read_answer
from tests.rig.rosters import card_number

Q3, Q4 = Quarter.parse("2026Q3"), Quarter.parse("2026Q4")
NEW_YEAR = date(2027, 1, 5)


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


@built_once
def paid(app: Flask, house: House) -> House:
    """Three families whose third quarter was paid in full."""
    house.settle_in(families(3))
    house.to_the_bank()
    house.settle()
    return house


@contextmanager
def at_home(house: House, place: int = 0) -> Iterator[tuple[Session, Patient, Person]]:
    kept = house.families[place]
    with house.database.transaction() as session:
        yield session, session.get_one(Patient, kept.patient.id), session.get_one(Person, kept.payee.id)


def die(house: House, died_on: date, place: int = 0) -> None:
    with at_home(house, place) as (session, patient, _payee):
        record_death(session, house.actor("county_office"), patient, died_on, DatePrecision.DAY, 1, NOW)


def stay(house: House, from_on: date, to_on: date | None, place: int = 0) -> None:
    with at_home(house, place) as (session, patient, _payee):
        record_admission(session, house.actor("county_office"), patient, "四院", from_on, to_on, NOW)


def look(house: House, today: date = TODAY) -> int:
    database = house.database
    return find_late_facts(database.reading, database.transaction, house.actor("clerk"), COUNTY, today, NOW).made


def cases(house: House) -> list[Recovery]:
    with house.database.reading() as session:
        return list(session.scalars(select(Recovery).order_by(Recovery.id)))


def lines_of(house: House, *kinds: LineKind) -> list[SubsidyLine]:
    with house.database.reading() as session:
        return list(session.scalars(select(SubsidyLine).where(SubsidyLine.kind.in_(kinds)).order_by(SubsidyLine.id)))


def said(stored: list[dict[str, object]]) -> list[str]:
    return [say(Reason.from_json(one)) for one in stored]


# -- too much was paid -------------------------------------------------------------------------------------------------


def test_edge_11_a_death_learned_two_quarters_later_becomes_one_case_and_no_debit(paid: House) -> None:
    before = paid.line(0)
    die(paid, date(2026, 8, 15))
    assert len(paid.problems()) == 1  # verify says that nobody follows it yet
    assert (look(paid), look(paid)) == (1, 0)
    (case,) = cases(paid)
    assert (case.line_id, Money(case.amount_fen).yuan, case.state) == (before.id, "379.03", RecoveryState.FOUND)
    assert said(case.because) == [
        "2026年第3季度原按 92 天发放 750.00 元，现应为 46 天 370.97 元，多发 379.03 元",
        "去世后由 0 天改为 46 天",
    ]
    after = paid.line(0)
    assert (after.amount_fen, after.digest, after.is_live) == (before.amount_fen, before.digest, True)
    assert paid.problems() == []
    with paid.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryEvent)) == 1


def test_the_next_run_finds_the_case_too_and_has_no_negative_line(paid: House) -> None:
    die(paid, date(2026, 8, 15))
    paid.quarter = Q4
    paid.prepare(today=NEW_YEAR)
    assert [Money(case.amount_fen).yuan for case in cases(paid)] == ["379.03"]
    assert lines_of(paid, LineKind.CORRECTION, LineKind.REPAYMENT) == []
    assert paid.line(0).decision is LineState.REFUSE


def test_a_death_known_before_the_pay_file_opens_no_case_for_the_line_that_was_withheld(house: House) -> None:
    house.settle_in(families(2))
    house.prepare()
    house.submit()
    house.approve()
    die(house, date(2026, 8, 15))
    house.export()
    house.settle()
    assert look(house) == 0
    assert cases(house) == []


def test_a_hospital_stay_learned_later_and_then_a_death_are_two_cases_that_add_up(paid: House) -> None:
    stay(paid, date(2026, 8, 2), date(2026, 9, 5))
    assert look(paid) == 1
    die(paid, date(2026, 9, 20))
    assert look(paid) == 1
    first, second = cases(paid)
    assert Money(first.amount_fen).yuan == "267.20"
    assert Money(first.amount_fen + second.amount_fen).yuan == "350.54"
    assert "另有 267.20 元已经另案处理" in said(second.because)


def test_a_living_persons_name_or_an_untouched_line_is_no_late_fact(paid: House) -> None:
    assert look(paid) == 0


def test_edge_12_a_month_of_death_learned_after_the_payment_asks_back_what_lies_after_that_month(paid: House) -> None:
    with at_home(paid) as (session, patient, _payee):
        record_death(session, paid.actor("county_office"), patient, date(2026, 8, 1), DatePrecision.MONTH, 1, NOW)
    look(paid)
    assert [Money(case.amount_fen).yuan for case in cases(paid)] == ["250.00"]


def test_edge_34_consent_withdrawn_in_mid_quarter_and_learned_later_asks_back_the_days_from_the_next_on(
    paid: House,
) -> None:
    with at_home(paid) as (session, patient, _payee):
        refused = ManagementStatus.REFUSED
        office = paid.actor("county_office")
        change_state(session, office, patient, SpanKind.MANAGEMENT, refused, date(2026, 9, 1), None, NOW)
    look(paid)
    assert [Money(case.amount_fen).yuan for case in cases(paid)] == ["250.00"]


def test_edge_31_an_incident_learned_after_the_payment_takes_nothing_back_and_holds_what_follows(house: House) -> None:
    house.settle_in([Family(0, seen_on=date(2026, 8, 20))], incident_effect=IncidentEffect.STOP_YEAR)
    house.to_the_bank()
    house.settle()
    with house.database.transaction() as session:
        session.execute(update(FollowUpVisit).values(public_order_incidents=1))
    assert look(house) == 0
    house.quarter = Q4
    house.prepare(today=NEW_YEAR)
    assert house.line(0).decision is LineState.HOLD
    assert "subsidies.hold.incident" in house.codes(0)


def test_edge_29_a_guardians_death_learned_after_the_payment_asks_back_the_days_after_it(paid: House) -> None:
    with at_home(paid) as (session, _patient, payee):
        record_guardians_death(
            session, paid.actor("county_office"), payee, date(2026, 8, 15), DatePrecision.DAY, 1, NOW
        )
    assert len(paid.problems()) == 1
    assert (look(paid), look(paid)) == (1, 0)
    (case,) = cases(paid)
    assert Money(case.amount_fen).yuan == "379.03"
    assert "监护人已去世，待确定领款人" in said(case.because)
    assert paid.problems() == []
    paid.quarter = Q4
    paid.prepare(today=NEW_YEAR)
    assert len(cases(paid)) == 1
    assert paid.line(0).decision is LineState.HOLD


def test_a_guardian_who_died_after_the_quarter_owes_nothing(paid: House) -> None:
    with at_home(paid) as (session, _patient, payee):
        record_guardians_death(
            session, paid.actor("county_office"), payee, date(2026, 10, 2), DatePrecision.DAY, 1, NOW
        )
    assert (look(paid), paid.problems()) == (0, [])


def test_a_guardians_death_after_the_patients_changes_nothing_more(paid: House) -> None:
    die(paid, date(2026, 8, 15))
    assert look(paid) == 1
    with at_home(paid) as (session, _patient, payee):
        record_guardians_death(
            session, paid.actor("county_office"), payee, date(2026, 8, 20), DatePrecision.DAY, 1, NOW
        )
    assert (look(paid), paid.problems()) == (0, [])


def test_a_case_for_a_stay_does_not_speak_of_a_death(paid: House) -> None:
    stay(paid, date(2026, 8, 2), date(2026, 8, 5))
    assert look(paid) == 1
    die(paid, date(2026, 9, 10))
    assert len(paid.problems()) == 1
    assert look(paid) == 1
    assert paid.problems() == []


def test_a_death_learned_three_years_later_is_found_in_the_payments_that_lie_after_it(paid: House) -> None:
    die(paid, date(2026, 8, 15))
    assert look(paid, date(2029, 11, 21)) == 1
    assert paid.problems() == []


@pytest.mark.parametrize("county_code", ["34", COUNTY[:6], "349900000000", "999999000000"])
def test_late_facts_are_looked_for_in_a_county_and_nowhere_else(paid: House, county_code: str) -> None:
    database = paid.database
    with pytest.raises(NotFound):
        find_late_facts(database.reading, database.transaction, Actor.operator(), county_code, TODAY, NOW)


@pytest.mark.parametrize("who", ["finance", "reviewer", "town"])
def test_only_who_prepares_the_money_looks_for_late_facts(paid: House, who: str) -> None:
    database = paid.database
    with pytest.raises(Forbidden):
        find_late_facts(database.reading, database.transaction, paid.actor(who), COUNTY, TODAY, NOW)


# -- more is due -------------------------------------------------------------------------------------------------------


@built_once
def shortened(app: Flask, house: House) -> House:
    """One of three was paid 59 days, for a stay in hospital that turns out to have been wrong."""
    house.settle_in(families(3))
    stay(house, date(2026, 8, 2), date(2026, 9, 5))
    house.to_the_bank()
    house.settle()
    with at_home(house) as (session, patient, _payee):
        session.scalars(select(Admission).where(Admission.patient_id == patient.id)).one().withdrawn_at = NOW
    return house


def test_days_that_were_left_out_wrongly_are_paid_by_a_correction_of_the_next_run(shortened: House) -> None:
    base = shortened.line(0)
    assert look(shortened) == 0
    shortened.quarter = Q4
    run = shortened.prepare(today=NEW_YEAR)
    (line,) = lines_of(shortened, LineKind.CORRECTION)
    assert (line.run_id, line.corrects_line_id, line.period) == (run.id, base.id, "2026Q3")
    assert (line.decision, Money(line.amount_fen).yuan, line.days) == (LineState.PAY, "267.20", 33)
    assert say(Reason.from_json(line.reasons[0])) == (
        "更正2026年第3季度：原按 59 天发放 482.80 元，现应为 92 天 750.00 元，补发 267.20 元"
    )
    assert run.total_fen == 3 * 75000 + 26720
    assert shortened.problems() == []


def test_a_correction_that_was_paid_is_not_paid_again(shortened: House) -> None:
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    shortened.submit()
    shortened.approve()
    assert shortened.export().count == 4
    shortened.settle()
    shortened.quarter = Quarter.parse("2027Q1")
    shortened.prepare(today=date(2027, 4, 3))
    assert len(lines_of(shortened, LineKind.CORRECTION)) == 1
    assert look(shortened, date(2027, 4, 3)) == 0


def test_what_a_draft_would_pay_is_not_asked_back(shortened: House) -> None:
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    stay(shortened, date(2026, 8, 2), date(2026, 9, 5))
    assert look(shortened, NEW_YEAR) == 0
    die(shortened, date(2026, 7, 31))  # 250.00 were due, 482.80 were sent
    assert look(shortened, NEW_YEAR) == 1
    (case,) = cases(shortened)
    assert Money(case.amount_fen).yuan == "232.80"
    assert said(case.because)[0].startswith("2026年第3季度原按 59 天发放 482.80 元")


def test_a_correction_that_was_sent_after_all_is_asked_back(shortened: House) -> None:
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    shortened.submit()
    shortened.approve()
    shortened.export()
    stay(shortened, date(2026, 8, 2), date(2026, 9, 5))
    assert look(shortened, NEW_YEAR) == 1
    assert [Money(case.amount_fen).yuan for case in cases(shortened)] == ["267.20"]


def test_a_death_asks_back_a_paid_correction_by_the_case_of_the_payment_it_corrects(shortened: House) -> None:
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    shortened.submit()
    shortened.approve()
    shortened.export()
    die(shortened, date(2026, 9, 10))
    assert len(shortened.problems()) == 2  # the correction of the third quarter, and the fourth
    assert (look(shortened, NEW_YEAR), look(shortened, NEW_YEAR)) == (2, 0)
    assert shortened.problems() == []


def test_a_draft_thrown_away_finds_its_corrections_again(shortened: House) -> None:
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    with shortened.step() as (session, run):
        prepare_anew(session, shortened.actor("clerk"), run, NEW_YEAR, NOW)
    shortened.prepare(today=NEW_YEAR)
    assert [Money(one.amount_fen).yuan for one in lines_of(shortened, LineKind.CORRECTION)] == ["267.20"]


def test_a_correction_is_held_for_an_account_like_any_line(shortened: House) -> None:
    with at_home(shortened) as (session, _patient, payee):
        draft = AccountDraft(AccountKind.CARD, card_number(4444), date(2026, 12, 30), "农业银行")
        set_account(session, Vault(session, shortened.keyring), payee, draft, shortened.actor("clerk"), NOW)
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    (line,) = lines_of(shortened, LineKind.CORRECTION)
    assert line.decision is LineState.HOLD
    assert line.reasons[0]["code"] == "subsidies.hold.account_changed"
    assert shortened.problems() == []


def test_edge_15_a_correction_for_somebody_registered_twice_is_held_for_people_to_decide(shortened: House) -> None:
    first, second = (shortened.families[place].patient.id for place in (0, 1))
    with shortened.database.transaction() as session:
        session.add(
            RegisterRequest(
                submission_key="merged", kind=RequestKind.MERGE, patient_id=second, kept_patient_id=first,
                area_code=COUNTY, because={}, from_on=TODAY, state=RequestState.DONE, proposed_at=NOW,
                proposed_by=shortened.actor("county_office").user_id,
            )
        )  # fmt: skip
    shortened.quarter = Q4
    shortened.prepare(today=NEW_YEAR)
    (line,) = lines_of(shortened, LineKind.CORRECTION)
    assert (line.decision, line.reasons[0]["code"]) == (LineState.HOLD, "subsidies.hold.paid_elsewhere")
    assert shortened.problems() == []


# -- paid again --------------------------------------------------------------------------------------------------------


@built_once
def returned(app: Flask, house: House) -> House:
    """The bank sent the first of three payments back."""
    house.settle_in(families(3))
    house.to_the_bank()

    def failed(rows: list[list[object]]) -> None:
        rows[1][-2:] = ["失败", "账号不存在"]

    house.settle(read_answer(house.pay_file_bytes(), failed))
    return house


def _new_account(house: House, place: int = 0) -> None:
    with at_home(house, place) as (session, _patient, payee):
        draft = AccountDraft(AccountKind.CARD, card_number(5555), date(2026, 8, 1), "农业银行", is_opening=True)
        set_account(session, Vault(session, house.keyring), payee, draft, house.actor("clerk"), NOW)


def test_a_returned_payment_is_made_again_once_by_the_supplementary_run(returned: House) -> None:
    place = next(one for one in returned.families if not returned.line(one).is_live)
    dead = returned.line(place)
    _new_account(returned, place)
    returned.to_the_bank(supplementary=True)
    returned.settle(supplementary=True)
    (again,) = lines_of(returned, LineKind.REPAYMENT)
    assert (again.corrects_line_id, again.cause, again.amount_fen) == (dead.id, "returned", dead.amount_fen)
    assert "上次被银行退回，这次重新发放" in said(again.reasons)
    assert returned.problems(supplementary=True) == []
    with returned.database.reading() as session:
        clerk, run = returned.actor("clerk"), returned.run()
        policy = PolicyTerms.from_json(session.get_one(SubsidyPolicy, run.policy_id).terms)
        assert try_policy(session, run, policy).movers == []  # another policy is compared with, not what the bank did
        assert [row.id for row in list_lines(session, clerk, run, is_ended=True).rows] == [dead.id]
        assert dead.id not in {row.id for row in list_lines(session, clerk, run, decision=LineState.PAY).rows}
        [linked] = linked_of(session, clerk, dead)
        assert (linked.line.id, linked.is_later, linked.payment) == (again.id, True, PaymentState.PAID)
        [other] = other_payments(session, clerk, again)
        assert (other.line.id, other.payment, other.of_run) == (dead.id, PaymentState.RETURNED, None)
        [other] = other_payments(session, clerk, dead)
        assert (other.payment, other.of_run) == (PaymentState.PAID, session.get_one(SubsidyRun, dead.run_id))
    returned.prepare(supplementary=True)
    returned.quarter = Q4
    returned.prepare(today=NEW_YEAR)
    assert len(lines_of(returned, LineKind.REPAYMENT)) == 1


def test_edge_30_a_payment_returned_for_its_account_is_made_again_by_the_next_run_once_the_account_is_right(
    returned: House,
) -> None:
    place = next(one for one in returned.families if not returned.line(one).is_live)
    dead = returned.line(place)
    _new_account(returned, place)
    returned.quarter = Q4
    run = returned.prepare(today=NEW_YEAR)
    (again,) = lines_of(returned, LineKind.REPAYMENT)
    assert (again.run_id, again.corrects_line_id, again.period) == (run.id, dead.id, "2026Q3")
    assert run.pay_count == 4
    assert returned.problems() == []


def test_edge_29_a_payment_is_not_made_again_to_a_guardian_who_has_died(returned: House) -> None:
    place = next(one for one in returned.families if not returned.line(one).is_live)
    with at_home(returned, place) as (_session, _patient, payee):
        payee.died_on = date(2026, 10, 20)
    returned.prepare(supplementary=True)
    (again,) = lines_of(returned, LineKind.REPAYMENT)
    assert again.decision is LineState.HOLD
    assert "subsidies.hold.payee_dead" in [one["code"] for one in again.reasons]


def test_the_same_account_holds_the_payment_and_a_held_one_is_tried_again(returned: House) -> None:
    returned.prepare(supplementary=True)
    (again,) = lines_of(returned, LineKind.REPAYMENT)
    assert again.decision is LineState.HOLD
    returned.quarter = Q4
    returned.prepare(today=NEW_YEAR)
    assert len(lines_of(returned, LineKind.REPAYMENT)) == 1  # the supplementary run still speaks of it


def test_nothing_is_paid_again_that_the_bank_did_not_return(paid: House) -> None:
    paid.prepare(supplementary=True)
    paid.quarter = Q4
    paid.prepare(today=NEW_YEAR)
    assert lines_of(paid, LineKind.REPAYMENT) == []


# -- the year is closed early ------------------------------------------------------------------------------------------


def test_the_fourth_quarter_may_be_prepared_from_the_policys_day_and_says_what_is_projected(house: House) -> None:
    house.settle_in(families(2), early_cutoff="12-10")
    house.quarter = Q4
    with pytest.raises(Conflict, match="quarter_open"):
        house.prepare(today=date(2026, 12, 9))
    run = house.prepare(today=date(2026, 12, 10))
    line = house.line(0)
    assert (line.days, line.projected_days, Money(line.amount_fen).yuan) == (92, 21, "750.00")
    assert "预计至2026年12月31日：其中 21 天为预计" in said(line.reasons)
    assert (run.pay_count, house.problems()) == (2, [])
    with house.database.reading() as session:
        vault, clerk = Vault(session, house.keyring), house.actor("clerk")
        letters = notice_bundle(session, vault, clerk, house.run(), date(2026, 12, 10), NOW)
        assert [one.projected_days for one in letters.notices] == [21, 21]


def test_without_the_term_the_fourth_quarter_waits_for_the_new_year(house: House) -> None:
    house.settle_in(families(1))
    house.quarter = Q4
    for day in (date(2026, 12, 10), date(2026, 12, 31)):
        with pytest.raises(Conflict, match="quarter_open"):
            house.prepare(today=day)
    house.prepare(today=date(2027, 1, 1))
    assert house.line(0).projected_days == 0


@pytest.mark.parametrize(
    ("day", "projected"), [(date(2026, 12, 30), 1), (date(2026, 12, 31), 0), (date(2027, 1, 1), 0)]
)
def test_around_the_turn_of_the_year_only_days_to_come_are_projected(house: House, day: date, projected: int) -> None:
    house.settle_in(families(1), early_cutoff="12-10")
    house.quarter = Q4
    house.prepare(today=day)
    assert (house.line(0).days, house.line(0).projected_days) == (92, projected)


def test_the_form_offers_the_fourth_quarter_from_the_cut_off_on(house: House) -> None:
    house.settle_in(families(1), early_cutoff="12-10")
    with house.database.reading() as session:
        before, after = (ended_periods(session, COUNTY, date(2026, 12, day), 8)[0] for day in (9, 10))
    assert (str(before), str(after)) == ("2026Q3", "2026Q4")


def test_the_cut_off_is_for_the_years_last_quarter_only(house: House) -> None:
    house.settle_in(families(1), early_cutoff="12-10")
    with pytest.raises(Conflict, match="quarter_open"):
        house.prepare(today=date(2026, 9, 20))


def test_somebody_in_hospital_at_the_cut_off_is_projected_to_stay_there(house: House) -> None:
    house.settle_in(families(1), early_cutoff="12-10")
    stay(house, date(2026, 12, 5), None)
    house.quarter = Q4
    house.prepare(today=date(2026, 12, 10))
    assert (house.line(0).days, house.line(0).projected_days) == (66, 0)


def test_a_death_after_the_cut_off_becomes_a_case_and_a_discharge_a_correction(house: House) -> None:
    house.settle_in(families(2), early_cutoff="12-10")
    stay(house, date(2026, 12, 5), None, place=1)
    house.quarter = Q4
    house.prepare(today=date(2026, 12, 10))
    house.submit()
    house.approve()
    house.export()
    house.settle()
    die(house, date(2026, 12, 20))
    with at_home(house, 1) as (session, patient, _payee):
        session.scalars(select(Admission).where(Admission.patient_id == patient.id)).one().to_on = date(2026, 12, 12)
    assert look(house, date(2026, 12, 22)) == 1  # what has not come yet is not looked at, a death is
    (case,) = cases(house)
    assert case.line_id == house.line(0).id
    assert Money(case.amount_fen).yuan == "88.71"  # 11 of 31 days
    house.quarter = Quarter.parse("2027Q1")
    house.prepare(today=date(2027, 4, 2))
    (line,) = lines_of(house, LineKind.CORRECTION)
    assert (line.period, line.days) == ("2026Q4", 20)
    assert len(cases(house)) == 1
    with house.database.reading() as session:
        assert verify_run(session, house.run(), house.keyring) == []
