"""The header is found by itself, in any order, depth and wording."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.reasons import say
from app.core.workbooks.sheet import Merge, Sheet, column_letter
from app.roster import texts  # noqa: F401  # registers the sentences
from app.roster.rules.columns import Field
from app.roster.rules.header import Override, SheetMapping, find_mapping, missing_columns
from tests.rig.rosters import FLAT_HEADERS, people, table

KEYS = list(FLAT_HEADERS)
FIELDS = [
    Field.PATIENT_NAME, Field.PATIENT_SEX, Field.PATIENT_ID, Field.PATIENT_BIRTH, Field.TOWN, Field.VILLAGE, Field.DIAGNOSIS,
    Field.RISK_LEVEL, Field.MANAGED, Field.CONSENT_ON, Field.FIRST_NAME, Field.FIRST_RELATION, Field.FIRST_ID, Field.FIRST_PHONE,
    Field.BANK, Field.ACCOUNT, Field.SECOND_NAME, Field.SECOND_POST, Field.SECOND_PHONE, Field.AGREEMENT_NUMBER,
    Field.AGREEMENT_FROM, Field.AGREEMENT_TO,
]  # fmt: skip


def mapping_of(rows: list[list[Any]], merges: tuple[Merge, ...] = ()) -> SheetMapping:
    found = find_mapping(Sheet("花名册", rows, merges), 2026)
    assert found is not None
    return found


def fields_of(mapping: SheetMapping) -> list[Field | None]:
    return [column.field for column in mapping.columns]


def test_one_flat_row_with_prefixed_names_is_a_header() -> None:
    mapping = mapping_of(table([list(FLAT_HEADERS.values())], KEYS, people()))
    assert fields_of(mapping) == FIELDS
    assert mapping.header_row == 1
    assert not mapping.missing


def test_columns_may_stand_in_the_opposite_order() -> None:
    headers = list(FLAT_HEADERS.values())[::-1]
    assert fields_of(mapping_of(table([headers], KEYS[::-1], people()))) == FIELDS[::-1]


PLAIN = [
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "乡镇",
    "村",
    "诊断",
    "危险等级",
    "是否在管",
    "知情同意日期",
    "姓名",
    "与患者关系",
    "身份证号",
    "联系电话",
    "开户行",
    "账号",
    "姓名",
    "单位职务",
    "联系电话",
    "编号",
    "起始日期",
    "终止日期",
]


def test_without_group_heads_a_bare_name_goes_with_its_neighbours() -> None:
    found = fields_of(mapping_of(table([PLAIN], KEYS, people())))
    assert found[:19] == FIELDS[:19]
    assert found[20:] == FIELDS[20:]


def test_without_group_heads_and_backwards_too() -> None:
    found = fields_of(mapping_of(table([PLAIN[::-1]], KEYS[::-1], people())))[::-1]
    assert found[:19] == FIELDS[:19]


def test_group_heads_are_read_by_their_merged_cells() -> None:
    heads = [
        "序号",
        "患者基本信息",
        *[""] * 5,
        "诊断与管理",
        *[""] * 3,
        "第一监护人",
        *[""] * 5,
        "第二监护人",
        "",
        "",
        "监护协议",
        "",
        "",
    ]
    leaves = ["", *PLAIN]
    merges = (
        Merge(1, 0, 2, 0),
        Merge(1, 1, 1, 6),
        Merge(1, 7, 1, 10),
        Merge(1, 11, 1, 16),
        Merge(1, 17, 1, 19),
        Merge(1, 20, 1, 22),
    )
    mapping = mapping_of(table([["某县花名册"], heads, leaves], [None, *KEYS], people()), merges)
    assert mapping.header_row == 3
    assert fields_of(mapping) == [Field.IGNORED, *FIELDS]
    assert mapping.column(Field.SECOND_NAME).header == "第二监护人·姓名"  # type: ignore[union-attr]


def test_group_heads_without_merges_reach_to_the_next_head() -> None:
    heads = ["患者", *[None] * 9, "第一监护人", *[None] * 5, "第二监护人", None, None, "协议", None, None]
    assert fields_of(mapping_of(table([heads, PLAIN], KEYS, people()))) == FIELDS


def test_three_header_rows_are_read_together() -> None:
    top = ["患者信息", *[None] * 9, "监护人信息", *[None] * 8, "监护协议", None, None]
    middle = [None] * 10 + ["第一监护人", *[None] * 5, "第二监护人", None, None, None, None, None]
    assert fields_of(mapping_of(table([top, middle, PLAIN], KEYS, people()))) == FIELDS


def test_titles_blank_rows_and_unit_lines_above_do_not_disturb() -> None:
    above = [
        ["安和县严重精神障碍患者及监护人花名册(2026年)"],
        [],
        ["填报单位：精防办", None, None, "填报日期：2026年9月"],
        [None],
        [],
    ]
    mapping = mapping_of(table([*above, list(FLAT_HEADERS.values())], KEYS, people()))
    assert mapping.header_row == 6
    assert fields_of(mapping) == FIELDS


OTHER_WORDS = {
    "name": "* 服务对象姓名",
    "sex": "性 别",
    "id": "公民身份号码（必填）",
    "birth": "出生年月日",
    "town": "所属乡镇(街道)",
    "village": "村(居)委会",
    "diagnosis": "疾病名称",
    "level": "危险性评估\n(0-5级)",
    "managed": "是否纳入管理",
    "consent": "签署知情同意书日期",
    "g1": "主要监护人",
    "relation": "监护人与患者的关系",
    "g1_id": "监护人证件号码",
    "g1_phone": "监护人手机",
    "bank": "开户银行名称",
    "account": "惠民惠农一卡通账号",
    "g2": "协助监护人",
    "post": "协助监护人职务",
    "g2_phone": "协助监护人联系方式",
    "number": "监护协议书编号",
    "from": "协议生效日期",
    "to": "协议到期日期",
}


def test_other_offices_words_mean_the_same_fields() -> None:
    assert fields_of(mapping_of(table([[OTHER_WORDS[key] for key in KEYS]], KEYS, people()))) == FIELDS


ENGLISH = [
    "Name",
    "Sex",
    "ID No.",
    "Date of Birth",
    "Town",
    "Village",
    "Diagnosis",
    "Risk Level",
    "Managed",
    "Consent Date",
    "Guardian Name",
    "Relationship",
    "Guardian ID",
    "Guardian Phone",
    "Bank",
    "Account No",
    "Second Guardian Name",
    "Title",
    "Second Guardian Phone",
    "Agreement No",
    "Agreement From",
    "Agreement To",
]


def test_english_headers_are_understood() -> None:
    assert fields_of(mapping_of(table([ENGLISH], KEYS, people()))) == FIELDS


def test_the_last_and_the_next_visit_are_told_apart() -> None:
    words = [
        "姓名",
        "身份证号",
        "村",
        "诊断",
        "下次随访日期",
        "最近一次随访",
        "随访方式",
        "本次随访分类",
        "上次随访危险性等级",
        "危险性等级",
    ]
    mapping = mapping_of([words])
    assert fields_of(mapping)[4:] == [
        Field.NEXT_DUE_ON, Field.VISITED_ON, Field.VISIT_FORM, Field.VISIT_CLASS, Field.VISIT_LEVEL, Field.RISK_LEVEL,
    ]  # fmt: skip


def test_short_words_under_a_visit_head_belong_to_the_visit() -> None:
    heads = ["患者", None, None, None, None, "末次随访", None, None, None, "下次随访日期"]
    leaves = ["姓名", "身份证号", "村", "诊断", "危险性等级", "日期", "方式", "分类", "危险性等级", None]
    assert fields_of(mapping_of([heads, leaves]))[5:] == [
        Field.VISITED_ON, Field.VISIT_FORM, Field.VISIT_CLASS, Field.VISIT_LEVEL, Field.NEXT_DUE_ON,
    ]  # fmt: skip


def test_a_payment_column_a_quarter_is_read_with_its_quarter() -> None:
    heads = ["姓名", "身份证号", "村", "诊断", "监护人姓名", "2026年监护补贴发放情况", None, None]
    leaves = [None, None, None, None, None, "一季度", "二季度", "第三季度(元)"]
    found = [(one.field, one.quarter) for one in mapping_of([heads, leaves]).columns][5:]
    assert found == [(Field.PAID_AMOUNT, "2026Q1"), (Field.PAID_AMOUNT, "2026Q2"), (Field.PAID_AMOUNT, "2026Q3")]


def test_quarter_columns_say_it_in_one_row_too() -> None:
    words = ["姓名", "身份证号", "村", "诊断", "监护人姓名", "2026年第一季度发放金额", "2026年第二季度发放金额"]
    found = [(one.field, one.quarter) for one in mapping_of([words]).columns][5:]
    assert found == [(Field.PAID_AMOUNT, "2026Q1"), (Field.PAID_AMOUNT, "2026Q2")]


def test_account_words_of_payments_stay_the_guardians_account() -> None:
    words = ["姓名", "身份证号", "村", "诊断", "监护人", "监护补贴发放账号", "户名", "已发放季度", "已发补贴"]
    assert fields_of(mapping_of([words]))[5:] == [
        Field.ACCOUNT,
        Field.ACCOUNT_HOLDER,
        Field.PAID_PERIOD,
        Field.PAID_AMOUNT,
    ]


def headers_not_read(mapping: SheetMapping) -> list[str]:
    return [column.header for column in mapping.columns if column.field is None]


def test_a_guardian_without_a_name_column_is_not_taken_over() -> None:
    mapping = mapping_of([["患者姓名", "身份证号", "村", "诊断", "单位职务"]])
    assert mapping.columns[-1].field is None
    assert headers_not_read(mapping) == ["单位职务"]


def test_unknown_columns_are_reported_not_guessed() -> None:
    mapping = mapping_of([["患者姓名", "身份证号", "村", "诊断", "随访医生", "鞋码"]])
    assert headers_not_read(mapping) == ["随访医生", "鞋码"]


def test_a_missing_required_column_is_named() -> None:
    mapping = mapping_of([["患者姓名", "身份证号", "诊断", "监护人姓名", "危险等级"]])
    assert [say(why) for why in missing_columns(mapping)] == ["缺少“村（社区）”列"]


def test_an_area_code_stands_for_the_village_and_a_code_for_the_diagnosis() -> None:
    assert not mapping_of([["患者姓名", "身份证号", "村代码", "ICD-10"]]).missing


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["1. 身份证号请以文本格式填写。"], ["2. 危险性等级填0-5级。"]],
        [["乡镇", "村数", "患者人数", "在管人数", "管理率"], ["城关镇", 8, 40, 38, "95%"]],
        [["姓名", "电话"], ["张三", "13800000000"]],
        [[None, None], [1, 2, 3]],
    ],
)
def test_other_sheets_are_not_taken_for_rosters(rows: list[list[Any]]) -> None:
    assert find_mapping(Sheet("说明", rows), 2026) is None


def test_a_users_own_mapping_wins() -> None:
    rows = table([["甲", "乙", "丙", "丁", "戊"]], ["name", "id", "town", "village", "diagnosis"], people())
    wanted = {"A": Field.PATIENT_NAME, "B": Field.PATIENT_ID, "C": Field.TOWN, "D": Field.VILLAGE, "E": Field.DIAGNOSIS}
    mapping = find_mapping(Sheet("花名册", rows), 2026, Override(wanted, header_row=1))
    assert mapping is not None
    assert {column.letter: column.field for column in mapping.columns} == wanted
    assert not mapping.missing


def test_a_users_mapping_moves_a_field_to_another_column() -> None:
    rows = [["患者姓名", "身份证号", "村", "诊断", "电话", "备用电话"]]
    mapping = find_mapping(Sheet("花名册", rows), 2026, Override({"F": Field.PATIENT_PHONE}))
    assert mapping is not None
    assert [column.field for column in mapping.columns][4:] == [None, Field.PATIENT_PHONE]


def test_columns_are_lettered_as_in_excel() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


ROSTERS_SEEN = {
    # one office's flat list with a total and a signature column
    "序号 姓名 性别 出生年月 身份证号 家庭住址 乡镇 村 病种 残疾证号 残疾等级 监护人 监护人身份证号 与患者关系 开户行 一卡通账号 监护补贴标准 一季度发放金额 合计 领款人签字 备注":
    "ignored patient_name patient_sex patient_birth_date patient_id_number address town village diagnosis ignored ignored first_name first_id_number"
    " first_relation bank account ignored paid_amount - ignored ignored",
    # the health centre's follow-up list with a contact person and columns that the register does not take
    "患者姓名 性别 年龄 身份证号 户籍地址 现住址 乡镇 村 联系人 联系人电话 诊断 发病时间 诊断时间 危险性评估 目前症状 监护人姓名 关系 电话 身份证 随访日期 随访方式 随访分类 下次随访日期 随访医生":
    "patient_name patient_sex ignored patient_id_number ignored address town village - - diagnosis first_onset diagnosed_on risk_level - first_name"
    " first_relation first_phone first_id_number last_visit_on last_visit_form last_visit_class next_due_on -",
    # civil affairs' payment list: two bare ID columns, an agreement without a first day, a yearly sum of no quarter
    "村 患者 身份证号码 监护人 身份证号码 与患者关系 银行卡号 联系电话 诊断 危险性等级 协议签订日期 协议到期日期 协议编号 2026年已发（元）":
    "village patient_name patient_id_number first_name first_id_number first_relation account first_phone diagnosis risk_level agreement_signed_on"
    " agreement_to agreement_number -",
    # what a database exports
    "name gender id_no birth_date town village diagnosis risk_level managed consent_date guardian1_name guardian1_relation guardian1_id_no guardian1_phone"
    " guardian1_bank guardian1_account guardian2_name guardian2_post guardian2_phone agreement_no agreement_from agreement_to last_visit_on next_visit":
    "patient_name patient_sex patient_id_number patient_birth_date town village diagnosis risk_level managed consent_on first_name first_relation"
    " first_id_number first_phone bank account second_name second_post second_phone agreement_number agreement_from agreement_to last_visit_on next_due_on",
    # guardians' own details that must not be taken for the patient's
    "姓名 身份证号 村 诊断 监护人姓名 监护人民族 监护人年龄 监护人签字 监护人身份证号 监护人电话 监护人户名 监护人账号":
    "patient_name patient_id_number village diagnosis first_name - ignored ignored first_id_number first_phone account_holder account",
    "姓名 证件号码 所在乡镇（街道） 所在村（社区） 疾病名称 危险级别 监护人 关系 证件号码 电话 发放账号 协管人 协管人电话":
    "patient_name patient_id_number town village diagnosis risk_level first_name first_relation first_id_number first_phone account second_name second_phone",
}  # fmt: skip


@pytest.mark.parametrize("words", ROSTERS_SEEN, ids=range(len(ROSTERS_SEEN)))
def test_lists_of_other_offices_are_understood_column_by_column(words: str) -> None:
    found = [field.value if field else "-" for field in fields_of(mapping_of([words.split()]))]
    assert found == ROSTERS_SEEN[words].split()
