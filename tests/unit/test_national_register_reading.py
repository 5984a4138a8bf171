"""The national system's register read from whatever workbook comes: headings, days, numbers and lines in every style."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from app.core.workbooks.workbook import open_workbook
from app.patients.rules import DiagnosisCategory
from app.roster.rules.national import TheirState
from app.roster.rules.national_rows import NationalReading, NationalRow, read_national, row_of
from tests.rig.national_register import HEADERS, ODD_HEADERS, Shape, register_export
from tests.rig.rosters import areas, id_number

TODAY = date(2026, 11, 22)
ONE = id_number("19800501", 3)
X_ENDING = next(number for at in range(999) if (number := id_number("19751203", at)).endswith("X"))


def read(content: bytes) -> NationalReading:
    return read_national(open_workbook(content, "导出.xlsx"), areas(), "安和县", TODAY)


def row(**said: Any) -> dict[str, Any]:
    return {
        "record": "34992110200100011",
        "name": "单晓明",
        "id": ONE,
        "birth": "1980-05-01",
        "address": "安和县城关镇东村3组12号",
        "agency": "城关镇卫生院",
        "diagnosis": "精神分裂症",
        "level": 2,
        "state": "在册",
        "visited": "2026-09-30",
        "guardian": "单国强",
    } | said


def only(content: bytes) -> NationalRow:
    (one,) = read(content).rows
    return one


def merged(sheet: Any) -> None:
    """A title over everything, and two group heads above the header."""
    sheet.insert_rows(1, 3)
    sheet["A1"] = "安和县严重精神障碍患者信息一览表"
    sheet.merge_cells("A1:O1")
    sheet["A2"] = "导出单位：安和县精神卫生防治办公室"
    sheet["A3"], sheet["I3"] = "患者基本信息", "管理信息"
    sheet.merge_cells("A3:H3")
    sheet.merge_cells("I3:O3")


@pytest.mark.parametrize(
    ("headers", "above", "shape"),
    [
        (HEADERS, (), None),
        (ODD_HEADERS, (["2026年三季度患者信息"], ["填报单位：安和县", None, "打印日期：2026-10-08"]), None),
        (HEADERS, (), merged),
        (dict(reversed(ODD_HEADERS.items())), ([],), None),
    ],
    ids=["as it comes", "other words under titles", "merged heads", "columns the other way round"],
)
def test_a_row_says_the_same_under_every_header(
    headers: dict[str, str], above: tuple[list[Any], ...], shape: Shape | None
) -> None:
    found = only(register_export([row()], headers, above, shape=shape))
    assert (found.name, found.number, found.record_number) == ("单晓明", ONE, "34992110200100011")
    assert (found.born_on, found.visited_on, found.died_on) == (date(1980, 5, 1), date(2026, 9, 30), None)
    assert (found.diagnosis, found.level, found.state) == (
        DiagnosisCategory.SCHIZOPHRENIA,
        2,
        TheirState.REGISTERED,
    )
    assert (found.area_code, found.agency, found.why) == ("349921100200", "城关镇卫生院", "")
    assert row_of(found.sheet, found.row, found.stored()) == found


def test_days_levels_states_and_numbers_in_every_style() -> None:
    styles = [
        row(birth="1980/5/1", visited=datetime(2026, 9, 30, 8, 30), level="2级", state="1.在管"),  # noqa: DTZ001 - as a sheet keeps it
        row(id=ONE[:6] + " " + ONE[6:], birth="19800501", visited="2026年9月30日", level="Ⅱ", state="正常管理"),
        row(id="'" + ONE, birth=29342, visited="二〇二六年九月三十日", level="二级", state="在册"),
    ]
    for style in styles:
        found = only(register_export([style]))
        assert (found.number, found.born_on, found.visited_on, found.level, found.state) == (
            ONE, date(1980, 5, 1), date(2026, 9, 30), 2, TheirState.REGISTERED,
        )  # fmt: skip
    found = only(register_export([row(id=X_ENDING.lower(), level=0, birth=None, record=34992110200011)]))
    assert (found.number, found.level, found.born_on, found.record_number) == (X_ENDING, 0, None, "34992110200011")
    states = {"死亡": "dead", "已迁出": "moved_out", "失访": "lost", "排除诊断": "closed", "不同意管理": "refused"}
    assert {word: only(register_export([row(state=word)])).state for word in states} == states
    assert only(register_export([row(state=None, died="2026.3.4")])).state is TheirState.DEAD


def test_what_cannot_be_read_is_left_out_and_counted_and_never_said_to_differ() -> None:
    reading = read(register_export([row(level="高", visited="上个月", diagnosis="待查", state="？", address="某处")]))
    (found,) = reading.rows
    assert (found.level, found.visited_on, found.diagnosis, found.state, found.area_code) == (
        None,
        None,
        None,
        None,
        "",
    )
    assert not found.asks_visit, "a day that nobody can read is not the absence of a visit"
    assert reading.unread_cells == dict.fromkeys(
        ("risk_level", "last_visit_on", "diagnosis", "registry_state", "place"), 1
    )


def test_a_row_whose_person_cannot_be_told_says_why() -> None:
    again = row(record=None, state="死亡")
    rows = [
        row(id=3.4e17, name="甲"),
        row(id=ONE[:-1] + ("0" if ONE[-1] != "0" else "1"), name="乙"),
        row(id=None, record=None, birth=None, name="丙"),
        again,
        row(),
    ]
    found = read(register_export(rows)).rows
    assert [one.why for one in found] == ["rounded", "number", "nobody", "twice", ""]
    assert found[3].twice_of == found[4].row, "the living one is compared, wherever it stands"


def test_a_number_of_which_only_the_ends_are_shown_keeps_its_end() -> None:
    found = only(register_export([row(id="3499**********" + ONE[-4:])]))
    assert (found.number, found.tail) == ("", ONE[-4:])


def test_places_outside_the_county_are_told_by_code_or_by_name() -> None:
    headers = HEADERS | {"county": "县（区）", "code": "行政区划代码"}
    elsewhere = register_export([row(county="邻水县", address="")], headers)
    assert only(elsewhere).is_outside
    assert only(register_export([row(code="349922100201", address="")], headers)).is_outside
    here = only(register_export([row(county="某某市安和县", code="349921102")], headers))
    assert (here.is_outside, here.area_code) == (False, "349921102000")


def test_sheets_are_read_together_and_files_without_anybody_are_refused() -> None:
    two = read(register_export([row()], sheets={"续表": [row(id=X_ENDING, record="1", name="计明")], "说明": []}))
    assert [(one.sheet, one.name) for one in two.rows] == [(0, "单晓明"), (1, "计明")]
    codes = lambda content: [why.code for why in read(content).refused]  # noqa: E731 - one look, three files
    assert codes(register_export([])) == ["roster.file.no_rows"]
    assert codes(register_export([{"name": "甲", "id": 3.4e17}])) == ["roster.national.nothing_read"]
    assert codes(register_export([{"a": 1}], {"a": "甲", "b": "乙", "c": "丙"})) == ["roster.national.no_header"]
