"""Shapes of the forms about clues, reviews and screening rounds."""

from __future__ import annotations

from typing import Any

from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    ParagraphField,
    TextField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.core.identity import SEX_LABELS, Sex
from app.core.names import LONGEST_NAME
from app.patients.codes import SCREENING_WAYS, SIGNS, SIGNS_SHORT
from app.patients.commands import AnswerClue, CloseClue, ConsentDraft, DiagnosisDraft, ReportClue, ReviewDiagnosis
from app.patients.forms import CONSENT_ANSWERS, PartialDate, Past
from app.patients.labels import CLUE_OUTCOMES, DIAGNOSIS_LABELS, SIGNER_LABELS
from app.patients.rules import ClueOutcome, DiagnosisCategory
from app.people.forms import PersonFields

YES_NO = {1: N_("是"), 0: N_("否")}
DANGER = {0: N_("没有"), 1: N_("有，正在发生或马上会发生")}
# Ends that need no answers to the nine questions.
PLAIN_ENDS = (ClueOutcome.NOT_FOUND, ClueOutcome.KNOWN, ClueOutcome.ELSEWHERE)
REVIEW_RESULTS = {
    "confirmed": N_("确诊"),
    "undecided": N_("暂不能确定，继续复核"),
    "not_confirmed": N_("不是严重精神障碍，排除"),
}


class ReportForm(Form):
    """Told in a minute: who, where, what was noticed, danger now?"""

    key = KeyField()
    area_code = ListField(lazy_("在哪个村（社区）"), validators=[Answered(lazy_("请选择村（社区）"))])
    name = TextField(lazy_("姓名"), LONGEST_NAME)
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): SEX_LABELS[sex] for sex in (Sex.MALE, Sex.FEMALE)}))
    place = TextField(lazy_("具体位置"), 100)
    signs = FlagsField(lazy_("看到或听说的表现（可多选）"), labelled(SIGNS_SHORT))
    is_danger = ChoiceField(lazy_("现在有没有伤人或自伤的危险"), labelled(DANGER))
    notes = ParagraphField(lazy_("补充情况"), 300)

    def to_command(self) -> ReportClue:
        return ReportClue(
            submission_key=self.key.data,
            area_code=self.area_code.data,
            signs=self.signs.bits or 0,
            name=self.name.data or "",
            sex=Sex(self.sex.code or 0),
            place=self.place.data or "",
            notes=self.notes.data or "",
            is_danger=self.is_danger.code == 1,
        )


def _question(code: int) -> ChoiceField:
    return ChoiceField(lazy_(SIGNS[code]), labelled(YES_NO), [Answered(lazy_("请选择是或否"))])


class AnswerForm(PersonFields, Form):
    """线索调查复核登记表: who it is, and the nine questions one by one."""

    area_code = ListField(lazy_("居住村（社区）"), validators=[Answered(lazy_("请选择村（社区）"))])
    address = TextField(lazy_("现住址（村以下）"), 100)
    sign_1 = _question(1)
    sign_2 = _question(2)
    sign_3 = _question(3)
    sign_4 = _question(4)
    sign_5 = _question(5)
    sign_6 = _question(6)
    sign_7 = _question(7)
    sign_8 = _question(8)
    sign_9 = _question(9)
    findings = ParagraphField(lazy_("调查情况"), 500)

    @property
    def questions(self) -> list[tuple[int, Any]]:
        return [(code, self[f"sign_{code}"]) for code in SIGNS]

    def to_command(self) -> AnswerClue:
        return AnswerClue(
            signs=sum(1 << (code - 1) for code, answer in self.questions if answer.code == 1),
            person=self.draft(),
            area_code=self.area_code.data,
            address=self.address.data or "",
            findings=self.findings.data or "",
        )


class CloseForm(Form):
    outcome = ChoiceField(
        lazy_("办结为"),
        labelled({outcome.value: CLUE_OUTCOMES[outcome] for outcome in PLAIN_ENDS}),
        [Answered(lazy_("请选择办结结果"))],
    )
    passed_to = ListField(lazy_("转到哪个村（社区）"))
    findings = ParagraphField(lazy_("办结说明"), 500)

    def to_command(self) -> CloseClue:
        return CloseClue(ClueOutcome(self.outcome.data), self.findings.data or "", self.passed_to.data or None)


class StartReviewForm(Form):
    from_on = DayField(lazy_("送诊日期"), [Answered(lazy_("请填写送诊日期")), Past()])


class ReviewForm(Form):
    """The psychiatrist's word; what follows from it is asked where it is confirmed."""

    result = ChoiceField(lazy_("复核结果"), labelled(REVIEW_RESULTS), [Answered(lazy_("请选择复核结果"))])
    from_on = DayField(lazy_("复核日期"), [Answered(lazy_("请填写复核日期")), Past()])
    hospital = TextField(lazy_("诊断医院"), 100, [Answered(lazy_("请填写诊断医院"))])
    psychiatrist = TextField(lazy_("复核医师"), LONGEST_NAME, [Answered(lazy_("请填写精神科医师姓名"))])
    category = ListField(lazy_("诊断（确诊时填写）"), labelled(DIAGNOSIS_LABELS))
    icd10 = CodeField(lazy_("ICD-10 编码"), 12)
    diagnosed_on = CodeField(lazy_("确诊日期"), 10, [PartialDate()])
    consent = ChoiceField(lazy_("参加社区管理（确诊时征求）"), labelled(CONSENT_ANSWERS))
    consent_signer = ChoiceField(lazy_("签字人"), labelled(SIGNER_LABELS))

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        if self.result.data != "confirmed":
            return is_fine
        asked = [(self.category, lazy_("请选择诊断")), (self.consent, lazy_("请选择知情同意情况"))]
        if self.consent.data in ("agreed", "refused"):
            asked.append((self.consent_signer, lazy_("请选择由谁签字")))
        for field, sentence in asked:
            if not field.data:
                field.errors = [*field.errors, sentence]
                is_fine = False
        return is_fine

    def to_command(self) -> ReviewDiagnosis:
        is_confirmed = self.result.data == "confirmed"
        return ReviewDiagnosis(
            self.from_on.data,
            self.hospital.data,
            self.psychiatrist.data,
            self._diagnosis() if is_confirmed else None,
            self._consent() if is_confirmed else None,
            is_undecided=self.result.data == "undecided",
        )

    def _diagnosis(self) -> DiagnosisDraft:
        on = self.diagnosed_on.data or self.from_on.data.isoformat()
        return DiagnosisDraft(
            DiagnosisCategory(self.category.data), self.icd10.data or "", self.hospital.data, on, self.psychiatrist.data
        )

    def _consent(self) -> ConsentDraft | None:
        if self.consent.data == "later":
            return None
        return ConsentDraft(self.from_on.data, self.consent.data == "agreed", self.consent_signer.data)


class RoundForm(Form):
    from_on = DayField(lazy_("开始日期"), [Answered(lazy_("请填写开始日期"))])
    due_on = DayField(lazy_("截止日期"), [Answered(lazy_("请填写截止日期"))])


class SignReturnForm(Form):
    ways = FlagsField(
        lazy_("摸排方式（可多选）"),
        labelled(SCREENING_WAYS),
        validators=[Answered(lazy_("请选择怎样摸排的"))],
    )
