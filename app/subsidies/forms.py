"""Shapes of the quarter's forms."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from app.core.errors import Invalid
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    ListField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.period import Period
from app.core.reasons import reason, say_period
from app.subsidies.commands import DecideHit, DecideHold
from app.subsidies.rules.grounds import (
    FOR_CONFIRMING,
    FOR_EITHER,
    LONGEST_REFERENCE,
    AnswerGround,
    Grounds,
    HitGround,
    HoldGround,
    ReturnGround,
    grounds_for,
)
from app.subsidies.texts import TEXTS

_CHOOSE = Answered(lazy_("请选择"))


def _said(
    grounds: Iterable[HoldGround] | Iterable[ReturnGround] | Iterable[HitGround] | Iterable[AnswerGround],
) -> list[tuple[str, Any]]:
    return labelled({code: TEXTS[f"subsidies.ground.{code}"] for code in grounds})


class StepForm(Form):
    """A step of a run; `version` is the run's version on the page that was looked at."""

    version = HiddenField(validators=[InputRequired(lazy_("请从批次页面重新办理这一步"))])

    @property
    def seen_version(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class ReturnForm(StepForm):
    ground = ListField(lazy_("退回原因"), _said(ReturnGround), [Answered(lazy_("请选择退回原因"))])
    reference = CodeField(lazy_("文件或协议编号（可不填）"), LONGEST_REFERENCE)

    def to_grounds(self) -> Grounds:
        return Grounds(ReturnGround(self.ground.data), self.reference.data or "")


class SettleForm(StepForm):
    """The bank's file; for one that names no pay file, the word that it answers this one, and by what."""

    returns = FileField(lazy_("银行回盘文件"), validators=[FileRequired(lazy_("请选择银行回盘文件"))])
    is_taken = BooleanField(lazy_("我确认这份没有编号的回盘就是本批的，我对此负责"))
    answer_ground = ListField(lazy_("凭什么确认"), _said(AnswerGround))
    answer_reference = CodeField(lazy_("来函或流水的编号"), LONGEST_REFERENCE)

    def to_word(self) -> Grounds | None:
        """None where nobody gives it. Raises `Invalid` without a ground."""
        if not self.is_taken.data:
            return None
        if not self.answer_ground.data:
            raise Invalid({"answer_ground": [reason("core.nothing_chosen")]})
        return Grounds(AnswerGround(self.answer_ground.data), self.answer_reference.data or "")


class AttestForm(StepForm):
    is_attested = BooleanField(
        lazy_("银行已告知本批全部入账，我对此负责"), validators=[InputRequired(lazy_("请勾选确认"))]
    )


class DecideForm(StepForm):
    is_paid = ChoiceField(
        lazy_("决定"), [("yes", lazy_("发放")), ("no", lazy_("不发"))], [Answered(lazy_("请选择发放或不发"))]
    )
    ground = ListField(lazy_("依据"), (), [Answered(lazy_("请选择依据"))])
    reference = CodeField(lazy_("文件或协议编号（可不填）"), LONGEST_REFERENCE)

    def __init__(self, holds: Collection[str], **kwargs: object) -> None:
        """`holds`: the kinds of hold of the line; only grounds that speak of them are offered."""
        super().__init__(**kwargs)
        paying, refusing = (grounds_for(holds, is_paid=is_paid) for is_paid in (True, False))
        groups = {_("发放或不发"): FOR_EITHER, _("发放"): paying, _("不发"): refusing}
        self.ground.group({heading: _said(grounds) for heading, grounds in groups.items() if grounds})

    def to_command(self, line_public_id: str) -> DecideHold:
        grounds = Grounds(HoldGround(self.ground.data), self.reference.data or "")
        return DecideHold(line_public_id, self.is_paid.data == "yes", grounds)


class DecideHitForm(Form):
    """Whether somebody on a list is our person; `may_overrule`: whether this reader may say that it is another."""

    is_same = ChoiceField(
        lazy_("是不是同一人"),
        [("yes", lazy_("是同一人")), ("no", lazy_("不是同一人，或名单有误"))],
        [Answered(lazy_("请选择是不是同一人"))],
    )
    ground = ListField(lazy_("依据"), _said(HitGround), [Answered(lazy_("请选择依据"))])
    reference = CodeField(lazy_("所依据材料的编号"), LONGEST_REFERENCE)

    def __init__(self, may_overrule: bool, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if not may_overrule:
            self.is_same.choices = choices([("yes", lazy_("是同一人"))])
            self.ground.offer(_said(FOR_CONFIRMING))

    def to_command(self, hit_public_id: str) -> DecideHit:
        grounds = Grounds(HitGround(self.ground.data), self.reference.data or "")
        return DecideHit(hit_public_id, self.is_same.data == "yes", grounds)


class PrepareForm(Form):
    quarter = ListField(lazy_("季度"), (), [Answered(lazy_("请选择季度"))])
    is_supplementary = BooleanField(lazy_("补发批次（只含本季度尚未发放的协议）"))

    def __init__(self, quarters: list[Period], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.quarter.choices = choices((str(one), say_period(one)) for one in quarters)
