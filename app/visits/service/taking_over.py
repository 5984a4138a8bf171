"""Visits found in the national system become visits here, once: planned against what stands, then stored in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.crypto import digest
from app.core.db import new_public_id
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_levels
from app.visits.commands import TakeOver
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import get_rules
from app.visits.queries_taking_over import Standing, load_standing
from app.visits.readers import PLAIN, SEALED
from app.visits.rules.history import History, VisitFact
from app.visits.rules.ruleset import VisitRules
from app.visits.rules.states import VisitChannel
from app.visits.rules.taking_over import TakenOver, differences, take_over
from app.visits.service.judging import rest_of
from app.visits.service.next_steps import after_lost_report, after_taken_over, settle_latest
from app.visits.service.storing import medicine_rows, sealed_texts

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


class _Rules:
    """The versions by day, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session, self._by_day = session, dict[date, VisitRules]()

    def on(self, day: date) -> VisitRules:
        if day not in self._by_day:
            self._by_day[day] = get_rules(self._session, day)
        return self._by_day[day]


def plan_taking_over(session: Session, vault: Vault, actor: Actor, wanted: Sequence[TakeOver]) -> list[Planned]:
    """What would become of each visit, in the order given; the patients are the actor's. Stores nothing."""
    rules, plans = _Rules(session), list[Planned]()
    by_patient: dict[int, list[TakeOver]] = {}
    for one in wanted:
        by_patient.setdefault(one.patient_id, []).append(one)
    for ids in slices(by_patient, PATIENTS_AT_ONCE):
        for patient_id, standing in load_standing(session, actor, vault, ids).items():
            ordered = sorted(by_patient[patient_id], key=lambda one: one.record.visited_on)
            plans += _plan_patient(vault, standing, ordered, rules)
    return sorted(plans, key=lambda plan: plan.wanted.place)


def store_taken_over(session: Session, vault: Vault, actor: Actor, plans: Sequence[Planned], now: datetime) -> int:
    """Store what is new and tick what was typed here; how many rows changed anything. Sets `public_id` on the plans."""
    by_patient: dict[int, list[Planned]] = {}
    for plan in plans:
        if plan.fate is not Fate.REFUSED:
            by_patient.setdefault(plan.wanted.patient_id, []).append(plan)
    changed = 0
    for ids in slices(by_patient, PATIENTS_AT_ONCE):
        standing = load_standing(session, actor, vault, ids, lock=True)
        part = [plan for patient_id in ids for plan in by_patient[patient_id]]
        changed += sum(_tick(plan, actor, now) for plan in part)
        _store_new(session, vault, actor, standing, [plan for plan in part if plan.fate is Fate.NEW], now)
        session.flush()
    changed += sum(plan.fate is Fate.NEW for plan in plans)
    if changed:
        done = ",".join(str(plan.visit_id) for plan in plans if plan.visit_id)
        place = actor.area_prefix.ljust(12, "0") if actor.area_prefix else ""
        detail = {"digest": digest(done)}
        note(
            session,
            actor,
            "visits.taken_over",
            now=now,
            subject=("visit", ""),
            area_code=place,
            count=changed,
            detail=detail,
        )
    return changed


# -- planning ----------------------------------------------------------------------------------------------------------


def _plan_patient(vault: Vault, standing: Standing, wanted: Sequence[TakeOver], rules: _Rules) -> list[Planned]:
    """One patient's visits by date, so that each is judged by the one before it."""
    facts, plans = list(standing.facts), []
    for one in wanted:
        plan = _known(vault, standing, one) or _new(standing, one)
        if plan.fate is Fate.NEW:
            history = History(facts)
            plan.taken = take_over(one.record, history.before(one.record.visited_on), rules.on(one.record.visited_on))
            plan.says = plan.taken.says
            facts.append(_fact(plan, len(facts)))
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


def _fact(plan: Planned, number: int) -> VisitFact:
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


# -- storing -----------------------------------------------------------------------------------------------------------


def _tick(plan: Planned, actor: Actor, now: datetime) -> bool:
    """Whether the stored visit changed: it is ticked, or what stands there and differs is noted."""
    visit = plan.visit
    if visit is None or visit.is_opening:
        return False
    ticks = plan.fate is Fate.TICKED and visit.national_entered_at is None
    if ticks:
        visit.national_entered_at, visit.national_entered_by = now, actor.user_id
    says = plan.says or None
    differs = says != visit.national_says
    if differs:
        visit.national_says = says
    return ticks or differs


def _store_new(
    session: Session,
    vault: Vault,
    actor: Actor,
    standing: Mapping[int, Standing],
    plans: Sequence[Planned],
    now: datetime,
) -> None:
    if not plans:
        return
    rules = _Rules(session)
    doctors = {plan.wanted.doctor for plan in plans}
    by_name = {name: user for name, user in next(iter(standing.values())).doctors.items() if name in doctors}
    for visit_id, plan in zip(reserve_ids(session, FollowUpVisit, len(plans)), plans, strict=True):
        plan.visit_id, plan.public_id = visit_id, new_public_id()
    rows, lines = list[dict[str, Any]](), list[dict[str, Any]]()
    for plan in plans:
        patient = standing[plan.wanted.patient_id].patient
        rows.append(_row(vault, actor, patient, plan, rules.on(plan.wanted.record.visited_on), by_name, now))
        lines += medicine_rows(plan.visit_id, plan.wanted.record)
    insert_rows(session, FollowUpVisit, rows)
    insert_rows(session, VisitMedicine, lines)
    _note_levels(session, actor, standing, plans, now)
    by_patient: dict[int, list[Planned]] = {}
    for plan in plans:
        by_patient.setdefault(plan.wanted.patient_id, []).append(plan)
    for patient_id, own in by_patient.items():
        _move_present(session, actor, standing[patient_id], own, rules, now)


def _row(
    vault: Vault,
    actor: Actor,
    patient: Patient,
    plan: Planned,
    rules: VisitRules,
    doctors: Mapping[str, int],
    now: datetime,
) -> dict[str, Any]:
    taken = plan.taken
    if taken is None:
        raise ValueError("only a judged visit is stored")
    record, rest = taken.record, rest_of(patient, taken.record, rules)
    row: dict[str, Any] = {name: getattr(record, name) for name in PLAIN}
    because = (rest.why,) if rest else taken.due_because
    return row | {
        "id": plan.visit_id,
        "public_id": plan.public_id,
        "submission_key": submission_key(plan.wanted),
        "patient_id": patient.id,
        "area_code": patient.area_code,
        "agency_id": patient.agency_id,
        "next_due_on": None if rest else record.next_due_on,
        "referral_org": record.referral_org or None,
        "referral_dept": record.referral_dept or None,
        "computed_class": int(taken.computed) if taken.computed else None,
        "class_because": [why.to_json() for why in taken.class_because],
        "latest_due_on": None if rest else taken.latest_due_on,
        "due_because": [why.to_json() for why in because],
        "warnings": [why.to_json() for _field, why in plan.warnings],
        "rule_set_version": rules.version,
        "is_complete": not record.is_lost,
        "is_late_entry": False,
        "is_flagged": False,
        "is_opening": False,
        "channel": VisitChannel.NATIONAL,
        "needs_confirmation": False,
        "national_says": plan.says or None,
        "doctor_id": doctors.get(plan.wanted.doctor),
        "recorded_at": now,
        "recorded_by": actor.user_id,
        **sealed_texts(vault, patient.person_id, {name: getattr(record, name) for name in SEALED}),
    }


def _note_levels(
    session: Session, actor: Actor, standing: Mapping[int, Standing], plans: Sequence[Planned], now: datetime
) -> None:
    ratings = []
    for plan in sorted(plans, key=lambda one: one.wanted.record.visited_on):
        level, day = plan.wanted.record.risk_level, plan.wanted.record.visited_on
        if level is None:
            continue
        patient = standing[plan.wanted.patient_id].patient
        ratings.append((patient.id, level, day, plan.visit_id))
        if patient.risk_assessed_on is None or day >= patient.risk_assessed_on:
            patient.risk_level, patient.risk_assessed_on = level, day
    note_levels(session, actor, ratings, LevelSource.VISIT, now)


def _move_present(
    session: Session, actor: Actor, standing: Standing, plans: Sequence[Planned], rules: _Rules, now: datetime
) -> None:
    """Once a patient: the newest of all visits speaks for the present; older ones settle the day of the one after them."""
    patient, own = standing.patient, {plan.visit_id: plan for plan in plans}
    history = History([*standing.facts, *(_fact(plan, 0) for plan in plans)])
    latest = history.latest
    if latest is not None and latest.id in own:
        visit, day = session.get_one(FollowUpVisit, latest.id), rules.on(latest.visited_on)
        taken = own[latest.id].taken
        rest = rest_of(patient, taken.record, day) if taken else None
        after_taken_over(session, actor, patient, visit, history, rest, day, now)
    else:
        patient.last_seen_on = history.last_seen_on
        settle_latest(session, patient, history)
    lost = max((plan for plan in plans if plan.wanted.record.is_lost), key=_day, default=None)
    if lost is not None and (latest is None or lost.wanted.record.visited_on >= latest.visited_on):
        after_lost_report(session, patient, session.get_one(FollowUpVisit, lost.visit_id), now, _day(lost))


def _day(plan: Planned) -> date:
    return plan.wanted.record.visited_on
