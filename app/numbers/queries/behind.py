"""The people, emergencies and discharges behind a figure, as far as the role may see: by name, or by place and institution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import agency_names, full_names
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.discharges.models import Discharge
from app.incidents.models import Emergency
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.answering import is_split, units_of
from app.numbers.queries.overdue import Late, late_visits_of
from app.numbers.queries.runs import group_members, list_members
from app.numbers.rules.behind import fields_told
from app.numbers.rules.membership import Figure, MemberKind
from app.patients.models import Patient
from app.people.models import Person

SIZE = 50
_PAGES: dict[MemberKind, tuple[type[Emergency | Discharge], str, Action]] = {
    MemberKind.EMERGENCY: (Emergency, "incidents.show", Action.KEEP_EMERGENCIES),
    MemberKind.DISCHARGE: (Discharge, "discharges.show_loop", Action.SEE_LOOPS),
}


@dataclass(frozen=True, slots=True)
class Behind:
    """One counted row. `name` is None for somebody who is not registered, or lives elsewhere by now; `opens` is (endpoint, id)."""

    member: IndicatorMember
    name: str | None
    opens: tuple[str, str] | None
    place: str
    agency: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """What a figure says of an institution in a place, and how many rows that is: visits are counted, people stand behind them."""

    place: str
    agency: str | None
    count: int
    rows: int


def names_people(actor: Actor, figure: Figure) -> bool:
    """Whether the role may read everything that a name on this list tells."""
    return all(sees(actor, field) is Grant.FULL for field in fields_told(figure))


def describe(
    session: Session, actor: Actor, members: Sequence[IndicatorMember], figure: Figure | None = None
) -> list[Behind]:
    """Rows with names, whose work they are and where they lead; for a role that may read the names."""
    people = people_named(session, actor, {one.patient_id for one in members if one.patient_id is not None})
    events = pages_of(session, actor, ((one.kind, one.subject_id) for one in members))
    places = full_names(session, {one.area_code for one in members})
    units = _units(session, actor, members, figure)
    agencies = agency_names(session, {unit for unit in units.values() if unit is not None})
    found = []
    for one in members:
        public_id, name = people.get(one.patient_id or 0, (None, None))
        own = ("desk.patient", public_id) if public_id else None
        opens = own if one.kind is MemberKind.PATIENT else events.get((one.kind, one.subject_id))
        found.append(
            Behind(one, name, opens, places[one.area_code], agencies.get(units[one.kind, one.subject_id] or 0))
        )
    return found


def list_groups(
    session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure, agency_id: int | None = None
) -> list[Group]:
    """The same rows without anybody's name: by place and institution, the most first."""
    found = (
        _regrouped(
            session, actor, list_members(session, actor, run, place, figure, agency_id=agency_id, limit=None), figure
        )
        if is_split(figure)
        else group_members(session, actor, run, place, figure, agency_id)
    )
    places = full_names(session, {code for code, *_rest in found})
    agencies = agency_names(session, {agency for _code, agency, *_counts in found if agency is not None})
    return [Group(places[code], agencies.get(agency or 0), count, rows) for code, agency, count, rows in found]


def _units(
    session: Session, actor: Actor, members: Sequence[IndicatorMember], figure: Figure | None
) -> Mapping[tuple[MemberKind, int], int | None]:
    """(kind, id) → the unit that answers."""
    if figure is not None and is_split(figure):
        return units_of(session, actor, figure, members)
    return {(one.kind, one.subject_id): one.agency_id for one in members}


def _regrouped(
    session: Session, actor: Actor, members: Sequence[IndicatorMember], figure: Figure
) -> list[tuple[str, int | None, int, int]]:
    """As `group_members`, of a list whose rows others than the patients' institutions answer for."""
    units = units_of(session, actor, figure, members)
    counted = Counter((one.area_code, units[one.kind, one.subject_id]) for one in members)
    return [(code, unit, count, count) for (code, unit), count in counted.most_common()]


def people_named(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """id → (public id, name) of patients who are in the actor's area today, for a role that reads names in full."""
    if sees(actor, Field.PATIENT_NAME) is not Grant.FULL:
        return {}
    known = (
        select(Patient.id, Patient.public_id, Person.name)
        .join(Person, Person.id == Patient.person_id)
        .where(within(Patient.area_code, actor))
    )
    parts = slices(set(patient_ids))
    rows = (row for part in parts for row in session.execute(known.where(Patient.id.in_(part))))
    return {row.id: (row.public_id, row.name) for row in rows}


def latest_first(
    session: Session, run: IndicatorRun, members: Sequence[IndicatorMember]
) -> tuple[list[IndicatorMember], dict[int, Late]]:
    """A whole list of overdue visits in the order in which it is worked off, whoever is late longest first, with what is late of each; of
    whom the register says no more that a visit was late stands at the end."""
    late = late_visits_of(session, run, members)
    return sorted(members, key=lambda one: -late[one.subject_id].days if one.subject_id in late else 1), late


def doctors_of(session: Session, actor: Actor, patient_ids: Iterable[int]) -> dict[int, str]:
    """patient id → the doctor who is responsible today, of patients who are in the actor's area."""
    whose = (
        select(Patient.id, User.display_name)
        .join(User, User.id == Patient.doctor_id)
        .where(within(Patient.area_code, actor))
    )
    return {
        patient: name
        for part in slices(set(patient_ids))
        for patient, name in session.execute(whose.where(Patient.id.in_(part)))
    }


def pages_of(
    session: Session, actor: Actor, subjects: Iterable[tuple[MemberKind, int]]
) -> Mapping[tuple[MemberKind, int], tuple[str, str]]:
    """(kind, id) of emergencies and discharges → (endpoint, public id) of its page, for roles that may open it."""
    wanted, found = set(subjects), dict[tuple[MemberKind, int], tuple[str, str]]()
    for kind, (model, endpoint, action) in _PAGES.items():
        ids = [number for one, number in wanted if one is kind]
        for part in slices(ids if may(actor, action) else []):
            rows = session.execute(
                select(model.id, model.public_id).where(model.id.in_(part), within(model.area_code, actor))
            )
            found |= {(kind, row.id): (endpoint, row.public_id) for row in rows}
    return found
