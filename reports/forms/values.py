"""How values are written into a form: days, moments and codes, and the blanks that stand for what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.flow import Blank, Boxes, Piece, Whole
from reports.wording import SHANGHAI, chinese_date

NO_DAY = "　　年　　月　　日"
NO_MOMENT = "　　年　　月　　日　　时　　分"
GAP = "  "


@dataclass(frozen=True, slots=True)
class RoughDate:
    """A day of which sometimes only the month or the year is known."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def text(self) -> str:
        parts = ((self.year, "年"), (self.month, "月"), (self.day, "日"))
        return "".join(f"{number}{unit}" for number, unit in parts if number is not None)


def day(value: date | RoughDate | None) -> Whole:
    """2026年11月21日, or room to write one."""
    if value is None:
        return Whole(NO_DAY)
    return Whole(value.text if isinstance(value, RoughDate) else chinese_date(value))


def moment(value: datetime | None) -> Whole:
    """An aware instant as 2026年11月21日14时05分 in Shanghai, or room to write one."""
    if value is None:
        return Whole(NO_MOMENT)
    local = value.astimezone(SHANGHAI)
    return Whole(f"{chinese_date(local.date())}{local.hour}时{local.minute:02d}分")


def number(value: int | None) -> str:
    return "" if value is None else str(value)


def options(*labels: str, gap: str = GAP) -> tuple[Piece, ...]:
    """Options with their numbers, each kept whole, with a gap between."""
    pieces: list[Piece] = []
    for label in labels:
        if pieces:
            pieces.append(gap)
        pieces.append(Whole(label))
    return tuple(pieces)


def one_box(code: int | None) -> Boxes:
    return Boxes((number(code),))


def boxes(codes: Iterable[int], count: int) -> Boxes:
    """At least `count` boxes; the codes stand in the first of them in rising order."""
    chosen = [str(code) for code in sorted(set(codes))]
    return Boxes(tuple(chosen + [""] * (count - len(chosen))))


def record_number_boxes(text: str) -> tuple[Piece, ...]:
    """编号 □□□-□□□□□: a number of eight places in boxes, any other number as it is."""
    digits = [char for char in text if char.isalnum()]
    if text and len(digits) != 8:
        return ("编号 ", Blank(text, 34))
    digits += [""] * (8 - len(digits))
    return ("编号 ", Boxes(tuple(digits[:3]), ""), "－", Boxes(tuple(digits[3:]), ""))


def other(text: str, least: float = 16.0) -> Blank:
    """The line after 其他 on which it is said what."""
    return Blank(text, least)


def name_head(name: str) -> tuple[Piece, ...]:
    return ("姓名：", Blank(name, 40))


def joined(texts: Sequence[str], separator: str = "；") -> str:
    return separator.join(text for text in texts if text)
