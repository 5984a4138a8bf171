"""Shapes of the forms about the bank: the file's layout, a file to compare, calls about changed accounts, accounts that several use."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired

from app.core.db import new_public_id
from app.core.fields import Answered, ChoiceField, CodeField, DayField, KeyField, ListField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.subsidies.commands import RecordCall, ShareAccount
from app.subsidies.forms import StepForm
from app.subsidies.rules.bank import CALL_BACK_LABELS, CallBack, PayLayout
from app.subsidies.rules.grounds import LONGEST_REFERENCE
from app.subsidies.rules.policy import PAY_LAYOUT_LABELS


class ExportForm(StepForm):
    layout = ListField(lazy_("发放文件格式"), labelled(PAY_LAYOUT_LABELS))

    @property
    def chosen(self) -> PayLayout | None:
        """None: as the policy says."""
        return PayLayout(self.layout.data) if self.layout.data else None


class CompareForm(Form):
    compared = FileField(lazy_("要核对的文件"), validators=[FileRequired(lazy_("请选择文件"))])


class CallForm(Form):
    """What was said on the number known before the change."""

    key = KeyField()
    called_on = DayField(lazy_("哪一天联系的"), [Answered(lazy_("请填写日期"))])
    answer = ChoiceField(lazy_("对方怎么说"), labelled(CALL_BACK_LABELS), [Answered(lazy_("请选择结果"))])

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)

    def to_command(self, account: str) -> RecordCall:
        return RecordCall(self.key.data or "", account, self.called_on.data, CallBack(self.answer.data))


class SharingForm(Form):
    key = KeyField()
    reference = CodeField(lazy_("证明材料编号"), LONGEST_REFERENCE, [Answered(lazy_("请填写证明材料的编号"))])
    until_on = DayField(lazy_("同意到哪一天为止"), [Answered(lazy_("请填写日期"))])

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)

    def to_command(self, account: str) -> ShareAccount:
        return ShareAccount(self.key.data or "", account, self.reference.data or "", self.until_on.data)
