"""Long-acting injections, supplies of medicine, yearly examinations, joint visits: their days and codes (domain 2.4, 2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntFlag, StrEnum, auto

from app.core.reasons import Reason, reason
from app.core.workdays import WorkdayCalendar, unknown_years

INJECTION_GRACE_DAYS = 7  # later than this is intermittent (domain 2.7)
SUPPLY_WORKING_DAYS = 5  # the task stands so many working days before the medicine runs out
LONGEST_JOINT_DAYS = 90  # a flag that nobody renews lapses
_DAY = timedelta(days=1)


class InjectionSite(StrEnum):
    DELTOID = "deltoid"
    GLUTEAL = "gluteal"
    OTHER = "other"


class AgreedBy(StrEnum):
    """Who agreed to the year's examination."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    REFUSED = "refused"  # stored as nobody


class JointTrigger(StrEnum):
    """Why a visit is made together with the committee and the police (2018 norm, domain 2.4)."""

    VIOLENCE = "violence"
    SUBSTANCE = "substance"
    PERSECUTION = "persecution"
    THREATS = "threats"
    INTENT = "intent"
    ANTISOCIAL = "antisocial"
    INSTABILITY = "instability"
    STRESS = "stress"


class UnlockWay(StrEnum):
    """How a locking-up ended."""

    ADMITTED = "admitted"
    TREATED = "treated"
    PERSUADED = "persuaded"
    PLACED = "placed"
    OTHER = "other"


class Helper(IntFlag):
    """Who helped to end it."""

    FAMILY = auto()
    COMMITTEE = auto()
    POLICE = auto()
    CIVIL_AFFAIRS = auto()
    DISABILITY_FEDERATION = auto()
    HOSPITAL = auto()


def next_injection_on(given_on: date, interval_weeks: int) -> date:
    """A clinical day: it stays where it falls, holidays or not."""
    return given_on + timedelta(weeks=interval_weeks)


@dataclass(frozen=True, slots=True)
class InjectionStanding:
    """How a course of injections stands on a day: `days_late` is negative while the next is still to come."""

    due_on: date
    days_late: int

    @property
    def is_regular(self) -> bool:
        """In time, or not more than a week late, counts as regular medication; later as intermittent (case 39)."""
        return self.days_late <= INJECTION_GRACE_DAYS


def injection_standing(due_on: date, today: date) -> InjectionStanding:
    return InjectionStanding(due_on, (today - due_on).days)


def runs_out_on(given_on: date, days: int) -> date:
    """The first day without medicine: `days` from the day on which it was given, that day included."""
    return given_on + timedelta(days=days)


def supply_task_on(runs_out: date, given_on: date, calendar: WorkdayCalendar) -> date:
    """Five working days before it runs out, and never before it was given.

    Asking for more is an office's errand, so its day keeps clear of holidays; the day on which it runs out does not move.
    """
    day, left = runs_out, SUPPLY_WORKING_DAYS
    while left and day > given_on:
        day -= _DAY
        left -= calendar.is_working(day)
    return max(day, given_on)


def because_of_supply(given: Reason, due_on: date, runs_out: date, calendar: WorkdayCalendar) -> list[Reason]:
    """What was `given`, whether a year is not known yet, and by when to ask for more."""
    return [given, *unknown_years(due_on, runs_out, calendar), reason("patients.supply.ask_by", on=due_on)]
