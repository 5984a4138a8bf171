"""Words for the codes of plans, dependants and groups: code → Chinese source text."""

from __future__ import annotations

from app.core.actor import Role
from app.core.i18n import N_
from app.patients.rules import GroupKind
from app.patients.rules_support import (
    Dependants,
    DependantsOutcome,
    MeetingDecision,
    MeetingMistake,
    MeetingTopic,
    PlanAim,
)

# As the family reads them: no illness, no code.
PLAN_AIMS = {
    PlanAim.MEDICINE: N_("按时吃药、按时打针"),
    PlanAim.HEALTH: N_("身体健康，定期检查"),
    PlanAim.DAILY_LIFE: N_("自己料理好日常生活"),
    PlanAim.WORK: N_("参加康复活动，学习和劳动"),
    PlanAim.COMPANY: N_("有人陪伴、多和人来往"),
    PlanAim.GUARDIAN: N_("家里有人照看、有人负责"),
    PlanAim.RIGHTS: N_("该享受的政策都享受到"),
    PlanAim.SAFETY: N_("平安，有事能马上找到人"),
}
DEPENDANTS = {
    Dependants.CHILD: N_("未成年的孩子"),
    Dependants.ELDER: N_("需要照顾的老人"),
    Dependants.BOTH: N_("未成年的孩子和需要照顾的老人"),
}
DEPENDANTS_OUTCOMES = {
    DependantsOutcome.RELIEF: N_("已纳入救助保障"),
    DependantsOutcome.ARRANGED: N_("已安排照料（寄养、托养或邻里照看）"),
    DependantsOutcome.FAMILY: N_("已由亲属照料"),
    DependantsOutcome.NOT_NEEDED: N_("核实后不需要帮助"),
}
GROUP_KINDS = {
    GroupKind.TOWN: N_("精神卫生综合管理小组"),
    GroupKind.VILLAGE: N_("村（社区）关爱帮扶小组"),
}
MEETING_OWNERS = {Role.TOWN: N_("乡镇（街道）综治"), Role.VILLAGE_WORKER: N_("村（社区）干部或网格员")}
MEETING_TOPICS = {
    MeetingTopic.SITUATION: N_("通报本季度管理服务情况"),
    MeetingTopic.EXCHANGE: N_("部门之间交换信息"),
    MeetingTopic.FAMILIES: N_("重点帮扶家庭"),
    MeetingTopic.SEARCHES: N_("失访、走失人员查找"),
    MeetingTopic.GUARDIANS: N_("监护责任和监护协议落实"),
    MeetingTopic.RELIEF: N_("救助、补助和残疾人服务"),
    MeetingTopic.REHABILITATION: N_("社区康复和就业"),
    MeetingTopic.EMERGENCIES: N_("应急处置和风险防范"),
    MeetingTopic.PUBLICITY: N_("宣传和消除歧视"),
    MeetingTopic.OTHER: N_("其他议题"),
}
MEETING_DECISIONS = {
    MeetingDecision.VISIT: N_("联合走访"),
    MeetingDecision.GUARDIAN: N_("落实监护人或监护协议"),
    MeetingDecision.RELIEF: N_("落实救助和补助"),
    MeetingDecision.TREATMENT: N_("协助就医、送药"),
    MeetingDecision.SEARCH: N_("协助查找"),
    MeetingDecision.TRAINING: N_("组织培训"),
    MeetingDecision.PUBLICITY: N_("开展宣传"),
    MeetingDecision.REPORT: N_("向上级报告"),
    MeetingDecision.OTHER: N_("其他事项"),
}
MEETING_MISTAKES = {
    MeetingMistake.WRONG_PEOPLE: N_("到会成员记错"),
    MeetingMistake.WRONG_CONTENT: N_("议题或决定记错"),
    MeetingMistake.WRONG_DAY: N_("日期记错"),
    MeetingMistake.OTHER_GROUP: N_("记到了别的小组"),
    MeetingMistake.NOT_HELD: N_("会议没有开成"),
}
