"""Crisis calls: a short script, in the order in which it is asked, and what follows from its answers.

The caller may be anybody: anonymous, of any age, not a patient. Danger first; names last.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum, auto

from app.core.reasons import Reason, reason
from app.incidents.rules.emergencies import EmergencyReason, ReporterKind


class CallChannel(StrEnum):
    HOTLINE = "hotline"
    OFFICE = "office"  # an office's telephone
    WALK_IN = "walk_in"


class Caller(StrEnum):
    SELF = "self"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    POLICE = "police"
    SCHOOL = "school"
    OTHER = "other"
    ANONYMOUS = "anonymous"


class AgeBand(StrEnum):
    CHILD = "child"  # under 14
    YOUTH = "youth"  # 14 to 17
    ADULT = "adult"
    ELDER = "elder"  # 60 and older
    UNKNOWN = "unknown"


class DangerNow(StrEnum):
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Danger(IntFlag):
    SELF = auto()  # hurting oneself, or about to
    OTHERS = auto()
    WEAPON = auto()
    FIRE = auto()
    OVERDOSE = auto()
    HEIGHT = auto()  # on a roof, at the water, at the road
    MISSING = auto()


class CallState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CallOutcome(StrEnum):
    CALMED = "calmed"
    POLICE_ON_WAY = "police_on_way"
    AMBULANCE_ON_WAY = "ambulance_on_way"
    FAMILY_PRESENT = "family_present"
    REFERRED = "referred"  # told where help is to be had
    BROKEN_OFF = "broken_off"
    NO_DANGER = "no_danger"


class NoPolice(StrEnum):
    """Why the police were not told, though there was danger."""

    OVER = "over"  # the danger had passed during the call
    THERE = "there"  # they were there already
    NO_PLACE = "no_place"  # nobody knew where it was


class Handover(StrEnum):
    INCIDENT = "incident"
    EMERGENCY = "emergency"
    CLUE = "clue"


def advice(danger: DangerNow, kinds: Danger, age: AgeBand) -> tuple[Reason, ...]:
    """What to do next, the most urgent first; codes, not prose, so that the page can say it in any language."""
    steps = []
    if danger is not DangerNow.NO:
        steps.append(reason("incidents.crisis.do.police"))
    if kinds & (Danger.OVERDOSE | Danger.SELF | Danger.FIRE):
        steps.append(reason("incidents.crisis.do.ambulance"))
    if danger is not DangerNow.NO:
        steps.append(reason("incidents.crisis.do.stay"))
    if kinds & (Danger.WEAPON | Danger.OVERDOSE | Danger.HEIGHT):
        steps.append(reason("incidents.crisis.do.away"))
    if age in (AgeBand.CHILD, AgeBand.YOUTH):
        steps.append(reason("incidents.crisis.do.minor"))
    steps.append(reason("incidents.crisis.do.family"))
    return tuple(steps)


def reason_of(kinds: Danger) -> EmergencyReason:
    """What the emergency record says of a call that is handed over to it: danger to others first; a person may correct it."""
    if kinds & (Danger.OTHERS | Danger.WEAPON | Danger.FIRE):
        return EmergencyReason.DANGER
    if kinds & (Danger.SELF | Danger.HEIGHT):
        return EmergencyReason.SELF_HARM
    return EmergencyReason.DRUG_REACTION if kinds & Danger.OVERDOSE else EmergencyReason.OTHER


def reporter_of(caller: Caller | None) -> ReporterKind:
    known = {Caller.FAMILY: ReporterKind.FAMILY, Caller.POLICE: ReporterKind.POLICE}
    return known.get(caller, ReporterKind.OTHER) if caller else ReporterKind.OTHER


def missing_for_closing(
    danger: DangerNow | None,
    has_told_police: bool,
    outcome: CallOutcome | None,
    why_not_police: str | None,
    has_place: bool,
) -> dict[str, Reason]:
    """What a call still lacks before it can be closed, by field. With danger now the police are told where, or it is said why not."""
    missing = {}
    if danger is None:
        missing["danger"] = reason("incidents.needed")
    if danger is DangerNow.YES and not has_told_police and not why_not_police:
        missing["police_told_at"] = reason("incidents.crisis.tell_police")
    if danger is DangerNow.YES and not has_place and why_not_police != NoPolice.NO_PLACE:
        missing["place"] = reason("incidents.needed")
    if outcome is None:
        missing["outcome"] = reason("incidents.needed")
    return missing
