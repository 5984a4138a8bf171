"""The bank's return file: the pay file's lines with what became of each; and the pay file itself, read back."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal

from app.core.money import Money
from app.core.reasons import Reason, reason
from app.subsidies.commands import BankReply, BankReturns, SentLine
from app.subsidies.readers.rows import BankRow, read_rows, refused
from app.subsidies.rules.returns import PAID_WORDS, RETURNED_WORDS
from reports.pay_layouts import Source

MOST_WORDS = 60

_ASIDE = re.compile(r"\s|[（(].*?[)）]")
# an account, an ID number or a telephone that a bank wrote into its reason, also in groups or in full width
_LONG_NUMBER = re.compile(r"[0-9０-９Xx*](?:[\s\-]?[0-9０-９Xx*]){5,}")
_STOP = re.compile(r"[：:，,；;。—–-]+")


def read_returns(content: bytes, name: str) -> BankReturns:
    """Read a return file (XLSX, XLS, CSV, text). Raises `Invalid` on `returns` when it is no such file or a row is in doubt."""
    found = read_rows(content, name, (Source.SEQUENCE, Source.AMOUNT, Source.RESULT))
    replies: list[BankReply] = []
    wrong: list[Reason] = []
    for row in found.rows:
        try:
            replies.append(_reply(row))
        except (ValueError, ArithmeticError):
            wrong.append(
                reason("subsidies.returns.row", row=row.row, paid=sorted(PAID_WORDS), returned=sorted(RETURNED_WORDS))
            )
    if wrong:
        raise refused(*wrong)
    return BankReturns(tuple(replies), hashlib.sha256(content).hexdigest(), found.file_numbers)


def read_sent(content: bytes, name: str) -> dict[int, SentLine]:
    """Our own pay file, line by line."""
    found = read_rows(content, name, (Source.SEQUENCE, Source.PAYEE, Source.ACCOUNT, Source.AMOUNT))
    lines = [
        SentLine(
            _sequence(row),
            _amount(row),
            row.values[Source.PAYEE],
            row.values[Source.ACCOUNT],
            row.values.get(Source.ID_NUMBER, ""),
        )
        for row in found.rows
    ]
    return {line.sequence: line for line in lines}


def _reply(row: BankRow) -> BankReply:
    """ValueError or ArithmeticError for an amount that is none, or a result that no bank is known to write."""
    result, *told = _STOP.split(_ASIDE.sub("", row.values[Source.RESULT]), maxsplit=1)
    if result not in PAID_WORDS | RETURNED_WORDS:
        raise ValueError(result)
    return BankReply(
        sequence=_sequence(row),
        amount=_amount(row),
        is_paid=result in PAID_WORDS,
        # some banks write 失败：户名不符 into the one cell
        why=_LONG_NUMBER.sub("…", row.values.get(Source.WHY, "") or "".join(told))[:MOST_WORDS],
        row=row.row,
        payee=row.values.get(Source.PAYEE),
        account=row.values.get(Source.ACCOUNT),
        id_number=row.values.get(Source.ID_NUMBER),
    )


def _sequence(row: BankRow) -> int:
    return int(float(row.values[Source.SEQUENCE]))


def _amount(row: BankRow) -> Money:
    return Money.from_yuan(Decimal(row.values[Source.AMOUNT].replace(",", "").replace("，", "")))
