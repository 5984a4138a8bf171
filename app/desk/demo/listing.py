"""What other offices sent before the quarter that waits as a draft: two lists, one with a death that nobody has recorded, one with a namesake."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import digest
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.commands import StoreCheckList
from app.subsidies.rules.checks import Found, HitKind, ListKind
from app.subsidies.service.checks import store_list

_DEAD, _NAMESAKE = 17, 29  # which of the quarter's agreements
_DIED_BEFORE_END = timedelta(days=24)


def load_lists(session: Session, county: County, moments: Moments, quarter: Quarter, day: date) -> None:
    """The evening before the clerk prepares the run."""
    patients = session.execute(
        select(Patient.person_id, Patient.area_code, Guardianship.person_id)
        .join(Agreement, Agreement.patient_id == Patient.id)
        .join(Guardianship, Guardianship.id == Agreement.guardianship_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            Agreement.withdrawn_at.is_(None),
            Agreement.ended_on.is_(None),
            Agreement.from_on <= quarter.first_day,
            Agreement.to_on >= quarter.last_day,
            Person.died_on.is_(None),
        )
        .order_by(Agreement.id)
        .limit(_NAMESAKE + 1)
    ).all()
    if len(patients) <= _NAMESAKE:
        return
    dead, place, _payee = patients[_DEAD]
    _patient, village, namesake = patients[_NAMESAKE]
    died_on = quarter.last_day - _DIED_BEFORE_END
    _load(session, county, moments, quarter, day, ListKind.FUNERAL, Found(dead, place, HitKind.HIT, died_on))
    near = Found(namesake, village, HitKind.NEAR, quarter.first_day + _DIED_BEFORE_END)
    _load(session, county, moments, quarter, day, ListKind.DEREGISTERED, near)


def _load(
    session: Session, county: County, moments: Moments, quarter: Quarter, day: date, kind: ListKind, found: Found
) -> None:
    rows, unread = (214, 2) if kind is ListKind.FUNERAL else (187, 0)
    at = moments.on(day - timedelta(days=1), 500)
    sha256 = digest(f"{kind}:{quarter}")
    wanted = StoreCheckList(COUNTY, kind, quarter.last_day, at, sha256, rows, unread, (found,), {})
    store_list(session, county.actors["clerk"], wanted, at)
