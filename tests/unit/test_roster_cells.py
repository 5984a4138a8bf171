"""What stands in a cell, in every style that offices use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from app.core.bank_account import AccountKind
from app.core.identity import Sex
from app.core.money import Money
from app.guardians.rules import Relation
from app.patients.rules import DiagnosisCategory, ManagementStatus
from app.roster.rules import cells, codes, days, illness
from app.roster.rules.cells import CellError
from app.roster.rules.periods import quarters_in
from app.roster.rules.places import AreaIndex, AreaNode
from tests.rig.rosters import TODAY, areas, card_number, id_number


def refused(how: Callable[[Any], Any], cell: Any) -> str:
    with pytest.raises(CellError) as refusal:
        how(cell)
    return refusal.value.why.code


def identity(cell: Any) -> str | None:
    found = cells.id_number(cell, TODAY)
    return found.number if found else None


GOOD_ID = "11010519491231002X"


@pytest.mark.parametrize(
    "cell",
    [GOOD_ID, "11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", "'11010519491231002X", '="11010519491231002X"', "\u200b11010519491231002X\u00a0"],
)  # fmt: skip
def test_an_id_number_is_read_through_its_disguises(cell: str) -> None:
    assert identity(cell) == GOOD_ID


@pytest.mark.parametrize(
    "cell",
    [
        3.49921200602047e17,
        349921200602047708,
        1.10105194912310e17,
        "3.49921E+17",
        "3.49921200602047e+17",
        110105194912310000.0,
    ],
)
def test_an_id_number_that_excel_rounded_is_refused_never_guessed(cell: Any) -> None:
    assert refused(identity, cell) == "roster.id.rounded"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("110105194912310021", "core.id.check_digit"),
        ("340300199902290015", "core.id.birth_date"),
        ("440524188001010014", "core.id.birth_too_early"),
        ("110105491231002", "core.id.first_generation"),
        (110105491231002.0, "core.id.first_generation"),
        ("1101051949123100", "core.id.length"),
        ("护照 G1234567", "core.id.characters"),
        ("349921194911282000", "core.id.rounded"),
        (True, "roster.number.not_text"),
        (date(2020, 1, 1), "roster.number.not_text"),
        (12.5, "roster.number.not_text"),
        ("9" * 500, "roster.cell.too_long"),
        ("#N/A", "roster.cell.formula_error"),
    ],
)
def test_what_is_no_id_number_is_refused_with_its_reason(cell: Any, code: str) -> None:
    assert refused(identity, cell) == code


@pytest.mark.parametrize("cell", [None, "", "  ", "无", "/", "—", "暂无", "\u3000"])
def test_signs_that_stand_for_nothing_are_nothing(cell: Any) -> None:
    assert identity(cell) is None
    assert cells.phones(cell).numbers == ()
    assert cells.short_text(cell) == ""
    assert days.any_day(cell) is None


DAY = date(1964, 7, 21)


@pytest.mark.parametrize(
    "cell",
    [
        "1964/7/21", "1964.7.21", "1964-07-21", "19640721", "1964年7月21日", "1964年07月21", "1964，7，21", "1964 7 21",
        "1964-07-21 00:00:00", "1964-07-21T00:00:00", "１９６４．７．２１", "一九六四年七月二十一日", date(1964, 7, 21), datetime.combine(DAY, time(9)),
        23579, 23579.0, "23579", 19640721, 19640721.0, " 1964/7/21 ", "1964/7/21 星期二", "1964.7.21.",
    ],
)  # fmt: skip
def test_one_day_in_every_style(cell: Any) -> None:
    assert days.any_day(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("1991年", "1991"), ("1991", "1991"), (1991, "1991"), (1991.0, "1991"), ("1991-07", "1991-07"), ("2014.3", "2014-03"),
        (2014.3, "2014-03"), (2014.11, "2014-11"), ("2014.10", "2014-10"), ("199107", "1991-07"), ("1991年7月", "1991-07"), ("1991-00-00", "1991"),
        ("一九九一年", "1991"), ("1964.7.21", "1964-07-21"),
    ],
)  # fmt: skip
def test_year_or_month_alone_stay_what_they_are(cell: Any, shown: str) -> None:
    assert str(days.partial_date(cell, TODAY)) == shown


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2023-02-30", "roster.date.impossible"), ("1964.13.1", "roster.date.impossible"), ("三年前", "roster.date.unknown"),
        ("64.7.21", "roster.date.unknown"), ("7/21/1964", "roster.date.unknown"), (2014.1, "roster.date.month_lost"), ("2027-01-01", "roster.date.future"),
        ("1850-01-01", "roster.date.too_early"), (True, "roster.date.unknown"), (123.0, "roster.date.unknown"), (1e300, "roster.date.unknown"), ("9" * 400, "roster.date.unknown"),
    ],
)  # fmt: skip
def test_days_that_are_none_are_refused(cell: Any, code: str) -> None:
    assert refused(lambda one: days.partial_date(one, TODAY), cell) == code


def test_a_year_alone_is_not_a_day() -> None:
    assert refused(lambda one: days.past_day(one, TODAY), "2020年") == "roster.date.partial"


def test_serial_numbers_count_from_1904_in_old_macintosh_workbooks() -> None:
    assert days.any_day(42369.0, date1904=True) == date(2020, 1, 1)
    assert days.any_day(43831.0) == date(2020, 1, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2026.1.1-2026.12.31",
        "2026年1月1日至2026年12月31日",
        "2026-01-01~2026-12-31",
        "2026-01-01-2026-12-31",
        "2026/1/1 — 2026/12/31",
    ],
)
def test_two_days_in_one_cell(cell: str) -> None:
    assert days.day_span(cell) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("cell", "level"),
    [(3, 3), (3.0, 3), ("3", 3), ("3级", 3), ("３ 级", 3), ("三级", 3), ("三", 3), ("Ⅲ", 3), ("III级", 3), ("〇级", 0), ("零级", 0), ("0", 0), (0.0, 0), ("Ⅳ级", 4),
     ("危险性5级", 5), ("2级(持续打砸)", 2), ("3.0", 3), (None, None), ("", None)],
)  # fmt: skip
def test_levels_are_read_in_every_notation(cell: Any, level: int | None) -> None:
    assert illness.level(cell) == level


@pytest.mark.parametrize("cell", ["6级", 6, -1, 2.5, "高", "3-4级", "六级", True])
def test_levels_beyond_five_are_refused(cell: Any) -> None:
    assert refused(illness.level, cell) == "roster.level.unknown"


C = DiagnosisCategory


@pytest.mark.parametrize(
    ("cell", "category"),
    [
        ("精神分裂症", C.SCHIZOPHRENIA), ("精分", C.SCHIZOPHRENIA), ("精神分裂症（偏执型）", C.SCHIZOPHRENIA), ("偏执型精神分裂症", C.SCHIZOPHRENIA),
        ("分裂情感性障碍", C.SCHIZOAFFECTIVE), ("分裂情感障碍", C.SCHIZOAFFECTIVE), ("偏执性精神病", C.DELUSIONAL), ("持久的妄想性障碍", C.DELUSIONAL),
        ("双相", C.BIPOLAR), ("双向情感障碍", C.BIPOLAR), ("双相(情感)障碍", C.BIPOLAR), ("躁狂抑郁症", C.BIPOLAR), ("癫痫性精神障碍", C.EPILEPSY_PSYCHOSIS),
        ("癫痫所致精神障碍", C.EPILEPSY_PSYCHOSIS), ("精神发育迟滞", C.INTELLECTUAL_PSYCHOSIS), ("精神发育迟滞伴发精神障碍", C.INTELLECTUAL_PSYCHOSIS),
        ("1.精神分裂症", C.SCHIZOPHRENIA), ("F31.9", C.BIPOLAR), ("Schizophrenia", C.SCHIZOPHRENIA), (None, None),
    ],
)  # fmt: skip
def test_a_diagnosis_has_many_names(cell: Any, category: C | None) -> None:
    assert illness.diagnosis(cell) is category


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("抑郁症", "unknown"),
        ("焦虑症", "unknown"),
        ("F32.9", "unknown"),
        ("3", "unknown"),
        ("疑似精神分裂症", "doubtful"),
        ("精神分裂症?", "doubtful"),
    ],
)
def test_other_illnesses_and_doubtful_ones_are_refused(cell: str, code: str) -> None:
    assert refused(illness.diagnosis, cell) == f"roster.diagnosis.{code}"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("F20.0", "F20.0"),
        ("f20", "F20"),
        ("F200", "F20.0"),
        ("Ｆ２０．０", "F20.0"),
        ("F20.001", "F20.001"),
        (None, ""),
    ],
)
def test_icd_codes_have_one_spelling(cell: Any, code: str) -> None:
    assert illness.icd10(cell) == code


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("是", True),
        ("√", True),
        (1.0, True),
        ("Y", True),
        (True, True),
        ("有", True),
        ("否", False),
        ("×", False),
        ("无", False),
        (0, False),
        ("未参保", False),
        (None, None),
    ],
)
def test_yes_and_no_have_many_signs(cell: Any, answer: bool | None) -> None:
    assert cells.yes_no(cell) is answer


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("男", Sex.MALE),
        ("女性", Sex.FEMALE),
        (1, Sex.MALE),
        (2.0, Sex.FEMALE),
        ("1", Sex.MALE),
        ("F", Sex.FEMALE),
        ("1 男", Sex.MALE),
        (None, None),
    ],
)
def test_sex_by_word_or_code(cell: Any, sex: Sex | None) -> None:
    assert cells.sex(cell) is sex


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13800000001", ("13800000001",)), (13800000001.0, ("13800000001",)), ("138-0000-0001", ("13800000001",)), ("１３８ ００００ ０００１", ("13800000001",)),
        ("+86 13800000001", ("13800000001",)), ("13800000001、15900000002", ("13800000001", "15900000002")), ("13800000001/0552-3012345", ("13800000001", "0552-3012345")),
        ("13800000001 15900000002", ("13800000001", "15900000002")), (0, ()),
    ],
)  # fmt: skip
def test_phones_one_or_several(cell: Any, numbers: tuple[str, ...]) -> None:
    assert cells.phones(cell).numbers == numbers


def test_a_later_phone_that_is_none_is_dropped_a_first_one_refused() -> None:
    assert cells.phones("13800000001、123").dropped == ("123",)
    assert refused(cells.phones, "12345") == "core.phone.shape"
    assert refused(cells.phones, "1.38E+10") == "roster.phone.rounded"


def account_of(cell: Any, header: str = "银行卡号", kind: Any = None) -> Any:
    return cells.account(cell, kind, header)


def test_account_numbers_as_text_are_checked_as_numbers_refused() -> None:
    card = card_number(7)
    assert account_of(f"{card[:4]} {card[4:8]} {card[8:]}").number == card
    assert refused(account_of, float(card)) == "roster.account.rounded"
    assert refused(account_of, "6.21700E+18") == "roster.account.rounded"
    assert refused(account_of, "6200000000000006") == "core.account.card_check"


def test_a_passbook_need_not_pass_the_check_of_cards() -> None:
    assert account_of("34992100012345678", "一折通账号").kind is AccountKind.PASSBOOK
    assert account_of("34992100012345678", "账号", "存折").kind is AccountKind.PASSBOOK
    assert account_of("349921000123456.0", "一卡通账号").warnings


def test_a_social_security_card_is_known_by_the_row_or_the_column_and_checked_like_a_card() -> None:
    card = card_number(7)
    for header, kind in (("社保卡号", None), ("惠民惠农一卡通账号", None), ("账号", "社会保障卡")):
        assert account_of(card, header, kind).kind is AccountKind.SOCIAL_CARD
    assert account_of(card, "银行卡号").kind is AccountKind.CARD


R = Relation


@pytest.mark.parametrize(
    ("cell", "sex", "is_elder", "relation"),
    [
        ("配偶", None, None, R.SPOUSE), ("丈夫", Sex.MALE, None, R.SPOUSE), ("父", None, None, R.FATHER), ("母亲", None, None, R.MOTHER), ("长子", None, None, R.SON),
        ("女", None, None, R.DAUGHTER), ("兄", None, None, R.ELDER_BROTHER), ("子女", Sex.FEMALE, False, R.DAUGHTER), ("父母", Sex.MALE, True, R.FATHER),
        ("兄弟", Sex.MALE, False, R.YOUNGER_BROTHER), ("姐妹", Sex.FEMALE, True, R.ELDER_SISTER), ("侄子", None, None, R.OTHER_RELATIVE), ("外公", None, None, R.GRANDPARENT),
        ("邻居", None, None, R.OTHER), ("患者之母", None, None, R.MOTHER), (None, None, None, None),
    ],
)  # fmt: skip
def test_relations_have_many_words(cell: Any, sex: Sex | None, is_elder: bool | None, relation: R | None) -> None:
    assert codes.relation(cell, sex, is_elder) is relation


def test_nobody_is_their_own_guardian() -> None:
    assert refused(lambda cell: codes.relation(cell, None, None), "本人") == "roster.relation.self"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("汉族", "01"),
        ("汉", "01"),
        ("维吾尔", "05"),
        ("回族", "03"),
        ("基诺族", "56"),
        (1, "01"),
        ("01", "01"),
        (None, None),
    ],
)
def test_peoples_by_name_or_code(cell: Any, code: str | None) -> None:
    assert codes.ethnic_code(cell) == code


M = ManagementStatus


@pytest.mark.parametrize(
    ("cell", "consent", "status"),
    [
        ("是", True, M.MANAGED),
        ("是", False, M.PENDING_CONSENT),
        ("否", False, M.PENDING_CONSENT),
        ("在管", True, M.MANAGED),
        ("拒绝", False, M.REFUSED),
        ("失访", True, M.LOST),
        (None, True, None),
    ],
)
def test_management_needs_consent(cell: Any, consent: bool, status: M | None) -> None:
    assert illness.management(cell, consent) is status


@pytest.mark.parametrize(
    ("cell", "form"),
    [("门诊", 1), ("家访", 2), ("入户随访", 2), ("电话", 3), ("2 家庭访视", 2), (3.0, 3), (None, None)],
)
def test_forms_of_a_visit(cell: Any, form: int | None) -> None:
    assert illness.visit_form(cell) == form


@pytest.mark.parametrize(
    ("cell", "visit_class"),
    [("稳定", 3), ("基本稳定", 2), ("不稳定", 1), ("病情稳定", 3), (1.0, 1), ("3稳定", 3), (None, None)],
)
def test_classes_of_a_visit(cell: Any, visit_class: int | None) -> None:
    assert illness.visit_class(cell) == visit_class


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (750, 75000),
        (750.5, 75050),
        ("750元", 75000),
        ("¥1,500.00", 150000),
        (0.1 + 0.2, 30),
        ("０", None),
        (None, None),
        ("—", None),
    ],
)
def test_amounts_in_yuan(cell: Any, fen: int | None) -> None:
    assert cells.amount(cell) == (Money(fen) if fen else None)


@pytest.mark.parametrize("cell", ["七百五", -750, 0.001, "750/750", True, float("inf"), float("nan"), 1e300])
def test_what_is_no_amount_is_refused(cell: Any) -> None:
    assert refused(cells.amount, cell) in ("roster.amount.unknown", "roster.cell.formula_error")


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("2026年1季度", "2026Q1"), ("2026Q1", "2026Q1"), ("2026-Q3", "2026Q3"), ("一季度", "2026Q1"), ("第一、二季度", "2026Q1 2026Q2"), ("1-3月", "2026Q1"), ("2025年四季度、2026年一季度", "2025Q4 2026Q1"),
        ("1、2", "2026Q1 2026Q2"), ("上半年", "2026Q1 2026Q2"), ("一至三季度", "2026Q1 2026Q2 2026Q3"), ("2026年1月-6月", "2026Q1 2026Q2"), ("1", "2026Q1"),
    ],
)  # fmt: skip
def test_quarters_as_offices_write_them(text: str, quarters: str) -> None:
    assert " ".join(str(one) for one in quarters_in(text, 2026)) == quarters


@pytest.mark.parametrize("text", ["五季度", "2026年", "2026.1", "1-2", "2-4月", "", "已发"])
def test_what_may_be_something_else_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        quarters_in(text, 2026)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("朱 美", "朱美"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("　王　芳　", "王芳"),
        ("易㛃", "易㛃"),
        ("John Smith", "John Smith"),
    ],
)
def test_names_have_one_spelling(cell: str, name: str) -> None:
    found = cells.name(cell)
    assert found is not None
    assert found.text == name


def test_a_number_is_no_name() -> None:
    assert refused(cells.name, 123.0) == "roster.name.not_text"
    assert refused(cells.name, "王" * 60) == "core.name.too_long"


PLACES = areas()


@pytest.mark.parametrize(
    ("town", "village", "code"),
    [
        ("城关镇", "东村", "349921100200"), ("城关", "东", "349921100200"), ("城 关 镇", "东村村委会", "349921100200"), ("安和县城关镇", "红旗社区居委会", "349921100207"),
        ("城关镇", "城关镇东村", "349921100200"), (None, "城关镇东村", "349921100200"), ("安平镇", "东村", "349921101200"), ("青山", "红旗", "349921107207"),
        ("城关镇", "东村3组", "349921100200"), ("城关镇卫生院", "西村", "349921100201"), ("马埠乡", "新街（社区）", "349921110202"),
    ],
)  # fmt: skip
def test_a_village_is_found_by_its_town_and_name(town: Any, village: Any, code: str) -> None:
    assert PLACES.by_name(town, village) == code


@pytest.mark.parametrize(
    ("town", "village", "why"),
    [
        ("城关镇", "不存在村", "unknown_village"), ("不存在镇", "东村", "unknown_town"), (None, "东村", "village_needs_town"), (None, None, "empty"), ("城关镇", None, "no_village"), (None, "某某村", "unknown_village_anywhere"),
    ],
)  # fmt: skip
def test_a_place_that_is_not_or_not_only_there_is_refused(town: Any, village: Any, why: str) -> None:
    assert refused(lambda _cell: PLACES.by_name(town, village), None) == f"roster.place.{why}"


def test_a_place_by_its_code() -> None:
    assert PLACES.by_code("349921100200") == "349921100200"
    assert PLACES.by_code(349921100200.0) == "349921100200"
    assert refused(PLACES.by_code, "349921999999") == "roster.place.unknown_code"
    assert refused(PLACES.by_code, "349921100000") == "roster.place.not_a_village"


def test_two_villages_of_one_stem_are_not_guessed() -> None:
    index = AreaIndex(
        [AreaNode("349921100000", "城关镇"), AreaNode("349921100200", "红旗村"), AreaNode("349921100001", "红旗社区")]
    )
    assert index.by_name("城关镇", "红旗社区") == "349921100001"
    assert refused(lambda _cell: index.by_name("城关镇", "红旗"), None) == "roster.place.ambiguous_village"


def test_numbers_made_for_these_tests_are_valid() -> None:
    assert identity(id_number("19700301", 11))
