"""Who has which story: most people's course runs quietly; some die, move into hospital, are not found, refuse or are paid late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from app.core.quarter import Quarter
from app.core.workdays import WorkdayCalendar
from app.desk.demo.contracts import Contract, contracts_of
from app.desk.demo.course import Course, Encounter, Stay, Story
from app.desk.demo.population import Burden, Population, Resident, invent_population
from app.patients.rules import CareSetting, ManagementStatus
from app.visits.rules.ruleset import VisitRules

_DAY = timedelta(days=1)
# share of all, how many days ago, days of the attempts counted from the first, and days until somebody confirmed the loss
_MISSES: tuple[tuple[float, tuple[int, int], tuple[int, ...], int | None], ...] = (
    (0.0025, (55, 70), (0, 5, 11), 4),
    (0.0025, (25, 45), (0, 6, 13), 3),
    (0.003, (13, 18), (0, 5, 11), None),
    (0.003, (7, 12), (0, 4), None),
    (0.003, (2, 6), (0,), None),
)
LEAST_HISTORY = 8  # quarters: two years before the present one


class ActKind(StrEnum):
    """What happens to a patient beside the visits; each is a use case of its own."""

    ADMIT = "admit"
    DISCHARGE = "discharge"
    MOVE_CARE = "move_care"
    ATTEMPT = "attempt"
    CONFIRM_LOST = "confirm_lost"
    WITHDRAW_CONSENT = "withdraw_consent"
    DIE = "die"
    GUARDIAN_DIES = "guardian_dies"
    CHANGE_ACCOUNT = "change_account"


@dataclass(frozen=True)
class Act:
    """Recorded on `day` about what was so on `on`."""

    day: date
    kind: ActKind
    on: date
    care: CareSetting | None = None


@dataclass
class Life:
    """A resident with everything that will be stored of them."""

    resident: Resident
    course: Course
    story: Story = field(default_factory=Story)
    acts: tuple[Act, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    contracts: tuple[Contract, ...] = ()
    # None: the guardian never gave an account
    has_account: bool = True
    management: ManagementStatus = ManagementStatus.MANAGED
    care: CareSetting = CareSetting.HOME

    @property
    def is_followed(self) -> bool:
        """Visits are owed when the county begins."""
        return self.management is ManagementStatus.MANAGED and self.care is not CareSetting.CUSTODY


@dataclass(frozen=True)
class Calendar:
    """The days on which the demonstration's history turns."""

    today: date
    closed_quarters: int

    @property
    def present(self) -> Quarter:
        return Quarter.of(self.today)

    @property
    def draft(self) -> Quarter:
        """The quarter that has just ended; its run waits for the clerk."""
        return self.present.previous()

    @property
    def paid(self) -> list[Quarter]:
        """The closed quarters, settled with the bank, the oldest first."""
        return [self.draft.shift(-back) for back in range(self.closed_quarters, 0, -1)]

    @property
    def first(self) -> Quarter:
        return self.present.shift(-max(LEAST_HISTORY, self.closed_quarters + 2))

    @property
    def began_on(self) -> date:
        """The day on which the county took Anhu into use, with the roster of that day."""
        return self.first.first_day

    @property
    def scheme_from(self) -> date:
        """The first day of the subsidy policy."""
        return (self.paid or [self.draft])[0].first_day


@dataclass
class Plan:
    calendar: Calendar
    population: Population
    lives: list[Life]


def make_plan(count: int, seed: int, calendar: Calendar, rules: VisitRules, workdays: WorkdayCalendar) -> Plan:
    """Everything that will be stored, in memory; the same for the same arguments."""
    population = invent_population(count, seed, calendar.began_on, calendar.today)

    def live(life: Life) -> None:
        life.course = Course(life.resident, seed, rules, workdays, calendar.began_on, calendar.today, life.story)
        life.encounters = tuple(life.course.encounters()) if life.is_followed else ()
        life.contracts = contracts_of(life.course, life.encounters, seed, calendar.scheme_from, calendar.today)

    lives = [
        Life(resident, Course(resident, seed, rules, workdays, calendar.began_on, calendar.today))
        for resident in population.residents
    ]
    for life in lives:
        live(life)
    for life in _Teller(lives, calendar, seed).tell():
        live(life)
    return Plan(calendar, population, lives)


class _Teller:
    """Hands out stories, each to another patient, in a fixed order."""

    def __init__(self, lives: Sequence[Life], calendar: Calendar, seed: int) -> None:
        self.lives, self.calendar = lives, calendar
        self.rng = Random(f"{seed}:plan")  # noqa: S311  # invention, not secrecy
        self.free = [life for life in lives if life.resident.number >= 2]
        self.rng.shuffle(self.free)
        self.told: list[Life] = []

    def tell(self) -> list[Life]:
        self._with_agreements()
        self._states_at_start()
        self._hospital()
        self._ends()
        return self.told

    # -- stories that the quarter's money will meet

    def _with_agreements(self) -> None:
        draft, today = self.calendar.draft, self.calendar.today
        for life in self._take(0.0017, wanted=self._is_paid):
            begin = draft.first_day + self.rng.randrange(3, 30) * _DAY
            life.story = Story(incident_from=begin, incident_to=draft.last_day - 5 * _DAY)
        for life in self._take(0.0025, wanted=self._is_paid):
            life.has_account = False
        died_on = draft.first_day + self.rng.randrange(40, 55) * _DAY
        for life in self._take(0, wanted=self._is_paid):
            self._die(life, died_on)
        for life in self._take(0.0017, wanted=self._is_paid):
            on = today - self.rng.randrange(8, 20) * _DAY
            life.acts = (Act(on, ActKind.CHANGE_ACCOUNT, on),)
        for life in self._take(0, wanted=self._is_paid):
            on = draft.last_day - self.rng.randrange(2, 20) * _DAY
            life.story = Story(guardian_until=on)
            life.acts = (Act(on + 9 * _DAY, ActKind.GUARDIAN_DIES, on),)
        for life in self._take(0.0035, wanted=self._is_paid):
            begin = draft.first_day + self.rng.randrange(5, 25) * _DAY
            self._stay(life, Stay(begin, begin + self.rng.randrange(18, 45) * _DAY))

    def _is_paid(self, life: Life) -> bool:
        """An agreement runs through the whole quarter that has just ended, for a guardian with nobody else to look after."""
        draft, guardian = self.calendar.draft, life.resident.guardian
        shared = sum(1 for other in self.lives if guardian is not None and other.resident.guardian is guardian)
        return shared == 1 and any(
            one.from_on <= draft.first_day - 30 * _DAY and one.to_on >= draft.last_day for one in life.contracts
        )

    # -- states that the roster of the first day already told

    def _states_at_start(self) -> None:
        for life in self._take(0.008, wanted=_is_opening_light):
            life.management = ManagementStatus.REFUSED
        for life in self._take(0.003, wanted=_is_opening_light):
            life.management = ManagementStatus.PENDING_CONSENT
        recent = self.calendar.today - 60 * _DAY
        for life in self._take(
            0.003, wanted=lambda life: not life.resident.is_opening and life.resident.registered_on > recent
        ):
            life.management = ManagementStatus.PENDING_CONSENT
        for life in self._take(0.002, wanted=_is_opening):
            life.care = CareSetting.CUSTODY
        for life in self._take(0.008, wanted=_is_opening_light):
            life.care = CareSetting.CARE_FACILITY

    # -- hospital, away, in custody

    def _hospital(self) -> None:
        today = self.calendar.today
        for life in self._take(0.018, wanted=_is_opening_ill):
            begin = self._some_day(150)
            self._stay(life, Stay(begin, begin + self.rng.randrange(16, 75) * _DAY))
        for life in self._take(0.008, wanted=_is_opening_ill):
            self._stay(life, Stay(today - self.rng.randrange(4, 40) * _DAY, None))
        for life in self._take(0.012, wanted=_is_opening_light):
            on = self._some_day(60)
            life.story = Story(away_from=on)
            life.acts = (Act(on, ActKind.MOVE_CARE, on, CareSetting.AWAY_KNOWN),)
        for life in self._take(0.002, wanted=_is_opening_ill):
            on = self._some_day(60)
            life.story = Story(ends_on=on)
            life.acts = (Act(on + _DAY, ActKind.MOVE_CARE, on, CareSetting.CUSTODY),)

    # -- courses that end, or that nobody has followed for a while

    def _ends(self) -> None:
        today = self.calendar.today
        for life in self._take(
            0.012, wanted=lambda life: life.resident.is_opening and life.resident.born_on.year < 1975
        ):
            self._die(life, self._some_day(20))
        for life in self._take(0.006, wanted=_is_opening_light):
            on = self._some_day(60)
            life.story = Story(ends_on=on)
            life.acts = (Act(on + 2 * _DAY, ActKind.WITHDRAW_CONSENT, on + _DAY),)
        for share, days, after, confirmed_after in _MISSES:
            first = today - self.rng.randrange(*days) * _DAY
            for life in self._take(share, wanted=_due_about(first)):
                self._miss(life, first, after, confirmed_after)
        for life in self._take(0.009, wanted=_is_opening_light):
            life.story = Story(ends_on=today - self.rng.randrange(100, 150) * _DAY)

    def _die(self, life: Life, died_on: date) -> None:
        life.story = replace(life.story, ends_on=died_on)
        recorded_on = min(self.calendar.today, died_on + self.rng.randrange(1, 7) * _DAY)
        life.acts = (Act(recorded_on, ActKind.DIE, died_on),)

    def _stay(self, life: Life, stay: Stay) -> None:
        acts = [Act(stay.from_on, ActKind.ADMIT, stay.from_on)]
        if stay.to_on is not None and stay.to_on >= self.calendar.today:
            stay = replace(stay, to_on=None)
        if stay.to_on is not None:
            acts.append(Act(stay.to_on, ActKind.DISCHARGE, stay.to_on))
        life.story, life.acts = Story(stays=(stay,)), tuple(acts)

    def _miss(self, life: Life, first: date, after: Sequence[int], confirmed_after: int | None) -> None:
        """Attempts without contact, counted in days from the first; the third proposes that the patient is lost."""
        days = [min(first + days * _DAY, self.calendar.today) for days in after]
        acts = [Act(day, ActKind.ATTEMPT, day) for day in days]
        if confirmed_after is not None:
            on = days[-1] + confirmed_after * _DAY
            acts.append(Act(on, ActKind.CONFIRM_LOST, on))
        life.story, life.acts = Story(ends_on=first - _DAY), tuple(acts)

    def _some_day(self, before_today: int) -> date:
        """A day in the county's history, so many days or more before today."""
        began_on = self.calendar.began_on
        return began_on + self.rng.randrange(100, max(101, (self.calendar.today - began_on).days - before_today)) * _DAY

    def _take(self, share: float, wanted: Callable[[Life], bool]) -> list[Life]:
        """The next patients without a story of whom the story can be true: this share of all, at least one."""
        count = max(1, round(share * len(self.lives)))
        found: list[Life] = []
        for life in self.free:
            if len(found) == count:
                break
            if wanted(life):
                found.append(life)
        self.free = [life for life in self.free if life not in found]
        self.told += found
        return found


def _is_opening(life: Life) -> bool:
    return life.resident.is_opening


def _is_opening_light(life: Life) -> bool:
    return life.resident.is_opening and life.resident.burden is Burden.LIGHT


def _is_opening_ill(life: Life) -> bool:
    return life.resident.is_opening and life.resident.burden is not Burden.LIGHT


def _due_about(day: date) -> Callable[[Life], bool]:
    """A visit was due in the week before `day` and not made by then, so that somebody had reason to try."""

    def is_due(life: Life) -> bool:
        made = [one for one in life.encounters if one.record.visited_on < day]
        due_on = made[-1].record.next_due_on if made else None
        return due_on is not None and day - 7 * _DAY <= due_on <= day

    return is_due
