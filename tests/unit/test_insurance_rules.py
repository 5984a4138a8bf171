"""Insurance as worked cases: cover by day, premiums by head, reports by the hour, papers, limits (domain 5.8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.money import Money
from app.core.workdays import WorkdayCalendar
from app.insurance.rules.claims import (
    ClaimPaperKind,
    Harm,
    papers_missing,
    papers_needed,
    payable,
    policy_year,
    report_of,
    settle_by,
)
from app.insurance.rules.enrolment import Candidate, CoverFacts, EndReason, cover_on, eligibility, ending_of
from app.insurance.rules.policies import (
    EligibleRule,
    Limits,
    PolicyKind,
    PolicyPhase,
    PremiumTerms,
    Proration,
    phase_on,
    premium_for,
    wrong_terms,
)

YEAR = PremiumTerms(Money.from_yuan("250.00"), date(2026, 1, 1), date(2026, 12, 31), Proration.BY_DAY)


def facts(**more: object) -> CoverFacts:
    given: dict[str, object] = {
        "policy_from": date(2026, 1, 1),
        "policy_to": date(2026, 12, 31),
        "enrolled": [(date(2026, 3, 1), None)],
        "registered_on": date(2025, 5, 1),
    }
    return CoverFacts(**(given | more))  # type: ignore[arg-type]  # fields by name


# -- premiums ----------------------------------------------------------------------------------------------------------


def test_a_street_of_117_people_for_a_whole_year_costs_29250_yuan() -> None:
    each = premium_for(YEAR, date(2026, 1, 1), date(2026, 12, 31))
    assert Money(each.amount.fen * 117) == Money.from_yuan("29250.00")
    assert each.because.code == "insurance.premium.full"


@pytest.mark.parametrize(
    ("from_on", "last_on", "yuan"),
    [
        (date(2026, 7, 1), date(2026, 12, 31), "126.03"),  # 184 of 365 days
        (date(2026, 1, 1), date(2026, 1, 1), "0.68"),  # one day
        (date(2026, 3, 1), date(2026, 8, 15), "115.07"),  # removed in the middle of a month: 168 days
        (date(2025, 6, 1), date(2026, 1, 31), "21.23"),  # days before the term are not the policy's: 31 days
        (date(2026, 8, 16), date(2026, 8, 15), "0.00"),
    ],
)
def test_whoever_is_insured_for_a_part_of_the_term_pays_by_day(from_on: date, last_on: date, yuan: str) -> None:
    assert premium_for(YEAR, from_on, last_on).amount.yuan == yuan


def test_a_policy_that_counts_no_days_takes_the_whole_premium_and_gives_nothing_back() -> None:
    whole = PremiumTerms(YEAR.per_head, YEAR.from_on, YEAR.to_on, Proration.WHOLE)
    found = premium_for(whole, date(2026, 11, 1), date(2026, 12, 31))
    assert (found.amount, found.because.code) == (Money.from_yuan("250.00"), "insurance.premium.whole")
    assert premium_for(whole, date(2026, 11, 2), date(2026, 11, 1)).amount == Money.zero()


def test_what_comes_back_and_what_was_earned_are_together_what_was_paid() -> None:
    for joined in (date(2026, 1, 1), date(2026, 2, 11), date(2026, 11, 30)):
        paid = premium_for(YEAR, joined, YEAR.to_on).amount
        for left in (joined, date(2026, 12, 1), YEAR.to_on):
            earned = premium_for(YEAR, joined, left).amount
            assert Money.zero() <= paid - earned <= paid


# -- cover -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "more", "is_covered", "code"),
    [
        (date(2026, 3, 1), {}, True, "enrolled"),  # from the first day on
        (date(2026, 2, 28), {}, False, "before"),  # an incident the day before cover began
        (date(2027, 1, 1), {}, False, "outside_term"),  # a day without cover
        (date(2026, 5, 5), {"enrolled": []}, False, "never"),
        # removed in the middle of a month: the day before is covered, the day itself is not
        (date(2026, 8, 14), {"enrolled": [(date(2026, 3, 1), date(2026, 8, 15))]}, True, "enrolled"),
        (date(2026, 8, 15), {"enrolled": [(date(2026, 3, 1), date(2026, 8, 15))]}, False, "removed"),
        # a death covers its own day, also while the insurer has not been told
        (date(2026, 6, 10), {"ending": ending_of(date(2026, 6, 10), None, None)}, True, "enrolled"),
        (date(2026, 6, 11), {"ending": ending_of(date(2026, 6, 10), None, None)}, False, "ended_died"),
        # of a move the day of acceptance belongs to the new place
        (date(2026, 6, 9), {"ending": ending_of(None, date(2026, 6, 10), EndReason.LEFT)}, True, "enrolled"),
        (date(2026, 6, 10), {"ending": ending_of(None, date(2026, 6, 10), EndReason.LEFT)}, False, "ended_left"),
        # found to be ill only after the incident, and the policy pays for that
        (
            date(2026, 4, 1),
            {"enrolled": [], "registered_on": date(2026, 5, 1), "covers_late_found": True},
            True,
            "found_later",
        ),
        (date(2026, 4, 1), {"enrolled": [], "registered_on": date(2026, 5, 1)}, False, "never"),
        (
            date(2026, 6, 1),
            {"enrolled": [], "registered_on": date(2026, 5, 1), "covers_late_found": True},
            False,
            "never",
        ),
    ],
)
def test_edge_10_a_death_is_covered_on_its_day_and_every_other_day_says_why_or_why_not(
    day: date, more: dict[str, object], is_covered: bool, code: str
) -> None:
    found, because = cover_on(facts(**more), day)
    assert (found, because.code) == (is_covered, f"insurance.cover.{code}")


def test_edge_02_insurance_ends_the_day_before_the_new_place_begins_or_with_an_earlier_death() -> None:
    ending = ending_of(date(2026, 9, 1), date(2026, 6, 10), EndReason.LEFT)
    assert ending is not None
    assert (ending.last_on, ending.why) == (date(2026, 6, 9), EndReason.LEFT)
    assert ending_of(None, date(2026, 6, 10), None) is None


@pytest.mark.parametrize(
    ("rule", "one", "is_eligible"),
    [
        (EligibleRule.RISK3, Candidate(True, True, 3, True), True),
        (EligibleRule.RISK3, Candidate(True, True, 2, True), False),
        (EligibleRule.RISK3, Candidate(True, True, None, True), False),
        (EligibleRule.MANAGED, Candidate(True, False, 4, True), False),
        (EligibleRule.REGISTERED, Candidate(True, False, None, True), True),
        (EligibleRule.REGISTERED, Candidate(False, False, 5, True), False),
        (EligibleRule.REGISTERED, Candidate(True, True, 1, False), False),
    ],
)
def test_the_policys_rule_says_who_is_insured(rule: EligibleRule, one: Candidate, is_eligible: bool) -> None:
    assert eligibility(rule, one, needs_guardian=True)[0] is is_eligible


# -- claims ------------------------------------------------------------------------------------------------------------

HAPPENED = datetime(2026, 11, 3, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(("after", "is_late"), [(timedelta(hours=48), False), (timedelta(hours=48, seconds=1), True)])
def test_a_report_at_the_last_hour_is_in_time_and_a_second_later_is_late(after: timedelta, is_late: bool) -> None:
    found = report_of(HAPPENED, HAPPENED + after, 48)
    assert (found.is_late, found.because.args["taken"]) == (is_late, 48)


def test_the_insurer_has_seven_working_days_from_complete_papers() -> None:
    calendar = WorkdayCalendar(frozenset({date(2026, 10, day) for day in range(1, 8)}), frozenset(), frozenset({2026}))
    assert settle_by(date(2026, 11, 6), 7, calendar).ends_on == date(2026, 11, 17)
    assert settle_by(date(2026, 9, 29), 7, calendar).ends_on == date(2026, 10, 15)  # over the holiday


def test_each_kind_of_harm_has_its_papers_and_each_policy_its_own() -> None:
    hurt = papers_needed(PolicyKind.LIABILITY, Harm.INJURY)
    assert ClaimPaperKind.MEDICAL in hurt
    assert ClaimPaperKind.SETTLEMENT in hurt
    assert ClaimPaperKind.SETTLEMENT not in papers_needed(PolicyKind.ACCIDENT, Harm.INJURY)
    assert ClaimPaperKind.LOSS in papers_needed(PolicyKind.LIABILITY, Harm.PROPERTY)
    assert papers_missing(PolicyKind.LIABILITY, Harm.INJURY, hurt) == ()
    assert papers_missing(PolicyKind.LIABILITY, Harm.INJURY, hurt[1:]) == hurt[:1]


def test_the_narrowest_limit_says_what_may_still_be_paid() -> None:
    limits = Limits(*(Money.from_yuan(one) for one in ("300000", "500000", "600000")))
    zero, much = Money.zero(), Money.from_yuan("290000")
    assert payable(limits, zero, zero).most == limits.person
    assert payable(limits, much, much).most == Money.from_yuan("210000")
    late = payable(limits, zero, Money.from_yuan("650000"))
    assert late.most == zero
    assert late.because is not None
    assert late.because.code == "insurance.limit.year"
    assert payable(Limits(), zero, zero).most is None


def test_a_policys_year_begins_on_its_own_day_also_on_the_29th_of_february() -> None:
    assert policy_year(date(2025, 7, 1), date(2026, 6, 30)) == date(2025, 7, 1)
    assert policy_year(date(2025, 7, 1), date(2026, 7, 1)) == date(2026, 7, 1)
    assert policy_year(date(2024, 2, 29), date(2025, 2, 28)) == date(2025, 2, 28)


# -- a policy's terms --------------------------------------------------------------------------------------------------


def test_both_days_of_a_policy_count_and_the_last_thirty_ask_for_a_renewal() -> None:
    term = (date(2026, 1, 1), date(2026, 12, 31))
    stands = [
        phase_on(*term, day)
        for day in (date(2025, 12, 31), term[0], date(2026, 11, 30), date(2026, 12, 1), term[1], date(2027, 1, 1))
    ]
    assert stands == [
        PolicyPhase.COMING,
        PolicyPhase.RUNNING,
        PolicyPhase.RUNNING,
        PolicyPhase.ENDING,
        PolicyPhase.ENDING,
        PolicyPhase.ENDED,
    ]


def test_senseless_terms_are_said_at_their_fields() -> None:
    limits = Limits(Money.from_yuan("300000"), Money.from_yuan("200000"), None)
    wrong = wrong_terms(date(2026, 6, 1), date(2026, 5, 31), Money.zero(), limits)
    assert set(wrong) == {"to_on", "premium", "accident_limit"}
    assert set(wrong_terms(date(2026, 1, 1), date(2029, 6, 1), Money(1), Limits())) == {"to_on"}
