"""Shapes of the import's forms: the file, the user's own mapping, the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import RadioField
from wtforms.validators import InputRequired

from app.core.fields import Answered, DayField, ListField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import Reason, say
from app.core.workbooks.sheet import Sheet, column_letter
from app.roster.commands import Mode
from app.roster.rules.book import Book
from app.roster.rules.columns import Field
from app.roster.rules.header import SEARCHED_ROWS, WIDEST_SHEET, Override, find_mapping
from app.roster.texts_national import WORDS
from app.subsidies.rules.checks import ListKind

MOST_SHEETS = 100


class UploadForm(Form):
    file = FileField(lazy_("花名册文件"), validators=[FileRequired(lazy_("请选择花名册文件"))])


class StepForm(Form):
    """Only the token: the fields of a mapping are named by the file."""


class UploadVisitsForm(Form):
    file = FileField(lazy_("国家系统导出的工作簿"), validators=[FileRequired(lazy_("请选择国家系统导出的工作簿"))])


class CheckListForm(Form):
    """A list of another office: which, up to which day it is complete, and the file."""

    kind = ListField(lazy_("哪个部门的名单"), (), [Answered(lazy_("请选择名单"))])
    as_of = DayField(lazy_("名单截至"), [Answered(lazy_("请填写名单截至哪一天"))])
    file = FileField(lazy_("名单文件"), validators=[FileRequired(lazy_("请选择名单文件"))])

    def __init__(self, kinds: Iterable[ListKind], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.kind.offer((kind.value, say(Reason(f"subsidies.list.{kind}"))) for kind in kinds)


class NationalForm(Form):
    """A register exported from the national system, and the day on which it was exported."""

    as_of = DayField(lazy_("导出日期"), [Answered(lazy_("请填写从国家系统导出的日期"))])
    file = FileField(lazy_("国家系统导出的工作簿"), validators=[FileRequired(lazy_("请选择国家系统导出的工作簿"))])


class DecideForm(Form):
    """What becomes of the findings that are ticked."""

    decision = ListField(lazy_("处理结果"), labelled(WORDS), [Answered(lazy_("请选择处理结果"))])


class AnswerForm(Form):
    """Whether a row is about the patient of the same name and birth date."""

    same = ListField(
        lazy_("是否同一人"),
        [("yes", lazy_("是同一人")), ("no", lazy_("不是同一人"))],
        [Answered(lazy_("请选择是否同一人"))],
    )


class ImportForm(Form):
    mode = RadioField(
        lazy_("导入方式"),
        choices=[(Mode.ALL.value, lazy_("全部导入")), (Mode.GOOD_ROWS.value, lazy_("只导入没有错误的行"))],
        validators=[InputRequired(lazy_("请选择导入方式"))],
    )

    @property
    def chosen(self) -> Mode:
        return Mode(self.mode.data)


def column_field(sheet: int, column: int) -> str:
    """The form field that maps a column: `c-0-3` is the first sheet's column D."""
    return f"c-{sheet}-{column}"


def header_field(sheet: int) -> str:
    """The form field that names a sheet's header row."""
    return f"h-{sheet}"


def chosen_mapping(values: MultiDict[str, str]) -> dict[str, str]:
    """What of a request is a mapping, as plain text that can be handed on; everything else is left aside."""
    return {name: value for name, value in values.items() if _parts(name) is not None and len(value) <= 40}


def is_mapping(values: MultiDict[str, str], book: Book) -> bool:
    """Whether every field that maps something names, once, a column's field or a header row."""
    return all(
        len(several) == 1 and _is_choice(parts[0], several[0].strip(), book)
        for name, several in values.lists()
        if (parts := _parts(name))
    )


def _is_choice(kind: str, value: str, book: Book) -> bool:
    if kind == "c":
        return value == "" or value in book.fields
    return value == "" or (value.isascii() and value.isdigit() and len(value) < 4 and 1 <= int(value) <= SEARCHED_ROWS)


def overrides_of(sheets: Sequence[Sheet], chosen: Mapping[str, str], book: Book) -> dict[str, Override]:
    """Sheet name → the user's own mapping. Names of fields and columns that do not exist are ignored."""
    columns: dict[int, dict[str, Field | None]] = {}
    rows: dict[int, int] = {}
    for name, value in chosen.items():
        kind, sheet, column = _parts(name) or ("", 0, 0)
        if kind == "h" and value.isascii() and value.isdigit() and 1 <= int(value) <= SEARCHED_ROWS:
            rows[sheet] = int(value)
        elif kind == "c" and (value == "" or value in book.fields):
            columns.setdefault(sheet, {})[column_letter(column)] = Field(value) if value else None
    return {
        sheets[at].name: Override(columns.get(at, {}), rows.get(at))
        for at in columns.keys() | rows.keys()
        if at < len(sheets)
    }


def changed_mapping(sheets: Sequence[Sheet], chosen: Mapping[str, str], this_year: int, book: Book) -> dict[str, str]:
    """What of a whole mapping form differs from what is found automatically: little enough to stand in an address."""
    headers = {parts[1] for name, value in chosen.items() if value and (parts := _parts(name)) and parts[0] == "h"}
    automatic: dict[int, dict[int, str]] = {}
    changed = {}
    for name, value in chosen.items():
        kind, sheet, column = _parts(name) or ("", 0, 0)
        if sheet >= len(sheets) or (kind == "h" and not value):
            continue
        if sheet not in automatic:
            automatic[sheet] = {} if sheet in headers else _automatic(sheets[sheet], this_year, book)
        if kind == "h" or automatic[sheet].get(column, "") != value:
            changed[name] = value
    return changed


def _automatic(sheet: Sheet, this_year: int, book: Book) -> dict[int, str]:
    found = find_mapping(sheet, this_year, book=book)
    fields = {column.index: column.field for column in found.columns} if found else {}
    return {index: field.value for index, field in fields.items() if field and field is not Field.IGNORED}


def _parts(name: str) -> tuple[str, int, int] | None:
    kind, _dash, rest = name.partition("-")
    numbers = rest.split("-")
    if kind not in ("c", "h") or len(numbers) != (2 if kind == "c" else 1):
        return None
    if not all(number.isascii() and number.isdigit() and len(number) <= 3 for number in numbers):
        return None
    sheet, column = int(numbers[0]), int(numbers[-1])
    return (kind, sheet, column) if sheet < MOST_SHEETS and column < WIDEST_SHEET else None
