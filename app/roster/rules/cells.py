"""One cell to one value: identity, phones, accounts, yes and no, amounts. What cannot be read raises `CellError` with the reason.

Spreadsheets keep 15 significant digits. A longer number that was stored as a number has lost its end: it is refused, never guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from app.core.bank_account import AccountKind, BankAccount, check_account
from app.core.identity import ResidentId, Sex, normalise_id_number, resident_id
from app.core.money import Money
from app.core.names import Name, check_name
from app.core.phones import Phone, check_phone
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell

EXACT_DIGITS = 15  # IEEE doubles, as spreadsheets show and keep them
LONGEST_TEXT = 200
LONGEST_NUMBER = 40

_NOTHING = frozenset(
    [
        "无",
        "没有",
        "暂无",
        "不详",
        "未知",
        "空",
        "无此项",
        "未填",
        "null",
        "none",
        "n/a",
        "na",
        "nan",
        "同上无",
        "-",
        "--",
        "---",
        "—",
        "——",
        "／",
        "/",
        "\\",
        ".",
        "。",
        "、",
        "0000",
    ]
)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_QUOTES = "'‘’`\"“”＇"
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|_x000[0-9A-Fa-f]_"
)
_SHEET_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)

YES = frozenset(
    [
        "是",
        "有",
        "√",
        "✓",
        "✔",
        "☑",
        "✅",
        "y",
        "yes",
        "true",
        "t",
        "1",
        "1.0",
        "对",
        "已",
        "已参保",
        "参保",
        "已投保",
        "投保",
        "已购买",
        "已购",
        "是的",
    ]
)
NO = frozenset(
    [
        "否",
        "无",
        "×",
        "✗",
        "✕",
        "✖",
        "x",
        "n",
        "no",
        "false",
        "f",
        "0",
        "0.0",
        "2",
        "错",
        "未",
        "没有",
        "不是",
        "未参保",
        "未投保",
        "未购买",
        "未购",
        "不",
        "未买",
    ]
)
SEXES = {
    **dict.fromkeys(["男", "男性", "1", "1.0", "m", "male", "1男", "1.男", "男1"], Sex.MALE),
    **dict.fromkeys(["女", "女性", "2", "2.0", "f", "female", "2女", "2.女", "女2"], Sex.FEMALE),
    **dict.fromkeys(["未知", "0", "0.0", "不详", "unknown"], Sex.UNKNOWN),
    **dict.fromkeys(["未说明", "9", "9.0"], Sex.NOT_STATED),
}


class CellError(Exception):
    """A cell that cannot be taken over, and why."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True)
class Identity:
    """A readable ID number; `checked.valid` always holds."""

    number: str
    checked: ResidentId


@dataclass(frozen=True)
class Phones:
    """The numbers of one cell, the first one main; `dropped` are later ones that do not work as numbers."""

    numbers: tuple[str, ...]
    dropped: tuple[str, ...] = ()


def text(cell: Cell) -> str:
    """A cell as one line of text: control characters and outer blanks gone, whole numbers without `.0`."""
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case int():
            return str(cell)
        case float():
            return _number_text(cell)
        case datetime() | date():
            return _date_text(cell)
    cleaned = _one_line(cell)
    if _SHEET_ERROR.match(cleaned):
        raise CellError(reason("roster.cell.formula_error", text=cleaned[:20]))
    return cleaned


def _one_line(written: str) -> str:
    return " ".join(_CONTROL.sub("", written).split())


def _number_text(number: float) -> str:
    if not math.isfinite(number):
        raise CellError(reason("roster.cell.formula_error", text=str(number)))
    return str(int(number)) if number == int(number) else repr(number)


def _date_text(day: date) -> str:
    return day.date().isoformat() if isinstance(day, datetime) else day.isoformat()


def plain(cell: Cell) -> str:
    """Text for comparing with tables: NFKC, lower case, no blanks; empty for 无, /, — and the like."""
    found = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell))).lower()
    return "" if found in _NOTHING else found


def says_nothing(cell: Cell) -> bool:
    """Empty, or a sign that stands for empty (无, /, —). Never raises."""
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    shown = _one_line(cell)
    return not shown or shown.lower() in _NOTHING


def short_text(cell: Cell, longest: int = LONGEST_TEXT) -> str:
    """A free text (bank, hospital, address). CellError beyond `longest` characters."""
    found = "" if says_nothing(cell) else text(cell)
    if len(found) > longest:
        raise CellError(reason("roster.cell.too_long", most=longest))
    return found


def name(cell: Cell) -> Name | None:
    """A person's name; None when the cell is empty."""
    if isinstance(cell, int | float | date):
        raise CellError(reason("roster.name.not_text"))
    if says_nothing(cell):
        return None
    checked = check_name(text(cell))
    if not checked.valid:
        raise CellError(checked.errors[0])
    return checked


def sex(cell: Cell) -> Sex | None:
    if cell is None or not (found := re.sub(r"[\s.]+", "", unicodedata.normalize("NFKC", text(cell)).lower())):
        return None
    if found in SEXES:
        return SEXES[found]
    raise CellError(reason("roster.sex.unknown", text=found[:20]))


def id_number(cell: Cell, today: date) -> Identity | None:
    """A checked citizen number or residence permit; None when empty."""
    number = long_number(cell, reason("roster.id.rounded"))
    if not number:
        return None
    checked = resident_id(normalise_id_number(number), today)
    if not checked.valid:
        raise CellError(checked.errors[0])
    return Identity(checked.number, checked)


def long_number(cell: Cell, rounded: Reason) -> str:
    """The digits of an ID or account number as text; CellError (`rounded`) where the spreadsheet kept only 15 of them."""
    if isinstance(cell, bool | date):
        raise CellError(reason("roster.number.not_text"))
    if isinstance(cell, int | float):
        if abs(cell) >= 10**EXACT_DIGITS or not math.isfinite(cell):
            raise CellError(rounded)
        if cell != int(cell) or cell < 0:
            raise CellError(reason("roster.number.not_text"))
        return str(int(cell))
    if says_nothing(cell):
        return ""
    found = normalise_id_number(text(cell)).strip(_QUOTES + "=")
    found = re.sub(r"[-‐-―−·]", "", found)
    if _SCIENTIFIC.fullmatch(found):
        raise CellError(rounded)
    if len(found) > LONGEST_NUMBER:
        raise CellError(reason("roster.cell.too_long", most=LONGEST_NUMBER))
    return re.sub(r"\.0+$", "", found)


def phones(cell: Cell) -> Phones:
    """One or several telephone numbers in a cell; CellError when the first is none."""
    if isinstance(cell, date):
        raise CellError(reason("roster.number.not_text"))
    if isinstance(cell, str) and _SCIENTIFIC.fullmatch(text(cell).strip(_QUOTES)):
        raise CellError(reason("roster.phone.rounded"))
    if says_nothing(cell) or cell == 0:
        return Phones(())
    parts = [
        part.strip(_QUOTES + " ") for part in re.split(r"[、,，;；/／|\\\n]|\s+或\s*|或", text(cell)) if part.strip()
    ]
    checked = [check_phone(part) for part in parts] if len(parts) > 1 else _blank_separated(text(cell).strip(_QUOTES))
    if not checked or not checked[0].valid:
        raise CellError(checked[0].errors[0] if checked else reason("core.phone.empty"))
    good = dict.fromkeys(phone.number for phone in checked if phone.valid)
    return Phones(tuple(good), tuple(phone.number for phone in checked if not phone.valid))


def _blank_separated(shown: str) -> list[Phone]:
    whole = check_phone(shown)
    if whole.valid:
        return [whole]
    parts = [check_phone(part) for part in shown.split()]
    return parts if len(parts) > 1 and parts[0].valid else [whole]


def account_kind(cell: Cell, header: str, number: str) -> AccountKind:
    """As the row says, else the column's title, else the look of the number (cards begin with 62; an 一卡通 is a social security card)."""
    for shown in (plain(cell), plain(header)):
        if "折" in shown or "passbook" in shown:
            return AccountKind.PASSBOOK
        if any(word in shown for word in ("社保卡", "社会保障卡", "social")):
            return AccountKind.SOCIAL_CARD
        if any(word in shown for word in ("银行卡", "卡号", "借记卡", "card")) and "一卡通" not in shown:
            return AccountKind.CARD
    if not (number.startswith("62") and len(number) >= 16):
        return AccountKind.PASSBOOK
    return AccountKind.SOCIAL_CARD if "一卡通" in plain(header) else AccountKind.CARD


def account(cell: Cell, kind_cell: Cell, header: str) -> BankAccount | None:
    """A checked account number; None when empty."""
    number = long_number(cell, reason("roster.account.rounded"))
    if not number:
        return None
    checked = check_account(number, account_kind(kind_cell, header, number))
    if not checked.valid:
        raise CellError(checked.errors[0])
    return checked


def yes_no(cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    found = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell)).lower())
    if found in YES:
        return True
    if found in NO:
        return False
    if not plain(cell):
        return None
    raise CellError(reason("roster.yes_no.unknown", text=found[:20]))


def amount(cell: Cell) -> Money | None:
    """An amount in yuan; None when empty or zero (nothing was paid)."""
    if isinstance(cell, bool | date):
        raise CellError(reason("roster.amount.unknown", text=text(cell)))
    if isinstance(cell, int | float):
        return _positive(Decimal(str(cell)), text(cell))
    shown = re.sub(r"(元整|元|圆|¥|￥|rmb|yuan|,)", "", plain(cell))
    if not shown:
        return None
    try:
        return _positive(Decimal(shown), shown)
    except InvalidOperation:
        raise CellError(reason("roster.amount.unknown", text=text(cell)[:20])) from None


def _positive(yuan: Decimal, shown: str) -> Money | None:
    fen = yuan * 100
    near = fen.quantize(Decimal(1)) if fen.is_finite() and abs(fen) < 10**12 else None
    if near is None or abs(fen - near) > Decimal("0.0001") or near < 0:
        raise CellError(reason("roster.amount.unknown", text=shown[:20]))
    return Money(int(near)) if near else None
