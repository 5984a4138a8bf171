"""Who is told that a patient is lost, and how (domain 2.6, 3.5)."""

from __future__ import annotations

from enum import StrEnum

from app.core.i18n import N_

PHONE_FIRST_LEVEL = 3  # a missing patient of this level and above: by telephone first


class Office(StrEnum):
    POLITICAL_LEGAL = "political_legal"
    POLICE = "police"
    PREVENTION = "prevention"  # the prevention office above


class ToldWay(StrEnum):
    PHONE = "phone"
    WRITTEN = "written"
    BOTH = "both"


OFFICE_LABELS = {
    Office.POLITICAL_LEGAL: N_("政法委（综治部门）"),
    Office.POLICE: N_("派出所"),
    Office.PREVENTION: N_("上级精防机构"),
}
TOLD_LABELS = {ToldWay.PHONE: N_("电话"), ToldWay.WRITTEN: N_("书面"), ToldWay.BOTH: N_("电话并书面")}
