"""The village's duty-check sheet and the year's assessments, as somebody who searches the printed file finds them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from reports.forms.assessment_list import AssessmentLine, AssessmentListDocument, render_assessment_list
from reports.forms.duty_sheet import DutySheetDocument, DutySheetRow, Tick, render_duty_sheet
from reports.forms.sheet import Imprint
from tests.rig.papers import has_only_embedded_fonts, pages_of, words_on

IMPRINT = Imprint("城关镇综治中心", "刘红霞", datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
DUTIES = ("日常照料", "督促服药", "陪同复诊", "配合走访", "报告变化", "报告外出", "送医报警", "填写手册")
SIGNERS = ("村（居）委会", "网格员", "精防医生", "派出所", "民政", "残联")


def _sheet(*rows: DutySheetRow) -> bytes:
    return render_duty_sheet(
        DutySheetDocument(
            IMPRINT,
            village="东村",
            quarter="2026年第3季度",
            duties=DUTIES,
            heads=DUTIES,
            signers=SIGNERS,
            rows=rows,
            mark="编号 20261121-ABC 校验码 12345678",
        )
    )


def test_a_blank_sheet_has_eight_boxes_a_family_and_a_column_for_every_side() -> None:
    pdf = _sheet(DutySheetRow("AHJH-2026-0001", "赵桂兰"), DutySheetRow("AHJH-2026-0002", "钱福海"))
    words = words_on(pdf)
    assert words.count("□") == 16
    assert all(signer in words for signer in SIGNERS)
    assert "校验码12345678" in words
    assert has_only_embedded_fonts(pdf)


def test_a_filled_sheet_shows_marks_result_day_and_names() -> None:
    ticks = (Tick.DONE, Tick.FAILED, Tick.REMARK, *(Tick.DONE,) * 5)
    words = words_on(
        _sheet(
            DutySheetRow("AHJH-2026-0001", "赵桂兰", ticks, "不合格", date(2026, 10, 8), ("鲁广田", "", "", "", "", ""))
        )
    )
    assert "□" not in words
    assert "√×△√√√√√不合格10月8日鲁广田" in words


def test_a_long_village_goes_on_under_the_same_head() -> None:
    pdf = _sheet(*(DutySheetRow(f"AHJH-2026-{number:04d}", "赵桂兰") for number in range(60)))
    assert pages_of(pdf) > 1
    assert words_on(pdf).count("协议编号") == pages_of(pdf)


def test_a_proposal_that_nobody_confirmed_says_so() -> None:
    rows = (
        AssessmentLine(
            "城关镇·东村", "赵桂兰", "配偶", ("合格",) * 4, "优秀", True, "四个季度均合格", "刘红霞", date(2026, 12, 20)
        ),
        AssessmentLine("城关镇·东村", "钱福海", "儿子", ("合格",) * 4, "合格"),
    )
    words = words_on(render_assessment_list(AssessmentListDocument(IMPRINT, "城关镇", 2026, rows, "编号 X 校验码 Y")))
    assert "2026年第一监护人年度考评表" in words
    assert words.count("待确认") == 1
