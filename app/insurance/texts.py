"""Sentences of insurance."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.insurance.labels import REFUSALS

TEXTS: dict[str, str] = {
    # -- policies
    "insurance.policy_proposed": N_("登记保险单"),
    "insurance.policy_confirmed": N_("复核保险单"),
    "insurance.policy_refused": N_("退回保险单"),
    "insurance.policy_withdrawn": N_("撤回保险单"),
    "insurance.same_person": N_("登记和复核必须是不同的人"),
    "insurance.own_family": N_("不能办理自己家庭的赔付和救助，请由同事办理"),
    "insurance.policy.ends_before": N_("止保日期不能早于起保日期 %(on)s"),
    "insurance.policy.too_long": N_("保险期间最长 %(months)s 个月"),
    "insurance.policy.no_premium": N_("请填写每人保费"),
    "insurance.policy.limit_order": N_("限额不能小于 %(least)s 元"),
    "insurance.policy.number_taken": N_("这家保险公司的这个保单号已经登记"),
    "insurance.policy.renewed_already": N_("这份保险单已经登记了续保"),
    "insurance.policy.overlaps_last": N_("续保应从 %(on)s 或以后起保"),
    "insurance.policy.decided": N_("这份保险单已经办结，请刷新页面"),
    # -- premium
    "insurance.premium.full": N_("整个保险期间，每人 %(each)s 元"),
    "insurance.premium.none": N_("没有保障天数，不计保费"),
    "insurance.premium.whole": N_("保单约定不分天数收全额，每人 %(each)s 元"),
    "insurance.premium.days": N_("每人 %(each)s 元 × %(days)s 天 ÷ 保险期间 %(term)s 天，四舍五入到分"),
    # -- who is insured
    "insurance.eligible.not_registered": N_("不在册"),
    "insurance.eligible.no_guardian": N_("没有登记第一监护人，责任险无法参保"),
    "insurance.eligible.registered": N_("在册"),
    "insurance.eligible.managed": N_("在管"),
    "insurance.eligible.unmanaged": N_("不在管"),
    "insurance.eligible.unknown": N_("还没有评估"),
    "insurance.eligible.rule": N_("符合保险单约定的等级"),
    "insurance.eligible.below": N_("未达到保险单约定的等级"),
    "insurance.enrolment.meanwhile": N_("名单刚刚有变化，请刷新后再提交"),
    "insurance.enrolment.under_way": N_("正在办理另一天的增减员，请等办好后再试"),
    "insurance.enrolment.reported_today": N_("这一天的增减员已经提交过，请换一天"),
    "insurance.enrolment.not_confirmed": N_("保险单复核后才能参保"),
    "insurance.enrolment.ended": N_("保险单已于 %(on)s 到期"),
    "insurance.enrolment.day": N_("请填写 %(from_on)s 至 %(to_on)s 之间的日期"),
    "insurance.batch_opening": N_("首批参保"),
    "insurance.batch_additions": N_("增员"),
    "insurance.batch_removals": N_("减员"),
    # -- cover on a day
    "insurance.cover.outside_term": N_("出险日不在保险期间 %(from_on)s 至 %(to_on)s 内"),
    "insurance.cover.enrolled": N_("%(on)s 起参保，出险日在保障内"),
    "insurance.cover.found_later": N_("出险后才确诊登记，保险单约定也予保障"),
    "insurance.cover.removed": N_("已自 %(on)s 起减员，出险日不在保障内"),
    "insurance.cover.before": N_("%(on)s 才起保，出险日不在保障内"),
    "insurance.cover.never": N_("没有参加这份保险"),
    "insurance.cover.ended_died": N_("保障到死亡当日 %(on)s 为止"),
    "insurance.cover.ended_left": N_("已迁出，保障到 %(on)s 为止"),
    "insurance.cover.ended_excluded": N_("已排除，保障到 %(on)s 为止"),
    "insurance.cover.ended_merged": N_("档案已并入另一份，保障到 %(on)s 为止"),
    # -- claims
    "insurance.report.in_time": N_("出险后第 %(taken)s 小时报案，在 %(hours)s 小时时限内"),
    "insurance.report.late": N_("出险后第 %(taken)s 小时报案，超过 %(hours)s 小时时限"),
    "insurance.limit.person": N_("每人限额 %(limit)s 元"),
    "insurance.limit.accident": N_("每次事故限额 %(limit)s 元，已赔 %(paid)s 元"),
    "insurance.limit.year": N_("年度限额 %(limit)s 元，已赔 %(paid)s 元"),
    "insurance.claim_reported": N_("登记报案"),
    "insurance.claim_papers": N_("登记理赔材料"),
    "insurance.claim_papers_complete": N_("理赔材料齐全"),
    "insurance.claim_accepted": N_("登记理赔核定"),
    "insurance.claim_refused": N_("登记拒赔"),
    "insurance.claim_paid": N_("登记赔付到账"),
    "insurance.claim_withdrawn": N_("撤案"),
    "insurance.claim.no_policy": N_("请选择一份已复核的保险单"),
    "insurance.claim.told_before": N_(
        "同一时间、同样损害和金额的报案已经登记为 %(number)s；如果是另一名受伤人，请填写保险公司另给的报案号"
    ),
    "insurance.claim.meanwhile": N_("刚刚有人登记了另一件报案，请再提交一次"),
    "insurance.claim.moved": N_("这件理赔的状态已经变化，请刷新页面"),
    "insurance.claim.closed": N_("这件理赔已经办结"),
    "insurance.claim.future": N_("不能晚于现在"),
    "insurance.claim.before": N_("报案时间不能早于出险时间"),
    "insurance.claim.no_sum": N_("请填写金额"),
    "insurance.claim.other_day": N_("与案（事）件记录不是同一天，请核对出险日期"),
    "insurance.claim.papers_missing": N_("还缺 %(n)s 份材料的影像，拍照留存后再交保险公司"),
    "insurance.claim.paper_day": N_("请填写 %(on)s 至今天之间的日期"),
    "insurance.claim.day": N_("请填写 %(on)s 至今天之间的日期"),
    "insurance.claim.more_than_asked": N_("不能超过索赔金额 %(asked)s 元"),
    "insurance.claim.over_limit": N_("最多 %(most)s 元（%(why)s）"),
    "insurance.claim.other_sum": N_("应与核定金额 %(agreed)s 元一致"),
    **{f"insurance.refusal.{code}": words for code, words in REFUSALS.items()},
    # -- relief
    "insurance.relief_proposed": N_("申请政府救助"),
    "insurance.relief_approved": N_("批准政府救助"),
    "insurance.relief_refused": N_("不批准政府救助"),
    "insurance.relief_paid": N_("登记救助支付"),
    "insurance.relief_withdrawn": N_("撤回救助申请"),
    "insurance.relief.nothing": N_("请填写救助金额"),
    "insurance.relief.nobody": N_("请填写受伤人姓名"),
    "insurance.relief.other_claim": N_("请选择这名患者的理赔"),
    "insurance.relief.decided": N_("这笔救助的状态已经变化，请刷新页面"),
    "insurance.relief.receipt": N_("请填写签收单号"),
    # -- scans
    "insurance.papers.claim": N_("理赔 %(number)s 的材料"),
    # -- prints
    "insurance.insured_printed": N_("导出参保名单"),
    "insurance.claim_cover_printed": N_("打印理赔卷宗封面"),
}

register(TEXTS)
