"""What a plan for a patient could begin with: steps that the record itself asks for, each with its reason.

The words of a step are the family's: everyday Chinese without a word of illness. Why it is proposed is for the clinician only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.i18n import N_
from app.core.reasons import Reason, reason
from app.patients.rules import TeamPart
from app.patients.rules_support import PlanAim
from app.visits.rules.form import Adherence, AdverseReaction, LockedUp, Quality

UNSEEN_DAYS = 183  # no meeting in person for half a year (domain 1.4)
POOR = 1  # 贫困 (domain 3.2)
SUPPLY_SOON_DAYS = 14

WHAT = {
    "injection": N_("到卫生院打针，打完问清下一次的日子并记在日历上"),
    "medicine": N_("每天由家人看着把药吃下去，吃完在日历上打勾"),
    "supply": N_("药快吃完前去拿药，不让药断"),
    "reaction": N_("把吃药后不舒服的情况告诉医生，不要自己停药"),
    "examination": N_("到卫生院做一次免费体检"),
    "seen": N_("医生上门看望一次，当面聊一聊"),
    "self_care": N_("每天自己洗漱、整理房间，家人提醒不代劳"),
    "rehabilitation": N_("每周参加一次社区活动或手工、劳动"),
    "company": N_("家人每天陪着说说话，每周一起出门走一走"),
    "guardian": N_("商量确定由谁负责照看，并到村里登记"),
    "agreement": N_("和村里签好监护协议，按季度领取补助"),
    "team": N_("把村干部或网格员、民警的电话告诉家里，有事能找到人"),
    "dependants": N_("请民政上门看看家里的老人、孩子，商量怎么照料"),
    "relief": N_("问清低保、医保报销和残疾证能不能办，帮忙把材料交上去"),
    "free": N_("家里有难处一起想办法，让他能自由活动、安心看病"),
}


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the record says of one patient; None where it says nothing."""

    adherence: int | None = None
    injection_days_late: int | None = None
    runs_out_on: date | None = None
    adverse_reaction: int | None = None
    is_examined: bool = False
    last_seen_on: date | None = None
    self_care: int | None = None
    social: int | None = None
    rehab_measures: int | None = None
    locked_up: int | None = None
    has_visit: bool = False
    has_guardian: bool = True
    has_agreement: bool = True
    has_team: bool = True
    has_dependants: bool = False
    economic_status: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """One step to begin with. `what` is stored as it stands, whatever language the page is read in."""

    aim: PlanAim
    what: str
    part: TeamPart
    by_on: date
    because: Reason


def suggest(facts: PlanFacts, today: date) -> list[Suggested]:
    """Steps by urgency."""
    return [
        Suggested(aim, WHAT[what], part, today + timedelta(days=days), because)
        for aim, what, part, days, because in (*_freedom(facts), *_medicine(facts, today), *_home(facts), *_life(facts, today))
    ]  # fmt: skip


Found = Iterator[tuple[PlanAim, str, TeamPart, int, Reason]]


def _freedom(facts: PlanFacts) -> Found:
    if facts.locked_up == LockedUp.YES:
        yield PlanAim.SAFETY, "free", TeamPart.VILLAGE_CADRE, 7, reason("desk.plan.why.locked_up")


def _medicine(facts: PlanFacts, today: date) -> Found:
    if facts.injection_days_late is not None and facts.injection_days_late > 0:
        why = reason("desk.plan.why.injection", days=facts.injection_days_late)
        yield PlanAim.MEDICINE, "injection", TeamPart.DOCTOR, 7, why
    if facts.adherence in (Adherence.INTERMITTENT, Adherence.NOT_TAKEN):
        yield PlanAim.MEDICINE, "medicine", TeamPart.GUARDIAN, 30, reason("desk.plan.why.medicine")
    if facts.runs_out_on is not None and facts.runs_out_on <= today + timedelta(days=SUPPLY_SOON_DAYS):
        days = max(1, (facts.runs_out_on - today).days)
        yield PlanAim.MEDICINE, "supply", TeamPart.GUARDIAN, days, reason("desk.plan.why.supply", on=facts.runs_out_on)
    if facts.adverse_reaction == AdverseReaction.PRESENT:
        yield PlanAim.MEDICINE, "reaction", TeamPart.GUARDIAN, 14, reason("desk.plan.why.reaction")


def _home(facts: PlanFacts) -> Found:
    if not facts.has_guardian:
        yield PlanAim.GUARDIAN, "guardian", TeamPart.VILLAGE_CADRE, 30, reason("desk.plan.why.guardian")
    if not facts.has_agreement:
        yield PlanAim.GUARDIAN, "agreement", TeamPart.VILLAGE_CADRE, 30, reason("desk.plan.why.agreement")
    if not facts.has_team:
        yield PlanAim.SAFETY, "team", TeamPart.GRID_WORKER, 14, reason("desk.plan.why.team")
    if facts.has_dependants:
        yield PlanAim.RIGHTS, "dependants", TeamPart.CIVIL_AFFAIRS, 14, reason("desk.plan.why.dependants")
    if facts.economic_status == POOR:
        yield PlanAim.RIGHTS, "relief", TeamPart.CIVIL_AFFAIRS, 60, reason("desk.plan.why.poor")


def _life(facts: PlanFacts, today: date) -> Found:
    if facts.last_seen_on is not None and (today - facts.last_seen_on).days > UNSEEN_DAYS:
        yield PlanAim.HEALTH, "seen", TeamPart.DOCTOR, 14, reason("desk.plan.why.unseen", on=facts.last_seen_on)
    if not facts.is_examined:
        yield PlanAim.HEALTH, "examination", TeamPart.DOCTOR, 60, reason("desk.plan.why.examination", year=today.year)
    if facts.self_care == Quality.POOR:
        yield PlanAim.DAILY_LIFE, "self_care", TeamPart.GUARDIAN, 60, reason("desk.plan.why.self_care")
    if facts.has_visit and not facts.rehab_measures:
        yield PlanAim.WORK, "rehabilitation", TeamPart.VILLAGE_CADRE, 60, reason("desk.plan.why.rehabilitation")
    if facts.social == Quality.POOR:
        yield PlanAim.COMPANY, "company", TeamPart.GUARDIAN, 30, reason("desk.plan.why.social")
