"""A village as its committee knows it: who answers for it, who is registered there, and by whom each is guarded. Nothing clinical."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, AgencyKind, Area
from app.areas.queries import list_places, responsible_agency
from app.areas.rules import AreaLevel, level_of, prefix_of
from app.core.actor import Actor, Role
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank, Relation
from app.numbers.queries.totals import residents_of
from app.patients.models import JointGroup, JointGroupMember, Patient
from app.patients.rules import GroupKind, RegistryStatus
from app.people.models import Person

_CLINICS = (AgencyKind.VILLAGE_COMMITTEE, AgencyKind.VILLAGE_CLINIC)
_STAFF = (Role.VILLAGE_DOCTOR, Role.VILLAGE_WORKER)


@dataclass(frozen=True, slots=True)
class Guarding:
    name: str
    relation: Relation
    post: str | None


@dataclass(frozen=True, slots=True)
class Resident:
    """A registered patient; `agreement` is (number, first day, last day) of the one in force."""

    record_number: str | None
    name: str
    doctor: str | None
    first: Guarding | None
    second: Guarding | None
    agreement: tuple[str, date, date] | None


@dataclass(frozen=True, slots=True)
class Village:
    """`group` are (name, post), whoever leads first, None where there is no group."""

    code: str
    name: str
    health_centre: Agency | None
    agencies: Mapping[AgencyKind, Sequence[Agency]]
    staff: Mapping[Role, Sequence[str]]
    group: Sequence[tuple[str, str]] | None
    residents: int | None
    people: Sequence[Resident]


def count_registered(session: Session, actor: Actor, prefix: str) -> Mapping[str, int]:
    """place → registered people, below a prefix."""
    rows = select(Patient.area_code, func.count()).where(*_registered(actor, prefix)).group_by(Patient.area_code)
    return dict(session.execute(rows).all())


def list_villages_of(session: Session, actor: Actor, place: str) -> list[Area]:
    """The villages of a town that stand or where somebody is registered all the same, and the town itself where people are entered
    under it; of a village that one."""
    prefix = prefix_of(place)
    own = [session.get_one(Area, place)]
    if level_of(place) is AreaLevel.VILLAGE:
        return own
    registered = count_registered(session, actor, prefix)
    villages = list_places(session, prefix, AreaLevel.VILLAGE)
    below = [one for one in villages if one.replaced_by is None or one.code in registered]
    return below + (own if not below or place in registered else [])


def read_villages(session: Session, actor: Actor, place: str, today: date) -> list[Village]:
    """A town's villages, or one; so many statements however many villages there are."""
    prefix, areas = prefix_of(place), list_villages_of(session, actor, place)
    people = _people(session, actor, prefix, today)
    agencies, staff = _agencies(session, actor, prefix), _staff(session, actor, prefix)
    groups, residents = _groups(session, actor, prefix), residents_of(session, prefix, today.year, ())
    return [
        Village(
            one.code,
            one.name,
            responsible_agency(session, one.code),
            agencies[one.code],
            staff[one.code],
            groups.get(one.code),
            residents.get(one.code),
            people[one.code],
        )
        for one in areas
    ]


def _people(session: Session, actor: Actor, prefix: str, today: date) -> defaultdict[str, list[Resident]]:
    guardians, agreements = _guardians(session, actor, prefix), _agreements(session, actor, prefix, today)
    rows = session.execute(
        select(Patient.id, Patient.area_code, Patient.record_number, Person.name, User.display_name)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(User, User.id == Patient.doctor_id)
        .where(*_registered(actor, prefix))
        .order_by(Patient.area_code, Person.name_sort, Patient.id)
    )
    found: defaultdict[str, list[Resident]] = defaultdict(list)
    for patient, area, number, name, doctor in rows:
        first, second = (guardians.get((patient, rank)) for rank in (Rank.FIRST, Rank.SECOND))
        found[area].append(Resident(number, name, doctor, first, second, agreements.get(patient)))
    return found


def _registered(actor: Actor, prefix: str) -> tuple[ColumnElement[bool], ...]:
    return (
        within(Patient.area_code, actor),
        within_prefix(Patient.area_code, prefix),
        Patient.registry_status == RegistryStatus.REGISTERED,
    )


def _guardians(session: Session, actor: Actor, prefix: str) -> dict[tuple[int, Rank], Guarding]:
    rows = session.execute(
        select(Guardianship.patient_id, Guardianship.rank, Person.name, Guardianship.relation, Guardianship.post)
        .join(Person, Person.id == Guardianship.person_id)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .where(Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None), *_registered(actor, prefix))
    )
    return {(patient, rank): Guarding(name, relation, post) for patient, rank, name, relation, post in rows}


def _agreements(session: Session, actor: Actor, prefix: str, today: date) -> dict[int, tuple[str, date, date]]:
    last = func.coalesce(Agreement.ended_on, Agreement.to_on)
    rows = session.execute(
        select(Agreement.patient_id, Agreement.number, Agreement.from_on, Agreement.to_on)
        .join(Patient, Patient.id == Agreement.patient_id)
        .where(Agreement.withdrawn_at.is_(None), Agreement.from_on <= today, last >= today, *_registered(actor, prefix))
    )
    return {patient: (number, from_on, to_on) for patient, number, from_on, to_on in rows}


def _agencies(session: Session, actor: Actor, prefix: str) -> defaultdict[str, defaultdict[AgencyKind, list[Agency]]]:
    rows = session.scalars(
        select(Agency)
        .where(within(Agency.area_code, actor), within_prefix(Agency.area_code, prefix), Agency.kind.in_(_CLINICS))
        .order_by(Agency.id)
    )
    found: defaultdict[str, defaultdict[AgencyKind, list[Agency]]] = defaultdict(lambda: defaultdict(list))
    for one in rows:
        found[one.area_code][one.kind].append(one)
    return found


def _staff(session: Session, actor: Actor, prefix: str) -> defaultdict[str, defaultdict[Role, list[str]]]:
    rows = session.execute(
        select(User.area_code, User.role, User.display_name)
        .where(
            within(User.area_code, actor),
            within_prefix(User.area_code, prefix),
            User.role.in_(_STAFF),
            User.is_disabled.is_(False),
        )
        .order_by(User.id)
    )
    found: defaultdict[str, defaultdict[Role, list[str]]] = defaultdict(lambda: defaultdict(list))
    for area, role, name in rows:
        found[area][role].append(name)
    return found


def _groups(session: Session, actor: Actor, prefix: str) -> dict[str, list[tuple[str, str]]]:
    rows = session.execute(
        select(JointGroup.area_code, JointGroupMember.name, JointGroupMember.post)
        .outerjoin(JointGroupMember, (JointGroupMember.group_id == JointGroup.id) & JointGroupMember.to_on.is_(None))
        .where(
            within(JointGroup.area_code, actor),
            within_prefix(JointGroup.area_code, prefix),
            JointGroup.kind == GroupKind.VILLAGE,
        )
        .order_by(JointGroupMember.is_lead.desc(), JointGroupMember.id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for area, name, post in rows:
        members = found.setdefault(area, [])
        if name is not None:
            members.append((name, post))
    return found
