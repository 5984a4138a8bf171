"""One filled form and what must be known around it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.core.reasons import Reason
from app.core.workdays import WorkdayCalendar
from app.visits.rules.form import Behaviour, Trend, VisitClass
from app.visits.rules.ruleset import VisitRules


@dataclass(frozen=True, slots=True)
class Medicine:
    """One drug line. Doses are milligrams as written (`"2.5"`); a long-acting injection has weeks and a dose."""

    name: str
    morning_mg: str | None = None
    noon_mg: str | None = None
    night_mg: str | None = None
    every_weeks: int | None = None
    long_acting_mg: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """The form as filled in; names and codes are those of `form.py`, None is unanswered, 0 flags are none."""

    visited_on: date
    form: int
    objects: int = 0
    lost_reason: int | None = None
    died_on: date | None = None
    death_cause: int | None = None
    death_physical_cause: int | None = None
    risk_level: int | None = None
    psychotic_symptoms: int | None = None
    symptoms: int | None = None
    symptoms_other: str = ""
    insight: int | None = None
    sleep: int | None = None
    diet: int | None = None
    sf_self_care: int | None = None
    sf_housework: int | None = None
    sf_work: int | None = None
    sf_learning: int | None = None
    sf_social: int | None = None
    behaviours: int | None = None
    minor_disturbances: int = 0
    public_order_incidents: int = 0
    criminal_incidents: int = 0
    other_harms: int = 0
    self_harms: int = 0
    suicide_attempts: int = 0
    locked_up: int | None = None
    hospitalisation: int | None = None
    last_discharge_on: date | None = None
    lab_test: int | None = None
    lab_text: str = ""
    adherence: int | None = None
    adverse_reaction: int | None = None
    adverse_text: str = ""
    adverse_severity: int | None = None
    physical_illness: int | None = None
    other_abnormal: bool | None = None
    treatment_effect: int | None = None
    referral: int | None = None
    referral_reason: str = ""
    referral_org: str = ""
    referral_dept: str = ""
    medicines: tuple[Medicine, ...] = ()
    guidance: tuple[Medicine, ...] = ()
    rehab_measures: int | None = None
    rehab_other: str = ""
    visit_class: int | None = None
    override_reason: str = ""
    post_intervention_trend: int | None = None
    next_due_on: date | None = None

    @property
    def is_lost(self) -> bool:
        return self.lost_reason is not None

    @property
    def is_death(self) -> bool:
        return self.died_on is not None or self.death_cause is not None

    @property
    def chosen_class(self) -> VisitClass | None:
        """The class that stands on the form; None while unanswered or unknown."""
        found = (one for one in VisitClass if one == self.visit_class)
        return next(found, None)

    @property
    def trend(self) -> Trend | None:
        found = (one for one in Trend if one == self.post_intervention_trend)
        return next(found, None)

    def did(self, behaviour: Behaviour) -> bool:
        """Whether any of these behaviours is ticked."""
        return bool((self.behaviours or 0) & behaviour)


@dataclass(frozen=True, slots=True)
class PreviousVisit:
    """The completed visit before this one, by visit date."""

    visited_on: date
    visit_class: VisitClass


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What the checks need besides the form. `today` is the day of entry."""

    today: date
    rules: VisitRules = field(default_factory=VisitRules)
    calendar: WorkdayCalendar = field(default_factory=WorkdayCalendar)
    born_on: date | None = None
    registered_on: date | None = None
    # a death that the register knows already
    died_on: date | None = None
    # why the person cannot have died on the day that this form says
    signs_of_life: tuple[Reason, ...] = ()
    # the completed visit before this visit's date
    previous: PreviousVisit | None = None
    # the newest completed visit of all, when this one is entered after it
    latest_visit_on: date | None = None
    # the last time a clinician saw the patient in person
    last_seen_on: date | None = None
    # the id of a completed visit of this patient on this date, whoever recorded it
    other_visit_that_day: int | None = None
    # attempts without contact on different days since the last contact
    attempts_in_a_row: int = 0
    # 肇事, 肇祸 or other harm to people, now or ever
    has_violent_past: bool = False
    # follow-up starts with a signed consent, unless local law provides otherwise (domain 3.6)
    is_consent_pending: bool = False
    # whether the register has a stay in hospital up to the discharge that the form names
    knows_stay: bool = True


class Severity(StrEnum):
    """E blocks, W warns (domain 3.1)."""

    ERROR = "E"
    WARNING = "W"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, at a field of the form (empty: the form as a whole)."""

    field: str
    severity: Severity
    reason: Reason

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR
