"""Shapes of the forms about receptions, requests and rounds."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import HiddenField

from app.core.fields import (
    Answered,
    ChoiceField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    MomentField,
    NumberField,
    ParagraphField,
    TextField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.names import LONGEST_NAME
from app.incidents.commands.green import (
    AnswerLine,
    AnswerReception,
    AskGreen,
    AskHospital,
    MoveGreen,
    PlanRound,
)
from app.incidents.forms.incidents import version_of
from app.incidents.labels_care import (
    GREEN_KINDS,
    GREEN_REFUSALS,
    GREEN_STATES,
    LINE_STATES,
    RECEIVERS,
    RECEPTION_REFUSALS,
    RECEPTION_STATES,
    TRANSPORTS,
)
from app.incidents.rules.green import GreenKind, GreenRefusal, GreenState, LineState, Receiver
from app.incidents.rules.reception import ReceptionRefusal, ReceptionState, Transport

_ANSWERS = (ReceptionState.ACCEPTED, ReceptionState.REFUSED, ReceptionState.ARRIVED, ReceptionState.CALLED_OFF)
_LINE = (LineState.RECEIVED, LineState.NOT_MET, LineState.RETURNED)


class AskHospitalForm(Form):
    key = KeyField()
    hospital = ListField(lazy_("送往哪家医院"))
    name = TextField(lazy_("名单以外的医院（选填）"), 100)
    transport = ChoiceField(lazy_("怎么送"), labelled(TRANSPORTS), [Answered(lazy_("请选择怎么送"))])
    escorts = TextField(lazy_("护送人员（选填）"), 100)

    def to_command(self) -> AskHospital:
        return AskHospital(
            self.key.data,
            Transport(self.transport.data),
            self.hospital.data or "",
            self.name.data or "",
            self.escorts.data or "",
        )


class ReceptionForm(Form):
    to = ChoiceField(
        lazy_("接收情况"),
        labelled({one: RECEPTION_STATES[one] for one in _ANSWERS}),
        [Answered(lazy_("请选择接收情况"))],
    )
    at = MomentField(lazy_("时间"), [Answered(lazy_("请填写时间"))])
    refusal = ChoiceField(lazy_("不能接收的原因"), labelled(RECEPTION_REFUSALS))
    name = TextField(lazy_("答复或接收的医护人员（选填）"), LONGEST_NAME)

    def to_command(self) -> AnswerReception:
        return AnswerReception(
            ReceptionState(self.to.data),
            self.at.data,
            ReceptionRefusal(self.refusal.data) if self.refusal.data else None,
            self.name.data or "",
        )


class AskGreenForm(Form):
    key = KeyField()
    kind = ChoiceField(lazy_("申请什么"), labelled(GREEN_KINDS), [Answered(lazy_("请选择申请什么"))])
    wanted_on = DayField(lazy_("希望在哪一天之前"), [Answered(lazy_("请填写日期"))])
    hospital = TextField(lazy_("医院（护送住院时必填）"), 100)
    drug = TextField(lazy_("药品（送药上门时必填）"), 60)
    days = NumberField(lazy_("够用多少天（送药上门时必填）"), 1, 366)
    note = ParagraphField(lazy_("说明（选填）"), 300)

    def to_command(self) -> AskGreen:
        return AskGreen(
            self.key.data,
            GreenKind(self.kind.data),
            self.wanted_on.data,
            self.hospital.data or "",
            self.drug.data or "",
            self.days.data,
            self.note.data or "",
        )


class MoveGreenForm(Form):
    version = HiddenField()
    to = ChoiceField(lazy_("办理情况"), (), [Answered(lazy_("请选择办理情况"))])
    on = DayField(lazy_("办结日期（送达或入院的日期）"))
    refusal = ChoiceField(lazy_("不予办理的原因"), labelled(GREEN_REFUSALS))

    def offer(self, states: Iterable[GreenState]) -> None:
        self.to.choices = choices([(str(one), lazy_(GREEN_STATES[one])) for one in states])

    def to_command(self) -> MoveGreen:
        return MoveGreen(
            version_of(self.version),
            GreenState(self.to.data),
            GreenRefusal(self.refusal.data) if self.refusal.data else None,
            self.on.data,
        )


class PlanRoundForm(Form):
    key = KeyField()
    source = TextField(lazy_("从哪家医院取药"), 100, [Answered(lazy_("请填写取药医院"))])
    planned_on = DayField(lazy_("送药日期"), [Answered(lazy_("请填写送药日期"))])
    chosen = FlagsField(lazy_("送哪些药（可多选）"), ())

    def to_command(self, town: str) -> PlanRound:
        return PlanRound(
            self.key.data, town, self.source.data, self.planned_on.data, tuple(self.chosen.data or ())
        )  # fmt: skip


class LineForm(Form):
    to = ChoiceField(lazy_("结果"), labelled({one: LINE_STATES[one] for one in _LINE}), [Answered(lazy_("请选择结果"))])
    receiver = ChoiceField(lazy_("由谁签收"), labelled(RECEIVERS))
    on = DayField(lazy_("日期"), [Answered(lazy_("请填写日期"))])

    def to_command(self) -> AnswerLine:
        return AnswerLine(
            LineState(self.to.data), self.on.data, Receiver(self.receiver.data) if self.receiver.data else None
        )
