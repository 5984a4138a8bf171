"""Visits as the official form prints them: each with its medicine lines and who signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.patients.models import Patient
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import StoredForm, list_visits


@dataclass(frozen=True, slots=True)
class PrintedVisit:
    form: StoredForm
    doctor: str


def list_forms_of_year(session: Session, actor: Actor, patient: Patient, year: int) -> list[PrintedVisit]:
    """A year's forms that stand, in the order of the visits; none for a role without clinical fields.

    What the roster said of a last visit is no filled form.
    """
    of_year = (one for one in list_visits(session, actor, patient) if one.visited_on.year == year)
    visits = [one for one in of_year if not one.is_opening]
    return with_signers(session, _with_lines(session, list(reversed(visits))))


def with_signers(session: Session, forms: Sequence[StoredForm]) -> list[PrintedVisit]:
    """The same forms with the names of the doctors who sign them."""
    ids = {one.visit.doctor_id for one in forms if one.visit.doctor_id}
    names = dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all())
    return [PrintedVisit(one, names.get(one.visit.doctor_id or 0, "")) for one in forms]


def _with_lines(session: Session, visits: Sequence[FollowUpVisit]) -> list[StoredForm]:
    lines = session.scalars(
        select(VisitMedicine).where(VisitMedicine.visit_id.in_([visit.id for visit in visits]))
    ).all()
    return [StoredForm(visit, tuple(line for line in lines if line.visit_id == visit.id)) for visit in visits]
