"""The bank's return file: the pay file's rows with what became of each, in whatever order of columns the bank sends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.workbooks.sheet import Cell
from app.core.workbooks.workbook import open_workbook, refused_because
from app.subsidies.commands import BankReply, BankReturns
from app.subsidies.rules.returns import (
    AMOUNT_WORDS,
    PAID_WORDS,
    RESULT_WORDS,
    RETURNED_WORDS,
    SEQUENCE_WORDS,
    WHY_WORDS,
)

HEADER_WITHIN = 20  # rows in which the header must stand
MOST_LISTED = 20
MOST_WORDS = 60

_ASIDE = re.compile(r"\s|[（(].*?[)）]")
_NUMBER = re.compile(r"[0-9]{1,9}(\.0)?")
# an account, an ID number or a telephone that a bank wrote into its reason, also in groups or in full width
_LONG_NUMBER = re.compile(r"[0-9０-９Xx*](?:[\s\-]?[0-9０-９Xx*]){5,}")
_STOP = re.compile(r"[：:，,；;。—–-]+")

Row = Sequence[Cell]


@dataclass(frozen=True)
class _Columns:
    """Where the header puts what we read; `why` may be missing (None)."""

    sequence: int
    amount: int
    result: int
    why: int | None


def read_returns(content: bytes, name: str) -> BankReturns:
    """Read a return file (XLSX, XLS or CSV). Raises `Invalid` on `returns` when it is no such file or a row is in doubt."""
    try:
        sheets = open_workbook(content, name)
    except Invalid as refused:
        raise Invalid({"returns": [refused_because(refused)]}) from None
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns = _columns(row)
            if columns and not sheet.hidden:
                replies = _replies(sheet.rows[number + 1 :], columns, first=number + 2)
                return BankReturns(replies, hashlib.sha256(content).hexdigest())
    raise Invalid({"returns": [reason("subsidies.returns.no_header")]})


def _columns(row: Row) -> _Columns | None:
    """The columns, when the row is the header."""
    titles = [_ASIDE.sub("", _text(row, index)) for index in range(len(row))]

    def find(words: frozenset[str]) -> int | None:
        return next((index for index, title in enumerate(titles) if title in words), None)

    sequence, amount, result = find(SEQUENCE_WORDS), find(AMOUNT_WORDS), find(RESULT_WORDS)
    if sequence is None or amount is None or result is None:
        return None
    return _Columns(sequence, amount, result, find(WHY_WORDS))


def _replies(rows: Sequence[Row], columns: _Columns, first: int) -> tuple[BankReply, ...]:
    """Every row with a running number; titles, sums and signatures have none."""
    replies: list[BankReply] = []
    wrong: list[Reason] = []
    for number, row in enumerate(rows, start=first):
        if not _NUMBER.fullmatch(_text(row, columns.sequence)):
            continue
        try:
            replies.append(_reply(row, columns))
        except (ValueError, ArithmeticError):
            wrong.append(
                reason("subsidies.returns.row", row=number, paid=sorted(PAID_WORDS), returned=sorted(RETURNED_WORDS))
            )
    if wrong:
        raise Invalid({"returns": wrong[:MOST_LISTED]})
    return tuple(replies)


def _reply(row: Row, columns: _Columns) -> BankReply:
    """ValueError or ArithmeticError for an amount that is none, or a result that no bank is known to write."""
    result, *told = _STOP.split(_ASIDE.sub("", _text(row, columns.result)), maxsplit=1)
    if result not in PAID_WORDS | RETURNED_WORDS:
        raise ValueError(result)
    why = "" if columns.why is None else _text(row, columns.why)
    amount = Decimal(_text(row, columns.amount).replace(",", "").replace("，", ""))
    return BankReply(
        sequence=int(float(_text(row, columns.sequence))),
        amount=Money.from_yuan(amount),
        is_paid=result in PAID_WORDS,
        # some banks write 失败：户名不符 into the one cell
        why=_LONG_NUMBER.sub("…", why or "".join(told))[:MOST_WORDS],
    )


def _text(row: Row, index: int) -> str:
    cell = row[index] if index < len(row) else None
    return "" if cell is None else str(cell).strip()
