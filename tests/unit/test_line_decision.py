import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dates import add_months
from app.core.db import canonical_json
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import known_codes, say
from app.subsidies import texts
from app.subsidies.rules.days import DayFacts, Stay
from app.subsidies.rules.decision import (
    DutyResult,
    LineFacts,
    LineState,
    Payee,
    decide_line,
)
from app.subsidies.rules.incidents import IncidentFact, IncidentKind, Ruling, stops_from
from app.subsidies.rules.lines import kept_digest, line_digest
from app.subsidies.rules.policy import (
    Chain,
    DayRule,
    DutyCheck,
    EligibleRule,
    IncidentEffect,
    LevelCounts,
    PolicyTerms,
)
from app.subsidies.rules.returns import ReturnCause, return_cause

NEW_FACTS = {"is_before_import", "returned_because", "agreement_number", "condition_since"}
TERMS = PolicyTerms(annual=Money.from_yuan("3000"))
AGREEMENT = DayFacts(agreement_from=date(2026, 1, 1), agreement_to=date(2026, 12, 31))
FACTS = LineFacts(
    quarter=Quarter(2026, 3),
    as_of=date(2026, 10, 9),
    days=AGREEMENT,
    highest_level=3,
    highest_level_of_agreement=3,
    listed_level=3,
    registered_on=date(2020, 1, 1),
    last_seen_on=date(2026, 9, 1),
)


def _decide(terms=TERMS, **changes):
    return decide_line(replace(FACTS, **changes), terms)


def _codes(decision):
    return [one.code for one in decision.reasons]


def _incident(day, at_fault=None, kind=IncidentKind.PUBLIC_ORDER):
    return (IncidentFact(kind, day, at_fault),)


def test_a_guardian_who_meets_every_condition_is_paid_with_the_sum():
    decision = _decide()
    assert (decision.state, decision.amount.yuan, decision.flags) == (LineState.PAY, "750.00", ())
    assert _codes(decision) == ["subsidies.due.listed", "subsidies.amount.full"]
    assert say(decision.reasons[-1]) == "计发整季度 92 天：3,000.00 ÷ 4 = 750.00 元"


def test_a_payment_says_since_when_its_conditions_hold():
    managed = replace(AGREEMENT, managed=(Stay(date(2025, 3, 1)),))
    known = {"agreement_number": "AHJH-2026-0007", "condition_since": date(2026, 3, 9), "days": managed}
    assert [say(one) for one in _decide(**known).reasons[:3]] == [
        "协议 AHJH-2026-0007，2026年1月1日起",
        "2026年3月9日起达到 3 级及以上",
        "2025年3月1日起在管",
    ]
    everybody = replace(TERMS, eligible_rule=EligibleRule.MANAGED)
    assert say(_decide(everybody, **known).reasons[1]) == "本县发给全部在管患者的监护人"
    unrated = {"highest_level": 1, "highest_level_of_agreement": 1, "listed_level": 1, "has_past_incident": True}
    assert say(_decide(**known, **unrated).reasons[1]) == "曾肇事肇祸，符合发放条件"


def test_no_reason_of_a_payment_names_the_level_itself():
    said = [say(one) for one in _decide(highest_level=5, listed_level=5, condition_since=date(2026, 3, 9)).reasons]
    assert not any("5 级" in one for one in said)


def test_a_split_payment_says_both_parts():
    assert _codes(_decide(replace(TERMS, first_share=60)))[-1] == "subsidies.amount.shares"


def test_a_patient_who_died_in_the_quarter_is_paid_to_the_day():
    decision = _decide(days=replace(AGREEMENT, died_on=date(2026, 7, 10)))
    assert (decision.state, decision.amount.yuan) == (LineState.PAY, "80.65")
    assert _codes(decision)[1:] == ["subsidies.amount.sum", "subsidies.excluded.dead"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_paid_already": True}, "subsidies.refuse.paid_already"),
        ({"is_registered": False}, "subsidies.refuse.not_registered"),
        ({"is_agreement_signed": False}, "subsidies.refuse.not_signed"),
        ({"highest_level": 2, "highest_level_of_agreement": 2, "listed_level": 1}, "subsidies.refuse.level"),
        ({"payee": Payee.SECOND}, "subsidies.refuse.second_guardian"),
        ({"days": replace(AGREEMENT, agreement_to=date(2026, 6, 30))}, "subsidies.refuse.no_days"),
        ({"days": replace(AGREEMENT, inpatient=(Stay(date(2026, 6, 30)),))}, "subsidies.refuse.no_days"),
        ({"days": replace(AGREEMENT, died_on=date(2026, 6, 30))}, "subsidies.refuse.no_days"),
    ],
)
def test_what_plainly_fails_is_refused_with_its_reason_and_pays_nothing(changes, code):
    decision = _decide(**changes)
    assert (decision.state, decision.amount) == (LineState.REFUSE, Money(0))
    assert code in _codes(decision)


def test_a_quarter_without_an_eligible_day_says_where_the_days_went():
    decision = _decide(days=replace(AGREEMENT, inpatient=(Stay(date(2026, 6, 30)),)))
    assert _codes(decision) == ["subsidies.refuse.no_days", "subsidies.excluded.inpatient"]


def test_an_ended_scheme_pays_nobody():
    assert _codes(_decide(PolicyTerms(annual=None))) == ["subsidies.refuse.no_scheme"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"incidents": _incident(date(2026, 7, 1))}, "subsidies.hold.incident"),
        ({"incidents": _incident(date(2026, 9, 30), True, IncidentKind.CRIMINAL)}, "subsidies.hold.incident_fault"),
        ({"is_death_estimated": True, "days": replace(AGREEMENT, died_on=date(2026, 9, 30))},
         "subsidies.hold.death_estimated"),
        ({"is_identified": False}, "subsidies.hold.not_identified"),
        ({"is_paid_elsewhere": True}, "subsidies.hold.paid_elsewhere"),
        ({"highest_level": None, "highest_level_of_agreement": None, "listed_level": None}, "subsidies.hold.no_level"),
        ({"last_seen_on": None}, "subsidies.hold.never_seen"),
        ({"last_seen_on": date(2019, 12, 31)}, "subsidies.hold.never_seen"),
        ({"payee_died_on": date(2026, 8, 1)}, "subsidies.hold.payee_dead"),
        ({"last_seen_on": date(2026, 3, 29)}, "subsidies.hold.not_seen"),
        ({"is_before_import": True}, "subsidies.hold.before_import"),
        ({"returned_because": ReturnCause.NO_ACCOUNT}, "subsidies.hold.returned"),
        ({"has_account": False}, "subsidies.hold.no_account"),
        ({"is_account_own": False}, "subsidies.hold.account_name"),
        ({"is_account_shared": True}, "subsidies.hold.account_shared"),
        ({"account_changed_on": date(2026, 9, 10)}, "subsidies.hold.account_changed"),
    ],
)  # fmt: skip
def test_what_a_person_must_look_at_is_held_and_keeps_its_amount(changes, code):
    decision = _decide(**changes)
    assert decision.state is LineState.HOLD
    assert decision.reasons[0].code == code
    assert decision.amount > Money(0)
    assert {"subsidies.amount.sum", "subsidies.amount.full"} & set(_codes(decision))


@pytest.mark.parametrize(
    "changes",
    [
        {"incidents": _incident(date(2026, 6, 30))},
        {"incidents": _incident(date(2026, 10, 1))},
        {"incidents": _incident(date(2026, 8, 1), at_fault=False)},
        {"is_death_estimated": True, "days": replace(AGREEMENT, died_on=date(2026, 10, 31))},
        {"account_changed_on": date(2026, 9, 9)},
        {"has_past_incident": True, "highest_level": 0, "highest_level_of_agreement": 0, "listed_level": 0},
        {"has_past_incident": True, "highest_level": None, "highest_level_of_agreement": None, "listed_level": None},
        {"highest_level": 0, "listed_level": 3},
        {"highest_level": 0, "listed_level": 0},
    ],
)
def test_what_does_not_concern_the_quarter_does_not_hold_it(changes):
    assert _decide(**changes).state is LineState.PAY


def test_how_far_back_an_incident_counts_is_the_countys_choice():
    incident = _incident(date(2026, 3, 1))
    assert _decide(incidents=incident).state is LineState.PAY
    for effect in (IncidentEffect.STOP_YEAR, IncidentEffect.STOP_YEAR_AND_BAR):
        assert _decide(replace(TERMS, incident_effect=effect), incidents=incident).state is LineState.HOLD
    last_year = _incident(date(2025, 8, 1))
    year, bar = (replace(TERMS, incident_effect=e) for e in list(IncidentEffect)[1:])
    assert _decide(year, incidents=last_year).state is LineState.PAY
    assert _decide(bar, incidents=last_year).state is LineState.HOLD
    from_july, from_april = (replace(year, guardianship_year_start=month) for month in (7, 4))
    in_june = _incident(date(2026, 6, 1))
    assert _decide(from_july, incidents=in_june).state is LineState.PAY  # of the year before
    assert _decide(from_april, incidents=in_june).state is LineState.HOLD


@pytest.mark.parametrize(
    ("levels", "yuan"),
    [((3, 3), "750.00"), ((4, 3), "1200.00"), ((None, 4), "1200.00"), ((5, 5), "750.00")],
)
def test_the_level_that_counts_has_its_own_amount(levels, yuan):
    terms = replace(TERMS, annual_by_level=((4, Money.from_yuan("4800")),))
    highest, listed = levels
    decided = _decide(terms, highest_level=highest, listed_level=listed, highest_level_of_agreement=highest)
    assert (decided.state, decided.amount.yuan) == (LineState.PAY, yuan)


def test_a_past_incident_without_a_rating_is_paid_the_common_amount():
    terms = replace(TERMS, annual_by_level=((4, Money.from_yuan("4800")),))
    unrated = {"highest_level": None, "highest_level_of_agreement": None, "listed_level": None}
    assert _decide(terms, has_past_incident=True, **unrated).amount.yuan == "750.00"


def test_a_level_that_fell_counts_to_the_end_of_the_agreement_or_of_the_quarter():
    fallen = {"highest_level": 1, "listed_level": 1, "highest_level_of_agreement": 3}
    assert _decide(**fallen).state is LineState.PAY
    quarter_only = replace(TERMS, level_counts=LevelCounts.QUARTER)
    assert _decide(quarter_only, **fallen).state is LineState.REFUSE
    assert _decide(quarter_only, **{**fallen, "highest_level": 3}).state is LineState.PAY


def test_a_county_may_pay_every_managed_patient_whatever_the_level():
    terms = replace(TERMS, eligible_rule=EligibleRule.MANAGED)
    assert _decide(terms, highest_level=None, listed_level=None, highest_level_of_agreement=None).state is LineState.PAY


def test_a_patient_whom_nobody_has_met_for_longer_than_the_policy_allows_is_held():
    decision = _decide(last_seen_on=date(2026, 3, 29))
    assert (decision.state, decision.amount.yuan) == (LineState.HOLD, "750.00")
    assert say(decision.reasons[0]) == "超过 6 个月没有医生当面随访，待核实"
    met = _decide(last_seen_on=date(2026, 3, 30))
    assert (met.state, met.flags) == (LineState.PAY, ())
    off = replace(TERMS, visit_within_months=0)
    for seen_on in (None, date(2026, 3, 29)):
        assert _decide(off, last_seen_on=seen_on).state is LineState.PAY


def test_a_line_of_the_first_rules_decides_again_as_it_did_then():
    facts = replace(FACTS, last_seen_on=date(2026, 3, 29))
    then = decide_line(facts, TERMS, "2026.1")
    assert (then.state, [one.code for one in then.flags]) == (LineState.PAY, ["subsidies.flag.not_seen"])
    older = {name: value for name, value in facts.to_json().items() if name not in NEW_FACTS}
    assert LineFacts.from_json(older) == facts


def test_a_patient_from_the_countys_list_last_met_long_ago_is_flagged_at_first() -> None:
    decision = _decide(last_seen_on=date(2026, 3, 29), opened_on=FACTS.as_of)
    assert (decision.state, [one.code for one in decision.flags]) == (LineState.PAY, ["subsidies.flag.not_seen"])


def test_what_a_bank_wrote_is_kept_as_what_it_comes_to():
    assert return_cause("失败：账号不存在") is ReturnCause.NO_ACCOUNT
    assert return_cause("账户已销户") is ReturnCause.CLOSED
    assert return_cause("户名不符（王某）") is ReturnCause.NAME
    assert return_cause("账户状态异常") is ReturnCause.BLOCKED
    assert return_cause("—") is ReturnCause.OTHER


def test_a_duty_check_counts_only_where_the_county_asks_for_it():
    required = replace(TERMS, duty_check=DutyCheck.REQUIRED)
    assert _decide(duty_check=DutyResult.FAILED).state is LineState.PAY
    assert _codes(_decide(required))[0] == "subsidies.hold.duty_missing"
    assert _codes(_decide(required, duty_check=DutyResult.FAILED))[0] == "subsidies.hold.duty_failed"
    remarks = _decide(required, duty_check=DutyResult.REMARKS)
    assert (remarks.state, remarks.flags[0].code) == (LineState.PAY, "subsidies.flag.duty_remarks")


def test_a_split_pays_both_guardians_the_whole_amount_between_them():
    terms = replace(TERMS, first_share=67, annual=Money.from_yuan("2999.99"))
    first, second = (_decide(terms, payee=payee) for payee in Payee)
    assert first.amount + second.amount == first.computation.amount == second.computation.amount
    assert second.amount < first.amount


def test_an_amount_below_one_fen_is_refused_and_not_paid_as_nothing():
    terms = replace(TERMS, annual=Money(1), eligible_rule=EligibleRule.MANAGED)
    assert _codes(_decide(terms)) == ["subsidies.refuse.no_amount"]


FACTS_DRAWN = st.builds(
    LineFacts,
    quarter=st.builds(Quarter, st.integers(2025, 2027), st.integers(1, 4)),
    as_of=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    days=st.just(AGREEMENT),
    payee=st.sampled_from(Payee),
    is_registered=st.booleans(),
    is_identified=st.booleans(),
    is_agreement_signed=st.booleans(),
    highest_level=st.none() | st.integers(0, 5),
    listed_level=st.none() | st.integers(0, 5),
    has_past_incident=st.booleans(),
    incidents=st.lists(
        st.builds(
            IncidentFact,
            st.sampled_from(IncidentKind),
            st.dates(date(2025, 1, 1), date(2027, 1, 1)),
            st.none() | st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    last_seen_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    duty_check=st.none() | st.sampled_from(DutyResult),
    payee_died_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    has_account=st.booleans(),
    is_paid_already=st.booleans(),
    is_before_import=st.booleans(),
    returned_because=st.none() | st.sampled_from(ReturnCause),
    agreement_number=st.sampled_from(["", "AHJH-2026-0007"]),
    condition_since=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)
TERMS_DRAWN = st.builds(
    PolicyTerms,
    annual=st.none() | st.integers(1, 10**6).map(Money),
    eligible_rule=st.sampled_from(EligibleRule),
    level_counts=st.sampled_from(LevelCounts),
    inpatient_days=st.sampled_from(DayRule),
    incident_effect=st.sampled_from(IncidentEffect),
    first_share=st.integers(0, 100),
    duty_check=st.sampled_from(DutyCheck),
    visit_within_months=st.integers(0, 60),
    chain=st.sampled_from(Chain),
    document_number=st.sampled_from(["", "安民发〔2026〕3号"]),
)


@given(FACTS_DRAWN, TERMS_DRAWN)
def test_a_snapshot_decides_again_exactly_as_before(facts, terms):
    stored = json.loads(json.dumps([facts.to_json(), terms.to_json()]))
    again = decide_line(LineFacts.from_json(stored[0]), PolicyTerms.from_json(stored[1]))
    assert again == decide_line(facts, terms)


@given(FACTS_DRAWN, TERMS_DRAWN)
def test_every_line_has_reasons_in_words_and_only_paid_lines_need_an_amount(facts, terms):
    decision = decide_line(facts, terms)
    assert decision.reasons
    for one in (*decision.reasons, *decision.flags):
        assert one.code in known_codes()
        assert "%(" not in say(one)
        assert "—" not in say(one)
    if decision.state is LineState.PAY:
        assert decision.amount > Money(0)
        assert facts.has_account
    if decision.state is LineState.REFUSE:
        assert decision.amount == Money(0)


def test_every_sentence_of_the_room_belongs_to_it():
    assert all(code.startswith("subsidies.") for code in texts.TEXTS)


def test_a_patient_from_the_countys_list_is_flagged_at_first_and_held_when_nobody_came() -> None:
    months = 6
    terms = PolicyTerms(annual=Money.from_yuan("3000"), visit_within_months=months)
    listed = replace(FACTS, last_seen_on=None, opened_on=FACTS.as_of)
    first = decide_line(listed, terms)
    assert (first.state, [flag.code for flag in first.flags]) == (
        LineState.PAY,
        ["subsidies.flag.not_seen_since_opening"],
    )
    later = decide_line(replace(listed, as_of=add_months(FACTS.as_of, months + 1)), terms)
    assert later.state is LineState.HOLD
    assert later.reasons[0].code == "subsidies.hold.never_seen"


def test_edge_32_an_incident_in_which_the_guardian_had_sought_help_is_paid_with_a_remark():
    held, paid = (_decide(incidents=_incident(date(2026, 8, 1), at_fault=fault)) for fault in (None, False))
    assert (held.state, paid.state) == (LineState.HOLD, LineState.PAY)
    assert [one.code for one in paid.flags] == ["subsidies.flag.incident_without_fault"]


def test_a_line_is_proved_by_the_very_texts_that_are_kept() -> None:
    reasons = [{"code": "subsidies.amount.full", "args": {"days": 92, "name": '陈"志"强'}}]
    snapshot = {"payee": "x", "facts": {"b": None, "a": [True, "雨山镇"]}}
    kept = (canonical_json(reasons), canonical_json(snapshot))
    assert line_digest("pay", 75000, 92, reasons, snapshot) == kept_digest("pay", 75000, 92, *kept)
    # lines that were signed stay as they were signed
    assert kept_digest("pay", 75000, 92, *kept) == "0d887eefd1aba8a858c671792d92217e29456a201161f57067fc7892aa86f56f"


def test_a_decision_stops_its_period_and_what_begins_in_the_same_guardianship_year_and_no_successor():
    may, july = date(2026, 5, 10), date(2026, 7, 20)

    def stopped(terms=TERMS, ruling=Ruling.STOP_YEAR, fault=True, from_on=may, **changes):
        fact = IncidentFact(IncidentKind.CRIMINAL, may, fault, None, ruling, july, from_on)
        decision = _decide(terms, incidents=(fact,), **changes)
        return decision.state is LineState.REFUSE and decision.reasons[0].code.removeprefix(
            "subsidies.refuse.incident_"
        )

    second = {"quarter": Quarter(2026, 2)}
    assert (stopped(**second), stopped()) == ("stop_year", "rest_of_year")
    assert (stopped(ruling=Ruling.STOP, **second), stopped(ruling=Ruling.STOP)) == ("stop", False)
    assert stopped(ruling=Ruling.STOP, from_on=july) == "stop"  # its own period had been paid
    assert not stopped(ruling=Ruling.PAY, **second) and not stopped(fault=False, **second)
    assert not stopped(guardian_changed_on=date(2026, 6, 1))
    # another agreement is another year, unless the county has one for all; a period belongs to the year that it begins in
    renewed = {"days": DayFacts(date(2026, 7, 1), date(2027, 6, 30))}
    assert not stopped(**renewed)
    assert stopped(replace(TERMS, guardianship_year_start=1), **renewed) == "rest_of_year"
    assert not stopped(replace(TERMS, guardianship_year_start=6), **renewed)
    assert stops_from(may, july, [Quarter(2026, 2), Quarter(2026, 3)]) == date(2026, 10, 1)
