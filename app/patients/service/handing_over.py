"""Handing over a caseload: another responsible doctor from a day on, or somebody who stands in between two days.

A stand-in's last day is known when it begins, so it lies in the spans ahead of time and ends by itself. The responsible doctor
changes today or has changed before; a change that is still to come is written down when it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.areas.rules import prefix_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, slices, table_of
from app.core.crypto import digest
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.patients.models import Patient, PatientSpan
from app.patients.queries.caseload import Caseload, Move, list_spans, lock_moving
from app.patients.rules import SpanKind

LONGEST_STAND_IN = 366  # days
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Span:
    patient_id: int
    value: str
    from_on: date
    to_on: date | None
    reason: dict[str, Any] | None


def hand_over(
    session: Session, actor: Actor, which: Caseload, move: Move, expected: int, today: date, now: datetime
) -> int:
    """Give the patients of a caseload to a doctor; how many. One audit event for all of them.

    Raises `Forbidden`, `Invalid` by field, and `Conflict` when they are no longer the `expected` number that the preview showed.
    """
    require(actor, Action.HAND_OVER)
    check_move(which, move, today)
    moving = lock_moving(session, actor, which, move)
    if len(moving) != expected:
        raise Conflict(reason("patients.hand_over.changed", n=len(moving)))
    if not moving:
        raise Invalid({"to": [reason("patients.hand_over.nobody")]})
    own = prefix_of(move.to.area_code)
    outside = sum(not code.startswith(own) for _id, code in moving)
    if outside:
        raise Invalid({"to": [reason("patients.hand_over.outside", n=outside)]})
    ids = [patient_id for patient_id, _code in moving]
    for part in slices(ids):
        _write(session, actor, part, move, now)
    _note(session, actor, move, ids, now)
    session.expire_all()
    return len(ids)


def check_move(which: Caseload, move: Move, today: date) -> None:
    """Raises `Invalid` by field for days and caseloads that make no hand-over."""
    if which.is_everything:
        raise Invalid({"whose": [reason("patients.hand_over.everything")]})
    if move.what is SpanKind.DOCTOR:
        if move.from_on > today:
            raise Invalid({"from_on": [reason("patients.hand_over.in_future")]})
        return
    if move.last_on is None or move.last_on < max(today, move.from_on):
        raise Invalid({"last_on": [reason("patients.hand_over.last_day")]})
    if (move.last_on - move.from_on).days >= LONGEST_STAND_IN:
        raise Invalid({"last_on": [reason("patients.hand_over.too_long", days=LONGEST_STAND_IN)]})


def _write(session: Session, actor: Actor, ids: Sequence[int], move: Move, now: datetime) -> None:
    """The new span of each patient in place of what was recorded for its days; set-based, however many they are."""
    to_on = move.last_on + _DAY if move.last_on else None
    spans = list_spans(session, ids, move.what, move.from_on, to_on)
    if move.what is SpanKind.DOCTOR and any(span.from_on > move.from_on for span in spans):
        raise Invalid({"from_on": [reason("patients.hand_over.before_present", on=max(s.from_on for s in spans))]})
    ending = [span.id for span in spans if to_on is None and span.to_on is None]
    replaced = [span for span in spans if span.id not in set(ending)]
    table = table_of(PatientSpan)
    if ending:
        session.execute(update(table).where(table.c.id.in_(ending)).values(to_on=move.from_on))
    if replaced:
        withdrawn = {"withdrawn_at": now, "withdrawn_by": actor.user_id}
        session.execute(update(table).where(table.c.id.in_([span.id for span in replaced])).values(withdrawn))
    new = [_Span(patient_id, str(move.to.id), move.from_on, to_on, None) for patient_id in ids]
    rest = [piece for span in replaced for piece in _remainders(span, move.from_on, to_on)]
    insert_rows(session, PatientSpan, [_row(actor, move.what, span, now) for span in (*rest, *new)])
    if move.what is SpanKind.DOCTOR:
        patients = table_of(Patient)
        session.execute(
            update(patients).where(patients.c.id.in_(ids)).values(doctor_id=move.to.id, version=patients.c.version + 1)
        )


def _remainders(span: PatientSpan, from_on: date, to_on: date | None) -> list[_Span]:
    """What is left of a recorded span before and after the days that are written anew."""
    left = []
    if span.from_on < from_on:
        left.append(_Span(span.patient_id, span.value, span.from_on, from_on, span.reason))
    if to_on is not None and (span.to_on is None or span.to_on > to_on):
        left.append(_Span(span.patient_id, span.value, to_on, span.to_on, span.reason))
    return left


def _row(actor: Actor, what: SpanKind, span: _Span, now: datetime) -> dict[str, Any]:
    return {
        "patient_id": span.patient_id,
        "what": what,
        "value": span.value,
        "from_on": span.from_on,
        "to_on": span.to_on,
        "reason": span.reason,
        "recorded_at": now,
        "recorded_by": actor.user_id,
        "withdrawn_at": None,
        "withdrawn_by": None,
    }


def _note(session: Session, actor: Actor, move: Move, ids: Sequence[int], now: datetime) -> None:
    note(
        session,
        actor,
        "patients.handed_over",
        now=now,
        subject=("user", move.to.public_id),
        area_code=place_of(actor),
        count=len(ids),
        detail={"what": move.what.value, "digest": digest(canonical_json(list(ids)))},
        changed={"from_on": move.from_on.isoformat(), "last_on": move.last_on.isoformat() if move.last_on else None},
    )
