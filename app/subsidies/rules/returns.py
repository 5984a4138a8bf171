"""The words that banks write in return files; data, read without blanks and without what stands in brackets."""

from __future__ import annotations

SEQUENCE_WORDS = frozenset({"序号", "流水号", "编号", "明细序号", "No", "NO"})
AMOUNT_WORDS = frozenset({"金额", "发放金额", "交易金额", "实发金额", "代发金额"})
RESULT_WORDS = frozenset({"结果", "状态", "处理结果", "处理状态", "交易状态", "交易结果", "发放结果", "回盘结果"})
WHY_WORDS = frozenset({"失败原因", "退回原因", "原因", "备注", "返回信息", "处理信息", "错误信息"})
PAID_WORDS = frozenset({"成功", "已发放", "发放成功", "交易成功", "已付", "已入账", "入账成功", "处理成功"})
RETURNED_WORDS = frozenset({"失败", "退回", "发放失败", "交易失败", "未入账", "入账失败", "处理失败", "退票"})
