"""The result of one quarterly reassessment."""

from __future__ import annotations

from datetime import date
from typing import cast
from uuid import uuid4

from wtforms import HiddenField
from wtforms.validators import Length

from app.core.fields import Answered, ChoiceField, DayField, ParagraphField, choices
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import Reason, say
from app.risk.commands import RecordReassessment
from app.risk.rules import LEVELS
from app.risk.texts import LEVEL_WORDS, LONGEST_CONCLUSION

KEY_LENGTH = 36


class ReassessForm(Form):
    submission_key = HiddenField(validators=[Length(min=8, max=KEY_LENGTH, message=lazy_("页面已过期，请刷新后重填"))])
    level = ChoiceField(lazy_("危险性等级"), (), [Answered(lazy_("请选择危险性等级"))])
    assessed_on = DayField(lazy_("评估日期"), [Answered(lazy_("请填写评估日期，如 2026-11-21"))])
    conclusion = ParagraphField(lazy_("评估结论"), LONGEST_CONCLUSION)

    def __init__(self) -> None:
        super().__init__()
        self.level.choices = choices((level, say(Reason(LEVEL_WORDS[level]))) for level in LEVELS)

    def begin(self, today: date) -> None:
        """A fresh form: a key of its own, and today."""
        self.submission_key.data = str(uuid4())
        self.assessed_on.data = today

    def to_command(self) -> RecordReassessment:
        """Of a form that has been validated."""
        return RecordReassessment(
            level=int(self.level.data),
            assessed_on=cast(date, self.assessed_on.data),
            submission_key=self.submission_key.data or "",
            conclusion=(self.conclusion.data or "").strip(),
        )
