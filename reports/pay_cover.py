"""发放文件封面: approved less withheld is what goes to the bank; signed and handed over with the file, whose fingerprint it bears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.page import Align, Paper, mm
from reports.pay_file import PayFileDocument
from reports.pay_layouts import LAYOUTS
from reports.statement import MARGIN, Statement, new_paper, render_statement
from reports.table import Column, Grid, Row, RowStyle
from reports.wording import Provenance, yuan


@dataclass(frozen=True, slots=True)
class PayCoverDocument:
    file: PayFileDocument
    sha256: str
    """Of the file's bytes."""
    provenance: Provenance


def render_pay_cover(document: PayCoverDocument) -> bytes:
    """The cover as PDF, A4 across."""
    statement, grid = _statement(document), _grid()
    paper = new_paper(statement)
    return render_statement(paper, statement, grid, list(_rows(paper, grid, document.file)))


def _rows(paper: Paper, grid: Grid, file: PayFileDocument) -> Iterator[Row]:
    def row(cells: tuple[str, ...], style: RowStyle = RowStyle.PLAIN) -> Row:
        return grid.row(paper, cells, style)

    sent, kept_back = len(file.lines), len(file.withheld)
    approved_fen = file.total_fen + file.withheld_fen
    yield row(("一", "审批通过", "", str(sent + kept_back), yuan(approved_fen)), RowStyle.SUBTOTAL)
    yield row(("二", "生成文件时拦付", "", str(kept_back), yuan(file.withheld_fen)), RowStyle.SUBTOTAL)
    for number, line in enumerate(file.withheld, start=1):
        yield row((str(number), line.why, line.payee, "1", yuan(line.amount_fen)))
    yield row(("三", "报送银行（一减二）", "", str(sent), yuan(file.total_fen)), RowStyle.TOTAL)


def _grid() -> Grid:
    columns = (
        Column("", mm(14), Align.CENTER),
        Column("事项", mm(110), Align.LEFT, 2),
        Column("领款人", mm(82), Align.LEFT),
        Column("笔数", mm(25), Align.RIGHT),
        Column("金额（元）", mm(42), Align.RIGHT),
    )
    return Grid(MARGIN, columns, 10, mm(8.4), mm(9))


def _statement(document: PayCoverDocument) -> Statement:
    file = document.file
    return Statement(
        title=f"{file.county}{file.period_label}发放文件封面",
        facts=(
            f"文件 {file.file_number} · 格式 {LAYOUTS[file.layout].label} · 批次指纹 {file.run_digest[:16]} · 单位：元"
        ),
        stage=file.file_number,
        organisation=file.organisation,
        total_fen=file.total_fen,
        total_capital=file.total_capital,
        provenance=document.provenance,
        signers=(("制作人：", file.prepared_by), ("复核人：", ""), ("接收人：", "")),
        remark=f"文件校验 SHA-256：{document.sha256}",
    )
