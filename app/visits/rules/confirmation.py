"""A village doctor's visit is complete when the town health centre confirms it, unless the county decided otherwise."""

from __future__ import annotations

from enum import StrEnum

from app.core.actor import Role
from app.core.i18n import N_

SETTING = "visits.confirmation"


class Confirmation(StrEnum):
    """What the county wants; while it says nothing, visits are confirmed."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


class ReturnReason(StrEnum):
    """Why a visit goes back to the village doctor."""

    INCOMPLETE = "incomplete"
    CONTRADICTION = "contradiction"
    CLASS_DOUBTED = "class_doubted"
    MEDICINE = "medicine"
    VISIT_AGAIN = "visit_again"


CONFIRMATION_LABELS = {
    Confirmation.REQUIRED: N_("需要卫生院确认"),
    Confirmation.NOT_REQUIRED: N_("不需要确认"),
}
RETURN_LABELS = {
    ReturnReason.INCOMPLETE: N_("内容不全"),
    ReturnReason.CONTRADICTION: N_("前后矛盾"),
    ReturnReason.CLASS_DOUBTED: N_("危险性或分类存疑"),
    ReturnReason.MEDICINE: N_("用药记录不符"),
    ReturnReason.VISIT_AGAIN: N_("需要再次上门核实"),
}


def awaits_town(role: Role, setting: Confirmation) -> bool:
    return role is Role.VILLAGE_DOCTOR and setting is Confirmation.REQUIRED
