"""Sentences about applications and missing papers."""

from __future__ import annotations

from app.core.i18n import N_
from app.guardians.labels_application import REFUSAL_GROUNDS, RETURN_GROUNDS, WITHDRAWAL_GROUNDS

APPLICATION_TEXTS: dict[str, str] = {
    **RETURN_GROUNDS,
    **REFUSAL_GROUNDS,
    **WITHDRAWAL_GROUNDS,
    "guardians.application.none_first": N_("目前没有第一监护人；请先由卫生院登记监护人，再受理申请"),
    "guardians.application.changed": N_("第一监护人已经更换，这份申请不能继续；请不予受理或撤回，由现任监护人重新申请"),
    "guardians.application.not_registered": N_("这位居民目前不在册，不能受理申请"),
    "guardians.application.under_way": N_("已有一份申请正在办理，请从那份申请继续"),
    "guardians.application.same_hand": N_("上一步是您办理的，这一步须由另一个人办理，可请上一级办理"),
    "guardians.application.own": N_("您是这位居民的监护人，这份申请须由他人办理，可请上一级办理"),
    "guardians.application.not_yours": N_("这一步不归您的岗位办理"),
    "guardians.application.moved_on": N_("这份申请已有人办理，请按最新内容核对"),
    "guardians.application.lacking": N_("还缺：%(papers)s。补齐后再办，或退回补材料"),
    "guardians.application.confirm": N_("请确认已核对申请人是实际履行监护的人；不是的，请不予受理"),
    "guardians.application.ground_missing": N_("请选择原因"),
    "guardians.application.after_today": N_("申请日期不能晚于今天"),
    "guardians.application.starts_early": N_("希望的起始日不能早于申请日期"),
    "guardians.application.not_found": N_("本村没有这样登记的监护人和居民，请核对两人的姓名，或请乡镇办理"),
    "guardians.application.budget": N_("今天按姓名查找已满 %(most)s 次，请明天再办或请乡镇办理"),
    "guardians.application_sought": N_("按姓名受理申请"),
    "guardians.application_apply": N_("受理协议申请"),
    "guardians.application_first_check": N_("初核协议申请"),
    "guardians.application_second_check": N_("复核协议申请"),
    "guardians.application_sign": N_("按申请签订协议"),
    "guardians.application_return": N_("退回协议申请"),
    "guardians.application_refuse": N_("不予受理协议申请"),
    "guardians.application_withdraw": N_("撤回协议申请"),
    "guardians.papers.agreement": N_("协议 %(number)s"),
    "guardians.papers.application": N_("%(name)s的协议申请"),
    "guardians.papers.family": N_("%(name)s一户"),
    "guardians.agreements_printed": N_("导出监护协议花名册"),
    "guardians.missing_printed": N_("打印缺件清单"),
}
