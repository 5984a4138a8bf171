"""Findings of data quality: how many each check has by town, and who they are with whose work it is. Asked of the register as it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import agency_names, full_names
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.core.access import FIELDS
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.numbers.queries.quality_checks import condition
from app.numbers.rules.quality import CHECKS, Check
from app.patients.models import Patient
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Finding:
    """A registration that a check finds, and whose it is."""

    public_id: str
    name: str
    place: str
    doctor: str | None
    agency: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many a check finds in a place and unit, for roles that may not read who."""

    place: str
    agency: str | None
    count: int


def names_people(actor: Actor, check: Check) -> bool:
    return check.names_people({field: grants[actor.role] for field, grants in FIELDS.items()})


def count_by_place(
    session: Session,
    actor: Actor,
    prefix: str,
    today: date,
    checks: Sequence[Check] = CHECKS,
    *,
    level: AreaLevel = AreaLevel.TOWN,
) -> Mapping[str, Counter[str]]:
    """town (or village) → check → findings, below a prefix; the register is walked once for all checks."""
    place = func.substr(Patient.area_code, 1, PREFIX_LENGTHS[level])
    rows = (
        select(place, *(func.sum(case((condition(check.code, today), 1), else_=0)) for check in checks))
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), within_prefix(Patient.area_code, prefix))
        .group_by(place)
    )
    found: dict[str, Counter[str]] = {}
    for prefix_, *counts in session.execute(rows):
        of_place = {check.code: int(count) for check, count in zip(checks, counts, strict=True) if count}
        if of_place:
            found[code_of(prefix_)] = Counter(of_place)
    return found


def list_findings(
    session: Session, actor: Actor, check: Check, prefix: str, today: date, after: str | None
) -> Page[Finding]:
    """A page of those whom a check finds, by village; for a role that may read their names."""
    rows = (
        select(Patient.id, Patient.public_id, Person.name, Patient.area_code, Patient.agency_id, User.display_name)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(User, User.id == Patient.doctor_id)
        .where(within(Patient.area_code, actor), within_prefix(Patient.area_code, prefix), condition(check.code, today))
        .order_by(Patient.area_code, Patient.id)
        .limit(PAGE_SIZE + 1)
    )
    if (key := decode_cursor(after, 2)) is not None and isinstance(key[0], str) and isinstance(key[1], int):
        rows = rows.where(tuple_(Patient.area_code, Patient.id) > key)
    page = page_of(session.execute(rows).all(), PAGE_SIZE, lambda row: (row.area_code, row.id))
    places = full_names(session, {row.area_code for row in page.rows})
    agencies = agency_names(session, {row.agency_id for row in page.rows if row.agency_id is not None})
    found = [
        Finding(row.public_id, row.name, places[row.area_code], row.display_name, agencies.get(row.agency_id or 0))
        for row in page.rows
    ]
    return Page(found, page.next_cursor)


def list_shares(session: Session, actor: Actor, check: Check, prefix: str, today: date) -> Sequence[Share]:
    """The same without names: by place and unit, the most first."""
    rows = session.execute(
        select(Patient.area_code, Patient.agency_id, func.count())
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor), within_prefix(Patient.area_code, prefix), condition(check.code, today))
        .group_by(Patient.area_code, Patient.agency_id)
        .order_by(func.count().desc(), Patient.area_code, Patient.agency_id)
    ).all()
    places = full_names(session, {row[0] for row in rows})
    agencies = agency_names(session, {row[1] for row in rows if row[1] is not None})
    return [Share(places[code], agencies.get(agency or 0), count) for code, agency, count in rows]
