"""Visits, attempts and the rules that judge them. Scope follows the patient's present area: a history moves along."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import Select, Text, bindparam, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.errors import NotFound
from app.core.models import RuleSet
from app.core.reasons import Reason
from app.core.scope import within
from app.core.workdays import WorkdayCalendar
from app.patients.models import Patient
from app.patients.queries import finds_signs_of_life, name_days, registrations_of
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit, VisitAttempt, VisitMedicine
from app.visits.readers import HARM_TO_OTHERS, record_of
from app.visits.rules.attempts import MET, Attempt, AttemptOutcome, AttemptWay
from app.visits.rules.history import History, VisitFact
from app.visits.rules.record import VisitRecord
from app.visits.rules.ruleset import VisitRules

RULE_SET_KIND = "visits"
# long enough for any term of working days that the rules count
_CALENDAR_DAYS = 60


@dataclass(frozen=True)
class StoredForm:
    """A stored visit with its medicine lines."""

    visit: FollowUpVisit
    lines: tuple[VisitMedicine, ...]

    def record(self, vault: Vault | None, person_id: int) -> VisitRecord:
        """The answers; without a vault the free texts stay closed."""
        return record_of(vault, person_id, self.visit, self.lines)


# -- what decides ------------------------------------------------------------------------------------------------------


def get_rules(session: Session, day: date) -> VisitRules:
    """The version that decides on `day`; before the first version, the first. Raises `NotFound` where none is stored."""
    versions = session.connection().execute(_RULE_SETS).all()
    if not versions:
        raise NotFound()
    valid = [content for valid_from, content in versions if valid_from <= day]
    return _rules_of(valid[-1] if valid else versions[0].content)


@lru_cache(maxsize=64)
def _rules_of(content: str) -> VisitRules:
    """A version is asked for at every visit and reads the same each time."""
    return VisitRules.from_json(json.loads(content))


def load_calendar(session: Session, from_on: date) -> WorkdayCalendar:
    """The holidays and make-up days of the weeks after `from_on`."""
    return load_workdays(session, from_on, from_on + timedelta(days=_CALENDAR_DAYS))


def load_history(session: Session, patient_id: int) -> History:
    """All visits of a patient that stand, as facts; for the use cases of this room, which hold the patient already."""
    rows = session.connection().execute(_HISTORY, {"patient": patient_id})
    return History([VisitFact(*row[:-1], has_harmed_others=bool((row[-1] or 0) & HARM_TO_OTHERS)) for row in rows])


def load_life(session: Session, person_id: int) -> tuple[date | None, date | None]:
    """When the person was born and has died, as far as the register knows."""
    born_on, died_on = session.connection().execute(_LIFE, {"person": person_id}).one()
    return born_on, died_on


# Saving a visit is the busiest act of all: its statements are built once, because building one costs more than running it.
_RULE_SETS = (
    select(RuleSet.valid_from, type_coerce(RuleSet.content, Text).label("content"))
    .where(RuleSet.kind == RULE_SET_KIND)
    .order_by(RuleSet.valid_from)
)
_HISTORY = select(
    FollowUpVisit.id,
    FollowUpVisit.visited_on,
    FollowUpVisit.form,
    FollowUpVisit.objects,
    or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening),
    FollowUpVisit.visit_class,
    FollowUpVisit.next_due_on,
    FollowUpVisit.recorded_by,
    FollowUpVisit.behaviours,
).where(FollowUpVisit.patient_id == bindparam("patient"), FollowUpVisit.withdrawn_at.is_(None))
_ID_BY_KEY = select(FollowUpVisit.id).where(FollowUpVisit.submission_key == bindparam("key"))
_LIFE = select(Person.born_on, Person.died_on).where(Person.id == bindparam("person"))


def load_attempts(session: Session, patient_id: int, after: date | None) -> list[Attempt]:
    """Attempts since the last contact, as facts."""
    wanted = select(VisitAttempt.attempted_on, VisitAttempt.outcome, VisitAttempt.way).where(
        VisitAttempt.patient_id == patient_id, VisitAttempt.withdrawn_at.is_(None)
    )
    if after is not None:
        wanted = wanted.where(VisitAttempt.attempted_on > after)
    return [Attempt(day, AttemptOutcome(outcome), AttemptWay(way)) for day, outcome, way in session.execute(wanted)]


@finds_signs_of_life
def _met_later(session: Session, patient: Patient, died_on: date) -> list[Reason]:
    """Completed visits after a day of death; an attempt that was refused has reached the patient too."""
    registrations = registrations_of(patient)
    visits = select(FollowUpVisit.visited_on).where(
        FollowUpVisit.patient_id.in_(registrations),
        FollowUpVisit.visited_on > died_on,
        FollowUpVisit.withdrawn_at.is_(None),
        or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening),
    )
    reached = select(VisitAttempt.attempted_on).where(
        VisitAttempt.patient_id.in_(registrations),
        VisitAttempt.attempted_on > died_on,
        VisitAttempt.outcome.in_(MET),
        VisitAttempt.withdrawn_at.is_(None),
    )
    return [
        *name_days("visit.death_before_visits", session.scalars(visits).all()),
        *name_days("visit.death_before_contacts", session.scalars(reached).all()),
    ]


def find_by_submission_key(session: Session, key: str) -> FollowUpVisit | None:
    visit_id = session.connection().scalar(_ID_BY_KEY, {"key": key})
    return None if visit_id is None else session.get_one(FollowUpVisit, visit_id)


def find_attempt_by_submission_key(session: Session, key: str) -> VisitAttempt | None:
    return session.scalar(select(VisitAttempt).where(VisitAttempt.submission_key == key))


def find_open_task(session: Session, patient_id: int, kind: TaskKind) -> Task | None:
    """The open duty of this kind for the patient, the oldest first."""
    return session.scalars(
        select(Task)
        .where(Task.patient_id == patient_id, Task.kind == kind, Task.state == TaskState.OPEN)
        .order_by(Task.id)
        .limit(1)
    ).first()


# -- what an actor may read --------------------------------------------------------------------------------------------


def sees_visits(actor: Actor) -> bool:
    """Whether this role sees clinical answers at all."""
    return sees(actor, Field.CLINICAL) is Grant.FULL


def list_visits(session: Session, actor: Actor, patient: Patient) -> list[FollowUpVisit]:
    """The visits of a patient that stand, the newest first; none for a role without clinical fields."""
    if not sees_visits(actor):
        return []
    return list(
        session.scalars(_visits_of(actor, patient).order_by(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc()))
    )


def find_last_visit(session: Session, actor: Actor, patient: Patient) -> StoredForm | None:
    """The newest completed visit by visit date, from which the next form is prefilled."""
    if not sees_visits(actor):
        return None
    visit = session.scalars(
        _visits_of(actor, patient)
        .where(or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening))
        .order_by(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc())
        .limit(1)
    ).first()
    return _with_lines(session, visit) if visit else None


def find_visit_before(session: Session, actor: Actor, patient: Patient, visit: FollowUpVisit) -> StoredForm | None:
    """The completed visit before this one, by visit date: what it is compared with."""
    before = session.scalars(
        _visits_of(actor, patient)
        .where(
            or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening),
            tuple_(FollowUpVisit.visited_on, FollowUpVisit.id) < (visit.visited_on, visit.id),
        )
        .order_by(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc())
        .limit(1)
    ).first()
    return _with_lines(session, before) if before else None


def get_visit(session: Session, actor: Actor, patient: Patient, public_id: str) -> StoredForm:
    """One visit of the patient, also a withdrawn one; raises `NotFound`."""
    visit = session.scalar(
        select(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(
            FollowUpVisit.public_id == public_id,
            FollowUpVisit.patient_id == patient.id,
            within(Patient.area_code, actor),
        )
    )
    if visit is None or not sees_visits(actor):
        raise NotFound()
    return _with_lines(session, visit)


def find_successor(session: Session, visit: FollowUpVisit) -> FollowUpVisit | None:
    """The visit that replaced a withdrawn one."""
    return session.scalar(select(FollowUpVisit).where(FollowUpVisit.corrects_id == visit.id))


def list_attempts(
    session: Session, actor: Actor, patient: Patient, after: date | None = None, *, with_mistakes: bool = False
) -> list[VisitAttempt]:
    """Attempts without contact, the newest first; with `after`, those later than that day (since the last visit).

    Those written down by mistake are history only.
    """
    if not sees_visits(actor):
        return []
    wanted = (
        select(VisitAttempt)
        .join(Patient, Patient.id == VisitAttempt.patient_id)
        .where(VisitAttempt.patient_id == patient.id, within(Patient.area_code, actor))
        .order_by(VisitAttempt.attempted_on.desc(), VisitAttempt.id.desc())
    )
    if after is not None:
        wanted = wanted.where(VisitAttempt.attempted_on > after)
    if not with_mistakes:
        wanted = wanted.where(VisitAttempt.withdrawn_at.is_(None))
    return list(session.scalars(wanted))


def list_tasks_of_visit(session: Session, visit: FollowUpVisit) -> list[Task]:
    """The duties that a visit opened, in the order of their days."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.patient_id == visit.patient_id, Task.period == period_of(visit))
            .order_by(Task.due_on, Task.id)
        )
    )


def period_of(visit: FollowUpVisit) -> str:
    """What makes a duty that of this visit and no other."""
    return f"visit:{visit.id}"


def _visits_of(actor: Actor, patient: Patient) -> Select[FollowUpVisit]:
    return (
        select(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(
            FollowUpVisit.patient_id == patient.id,
            FollowUpVisit.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
    )


def _with_lines(session: Session, visit: FollowUpVisit) -> StoredForm:
    lines = session.scalars(select(VisitMedicine).where(VisitMedicine.visit_id == visit.id))
    return StoredForm(visit, tuple(lines))
