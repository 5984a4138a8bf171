"""What papers are kept as pictures, and what each of them proves."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    AGREEMENT = "agreement"  # 有奖监护协议
    APPLICATION = "application"  # 申请表
    IDENTITY = "identity"  # 身份证件
    RELATION = "relation"  # 户口簿、结婚证、村（居）委会证明
    RESIDENCE = "residence"  # 居住证明
    MANAGEMENT = "management"  # 精防医生出具的管理证明
    DISABILITY = "disability"  # 残疾证
    CONSENT = "consent"
    DUTY_CHECK = "duty_check"
    CARE_LOG = "care_log"  # 看护管理记录手册
    RECEIPT = "receipt"
    ACCOUNT = "account"  # 社保卡或存折，账户变更与共用的证明
    DEATH = "death"
    DISCHARGE = "discharge"


class DocumentSubject(StrEnum):
    """What the paper belongs to; `subject_id` is the public id of one such record."""

    PATIENT = "patient"
    APPLICATION = "application"
    AGREEMENT = "agreement"
    CONSENT = "consent"
    DUTY_CHECK = "duty_check"
    ACCOUNT = "account"
    RECOVERY = "recovery"
    OBJECTION = "objection"
