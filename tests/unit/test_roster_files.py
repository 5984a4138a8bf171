"""The two rosters as offices send them, read from the file to the last finding."""

from __future__ import annotations

import time

import openpyxl
import pytest

from app.core.workbooks.workbook import open_workbook
from app.roster.rules.rows import RosterReading, read_roster
from tests.rig.rosters import DATA, FLAT_HEADERS, TODAY, areas, flat, people, person, workbook

BAD_ROWS = {
    41: "身份证号", 61: "身份证号", 82: "性别", 88: "身份证号", 89: "身份证号", 91: "身份证号", 120: "姓名", 125: "疾病诊断", 126: "村(社区)",
    137: "身份证号", 175: "疾病诊断", 181: "性别", 252: "性别", 253: "身份证号", 256: "村(社区)", 258: "身份证号", 264: "身份证号", 321: "危险性等级",
    332: "疾病诊断", 348: "性别", 387: "疾病诊断",
}  # fmt: skip


def reading_of(content: bytes, name: str = "roster.xlsx") -> RosterReading:
    return read_roster(open_workbook(content, name), areas(), TODAY)


@pytest.fixture(scope="module")
def messy() -> RosterReading:
    return reading_of((DATA / "roster_anhe_2026.xlsx").read_bytes())


@pytest.fixture(scope="module")
def clean() -> RosterReading:
    return reading_of((DATA / "roster_anhe_2026_clean.xlsx").read_bytes())


def test_the_messy_roster_has_exactly_its_21_bad_rows_each_with_one_error(messy: RosterReading) -> None:
    assert {one.row: one.column for one in messy.errors} == BAD_ROWS
    assert (len(messy.errors), len(messy.rows), messy.count) == (21, 399, 420)


def test_every_row_of_the_clean_roster_is_good(clean: RosterReading) -> None:
    assert (len(clean.errors), len(clean.warnings), len(clean.rows)) == (0, 0, 420)


def test_the_good_rows_of_the_messy_roster_say_what_the_clean_one_says(
    messy: RosterReading, clean: RosterReading
) -> None:
    by_row = {row.row: row for row in clean.rows}
    for row in messy.rows:
        other = by_row[row.row]
        assert (row.patient.id_number, row.patient.name, row.area_code, row.level) == (
            other.patient.id_number, other.patient.name, other.area_code, other.level,
        )  # fmt: skip
        assert (row.first, row.second, row.agreement, row.management, row.consent_on) == (
            other.first, other.second, other.agreement, other.management, other.consent_on,
        )  # fmt: skip
        assert row.diagnosis.category is other.diagnosis.category
        assert row.diagnosis.diagnosed_on == other.diagnosis.diagnosed_on
        assert (other.diagnosis.onset or "").startswith(row.diagnosis.onset or "")
        assert (row.ethnic_code, row.is_insured) == (other.ethnic_code, other.is_insured)
        assert row.is_insured is not None


def test_other_sheet_order_hidden_sheets_and_text_numbers_make_no_difference() -> None:
    def shape(book: openpyxl.Workbook) -> None:
        book["旧"].sheet_state = "hidden"
        book["数据"].merge_cells("A1:H1")

    titled = [["标题"], [], *flat(people(5, level="2"))]
    content = workbook({"填表说明": [["说明"]], "旧": flat(people(2)), "空": [], "数据": titled}, shape)
    reading = reading_of(content)
    assert (reading.count, len(reading.rows)) == (5, 5)
    assert reading.rows[0].row == 4


def test_one_sheet_per_town_is_one_roster() -> None:
    towns = ["城关镇", "安平镇", "马埠乡"]
    content = workbook({town: flat([person(at, town=town)]) for at, town in enumerate(towns, 1)})
    reading = reading_of(content)
    assert [(row.sheet, row.row) for row in reading.rows] == [(town, 2) for town in towns]


def test_id_numbers_typed_as_numbers_are_refused_by_the_whole_chain() -> None:
    content = workbook({"a": flat([person(1, id=int(person(1)["id"][:17] + "0"))])})
    assert [one.why.code for one in reading_of(content).errors] == ["roster.id.rounded"]


def test_a_1904_workbook_keeps_its_days() -> None:
    def shape(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904  # type: ignore[attr-defined]

    reading = reading_of(workbook({"a": flat(people(2))}, shape))
    assert (len(reading.rows), reading.errors) == (2, ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_text_files_in_chinese_encodings_are_read(encoding: str) -> None:
    rows = [["" if cell is None else str(cell) for cell in row] for row in flat(people(3))]
    content = "\r\n".join(",".join(row) for row in rows).encode(encoding)
    reading = reading_of(content, "名单.csv")
    assert (len(reading.rows), reading.errors) == (3, ())


def test_five_thousand_rows_are_all_read(record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    content = workbook({"a": flat([person(place, id=person(place % 400)["id"]) for place in range(5000)])})
    began = time.perf_counter()
    reading = reading_of(content)
    record_property("seconds", round(time.perf_counter() - began, 2))
    assert reading.count == 5000
    assert len(reading.mappings[0].columns) == len(FLAT_HEADERS)
