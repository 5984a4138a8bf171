"""Shapes of the forms of an application."""

from __future__ import annotations

from datetime import date

from wtforms import BooleanField

from app.core.fields import Answered, DayField, FlagsField, KeyField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.documents.rules import DocumentKind
from app.guardians.commands_application import Apply
from app.guardians.labels_application import PAPER_LABELS, REFUSAL_GROUNDS, RETURN_GROUNDS, WITHDRAWAL_GROUNDS
from app.guardians.rules.application import ApplicationStep
from app.patients.forms import Past


class PapersForm(Form):
    """Which papers somebody has seen."""

    papers = FlagsField(lazy_("已看到的材料"), labelled(PAPER_LABELS))

    @property
    def seen(self) -> tuple[DocumentKind, ...]:
        return tuple(DocumentKind(code) for code in self.papers.data or ())


class ApplyForm(PapersForm):
    today: date | None = None

    key = KeyField()
    applied_on = DayField(lazy_("申请日期"), [Answered(lazy_("请填写申请日期")), Past()])
    from_on = DayField(lazy_("希望协议自哪天起"), [Answered(lazy_("请填写起始日期"))])

    def to_command(self) -> Apply:
        return Apply(self.key.data, self.applied_on.data, self.from_on.data, self.seen)


class SeekForm(ApplyForm):
    """For a family that comes to the village's desk: it names itself."""

    guardian = TextField(lazy_("申请人（第一监护人）姓名"), 50, [Answered(lazy_("请填写申请人姓名"))])
    patient = TextField(lazy_("被监护人姓名"), 50, [Answered(lazy_("请填写被监护人姓名"))])


class CheckForm(PapersForm):
    is_guardian = BooleanField(lazy_("经核对，申请人是实际履行监护的人，材料与本人相符"))


class GroundForm(Form):
    """Why an application goes no further; which step it is, the button says."""

    step = ListField(
        lazy_("处理"),
        [(one.value, "") for one in (ApplicationStep.RETURN, ApplicationStep.REFUSE, ApplicationStep.WITHDRAW)],
        [Answered(lazy_("请选择原因"))],
    )
    ground = ListField(
        lazy_("原因"), labelled(RETURN_GROUNDS | REFUSAL_GROUNDS | WITHDRAWAL_GROUNDS), [Answered(lazy_("请选择原因"))]
    )
