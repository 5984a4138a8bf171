"""资金疑点清单: patterns that were found in the money, as a workbook for the auditor's own sorting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.table_xlsx import Cell, Column, Kind, Line, Sheet, render_workbook
from reports.wording import Provenance, chinese_date


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One flag. `amount_fen` is that of the line behind it, None where it is about no single line."""

    period: str
    pattern: str
    because: str
    who: str
    agency: str
    place: str
    payee: str
    agreement_number: str
    amount_fen: int | None
    found_on: datetime
    state: str
    ground: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class FlagsDocument:
    county: str
    organisation: str
    lines: tuple[FlagLine, ...]
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.county}监护补贴资金疑点清单"


_COLUMNS = (
    Column("序号", 7, Kind.COUNT),
    Column("季度", 10),
    Column("情形", 16),
    Column("因为", 60),
    Column("涉及经手人", 14),
    Column("单位", 22),
    Column("地点", 20),
    Column("领款人", 12),
    Column("协议", 20),
    Column("金额（元）", 12, Kind.FEN),
    Column("发现日期", 16),
    Column("状态", 10),
    Column("说明或移交", 30),
    Column("处理人", 12),
)
_REMARK = "疑点由规则列出，只提示核对，不影响发放；是否属实以核对为准。"


def render_flags_xlsx(document: FlagsDocument) -> bytes:
    lines = [Line(_cells(number, one)) for number, one in enumerate(document.lines, start=1)]
    sheet = Sheet(
        "资金疑点清单",
        _COLUMNS,
        lines,
        heading=document.title,
        notes=(_REMARK, document.provenance.line()),
        footer=document.provenance.line(),
        landscape=True,
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _cells(number: int, one: FlagLine) -> tuple[Cell, ...]:
    return (
        number, one.period, one.pattern, one.because, one.who, one.agency, one.place, one.payee, one.agreement_number,
        one.amount_fen, chinese_date(one.found_on.date()), one.state, one.ground, one.decided_by,
    )  # fmt: skip
