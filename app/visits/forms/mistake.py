"""Which attempt was written down by mistake, and what was wrong with it."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.patients.labels import MISTAKE_LABELS


class MistakeForm(Form):
    """The view offers the patient's attempts."""

    attempt = ChoiceField(lazy_("哪一条"), (), [Answered(lazy_("请选择哪一条"))])
    mistake = ChoiceField(lazy_("错在哪里"), labelled(MISTAKE_LABELS), [Answered(lazy_("请选择错在哪里"))])
