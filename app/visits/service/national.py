"""Saying that a visit stands in the national system (已录入国家系统), and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import digest
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import reason
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules
from app.visits.queries_national import calendar_from, lock_visits
from app.visits.rules.national import correction_due_on
from app.visits.rules.states import VisitChannel


def mark_entered(session: Session, actor: Actor, visits: Sequence[str], now: datetime) -> int:
    """Tick those of the visits (public ids) that are still owed; how many. Ticked ones keep who ticked them first.

    Raises `Forbidden`, `Invalid` for none, and `NotFound` when none of them stands in the actor's area.
    """
    require(actor, Action.ENTER_NATIONAL)
    if not visits:
        raise Invalid({"visit": [reason("core.nothing_chosen")]})
    found = lock_visits(session, actor, visits)
    if not found:
        raise NotFound()
    fresh = [visit for visit in found if visit.national_due_on is not None and visit.national_entered_at is None]
    for visit in fresh:
        visit.national_entered_at, visit.national_entered_by = now, actor.user_id
    if fresh:
        _note(session, actor, "visits.national_entered", fresh, now)
    session.flush()
    return len(fresh)


def take_back_entered(session: Session, actor: Actor, visit_id: str, now: datetime) -> bool:
    """The tick was wrong: the visit is owed again until the day on which it was. False when nothing was ticked.

    Raises `Forbidden`, `NotFound`, and `Conflict` for a visit that came from there.
    """
    require(actor, Action.ENTER_NATIONAL)
    found = lock_visits(session, actor, [visit_id])
    if not found:
        raise NotFound()
    visit = found[0]
    if visit.channel is VisitChannel.NATIONAL:
        raise Conflict(reason("visit.national.came_from_there"))
    if visit.national_entered_at is None:
        return False
    was_by, was_at = visit.national_entered_by, visit.national_entered_at
    visit.national_entered_at = visit.national_entered_by = None
    detail = {"was_by": was_by, "was_at": was_at.isoformat()}
    _note(session, actor, "visits.national_taken_back", [visit], now, detail)
    session.flush()
    return True


def owe_correction(session: Session, visit: FollowUpVisit, replaced: FollowUpVisit, now: datetime) -> None:
    """What replaces a visit is owed anew; what it replaces no longer is, because it is withdrawn."""
    rules, today = get_rules(session, visit.visited_on), business_day(now)
    is_there = replaced.national_entered_at is not None or replaced.channel is VisitChannel.NATIONAL
    if visit.national_due_on is None:
        return
    visit.national_due_on = correction_due_on(
        visit.national_due_on,
        replaced.national_due_on,
        is_there,
        today,
        rules.late_entry_working_days,
        calendar_from(session, today),
    )


def _note(
    session: Session,
    actor: Actor,
    action: str,
    visits: Sequence[FollowUpVisit],
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    ids = [visit.public_id for visit in visits]
    note(
        session,
        actor,
        action,
        now=now,
        subject=("visit", ids[0] if len(ids) == 1 else ""),
        area_code=visits[0].area_code if len(ids) == 1 else place_of(actor),
        count=len(ids),
        detail={"digest": digest(canonical_json(ids)), **(detail or {})},
    )
