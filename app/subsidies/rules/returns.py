"""The words that banks write in return files; data, read without blanks and without what stands in brackets."""

from __future__ import annotations

from enum import StrEnum

SEQUENCE_WORDS = frozenset({"序号", "流水号", "编号", "明细序号", "No", "NO"})
AMOUNT_WORDS = frozenset({"金额", "发放金额", "交易金额", "实发金额", "代发金额"})
RESULT_WORDS = frozenset({"结果", "状态", "处理结果", "处理状态", "交易状态", "交易结果", "发放结果", "回盘结果"})
PAYEE_WORDS = frozenset({"收款人姓名", "收款人", "户名", "姓名", "账户名", "账户名称", "收款户名", "领款人"})
ACCOUNT_WORDS = frozenset({"账号", "帐号", "卡号", "社保卡号", "社会保障卡号", "银行账号", "收款账号", "收款人账号"})
ID_NUMBER_WORDS = frozenset({"身份证号", "身份证号码", "证件号码", "证件号"})
WHY_WORDS = frozenset({"失败原因", "退回原因", "原因", "备注", "返回信息", "处理信息", "错误信息"})
PAID_WORDS = frozenset({"成功", "已发放", "发放成功", "交易成功", "已付", "已入账", "入账成功", "处理成功"})
RETURNED_WORDS = frozenset({"失败", "退回", "发放失败", "交易失败", "未入账", "入账失败", "处理失败", "退票"})


class ReturnCause(StrEnum):
    """Why a bank sent money back, as far as its words are understood: what is frozen in later lines instead of the words."""

    NO_ACCOUNT = "no_account"
    CLOSED = "closed"
    NAME = "name"
    BLOCKED = "blocked"
    OTHER = "other"


# the first cause with one of these pieces in the bank's words is named
_PIECES = {
    ReturnCause.CLOSED: ("销户", "已注销"),
    ReturnCause.NAME: ("户名", "姓名", "名称"),
    ReturnCause.NO_ACCOUNT: ("不存在", "无此", "账号错", "账号有误", "卡号错", "卡号有误"),
    ReturnCause.BLOCKED: ("冻结", "挂失", "止付", "状态", "睡眠", "久悬", "停用"),
}


def return_cause(words: str) -> ReturnCause:
    """What the bank's words come to."""
    found = (cause for cause, pieces in _PIECES.items() if any(piece in words for piece in pieces))
    return next(found, ReturnCause.OTHER)
