"""Who is counted, and in which sets: one statement over a county that a computation stores (domain 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from app.core.quarter import Quarter
from app.core.sql_dates import DaysAfter
from app.guardians.models import Agreement
from app.numbers.queries.marks import Marks
from app.numbers.queries.pattern import is_seen_in_person, keeps_the_standard, visit_pattern
from app.numbers.queries.timeline import Counted
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.settings import RegularMode
from app.patients.models import Diagnosis, Examination
from app.patients.rules import (
    FIRST_VISIT_WITHIN_DAYS,
    CareSetting,
    DiagnosisCategory,
    ManagementStatus,
)
from app.risk.models import RiskLevel
from app.visits.models import FollowUpVisit
from app.visits.queries_confirmation import is_unconfirmed

HIGH_LEVEL = 3
# statements of `Marks` that are joined
_MARKS = (
    "offended",
    "ever_offended",
    "signed",
    "paid",
    "insured",
    "reassessment_owed",
    "reassessed",
    "rehabilitated",
)
_AT_HOME = (CareSetting.HOME, CareSetting.CARE_FACILITY, CareSetting.AWAY_KNOWN)
_EXAMINED = (
    Examination.agreed_by,
    Examination.systolic_mmhg,
    Examination.diastolic_mmhg,
    Examination.weight_hg,
    Examination.white_cells,
    Examination.neutrophils,
    Examination.alt,
    Examination.glucose,
    Examination.ecg,
)


def counted_patients(universe: FromClause, counted: Counted, marks: Marks) -> Select[Any]:
    """A row a patient of the six diagnoses, in the columns of `IndicatorMember` but its run; `universe` is what `gather` put down."""
    base, pattern = _with_findings(universe, counted, marks), visit_pattern(universe, counted)
    marked = {name: getattr(marks, name).subquery(name) for name in _MARKS}
    rows: FromClause = base.outerjoin(pattern, pattern.c.patient_id == base.c.patient_id)
    for mark in marked.values():
        rows = rows.outerjoin(mark, mark.c.patient_id == base.c.patient_id)
    return select(
        literal(MemberKind.PATIENT.value).label("kind"),
        base.c.patient_id.label("subject_id"),
        base.c.patient_id,
        base.c.area_code,
        cast(base.c.agency, Integer).label("agency_id"),
        _bits(_conditions(base, pattern, counted) | _marked(base, pattern, marked, marks)).label("bits"),
        func.coalesce(pattern.c.visits, 0).label("visits"),
        func.coalesce(pattern.c.visits_in_time, 0).label("visits_in_time"),
    ).select_from(rows)


def _with_findings(universe: FromClause, counted: Counted, marks: Marks) -> Subquery:
    """The universe without those of whom another diagnosis is written down, each with diagnosis and levels."""
    diagnosed, assessed = _diagnosis(universe, counted), _level(universe, counted, marks)
    rows = universe.outerjoin(diagnosed, diagnosed.c.patient_id == universe.c.patient_id)
    return (
        select(*universe.c, diagnosed.c.category, assessed.c.level, assessed.c.highest_level)
        .select_from(rows.outerjoin(assessed, assessed.c.patient_id == universe.c.patient_id))
        .where(diagnosed.c.category.is_distinct_from(DiagnosisCategory.OTHER_REPORTABLE))
        .subquery("base")
    )


def _diagnosis(universe: FromClause, counted: Counted) -> Subquery:
    """The diagnosis that held at the cut-off, or was the last one of somebody who died before it. Where none is written down, whoever is
    registered counts all the same, but not as schizophrenia."""
    one = Diagnosis
    newest = func.row_number().over(partition_by=one.patient_id, order_by=(one.from_on.desc(), one.id.desc()))
    ranked = (
        select(one.patient_id, one.category, newest.label("nth"))
        .join(universe, universe.c.patient_id == one.patient_id)
        .where(one.withdrawn_at.is_(None), one.from_on <= counted.cut_off)
        .subquery("ranked_diagnoses")
    )
    return select(ranked.c.patient_id, ranked.c.category).where(ranked.c.nth == 1).subquery("diagnosed")


def _level(universe: FromClause, counted: Counted, marks: Marks) -> Subquery:
    """The risk level that held at the cut-off, and the highest that a subsidy policy looks at: of the running quarter, or of the running
    agreement too where a level that has fallen goes on counting; no row where nobody had assessed any."""
    one, since = RiskLevel, _looked_at_since(universe, counted, marks)
    newest = func.row_number().over(partition_by=one.patient_id, order_by=(one.assessed_on.desc(), one.id.desc()))
    following = func.lead(one.assessed_on).over(partition_by=one.patient_id, order_by=(one.assessed_on, one.id))
    ranked = (
        select(one.patient_id, one.level, newest.label("nth"), following.label("next_on"), since.c.looked_at_since)
        .join(since, since.c.patient_id == one.patient_id)
        .where(one.withdrawn_at.is_(None), one.assessed_on <= counted.cut_off)
        .subquery("ranked_levels")
    )
    row = ranked.c
    still_held = or_(row.next_on.is_(None), row.next_on > row.looked_at_since)
    return (
        select(
            row.patient_id,
            func.max(case((row.nth == 1, row.level))).label("level"),
            func.max(case((still_held, row.level))).label("highest_level"),
        )
        .group_by(row.patient_id)
        .subquery("assessed")
    )


def _looked_at_since(universe: FromClause, counted: Counted, marks: Marks) -> Subquery:
    """From which day on a level counts for the subsidy of the cut-off's quarter."""
    quarter = literal(Quarter.of(counted.cut_off).first_day, Date)
    if not marks.keeps_level:
        return select(universe.c.patient_id, quarter.label("looked_at_since")).subquery("looked_at")
    last_day = func.coalesce(Agreement.ended_on, Agreement.to_on)
    running = and_(
        Agreement.patient_id == universe.c.patient_id,
        Agreement.withdrawn_at.is_(None),
        Agreement.from_on <= counted.cut_off,
        last_day >= counted.cut_off,
    )
    began = func.min(Agreement.from_on)
    return (
        select(universe.c.patient_id, case((began < quarter, began), else_=quarter).label("looked_at_since"))
        .select_from(universe.outerjoin(Agreement, running))
        .group_by(universe.c.patient_id)
        .subquery("looked_at")
    )


def _bits(conditions: Mapping[InSet, ColumnElement[bool]]) -> ColumnElement[int]:
    bits: ColumnElement[int] = literal(0, BigInteger)
    for flag, condition in conditions.items():
        bits = bits + case((condition, literal(int(flag), BigInteger)), else_=literal(0, BigInteger))
    return bits


def _conditions(base: FromClause, pattern: CTE, counted: Counted) -> dict[InSet, ColumnElement[bool]]:
    """Each set's condition, in the words of domain 4.1."""
    row, seen = base.c, pattern.c
    registered = row.is_registered
    is_managed = row.management == ManagementStatus.MANAGED.value
    is_lost = row.management == ManagementStatus.LOST.value
    # whoever is lost was followed up until then, unless their last word was no
    had_agreed = func.coalesce(row.accepted_from > row.declined_from, row.declined_from.is_(None))
    visited = and_(registered, seen.visits > 0)
    managed = and_(visited, or_(is_managed, and_(is_lost, had_agreed)))
    # a state that nobody has written down is none of those that are asked for, and does not stand in the way either
    is_here = row.management.is_distinct_from(ManagementStatus.LOST.value)
    at_large = row.care.is_distinct_from(CareSetting.CUSTODY.value)
    can_come = and_(at_large, row.care.is_distinct_from(CareSetting.INPATIENT.value))
    overdue = and_(registered, is_managed, can_come, _is_overdue(base, pattern, counted))
    waits = _is_waiting(base, pattern, counted)
    return {
        InSet.REGISTERED: registered,
        InSet.REGISTERED_OR_DIED: true(),
        InSet.DIED: ~registered,
        InSet.SCHIZOPHRENIA: row.category == DiagnosisCategory.SCHIZOPHRENIA,
        InSet.MANAGED: managed,
        InSet.STANDARD: and_(visited, is_managed, at_large, keeps_the_standard(base, pattern, counted)),
        InSet.VISITED: visited,
        InSet.MEDICATED: and_(visited, seen.is_medicated == 1),
        InSet.REGULAR: and_(visited, _is_regular(pattern, counted)),
        InSet.NO_DRUG_NEEDED: and_(visited, seen.has_no_drug == 1, seen.has_answer == 0),
        InSet.CLASSIFIED: managed,
        InSet.STABLE: and_(managed, seen.has_unstable == 0),
        InSet.LATEST_STABLE: and_(visited, seen.latest_is_stable == 1),
        InSet.FACE_TO_FACE: and_(visited, is_seen_in_person(base, pattern, counted)),
        InSet.EXAMINED: and_(registered, _is_examined(base, counted)),
        InSet.LOST: and_(registered, is_lost),
        InSet.AT_HOME: and_(registered, row.care.in_([one.value for one in _AT_HOME]), is_here),
        InSet.LOCKED_UP: and_(visited, seen.latest_is_locked == 1),
        InSet.REFUSED: and_(registered, row.management == ManagementStatus.REFUSED.value),
        InSet.NEWLY_REGISTERED: and_(registered, row.registered_from >= counted.first_on),
        InSet.OVERDUE: and_(overdue, ~waits),
        InSet.OVERDUE_WAITING: and_(overdue, waits),
        InSet.HIGH_LEVEL: and_(registered, row.level >= HIGH_LEVEL),
    }


def _marked(
    base: FromClause, pattern: CTE, marked: Mapping[str, Subquery], marks: Marks
) -> dict[InSet, ColumnElement[bool]]:
    """What other rooms know of whoever is registered."""
    registered = base.c.is_registered

    def has(name: str) -> ColumnElement[bool]:
        return and_(registered, marked[name].c.patient_id.is_not(None))

    return {
        InSet.OFFENDED: or_(has("offended"), and_(registered, pattern.c.has_offence == 1)),
        InSet.ELIGIBLE: and_(registered, _is_entitled(base, pattern, marked, marks)),
        InSet.SIGNED: has("signed"),
        InSet.PAID: has("paid"),
        InSet.INSURED: has("insured"),
        InSet.REASSESSMENT_OWED: has("reassessment_owed"),
        InSet.REASSESSED: has("reassessed"),
        InSet.TRAINED_FOR_REHAB: has("rehabilitated"),
    }


def _is_entitled(base: FromClause, pattern: CTE, marked: Mapping[str, Subquery], marks: Marks) -> ColumnElement[bool]:
    """Under management, and with a level or a past incident that the policy in force at the cut-off pays, as a run decides a line."""
    if not marks.is_scheme_open:
        return false()
    managed, needed = base.c.management == ManagementStatus.MANAGED.value, marks.entitled_from
    if needed is None:
        return managed
    has_offended = or_(pattern.c.has_ever_offended == 1, marked["ever_offended"].c.patient_id.is_not(None))
    return and_(managed, or_(base.c.highest_level >= needed, has_offended))


def _is_regular(pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    if counted.settings.regular is RegularMode.LAST_VISIT:
        return pattern.c.latest_is_regular == 1
    return and_(pattern.c.has_answer == 1, pattern.c.has_irregular == 0)


def _is_overdue(base: FromClause, pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    """The next visit was due before the cut-off; the first one is due fourteen days after management began."""
    first_due = DaysAfter(base.c.managed_from, literal(FIRST_VISIT_WITHIN_DAYS))
    return or_(pattern.c.is_overdue == 1, and_(pattern.c.first_known_on.is_(None), first_due < counted.cut_off))


def _is_waiting(base: FromClause, pattern: CTE, counted: Counted) -> ColumnElement[bool]:
    """Somebody came since, who makes it in time once the town has confirmed it."""
    visit, last = FollowUpVisit, pattern.c.came_last_on
    due_on = (
        select(visit.next_due_on)
        .where(
            visit.patient_id == base.c.patient_id,
            is_unconfirmed(),
            visit.is_complete,
            or_(last.is_(None), visit.visited_on > last),
            visit.visited_on <= counted.cut_off,
        )
        .order_by(visit.visited_on.desc(), visit.id.desc())
        .limit(1)
    )
    return func.coalesce(due_on.scalar_subquery() >= counted.cut_off, literal(value=False))


def _is_examined(base: FromClause, counted: Counted) -> ColumnElement[bool]:
    """A complete examination (all items of domain 2.7) in the year of the cut-off, by then."""
    return exists().where(
        Examination.patient_id == base.c.patient_id,
        Examination.withdrawn_at.is_(None),
        Examination.examined_on >= counted.cut_off.replace(month=1, day=1),
        Examination.examined_on <= counted.cut_off,
        *(column.is_not(None) for column in _EXAMINED),
    )
