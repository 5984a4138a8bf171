"""A year's list of working days: pasted lines or a file, the notice that it comes from, and then the word that it is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePosixPath

from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from app.core.fields import Answered, CodeField, ParagraphField, TextField
from app.core.forms import Form
from app.core.holiday_notice import MOST_LINES
from app.core.i18n import _, lazy_
from app.core.workbooks.sheet import Cell
from app.core.workbooks.workbook import open_workbook

EARLIEST, LATEST = 2000, 2100
LONGEST_TEXT = 20_000
_PLAIN = ".txt"


class NoticeForm(Form):
    """`lines` are asked for, unless a file brings them."""

    year = CodeField(lazy_("年份"), 4, [Answered(lazy_("请填写年份"))])
    document = TextField(lazy_("通知名称或文号"), 100, [Answered(lazy_("请填写通知名称或文号"))])
    lines = ParagraphField(lazy_("放假安排"), LONGEST_TEXT)
    file = FileField(lazy_("或上传文件"))

    def validate_year(self, field: CodeField) -> None:
        text = field.data or ""
        if not (text.isascii() and text.isdigit() and EARLIEST <= int(text) <= LATEST):
            raise ValidationError(_("请填写四位年份，如 2027"))


def text_of_file(content: bytes, name: str) -> str:
    """The first sheet as lines, or plain text. `Invalid` on `file` for what cannot be read."""
    if PurePosixPath(name.lower()).suffix == _PLAIN:
        name = f"{name}.csv"
    sheets = open_workbook(content, name)
    return "\n".join(_line(row) for row in sheets[0].rows[:MOST_LINES]) if sheets else ""


def _line(row: Sequence[Cell]) -> str:
    return ",".join(_words(cell) for cell in row[:3]).strip(",")


def _words(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell).strip()
