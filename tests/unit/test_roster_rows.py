"""From sheets to checked rows: which lines are people, what one row says, and what only the whole file shows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.core import texts as core_texts  # noqa: F401  # registers the sentences
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import say
from app.core.workbooks.sheet import Merge, Sheet
from app.guardians import texts as guardian_texts  # noqa: F401
from app.guardians.rules import Rank, Relation
from app.patients.rules import ManagementStatus
from app.roster import texts  # noqa: F401
from app.roster.rules.rows import RosterReading, read_roster
from tests.rig.rosters import TODAY, areas, card_number, flat, id_number, people, person

AREAS = areas()


def reading_of(rows: list[list[Any]], **about: Any) -> RosterReading:
    return read_roster([Sheet("花名册", rows, **about)], AREAS, TODAY)


def errors_of(reading: RosterReading) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.why.code) for one in reading.errors]


def the_error(**changes: Any) -> tuple[str, str]:
    """The one error of a row that is good but for these changes."""
    extra = {key: key for key in changes if key not in person(1)}
    reading = reading_of(flat([person(1, **changes)], extra))
    assert len(reading.errors) == 1, errors_of(reading)
    assert not reading.rows
    return reading.errors[0].column, reading.errors[0].why.code


def test_a_good_row_says_everything() -> None:
    reading = reading_of(flat(people(1)))
    assert reading.errors == ()
    row = reading.rows[0]
    assert (row.row, row.area_code, row.level, row.management) == (2, "349921100200", 2, ManagementStatus.MANAGED)
    assert row.consent_on == date(2020, 1, 2)
    assert row.first is not None
    assert row.second is not None
    assert row.agreement is not None
    assert (row.first.rank, row.first.relation) == (Rank.FIRST, Relation.SPOUSE)
    assert row.first.account is not None
    assert row.first.account.holder == row.first.person.name
    assert (row.second.rank, row.second.relation, row.second.post) == (Rank.SECOND, Relation.OFFICER, "村委会主任")
    assert (row.agreement.from_on, row.agreement.to_on) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": None}, ("患者姓名", "core.name.empty")),
        ({"name": "王 3 号"}, ("患者姓名", "core.name.character")),
        ({"id": None}, ("身份证号", "core.id.empty")),
        ({"id": 3.49921197003010e17}, ("身份证号", "roster.id.rounded")),
        ({"id": "349921197003010016"}, ("身份证号", "core.id.check_digit")),
        ({"sex": "女"}, ("性别", "core.id.sex_differs")),
        ({"birth": "1970-03-02"}, ("出生日期", "core.id.birth_differs")),
        ({"birth": "1971年"}, ("出生日期", "core.id.birth_differs")),
        ({"sex": "女", "birth": "1980-01-01"}, ("身份证号", "roster.id.person_differs")),
        ({"village": "不存在村"}, ("村", "roster.place.unknown_village")),
        ({"town": "不存在镇"}, ("乡镇", "roster.place.unknown_town")),
        ({"diagnosis": "抑郁症"}, ("诊断", "roster.diagnosis.unknown")),
        ({"diagnosis": None}, ("诊断", "roster.diagnosis.empty")),
        ({"level": "6级"}, ("危险等级", "roster.level.unknown")),
        ({"level": None}, ("危险等级", "roster.level.empty")),
        ({"managed": "大概"}, ("是否在管", "roster.managed.unknown")),
        ({"consent": "2027-01-01"}, ("知情同意日期", "roster.date.future")),
        ({"g1": None}, ("监护人1姓名", "core.name.empty")),
        ({"g1_id": None}, ("监护人1身份证号", "roster.first.no_id")),
        ({"g1_id": id_number("20150101", 11)}, ("监护人1身份证号", "roster.first.minor")),
        ({"g1_id": person(1)["id"]}, ("监护人1身份证号", "roster.first.is_the_patient")),
        ({"relation": "本人"}, ("与患者关系", "roster.relation.self")),
        ({"account": 6.2170001e18}, ("银行卡号", "roster.account.rounded")),
        ({"account": "6200000000000006"}, ("银行卡号", "core.account.card_check")),
        ({"户名": "王五"}, ("户名", "roster.account.holder")),
        ({"number": None}, ("协议编号", "roster.agreement.no_number")),
        ({"to": None}, ("协议终止日期", "roster.agreement.no_day")),
        ({"to": "2025-12-31"}, ("协议终止日期", "roster.agreement.ends_before")),
        ({"to": "2027-12-31"}, ("协议终止日期", "roster.agreement.too_long")),
        ({"末次随访日期": "2026-12-31"}, ("末次随访日期", "roster.date.future")),
        ({"末次随访日期": "2026-10-01", "随访方式": "飞鸽"}, ("随访方式", "roster.visit_form.unknown")),
        ({"末次随访日期": "2026-10-01", "随访分类": "稳定", "上次随访危险性等级": 3}, ("随访分类", "roster.visit.class_against_level")),
        ({"末次随访日期": "2026-10-01", "下次随访日期": "2026-09-01"}, ("下次随访日期", "roster.visit.next_before")),
        ({"发放期间": "一季度", "发放金额": None}, ("发放金额", "roster.paid.no_amount")),
        ({"发放期间": None, "发放金额": 750}, ("发放期间", "roster.paid.no_period")),
        ({"发放期间": "2027Q1", "发放金额": 750}, ("发放期间", "roster.paid.future")),
        ({"发放期间": "第一、二、三季度", "发放金额": 1000}, ("发放金额", "roster.paid.not_even")),
        ({"发放期间": "一季度", "发放金额": 750, "领取人": "陌生人"}, ("领取人", "roster.paid.stranger")),
    ],
)  # fmt: skip
def test_each_mistake_is_named_once_in_its_column(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert the_error(**changes) == error


def test_all_errors_of_a_row_are_told_at_once() -> None:
    reading = reading_of(flat([person(1, name=None, level=9, village="不存在村")]))
    assert {one[1] for one in errors_of(reading)} == {"患者姓名", "危险等级", "村"}
    assert reading.bad_rows == (("花名册", 2),)


def test_sums_signatures_repeated_headers_and_notes_are_no_people() -> None:
    rows = flat(people(2))
    header, first, second = rows
    rows = [
        ["安和县花名册"],
        header,
        [str(place) for place in range(1, len(header) + 1)],
        ["示例", "男", "110105194912310021"],
        first,
        [],
        ["城关镇小计", None, "1人"],
        header,
        second,
        ["合 计", "2人"],
        ["注：1. 本表一式两份"],
        [None, "审核人：张三", None, "填表人：李四", None, "填表日期：2026年9月"],
        ["第1页 共1页"],
    ]
    reading = reading_of(rows)
    assert [row.row for row in reading.rows] == [5, 9]
    assert reading.errors == ()
    assert [kind for _sheet, _row, kind in reading.skipped] == [
        "header",
        "example",
        "sum",
        "header",
        "sum",
        "note",
        "note",
        "note",
    ]


def test_rows_that_are_only_numbered_or_prefilled_are_no_people() -> None:
    rows = flat(people(1), {"序号": "序号"})
    empty = [None] * len(rows[0])
    prefilled = list(empty)
    prefilled[4], prefilled[-1] = "城关镇", 2
    reading = reading_of([*rows, prefilled, [*empty[:-1], 3]])
    assert reading.count == 1
    assert reading.errors == ()


def test_a_person_without_name_or_number_is_still_a_person() -> None:
    assert errors_of(reading_of(flat([person(1, name=None, id=None)]))) == [
        (2, "患者姓名", "core.name.empty"),
        (2, "身份证号", "core.id.empty"),
    ]


def test_no_consent_date_means_waiting_for_consent_and_is_no_error() -> None:
    reading = reading_of(flat([person(1, consent=None), person(2, managed="否", consent=None)]))
    assert [row.management for row in reading.rows] == [ManagementStatus.PENDING_CONSENT] * 2


def test_one_number_on_two_lines_stops_the_later_one() -> None:
    rows = [person(1), person(2), person(3, id=person(1)["id"])]
    reading = reading_of(flat(rows))
    assert errors_of(reading) == [(4, "身份证号", "roster.patient.twice")]
    assert "第 2 行" in say(reading.errors[0].why)
    assert len(reading.rows) == 2


def test_a_bad_line_takes_no_number_from_a_good_one() -> None:
    rows = [person(1, id=person(3)["id"], sex="女"), person(2), person(3)]
    assert {row for row, _column, _code in errors_of(reading_of(flat(rows)))} == {2}


def test_a_patient_of_the_file_cannot_be_a_first_guardian() -> None:
    rows = [person(1), person(2, g1_id=person(1)["id"])]
    assert errors_of(reading_of(flat(rows))) == [(3, "监护人1身份证号", "roster.first.is_patient")]


def test_an_agreement_number_stands_once() -> None:
    rows = [person(1), person(2, number="AHJH-2026-0001")]
    assert errors_of(reading_of(flat(rows))) == [(3, "协议编号", "roster.agreement.twice")]


def test_a_guardian_of_two_patients_has_one_name_and_one_account() -> None:
    same = {"g1": "李甲", "g1_id": person(1)["g1_id"], "account": person(1)["account"]}
    assert reading_of(flat([person(1, **same), person(2, **same)])).errors == ()
    other_account = reading_of(flat([person(1, **same), person(2, **same | {"account": card_number(99)})]))
    assert errors_of(other_account) == [(3, "银行卡号", "roster.account.differs")]
    other_name = reading_of(flat([person(1, **same), person(2, **same | {"g1": "钱七"})]))
    assert errors_of(other_name) == [(3, "监护人1姓名", "roster.first.other_name")]


def test_shared_accounts_many_patients_and_odd_relations_are_warnings() -> None:
    shared = [person(1), person(2, account=person(1)["account"], relation="母亲"), person(3, relation="儿子")]
    reading = reading_of(flat(shared))
    assert reading.errors == ()
    assert {one.why.code for one in reading.warnings} == {
        "roster.account.shared",
        "guardians.warn.sex",
        "guardians.warn.age",
    }


def test_a_relation_that_fits_neither_sex_nor_age_is_at_most_a_warning() -> None:
    reading = reading_of(flat([person(1, relation="父亲"), person(2, relation="干亲家")]))
    assert reading.errors == ()
    assert [one.why.code for one in reading.warnings] == [
        "guardians.warn.sex",
        "guardians.warn.age",
        "roster.relation.unknown",
    ]
    assert reading.rows[1].first.relation is Relation.OTHER  # type: ignore[union-attr]


def test_the_last_visit_is_read_with_its_class_level_and_next_date() -> None:
    extra = {"v": "末次随访日期", "f": "随访方式", "c": "本次随访分类", "l": "上次随访危险性等级", "n": "下次随访日期"}
    reading = reading_of(flat([person(1, v="2026.9.1", f="家访", c="稳定", l="1级", n="2026-12-01"), person(2)], extra))
    visit = reading.rows[0].visit
    assert visit is not None
    assert (visit.visited_on, visit.form, visit.visit_class, visit.level, visit.next_due_on) == (
        date(2026, 9, 1),
        2,
        3,
        1,
        date(2026, 12, 1),
    )
    assert reading.rows[1].visit is None


def test_payments_come_as_period_and_amount_or_a_column_a_quarter() -> None:
    one = reading_of(flat([person(1, p="2026年1、2季度", a="1500元")], {"p": "已发放季度", "a": "已发补贴"}))
    assert [(paid.quarter, paid.amount) for paid in one.rows[0].payments] == [
        (Quarter(2026, 1), Money(75000)),
        (Quarter(2026, 2), Money(75000)),
    ]
    columns = {"q1": "一季度发放金额", "q2": "二季度发放金额", "q3": "三季度发放金额"}
    two = reading_of(flat([person(1, q1=750, q2="600.00", q3=None)], columns))
    assert [(paid.quarter.number, paid.amount.yuan) for paid in two.rows[0].payments] == [(1, "750.00"), (2, "600.00")]


def test_a_payment_can_be_the_second_guardians() -> None:
    reading = reading_of(
        flat([person(1, p="一季度", a=100, w=person(1)["g2"])], {"p": "发放期间", "a": "发放金额", "w": "领取人"})
    )
    assert reading.rows[0].payments[0].rank is Rank.SECOND


def test_a_sheet_may_be_one_towns_by_its_name_or_its_title() -> None:
    def without_town(rows: list[list[Any]]) -> list[list[Any]]:
        return [[cell for at, cell in enumerate(row) if at != 4] for row in rows]

    sheets = [
        Sheet("填表说明", [["1. 身份证号请以文本格式填写。"]]),
        Sheet("安平镇", without_town(flat([person(1)]))),
        Sheet("Sheet2", [["青山乡患者花名册"], *without_town(flat([person(2)]))]),
    ]
    reading = read_roster(sheets, AREAS, TODAY)
    assert reading.errors == ()
    assert [row.area_code for row in reading.rows] == ["349921101200", "349921107200"]
    assert [(name, why.code) for name, why in reading.left_out] == [("填表说明", "roster.sheet.no_header")]


def test_a_heading_between_rows_may_name_the_town() -> None:
    rows = [[cell for at, cell in enumerate(row) if at != 4] for row in flat([person(1), person(2)])]
    reading = reading_of([rows[0], ["城关镇"], rows[1], ["安平镇（1人）"], rows[2]])
    assert [row.area_code for row in reading.rows] == ["349921100200", "349921101200"]


def test_a_town_merged_over_its_rows_belongs_to_each() -> None:
    rows = flat([person(1), person(2, town=None), person(3, town=None)])
    reading = reading_of(rows, merges=(Merge(1, 4, 3, 4),))
    assert reading.errors == ()
    assert {row.area_code for row in reading.rows} == {"349921100200"}


def test_the_same_as_above_may_be_said_of_places_never_of_people() -> None:
    reading = reading_of(flat([person(1), person(2, town="同上", village="〃", bank="同上")]))
    assert reading.errors == ()
    assert reading.rows[1].first.account.bank == "农业银行"  # type: ignore[union-attr]
    assert errors_of(reading_of(flat([person(1), person(2, id="同上")])))[0][2].startswith("core.id.")


def test_hidden_sheets_are_left_out_and_said() -> None:
    sheets = [Sheet("去年", flat(people(1)), hidden=True), Sheet("今年", flat(people(2)))]
    reading = read_roster(sheets, AREAS, TODAY)
    assert len(reading.rows) == 2
    assert [(name, why.code) for name, why in reading.left_out] == [("去年", "roster.sheet.hidden")]


def test_serial_numbers_in_a_1904_workbook_are_the_right_days() -> None:
    day = (date(1970, 3, 1) - date(1904, 1, 1)).days
    reading = reading_of(flat([person(1, birth=float(day))]), date1904=True)
    assert reading.errors == ()


def test_a_file_without_header_or_rows_or_a_column_is_refused_as_a_whole() -> None:
    assert [why.code for why in reading_of([["一些文字"]]).refused] == ["roster.file.no_header"]
    assert [why.code for why in reading_of(flat([])).refused] == ["roster.file.no_rows"]
    lacking = [[cell for at, cell in enumerate(row) if at != 6] for row in flat(people(1))]
    assert [say(why) for why in reading_of(lacking).refused] == ["缺少“疾病诊断”列"]


def test_short_rows_and_strange_cells_never_break_the_reading() -> None:
    rows = flat([person(1)])
    strange: list[Any] = [
        True,
        1e308,
        float("nan"),
        float("inf"),
        "=cmd|' /C calc'!A1",
        "\x00\x07",
        "９" * 5000,
        "#REF!",
        -1,
        "'",
    ]
    for cell in strange:
        for at in range(len(rows[0])):
            line = list(rows[1])
            line[at] = cell
            reading = reading_of([rows[0], line, rows[1][:3], [cell]])
            assert reading.count >= 1
            for finding in (*reading.errors, *reading.warnings):
                assert say(finding.why)
