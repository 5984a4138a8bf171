"""Sentences of the training register."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.training.withdrawn": N_("这场培训已经撤销"),
    "numbers.training.no_unit": N_("账号没有所属单位，不能登记培训"),
    "numbers.training.future": N_("培训日期不能晚于今天"),
    "numbers.training.unknown": N_("参加人员中有不在本辖区的账号，请刷新后重选"),
    "numbers.training.nobody": N_("请选择参加人员，或在下面填写没有账号的人员"),
    "numbers.training.too_many": N_("没有账号的人员最多填写 %(most)s 人"),
    "numbers.training.others": N_("每行填写一人：姓名和单位，中间空一格"),
    "numbers.training.hours": N_("请填写学时，如 3 或 1.5，最多 24 学时"),
    "numbers.training_recorded": N_("登记培训"),
    "numbers.training_withdrawn": N_("撤销培训登记"),
    "numbers.training_exported": N_("导出培训登记表"),
}

register(TEXTS)
