"""How an illness goes up and down, and what a doctor would then tick on the form. The class is never invented: the rules find it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from random import Random

from app.core.dates import age_on
from app.desk.demo.population import Burden, Resident
from app.visits.rules.form import (
    Adherence,
    AdverseReaction,
    AdverseSeverity,
    Behaviour,
    Hospitalisation,
    Insight,
    LockedUp,
    PhysicalIllness,
    PsychoticSymptoms,
    Quality,
    Symptom,
    TreatmentEffect,
    VisitForm,
    VisitObject,
    YesNo,
)
from app.visits.rules.record import VisitRecord


class Condition(StrEnum):
    WELL = "well"
    FAIR = "fair"
    ILL = "ill"
    DANGEROUS = "dangerous"


_C = Condition
_ALL = tuple(_C)
# From one visit to the next: the chances of well, fair, ill, dangerous. Ill people are visited every fortnight, so they move often.
_DRIFT: dict[Burden, dict[Condition, tuple[float, float, float, float]]] = {
    Burden.LIGHT: {
        _C.WELL: (0.940, 0.054, 0.005, 0.001),
        _C.FAIR: (0.60, 0.38, 0.018, 0.002),
        _C.ILL: (0.10, 0.70, 0.19, 0.01),
        _C.DANGEROUS: (0.00, 0.55, 0.25, 0.20),
    },
    Burden.MIDDLE: {
        _C.WELL: (0.70, 0.27, 0.027, 0.003),
        _C.FAIR: (0.15, 0.785, 0.058, 0.007),
        _C.ILL: (0.02, 0.56, 0.39, 0.03),
        _C.DANGEROUS: (0.00, 0.28, 0.40, 0.32),
    },
    Burden.HEAVY: {
        _C.WELL: (0.25, 0.55, 0.10, 0.10),
        _C.FAIR: (0.02, 0.70, 0.12, 0.16),
        _C.ILL: (0.00, 0.27, 0.46, 0.27),
        _C.DANGEROUS: (0.00, 0.06, 0.11, 0.83),
    },
}
_AT_FIRST = {
    Burden.LIGHT: (0.80, 0.19, 0.01, 0.0),
    Burden.MIDDLE: (0.35, 0.57, 0.07, 0.01),
    Burden.HEAVY: (0.05, 0.40, 0.15, 0.40),
}
_LEVELS = {
    _C.WELL: ((0,), (1,)),
    _C.FAIR: ((0, 1, 2), (55, 33, 12)),
    _C.ILL: ((0, 1, 2), (20, 45, 35)),
    _C.DANGEROUS: ((3, 4, 5), (72, 24, 4)),
}
_ADHERENCE = {  # regular, intermittent, not taken, not needed
    _C.WELL: (90, 6, 0, 4),
    _C.FAIR: (70, 22, 5, 3),
    _C.ILL: (34, 44, 22, 0),
    _C.DANGEROUS: (36, 44, 20, 0),
}
_EFFECTS = {
    _C.WELL: ((TreatmentEffect.RECOVERED, TreatmentEffect.IMPROVED), (22, 78)),
    _C.FAIR: ((TreatmentEffect.IMPROVED, TreatmentEffect.UNCHANGED), (58, 42)),
    _C.ILL: ((TreatmentEffect.UNCHANGED, TreatmentEffect.WORSE), (55, 45)),
    _C.DANGEROUS: ((TreatmentEffect.UNCHANGED, TreatmentEffect.WORSE), (60, 40)),
}
_FORMS = (VisitForm.OUTPATIENT, VisitForm.HOME, VisitForm.TELEPHONE)
_NOTES = {
    _C.WELL: (
        "精神状态平稳，按时服药，能做家务。",
        "能参加村里劳动，睡眠好，家属满意。",
        "复诊规律，无不适。",
        "血压正常，已嘱按时取药。",
    ),
    _C.FAIR: (
        "偶有自语，能听劝，家属看护尚可。",
        "近期睡眠差，已嘱到上级医院复诊调药。",
        "服药偶有遗漏，已教家属分药。",
        "话少，不愿出门，鼓励参加康复活动。",
    ),
    _C.ILL: (
        "拒绝承认有病，情绪不稳，建议尽快转诊。",
        "夜间不睡，自言自语增多，已联系上级医院。",
        "自行停药两周，已与监护人约定看护服药。",
    ),
    _C.DANGEROUS: (
        "近期砸毁家中物品，已会同村委会、派出所到场。",
        "情绪激动，有威胁言语，已提醒监护人保管好器具。",
        "与邻里发生冲突，经劝离，已建议住院治疗。",
    ),
}
_LAB = (
    "血常规、肝功能未见异常。",
    "空腹血糖6.4mmol/L，嘱控制饮食。",
    "白细胞3.8×10⁹/L，一月后复查。",
    "心电图窦性心律，正常。",
)
_ADVERSE = ("服药后手抖。", "体重增加明显。", "口干、便秘。", "白天嗜睡。")
UPPER_HOSPITAL = "安和县精神卫生中心"


def first_condition(rng: Random, burden: Burden) -> Condition:
    return rng.choices(_ALL, _AT_FIRST[burden])[0]


def next_condition(rng: Random, burden: Burden, condition: Condition) -> Condition:
    return rng.choices(_ALL, _DRIFT[burden][condition])[0]


def level_of(rng: Random, condition: Condition) -> int:
    """A risk level (0 to 5) that fits the condition."""
    levels, weights = _LEVELS[condition]
    return rng.choices(levels, weights)[0]


def note_of(rng: Random, condition: Condition) -> str:
    """The doctor's own words; often none."""
    return rng.choice(_NOTES[condition]) if rng.random() < 0.3 else ""


def fill_form(
    rng: Random, resident: Resident, condition: Condition, visited_on: date, is_phone_only: bool
) -> VisitRecord:
    """Every answer of the form except class and next visit, which the rules find."""
    form = VisitForm.TELEPHONE if is_phone_only else _form(rng, condition)
    record = VisitRecord(
        visited_on=visited_on,
        form=int(form),
        objects=int(_objects(rng, form)),
        risk_level=level_of(rng, condition),
        sleep=_quality(rng, condition),
        diet=_quality(rng, condition),
        locked_up=int(LockedUp.NO),
        hospitalisation=int(Hospitalisation.NONE),
        lab_test=int(YesNo.NO),
        treatment_effect=int(rng.choices(*_EFFECTS[condition])[0]),
        referral=int(YesNo.NO),
        rehab_measures=rng.choice((1, 1, 9, 8, 5, 3)),
        physical_illness=int(PhysicalIllness.NONE_OR_STABLE),
        other_abnormal=False,
    )
    record = _social(rng, _mind(rng, record, resident, condition), resident, condition)
    record = _medicines(rng, _behaviours(rng, record), resident, condition)
    return _extras(rng, record, condition)


def with_incident(record: VisitRecord) -> VisitRecord:
    """The same form after a breach of the peace (肇事) since the last visit."""
    return replace(
        record,
        risk_level=max(4, record.risk_level or 0),
        behaviours=int(Behaviour.PUBLIC_ORDER_INCIDENT),
        minor_disturbances=0,
        public_order_incidents=1,
        self_harms=0,
        symptoms=int((record.symptoms or 0) & ~Symptom.NONE | Symptom.HARMING_OR_SMASHING),
    )


def after_discharge(record: VisitRecord, discharged_on: date) -> VisitRecord:
    return replace(record, hospitalisation=int(Hospitalisation.BEFORE), last_discharge_on=discharged_on)


def _form(rng: Random, condition: Condition) -> VisitForm:
    weights = (22, 50, 28) if condition in (_C.WELL, _C.FAIR) else (24, 70, 6)
    return rng.choices(_FORMS, weights)[0]


def _objects(rng: Random, form: VisitForm) -> VisitObject:
    if form is VisitForm.TELEPHONE:
        return rng.choices((VisitObject.FAMILY, VisitObject.PATIENT), (60, 40))[0]
    return rng.choices((VisitObject.PATIENT, VisitObject.PATIENT | VisitObject.FAMILY), (35, 65))[0]


def _quality(rng: Random, condition: Condition) -> int:
    weights = (80, 20, 0) if condition is _C.WELL else (45, 48, 7) if condition is _C.FAIR else (15, 50, 35)
    return rng.choices((1, 2, 3), weights)[0]


def _mind(rng: Random, record: VisitRecord, resident: Resident, condition: Condition) -> VisitRecord:
    """Symptoms and insight; whoever is only fair has a gap in at least one of them."""
    usual = (resident.supplement.past_symptoms or 0) & ~Symptom.HARMING_OR_SMASHING or int(Symptom.WITHDRAWAL)
    if condition is _C.WELL:
        gone, full = PsychoticSymptoms.GONE, Insight.FULL
        return replace(record, psychotic_symptoms=int(gone), symptoms=int(Symptom.NONE), insight=int(full))
    if condition is _C.FAIR:
        has_symptoms = rng.random() < 0.7
        insight = Insight.PARTIAL if not has_symptoms or rng.random() < 0.6 else Insight.FULL
        present = PsychoticSymptoms.PRESENT if has_symptoms else PsychoticSymptoms.GONE
        symptoms = usual if has_symptoms else int(Symptom.WITHDRAWAL)
        return replace(record, psychotic_symptoms=int(present), symptoms=symptoms, insight=int(insight))
    is_pronounced = rng.random() < 0.7
    return replace(
        record,
        psychotic_symptoms=int(PsychoticSymptoms.PRONOUNCED if is_pronounced else PsychoticSymptoms.PRESENT),
        symptoms=usual | (int(Symptom.HARMING_OR_SMASHING) if condition is _C.DANGEROUS else 0),
        insight=int(Insight.PARTIAL if is_pronounced and rng.random() < 0.5 else Insight.LACKING),
    )


def _social(rng: Random, record: VisitRecord, resident: Resident, condition: Condition) -> VisitRecord:
    worst = 2 if condition is _C.WELL else 3
    weights = {_C.WELL: (74, 26, 0), _C.FAIR: (34, 60, 6)}.get(condition, (10, 58, 32))

    def item() -> int:
        return min(worst, rng.choices((1, 2, 3), weights)[0])

    is_old = age_on(resident.born_on, record.visited_on) >= 66
    return replace(
        record,
        sf_self_care=item(),
        sf_housework=item(),
        sf_work=int(Quality.NOT_APPLICABLE) if is_old else item(),
        sf_learning=item(),
        sf_social=item(),
    )


def _behaviours(rng: Random, record: VisitRecord) -> VisitRecord:
    level, draw = record.risk_level or 0, rng.random()
    if level >= 4 and draw < 0.16:
        return replace(record, behaviours=int(Behaviour.SELF_HARM), self_harms=1)
    if level >= 3 and draw > 0.994:
        return with_incident(record)
    if (level >= 3 and draw < 0.55) or (level >= 1 and draw < 0.08):
        return replace(record, behaviours=int(Behaviour.MINOR_DISTURBANCE), minor_disturbances=rng.choice((1, 1, 1, 2)))
    return replace(record, behaviours=int(Behaviour.NONE))


def _medicines(rng: Random, record: VisitRecord, resident: Resident, condition: Condition) -> VisitRecord:
    adherence = rng.choices(tuple(Adherence), _ADHERENCE[condition])[0]
    if adherence in (Adherence.NOT_TAKEN, Adherence.NOT_NEEDED):
        none = int(AdverseReaction.NOT_APPLICABLE)
        return replace(
            record, adherence=int(adherence), adverse_reaction=none, adverse_severity=int(AdverseSeverity.NONE)
        )
    has_reaction = rng.random() < 0.07
    is_severe = has_reaction and condition is _C.ILL and rng.random() < 0.3
    severity = AdverseSeverity.SEVERE if is_severe else AdverseSeverity.MILD if has_reaction else AdverseSeverity.NONE
    return replace(
        record,
        adherence=int(adherence),
        medicines=resident.medicines,
        adverse_reaction=int(AdverseReaction.PRESENT if has_reaction else AdverseReaction.NONE),
        adverse_text=rng.choice(_ADVERSE) if has_reaction else "",
        adverse_severity=int(severity),
    )


def _extras(rng: Random, record: VisitRecord, condition: Condition) -> VisitRecord:
    """Laboratory, physical illness, referral upwards."""
    if rng.random() < 0.09:
        record = replace(record, lab_test=int(YesNo.YES), lab_text=rng.choice(_LAB))
    if condition is _C.FAIR and rng.random() < 0.04:
        record = replace(record, physical_illness=int(PhysicalIllness.UNSTABLE))
    if condition in (_C.ILL, _C.DANGEROUS) and rng.random() < 0.6:
        reason = "精神症状加重" if condition is _C.ILL else "存在伤人毁物风险"
        record = replace(
            record,
            referral=int(YesNo.YES),
            referral_reason=reason,
            referral_org=UPPER_HOSPITAL,
            referral_dept="精神科门诊",
        )
    return record
