"""How banks want their pay files: small declarations that writer and reader share. A new bank is a new declaration, not new code.

Every layout carries the file's number, in its head or beside each line: the answer then tells which file it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from reports.table_xlsx import Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Medium(Enum):
    WORKBOOK = "workbook"
    """A sheet of lines, and the cover as a second sheet."""
    FIXED = "fixed"
    """Records of fixed width: head, lines, trailer with count and sum."""
    SEPARATED = "separated"
    """Comma separated, a title row, the sum as last row."""


class Source(StrEnum):
    """Where a column's value comes from: a line of the file, or the file as a whole."""

    RECORD = "record"
    SEQUENCE = "sequence"
    PAYEE = "payee"
    ID_NUMBER = "id_number"
    BANK = "bank"
    ACCOUNT = "account"
    AMOUNT = "amount"
    REMARK = "remark"
    STANDARD = "standard"
    FILE_NUMBER = "file_number"
    DAY = "day"
    COUNT = "count"
    TOTAL = "total"
    RESULT = "result"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class PayColumn:
    """One column. `width` is bytes in a record of fixed width, characters in a workbook."""

    title: str
    source: Source
    width: int
    kind: Kind = Kind.TEXT
    literal: str = ""
    """What a record begins with, for `Source.RECORD`."""


@dataclass(frozen=True, slots=True)
class Layout:
    code: str
    label: str
    medium: Medium
    ending: str
    media_type: str
    columns: tuple[PayColumn, ...]
    encoding: str = ""
    head: tuple[PayColumn, ...] = ()
    trailer: tuple[PayColumn, ...] = ()
    reply: tuple[PayColumn, ...] = ()
    """What the bank adds to each line of its answer; of a workbook it is found by its titles."""


_RURAL_BANK = Layout(
    "xlsx",
    "农商行 Excel",
    Medium.WORKBOOK,
    "xlsx",
    XLSX,
    (
        PayColumn("序号", Source.SEQUENCE, 8, Kind.COUNT),
        PayColumn("收款人姓名", Source.PAYEE, 16),
        PayColumn("身份证号", Source.ID_NUMBER, 22),
        PayColumn("开户行", Source.BANK, 28),
        PayColumn("账号", Source.ACCOUNT, 26),
        PayColumn("金额(元)", Source.AMOUNT, 14, Kind.FEN),
        PayColumn("附言", Source.REMARK, 20),
        PayColumn("文件编号", Source.FILE_NUMBER, 24),
    ),
)

_CARD = Layout(
    "card",
    "惠民惠农“一卡通” Excel",
    Medium.WORKBOOK,
    "xlsx",
    XLSX,
    (
        PayColumn("序号", Source.SEQUENCE, 8, Kind.COUNT),
        PayColumn("姓名", Source.PAYEE, 16),
        PayColumn("身份证号", Source.ID_NUMBER, 22),
        PayColumn("社保卡号", Source.ACCOUNT, 26),
        PayColumn("开户行", Source.BANK, 28),
        PayColumn("项目", Source.REMARK, 20),
        PayColumn("标准", Source.STANDARD, 16),
        PayColumn("金额", Source.AMOUNT, 14, Kind.FEN),
        PayColumn("文件编号", Source.FILE_NUMBER, 24),
    ),
)

_FIXED = Layout(
    "fixed",
    "定长文本",
    Medium.FIXED,
    "txt",
    "text/plain",
    (
        PayColumn("记录", Source.RECORD, 1, literal="D"),
        PayColumn("序号", Source.SEQUENCE, 8, Kind.COUNT),
        PayColumn("账号", Source.ACCOUNT, 32),
        # fifty characters, each of up to four bytes
        PayColumn("户名", Source.PAYEE, 200),
        PayColumn("证件号码", Source.ID_NUMBER, 32),
        PayColumn("金额（分）", Source.AMOUNT, 15, Kind.FEN),
        PayColumn("附言", Source.REMARK, 80),
    ),
    encoding="gb18030",
    head=(
        PayColumn("记录", Source.RECORD, 1, literal="H"),
        PayColumn("文件编号", Source.FILE_NUMBER, 40),
        PayColumn("日期", Source.DAY, 8),
        PayColumn("笔数", Source.COUNT, 8, Kind.COUNT),
        PayColumn("金额合计（分）", Source.TOTAL, 15, Kind.FEN),
    ),
    trailer=(
        PayColumn("记录", Source.RECORD, 1, literal="T"),
        PayColumn("笔数", Source.COUNT, 8, Kind.COUNT),
        PayColumn("金额合计（分）", Source.TOTAL, 15, Kind.FEN),
    ),
    reply=(PayColumn("处理结果", Source.RESULT, 12), PayColumn("失败原因", Source.WHY, 80)),
)

_CSV = Layout(
    "csv",
    "CSV 文本",
    Medium.SEPARATED,
    "csv",
    "text/csv",
    (
        PayColumn("序号", Source.SEQUENCE, 8, Kind.COUNT),
        PayColumn("户名", Source.PAYEE, 16),
        PayColumn("证件号码", Source.ID_NUMBER, 22),
        PayColumn("开户行", Source.BANK, 28),
        PayColumn("账号", Source.ACCOUNT, 26),
        PayColumn("金额", Source.AMOUNT, 14, Kind.FEN),
        PayColumn("附言", Source.REMARK, 20),
        PayColumn("文件编号", Source.FILE_NUMBER, 24),
    ),
    # with a mark: spreadsheets then read it rightly, rare characters of names included
    encoding="utf-8-sig",
    trailer=(
        PayColumn("合计", Source.RECORD, 8, literal="合计"),
        PayColumn("笔数", Source.COUNT, 8, Kind.COUNT),
        PayColumn("金额", Source.TOTAL, 14, Kind.FEN),
    ),
)

LAYOUTS = {layout.code: layout for layout in (_RURAL_BANK, _FIXED, _CSV, _CARD)}
