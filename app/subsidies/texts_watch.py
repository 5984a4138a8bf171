"""Sentences of the watch over the money: what looks like a pattern, on what grounds it was explained, what the line's page says."""

from __future__ import annotations

from app.core.i18n import N_

TEXTS: dict[str, str] = {
    # what was tried and stopped, without the sums and names that the refusal had
    "subsidies.tried.returns": N_("上传的回盘文件与报盘不符"),
    "subsidies.tried.short": N_("资金池余额不足，仍要审批"),
    # accounts and payees
    "subsidies.watch.account_changed": N_("造册前 %(days)s 天换了领款账户"),
    "subsidies.watch.account_back_dated": N_("换账户的日期补填为%(on)s"),
    "subsidies.watch.account_swapped_back": N_("造册之后又在%(on)s换回原账户"),
    "subsidies.watch.account_shared": N_("%(payees)s 名领款人用同一个账户"),
    "subsidies.watch.staff_account": N_("领款账户与工作人员的账户相同"),
    "subsidies.watch.staff_payee": N_("领款人本人经办补贴资金"),
    "subsidies.watch.payee_dead": N_("领款人 %(on)s去世（%(known)s登记），仍列为发放"),
    "subsidies.watch.days_after_death": N_("发放了去世之后的日子（%(known)s登记）"),
    "subsidies.watch.guardian_changed": N_("造册前 %(days)s 天登记更换第一监护人"),
    "subsidies.watch.guardian_back_dated": N_("更换第一监护人的日期往前填了 %(days)s 天"),
    "subsidies.watch.guardian_swapped_back": N_("造册之后又在%(on)s换回原监护人"),
    # care
    "subsidies.watch.level_raised": N_("%(on)s的评估使其达到发放条件，季度末前后 %(days)s 天内升了又降"),
    "subsidies.watch.level_unconfirmed": N_("%(days)s 天内没有再次评估印证，请另一位医生复评"),
    "subsidies.watch.level_often": N_("同一医生本期有 %(count)s 人如此"),
    "subsidies.watch.incident_emergency": N_("本期有应急处置记录，计发依据中没有相应情况"),
    "subsidies.watch.incident_entered": N_("本期情况已有记录，计发依据中没有"),
    "subsidies.watch.never_seen": N_("建档以来没有医生当面随访，已列为发放"),
    "subsidies.watch.not_seen": N_("超过 %(months)s 个月没有医生当面随访，已列为发放"),
    "subsidies.watch.back_dated": N_(
        "季度末前后录入的 %(visits)s 次随访（本季共 %(of)s 次）距所填日期 %(days)s 天以上"
    ),
    "subsidies.watch.only_visit_back_dated": N_("使其可发放的随访在季度结束后才录入，距所填日期 %(days)s 天"),
    # hands
    "subsidies.watch.pair": N_("近 %(quarters)s 个季度 %(of)s 次经办中有 %(count)s 次由同一人复核，其间另有他人可复核"),
    "subsidies.watch.split_payee": N_("同一领款人 %(days)s 天内列入 %(count)s 个补发批次"),
    "subsidies.watch.split_runs": N_("同一经办人 %(days)s 天内造了 %(count)s 个补发批次"),
    "subsidies.watch.one_hand_account": N_("账户的录入和电话核实是同一人"),
    "subsidies.watch.answer_taken": N_("银行回盘没有文件编号，由一人确认为本批：%(ground)s"),
    "subsidies.watch.paid_on_word": N_("没有银行回盘，由一人声明全部入账办结"),
    "subsidies.watch.one_hand_policy": N_("第 %(version)s 版政策没有第二人通过"),
    "subsidies.watch.policy_below": N_("第 %(what)s 版政策每人每年 %(amount)s 元，比全市标准少 %(gap)s 元"),
    "subsidies.watch.fund_below": N_("%(what)s 年资金池 %(amount)s 元，比全市标准少 %(gap)s 元"),
    "subsidies.watch.floor_stated": N_("已说明理由"),
    "subsidies.watch.floor_unstated": N_("没有说明理由"),
    # a file that may have nobody behind it
    "subsidies.watch.ghost_alone": N_("除建档单位外，没有其他单位的诊疗或随访记录"),
    "subsidies.watch.ghost_no_diagnosis": N_("没有诊断"),
    "subsidies.watch.ghost_no_number": N_("没有证件号码"),
    "subsidies.watch.ghost_twin": N_("本县另有同名同生日的档案"),
    "subsidies.watch.ghost_burst": N_("同一人一天建档 %(count)s 份"),
    "subsidies.watch.ghost_minute": N_("同一人一分钟内为 %(count)s 人录入随访"),
    "subsidies.watch.ghost_nightly": N_("随访全部在夜间录入"),
    "subsidies.watch.ghost_back_dated": N_("登记日期往前填到%(on)s"),
    "subsidies.watch.ghost_late_agreement": N_("协议在生效 %(days)s 天之后才登记"),
    "subsidies.watch.ghost_late_list": N_("首个批次造册之后才随名单导入"),
    "subsidies.watch.ghost_wards": N_("监护人名下有 %(count)s 名被监护人"),
    "subsidies.watch.ghost_phone": N_("%(count)s 名监护人用同一个电话"),
    "subsidies.watch.ghost_not_met": N_("抽查入户没有见到本人"),
    # people decide
    "subsidies.flag_ground.family_seen": N_("已入户见到本人"),
    "subsidies.flag_ground.papers_seen": N_("已见纸质材料"),
    "subsidies.flag_ground.phoned": N_("已电话核实"),
    "subsidies.flag_ground.records_match": N_("与原始记录一致"),
    "subsidies.flag_ground.second_opinion": N_("另一位医生已复评"),
    "subsidies.flag_ground.entry_late": N_("属补录，事实无误"),
    "subsidies.flag_ground.staff_short": N_("岗位只有这些人"),
    "subsidies.flag_ground.money_back": N_("款项已收回或更正"),
    "subsidies.flag_ground.to_discipline": N_("移交纪检监察"),
    "subsidies.flag_ground.to_audit_office": N_("移交审计机关"),
    "subsidies.flag_ground.to_health": N_("移交卫生健康部门"),
    "subsidies.flag_ground.to_police": N_("移交公安机关"),
    "subsidies.flag.decided": N_("这一条已经处理，请刷新页面"),
    "subsidies.flag.own_work": N_("这一条涉及您本人经手的事项，请由其他复核人说明"),
    "subsidies.flag.needs_paper": N_("请填写所依据文件的编号"),
    # home checks
    "subsidies.sample.number": N_("公开号码只含数字"),
    "subsidies.sample.not_frozen": N_("提交之后名单才固定，请在提交之后抽取"),
    "subsidies.sample.drawn": N_("这一份名单已经抽取，不能再抽"),
    "subsidies.sample.in_future": N_("入户日期不能晚于今天"),
    "subsidies.sample.recorded": N_("这一户已经登记"),
    # the audit's words
    "subsidies.sample_drawn": N_("抽取入户核查名单"),
    "subsidies.home_checks_printed": N_("打印入户核查表"),
    "subsidies.home_checked": N_("登记入户核查结果"),
    "subsidies.flags_found": N_("发现资金疑点"),
    "subsidies.flag_explained": N_("说明资金疑点"),
    "subsidies.flag_handed_on": N_("移交资金疑点"),
    "subsidies.step_refused": N_("资金操作被拦下"),
    "subsidies.flags_printed": N_("导出资金疑点"),
    "subsidies.line_looked": N_("查看一笔补贴的依据"),
    "audit.subject.review_flag": N_("资金疑点"),
}
