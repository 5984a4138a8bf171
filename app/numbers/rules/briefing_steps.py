"""下步措施: for each problem what is done about it, by whom and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.numbers.rules.briefing_facts import BriefingFacts, Measured, Piece, counted
from app.numbers.rules.briefing_problems import PLACES_NAMED

# indicator → what is done about it; {who} are the institutions that answer for most of it
_STEPS: Final[dict[str, str]] = {
    "management": "由{who}逐人上门，对没有完整随访的患者补做随访，动员不同意管理的患者和家属签署知情同意书",
    "standard": "由{who}按应随访日期排出随访计划，对间隔超期的患者逐一补访，乡镇综合管理小组按周核对",
    "face_to_face": "由{who}对只有电话联系的患者安排当面随访",
    "medication": "由{who}逐人了解未服药原因，落实免费服药和家属督导",
    "regular_medication": "由{who}对间断服药的患者落实家属督导服药，必要时会同精神科医生调整方案",
    "stability": "由{who}会同定点医院对病情不稳定的患者会诊，按期复访，必要时转诊住院",
    "examination": "由{who}制定体检计划，结合随访完成年度健康体检",
    "home_management": "由{who}对居家患者逐户核实，补做随访",
    "lost": "由{who}会同公安、民政和村（社区）核查失访患者去向，查明一人、恢复一人",
    "emergency_in_time": "对超过 24 小时的应急处置逐起复盘，落实卫生、公安值守",
    "loop_in_time": "由定点医院和{who}对照五单逐环节查找超时原因，落实专人签收",
    "forms_in_time": "由定点医院在患者出院后 24 小时内发出五单",
    "received_in_time": "由{who}落实专人每日签收",
    "visited_in_time": "由{who}在患者出院后 14 天内完成首次随访",
    "entry_in_time": "由{who}在随访后 10 个工作日内完成录入，按周通报",
    "reassessment": "由{who}补做季度评估",
    "agreements": "由{who}会同乡镇与监护人补签监护协议",
    "subsidy": "由民政、财政核对未发放原因，符合条件的及时补发",
    "insurance": "由投保单位核对名单，符合条件的及时参保",
    "rehabilitation": "由{who}会同残联动员患者参加社区康复",
}
_WHO = "相关乡镇卫生院"


def steps(facts: BriefingFacts, problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
    by = f"{facts.mend_by.month}月{facts.mend_by.day}日前" if facts.mend_by else ""
    if facts.overdue:
        yield (
            Piece(f"立即补访逾期患者。对截至{facts.cut_off.month}月{facts.cut_off.day}日随访逾期的 "),
            counted(facts, "overdue"),
            Piece(
                f" 人逐人核对，至今未访的由责任机构{'在' + by if by else '限期'}全部补访，确实找不到的按程序上报失访。"
            ),
        )
    if facts.counts.get("overdue_waiting", 0):
        yield (
            Piece("及时确认随访记录。已随访待确认的 "),
            counted(facts, "overdue_waiting"),
            Piece(f" 人，由乡镇卫生院{'在' + by if by else '限期'}逐条核对确认。"),
        )
    said: set[str] = set()
    for one in problems:
        code = one.code.removesuffix("_sz")
        if code in said or code not in _STEPS:
            continue
        said.add(code)
        who = "、".join(owner for owner, _count in one.owners[:PLACES_NAMED]) or _WHO
        more = "等" if len(one.owners) > PLACES_NAMED else ""
        yield (
            Piece(f"针对{one.name}。" + _STEPS[code].format(who=who + more) + "，涉及 "),
            Piece(str(one.missing), one.list_of_missing),
            Piece(f" {one.unit}。"),
        )
    if problems:
        yield (Piece("加强督办。对未达标的乡镇和单位下发督办单，限期整改并反馈结果，下期报告通报整改情况。"),)
    yield (Piece("巩固成效。坚持按期随访、规范录入，每月核对名单与数字，确保应管尽管、应治尽治、应收尽收、应帮尽帮。"),)
