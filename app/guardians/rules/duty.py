"""The quarterly duty check (履责核查), the yearly assessment, contacts of the second guardian, help given (domain 5.4)."""

from __future__ import annotations

from enum import IntFlag, StrEnum


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
