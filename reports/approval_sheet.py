"""监护补贴部门联审表: what was approved in counts and sums by town, and a box for each office to sign and seal."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.errors import check_total
from reports.page import LABEL_GREY, Align, Paper, mm
from reports.portrait import MARGIN, WIDTH, Upright, render_upright
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import CONFIDENTIAL, Provenance, yuan


@dataclass(frozen=True, slots=True)
class SealBox:
    """One office's word: who signed in the product and when, or empty where it has not."""

    office: str
    question: str
    signed_by: str = ""
    signed_at: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalTown:
    name: str
    pay_count: int
    pay_fen: int
    hold_count: int
    refuse_count: int


@dataclass(frozen=True, slots=True)
class ApprovalSheet:
    county: str
    organisation: str
    period_label: str
    policy: str
    stage: str
    run: str
    digest: str
    towns: tuple[ApprovalTown, ...]
    total_fen: int
    total_capital: str
    boxes: tuple[SealBox, ...]
    provenance: Provenance
    is_joint: bool = True
    checked: str = ""
    """Which lists of other offices the run was checked against, and which not."""

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴{'部门联审表' if self.is_joint else '审批表'}"

    @property
    def facts(self) -> str:
        return f"批次 {self.run} · 依据 {self.policy} · {self.stage} · 单位：笔、元"


_TITLES = ("乡镇（街道）", "发放（笔）", "发放金额（元）", "暂缓（笔）", "不发（笔）")
_BOX = mm(38)
_GAP = mm(4)


def render_approval_pdf(document: ApprovalSheet) -> bytes:
    """The sheet as PDF, A4 upright. Raises TotalMismatchError."""
    _check(document)
    paper = Paper(document.title, document.organisation, document.provenance.printed_at)
    grid = _grid()
    rows = [_paper_row(paper, grid, cells) for cells in _rows(document)]

    def first() -> None:
        title = paper.wrapped(document.title, 18, WIDTH, 2, bold=True)
        paper.lines(paper.width / 2, paper.down(24), title, 18, 24, bold=True, align=Align.CENTER)
        for down, line, size in ((41, document.facts, 10), (46, document.checked, 9)):
            paper.text(paper.width / 2, paper.down(down), line, size, align=Align.CENTER, grey=LABEL_GREY, fit=WIDTH)

    def closing(bottom: float) -> None:
        y = bottom - mm(9)
        paper.text(MARGIN, y, f"合计人民币（大写）：{document.total_capital}", 11.5, bold=True, fit=WIDTH * 0.7)
        amount = f"￥{yuan(document.total_fen)}"
        paper.text(paper.width - MARGIN, y, amount, 11.5, bold=True, align=Align.RIGHT)
        _draw_boxes(paper, document, y - mm(6))

    lines = (len(document.boxes) + 1) // 2
    closing_height = mm(26) + lines * (_BOX + _GAP)
    sheet = Upright(
        document.title, mm(51) if document.checked else mm(47), closing_height, first, closing, _footer(document)
    )
    return render_upright(paper, sheet, grid, rows)


def render_approval_xlsx(document: ApprovalSheet) -> bytes:
    """The same rows and signatures as a workbook. Raises TotalMismatchError."""
    _check(document)
    kinds, widths = (Kind.TEXT, Kind.COUNT, Kind.FEN, Kind.COUNT, Kind.COUNT), (30, 12, 20, 12, 12)
    closing = [f"{box.office}：{box.signed_by} {box.signed_at}".rstrip() + "（盖章）" for box in document.boxes]
    sheet = Sheet(
        "审批表",
        [SheetColumn(*column) for column in zip(_TITLES, widths, kinds, strict=True)],
        [Line(cells, strong=cells[0] == "合计") for cells in _rows(document)],
        heading=document.title,
        notes=(document.facts, *filter(None, (document.checked,)), document.provenance.line()),
        closing=(
            f"合计人民币（大写）：{document.total_capital}　　￥{yuan(document.total_fen)}",
            *closing,
            f"批次指纹：{document.digest}",
        ),
        footer=_footer(document),
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _draw_boxes(paper: Paper, document: ApprovalSheet, top: float) -> None:
    """Two boxes side by side; in each who signed, and room for the seal."""
    width = (WIDTH - _GAP) / 2
    for index, box in enumerate(document.boxes):
        x = MARGIN + (index % 2) * (width + _GAP)
        y = top - (index // 2) * (_BOX + _GAP)
        paper.box(x, y - _BOX, width, _BOX, 0.7)
        paper.text(x + mm(3), y - mm(7), box.office, 11.5, bold=True, fit=width - mm(6))
        paper.text(x + mm(3), y - mm(13), box.question, 9.5, grey=LABEL_GREY, fit=width - mm(6))
        signed = f"{box.signed_by}　{box.signed_at}" if box.signed_by else "待签署"
        paper.text(x + mm(3), y - mm(20), f"签署：{signed}", 10, fit=width - mm(6))
        paper.text(x + mm(3), y - _BOX + mm(4), "（盖章）", 10)
        paper.text(x + width - mm(3), y - _BOX + mm(4), "　　年　　月　　日", 10, align=Align.RIGHT)
    bottom = top - ((len(document.boxes) + 1) // 2) * (_BOX + _GAP)
    paper.text(MARGIN, bottom - mm(2), f"批次指纹：{document.digest}", 8.5, grey=LABEL_GREY, fit=WIDTH)


def _check(document: ApprovalSheet) -> None:
    check_total((one.pay_fen for one in document.towns), document.total_fen, "approval sheet")


def _rows(document: ApprovalSheet) -> Iterator[tuple[Cell, ...]]:
    for one in document.towns:
        yield one.name, one.pay_count, one.pay_fen, one.hold_count, one.refuse_count
    towns = document.towns
    yield (
        "合计",
        sum(one.pay_count for one in towns),
        document.total_fen,
        sum(one.hold_count for one in towns),
        sum(one.refuse_count for one in towns),
    )


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    name, *figures = cells
    words = [
        yuan(int(figure or 0)) if index == 1 else f"{int(figure or 0):,}" if figure else "—"
        for index, figure in enumerate(figures)
    ]
    return grid.row(paper, [str(name), *words], RowStyle.TOTAL if name == "合计" else RowStyle.PLAIN)


def _grid() -> Grid:
    widths = (58, 26, 38, 24, 24)
    columns = tuple(
        Column(title, mm(width), Align.RIGHT if index else Align.LEFT, 1 if index else 2)
        for index, (title, width) in enumerate(zip(_TITLES, widths, strict=True))
    )
    return Grid(MARGIN, columns, 10.5, mm(8), mm(9))


def _footer(document: ApprovalSheet) -> str:
    return f"{CONFIDENTIAL} · {document.provenance.line()}"
