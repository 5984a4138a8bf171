"""What other rooms know of the patients of a county on a day: entitlement, agreement, payment, cover, reassessment, incidents, rehabilitation.

Each mark is a statement of patients that `members` joins. What stays under a record that was merged away is read through the merge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.benefits.models import RehabAttendance, RehabReferral
from app.core.clock import business_day, end_of
from app.core.dates import first_of_month
from app.core.period import parse_period
from app.core.quarter import Quarter
from app.guardians.models import Agreement
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentKind, IncidentState
from app.insurance.models import Enrolment, InsurancePolicy
from app.insurance.rules.policies import PolicyState
from app.patients.models import RegisterRequest
from app.patients.rules import RequestKind, RequestState
from app.risk.models import Reassessment
from app.subsidies.models import RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import LevelCounts, PolicyTerms
from app.subsidies.rules.transitions import RunState
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

SENT = (RunState.EXPORTED, RunState.SETTLED)
OFFENCES = (IncidentKind.PUBLIC_ORDER, IncidentKind.CRIMINAL)

Patients = Select[Any]  # of one column, `patient_id`, each once


@dataclass(frozen=True, slots=True)
class Marks:
    """Statements of who bears a mark; `entitled_from` is the lowest level that the county's policy pays, None for every managed patient;
    `keeps_level`: one that has fallen counts as long as the agreement runs."""

    is_scheme_open: bool
    entitled_from: int | None
    keeps_level: bool
    offended: Patients
    ever_offended: Patients
    signed: Patients
    paid: Patients
    insured: Patients
    reassessment_owed: Patients
    reassessed: Patients
    rehabilitated: Patients


def marks_of(session: Session, county_code: str, first_on: date, cut_off: date) -> Marks:
    """As of the cut-off, by what the county had decided by then."""
    terms = _terms(session, county_code, cut_off)
    quarters = [str(quarter) for quarter in ended_quarters(first_on, cut_off)]
    return Marks(
        is_scheme_open=terms is not None and terms.is_open,
        entitled_from=terms.eligible_rule.level if terms else None,
        keeps_level=terms is not None and terms.level_counts is LevelCounts.AGREEMENT,
        offended=_through_merges(_offences(first_on, cut_off)),
        ever_offended=_through_merges(_offences(date.min, cut_off)),
        signed=_through_merges(_signed(cut_off)),
        paid=_through_merges(_paid(county_code, last_paid_period(session, county_code, cut_off), cut_off)),
        insured=_through_merges(_insured(county_code, cut_off)),
        reassessment_owed=_owed(quarters, cut_off),
        reassessed=_reassessed(quarters, cut_off),
        rehabilitated=_through_merges(_rehabilitated(first_on, cut_off)),
    )


def ended_quarters(first_on: date, cut_off: date) -> Iterator[Quarter]:
    """Quarters whose last day lies in the window: their reassessments are owed by then."""
    quarter = Quarter.of(first_on)
    while quarter.last_day <= cut_off:
        yield quarter
        quarter = quarter.next()


def last_paid_period(session: Session, county_code: str, cut_off: date) -> str | None:
    """The latest subsidy period that had gone to the bank by the cut-off."""
    rows = session.execute(
        select(SubsidyRun.period, SubsidyRun.exported_at).where(
            SubsidyRun.county_code == county_code, SubsidyRun.kind == RunKind.REGULAR, SubsidyRun.state.in_(SENT)
        )
    )
    sent = [period for period, at in rows if at is not None and business_day(at) <= cut_off]
    return max(sent, key=lambda period: parse_period(period).last_day, default=None)


def _terms(session: Session, county_code: str, day: date) -> PolicyTerms | None:
    terms = session.scalar(
        select(SubsidyPolicy.terms)
        .where(SubsidyPolicy.county_code == county_of(county_code), SubsidyPolicy.valid_from <= day)
        .order_by(SubsidyPolicy.valid_from.desc())
        .limit(1)
    )
    return None if terms is None else PolicyTerms.from_json(terms)


def _through_merges(rows: Patients) -> Patients:
    """The same, and every record into which one of them was merged, over however many steps."""
    asked = RegisterRequest
    is_done = and_(asked.kind == RequestKind.MERGE, asked.state == RequestState.DONE)
    found = rows.cte(recursive=True)
    kept = select(asked.kept_patient_id).join(found, found.c.patient_id == asked.patient_id).where(is_done)
    return select(found.union(kept).c.patient_id)


def _offences(first_on: date, cut_off: date) -> Patients:
    """Looked at by people and found to be one; what only a visit told of is read from the visits."""
    settled = (IncidentState.CONFIRMED, IncidentState.CLOSED)
    return select(Incident.patient_id).where(
        Incident.patient_id.is_not(None),
        Incident.kind.in_(OFFENCES),
        Incident.state.in_(settled),
        Incident.happened_on.between(first_on, cut_off),
    )


def _signed(day: date) -> Patients:
    """What runs on the day and had been signed by then."""
    last_day = func.coalesce(Agreement.ended_on, Agreement.to_on)
    is_signed = or_(Agreement.signed_on.is_(None), Agreement.signed_on <= day)
    holds = and_(Agreement.withdrawn_at.is_(None), Agreement.from_on <= day, last_day >= day, is_signed)
    return select(Agreement.patient_id).where(holds).distinct()


def _paid(county_code: str, period: str | None, cut_off: date) -> Patients:
    """By what had gone to the bank by the cut-off; what was paid before the county came here was paid before that."""
    line, run = SubsidyLine, SubsidyRun
    was_sent = or_(run.kind == RunKind.OPENING, run.exported_at < end_of(cut_off))
    return (
        select(line.patient_id)
        .join(run, run.id == line.run_id)
        .where(
            run.county_code == county_code,
            run.state.in_(SENT),
            was_sent,
            line.period == period,
            line.decision == LineState.PAY,
            line.is_live,
        )
    )


def _insured(county_code: str, day: date) -> Patients:
    one, policy = Enrolment, InsurancePolicy
    return (
        select(one.patient_id)
        .join(policy, policy.id == one.policy_id)
        .where(
            policy.county_code == county_code,
            policy.state == PolicyState.CONFIRMED,
            policy.from_on <= day,
            policy.to_on >= day,
            one.from_on <= day,
            or_(one.to_on.is_(None), one.to_on > day),
        )
    )


def _owed(quarters: list[str], cut_off: date) -> Patients:
    return select(Task.patient_id).where(_is_owed(quarters, cut_off)).distinct()


def _reassessed(quarters: list[str], cut_off: date) -> Patients:
    """Every quarter that was owed, not one of them."""
    made = Reassessment
    in_time = and_(made.patient_id == Task.patient_id, made.quarter == Task.period, made.assessed_on <= cut_off)
    return (
        select(Task.patient_id)
        .outerjoin(made, in_time)
        .where(_is_owed(quarters, cut_off))
        .group_by(Task.patient_id)
        .having(func.count() == func.count(made.id))
    )


def _is_owed(quarters: list[str], cut_off: date) -> ColumnElement[bool]:
    """What was called off later was owed until then."""
    stood = or_(Task.state != TaskState.CANCELLED, Task.closed_at >= end_of(cut_off))
    return and_(Task.kind == TaskKind.REASSESSMENT, Task.period.in_(quarters), stood)


def _rehabilitated(first_on: date, cut_off: date) -> Patients:
    """Attendance is known by months: of one that the cut-off lies in, what had been written down by then."""
    month, is_last = RehabAttendance.month, first_of_month(cut_off + timedelta(days=1)) > cut_off
    is_over = month <= cut_off if is_last else month < first_of_month(cut_off)
    return (
        select(RehabReferral.patient_id)
        .join(RehabAttendance, RehabAttendance.referral_id == RehabReferral.id)
        .where(
            month >= first_of_month(first_on),
            month <= cut_off,
            or_(is_over, RehabAttendance.recorded_at < end_of(cut_off)),
            RehabAttendance.days > 0,
        )
        .distinct()
    )
