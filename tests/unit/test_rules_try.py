"""`flask rules try`: the names, keys and outputs that other systems rely on."""

import json
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import i18n
from app.core.clock import Clock
from app.desk.rules_cli import RULES, rules_cli
from app.numbers import texts as number_texts  # noqa: F401
from app.subsidies import texts as subsidy_texts  # noqa: F401  # registers the sentences
from app.visits import texts as visit_texts  # noqa: F401

VISIT_CLASS = {
    "risk_level": 0,
    "psychotic_symptoms": 0,
    "insight": 1,
    "social_function": [1, 1, 9, 1, 1],
    "adverse_reaction": 0,
    "physical_illness": 0,
    "other_abnormal": False,
}
NEXT_DUE = {"visit_on": "2024-01-31", "class": 3, "previous_class": None, "trend": None}
AMOUNT = {
    "annual": "3000.00",
    "quarter": "2024Q2",
    "agreement_from": "2024-01-01",
    "agreement_to": "2024-12-31",
    "died_on": None,
    "joined_on": None,
    "left_on": None,
    "inpatient": [["2024-05-10", "2024-06-12"]],
    "inpatient_days": "exclude",
    "custody": [],
}
CORRECT = {
    "visit-class": VISIT_CLASS,
    "next-due": NEXT_DUE,
    "subsidy-amount": AMOUNT,
    "resident-id": {"number": "11010519491231002X"},
    "bank-account": {"number": "6200000000000005", "kind": "card"},
    "rate": {"numerator": 1, "denominator": 3, "decimals": 2},
    "working-days": {"from": "2026-09-29", "days": 10},
    "standard": {
        "period": "2025Y",
        "managed_from": "2024-03-01",
        "visits": [[f"2025-{month}-08", f"{after}-08"] for month, after in (
            ("01", "2025-04"), ("04", "2025-07"), ("07", "2025-10"), ("10", "2026-01"),
        )],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def machine():
    """A bare application: the rules need no database."""
    app = Flask(__name__)
    app.extensions["anhu.clock"] = Clock(fixed_today=date(2026, 11, 21))
    i18n.init_app(app)
    app.cli.add_command(rules_cli)
    return app.test_cli_runner()


@pytest.fixture
def run(machine):
    def invoke(name, content):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        return machine.invoke(args=["rules", "try", name], input=text)

    return invoke


@pytest.fixture
def ask(run):
    def answer(name, content):
        result = run(name, content)
        assert result.exit_code == 0, result.stderr
        found = json.loads(result.stdout)
        assert all(isinstance(one, str) and one for one in found["because"])
        return found

    return answer


@pytest.fixture
def refusal(run):
    def sentence(name, content):
        result = run(name, content)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        return result.stderr

    return sentence


@pytest.mark.parametrize(
    ("changes", "visit_class"),
    [
        ({}, 3),
        ({"psychotic_symptoms": 1}, 2),
        ({"risk_level": 1}, 2),
        ({"insight": 3}, 1),
        ({"adverse_reaction": 2}, 1),
        ({"physical_illness": 1}, 2),
        ({"risk_level": 3}, 1),
        ({"social_function": [1, 1, 9, 1, 3]}, 2),
        ({"other_abnormal": True}, 2),
    ],
)
def test_visit_class(ask, changes, visit_class):
    found = ask("visit-class", VISIT_CLASS | changes)
    assert found["class"] == visit_class
    assert found["because"]


def test_visit_class_says_why(ask):
    assert ask("visit-class", VISIT_CLASS | {"risk_level": 4, "insight": 3})["because"] == [
        "危险性评估 4 级，达到 3 级及以上",
        "自知力缺失",
    ]


@pytest.mark.parametrize(
    ("content", "due_on"),
    [
        (NEXT_DUE, "2024-04-30"),
        ({"visit_on": "2024-02-20", "class": 2}, "2024-03-05"),
        ({"visit_on": "2024-05-31", "class": 2, "previous_class": 2, "trend": "not_stable"}, "2024-06-30"),
        ({"visit_on": "2024-05-31", "class": 2, "previous_class": 2, "trend": "stabilising"}, "2024-08-31"),
        ({"visit_on": "2024-02-20", "class": 1, "previous_class": 3}, "2024-03-05"),
    ],
)
def test_next_due(ask, content, due_on):
    assert ask("next-due", content)["next_due_on"] == due_on


@pytest.mark.parametrize(
    ("content", "amount"),
    [
        (AMOUNT, "488.98"),
        (AMOUNT | {"inpatient_days": "include"}, "750.00"),
        ({"annual": "3000.00", "quarter": "2024Q1", "died_on": "2024-02-10"}, "336.21"),
        ({"annual": "2400.00", "quarter": "2025Q1", "agreement_from": "2025-02-15"}, "300.00"),
        ({"annual": "2500.00", "quarter": "2024Q3"}, "625.00"),
        ({"annual": "1800.00", "quarter": "2024Q3"}, "450.00"),
        ({"annual": "3000.00", "quarter": "2026Q3", "inpatient": [["2026-08-02", "2026-09-05"]]}, "482.80"),
        ({"annual": "3000.00", "quarter": "2024Q2", "custody": [["2024-05-01", None]]}, "250.00"),
        ({"annual": "3000.00", "quarter": "2024Q2", "lost": [["2024-06-02", "2024-06-30"]]}, "516.67"),
        ({"annual": "3000.00", "quarter": "2024Q2", "care_facility": [["2024-05-31", None]]}, "500.00"),
        ({"annual": "3000.00", "quarter": "2024Q2", "managed_from": "2024-06-01", "managed_to": None}, "250.00"),
        ({"annual": "3000.00", "quarter": "2024Q2", "managed_to": "2024-04-30", "inpatient": None}, "250.00"),
        ({"annual": "3000.00", "quarter": "2024Q2", "joined_on": "2024-05-01", "left_on": "2024-05-31"}, "250.00"),
        ({"annual": "3000", "quarter": "2024Q2", "agreement_to": "2024-03-31"}, "0.00"),
        # other periods, rounded once each: Hefei and Shaanxi pay 200 a month by half-years, Chongqing by years from July
        ({"annual": "2400.00", "period": "2025H1"}, "1200.00"),
        ({"annual": "2500.00", "period": "2025H1"}, "1250.00"),
        ({"annual": "2500.00", "period": "2025Y2"}, "2500.00"),
        ({"annual": "1000.00", "period": "2025H2", "died_on": "2025-07-10"}, "26.88"),
        ({"annual": "3000.00", "period": "2024H1", "died_on": "2024-02-10"}, "336.21"),
        ({"annual": "3000.00", "period": "2024H1", "inpatient": [["2024-05-10", "2024-06-12"]]}, "1238.98"),
        ({"annual": "2400.00", "period": "2025Y4", "agreement_from": "2025-02-15"}, "2100.00"),
        ({"annual": "3000.00", "period": "2024Q3"}, "750.00"),
        # an amount of its own by level (Zhejiang: 150 or 400 a month)
        ({"annual": "1800.00", "annual_by_level": {"3": "4800"}, "level": 3, "quarter": "2024Q3"}, "1200.00"),
        ({"annual": "1800.00", "annual_by_level": {"3": "4800"}, "level": 2, "quarter": "2024Q3"}, "450.00"),
        ({"annual": "1800.00", "annual_by_level": {"3": "4800"}, "quarter": "2024Q3"}, "450.00"),
    ],
)
def test_subsidy_amount(ask, content, amount):
    found = ask("subsidy-amount", content)
    assert found["amount"] == amount
    assert found["because"]


def test_subsidy_amount_says_the_sum_and_the_days_left_out(ask):
    assert ask("subsidy-amount", AMOUNT)["because"] == [
        "计发 59 天：3,000.00 ÷ 12 × (30/30 + 10/31 + 19/30) = 488.98 元",
        "2024年5月11日至2024年6月11日：住院 32 天不计",
    ]


def test_subsidy_amount_with_a_split_rounds_the_second_share_down(ask):
    found = ask("subsidy-amount", AMOUNT | {"split": "67/33"})
    assert (found["amount"], found["first"], found["second"]) == ("488.98", "327.62", "161.36")


STANDARD = CORRECT["standard"]
LATE = [["2025-01-08", "2025-04-08"], ["2025-04-09", "2025-07-09"]]


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({}, None),
        ({"visits": LATE}, "2025年1月8日之后应在2025年4月8日前随访，2025年4月9日才随访"),
        ({"visits": LATE, "grace_days": 1}, "2025年4月9日之后应在2025年7月10日前随访，至今没有随访"),
        ({"visits": LATE, "grace_days": 1, "period": "2025Q2"}, None),
        ({"visits": LATE, "mode": "quarterly", "as_of": "2025-06-30"}, None),
        ({"visits": LATE, "mode": "quarterly"}, "2025年第3季度没有随访"),
        ({"visits": LATE[:1], "suspended": [["2025-03-01", None]]}, None),
        ({"visits": LATE, "period": "2025Q3", "periods": "alone"}, "统计期内没有完整随访"),
        ({"visits": [["2025-04-04", "2025-07-04"]]}, "自2025年1月1日起应在2025年4月3日前首次随访，届时没有随访"),
    ],
)
def test_standard_says_the_first_gap(ask, changes, because):
    found = ask("standard", STANDARD | changes)
    assert (found["standard"], found["because"] == [because]) == (because is None, because is not None)
    assert found["because"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "expected"),
    [  # the national reports, domain 4.2
        (4_252_022, 4_921_505, 2, "86.40"),
        (2_211_835, 4_921_505, 2, "44.94"),
        (2_071_111, 4_252_022, 2, "48.71"),
        (1_293_133, 4_252_022, 2, "30.41"),
        (5_806_352, 1_370_784_400, 3, "0.424"),
        (5_380_249, 5_806_352, 2, "92.66"),
        (4_346_103, 5_806_352, 2, "74.85"),
        (4_035_323, 5_806_352, 2, "69.50"),
        (2_012_074, 5_806_352, 2, "34.65"),
    ],
)
def test_rates_of_the_national_reports(ask, numerator, denominator, decimals, expected):
    assert ask("rate", {"numerator": numerator, "denominator": denominator, "decimals": decimals})["rate"] == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("11010519491231002X", {"valid": True, "sex": "female", "born_on": "1949-12-31", "because": []}),
        ("11010519491231002x", {"valid": True, "sex": "female", "born_on": "1949-12-31", "because": []}),
        ("340300200002290015", {"valid": True, "sex": "male", "born_on": "2000-02-29", "because": []}),
        ("810000190001010018", {"valid": True, "sex": "male", "born_on": "1900-01-01", "because": []}),
        ("83000019000101002X", {"valid": True, "sex": "female", "born_on": "1900-01-01", "because": []}),
    ],
)
def test_resident_id_that_is_valid(ask, number, expected):
    assert ask("resident-id", {"number": number}) == expected


@pytest.mark.parametrize(
    "number",
    ["440524188001010014", "340300199902290015", "340300190002290019", "110105194912310021", "", "无", "1" * 15],
)
def test_resident_id_that_is_wrong(ask, number):
    found = ask("resident-id", {"number": number})
    assert set(found) == {"valid", "because"}
    assert found["valid"] is False
    assert found["because"]


@pytest.mark.parametrize(
    ("number", "kind", "valid", "reasons"),
    [
        ("6200000000000005", "card", True, 0),
        ("6299990000000000004", "card", True, 0),
        ("629999000000000009", "card", True, 0),
        ("6200000000000006", "card", False, 1),
        ("6200000000000005", "social_card", True, 0),
        ("6200000000000006", "social_card", False, 1),
        ("6200000000000006", "passbook", True, 1),
        ("6200000000000005", "passbook", True, 0),
    ],
)
def test_bank_account(ask, number, kind, valid, reasons):
    found = ask("bank-account", {"number": number, "kind": kind})
    assert (found["valid"], len(found["because"])) == (valid, reasons)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "printed"),
    [(4252022, 4921505, 2, "86.40"), (5806352, 1370784400, 3, "0.424"), (0, 0, 2, None), (0, 5, 2, "0.00")],
)
def test_rate(ask, numerator, denominator, decimals, printed):
    assert ask("rate", {"numerator": numerator, "denominator": denominator, "decimals": decimals})["rate"] == printed


def test_rate_says_the_division(ask):
    assert ask("rate", {"numerator": 1, "denominator": 3})["because"] == ["1 ÷ 3 = 33.33%"]


def test_working_days(ask):
    found = ask("working-days", {"from": "2026-09-29", "days": 10})
    assert (found["ends_on"], found["provisional"]) == ("2026-10-19", False)
    assert ask("working-days", {"from": "2033-09-29", "days": 10})["provisional"] is True


@pytest.mark.parametrize(
    ("name", "changes", "key"),
    [
        ("visit-class", {"risk_level": 6}, "risk_level"),
        ("visit-class", {"risk_level": True}, "risk_level"),
        ("visit-class", {"risk_level": "0"}, "risk_level"),
        ("visit-class", {"risk_level": 0.0}, "risk_level"),
        ("visit-class", {"insight": 0}, "insight"),
        ("visit-class", {"adverse_reaction": 9}, "adverse_reaction"),
        ("visit-class", {"other_abnormal": 0}, "other_abnormal"),
        ("visit-class", {"other_abnormal": None}, "other_abnormal"),
        ("visit-class", {"social_function": [1, 1, 1, 1]}, "social_function"),
        ("visit-class", {"social_function": [9, 1, 1, 1, 1]}, "social_function"),
        ("visit-class", {"social_function": [True, 1, 1, 1, 1]}, "social_function"),
        ("visit-class", {"social_function": None}, "social_function"),
        ("next-due", {"visit_on": "2024-1-31"}, "visit_on"),
        ("next-due", {"visit_on": "2024-02-30"}, "visit_on"),
        ("next-due", {"visit_on": "9999-12-31"}, "visit_on"),
        ("next-due", {"class": 4}, "class"),
        ("next-due", {"class": None}, "class"),
        ("next-due", {"previous_class": 0}, "previous_class"),
        ("next-due", {"trend": "better"}, "trend"),
        ("next-due", {"trend": []}, "trend"),
        ("next-due", {"class": 2, "previous_class": 2}, "trend"),
        ("subsidy-amount", {"annual": 3000}, "annual"),
        ("subsidy-amount", {"annual": "3000.005"}, "annual"),
        ("subsidy-amount", {"annual": "-1.00"}, "annual"),
        ("subsidy-amount", {"quarter": "2024Q5"}, "quarter"),
        ("subsidy-amount", {"quarter": 20242}, "quarter"),
        ("subsidy-amount", {"period": "2024H1"}, "period"),
        ("subsidy-amount", {"quarter": None, "period": "2024H3"}, "period"),
        ("subsidy-amount", {"annual_by_level": {"6": "1.00"}}, "annual_by_level"),
        ("subsidy-amount", {"annual_by_level": {"3": 1}}, "annual_by_level"),
        ("subsidy-amount", {"level": 6}, "level"),
        ("subsidy-amount", {"died_on": 20240210}, "died_on"),
        ("subsidy-amount", {"agreement_to": "2023-12-31"}, "agreement_to"),
        ("subsidy-amount", {"inpatient": [["2024-05-10"]]}, "inpatient"),
        ("subsidy-amount", {"inpatient": [[None, "2024-05-10"]]}, "inpatient"),
        ("subsidy-amount", {"inpatient": [["2024-05-10", "2024-05-09"]]}, "inpatient"),
        ("subsidy-amount", {"custody": "2024-05-10"}, "custody"),
        ("subsidy-amount", {"inpatient_days": "some"}, "inpatient_days"),
        ("subsidy-amount", {"inpatient_days": True}, "inpatient_days"),
        ("subsidy-amount", {"split": "70/20"}, "split"),
        ("resident-id", {"number": 110105194912310021}, "number"),
        ("resident-id", {"number": None}, "number"),
        ("bank-account", {"number": 6200000000000005}, "number"),
        ("bank-account", {"kind": "credit"}, "kind"),
        ("bank-account", {"kind": None}, "kind"),
        ("rate", {"numerator": -1}, "numerator"),
        ("rate", {"numerator": True}, "numerator"),
        ("rate", {"denominator": "3"}, "denominator"),
        ("rate", {"decimals": 99}, "decimals"),
        ("working-days", {"from": None}, "from"),
        ("working-days", {"days": -1}, "days"),
        ("working-days", {"days": 10.0}, "days"),
        ("rate", {"numerater": 1}, "numerater"),
    ],
)
def test_malformed_input_is_refused_by_its_key(refusal, name, changes, key):
    assert f"“{key}”" in refusal(name, CORRECT[name] | changes)


@pytest.mark.parametrize(
    ("name", "key"),
    [(name, key) for name, keys in {
        "visit-class": VISIT_CLASS, "next-due": ["visit_on", "class"], "subsidy-amount": ["annual", "quarter"],
        "resident-id": ["number"], "bank-account": ["number", "kind"], "rate": ["numerator", "denominator"],
        "working-days": ["from", "days"],
    }.items() for key in keys],
)  # fmt: skip
def test_a_missing_key_is_named(refusal, name, key):
    assert f"“{key}”" in refusal(name, {one: value for one, value in CORRECT[name].items() if one != key})


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "1", "null", '"x"', '{"number": NaN}', '{"number":"a","number":"b"}', b"\xff\xfe{", "[" * 50_000,
     '{"number": ' + "1" * 5000 + "}", '{"number":"' + "1" * 100_000 + '"}', '{"\\ud800\\n": 1}'],
)  # fmt: skip
def test_what_is_no_json_object_is_refused_in_one_sentence(refusal, content):
    assert refusal("resident-id", content)


def test_an_unknown_rule_is_refused_and_the_known_ones_are_named(refusal):
    sentence = refusal("visit_class", "{}")
    assert all(name in sentence for name in RULES)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_ever_breaks_a_rule(run, data):
    name = data.draw(st.sampled_from(sorted(RULES)))
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(RULES[name].keys)), JSON_VALUES, max_size=3))
    result = run(name, CORRECT[name] | changes)
    assert result.exit_code in (0, 2)
    assert bool(result.stdout) == (result.exit_code == 0)


def test_the_first_missing_key_is_named_in_the_order_of_the_form(machine) -> None:
    given_so_far: dict[str, object] = {}
    for key, value in VISIT_CLASS.items():
        refused = machine.invoke(rules_cli, ["try", "visit-class"], input=json.dumps(given_so_far))
        assert refused.exit_code != 0 and f"“{key}”" in refused.stderr
        given_so_far[key] = value
