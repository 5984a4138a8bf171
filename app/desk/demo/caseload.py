"""Who answers for whom: a village of the village doctor's, a week in which the lead stands in, visits that wait for the town."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN, VILLAGE, villages
from app.desk.demo.population import Resident
from app.desk.demo.settling import County
from app.patients.queries.caseload import Caseload, Move, preview
from app.patients.rules import SpanKind
from app.patients.service.handing_over import hand_over

_HOLIDAY = timedelta(days=6)
_WAITING = timedelta(days=30)  # how long ago a visit may have been entered that still waits


def visitor(county: County, resident: Resident, entered_on: date, today: date) -> Actor:
    """Who has visited: of late, in the village doctor's own village, the village doctor."""
    is_of_late = today - entered_on <= _WAITING
    return (
        county.actors["village_doctor"]
        if is_of_late and resident.village.code == VILLAGE
        else county.doctor_of(resident)
    )


def share_caseload(session: Session, county: County, moments: Moments) -> None:
    """The first village to its village doctor; of the next, the lead takes care for a week."""
    today, now = moments.today, moments.on(moments.today, 0)
    lead = county.actors["health_lead"]
    second = next(place.code for place in villages() if place.town == TOWN and place.code != VILLAGE)
    for place, what, to, last_on in (
        (VILLAGE, SpanKind.DOCTOR, "village_doctor", None),
        (second, SpanKind.STAND_IN, "health_lead", today + _HOLIDAY),
    ):
        user = session.get_one(User, county.actors[to].user_id)
        which, move = Caseload(place=place), Move(what, user, today, last_on)
        moving = preview(session, lead, which, move).patients
        if moving:
            hand_over(session, lead, which, move, moving, today, now)
