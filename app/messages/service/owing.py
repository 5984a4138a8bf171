"""Owing a message: a row in the transaction of the act that owes it. Nothing is sent here (reliability 2.6, rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.batches import insert_missing, slices
from app.core.db import new_public_id
from app.core.reasons import Reason
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.messages.commands import Owed
from app.messages.models import Message
from app.messages.models.messages import new_path
from app.messages.queries.relevance import is_known
from app.messages.rules.kinds import KINDS, Audience, MessageState, Recipient, checked_parameters
from app.messages.rules.templates import EventSource
from app.messages.service.states import move

RANKS = {Recipient.FIRST_GUARDIAN: Rank.FIRST, Recipient.SECOND_GUARDIAN: Rank.SECOND}


def owe(session: Session, owed: Owed, now: datetime) -> Message:
    """The message, owed now or before under the same dedupe key. ValueError for what a message may not carry (a mistake of ours)."""
    owe_many(session, [owed], now)
    return session.scalars(select(Message).where(Message.dedupe_key == owed.dedupe_key)).one()


def owe_many(session: Session, owed: Sequence[Owed], now: datetime) -> int:
    """Many at once, in a few statements; how many were new."""
    wanted = {one.dedupe_key: one for one in owed}
    new = [one for key, one in wanted.items() if key not in _standing(session, list(wanted))]
    guardianships = _guardianships(session, new)
    rows = [_row(one, guardianships, now) for one in new]
    for part in slices(rows):
        insert_missing(session, Message, part)
    return len(rows)


def take_back(session: Session, subject: tuple[str, int], now: datetime) -> None:
    """What waits to be said about a subject is not said any more: something else will be."""
    waiting = select(Message).where(
        Message.state == MessageState.QUEUED, Message.subject_kind == subject[0], Message.subject_id == subject[1]
    )
    for message in session.scalars(waiting.with_for_update()).all():
        move(
            session,
            message,
            MessageState.CANCELLED,
            EventSource.SENDER,
            now,
            Reason("messages.cancelled.no_longer_true"),
        )


def _standing(session: Session, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in slices(keys):
        found.update(session.scalars(select(Message.dedupe_key).where(Message.dedupe_key.in_(part))))
    return found


def _guardianships(session: Session, owed: Sequence[Owed]) -> dict[tuple[int, Rank], int]:
    """The guardianship that stands behind each relation now: another one later takes no message of this one's."""
    patients = {one.patient.id for one in owed if one.patient is not None and one.recipient.recipient in RANKS}
    found: dict[tuple[int, Rank], int] = {}
    for part in slices(patients):
        rows = select(Guardianship.patient_id, Guardianship.rank, Guardianship.id).where(
            Guardianship.patient_id.in_(part), Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
        )
        found |= {(patient_id, rank): row_id for patient_id, rank, row_id in session.execute(rows)}
    return found


def _row(owed: Owed, guardianships: dict[tuple[int, Rank], int], now: datetime) -> dict[str, Any]:
    relation, patient = owed.recipient, owed.patient
    rank = RANKS.get(relation.recipient)
    is_family = KINDS[owed.kind].audience is Audience.FAMILY
    if is_family != (rank is not None) or (is_family and patient is None):
        raise ValueError(f"a message {owed.kind} is not for {relation.recipient}")
    if not is_known(owed.subject[0]):
        raise ValueError(f"nobody says whether {owed.subject[0]} still holds (queries/relevance.py)")
    not_before = max(owed.not_before or now, now)
    return {
        "public_id": new_public_id(),
        "dedupe_key": owed.dedupe_key,
        "kind": owed.kind,
        "patient_id": patient.id if patient else None,
        "recipient": relation.recipient,
        "recipient_id": relation.id,
        "guardianship_id": guardianships.get((patient.id, rank)) if patient and rank else None,
        "subject_kind": owed.subject[0],
        "subject_id": owed.subject[1],
        "parameters": checked_parameters(owed.kind, owed.parameters),
        "area_code": owed.area_code or (patient.area_code if patient else ""),
        "owed_at": now,
        "not_before": not_before,
        # what comes too late is kept, and said to be too late
        "expires_at": max(owed.expires_at, not_before + timedelta(seconds=1)),
        "state": MessageState.QUEUED,
        "next_try_at": not_before,
        "attempts": 0,
        "callback_path": new_path(),
    }
