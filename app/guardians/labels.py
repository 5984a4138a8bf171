"""Words of guardianship: code → Chinese source text (domain 5.4)."""

from __future__ import annotations

from app.core.i18n import N_
from app.guardians.rules import AgreementState, ConsentAnswer, LegalBasis, Rank, Relation

CONSENT_ANSWERS = {
    ConsentAnswer.AGREED: N_("同意"),
    ConsentAnswer.REFUSED: N_("不同意"),
    ConsentAnswer.WITHDRAWN: N_("撤回同意"),
}
RANK_LABELS = {Rank.FIRST: N_("第一监护人"), Rank.SECOND: N_("第二监护人")}
BASIS_LABELS = {
    LegalBasis.STATUTORY: N_("法定监护"),
    LegalBasis.COURT: N_("法院指定"),
    LegalBasis.DESIGNATED: N_("居（村）委会或民政部门指定"),
    LegalBasis.CARER: N_("实际照护人"),
    LegalBasis.POST: N_("因职务担任"),
}
RELATION_LABELS = {
    Relation.SPOUSE: N_("配偶"),
    Relation.FATHER: N_("父亲"),
    Relation.MOTHER: N_("母亲"),
    Relation.SON: N_("儿子"),
    Relation.DAUGHTER: N_("女儿"),
    Relation.ELDER_BROTHER: N_("哥哥"),
    Relation.YOUNGER_BROTHER: N_("弟弟"),
    Relation.ELDER_SISTER: N_("姐姐"),
    Relation.YOUNGER_SISTER: N_("妹妹"),
    Relation.GRANDPARENT: N_("祖父母或外祖父母"),
    Relation.GRANDCHILD: N_("孙子女或外孙子女"),
    Relation.OTHER_RELATIVE: N_("其他亲属"),
    Relation.OTHER: N_("其他"),
    Relation.OFFICER: N_("村（社区）干部、网格员或民警"),
}
AGREEMENT_LABELS = {
    AgreementState.COMING: N_("未到起始日"),
    AgreementState.IN_FORCE: N_("有效"),
    AgreementState.ENDING: N_("即将到期"),
    AgreementState.ENDED: N_("已结束"),
}
# Why a guardianship or an agreement ended; the code is stored.
END_REASONS: dict[str, str] = {
    "guardians.end.unable": N_("监护人无力继续履行"),
    "guardians.end.died": N_("监护人去世"),
    "guardians.end.moved": N_("监护人不再与患者同住或已外出"),
    "guardians.end.not_performing": N_("监护人未尽职责"),
    "guardians.end.post_changed": N_("岗位调整"),
    "guardians.end.court": N_("法院或主管部门另行指定"),
    "guardians.end.agreed": N_("双方同意解除"),
    "guardians.end.mistake": N_("登记有误"),
    "guardians.end.replaced": N_("更换监护人"),
}
# Why an agreement that ends is not renewed; said in neutral words, the code is stored.
NO_RENEWAL_REASONS: dict[str, str] = {
    "guardians.no_renewal.moved": N_("被监护人已迁出本地"),
    "guardians.no_renewal.elsewhere": N_("已在其他地方另签协议"),
    "guardians.no_renewal.declined": N_("监护人不愿继续签订"),
    "guardians.no_renewal.not_due": N_("不再符合本县发放条件"),
    "guardians.no_renewal.other_care": N_("已另有照护安排"),
    "guardians.no_renewal.changing": N_("监护人更换，由新监护人另签"),
    "guardians.no_renewal.scheme": N_("本县不再签订此类协议"),
}
