from dataclasses import fields

from app.visits.rules import form
from app.visits.rules.form import BEHAVIOUR_COUNTS, FIELDS, FORM, Behaviour, RehabMeasure, Symptom, VisitObject
from app.visits.rules.record import VisitRecord


def test_every_item_of_the_form_is_a_field_of_the_record_and_named_once():
    names = [field.name for field in FORM]
    assert len(names) == len(set(names))
    not_on_the_form = {"override_reason"}
    assert set(names) == {one.name for one in fields(VisitRecord)} - not_on_the_form


def test_named_flags_are_the_printed_codes():
    pairs = [
        ("symptoms", Symptom),
        ("behaviours", Behaviour),
        ("rehab_measures", RehabMeasure),
        ("objects", VisitObject),
    ]
    for name, flags in pairs:
        assert [option.flag for option in FIELDS[name].options] == [flag.value for flag in flags]
    assert FIELDS["symptoms"].labels_of(Symptom.HARMING_OR_SMASHING | Symptom.HALLUCINATION) == ("幻觉", "伤人毁物")


def test_single_choices_have_the_printed_codes():
    singles = {
        "form": form.VisitForm,
        "lost_reason": form.LostReason,
        "death_cause": form.DeathCause,
        "death_physical_cause": form.PhysicalCause,
        "psychotic_symptoms": form.PsychoticSymptoms,
        "insight": form.Insight,
        "sf_work": form.Quality,
        "locked_up": form.LockedUp,
        "hospitalisation": form.Hospitalisation,
        "lab_test": form.YesNo,
        "adherence": form.Adherence,
        "adverse_reaction": form.AdverseReaction,
        "adverse_severity": form.AdverseSeverity,
        "physical_illness": form.PhysicalIllness,
        "treatment_effect": form.TreatmentEffect,
        "referral": form.YesNo,
        "visit_class": form.VisitClass,
        "post_intervention_trend": form.Trend,
    }
    for name, codes in singles.items():
        assert FIELDS[name].codes == frozenset(code.value for code in codes)
    assert FIELDS["sleep"].codes == {1, 2, 3}
    assert FIELDS["risk_level"].codes == set(range(6))
    assert FIELDS["lost_reason"].label_of(4) == "连续3次未访到"


def test_every_countable_behaviour_has_its_count():
    assert set(BEHAVIOUR_COUNTS) == set(Behaviour) - {Behaviour.NONE}
    assert set(BEHAVIOUR_COUNTS.values()) <= set(FIELDS)
