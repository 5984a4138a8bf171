"""Shapes of the forms between approval and bank: opening again, an objection and its decision."""

from __future__ import annotations

import re
from datetime import date

from app.core.db import new_public_id
from app.core.errors import Invalid
from app.core.fields import Answered, ChoiceField, CodeField, DayField, KeyField, ListField, ParagraphField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import reason
from app.subsidies.commands import DecideObjection, RecordObjection
from app.subsidies.forms import ReturnForm, StepForm
from app.subsidies.rules.chain import (
    MOST_NUMBERS,
    OBJECTION_GROUNDS,
    OBJECTION_SOURCES,
    ObjectionGround,
    ObjectionSource,
)
from app.subsidies.rules.grounds import LONGEST_REFERENCE

LONGEST_AGREEMENT = 40


class ReopenForm(ReturnForm):
    """Why an approved run is to be opened again."""


class PoliceForm(StepForm):
    """Whom the police know of: numbers, one a line, or the word that there is nobody."""

    has_any = ChoiceField(
        lazy_("本期有无肇事肇祸等情况"),
        [("no", lazy_("没有")), ("yes", lazy_("有，证件号码如下"))],
        [Answered(lazy_("请选择有或没有"))],
    )
    numbers = ParagraphField(lazy_("有情况人员的公民身份号码，一行一个"), MOST_NUMBERS * 20)

    def to_numbers(self) -> tuple[str, ...]:
        """Raises `Invalid` where the word and the numbers contradict each other."""
        typed = tuple(one for one in re.split(r"[\s,，;；、]+", self.numbers.data or "") if one)
        if (self.has_any.data == "yes") != bool(typed):
            raise Invalid({"numbers": [reason("subsidies.police.none" if typed else "subsidies.police.empty")]})
        return typed


class ObjectionForm(Form):
    key = KeyField()
    source = ChoiceField(lazy_("来源"), labelled(OBJECTION_SOURCES), [Answered(lazy_("请选择来源"))])
    ground = ListField(lazy_("反映的事项"), labelled(OBJECTION_GROUNDS), [Answered(lazy_("请选择事项"))])
    agreement_number = CodeField(lazy_("协议编号（针对某一笔时填写）"), LONGEST_AGREEMENT)
    received_on = DayField(lazy_("收到日期"), [Answered(lazy_("请填写收到日期"))])

    def __init__(self, today: date, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted():
            self.key.data, self.received_on.data = new_public_id(), today

    def to_command(self) -> RecordObjection:
        return RecordObjection(
            str(self.key.data),
            ObjectionSource(self.source.data),
            ObjectionGround(self.ground.data),
            self.received_on.data,
            (self.agreement_number.data or "").upper(),
        )


class ObjectionDecisionForm(Form):
    is_upheld = ChoiceField(
        lazy_("处理结论"),
        [("yes", lazy_("异议成立")), ("no", lazy_("异议不成立"))],
        [Answered(lazy_("请选择处理结论"))],
    )
    reference = CodeField(lazy_("处理意见的文件编号"), LONGEST_REFERENCE, [Answered(lazy_("请填写处理意见的文件编号"))])

    def to_command(self, public_id: str) -> DecideObjection:
        return DecideObjection(public_id, self.is_upheld.data == "yes", self.reference.data or "")
