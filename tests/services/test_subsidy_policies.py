"""The county's policy as a record: two people, versions that rewrite nothing, periods that never share a day, the city's floors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.accounts.models import User
from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.actor import Actor, Role
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.core.period import Period, parse_period
from app.core.quarter import Quarter
from app.core.reasons import say
from app.subsidies.commands import OpeningPayment, PrepareRun, ProposeMoney, ProposePolicy, SetPolicy
from app.subsidies.models import PolicyProposal, SubsidyLine, SubsidyPolicy
from app.subsidies.papers.labels import office_name
from app.subsidies.queries.floors import below_floors, floors_of
from app.subsidies.queries.periods import ended_periods
from app.subsidies.queries.policies import list_versions, one_handed_policies
from app.subsidies.queries.runs import list_runs
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.floors import Floors
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.policy import PolicyTerms, Rhythm
from app.subsidies.rules.proposal import PolicyProposalState
from app.subsidies.service import prepare_run, record_opening_payments, set_policy
from app.subsidies.service.floors import set_floors, state_pool_reason
from app.subsidies.service.funding import decide_proposal, propose_money
from app.subsidies.service.policies import adopt_policy, propose_policy, refuse_policy, withdraw_policy
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House

CITY = "349900000000"
TERMS = PolicyTerms(annual=Money.from_yuan("2400"), document_number="安民发〔2026〕9号")
FROM = date(2026, 10, 1)


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    return house


def proposed(house: House, terms: PolicyTerms = TERMS, day: date = FROM, key: str = "", who: str = "clerk") -> str:
    command = ProposePolicy(key or new_public_id(), SetPolicy(COUNTY, day, terms))
    with house.database.transaction() as session:
        return propose_policy(session, house.actor(who), command, NOW).public_id


def versions(house: House) -> list[int]:
    with house.database.reading() as session:
        return sorted(session.scalars(select(SubsidyPolicy.version)))


def set_from(house: House, day: date, **terms: Any) -> None:
    with house.database.transaction() as session:
        command = SetPolicy(COUNTY, day, replace(TERMS, **terms))
        set_policy(session, house.actor("clerk"), command, NOW)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as refused:
        act()
    return refused.value.reason.code


# -- two hands ---------------------------------------------------------------------------------------------------------


def test_a_policy_is_proposed_by_one_person_and_adopted_by_another(house: House) -> None:
    proposal = proposed(house)
    assert versions(house) == [1]  # nothing counts yet
    with house.database.transaction() as session:
        adopt_policy(session, house.actor("reviewer"), proposal, NOW)
    with house.database.reading() as session:
        newest, first = list_versions(session, house.actor("auditor"))
        assert (newest.policy.version, newest.terms, newest.policy.valid_from) == (2, TERMS, FROM)
        assert (newest.proposed_by, newest.recorded_by) == ("clerk", "reviewer")
        assert not newest.is_one_handed and first.is_one_handed
        assert [one.policy.version for one in one_handed_policies(session, house.actor("auditor"))] == [1]


def test_nobody_adopts_or_refuses_the_policy_they_proposed_under_whatever_account(house: House) -> None:
    proposal = proposed(house)
    with house.database.transaction() as session:
        person = session.scalars(select(User.person_id).where(User.name == "clerk")).one()
        if person is None:
            clerk = session.scalars(select(User).where(User.name == "clerk")).one()
            session.execute(update(User).where(User.name == "reviewer").values(person_id=clerk.person_id))
    mine = replace(house.actor("reviewer"), user_id=house.actor("clerk").user_id)
    for decide in (adopt_policy, refuse_policy):

        def act(decide: Callable[..., object] = decide) -> None:
            with house.database.transaction() as session:
                decide(session, mine, proposal, NOW)

        assert refusal(act) == "subsidies.policy.same_person"
    assert versions(house) == [1]


def test_a_proposal_is_decided_once_and_stays_what_it_was(house: House) -> None:
    proposal = proposed(house)
    with house.database.transaction() as session:
        refuse_policy(session, house.actor("reviewer"), proposal, NOW)
    for act, who in ((adopt_policy, "reviewer"), (refuse_policy, "reviewer"), (withdraw_policy, "clerk")):

        def late(act: Callable[..., object] = act, who: str = who) -> None:
            with house.database.transaction() as session:
                act(session, house.actor(who), proposal, NOW)

        assert refusal(late) == "subsidies.policy.decided"
    with pytest.raises(DBAPIError, match="guard_policy_proposals_frozen"), house.database.transaction() as session:
        session.execute(update(PolicyProposal).values(valid_from=date(2027, 1, 1)))
    assert versions(house) == [1]


def test_a_proposal_that_arrives_twice_is_one_and_its_proposer_may_withdraw_it(house: House) -> None:
    key = new_public_id()
    assert proposed(house, key=key) == proposed(house, key=key)
    with house.database.transaction() as session:
        [proposal] = session.scalars(select(PolicyProposal))
        withdraw_policy(session, house.actor("clerk"), proposal.public_id, NOW)
        assert proposal.state is PolicyProposalState.WITHDRAWN


def test_reviewers_do_not_propose_clerks_do_not_adopt_and_foreign_counties_do_not_exist(house: House) -> None:
    with pytest.raises(Forbidden):
        proposed(house, who="reviewer")
    proposal = proposed(house)
    with pytest.raises(Forbidden), house.database.transaction() as session:
        adopt_policy(session, house.actor("clerk"), proposal, NOW)
    elsewhere = replace(house.actor("reviewer"), area_prefix="349922")
    with pytest.raises(NotFound), house.database.transaction() as session:
        adopt_policy(session, elsewhere, proposal, NOW)


def test_what_was_signed_meanwhile_stands_against_the_adoption(house: House) -> None:
    proposal = proposed(house, day=date(2026, 8, 1))
    house.prepare()
    house.submit()

    def adopt() -> None:
        with house.database.transaction() as session:
            adopt_policy(session, house.actor("reviewer"), proposal, NOW)

    assert refusal(adopt) == "subsidies.policy.used"


# -- the months paid at once -------------------------------------------------------------------------------------------


def prepare(house: House, period: Period, today: date) -> str:
    command = PrepareRun(COUNTY, period)
    return prepare_run(house.database.transaction, house.actor("clerk"), command, today, NOW)


def test_a_half_year_is_paid_at_once_and_verifies(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county, quarter=parse_period("2026H1"))  # type: ignore[arg-type]  # any period
    house.settle_in(families(2))
    set_from(house, date(2026, 1, 1), period=Rhythm.HALF_YEAR)
    prepare(house, parse_period("2026H1"), TODAY)
    assert [house.line(place).amount_fen for place in (0, 1)] == [120000, 120000]  # 200 a month for six months
    assert "subsidies.amount.full_half" in house.codes(0)
    house.submit()
    house.approve()
    house.export()
    house.settle()
    assert house.problems() == []
    assert refusal(lambda: prepare(house, Quarter(2026, 1), TODAY)) == "subsidies.prepare.other_period"


def test_a_period_changes_only_with_the_first_day_of_a_year(house: House) -> None:
    half = {"period": Rhythm.HALF_YEAR}
    assert refusal(lambda: set_from(house, date(2027, 4, 1), **half)) == "subsidies.policy.from_year_start"
    assert refusal(lambda: set_from(house, date(2027, 1, 2), **half)) == "subsidies.policy.from_year_start"
    set_from(house, date(2027, 1, 1), **half)
    year = {"period": Rhythm.YEAR, "guardianship_year_start": 4}
    # April lies inside a half-year that would be cut
    assert refusal(lambda: set_from(house, date(2028, 4, 1), **year)) == "subsidies.policy.period_running"
    set_from(house, date(2028, 7, 1), **year | {"guardianship_year_start": 7})
    with house.database.reading() as session:
        ended = ended_periods(session, COUNTY, date(2029, 8, 1), 8)
    assert [str(one) for one in ended][:5] == ["2029Y2", "2028H1", "2027H2", "2027H1", "2026Q4"]


def test_a_version_put_in_between_is_held_to_the_next_ones_period_too(house: House) -> None:
    set_from(house, date(2028, 1, 1), period=Rhythm.QUARTER)
    yearly = {"period": Rhythm.YEAR, "guardianship_year_start": 7}
    assert refusal(lambda: set_from(house, date(2026, 7, 1), **yearly)) == "subsidies.policy.period_running"


def test_a_period_does_not_change_over_quarters_prepared_or_paid(house: House) -> None:
    house.prepare()  # 2026Q3, a draft
    half = {"period": Rhythm.HALF_YEAR}
    change = date(2026, 7, 1)
    start = {"guardianship_year_start": 7}
    assert refusal(lambda: set_from(house, change, **half, **start)) == "subsidies.policy.period_paid"
    set_from(house, date(2027, 1, 1), **half)


def test_days_paid_by_quarter_are_not_paid_by_half_year_again(house: House) -> None:
    """Opening payments, which the roster reports by quarter, against a half-year that is prepared here."""
    set_from(house, date(2027, 1, 1), period=Rhythm.HALF_YEAR)
    agreement = house.families[0].agreement
    payment = OpeningPayment(agreement.id, Quarter(2027, 1), Money.from_yuan("600"))
    with house.database.transaction() as session:
        record_opening_payments(session, house.actor("county_office"), [payment], date(2027, 7, 5), NOW)
    prepare(house, parse_period("2027H1"), date(2027, 7, 5))
    with house.database.reading() as session:
        lines = session.scalars(select(SubsidyLine).where(SubsidyLine.period == "2027H1")).all()
    mine = [line for line in lines if line.agreement_id == agreement.id]
    assert [line.decision for line in mine] in ([], [LineState.REFUSE])  # the agreement may have ended by then
    if mine:
        assert "subsidies.refuse.paid_already" in [one["code"] for one in mine[0].reasons]


def test_the_database_pays_no_day_of_two_periods(house: House) -> None:
    house.prepare()
    with house.database.transaction() as session:
        line = session.get_one(SubsidyLine, house.line(0).id)
        run = session.get_one(type(house.run()), line.run_id)
        copied = {
            one.key: getattr(line, one.key)
            for one in SubsidyLine.__mapper__.column_attrs
            if one.key not in ("id", "public_id")
        }
        half = type(run)(
            county_code=COUNTY, period="2026H2", kind=run.kind, state=run.state.__class__.PREPARING,
            policy_id=run.policy_id, rule_version=run.rule_version, decided_as_of=TODAY,
        )  # fmt: skip
        session.add(half)
        session.flush()
        run_id = half.id
    for period in ("2026H2", "2026Y3", "2026Y4", "2027Y2"):
        with (
            pytest.raises(DBAPIError, match="guard_subsidy_lines_days_paid_insert"),
            house.database.transaction() as session,
        ):
            session.add(SubsidyLine(**copied | {"run_id": run_id, "period": period}))
    for period in ("2026H1", "2025Y4", "2026Q4"):  # share no day with the third quarter
        with house.database.transaction() as session:
            session.add(SubsidyLine(**copied | {"run_id": run_id, "period": period}))


def test_runs_stand_in_order_of_time_whatever_their_period(house: House) -> None:
    house.prepare()
    with house.database.transaction() as session:
        run = house.run()
        for period in ("2026H1", "2025Y4", "2026Y2", "2026H2"):
            session.add(
                type(run)(
                    county_code=COUNTY,
                    period=period,
                    kind=run.kind,
                    state=run.state,
                    policy_id=run.policy_id,
                    rule_version=run.rule_version,
                    decided_as_of=TODAY,
                )
            )
    with house.database.reading() as session:
        order = [run.period for run in list_runs(session, house.actor("clerk"))]
    assert (order[0], order[1], set(order[2:4]), order[4]) == ("2026H2", "2026Q3", {"2026H1", "2026Y2"}, "2025Y4")


# -- amounts by level --------------------------------------------------------------------------------------------------


def test_a_level_with_its_own_amount_is_paid_by_it(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    house.settle_in(families(1), annual_by_level=((3, Money.from_yuan("4800")),))
    house.prepare()
    line = house.line(0)
    assert line.amount_fen == 120000  # 4,800 a year, a quarter of it
    assert line.snapshot["computation"]["annual_fen"] == 480000
    assert house.problems() == []


# -- the city's floors -------------------------------------------------------------------------------------------------


@pytest.fixture
def city(house: House) -> str:
    with house.database.transaction() as session:
        if session.get(Area, CITY) is None:
            session.add(Area(code=CITY, name="安平市", level=AreaLevel.CITY))
            session.flush()
        floors = Floors(Money.from_yuan("3000"), Money.from_yuan("300000"))
        set_floors(session, Actor.operator(), CITY, floors, NOW)
        assert floors_of(session, COUNTY) == floors
    return CITY


def test_a_policy_below_the_citys_floor_needs_its_reason_and_is_shown(house: House, city: str) -> None:
    with pytest.raises(Invalid) as refused:
        proposed(house)
    assert set(refused.value.errors) == {"annual", "floor_ground", "floor_reference"}
    assert "600.00" in say(refused.value.errors["annual"][0])
    by_level = replace(TERMS, annual=Money.from_yuan("3000"), annual_by_level=((3, Money.from_yuan("2999.99")),))
    with pytest.raises(Invalid):
        proposed(house, by_level)
    stated = replace(TERMS, floor_ground="city_agreed", floor_reference="安民函〔2026〕2号")
    proposal = proposed(house, stated)
    with house.database.transaction() as session:
        adopt_policy(session, house.actor("reviewer"), proposal, NOW)
    with house.database.reading() as session:
        [below] = below_floors(session, house.actor("auditor"))
    assert (below.what, below.is_fund, below.gap.yuan) == ("v2", False, "600.00")
    assert below.stated is not None and below.stated.reference == "安民函〔2026〕2号"


def test_at_the_floor_nothing_is_asked(house: House, city: str) -> None:
    proposed(house, replace(TERMS, annual=Money.from_yuan("3000")))
    with house.database.reading() as session:
        assert below_floors(session, house.actor("auditor")) == []


def test_a_pool_below_the_floor_pays_nothing_until_somebody_says_why(house: House, city: str) -> None:
    with house.database.transaction() as session:
        money = ProposeMoney(
            new_public_id(),
            COUNTY,
            2026,
            FundSide.COUNTY,
            Money.from_yuan("200000"),
            "安财社〔2026〕1号",
            date(2026, 1, 5),
        )
        grant = propose_money(session, house.actor("clerk"), money, NOW).public_id
        decide_proposal(session, house.actor("reviewer"), grant, True, NOW)
    house.prepare()
    house.submit()
    assert refusal(house.approve) == "subsidies.floor.pool"
    with house.database.reading() as session:
        [below] = below_floors(session, house.actor("auditor"))
        assert (below.what, below.gap.yuan, below.stated) == ("2026", "100000.00", None)
    with house.database.transaction() as session:
        clerk = house.actor("clerk")
        with pytest.raises(Invalid):
            state_pool_reason(session, clerk, COUNTY, 2026, "few_patients", "", NOW)
        state_pool_reason(session, clerk, COUNTY, 2026, "few_patients", "安民函〔2026〕3号", NOW)
    house.approve()


def test_only_those_who_keep_the_citys_settings_set_floors(house: House, city: str) -> None:
    for who in ("clerk", "reviewer", "auditor"):
        with pytest.raises(Forbidden), house.database.transaction() as session:
            set_floors(session, house.actor(who), city, Floors(), NOW)
    with pytest.raises(NotFound), house.database.transaction() as session:  # a county's administrator is not the city's
        set_floors(session, replace(house.actor("admin"), role=Role.ADMIN), city, Floors(), NOW)
    with pytest.raises(NotFound), house.database.transaction() as session:
        set_floors(session, Actor.operator(), COUNTY, Floors(), NOW)


# -- by command --------------------------------------------------------------------------------------------------------


def flask(house: House, *words: str) -> Result:
    return house.app.test_cli_runner().invoke(args=list(words))


def test_by_command_one_proposes_another_adopts(house: House) -> None:
    words = ("--county", COUNTY, "--from", "2027-01-01", "--annual", "2400", "--period", "half_year", "--level", "4=4800",
             "--office", "political_legal", "--pay-within", "40")  # fmt: skip
    found = json.loads(flask(house, "subsidy", "policy", "propose", *words, "--as", "clerk", "--json").stdout)
    assert found["state"] == "proposed"
    own = flask(house, "subsidy", "policy", "adopt", "--proposal", found["proposal"], "--as", "clerk")
    assert own.exit_code != 0
    made = flask(house, "subsidy", "policy", "adopt", "--proposal", found["proposal"], "--as", "reviewer", "--json")
    assert json.loads(made.stdout)["version"] == 2
    with house.database.reading() as session:
        terms = list_versions(session, house.actor("clerk"))[0].terms
    assert (terms.period, terms.annual_at(4), terms.annual_at(3), terms.pay_within_days) == (
        Rhythm.HALF_YEAR, Money.from_yuan("4800"), Money.from_yuan("2400"), 40,
    )  # fmt: skip
    assert office_name(terms, "安和县") == "中共安和县委政法委员会"


def test_by_command_drafts_are_refused_and_withdrawn_and_floors_set(house: House) -> None:
    words = ("--county", COUNTY, "--from", "2027-01-01", "--annual", "2400", "--as", "clerk", "--json")
    first, second = (json.loads(flask(house, "subsidy", "policy", "propose", *words).stdout)["proposal"] for _ in "12")
    assert flask(house, "subsidy", "policy", "refuse", "--proposal", first, "--as", "reviewer").exit_code == 0
    assert flask(house, "subsidy", "policy", "withdraw", "--proposal", second, "--as", "clerk").exit_code == 0
    assert versions(house) == [1]
    assert flask(house, "subsidy", "policy", "set", *words[:-1], "--level", "9=1").exit_code == 2
    with house.database.transaction() as session:
        if session.get(Area, CITY) is None:
            session.add(Area(code=CITY, name="安平市", level=AreaLevel.CITY))
    done = flask(house, "subsidy", "floors", "set", "--city", CITY, "--annual", "3000", "--pool", "300000", "--json")
    assert json.loads(done.stdout) == {"city": CITY, "annual": "3000.00", "pool": "300000.00"}
    refused = flask(house, "subsidy", "policy", "set", *words[:-1])
    assert refused.exit_code != 0 and "3,000.00" in refused.stderr
