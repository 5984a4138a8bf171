"""Which payments are to be looked at again: something about their days was recorded after they were frozen."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, Select, and_, case, exists, false, null, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.period import parse_period
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Admission, Patient, PatientSpan, RegisterRequest
from app.patients.rules import RequestKind, RequestState, SpanKind
from app.people.models import Person
from app.risk.models import RiskLevel
from app.subsidies.models import RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.past import PAYMENTS, SENT, PastLine, past_lines, reviewed_from
from app.subsidies.rules.decision import LineState
from app.visits.models import FollowUpVisit

_Payee = aliased(Person)


def lines_to_review(session: Session, county_code: str, as_of: date, after: int, limit: int) -> list[PastLine]:
    """The county's next payments by id about whose days, guardian or level something was recorded since they were frozen."""
    of = _to_review(session, county_code, as_of)
    return past_lines(session, list(session.scalars(of.where(SubsidyLine.id > after).limit(limit))))


def ids_to_review(session: Session, county_code: str, as_of: date) -> list[int]:
    """All of them, by id."""
    return list(session.scalars(_to_review(session, county_code, as_of)))


def _to_review(session: Session, county_code: str, as_of: date) -> Select[int]:
    line, run = SubsidyLine, SubsidyRun
    begins, ends = _days_of(session, county_code)
    is_recent = run.decided_as_of >= reviewed_from(as_of)
    learned = or_(_died_in(Person, ends), _died_in(_Payee, ends), _merged_away())  # however long ago it was paid
    return (
        select(line.id)
        .join(run, run.id == line.run_id)
        .join(Patient, Patient.id == line.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(_Payee, _Payee.id == line.payee_person_id)
        .where(
            run.county_code == county_code,
            run.kind != RunKind.OPENING,
            run.state.in_(SENT),
            line.kind.in_(PAYMENTS),
            line.decision == LineState.PAY,
            line.is_live,
            or_(learned, and_(is_recent, or_(_joined(), _touched(begins, ends)))),
        )
        .order_by(line.id)
    )


def _days_of(session: Session, county_code: str) -> tuple[ColumnElement[date], ColumnElement[date]]:
    """First and last day of a line's period, for the database: it knows the periods of a county's runs by name only."""
    own = select(SubsidyRun.period).where(SubsidyRun.county_code == county_code, SubsidyRun.kind != RunKind.OPENING)
    periods = {name: parse_period(name) for name in session.scalars(own.distinct())}
    named, nowhere = SubsidyLine.period, null().cast(Date)
    return (
        case(*((named == name, period.first_day) for name, period in periods.items()), (false(), nowhere)),
        case(*((named == name, period.last_day) for name, period in periods.items()), (false(), nowhere)),
    )


def _died_in(person: type[Person], ends: ColumnElement[date]) -> ColumnElement[bool]:
    """A death before the period's last day that was recorded after the line was frozen."""
    return and_(person.death_recorded_at >= SubsidyRun.prepared_at, person.died_on < ends)


def _merged_away() -> ColumnElement[bool]:
    """The record turned out to be another record's person, who may have been paid for the same days."""
    asked = RegisterRequest
    return exists().where(
        asked.patient_id == SubsidyLine.patient_id, asked.kind == RequestKind.MERGE, asked.state == RequestState.DONE
    )


def _joined() -> ColumnElement[bool]:
    """Another record of the person was found, or parted from this one again, since the line was frozen: what happened to them is read anew."""
    asked, frozen_at = RegisterRequest, SubsidyRun.prepared_at
    return exists().where(
        asked.kind == RequestKind.MERGE,
        or_(asked.patient_id == SubsidyLine.patient_id, asked.kept_patient_id == SubsidyLine.patient_id),
        or_(and_(asked.state == RequestState.DONE, asked.decided_at >= frozen_at), asked.undone_at >= frozen_at),
    )


def _touched(begins: ColumnElement[date], ends: ColumnElement[date]) -> ColumnElement[bool]:
    """Something about the period was recorded or withdrawn after the line was frozen, or ended within it. What is ended in place bears no
    time and counts always; but only for the lines of the period in which it ended, so that a county's past does not grow for ever.
    """
    line, run, span, stay = SubsidyLine, SubsidyRun, PatientSpan, Admission
    level, visit = RiskLevel, FollowUpVisit
    frozen_at = run.prepared_at
    return or_(
        exists().where(
            span.patient_id == line.patient_id,
            span.what.in_((SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE)),
            span.from_on <= ends,
            or_(span.recorded_at >= frozen_at, span.withdrawn_at >= frozen_at),
        ),
        exists().where(
            stay.patient_id == line.patient_id,
            stay.from_on <= ends,
            or_(stay.recorded_at >= frozen_at, stay.withdrawn_at >= frozen_at, stay.to_on.between(begins, ends)),
        ),
        exists().where(
            Agreement.id == line.agreement_id, or_(Agreement.ended_on < ends, Agreement.withdrawn_at.is_not(None))
        ),
        exists().where(
            Agreement.id == line.agreement_id,
            Guardianship.id.in_((Agreement.guardianship_id, Agreement.second_guardianship_id)),
            or_(Guardianship.to_on <= ends, Guardianship.withdrawn_at.is_not(None)),
        ),
        exists().where(
            level.patient_id == line.patient_id,
            level.assessed_on <= ends,
            or_(level.recorded_at >= frozen_at, level.withdrawn_at >= frozen_at),
        ),
        exists().where(
            visit.patient_id == line.patient_id,
            visit.visited_on <= ends,
            or_(visit.public_order_incidents > 0, visit.criminal_incidents > 0),
            or_(visit.recorded_at >= frozen_at, visit.withdrawn_at >= frozen_at),
        ),
    )
