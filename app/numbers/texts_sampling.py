"""Sentences about supervision sampling."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.sample.period": N_("抽查随访记录须填写起止日期"),
    "numbers.sample.days": N_("止日不能早于起日，也不能晚于今天"),
    "numbers.sample.sizes": N_("请填写抽取比例或每家机构最少份数"),
    "numbers.sample.seed": N_("种子为 4 至 40 位字母或数字"),
    "numbers.sample.unknown_unit": N_("没有这个机构，请重新选择"),
    "numbers.sample.nothing": N_("所选机构没有可以抽取的记录"),
    "numbers.sample.too_many": N_("一次抽查最多 %(most)s 份，请减少机构或份数"),
    "numbers.sample.unseen": N_("抽样方案或名册已有变化，请核对下面的数量后再抽取"),
    "numbers.sample.same_draw": N_("同一名册、同一种子已抽取过（%(number)s），不再重复抽取"),
    "numbers.sample.ended": N_("这次抽查已经结束，结果不再变动"),
    "numbers.sample.changed": N_("另一位核查人刚保存了这份记录的结果，请对照最新结果后再保存"),
    "numbers.sample.left": N_("还有 %(n)s 份没有填完结果，填完后才能结束抽查"),
    "numbers.sample.words": N_("请填写，最多 %(most)s 字，不要写姓名、证件号和病情"),
    "numbers.sample.commented": N_("本机构已经提交过意见"),
    "numbers.sample.nothing_found": N_("请至少填写一项核查结果，或选择无法核查的原因"),
    "numbers.sample.personal": N_("这里不能写证件号、电话或账号"),
    "numbers.sample.say_what": N_("请写明哪里不符或为什么无法核查，不要写姓名、证件号和病情"),
    "numbers.sample_drawn": N_("抽取督导抽查样本"),
    "numbers.sample_checked": N_("填写抽查结果"),
    "numbers.sample_closed": N_("结束督导抽查"),
    "numbers.sample_withdrawn": N_("撤销督导抽查"),
    "numbers.sample_commented": N_("提交抽查意见"),
    "numbers.sample_opened": N_("查看抽查名单"),
    "numbers.sample_record_opened": N_("查看抽查记录"),
    "numbers.sample_form_printed": N_("打印现场核查表"),
    "numbers.sample_summary_printed": N_("打印抽查结果汇总"),
    "numbers.sample_frame_exported": N_("下载抽样名册"),
}

register(TEXTS)
