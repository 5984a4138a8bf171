"""The town's word on visits of village doctors: confirm, send back with a reason, or a county that wants no such word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.areas.service import keep_setting
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.db import canonical_json
from app.core.errors import Conflict
from app.core.reasons import Label, reason
from app.core.scope import within
from app.patients.models import Patient
from app.tasks.rules import TaskKind
from app.tasks.service import close_task, open_task
from app.visits.models import FollowUpVisit
from app.visits.queries import period_of
from app.visits.queries_confirmation import find_return, is_unconfirmed, lock_unconfirmed
from app.visits.rules.confirmation import RETURN_LABELS, SETTING, Confirmation, ReturnReason


def confirm_visits(session: Session, actor: Actor, visits: Sequence[str], now: datetime) -> int:
    """Confirm those of the visits (public ids) that still wait; how many. One event for all of them.

    Raises `Forbidden`, and `Conflict` when none waits any more or one of them is the actor's own.
    """
    require(actor, Action.CONFIRM_VISITS)
    waiting = lock_unconfirmed(session, actor, visits)
    if not waiting:
        raise Conflict(reason("visit.confirmation.nothing"))
    if any(visit.recorded_by == actor.user_id for visit in waiting):
        raise Conflict(reason("visit.confirmation.own"))
    for visit in waiting:
        visit.confirmed_at, visit.confirmed_by = now, actor.user_id
        back = find_return(session, visit)
        if back is not None:
            close_task(session, actor, back, reason("visit.confirmed"), now)
    confirmed = [visit.public_id for visit in waiting]
    note(
        session,
        actor,
        "visits.confirmed",
        now=now,
        subject=("visit", confirmed[0] if len(confirmed) == 1 else ""),
        area_code=place_of(actor),
        count=len(confirmed),
        detail={"digest": digest(canonical_json(confirmed))},
    )
    session.flush()
    return len(confirmed)


def return_visit(
    session: Session, actor: Actor, patient: Patient, visit_id: str, why: ReturnReason, today: date, now: datetime
) -> None:
    """Send a visit back: the village doctor finds it on the work list and corrects it, which ends the task.

    Raises `Forbidden`, and `Conflict` for a visit that waits no more or went back already.
    """
    require(actor, Action.CONFIRM_VISITS)
    waiting = [visit for visit in lock_unconfirmed(session, actor, [visit_id]) if visit.patient_id == patient.id]
    if not waiting:
        raise Conflict(reason("visit.confirmation.nothing"))
    visit = waiting[0]
    if find_return(session, visit) is not None:
        raise Conflict(reason("visit.confirmation.returned_already"))
    because = reason("visit.returned", visited_on=visit.visited_on, why=Label(RETURN_LABELS[why]))
    open_task(session, patient, TaskKind.RETURNED_VISIT, period_of(visit), today, [because], now)
    note(
        session,
        actor,
        "visits.returned",
        now=now,
        subject=("visit", visit.public_id),
        area_code=patient.area_code,
        detail={"why": why.value},
    )


def set_confirmation(session: Session, actor: Actor, wanted: Confirmation, now: datetime) -> int:
    """What the actor's county wants from now on. Without confirmation, what waits is settled; how many were."""
    require(actor, Action.SET_CONFIRMATION)
    area_code = place_of(actor)
    keep_setting(session, area_code, SETTING, wanted.value, actor.user_id, now)
    settled = 0
    if wanted is Confirmation.NOT_REQUIRED:
        waiting = update(FollowUpVisit).where(is_unconfirmed(), within(FollowUpVisit.area_code, actor))
        done = session.execute(
            waiting.values(needs_confirmation=False), execution_options={"synchronize_session": False}
        )
        settled = int(done.rowcount)  # type: ignore[attr-defined]  # a statement that writes has a row count
    note(
        session,
        actor,
        "visits.confirmation_set",
        now=now,
        subject=("area", area_code),
        area_code=area_code,
        detail={"to": wanted.value, "settled": settled},
    )
    return settled
