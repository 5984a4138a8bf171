"""A stored visit as the plain record that the rules judge, with its sealed texts opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from app.people.vault import Vault
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.rules.form import Behaviour
from app.visits.rules.history import VisitFact
from app.visits.rules.record import Medicine, VisitRecord

# Free texts of the form; each is stored sealed in the column of this name.
SEALED = {
    name: f"{name}_sealed"
    for name in (
        "symptoms_other",
        "lab_text",
        "adverse_text",
        "referral_reason",
        "rehab_other",
        "override_reason",
    )
}
TABLE = FollowUpVisit.__tablename__
_MEDICINES = ("medicines", "guidance")
HARM_TO_OTHERS = Behaviour.PUBLIC_ORDER_INCIDENT | Behaviour.CRIMINAL_INCIDENT | Behaviour.OTHER_HARM
# The columns that keep an answer as it is.
PLAIN = tuple(one.name for one in fields(VisitRecord) if one.name not in SEALED and one.name not in _MEDICINES)


def place_of(name: str) -> str:
    """What binds a sealed text to its column."""
    return f"{TABLE}.{name}"


def open_text(vault: Vault, person_id: int, visit: FollowUpVisit, name: str) -> str:
    """One sealed text of a visit; empty where nothing is stored."""
    return vault.open(person_id, place_of(name), getattr(visit, f"{name}_sealed")) or ""


def record_of(vault: Vault | None, person_id: int, visit: FollowUpVisit, lines: Iterable[VisitMedicine]) -> VisitRecord:
    """The form as it was filled in. Without a vault the free texts stay closed and empty."""
    answers = {name: getattr(visit, name) for name in PLAIN}
    for name in ("referral_org", "referral_dept"):
        answers[name] = answers[name] or ""
    if vault is not None:
        answers |= {name: open_text(vault, person_id, visit, name) for name in SEALED}
    ordered = sorted(lines, key=lambda line: line.line)
    return VisitRecord(
        **answers,
        medicines=tuple(_medicine(line) for line in ordered if not line.is_guidance),
        guidance=tuple(_medicine(line) for line in ordered if line.is_guidance),
    )


def fact_of(visit: FollowUpVisit) -> VisitFact:
    """The few columns by which other visits are judged."""
    return VisitFact(
        id=visit.id,
        visited_on=visit.visited_on,
        form=visit.form,
        objects=visit.objects,
        is_complete=visit.is_complete or visit.is_opening,
        visit_class=visit.visit_class,
        next_due_on=visit.next_due_on,
        recorded_by=visit.recorded_by,
        has_harmed_others=bool((visit.behaviours or 0) & HARM_TO_OTHERS),
    )


def _medicine(line: VisitMedicine) -> Medicine:
    return Medicine(
        name=line.name,
        morning_mg=line.morning_mg,
        noon_mg=line.noon_mg,
        night_mg=line.night_mg,
        every_weeks=line.every_weeks,
        long_acting_mg=line.long_acting_mg,
    )
