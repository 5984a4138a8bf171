"""村基础信息一张表: who answers for a village, who is registered there, and by whom each is guarded. Nothing of illness stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.flow import MARGIN, Flow
from reports.page import A4_LANDSCAPE, LABEL_GREY, Align, Paper, mm
from reports.table import Column, Grid
from reports.wording import CONFIDENTIAL, Provenance, chinese_date

_NAME = "基础信息一张表"
_REMARK = "注：本表不含诊断、危险性等级、用药和随访分类；仅供村（社区）落实监护和服务责任使用，用后收回，不得张贴。"
# title, width in mm, alignment, most lines
_COLUMNS = (
    ("序号", 11, Align.CENTER, 1),
    ("档案编号", 27, Align.LEFT, 2),
    ("姓名", 25, Align.LEFT, 6),
    ("第一监护人", 46, Align.LEFT, 6),
    ("第二监护人", 46, Align.LEFT, 6),
    ("责任医生", 28, Align.LEFT, 4),
    ("监护协议编号", 44, Align.LEFT, 2),
    ("协议期限", 46, Align.LEFT, 2),
)
_FACT_LABEL, _FACT_SIZE = mm(30), 10.0


@dataclass(frozen=True, slots=True)
class VillagePerson:
    record_number: str
    name: str
    first_guardian: str
    """With the relation."""
    second_guardian: str
    doctor: str
    agreement: str
    span: str


@dataclass(frozen=True, slots=True)
class VillageSheet:
    place: str
    """城关镇东村"""
    facts: tuple[tuple[str, str], ...]
    people: tuple[VillagePerson, ...]


@dataclass(frozen=True, slots=True)
class VillageTablesDocument:
    place: str
    organisation: str
    as_of: date
    villages: tuple[VillageSheet, ...]
    provenance: Provenance
    prepared_by: str = ""

    @property
    def title(self) -> str:
        return f"{self.place}村{_NAME}"


def render_village_tables_pdf(document: VillageTablesDocument) -> bytes:
    """A4 across, every village on pages of its own."""
    paper = Paper(document.title, document.organisation, document.provenance.printed_at, A4_LANDSCAPE)
    flow = Flow(paper, document.title, f"{CONFIDENTIAL} · {document.provenance.line()}")
    for village in document.villages:
        _lay_village(flow, paper, document, village)
    flow.draw()
    return paper.finish()


def _lay_village(flow: Flow, paper: Paper, document: VillageTablesDocument, village: VillageSheet) -> None:
    title = f"{village.place}{_NAME}"
    flow.turn(title)
    lines = paper.wrapped(title, 17, flow.width, 4, bold=True)
    flow.block(mm(9) * len(lines), lambda top: _centred(paper, lines, top))
    flow.note(
        f"截至 {chinese_date(document.as_of)} · 在册 {len(village.people)} 人 · 制表单位：{document.organisation}"
    )
    for label, value in village.facts:
        _lay_fact(flow, paper, label, value)
    flow.space(mm(2))
    if village.people:
        flow.table(grid := _grid(), [grid.row(paper, _cells(*one)) for one in enumerate(village.people, start=1)])
    else:
        flow.paragraph("本村（社区）没有在册人员。", indent=False)
    flow.note(_REMARK)
    flow.block(mm(16), lambda top: _signers(paper, document, top))


def _lay_fact(flow: Flow, paper: Paper, label: str, value: str) -> None:
    lines = paper.wrapped(value or "—", _FACT_SIZE, flow.width - _FACT_LABEL, 12)
    leading = mm(5)

    def draw(top: float) -> None:
        paper.text(flow.left, top - _FACT_SIZE, label, _FACT_SIZE, grey=LABEL_GREY)
        for row, line in enumerate(lines):
            paper.text(flow.left + _FACT_LABEL, top - _FACT_SIZE - row * leading, line, _FACT_SIZE)

    flow.block(leading * len(lines) + mm(0.8), draw)


def _cells(number: int, one: VillagePerson) -> tuple[str, ...]:
    return (
        str(number),
        one.record_number or "—",
        one.name,
        one.first_guardian or "未落实",
        one.second_guardian or "未落实",
        one.doctor or "未落实",
        one.agreement or "—",
        one.span or "—",
    )


def _grid() -> Grid:
    columns = tuple(Column(title, mm(width), align, most) for title, width, align, most in _COLUMNS)
    return Grid(MARGIN, columns, 9.5, mm(7.6), mm(9))


def _centred(paper: Paper, lines: list[str], top: float) -> None:
    paper.lines(paper.width / 2, top - 17, lines, 17, mm(8.5), bold=True, align=Align.CENTER)


def _signers(paper: Paper, document: VillageTablesDocument, top: float) -> None:
    y = top - mm(11)
    for index, (label, name) in enumerate((("制表人：", document.prepared_by), ("村（社区）核对人：", ""))):
        x = MARGIN + index * mm(58)
        paper.signature(x, y, label, 10.5, mm(30))
        paper.text(x + mm(17), y, name, 10.5, fit=mm(28))
    paper.text(MARGIN + mm(150), y, f"单位（盖章）：{document.organisation}", 10.5, fit=mm(84))
    paper.text(paper.width - MARGIN, y, "　　年　　月　　日", 10.5, align=Align.RIGHT)
