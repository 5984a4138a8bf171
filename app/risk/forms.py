"""The result of one quarterly reassessment, and the meeting that decides the quarter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from uuid import uuid4

from wtforms import HiddenField
from wtforms.validators import Length

from app.core.fields import Answered, ChoiceField, DayField, ListField, ParagraphField, TextField, choices, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.quarter import Quarter
from app.core.reasons import Reason, say, say_quarter
from app.patients.labels import TEAM_PARTS
from app.patients.rules import TeamPart
from app.risk.commands import HoldSession, PanelMember, RecordReassessment
from app.risk.models import ReassessmentSession
from app.risk.rules import LEVELS, WHYS
from app.risk.texts import LEVEL_WORDS, LONGEST_CONCLUSION

KEY_LENGTH = 36
PANEL_LINES = range(1, 7)
LONGEST_NAME, LONGEST_POST = 50, 60
PANEL_PARTS = {part: words for part, words in TEAM_PARTS.items() if part is not TeamPart.GUARDIAN}


class ReassessForm(Form):
    submission_key = HiddenField(validators=[Length(min=8, max=KEY_LENGTH, message=lazy_("页面已过期，请刷新后重填"))])
    level = ChoiceField(lazy_("危险性等级"), (), [Answered(lazy_("请选择危险性等级"))])
    assessed_on = DayField(lazy_("评估日期"), [Answered(lazy_("请填写评估日期，如 2026-11-21"))])
    why = ListField(lazy_("评定理由"))
    conclusion = ParagraphField(lazy_("评估结论"), LONGEST_CONCLUSION)

    def __init__(self) -> None:
        super().__init__()
        self.level.choices = choices((level, say(Reason(LEVEL_WORDS[level]))) for level in LEVELS)
        self.why.offer((code, say(Reason(code))) for code in WHYS)

    def begin(self, day: date) -> None:
        """A fresh form: a key of its own, and today or the day of the meeting."""
        self.submission_key.data = str(uuid4())
        self.assessed_on.data = day

    def to_command(self) -> RecordReassessment:
        """Of a form that has been validated."""
        return RecordReassessment(
            level=int(self.level.data),
            assessed_on=cast(date, self.assessed_on.data),
            submission_key=self.submission_key.data or "",
            why=self.why.data or None,
            conclusion=(self.conclusion.data or "").strip(),
        )


class SessionForm(Form):
    """The day and the panel of a town's meeting; empty lines of the panel are left out."""

    quarter = ChoiceField(lazy_("季度"), (), [Answered(lazy_("请选择季度"))])
    held_on = DayField(lazy_("会议日期"), [Answered(lazy_("请填写会议日期，如 2026-11-21"))])

    def offer(self, quarters: Iterable[Quarter]) -> None:
        self.quarter.choices = choices((str(one), say_quarter(one)) for one in quarters)

    def show(self, held: ReassessmentSession) -> None:
        """What stands, to be changed; the quarter stays."""
        self.quarter.data, self.held_on.data = held.quarter, held.held_on
        for line, member in zip(PANEL_LINES, held.panel, strict=False):
            self[f"part_{line}"].data = member["part"]
            self[f"name_{line}"].data = member["name"]
            self[f"post_{line}"].data = member["post"]

    def to_command(self) -> HoldSession:
        """Of a form that has been validated."""
        panel = (
            PanelMember(self[f"part_{line}"].data, self[f"name_{line}"].data, self[f"post_{line}"].data)
            for line in PANEL_LINES
            if self[f"name_{line}"].data
        )
        return HoldSession(Quarter.parse(self.quarter.data), self.held_on.data, tuple(panel))

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        for line in PANEL_LINES:
            if self[f"name_{line}"].data and not self[f"part_{line}"].data:
                self[f"part_{line}"].errors = [_("请选择身份")]
                is_fine = False
        return is_fine


for _line in PANEL_LINES:
    setattr(SessionForm, f"part_{_line}", ListField(lazy_("身份"), labelled(PANEL_PARTS)))
    setattr(SessionForm, f"name_{_line}", TextField(lazy_("姓名"), LONGEST_NAME))
    setattr(SessionForm, f"post_{_line}", TextField(lazy_("单位、职务"), LONGEST_POST))
