"""The form that answers a duty; what can be answered depends on what is asked."""

from __future__ import annotations

from datetime import date

from app.core.fields import Answered, ChoiceField, DayField, choices
from app.core.forms import Form
from app.core.i18n import lazy_
from app.patients.commands import AnswerDuty
from app.patients.forms import Past
from app.patients.labels_watch import ANSWER_LABELS, ASKED_LABELS, DAY_LABELS
from app.patients.rules_watch import RHYTHMS, WHOM, Asked, DutyAnswer, Watch


class AnswerForm(Form):
    """`today` is set by the view."""

    today: date | None = None
    answer = ChoiceField(lazy_("结果"), (), [Answered(lazy_("请选择结果"))])
    whom = ChoiceField(lazy_("询问了谁"), ())
    on = DayField(lazy_("日期"), [Answered(lazy_("请填写日期")), Past()])

    @classmethod
    def about(cls, watch: Watch, today: date) -> AnswerForm:
        form = cls(data={"on": today})
        form.today = today
        labels = ANSWER_LABELS[watch]
        form.answer.choices = choices((answer.value, lazy_(labels[answer])) for answer in RHYTHMS[watch].answers)
        form.whom.choices = choices((one.value, lazy_(ASKED_LABELS[one])) for one in WHOM[watch])
        form.on.label.text = lazy_(DAY_LABELS[watch])
        if not WHOM[watch]:
            del form.whom
        return form

    def to_command(self) -> AnswerDuty:
        whom = self.whom.data if "whom" in self else None
        return AnswerDuty(DutyAnswer(self.answer.data), self.on.data, Asked(whom) if whom else None)
