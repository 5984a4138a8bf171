"""Forms of messages: shape only."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField

from app.core.fields import Answered, ChoiceField, CodeField, KeyField, ListField, ParagraphField, choices, labelled
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.messages.commands import GiveConsent, ProposeTemplate
from app.messages.rules.kinds import MessageKind
from app.messages.rules.templates import GivenBy
from app.messages.rules.words import LONGEST_TEXT
from app.messages.texts import GIVEN_BY_LABELS, KIND_LABELS

LANGUAGES = {"zh": N_("中文"), "en": N_("英文")}
_UNASKED = "unasked"
VIEWS = {"yes": N_("知道并同意"), "no": N_("不同意"), _UNASKED: N_("没有问")}


class TemplateForm(Form):
    kind = ListField(lazy_("类别"), labelled(KIND_LABELS), [Answered(lazy_("请选择类别"))])
    text_zh = ParagraphField(lazy_("中文内容"), LONGEST_TEXT, [Answered(lazy_("请填写内容"))])
    text_en = ParagraphField(lazy_("英文内容"), LONGEST_TEXT, [Answered(lazy_("请填写内容"))])
    tencent = CodeField(lazy_("国内服务商的模板编号"), 20)
    submission_key = KeyField()

    def to_command(self) -> ProposeTemplate:
        return ProposeTemplate(
            kind=MessageKind(self.kind.data),
            text_zh=self.text_zh.data,
            text_en=self.text_en.data,
            submission_key=self.submission_key.data,
            provider_ids={"tencent": self.tencent.data} if self.tencent.data else {},
        )


class ConsentForm(Form):
    person = ChoiceField(lazy_("谁同意接收"), (), [Answered(lazy_("请选择接收人"))])
    given_by = ChoiceField(lazy_("如何同意的"), labelled(GIVEN_BY_LABELS), [Answered(lazy_("请选择如何同意的"))])
    language = ChoiceField(lazy_("短信语言"), labelled(LANGUAGES), [Answered(lazy_("请选择语言"))])
    patient_agrees = ChoiceField(lazy_("患者本人的意见"), labelled(VIEWS), [Answered(lazy_("请选择患者本人的意见"))])
    is_unsafe = BooleanField(lazy_("暂不宜发送：短信可能给患者或接收人带来危险"))
    submission_key = KeyField()

    def offer(self, people: list[tuple[str, Any]]) -> None:
        """The patient's present guardians who have not agreed yet."""
        self.person.choices = choices(people)

    def to_command(self, person_id: int) -> GiveConsent:
        view = self.patient_agrees.data
        return GiveConsent(
            person_id=person_id,
            given_by=GivenBy(self.given_by.data),
            is_safe=not self.is_unsafe.data,
            submission_key=self.submission_key.data,
            language=self.language.data,
            patient_agrees=None if view == _UNASKED else view == "yes",
        )


class AddressForm(Form):
    email = CodeField(lazy_("工作邮箱"), 120)
