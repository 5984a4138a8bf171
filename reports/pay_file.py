"""The pay file of a run in the bank's layout: what is paid, line by line, and the cover that controls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from reports.errors import check_total
from reports.pay_layouts import LAYOUTS, Layout, Medium, Source
from reports.pay_text import Values, render_text
from reports.table_xlsx import Column, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL, SHANGHAI, yuan

DETAIL_SHEET = "发放明细"
COVER_SHEET = "封面"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PayFileLine:
    payee: str
    id_number: str
    bank: str
    account: str
    amount_fen: int
    remark: str
    standard: str = ""
    """A year's amount in yuan."""


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """An approved line that is not in the file. The bank reads this too: no word of why that tells of anybody's health or family."""

    payee: str
    amount_fen: int
    why: str


@dataclass(frozen=True, slots=True)
class PayFileDocument:
    county: str
    organisation: str
    """Who pays, for example 安和县民政局."""
    period_label: str
    """For example 2026年第三季度."""
    file_number: str
    run_digest: str
    total_fen: int
    total_capital: str
    """The total in capital characters."""
    prepared_by: str
    created_at: datetime
    """Aware instant; also the creation date in the file."""
    lines: tuple[PayFileLine, ...]
    withheld: tuple[WithheldLine, ...] = ()
    layout: str = "xlsx"
    """A key of `LAYOUTS`."""

    @property
    def withheld_fen(self) -> int:
        return sum(line.amount_fen for line in self.withheld)


def render_pay_file(document: PayFileDocument, progress: Progress | None = None) -> bytes:
    """The file's bytes in its layout; of a workbook the lines come first (banks read the first sheet), then the cover. `progress` hears
    (lines written, lines in all).

    Raises TotalMismatchError, and DoesNotFitError where a value is too long for a column of fixed width.
    """
    check_total((line.amount_fen for line in document.lines), document.total_fen, "pay file")
    layout = LAYOUTS[document.layout]
    if layout.medium is not Medium.WORKBOOK:
        return render_text(layout, _whole(document), _values(document, progress))
    return render_workbook(
        [_detail(document, layout, progress), _cover(document)],
        title=f"{document.county}{document.period_label}发放文件 {document.file_number}",
        author=document.organisation,
        created_at=document.created_at,
    )


def _values(document: PayFileDocument, progress: Progress | None) -> Iterator[Values]:
    for number, line in enumerate(document.lines, start=1):
        yield {
            Source.SEQUENCE: number,
            Source.PAYEE: line.payee,
            Source.ID_NUMBER: line.id_number,
            Source.BANK: line.bank,
            Source.ACCOUNT: line.account,
            Source.AMOUNT: line.amount_fen,
            Source.REMARK: line.remark,
            Source.STANDARD: line.standard,
            Source.FILE_NUMBER: document.file_number,
        }
        if progress is not None:
            progress(number, len(document.lines))


def _whole(document: PayFileDocument) -> Values:
    return {
        Source.FILE_NUMBER: document.file_number,
        Source.DAY: document.created_at.astimezone(SHANGHAI).strftime("%Y%m%d"),
        Source.COUNT: len(document.lines),
        Source.TOTAL: document.total_fen,
    }


def _detail(document: PayFileDocument, layout: Layout, progress: Progress | None) -> Sheet:
    columns = [Column(column.title, column.width, column.kind) for column in layout.columns]
    lines = (Line([values[column.source] for column in layout.columns]) for values in _values(document, progress))
    return Sheet(DETAIL_SHEET, columns, lines, footer=_footer(document), landscape=True)


def _cover(document: PayFileDocument) -> Sheet:
    made = document.created_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    withheld_fen = document.withheld_fen
    facts: tuple[tuple[str, str | int], ...] = (
        ("县（市、区）", document.county),
        ("付款单位", document.organisation),
        ("发放期", document.period_label),
        ("文件编号", document.file_number),
        ("格式", LAYOUTS[document.layout].label),
        ("审批笔数", len(document.lines) + len(document.withheld)),
        ("审批金额（元）", yuan(document.total_fen + withheld_fen)),
        ("拦付笔数", len(document.withheld)),
        ("拦付金额（元）", yuan(withheld_fen)),
        *(
            (f"拦付第 {number} 笔", f"{yuan(line.amount_fen)} 元 · {line.why}")
            for number, line in enumerate(document.withheld, start=1)
        ),
        ("笔数", len(document.lines)),
        ("金额合计（元）", yuan(document.total_fen)),
        ("金额合计（大写）", document.total_capital),
        ("造册数据指纹", document.run_digest),
        ("制作人", document.prepared_by),
        ("制作时间", made),
    )
    return Sheet(
        COVER_SHEET,
        (Column("项目", 24), Column("内容", 78)),
        [Line(fact) for fact in facts],
        heading="发放文件封面",
        notes=("收到后请核对笔数与金额；不符的，整份退回。审批减拦付等于本文件。",),
        closing=("移交人：　　　　　　　接收人：　　　　　　　日期：　　　　年　　月　　日",),
        footer=_footer(document),
    )


def _footer(document: PayFileDocument) -> str:
    return f"{CONFIDENTIAL} · {document.file_number} · {document.run_digest[:16]}"
