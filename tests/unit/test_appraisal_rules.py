"""What may be scored and what would reward hiding; how marks fall; what is shared out where there was nothing to count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.reasons import say
from app.numbers import texts  # noqa: F401  # registers the sentences
from app.numbers.rules.appraisal import (
    COUNTS,
    TOTAL,
    Item,
    UnitKind,
    Way,
    Whom,
    caution,
    faults,
    refusal,
    score,
    sources,
    suggested,
    total_of,
    written,
)
from app.numbers.rules.settings import Denominators, NumberSettings

SETTINGS = NumberSettings()
MANAGEMENT = Item("management", Whom.ALL, 2000, Way.LINEAR, 100, 2000, 8000)


def item(source: str, way: Way = Way.LINEAR, whom: Whom = Whom.TOWNS) -> Item:
    return Item(source, whom, 1000, way, 100, 1000, 9000, 500)


@pytest.mark.parametrize(
    ("source", "way", "whom", "why"),
    [
        ("offended", Way.CASES, Whom.TOWNS, "incidents"),
        ("offending", Way.LINEAR, Whom.TOWNS, "incidents"),
        ("offending_per_10000", Way.STEPS, Whom.ALL, "incidents"),
        ("emergencies", Way.CASES, Whom.TOWNS, "incidents"),
        ("discharges", Way.CASES, Whom.TOWNS, "discharges"),
        ("lost", Way.CASES, Whom.TOWNS, "lost"),
        ("death", Way.LINEAR, Whom.TOWNS, "death"),
        ("died", Way.CASES, Whom.TOWNS, "death"),
        ("locked_up", Way.LINEAR, Whom.TOWNS, "locked_up"),
        ("stability", Way.LINEAR, Whom.TOWNS, "stability"),
        ("latest_stability", Way.LINEAR, Whom.TOWNS, "stability"),
        ("high_level", Way.CASES, Whom.TOWNS, "high_level"),
        ("refused", Way.CASES, Whom.TOWNS, "refusing"),
        ("overdue", Way.CASES, Whom.TOWNS, "register"),
        ("newly_registered", Way.CASES, Whom.TOWNS, "registering"),
        ("prevalence", Way.LINEAR, Whom.TOWNS, "prevalence"),
        ("standard", Way.CASES, Whom.TOWNS, "register"),  # as a rate it may be
        ("agreements", Way.CASES, Whom.TOWNS, "register"),
        ("emergency_in_time", Way.LINEAR, Whom.ALL, "by_place"),
        ("emergency_in_time", Way.CASES, Whom.TOWNS, "not_recorded"),
        ("visited_in_time", Way.LINEAR, Whom.INSTITUTIONS, "by_place"),
        ("home_management", Way.LINEAR, Whom.TOWNS, "lost_left_out"),  # alone
        ("entry_in_time", Way.CASES, Whom.TOWNS, "not_entered"),  # alone
        ("孙玉珍", Way.CASES, Whom.TOWNS, "person"),
    ],
)
def test_what_rewards_hiding_is_refused_with_the_reason(source: str, way: Way, whom: Whom, why: str) -> None:
    found = refusal(item(source, way, whom), [])
    assert found is not None and found.code == f"numbers.appraisal.refused.{why}"
    assert len(say(found)) > 10


@pytest.mark.parametrize(
    ("one", "beside"),
    [
        (item("emergency_in_time"), []),  # each that is written down in time raises it
        (item("received_in_time", Way.CASES), []),
        (item("reassessment", Way.CASES), []),
        (item("standard"), []),
        (item("management", Way.STEPS), []),
        (item("home_management"), [MANAGEMENT]),  # whoever is reported as lost counts there
        (item("entry_in_time", Way.CASES, Whom.INSTITUTIONS), [MANAGEMENT]),
    ],
)
def test_what_rewards_work_may_be_scored(one: Item, beside: list[Item]) -> None:
    assert refusal(one, beside) is None


def test_a_rate_makes_up_only_for_the_units_that_it_is_asked_of() -> None:
    of_towns = replace(MANAGEMENT, whom=Whom.TOWNS)
    assert refusal(item("home_management", whom=Whom.INSTITUTIONS), [of_towns]) is not None
    assert refusal(item("home_management", whom=Whom.ALL), [of_towns]) is not None


def test_every_source_that_is_offered_is_judged_and_no_indicator_that_is_worse_when_higher_is_taken() -> None:
    judged = {code: refusal(item(code), [MANAGEMENT]) for code in (*sources(), *COUNTS)}
    assert all(judged[code] is not None for code in COUNTS)
    taken = {code for code, why in judged.items() if why is None}
    assert taken == {
        "management", "standard", "face_to_face", "medication", "regular_medication", "management_sz", "standard_sz",
        "medication_sz", "regular_medication_sz", "home_management", "examination", "emergency_in_time", "loop_in_time",
        "forms_in_time", "received_in_time", "visited_in_time", "entry_in_time", "reassessment", "agreements", "subsidy",
        "insurance", "rehabilitation",
    }  # fmt: skip
    assert caution(item("emergency_in_time")) == caution(item("medication"))
    assert caution(item("medication")) and caution(item("insurance")) and caution(item("standard")) is None


def test_the_suggested_scheme_is_whole_for_towns_and_for_institutions() -> None:
    rows = list(enumerate(suggested(), start=1))
    assert faults(rows) == {}
    for kind in UnitKind:
        assert sum(one.marks for _, one in rows if one.is_for(kind)) == TOTAL
    assert [Item.from_json(one.to_json()) for _, one in rows] == [one for _, one in rows]


def test_what_is_wrong_is_said_at_its_row() -> None:
    rows = [
        (1, item("standard")),
        (2, replace(item("standard"), cap=1100)),
        (4, replace(item("management"), target=None)),
        (5, replace(item("examination", Way.STEPS), step=None)),
        (6, item("offended", Way.CASES)),
    ]
    found = {field: [one.code.rpartition("appraisal.")[2] for one in why] for field, why in faults(rows).items()}
    assert found == {
        "source_2": ["twice"],
        "cap_2": ["cap_over_marks"],
        "target_4": ["target_wanted"],
        "step_5": ["step_wanted"],
        "source_6": ["refused.incidents"],
        "": ["sum.town"],
    }
    assert [one.code for one in faults([])[""]] == ["numbers.appraisal.no_items"]


@pytest.mark.parametrize(
    ("one", "counts", "deduction"),
    [
        (MANAGEMENT, (80, 100), 0),  # at the target
        (MANAGEMENT, (95, 100), 0),  # nothing for more than the target
        (MANAGEMENT, (785, 1000), 150),  # one and a half points below
        (MANAGEMENT, (2, 3), 1333),  # 13.33… points, rounded once
        (MANAGEMENT, (0, 7), 2000),  # no more than the cap
        (replace(MANAGEMENT, cap=500), (0, 7), 500),
        (replace(MANAGEMENT, way=Way.STEPS, step=500), (80, 100), 0),
        (replace(MANAGEMENT, way=Way.STEPS, step=500), (75, 100), 100),  # just one step
        (replace(MANAGEMENT, way=Way.STEPS, step=500), (749, 1000), 200),  # a begun one is whole
        (MANAGEMENT, (0, 0), None),
    ],
)
def test_marks_fall_below_the_target(one: Item, counts: tuple[int, int], deduction: int | None) -> None:
    found = score(one, {"managed": counts[0], "registered": counts[1]}, SETTINGS)
    assert found.deduction == deduction
    assert found.marks == (None if deduction is None else one.marks - deduction)
    assert found.is_small == (0 < counts[1] < 5)


@pytest.mark.parametrize(("in_time", "of", "deduction"), [(6, 6, 0), (4, 6, 400), (0, 6, 1000), (0, 0, None)])
def test_each_case_costs_its_marks_up_to_the_cap(in_time: int, of: int, deduction: int | None) -> None:
    one = Item("received_in_time", Whom.TOWNS, 1000, Way.CASES, 200, 1000)
    counts = {"received_in_time": in_time, "receipts_owed": of}
    assert score(one, counts, SETTINGS).deduction == deduction


def test_figures_are_those_of_the_settings_that_the_run_was_counted_by() -> None:
    one, counts = item("medication"), {"medicated": 1, "registered": 2, "medicated_managed": 1, "managed": 1}
    assert score(one, counts, SETTINGS).denominator == 2
    assert score(one, counts, NumberSettings(denominators=Denominators.BEFORE_2017)).denominator == 1


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        ([(6000, 5400), (4000, 4000)], 9400),
        ([(6000, 5400), (4000, None)], 9000),  # the other forty are shared out: 90 % of what could be scored
        ([(2500, 2500), (2500, 1250), (5000, None)], 7500),
        ([(3000, 1000), (3000, 1000), (4000, None)], 3333),
        ([(6000, None), (4000, None)], None),
        ([], None),
    ],
)
def test_what_could_not_be_scored_is_shared_out(rows: list[tuple[int, int | None]], total: int | None) -> None:
    assert total_of(rows) == total


@pytest.mark.parametrize(("marks", "text"), [(8250, "82.5"), (10_000, "100"), (5, "0.05"), (0, "0"), (-150, "-1.5")])
def test_marks_are_written_without_idle_zeros(marks: int, text: str) -> None:
    assert written(marks) == text
