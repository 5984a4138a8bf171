"""监护人履责核查表: all families of a village on one sheet, a column a duty, with room for every side's signature."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from reports.forms.flow import Blank
from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Prose, Sheet, Together, render_sheets
from reports.page import A4_LANDSCAPE, Align

TITLE = "第一监护人履责核查表"
LEAST_ROWS = 12


class Tick(Enum):
    """How a duty is marked on the sheet."""

    DONE = "√"
    REMARK = "△"
    FAILED = "×"


@dataclass(frozen=True, slots=True)
class DutySheetRow:
    """One family by its agreement; without `ticks` the boxes are empty, to be filled in by hand."""

    agreement: str
    guardian: str = ""
    ticks: tuple[Tick, ...] = ()
    result: str = ""
    checked_on: date | None = None
    signatures: tuple[str, ...] = ()
    """By side, in the order of the document's `signers`."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DutySheetDocument:
    imprint: Imprint
    village: str = ""
    quarter: str = ""
    duties: tuple[str, ...] = ()
    """The duties in full, numbered below the head."""
    heads: tuple[str, ...] = ()
    """The same, short, over their columns."""
    signers: tuple[str, ...] = ()
    rows: tuple[DutySheetRow, ...] = ()
    mark: str = ""
    """Number and check code of the print."""


def render_duty_sheet(document: DutySheetDocument) -> bytes:
    """The sheet, A4 across; a village without families is a blank form."""
    rows = document.rows or (DutySheetRow(""),) * LEAST_ROWS
    sheet = Sheet(
        TITLE,
        document.imprint,
        (
            Prose((_legend(document),), size=8.5, leading=1.35, after=1.5),
            _table(document, rows),
            Gap(3),
            _closing(),
        ),
        head=("村（社区）：", Blank(document.village, 50), "　季度：", Blank(document.quarter, 40)),
        head_right=(f"共 {len(document.rows)} 户" if document.rows else "",),
        corner=document.mark,
        reminder=f"{document.village} {document.quarter}",
        size=9,
        leading=1.3,
        least=9.5,
        margin=11,
        top=10,
        title_size=16,
    )
    return render_sheets((sheet,), f"{TITLE} {document.village}", A4_LANDSCAPE)


def _legend(document: DutySheetDocument) -> str:
    duties = "；".join(f"{number} {words}" for number, words in enumerate(document.duties, start=1))
    return f"八项职责：{duties}。已履行打“√”，有意见打“△”，未履行打“×”。有一项“×”为不合格。监护人本人不得核查、签名。"


def _table(document: DutySheetDocument, rows: tuple[DutySheetRow, ...]) -> Table:
    center, left = Align.CENTER, Align.LEFT
    heads = tuple(f"{number}{words}" for number, words in enumerate(document.heads, start=1))
    return Table(
        ("序号", "协议编号", "第一监护人", *heads, "结果", "日期", *(f"{name}签名" for name in document.signers)),
        (8, 34, 19, *(10.5,) * len(heads), 17, 17, *((275 - 8 - 34 - 19 - 84 - 34) / 6,) * len(document.signers)),
        tuple(_cells(number, row, len(heads)) for number, row in enumerate(rows, start=1)),
        (center, left, left, *(center,) * len(heads), center, center, *(center,) * len(document.signers)),
        least=9.5,
    )


def _cells(number: int, row: DutySheetRow, duties: int) -> tuple[str, ...]:
    ticks = tuple(tick.value for tick in row.ticks) or ("□",) * duties
    signatures = row.signatures or ("",) * 6
    on = f"{row.checked_on.month}月{row.checked_on.day}日" if row.checked_on else ""
    return (str(number), row.agreement, row.guardian, *ticks, row.result or row.note, on, *signatures)


def _closing() -> Together:
    return Together(
        (
            Row(
                (
                    label("填表人签名", 26),
                    cell(width=50, least=11),
                    label("村（居）委会（盖章）", 38),
                    cell(width=70),
                    label("日期", 16),
                    cell("　　　　年　　月　　日"),
                )
            ),
        )
    )
