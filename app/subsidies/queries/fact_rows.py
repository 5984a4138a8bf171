"""What lines are decided from, as rows: one query per kind of fact for a whole batch of patients or payees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.period import Period, overlapping, parse_period
from app.guardians.models import Agreement
from app.guardians.rules import Rank
from app.patients.models import Admission, PatientSpan, RegisterRequest
from app.patients.rules import RequestKind, RequestState, SpanKind
from app.people.models import PayeeAccount
from app.risk.models import LevelSource, RiskLevel
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitForm, VisitObject


def spans_of(patients: Sequence[int], quarter: Period) -> Select[PatientSpan]:
    return (
        select(PatientSpan)
        .where(
            PatientSpan.patient_id.in_(patients),
            PatientSpan.withdrawn_at.is_(None),
            PatientSpan.what.in_((SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE)),
            PatientSpan.from_on <= quarter.last_day,
            or_(PatientSpan.to_on.is_(None), PatientSpan.to_on >= quarter.first_day),
        )
        .order_by(PatientSpan.from_on, PatientSpan.id)
    )


def admissions_of(patients: Sequence[int], quarter: Period) -> Select[Admission]:
    return (
        select(Admission)
        .where(
            Admission.patient_id.in_(patients),
            Admission.withdrawn_at.is_(None),
            Admission.from_on <= quarter.last_day,
            or_(Admission.to_on.is_(None), Admission.to_on >= quarter.first_day),
        )
        .order_by(Admission.from_on, Admission.id)
    )


def levels_of(patients: Sequence[int], quarter: Period) -> Select[RiskLevel]:
    return (
        select(RiskLevel)
        .where(
            RiskLevel.patient_id.in_(patients),
            RiskLevel.withdrawn_at.is_(None),
            or_(RiskLevel.assessed_on <= quarter.last_day, RiskLevel.source == LevelSource.OPENING),
        )
        .order_by(RiskLevel.assessed_on, RiskLevel.id)
    )


def incidents_of(patients: Sequence[int], quarter: Period) -> Select[int, date, int, int]:
    """Visits that recorded 肇事 or 肇祸; the incident's own room will know better days."""
    visit = FollowUpVisit
    return (
        select(visit.patient_id, visit.visited_on, visit.public_order_incidents, visit.criminal_incidents)
        .where(
            visit.patient_id.in_(patients),
            visit.withdrawn_at.is_(None),
            visit.visited_on <= quarter.last_day,
            or_(visit.public_order_incidents > 0, visit.criminal_incidents > 0),
        )
        .order_by(visit.visited_on, visit.id)
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


def accounts_of(payees: Sequence[int], as_of: date) -> Select[PayeeAccount]:
    return (
        select(PayeeAccount)
        .where(PayeeAccount.person_id.in_(payees), PayeeAccount.from_on <= as_of)
        .order_by(PayeeAccount.from_on.desc(), PayeeAccount.id.desc())
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


def merged_with(session: Session, patients: Sequence[int]) -> defaultdict[int, set[int]]:
    """patient → the records that were merged into it, or the one that it was merged into."""
    asked = RegisterRequest
    rows = session.execute(
        select(asked.patient_id, asked.kept_patient_id).where(
            asked.kind == RequestKind.MERGE,
            asked.state == RequestState.DONE,
            or_(asked.patient_id.in_(patients), asked.kept_patient_id.in_(patients)),
        )
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for merged, kept in rows:
        if kept is not None:
            found[merged].add(kept)
            found[kept].add(merged)
    return found


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
