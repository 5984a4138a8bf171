"""What is handed to `flask rules try`, read strictly: one sentence that names the key for every mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.dates import parse_date
from app.core.i18n import _
from app.core.money import Money
from app.subsidies.rules.days import Stay

LARGEST_INPUT = 100_000
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_LEVELS = frozenset("012345")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class MalformedError(Exception):
    """The input is not what the rule reads; the message is one sentence that names the key."""


@dataclass(frozen=True)
class Given:
    """The JSON object that was handed in, read strictly: no coercion, and every mistake by its key.

    An absent key and one that is null are the same.
    """

    content: Mapping[str, Any]
    today: date

    def integer(self, key: str, allowed: Collection[int], default: int | None = None) -> int:
        value = self._value(key, default)
        if type(value) is not int or value not in allowed:
            raise MalformedError(_("“%(key)s”应为规定范围内的整数", key=key))
        return value

    def integers(self, key: str) -> tuple[int, ...]:
        """A list of five whole numbers: the items of social function."""
        items = self._value(key)
        if not isinstance(items, list) or any(type(item) is not int for item in items):
            raise MalformedError(_("“%(key)s”应为五个整数的列表", key=key))
        return tuple(items)

    def boolean(self, key: str) -> bool:
        value = self._value(key)
        if not isinstance(value, bool):
            raise MalformedError(_("“%(key)s”应为 true 或 false", key=key))
        return value

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str):
            raise MalformedError(_("“%(key)s”应为文字", key=key))
        return value

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value, known = self._value(key, default), list(allowed)
        if not isinstance(value, str) or value not in known:
            raise MalformedError(_("“%(key)s”应为 %(choices)s 之一", key=key, choices=" / ".join(known)))
        return value

    def day(self, key: str) -> date:
        return self._day(key, self._value(key))

    def optional_day(self, key: str) -> date | None:
        value = self.content.get(key)
        return None if value is None else self._day(key, value)

    def amounts(self, key: str) -> dict[str, Money]:
        """An object of amounts, such as `{"3": "3000.00", "4": "4800"}`; its keys are risk levels."""
        value = self.content.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(level in _LEVELS for level in value):
            raise MalformedError(_("“%(key)s”应为等级（0 至 5）到金额的对照", key=key))
        return {level: self._amount(key, amount) for level, amount in value.items()}

    def stays(self, key: str) -> tuple[Stay, ...]:
        """A list of `[from, to or null]`."""
        value = self.content.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            raise MalformedError(_("“%(key)s”应为 [起, 止或 null] 的列表", key=key))
        return tuple(self._stay(key, *pair) for pair in value)

    def only(self, keys: Collection[str]) -> None:
        """Refuse keys that the rule does not read: a misspelt key must not pass as an absent one."""
        for key in self.content:
            if key not in keys:
                raise MalformedError(_("没有“%(key)s”这一项", key=ascii(key)[1:-1][:60]))

    def has(self, key: str) -> bool:
        return self.content.get(key) is not None

    def _value(self, key: str, default: Any = None) -> Any:
        value = self.content.get(key)
        if value is None and default is None:
            raise MalformedError(_("缺少“%(key)s”", key=key))
        return default if value is None else value

    def _day(self, key: str, value: object) -> date:
        try:
            day = parse_date(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None or not _FIRST_DAY <= day <= _LAST_DAY:
            raise MalformedError(_("“%(key)s”应为日期，如 2026-11-21", key=key))
        return day

    def _amount(self, key: str, value: object) -> Money:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            raise MalformedError(_("“%(key)s”应为金额，如 3000.00", key=key))
        return Money.from_yuan(value)

    def _stay(self, key: str, from_on: object, to_on: object) -> Stay:
        first, last = self._day(key, from_on), None if to_on is None else self._day(key, to_on)
        in_order(key, first, last)
        return Stay(first, last)


def in_order(key: str, first: date, last: date | None) -> None:
    """MalformedError when a span ends before it begins."""
    if last is not None and last < first:
        raise MalformedError(_("“%(key)s”的截止日早于开始日", key=key))


def read(content: bytes) -> Mapping[str, Any]:
    """The JSON object in these bytes. MalformedError for anything else, and for a key that stands twice."""
    if len(content) > LARGEST_INPUT:
        raise MalformedError(_("标准输入太大"))
    try:
        parsed = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise MalformedError(_("标准输入不是 JSON")) from None
    if not isinstance(parsed, dict):
        raise MalformedError(_("标准输入应为一个 JSON 对象"))
    return parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = next(key for key, _value in pairs if sum(key == other for other, _other in pairs) > 1)
        raise MalformedError(_("“%(key)s”出现了不止一次", key=ascii(repeated)[1:-1][:60]))
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
