"""The pay file of a run: what the bank pays, line by line, and the sheet that controls it."""

from dataclasses import dataclass
from datetime import datetime

from reports.errors import check_total
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL, SHANGHAI, yuan

DETAIL_SHEET = "发放明细"
CONTROL_SHEET = "控制页"


@dataclass(frozen=True, slots=True)
class PayFileLine:
    payee: str
    id_number: str
    bank: str
    account: str
    amount_fen: int
    remark: str


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


def render_pay_file(document: PayFileDocument) -> bytes:
    """The pay file: 发放明细 first (banks read the first sheet), then 控制页. Raises TotalMismatchError."""
    check_total((line.amount_fen for line in document.lines), document.total_fen, "pay file")
    return render_workbook(
        [_detail(document), _control(document)],
        title=f"{document.county}{document.period_label}发放文件 {document.file_number}",
        author=document.organisation,
        created_at=document.created_at,
    )


def _detail(document: PayFileDocument) -> Sheet:
    columns = (
        Column("序号", 8, Kind.COUNT),
        Column("收款人姓名", 16),
        Column("身份证号", 22),
        Column("开户行", 28),
        Column("账号", 26),
        Column("金额(元)", 14, Kind.FEN),
        Column("附言", 20),
    )
    lines = [
        Line((number, line.payee, line.id_number, line.bank, line.account, line.amount_fen, line.remark))
        for number, line in enumerate(document.lines, start=1)
    ]
    return Sheet(DETAIL_SHEET, columns, lines, footer=_footer(document), landscape=True)


def _control(document: PayFileDocument) -> Sheet:
    made = document.created_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    facts: tuple[tuple[str, str | int], ...] = (
        ("县（市、区）", document.county),
        ("付款单位", document.organisation),
        ("发放期", document.period_label),
        ("文件编号", document.file_number),
        ("笔数", len(document.lines)),
        ("金额合计（元）", yuan(document.total_fen)),
        ("金额合计（大写）", document.total_capital),
        ("造册数据指纹", document.run_digest),
        ("制作人", document.prepared_by),
        ("制作时间", made),
    )
    return Sheet(
        CONTROL_SHEET,
        (Column("项目", 22), Column("内容", 78)),
        [Line(fact) for fact in facts],
        heading="发放文件控制页",
        notes=("收到后请核对笔数与金额；不符的，整份退回。",),
        closing=("移交人：　　　　　　　接收人：　　　　　　　日期：　　　　年　　月　　日",),
        footer=_footer(document),
    )


def _footer(document: PayFileDocument) -> str:
    return f"{CONFIDENTIAL} · {document.file_number} · {document.run_digest[:16]}"
