from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.calendar import seeded_workdays
from app.core.reasons import known_codes, say
from app.visits import texts
from app.visits.rules.checks import check_visit, computed_class, computed_due
from app.visits.rules.form import Behaviour, RehabMeasure, Symptom, VisitClass, VisitObject
from app.visits.rules.prompts import joint_visit_required
from app.visits.rules.record import Medicine, PreviousVisit, VisitContext, VisitRecord

TODAY = date(2026, 11, 20)
CONTEXT = VisitContext(
    today=TODAY,
    calendar=seeded_workdays(),
    born_on=date(1980, 1, 1),
    registered_on=date(2020, 1, 1),
    last_seen_on=date(2026, 8, 1),
)
STABLE = VisitRecord(
    visited_on=TODAY,
    form=2,
    objects=VisitObject.PATIENT | VisitObject.FAMILY,
    risk_level=0,
    psychotic_symptoms=0,
    symptoms=Symptom.NONE,
    insight=1,
    sleep=1,
    diet=1,
    sf_self_care=1,
    sf_housework=1,
    sf_work=9,
    sf_learning=2,
    sf_social=1,
    behaviours=Behaviour.NONE,
    locked_up=1,
    hospitalisation=0,
    lab_test=1,
    adherence=1,
    adverse_reaction=1,
    physical_illness=0,
    other_abnormal=False,
    treatment_effect=2,
    referral=1,
    medicines=(Medicine("利培酮", morning_mg="1", night_mg="2.5"),),
    rehab_measures=RehabMeasure.DAILY_LIVING,
    visit_class=3,
    next_due_on=date(2027, 2, 20),
)
UNSTABLE = replace(
    STABLE,
    risk_level=4,
    psychotic_symptoms=2,
    symptoms=Symptom.HARMING_OR_SMASHING,
    visit_class=1,
    referral=2,
    referral_reason="病情复发",
    referral_org="县精神病医院",
    next_due_on=TODAY + timedelta(days=14),
)
DEATH = VisitRecord(visited_on=TODAY, form=3, died_on=date(2026, 11, 2), death_cause=1, death_physical_cause=4)


def _codes(record, context=CONTEXT, severity=None):
    found = check_visit(record, context)
    return [(one.field, one.reason.code) for one in found if severity in (None, one.severity)]


def _errors(record, context=CONTEXT):
    return _codes(record, context, "E")


def _warnings(record, context=CONTEXT):
    return [code for _, code in _codes(record, context, "W")]


def test_a_complete_form_has_nothing_against_it():
    assert _codes(STABLE) == []
    assert computed_class(STABLE, CONTEXT).visit_class is VisitClass.STABLE
    assert computed_due(STABLE, CONTEXT).on == date(2027, 2, 20)


@pytest.mark.parametrize(
    ("context", "visited_on", "code"),
    [
        (CONTEXT, TODAY + timedelta(days=1), "visit.in_future"),
        (CONTEXT, date(1979, 12, 31), "visit.before_birth"),
        (CONTEXT, date(2019, 12, 31), "visit.before_registration"),
        (replace(CONTEXT, died_on=date(2026, 11, 19)), TODAY, "visit.after_death"),
    ],
)
def test_a_visit_lies_within_life_registration_and_today(context, visited_on, code):
    assert ("visited_on", code) in _errors(replace(STABLE, visited_on=visited_on, next_due_on=None), context)


def test_a_visit_on_the_day_of_death_is_possible():
    assert _errors(STABLE, replace(CONTEXT, died_on=TODAY)) == []


@pytest.mark.parametrize(
    "name",
    [
        "objects",
        "risk_level",
        "psychotic_symptoms",
        "symptoms",
        "insight",
        "sleep",
        "diet",
        "sf_self_care",
        "sf_housework",
        "sf_work",
        "sf_learning",
        "sf_social",
        "behaviours",
        "locked_up",
        "hospitalisation",
        "lab_test",
        "adherence",
        "adverse_reaction",
        "physical_illness",
        "other_abnormal",
        "treatment_effect",
        "referral",
        "rehab_measures",
        "visit_class",
        "next_due_on",
    ],
)
def test_every_required_item_must_be_answered(name):
    empty = 0 if name == "objects" else None
    assert (name, "visit.required") in _errors(replace(STABLE, **{name: empty}))


@pytest.mark.parametrize(
    ("name", "code"),
    [("form", 4), ("risk_level", 6), ("risk_level", -1), ("sleep", 9), ("sf_work", 4), ("symptoms", 1 << 13),
     ("objects", 8), ("visit_class", 0), ("behaviours", -1), ("post_intervention_trend", 3)],
)  # fmt: skip
def test_a_code_that_the_form_does_not_have_is_an_error_at_its_field(name, code):
    assert (name, "visit.unknown_code") in _errors(replace(STABLE, **{name: code}))


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"symptoms": Symptom.NONE | Symptom.DESPAIR}, "symptoms", "visit.none_excludes_others"),
        ({"symptoms": Symptom.OTHER}, "symptoms_other", "visit.required"),
        ({"behaviours": Behaviour.NONE | Behaviour.SELF_HARM, "self_harms": 1}, "behaviours", "visit.none_excludes_others"),
        ({"behaviours": Behaviour.MINOR_DISTURBANCE}, "minor_disturbances", "visit.count_needed"),
        ({"criminal_incidents": 1}, "criminal_incidents", "visit.count_without_tick"),
        ({"hospitalisation": 2}, "last_discharge_on", "visit.required"),
        (
            {"hospitalisation": 2, "last_discharge_on": TODAY + timedelta(days=1)},
            "last_discharge_on",
            "visit.discharge_after_visit",
        ),
        ({"lab_test": 2}, "lab_text", "visit.required"),
        ({"adverse_reaction": 9}, "adverse_reaction", "visit.adverse_not_applicable"),
        ({"adverse_reaction": 2, "adverse_severity": 1}, "adverse_text", "visit.required"),
        ({"adverse_reaction": 2, "adverse_text": "头晕"}, "adverse_severity", "visit.required"),
        ({"adverse_severity": 1}, "adverse_severity", "visit.adverse_severity_without_reaction"),
        ({"referral": 2}, "referral_reason", "visit.required"),
        ({"referral": 2}, "referral_org", "visit.required"),
        ({"medicines": ()}, "medicines", "visit.medicine_needed"),
        ({"medicines": (Medicine("甲", night_mg="1"),) * 4}, "medicines", "visit.too_many_medicines"),
        ({"medicines": (Medicine(" ", night_mg="1"),)}, "medicines", "visit.medicine.name"),
        ({"medicines": (Medicine("甲", night_mg="一片"),)}, "medicines", "visit.medicine.dose"),
        ({"medicines": (Medicine("甲", every_weeks=4),)}, "medicines", "visit.medicine.long_acting"),
        ({"medicines": (Medicine("甲", every_weeks=60, long_acting_mg="50"),)}, "medicines", "visit.medicine.weeks"),
        ({"guidance": (Medicine("甲"),)}, "guidance", "visit.medicine.no_dose"),
        ({"rehab_measures": RehabMeasure.OTHER}, "rehab_other", "visit.required"),
    ],
)  # fmt: skip
def test_one_answer_may_ask_for_another(changes, field, code):
    assert (field, code) in _errors(replace(STABLE, **changes))


def test_without_medicine_the_reaction_may_be_not_applicable():
    record = replace(STABLE, adherence=4, adverse_reaction=9, medicines=())
    assert _codes(record) == []


def test_from_level_three_no_better_class_is_possible():
    record = replace(UNSTABLE, visit_class=2, override_reason="病情好转", next_due_on=TODAY + timedelta(days=14))
    assert _errors(record) == [("visit_class", "visit.override.forbidden")]


def test_a_better_class_below_level_three_needs_its_reason_in_writing():
    record = replace(STABLE, insight=2, visit_class=3)
    assert _errors(record) == [("override_reason", "visit.override.needs_reason")]
    assert _errors(replace(record, override_reason="复查后自知力恢复")) == []


def test_a_worse_class_is_free():
    record = replace(STABLE, visit_class=1, referral=2, referral_reason="a", referral_org="b")
    assert _errors(replace(record, next_due_on=TODAY + timedelta(days=14))) == []


def test_the_next_day_may_be_earlier_but_not_later_and_not_today():
    assert _errors(replace(STABLE, next_due_on=TODAY + timedelta(days=1))) == []
    assert _errors(replace(STABLE, next_due_on=date(2027, 2, 21))) == [("next_due_on", "visit.due.too_late")]
    assert _errors(replace(STABLE, next_due_on=TODAY)) == [("next_due_on", "visit.due.not_after_visit")]


def test_class_two_after_class_two_asks_for_the_trend():
    context = replace(CONTEXT, previous=PreviousVisit(date(2026, 11, 6), VisitClass.BASICALLY_STABLE))
    record = replace(STABLE, insight=2, visit_class=2, next_due_on=date(2026, 12, 20))
    assert _errors(record, context) == [("post_intervention_trend", "visit.required")]
    assert _errors(replace(record, post_intervention_trend=2), context) == []
    assert _errors(replace(record, post_intervention_trend=1, next_due_on=date(2027, 2, 20)), context) == []


def test_a_lost_or_dead_patients_form_carries_nothing_clinical():
    assert _codes(DEATH) == []
    assert ("risk_level", "visit.clinical_when_lost_or_dead") in _errors(replace(DEATH, risk_level=1))
    assert ("next_due_on", "visit.clinical_when_lost_or_dead") in _errors(replace(DEATH, next_due_on=TODAY))
    lost = VisitRecord(visited_on=TODAY, form=3, lost_reason=1)
    assert _codes(lost) == []
    assert ("lost_reason", "visit.lost_and_dead") in _errors(replace(DEATH, lost_reason=1))


def test_not_reached_three_times_needs_three_attempts_on_record():
    lost = VisitRecord(visited_on=TODAY, form=3, lost_reason=4)
    assert _errors(lost, replace(CONTEXT, attempts_in_a_row=2)) == [("lost_reason", "visit.lost_needs_attempts")]
    assert _errors(lost, replace(CONTEXT, attempts_in_a_row=3)) == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"died_on": None}, "died_on", "visit.required"),
        ({"died_on": TODAY + timedelta(days=1)}, "died_on", "visit.death_in_future"),
        ({"died_on": date(1979, 1, 1)}, "died_on", "visit.death_before_birth"),
        ({"death_cause": None, "death_physical_cause": None}, "death_cause", "visit.required"),
        ({"death_physical_cause": None}, "death_physical_cause", "visit.required"),
        ({"death_cause": 2}, "death_physical_cause", "visit.physical_cause_without_illness"),
    ],
)
def test_a_death_has_its_day_and_its_cause(changes, field, code):
    assert (field, code) in _errors(replace(DEATH, **changes))


def test_an_entry_after_ten_working_days_is_marked_late():
    visited_on = date(2026, 9, 29)  # the tenth working day after it is 19 October
    record = replace(STABLE, visited_on=visited_on, next_due_on=date(2026, 12, 1))
    assert "visit.late_entry" not in _warnings(record, replace(CONTEXT, today=date(2026, 10, 19)))
    assert "visit.late_entry" in _warnings(record, replace(CONTEXT, today=date(2026, 10, 20)))


def test_a_visit_before_the_latest_or_beside_another_on_its_day_is_asked_about():
    context = replace(CONTEXT, latest_visit_on=TODAY + timedelta(days=1), other_visit_that_day=7)
    assert _warnings(STABLE, context) == ["visit.back_entry", "visit.same_day"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"behaviours": Behaviour.SUICIDE_ATTEMPT, "suicide_attempts": 1, "risk_level": 3}, "visit.self_harm_but_risk"),
        ({"behaviours": Behaviour.PUBLIC_ORDER_INCIDENT, "public_order_incidents": 1}, "visit.incident_but_risk"),
        ({"symptoms": Symptom.HARMING_OR_SMASHING}, "visit.harming_but_no_risk"),
        ({"behaviours": Behaviour.CRIMINAL_INCIDENT, "criminal_incidents": 1}, "visit.open_incident"),
        ({"behaviours": Behaviour.SELF_HARM, "self_harms": 2}, "visit.emergency"),
        ({"adverse_reaction": 2, "adverse_text": "肌张力障碍", "adverse_severity": 2}, "visit.emergency"),
        ({"locked_up": 2}, "visit.unlocking"),
        ({"risk_level": 3}, "visit.tell_police"),
        ({"visit_class": 1, "referral": 1}, "visit.refer"),
        ({"psychotic_symptoms": 1, "adherence": 2}, "visit.with_psychiatrist"),
        ({"psychotic_symptoms": 1, "adherence": 3}, "visit.with_psychiatrist"),
        ({"risk_level": 2}, "visit.joint_visit"),
    ],
)  # fmt: skip
def test_what_does_not_fit_or_calls_for_action_is_said(changes, code):
    assert code in _warnings(replace(STABLE, **changes))


def test_an_emergency_names_each_of_its_triggers():
    context = replace(CONTEXT, previous=PreviousVisit(date(2026, 8, 1), VisitClass.STABLE))
    record = replace(UNSTABLE, behaviours=Behaviour.SELF_HARM | Behaviour.OTHER_HARM, self_harms=1, other_harms=1)
    (emergency,) = [f for f in check_visit(record, context) if f.reason.code == "visit.emergency"]
    assert say(emergency.reason) == (
        "可能需要应急处置：有自伤或自杀行为、有危害他人或公共安全的行为或危险、病情复发，精神状况明显恶化。"
        "如已处置，请在 24 小时内完成应急记录"
    )


def test_nobody_having_seen_the_patient_for_half_a_year_is_noticed():
    context = replace(CONTEXT, last_seen_on=date(2026, 5, 19))
    assert "visit.unseen" in _warnings(replace(STABLE, form=3), context)
    assert "visit.unseen" in _warnings(replace(STABLE, objects=VisitObject.FAMILY), context)
    assert "visit.unseen" not in _warnings(STABLE, context)
    assert "visit.unseen" not in _warnings(replace(STABLE, form=3), replace(context, last_seen_on=date(2026, 5, 20)))


def test_a_violent_past_calls_for_joint_visits():
    assert joint_visit_required(STABLE, replace(CONTEXT, has_violent_past=True))
    assert not joint_visit_required(STABLE, CONTEXT)


@given(
    st.builds(
        VisitRecord,
        visited_on=st.dates(date(2019, 1, 1), date(2027, 1, 1)),
        form=st.integers(0, 4),
        objects=st.integers(-1, 9),
        lost_reason=st.none() | st.integers(0, 6),
        risk_level=st.none() | st.integers(-1, 6),
        psychotic_symptoms=st.none() | st.integers(-1, 3),
        symptoms=st.none() | st.integers(-1, 1 << 14),
        insight=st.none() | st.integers(0, 4),
        sf_work=st.none() | st.integers(0, 9),
        behaviours=st.none() | st.integers(-1, 1 << 8),
        self_harms=st.integers(-1, 3),
        adherence=st.none() | st.integers(0, 5),
        adverse_reaction=st.none() | st.integers(0, 9),
        adverse_severity=st.none() | st.integers(-1, 3),
        visit_class=st.none() | st.integers(0, 4),
        post_intervention_trend=st.none() | st.integers(0, 3),
        next_due_on=st.none() | st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    )
)
def test_whatever_is_filled_in_is_answered_in_words(record):
    context = replace(CONTEXT, previous=PreviousVisit(date(2026, 8, 1), VisitClass.BASICALLY_STABLE))
    for finding in check_visit(record, context):
        assert finding.reason.code in known_codes()
        assert "%(" not in say(finding.reason)
        assert "—" not in say(finding.reason)


def test_every_sentence_of_the_room_belongs_to_it():
    assert all(code.startswith(("visit.", "visits.")) for code in texts.TEXTS)
