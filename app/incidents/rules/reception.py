"""How somebody in an emergency comes to a hospital that receives by day and night (24 小时接诊): asked, answered, arrived."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

ANSWER_WITHIN = timedelta(minutes=30)  # a question in the night waits no longer; our own proposal


class ReceptionState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ARRIVED = "arrived"
    CALLED_OFF = "called_off"


class Transport(StrEnum):
    AMBULANCE = "ambulance"
    POLICE_CAR = "police_car"
    FAMILY = "family"
    HEALTH_CENTRE = "health_centre"
    OTHER = "other"


class ReceptionRefusal(StrEnum):
    NO_BED = "no_bed"
    BODY_FIRST = "body_first"  # a physical illness or injury has to be treated elsewhere first
    NOT_OURS = "not_ours"  # not a matter of psychiatry
    NO_CONSENT = "no_consent"
    OTHER = "other"


def waits_long(state: ReceptionState, asked_at: datetime, answered_at: datetime | None, now: datetime) -> bool:
    """Whether the hospital's answer took, or takes, longer than it should."""
    if state is ReceptionState.CALLED_OFF:
        return False
    return (answered_at or now) - asked_at > ANSWER_WITHIN
