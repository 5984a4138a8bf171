"""Shapes of the forms about money paid too much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.core.db import new_public_id
from app.core.fields import Answered, DayField, KeyField, ListField, TextField, YuanField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.money import Money
from app.subsidies.commands import ProposeRecovery, ReceiveMoney
from app.subsidies.rules.grounds import LONGEST_REFERENCE
from app.subsidies.rules.recovery import DUE_DAYS, OUTCOME_LABELS, RecoveryStep


class ProposalForm(Form):
    """What the county decided, by which paper. `key` is the form's own, so that it is written down once however often it is sent."""

    key = KeyField()
    outcome = ListField(lazy_("拟办意见"), (), [Answered(lazy_("请选择拟办意见"))])
    document_number = TextField(lazy_("依据的文件号"), LONGEST_REFERENCE, [Answered(lazy_("请填写依据的文件号"))])
    due_on = DayField(lazy_("退回期限"))

    def __init__(self, outcomes: Sequence[RecoveryStep], today: date, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        kwargs.setdefault("due_on", today + timedelta(days=DUE_DAYS))
        super().__init__(**kwargs)
        self.outcome.offer(labelled({one: OUTCOME_LABELS[one] for one in outcomes}))

    def to_command(self, public_id: str) -> ProposeRecovery:
        return ProposeRecovery(
            submission_key=str(self.key.data),
            public_id=public_id,
            outcome=RecoveryStep(self.outcome.data),
            document_number=self.document_number.data or "",
            due_on=self.due_on.data,
        )


class ReceiptForm(Form):
    """Money that came back."""

    key = KeyField()
    amount = YuanField(lazy_("收到金额（元）"), [Answered(lazy_("请填写金额，例如 3000 或 3000.00"))])
    slip = TextField(lazy_("银行回单号"), LONGEST_REFERENCE, [Answered(lazy_("请填写银行回单号"))])
    on_day = DayField(lazy_("到账日期"), [Answered(lazy_("请填写日期"))])

    def __init__(self, today: date, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        kwargs.setdefault("on_day", today)
        super().__init__(**kwargs)

    def to_command(self, public_id: str) -> ReceiveMoney:
        return ReceiveMoney(
            submission_key=str(self.key.data),
            public_id=public_id,
            amount=Money.from_yuan(self.amount.data or ""),
            slip=self.slip.data or "",
            on_day=self.on_day.data,
        )
