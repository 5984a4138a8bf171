"""Text for people as a code with arguments: stored, compared and counted as data, put into words late.

Arguments are plain JSON. `reason()` turns values into it by one convention, and `say()` reads it back:

========================  ==========================  ==============================================
value                     stored as                   said as
========================  ==========================  ==============================================
`date`                    `"2026-11-21"`              2026年11月21日 / 21 Nov 2026
`Money`                   `{"fen": 123450}`           1,234.50
`Quarter`                 `{"quarter": "2026Q3"}`     2026年第3季度 / 2026 Q3
`HalfYear`, `FullYear`    `{"quarter": "2026H1"}`     2026年上半年 / first half of 2026
`Label` (a marked text)   `{"label": "居家"}`          the text in the reader's language
`Reason`                  `{"reason": {…}}`           its own sentence
list or tuple of these    a list                      joined by 、
text, whole number        itself                      itself
========================  ==========================  ==============================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from app.core.dates import parse_date
from app.core.i18n import N_, gettext_anywhere, language, phrase
from app.core.money import Money
from app.core.period import FullYear, HalfYear, Period, parse_period
from app.core.quarter import Quarter

_TEXTS: dict[str, str] = {}
_MONTHS = (
    N_("1月"),
    N_("2月"),
    N_("3月"),
    N_("4月"),
    N_("5月"),
    N_("6月"),
    N_("7月"),
    N_("8月"),
    N_("9月"),
    N_("10月"),
    N_("11月"),
    N_("12月"),
)
_DATE = N_("%(year)s年%(month)s%(day)s日")
_QUARTER = N_("%(year)s年第%(number)s季度")
_HALVES = (N_("%(year)s年上半年"), N_("%(year)s年下半年"))
_YEAR = N_("%(year)s年度")
_TWELVE_MONTHS = N_("%(from_year)s年%(from_month)s至%(year)s年%(month)s")
_COMMA = N_("、")


@dataclass(frozen=True, slots=True)
class Label:
    """A text marked by `N_`, translated when it is said (an option of a form, a kind of stay)."""

    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence's code (`room.subject.what`) and its arguments in stored form. Hashable."""

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plain = {name: _stored(value) for name, value in self.args.items()}
        object.__setattr__(self, "args", MappingProxyType(plain))

    def __hash__(self) -> int:
        return hash((self.code, json.dumps(dict(self.args), sort_keys=True)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reason):
            return NotImplemented
        return self.code == other.code and self.args == other.args

    def __reduce__(self) -> tuple[type[Reason], tuple[str, dict[str, Any]]]:
        return Reason, (self.code, dict(self.args))

    def to_json(self) -> dict[str, Any]:
        """`{"code": …, "args": {…}}`, made of plain JSON values."""
        return {"code": self.code, "args": dict(self.args)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reason:
        found = object.__new__(cls)  # what is stored was made plain when it was written
        object.__setattr__(found, "code", stored["code"])
        object.__setattr__(found, "args", MappingProxyType(stored.get("args") or {}))
        return found

    def __str__(self) -> str:
        return say(self)


def reason(code: str, **args: Any) -> Reason:
    """A Reason from values; TypeError for a value that the convention does not know."""
    return Reason(code, args)


def register(texts: Mapping[str, str]) -> None:
    """Add a room's sentences. ValueError when a code already has other words."""
    for code, text in texts.items():
        if _TEXTS.setdefault(code, text) != text:
            raise ValueError(f"two sentences for one code: {code}")


def known_codes() -> frozenset[str]:
    return frozenset(_TEXTS)


def say(what: Reason) -> str:
    """The sentence in the reader's language; Chinese outside a request.

    A stored reason may be older than today's texts: an unknown code says itself, a missing argument a dash.
    """
    template = _TEXTS.get(what.code)
    if template is None:
        return what.code
    spoken = _Spoken({name: _said(value) for name, value in what.args.items()})
    return phrase(template, spoken) % spoken


def say_date(day: date) -> str:
    """`2026年11月21日` in the reader's language."""
    return _date_in(language(), day)


@lru_cache(maxsize=4096)
def _date_in(_language: str, day: date) -> str:
    """Lists say the same few days over and over."""
    month = gettext_anywhere(_MONTHS[day.month - 1])
    return gettext_anywhere(_DATE) % {"year": day.year, "month": month, "day": day.day}


def say_month(day: date) -> str:
    """The name of the month that the day lies in: `11月` / `Nov`."""
    return gettext_anywhere(_MONTHS[day.month - 1])


def say_quarter(quarter: Quarter) -> str:
    """`2026年第3季度` in the reader's language."""
    return gettext_anywhere(_QUARTER) % {"year": quarter.year, "number": quarter.number}


def say_period(period: Period) -> str:
    """`2026年第3季度`, `2026年上半年`, `2026年度`, or the months of a year that does not begin in January."""
    if isinstance(period, Quarter):
        return say_quarter(period)
    if isinstance(period, HalfYear):
        return gettext_anywhere(_HALVES[period.number - 1]) % {"year": period.year}
    if period.number == 4:
        return gettext_anywhere(_YEAR) % {"year": period.year}
    first, last = period.first_day, period.last_day
    return gettext_anywhere(_TWELVE_MONTHS) % {
        "from_year": first.year, "from_month": say_month(first), "year": last.year, "month": say_month(last),
    }  # fmt: skip


class _Spoken(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "—"


def _stored(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return int(value) if isinstance(value, int) else str(value)
    if isinstance(value, list | tuple):
        return [_stored(one) for one in value]
    if isinstance(value, Mapping) and len(value) == 1 and value.keys() <= _SAID.keys():
        return dict(value)
    for kind, stored in _STORED.items():
        if isinstance(value, kind):
            return stored(value)
    raise TypeError(f"a reason cannot carry a {type(value).__name__}")


def _said(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, str):
        return _said_text(value)
    if isinstance(value, list):
        return gettext_anywhere(_COMMA).join(_said(one) for one in value)
    if isinstance(value, dict):
        tag, content = next(iter(value.items()))
        return _SAID[tag](content)
    return str(value)


def _said_text(text: str) -> str:
    try:
        return say_date(parse_date(text))
    except ValueError:
        return text


_STORED: dict[type, Callable[[Any], Any]] = {
    date: lambda day: day.isoformat(),
    Money: lambda money: {"fen": money.fen},
    Quarter: lambda quarter: {"quarter": str(quarter)},
    HalfYear: lambda period: {"quarter": str(period)},
    FullYear: lambda period: {"quarter": str(period)},
    Label: lambda label: {"label": label.text},
    Reason: lambda inner: {"reason": inner.to_json()},
}

_SAID: dict[str, Callable[[Any], str]] = {
    "fen": lambda fen: Money(fen).grouped,
    "quarter": lambda text: say_period(parse_period(text)),
    "label": gettext_anywhere,
    "reason": lambda stored: say(Reason.from_json(stored)),
}
