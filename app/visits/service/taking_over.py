"""Visits found in the national system become visits here, once: new ones are stored in batches, those typed here are ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.crypto import digest
from app.core.db import new_public_id
from app.patients.models import Patient
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_levels
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries_taking_over import Standing, load_standing
from app.visits.readers import PLAIN, SEALED
from app.visits.rules.history import History
from app.visits.rules.ruleset import VisitRules
from app.visits.rules.states import VisitChannel
from app.visits.service.judging import rest_of
from app.visits.service.matching import PATIENTS_AT_ONCE, Fate, Planned, RulesByDay, fact_of_plan, submission_key
from app.visits.service.next_steps import after_lost_report, after_taken_over, settle_latest
from app.visits.service.storing import medicine_rows, sealed_texts


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
    rules = RulesByDay(session)
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
    session: Session, actor: Actor, standing: Standing, plans: Sequence[Planned], rules: RulesByDay, now: datetime
) -> None:
    """Once a patient: the newest of all visits speaks for the present; older ones settle the day of the one after them."""
    patient, own = standing.patient, {plan.visit_id: plan for plan in plans}
    history = History([*standing.facts, *(fact_of_plan(plan, 0) for plan in plans)])
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
