"""Patterns about what payment rests on in the care record: levels, incidents, visits that are missing or were entered late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, exists, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import SHANGHAI, business_day
from app.core.reasons import reason
from app.guardians.models import Agreement
from app.incidents.models import Emergency
from app.incidents.rules import EmergencyReason
from app.patients.models import Patient
from app.people.models import Person
from app.risk.models import RiskLevel
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.watch.watched import Watched, grouped
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern
from app.subsidies.rules.watch_care import (
    RatingFact,
    VisitFact,
    back_dated,
    bump_signs,
    lifts_by_back_dating,
    missing_visit,
    raised_for_cut_off,
)
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitForm, VisitObject
from app.visits.rules.states import VisitChannel

_ENTERED_HERE = and_(
    FollowUpVisit.withdrawn_at.is_(None), ~FollowUpVisit.is_opening, FollowUpVisit.channel != VisitChannel.NATIONAL
)
_IN_PERSON = and_(
    FollowUpVisit.is_complete,
    FollowUpVisit.form.in_((VisitForm.OUTPATIENT, VisitForm.HOME)),
    FollowUpVisit.objects.bitwise_and(int(VisitObject.PATIENT)) > 0,
)


def raised_levels(session: Session, watched: Watched) -> Iterator[Finding]:
    """Ratings that reached the paid level just before the cut-off and left it just after; the clinician is named, the level is not."""
    needed = watched.terms.eligible_rule.level
    if needed is None:
        return
    lowered = exists().where(
        RiskLevel.patient_id == SubsidyLine.patient_id,
        RiskLevel.withdrawn_at.is_(None),
        RiskLevel.level < needed,
        RiskLevel.assessed_on > watched.cut_off,
    )
    lines = session.execute(watched.lines(SubsidyLine, Patient.public_id).join(Patient).where(lowered)).all()
    if not lines:
        return
    rows = session.scalars(
        select(RiskLevel)
        .where(
            RiskLevel.patient_id.in_(watched.lines(SubsidyLine.patient_id).where(lowered)),
            RiskLevel.withdrawn_at.is_(None),
        )
        .order_by(RiskLevel.patient_id, RiskLevel.assessed_on, RiskLevel.id)
    )
    ratings = grouped(rows, lambda one: one.patient_id)
    bumps = [
        (line, patient, bump)
        for line, patient in lines
        if (bump := raised_for_cut_off(_facts(ratings[line.patient_id]), needed, watched.cut_off, watched.limits))
    ]
    of_clinician = Counter(bump.raised.by for _, _, bump in bumps)
    for line, patient, bump in bumps:
        said = bump_signs(bump, of_clinician[bump.raised.by], watched.limits)
        if said:
            yield Finding(
                Pattern.LEVEL_RAISED, FlagSubject.PATIENT, patient, line.area_code, said, bump.raised.by, line.id
            )  # fmt: skip


def _facts(ratings: Iterable[RiskLevel]) -> list[RatingFact]:
    return [RatingFact(one.level, one.assessed_on, one.recorded_by) for one in ratings]


def hidden_incidents(session: Session, watched: Watched) -> Iterator[Finding]:
    """An emergency with danger to others, or an incident entered later, of which the paid line knows nothing."""
    first, last = _instants(watched)
    unaware = ~_says("incident")
    called = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, Patient.doctor_id, Emergency.opened_by, paid_only=True)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Emergency, Emergency.patient_id == SubsidyLine.patient_id)
        .where(
            Emergency.reason == EmergencyReason.DANGER,
            Emergency.started_at >= first,
            Emergency.started_at < last,
            unaware,
        )
        .order_by(SubsidyLine.id, Emergency.id)
    )
    entered = session.execute(
        watched.lines(
            SubsidyLine, Agreement.public_id, FollowUpVisit.doctor_id, FollowUpVisit.recorded_by, paid_only=True
        )
        .join(FollowUpVisit, FollowUpVisit.patient_id == SubsidyLine.patient_id)
        .where(
            FollowUpVisit.withdrawn_at.is_(None),
            FollowUpVisit.visited_on.between(watched.period.first_day, watched.cut_off),
            or_(FollowUpVisit.public_order_incidents > 0, FollowUpVisit.criminal_incidents > 0),
            unaware,
        )
        .order_by(SubsidyLine.id, FollowUpVisit.id)
    )
    for code, rows in (("incident_emergency", called), ("incident_entered", entered)):
        for line, agreement, doctor, recorder in rows:
            said = (reason(f"subsidies.watch.{code}"),)
            yield Finding(
                Pattern.INCIDENT_HIDDEN, FlagSubject.AGREEMENT, agreement, line.area_code, said, doctor or recorder, line.id
            )  # fmt: skip


def _says(word: str) -> ColumnElement[bool]:
    """Whether one of a line's reasons has a code that begins with this word."""
    return type_coerce(SubsidyLine.reasons, Text).contains(f".{word}", autoescape=True)


def missing_visits(session: Session, watched: Watched) -> Iterator[Finding]:
    """Paid although no clinician has met the patient, also where a person decided so; named: who decided, else the doctor."""
    months = watched.terms.visit_within_months or watched.limits.visit_months
    rows = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, Patient, Person.died_on, paid_only=True)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(or_(Patient.last_seen_on.is_(None), Patient.last_seen_on < watched.cut_off))
        .order_by(SubsidyLine.id)
    )
    for line, agreement, patient, died_on in rows:
        opened_on = business_day(patient.created_at) if patient.is_opening else None
        end = min(died_on, watched.cut_off) if died_on else watched.cut_off
        said = missing_visit(patient.last_seen_on, end, months, opened_on, watched.run.decided_as_of)
        if said:
            user = line.decided_by or patient.doctor_id or patient.created_by
            yield Finding(
                Pattern.MISSING_VISITS, FlagSubject.AGREEMENT, agreement, line.area_code, said, user, line.id
            )  # fmt: skip


def back_dated_visits(session: Session, watched: Watched) -> Iterator[Finding]:
    """Bursts of one user around the quarter's end, and lines that only a visit entered afterwards lets be paid."""
    rows = session.execute(
        select(
            FollowUpVisit.recorded_by, FollowUpVisit.patient_id, FollowUpVisit.visited_on, FollowUpVisit.recorded_at,
            FollowUpVisit.area_code, _IN_PERSON,
        )
        .where(
            _ENTERED_HERE,
            FollowUpVisit.patient_id.in_(watched.patients()),
            FollowUpVisit.visited_on.between(watched.period.first_day, watched.cut_off),
        )
        .order_by(FollowUpVisit.id)
    ).all()  # fmt: skip
    yield from _bursts(session, watched, rows)
    yield from _lifted(session, watched, rows)


def _bursts(session: Session, watched: Watched, rows: Any) -> Iterator[Finding]:
    found = {}
    for user_id, visits in grouped(rows, lambda row: row[0]).items():
        facts = [VisitFact(on, business_day(at)) for _, _, on, at, _, _ in visits]
        said = back_dated(facts, watched.cut_off, watched.limits)
        if said and user_id is not None:
            found[user_id] = (said, min(row[4] for row in visits))
    users = session.execute(select(User.id, User.public_id).where(User.id.in_(found))) if found else ()
    for user_id, public_id in users:
        said, area_code = found[user_id]
        yield Finding(Pattern.BACK_DATED_VISITS, FlagSubject.USER, public_id, area_code, said, user_id)


def _lifted(session: Session, watched: Watched, rows: Any) -> Iterator[Finding]:
    """The newest visit in person is the one that lets the line be paid: was it entered when the quarter was over?"""
    newest: dict[int, tuple[VisitFact, int | None]] = {}
    for user_id, patient_id, on, at, _, is_in_person in rows:
        if is_in_person and (patient_id not in newest or on >= newest[patient_id][0].on):
            newest[patient_id] = (VisitFact(on, business_day(at)), user_id)
    suspect = {
        patient_id: (said, user_id)
        for patient_id, (visit, user_id) in newest.items()
        if (said := lifts_by_back_dating(visit, watched.cut_off, watched.limits))
    }
    if not suspect:
        return
    lines = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, SubsidyLine.patient_id).order_by(SubsidyLine.id)
    )
    for line, agreement, patient_id in lines:
        if patient_id in suspect:
            said, user_id = suspect[patient_id]
            yield Finding(
                Pattern.BACK_DATED_VISITS, FlagSubject.AGREEMENT, agreement, line.area_code, said, user_id, line.id
            )  # fmt: skip


def _instants(watched: Watched) -> tuple[datetime, datetime]:
    """From the first instant of the period to the end of its last day."""
    return (
        datetime.combine(watched.period.first_day, time.min, SHANGHAI),
        datetime.combine(watched.cut_off, time.max, SHANGHAI),
    )
