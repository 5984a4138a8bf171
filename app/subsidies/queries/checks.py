"""Other offices' lists as a run needs them: who of its lines stands on one, and which lists it was drawn up against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.rules import code_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.period import Period, parse_period
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.models import CheckHit, CheckList, LineHold, RunCheck, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.periods import ended_periods
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.checks import DEATHS, HitKind, HitState, Listed, ListKind, Standing, list_holds, standing_of
from app.subsidies.rules.decision import LineFacts, LineState, known_of
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState

_PatientPerson = aliased(Person)
_Payee = aliased(Person)


@dataclass(frozen=True)
class KindStanding:
    """How one kind of list stands for a period; `found` is the newest list, None where none was loaded."""

    kind: ListKind
    standing: Standing
    found: CheckList | None


@dataclass(frozen=True)
class LateHit:
    """A line that a list speaks against which came after the line was frozen."""

    line: SubsidyLine
    hit_id: str
    because: Reason


def listed_people(session: Session, run: SubsidyRun, people: Iterable[int]) -> dict[int, list[Listed]]:
    """Person id → where they stand on the county's lists that were there when the run was begun; other people are left out."""
    found: dict[int, list[Listed]] = defaultdict(list)
    for part in slices(sorted(set(people))) if run.prepared_at else ():
        rows = session.execute(
            _standing_hits(run.county_code)
            .where(CheckHit.person_id.in_(part), CheckList.loaded_at <= run.prepared_at)
            .order_by(CheckList.id, CheckHit.id)
        )
        for hit, source in rows:
            found[hit.person_id].append(listed(hit, source))
    return found


def listed_of(found: Mapping[int, list[Listed]], patient_person: int, payee: int) -> tuple[Listed, ...]:
    """What the lists say of one line's two people."""
    of_payee = (replace(one, is_payee=True) for one in found.get(payee, ()))
    return (*found.get(patient_person, ()), *of_payee)


def listed(hit: CheckHit, source: CheckList) -> Listed:
    return Listed(source.kind, hit.hit, hit.state, source.as_of, source.public_id, hit.from_on, hit.to_on)


def late_hits(session: Session, run: SubsidyRun) -> list[LateHit]:
    """Lines of the run that a later list asks about and that are not held for it yet. Nothing for a run that was never begun here."""
    if run.prepared_at is None:
        return []
    return [late for is_payee in (False, True) for late in _late(session, run, is_payee)]


def _late(session: Session, run: SubsidyRun, is_payee: bool) -> Iterator[LateHit]:
    held = exists().where(
        LineHold.line_id == SubsidyLine.id,
        LineHold.source == HoldSource.CHECK_LIST,
        LineHold.key == CheckHit.public_id,
    )
    person = SubsidyLine.payee_person_id if is_payee else Patient.person_id
    rows = session.execute(
        select(SubsidyLine, CheckHit, CheckList)
        .select_from(CheckList)
        .join(CheckHit, CheckHit.list_id == CheckList.id)
        .join(SubsidyLine, SubsidyLine.run_id == run.id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .where(
            CheckList.county_code == run.county_code,
            CheckList.loaded_at > run.prepared_at,
            CheckHit.state != HitState.DISMISSED,
            CheckHit.person_id == person,
            SubsidyLine.decision != LineState.REFUSE,
            ~held,
        )
        .order_by(SubsidyLine.id, CheckHit.id)
    )
    for line, hit, source in rows:
        one = replace(listed(hit, source), is_payee=is_payee)
        facts = LineFacts.from_json(line.snapshot["facts"])
        terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
        for because in list_holds((one,), known_of(facts, terms)):
            yield LateHit(line, hit.public_id, because)


def lines_of_listed_dead(session: Session, run: SubsidyRun) -> set[int]:
    """Ids of lines to pay whose payee, or whose patient before the last paid day, is dead by a list that nobody has dismissed yet.

    What the register itself knows by now is left to the register's own check.
    """
    told = (
        _standing_hits(run.county_code)
        .where(CheckList.kind.in_(DEATHS), _is_certain())
        .with_only_columns(SubsidyLine.id, CheckHit.from_on, CheckHit.person_id, SubsidyLine.payee_person_id)
        .add_columns(SubsidyLine.snapshot, _PatientPerson.died_on)
        .join(SubsidyLine, SubsidyLine.run_id == run.id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(_PatientPerson, _PatientPerson.id == Patient.person_id)
        .join(_Payee, _Payee.id == SubsidyLine.payee_person_id)
        .where(
            SubsidyLine.decision == LineState.PAY,
            or_(
                and_(CheckHit.person_id == SubsidyLine.payee_person_id, _Payee.died_on.is_(None)),
                CheckHit.person_id == Patient.person_id,
            ),
        )
    )
    return {
        line_id
        for line_id, from_on, person_id, payee, snapshot, died_on in session.execute(told)
        if person_id == payee or _is_paid_beyond(from_on, snapshot.get("last_paid_day"), died_on)
    }


def _is_paid_beyond(from_on: date | None, last_paid_day: str | None, died_on: date | None) -> bool:
    if from_on is None:
        return died_on is None
    return last_paid_day is not None and from_on.isoformat() < last_paid_day


def newest_lists(session: Session, county_code: str, until: datetime | None = None) -> dict[ListKind, CheckList]:
    """The list of each kind that reaches furthest, of those loaded until then."""
    lists = select(CheckList).where(CheckList.county_code == county_code)
    if until is not None:
        lists = lists.where(CheckList.loaded_at <= until)
    return {one.kind: one for one in session.scalars(lists.order_by(CheckList.as_of, CheckList.id))}


def standings(session: Session, county_code: str, period: Period, cut_off: date) -> list[KindStanding]:
    """Every kind of list as it would stand for a run that were prepared now."""
    return _standings(newest_lists(session, county_code), period, cut_off)


def last_standings(session: Session, actor: Actor, today: date) -> tuple[Period, list[KindStanding]]:
    """The county's period that ended last, and how each kind of list stands for it."""
    county = code_of(actor.area_prefix)
    period = next(iter(ended_periods(session, county, today, 1)), Quarter.of(today).previous())
    return period, standings(session, county, period, today)


def is_still_prepared(session: Session, actor: Actor, period: Period) -> bool:
    """Whether the county's regular run of the period has not been handed to anybody yet."""
    signed = select(SubsidyRun.id).where(
        SubsidyRun.county_code == code_of(actor.area_prefix),
        SubsidyRun.period == str(period),
        SubsidyRun.kind == RunKind.REGULAR,
        SubsidyRun.state.not_in((RunState.PREPARING, RunState.DRAFT)),
    )
    return session.scalar(signed) is None


def checked_against(session: Session, run: SubsidyRun) -> list[KindStanding]:
    """Every kind of list as the run was drawn up against it."""
    rows = session.execute(
        select(RunCheck.kind, CheckList)
        .join(CheckList, CheckList.id == RunCheck.list_id)
        .where(RunCheck.run_id == run.id)
    )
    return _standings(dict(rows.all()), parse_period(run.period), run.decided_as_of)


def _standings(newest: Mapping[ListKind, CheckList], period: Period, cut_off: date) -> list[KindStanding]:
    return [
        KindStanding(kind, standing_of(found.as_of if found else None, period, cut_off), found)
        for kind in ListKind
        for found in [newest.get(kind)]
    ]


def _standing_hits(county_code: str) -> Select[CheckHit, CheckList]:
    return (
        select(CheckHit, CheckList)
        .join(CheckList, CheckList.id == CheckHit.list_id)
        .where(CheckList.county_code == county_code, CheckHit.state != HitState.DISMISSED)
    )


def _is_certain() -> ColumnElement[bool]:
    return or_(CheckHit.hit == HitKind.HIT, CheckHit.state == HitState.CONFIRMED)
