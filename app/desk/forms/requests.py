"""Asking a colleague to exclude, to undo a death or to merge; deciding needs no fields."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.core.fields import Answered, ChoiceField, DayField, KeyField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.desk.commands import Proposal
from app.desk.rules import WHY
from app.desk.texts import TEXTS
from app.patients.rules import RequestKind

SIDES = ("kept", "merged")


class RequestForm(Form):
    """The view sets the findings that fit the kind."""

    today: date | None = None
    key = KeyField()
    why = ChoiceField(lazy_("依据"), (), [Answered(lazy_("请选择依据"))])
    paper = TextField(lazy_("材料名称或文号"), 60, [Answered(lazy_("请填写材料名称或文号"))])

    def to_command(self, kind: RequestKind, patient: str, **more: Any) -> Proposal:
        more.setdefault("from_on", self.today)
        return Proposal(kind, patient, self.key.data, why=self.why.data, paper=self.paper.data, **more)


class ExclusionForm(RequestForm):
    from_on = DayField(lazy_("自哪一天起"), [Answered(lazy_("请填写日期"))])


class EmptyForm(Form):
    """A button; the token is all it carries."""


def findings(kind: RequestKind) -> list[tuple[str, Any]]:
    """The findings that a request of this kind may rest on."""
    return labelled({code: TEXTS[code] for code in WHY[kind]})
