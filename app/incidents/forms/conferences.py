"""Shapes of the forms about conferences."""

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
    ParagraphField,
    TextField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.names import LONGEST_NAME
from app.incidents.commands.conferences import (
    AnswerDecision,
    AnswerInvitation,
    CallConference,
    MinuteItem,
    MoveConference,
    TakeDecision,
)
from app.incidents.forms.incidents import version_of
from app.incidents.labels_conferences import ANSWERS, DECISION_KINDS, DECISION_STATES, REFUSALS, RESULTS
from app.incidents.rules.conferences import (
    OWN_WORDS,
    DecisionKind,
    DecisionRefusal,
    DecisionState,
    InviteeAnswer,
    ItemResult,
)


class CallForm(Form):
    key = KeyField()
    meets_at = MomentField(lazy_("开会时间"), [Answered(lazy_("请填写开会时间"))])
    place = TextField(lazy_("开会地点"), 100, [Answered(lazy_("请填写开会地点"))])
    chair = TextField(lazy_("主持人（选填）"), LONGEST_NAME)
    agencies = FlagsField(lazy_("邀请单位（可多选）"), ())

    def to_command(self) -> CallConference:
        return CallConference(
            self.key.data,
            self.meets_at.data,
            self.place.data,
            self.chair.data or "",
            tuple(self.agencies.data or ()),
        )


class MoveForm(Form):
    version = HiddenField()
    meets_at = MomentField(lazy_("开会时间"), [Answered(lazy_("请填写开会时间"))])
    place = TextField(lazy_("开会地点"), 100, [Answered(lazy_("请填写开会地点"))])

    def to_command(self) -> MoveConference:
        return MoveConference(version_of(self.version), self.meets_at.data, self.place.data)


class ChooseForm(Form):
    """Several of what the page offers."""

    chosen = FlagsField(lazy_("选择（可多选）"), ())

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.chosen.choices = choices(list(pairs))


class InvitationForm(Form):
    answer = ChoiceField(lazy_("是否参加"), labelled(ANSWERS), [Answered(lazy_("请选择是否参加"))])
    attendee = TextField(lazy_("参加人姓名（选填）"), LONGEST_NAME)

    def to_command(self) -> AnswerInvitation:
        return AnswerInvitation(InviteeAnswer(self.answer.data), self.attendee.data or "")


class MinuteForm(Form):
    result = ChoiceField(lazy_("议题结果"), labelled(RESULTS), [Answered(lazy_("请选择议题结果"))])
    words = ParagraphField(lazy_("商议情况"), 1000)

    def to_command(self) -> MinuteItem:
        return MinuteItem(ItemResult(self.result.data), self.words.data or "")


class DecisionForm(Form):
    key = KeyField()
    kind = ListField(lazy_("议定事项"), labelled(DECISION_KINDS), [Answered(lazy_("请选择议定事项"))])
    agency = ListField(lazy_("由哪个单位办理"), validators=[Answered(lazy_("请选择办理单位"))])
    due_on = DayField(lazy_("办结期限"), [Answered(lazy_("请填写办结期限"))])
    note = ParagraphField(lazy_("给办理单位的说明（选填，不写病情）"), 300)

    def to_command(self) -> TakeDecision:
        return TakeDecision(
            self.key.data, DecisionKind(self.kind.data), self.agency.data, self.due_on.data, self.note.data or ""
        )  # fmt: skip


class AnswerDecisionForm(Form):
    version = HiddenField()
    to = ChoiceField(
        lazy_("办理情况"),
        labelled({one: DECISION_STATES[one] for one in OWN_WORDS}),
        [Answered(lazy_("请选择办理情况"))],
    )
    refusal = ChoiceField(lazy_("不能办理的原因"), labelled(REFUSALS))
    paper_number = TextField(lazy_("证件或文书编号（选填）"), 60)
    note = ParagraphField(lazy_("办理说明（选填）"), 300)

    def to_command(self) -> AnswerDecision:
        return AnswerDecision(
            version_of(self.version),
            DecisionState(self.to.data),
            DecisionRefusal(self.refusal.data) if self.refusal.data else None,
            self.paper_number.data or "",
            self.note.data or "",
        )


class SteerForm(Form):
    """Buttons of whoever holds the conference: ask again, withdraw."""

    version = HiddenField()
    to = HiddenField()

    def to_command(self) -> AnswerDecision | None:
        steers = {str(one): one for one in (DecisionState.OPEN, DecisionState.WITHDRAWN)}
        wanted = steers.get(str(self.to.data or ""))
        return AnswerDecision(version_of(self.version), wanted) if wanted else None
