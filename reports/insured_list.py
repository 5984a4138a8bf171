"""参保名单: who is insured under a policy, for the insurer: guardians by name, patients by a masked number alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from reports.errors import check_total
from reports.page import Align, Paper, mm
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import Provenance, chinese_date, yuan


@dataclass(frozen=True, slots=True)
class InsuredLine:
    """`masked_number` as `3499**********1234`; the paper names no patient."""

    number: int
    guardian: str
    masked_number: str
    from_on: date
    last_on: date
    premium_fen: int
    change: str = ""
    """What of this person is reported: 首批参保, 增员, 减员 with its reason; empty on a list of everybody."""


@dataclass(frozen=True, slots=True)
class InsuredDocument:
    county: str
    organisation: str
    """The policyholder."""
    insurer: str
    policy_number: str
    kind: str
    from_on: date
    to_on: date
    what: str
    """Which list: 全部参保人员, 第 3 批增员."""
    as_of: date
    lines: tuple[InsuredLine, ...]
    """By number."""
    total_fen: int
    total_capital: str
    provenance: Provenance
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.county}{self.kind}参保名单"

    @property
    def facts(self) -> str:
        term = f"{chinese_date(self.from_on)}至{chinese_date(self.to_on)}"
        return f"{self.insurer} · 保单号 {self.policy_number} · 保险期间 {term} · {self.what} · {len(self.lines)} 人 · 单位：元"


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("参保序号", 22, 10),
    ("监护人（被保险人）", 46, 20),
    ("患者证件号（隐去中间各位）", 62, 28),
    ("起保日期", 36, 16),
    ("止保日期", 36, 16),
    ("保费（元）", 30, 14),
    ("说明", 41, 24),
)
_MONEY = 5
_REMARK = "注：名单只供保险公司承保和理赔使用。患者只列隐去中间各位的证件号，不列姓名、疾病和等级。"


def render_insured_pdf(document: InsuredDocument, progress: Callable[[int, int], None] | None = None) -> bytes:
    """The list as PDF, A4 across. `progress` hears (pages done, pages in all). Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    paper, grid = new_paper(statement), _grid()
    rows = [_paper_row(paper, grid, cells) for cells in _rows(document)]
    return render_statement(paper, statement, grid, rows, progress)


def render_insured_xlsx(document: InsuredDocument, progress: Callable[[int, int], None] | None = None) -> bytes:
    """The same rows as a workbook; `progress` hears (lines done, lines in all). Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    kinds = [Kind.FEN if index == _MONEY else Kind.TEXT for index in range(len(_TITLES))]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "参保名单",
        columns,
        _told(document, progress),
        heading=document.title,
        notes=(document.facts, document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _told(document: InsuredDocument, progress: Callable[[int, int], None] | None) -> Iterator[Line]:
    for number, cells in enumerate(_rows(document), start=1):
        if progress is not None:
            progress(number, len(document.lines))
        yield Line(cells)


def _check(document: InsuredDocument) -> None:
    check_total((line.premium_fen for line in document.lines), document.total_fen, "insured")


def _rows(document: InsuredDocument) -> Iterator[tuple[Cell, ...]]:
    for line in document.lines:
        yield (
            str(line.number),
            line.guardian,
            line.masked_number,
            chinese_date(line.from_on),
            chinese_date(line.last_on),
            line.premium_fen,
            line.change,
        )


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    words = [yuan(int(cell or 0)) if index == _MONEY else str(cell) for index, cell in enumerate(cells)]
    return grid.row(paper, words, RowStyle.PLAIN)


def _grid() -> Grid:
    columns = tuple(
        Column(
            title,
            mm(width),
            Align.RIGHT if index == _MONEY else Align.CENTER if index == 0 else Align.LEFT,
            2 if index in (1, 6) else 1,
        )
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(9))


def _statement(document: InsuredDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        stage=document.what,
        organisation=document.organisation,
        total_fen=document.total_fen,
        total_capital=document.total_capital,
        provenance=document.provenance,
        signers=(("制表人：", document.prepared_by), ("复核人：", ""), ("投保单位负责人：", "")),
        remark=_REMARK,
        purpose="仅供承保理赔",
    )
