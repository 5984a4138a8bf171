"""追回台账: money that was paid too much, case by case, as PDF and workbook; and 退回通知书, the letter that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.errors import check_total
from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import Provenance, chinese_date, without_long_numbers, yuan


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    place: str
    guardian: str
    agreement_number: str
    period: str
    amount_fen: int
    received_fen: int
    state: str
    due_on: date | None
    remark: str


@dataclass(frozen=True, slots=True)
class RecoveriesDocument:
    county: str
    organisation: str
    as_of: date
    lines: tuple[RecoveryLine, ...]
    left_fen: int
    """What is asked for and has not come back: of open cases."""
    left_capital: str
    open_states: frozenset[str]
    provenance: Provenance
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.county}监护补贴追回台账"

    @property
    def facts(self) -> str:
        found = sum(line.amount_fen for line in self.lines)
        received = sum(line.received_fen for line in self.lines)
        return f"截至{chinese_date(self.as_of)} · {len(self.lines)} 件 · 多发 {yuan(found)} · 已退回 {yuan(received)} · 单位：元"


# title, width on paper in mm, width in the workbook in characters
_TITLES: tuple[tuple[str, float, float], ...] = (
    ("序号", 12, 7),
    ("乡镇·村", 40, 24),
    ("监护人", 26, 16),
    ("协议编号", 38, 20),
    ("期间", 32, 18),
    ("多发（元）", 26, 14),
    ("已退回（元）", 26, 14),
    ("状态与说明", 73, 44),
)
_MONEY = (5, 6)
_REMARK = "注：合计为尚未了结、还没有退回的金额。由县里决定，系统不自动扣款。"


def render_recoveries_pdf(document: RecoveriesDocument) -> bytes:
    """The list as PDF, A4 across. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    paper, grid = new_paper(statement), _grid()
    return render_statement(paper, statement, grid, [_paper_row(paper, grid, cells) for cells in _rows(document)])


def render_recoveries_xlsx(document: RecoveriesDocument) -> bytes:
    """The same rows as a workbook. Raises TotalMismatchError."""
    _check(document)
    statement = _statement(document)
    kinds = [Kind.FEN if index in _MONEY else Kind.TEXT for index in range(len(_TITLES))]
    columns = [SheetColumn(title, width, kind) for (title, _, width), kind in zip(_TITLES, kinds, strict=True)]
    sheet = Sheet(
        "追回台账",
        columns,
        [Line(cells) for cells in _rows(document)],
        heading=document.title,
        notes=(document.facts, document.provenance.line()),
        closing=statement.closing,
        footer=statement.footer,
        landscape=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _check(document: RecoveriesDocument) -> None:
    left = (line.amount_fen - line.received_fen for line in document.lines if line.state in document.open_states)
    check_total(left, document.left_fen, "recoveries")


def _rows(document: RecoveriesDocument) -> Iterator[tuple[Cell, ...]]:
    for number, line in enumerate(document.lines, start=1):
        due = f"，限{chinese_date(line.due_on)}前" if line.due_on else ""
        remark = f"{line.state}{due}" + (f"：{line.remark}" if line.remark else "")
        yield (
            str(number), line.place, line.guardian, line.agreement_number, line.period,
            line.amount_fen, line.received_fen, remark,
        )  # fmt: skip


def _paper_row(paper: Paper, grid: Grid, cells: tuple[Cell, ...]) -> Row:
    words = [yuan(int(cell or 0)) if index in _MONEY else str(cell) for index, cell in enumerate(cells)]
    return grid.row(paper, words, RowStyle.PLAIN)


def _grid() -> Grid:
    columns = tuple(
        Column(
            title,
            mm(width),
            Align.RIGHT if index in _MONEY else Align.CENTER if index == 0 else Align.LEFT,
            4 if index == len(_TITLES) - 1 else 2 if index else 1,
        )
        for index, (title, width, _) in enumerate(_TITLES)
    )
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(9))


def _statement(document: RecoveriesDocument) -> Statement:
    return Statement(
        title=document.title,
        facts=document.facts,
        stage=f"截至{chinese_date(document.as_of)}",
        organisation=document.organisation,
        total_fen=document.left_fen,
        total_capital=document.left_capital,
        provenance=document.provenance,
        signers=(("制表人：", document.prepared_by), ("审核人：", ""), ("负责人：", "")),
        remark=_REMARK,
    )


# -- the letter --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecoveryLetter:
    """What one guardian is asked to pay back. Names no illness and no patient."""

    office: str
    phone: str
    """Empty where the office has none on record."""
    guardian: str
    place: str
    agreement_number: str
    period: str
    paid_fen: int
    left_fen: int
    left_capital: str
    why: str
    """One plain sentence."""
    document_number: str
    due_on: date
    appeal_until: date
    issued_on: date
    provenance: Provenance
    programme: str = "惠民补贴"


_BODY, _LEADING = 14, mm(8.4)
_LEFT, _RIGHT = mm(26), mm(184)
_OWN = "本人资料 请妥善保管"


def render_recovery_letter(letter: RecoveryLetter) -> bytes:
    """One page for the guardian, with a receipt to tear off and keep."""
    paper = Paper("退回通知书", letter.office, letter.provenance.printed_at)
    middle = paper.width / 2
    paper.text(middle, paper.down(34), "退回通知书", 22, bold=True, align=Align.CENTER, spacing=2)
    number = without_long_numbers(letter.document_number)
    paper.text(middle, paper.down(43), number, 11, align=Align.CENTER, grey=LABEL_GREY)
    y = paper.down(60)
    paper.text(_LEFT, y, f"{without_long_numbers(letter.guardian)}：", _BODY, bold=True, fit=_RIGHT - _LEFT)
    y -= _LEADING * 1.3
    for sentence in _sentences(letter):
        lines = paper.wrapped(f"　　{without_long_numbers(sentence)}", _BODY, _RIGHT - _LEFT, 5)
        y = paper.lines(_LEFT, y, lines, _BODY, _LEADING) - mm(2)
    y = _facts(paper, letter, y - mm(2))
    paper.text(_RIGHT, y - mm(12), letter.office, _BODY, align=Align.RIGHT, fit=mm(100))
    paper.text(_RIGHT, y - mm(20), chinese_date(letter.issued_on), _BODY, align=Align.RIGHT)
    _receipt(paper, letter)
    page_footer(paper, f"{_OWN} · {letter.provenance.line()}", "", margin=mm(10), y=mm(9))
    paper.next_page()
    return paper.finish()


def _sentences(letter: RecoveryLetter) -> Iterator[str]:
    call = f"，电话 {letter.phone}" if letter.phone else ""
    yield f"您领取的{letter.period}{letter.programme}，经核对有一部分不应发放。{letter.why}"
    yield (
        f"请在{chinese_date(letter.due_on)}前，带本通知和身份证到{letter.office}办理退回"
        f" {yuan(letter.left_fen)} 元（{letter.left_capital}）。一次退回有困难的，可以商量分次退回。"
    )
    yield (
        f"如对金额或原因有异议，请在{chinese_date(letter.appeal_until)}前到{letter.office}说明{call}，"
        "我们会重新核对并答复您；核对期间不必先退款。"
    )
    yield "我们不会自动扣款，也不会请您把钱转给个人。"


def _facts(paper: Paper, letter: RecoveryLetter, y: float) -> float:
    rows = (
        ("协议编号", letter.agreement_number),
        ("已发金额", f"{yuan(letter.paid_fen)} 元"),
        ("应退金额", f"{yuan(letter.left_fen)} 元"),
        ("退回期限", chinese_date(letter.due_on)),
    )
    step = mm(9)
    paper.box(_LEFT, y - step * len(rows), _RIGHT - _LEFT, step * len(rows), 0.6)
    for index, (label, value) in enumerate(rows):
        base = y - step * index - mm(6)
        paper.text(_LEFT + mm(4), base, label, 12, grey=LABEL_GREY)
        paper.text(_LEFT + mm(34), base, without_long_numbers(value), 12, bold=index == 2, fit=mm(110))
    return y - step * len(rows)


def _receipt(paper: Paper, letter: RecoveryLetter) -> None:
    cut = paper.down(246)
    paper.rules([(mm(14), cut, paper.width - mm(14), cut)], 0.5, dash="3 2")
    paper.text(_LEFT, cut - mm(10), "回执", 16, bold=True, spacing=2)
    said = f"已收到《退回通知书》，知悉内容。　{letter.place}　{letter.guardian}"
    paper.text(_LEFT, cut - mm(20), without_long_numbers(said), 12, fit=_RIGHT - _LEFT)
    paper.signature(_LEFT, cut - mm(31), "签名：", 12, mm(46))
    paper.signature(_LEFT + mm(74), cut - mm(31), "日期：", 12, mm(46))
