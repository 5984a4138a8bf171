"""Other offices' lists as a run needs them: who of its lines stands on one, and which lists it was drawn up against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.areas.rules import code_of, prefix_of
from app.core.actor import Actor
from app.core.batches import slices
from app.core.period import Period, parse_period
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.core.scope import within_prefix
from app.guardians.models import Agreement
from app.patients.models import Patient, PatientSpan
from app.patients.queries.merges import same_people
from app.patients.rules import SpanKind
from app.people.models import Person
from app.subsidies.models import CheckHit, CheckList, LineHold, RunCheck, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.periods import ended_periods
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.checks import (
    DEATHS,
    HitKind,
    HitState,
    Listed,
    ListKind,
    Standing,
    list_holds,
    standing_of,
)
from app.subsidies.rules.decision import LineFacts, LineState, known_of
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState

_PatientPerson = aliased(Person)
_Payee = aliased(Person)


@dataclass(frozen=True)
class KindStanding:
    """How one kind of list stands for a period; `found` is the newest list, None where none was loaded.

    `is_overtaken`: people were written down after it had been compared, so that it is to be compared again.
    """

    kind: ListKind
    standing: Standing
    found: CheckList | None
    is_overtaken: bool = False


@dataclass(frozen=True)
class LateHit:
    """A line that a list speaks against which the line had not met when it was frozen."""

    line: SubsidyLine
    hit_id: str
    because: Reason


def listed_people(session: Session, run: SubsidyRun, people: Iterable[int]) -> dict[int, list[Listed]]:
    """Person id → where they stand on the county's lists that were there when the run was begun; other people are left out."""
    found: dict[int, list[Listed]] = defaultdict(list)
    asked = _rows_of_people(session, people)
    for part in slices(sorted(asked)) if run.prepared_at else ():
        rows = session.execute(
            _standing_hits(run.county_code)
            .where(CheckHit.person_id.in_(part), CheckList.loaded_at <= run.prepared_at)
            .order_by(CheckList.id, CheckHit.id)
        )
        for hit, source in rows:
            for person in asked[hit.person_id]:
                found[person].append(listed(hit, source))
    return found


def _rows_of_people(session: Session, people: Iterable[int]) -> dict[int, list[int]]:
    """Row of a person → for whom of these it is read: a hit stays with the row that the list met, also after a merge."""
    same, asked = same_people(session), defaultdict[int, list[int]](list)
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, end in same.items():
        rows[end].append(row)
    for person in sorted(set(people)):
        for row in rows.get(same.get(person, person), (person,)):
            asked[row].append(person)
    return asked


def _is(session: Session, person: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
    """That a hit is about this person: by the row itself, or by another row of somebody who was registered twice. Each is one way to find
    it by an index; together they would be none.
    """
    same = same_people(session)
    if not same:
        return [CheckHit.person_id == person]
    hit_end, end = (case(same, value=column) for column in (CheckHit.person_id, person))
    twice = and_(CheckHit.person_id.in_(same), person.in_(same), CheckHit.person_id != person, hit_end == end)
    return [CheckHit.person_id == person, twice]


def listed_of(found: Mapping[int, list[Listed]], patient_person: int, payee: int) -> tuple[Listed, ...]:
    """What the lists say of one line's two people."""
    of_payee = (replace(one, is_payee=True) for one in found.get(payee, ()))
    return (*found.get(patient_person, ()), *of_payee)


def listed(hit: CheckHit, source: CheckList) -> Listed:
    return Listed(source.kind, hit.hit, hit.state, source.as_of, source.public_id, hit.from_on, hit.to_on)


def late_hits(session: Session, run: SubsidyRun) -> list[LateHit]:
    """Lines of the run that a list asks about which their frozen facts do not name, and that are not held for it yet.

    What the line itself says it has met decides, no clock: a list that was being compared while the run was begun is late for the lines
    that were frozen before it could be seen. Nothing for a run that was never begun here.
    """
    if run.prepared_at is None:
        return []
    people = ((False, Patient.person_id), (True, SubsidyLine.payee_person_id))
    return [
        late
        for is_payee, person in people
        for about in _is(session, person)
        for late in _late(session, run, is_payee, about)
    ]


def _late(session: Session, run: SubsidyRun, is_payee: bool, about: ColumnElement[bool]) -> Iterator[LateHit]:
    held = exists().where(
        LineHold.line_id == SubsidyLine.id,
        LineHold.source == HoldSource.CHECK_LIST,
        LineHold.key == CheckHit.public_id,
    )
    rows = session.execute(
        select(SubsidyLine, CheckHit, CheckList)
        .select_from(CheckList)
        .join(CheckHit, CheckHit.list_id == CheckList.id)
        .join(SubsidyLine, SubsidyLine.run_id == run.id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .where(
            CheckList.county_code == run.county_code,
            CheckHit.state != HitState.DISMISSED,
            _is_certain(),
            about,
            SubsidyLine.decision != LineState.REFUSE,
            ~held,
        )
        .order_by(SubsidyLine.id, CheckHit.id)
    )
    for line, hit, source in rows:
        one = replace(listed(hit, source), is_payee=is_payee)
        facts = LineFacts.from_json(line.snapshot["facts"])
        if _has_met(facts, one):
            continue
        terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
        for because in list_holds((one,), known_of(facts, terms)):
            yield LateHit(line, hit.public_id, because)


def _has_met(facts: LineFacts, one: Listed) -> bool:
    """Whether the line was frozen with this entry in view, and as certain as it is now."""
    place = (one.list_id, one.is_payee, one.from_on)
    return any(each.is_certain and (each.list_id, each.is_payee, each.from_on) == place for each in facts.listed)


def lines_of_listed_dead(session: Session, run: SubsidyRun) -> set[int]:
    """Ids of lines to pay whose payee, or whose patient before the last paid day, is dead by a list that nobody has dismissed yet.

    What the register itself knows by now is left to the register's own check.
    """
    told = (
        _standing_hits(run.county_code)
        .where(CheckList.kind.in_(DEATHS), _is_certain(), SubsidyLine.decision == LineState.PAY)
        .with_only_columns(SubsidyLine.id, CheckHit.from_on, SubsidyLine.snapshot, _PatientPerson.died_on)
        .join(SubsidyLine, SubsidyLine.run_id == run.id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(_PatientPerson, _PatientPerson.id == Patient.person_id)
        .join(_Payee, _Payee.id == SubsidyLine.payee_person_id)
    )
    dead_payees = or_(*_is(session, SubsidyLine.payee_person_id))
    dead = {row.id for row in session.execute(told.where(dead_payees, _Payee.died_on.is_(None)))}
    of_patients = session.execute(told.where(or_(*_is(session, Patient.person_id))))
    return dead | {
        line_id
        for line_id, from_on, snapshot, died_on in of_patients
        if _is_paid_beyond(from_on, snapshot.get("last_paid_day"), died_on)
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
    newest, written_at = newest_lists(session, county_code), newest_concern(session, county_code)
    overtaken = {kind for kind, one in newest.items() if is_overtaken(one, written_at)}
    return _standings(newest, overtaken, period, cut_off)


def newest_concern(session: Session, county_code: str) -> datetime | None:
    """When somebody was last written down whom subsidies of the county concern: an agreement signed, or a family come from another county.

    An agreement names its guardians for good, so that a new guardian is a new agreement.
    """
    county = within_prefix(Patient.area_code, prefix_of(county_code))
    elsewhere = aliased(PatientSpan)
    signed = select(func.max(Agreement.recorded_at)).join(Patient, Patient.id == Agreement.patient_id)
    came = (
        select(func.max(PatientSpan.recorded_at))
        .join(Patient, Patient.id == PatientSpan.patient_id)
        .join(elsewhere, elsewhere.patient_id == Patient.id)
        .where(
            county,
            *_lives(PatientSpan),
            within_prefix(PatientSpan.value, prefix_of(county_code)),
            *_lives(elsewhere),
            ~within_prefix(elsewhere.value, prefix_of(county_code)),
            exists().where(Agreement.patient_id == Patient.id, Agreement.withdrawn_at.is_(None)),
        )
    )
    signed = signed.where(county, Agreement.withdrawn_at.is_(None))
    moments = session.execute(select(signed.scalar_subquery(), came.scalar_subquery())).one()
    return max((one for one in moments if one), default=None)


def is_overtaken(source: CheckList, written_at: datetime | None) -> bool:
    return written_at is not None and written_at > source.compared_at


def _lives(span: type[PatientSpan]) -> tuple[ColumnElement[bool], ...]:
    return span.what == SpanKind.AREA, span.withdrawn_at.is_(None)


def last_standings(
    session: Session, actor: Actor, today: date, ended: Period | None = None
) -> tuple[Period, list[KindStanding]]:
    """The county's period that ended last, which whoever knows it hands in, and how each kind of list stands for it."""
    county = code_of(actor.area_prefix)
    period = ended or next(iter(ended_periods(session, county, today, 1)), Quarter.of(today).previous())
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
        select(RunCheck, CheckList).join(CheckList, CheckList.id == RunCheck.list_id).where(RunCheck.run_id == run.id)
    ).all()
    overtaken = {check.kind for check, _source in rows if check.is_overtaken}
    newest = {check.kind: source for check, source in rows}
    return _standings(newest, overtaken, parse_period(run.period), run.decided_as_of)


def _standings(
    newest: Mapping[ListKind, CheckList], overtaken: Set[ListKind], period: Period, cut_off: date
) -> list[KindStanding]:
    return [
        KindStanding(
            kind,
            standing_of(found.as_of if found else None, period, cut_off, kind in overtaken),
            found,
            kind in overtaken,
        )
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
