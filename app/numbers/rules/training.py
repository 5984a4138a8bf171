"""Training of those who work with patients (培训登记): what is written down of a session, and what counts as attended."""

from __future__ import annotations

from enum import StrEnum

LONGEST_TOPIC, LONGEST_PLACE, LONGEST_TEACHER, LONGEST_NAME, LONGEST_UNIT = 80, 80, 60, 40, 60
# half-hours: a morning is 6, nobody trains for more than three days at a time
MOST_HALF_HOURS = 48
MOST_OTHERS = 60


class TrainingTopic(StrEnum):
    """What the norm asks to be trained in; the session's own title stands beside it."""

    NORM = "norm"  # 管理治疗工作规范
    FOLLOW_UP = "follow_up"  # 随访与危险性评估
    EMERGENCY = "emergency"  # 应急处置
    MEDICINE = "medicine"  # 用药与不良反应
    CONFIDENTIALITY = "confidentiality"  # 隐私与信息安全
    GUARDIANS = "guardians"  # 监护人与家属
    SYSTEM = "system"  # 本系统
    OTHER = "other"
