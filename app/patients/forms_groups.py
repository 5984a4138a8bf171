"""A joint group, its members, and a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField

from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    ListField,
    TextField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.patients.commands_support import AddGroupMember, Decided, RecordMeeting
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import MEETING_DECISIONS, MEETING_MISTAKES, MEETING_TOPICS
from app.patients.rules import TeamPart
from app.patients.rules_support import MOST_DECISIONS, MeetingDecision, MeetingTopic

_DAY = lazy_("请填写日期，如 2026-11-21")
_LONGEST_NOTE = 60


class FoundForm(Form):
    area_code = ListField(lazy_("地方"), (), [Answered(lazy_("请选择乡镇或村（社区）"))])
    founded_on = DayField(lazy_("成立日期"), [Answered(_DAY)])


class MemberForm(Form):
    part = ListField(lazy_("身份"), labelled(TEAM_PARTS), [Answered(lazy_("请选择身份"))])
    name = TextField(lazy_("姓名"), 50, [Answered(lazy_("请填写姓名"))])
    post = TextField(lazy_("单位、职务"), 60)
    phone = CodeField(lazy_("工作电话"), 20)
    from_on = DayField(lazy_("从哪天起"), [Answered(_DAY)])
    is_lead = BooleanField(lazy_("组长"))

    def to_command(self) -> AddGroupMember:
        return AddGroupMember(
            TeamPart(self.part.data),
            self.name.data,
            self.from_on.data,
            self.post.data or "",
            self.phone.data or "",
            bool(self.is_lead.data),
        )


class EndMemberForm(Form):
    member = ListField(lazy_("离任的成员"), (), [Answered(lazy_("请选择成员"))])
    on = DayField(lazy_("从哪天起不再是成员"), [Answered(_DAY)])


class MeetingMistakeForm(Form):
    mistake = ChoiceField(lazy_("错在哪里"), labelled(MEETING_MISTAKES), [Answered(lazy_("请选择错在哪里"))])


@dataclass(frozen=True, slots=True)
class DecisionFields:
    """One line of decisions; it counts once a decision is chosen or words are written."""

    number: int
    what: Any
    note: Any
    part: Any
    by_on: Any

    @property
    def is_used(self) -> bool:
        return bool(self.what.data or self.note.data)

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in (self.what, self.note, self.part, self.by_on))


class MeetingForm(Form):
    held_on = DayField(lazy_("开会日期"), [Answered(_DAY)])
    present = FlagsField(lazy_("到会成员"), ())
    topics = FlagsField(lazy_("议题"), labelled(MEETING_TOPICS))

    def offer(self, members: Iterable[tuple[int, str]]) -> None:
        self.present.choices = choices(members)

    def lines(self) -> Iterator[DecisionFields]:
        for number in range(MOST_DECISIONS):
            yield DecisionFields(number, *(self[f"{name}_{number}"] for name in ("what", "note", "part", "by_on")))

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = bool(super().validate(extra_validators))
        for field, sentence in (
            (self.present, _("请勾选到会的成员")),
            (self.topics, _("请至少勾选一个议题")),
        ):
            if not field.data and not field.errors:
                field.errors = [sentence]
                is_fine = False
        for line in self.lines():
            if line.note.data and not line.what.data:
                line.what.errors = [_("请选择决定事项")]
                is_fine = False
        return is_fine

    def to_command(self) -> RecordMeeting:
        return RecordMeeting(
            self.held_on.data,
            tuple(int(code) for code in self.present.data or ()),
            tuple(MeetingTopic(code) for code in self.topics.data or ()),
            tuple(_decided(line) for line in self.lines() if line.is_used),
        )


def _decided(line: DecisionFields) -> Decided:
    part = TeamPart(line.part.data) if line.part.data else None
    return Decided(MeetingDecision(line.what.data), line.note.data or "", part, line.by_on.data)


def _add_lines() -> None:
    """The lines of decisions, each with its number in its names."""
    for number in range(MOST_DECISIONS):
        setattr(MeetingForm, f"what_{number}", ListField(lazy_("决定事项"), labelled(MEETING_DECISIONS)))
        setattr(MeetingForm, f"note_{number}", TextField(lazy_("简要说明（选填）"), _LONGEST_NOTE))
        setattr(MeetingForm, f"part_{number}", ListField(lazy_("由谁落实（选填）"), labelled(TEAM_PARTS)))
        setattr(MeetingForm, f"by_on_{number}", DayField(lazy_("什么时候前（选填）")))


_add_lines()
