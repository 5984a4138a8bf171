"""Records that turned out to be one human being: what stayed on a record that was merged away is read through this.

Unscoped: the caller chose the records, and nobody is named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.patients.models import Patient, RegisterRequest
from app.patients.rules import RequestKind, RequestState


@dataclass(frozen=True)
class Merges:
    """record → the one that it was merged into."""

    into: Mapping[int, int]

    def end_of(self, patient: int) -> int:
        """The record that stands after every merge."""
        seen: set[int] = set()
        while (further := self.into.get(patient)) is not None and patient not in seen:
            seen.add(patient)
            patient = further
        return patient

    def records_of(self, patient: int) -> set[int]:
        """All records of the person behind this one."""
        return {patient, *self._by_end.get(self.end_of(patient), ())}

    def asked_of(self, patients: Iterable[int]) -> dict[int, list[int]]:
        """Every record of these patients' people → for which of the patients it is read."""
        asked: defaultdict[int, list[int]] = defaultdict(list)
        for patient in patients:
            for record in sorted(self.records_of(patient)):
                asked[record].append(patient)
        return dict(asked)

    @cached_property
    def _by_end(self) -> Mapping[int, set[int]]:
        found: defaultdict[int, set[int]] = defaultdict(set)
        for record in self.into:
            end = self.end_of(record)
            found[end] |= {end, record}
        return found


def merges(session: Session) -> Merges:
    """All that stand; few people are registered twice."""
    asked = RegisterRequest
    done = select(asked.patient_id, asked.kept_patient_id).where(
        asked.kind == RequestKind.MERGE, asked.state == RequestState.DONE
    )
    return Merges({merged: kept for merged, kept in session.execute(done) if kept is not None})


def records_of(session: Session, patient_id: int) -> set[int]:
    """The record, and those that were merged into it or into which it was merged."""
    return merges(session).records_of(patient_id)


def rows_of_people(session: Session, people: Iterable[int]) -> set[int]:
    """Every row under which these people were registered; whoever was registered once is one row."""
    same, asked = same_people(session), set(people)
    ends = {same.get(person, person) for person in asked}
    return asked | ends | {person for person, end in same.items() if end in ends}


def same_people(session: Session) -> dict[int, int]:
    """Row of a person → the row of the record that stands, for everybody who was registered twice: both lead to one."""
    known = merges(session)
    if not known.into:
        return {}
    records = {one: known.end_of(one) for one in {*known.into, *known.into.values()}}
    people = dict(session.execute(select(Patient.id, Patient.person_id).where(Patient.id.in_(records))).all())
    return {people[record]: people[end] for record, end in records.items()}
