"""What families receive and what they are entitled to: one patient, and an area village by village."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.benefits.models import Benefit
from app.benefits.rules.benefit import (
    BenefitKind,
    Gap,
    Situation,
    Standing,
    gap,
    is_renewal_due,
)
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.models import Person

OPEN = (Benefit.to_on.is_(None), Benefit.withdrawn_at.is_(None))


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One benefit on a patient's page: the record that stands, if any, and how it stands against the rule."""

    kind: BenefitKind
    benefit: Benefit | None
    gap: Gap
    because: Reason
    is_to_renew: bool


@dataclass(frozen=True, slots=True)
class GapPerson:
    """Somebody on the list of a gap; the name as the role sees it."""

    patient: str
    name: str | None
    area_code: str
    village: str
    gap: Gap
    because: Reason


@dataclass(frozen=True, slots=True)
class VillageGaps:
    """Counts of one village: entitled and not receiving, by kind; and what is not known."""

    area_code: str
    village: str
    missing: Mapping[BenefitKind, int]
    people: int


@dataclass(frozen=True, slots=True)
class AreaGaps:
    """`people` are in the register; `missing` counts entitled and not receiving (applied for or not), `to_check` entitled and never
    looked into, `unknown` where the rule lacks a fact."""

    villages: Sequence[VillageGaps]
    people: int
    missing: Mapping[BenefitKind, int]
    to_check: Mapping[BenefitKind, int]
    unknown: Mapping[BenefitKind, int]


def situation_of(patient: Patient, standing: Mapping[BenefitKind, Standing]) -> Situation:
    return Situation(
        is_registered=patient.registry_status is RegistryStatus.REGISTERED,
        is_managed=patient.management_status is ManagementStatus.MANAGED,
        registered_on=patient.registered_on,
        economic_status=patient.economic_status,
        standing=standing,
    )


def list_lines(session: Session, actor: Actor, patient: Patient, today: date) -> list[BenefitLine]:
    """Every benefit in the order of the page."""
    require(actor, Action.SEE_BENEFITS)
    open_ones = {
        one.kind: one for one in session.scalars(select(Benefit).where(Benefit.patient_id == patient.id, *OPEN))
    }
    situation = situation_of(patient, {kind: Standing(one.state, one.grade) for kind, one in open_ones.items()})
    lines = []
    for kind in BenefitKind:
        stands = open_ones.get(kind)
        how, because = gap(kind, situation, today)
        lines.append(
            BenefitLine(kind, stands, how, because, stands is not None and is_renewal_due(stands.renew_by, today))
        )
    return lines


def list_history(session: Session, actor: Actor, patient: Patient) -> list[Benefit]:
    """What stood before, the newest first; what was withdrawn as a mistake is left out."""
    require(actor, Action.SEE_BENEFITS)
    return list(
        session.scalars(
            select(Benefit)
            .where(Benefit.patient_id == patient.id, Benefit.to_on.is_not(None), Benefit.withdrawn_at.is_(None))
            .order_by(Benefit.from_on.desc(), Benefit.id.desc())
        )
    )


def find_open(session: Session, patient: Patient, kind: BenefitKind) -> Benefit | None:
    """How the benefit stands, of a patient who was handed out."""
    return session.scalars(
        select(Benefit).where(Benefit.patient_id == patient.id, Benefit.kind == kind, *OPEN)
    ).one_or_none()


def find_sent_benefit(session: Session, actor: Actor, submission_key: str) -> Benefit | None:
    return session.scalars(
        select(Benefit)
        .join(Patient, Patient.id == Benefit.patient_id)
        .where(Benefit.submission_key == submission_key, within(Patient.area_code, actor))
    ).one_or_none()


def get_benefit(session: Session, actor: Actor, public_id: str) -> tuple[Benefit, Patient]:
    """A record that stands, with its patient; raises `NotFound`."""
    require(actor, Action.KEEP_BENEFITS)
    found = session.execute(
        select(Benefit, Patient)
        .join(Patient, Patient.id == Benefit.patient_id)
        .where(Benefit.public_id == public_id, Benefit.withdrawn_at.is_(None), within(Patient.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


# -- an area -----------------------------------------------------------------------------------------------------------


def count_gaps(session: Session, actor: Actor, place: str, today: date) -> AreaGaps:
    """The area by villages; two queries, and the rules over what they bring."""
    require(actor, Action.SEE_BENEFITS)
    by_village: defaultdict[str, Counter[BenefitKind]] = defaultdict(Counter)
    people: Counter[str] = Counter()
    found: dict[Gap, Counter[BenefitKind]] = {one: Counter() for one in Gap}
    for row, situation in _situations(session, actor, place):
        people[row.area_code] += 1
        for kind in BenefitKind:
            how, _because = gap(kind, situation, today)
            found[how][kind] += 1
            if how in (Gap.MISSING, Gap.WAITING):
                by_village[row.area_code][kind] += 1
    names = full_names(session, people)
    villages = [VillageGaps(code, names[code], by_village[code], people[code]) for code in sorted(people)]
    return AreaGaps(
        villages, people.total(), found[Gap.MISSING] + found[Gap.WAITING], found[Gap.TO_CHECK], found[Gap.UNKNOWN]
    )


def list_gap(
    session: Session,
    actor: Actor,
    kind: BenefitKind,
    wanted: frozenset[Gap],
    place: str,
    today: date,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[GapPerson]:
    """Who stands so for one benefit, in the order of villages."""
    require(actor, Action.SEE_BENEFITS)
    after = decode_cursor(cursor, 2)
    if after is not None and not (isinstance(after[0], str) and type(after[1]) is int):
        after = None
    rows: list[tuple[Row[Any], Gap, Reason]] = []
    for row, situation in _situations(session, actor, place):
        if after is not None and (row.area_code, row.id) <= after:
            continue
        how, because = gap(kind, situation, today)
        if how in wanted:
            rows.append((row, how, because))
            if len(rows) > size:
                break
    shown = rows[:size]
    names = full_names(session, {row.area_code for row, *_rest in shown})
    people = [
        GapPerson(row.public_id, name_for(actor, row.name), row.area_code, names[row.area_code], how, because)
        for row, how, because in shown
    ]
    more = encode_cursor((shown[-1][0].area_code, shown[-1][0].id)) if len(rows) > size else None
    return Page(people, more)


def _situations(session: Session, actor: Actor, place: str) -> Iterator[tuple[Row[Any], Situation]]:
    """Everybody of the register in the area, in the order of villages, with what the rules read."""
    rows = session.execute(_registered(actor, place)).all()
    standing: defaultdict[int, dict[BenefitKind, Standing]] = defaultdict(dict)
    for patient_id, kind, state, grade in session.execute(_standing(actor, place)):
        standing[patient_id][kind] = Standing(state, grade)
    for row in rows:
        yield (
            row,
            Situation(
                is_registered=True,
                is_managed=row.management_status is ManagementStatus.MANAGED,
                registered_on=row.registered_on,
                economic_status=row.economic_status,
                standing=standing[row.id],
            ),
        )


def _in_place(actor: Actor, place: str) -> tuple[ColumnElement[bool], ...]:
    own: tuple[ColumnElement[bool], ...] = (
        within(Patient.area_code, actor),
        Patient.registry_status == RegistryStatus.REGISTERED,
        Person.died_on.is_(None),
    )
    return (*own, within_prefix(Patient.area_code, place)) if place else own


def _registered(actor: Actor, place: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Patient.id,
            Patient.public_id,
            Patient.area_code,
            Patient.management_status,
            Patient.registered_on,
            Patient.economic_status,
            Person.name,
        )
        .join(Person, Person.id == Patient.person_id)
        .where(*_in_place(actor, place))
        .order_by(Patient.area_code, Patient.id)
    )


def _standing(actor: Actor, place: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Benefit.patient_id, Benefit.kind, Benefit.state, Benefit.grade)
        .join(Patient, Patient.id == Benefit.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(*OPEN, *_in_place(actor, place))
    )


def name_for(actor: Actor, name: str) -> str | None:
    """A patient's name as the role sees it on a list of its own."""
    grant = sees(actor, Field.PATIENT_NAME)
    if grant is Grant.FULL:
        return name
    return mask_name(name) if grant is Grant.MASKED else None
