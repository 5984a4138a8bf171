"""An attempt without contact, and the decision that a patient is lost."""

from __future__ import annotations

from datetime import date

from wtforms.validators import ValidationError

from app.core.fields import ChoiceField, DayField, ParagraphField
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.visits.commands import RecordAttempt
from app.visits.forms.key import SubmissionKeyField
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS, AttemptOutcome, AttemptWay

_WAYS, _OUTCOMES = tuple(AttemptWay), tuple(AttemptOutcome)


class AttemptForm(Form):
    submission_key = SubmissionKeyField()
    attempted_on = DayField(lazy_("日期"))
    way = ChoiceField(lazy_("方式"), [(way.value, lazy_(WAY_LABELS[way])) for way in _WAYS])
    outcome = ChoiceField(lazy_("结果"), [(one.value, lazy_(OUTCOME_LABELS[one])) for one in _OUTCOMES])
    notes = ParagraphField(lazy_("备注"), 500)

    def validate_attempted_on(self, field: DayField) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(_("请填写日期"))

    def validate_way(self, field: ChoiceField) -> None:
        if not field.data:
            raise ValidationError(_("请选择方式"))

    def validate_outcome(self, field: ChoiceField) -> None:
        if not field.data:
            raise ValidationError(_("请选择结果"))

    def to_command(self, patient: str) -> RecordAttempt:
        attempted_on: date = self.attempted_on.data
        return RecordAttempt(
            patient=patient,
            submission_key=self.submission_key.data,
            attempted_on=attempted_on,
            way=AttemptWay(self.way.data),
            outcome=AttemptOutcome(self.outcome.data),
            notes=self.notes.data or "",
        )


class LostForm(Form):
    decision = ChoiceField(lazy_("决定"), [("lost", lazy_("确认失访")), ("not_lost", lazy_("不是失访，继续寻访"))])

    def validate_decision(self, field: ChoiceField) -> None:
        if not field.data:
            raise ValidationError(_("请选择"))

    @property
    def is_lost(self) -> bool:
        return bool(self.decision.data == "lost")
