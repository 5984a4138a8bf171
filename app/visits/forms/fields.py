"""Form fields that answer every mutated input with a sentence: codes, flags, days, counts, texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, TextArea, TextInput

from app.core.dates import parse_date
from app.core.i18n import _, lazy_

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST_TIMES = 999
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
# controls, and the halves of a broken pair, which no database stores
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

NOT_A_CHOICE = lazy_("没有这个选项，请重新选择")


def choices(pairs: Iterable[tuple[int | str, Any]]) -> list[Any]:
    return [SelectChoice(str(code), label) for code, label in pairs]


def _codes(field: Any) -> set[str]:
    return {choice.value for choice in field.iter_choices()}


class ChoiceField(RadioField):
    """One code out of several, as text; None while unanswered."""

    data: Any

    def __init__(self, label: Any, pairs: Iterable[tuple[int | str, Any]], **kwargs: Any) -> None:
        super().__init__(label, choices=choices(pairs), **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in _codes(self):
            raise ValidationError(NOT_A_CHOICE)

    @property
    def code(self) -> int | None:
        """The chosen code; None while unanswered or unknown."""
        known = self.data in _codes(self)
        return int(self.data) if known and self.data else None


class FlagsField(SelectMultipleField):
    """Several codes of the form, each a bit of one number."""

    data: Any

    def __init__(self, label: Any, pairs: Iterable[tuple[int | str, Any]], **kwargs: Any) -> None:
        super().__init__(label, choices=choices(pairs), **kwargs)

    def pre_validate(self, form: Any) -> None:
        if set(self.data or ()) - _codes(self):
            raise ValidationError(NOT_A_CHOICE)

    @property
    def bits(self) -> int | None:
        """The ticked codes as bits; None when nothing is ticked."""
        known = _codes(self)
        return sum(1 << (int(code) - 1) for code in set(self.data or ()) & known) or None


class WordsField(SelectMultipleField):
    """Codes that pages hand back to the server; unknown ones are left out, not refused."""

    def __init__(self, known: Iterable[str], **kwargs: Any) -> None:
        super().__init__("", choices=choices((word, word) for word in sorted(known)), **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        known = _codes(self)
        self.data: Any = [word for word in valuelist if word in known]


class DayField(StringField):
    """A date as `2026-11-21`; empty is None."""

    data: Any
    widget = DateInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            day = parse_date(text)
        except ValueError:
            raise ValueError(_("请填写日期，如 2026-11-21")) from None
        if not EARLIEST <= day <= LATEST:
            raise ValueError(_("日期不在合理范围内，请核对"))
        self.data = day


class CountField(StringField):
    """How often; empty is 0."""

    data: Any
    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return str(self.data) if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = 0
        text = valuelist[0].strip() if valuelist else ""
        if text and not _COUNT.fullmatch(text):
            raise ValueError(_("请填写次数，如 1"))
        self.data = int(text) if text else 0


class _Text(StringField):
    """Trimmed, bounded and without control characters."""

    data: Any

    def __init__(self, label: Any, most: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = valuelist[0].replace("\r\n", "\n").strip() if valuelist else ""
        self.data = text
        if _UNPRINTABLE.search(text):
            raise ValueError(_("内容里有无法保存的字符，请删去后重填"))
        if len(text) > self.most:
            raise ValueError(_("最多 %(most)s 个字，现有 %(length)s 个", most=self.most, length=len(text)))


class TextField(_Text):
    """One line."""


class ParagraphField(_Text):
    """Several lines."""

    widget = TextArea()
