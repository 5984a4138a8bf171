"""监护协议花名册: the agreements that run in an area, as a workbook. Patients are not on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import CONFIDENTIAL, Provenance, chinese_date


@dataclass(frozen=True, slots=True)
class AgreementLine:
    village: str
    number: str
    first: str
    second: str
    from_on: date
    to_on: date
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class AgreementListDocument:
    place: str
    organisation: str
    as_of: date
    lines: tuple[AgreementLine, ...]
    """In the order of villages."""
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.place}监护协议花名册"


# title, width in characters
_COLUMNS = (
    ("序号", 7), ("村（社区）", 26), ("协议编号", 22), ("第一监护人", 14), ("第二监护人", 14), ("协议起", 16), ("协议止", 16),
    ("签订日期", 16),
)  # fmt: skip


def render_agreement_list_xlsx(document: AgreementListDocument) -> bytes:
    columns = [
        SheetColumn(title, width, Kind.TEXT if place else Kind.COUNT) for place, (title, width) in enumerate(_COLUMNS)
    ]
    sheet = Sheet(
        "协议花名册",
        columns,
        [Line(cells) for cells in _rows(document)],
        heading=document.title,
        notes=(
            f"截至{chinese_date(document.as_of)} · 协议 {len(document.lines)} 份",
            document.provenance.line(),
        ),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        landscape=True,
        wrap=True,
    )
    return render_workbook(
        [sheet], title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )


def _rows(document: AgreementListDocument) -> Iterator[tuple[Cell, ...]]:
    for number, one in enumerate(document.lines, start=1):
        signed = chinese_date(one.signed_on) if one.signed_on else None
        span = chinese_date(one.from_on), chinese_date(one.to_on)
        yield number, one.village, one.number, one.first, one.second, *span, signed
