"""How figures and days are written on Chinese paper."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONFIDENTIAL = "内部资料 注意保密"
SHOWN_FINGERPRINT = 16

# Identity numbers have 15 or 18 places, cards 16 to 19; they are often written in groups of four.
_LONG_NUMBER = re.compile(r"[0-9０-９](?: ?[0-9０-９]){14,} ?[Xx]?")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a paper comes from: stands on every page so that a copy can be traced and checked."""

    fingerprint: str
    """Digest of what is printed (the run's digest); the first 16 characters are shown."""
    printed_by: str
    printed_at: datetime
    """Aware instant; also the creation date in the file, so that equal input gives equal bytes."""
    serial: str = ""
    """Number of this print; with the code it is looked up in the product."""
    code: str = ""

    @property
    def short_fingerprint(self) -> str:
        return self.fingerprint[:SHOWN_FINGERPRINT]

    @property
    def local_time(self) -> str:
        return self.printed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")

    def line(self) -> str:
        number = f"编号 {self.serial} 校验码 {self.code} · " if self.serial else ""
        return f"{number}指纹 {self.short_fingerprint} · {self.printed_by} 打印于 {self.local_time}"


def print_mark(serial: str, code: str) -> str:
    """What a copy is looked up by, for the foot of a form."""
    return f"编号 {serial} 校验码 {code}"


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals and thousands separated: 77120438 → 771,204.38; a minus is the typographic one."""
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: datetime) -> str:
    """2026年10月8日 09:30, in local time."""
    local = at.astimezone(SHANGHAI)
    return f"{chinese_date(local.date())} {local:%H:%M}"


def chinese_period(first: date, last: date) -> str:
    """2026年7月1日至9月30日; the second year is named only where it differs."""
    if first.year == last.year:
        return f"{chinese_date(first)}至{last.month}月{last.day}日"
    return f"{chinese_date(first)}至{chinese_date(last)}"


def without_long_numbers(text: str) -> str:
    """Mask every number of 15 digits or more but its last four places: no identity or account number on a notice."""
    return _LONG_NUMBER.sub(lambda match: f"••••{match.group().replace(' ', '')[-4:]}", text)
