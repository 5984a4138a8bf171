"""The summary of a quarter: counts and sums by place, the same on paper and in the workbook, nobody named."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pypdf
import pytest

from reports.errors import TotalMismatchError
from reports.summary import (
    Figures,
    SummaryDocument,
    SummaryTown,
    SummaryVillage,
    render_summary_pdf,
    render_summary_xlsx,
)
from tests.reports.conftest import ReadPdf
from tests.reports.samples import HOSTILE, SOURCE

EAST = Figures(3, 3, 2, 150000, 1, 75000, 0, 0, 0)
WEST = Figures(1, 1, 1, 48280, 0, 0, 0, 0, 0)
KING = Figures(2, 2, 0, 0, 0, 0, 1, 1, 75000)
TOWN = Figures(4, 3, 3, 198280, 1, 75000, 0, 0, 0)
TOTAL = Figures(6, 5, 3, 198280, 1, 75000, 1, 1, 75000)


def summary(towns: tuple[SummaryTown, ...] | None = None, **changes: object) -> SummaryDocument:
    plain = SummaryDocument(
        county="安和县",
        organisation="安和县委政法委",
        period_label="2026年第三季度",
        policy="安民发〔2026〕3号",
        stage="已审批",
        cut_off=date(2026, 10, 8),
        rule_set="2026.1",
        towns=towns
        or (
            SummaryTown("城关镇", TOWN, (SummaryVillage("东村", EAST), SummaryVillage("西村", WEST))),
            SummaryTown("安平镇", KING, (SummaryVillage("大王村", KING),)),
        ),
        total=TOTAL,
        total_capital="壹仟玖佰捌拾贰元捌角整",
        provenance=SOURCE,
        prepared_by="王建国",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test changes what it names


def test_the_summary_has_every_place_its_sums_and_the_total_in_capitals(text_of: ReadPdf) -> None:
    found = text_of(render_summary_pdf(summary()))
    for part in (
        "安和县2026年第三季度监护补贴发放汇总表",
        "城关镇·东村",
        "安平镇·大王村",
        "城关镇合计",
        "安和县总计",
        "1,982.80",
        "合计人民币（大写）：壹仟玖佰捌拾贰元捌角整",
        "￥1,982.80",
        "制表人：王建国",
        "审核人：",
        "负责人：",
        "单位（盖章）：安和县委政法委",
        "指纹3f2a91bc77d0e145",
        "第1页共1页",
    ):
        assert part in found, part


def test_the_workbook_has_the_same_rows_as_values() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render_summary_xlsx(summary()))).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[2], int)]
    assert [row[1] for row in rows] == [
        "城关镇·东村",
        "城关镇·西村",
        "城关镇 合计",
        "安平镇·大王村",
        "安平镇 合计",
        "安和县 总计",
    ]
    assert rows[-1][2:] == (6, 5, 3, 1982.8, 1, 750, 1, 1)


def test_every_page_of_a_large_county_repeats_the_head(text_of: ReadPdf) -> None:
    villages = tuple(SummaryVillage(f"村{n}", WEST) for n in range(120))
    town = replace(WEST, pay_fen=48280 * 120)
    document = summary((SummaryTown("城关镇", town, villages),), total=town)
    pdf = render_summary_pdf(document)
    count = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    found = text_of(pdf)
    assert count > 4
    assert found.count("乡镇·村") == count
    assert f"第{count}页共{count}页" in found


def test_places_that_do_not_add_up_are_not_printed() -> None:
    with pytest.raises(TotalMismatchError):
        render_summary_pdf(summary(total=replace(TOTAL, pay_fen=1)))
    wrong = SummaryTown("城关镇", replace(TOWN, pay_fen=1), (SummaryVillage("东村", EAST),))
    with pytest.raises(TotalMismatchError):
        render_summary_xlsx(summary((wrong,)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_drawn_and_never_obeyed(text: str) -> None:
    document = summary(
        (SummaryTown(text, WEST, (SummaryVillage(text, WEST),)),), county=text, prepared_by=text, total=WEST
    )
    assert render_summary_pdf(document).startswith(b"%PDF")
    assert render_summary_xlsx(document).startswith(b"PK")
