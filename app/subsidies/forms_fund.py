"""Shapes of the fund's forms."""

from __future__ import annotations

from datetime import date

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    DayField,
    KeyField,
    ListField,
    TextField,
    YuanField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.money import Money
from app.subsidies.commands import ProposeMoney, ProposeReversal
from app.subsidies.rules.fund import SIDE_LABELS, SOURCES, YEAR_END_LABELS, FundSide, YearEnd

LONGEST_DOCUMENT = 60


class MoneyForm(Form):
    """Money for the pool. `key` is the form's own, so that it is written down once however often it is sent."""

    key = KeyField()
    year = ListField(lazy_("年度"), (), [Answered(lazy_("请选择年度"))])
    side = ListField(
        lazy_("资金来源"), labelled({one: SIDE_LABELS[one] for one in SOURCES}), [Answered(lazy_("请选择资金来源"))]
    )
    amount = YuanField(lazy_("金额（元）"), [Answered(lazy_("请填写金额，例如 3000 或 3000.00"))])
    document_number = TextField(lazy_("文件号"), LONGEST_DOCUMENT, [Answered(lazy_("请填写依据的文件号"))])
    on_day = DayField(lazy_("到账或下达日期"), [Answered(lazy_("请填写日期"))])

    def __init__(self, today: date, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        kwargs.setdefault("on_day", today)
        kwargs.setdefault("year", str(today.year))
        super().__init__(**kwargs)
        self.year.choices = choices((str(year), str(year)) for year in (today.year, today.year + 1, today.year - 1))

    def to_command(self, county_code: str) -> ProposeMoney:
        return ProposeMoney(
            submission_key=str(self.key.data),
            county_code=county_code,
            year=int(self.year.data),
            side=FundSide(self.side.data),
            amount=Money.from_yuan(self.amount.data or ""),
            document_number=self.document_number.data or "",
            on_day=self.on_day.data,
        )


class ReversalForm(Form):
    key = KeyField()
    document_number = TextField(lazy_("冲回依据的文件号"), LONGEST_DOCUMENT, [Answered(lazy_("请填写依据的文件号"))])

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)

    def to_command(self, entry_public_id: str) -> ProposeReversal:
        return ProposeReversal(str(self.key.data), entry_public_id, self.document_number.data or "")


class YearEndForm(Form):
    rule = ChoiceField(lazy_("年终结余"), labelled(YEAR_END_LABELS), [Answered(lazy_("请选择年终结余怎样处理"))])

    @property
    def chosen(self) -> YearEnd:
        return YearEnd(self.rule.data)
