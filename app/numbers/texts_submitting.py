"""Sentences about submitted reports."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.submission.reason": N_("请写明修订原因，最多 %(most)s 字，不要写姓名和证件号"),
    "numbers.submission.own": N_("修订须由另一人复核"),
    "numbers.submission.not_own": N_("只有提出修订的人可以撤回"),
    "numbers.submission.not_county": N_("上报以县（市、区）为单位"),
    "numbers.submission.computed_anew": N_("指标刚刚重新计算过，请核对新的数字后再上报"),
    "numbers.submission.nothing_new": N_("这些数字已经上报"),
    "numbers.submission.not_over": N_("统计期到%(last_day)s才结束，结束后才能上报"),
    "numbers.submission.waiting": N_("已有一份修订等待复核"),
    "numbers.submission.decided": N_("这份修订已经处理"),
    "numbers.report_submitted": N_("上报指标报表"),
    "numbers.revision_proposed": N_("提出报表修订"),
    "numbers.revision_agreed": N_("同意报表修订"),
    "numbers.revision_refused": N_("不同意报表修订"),
    "numbers.revision_withdrawn": N_("撤回报表修订"),
    "numbers.differences_listed": N_("查看上报后变化的人员"),
}

register(TEXTS)
