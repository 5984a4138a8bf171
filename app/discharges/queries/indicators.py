"""The figures of the hand-over (domain 6), each with its denominator: plain counts over the county's loops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.rates import rate
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.facts import visits_since
from app.discharges.queries.reach import loops_of
from app.discharges.rules.clocks import CLOSE_WITHIN_DAYS, FIRST_VISIT_DAYS
from app.discharges.rules.states import ACTS, CloseReason, FormKind, FormState

WINDOW_DAYS = 90
BY_HAND = (CloseReason.HANDLED, CloseReason.SEARCHING)  # a wrong entry is sent again and counted there


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `on_behalf` of them written from paper."""

    count: int
    among: int
    on_behalf: int = 0

    @property
    def percent(self) -> str | None:
        return rate(self.count, self.among)


@dataclass(frozen=True, slots=True)
class Indicators:
    """Of discharges in the last 90 days. What is not owed yet is in no denominator."""

    dispatched_in_time: Share
    received_in_time: Share
    visited_in_time: Share
    closed_in_time: Share
    acted_in_time: Share


def indicators_of(session: Session, actor: Actor, now: datetime) -> Indicators:
    require(actor, Action.SEE_LOOPS)
    return Indicators(
        _dispatched(session, actor, now),
        _received(session, actor, now),
        *_visited_and_closed(session, actor, now),
        _acted(session, actor, now),
    )


def _counted(actor: Actor, now: datetime):  # type: ignore[no-untyped-def]  # a condition of several columns
    """Loops that were opened; a death or another hospital opened none."""
    return and_(
        loops_of(actor),
        Discharge.discharged_at > now - timedelta(days=WINDOW_DAYS),
        or_(Discharge.close_reason.is_(None), Discharge.close_reason != CloseReason.NO_LOOP),
    )


def _dispatched(session: Session, actor: Actor, now: datetime) -> Share:
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Discharge.late_by.is_(None)),
            func.count().filter(Discharge.late_by.is_(None), Discharge.is_on_behalf),
        ).where(_counted(actor, now))
    ).one()
    return Share(row[1], row[0], row[2])


def _received(session: Session, actor: Actor, now: datetime) -> Share:
    in_time = and_(HandoverForm.received_at.is_not(None), HandoverForm.received_at <= HandoverForm.receive_due_at)
    # a form that was stopped before its day came was not owed
    owed = or_(
        HandoverForm.received_at.is_not(None),
        and_(HandoverForm.receive_due_at < now, HandoverForm.state != FormState.STOPPED),
    )
    row = session.execute(
        select(
            func.count(), func.count().filter(in_time), func.count().filter(in_time, HandoverForm.is_received_on_behalf)
        )
        .select_from(HandoverForm)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(_counted(actor, now), owed)
    ).one()
    return Share(row[1], row[0], row[2])


def _acted(session: Session, actor: Actor, now: datetime) -> Share:
    """Police, town and village; the health centre's act is the first visit."""
    in_time = and_(HandoverForm.acted_at.is_not(None), HandoverForm.acted_at <= HandoverForm.act_due_at)
    owed = or_(
        HandoverForm.acted_at.is_not(None),
        and_(HandoverForm.act_due_at < now, HandoverForm.state != FormState.STOPPED),
    )
    asked = and_(HandoverForm.kind.in_(ACTS), HandoverForm.kind != FormKind.HEALTH_CENTRE)
    from_paper = _noted_from_paper(HandoverEvent.form_id == HandoverForm.id)
    row = session.execute(
        select(func.count(), func.count().filter(in_time), func.count().filter(in_time, from_paper))
        .select_from(HandoverForm)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(_counted(actor, now), asked, HandoverForm.act_due_at.is_not(None), owed)
    ).one()
    return Share(row[1], row[0], row[2])


def _noted_from_paper(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """An act that somebody else entered for the unit."""
    return exists().where(of, HandoverEvent.is_on_behalf, HandoverEvent.kind.in_(set(ACTS.values())))


def _visited_and_closed(session: Session, actor: Actor, now: datetime) -> tuple[Share, Share]:
    """Days are counted loop by loop: instants differ in how databases add to them."""
    rows = session.execute(
        select(
            Discharge.id,
            Discharge.discharged_at,
            Discharge.closed_at,
            Discharge.close_reason,
            HandoverForm.acted_at,
            HandoverForm.state,
            _noted_from_paper(HandoverEvent.discharge_id == Discharge.id).label("from_paper"),
        )
        .select_from(Discharge)
        .outerjoin(
            HandoverForm,
            and_(
                HandoverForm.discharge_id == Discharge.id,
                HandoverForm.kind == FormKind.HEALTH_CENTRE,
                HandoverForm.round == 1,
                ~HandoverForm.is_information,
            ),
        )
        .where(_counted(actor, now))
    ).all()
    by_hand = [one.id for one in rows if one.close_reason in BY_HAND and one.acted_at is None]
    later = visits_since(session, by_hand)
    asked = [
        one
        for one in rows
        if one.state is not None
        and (
            one.acted_at
            # whoever ends a loop by hand does not take a missed visit out of the figure
            or (
                (one.state is not FormState.STOPPED or one.close_reason in BY_HAND)
                and not _within(one.discharged_at, now, FIRST_VISIT_DAYS)
            )
        )
    ]
    visited = sum(
        1
        for one in asked
        if _within(one.discharged_at, one.acted_at, FIRST_VISIT_DAYS)
        or any(day <= _last_day(one.discharged_at, FIRST_VISIT_DAYS) for day in later.get(one.id, ()))
    )
    ended = [
        one
        for one in rows
        if one.close_reason in (None, CloseReason.DONE)
        and (one.closed_at or not _within(one.discharged_at, now, CLOSE_WITHIN_DAYS))
    ]
    closed = [one for one in ended if _within(one.discharged_at, one.closed_at, CLOSE_WITHIN_DAYS)]
    from_paper = sum(1 for one in closed if one.from_paper)
    return Share(visited, len(asked)), Share(len(closed), len(ended), from_paper)


def _within(left_at: datetime, at: datetime | None, days: int) -> bool:
    """By days in Shanghai, as the forms' own deadlines: a visit is known by its day."""
    return at is not None and business_day(at) <= _last_day(left_at, days)


def _last_day(left_at: datetime, days: int) -> date:
    return business_day(left_at) + timedelta(days=days)
