"""The people, emergencies and discharges behind a figure, as far as the role may see: by name, or by place and institution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_names
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.discharges.models import Discharge
from app.incidents.models import Emergency
from app.numbers.models import IndicatorMember, IndicatorRun
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
    """How many of a figure an institution has in a place."""

    place: str
    agency: str | None
    count: int


def names_people(actor: Actor, figure: Figure) -> bool:
    """Whether the role may read everything that a name on this list tells."""
    return all(sees(actor, field) is Grant.FULL for field in fields_told(figure))


def list_behind(
    session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure, after: int, size: int = SIZE
) -> list[Behind]:
    """A page of rows, from the `after`-th on; the rows of a run never change, so that pages stand still."""
    return describe(session, actor, list_members(session, actor, run, place, figure, after=after, limit=size))


def describe(session: Session, actor: Actor, members: Sequence[IndicatorMember]) -> list[Behind]:
    """Rows with names and where they lead; for a role that may read the names."""
    people = people_named(session, actor, {one.patient_id for one in members if one.patient_id is not None})
    events = _events(session, actor, members)
    places = full_names(session, {one.area_code for one in members})
    agencies = agency_names(session, {one.agency_id for one in members if one.agency_id is not None})
    found = []
    for one in members:
        public_id, name = people.get(one.patient_id or 0, (None, None))
        own = ("desk.patient", public_id) if public_id else None
        opens = own if one.kind is MemberKind.PATIENT else events.get((one.kind, one.subject_id))
        found.append(Behind(one, name, opens, places[one.area_code], agencies.get(one.agency_id or 0)))
    return found


def list_groups(session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure) -> list[Group]:
    """The same rows without anybody's name: by place and institution, the most first."""
    rows = group_members(session, actor, run, place, figure)
    places = full_names(session, {code for code, _agency, _count in rows})
    agencies = agency_names(session, {agency for _code, agency, _count in rows if agency is not None})
    return [Group(places[code], agencies.get(agency or 0), count) for code, agency, count in rows]


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


def _events(
    session: Session, actor: Actor, members: Sequence[IndicatorMember]
) -> Mapping[tuple[MemberKind, int], tuple[str, str]]:
    """(kind, id) → its page, for roles that may open it."""
    found: dict[tuple[MemberKind, int], tuple[str, str]] = {}
    for kind, (model, endpoint, action) in _PAGES.items():
        ids = {one.subject_id for one in members if one.kind is kind}
        if ids and may(actor, action):
            rows = session.execute(
                select(model.id, model.public_id).where(model.id.in_(ids), within(model.area_code, actor))
            )
            found |= {(kind, row.id): (endpoint, row.public_id) for row in rows}
    return found
