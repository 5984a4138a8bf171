"""Words of papers: code → Chinese source text."""

from __future__ import annotations

from app.core.i18n import N_
from app.documents.rules import DocumentKind

KIND_LABELS = {
    DocumentKind.AGREEMENT: N_("有奖监护协议（签字页）"),
    DocumentKind.APPLICATION: N_("申请表"),
    DocumentKind.IDENTITY: N_("监护人身份证件"),
    DocumentKind.RELATION: N_("户口簿、结婚证或关系证明"),
    DocumentKind.RESIDENCE: N_("居住证明"),
    DocumentKind.MANAGEMENT: N_("精防医生出具的管理证明"),
    DocumentKind.DISABILITY: N_("残疾人证"),
    DocumentKind.CONSENT: N_("知情同意书"),
    DocumentKind.DUTY_CHECK: N_("履责核查表"),
    DocumentKind.CARE_LOG: N_("看护管理记录手册"),
    DocumentKind.RECEIPT: N_("收据或缴款凭证"),
    DocumentKind.ACCOUNT: N_("社保卡、存折或账户证明"),
    DocumentKind.DEATH: N_("死亡证明"),
    DocumentKind.DISCHARGE: N_("出院证明"),
    DocumentKind.HANDOVER: N_("单位盖章的对接单回执"),
    DocumentKind.CLAIM_NOTICE: N_("出险通知书"),
    DocumentKind.POLICE: N_("公安机关出具的证明"),
    DocumentKind.DIAGNOSIS: N_("患者确诊证明"),
    DocumentKind.MEDICAL: N_("伤者病历和费用票据"),
    DocumentKind.APPRAISAL: N_("伤残鉴定书"),
    DocumentKind.LOSS: N_("财产损失清单和价格认定"),
    DocumentKind.SETTLEMENT: N_("调解书、判决书或赔偿协议"),
}
# Why a picture no longer counts; the code is stored, the picture stays.
WITHDRAWAL_REASONS = {
    "documents.withdrawn.wrong_paper": N_("拍错了材料"),
    "documents.withdrawn.wrong_family": N_("放错了人家"),
    "documents.withdrawn.unreadable": N_("看不清楚"),
    "documents.withdrawn.replaced": N_("已换成新的"),
    "documents.withdrawn.private": N_("拍到了不该拍的内容"),
}
