"""Fields that only the visit form has; the others are `app/core/fields.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import SelectMultipleField

from app.core.fields import CountField, choices, codes_offered

MOST_TIMES = 999


class WordsField(SelectMultipleField):
    """Codes that pages hand back to the server; unknown ones are left out, not refused."""

    def __init__(self, known: Iterable[str], **kwargs: Any) -> None:
        super().__init__("", choices=choices((word, word) for word in sorted(known)), **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        known = codes_offered(self)
        self.data: Any = [word for word in valuelist if word in known]


class TimesField(CountField):
    """How often a behaviour was seen; empty is 0."""

    def _value(self) -> str:
        return super()._value() if self.raw_data or self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = 0
        super().process_formdata(valuelist)
        self.data = self.data or 0
