"""监护补贴发放台账: the ledger of a run by town and village, on paper and as a workbook with the same rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from reports.errors import check_total
from reports.page import Align, Paper, mm
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Column as SheetColumn
from reports.table_xlsx import Kind, Line, Sheet, render_workbook
from reports.wording import Provenance, chinese_date, yuan


class LedgerState(StrEnum):
    """The words of the screen, so that counts on paper are found there again."""

    DUE = "应发"
    SENT = "已报盘"
    PAID = "已发"
    HELD = "暂缓"
    REFUSED = "不发"
    WITHHELD = "拦付"
    RETURNED = "银行退回"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    town: str
    village: str
    guardian: str
    relation: str
    agreement_number: str
    days: int
    amount_fen: int
    account_tail: str
    state: LedgerState
    counted: bool
    """Whether the amount is part of subtotals and total; else it is printed in brackets."""
    reasons: tuple[str, ...] = ()
    """Short, at most a few words each."""


@dataclass(frozen=True, slots=True)
class LedgerDocument:
    county: str
    organisation: str
    """Who keeps the ledger and seals it."""
    period_label: str
    """For example 2026年第三季度."""
    policy: str
    """The document that the payments follow, for example 安民发〔2026〕3号."""
    stage: str
    """Where the run stands, for example 已核准."""
    cut_off: date
    rule_set: str
    rows: tuple[LedgerRow, ...]
    """Ordered by town, then village: equal neighbours share a subtotal."""
    total_fen: int
    total_capital: str
    """The total in capital characters."""
    provenance: Provenance
    checked: str = ""
    """Which lists of other offices the run was checked against, and which not."""
    prepared_by: str = ""
    reviewed_by: str = ""
    responsible: str = ""
    purpose: str = ""
    """If given, stands with user and time as a light watermark on every page."""

    @property
    def title(self) -> str:
        return f"{self.county}{self.period_label}监护补贴发放台账"

    @property
    def facts(self) -> str:
        return (
            f"依据 {self.policy} · {self.stage} · 统计截止日 {chinese_date(self.cut_off)}"
            f" · 规则版本 {self.rule_set} · 单位：元"
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One drawn row of the ledger, the same on paper and in the workbook."""

    style: RowStyle
    number: str
    place: str
    guardian: str
    relation: str
    agreement: str
    days: str
    amount_fen: int
    counted: bool
    account_tail: str
    remark: str

    @property
    def amount(self) -> str:
        return yuan(self.amount_fen) if self.counted else f"（{yuan(self.amount_fen)}）"


_TITLES = (
    "序号",
    "乡镇·村",
    "监护人",
    "与患者关系",
    "协议编号",
    "天数",
    "金额（元）",
    "账户尾号",
    "状态与说明",
    "领款人签字",
)
_BRACKETS = "注：括号内的金额未计入合计。"


def render_ledger_pdf(document: LedgerDocument, progress: Callable[[int, int], None] | None = None) -> bytes:
    """The ledger as PDF, A4 across. `progress` hears (pages done, pages in all). Raises TotalMismatchError."""
    _check(document)
    statement, grid = _statement(document), _grid()
    paper = new_paper(statement)
    rows = [_paper_row(paper, grid, entry) for entry in _entries(document)]
    return render_statement(paper, statement, grid, rows, progress)


def render_ledger_xlsx(document: LedgerDocument) -> bytes:
    """The same rows as a workbook: totals are values, nothing is a formula. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    widths = (7, 26, 18, 12, 22, 8, 14, 11, 40, 16)
    kinds = {5: Kind.COUNT, 6: Kind.FEN}
    columns = [
        SheetColumn(title, width, kinds.get(index, Kind.TEXT))
        for index, (title, width) in enumerate(zip(_TITLES, widths, strict=True))
    ]
    sheet = Sheet(
        "发放台账",
        columns,
        [_sheet_line(entry) for entry in _entries(document)],
        heading=document.title,
        notes=(document.facts, *filter(None, (document.checked,)), document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _statement(document: LedgerDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        checked=document.checked,
        stage=document.stage,
        organisation=document.organisation,
        total_fen=document.total_fen,
        total_capital=document.total_capital,
        provenance=document.provenance,
        signers=(
            ("制表人：", document.prepared_by),
            ("审核人：", document.reviewed_by),
            ("负责人：", document.responsible),
        ),
        remark=_BRACKETS if any(not row.counted for row in document.rows) else "",
        purpose=document.purpose,
        carries=True,
    )


def _check(document: LedgerDocument) -> None:
    check_total((row.amount_fen for row in document.rows if row.counted), document.total_fen, "ledger")


def _entries(document: LedgerDocument) -> Iterator[_Entry]:
    number = 0
    for town, in_town in groupby(document.rows, key=lambda row: row.town):
        town_rows = list(in_town)
        for village, in_village in groupby(town_rows, key=lambda row: row.village):
            village_rows = list(in_village)
            for row in village_rows:
                number += 1
                yield _entry(number, row)
            yield _sum(village_rows, f"{village} 小计", RowStyle.SUBTOTAL)
        yield _sum(town_rows, f"{town} 合计", RowStyle.TOTAL)
    yield _sum(document.rows, f"{document.county} 总计", RowStyle.TOTAL)


def _entry(number: int, row: LedgerRow) -> _Entry:
    reasons = "；".join(row.reasons)
    return _Entry(
        style=RowStyle.PLAIN,
        number=str(number),
        place=f"{row.town}·{row.village}",
        guardian=row.guardian,
        relation=row.relation,
        agreement=row.agreement_number,
        days=str(row.days),
        amount_fen=row.amount_fen,
        counted=row.counted,
        account_tail=row.account_tail[-4:],
        remark=f"{row.state.value}：{reasons}" if reasons else row.state.value,
    )


def _sum(rows: list[LedgerRow] | tuple[LedgerRow, ...], label: str, style: RowStyle) -> _Entry:
    states = ((state, sum(1 for row in rows if row.state is state)) for state in LedgerState)
    return _Entry(
        style=style,
        number="",
        place=label,
        guardian=f"{len(rows)} 笔",
        relation="",
        agreement="",
        days="",
        amount_fen=sum(row.amount_fen for row in rows if row.counted),
        counted=True,
        account_tail="",
        remark=" · ".join(f"{state.value} {count}" for state, count in states if count),
    )


def _grid() -> Grid:
    left, center, right = Align.LEFT, Align.CENTER, Align.RIGHT
    designs = (
        (13, center, 1),  # five digits
        (40, left, 3),
        (28, left, 5),
        (21, center, 2),
        (38, left, 3),
        (12, right, 1),
        (27, right, 1),
        (18, center, 1),
        (46, left, 4),
        (30, left, 1),
    )
    columns = tuple(
        Column(title, mm(width), align, most) for title, (width, align, most) in zip(_TITLES, designs, strict=True)
    )
    return Grid(MARGIN, columns, 9.5, mm(8.4), mm(9.5))


def _paper_row(paper: Paper, grid: Grid, entry: _Entry) -> Row:
    cells = (
        entry.number,
        entry.place,
        entry.guardian,
        entry.relation,
        entry.agreement,
        entry.days,
        entry.amount,
        entry.account_tail,
        entry.remark,
        "",
    )
    adds_fen = entry.amount_fen if entry.counted and entry.style is RowStyle.PLAIN else 0
    return grid.row(paper, cells, entry.style, adds_fen)


def _sheet_line(entry: _Entry) -> Line:
    cells = (
        entry.number,
        entry.place,
        entry.guardian,
        entry.relation,
        entry.agreement,
        int(entry.days) if entry.days else None,
        entry.amount_fen if entry.counted else entry.amount,
        entry.account_tail,
        entry.remark,
        None,
    )
    return Line(cells, strong=entry.style is not RowStyle.PLAIN)
