"""Codes of the discharge information form (出院信息单, domain 3.3) as printed."""

from __future__ import annotations

import re

from app.core.i18n import N_

BEHAVIOURS = {
    1: N_("轻度滋事"),
    2: N_("肇事"),
    3: N_("肇祸"),
    4: N_("其他危害行为"),
    5: N_("自伤"),
    6: N_("自杀未遂"),
    7: N_("无"),
}
NO_BEHAVIOUR = 7
# 肇事, 肇祸: what the police answered for before
INCIDENT_BITS = 0b110
EFFECTS = {1: N_("痊愈"), 2: N_("好转"), 3: N_("无变化"), 4: N_("加重")}
REHABILITATION = {
    1: N_("生活劳动能力"),
    2: N_("职业训练"),
    3: N_("学习能力"),
    4: N_("社会交往"),
    5: N_("其他"),
}
REHABILITATION_OTHER_BIT = 0b10000
HELP = {1: N_("经济困难"), 2: N_("医保"), 3: N_("住房")}
PAY_METHODS = {
    1: N_("城镇职工医保"),
    2: N_("城乡居民医保"),
    3: N_("医疗救助"),
    4: N_("自费"),
    5: N_("其他"),
}
RISK_LEVELS = {level: str(level) for level in range(6)}
MOST_MEDICINES = 3
ICD10 = re.compile(r"[A-Z]\d{2}(\.\d{1,3})?", re.ASCII)
PARTIAL_DATE = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


# the hospital's own number, which stands in an address: dots and slashes between other signs only
NUMBER = r"[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*"


def excludes_itself(behaviours: int) -> bool:
    """*None* stands beside another answer."""
    none = 1 << (NO_BEHAVIOUR - 1)
    return bool(behaviours & none and behaviours != none)
