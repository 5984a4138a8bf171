"""What papers are kept as pictures, what each of them proves, and who may look at which."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from app.core.access import Field, Grant


class DocumentKind(StrEnum):
    AGREEMENT = "agreement"  # 有奖监护协议
    APPLICATION = "application"  # 申请表
    IDENTITY = "identity"  # 监护人身份证件
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
    HANDOVER = "handover"  # 单位盖章的对接单回执
    # of a claim's file
    CLAIM_NOTICE = "claim_notice"  # 出险通知书
    POLICE = "police"  # 公安机关证明
    DIAGNOSIS = "diagnosis"  # 患者确诊证明
    MEDICAL = "medical"  # 伤者病历、费用票据
    APPRAISAL = "appraisal"  # 伤残鉴定书
    LOSS = "loss"  # 财产损失清单、价格认定
    SETTLEMENT = "settlement"  # 调解书、判决书或赔偿协议


class DocumentSubject(StrEnum):
    """What the paper belongs to; `subject_id` is the public id of one such record."""

    PATIENT = "patient"
    APPLICATION = "application"
    AGREEMENT = "agreement"
    DUTY_CHECK = "duty_check"
    ACCOUNT = "account"
    RECOVERY = "recovery"
    HANDOVER_FORM = "handover_form"
    CLAIM = "claim"
    SUBSIDY_LINE = "subsidy_line"


_OF_A_FAMILY = (
    DocumentKind.IDENTITY,
    DocumentKind.RELATION,
    DocumentKind.RESIDENCE,
    DocumentKind.MANAGEMENT,
    DocumentKind.DISABILITY,
)
# What may be attached to what. A portrait of a patient is no kind and never will be.
KINDS_OF: dict[DocumentSubject, tuple[DocumentKind, ...]] = {
    DocumentSubject.PATIENT: (*_OF_A_FAMILY, DocumentKind.CONSENT, DocumentKind.DISCHARGE, DocumentKind.DEATH),
    DocumentSubject.APPLICATION: (DocumentKind.APPLICATION, *_OF_A_FAMILY),
    DocumentSubject.AGREEMENT: (
        DocumentKind.AGREEMENT,
        DocumentKind.APPLICATION,
        *_OF_A_FAMILY,
        DocumentKind.ACCOUNT,
    ),
    DocumentSubject.DUTY_CHECK: (DocumentKind.DUTY_CHECK, DocumentKind.CARE_LOG),
    DocumentSubject.ACCOUNT: (DocumentKind.ACCOUNT,),
    DocumentSubject.RECOVERY: (DocumentKind.RECEIPT,),
    DocumentSubject.SUBSIDY_LINE: (DocumentKind.RECEIPT,),
    DocumentSubject.HANDOVER_FORM: (DocumentKind.HANDOVER,),
    DocumentSubject.CLAIM: (
        DocumentKind.CLAIM_NOTICE,
        DocumentKind.IDENTITY,
        DocumentKind.RELATION,
        DocumentKind.POLICE,
        DocumentKind.DIAGNOSIS,
        DocumentKind.MEDICAL,
        DocumentKind.APPRAISAL,
        DocumentKind.DEATH,
        DocumentKind.LOSS,
        DocumentKind.SETTLEMENT,
        DocumentKind.ACCOUNT,
    ),
}


class Sight(StrEnum):
    """How a role may look at a kind of paper; every look is noted."""

    OPEN = "open"
    BY_REASON = "by_reason"  # with a reason and a file number, as behind a mask
    LISTED = "listed"  # that it is kept, of what day and by whom; never the picture


# What stands on each kind of paper, by the field table (roles.md): a picture shows all of it at once, so the narrowest field decides.
STANDS_ON: dict[DocumentKind, tuple[Field, ...]] = {
    DocumentKind.AGREEMENT: (Field.GUARDIAN_NAME, Field.PATIENT_NAME),
    DocumentKind.APPLICATION: (Field.GUARDIAN_NAME, Field.PATIENT_NAME, Field.GUARDIAN_ID_NUMBER),
    DocumentKind.IDENTITY: (Field.GUARDIAN_ID_NUMBER,),
    DocumentKind.RELATION: (Field.GUARDIAN_NAME, Field.PATIENT_NAME, Field.GUARDIAN_ID_NUMBER),
    DocumentKind.RESIDENCE: (Field.ADDRESS,),
    DocumentKind.MANAGEMENT: (Field.CLINICAL,),
    DocumentKind.DISABILITY: (Field.CLINICAL,),
    DocumentKind.CONSENT: (Field.CONSENT, Field.PATIENT_NAME),
    DocumentKind.DUTY_CHECK: (Field.GUARDIAN_NAME, Field.PATIENT_NAME),
    DocumentKind.CARE_LOG: (Field.CLINICAL,),
    DocumentKind.RECEIPT: (Field.GUARDIAN_NAME, Field.AMOUNT),
    DocumentKind.ACCOUNT: (Field.GUARDIAN_NAME, Field.PAYEE_ACCOUNT),
    DocumentKind.DEATH: (Field.CLINICAL,),
    DocumentKind.DISCHARGE: (Field.CLINICAL,),
    # the slip hangs on the form, and the health centre's form says everything
    DocumentKind.HANDOVER: (Field.PATIENT_NAME, Field.ADDRESS, Field.GUARDIAN_PHONE, Field.CLINICAL),
    # whoever handles a claim reads who is meant and what it cost; what happened and who is ill is the county office's to open
    DocumentKind.CLAIM_NOTICE: (Field.GUARDIAN_NAME, Field.PATIENT_NAME),
    DocumentKind.POLICE: (Field.PATIENT_NAME, Field.INCIDENTS),
    DocumentKind.DIAGNOSIS: (Field.PATIENT_NAME, Field.CLINICAL),
    # of the person who was hurt, who is somebody else
    DocumentKind.MEDICAL: (Field.GUARDIAN_NAME, Field.PATIENT_NAME),
    DocumentKind.APPRAISAL: (Field.GUARDIAN_NAME, Field.PATIENT_NAME),
    DocumentKind.LOSS: (Field.GUARDIAN_NAME,),
    DocumentKind.SETTLEMENT: (Field.GUARDIAN_NAME, Field.PATIENT_NAME, Field.INCIDENTS),
}
# Photographed with the middle of the number covered, so that it shows what the last four show.
COVERED = frozenset({DocumentKind.ACCOUNT})
_ORDER = (Sight.OPEN, Sight.BY_REASON, Sight.LISTED)


def sight_of(kind: DocumentKind, grant_of: Callable[[Field], Grant], has_task: bool) -> Sight:
    """How somebody with these grants looks at a paper. `has_task`: a task or form about it is addressed to their office now."""
    return max((_sight(kind, grant_of(one), has_task) for one in STANDS_ON[kind]), key=_ORDER.index)


def _sight(kind: DocumentKind, grant: Grant, has_task: bool) -> Sight:
    if grant is Grant.FULL or (grant is Grant.TASK and has_task):
        return Sight.OPEN
    if grant is Grant.MASKED or (grant is Grant.LAST_FOUR and kind in COVERED):
        return Sight.BY_REASON
    return Sight.LISTED
