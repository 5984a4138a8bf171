"""What is asked about somebody who is not simply visited: what, how often, and how it can be answered (domain 1.4, 2.4, 2.6, 8.2).

A state has one watch at most. It begins with the state, asks again after every answer that changes nothing, and ends with the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.dates import add_months
from app.core.workdays import Deadline, WorkdayCalendar
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, review_by
from app.tasks.rules import TaskKind

FULL_AGE = 18
OF_AGE_WITHIN_MONTHS = 1  # to sign anew and settle the guardianship after the birthday
OF_AGE_LOOKS_BACK_MONTHS = 12  # birthdays that passed while nothing ran are still noticed


class Watch(StrEnum):
    """The value begins the task's period."""

    INPATIENT = "inpatient"
    CUSTODY = "custody"  # also prison and compulsory treatment
    AWAY = "away"  # works elsewhere, place known
    LOST = "lost"
    REFUSED = "refused"
    CONSENT = "consent"  # nobody has signed yet
    REVIEW = "review"  # suspected: the psychiatrist's word
    UNIDENTIFIED = "unidentified"
    OF_AGE = "of_age"


class DutyAnswer(StrEnum):
    STILL = "still"  # all is as it was
    NOT_REACHED = "not_reached"  # nobody answered: asked again within a week
    ENDED = "ended"  # discharged, released, back, found: from a day on
    CAPABLE = "capable"  # of age, no guardian needed any more
    STATUTORY = "statutory"  # of age, a guardian by the legal order
    COURT = "court"  # of age, a guardian by judgement


class Asked(StrEnum):
    """Who answered for it."""

    SELF = "self"
    FAMILY = "family"
    COMMITTEE = "committee"
    POLICE = "police"
    HOSPITAL = "hospital"
    PLACE = "place"  # the prison, the care facility, the health centre of the place of stay


@dataclass(frozen=True, slots=True)
class Interval:
    """So many months, or so many days."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        return add_months(day, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The kind of task, when it is first due after the state began, and when again after an answer."""

    kind: TaskKind
    first: Interval
    again: Interval
    answers: tuple[DutyAnswer, ...]


_MONTH, _QUARTER, _HALF_YEAR = Interval(months=1), Interval(months=3), Interval(months=6)
_TRY_AGAIN = Interval(days=7)  # as after an attempt that reached nobody
_STAYS_OR_ENDS = (DutyAnswer.STILL, DutyAnswer.ENDED)
_ASKS = (DutyAnswer.STILL, DutyAnswer.NOT_REACHED)

RHYTHMS: dict[Watch, Rhythm] = {
    Watch.INPATIENT: Rhythm(TaskKind.CHECK_STATUS, _MONTH, _MONTH, _STAYS_OR_ENDS),
    Watch.CUSTODY: Rhythm(TaskKind.CHECK_STATUS, _QUARTER, _QUARTER, _STAYS_OR_ENDS),
    Watch.AWAY: Rhythm(TaskKind.CHECK_STATUS, _HALF_YEAR, _HALF_YEAR, _STAYS_OR_ENDS),
    Watch.LOST: Rhythm(TaskKind.SEARCH_LOST, _MONTH, _MONTH, _STAYS_OR_ENDS),
    Watch.REFUSED: Rhythm(TaskKind.CONTACT, _QUARTER, _QUARTER, _ASKS),
    Watch.CONSENT: Rhythm(TaskKind.CONTACT, Interval(days=14), _MONTH, _ASKS),
    # ten working days, by the calendar; answered by the psychiatrist's word (`service.reviewing`)
    Watch.REVIEW: Rhythm(TaskKind.DIAGNOSIS_REVIEW, Interval(), Interval(), ()),
    Watch.UNIDENTIFIED: Rhythm(TaskKind.IDENTIFY, Interval(days=90), Interval(days=90), (DutyAnswer.STILL,)),
    Watch.OF_AGE: Rhythm(
        TaskKind.COMES_OF_AGE,
        Interval(months=OF_AGE_WITHIN_MONTHS),
        Interval(),
        (DutyAnswer.CAPABLE, DutyAnswer.STATUTORY, DutyAnswer.COURT),
    ),
}
STATE_WATCHES = frozenset({
    Watch.INPATIENT, Watch.CUSTODY, Watch.AWAY, Watch.LOST, Watch.REFUSED, Watch.CONSENT, Watch.REVIEW,
})  # fmt: skip
STATE_KINDS = frozenset(RHYTHMS[watch].kind for watch in STATE_WATCHES)
# Whom one may have asked, by what is asked about.
WHOM: dict[Watch, tuple[Asked, ...]] = {
    Watch.INPATIENT: (Asked.HOSPITAL, Asked.FAMILY),
    Watch.CUSTODY: (Asked.PLACE, Asked.POLICE, Asked.FAMILY),
    Watch.AWAY: (Asked.PLACE, Asked.SELF, Asked.FAMILY),
    Watch.LOST: (Asked.FAMILY, Asked.COMMITTEE, Asked.POLICE),
    Watch.REFUSED: (Asked.SELF, Asked.FAMILY, Asked.COMMITTEE),
    Watch.CONSENT: (Asked.SELF, Asked.FAMILY),
    Watch.REVIEW: (),
    Watch.UNIDENTIFIED: (Asked.SELF, Asked.COMMITTEE, Asked.POLICE),
    Watch.OF_AGE: (),
}


def watch_of(registry: RegistryStatus, management: ManagementStatus | None, care: CareSetting | None) -> Watch | None:
    """What is to be asked about somebody in this state; None for whoever is visited, and for whoever has left the register."""
    if registry in (RegistryStatus.SUSPECTED, RegistryStatus.UNDER_REVIEW):
        return Watch.REVIEW
    if registry is not RegistryStatus.REGISTERED:
        return None
    if management is ManagementStatus.LOST:
        return Watch.LOST
    if care in _BY_CARE:
        return _BY_CARE[care]
    if management is ManagementStatus.MANAGED and care is CareSetting.AWAY_KNOWN:
        return Watch.AWAY
    return _BY_MANAGEMENT.get(management) if management else None


_BY_CARE = {CareSetting.INPATIENT: Watch.INPATIENT, CareSetting.CUSTODY: Watch.CUSTODY}
_BY_MANAGEMENT = {ManagementStatus.REFUSED: Watch.REFUSED, ManagementStatus.PENDING_CONSENT: Watch.CONSENT}


def first_due(watch: Watch, since: date, calendar: WorkdayCalendar) -> Deadline:
    """Counted in working days for the review, which is an office's; all else is clinical and moves for no holiday."""
    return review_by(since, calendar) if watch is Watch.REVIEW else _on(RHYTHMS[watch].first.after(since))


def due_again(watch: Watch, answer: DutyAnswer, on: date) -> Deadline:
    """When to ask next after an answer of that day that changed nothing."""
    return _on((_TRY_AGAIN if answer is DutyAnswer.NOT_REACHED else RHYTHMS[watch].again).after(on))


def _on(day: date) -> Deadline:
    return Deadline(day, provisional=False, reasons=())


def eighteenth_birthday(born_on: date) -> date:
    """The first day of full age; for somebody born on 29 February 1 March, as that year never has such a day (domain 9, case 19)."""
    year = born_on.year + FULL_AGE
    return date(year, 3, 1) if (born_on.month, born_on.day) == (2, 29) else born_on.replace(year=year)
