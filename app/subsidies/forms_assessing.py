"""Which guardians' years are confirmed."""

from __future__ import annotations

import re

from wtforms import SelectMultipleField

from app.core.forms import Form
from app.core.i18n import lazy_

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{1,22}", re.ASCII)


class ConfirmForm(Form):
    """The ticked guardians by their public ids; whose they are, the use case asks."""

    guardianship = SelectMultipleField(lazy_("监护人"), choices=[], validate_choice=False)

    def chosen(self) -> list[str]:
        ticked = dict.fromkeys(self.guardianship.data or ())
        return [one for one in ticked if _PUBLIC_ID.fullmatch(one)]
