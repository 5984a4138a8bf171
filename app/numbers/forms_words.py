"""What no words of this room may hold, whichever form they are typed into."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from app.core.fields import half_width
from app.core.reasons import reason, say
from app.subsidies.rules.grounds import holds_personal_number


def no_numbers(_form: Any, field: Any) -> None:
    """Validator: nobody's ID number, telephone or account; who is meant the list says."""
    if holds_personal_number(half_width(field.data or "")):
        raise ValidationError(say(reason("numbers.sample.personal")))
