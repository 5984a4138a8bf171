"""Shape of the line that names an office's contact."""

from __future__ import annotations

from app.core.fields import NumberField, TextField
from app.core.forms import Form
from app.core.i18n import lazy_


class ContactForm(Form):
    user = TextField(lazy_("联系人"), 22)
    rank = NumberField(lazy_("次序"), 1, 3)
