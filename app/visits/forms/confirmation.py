"""The town's word on a village doctor's visit."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.visits.rules.confirmation import CONFIRMATION_LABELS, RETURN_LABELS, Confirmation, ReturnReason


class ReturnForm(Form):
    why = ChoiceField(lazy_("退回原因"), labelled(RETURN_LABELS), [Answered(lazy_("请选择退回原因"))])

    @property
    def reason(self) -> ReturnReason:
        return ReturnReason(self.why.data)


class ConfirmationForm(Form):
    wanted = ChoiceField(lazy_("村医的随访"), labelled(CONFIRMATION_LABELS), [Answered(lazy_("请选择"))])

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.wanted.data)
