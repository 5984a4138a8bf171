"""A place in a patient's care team."""

from __future__ import annotations

from app.core.fields import Answered, CodeField, DayField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.patients.commands import SetTeamMember
from app.patients.labels import TEAM_PARTS
from app.patients.rules import TeamPart

_PARTS = {part: words for part, words in TEAM_PARTS.items() if part is not TeamPart.GUARDIAN}


class TeamForm(Form):
    part = ListField(lazy_("身份"), labelled(_PARTS), [Answered(lazy_("请选择身份"))])
    name = TextField(lazy_("姓名"), 50, [Answered(lazy_("请填写姓名"))])
    post = TextField(lazy_("单位、职务"), 60)
    phone = CodeField(lazy_("工作电话"), 20)
    from_on = DayField(lazy_("从哪天起"), [Answered(lazy_("请填写日期，如 2026-11-21"))])

    def to_command(self) -> SetTeamMember:
        """Of a form that has been validated."""
        return SetTeamMember(
            TeamPart(self.part.data), self.name.data, self.from_on.data, self.post.data or "", self.phone.data or ""
        )
