"""Hours and days of the loop (domain 6). Hour clocks run through nights and holidays (C6); days end in Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from app.core.clock import SHANGHAI
from app.discharges.rules.states import FormKind, LateBy

DISPATCH_WITHIN = timedelta(hours=24)
RECEIVE_WITHIN = timedelta(hours=24)
# remind the unit; the coordinator sees it red; the contact of the political-legal committee
ESCALATIONS = (24, 48, 72)
HIGH_LEVEL = 3
FIRST_VISIT_DAYS, FIRST_VISIT_DAYS_HIGH = 14, 3
POLICE_DAYS = TOWN_DAYS = 7
VILLAGE_DAYS, VILLAGE_RHYTHM, VILLAGE_CONTACTS = 3, 7, 4
CLOSE_WITHIN_DAYS = 30
# a discharge that is written down at the door may be a few minutes ahead
MAY_RUN_AHEAD = timedelta(hours=1)


def dispatch_due_at(discharged_at: datetime) -> datetime:
    return discharged_at + DISPATCH_WITHIN


def receive_due_at(dispatched_at: datetime) -> datetime:
    return dispatched_at + RECEIVE_WITHIN


def late_by(discharged_at: datetime, submitted_at: datetime, received_at: datetime | None) -> LateBy | None:
    """Whose lateness it is; `received_at` is when an office got the paper of a hospital that is not on line."""
    due = dispatch_due_at(discharged_at)
    if submitted_at <= due:
        return None
    return LateBy.HOSPITAL if received_at is None or received_at > due else LateBy.OFFICE


def first_visit_due_on(discharged_on: date, risk_level: int | None) -> date:
    is_high = risk_level is not None and risk_level >= HIGH_LEVEL
    return discharged_on + timedelta(days=FIRST_VISIT_DAYS_HIGH if is_high else FIRST_VISIT_DAYS)


def act_due_at(
    kind: FormKind, discharged_at: datetime, dispatched_at: datetime, risk_level: int | None
) -> datetime | None:
    """Until when a unit acts: the visit is counted from the discharge, offices' acts from when they were told."""
    told_on = dispatched_at.astimezone(SHANGHAI).date()
    if kind is FormKind.HEALTH_CENTRE:
        return end_of(first_visit_due_on(discharged_at.astimezone(SHANGHAI).date(), risk_level))
    days = {FormKind.POLICE: POLICE_DAYS, FormKind.TOWN: TOWN_DAYS, FormKind.VILLAGE: VILLAGE_DAYS}.get(kind)
    return None if days is None else end_of(told_on + timedelta(days=days))


def next_contact_due_at(dispatched_at: datetime, noted: int) -> datetime:
    """When the village's contact after `noted` others is due: within three days, then weekly."""
    told_on = dispatched_at.astimezone(SHANGHAI).date()
    return end_of(told_on + timedelta(days=VILLAGE_DAYS + VILLAGE_RHYTHM * noted))


def contacts_needed(kind: FormKind) -> int:
    return {FormKind.VILLAGE: VILLAGE_CONTACTS, FormKind.POLICE: 1, FormKind.TOWN: 1, FormKind.HEALTH_CENTRE: 1}.get(
        kind, 0
    )


def owed_escalations(dispatched_at: datetime, now: datetime) -> tuple[int, ...]:
    """The steps whose hour has come for a form that nobody has received, the first hour first."""
    return tuple(hours for hours in ESCALATIONS if now >= dispatched_at + timedelta(hours=hours))


def end_of(day: date) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)
