"""One patient's follow-up over the years: when somebody came, what was found, and what the rules made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from app.core.workdays import WorkdayCalendar
from app.desk.demo.condition import (
    Condition,
    after_discharge,
    fill_form,
    first_condition,
    level_of,
    next_condition,
    note_of,
    with_incident,
)
from app.desk.demo.places import TOWN, VILLAGE
from app.desk.demo.population import Resident
from app.visits.rules.checks import check_visit, computed_class, computed_due
from app.visits.rules.classification import Classification
from app.visits.rules.due import Due, needs_trend
from app.visits.rules.form import Behaviour, Trend, VisitClass, VisitForm, VisitObject
from app.visits.rules.record import Finding, PreviousVisit, VisitContext, VisitRecord
from app.visits.rules.ruleset import VisitRules

_DAY = timedelta(days=1)
_HARM = Behaviour.PUBLIC_ORDER_INCIDENT | Behaviour.CRIMINAL_INCIDENT | Behaviour.OTHER_HARM
_UNSEEN_LIMIT = timedelta(days=140)  # after so long without meeting the patient the doctor goes there


@dataclass(frozen=True)
class Stay:
    """In hospital from a day to a day; None: still there."""

    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Story:
    """What a patient's course is bent by. Most have none of it."""

    # last day on which anybody still comes (death, loss, refusal, custody, neglect)
    ends_on: date | None = None
    # a breach of the peace is found at the first visit within these days
    incident_from: date | None = None
    incident_to: date | None = None
    stays: tuple[Stay, ...] = ()
    # works away from then on: the telephone only
    away_from: date | None = None
    # the guardian's last day
    guardian_until: date | None = None


@dataclass(frozen=True)
class Opening:
    """The last visit before the county began, as the roster told it."""

    visited_on: date
    form: int
    level: int
    visit_class: VisitClass
    next_due_on: date


@dataclass(frozen=True)
class Encounter:
    """One visit with what the rules said of it on the day it was entered."""

    entered_on: date
    record: VisitRecord
    context: VisitContext
    computed: Classification
    due: Due
    findings: tuple[Finding, ...]
    notes: str


@dataclass
class Course:
    """Lives through the years on demand; everything is drawn from the seed and the patient's number alone."""

    resident: Resident
    seed: int
    rules: VisitRules
    calendar: WorkdayCalendar
    began_on: date
    today: date
    story: Story = field(default_factory=Story)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}:course:{self.resident.number}")  # noqa: S311  # invention, not secrecy
        self.condition = first_condition(self.rng, self.resident.burden)
        self.opening = self._opening() if self.resident.is_opening else None
        self._lateness = self.rng.choices((1.0, 1.8, 0.5), (70, 12, 18))[0]

    def encounters(self) -> Iterator[Encounter]:
        """The visits in the order in which they were made and entered, up to today or the story's end."""
        past = _Past.after(self.opening)
        due_on = (
            self.opening.next_due_on
            if self.opening
            else self.resident.registered_on + self.rules.after_event_days * _DAY
        )
        # new patients are entered within a week of their registration
        entered_on = self.began_on if self.opening else self.resident.registered_on + 6 * _DAY
        last_day = min(self.today, self.story.ends_on or self.today)
        stays = list(self.story.stays)
        discharged_on: date | None = None
        while True:
            visited_on = self._visit_day(due_on, entered_on, past)
            if stays and visited_on >= stays[0].from_on:
                stay = stays.pop(0)
                if stay.to_on is None:
                    return
                discharged_on = entered_on = stay.to_on
                due_on = stay.to_on + self.rules.after_event_days * _DAY
                self.condition = Condition.FAIR
                continue
            if visited_on > last_day:
                return
            encounter = self._encounter(visited_on, past, discharged_on)
            yield encounter
            discharged_on = None
            past = past.with_(encounter.record)
            due_on, entered_on = encounter.record.next_due_on or due_on, encounter.entered_on

    def _opening(self) -> Opening:
        """A few weeks before the county began; the next visits fall into the weeks after, evenly."""
        rng, level = self.rng, level_of(self.rng, self.condition)
        is_well = self.condition is Condition.WELL
        visit_class = VisitClass.STABLE if is_well else VisitClass.BASICALLY_STABLE
        if self.condition in (Condition.ILL, Condition.DANGEROUS):
            visit_class = VisitClass.UNSTABLE
        ahead = rng.randrange(1, 88) if is_well else rng.randrange(1, 31) if visit_class == 2 else rng.randrange(1, 13)
        within = 88 if is_well else 30 if visit_class == VisitClass.BASICALLY_STABLE else 13
        visited_on = max(self.began_on - (within - ahead + 1) * _DAY, self.resident.registered_on)
        return Opening(
            visited_on, rng.choices((1, 2, 3), (25, 55, 20))[0], level, visit_class, self.began_on + ahead * _DAY
        )

    def _visit_day(self, due_on: date, entered_on: date, past: _Past) -> date:
        """Mostly within days of the due day, seldom weeks late; not often on a weekend."""
        draw, short = self.rng.random(), past.visit_class is VisitClass.UNSTABLE
        if draw < 0.74:
            shift = self.rng.randrange(-2 if short else -5, 1)
        elif draw < 0.95:
            shift = self.rng.randrange(1, 3 if short else 7)
        else:
            shift = int(self.rng.randrange(4, 10 if short else 45) * self._lateness)
        day = due_on + shift * _DAY
        if day.weekday() >= 5 and self.rng.random() < 0.85:
            day -= (day.weekday() - 4) * _DAY
        return max(day, entered_on + _DAY)

    def _encounter(self, visited_on: date, past: _Past, discharged_on: date | None) -> Encounter:
        story = self.story
        self.condition = next_condition(self.rng, self.resident.burden, self.condition)
        is_incident = story.incident_from is not None and story.incident_from <= visited_on <= (
            story.incident_to or visited_on
        )
        if is_incident and not past.has_harmed_others:
            self.condition = Condition.DANGEROUS
        is_away = story.away_from is not None and visited_on >= story.away_from
        record = fill_form(self.rng, self.resident, self.condition, visited_on, is_away)
        if not is_away and past.is_unseen(visited_on):
            record = replace(record, form=int(VisitForm.HOME), objects=int(VisitObject.PATIENT | VisitObject.FAMILY))
        if discharged_on:
            record = after_discharge(record, discharged_on)
        if is_incident and not past.has_harmed_others:
            record = with_incident(record)
        return self._judged(record, past)

    def _judged(self, record: VisitRecord, past: _Past) -> Encounter:
        entered_on = self._entry_day(record)
        context = VisitContext(
            today=entered_on,
            rules=self.rules,
            calendar=self.calendar,
            born_on=self.resident.born_on,
            registered_on=self.resident.registered_on,
            previous=past.previous,
            latest_visit_on=past.previous.visited_on if past.previous else None,
            last_seen_on=past.last_seen_on,
            has_violent_past=past.has_harmed_others or bool((self.resident.supplement.past_behaviours or {}).get("2")),
        )
        computed = computed_class(record, context)
        if computed is None:
            raise ValueError("the demonstration filled in a form that the table cannot read")
        record = replace(record, visit_class=int(self._chosen(computed)))
        if needs_trend(VisitClass(record.visit_class or 0), past.visit_class):
            trend = Trend.STABILISING if self.rng.random() < 0.72 else Trend.NOT_STABLE
            record = replace(record, post_intervention_trend=int(trend))
        due = computed_due(record, context)
        if due is None:
            raise ValueError("the demonstration's visit has no next day")
        record = replace(record, next_due_on=self._next_day(due.on, record.visited_on))
        findings = tuple(check_visit(record, context))
        wrong = [finding.reason.code for finding in findings if finding.is_error]
        if wrong:
            raise ValueError(f"the demonstration filled in a wrong form: {', '.join(wrong)}")
        return Encounter(entered_on, record, context, computed, due, findings, note_of(self.rng, self.condition))

    def _chosen(self, computed: Classification) -> VisitClass:
        """Now and then a doctor trusts the table less than what they saw, and chooses a worse class; that is free."""
        if computed.visit_class is VisitClass.STABLE and self.rng.random() < 0.008:
            return VisitClass.BASICALLY_STABLE
        return computed.visit_class

    def _entry_day(self, record: VisitRecord) -> date:
        """Most forms are entered on the spot; a few lie in a bag for weeks."""
        draw = self.rng.random()
        days = 0 if draw < 0.8 else self.rng.randrange(1, 4) if draw < 0.985 else self.rng.randrange(5, 26)
        if (record.risk_level or 0) > 0:
            days = min(days, 3)
        if self.story.ends_on or self.story.stays:
            days = 0
        entered_on = record.visited_on + days * _DAY
        return entered_on if entered_on <= self.today else record.visited_on

    def _next_day(self, latest: date, visited_on: date) -> date:
        """The table's day, or an earlier one that the doctor sets; in 城关镇 some are asked for this week."""
        asked = 0.4 if self.resident.village.code == VILLAGE else 0.15 if self.resident.village.town == TOWN else 0.0
        if self.today < latest <= self.today + 45 * _DAY and self.rng.random() < asked:
            wanted = max(visited_on + _DAY, self.today + self.rng.choice((0, 0, 0, 1, 2, 4, 6)) * _DAY)
            return min(wanted, latest)
        if (latest - visited_on).days > 60 and self.rng.random() < 0.04:
            return latest - self.rng.randrange(7, 30) * _DAY
        return latest


@dataclass(frozen=True)
class _Past:
    """What earlier visits mean for the next one."""

    previous: PreviousVisit | None = None
    last_seen_on: date | None = None
    has_harmed_others: bool = False

    @classmethod
    def after(cls, opening: Opening | None) -> _Past:
        if opening is None:
            return cls()
        seen = opening.visited_on if opening.form != VisitForm.TELEPHONE else None
        return cls(PreviousVisit(opening.visited_on, opening.visit_class), seen)

    @property
    def visit_class(self) -> VisitClass | None:
        return self.previous.visit_class if self.previous else None

    def is_unseen(self, day: date) -> bool:
        return self.last_seen_on is None or day - self.last_seen_on > _UNSEEN_LIMIT

    def with_(self, record: VisitRecord) -> _Past:
        is_seen = record.form != VisitForm.TELEPHONE and record.objects & VisitObject.PATIENT
        return _Past(
            PreviousVisit(record.visited_on, VisitClass(record.visit_class or 0)),
            record.visited_on if is_seen else self.last_seen_on,
            self.has_harmed_others or record.did(_HARM),
        )
