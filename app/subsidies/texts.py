"""Sentences of the subsidy room: why a line is paid, held or refused, and what keeps a step from being taken."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    # the sum
    "subsidies.amount.sum": N_("%(quarter)s计发 %(days)s 天：%(formula)s 元"),
    "subsidies.amount.shares": N_("第一监护人 %(first)s 元，第二监护人 %(second)s 元"),
    "subsidies.excluded.dated": N_("%(first)s至%(last)s：%(why)s"),
    "subsidies.excluded.no_agreement": N_("协议期外 %(days)s 天不计"),
    "subsidies.excluded.dead": N_("去世后 %(days)s 天不计"),
    "subsidies.excluded.not_here": N_("不在本地管理 %(days)s 天不计"),
    "subsidies.excluded.not_managed": N_("未在管 %(days)s 天不计"),
    "subsidies.excluded.custody": N_("羁押期间 %(days)s 天不计"),
    "subsidies.excluded.inpatient": N_("住院 %(days)s 天不计"),
    "subsidies.excluded.lost": N_("失访期间 %(days)s 天不计"),
    "subsidies.excluded.care_facility": N_("机构照护 %(days)s 天不计"),
    # refused
    "subsidies.refuse.no_scheme": N_("本县已停止发放监护补贴"),
    "subsidies.refuse.paid_already": N_("%(quarter)s已经发放"),
    "subsidies.refuse.not_registered": N_("本季度未在本地登记管理"),
    "subsidies.refuse.not_signed": N_("监护协议尚未签订"),
    "subsidies.refuse.level": N_("未达到发放条件：需 %(needed)s 级及以上或曾肇事肇祸"),
    "subsidies.refuse.second_guardian": N_("本县不向第二监护人发放补贴"),
    "subsidies.refuse.no_days": N_("%(quarter)s没有可计发的天数"),
    "subsidies.refuse.no_amount": N_("按天数计算，金额不足 0.01 元"),
    # held for a person to decide
    "subsidies.hold.incident": N_("有肇事肇祸情况，待人工认定监护人是否履责"),
    "subsidies.hold.death_estimated": N_("死亡日期只知道月份，待核实具体日期"),
    "subsidies.hold.not_identified": N_("身份尚未核实，待补证件号码"),
    "subsidies.hold.paid_elsewhere": N_("可能在其他县重复登记，待核对"),
    "subsidies.hold.no_level": N_("没有危险性评估等级，待医生评估"),
    "subsidies.hold.never_seen": N_("建档以来没有医生当面随访的记录，待核实"),
    "subsidies.hold.payee_dead": N_("监护人已去世，待确定领款人"),
    "subsidies.hold.no_account": N_("没有领款账户，请补录"),
    "subsidies.hold.account_name": N_("账户户名与监护人不一致，请核对"),
    "subsidies.hold.account_shared": N_("账户与其他领款人相同，请核对"),
    "subsidies.hold.account_changed": N_("领款账户变更不足 %(days)s 天，请向监护人核实"),
    "subsidies.hold.duty_missing": N_("本季度履责认定尚未完成"),
    "subsidies.hold.duty_failed": N_("本季度履责认定不合格，待整改复核"),
    # shown to the reviewer, without effect on the payment
    "subsidies.flag.not_seen": N_("超过 %(months)s 个月没有医生当面随访"),
    "subsidies.flag.incident_without_fault": N_("有肇事肇祸情况，已认定监护人尽责"),
    "subsidies.flag.duty_remarks": N_("履责认定合格，但有需改进之处"),
    # steps
    "subsidies.step.wrong_state": N_("当前状态不能办理此步骤，请刷新后核对"),
    "subsidies.step.same_person": N_("造册、复核、拨付须由三个不同的人办理"),
    "subsidies.step.line_not_held": N_("只有暂缓的行可以由人工决定"),
    "subsidies.step.quarter_open": N_("%(quarter)s到 %(ends_on)s 才结束，之后方可造册"),
    # policy and preparing
    "subsidies.policy.used": N_("%(period)s 已按原政策签批，新政策须从之后的季度起"),
    "subsidies.policy.same_day": N_("已有从 %(day)s 起的一版，请另选生效日"),
    "subsidies.policy.senseless": N_("这一项的内容不合理，请核对"),
    "subsidies.prepare.no_county": N_("没有找到这个县，或不在您的范围内"),
    "subsidies.prepare.no_policy": N_("%(quarter)s没有适用的发放政策，请先设置政策"),
    "subsidies.prepare.stands": N_("%(quarter)s的批次已经造册，没有重复生成"),
    "subsidies.prepare.regular_first": N_("%(quarter)s的批次办结之后，才能造补发批次"),
    "subsidies.prepare.not_draft": N_("只有待提交的批次可以重新造册"),
    # signing
    "subsidies.submit.nothing_to_pay": N_("本批没有应发的行，不能提交"),
    "subsidies.step.changed": N_("内容与签批时不一致，已停止；请退回后重新提交"),
    "subsidies.hold.nothing_to_pay": N_("这一行没有可发的金额，只能决定不发"),
    "subsidies.decided.pay": N_("人工决定发放：%(note)s"),
    "subsidies.decided.refuse": N_("人工决定不发：%(note)s"),
    "subsidies.words.missing": N_("请写明理由"),
    "subsidies.words.too_long": N_("理由最多 %(most)s 个字"),
    # paying
    "subsidies.export.nothing_left": N_("应发的行全部被拦下，没有生成发放文件"),
    "subsidies.withheld.payee_dead": N_("领款人已去世，拦付"),
    "subsidies.withheld.after_death": N_("含去世之后的日子，拦付待更正"),
    "subsidies.withheld.account_closed": N_("领款账户已停用，拦付"),
    "subsidies.settle.already": N_("本批已经办结"),
    "subsidies.returns.no_header": N_("没有找到表头：回盘文件须有序号、金额、结果三列"),
    "subsidies.returns.row": N_("第 %(row)s 行看不懂：请核对金额和结果"),
    "subsidies.returns.unknown": N_("序号 %(sequence)s 不在发放文件中"),
    "subsidies.returns.twice": N_("序号 %(sequence)s 出现了两次"),
    "subsidies.returns.amount": N_("序号 %(sequence)s 金额不符：报盘 %(sent)s 元，回盘 %(said)s 元"),
    "subsidies.returns.missing": N_("序号 %(sequence)s 没有回盘结果"),
    "subsidies.returns.returned": N_("银行退回：%(why)s"),
    "subsidies.opening.paid": N_("系统启用前已发放"),
}

# A hold's cause in a few words, for counts.
HOLD_LABELS: dict[str, str] = {
    "subsidies.hold.incident_public_order": N_("肇事情况待认定"),
    "subsidies.hold.incident_criminal": N_("肇祸情况待认定"),
    "subsidies.hold.death_estimated": N_("死亡日期待核实"),
    "subsidies.hold.not_identified": N_("身份待核实"),
    "subsidies.hold.paid_elsewhere": N_("可能重复登记"),
    "subsidies.hold.no_level": N_("等级待评估"),
    "subsidies.hold.never_seen": N_("未曾当面随访"),
    "subsidies.hold.payee_dead": N_("领款人去世"),
    "subsidies.hold.no_account": N_("缺少账户"),
    "subsidies.hold.account_name": N_("户名不一致"),
    "subsidies.hold.account_shared": N_("账户重复"),
    "subsidies.hold.account_changed": N_("账户新近变更"),
    "subsidies.hold.duty_missing": N_("履责认定未完成"),
    "subsidies.hold.duty_failed": N_("履责认定不合格"),
}

register(TEXTS)
