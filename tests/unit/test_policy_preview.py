"""Trying a policy on lines that stand: only the policy differs; what people decided and what was held later stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.core.money import Money
from app.core.quarter import Quarter
from app.subsidies.rules.days import DayFacts, Stay
from app.subsidies.rules.decision import LineFacts, LineState
from app.subsidies.rules.lines import RULE_VERSION
from app.subsidies.rules.policy import DayRule, EligibleRule, PolicyTerms
from app.subsidies.rules.preview import Change, FrozenForPreview, Preview, preview

BEFORE = PolicyTerms(annual=Money.from_yuan("3000"))
FACTS = LineFacts(
    quarter=Quarter(2026, 3), as_of=date(2026, 10, 8), days=DayFacts(agreement_from=date(2026, 1, 1)),
    highest_level=3, listed_level=3, registered_on=date(2025, 1, 1), last_seen_on=date(2026, 8, 1),
)  # fmt: skip
IN_HOSPITAL = replace(FACTS, days=replace(FACTS.days, inpatient=(Stay(date(2026, 8, 2), date(2026, 9, 5)),)))
NO_ACCOUNT = replace(FACTS, has_account=False)


def line(facts=FACTS, decision=LineState.PAY, fen=75000, number="A-1", town="349921100", **changes):
    held = {"is_decided": False, "is_held_after": False} | changes
    return FrozenForPreview(f"{town}200", number, decision, amount_fen=fen, facts=facts.to_json(), **held)


def tried(lines, terms=BEFORE, before=BEFORE) -> Preview:
    return preview("2026Q3", "2026Q3-R01", RULE_VERSION, lines, before, terms)


def movers(found: Preview) -> list[tuple[Change, int, int]]:
    return [(one.change, one.count, one.fen) for one in found.movers]


def test_the_same_policy_comes_to_the_same():
    found = tried([line(), line(NO_ACCOUNT, LineState.HOLD), line(IN_HOSPITAL, fen=48280)])
    assert found.counts == found.counts_then == {"pay": 2, "hold": 1, "refuse": 0}
    assert (found.whole.fen, found.whole.difference, found.movers) == (123280, 0, [])


def test_a_higher_amount_moves_every_paid_line_and_names_the_largest():
    lines = [line(number=f"A-{place}") for place in range(5)]
    found = tried(lines, replace(BEFORE, annual=Money.from_yuan("6000")))
    assert movers(found) == [(Change.MORE, 5, 375000)]
    assert found.movers[0].examples == [("A-0", 75000, 150000), ("A-1", 75000, 150000), ("A-2", 75000, 150000)]
    assert found.whole.difference == 375000


def test_what_is_newly_paid_refused_or_reduced_is_told_apart_with_its_cause():
    below = replace(FACTS, highest_level=2, listed_level=2)
    lines = [line(IN_HOSPITAL, fen=48280), line(below, LineState.REFUSE, 0), line(number="A-9", town="349921101")]
    found = tried(lines, replace(BEFORE, eligible_rule=EligibleRule.RISK2, inpatient_days=DayRule.INCLUDE))
    assert movers(found) == [(Change.MORE, 1, 26720), (Change.NEWLY_PAID, 1, 75000)]
    assert {town: sums.difference for town, sums in found.by_town.items()} == {"349921100": 101720, "349921101": 0}
    strict = tried([line()], replace(BEFORE, eligible_rule=EligibleRule.RISK4))
    assert movers(strict) == [(Change.REFUSED, 1, -75000)]
    assert strict.movers[0].because["code"] == "subsidies.refuse.level"


def test_a_hold_that_people_decided_stays_decided_and_one_placed_later_stays_a_hold():
    lines = [
        line(NO_ACCOUNT, LineState.PAY, is_decided=True),
        line(NO_ACCOUNT, LineState.REFUSE, is_decided=True),
        line(FACTS, LineState.HOLD, is_held_after=True),
    ]
    found = tried(lines, replace(BEFORE, annual=Money.from_yuan("6000")))
    assert found.counts == {"pay": 1, "hold": 1, "refuse": 1}
    assert found.whole.fen == 150000


def test_second_guardians_that_would_be_paid_for_the_first_time_cost_what_is_split_off():
    found = tried([line()], replace(BEFORE, first_share=67))
    assert (found.whole.fen, found.movers) == (75000, [])  # the sum is divided, not raised


def test_a_trial_travels_as_plain_json():
    found = tried([line(), line(NO_ACCOUNT, LineState.HOLD)], replace(BEFORE, annual=Money.from_yuan("6000")))
    assert Preview.from_json(found.to_json()) == found
