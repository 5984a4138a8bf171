"""Shape of a training session."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    CodeField,
    DayField,
    KeyField,
    ListField,
    ParagraphField,
    TextField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import reason, say
from app.numbers.commands_training import RecordTraining
from app.numbers.forms_words import no_numbers
from app.numbers.labels_training import TOPICS
from app.numbers.rules.training import (
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_TEACHER,
    LONGEST_TOPIC,
    LONGEST_UNIT,
    MOST_HALF_HOURS,
    TrainingTopic,
)

_HOURS = re.compile(r"\d{1,2}(\.[05])?", re.ASCII)
_LONGEST_OTHERS = 6000


class TrainingForm(Form):
    key = KeyField()
    held_on = DayField(lazy_("培训日期"), [Answered(lazy_("请填写日期，如 2026-11-21"))])
    topic = ListField(lazy_("培训内容"), labelled(TOPICS), [Answered(lazy_("请选择培训内容"))])
    title = TextField(lazy_("培训主题"), LONGEST_TOPIC, [Answered(lazy_("请填写培训主题")), no_numbers])
    place = TextField(lazy_("培训地点"), LONGEST_PLACE, [Answered(lazy_("请填写培训地点")), no_numbers])
    teacher = TextField(lazy_("授课人"), LONGEST_TEACHER, [Answered(lazy_("请填写授课人")), no_numbers])
    hours = CodeField(lazy_("学时（小时）"), 5, [Answered(lazy_("请填写学时，如 3 或 1.5，最多 24 学时"))])
    attendees = SelectMultipleField(lazy_("参加人员"), choices=[])
    others = ParagraphField(lazy_("没有账号的参加人员（选填）"), _LONGEST_OTHERS, [no_numbers])

    def __init__(self, staff: Iterable[tuple[str, str]]) -> None:
        super().__init__(key=new_public_id())
        self.attendees.choices = list(staff)

    def validate_hours(self, field: CodeField) -> None:
        if field.data and (not _HOURS.fullmatch(field.data) or not 1 <= self.half_hours <= MOST_HALF_HOURS):
            raise ValidationError(say(reason("numbers.training.hours")))

    def validate_others(self, field: ParagraphField) -> None:
        if any(not _is_person(words) for words in self._lines()):
            raise ValidationError(say(reason("numbers.training.others")))

    @property
    def half_hours(self) -> int:
        return round(float(self.hours.data) * 2)

    def _lines(self) -> list[list[str]]:
        return [line.split(None, 1) for line in (self.others.data or "").splitlines() if line.strip()]

    def to_command(self) -> RecordTraining:
        return RecordTraining(
            submission_key=str(self.key.data),
            held_on=self.held_on.data,
            topic=TrainingTopic(self.topic.data),
            title=self.title.data,
            place=self.place.data,
            teacher=self.teacher.data,
            half_hours=self.half_hours,
            attendees=tuple(self.attendees.data or ()),
            others=tuple((name, unit) for name, unit in self._lines()),
        )


def _is_person(words: list[str]) -> bool:
    return len(words) == 2 and len(words[0]) <= LONGEST_NAME and len(words[1]) <= LONGEST_UNIT
