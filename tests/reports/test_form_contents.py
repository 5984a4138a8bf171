"""What single forms must say, and what some of them must never say."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.forms.assessment_session import AssessmentSessionDocument, SessionRow, render_assessment_session
from reports.forms.care_team_card import CardMember, CareTeamCard, CareTeamCardsDocument, render_care_team_cards
from reports.forms.codes import Behaviour
from reports.forms.consent import ConsentDocument, ConsentKind, render_consent, render_withdrawal_receipt
from reports.forms.day_sheet import render_day_sheet
from reports.forms.emergency_record import render_emergency_record
from reports.forms.family_plan import render_family_plan
from reports.forms.lost_or_dead import render_lost_or_dead
from reports.forms.person import NOBODY
from reports.forms.sheet import Imprint
from reports.forms.supplement import SupplementDocument, render_supplement
from reports.forms.sweep import render_sweep_progress, render_zero_report
from reports.forms.transfer_package import render_transfer_package
from reports.forms.values import RoughDate
from reports.forms.visit_record import VisitRecord, VisitRecordsDocument, render_visit_records
from tests.reports.form_samples import (
    CARD,
    EMERGENCY,
    IMPRINT,
    LOST,
    PACKAGE,
    PLAN,
    SUPPLEMENT,
    SWEEP,
    VISIT,
    WITHDRAWAL,
    ZERO_REPORT,
    consent,
    day_sheet,
    session,
)

ILLNESS = re.compile("精神|病|症|障碍|疾|诊断|危险|风险|等级|患者")


@pytest.fixture
def drawn_text_of(tmp_path: Path) -> Callable[[bytes], str]:
    """The text in the order of drawing: a row's options are followed by the codes in its boxes."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "form.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True)
        return "".join(found.stdout.decode().split())

    return read


def visits(*records: VisitRecord) -> bytes:
    return render_visit_records(VisitRecordsDocument("周秀兰", "02100317", records, IMPRINT))


def test_each_answer_of_a_visit_stands_in_the_boxes_of_its_own_row(drawn_text_of: Any) -> None:
    found = drawn_text_of(visits(VISIT))
    for row in (
        "本次随访形式1门诊2家庭访视3电话2",
        "2患者家属、监护人3其他知情人1/2/",
        "5（5级）1目前症状",
        "12其他夜间反复检查门窗1/3/12/",
        "3自知力缺失2睡眠情况1良好2一般3较差2饮食情况1良好2一般3较差1",
        "生产劳动及工作1良好2一般3较差9此项不适用9",
        "社会人际交往1良好2一般3较差3",
        "1轻度滋事1次2肇事次3肇祸次4其他危害行为2次",
        "末次出院时间2026年8月3日2",
        "4医嘱勿需用药2",
        "转诊至机构及科室：安和县精神病医院精神科2",
        "药物1：奥氮平片早5mg中mg晚10mg每周，每次mg",
        "每4周，每次100mg",
        "1不稳定2基本稳定3稳定2",
        "下次随访日期2026年12月4日随访医生签名李𬭩",
    ):
        assert row in found, row


def test_a_lost_or_dead_person_s_visit_leaves_the_clinical_boxes_empty(drawn_text_of: Any) -> None:
    found = drawn_text_of(visits(VisitRecord(visited_on=VISIT.visited_on, death_cause=1, death_physical_cause=3)))
    assert "6其他1/③危险性评估" in found
    assert "3自知力缺失睡眠情况" in found


def test_every_visit_is_a_form_of_its_own(drawn_text_of: Any) -> None:
    found = drawn_text_of(visits(VISIT, replace(VISIT, visit_class=3)))
    assert found.count("严重精神障碍患者随访服务记录表") == 2
    assert found.count("第1页共1页") == 2


def test_the_county_gives_the_table_s_number_and_without_one_none_is_printed(drawn_text_of: Any) -> None:
    document = SupplementDocument(Imprint("城关镇卫生院", "陈晓燕", IMPRINT.printed_at))
    assert "表1" not in drawn_text_of(render_supplement(document))
    assert "表12" in drawn_text_of(render_supplement(replace(document, imprint=replace(IMPRINT, table_number="表12"))))


def test_refusal_is_printed_with_the_code_of_the_county_s_edition(drawn_text_of: Any) -> None:
    refused = replace(SUPPLEMENT, consent=False)
    assert "0不同意参加管理签字：王大山签字时间：2026年3月2日0" in drawn_text_of(render_supplement(refused))
    found = drawn_text_of(render_supplement(replace(refused, refusal_code=2)))
    assert "2不同意参加管理签字：王大山签字时间：2026年3月2日2" in found


def test_onset_is_printed_as_exactly_as_it_is_known(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_supplement(replace(SUPPLEMENT, first_onset=RoughDate(2011))))
    assert "初次发病时间2011年既往主要症状" in found


@pytest.mark.parametrize("kind", ConsentKind)
def test_each_consent_says_that_it_stands_alone_can_be_taken_back_and_is_free(
    kind: ConsentKind, drawn_text_of: Any
) -> None:
    found = drawn_text_of(render_consent(consent(kind)))
    for part in (
        kind.value,
        "签一份不等于签其他的",
        "是否签署由您自己决定",
        "您可以随时撤回，不用说明原因",
        "撤回从第二天起生效",
        "☑同意☐不同意",
        "☑监护人",
        "按指印",
        "见证原因签署人不会写字",
    ):
        assert part in found, part


def test_the_consents_ask_for_different_things(drawn_text_of: Any) -> None:
    texts = {kind: drawn_text_of(render_consent(ConsentDocument(kind, IMPRINT))) for kind in ConsentKind}
    assert "定期随访" in texts[ConsentKind.COMMUNITY]
    assert "应急药物" in texts[ConsentKind.EMERGENCY]
    assert "给谁、给哪些内容" in texts[ConsentKind.OTHER_PURPOSE]
    assert "应急药物" not in texts[ConsentKind.COMMUNITY]
    assert "监护补贴" in texts[ConsentKind.COMMUNITY]
    assert "监护补贴" not in texts[ConsentKind.EMERGENCY]


def test_the_receipt_ticks_what_was_withdrawn_and_nothing_else(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_withdrawal_receipt(WITHDRAWAL))
    assert found.count("☑《严重精神障碍患者社区管理知情同意书》") == 2
    assert found.count("☐") == 4
    assert "不再生效之日2026年3月3日" in found
    assert "交本人联" in found
    assert "存档联" in found


@pytest.mark.parametrize(("is_late", "code"), [(False, "1"), (True, "2"), (None, "")])
def test_the_emergency_record_says_whether_its_24_hours_were_kept(
    is_late: bool | None, code: str, drawn_text_of: Any
) -> None:
    found = drawn_text_of(render_emergency_record(replace(EMERGENCY, is_late=is_late)))
    assert f"2026年11月21日10时05分1按时2超时{code}填表人签名" in found


def test_an_emergency_of_somebody_unknown_leaves_the_name_open(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_emergency_record(replace(EMERGENCY, person=NOBODY, category=5)))
    assert "姓名：编号" in found
    assert "5身份不明5" in found


def test_a_death_of_which_only_the_month_is_known_is_marked(drawn_text_of: Any) -> None:
    dead = replace(LOST, died_on=RoughDate(2026, 9), is_death_date_estimated=True)
    assert "死亡日期2026年9月（日期为推定）" in drawn_text_of(render_lost_or_dead(dead))


def test_a_session_counts_levels_and_changes_from_its_rows(drawn_text_of: Any) -> None:
    rows = tuple(
        SessionRow("东村", f"人{index}", previous_level=before, decided_level=after)
        for index, (before, after) in enumerate([(0, 0), (1, 3), (2, 1), (None, 0), (3, None)])
    )
    document = AssessmentSessionDocument(IMPRINT, "城关镇", "2026年第四季度", rows=rows)
    found = drawn_text_of(render_assessment_session(document))
    assert "上次评估11110015" in found
    assert "本次评定21010015" in found
    assert "升级1人，降级1人，不变1人，首次1人" in found


def test_a_session_s_panel_signs_on_a_page_with_their_names(drawn_text_of: Any) -> None:
    for count in (0, 1, 12, 14, 15, 16, 17, 18, 40):
        last = drawn_text_of(render_assessment_session(session(count))).rpartition("评估组成员签名")[2]
        assert all(member.name in last for member in session(count).panel), count


def test_the_day_sheet_groups_by_village_explains_its_codes_and_is_marked(drawn_text_of: Any) -> None:
    document = day_sheet(21)
    pdf = render_day_sheet(document)
    found = drawn_text_of(pdf)
    assert "第1村（6人）" in found
    assert "第4村（3人）" in found
    assert "随随访评季度评估针长效针" in found
    assert "内部资料注意保密" in found
    assert len(pdf) > len(render_day_sheet(replace(document, imprint=replace(IMPRINT, printed_by=""))))


def test_the_card_may_be_lost_without_telling_of_an_illness(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_care_team_cards(CareTeamCardsDocument(IMPRINT, (CARD, CareTeamCard()))))
    assert not ILLNESS.search(found)


def test_the_card_is_printed_in_copies_ten_to_a_page(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_care_team_cards(CareTeamCardsDocument(IMPRINT, (CARD,), copies=11)))
    assert found.count("家庭医生") == 11
    assert found.count("\f") == 0
    assert found.count("关爱帮扶小组联系卡") == 11


def test_a_big_team_goes_on_with_a_second_card(drawn_text_of: Any) -> None:
    card = CareTeamCard(tuple(CardMember("网格员", f"成员{index}", "110") for index in range(8)), "周秀兰")
    found = drawn_text_of(render_care_team_cards(CareTeamCardsDocument(IMPRINT, (card,))))
    assert found.count("关爱帮扶小组联系卡") == 2
    assert all(f"成员{index}" in found for index in range(8))


def test_the_plan_for_the_family_is_set_in_twelve_points_or_more(layout_of: Callable[[bytes], str]) -> None:
    xml = layout_of(render_family_plan(PLAN))
    sizes = {found[1]: int(found[2]) for found in re.finditer(r'<fontspec id="(\d+)" size="(\d+)"', xml)}
    small = [
        re.sub("<[^>]+>", "", found[2])
        for found in re.finditer(r'<text [^>]*font="(\d+)">(.*?)</text>', xml)
        if sizes[found[1]] < 12
    ]
    assert all(re.search("打印于|第 1 页|表1-8", text) for text in small), small


def test_the_plan_and_the_letter_to_another_county_name_no_illness(drawn_text_of: Any) -> None:
    assert not ILLNESS.search(drawn_text_of(render_family_plan(PLAN)))
    letter = drawn_text_of(render_transfer_package(replace(PACKAGE, receiver="明远县卫生健康局")))
    assert not ILLNESS.search(letter.replace("患者", ""))


def test_the_progress_of_a_round_adds_up(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_sweep_progress(SWEEP))
    assert "合计2120166521" in found
    assert "安和县2026年第四季度集中摸排进度表" in found


def test_a_zero_report_says_what_was_looked_at_and_that_nobody_was_found(drawn_text_of: Any) -> None:
    found = drawn_text_of(render_zero_report(ZERO_REPORT))
    assert "共走访312户、1044人" in found
    assert "未发现新的精神行为异常线索" in found
    assert "2026年11月1日至11月30日" in found


def test_behaviours_are_counted_in_their_own_place(drawn_text_of: Any) -> None:
    none = replace(VISIT, behaviours=(Behaviour(7),))
    assert "6自杀未遂次7无7/////两次" in drawn_text_of(visits(none))
