"""Money: whole fen, never a float, with one rounding rule (half up, once, at the end; domain C9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_YUAN = re.compile(r"(?P<sign>-?)(?P<yuan>\d+|\d{1,3}(,\d{3})+)(\.(?P<fen>\d{1,2}))?", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")
_CAPITAL_LIMIT_YUAN = 10 ** (4 * len(_SECTIONS))


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount of renminbi as whole fen; may be negative (a correction)."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError("fen is a whole number")

    @classmethod
    def zero(cls) -> Money:
        return cls(0)

    @classmethod
    def from_yuan(cls, yuan: str | Decimal) -> Money:
        """Read `"1234.5"`, `"1,234.50"` or a Decimal. ValueError beyond two places or for anything else."""
        text = format(yuan, "f") if isinstance(yuan, Decimal) else yuan.strip()
        match = _YUAN.fullmatch(text)
        if match is None:
            raise ValueError(f"not an amount in yuan with at most two places: {text[:40]!r}")
        fen = int(match["yuan"].replace(",", "")) * 100 + int((match["fen"] or "").ljust(2, "0"))
        return cls(-fen if match["sign"] else fen)

    @classmethod
    def rounded(cls, yuan: Fraction) -> Money:
        """The exact amount in yuan, rounded half up (away from zero) to the fen."""
        doubled = abs(yuan) * 200
        fen = (doubled.numerator // doubled.denominator + 1) // 2
        return cls(-fen if yuan < 0 else fen)

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        return cls(sum(amount.fen for amount in amounts))

    @property
    def yuan(self) -> str:
        """`1234.50`: for files and forms."""
        return f"{self._sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    @property
    def grouped(self) -> str:
        """`1,234.50`: for people."""
        return f"{self._sign}{abs(self.fen) // 100:,}.{abs(self.fen) % 100:02d}"

    def capital(self) -> str:
        """大写, as the rules for filling in vouchers want it: `柒拾柒万壹仟贰佰零肆元叁角捌分`.

        Where the rules leave 零 to the writer (a zero at 万 or 元 before a digit) it is left out; an amount
        that ends at 元 or 角 closes with 整. ValueError from 10^16 yuan.
        """
        yuan, rest = divmod(abs(self.fen), 100)
        if yuan >= _CAPITAL_LIMIT_YUAN:
            raise ValueError("too large to be written in capitals")
        words = f"{_capital_whole(yuan)}元" if yuan else ""
        words += _capital_rest(rest, after_yuan=bool(yuan))
        return ("负" if self.fen < 0 else "") + words

    @property
    def _sign(self) -> str:
        return "-" if self.fen < 0 else ""

    def __str__(self) -> str:
        return self.yuan

    def __bool__(self) -> bool:
        return self.fen != 0

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen) if isinstance(other, Money) else NotImplemented

    def __mul__(self, times: int) -> Money:
        return Money(self.fen * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __abs__(self) -> Money:
        return Money(abs(self.fen))


def _capital_whole(yuan: int) -> str:
    sections = []
    while yuan:
        yuan, section = divmod(yuan, 10_000)
        sections.append(section)
    words, skipped = "", False
    for place in reversed(range(len(sections))):
        section = sections[place]
        if not section:
            skipped = True
            continue
        if words and (skipped or section < 1000):
            words += _DIGITS[0]
        words += _capital_section(section) + _section_name(place, sections)
        skipped = False
    return words


def _section_name(place: int, sections: list[int]) -> str:
    """万亿 says its 亿 only when the 亿 section itself is empty: 壹万贰仟亿 is one number of 亿."""
    return "万" if place == 3 and sections[2] else _SECTIONS[place]


def _capital_section(section: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = section // 10**place % 10
        if digit:
            words += (_DIGITS[0] if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words


def _capital_rest(rest: int, after_yuan: bool) -> str:
    jiao, fen = divmod(rest, 10)
    if not rest:
        return "整" if after_yuan else "零元整"
    words = f"{_DIGITS[jiao]}角" if jiao else (_DIGITS[0] if after_yuan else "")
    return words + (f"{_DIGITS[fen]}分" if fen else "整")
