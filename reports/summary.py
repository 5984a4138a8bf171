"""监护补贴发放汇总表: what a quarter came to by town and village, in counts and sums; nobody is named."""

from collections.abc import Iterator
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
class Figures:
    """What one place's lines come to. Lines that were withheld or that the bank returned stand in `ended`."""

    agreements: int = 0
    guardians: int = 0
    """Persons: who guards in two villages is counted once in the town."""
    pay_count: int = 0
    pay_fen: int = 0
    hold_count: int = 0
    hold_fen: int = 0
    refuse_count: int = 0
    ended_count: int = 0
    ended_fen: int = 0

    @property
    def lines(self) -> int:
        return self.pay_count + self.hold_count + self.refuse_count + self.ended_count


@dataclass(frozen=True, slots=True)
class SummaryVillage:
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class SummaryTown:
    name: str
    figures: Figures
    villages: tuple[SummaryVillage, ...]


@dataclass(frozen=True, slots=True)
class SummaryDocument:
    county: str
    organisation: str
    """Whose summary it is, and who seals it."""
    period_label: str
    policy: str
    stage: str
    cut_off: date
    rule_set: str
    towns: tuple[SummaryTown, ...]
    total: Figures
    total_capital: str
    """What is paid or still to be paid, in capital characters."""
    provenance: Provenance
    checked: str = ""
    """Which lists of other offices the run was checked against, and which not."""
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴发放汇总表"

    @property
    def facts(self) -> str:
        return (
            f"依据 {self.policy} · {self.stage} · 统计截止日 {chinese_date(self.cut_off)}"
            f" · 规则版本 {self.rule_set} · 单位：份、人、笔、元"
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    style: RowStyle
    number: str
    place: str
    figures: Figures


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 12, 7),
    ("乡镇·村", 70, 28),
    ("协议（份）", 20, 11),
    ("监护人（人）", 22, 12),
    ("发放（笔）", 20, 11),
    ("发放金额（元）", 34, 16),
    ("暂缓（笔）", 20, 11),
    ("暂缓金额（元）", 31, 16),
    ("不发（笔）", 20, 11),
    ("拦付、退回（笔）", 24, 16),
)
_REMARK = "注：发放指应发和已发；暂缓、不发、拦付和退回的未计入合计金额。同一监护人在多处监护的，上一级只计一人。"


def render_summary_pdf(document: SummaryDocument) -> bytes:
    """The summary as PDF, A4 across. Raises TotalMismatchError."""
    _check(document)
    statement, grid = _statement(document), _grid()
    paper = new_paper(statement)
    return render_statement(paper, statement, grid, [_paper_row(paper, grid, one) for one in _entries(document)])


def render_summary_xlsx(document: SummaryDocument) -> bytes:
    """The same rows as a workbook. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    kinds = [Kind.TEXT, Kind.TEXT, *[Kind.COUNT] * 3, Kind.FEN, Kind.COUNT, Kind.FEN, Kind.COUNT, Kind.COUNT]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "发放汇总表",
        columns,
        [Line(_cells(one), strong=one.style is not RowStyle.PLAIN) for one in _entries(document)],
        heading=document.title,
        notes=(document.facts, *filter(None, (document.checked,)), document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _check(document: SummaryDocument) -> None:
    """Villages add up to their town, towns to the total."""
    for town in document.towns:
        check_total((one.figures.pay_fen for one in town.villages), town.figures.pay_fen, "summary of a town")
    check_total((town.figures.pay_fen for town in document.towns), document.total.pay_fen, "summary")


def _entries(document: SummaryDocument) -> Iterator[_Entry]:
    number = 0
    for town in document.towns:
        for village in town.villages:
            number += 1
            yield _Entry(RowStyle.PLAIN, str(number), f"{town.name}·{village.name}", village.figures)
        yield _Entry(RowStyle.SUBTOTAL, "", f"{town.name} 合计", town.figures)
    yield _Entry(RowStyle.TOTAL, "", f"{document.county} 总计", document.total)


def _cells(entry: _Entry) -> tuple[Cell, ...]:
    found = entry.figures
    return (
        entry.number,
        entry.place,
        found.agreements,
        found.guardians,
        found.pay_count,
        found.pay_fen,
        found.hold_count,
        found.hold_fen,
        found.refuse_count,
        found.ended_count,
    )


def _paper_row(paper: Paper, grid: Grid, entry: _Entry) -> Row:
    """A dash for what does not occur there, so that the figures that do stand out."""
    found = entry.figures
    counts = {
        index: f"{count:,}" if count else "—"
        for index, count in enumerate(_cells(entry))
        if isinstance(count, int) and index not in (5, 7)
    }
    money = {5: yuan(found.pay_fen) if found.pay_count else "—", 7: yuan(found.hold_fen) if found.hold_count else "—"}
    words = {0: entry.number, 1: entry.place}
    return grid.row(paper, [(words | counts | money)[index] for index in range(len(_TITLES))], entry.style)


def _grid() -> Grid:
    aligns = (Align.CENTER, Align.LEFT, *[Align.RIGHT] * (len(_TITLES) - 2))
    columns = tuple(
        Column(title, mm(width), align, 2 if align is Align.LEFT else 1)
        for (title, width, _), align in zip(_TITLES, aligns, strict=True)
    )
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(11))


def _statement(document: SummaryDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        checked=document.checked,
        stage=document.stage,
        organisation=document.organisation,
        total_fen=document.total.pay_fen,
        total_capital=document.total_capital,
        provenance=document.provenance,
        signers=(("制表人：", document.prepared_by), ("审核人：", ""), ("负责人：", "")),
        remark=_REMARK,
    )
