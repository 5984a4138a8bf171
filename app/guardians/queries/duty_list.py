"""A quarter's duty checks as lists: family by family, and counted by place. Names as the role may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Area
from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.dates import first_of_month, last_of_month
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.quarter import Quarter
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, DutyCheck, GuardianContact, Guardianship
from app.guardians.queries.duty import STANDS, alive_in, of_quarter
from app.guardians.rules import Rank, Relation
from app.guardians.rules.duty import CheckWay, Duty, DutyMark
from app.patients.models import Patient
from app.people.models import Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import kinds_for

MOST_ON_A_SHEET = 200
_First, _Second = aliased(Guardianship), aliased(Guardianship)
_FirstPerson, _SecondPerson = aliased(Person), aliased(Person)


class DutyShow(StrEnum):
    """Which families a list shows."""

    OPEN = "open"  # not checked yet
    FAILED = "failed"  # to be checked again
    GAP = "gap"  # the village's own worker is a guardian: somebody higher checks
    SILENT = "silent"  # no contact of the second guardian this month
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One agreement of the quarter. `patient` and guardians' names are None where the role may not read them now."""

    agreement_id: int
    agreement: str
    number: str
    patient: str
    area_code: str
    village: str
    patient_name: str | None
    guardian: str | None
    relation: Relation | None
    second: str | None
    has_second: bool
    # the reader guards this patient
    is_own: bool
    # somebody who keeps the village's checks guards this patient
    is_gap: bool
    check: str | None
    mark: DutyMark | None
    checked_on: date | None
    way: CheckWay | None
    failed: Duty
    remarked: Duty


def list_duty(
    session: Session,
    actor: Actor,
    quarter: Quarter,
    show: DutyShow,
    place: str,
    month: date,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[DutyRow]:
    """Families of a quarter by village. `place` is a prefix within the actor's area, `month` any day of the month asked for."""
    rows = _rows(actor, quarter).where(*_shown(show, month))
    if place:
        rows = rows.where(within_prefix(Patient.area_code, place))
    match decode_cursor(cursor, 2):
        case (str() as area, int() as agreement):
            rows = rows.where(tuple_(Patient.area_code, Agreement.id) > (area, agreement))
    fetched = session.execute(rows.order_by(Patient.area_code, Agreement.id).limit(size + 1)).all()
    villages = full_names(session, {row.area_code for row in fetched})
    return page_of([_row(actor, row, villages) for row in fetched], size, lambda one: (one.area_code, one.agreement_id))


def find_duty(session: Session, actor: Actor, quarter: Quarter, agreement_id: str) -> DutyRow | None:
    row = session.execute(_rows(actor, quarter).where(Agreement.public_id == agreement_id)).one_or_none()
    return _row(actor, row, full_names(session, {row.area_code})) if row else None


def _rows(actor: Actor, quarter: Quarter) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Agreement.id,
            Agreement.public_id,
            Agreement.number,
            Patient.public_id.label("patient"),
            Patient.area_code,
            _patient_name(actor).label("patient_name"),
            _guardian_name(actor, _FirstPerson).label("guardian"),
            _First.relation,
            _guardian_name(actor, _SecondPerson).label("second"),
            _Second.id.label("second_id"),
            _is_own(actor).label("is_own"),
            IS_GAP.label("is_gap"),
            DutyCheck.public_id.label("check"),
            DutyCheck.result,
            DutyCheck.checked_on,
            DutyCheck.way,
            DutyCheck.failed_duties,
            DutyCheck.remarked_duties,
        )
        .select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(_First, _First.id == Agreement.guardianship_id)
        .join(_FirstPerson, _FirstPerson.id == _First.person_id)
        .outerjoin(_Second, _present_second())
        .outerjoin(_SecondPerson, _SecondPerson.id == _Second.person_id)
        .outerjoin(DutyCheck, check_of(quarter))
        .where(within(Patient.area_code, actor), *of_quarter(quarter), alive_in(quarter))
    )


def check_of(quarter: Quarter) -> ColumnElement[bool]:
    return and_(DutyCheck.agreement_id == Agreement.id, DutyCheck.quarter == str(quarter), STANDS)


def _present_second() -> ColumnElement[bool]:
    return and_(
        _Second.patient_id == Agreement.patient_id,
        _Second.rank == Rank.SECOND,
        _Second.to_on.is_(None),
        _Second.withdrawn_at.is_(None),
    )


def _guards(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody who guards the agreement's patient at present."""
    return exists().where(
        Guardianship.patient_id == Agreement.patient_id,
        Guardianship.to_on.is_(None),
        Guardianship.withdrawn_at.is_(None),
        *which,
    )


# The village's own worker cannot check here, so the gap climbs to the town (domain 5.4).
IS_GAP = _guards(
    User.person_id == Guardianship.person_id,
    User.role == Role.VILLAGE_WORKER,
    User.area_code == Patient.area_code,
    ~User.is_disabled,
)


def _is_own(actor: Actor) -> ColumnElement[bool]:
    return _guards(Guardianship.person_id == actor.person_id) if actor.person_id else literal(False)


def is_silent(month: date) -> ColumnElement[bool]:
    first = first_of_month(month)
    spoken = exists().where(
        GuardianContact.patient_id == Agreement.patient_id,
        GuardianContact.contacted_on.between(first, last_of_month(month)),
    )
    return and_(func.coalesce(Agreement.ended_on, Agreement.to_on) >= first, ~spoken)


def _shown(show: DutyShow, month: date) -> list[ColumnElement[bool]]:
    is_failed = DutyCheck.result == DutyMark.FAILED
    which: dict[DutyShow, list[ColumnElement[bool]]] = {
        DutyShow.OPEN: [DutyCheck.id.is_(None)],
        DutyShow.FAILED: [is_failed],
        DutyShow.GAP: [IS_GAP, or_(DutyCheck.id.is_(None), is_failed)],
        DutyShow.SILENT: [is_silent(month)],
        DutyShow.DONE: [DutyCheck.id.is_not(None), ~is_failed],
        DutyShow.ALL: [],
    }
    return which[show]


def _has_task(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        Task.patient_id == Agreement.patient_id,
        Task.state == TaskState.OPEN,
        Task.kind.in_(sorted(kinds_for(actor.role))),
    )


def _patient_name(actor: Actor) -> Any:
    return _readable(sees(actor, Field.PATIENT_NAME), Person.name, actor)


def _guardian_name(actor: Actor, whose: Any) -> Any:
    return _readable(sees(actor, Field.GUARDIAN_NAME), whose.name, actor)


def _readable(grant: Grant, name: Any, actor: Actor) -> Any:
    if grant in (Grant.FULL, Grant.MASKED):
        return name
    return case((_has_task(actor), name)) if grant is Grant.TASK else literal(None)


def _row(actor: Actor, row: Any, villages: dict[str, str]) -> DutyRow:
    is_masked = sees(actor, Field.PATIENT_NAME) is Grant.MASKED
    return DutyRow(
        agreement_id=row.id,
        agreement=row.public_id,
        number=row.number,
        patient=row.patient,
        area_code=row.area_code,
        village=villages[row.area_code],
        patient_name=mask_name(row.patient_name) if is_masked and row.patient_name else row.patient_name,
        guardian=row.guardian,
        relation=row.relation if row.guardian else None,
        second=row.second,
        has_second=row.second_id is not None,
        is_own=bool(row.is_own),
        is_gap=bool(row.is_gap),
        check=row.check,
        mark=row.result,
        checked_on=row.checked_on,
        way=row.way,
        failed=Duty(row.failed_duties or 0),
        remarked=Duty(row.remarked_duties or 0),
    )


def places_of(session: Session, actor: Actor) -> list[Area]:
    """Villages with an agreement in the actor's area, for the list's choice of place."""
    with_families = select(Patient.area_code).join(Agreement, Agreement.patient_id == Patient.id)
    return list(
        session.scalars(select(Area).where(within(Area.code, actor), Area.code.in_(with_families)).order_by(Area.code))
    )
