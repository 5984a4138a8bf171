"""Shapes of the register's forms. Whether an answer is right is for the rules to say."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from app.core.dates import partial_span
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    CountField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    ParagraphField,
    TextField,
    codes_of,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import N_, _, lazy_
from app.patients.codes import (
    ECONOMIC_STATUS,
    EMPLOYMENT,
    ETHNIC_GROUPS,
    HOUSEHOLD_TYPES,
    LOCKED_UP,
    MARITAL,
    OUTPATIENT_HISTORY,
    PAST_BEHAVIOURS,
    PAST_SYMPTOMS,
    TREATMENT_EFFECT,
)
from app.patients.commands import ConsentDraft, DiagnosisDraft, EditPatient, RegisterPatient, Supplement
from app.patients.labels import DIAGNOSIS_LABELS, SIGNER_LABELS
from app.patients.rules import DiagnosisCategory, is_partial_date
from app.people.forms import PersonFields
from app.people.models import DatePrecision
from app.people.rules import DEATH_CAUSES, DEATH_EVIDENCE, DEATH_NEWS

_ICD10 = 12
CONSENT_ANSWERS = {"agreed": N_("同意，已签字"), "refused": N_("不同意"), "later": N_("暂未征求")}
# Diseases that lead to death (domain 3.1), asked when the cause is a physical illness.
PHYSICAL_CAUSES = {
    1: N_("传染病和寄生虫病"),
    2: N_("肿瘤"),
    3: N_("心脏病"),
    4: N_("脑血管病"),
    5: N_("呼吸系统疾病"),
    6: N_("消化系统疾病"),
    7: N_("其他疾病"),
    8: N_("不详"),
}


class PartialDate:
    """Validator: `1991`, `1991-07` or `1991-07-03`, not wholly after the form's `today`."""

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data:
            return
        if not is_partial_date(field.data):
            raise ValidationError(_("请填年、年-月或年-月-日，例如 1991、1991-07、1991-07-03"))
        today: date | None = getattr(form, "today", None)
        if today and partial_span(field.data)[0] > today:
            raise ValidationError(_("日期在今天之后"))


class Past:
    """Validator: not after the form's `today`."""

    def __call__(self, form: Any, field: Any) -> None:
        today: date | None = getattr(form, "today", None)
        if field.data and today and field.data > today:
            raise ValidationError(_("日期在今天之后"))


class SupplementFields:
    """个人基本信息 and 信息补充表 (domain 3.2)."""

    ethnic_code = ListField(lazy_("民族"), labelled(ETHNIC_GROUPS))
    marital_code = ListField(lazy_("婚姻状况"), labelled(MARITAL))
    household_type = ChoiceField(lazy_("户别"), labelled(HOUSEHOLD_TYPES))
    employment = ListField(lazy_("就业情况"), labelled(EMPLOYMENT))
    economic_status = ChoiceField(lazy_("经济状况"), labelled(ECONOMIC_STATUS))
    committee_contact = TextField(lazy_("村（居）委会联系人、电话"), 60)
    first_onset = CodeField(lazy_("初次发病时间"), 10, [PartialDate()])
    first_antipsychotic = CodeField(lazy_("首次抗精神病药治疗时间"), 10, [PartialDate()])
    past_symptoms = FlagsField(lazy_("既往主要症状"), labelled(PAST_SYMPTOMS))
    past_locked_up = ChoiceField(lazy_("既往关锁情况"), labelled(LOCKED_UP))
    outpatient_history = ChoiceField(lazy_("既往门诊治疗"), labelled(OUTPATIENT_HISTORY))
    psychiatric_admissions = CountField(lazy_("曾住精神专科"))
    last_treatment_effect = ChoiceField(lazy_("最近一次治疗效果"), labelled(TREATMENT_EFFECT))
    behaviour_1 = CountField(lazy_(PAST_BEHAVIOURS[1]))
    behaviour_2 = CountField(lazy_(PAST_BEHAVIOURS[2]))
    behaviour_3 = CountField(lazy_(PAST_BEHAVIOURS[3]))
    behaviour_4 = CountField(lazy_(PAST_BEHAVIOURS[4]))
    behaviour_5 = CountField(lazy_(PAST_BEHAVIOURS[5]))
    behaviour_6 = CountField(lazy_(PAST_BEHAVIOURS[6]))
    specialist_advice = ParagraphField(lazy_("专科医生意见"), 500)
    notes = ParagraphField(lazy_("备注"), 500)
    is_insured = BooleanField(lazy_("已参加监护人责任险"))

    @property
    def behaviours(self) -> list[CountField]:
        return [getattr(self, f"behaviour_{code}") for code in PAST_BEHAVIOURS]

    def supplement(self) -> Supplement:
        counts = {
            str(code): field.data for code, field in zip(PAST_BEHAVIOURS, self.behaviours, strict=True) if field.data
        }
        return Supplement(
            ethnic_code=self.ethnic_code.data or None,
            marital_code=self.marital_code.data or None,
            household_type=self.household_type.code,
            employment=self.employment.code,
            economic_status=self.economic_status.code,
            committee_contact=self.committee_contact.data or None,
            first_onset=self.first_onset.data or None,
            first_antipsychotic=self.first_antipsychotic.data or None,
            past_symptoms=self.past_symptoms.bits,
            past_behaviours=counts or None,
            past_locked_up=self.past_locked_up.code,
            outpatient_history=self.outpatient_history.code,
            psychiatric_admissions=self.psychiatric_admissions.data,
            last_treatment_effect=self.last_treatment_effect.code,
            specialist_advice=self.specialist_advice.data or None,
            notes=self.notes.data or None,
            is_insured=bool(self.is_insured.data),
        )


def supplement_data(supplement: Supplement) -> dict[str, Any]:
    """The stored form as the fields take it."""
    counts = supplement.past_behaviours or {}
    plain = {
        name: getattr(supplement, name)
        for name in (
            "ethnic_code", "marital_code", "committee_contact", "first_onset", "first_antipsychotic",
            "psychiatric_admissions", "specialist_advice", "notes", "is_insured",
        )
    }  # fmt: skip
    chosen = {
        name: None if (code := getattr(supplement, name)) is None else str(code)
        for name in (
            "household_type", "employment", "economic_status", "past_locked_up", "outpatient_history",
            "last_treatment_effect",
        )
    }  # fmt: skip
    behaviours = {f"behaviour_{code}": counts.get(str(code)) for code in PAST_BEHAVIOURS}
    return {**plain, **chosen, **behaviours, "past_symptoms": codes_of(supplement.past_symptoms)}


class _PatientForm(PersonFields, SupplementFields, Form):
    """`today` is set by the view."""

    today: date | None = None
    area_code = ListField(lazy_("居住村（社区）"), validators=[Answered(lazy_("请选择村（社区）"))])
    address = TextField(lazy_("现住址（村以下）"), 100)
    record_number = TextField(lazy_("档案编号"), 20)


class EditForm(_PatientForm):
    version = HiddenField()

    def to_command(self, *, keeps_notes: bool) -> EditPatient:
        return EditPatient(
            version=self.version.data or "",
            person=self.draft(),
            area_code=self.area_code.data,
            record_number=self.record_number.data or None,
            address=self.address.data or None,
            supplement=self.supplement(),
            keeps_notes=keeps_notes,
        )


class DiagnosisFields:
    category = ListField(lazy_("目前诊断"), labelled(DIAGNOSIS_LABELS), [Answered(lazy_("请选择诊断"))])
    icd10 = CodeField(lazy_("ICD-10 编码"), _ICD10)
    hospital = TextField(lazy_("确诊医院"), 100)
    diagnosed_on = CodeField(lazy_("确诊日期"), 10, [PartialDate()])

    def diagnosis(self) -> DiagnosisDraft:
        return DiagnosisDraft(
            category=DiagnosisCategory(self.category.data),
            icd10=self.icd10.data or "",
            hospital=self.hospital.data or "",
            diagnosed_on=self.diagnosed_on.data or None,
        )


class RegisterForm(DiagnosisFields, _PatientForm):
    key = KeyField()
    registered_on = DayField(lazy_("建档日期"), [Answered(lazy_("请填写建档日期"))])
    consent = ChoiceField(lazy_("知情同意"), labelled(CONSENT_ANSWERS), [Answered(lazy_("请选择知情同意情况"))])
    consent_signer = ChoiceField(lazy_("签字人"), labelled(SIGNER_LABELS))
    consent_on = DayField(lazy_("签字日期"))

    def validate_consent_signer(self, field: ChoiceField) -> None:
        if self.consent.data == "agreed" and not field.data:
            raise ValidationError(_("请选择由谁签字"))

    def validate_consent_on(self, field: DayField) -> None:
        if self.consent.data in ("agreed", "refused") and field.data is None and not field.process_errors:
            raise ValidationError(_("请填写签字日期"))

    def to_command(self) -> RegisterPatient:
        consent = None
        if self.consent.data in ("agreed", "refused"):
            consent = ConsentDraft(
                from_on=self.consent_on.data,
                is_agreed=self.consent.data == "agreed",
                signer=self.consent_signer.data or "guardian",
            )
        return RegisterPatient(
            area_code=self.area_code.data,
            person=self.draft(),
            registered_on=self.registered_on.data,
            diagnosis=self.diagnosis(),
            consent=consent,
            record_number=self.record_number.data or None,
            address=self.address.data or None,
            supplement=self.supplement(),
            public_id=self.key.data,
        )


# -- what can happen to a registration, a form each -------------------------------------------------------------------


class _ActForm(Form):
    """`today` is set by the view."""

    today: date | None = None


class StateForm(_ActForm):
    """Registry, management or care from a day; the view sets the choices that are legal now."""

    value = ChoiceField(lazy_("改为"), (), [Answered(lazy_("请选择新的状态"))])
    from_on = DayField(lazy_("自哪一天起"), [Answered(lazy_("请填写日期")), Past()])
    reason = TextField(lazy_("原因或依据"), 100, [Answered(lazy_("请写明原因或依据"))])


class DiagnosisForm(DiagnosisFields, _ActForm):
    from_on = DayField(lazy_("自哪一天起"), [Answered(lazy_("请填写日期")), Past()])


class AdmissionForm(_ActForm):
    hospital = TextField(lazy_("医院"), 100, [Answered(lazy_("请填写医院"))])
    from_on = DayField(lazy_("入院日期"), [Answered(lazy_("请填写入院日期")), Past()])
    to_on = DayField(lazy_("出院日期"), [Past()])


class DischargeForm(_ActForm):
    on = DayField(lazy_("出院日期"), [Answered(lazy_("请填写出院日期")), Past()])


class DeathForm(_ActForm):
    died_on = DayField(lazy_("死亡日期"), [Answered(lazy_("请填写死亡日期")), Past()])
    precision = ChoiceField(
        lazy_("日期是否确切"),
        [(DatePrecision.DAY, lazy_("确切到日")), (DatePrecision.MONTH, lazy_("只知道月份"))],
        [Answered(lazy_("请选择日期是否确切"))],
    )
    cause = ListField(lazy_("死亡原因"), labelled(DEATH_CAUSES), [Answered(lazy_("请选择死亡原因"))])
    physical_cause = ListField(lazy_("躯体疾病种类"), labelled(PHYSICAL_CAUSES))
    news_from = ListField(lazy_("消息来源"), labelled(DEATH_NEWS))
    evidence = ListField(lazy_("证明材料"), labelled(DEATH_EVIDENCE))
    evidence_number = CodeField(lazy_("证明编号"), 40)

    def validate_evidence_number(self, field: CodeField) -> None:
        if field.data and not self.evidence.data:
            raise ValidationError(_("请选择是哪一种证明材料"))

    def validate_physical_cause(self, field: ListField) -> None:
        if self.cause.data == "1" and not field.data:
            raise ValidationError(_("请选择是哪一类躯体疾病"))
