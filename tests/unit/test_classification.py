import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.visits.rules.classification import Assessment, check_override, classify, is_socially_poor
from app.visits.rules.form import VisitClass
from app.visits.rules.ruleset import SocialPoor, VisitRules

RULES = VisitRules()
ASSESSMENTS = st.builds(
    Assessment,
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(1, 3),
    st.tuples(*(st.sampled_from([1, 2, 3, 9] if at == 2 else [1, 2, 3]) for at in range(5))),
    st.integers(0, 2),
    st.integers(0, 2),
    st.booleans(),
)


def _assess(risk=0, symptoms=0, insight=1, poor=False, adverse=0, physical=0, other=False):
    return Assessment(risk, symptoms, insight, (1, 1, 3 if poor else 9, 2, 1), adverse, physical, other)


@pytest.mark.parametrize(
    ("given_", "visit_class", "row"),
    [
        ((0, 0, 1, False, 0, 0, False), 3, "F"),
        ((0, 1, 1, False, 0, 0, False), 2, "G"),
        ((1, 0, 1, False, 0, 0, False), 2, "G"),
        ((0, 0, 3, False, 0, 0, False), 1, "C"),
        ((0, 0, 1, False, 2, 0, False), 1, "D"),
        ((0, 0, 1, False, 0, 1, False), 2, "G"),
        ((3, 0, 1, False, 0, 0, False), 1, "A"),
        ((0, 0, 1, True, 0, 0, False), 2, "G"),
        ((0, 2, 1, False, 0, 0, False), 1, "B"),
        ((0, 0, 1, False, 0, 2, False), 1, "E"),
        ((0, 0, 1, False, 1, 0, False), 3, "F"),
        ((0, 0, 1, False, 0, 0, True), 2, "G"),
        ((0, 0, 2, False, 0, 0, False), 2, "G"),
        ((5, 2, 3, True, 2, 2, True), 1, "A"),
    ],
)
def test_the_first_matching_row_of_the_table_decides(given_, visit_class, row):
    found = classify(_assess(*given_), RULES)
    assert (found.visit_class, found.row) == (visit_class, row)
    assert found.reasons


def test_every_reason_that_speaks_for_unstable_is_named():
    codes = [one.code for one in classify(_assess(risk=4, symptoms=2, insight=3), RULES).reasons]
    assert codes == ["visit.class.risk", "visit.class.symptoms", "visit.class.insight"]


def test_social_function_is_poor_by_any_item_or_by_the_majority():
    majority = VisitRules(social_poor=SocialPoor.MAJORITY)
    one_of_four = Assessment(0, 0, 1, (3, 1, 9, 1, 1), 0, 0, False)
    three_of_five = Assessment(0, 0, 1, (3, 3, 3, 1, 1), 0, 0, False)
    assert is_socially_poor(one_of_four, RULES)
    assert not is_socially_poor(one_of_four, majority)
    assert classify(one_of_four, majority).visit_class is VisitClass.STABLE
    assert is_socially_poor(three_of_five, majority)


@given(ASSESSMENTS)
def test_a_level_from_three_is_always_unstable_and_only_a_clean_sheet_is_stable(assessment):
    found = classify(assessment, RULES)
    if assessment.risk_level >= 3:
        assert found.visit_class is VisitClass.UNSTABLE
    if found.visit_class is VisitClass.STABLE:
        assert assessment.risk_level == 0
        assert assessment.insight == 1
        assert 3 not in assessment.social_function


@given(ASSESSMENTS, st.sampled_from(VisitClass), st.text(max_size=5))
def test_a_worse_class_is_free_a_better_one_needs_words_and_never_from_level_three(assessment, chosen, words):
    computed = classify(assessment, RULES)
    override = check_override(computed, chosen, assessment.risk_level, words, RULES)
    if chosen <= computed.visit_class:
        assert override.errors == ()
        assert not override.is_flagged
    elif assessment.risk_level >= 3:
        assert override.errors[0].code == "visit.override.forbidden"
    else:
        assert override.is_flagged
        assert bool(override.errors) == (not words.strip())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((6, 0, 1, (1, 1, 1, 1, 1), 0, 0, False), "risk_level"),
        ((0, 3, 1, (1, 1, 1, 1, 1), 0, 0, False), "psychotic_symptoms"),
        ((0, 0, 0, (1, 1, 1, 1, 1), 0, 0, False), "insight"),
        ((0, 0, 1, (9, 1, 1, 1, 1), 0, 0, False), "social_function"),
        ((0, 0, 1, (1, 1, 1, 1), 0, 0, False), "social_function"),
        ((0, 0, 1, (1, 1, 1, 1, 1), 3, 0, False), "adverse_severity"),
        ((0, 0, 1, (1, 1, 1, 1, 1), 0, -1, False), "physical_illness"),
    ],
)
def test_a_code_that_the_form_does_not_have_is_refused_by_name(values, field):
    with pytest.raises(ValueError, match=field):
        Assessment(*values)


def test_the_rule_set_is_stored_and_read_back_with_its_sources():
    stored = json.loads(json.dumps(VisitRules(police_level=4, social_poor=SocialPoor.MAJORITY).to_json()))
    assert VisitRules.from_json(stored) == VisitRules(police_level=4, social_poor=SocialPoor.MAJORITY)
    assert VisitRules.from_json({"version": "2026.1"}) == RULES
    assert set(VisitRules.sources()) == set(RULES.to_json()) - {"version"}
    assert all(VisitRules.sources().values())


@pytest.mark.parametrize(
    "stored", [{"stable_months": "3"}, {"police_level": True}, {"x": 1}, {"social_poor": "some"}, {"version": ""}]
)
def test_a_rule_set_that_makes_no_sense_is_refused(stored):
    with pytest.raises(ValueError):
        VisitRules.from_json(stored)
