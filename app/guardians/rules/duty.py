"""The quarterly duty check (履责核查), the yearly assessment, contacts of the second guardian, help given (domain 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntFlag, StrEnum

from app.core.actor import Role
from app.core.i18n import N_
from app.core.quarter import Quarter
from app.core.reasons import Label, Reason, reason
from app.core.workdays import Deadline, WorkdayCalendar, add_working_days

CHECK_WITHIN_WORKING_DAYS = 10  # after the quarter's end (domain 5.6, step 4)
REPLACE_WITHIN_WORKING_DAYS = 10  # for the town's decision after two failures in a year
REPLACED_FOR = (
    "incident:"  # how the period of a task begins whose decision was taken with an incident, and only has to be done
)
FAILURES_TO_REPLACE = 2  # of one guardian in a year (domain 5.3)
CASH_AT_MOST = 1_000_000  # fen: a gift at a visit is no subsidy


class Duty(IntFlag):
    """The first guardian's eight duties, in the order of the printed sheet."""

    DAILY_CARE = 1  # 1 日常照料，无虐待、遗弃、关锁
    MEDICINE = 2  # 2 督促按医嘱服药，妥善保管
    RE_EXAMINATION = 4  # 3 陪同复诊
    VISITS = 8  # 4 配合随访、接听电话
    CHANGES = 16  # 5 病情变化及时报告
    ABSENCE = 32  # 6 外出走失 24 小时内报告
    HOSPITAL = 64  # 7 需要时送医，有危险时报警
    CARE_LOG = 128  # 8 填写看护管理记录手册


NO_DUTY = Duty(0)
# in full, beside the tick boxes
DUTY_LABELS = {
    Duty.DAILY_CARE: N_("日常照料，无虐待、遗弃、关锁"),
    Duty.MEDICINE: N_("督促按医嘱服药，妥善保管"),
    Duty.RE_EXAMINATION: N_("陪同复诊"),
    Duty.VISITS: N_("配合随访、接听电话"),
    Duty.CHANGES: N_("情况变化及时报告"),
    Duty.ABSENCE: N_("外出、走失 24 小时内报告"),
    Duty.HOSPITAL: N_("需要时送医，有危险时报警"),
    Duty.CARE_LOG: N_("填写看护管理记录手册"),
}


# in lists and as heads of the sheet's columns
DUTY_SHORT = {
    Duty.DAILY_CARE: N_("日常照料"),
    Duty.MEDICINE: N_("督促服药"),
    Duty.RE_EXAMINATION: N_("陪同复诊"),
    Duty.VISITS: N_("配合走访"),
    Duty.CHANGES: N_("报告变化"),
    Duty.ABSENCE: N_("报告外出"),
    Duty.HOSPITAL: N_("送医报警"),
    Duty.CARE_LOG: N_("填写手册"),
}


class DutyMark(StrEnum):
    PASSED = "passed"  # 合格
    REMARKS = "remarks"  # 基本合格，有意见
    FAILED = "failed"  # 不合格


class CheckWay(StrEnum):
    VISIT = "visit"  # 入户
    PHONE = "phone"
    PAPER = "paper"  # 照纸质核查表补录


class Signer(StrEnum):
    """Who puts a name under the sheet; each signs separately."""

    VILLAGE = "village"  # 村（居）委会
    GRID = "grid"  # 网格员
    HEALTH = "health"  # 精防医生
    POLICE = "police"  # 派出所
    CIVIL = "civil"  # 民政
    DISABLED = "disabled"  # 残联


class AssessmentMark(StrEnum):
    EXCELLENT = "excellent"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


class ContactWay(StrEnum):
    VISIT = "visit"
    PHONE = "phone"
    MET = "met"  # 路遇或村里见面


class HelpGiven(IntFlag):
    """What was brought or done; nothing clinical."""

    GREETING = 1  # 慰问
    FOOD = 2  # 米面油等
    CLOTHING = 4
    CASH = 8  # 慰问金
    LABOUR = 16  # 帮助劳动
    PAPERS = 32  # 代办手续
    TRANSPORT = 64  # 接送
    REPAIR = 128  # 修缮


class HelpNeeded(IntFlag):
    NOTHING = 1
    LIVING = 2  # 生活困难
    MEDICINE_COST = 4  # 购药费用
    CARER = 8  # 缺人照料
    HOUSING = 16
    SCHOOLING = 32  # 子女就学
    PAPERS = 64  # 证件、手续
    WORK = 128  # 就业


class Found(StrEnum):
    """Whether somebody was met."""

    NOBODY = "nobody"
    GUARDIAN = "guardian"
    PATIENT = "patient"
    BOTH = "both"


# whose signature an account gives as its own; police and the disabled people's federation sign on paper
SIGNS_AS: Mapping[Role, tuple[Signer, ...]] = {
    Role.VILLAGE_WORKER: (Signer.VILLAGE, Signer.GRID),
    Role.TOWN: (Signer.CIVIL,),
    Role.CLERK: (Signer.CIVIL,),
    Role.DOCTOR: (Signer.HEALTH,),
    Role.VILLAGE_DOCTOR: (Signer.HEALTH,),
    Role.HEALTH_LEAD: (Signer.HEALTH,),
}


def judge(failed: Duty, remarked: Duty) -> DutyMark:
    """The result of a check: one duty that is not performed fails it; a duty that failed needs no remark beside."""
    if failed:
        return DutyMark.FAILED
    return DutyMark.REMARKS if remarked else DutyMark.PASSED


def because_of(mark: DutyMark, failed: Duty, remarked: Duty) -> tuple[Reason, ...]:
    """Why the result is what it is: the duties, by name."""
    if mark is DutyMark.PASSED:
        return (reason("guardians.duty.all_performed"),)
    found = [reason("guardians.duty.failed_of", duties=_named(failed))] if failed else []
    return (*found, *((reason("guardians.duty.remarked_of", duties=_named(remarked)),) if remarked else ()))


def duties_of(bits: Duty) -> list[Duty]:
    """The single duties in the order of the sheet."""
    return [duty for duty in Duty if duty in bits]


def check_by(quarter: Quarter, calendar: WorkdayCalendar) -> Deadline:
    """The last day of the quarter's check."""
    return add_working_days(quarter.last_day, CHECK_WITHIN_WORKING_DAYS, calendar)


def opens_on(quarter: Quarter) -> date:
    """The first day of the quarter's last month."""
    return quarter.last_day.replace(day=1)


def checked_from(quarter: Quarter, ends_on: date) -> date:
    """The first day on which a quarter's duties can be said to be performed (domain 5.3): in its last month, or where the agreement ends before
    that, on its last day."""
    return min(opens_on(quarter), max(ends_on, quarter.first_day))


def may_be_checked(quarter: Quarter, ends_on: date, checked_on: date, today: date) -> Reason | None:
    """Why a check of this day is refused; None when it may be. A late one counts and shows its day. `ends_on` is the agreement's last day."""
    if checked_on > today:
        return reason("guardians.duty.future")
    first = checked_from(quarter, ends_on)
    return reason("guardians.duty.too_early", first=first) if checked_on < first else None


def propose_assessment(
    marks: Mapping[Quarter, DutyMark], faults: Sequence[date], undecided: int
) -> tuple[AssessmentMark, tuple[Reason, ...]] | None:
    """A guardian's year from its quarters' checks; None where no quarter was checked (domain 5.4).

    Unqualified with two failed quarters or one incident through the guardian's fault; excellent with four quarters that all
    passed without remark. `faults` are the days of incidents that people laid at the guardian's door, `undecided` how many
    incidents of the year nobody has decided on.
    """
    if not marks:
        return None
    failed = sorted(quarter for quarter, mark in marks.items() if mark is DutyMark.FAILED)
    because = [_counted(marks)]
    if undecided:
        because.append(reason("guardians.assessment.undecided", count=undecided))
    elif not faults:
        because.append(reason("guardians.assessment.no_faults"))
    if len(failed) >= FAILURES_TO_REPLACE:
        return AssessmentMark.UNQUALIFIED, (reason("guardians.assessment.two_failed", quarters=failed), *because)
    if faults:
        return AssessmentMark.UNQUALIFIED, (reason("guardians.assessment.fault", days=list(faults)), *because)
    if len(marks) == 4 and set(marks.values()) == {DutyMark.PASSED}:
        return AssessmentMark.EXCELLENT, (reason("guardians.assessment.all_passed"), *because)
    return AssessmentMark.QUALIFIED, tuple(because)


def _counted(marks: Mapping[Quarter, DutyMark]) -> Reason:
    values = list(marks.values())
    return reason(
        "guardians.assessment.counted",
        checked=len(values),
        passed=values.count(DutyMark.PASSED),
        remarks=values.count(DutyMark.REMARKS),
        failed=values.count(DutyMark.FAILED),
    )


def _named(bits: Duty) -> list[Label]:
    return [Label(DUTY_SHORT[duty]) for duty in duties_of(bits)]
