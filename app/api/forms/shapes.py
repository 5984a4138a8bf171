"""Shapes of JSON values, strict: nothing is guessed, and what does not fit is said beside its field in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from apiflask import Schema
from flask_babel.speaklater import LazyString
from marshmallow import RAISE, ValidationError, fields, validate

from app.core.i18n import N_, _, lazy_
from app.core.plain_text import find_unkept
from app.core.reasons import Reason, say

_ABSENT = lazy_("缺少这一项")
_SHARED = {"required": _ABSENT, "null": _ABSENT}
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)


class Shape(Schema):
    """An object whose every key is known."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": lazy_("没有这个字段"), "type": lazy_("应为对象")}  # noqa: RUF012 - read once


class Text(fields.String):
    """Text of `least` to `most` characters, without what no page shows."""

    default_error_messages = {**_SHARED, "invalid": lazy_("应为文本")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, most: int, least: int = 0, **more: Any) -> None:
        words = LazyString(_, N_("长度应为 %(least)s 至 %(most)s 个字符"), least=least, most=most)
        super().__init__(validate=[validate.Length(least or None, most, error=words), _refuse_unkept], **more)


class Pattern(fields.String):
    """One line of a written form, at most so long; `words` say which."""

    default_error_messages = {**_SHARED, "invalid": lazy_("应为文本")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, pattern: str, words: Any, most: int | None = None, **more: Any) -> None:
        fits = [
            validate.Regexp(f"^{pattern}$", error=words),
            *([validate.Length(max=most, error=words)] if most else []),
        ]
        super().__init__(validate=[*fits, _refuse_lines], **more)


class Whole(fields.Integer):
    default_error_messages = {**_SHARED, "invalid": lazy_("应为整数")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, least: int, most: int, **more: Any) -> None:
        words = LazyString(_, N_("应在 %(least)s 至 %(most)s 之间"), least=least, most=most)
        super().__init__(strict=True, validate=validate.Range(least, most, error=words), **more)


class Day(fields.Date):
    default_error_messages = {**_SHARED, "invalid": lazy_("应为日期，如 2026-11-21")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", validate=_refuse_far, **more)


class Instant(fields.AwareDateTime):
    """An instant with its zone."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        **_SHARED,
        "invalid": lazy_("应为带时区的时间，如 2026-11-21T09:30:00+08:00"),
        "invalid_awareness": lazy_("应为带时区的时间，如 2026-11-21T09:30:00+08:00"),
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", validate=_refuse_far, **more)


class YesNo(fields.Boolean):
    default_error_messages = {**_SHARED, "invalid": lazy_("应为 true 或 false")}  # noqa: RUF012 - marshmallow's own way

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Choice(fields.Enum[Any]):
    """One of the printed codes."""

    default_error_messages = {**_SHARED, "unknown": lazy_("不是可用的代码，请对照接口说明")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, kind: type[Enum], **more: Any) -> None:
        super().__init__(kind, by_value=True, **more)


class Lines(fields.List[Any]):
    default_error_messages = {**_SHARED, "invalid": lazy_("应为列表")}  # noqa: RUF012 - marshmallow's own way

    def __init__(self, of: type[Schema], most: int, **more: Any) -> None:
        words = LazyString(_, N_("最多 %(most)s 项"), most=most)
        super().__init__(fields.Nested(of), validate=validate.Length(max=most, error=words), **more)


def _refuse_unkept(text: str) -> None:
    code = find_unkept(text)
    if code is not None:
        raise ValidationError(say(Reason(code)))


def _refuse_lines(text: str) -> None:
    """`$` of a pattern lets a last line end through."""
    if "\n" in text:
        raise ValidationError(str(lazy_("应为文本")))


def _refuse_far(value: date | datetime) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(str(lazy_("年份应在 1900 至 2199 之间")))
