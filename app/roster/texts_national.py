"""Sentences of the comparison with the national system's export."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.roster.rules.national import Decision, Differs, FindingKind

KINDS = {
    FindingKind.MISSING_HERE: N_("国家系统有，本系统没有"),
    FindingKind.MISSING_THERE: N_("本系统有，国家系统没有"),
    FindingKind.DIED: N_("死亡不一致"),
    FindingKind.MOVED: N_("迁移不一致"),
    FindingKind.DIFFERING: N_("信息不一致"),
    FindingKind.POSSIBLE: N_("可能是同一人，待确认"),
    FindingKind.UNREADABLE: N_("无法核对的行"),
    FindingKind.SAME: N_("一致"),
    FindingKind.GONE: N_("国家系统已死亡、迁出或注销，本系统没有"),
}
# what somebody who opens the list is to do
TODO = {
    FindingKind.MISSING_HERE: N_(
        "先查是否漏登：住在本县的，报告线索或直接登记；查无此人或已不在本县的，记为需在国家系统更正。"
    ),
    FindingKind.MISSING_THERE: N_(
        "已登记六类诊断的，应在国家系统补报；在国家系统属于其他县的，请当地办理转出。登记有误的，在患者页面更正。"
    ),
    FindingKind.DIED: N_(
        "以死亡证明为准。本系统没有登记的，核实后登记死亡；国家系统没有或日期不对的，记为需在国家系统更正。"
    ),
    FindingKind.MOVED: N_("以现住地为准。已迁走的，在本系统提出迁移；仍住在这里的，记为需在国家系统更正。"),
    FindingKind.DIFFERING: N_(
        "看证件和原始记录哪一边对：本系统错的，点右边的链接改正；国家系统错的，记为需在国家系统更正。"
    ),
    FindingKind.POSSIBLE: N_("这些行没有对上编号和身份证号，只对上姓名和出生日期。请看是不是同一人，确认后才比较。"),
    FindingKind.UNREADABLE: N_("这些行看不出是谁，没有比较。请在国家系统核对后重新导出，再比对一次。"),
    FindingKind.SAME: N_("各项一致，不必处理。"),
    FindingKind.GONE: N_("国家系统已不再管理，本系统也没有登记，不必处理。"),
}
ITEMS = {
    Differs.NAME: N_("姓名"),
    Differs.ID_NUMBER: N_("身份证号"),
    Differs.BIRTH: N_("出生日期"),
    Differs.DIAGNOSIS: N_("诊断"),
    Differs.LEVEL: N_("危险性等级"),
    Differs.STATE: N_("登记状态"),
    Differs.VISIT: N_("末次随访日期"),
    Differs.DEATH: N_("死亡"),
    Differs.PLACE: N_("居住地"),
    Differs.AGENCY: N_("管理机构"),
}
WORDS = {
    Decision.NO_CHANGE: N_("无需更改"),
    Decision.CORRECTED_HERE: N_("已在本系统改正"),
    Decision.CORRECT_THERE: N_("需在国家系统更正"),
}
TONES = {Decision.NO_CHANGE: "grey", Decision.CORRECTED_HERE: "good", Decision.CORRECT_THERE: "soon"}
THEIR_STATES = {
    "registered": N_("在册"),
    "lost": N_("失访"),
    "refused": N_("不同意管理"),
    "dead": N_("死亡"),
    "moved_out": N_("迁出"),
    "closed": N_("排除或注销"),
}

TEXTS: dict[str, str] = {
    **{f"roster.national.kind.{kind}": words for kind, words in KINDS.items()},
    "roster.field.agency": N_("管理机构"),
    "roster.field.registry_state": N_("登记状态"),
    "roster.field.died_on": N_("死亡日期"),
    "roster.field.place": N_("居住地"),
    "roster.national.no_header": N_("没有找到表头：表头中至少要有患者姓名，以及身份证号、编号或出生日期"),
    "roster.national.nothing_read": N_("没有一行看得出是谁：身份证号须以文本格式导出，请重新导出后再上传"),
    "roster.national.state_unknown": N_("登记状态看不懂"),
    "roster.national.why.rounded": N_("Excel 已把身份证号变成数字，末位已丢失：请以文本格式重新导出"),
    "roster.national.why.number": N_("身份证号不对，可能少位或有错字"),
    "roster.national.why.nobody": N_("没有身份证号、编号或出生日期，不知道是谁"),
    "roster.national.why.twice": N_("国家系统名单中同一人不止一行"),
    "roster.national.why.several": N_("本系统有几位患者同名同生日"),
    "roster.national.why.said_same": N_("人工确认是同一人"),
    "roster.national.why.said_other": N_("人工确认不是同名同生日的那位患者"),
    "roster.national.why.two_people": N_("编号和身份证号分别属于两位患者"),
    "roster.national.nothing_to_settle": N_("这些行不需要处理"),
    "roster.national.nothing_ticked": N_("请先勾选要处理的行"),
    "roster.national.answered": N_("这一行已经确认过，请返回名单查看"),
    "roster.national.named_twice": N_("这位患者已经与名单中的另一行比较过，不可能是同一人"),
    "roster.national.patient_gone": N_("这位患者已不在本县的登记中，请重新比对"),
    "roster.national.forgotten": N_("明细已到期删除，只保留数字"),
    # audit
    "roster.national_compared": N_("比对国家系统导出的名单"),
    "roster.national_opened": N_("查看国家系统比对名单"),
    "roster.national_settled": N_("处理国家系统比对结果"),
    "roster.national_answered": N_("确认国家系统比对中的人员"),
    "roster.national_exported": N_("导出需在国家系统更正的名单"),
}

register(TEXTS)
