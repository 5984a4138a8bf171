"""A bank's answers in tests: the pay file in its own layout with what became of each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from reports.pay_layouts import LAYOUTS, Medium, Source
from tests.rig.quarter import returned_by_bank

PAID = ("成功", "")
NAMES = {Medium.WORKBOOK: "回盘.xlsx", Medium.FIXED: "回盘.txt", Medium.SEPARATED: "回盘.csv"}

Outcome = Callable[[int], tuple[str, str]]


def answer_to(pay_file: bytes, layout: str, outcome: Outcome = lambda _number: PAID) -> bytes:
    """The reply to every line; `outcome` gives result and reason by sequence."""
    medium = LAYOUTS[layout].medium
    if medium is Medium.WORKBOOK:
        return returned_by_bank(pay_file, lambda rows: _fill(rows, outcome))
    return _fixed(pay_file, outcome) if medium is Medium.FIXED else _separated(pay_file, outcome)


def name_of(layout: str) -> str:
    return NAMES[LAYOUTS[layout].medium]


def _fill(rows: list[list[object]], outcome: Outcome) -> None:
    for row in rows[1:]:
        row[-2:] = outcome(int(str(row[0])))


def _fixed(pay_file: bytes, outcome: Outcome) -> bytes:
    layout = LAYOUTS["fixed"]
    head, *lines, trailer = pay_file.split(b"\r\n")[:-1]
    answered = []
    for number, line in enumerate(lines, start=1):
        words = dict(zip((Source.RESULT, Source.WHY), outcome(number), strict=True))
        added = b"".join(words[column.source].encode("gb18030").ljust(column.width) for column in layout.reply)
        answered.append(line + added)
    return b"\r\n".join((head, *answered, trailer, b""))


def _separated(pay_file: bytes, outcome: Outcome) -> bytes:
    rows = list(csv.reader(io.StringIO(pay_file.decode("utf-8-sig"), newline="")))
    rows[0] += ["结果", "失败原因"]
    for row in rows[1:-1]:
        row.extend(outcome(int(row[0])))
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("gb18030")
