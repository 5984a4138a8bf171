"""A year's list as somebody types it: what is read, and what is wrong with it, line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.core.holiday_notice import HolidayNotice, guess_year, lines_of, read_notice, runs_of, split_lines
from tests.rig.holidays import NOTICE_2027


def _read(text: str, year: int = 2027) -> HolidayNotice:
    return read_notice(split_lines(text), year)


def _codes(notice: HolidayNotice) -> list[tuple[int | None, str]]:
    return [(one.line, one.why.code) for one in notice.errors]


def test_spans_days_and_words_are_read_as_people_write_them() -> None:
    notice = _read(NOTICE_2027)
    assert notice.errors == ()
    assert sum(not day.is_working for day in notice.days) == 3 + 8 + 3 + 5 + 1 + 1 + 7
    assert [day.day.isoformat() for day in notice.days if day.is_working] == [
        "2027-01-31", "2027-02-20", "2027-05-08", "2027-09-26", "2027-10-09",
    ]  # fmt: skip
    assert [one.code for one in notice.cautions] == []


def test_a_list_that_is_written_out_reads_as_the_same_list() -> None:
    notice = _read(NOTICE_2027)
    again = _read(lines_of(notice.days))
    assert again.days == notice.days
    assert runs_of(notice.days)[0].days == 3
    assert guess_year(split_lines(NOTICE_2027)) == 2027


def test_cells_of_a_workbook_are_read_too() -> None:
    cells: list[list[object]] = [
        ["日期", "安排", "节日"],
        [datetime(2027, 10, 1, tzinfo=UTC), "放假", "国庆节"],
        [date(2027, 10, 2), "放假", "国庆节"],
    ]
    notice = read_notice(cells, 2027)
    assert [day.day.day for day in notice.days] == [1, 2]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2027-02-30,放假,春节", "core.notice.day"),
        ("元旦,放假,2027-01-01", "core.notice.day"),
        ("2027-10-07至2027-10-01,放假,国庆节", "core.notice.range"),
        ("2027-10-01至2027-11-01,放假,国庆节", "core.notice.range"),
        ("2027-10-01,也许,国庆节", "core.notice.word"),
        ("2027-10-01,放假", "core.notice.name"),
        ("2026-10-01,放假,国庆节", "core.notice.year"),
        ("2028-01-01,放假,元旦", "core.notice.year"),
        ("2027-10-11,上班,国庆节", "core.notice.worked_anyway"),  # a Monday
        ("2027-07-10,放假,节日", "core.notice.free_anyway"),  # a Saturday by itself
        ("2027-01-01,上班,元旦", "core.notice.twice"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(line: str, code: str) -> None:
    notice = _read(f"{NOTICE_2027}{line}\n")
    assert (15, code) in _codes(notice)


def test_the_december_before_belongs_to_the_new_years_notice() -> None:
    notice = _read(f"{NOTICE_2027}2026-12-31 放假 元旦\n2026-12-27 上班 元旦\n")
    assert notice.errors == ()
    assert _codes(_read(f"{NOTICE_2027}2026-12-24 放假 元旦\n")) == [(15, "core.notice.year")]


def test_a_list_that_is_not_complete_is_refused_and_says_what_is_missing() -> None:
    without = "\n".join(line for line in NOTICE_2027.splitlines() if "国庆" not in line and "端午" not in line)
    found = _read(without).errors
    assert [one.why.code for one in found] == ["core.notice.festivals", "core.notice.always_off"]
    assert found[0].why.args["names"] == ["端午", "国庆"]
    assert found[1].why.args["days"] == ["2027-10-01", "2027-10-02", "2027-10-03"]
    assert _codes(_read("")) == [(None, "core.notice.empty")]


def test_a_make_up_day_that_was_left_out_is_noticed() -> None:
    without = NOTICE_2027.replace("2027-10-09 上班 国庆节\n", "")
    notice = _read(without)
    assert notice.errors == ()
    assert [(one.code, one.args["expected"]) for one in notice.cautions] == [("core.notice.balance", 13)]
