"""Writing down a training session, and taking back one that was a slip."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.rules import code_of
from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.scope import within
from app.numbers.commands_training import RecordTraining
from app.numbers.models import TrainingAttendee, TrainingSession
from app.numbers.queries.training import find_training_by_key, get_training
from app.numbers.rules.training import MOST_OTHERS
from app.numbers.service.turns import take_turn


def record_training(
    session: Session, actor: Actor, command: RecordTraining, today: date, now: datetime
) -> TrainingSession:
    """Store a session with everybody who took part; the same form twice is one session. Raises `Invalid` at the field."""
    take_turn(session, code_of(actor.area_prefix))
    if found := find_training_by_key(session, actor, command.submission_key):
        return found
    users = _users(session, actor, command.attendees)
    _check(actor, command, users, today)
    training = TrainingSession(
        submission_key=command.submission_key,
        area_code=code_of(actor.area_prefix),
        agency_id=actor.agency_id,
        held_on=command.held_on,
        topic=command.topic,
        title=command.title,
        place=command.place,
        teacher=command.teacher,
        half_hours=command.half_hours,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(training)
    session.flush()
    session.add_all(
        [
            *(TrainingAttendee(session_id=training.id, user_id=one.id, agency_id=one.agency_id) for one in users),
            *(TrainingAttendee(session_id=training.id, name=name, unit=unit) for name, unit in command.others),
        ]
    )
    _note(session, actor, training, "numbers.training_recorded", now, len(users) + len(command.others))
    return training


def withdraw_training(session: Session, actor: Actor, public_id: str, now: datetime) -> TrainingSession:
    """It was a slip: it counts for nobody any more and stays readable in the audit."""
    training = get_training(session, actor, public_id)
    take_turn(session, training.area_code, training)
    if training.withdrawn_at is not None:
        raise Conflict(reason("numbers.training.withdrawn"))
    training.withdrawn_at, training.withdrawn_by = now, actor.user_id
    _note(session, actor, training, "numbers.training_withdrawn", now, 1)
    return training


def _users(session: Session, actor: Actor, public_ids: tuple[str, ...]) -> list[User]:
    """Accounts of the actor's area; whoever is not is not found."""
    found: list[User] = []
    for part in slices(public_ids):
        found += session.scalars(select(User).where(User.public_id.in_(part), within(User.area_code, actor)))
    return sorted(found, key=lambda one: one.id)


def _check(actor: Actor, command: RecordTraining, users: list[User], today: date) -> None:
    errors = {}
    if actor.agency_id is None:
        raise Conflict(reason("numbers.training.no_unit"))
    if command.held_on > today:
        errors["held_on"] = [reason("numbers.training.future")]
    if len(users) != len(set(command.attendees)):
        errors["attendees"] = [reason("numbers.training.unknown")]
    elif not users and not command.others:
        errors["attendees"] = [reason("numbers.training.nobody")]
    if len(command.others) > MOST_OTHERS:
        errors["others"] = [reason("numbers.training.too_many", most=MOST_OTHERS)]
    if errors:
        raise Invalid(errors)


def _note(session: Session, actor: Actor, training: TrainingSession, action: str, now: datetime, count: int) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("training", training.public_id),
        area_code=training.area_code,
        count=count,
        detail={"held_on": training.held_on.isoformat(), "topic": training.topic.value},
    )
