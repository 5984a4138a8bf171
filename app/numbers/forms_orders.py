"""Shapes of the forms of supervision orders."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.fields import Answered, ChoiceField, ListField, NumberField, ParagraphField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.numbers.commands import SendOrder
from app.numbers.forms_words import no_numbers
from app.numbers.labels_orders import DEMANDS, OUTCOMES
from app.numbers.rules.orders import LONGEST_REPLY, LONGEST_TERM, LONGEST_WORDS, CaseOutcome, Demand


class OrderForm(Form):
    demand = ChoiceField(lazy_("督办要求"), labelled(DEMANDS), [Answered(lazy_("请选择督办要求"))])
    working_days = NumberField(
        lazy_("回复期限（工作日）"), 1, LONGEST_TERM, [Answered(lazy_("请填写几个工作日内回复"))]
    )

    def to_command(self, matter: str, place: str, period: str, agency: str) -> SendOrder:
        return SendOrder(matter, place, period, agency, Demand(self.demand.data), self.working_days.data)


class CloseForm(Form):
    """The reason is asked for while the records show open cases."""

    why = ParagraphField(lazy_("仍予办结的原因"), LONGEST_WORDS, [no_numbers])


class SendBackForm(Form):
    words = ParagraphField(lazy_("退回原因"), LONGEST_WORDS, [Answered(lazy_("请写明退回原因")), no_numbers])


class WithdrawForm(Form):
    why = ParagraphField(lazy_("撤销原因"), LONGEST_WORDS, [Answered(lazy_("请写明撤销原因")), no_numbers])


class ReplyForm(Form):
    """The reply with a field for each case; made by `reply_form`."""

    words = ParagraphField(lazy_("回复内容"), LONGEST_REPLY, [Answered(lazy_("请写明整改情况或原因")), no_numbers])

    def outcomes(self) -> dict[int, CaseOutcome]:
        """case id → what was done, of those answered."""
        fields = {name: one.data for name, one in self._fields.items() if name.startswith("case_")}
        return {int(name.removeprefix("case_")): CaseOutcome(said) for name, said in fields.items() if said}


def reply_form(cases: Sequence[tuple[int, str | None]]) -> ReplyForm:
    """With a field a case (id, what was said before)."""
    answered = Answered(lazy_("请选择这一例的办理情况"))
    fields = {
        f"case_{case_id}": ListField(lazy_("单位办理情况"), labelled(OUTCOMES), [answered], default=said)
        for case_id, said in cases
    }
    form: ReplyForm = type("ReplyForm", (ReplyForm,), fields)()
    return form
