"""The decision against a form that came from a phone."""

from __future__ import annotations

from wtforms.validators import ValidationError

from app.core.fields import ChoiceField
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.visits.texts import TEXTS

# said by the room's texts, and stored as the reason
WHY = ("visit.sync.why.twice", "visit.sync.why.other_right", "visit.sync.why.wrong_patient", "visit.sync.why.not_made")


class DiscardForm(Form):
    why = ChoiceField(lazy_("放弃原因"), [(code, lazy_(TEXTS[code])) for code in WHY])

    def validate_why(self, field: ChoiceField) -> None:
        if not field.data:
            raise ValidationError(_("请选择放弃原因"))
