"""The bank's return file: the pay file's rows with what became of each, in whatever order of columns the bank sends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import Invalid
from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.workbooks.workbook import open_workbook
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


def read_returns(content: bytes, name: str = "returns.xlsx") -> BankReturns:
    """Read a return file (XLSX, XLS or CSV). Raises `Invalid` on `returns` when it is no such file or a row is in doubt."""
    for sheet in open_workbook(content, name):
        found = _find_header(sheet.rows)
        if found:
            start, columns = found
            replies = _replies(sheet.rows[start + 1 :], columns, start + 2)
            return BankReturns(replies, hashlib.sha256(content).hexdigest())
    raise Invalid({"returns": [reason("subsidies.returns.no_header")]})


def _find_header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        titles = [re.sub(r"\s|[（(].*?[)）]", "", str(cell or "")) for cell in row]
        columns = {
            name: next((index for index, title in enumerate(titles) if title in words), -1)
            for name, words in (
                ("sequence", SEQUENCE_WORDS),
                ("amount", AMOUNT_WORDS),
                ("result", RESULT_WORDS),
                ("why", WHY_WORDS),
            )
        }
        if min(columns["sequence"], columns["amount"], columns["result"]) >= 0:
            return number, columns
    return None


def _replies(rows: Sequence[Sequence[Any]], columns: dict[str, int], first: int) -> tuple[BankReply, ...]:
    replies: list[BankReply] = []
    wrong: list[Reason] = []
    for number, row in enumerate(rows, start=first):
        if not _is_data(row, columns):
            continue
        try:
            replies.append(_reply(row, columns))
        except (ValueError, ArithmeticError, InvalidOperation):
            wrong.append(reason("subsidies.returns.row", row=number))
    if wrong:
        raise Invalid({"returns": wrong[:MOST_LISTED]})
    return tuple(replies)


def _is_data(row: Sequence[Any], columns: dict[str, int]) -> bool:
    """A row with a running number; titles, sums and signatures have none."""
    cell = _cell(row, columns["sequence"])
    return bool(re.fullmatch(r"\d+(\.0)?", cell))


def _reply(row: Sequence[Any], columns: dict[str, int]) -> BankReply:
    result = _cell(row, columns["result"])
    if result not in PAID_WORDS and result not in RETURNED_WORDS:
        raise ValueError(result)
    amount = Decimal(_cell(row, columns["amount"]).replace(",", "").replace("，", ""))
    return BankReply(
        sequence=int(float(_cell(row, columns["sequence"]))),
        amount=Money.from_yuan(str(round(amount, 2)) if amount == round(amount, 2) else str(amount)),
        is_paid=result in PAID_WORDS,
        why=_cell(row, columns["why"])[:60],
    )


def _cell(row: Sequence[Any], index: int) -> str:
    return str(row[index] if 0 <= index < len(row) and row[index] is not None else "").strip()
