"""Incidents of a batch's patients as the decision of a line reads them: records with people's word on the guardian, and visits' counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.period import Period, parse_period
from app.core.scope import within
from app.incidents.queries import IncidentOn, incidents_between, told_by_visits
from app.incidents.rules.incidents import IncidentKind as Kind
from app.patients.queries.merges import merges, records_of
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.queries.past import PAYMENTS, SENT
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.incidents import STOPPED_BY_PEOPLE, IncidentFact, IncidentKind, Ruling, stops_from

MOST_LINES = 12
_KINDS = {Kind.PUBLIC_ORDER: IncidentKind.PUBLIC_ORDER, Kind.CRIMINAL: IncidentKind.CRIMINAL}


def incident_facts(session: Session, patients: Sequence[int], quarter: Period) -> dict[int, tuple[IncidentFact, ...]]:
    """patient → 肇事 and 肇祸 up to the period's end, by day; 轻度滋事 has no effect on the money."""
    records = incidents_between(session, patients, date.min, quarter.last_day)
    told = told_by_visits(session, patients, quarter.last_day, records)
    blamed = [one.patient_id for several in records.values() for one in several if one.guardian_at_fault]
    paid = _paid_periods(session, blamed)
    found = {
        patient: tuple(
            _fact(one, paid[patient])
            for one in sorted([*records.get(patient, ()), *told.get(patient, ())], key=lambda one: one.happened_on)
            if one.kind in _KINDS
        )
        for patient in patients
    }
    return {patient: facts for patient, facts in found.items() if facts}


def faults_between(
    session: Session, patients: Sequence[int], from_on: date, to_on: date
) -> tuple[dict[int, list[date]], dict[int, int]]:
    """patient → the days of incidents that people laid at the guardian's door, and patient → how many nobody has decided on."""
    records = incidents_between(session, patients, from_on, to_on)
    told = told_by_visits(session, patients, to_on, records)
    faults: defaultdict[int, list[date]] = defaultdict(list)
    undecided: defaultdict[int, int] = defaultdict(int)
    for patient in patients:
        for one in [*records.get(patient, ()), *told.get(patient, ())]:
            if one.kind not in _KINDS or one.happened_on < from_on:
                continue
            if one.guardian_at_fault:
                faults[patient].append(one.happened_on)
            elif one.guardian_at_fault is None:
                undecided[patient] += one.count
    return faults, undecided


def lines_of_day(session: Session, actor: Actor, patient_id: int, day: date) -> list[SubsidyLine]:
    """The patient's live lines of the period in which something happened, and what waits for people or was stopped by them since: an
    incident that came to light after its period was paid holds a later one."""
    rows = session.scalars(
        select(SubsidyLine)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .where(
            SubsidyLine.patient_id.in_(records_of(session, patient_id)),
            SubsidyLine.is_live,
            within(SubsidyRun.county_code, actor),
        )
        .order_by(SubsidyLine.id.desc())
        .limit(MOST_LINES)
    )
    return [one for one in rows if _concerns(one, parse_period(one.period), day)]


def _concerns(line: SubsidyLine, period: Period, day: date) -> bool:
    is_stopped = any(one["code"].startswith(STOPPED_BY_PEOPLE) for one in line.reasons)
    has_effect = line.decision is LineState.HOLD or is_stopped
    return period.first_day <= day <= period.last_day or (day < period.first_day and has_effect)


def _fact(one: IncidentOn, paid: Sequence[Period]) -> IncidentFact:
    was_paid = any(period.first_day <= one.happened_on <= period.last_day for period in paid)
    found_late = one.decided_on if one.guardian_at_fault and was_paid else None
    fact = IncidentFact(_KINDS[one.kind], one.happened_on, one.guardian_at_fault, found_late)
    if one.ruling is None or one.ruled_on is None:
        return fact
    begins = stops_from(one.happened_on, one.ruled_on, paid)
    return replace(fact, ruling=Ruling(one.ruling), ruled_on=one.ruled_on, stops_from=begins)


def _paid_periods(session: Session, patients: Sequence[int]) -> defaultdict[int, list[Period]]:
    """patient → periods that the bank was told to pay, under whichever record of theirs."""
    found: defaultdict[int, list[Period]] = defaultdict(list)
    asked = merges(session).asked_of(patients) if patients else {}
    if asked:
        line = SubsidyLine
        rows = session.execute(
            select(line.patient_id, line.period)
            .join(SubsidyRun, SubsidyRun.id == line.run_id)
            .where(
                line.patient_id.in_(asked),
                line.kind.in_(PAYMENTS),
                line.decision == LineState.PAY,
                line.is_live,
                SubsidyRun.state.in_(SENT),
            )
        )
        for record, period in rows:
            for patient in asked[record]:
                found[patient].append(parse_period(period))
    return found
