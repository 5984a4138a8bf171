"""An individual plan: when it is made and looked at again, what matters to the family, and its steps line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.fields import Answered, DayField, KeyField, ListField, ParagraphField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.patients.commands_support import MakePlan, PlannedStep
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import PLAN_AIMS
from app.patients.rules import TeamPart
from app.patients.rules_support import MOST_STEPS, USUAL_REVIEW_DAYS, PlanAim

_LONGEST_STEP, _LONGEST_WISHES = 60, 200
_DAY = lazy_("请填写日期，如 2026-11-21")


@dataclass(frozen=True, slots=True)
class StepFields:
    """One line of the form; `what` decides whether it counts."""

    number: int
    aim: Any
    what: Any
    part: Any
    by_on: Any

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in (self.aim, self.what, self.part, self.by_on))


class PlanForm(Form):
    key = KeyField()
    made_on = DayField(lazy_("制定日期"), [Answered(_DAY)])
    review_on = DayField(lazy_("约定复核日期"), [Answered(_DAY)])
    wishes = ParagraphField(lazy_("本人和家属最在意什么（选填）"), _LONGEST_WISHES)

    def lines(self) -> Iterator[StepFields]:
        for number in range(MOST_STEPS):
            yield StepFields(number, *(self[f"{name}_{number}"] for name in ("aim", "what", "part", "by_on")))

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        for line in self.lines():
            if line.what.data:
                is_fine &= self._is_whole(line)
        return bool(is_fine)

    def to_command(self) -> MakePlan:
        """Of a form that has been validated; lines without words are left out."""
        steps = tuple(
            PlannedStep(PlanAim(line.aim.data), line.what.data, TeamPart(line.part.data), line.by_on.data)
            for line in self.lines()
            if line.what.data
        )
        return MakePlan(self.key.data, self.made_on.data, self.review_on.data, steps, self.wishes.data or "")

    def _is_whole(self, line: StepFields) -> bool:
        asked = ((line.aim, _("请选择目标")), (line.part, _("请选择谁来做")), (line.by_on, _("请填写什么时候前做到")))
        for field, sentence in asked:
            if not field.data and not field.errors:
                field.errors = [sentence]
        made_on = self.made_on.data
        if made_on and line.by_on.data and line.by_on.data < made_on:
            line.by_on.errors = [_("不能早于计划制定的日期")]
        return not line.has_errors


def _add_lines() -> None:
    """The lines of the form, each with its number in its names."""
    for number in range(MOST_STEPS):
        setattr(PlanForm, f"aim_{number}", ListField(lazy_("目标"), labelled(PLAN_AIMS)))
        setattr(PlanForm, f"what_{number}", TextField(lazy_("做什么"), _LONGEST_STEP))
        setattr(PlanForm, f"part_{number}", ListField(lazy_("谁来做"), labelled(TEAM_PARTS)))
        setattr(PlanForm, f"by_on_{number}", DayField(lazy_("什么时候前")))


_add_lines()


def begun(today: date, steps: Iterable[PlannedStep]) -> dict[str, Any]:
    """What the page begins with."""
    values: dict[str, Any] = {"made_on": today, "review_on": today + timedelta(days=USUAL_REVIEW_DAYS)}
    for number, step in enumerate(steps):
        if number < MOST_STEPS:
            values |= {f"aim_{number}": step.aim.value, f"what_{number}": step.what}
            values |= {f"part_{number}": step.part.value, f"by_on_{number}": step.by_on}
    return values
