"""How a quarter's duty checks stand, counted by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.core.actor import Actor
from app.core.quarter import Quarter
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, DutyCheck
from app.guardians.queries.duty import alive_in, of_quarter
from app.guardians.queries.duty_list import IS_GAP, check_of, is_silent
from app.guardians.rules.duty import DutyMark
from app.patients.models import Patient
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class DutyCounts:
    """How a place's quarter stands; `open` are not checked, `failed` wait to be checked again."""

    code: str
    name: str
    all: int
    passed: int
    failed: int
    gaps: int
    silent: int

    @property
    def open(self) -> int:
        return self.all - self.passed - self.failed


def count_duty(session: Session, actor: Actor, quarter: Quarter, month: date, place: str = "") -> list[DutyCounts]:
    """The quarter by village, in the order of their codes; places without agreements are left out."""
    is_failed = DutyCheck.result == DutyMark.FAILED
    rows = session.execute(
        select(
            Patient.area_code,
            func.count(),
            func.count().filter(DutyCheck.id.is_not(None), ~is_failed),
            func.count().filter(is_failed),
            func.count().filter(IS_GAP, DutyCheck.id.is_(None)),
            func.count().filter(is_silent(month)),
        )
        .select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(DutyCheck, check_of(quarter))
        .where(within(Patient.area_code, actor), within_prefix(Patient.area_code, place), *of_quarter(quarter))
        .where(alive_in(quarter))
        .group_by(Patient.area_code)
        .order_by(Patient.area_code)
    ).all()
    names = full_names(session, {row[0] for row in rows})
    return [DutyCounts(row[0], names[row[0]], *row[1:]) for row in rows]


def count_for_home(
    session: Session, actor: Actor, quarters: Sequence[Quarter], month: date
) -> dict[Quarter, DutyCounts]:
    """Several quarters of the whole area at once, in one query.

    A county is told only what it can count without looking at each family's guardians and contacts.
    """
    is_brief = len(actor.area_prefix) < PREFIX_LENGTHS[AreaLevel.TOWN]
    checks = {quarter: aliased(DutyCheck) for quarter in quarters}
    columns: list[Any] = []
    for quarter, check in checks.items():
        held, is_failed = and_(*of_quarter(quarter), alive_in(quarter)), check.result == DutyMark.FAILED
        gap, silent = (literal(False), literal(False)) if is_brief else (IS_GAP, is_silent(month))
        columns += [
            func.count().filter(held),
            func.count().filter(held, check.id.is_not(None), ~is_failed),
            func.count().filter(held, is_failed),
            func.count().filter(held, gap, check.id.is_(None)),
            func.count().filter(held, silent),
        ]
    wanted = select(*columns).select_from(Agreement).join(Patient, Patient.id == Agreement.patient_id)
    wanted = wanted.join(Person, Person.id == Patient.person_id)
    for quarter, check in checks.items():
        stands = check.withdrawn_at.is_(None) & check.replaced_at.is_(None)
        wanted = wanted.outerjoin(
            check, and_(check.agreement_id == Agreement.id, check.quarter == str(quarter), stands)
        )
    first, last = min(quarters), max(quarters)
    row = session.execute(
        wanted.where(
            within(Patient.area_code, actor),
            Agreement.from_on <= last.last_day,
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= first.first_day,
        )
    ).one()
    return {quarter: DutyCounts("", "", *row[at * 5 : at * 5 + 5]) for at, quarter in enumerate(quarters)}


def total_of(parts: Sequence[DutyCounts]) -> DutyCounts:
    return DutyCounts(
        "",
        "",
        sum(one.all for one in parts),
        sum(one.passed for one in parts),
        sum(one.failed for one in parts),
        sum(one.gaps for one in parts),
        sum(one.silent for one in parts),
    )
