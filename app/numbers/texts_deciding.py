"""Sentences of what a county decides about its numbers."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.source_missing": N_("请写明来源"),
    "numbers.residents_number": N_("请填写人数，例如 412000"),
    "numbers.residents_changed": N_("刚才已有人改为 %(n)s；仍要用您填的数，请再保存一次"),
    "numbers.residents_gone": N_("刚才已有人取消了这个数；仍要用您填的数，请再保存一次"),
    "numbers.residents_paste.number": N_("行末没有可用的人数"),
    "numbers.residents_paste.negative": N_("人数不能是负数"),
    "numbers.residents_paste.none": N_("没有这个地方"),
    "numbers.residents_paste.several": N_("几处同名，请在前面写上乡镇，或改写代码"),
    "numbers.residents_paste.twice": N_("这个地方前面已有另一个数"),
    "numbers.target_percent": N_("请填写 0 到 100 的百分数，例如 95 或 92.5"),
    "numbers.settings_set": N_("改变统计口径"),
    "numbers.residents_set": N_("录入常住人口"),
    "numbers.target_set": N_("设定指标目标"),
}

register(TEXTS)
