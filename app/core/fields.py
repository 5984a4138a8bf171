"""Form fields that answer every mutated input with a sentence: one code, several codes, days, counts, sums, texts, keys.

Characters that cannot be kept at all are refused before a field is read (`app/core/forms.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput, TextArea, TextInput

from app.core.clock import SHANGHAI
from app.core.dates import parse_date
from app.core.i18n import _, lazy_
from app.core.identity import FULL_WIDTH

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_YUAN = re.compile(r"\d{1,7}(\.\d{1,2})?", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)

NOT_A_CHOICE = lazy_("没有这个选项，请重新选择")


class Answered:
    """Validator: an answer is there. The sentence is the field's own, so that it says what to do."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, form: Any, field: Any) -> None:
        if field.data in (None, "", []) and not field.process_errors:
            raise ValidationError(self.sentence)


def choices(pairs: Iterable[tuple[int | str, Any]]) -> list[Any]:
    """Options from (code, label). Options that were made already, once for all forms of a class, are taken as they are."""
    if isinstance(pairs, list) and pairs and isinstance(pairs[0], SelectChoice):
        return pairs
    return [SelectChoice(str(code), label) for code, label in pairs]


def half_width(text: str) -> str:
    """Full-width digits, letters and signs of a Chinese keyboard as half-width ones."""
    return text.translate(FULL_WIDTH)


def _sent(valuelist: Sequence[Any]) -> str:
    return str(valuelist[0]).strip() if valuelist else ""


def labelled(table: Mapping[Any, str]) -> list[tuple[str, Any]]:
    """Codes with their marked texts, said in the reader's language when shown."""
    return [(str(code), lazy_(text)) for code, text in table.items()]


def codes_offered(field: Any) -> set[str]:
    """The codes that a choice field offers."""
    return {choice.value for choice in field.choices}


class OneCode:
    """What a field for one code shares, whether it is drawn as buttons or as a list."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in codes_offered(self):
            raise ValidationError(NOT_A_CHOICE)

    @property
    def code(self) -> int | None:
        """The chosen number; None while unanswered or unknown."""
        known = self.data in codes_offered(self)
        return int(self.data) if known and self.data else None


class ChoiceField(OneCode, RadioField):
    """One code out of several as big buttons; `data` is text, None while unanswered."""

    data: Any

    def __init__(self, label: Any, pairs: Iterable[tuple[int | str, Any]], validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), choices=choices(pairs), **kwargs)


class ListField(OneCode, SelectField):
    """One code out of many in a list, with an empty first line; `groups` may replace the choices later."""

    data: Any

    def __init__(
        self, label: Any, pairs: Iterable[tuple[int | str, Any]] = (), validators: Any = (), **kwargs: Any
    ) -> None:
        blank = [SelectChoice("", lazy_("请选择"))]
        super().__init__(label, list(validators), choices=blank + choices(pairs), **kwargs)

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Choices that are known only when the page is asked for."""
        self.choices = [SelectChoice("", lazy_("请选择")), *choices(pairs)]

    def group(self, groups: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """Choices under headings: `{"城关镇": [("349921100200", "东村")]}`."""
        blank = [SelectChoice("", lazy_("请选择"))]
        self.choices = blank + [
            SelectChoice(code, label, optgroup=heading) for heading, places in groups.items() for code, label in places
        ]


class FlagsField(SelectMultipleField):
    """Several codes of a form, each a bit of one number."""

    data: Any

    def __init__(self, label: Any, pairs: Iterable[tuple[int | str, Any]], **kwargs: Any) -> None:
        super().__init__(label, choices=choices(pairs), **kwargs)

    def pre_validate(self, form: Any) -> None:
        if set(self.data or ()) - codes_offered(self):
            raise ValidationError(NOT_A_CHOICE)

    @property
    def bits(self) -> int | None:
        """The ticked codes as bits; None when nothing is ticked."""
        known = codes_offered(self)
        return sum(1 << (int(code) - 1) for code in set(self.data or ()) & known) or None


def codes_of(bits: int | None) -> list[str]:
    """The codes that a number's bits stand for, as `FlagsField` takes them."""
    return [str(place + 1) for place in range((bits or 0).bit_length()) if (bits or 0) >> place & 1]


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
        text = half_width(_sent(valuelist)).strip()
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
    """How often; None while empty."""

    data: Any
    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = half_width(_sent(valuelist)).strip()
        if text and not _COUNT.fullmatch(text):
            raise ValueError(_("请填写次数，如 1"))
        self.data = int(text) if text else None


class NumberField(StringField):
    """A whole number from `least` to `most`; None while empty."""

    data: Any

    def __init__(self, label: Any, least: int, most: int, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.least, self.most = least, most

    _value = CountField._value

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        text = half_width(_sent(valuelist)).strip()
        if not text:
            return
        if not _COUNT.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise ValueError(_("请填写 %(least)s 到 %(most)s 的整数", least=self.least, most=self.most))
        self.data = int(text)


class YuanField(StringField):
    """A sum as `3000` or `3000.00`; `data` is that text."""

    data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = half_width(_sent(valuelist)).strip()
        if self.data and not _YUAN.fullmatch(self.data):
            raise ValueError(_("请填写金额，例如 3000 或 3000.00"))


class _Text(StringField):
    """Trimmed and bounded."""

    data: Any

    def __init__(self, label: Any, most: int, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.most = most

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = valuelist[0].replace("\r\n", "\n").strip() if valuelist else ""
        self.data = text
        if len(text) > self.most:
            raise ValueError(_("最多 %(most)s 个字，现有 %(length)s 个", most=self.most, length=len(text)))


class TextField(_Text):
    """One line."""


class CodeField(_Text):
    """One line of digits and letters, as a number on a paper; full-width ones are taken as half-width."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata([half_width(value) for value in valuelist])


class ParagraphField(_Text):
    """Several lines."""

    widget = TextArea()


class MomentField(StringField):
    """An instant as a clock in China shows it, `2026-11-21T14:30`; `data` is aware UTC, None while empty."""

    data: Any
    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        text = half_width(str(valuelist[0])).strip().replace(" ", "T") if valuelist else ""
        if not text:
            return
        try:
            local = datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007  # given its zone on the next line
        except ValueError:
            raise ValueError(_("请填写日期和时间，如 2026-11-21 14:30")) from None
        if not 2000 <= local.year <= 2100:
            raise ValueError(_("日期不在合理范围内，请核对"))
        self.data = local.replace(tzinfo=SHANGHAI).astimezone(UTC)


class KeyField(HiddenField):
    """The public id that a form's record will have: made with the page, so that a form that arrives twice is stored once."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        if not _KEY.fullmatch(str(self.data or "")):
            raise ValidationError(_("页面已过期，请刷新后重填"))
