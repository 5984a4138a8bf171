"""Every number on a report is the length of the list behind it: read back from the workbook, the PDF and the briefing, cell by cell."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import docx
import openpyxl
import pytest
from flask import Flask
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.numbers.models import AreaPopulation, IndicatorRun
from app.numbers.paper_lists import list_document
from app.numbers.papers import ReadReport, draw_papers, read_report
from app.numbers.queries.behind import names_people
from app.numbers.queries.quality import list_shares
from app.numbers.queries.runs import count_members
from app.numbers.rules.behind import find_figure, missing_of
from app.numbers.rules.indicators import Indicator, figures, indicators
from app.numbers.rules.membership import Weight
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.quality import CHECKS, Severity
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.deciding import set_target
from app.numbers.texts import TEXTS
from app.numbers.texts_quality import TEXTS as CHECK_TEXTS
from tests.conftest import NOW, TODAY
from tests.rig.counted import Case, Seen, add_case, seen, visits
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.scene import Scene

SETTINGS, QUARTER = NumberSettings(), ReportPeriod.parse("2026Q4")
INDICATORS = indicators(SETTINGS)
PLACES = {"城关镇": TOWN, "安平镇": OTHER_TOWN, "安和县 合计": COUNTY}
VILLAGES = {
    "城关镇·东村": VILLAGE, "城关镇·大王村": SECOND_VILLAGE, "安平镇·东村": OTHER_VILLAGE, "城关镇 合计": TOWN, "安平镇 合计": OTHER_TOWN,
    "安和县 合计": COUNTY,
}  # fmt: skip
# column of a section → what is counted; a column ending in （%） is a rate of those before it
COLUMNS = {
    "在册": "registered", "随访逾期": "overdue", "逾期": "overdue", "已随访待确认": "overdue_waiting", "待确认": "overdue_waiting", "失访": "lost", "不同意管理": "refused", "危险性 3 级及以上": "high_level",
    "出院衔接": "discharges", "按时发单": "forms_in_time", "按时签收": "received_in_time", "按时首访": "visited_in_time",
    "应办结": "loops_owed", "按时办结": "loops_in_time", "应做评估": "reassessments", "已做评估": "reassessed",
    "期内新登记": "newly_registered", "期内死亡": "died", "符合条件": "eligible", "已签协议": "signed", "已发放": "paid", "已参保": "insured",
    "应急处置": "emergencies", "24 小时内完成": "emergencies_in_time", "有肇事肇祸（人）": "offended", "关锁": "locked_up",
    "完整随访次数": "visits", "按时录入": "visits_in_time", "在管": "managed", "有分类随访": "classified", "规范管理": "standard",
    "常住人口": "residents",
}  # fmt: skip
SEVERITIES = {"相互矛盾": Severity.WRONG, "缺项": Severity.MISSING, "需要核实": Severity.DOUBTFUL}
RESIDENTS = {COUNTY: 350_000, TOWN: 201_000}


@dataclass
class Behind:
    """The lists, counted one by one."""

    session: Session
    actor: Actor
    run: IndicatorRun

    def length(self, place: str, figure: str) -> int | None:
        if figure == "residents":
            return RESIDENTS.get(place)
        found = find_figure(figure, SETTINGS)
        assert found is not None, figure
        return count_members(self.session, self.actor, self.run, place, found)

    def rate(self, one: Indicator, place: str) -> Decimal | None:
        above, below = self.length(place, one.numerator.name) or 0, self.length(place, one.denominator.name)
        if not below:
            return None
        return (Decimal(above * one.per) / below).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def findings(self, place: str, severity: Severity | None = None, check: str = "") -> int:
        asked = [one for one in CHECKS if severity in (None, one.severity) and check in ("", one.code)]
        shares = (list_shares(self.session, self.actor, one, prefix_of(place), TODAY) for one in asked)
        return sum(share.count for found in shares for share in found)


@pytest.fixture
def behind(session: Session, county: County, scene: Scene) -> Behind:
    """The scene's county with people who are in every set or out of it."""
    assert scene.near.patient
    cases: tuple[tuple[str, Sequence[Seen], dict[str, Any]], ...] = (
        (VILLAGE, visits("2026-02-01 2026-05-01 2026-08-01 2026-10-30"), {"examined": {"2026-06-01": {}}, "levels": {"2026-03-01": 3}}),
        (VILLAGE, [seen("2026-03-01", 1, adherence=3)], {}),
        (SECOND_VILLAGE, visits("2026-01-10", form=3), {"diagnosis": "bipolar@2024-03-01"}),
        (OTHER_VILLAGE, visits("2026-09-10", locked_up=2, adherence=2), {}),
        (OTHER_VILLAGE, (), {"management": "managed@2024-03-01 lost@2026-02-01"}),
        (OTHER_VILLAGE, (), {"management": "refused@2026-11-01", "registry": "registered@2026-11-01", "area": f"{OTHER_VILLAGE}@2026-11-01"}),
        (VILLAGE, visits("2026-02-01"), {"registry": "registered@2024-03-01 dead@2026-06-01"}),
    )  # fmt: skip
    for number, (village, seen_on, states) in enumerate(cases):
        add_case(session, f"人{number}", Case(seen_on, **({"area": f"{village}@2024-03-01"} | states)))
    actor = county.actor("coordinator")
    for place, count in RESIDENTS.items():
        session.merge(AreaPopulation(area_code=place, year=2025, residents=count, source="统计年鉴 2025", set_at=NOW))
    for code in ("management", "standard", "lost", "entry_in_time", "insurance"):
        set_target(session, actor, COUNTY, code, 2026, 100 if code == "lost" else 9900, "省级要点", NOW)
    session.flush()
    return Behind(session, actor, compute(session, actor, COUNTY, QUARTER, SETTINGS, TODAY, NOW))


@pytest.fixture
def read(app: Flask, behind: Behind) -> ReadReport:
    return read_report(behind.session, app.extensions["anhu.keyring"], behind.actor, behind.run, NOW)


def test_the_workbook_the_pdf_and_the_briefing_say_how_long_the_lists_are(behind: Behind, read: ReadReport) -> None:
    papers = draw_papers(read)
    book = openpyxl.load_workbook(io.BytesIO(papers["xlsx"]))
    seen_in_book = _workbook(book, behind)
    assert seen_in_book >= {
        "主要指标",
        "指标表",
        "短板",
        "分村（社区）主要数字",
        "档案核对发现的问题",
        "各项问题",
        "目标与人口来源",
    }
    assert behind.length(COUNTY, "registered") and behind.length(COUNTY, "overdue") and behind.length(COUNTY, "died")
    _pdf(papers["pdf"], behind)
    _briefing(papers["docx"], behind, read)


def _workbook(book: Any, behind: Behind) -> set[str]:
    for sheet in book:
        head, rows = _table(sheet)
        assert sheet.freeze_panes == f"A{head + 1}" and sheet.print_title_rows == f"${head}:${head}", sheet.title
        assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "landscape", sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.oddFooter.left.text, sheet.title
        for number, column in enumerate(rows[0], start=1):
            assert column and sheet.column_dimensions[get_column_letter(number)].width > 5, sheet.title
        for row in rows[1:]:
            _line(sheet.title, dict(zip(rows[0], row, strict=True)), behind)
    return {sheet.title for sheet in book}


def _table(sheet: Any) -> tuple[int, list[list[Any]]]:
    """Number of the head row, and it with all rows below."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(at for at, row in enumerate(rows) if all(row[:3]))
    return head + 1, rows[head:]


def _line(sheet: str, row: dict[str, Any], behind: Behind) -> None:
    counts = {title: cell for title, cell in row.items() if isinstance(cell, int)}
    if sheet in ("主要指标", "指标表"):
        one, place = _indicator(row["指标"]), PLACES[row.get("地区", "安和县 合计")]
        assert row["分子"] == behind.length(place, one.numerator.name), (sheet, row)
        assert row["分母"] == behind.length(place, one.denominator.name), (sheet, row)
        assert _decimal(row["率"]) == behind.rate(one, place), (sheet, row)
        assert set(counts) <= {"分子", "分母", "率", "目标（%）", "同比"}
    elif sheet == "短板":
        one, place = _indicator(row["指标"]), PLACES[row["地区"]]
        lacking = missing_of(one)
        assert row["缺口"] == behind.length(place, lacking.name if lacking else one.numerator.name), row
        for parts in ("原因（人次）", "责任单位（人次）"):
            assert not row[parts] or sum(map(int, re.findall(r" (\d+)(?:；|$)", row[parts]))) == row["缺口"], row
        assert _decimal(row["本期（%）"]) == behind.rate(one, place) and row["目标（%）"] in (1, 99), row
    elif sheet == "档案核对发现的问题":
        for title, cell in counts.items():
            assert cell == behind.findings(PLACES[row["地区"]], SEVERITIES.get(title)), (row, title)
    elif sheet == "各项问题":
        codes = {text: code.rpartition(".")[2] for code, text in CHECK_TEXTS.items()}
        assert row["项"] == behind.findings(COUNTY, check=codes.get(row["问题"], "")), row
    elif sheet == "目标与人口来源":
        assert (
            not counts or row["类别"] == "目标" or row["人口"] == {"安和县": 350_000, "城关镇": 201_000}[row["项目"]]
        ), row
    elif "地区" in row:
        place = (PLACES | VILLAGES)[row["地区"]]
        for title, cell in row.items():
            if title != "地区" and not title.endswith("（%）"):
                assert (None if cell == "—" else cell) == behind.length(place, COLUMNS[title]), (sheet, row, title)
    elif sheet.startswith("近"):
        *_before, now = row.values()
        assert _decimal(None if now == "—" else now) == behind.rate(_indicator(row["指标"]), COUNTY), row
    else:
        assert sheet == "口径说明" and not counts


def _pdf(pdf: bytes, behind: Behind) -> None:
    """Rows in the order of drawing, their cells one after the other."""
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    words = " ".join(told.split())
    for name, place in PLACES.items():
        cells = [_cells(one, place, behind) for one in INDICATORS]
        for start in range(0, len(INDICATORS), 4):
            line = " ".join([name, *(word for cell in cells[start : start + 4] for word in cell)])
            assert line in words, line
    for title, figure in COLUMNS.items():
        assert title.replace(" ", "") in words.replace(" ", ""), title
        assert behind.length(COUNTY, figure) is not None
    for name, place in VILLAGES.items():
        counts = [
            behind.length(place, figure)
            for figure in ("registered", "managed", "standard", "overdue", "overdue_waiting", "lost")
        ]
        r, m, s, o, waiting, lost = counts
        line = f"{name} {r} {m} {_share(m, r)} {s} {_share(s, r)} {o} {waiting} {lost}"
        assert line in words, line


def _cells(one: Indicator, place: str, behind: Behind) -> Iterator[str]:
    below = behind.length(place, one.denominator.name)
    yield str(behind.length(place, one.numerator.name))
    yield "—" if below is None else str(below)
    yield str(behind.rate(one, place) or ("—" if not below else "0.00"))


def _share(above: int | None, below: int | None) -> str:
    return str((Decimal(100 * (above or 0)) / below).quantize(Decimal("0.01"), ROUND_HALF_UP)) if below else "—"


def _briefing(content: bytes, behind: Behind, read: ReadReport) -> None:
    counted = 0
    for section in read.told.sections:
        for sentence in section.sentences:
            for piece in sentence:
                if piece.text.isdecimal():
                    assert piece.figure, sentence
                    assert int(piece.text) == behind.length(piece.place or COUNTY, piece.figure), piece
                    counted += 1
    assert counted > 15
    said = [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]
    for section in read.told.sections:
        for sentence in section.sentences:
            assert "".join(piece.text for piece in sentence) in said


def test_every_printed_list_has_as_many_rows_as_its_figure(app: Flask, behind: Behind, county: County) -> None:
    """For who reads names and for who reads places and institutions alone."""
    lacking = [found for one in INDICATORS if (found := missing_of(one)) is not None]
    named = {True: 0, False: 0}
    for who in ("county_office", "coordinator"):
        behind.actor = county.actor(who)
        for figure in [*figures(SETTINGS), *lacking]:
            if figure.weight is Weight.RESIDENTS:
                continue
            document = list_document(
                behind.session, app.extensions["anhu.keyring"], behind.actor, behind.run, COUNTY, figure, NOW
            )
            at = next((at for at, one in enumerate(document.columns) if one.title in ("次数", "数")), None)
            shown = len(document.rows) if at is None else sum(int(row[at]) for row in document.rows)
            assert shown == behind.length(COUNTY, figure.name), figure.name
            named[names_people(behind.actor, figure)] += 1
    assert min(named.values()) > 3


def _indicator(name: str) -> Indicator:
    return next(one for one in INDICATORS if TEXTS[f"numbers.indicator.{one.code}"].removesuffix("（‰）") == name)


def _decimal(cell: float | None) -> Decimal | None:
    return None if cell is None else Decimal(str(cell)).quantize(Decimal("0.01"))
