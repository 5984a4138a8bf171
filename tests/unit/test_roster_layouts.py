"""The sample roster in other layouts: however an office arranges it, the same rows are good and the same are bad."""

from __future__ import annotations

import random
from typing import Any

import pytest

from app.core.workbooks.sheet import Cell, Merge, Sheet
from app.core.workbooks.workbook import open_workbook
from app.roster.rules.rows import RosterReading, read_roster
from tests.rig.rosters import DATA, TODAY, areas

HEADS, LEAVES, FIRST_DATA = 2, 3, 4
AREAS = areas()


@pytest.fixture(scope="module")
def sample() -> Sheet:
    return open_workbook((DATA / "roster_anhe_2026.xlsx").read_bytes(), "roster.xlsx")[0]


def groups_of(sheet: Sheet) -> list[list[int]]:
    """The columns of each group head, in order."""
    found: list[list[int]] = []
    for index, head in enumerate(sheet.rows[HEADS]):
        if head is not None:
            found.append([])
        found[-1].append(index)
    return found


def data_of(sheet: Sheet) -> list[list[Cell]]:
    return sheet.rows[FIRST_DATA : FIRST_DATA + 420]


def arranged(sheet: Sheet, order: list[list[int]], above: list[list[Any]]) -> Sheet:
    """The sheet with its groups (and columns within) in another order, both header rows kept."""
    heads: list[Cell] = []
    merges = []
    for group in order:
        merges.append(Merge(len(above), len(heads), len(above), len(heads) + len(group) - 1))
        head = next(cell for index in group if (cell := sheet.rows[HEADS][index]) is not None)
        heads += [head, *[None] * (len(group) - 1)]
    columns = [index for group in order for index in group]
    leaves = [sheet.rows[LEAVES][index] for index in columns]
    rows = [*above, heads, leaves, *([row[index] for index in columns] for row in data_of(sheet))]
    return Sheet(sheet.name, rows, tuple(merge for merge in merges if merge.right > merge.left))


def numbers(reading: RosterReading) -> set[str]:
    return {row.patient.id_number for row in reading.rows}


def check(sheets: list[Sheet], good: set[str]) -> None:
    reading = read_roster(sheets, AREAS, TODAY)
    assert not reading.refused, [str(why) for why in reading.refused]
    assert (len(reading.rows), len(reading.bad_rows)) == (399, 21)
    assert numbers(reading) == good


@pytest.fixture(scope="module")
def good(sample: Sheet) -> set[str]:
    return numbers(read_roster([sample], AREAS, TODAY))


@pytest.mark.parametrize("seed", range(12))
def test_groups_and_their_columns_in_any_order(sample: Sheet, good: set[str], seed: int) -> None:
    chance = random.Random(seed)
    order = [chance.sample(group, len(group)) for group in groups_of(sample)]
    chance.shuffle(order)
    above: list[list[Any]] = [["花名册"], [], ["填报单位：精防办", None, "日期："], [None]][: chance.randrange(5)]
    check([arranged(sample, order, above)], good)


def test_one_header_row_with_the_group_written_before_each_word(sample: Sheet, good: set[str]) -> None:
    header: list[Cell] = []
    for group in groups_of(sample):
        head = str(sample.rows[HEADS][group[0]])
        prefix = {"第一监护人": "监护人1", "第二监护人": "监护人2"}.get(head, "")
        header += [f"{prefix}{sample.rows[LEAVES][index] or sample.rows[HEADS][index]}" for index in group]
    check([Sheet("名单", [header, *data_of(sample)])], good)


def test_no_group_heads_at_all(sample: Sheet, good: set[str]) -> None:
    header = [leaf or head for leaf, head in zip(sample.rows[LEAVES], sample.rows[HEADS], strict=True)]
    check([Sheet("名单", [header, *data_of(sample)])], good)
    check([Sheet("名单", [header[::-1], *(row[::-1] for row in data_of(sample))])], good)


def test_a_sheet_per_town_with_its_own_sums_headings_and_repeated_headers(sample: Sheet, good: set[str]) -> None:
    header = sample.rows[HEADS : LEAVES + 1]
    towns: dict[str, list[list[Cell]]] = {}
    for row in data_of(sample):
        towns.setdefault(str(row[6]), []).append(row)
    sheets = [Sheet("填表说明", [["1. 身份证号请以文本格式填写。"]])]
    for town, rows in towns.items():
        page: list[list[Cell]] = [[f"{town}严重精神障碍患者花名册"], [], *header]
        for place, row in enumerate(rows):
            if place and place % 10 == 0:
                page += [["小计", f"{place}人"], [], *header]
            page.append(row)
        page += [["合计", f"{len(rows)}人"], [None, "审核人：", None, "填表人："], ["注：1. 本表一式三份。"]]
        sheets.append(
            Sheet(town, page, tuple(Merge(m.top, m.left, m.bottom, m.right) for m in sample.merges if m.top == HEADS))
        )
    check(sheets, good)


def test_without_the_town_column_the_sheet_names_the_town(sample: Sheet, good: set[str]) -> None:
    def cut(row: list[Cell]) -> list[Cell]:
        return row[:6] + row[7:]

    header = [leaf or head for leaf, head in zip(sample.rows[LEAVES], sample.rows[HEADS], strict=True)]
    towns: dict[str, list[list[Cell]]] = {}
    for row in data_of(sample):
        towns.setdefault(str(row[6]), []).append(cut(row))
    check([Sheet(f"{town}2026", [cut(header), *rows]) for town, rows in towns.items()], good)


@pytest.mark.parametrize(
    "words",
    [
        "服务对象姓名|性别（男/女）|公民身份号码|出生年月日|族别|所属乡镇|所属村居|家庭详细住址|本人联系方式|目前诊断|疾病编码|首次发病日期|首次确诊日期|诊断医疗机构|危险性评估等级|管理状态|知情同意书签署日期"
        "|主要监护人姓名|与病人关系|主要监护人证件号码|主要监护人手机号码|发卡银行|惠农一卡通账号|协助监护人姓名|协助监护人单位及职务|协助监护人电话|协议书编号|协议生效日期|协议到期日期|是否投保",
        "患者|性别|证件号码|出生日期|民族|镇街|村（社区）|住址|手机号|病种|ICD-10编码|发病时间|确诊时间|确诊单位|风险等级|在管情况|同意书签订日期"
        "|监护人|关系|监护人身份证|监护人手机|银行|银行账户|第二监护人|职务|第二监护人手机|协议号|协议开始日期|协议结束日期|责任险",
    ],
)
def test_in_other_words(sample: Sheet, good: set[str], words: str) -> None:
    header: list[Cell] = ["序号", *words.split("|"), "备注"]
    check([Sheet("Sheet1", [["2026年名单"], [], header, *data_of(sample)])], good)
