"""Records that turned out to be one human being, and for which days each of them was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.core.spans import union
from app.patients.models import Patient
from app.patients.queries.merges import Merges, merges
from app.people.models import Person
from app.people.rules import DatePrecision
from app.subsidies.models import Recovery, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.past import SENT, Place, place_of
from app.subsidies.rules.corrections import counted_days
from app.subsidies.rules.days import Stay
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.recovery import RecoveryState

_ELSEWHERE = "subsidies.hold.paid_elsewhere"

Lines = Sequence[tuple[SubsidyLine, SubsidyRun]]


def people_of(session: Session, patients: set[int]) -> dict[int, int]:
    """patient → the person behind the record, or behind the record that it was merged into."""
    found = merges(session)
    ends, people = {patient: found.end_of(patient) for patient in patients}, dict[int, int]()
    for part in slices(sorted(set(ends.values()))):
        people |= dict(session.execute(select(Patient.id, Patient.person_id).where(Patient.id.in_(part))).all())
    return {patient: people[end] for patient, end in ends.items()}


def deaths_elsewhere(session: Session, patients: Iterable[int]) -> dict[int, tuple[date, DatePrecision | None]]:
    """Of records that were merged away → the death that stands under the record that stays: one human being dies once."""
    known = merges(session)
    ends = {patient: known.end_of(patient) for patient in patients if patient in known.into}
    found: dict[int, tuple[date, DatePrecision | None]] = {}
    for part in slices(sorted(set(ends.values()))):
        died = select(Patient.id, Person.died_on, Person.died_on_precision).join(Person, Person.id == Patient.person_id)
        for end, died_on, precision in session.execute(died.where(Patient.id.in_(part), Person.died_on.is_not(None))):
            if died_on is not None:  # the query asked for it
                found[end] = died_on, precision
    return {patient: found[end] for patient, end in ends.items() if end in found}


def paid_by_other_records(session: Session, lines: Sequence[SubsidyLine]) -> dict[Place, tuple[Stay, ...]]:
    """Days of the lines' places that another record of the same person was paid for. The record that stands goes first, then whichever was
    paid first; nothing is said where somebody looked at exactly this question and paid.
    """
    known = merges(session)
    asked = {place_of(line): line.patient_id for line in lines if line.patient_id in known.into}
    if not asked:
        return {}
    paid = _sent_lines(session, {record for patient in asked.values() for record in known.records_of(patient)})
    cases = newest_cases(session, [line for several in paid.values() for line, _run in several])
    found: dict[Place, tuple[Stay, ...]] = {}
    for place in asked.keys() & paid.keys():
        others = [other for other in paid if _goes_first(known, paid[other], paid[place])]
        days = [span for other in others for span in counted_days(newest_word(paid[other], cases.get(other)))]
        found[place] = tuple(Stay(span.first, span.last) for span in union(days))
    return found


def lines_of(session: Session, places: Sequence[Place]) -> defaultdict[Place, list[tuple[SubsidyLine, SubsidyRun]]]:
    """The lines that pay, or are about to pay, at least these places; by id."""
    line = SubsidyLine
    return _by_place(
        session,
        line.agreement_id.in_(sorted({place.agreement_id for place in places})),
        line.period.in_(sorted({place.period for place in places})),
    )


def newest_cases(session: Session, lines: Sequence[SubsidyLine]) -> dict[Place, Recovery]:
    """The newest case of each line's place that was not withdrawn."""
    found, places = dict[Place, Recovery](), {line.id: place_of(line) for line in lines}
    for part in slices(sorted(places)):
        rows = select(Recovery).where(Recovery.line_id.in_(part), Recovery.state != RecoveryState.WITHDRAWN)
        for one in session.scalars(rows.order_by(Recovery.id)):
            found[places[one.line_id]] = one
    return found


def newest_word(lines: Lines, case: Recovery | None) -> Mapping[str, Any]:
    """What was known last of the days that a place pays: a case that asks days back counts them no more."""
    line, run = lines[-1]
    if case is not None and (run.prepared_at is None or case.found_at >= run.prepared_at):
        return case.snapshot
    return line.snapshot


def is_decided(lines: Lines) -> bool:
    """A person looked at exactly this question and paid."""
    return any(
        line.decided_by is not None and any(one["code"] == _ELSEWHERE for one in line.reasons) for line, _run in lines
    )


def _sent_lines(session: Session, records: set[int]) -> defaultdict[Place, list[tuple[SubsidyLine, SubsidyRun]]]:
    """What these records were paid, also before the county came to us."""
    was_paid = or_(SubsidyRun.state.in_(SENT), SubsidyRun.kind == RunKind.OPENING)
    return _by_place(session, SubsidyLine.patient_id.in_(sorted(records)), was_paid)


def _by_place(
    session: Session, *which: ColumnElement[bool]
) -> defaultdict[Place, list[tuple[SubsidyLine, SubsidyRun]]]:
    line, found = SubsidyLine, defaultdict[Place, list[tuple[SubsidyLine, SubsidyRun]]](list)
    rows = session.execute(
        select(line, SubsidyRun)
        .join(SubsidyRun, SubsidyRun.id == line.run_id)
        .where(*which, line.decision == LineState.PAY, line.is_live)
        .order_by(line.id)
    )
    for one, run in rows:
        found[place_of(one)].append((one, run))
    return found


def _goes_first(known: Merges, other: Lines, mine: Lines) -> bool:
    """Whether the other record's payment stands, so that the same days of mine are too much."""
    (theirs, _), (own, _) = other[0], mine[0]
    is_one_person = known.end_of(theirs.patient_id) == known.end_of(own.patient_id)
    if theirs.agreement_id == own.agreement_id or not is_one_person or is_decided(other) or is_decided(mine):
        return False
    return (theirs.patient_id in known.into, theirs.id) < (own.patient_id in known.into, own.id)
