"""The last follow-ups before this system, taken over from a roster in batches. They count for due dates and punish nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.crypto import digest
from app.core.dates import add_months
from app.core.db import new_public_id
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.rules import is_visit_owed
from app.risk.models import LevelSource
from app.risk.service import note_levels
from app.tasks.service import open_follow_ups
from app.visits.commands import OpeningVisit
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules
from app.visits.rules.due import next_due
from app.visits.rules.form import VisitClass, VisitObject
from app.visits.rules.ruleset import VisitRules


@dataclass(frozen=True)
class _Taken:
    """One row as it will stand."""

    visit_id: int
    patient: Patient
    row: OpeningVisit
    visit_class: VisitClass | None
    next_due_on: date
    class_because: tuple[Reason, ...]
    due_because: tuple[Reason, ...]


def record_opening_visits(session: Session, rows: Sequence[OpeningVisit], actor: Actor, now: datetime) -> int:
    """Store the rows' visits, levels, kept copies and next duties; how many. One visit a patient: a second time changes nothing.

    The patients stand already and have no open follow-up. Class and next day are the roster's where it has them; else the class
    follows from the level alone, and the day from the class by the table.
    """
    stored = 0
    for part in slices(rows):
        taken = _take(session, part)
        insert_rows(session, FollowUpVisit, [_visit_row(one, actor, now) for one in taken])
        ratings = [
            (one.patient.id, one.row.risk_level, one.row.visited_on, one.visit_id)
            for one in taken
            if one.row.risk_level is not None
        ]
        note_levels(session, actor, ratings, LevelSource.OPENING, now)
        _keep_copies(taken)
        session.flush()
        due = [
            (one.patient, one.next_due_on, f"visit:{one.visit_id}", (*one.class_because, *one.due_because))
            for one in taken
            if _is_owed(one.patient)
        ]
        open_follow_ups(session, due, now)
        stored += len(taken)
    if stored:
        ids = ",".join(str(row.patient_id) for row in rows)
        note(
            session,
            actor,
            "visits.opening_recorded",
            now=now,
            subject=("visit", ""),
            area_code=actor.area_prefix.ljust(12, "0") if actor.area_prefix else "",
            count=stored,
            detail={"digest": digest(ids)},
        )
    return stored


def _take(session: Session, rows: Sequence[OpeningVisit]) -> list[_Taken]:
    patient_ids = [row.patient_id for row in rows]
    patients = {one.id: one for one in session.scalars(select(Patient).where(Patient.id.in_(patient_ids)))}
    known = set(
        session.scalars(
            select(FollowUpVisit.patient_id).where(
                FollowUpVisit.patient_id.in_(patient_ids), FollowUpVisit.withdrawn_at.is_(None)
            )
        )
    )
    fresh = [row for row in rows if row.patient_id in patients and row.patient_id not in known]
    ids = reserve_ids(session, FollowUpVisit, len(fresh))
    by_day: dict[date, VisitRules] = {day: get_rules(session, day) for day in {row.visited_on for row in fresh}}
    return [
        _taken(visit_id, patients[row.patient_id], row, by_day[row.visited_on])
        for visit_id, row in zip(ids, fresh, strict=True)
    ]


def _taken(visit_id: int, patient: Patient, row: OpeningVisit, rules: VisitRules) -> _Taken:
    visit_class, class_because = _class_of(row, rules)
    next_due_on, due_because = _due_of(row, visit_class, rules)
    return _Taken(visit_id, patient, row, visit_class, next_due_on, class_because, due_because)


def _class_of(row: OpeningVisit, rules: VisitRules) -> tuple[VisitClass | None, tuple[Reason, ...]]:
    opening = reason("visit.opening", visited_on=row.visited_on)
    level = row.risk_level
    if level is not None and level >= rules.police_level:
        risk = reason("visit.class.risk", level=level, threshold=rules.police_level)
        return VisitClass.UNSTABLE, (opening, risk)
    if row.visit_class is not None:
        return VisitClass(row.visit_class), (opening,)
    if level is None:
        return None, (opening,)
    if level > 0:
        return VisitClass.BASICALLY_STABLE, (opening, reason("visit.class.low_risk", level=level))
    return VisitClass.STABLE, (opening, reason("visit.opening_level_0"))


def _due_of(row: OpeningVisit, visit_class: VisitClass | None, rules: VisitRules) -> tuple[date, tuple[Reason, ...]]:
    if row.next_due_on is not None and row.next_due_on > row.visited_on:
        return row.next_due_on, (reason("visit.opening_due", on=row.next_due_on),)
    if visit_class is None:
        on = add_months(row.visited_on, rules.stable_months)
        return on, (reason("visit.opening_no_class", months=rules.stable_months, on=on),)
    due = next_due(row.visited_on, visit_class, None, None, rules)
    return due.on, due.reasons


def _visit_row(one: _Taken, actor: Actor, now: datetime) -> dict[str, Any]:
    visit_class = int(one.visit_class) if one.visit_class else None
    return {
        "id": one.visit_id,
        "public_id": new_public_id(),
        "submission_key": f"opening:{one.patient.id}",
        "patient_id": one.patient.id,
        "area_code": one.patient.area_code,
        "agency_id": one.patient.agency_id,
        "visited_on": one.row.visited_on,
        # 0: the roster does not say how
        "form": one.row.form or 0,
        # a roster says no more than that somebody came: the patient counts as met
        "objects": int(VisitObject.PATIENT),
        "risk_level": one.row.risk_level,
        "visit_class": visit_class,
        "class_because": [why.to_json() for why in one.class_because],
        "next_due_on": one.next_due_on,
        "due_because": [why.to_json() for why in one.due_because],
        "warnings": [],
        "rule_set_version": "opening",
        "is_complete": visit_class is not None,
        "is_late_entry": False,
        "is_flagged": False,
        "is_opening": True,
        "recorded_at": now,
        "recorded_by": actor.user_id,
        **dict.fromkeys(
            (
                "minor_disturbances",
                "public_order_incidents",
                "criminal_incidents",
                "other_harms",
                "self_harms",
                "suicide_attempts",
            ),
            0,
        ),
    }


def _is_owed(patient: Patient) -> bool:
    return is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting)


def _keep_copies(taken: Sequence[_Taken]) -> None:
    for one in taken:
        patient, row = one.patient, one.row
        patient.visit_class = int(one.visit_class) if one.visit_class else None
        patient.last_visit_id, patient.last_visit_on = one.visit_id, row.visited_on
        patient.last_visit_form = row.form
        patient.next_due_on = one.next_due_on if _is_owed(patient) else None
        if row.form in (1, 2):
            patient.last_seen_on = row.visited_on
        if row.risk_level is not None:
            patient.risk_level, patient.risk_assessed_on = row.risk_level, row.visited_on
