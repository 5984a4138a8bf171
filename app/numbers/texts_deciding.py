"""Sentences of what a county decides about its numbers."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.source_missing": N_("请写明来源"),
    "numbers.residents_number": N_("请填写人数，例如 412000"),
    "numbers.target_percent": N_("请填写 0 到 100 的百分数，例如 95 或 92.5"),
    "numbers.settings_set": N_("改变统计口径"),
    "numbers.residents_set": N_("录入常住人口"),
    "numbers.target_set": N_("设定指标目标"),
}

register(TEXTS)
