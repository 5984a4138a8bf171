"""Cells of the national system's workbook: printed codes, their words, several of them, medicines."""

from __future__ import annotations

import pytest

from app.core.workbooks.sheet import Cell
from app.roster.rules import visit_cells as read
from app.roster.rules.cells import CellError
from app.visits.rules.form import Behaviour, RehabMeasure, Symptom
from app.visits.rules.record import Medicine


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("insight", "2", 2),
        ("insight", "２", 2),
        ("insight", 2.0, 2),
        ("insight", "2 自知力不全", 2),
        ("insight", "2.自知力不全", 2),
        ("insight", " 自知力 不全 ", 2),
        ("insight", "不全", 2),
        ("sf_work", "9 此项不适用", 9),
        ("sf_social", "差", 3),
        ("hospitalisation", "0", 0),
        ("hospitalisation", "未住院", 0),
        ("hospitalisation", "2 曾住院，现未住院", 2),
        ("locked_up", "无", 1),
        ("adherence", "不规律", 2),
        ("adverse_reaction", "1 无", 1),
        ("treatment_effect", "③无变化", 3),
        ("referral", "否", 1),
        ("risk_level", "三级", 3),
        ("visit_class", "基本稳定", 2),
        ("form", "电话随访", 3),
        ("sleep", "", None),
        ("sleep", "/", None),
    ],
)
def test_a_choice_is_read_by_code_or_word(name: str, cell: Cell, code: int | None) -> None:
    assert read.single(cell, name) == code


@pytest.mark.parametrize(
    ("name", "cell"), [("insight", "4"), ("insight", "1 自知力缺失"), ("sleep", "凑合"), ("form", "9")]
)
def test_a_code_that_the_form_does_not_have_or_that_contradicts_its_word_is_refused(name: str, cell: Cell) -> None:
    with pytest.raises(CellError):
        read.single(cell, name)


@pytest.mark.parametrize(
    ("name", "cell", "flags", "other"),
    [
        ("symptoms", "1,3", Symptom.HALLUCINATION | Symptom.SUSPICION, ""),
        ("symptoms", "1、3", Symptom.HALLUCINATION | Symptom.SUSPICION, ""),
        ("symptoms", "1 幻觉;3 猜疑", Symptom.HALLUCINATION | Symptom.SUSPICION, ""),
        ("symptoms", "幻觉\n猜疑", Symptom.HALLUCINATION | Symptom.SUSPICION, ""),
        ("symptoms", "12 其他(失眠)", Symptom.OTHER, "失眠"),
        ("symptoms", "12其他：无", Symptom.NONE, ""),
        ("symptoms", "无", Symptom.NONE, ""),
        ("symptoms", 8, Symptom.DESPAIR, ""),
        ("behaviours", "7 无", Behaviour.NONE, ""),
        ("behaviours", "1 轻度滋事、5 自伤", Behaviour.MINOR_DISTURBANCE | Behaviour.SELF_HARM, ""),
        ("rehab_measures", "1/4", RehabMeasure.DAILY_LIVING | RehabMeasure.SOCIAL, ""),
        ("objects", "患者本人、家属", 3, ""),
    ],
)
def test_several_choices_are_read_from_one_cell(name: str, cell: Cell, flags: int, other: str) -> None:
    assert read.several(cell, name) == (int(flags), other)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("利培酮片 早1mg 晚2.50mg", (Medicine("利培酮片", morning_mg="1", night_mg="2.5"),)),
        ("氯氮平早25中25晚50", (Medicine("氯氮平", "25", "25", "50"),)),
        ("棕榈酸帕利哌酮 每4周，每次100mg", (Medicine("棕榈酸帕利哌酮", every_weeks=4, long_acting_mg="100"),)),
        ("利培酮 早1；苯海索 早2mg", (Medicine("利培酮", morning_mg="1"), Medicine("苯海索", morning_mg="2"))),
        ("无", ()),
        (None, ()),
    ],
)
def test_medicines_are_read_from_one_cell(cell: Cell, expected: tuple[Medicine, ...]) -> None:
    assert read.medicines(cell) == expected


@pytest.mark.parametrize(("cell", "times"), [("2次", 2), ("２", 2), (None, 0), ("无", 0), (1.0, 1)])
def test_how_often(cell: Cell, times: int) -> None:
    assert read.times(cell) == times


@pytest.mark.parametrize(
    ("cell", "mg"), [("2.50 mg", "2.5"), (25, "25"), ("0", None), (None, None), ("100毫克", "100")]
)
def test_a_dose(cell: Cell, mg: str | None) -> None:
    assert read.dose(cell) == mg
