"""Words of the training register: code → Chinese source text."""

from __future__ import annotations

from app.core.i18n import N_
from app.numbers.rules.training import TrainingTopic

TOPICS = {
    TrainingTopic.NORM: N_("管理治疗工作规范"),
    TrainingTopic.FOLLOW_UP: N_("随访与危险性评估"),
    TrainingTopic.EMERGENCY: N_("应急处置流程"),
    TrainingTopic.MEDICINE: N_("用药与不良反应"),
    TrainingTopic.CONFIDENTIALITY: N_("隐私与信息安全"),
    TrainingTopic.GUARDIANS: N_("监护人与家属工作"),
    TrainingTopic.SYSTEM: N_("本系统的使用"),
    TrainingTopic.OTHER: N_("其他内容"),
}
