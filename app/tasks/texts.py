"""Sentences of tasks: why something is due, and how it ended."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "tasks.first_visit": N_("新建档患者，应在 14 天内完成首次随访（%(on)s）"),
    "tasks.reassessment": N_("%(quarter)s在管患者季度评估，季末前完成"),
    "tasks.renewal": N_("监护协议 %(number)s 于 %(ends_on)s 到期，应在到期前续签"),
    "tasks.renewals_opened": N_("生成协议续签任务"),
    "tasks.not_open": N_("此任务已办结，不需要再办"),
    "tasks.outcome.reassessed": N_("已完成季度评估，危险性 %(level)s 级"),
}

register(TEXTS)
