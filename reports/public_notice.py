"""监护补贴发放公示: counts and sums by town, nobody named; hung out before the money goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.errors import check_total
from reports.page import Align, Paper, mm
from reports.portrait import MARGIN, WIDTH, Upright, render_upright
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import Provenance, chinese_date, yuan


@dataclass(frozen=True, slots=True)
class NoticeTown:
    name: str
    households: int
    fen: int


@dataclass(frozen=True, slots=True)
class PublicNoticeDocument:
    county: str
    organisation: str
    period_label: str
    policy: str
    towns: tuple[NoticeTown, ...]
    together: tuple[str, ...]
    """Towns told together, because alone they would be too few."""
    together_households: int
    together_fen: int
    is_told: bool
    """False where even all towns together are too few: then no figure is told."""
    households: int
    fen: int
    capital: str
    posted_on: date
    until_on: date
    days: int
    """Working days."""
    phone: str
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴发放公示"

    @property
    def span(self) -> str:
        return f"公示期：{chinese_date(self.posted_on)}起，至{chinese_date(self.until_on)}止（{self.days} 个工作日）。"

    @property
    def words(self) -> tuple[str, ...]:
        figures = (
            f"共 {self.households} 户，{yuan(self.fen)} 元（{self.capital}）。"
            if self.is_told
            else "本期户数较少，不公布具体数字。"
        )
        return (
            f"根据{self.policy}，{self.period_label}监护补贴已经审批，拟予发放，现予公示。{figures}"
            "本公示只列户数和金额，不列姓名；户数较少的乡镇合并公布。",
            self.span,
        )

    @property
    def ending(self) -> tuple[str, ...]:
        call = f"，电话 {self.phone}" if self.phone else ""
        return (f"公示期内有异议的，请向{self.organisation}反映{call}。我们对反映人的情况保密，并书面答复。",)

    @property
    def footer(self) -> str:
        """Without the name of who printed it: this paper hangs on a wall."""
        return f"编号 {self.provenance.serial} 校验码 {self.provenance.code}"


_TITLES = ("序号", "乡镇（街道）", "户数（户）", "金额（元）")


def render_public_notice_pdf(document: PublicNoticeDocument) -> bytes:
    """The notice as PDF, A4 upright. Raises TotalMismatchError."""
    _check(document)
    paper = Paper(document.title, document.organisation, document.provenance.printed_at)
    grid = _grid()
    rows = [_paper_row(paper, grid, cells) for cells in _rows(document)]
    lines = [line for text in document.words for line in paper.wrapped(f"　　{text}", 12.5, WIDTH, 6)]
    head = mm(42) + len(lines) * 22

    def first() -> None:
        title = paper.wrapped(document.title, 21, WIDTH, 2, bold=True)
        paper.lines(paper.width / 2, paper.down(28), title, 21, 28, bold=True, align=Align.CENTER)
        paper.lines(MARGIN, paper.down(44), lines, 12.5, 22)

    def closing(bottom: float) -> None:
        ending = [line for text in document.ending for line in paper.wrapped(f"　　{text}", 12.5, WIDTH, 4)]
        y = paper.lines(MARGIN, bottom - mm(10), ending, 12.5, 22)
        paper.text(paper.width - MARGIN, y - mm(8), f"{document.organisation}（盖章）", 12.5, align=Align.RIGHT)
        paper.text(paper.width - MARGIN, y - mm(17), chinese_date(document.posted_on), 12.5, align=Align.RIGHT)

    sheet = Upright(document.title, head, mm(52), first, closing, document.footer)
    return render_upright(paper, sheet, grid, rows)


def render_public_notice_xlsx(document: PublicNoticeDocument) -> bytes:
    """The same rows as a workbook. Raises TotalMismatchError."""
    _check(document)
    kinds, widths = (Kind.TEXT, Kind.TEXT, Kind.COUNT, Kind.FEN), (7, 46, 12, 18)
    sheet = Sheet(
        "发放公示",
        [SheetColumn(*column) for column in zip(_TITLES, widths, kinds, strict=True)],
        [Line(cells, strong=cells[0] == "") for cells in _rows(document)],
        heading=document.title,
        notes=document.words,
        closing=(*document.ending, f"{document.organisation}（盖章）　　{chinese_date(document.posted_on)}"),
        footer=document.footer,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _check(document: PublicNoticeDocument) -> None:
    check_total((*(one.fen for one in document.towns), document.together_fen), document.fen, "public notice")


def _rows(document: PublicNoticeDocument) -> Iterator[tuple[Cell, ...]]:
    if not document.is_told:
        return
    for number, town in enumerate(document.towns, start=1):
        yield str(number), town.name, town.households, town.fen
    if document.together:
        names = "、".join(document.together)
        number = len(document.towns) + 1
        yield str(number), f"{names}（合并公布）", document.together_households, document.together_fen
    yield "", "合计", document.households, document.fen


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    number, name, households, fen = cells
    words = [str(number), str(name), f"{int(households or 0):,}", yuan(int(fen or 0))]
    return grid.row(paper, words, RowStyle.PLAIN if number else RowStyle.TOTAL)


def _grid() -> Grid:
    aligns = (Align.CENTER, Align.LEFT, Align.RIGHT, Align.RIGHT)
    widths = (15, 80, 30, 45)
    columns = tuple(
        Column(title, mm(width), align, 4 if index == 1 else 1)
        for index, (title, width, align) in enumerate(zip(_TITLES, widths, aligns, strict=True))
    )
    return Grid(MARGIN, columns, 11.5, mm(9), mm(10))
