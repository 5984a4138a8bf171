"""Those who are not simply visited: asked about in the past as they should have been, with a few answers still owed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import town_of
from app.core.actor import Actor
from app.desk.demo.moments import Moments
from app.desk.demo.places import lead_of
from app.desk.demo.settling import County
from app.patients.commands import AnswerDuty
from app.patients.models import Patient
from app.patients.queries.watching import watch_of_task
from app.patients.rules_watch import RHYTHMS, STATE_KINDS, WHOM, DutyAnswer
from app.patients.service.answering import answer_duty
from app.patients.service.watching import begun_on, open_watches
from app.tasks.models import Task, TaskState

_FORGOTTEN = 6  # every so-many-th answer of the last weeks is still owed
_LONG_AGO = timedelta(days=25)
_DAY = timedelta(days=1)


def ask_after(session: Session, county: County, moments: Moments) -> None:
    """What was due long ago has been answered lately: all is as it was. Tonight's questions are open."""
    today = moments.today
    open_watches(session, Actor.operator(), today, moments.on(today, 0))
    late = session.scalars(
        select(Task)
        .where(Task.kind.in_(sorted(STATE_KINDS)), Task.state == TaskState.OPEN, Task.due_on <= today)
        .order_by(Task.patient_id, Task.id)
    ).all()
    for place, task in enumerate(late):
        patient = session.get_one(Patient, task.patient_id)
        watch = watch_of_task(patient, task)
        is_owed = place % _FORGOTTEN == 0 and task.due_on > today - _LONG_AGO
        if watch is None or DutyAnswer.STILL not in RHYTHMS[watch].answers or is_owed:
            continue
        on = max(today - (3 + place % 17) * _DAY, begun_on(session, patient, watch) or task.opened_at.date())
        said = AnswerDuty(DutyAnswer.STILL, on, WHOM[watch][place % len(WHOM[watch])])
        answer_duty(
            session,
            county.actors[lead_of(town_of(patient.area_code))],
            patient,
            task,
            said,
            today,
            moments.on(on, place),
        )
