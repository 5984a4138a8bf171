"""第一监护人年度考评表: a line a guardian with the four quarters, the result and why."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Prose, Sheet, Together, render_sheets
from reports.page import A4_LANDSCAPE, Align

TITLE = "第一监护人年度考评表"
BLANK_ROWS = 12


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    village: str
    guardian: str = ""
    relation: str = ""
    quarters: tuple[str, ...] = ()
    result: str = ""
    is_confirmed: bool = False
    because: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class AssessmentListDocument:
    imprint: Imprint
    place: str = ""
    year: int = 0
    rows: tuple[AssessmentLine, ...] = ()
    mark: str = ""
    """Number and check code of the print."""


def render_assessment_list(document: AssessmentListDocument) -> bytes:
    """The list, A4 across; a proposal that nobody has confirmed says so."""
    sheet = Sheet(
        f"{document.year}年{TITLE}",
        document.imprint,
        (
            _table(document.rows),
            Gap(2),
            Prose(
                ("四个季度均合格为优秀；两个季度不合格，或有监护人过错的事件，为不合格；其余为合格。",),
                size=8.5,
                leading=1.35,
            ),
            _closing(),
        ),
        head=("地区：", Blank(document.place, 60)),
        head_right=(f"共 {len(document.rows)} 人",),
        corner=document.mark,
        reminder=document.place,
        size=9,
        leading=1.3,
        least=8.5,
        margin=12,
        top=10,
        title_size=16,
    )
    return render_sheets((sheet,), f"{document.year}年{TITLE}", A4_LANDSCAPE)


def _table(rows: tuple[AssessmentLine, ...]) -> Table:
    center, left = Align.CENTER, Align.LEFT
    cells = tuple(_cells(number, row) for number, row in enumerate(rows, start=1)) or ((("",) * 11),) * BLANK_ROWS
    return Table(
        (
            "序号",
            "乡镇·村",
            "第一监护人",
            "关系",
            "一季度",
            "二季度",
            "三季度",
            "四季度",
            "考评结果",
            "依据",
            "确认人、日期",
        ),
        (9, 36, 19, 15, 18, 18, 18, 18, 28, 0, 27),
        cells,
        (center, left, left, center, center, center, center, center, center, left, left),
    )


def _cells(number: int, row: AssessmentLine) -> tuple[str, ...]:
    quarters = row.quarters or ("",) * 4
    result = row.result if row.is_confirmed or not row.result else f"{row.result}（待确认）"
    on = f"{row.on.month}月{row.on.day}日" if row.on else ""
    by = " ".join(part for part in (row.by, on) if part)
    return (str(number), row.village, row.guardian, row.relation, *quarters, result, row.because, by)


def _closing() -> Together:
    return Together(
        (
            Row(
                (
                    label("乡镇（街道）（盖章）", 40),
                    cell(width=70, least=12),
                    label("负责人签名", 26),
                    cell(width=55),
                    label("日期", 16),
                    cell("　　　　年　　月　　日"),
                )
            ),
        )
    )
