"""Entitled and not receiving, over an area: counted village by village, and the people behind a figure.

A county has fifty thousand families of eight benefits each. The database puts those together who are alike in everything that the rules
read, and each such group is judged once; a list judges person by person and stops where its page is full.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.benefits.models import Benefit
from app.benefits.queries.standing import OPEN, name_for
from app.benefits.rules.benefit import (
    HEAVY_GRADES,
    BenefitKind,
    BenefitState,
    Gap,
    Situation,
    Standing,
    gap,
    ripe_until,
)
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.patients.models import Patient, RegisterRequest
from app.patients.queries.merges import merges
from app.patients.rules import ManagementStatus, RegistryStatus, RequestKind, RequestState
from app.people.models import Person

# what somebody misses, and how
Gaps = Sequence[tuple[BenefitKind, Gap]]
FIRST_LOOK, MOST_AT_A_TIME = 100, 1600  # people looked through before more are asked for: a page is mostly full at once


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


def count_gaps(session: Session, actor: Actor, place: str, today: date) -> AreaGaps:
    """The area by villages: one query, and the rules over each group that it brings."""
    require(actor, Action.SEE_BENEFITS)
    by_village: defaultdict[str, Counter[BenefitKind]] = defaultdict(Counter)
    people: Counter[str] = Counter()
    found: dict[Gap, Counter[BenefitKind]] = {one: Counter() for one in Gap}
    for area_code, count, gaps in _groups(session, actor, place, today):
        people[area_code] += count
        for kind, how in gaps:
            found[how][kind] += count
            if how is not Gap.TO_CHECK and how is not Gap.UNKNOWN:
                by_village[area_code][kind] += count
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
    standing = and_(Benefit.patient_id == Patient.id, Benefit.kind == kind, *OPEN)
    possible = _registered(actor, place).outerjoin(Benefit, standing).where(or_(_can_be(wanted), _has_merged()))
    for row, situation in _people(session, possible, after):
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


# -- groups ------------------------------------------------------------------------------------------------------------


def _groups(session: Session, actor: Actor, place: str, today: date) -> Iterator[tuple[str, int, Gaps]]:
    """(village, how many, what all of them miss). Of the day of registration only on which side of the rule it lies."""
    ripe = ripe_until(today)
    judged: dict[tuple[Any, ...], Gaps] = {}
    for count, area_code, *same in session.execute(_alike(actor, place, ripe)):
        key = tuple(same)
        if key not in judged:
            judged[key] = _judged(*same, ripe=ripe, today=today)
        yield area_code, count, judged[key]
    for row, one in _people(session, _registered(actor, place).where(_has_merged()), None):
        yield row.area_code, 1, _missed(one, today)


def _alike(actor: Actor, place: str, ripe: date) -> Select[*tuple[Any, ...]]:
    """How many there are of each kind of situation, village by village; without whoever has benefits under another record too."""
    side = case((Patient.registered_on.is_(None), None), (Patient.registered_on <= ripe, 1), else_=0)
    one = (
        select(
            Patient.area_code,
            (Patient.management_status == ManagementStatus.MANAGED).label("is_managed"),
            Patient.economic_status,
            side.label("side"),
            func.coalesce(func.sum(_worth()), 0).label("standing"),
        )
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(Benefit, and_(Benefit.patient_id == Patient.id, *OPEN))
        .where(*_in_place(actor, place), ~_has_merged())
        .group_by(Patient.id)
        .subquery()
    )
    return select(func.count(), *one.c).group_by(*one.c)


def _judged(
    is_managed: bool, economic: int | None, is_ripe: int | None, standing: int, *, ripe: date, today: date
) -> Gaps:
    registered_on = None if is_ripe is None else ripe if is_ripe else today
    digits = {kind: int(standing) // _BASE**place % _BASE for place, kind in enumerate(BenefitKind)}
    known = {kind: _DIGITS[digit] for kind, digit in digits.items() if digit}
    return _missed(Situation(True, bool(is_managed), registered_on, economic, known), today)


def _missed(one: Situation, today: date) -> Gaps:
    found = [(kind, gap(kind, one, today)[0]) for kind in BenefitKind]
    return [(kind, how) for kind, how in found if how is not Gap.NONE]


# How all of somebody's benefits stand is one number with a digit for each; people of one number are alike to the rules.
_BASE = 8
_DIGITS = {
    1: Standing(BenefitState.RECEIVING),
    2: Standing(BenefitState.APPLIED),
    3: Standing(
        BenefitState.NOT_RECEIVING
    ),  # nor do they receive it whose application was refused or whose benefit ended
    4: Standing(BenefitState.RECEIVING, min(HEAVY_GRADES)),
    5: Standing(BenefitState.RECEIVING, max(HEAVY_GRADES) + 1),
}


def _worth() -> ColumnElement[int]:
    """What a record adds to the number. A benefit stands once, so no digit runs over."""
    receives = Benefit.state == BenefitState.RECEIVING
    digit = case(
        (and_(receives, Benefit.grade.in_(HEAVY_GRADES)), 4),
        (and_(receives, Benefit.grade.is_not(None)), 5),
        (receives, 1),
        (Benefit.state == BenefitState.APPLIED, 2),
        else_=3,
    )
    return digit * case({kind: _BASE**place for place, kind in enumerate(BenefitKind)}, value=Benefit.kind)


def _has_merged() -> ColumnElement[bool]:
    """May have a benefit under another record: few, judged one by one."""
    return Patient.id.in_(select(RegisterRequest.kept_patient_id).where(*_is_merge(RegisterRequest)))


def _is_merge(asked: type[RegisterRequest]) -> tuple[ColumnElement[bool], ...]:
    return asked.kind == RequestKind.MERGE, asked.state == RequestState.DONE


# -- people ------------------------------------------------------------------------------------------------------------


def _can_be(wanted: frozenset[Gap]) -> ColumnElement[bool]:
    """Who can stand so at all by what is recorded of the benefit itself, which stands beside them; the rules decide on each of them
    (`rules.benefit.gap`)."""
    unknown, elsewise = Benefit.id.is_(None), Benefit.state != BenefitState.RECEIVING
    possible = {
        Gap.MISSING: elsewise,
        Gap.WAITING: Benefit.state == BenefitState.APPLIED,
        Gap.TO_CHECK: unknown,
    }
    return or_(*(possible.get(one, or_(unknown, elsewise)) for one in wanted))


def _people(
    session: Session, wanted: Select[*tuple[Any, ...]], after: tuple[Any, ...] | None
) -> Iterator[tuple[Row[Any], Situation]]:
    """Those of `wanted` behind that place of the list, in the order of villages, with what the rules read."""
    look = FIRST_LOOK
    while True:
        rows = session.execute(_behind(wanted, after).limit(look)).all()
        standing: defaultdict[int, dict[BenefitKind, Standing]] = defaultdict(dict)
        benefits = select(Benefit.patient_id, Benefit.kind, Benefit.state, Benefit.grade)
        asked = merges(session).asked_of([row.id for row in rows])
        for record, kind, state, grade in session.execute(benefits.where(*OPEN, Benefit.patient_id.in_(asked))):
            for patient_id in asked[record]:
                if record == patient_id or kind not in standing[patient_id]:  # the record's own word goes first
                    standing[patient_id][kind] = Standing(state, grade)
        for row in rows:
            is_managed = row.management_status is ManagementStatus.MANAGED
            yield row, Situation(True, is_managed, row.registered_on, row.economic_status, standing[row.id])
        if len(rows) < look:
            return
        after, look = (rows[-1].area_code, rows[-1].id), min(2 * look, MOST_AT_A_TIME)


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
    )


def _behind(wanted: Select[*tuple[Any, ...]], after: tuple[Any, ...] | None) -> Select[*tuple[Any, ...]]:
    wanted = wanted.order_by(Patient.area_code, Patient.id)
    if after is None:
        return wanted
    area, last = after
    return wanted.where(or_(Patient.area_code > area, and_(Patient.area_code == area, Patient.id > last)))


def _in_place(actor: Actor, place: str) -> tuple[ColumnElement[bool], ...]:
    own: tuple[ColumnElement[bool], ...] = (
        within(Patient.area_code, actor),
        Patient.registry_status == RegistryStatus.REGISTERED,
        Person.died_on.is_(None),
    )
    return (*own, within_prefix(Patient.area_code, place)) if place else own
