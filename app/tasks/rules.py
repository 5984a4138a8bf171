"""How a task stands on a day, and whose list holds which kind of task (domain 2.4, roles.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.actor import Role

DUE_SOON_DAYS = 7  # yellow (domain 2.4)
LONG_OVERDUE_DAYS = 30  # black (domain 2.4)
FIRST_VISIT_WITHIN_DAYS = 14  # after registration (domain 1.4); also how widely an import spreads first visits
RENEWAL_DAYS_BEFORE_END = 30  # domain 5.7
RENEWAL_DAYS_AFTER_END = 92  # an agreement that ran out while nothing ran for a quarter is still noticed


class TaskKind(StrEnum):
    FOLLOW_UP = "follow_up"  # 随访到期
    REASSESSMENT = "reassessment"  # 季度评估
    AGREEMENT_RENEWAL = "agreement_renewal"  # 协议续签
    CONFIRM_LOST = "confirm_lost"  # 失访待确认
    UNLOCKING = "unlocking"  # 解锁
    CHECK_STATUS = "check_status"  # 住院、羁押状态核实
    CONTACT = "contact"  # 不同意管理者每三个月联系一次
    SEARCH_LOST = "search_lost"  # 失访每月查找
    EMERGENCY_RECORD = "emergency_record"  # 应急处置记录单，24 小时
    EMERGENCY_CHECK = "emergency_check"  # 应急处置后每 4 小时巡查
    INJECTION = "injection"  # 长效针剂到期
    SUPPLY = "supply"  # 药品将用完
    EXAMINATION = "examination"  # 年度健康体检
    RECEIVE_TRANSFER = "receive_transfer"  # 迁入待接收
    PLAN_REVIEW = "plan_review"  # 一人一策到期复核，或其中一步过期未做
    DEPENDANTS = "dependants"  # 无人照料的老人、儿童，告知民政
    COMES_OF_AGE = "comes_of_age"  # 年满十八岁：重新签署同意、重定监护
    IDENTIFY = "identify"  # 身份不明每 90 天核查
    COMPARE_PAPERS = "compare_papers"  # 同号异名核对证件
    RETURNED_VISIT = "returned_visit"  # 随访被卫生院退回，待更正
    DIAGNOSIS_REVIEW = "diagnosis_review"  # 疑似者 10 个工作日内由精神科医师复核
    REFERRAL = "referral"  # 转诊回执
    SET_UP_TEAM = "set_up_team"  # 搬迁后重组关爱帮扶小组
    DUTY_CHECK = "duty_check"  # 监护人每季度履责核查
    REPLACE_GUARDIAN = "replace_guardian"  # 一年两次不合格，是否更换监护人
    DYNAMIC_ENROLMENT = "dynamic_enrolment"  # 住院而未参保：绿色通道即时参保
    BENEFIT_RENEWAL = "benefit_renewal"  # 待遇、证件到期续办


# An office's deadlines, counted in working days: a new list of holidays moves them. All else is clinical and stays (domain C7).
OFFICE_KINDS = frozenset(
    {
        TaskKind.COMPARE_PAPERS,
        TaskKind.DIAGNOSIS_REVIEW,
        TaskKind.DUTY_CHECK,
        TaskKind.REPLACE_GUARDIAN,
        TaskKind.DYNAMIC_ENROLMENT,
    }
)


class Whose(StrEnum):
    """Whose patients a list shows, by the responsible doctor; without one, everybody's."""

    MINE = "mine"  # the reader answers for them
    STAND_IN = "stand_in"  # the reader stands in for their doctor today


class Bucket(StrEnum):
    """A part of the work list by due day."""

    OVERDUE = "overdue"
    WEEK = "week"  # today and the seven days after it
    LATER = "later"


class Shade(StrEnum):
    """The colour of a task, which always stands beside words; colours mark tasks, never people."""

    FUTURE = "future"  # grey
    SOON = "soon"  # yellow
    LATE = "late"  # red
    LONG_LATE = "long_late"  # black


@dataclass(frozen=True, slots=True)
class Standing:
    """`days` from today to the due day; negative when it has passed."""

    shade: Shade
    days: int


def standing(due_on: date, today: date) -> Standing:
    days = (due_on - today).days
    if days < -LONG_OVERDUE_DAYS:
        return Standing(Shade.LONG_LATE, days)
    if days < 0:
        return Standing(Shade.LATE, days)
    return Standing(Shade.SOON if days <= DUE_SOON_DAYS else Shade.FUTURE, days)


def last_day_of_week(today: date) -> date:
    """The last due day of `Bucket.WEEK`."""
    return today + timedelta(days=DUE_SOON_DAYS)


def first_visit_due(position: int, among: int, today: date) -> date:
    """The due day of the `position`-th (from 0) `among` one import's patients: one to fourteen days from today, evenly, in order."""
    return today + timedelta(days=1 + position * FIRST_VISIT_WITHIN_DAYS // among)


_CARE = frozenset(
    {
        TaskKind.FOLLOW_UP,
        TaskKind.REASSESSMENT,
        TaskKind.CONFIRM_LOST,
        TaskKind.UNLOCKING,
        TaskKind.CHECK_STATUS,
        TaskKind.CONTACT,
        TaskKind.SEARCH_LOST,
        TaskKind.COMES_OF_AGE,
        TaskKind.IDENTIFY,
        TaskKind.INJECTION,
        TaskKind.SUPPLY,
        TaskKind.EXAMINATION,
        TaskKind.PLAN_REVIEW,
        TaskKind.REFERRAL,
        TaskKind.SET_UP_TEAM,
    }
)
# an emergency is answered for by the town's doctors and the county's office
_RESPONSE = frozenset({TaskKind.EMERGENCY_RECORD, TaskKind.EMERGENCY_CHECK})
_PAPERS = frozenset({TaskKind.COMPARE_PAPERS})
_REVIEWS = frozenset({TaskKind.DIAGNOSIS_REVIEW})  # the psychiatrist's word is written down by the town or the county
_AGREEMENTS = frozenset({TaskKind.AGREEMENT_RENEWAL, TaskKind.DUTY_CHECK})
# whether a guardian is replaced is decided above the village
_DECISIONS = frozenset({TaskKind.REPLACE_GUARDIAN})
# children and elders whom nobody cares for are civil affairs' to help (domain 7.2)
_RELIEF = frozenset({TaskKind.DEPENDANTS})

# what a family receives is seen to by whoever meets it, and by civil affairs
_BENEFITS = frozenset({TaskKind.DYNAMIC_ENROLMENT, TaskKind.BENEFIT_RENEWAL})

# Clinicians work on care, whoever keeps agreements on their renewal; nobody else has a list (roles.md, Actions).
_KINDS: dict[Role, frozenset[TaskKind]] = {
    Role.DOCTOR: _CARE | _RESPONSE | _REVIEWS | _BENEFITS,
    Role.VILLAGE_DOCTOR: _CARE | {TaskKind.RETURNED_VISIT},
    Role.HEALTH_LEAD: _CARE | _RESPONSE | _REVIEWS | _PAPERS | _BENEFITS,
    Role.COUNTY_OFFICE: _CARE | _RESPONSE | _REVIEWS | _PAPERS | _BENEFITS,
    Role.VILLAGE_WORKER: _AGREEMENTS,
    Role.TOWN: _AGREEMENTS | _RELIEF | _DECISIONS,
    Role.CLERK: _AGREEMENTS | _RELIEF | _DECISIONS | _BENEFITS,
}


def kinds_for(role: Role) -> frozenset[TaskKind]:
    """The kinds of task that are this role's to see; empty for roles without a list."""
    return _KINDS.get(role, frozenset())
