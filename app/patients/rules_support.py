"""Who stands around a patient: parts of a team, aims of a plan, meetings of a group, help for dependants (domain 1.4, 7.2)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from app.areas.rules import county_of, town_of
from app.core.actor import Role
from app.patients.rules import GroupKind, TeamPart

# -- the care team -----------------------------------------------------------------------------------------------------

NEW_TEAM_WITHIN_DAYS = 14  # as files and first visit after a move (domain 1.4)
_OF_THE_VILLAGE = frozenset({TeamPart.GRID_WORKER, TeamPart.VILLAGE_CADRE, TeamPart.VOLUNTEER})
VILLAGE_PARTS = (TeamPart.GRID_WORKER, TeamPart.VILLAGE_CADRE)


def parts_left_behind(from_area: str, to_area: str) -> frozenset[TeamPart]:
    """Whose place in the team ends with a move: the village's people, the town's with another town, all with another county."""
    if from_area == to_area:
        return frozenset()
    if town_of(from_area) == town_of(to_area):
        return _OF_THE_VILLAGE
    if county_of(from_area) == county_of(to_area):
        return frozenset(TeamPart) - {TeamPart.PSYCHIATRIST}
    return frozenset(TeamPart)


def is_set_up(parts: frozenset[TeamPart], has_doctor: bool) -> bool:
    """Whether village, police and a doctor stand beside the guardian (四位一体)."""
    has_village = any(part in parts for part in VILLAGE_PARTS)
    return has_village and TeamPart.POLICE in parts and (has_doctor or TeamPart.DOCTOR in parts)


# -- the individual plan -----------------------------------------------------------------------------------------------

MOST_STEPS = 8
LONGEST_PLAN_DAYS = 366
USUAL_REVIEW_DAYS = 91


class PlanAim(StrEnum):
    """What a step is for, in the words that the family reads."""

    MEDICINE = "medicine"
    HEALTH = "health"
    DAILY_LIFE = "daily_life"
    WORK = "work"
    COMPANY = "company"
    GUARDIAN = "guardian"
    RIGHTS = "rights"
    SAFETY = "safety"


# -- dependants --------------------------------------------------------------------------------------------------------

DEPENDANTS_WORKING_DAYS = 5  # civil affairs look at it within so many


class Dependants(StrEnum):
    """Who at home has nobody else to care for them."""

    CHILD = "child"
    ELDER = "elder"
    BOTH = "both"


class DependantsOutcome(StrEnum):
    """How civil affairs answered."""

    RELIEF = "relief"
    ARRANGED = "arranged"
    FAMILY = "family"
    NOT_NEEDED = "not_needed"


# -- joint groups ------------------------------------------------------------------------------------------------------


class MeetingTopic(StrEnum):
    """What a quarterly meeting spoke about; never a name."""

    SITUATION = "situation"
    EXCHANGE = "exchange"
    FAMILIES = "families"
    SEARCHES = "searches"
    GUARDIANS = "guardians"
    RELIEF = "relief"
    REHABILITATION = "rehabilitation"
    EMERGENCIES = "emergencies"
    PUBLICITY = "publicity"
    OTHER = "other"


class MeetingDecision(StrEnum):
    VISIT = "visit"
    GUARDIAN = "guardian"
    RELIEF = "relief"
    TREATMENT = "treatment"
    SEARCH = "search"
    TRAINING = "training"
    PUBLICITY = "publicity"
    REPORT = "report"
    OTHER = "other"


class MeetingMistake(StrEnum):
    """What was wrong with the record of a meeting."""

    WRONG_PEOPLE = "wrong_people"
    WRONG_CONTENT = "wrong_content"
    WRONG_DAY = "wrong_day"
    OTHER_GROUP = "other_group"
    NOT_HELD = "not_held"


MOST_DECISIONS = 5
_OWNERS = {GroupKind.TOWN: Role.TOWN, GroupKind.VILLAGE: Role.VILLAGE_WORKER}


def meeting_owner(kind: GroupKind) -> Role:
    """Who calls a group's meeting each quarter: the town's coordinator, or the village's worker."""
    return _OWNERS[kind]


def latest_review(made_on: date) -> date:
    """A plan is looked at again at the latest after a year."""
    return made_on + timedelta(days=LONGEST_PLAN_DAYS)
