"""What lines are decided from, as rows: one query per kind of fact for a whole batch of patients or payees.

Only the columns that a rule asks for: thousands of lines are read, and an object for each would cost more than all the rules together.
A row begins with whom it is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.period import Period, overlapping, parse_period
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Admission, Patient, PatientSpan
from app.patients.rules import SpanKind
from app.people.models import PayeeAccount, Person
from app.people.rules import DatePrecision
from app.risk.models import LevelSource, RiskLevel
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitForm, VisitObject

_PatientPerson = aliased(Person)
_Payee = aliased(Person)


class AgreementRow(NamedTuple):
    """One guardian of an agreement, with the patient and the payee."""

    agreement_id: int
    number: str
    from_on: date
    # the last day on which it held
    last_on: date
    withdrawn_at: datetime | None
    guardianship_id: int
    rank: Rank
    guards_from: date
    guards_to: date | None
    patient_id: int
    area_code: str
    registered_on: date | None
    is_opening: bool
    created_at: datetime
    patient_person_id: int
    is_identified: bool
    died_on: date | None
    died_on_precision: DatePrecision | None
    payee_id: int
    payee_public_id: str
    payee_name: str
    payee_died_on: date | None


def agreements_of(session: Session, ids: Sequence[int], rank: Rank) -> list[AgreementRow]:
    """Those of the agreements that have a guardian of this rank."""
    agreement, guardianship, patient = Agreement, Guardianship, Patient
    link = agreement.guardianship_id if rank is Rank.FIRST else agreement.second_guardianship_id
    last_on = func.coalesce(agreement.ended_on, agreement.to_on)
    rows = session.execute(
        select(agreement.id, agreement.number, agreement.from_on, last_on, agreement.withdrawn_at)
        .add_columns(guardianship.id, guardianship.rank, guardianship.from_on, guardianship.to_on)
        .add_columns(patient.id, patient.area_code, patient.registered_on, patient.is_opening, patient.created_at)
        .add_columns(_PatientPerson.id, _PatientPerson.id_index.is_not(None))
        .add_columns(_PatientPerson.died_on, _PatientPerson.died_on_precision)
        .add_columns(_Payee.id, _Payee.public_id, _Payee.name, _Payee.died_on)
        .join(guardianship, guardianship.id == link)
        .join(patient, patient.id == agreement.patient_id)
        .join(_PatientPerson, _PatientPerson.id == patient.person_id)
        .join(_Payee, _Payee.id == guardianship.person_id)
        .where(agreement.id.in_(ids))
    )
    return [AgreementRow(*row) for row in rows]


def spans_of(patients: Sequence[int], quarter: Period) -> Select[int, SpanKind, str, date, date | None]:
    span = PatientSpan
    return (
        select(span.patient_id, span.what, span.value, span.from_on, span.to_on)
        .where(
            span.patient_id.in_(patients),
            span.withdrawn_at.is_(None),
            span.what.in_((SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE)),
            span.from_on <= quarter.last_day,
            or_(span.to_on.is_(None), span.to_on >= quarter.first_day),
        )
        .order_by(span.from_on, span.id)
    )


def admissions_of(patients: Sequence[int], quarter: Period) -> Select[int, date, date | None]:
    stay = Admission
    return (
        select(stay.patient_id, stay.from_on, stay.to_on)
        .where(
            stay.patient_id.in_(patients),
            stay.withdrawn_at.is_(None),
            stay.from_on <= quarter.last_day,
            or_(stay.to_on.is_(None), stay.to_on >= quarter.first_day),
        )
        .order_by(stay.from_on, stay.id)
    )


def levels_of(patients: Sequence[int], quarter: Period) -> Select[int, int, date, LevelSource]:
    rating = RiskLevel
    return (
        select(rating.patient_id, rating.level, rating.assessed_on, rating.source)
        .where(
            rating.patient_id.in_(patients),
            rating.withdrawn_at.is_(None),
            or_(rating.assessed_on <= quarter.last_day, rating.source == LevelSource.OPENING),
        )
        .order_by(rating.assessed_on, rating.id)
    )


def last_seen_of(patients: Sequence[int], quarter: Period) -> Select[int, date]:
    visit = FollowUpVisit
    in_person = and_(
        visit.form.in_((VisitForm.OUTPATIENT, VisitForm.HOME)),
        visit.objects.bitwise_and(int(VisitObject.PATIENT)) > 0,
    )
    return (
        select(visit.patient_id, func.max(visit.visited_on))
        .where(
            visit.patient_id.in_(patients),
            visit.withdrawn_at.is_(None),
            visit.is_complete,
            visit.visited_on <= quarter.last_day,
            in_person,
        )
        .group_by(visit.patient_id)
    )


def accounts_of(payees: Sequence[int], as_of: date) -> Select[*tuple[Any, ...]]:
    """The newest first."""
    account = PayeeAccount
    return (
        select(account.person_id, account.id, account.public_id, account.number_index, account.holder_name)
        .add_columns(account.from_on, account.to_on, account.recorded_at, account.is_opening)
        .where(account.person_id.in_(payees), account.from_on <= as_of)
        .order_by(account.from_on.desc(), account.id.desc())
    )


def shared_accounts_of(payees: Sequence[int]) -> Select[int]:
    """Accounts in use whose number another person uses too."""
    other = aliased(PayeeAccount)
    return select(PayeeAccount.id).where(
        PayeeAccount.person_id.in_(payees),
        PayeeAccount.to_on.is_(None),
        exists().where(
            other.number_index == PayeeAccount.number_index,
            other.person_id != PayeeAccount.person_id,
            other.to_on.is_(None),
        ),
    )


def paid_in_other_runs(run: SubsidyRun, agreements: Sequence[int]) -> Select[int, Rank]:
    """Agreements of which another run pays or has paid days of this period."""
    return select(SubsidyLine.agreement_id, SubsidyLine.rank).where(
        SubsidyLine.agreement_id.in_(agreements),
        SubsidyLine.period.in_(overlapping(parse_period(run.period))),
        SubsidyLine.run_id != run.id,
        SubsidyLine.decision == LineState.PAY,
        SubsidyLine.is_live,
    )


def agreed_with(session: Session, quarter: Period, patients: Iterable[int]) -> defaultdict[int, set[int]]:
    """patient → agreements that touch the quarter, or that its lines of the quarter pay."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    agreements = select(Agreement.patient_id, Agreement.id).where(
        Agreement.patient_id.in_(patients),
        Agreement.withdrawn_at.is_(None),
        Agreement.from_on <= quarter.last_day,
        func.coalesce(Agreement.ended_on, Agreement.to_on) >= quarter.first_day,
    )
    lines = select(SubsidyLine.patient_id, SubsidyLine.agreement_id).where(
        SubsidyLine.patient_id.in_(patients),
        SubsidyLine.period.in_(overlapping(quarter)),
        SubsidyLine.decision == LineState.PAY,
        SubsidyLine.is_live,
    )
    for rows in (agreements, lines):
        for patient_id, agreement_id in session.execute(rows):
            found[patient_id].add(agreement_id)
    return found
