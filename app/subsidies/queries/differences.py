"""Who is paid now and was not last quarter, who no longer is, and whose amount or payee changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.period import parse_period
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import LineKind, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import knows_reasons
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.differences import Side, why_changed, why_gone, why_new

MOST = 200  # named in one list; the counts are whole

_Now = aliased(SubsidyLine)
_Then = aliased(SubsidyLine)


class Difference(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Differences:
    """How many payees are new, gone or changed against the quarter before, and what was paid then."""

    new: int
    gone: int
    changed: int
    before_fen: int

    @property
    def more(self) -> int:
        return self.new - self.gone


@dataclass(frozen=True)
class DifferenceRow:
    payee: str
    agreement_number: str
    # None on the side where nothing is paid
    before_fen: int | None
    now_fen: int | None
    # paid to another guardian than last quarter
    is_other_payee: bool = False
    # empty for who may not know days of care, levels and incidents
    because: tuple[Reason, ...] = ()


def count_differences(session: Session, actor: Actor, run: SubsidyRun) -> Differences | None:
    """None where nothing was paid for the quarter before, or for a run that is no quarter's regular one."""
    if run.kind is not RunKind.REGULAR:
        return None
    before_fen = session.scalar(select(func.sum(_Then.amount_fen)).where(_paid_then(run, actor)))
    if before_fen is None:
        return None
    counts = {
        kind: session.scalar(select(func.count()).select_from(_pairs(run, actor, kind).subquery())) or 0
        for kind in Difference
    }
    return Differences(counts[Difference.NEW], counts[Difference.GONE], counts[Difference.CHANGED], int(before_fen))


def list_differences(session: Session, actor: Actor, run: SubsidyRun, kind: Difference) -> list[DifferenceRow]:
    """The first `MOST` of a kind, by village, each with its because for whoever may know it."""
    side = _Then if kind is Difference.GONE else _Now
    pairs = _pairs(run, actor, kind).with_only_columns(Person.name, Agreement.number, _Then.id, _Now.id)
    found = session.execute(
        pairs.join(Person, Person.id == side.payee_person_id)
        .join(Agreement, Agreement.id == side.agreement_id)
        .order_by(side.area_code, side.id)
        .limit(MOST)
    ).all()
    lines = _lines(session, [line_id for row in found for line_id in row[2:] if line_id])
    others = _other_side(session, run, kind, [lines[row[2] or row[3]] for row in found if None in row[2:]])
    agreements = _agreements(session, lines)
    knows = knows_reasons(actor)
    return [
        _row(run, kind, payee, number, lines.get(then), lines.get(now), others, agreements, knows)
        for payee, number, then, now in found
    ]


def _row(
    run: SubsidyRun,
    kind: Difference,
    payee: str,
    number: str,
    then: SubsidyLine | None,
    now: SubsidyLine | None,
    others: Mapping[tuple[int, str], SubsidyLine],
    agreements: Mapping[int, Agreement],
    knows: bool,
) -> DifferenceRow:
    is_other = then is not None and now is not None and then.payee_person_id != now.payee_person_id
    because: tuple[Reason, ...] = ()
    if knows and then is not None and now is not None:
        because = why_changed(_side(then), replace(_side(now), is_other_payee=is_other))
    elif knows and (one := now or then):
        agreement, period = agreements[one.agreement_id], parse_period(run.period)
        other = others.get((one.patient_id, one.rank.value))
        if kind is Difference.NEW:
            because = why_new(_side(other) if other else None, number, agreement.from_on, period.previous().last_day)
        else:
            ends = agreement.ended_on or agreement.to_on
            because = why_gone(_side(other) if other else None, number, ends, period.first_day)
    return DifferenceRow(
        payee, number, then.amount_fen if then else None, now.amount_fen if now else None, is_other, because
    )


def _side(line: SubsidyLine) -> Side:
    return Side(line.decision, line.is_live, tuple(map(Reason.from_json, line.reasons)), line.snapshot)


def _lines(session: Session, ids: Sequence[int]) -> dict[int, SubsidyLine]:
    return {one.id: one for one in session.scalars(select(SubsidyLine).where(SubsidyLine.id.in_(ids)))}


def _agreements(session: Session, lines: Mapping[int, SubsidyLine]) -> dict[int, Agreement]:
    wanted = {line.agreement_id for line in lines.values()}
    return {one.id: one for one in session.scalars(select(Agreement).where(Agreement.id.in_(wanted)))}


def _other_side(
    session: Session, run: SubsidyRun, kind: Difference, lines: Sequence[SubsidyLine]
) -> dict[tuple[int, str], SubsidyLine]:
    """The lines of the other period for the same patients and ranks, which did not pay: (patient, rank) → the last of them."""
    if kind is Difference.CHANGED or not lines:
        return {}
    other = SubsidyLine
    of_period = other.run_id == run.id if kind is Difference.GONE else other.period == _before(run)
    query = select(other).where(of_period, other.kind != LineKind.CORRECTION)
    found = session.scalars(query.where(other.patient_id.in_({one.patient_id for one in lines})).order_by(other.id))
    return {(one.patient_id, one.rank.value): one for one in found}


def _before(run: SubsidyRun) -> str:
    return str(parse_period(run.period).previous())


def _pairs(run: SubsidyRun, actor: Actor, kind: Difference) -> Select[int, int]:
    """Lines of now and then for the same patient and rank of guardian, as far as they differ."""
    same = and_(_Now.patient_id == _Then.patient_id, _Now.rank == _Then.rank)
    query = select(_Now.id, _Then.id)
    if kind is Difference.NEW:
        joined = query.select_from(_Now).join(_Then, and_(same, _paid_then(run, actor)), isouter=True)
        return joined.where(_paid_now(run, actor), _Then.id.is_(None))
    if kind is Difference.GONE:
        joined = query.select_from(_Then).join(_Now, and_(same, _paid_now(run, actor)), isouter=True)
        return joined.where(_paid_then(run, actor), _Now.id.is_(None))
    differs = or_(_Now.amount_fen != _Then.amount_fen, _Now.payee_person_id != _Then.payee_person_id)
    return query.select_from(_Now).join(_Then, same).where(_paid_now(run, actor), _paid_then(run, actor), differs)


def _paid_now(run: SubsidyRun, actor: Actor) -> ColumnElement[bool]:
    return and_(
        _Now.run_id == run.id,
        _Now.period == run.period,
        _Now.kind != LineKind.CORRECTION,
        _Now.decision == LineState.PAY,
        _Now.is_live,
        within(_Now.area_code, actor),
    )


def _paid_then(run: SubsidyRun, actor: Actor) -> ColumnElement[bool]:
    """Whatever paid the quarter before: regular, supplementary or opening."""
    return and_(
        _Then.period == _before(run),
        _Then.kind != LineKind.CORRECTION,
        _Then.decision == LineState.PAY,
        _Then.is_live,
        within_prefix(_Then.area_code, prefix_of(run.county_code)),
        within(_Then.area_code, actor),
    )
