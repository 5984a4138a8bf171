"""The receipt of a referral."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, DayField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.visits.commands import RecordReceipt
from app.visits.rules.referral import NOT_GONE_LABELS, OUTCOME_LABELS, NotGone, ReferralOutcome


class ReceiptForm(Form):
    outcome = ChoiceField(lazy_("结果"), labelled(OUTCOME_LABELS), [Answered(lazy_("请选择结果"))])
    on = DayField(lazy_("就诊或住院日期"))
    org = TextField(lazy_("就诊机构（与转诊单不同时填写）"), 100)
    why = ChoiceField(lazy_("没有去的原因"), labelled(NOT_GONE_LABELS))

    def to_command(self) -> RecordReceipt:
        """Of a form that has been validated; what belongs to another outcome is left out."""
        outcome = ReferralOutcome(self.outcome.data)
        if outcome is ReferralOutcome.NOT_GONE:
            return RecordReceipt(outcome, why=NotGone(self.why.data) if self.why.data else None)
        return RecordReceipt(outcome, on=self.on.data, org=self.org.data or "")
