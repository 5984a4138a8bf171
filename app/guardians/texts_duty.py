"""Sentences about duty checks, contacts, help and the yearly assessment."""

from __future__ import annotations

from app.core.i18n import N_
from app.guardians.labels_duty import REPLACE_DECISIONS

DUTY_TEXTS: dict[str, str] = {
    **REPLACE_DECISIONS,
    "guardians.duty.due": N_("%(quarter)s履责核查"),
    "guardians.duty.all_performed": N_("八项职责均已履行"),
    "guardians.duty.failed_of": N_("未履行：%(duties)s"),
    "guardians.duty.remarked_of": N_("有意见：%(duties)s"),
    "guardians.duty.future": N_("日期不能晚于今天"),
    "guardians.duty.too_early": N_("不能早于本季度第一天 %(first)s"),
    "guardians.duty.own": N_("您是这户的监护人，履责核查须由他人办理"),
    "guardians.duty.checked_meanwhile": N_("刚有人提交了这一户的核查，请按最新内容核对"),
    "guardians.duty.exceptions_ticked": N_("已勾选例外项，请用“按勾选结果保存”"),
    "guardians.duty.nothing_ticked": N_("没有勾选例外项；全部履行请用“八项均已履行”"),
    "guardians.duty.guardian_signed": N_("%(name)s 是这户的监护人，不能在本户核查上签名，由他人核查"),
    "guardians.duty.signed_already": N_("这一方已经签名"),
    "guardians.duty.hand_twice": N_("同一人只能代表一方签名"),
    "guardians.duty.no_office": N_("本岗位不在这张核查表上签名"),
    "guardians.duty.outcome": N_("已核查：%(mark)s"),
    "guardians.duty.agreement_over": N_("协议 %(number)s 在这一季度没有效力，不必核查"),
    "guardians.duty.to_improve": N_("核查不合格，改进后复核"),
    "guardians.duty.withdrawn": N_("核查记录已撤回，请重新核查"),
    "guardians.duty.not_standing": N_("这条核查记录已被更正，请刷新页面"),
    "guardians.duty.checked": N_("记录履责核查"),
    "guardians.duty.sheet_entered": N_("按纸质表录入履责核查"),
    "guardians.duty.signed": N_("履责核查签名"),
    "guardians.duty.check_withdrawn": N_("撤回履责核查"),
    "guardians.duty.opened": N_("生成履责核查任务"),
    "guardians.duty.sheet_printed": N_("打印履责核查表"),
    "guardians.duty.list_exported": N_("导出履责核查结果"),
    "guardians.duty.none_to_enter": N_("没有可录入的户"),
    "guardians.replace.because": N_("%(year)s年第一监护人有 %(count)s 个季度核查不合格，请研究是否更换"),
    "guardians.replace.passed_since": N_("复核后不再满两次不合格"),
    "guardians.replace.decided": N_("监护人更换事项已决定：%(why)s"),
    "guardians.replace.noted": N_("决定是否更换监护人"),
    "guardians.contact.no_second": N_("这一天没有第二监护人，请先登记第二监护人"),
    "guardians.contact.recorded": N_("记录第二监护人联系"),
    "guardians.help.recorded": N_("记录走访帮扶"),
    "guardians.help.cash": N_("选了慰问金，请填写金额；没有慰问金就不填金额"),
    "guardians.help.too_much": N_("金额过大，请核对"),
    "guardians.help.nothing_and_more": N_("“目前没有困难”不能与其他困难同时选"),
    "guardians.help.say_needs": N_("请选择目前的困难；没有就选“目前没有困难”"),
    "guardians.assessment.counted": N_(
        "核查 %(checked)s 个季度：合格 %(passed)s，有意见 %(remarks)s，不合格 %(failed)s"
    ),
    "guardians.assessment.two_failed": N_("两个季度不合格：%(quarters)s"),
    "guardians.assessment.fault": N_("监护人有过错的事件：%(days)s"),
    "guardians.assessment.all_passed": N_("四个季度均合格"),
    "guardians.assessment.no_faults": N_("没有记录监护人过错，仅按核查结果"),
    "guardians.assessment.undecided": N_("本年有 %(count)s 起事件，监护人有无过错尚未认定"),
}
