"""Words of the dashboards: which indicators come first, where each definition comes from, how the county counts."""

from __future__ import annotations

from typing import Final

from app.core.i18n import N_
from app.core.reasons import Reason, reason
from app.numbers.rules.settings import NumberSettings, StandardMode

# what coordinators are judged by, looked at closely one at a time
MAIN: Final = ("standard", "management", "face_to_face", "regular_medication", "stability", "examination")

SOURCES: Final = {
    "national": N_("国家严重精神障碍管理治疗工作报告的口径"),
    "public_health": N_("国家基本公共卫生服务规范的口径"),
    "schizophrenia": N_("国家报告的口径，只计精神分裂症"),
    "house": N_("本系统按本县实行的制度计算，没有全国统一口径"),
}
# what is lacking, on the list of a health centre
LACKS: Final = {"standard": N_("规范管理"), "face_to_face": N_("面访"), "examination": N_("健康体检")}
_NATIONAL = ("prevalence", "management", "face_to_face", "medication", "regular_medication", "stability")
_PUBLIC_HEALTH = ("standard", "latest_stability", "home_management", "examination")


def source_of(code: str) -> str:
    """Which of `SOURCES` defines an indicator."""
    if code.endswith("_sz"):
        return "schizophrenia"
    if code in _NATIONAL:
        return "national"
    return "public_health" if code in _PUBLIC_HEALTH else "house"


def mode_reasons(settings: NumberSettings) -> list[Reason]:
    """How the county counts, a sentence each; printed under every table."""
    standard = {"days": settings.standard.grace_days} if settings.standard.mode is StandardMode.INTERVAL else {}
    said = [
        reason(f"numbers.mode.standard.{settings.standard.mode}", **standard),
        reason(f"numbers.mode.regular.{settings.regular}"),
        reason(f"numbers.mode.denominators.{settings.denominators}"),
        reason(f"numbers.mode.face_to_face.{settings.face_to_face}"),
        reason(f"numbers.mode.examined_of.{settings.examined_of}"),
        reason(f"numbers.mode.periods.{settings.periods}"),
    ]
    return [*said, reason("numbers.mode.drops_no_drug_needed")] if settings.drops_no_drug_needed else said
