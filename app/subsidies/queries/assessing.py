"""A year of first guardians: their quarters' checks, the incidents of their patients, and what is confirmed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, DutyCheck, GuardianAssessment, Guardianship
from app.guardians.queries.duty import STANDS, guards_of
from app.guardians.rules import Relation
from app.guardians.rules.duty import AssessmentMark, DutyMark, propose_assessment
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.queries.incidents import faults_between


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One first guardian's year. `proposed` is None where nothing was checked; `confirmed` is what a person has said."""

    guardianship_id: int
    guardianship: str
    patient_id: int
    patient: str
    area_code: str
    village: str
    guardian: str
    relation: Relation
    marks: Mapping[Quarter, DutyMark]
    proposed: AssessmentMark | None
    because: Sequence[Reason]
    confirmed: AssessmentMark | None
    confirmed_at: datetime | None
    confirmed_by: str
    # the reader guards this patient
    is_own: bool


def list_assessments(
    session: Session, actor: Actor, year: int, place: str, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[AssessmentRow]:
    """By village; whoever had an agreement in the year."""
    wanted = _guardianships(actor, year).where(within_prefix(Patient.area_code, place))
    match decode_cursor(cursor, 2):
        case (str() as area, int() as guardianship):
            wanted = wanted.where(tuple_(Patient.area_code, Guardianship.id) > (area, guardianship))
    fetched = session.execute(wanted.order_by(Patient.area_code, Guardianship.id).limit(size + 1)).all()
    return page_of(_rows(session, actor, year, fetched), size, lambda row: (row.area_code, row.guardianship_id))


def get_assessment_row(session: Session, actor: Actor, guardianship_id: str, year: int) -> AssessmentRow:
    """Raises `NotFound` for a guardian without an agreement of the year in the actor's area."""
    fetched = session.execute(_guardianships(actor, year).where(Guardianship.public_id == guardianship_id)).all()
    if not fetched:
        raise NotFound
    return _rows(session, actor, year, fetched)[0]


def _guardianships(actor: Actor, year: int) -> Any:
    of_year = (
        select(Agreement.guardianship_id)
        .where(
            Agreement.withdrawn_at.is_(None),
            Agreement.from_on <= date(year, 12, 31),
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= date(year, 1, 1),
        )
        .distinct()
    )
    return (
        select(Guardianship, Patient.public_id, Patient.area_code, Person.name)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .join(Person, Person.id == Guardianship.person_id)
        .where(within(Patient.area_code, actor), Guardianship.id.in_(of_year))
    )


def _rows(session: Session, actor: Actor, year: int, fetched: Sequence[Any]) -> list[AssessmentRow]:
    ids = [row[0].id for row in fetched]
    patients = [row[0].patient_id for row in fetched]
    villages = full_names(session, {row[2] for row in fetched})
    marks = _marks(session, ids, year)
    faults, undecided = faults_between(session, patients, date(year, 1, 1), date(year, 12, 31))
    confirmed = _confirmed(session, ids, year)
    guards = guards_of(session, patients)
    found = []
    for guardianship, patient, area_code, name in fetched:
        quarters = marks.get(guardianship.id, {})
        proposed = propose_assessment(
            quarters,
            _while(guardianship, faults.get(guardianship.patient_id, ())),
            undecided.get(guardianship.patient_id, 0),
        )
        said, by = confirmed.get(guardianship.id, (None, ""))
        found.append(
            AssessmentRow(
                guardianship_id=guardianship.id,
                guardianship=guardianship.public_id,
                patient_id=guardianship.patient_id,
                patient=patient,
                area_code=area_code,
                village=villages[area_code],
                guardian=name,
                relation=guardianship.relation,
                marks=quarters,
                proposed=proposed[0] if proposed else None,
                because=[Reason.from_json(one) for one in said.because] if said else proposed[1] if proposed else (),
                confirmed=said.result if said else None,
                confirmed_at=said.confirmed_at if said else None,
                confirmed_by=by,
                is_own=any(guard.person_id == actor.person_id for guard in guards[guardianship.patient_id]),
            )
        )
    return found


def _while(guardianship: Guardianship, days: Sequence[date]) -> list[date]:
    """Those days on which this guardian guarded: another's fault is not theirs."""
    return [
        day for day in days if guardianship.from_on <= day and (guardianship.to_on is None or day < guardianship.to_on)
    ]


def _marks(session: Session, guardianships: Sequence[int], year: int) -> dict[int, dict[Quarter, DutyMark]]:
    """The worst standing mark of each quarter: two agreements may share one."""
    rows = session.execute(
        select(Agreement.guardianship_id, DutyCheck.quarter, DutyCheck.result)
        .join(Agreement, Agreement.id == DutyCheck.agreement_id)
        .where(
            Agreement.guardianship_id.in_(guardianships),
            DutyCheck.quarter.between(f"{year}Q1", f"{year}Q4"),
            STANDS,
        )
    )
    found: dict[int, dict[Quarter, DutyMark]] = {}
    order = list(DutyMark)
    for guardianship, quarter, mark in rows:
        held = found.setdefault(guardianship, {})
        of = Quarter.parse(quarter)
        held[of] = max(held.get(of, mark), mark, key=order.index)
    return found


def _confirmed(session: Session, guardianships: Sequence[int], year: int) -> dict[int, tuple[GuardianAssessment, str]]:
    rows = session.execute(
        select(GuardianAssessment, User.display_name)
        .outerjoin(User, User.id == GuardianAssessment.confirmed_by)
        .where(GuardianAssessment.guardianship_id.in_(guardianships), GuardianAssessment.year == year)
    )
    return {one.guardianship_id: (one, by or "") for one, by in rows}
