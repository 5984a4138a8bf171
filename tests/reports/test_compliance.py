"""The report on paper: every figure as it was handed in, nothing cut, heads on every page, one village or four hundred."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal

import docx
import openpyxl
import pytest
from PIL import Image

from reports.briefing import BriefingDocument, render_briefing_docx
from reports.chart import Bar, Series, Trend
from reports.compliance import (
    BarChart,
    ComplianceDocument,
    CountTable,
    IndicatorColumn,
    IndicatorRow,
    KeyFigure,
    Measure,
    Shortfall,
    TableLine,
    Target,
    TrendChart,
)
from reports.compliance_pdf import render_compliance_pdf
from reports.compliance_xlsx import render_compliance_xlsx
from tests.reports.samples import HOSTILE, SOURCE
from tests.rig.papers import has_only_embedded_fonts, pages_of, words_on

LONG = "某某河沿岸少数民族自治乡人民政府驻地街道办事处（经济技术开发区高新产业园管理委员会代管双江土家族苗族壮族傣族自治片区）驻"
assert len(LONG) == 60  # as long as a place's name may be
NAMES = ("管理率", "规范管理率", "面访率", "服药率", "规律服药率", "病情稳定率", "健康体检率")


def place_row(name: str, seed: int, *, is_total: bool = False, most: int = 1) -> IndicatorRow:
    measures = []
    for index in range(len(NAMES)):
        below = (seed * 7 + index * 3 + 1) * most
        above = below - (seed + index) % 3 * most
        measures.append(Measure(above, below, f"{Decimal(100 * above) / below:.2f}"))
    return IndicatorRow(name, tuple(measures), is_total)


def report(places: int = 3, villages: int = 5, most: int = 1, **changes: object) -> ComplianceDocument:
    names = [LONG if at == 1 else f"第{at + 1}镇" for at in range(places)]
    rows = (
        *(place_row(name, at + 2, most=most) for at, name in enumerate(names)),
        place_row("安和县 合计", 50, is_total=True, most=most),
    )
    labels = tuple(f"{24 + at // 4}年{'一二三四'[at % 4]}季" for at in range(8))
    values = tuple(Decimal(88 + at) for at in range(7))
    plain = ComplianceDocument(
        place="安和县",
        organisation="安和县综治中心",
        period_label="2026年第三季度",
        first_on=date(2026, 1, 1),
        cut_off=date(2026, 9, 30),
        rule_set="indicators-2026.1",
        modes=("月度、季度数字为当年 1 月 1 日起的累计数。",),
        key_figures=tuple(
            KeyFigure(Target(Decimal(95), source="省级要点"), Decimal("-1.20"), is_reached=False) for _name in NAMES
        ),
        indicators=tuple(IndicatorColumn(name, "在管", "在册", f"{name}的含义", "%") for name in NAMES),
        rows=rows,
        trends=(
            TrendChart("管理", Trend(labels, (Series("管理率", (None, *values)), Series("规范管理率", (*values, None))), Decimal(80))),
        ),
        trend_table=CountTable("近八期数值", ("指标", *labels), (TableLine(("管理率", "—", *(f"{one}.00" for one in values))),)),
        bars=(BarChart("各地管理率", tuple(Bar(name, Decimal(at), at < 2) for at, name in enumerate(names)), Decimal(95)),),
        shortfalls=(Shortfall("管理率", LONG, "88.00", Target(Decimal(95)), 4, "失访 1；不同意管理 3", f"{LONG}卫生院 4"),),
        tables=(CountTable("逾期与失管", ("地区", "在册", "逾期占比（%）"), tuple(TableLine((name, at, "3.90")) for at, name in enumerate(names)), "注"),),
        villages=CountTable("分村（社区）主要数字", ("地区", "在册", "管理率（%）"), tuple(TableLine((f"{LONG}·{LONG}村{at}" if at == 7 else f"村{at}", at, "97.50")) for at in range(villages))),
        provenance=SOURCE,
        below="乡镇",
        prepared_by="王建国",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test changes what it names


@pytest.mark.parametrize(("places", "villages", "most"), [(1, 1, 1), (24, 400, 1), (24, 400, 4000)])
def test_every_figure_stands_whole_on_paper_whatever_the_countys_size(places: int, villages: int, most: int) -> None:
    document = report(places, villages, most)
    pdf = render_compliance_pdf([document])
    assert pdf == render_compliance_pdf([document])
    assert has_only_embedded_fonts(pdf)
    said, count = words_on(pdf, "-layout"), pages_of(pdf)
    assert "…" not in said
    for row in document.rows:
        for one in row.measures:
            assert {str(one.numerator), str(one.denominator), str(one.rate)} <= set(_numbers(pdf)), row.place
    assert f"第{count}页共{count}页" in said and said.count("内部资料注意保密") == count + 1  # the cover says it twice
    for part in (
        "口径说明",
        "签章",
        "编制人：",
        "规则版本indicators-2026.1",
        "截止日2026年9月30日",
        "陈晓燕",
        LONG[:5] if places > 1 else "第1镇",
    ):
        assert part in said, part


def _numbers(pdf: bytes) -> list[str]:
    return (
        subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
        .stdout.decode()
        .split()
    )


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    few, many = (words_on(render_compliance_pdf([report(3, count)])) for count in (3, 400))
    per_page = many.count("地区在册管理率（%）") - few.count("地区在册管理率（%）")
    assert per_page >= 8
    assert all(f"村{at}" in many for at in range(400))


def test_charts_are_lines_and_areas_in_grey_told_apart_by_more_than_shade() -> None:
    pdf = render_compliance_pdf([report()])
    images = subprocess.run(["pdfimages", "-list", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert len(images.splitlines()) == 2  # heads of an empty list: nothing is a picture
    drawn = subprocess.run(
        ["pdftoppm", "-r", "40", "-png", "-f", "1", "-l", "6", "-singlefile", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    )
    red, green, blue = Image.open(io.BytesIO(drawn.stdout)).convert("RGB").split()
    assert red.tobytes() == green.tobytes() == blue.tobytes()


def test_towns_reports_are_bound_each_with_its_own_pages_and_a_mark_in_the_side_list() -> None:
    documents = [report(1, 0, place=name) for name in ("城关镇", "安平镇")]
    pdf = render_compliance_pdf(documents)
    alone = pages_of(render_compliance_pdf(documents[:1]))
    assert pages_of(pdf) == 2 * alone
    assert words_on(pdf).count(f"第1页共{alone}页") == 2


def test_the_workbook_has_the_same_figures_as_values_and_the_definitions() -> None:
    document = report(4, 6)
    content = render_compliance_xlsx(document)
    assert content == render_compliance_xlsx(document)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [row for row in book["指标表"].iter_rows(values_only=True) if isinstance(row[2], int)]
    expected = [
        (row.place, name, one.numerator, one.denominator, float(one.rate or 0), "%")
        for row in document.rows
        for name, one in zip(NAMES, row.measures, strict=True)
    ]
    assert rows == expected
    assert [row[2] for row in book["逾期与失管"].iter_rows(values_only=True) if isinstance(row[1], int)] == [3.9] * 4
    assert any(row[0] == "管理率" and row[4] == "管理率的含义" for row in book["口径说明"].iter_rows(values_only=True))


def test_the_briefing_is_a_document_with_its_sentences_and_no_clock() -> None:
    told = BriefingDocument(
        "汇报", "安和县综治中心", "2026年10月8日", (("一、总体情况", ("在册 12 人。",)),), "口径", SOURCE
    )
    content = render_briefing_docx(told)
    assert content == render_briefing_docx(told)
    said = [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]
    assert said[:3] == ["汇报", "一、总体情况", "在册 12 人。"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_drawn_and_never_obeyed(text: str) -> None:
    document = report(1, 1, place=text, organisation=text, prepared_by=text)
    assert render_compliance_pdf([document]).startswith(b"%PDF")
    assert render_compliance_xlsx(document).startswith(b"PK")
    told = BriefingDocument(text, text, text, ((text, (text,)),), text, SOURCE)
    assert render_briefing_docx(told).startswith(b"PK")
