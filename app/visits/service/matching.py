"""Visits found in the national system against what stands here: which are new, which are known, which cannot be. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices
from app.core.reasons import Reason, reason
from app.patients.rules import RegistryStatus
from app.people.vault import Vault
from app.visits.commands import TakeOver
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules
from app.visits.queries_taking_over import Standing, load_standing
from app.visits.rules.history import History, VisitFact
from app.visits.rules.ruleset import VisitRules
from app.visits.rules.states import VisitChannel
from app.visits.rules.taking_over import TakenOver, differences, take_over

PATIENTS_AT_ONCE = 200
_FOLLOWED = frozenset({RegistryStatus.REGISTERED, RegistryStatus.DEAD})


class Fate(StrEnum):
    """What becomes of a visit of the list."""

    NEW = "new"  # stored as a visit
    TICKED = "ticked"  # typed here before: it stands there too, as is noted now
    KNOWN = "known"  # nothing to do
    REFUSED = "refused"


@dataclass
class Planned:
    """One visit of the list. `says` is what stands there and differs; `errors` are (field, why)."""

    wanted: TakeOver
    fate: Fate
    visit: FollowUpVisit | None = None
    taken: TakenOver | None = None
    says: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, Reason]] = field(default_factory=list)
    warnings: list[tuple[str, Reason]] = field(default_factory=list)
    # the id that it is stored under, or stands under
    visit_id: int = 0
    public_id: str = ""


class RulesByDay:
    """The versions by day, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session, self._by_day = session, dict[date, VisitRules]()

    def on(self, day: date) -> VisitRules:
        if day not in self._by_day:
            self._by_day[day] = get_rules(self._session, day)
        return self._by_day[day]


def plan_taking_over(
    session: Session, vault: Vault, actor: Actor, wanted: Sequence[TakeOver], lock: bool = False
) -> list[Planned]:
    """What would become of each visit, in the order given; the patients are the actor's. Stores nothing.

    With `lock` they are nobody else's until the transaction ends, so that what is planned can be stored.
    """
    rules, plans = RulesByDay(session), list[Planned]()
    by_patient: dict[int, list[TakeOver]] = {}
    for one in wanted:
        by_patient.setdefault(one.patient_id, []).append(one)
    for ids in slices(sorted(by_patient), PATIENTS_AT_ONCE):
        for patient_id, standing in load_standing(session, actor, vault, ids, lock).items():
            ordered = sorted(by_patient[patient_id], key=lambda one: one.record.visited_on)
            plans += _plan_patient(vault, standing, ordered, rules)
    return sorted(plans, key=lambda plan: plan.wanted.place)


def _plan_patient(vault: Vault, standing: Standing, wanted: Sequence[TakeOver], rules: RulesByDay) -> list[Planned]:
    """One patient's visits by date, so that each is judged by the one before it."""
    facts, plans = list(standing.facts), []
    for one in wanted:
        plan = _known(vault, standing, one) or _new(standing, one)
        if plan.fate is Fate.NEW:
            history = History(facts)
            plan.taken = take_over(one.record, history.before(one.record.visited_on), rules.on(one.record.visited_on))
            plan.says = plan.taken.says
            facts.append(fact_of_plan(plan, len(facts)))
        plans.append(plan)
    return plans


def _known(vault: Vault, standing: Standing, one: TakeOver) -> Planned | None:
    """The visit of that day that stands here; also one that was taken over before and has been corrected since."""
    stored = standing.on(one.record.visited_on, one.record.form)
    if stored is None:
        if submission_key(one) in standing.withdrawn_keys:
            why = ("", reason("visit.national.corrected_here"))
            return Planned(one, Fate.KNOWN, warnings=[why])
        return None
    visit, person_id = stored.visit, standing.patient.person_id
    plan = Planned(one, Fate.KNOWN, visit, visit_id=visit.id, public_id=visit.public_id)
    if visit.is_opening:
        return plan
    plan.says = differences(stored.record(vault, person_id), one.record, one.given)
    if visit.national_entered_at is None and visit.channel is not VisitChannel.NATIONAL:
        plan.fate = Fate.TICKED
    return plan


def _new(standing: Standing, one: TakeOver) -> Planned:
    plan, day, patient = Planned(one, Fate.NEW), one.record.visited_on, standing.patient
    born_on, died_on = standing.person.born_on, standing.person.died_on
    if patient.registry_status not in _FOLLOWED:
        plan.errors.append(("", reason("visit.not_registered")))
    if born_on and day < born_on:
        plan.errors.append(("visited_on", reason("visit.before_birth")))
    if died_on and day > died_on:
        plan.errors.append(("visited_on", reason("visit.after_death", died_on=died_on)))
    if patient.registered_on and day < patient.registered_on:
        why = reason("visit.before_registration", registered_on=patient.registered_on)
        plan.warnings.append(("visited_on", why))
    if plan.errors:
        plan.fate = Fate.REFUSED
    return plan


def submission_key(one: TakeOver) -> str:
    """One visit a patient and day from there, however often a list is read: the column is unique."""
    return f"national:{one.patient_id}:{one.record.visited_on:%Y%m%d}"


def fact_of_plan(plan: Planned, number: int) -> VisitFact:
    """The visit as others are judged by it; before it is stored it has a number above all that are."""
    record = plan.taken.record if plan.taken else plan.wanted.record
    return VisitFact(
        id=plan.visit_id or 2**62 + number,
        visited_on=record.visited_on,
        form=record.form,
        objects=record.objects,
        is_complete=not record.is_lost,
        visit_class=record.visit_class,
        next_due_on=record.next_due_on,
        recorded_by=None,
        has_harmed_others=False,
    )
