"""Who is paid now and was not last quarter, who no longer is, and whose amount or payee changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.period import parse_period
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import LineKind, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState

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
    """The first `MOST` of a kind, by village."""
    side = _Then if kind is Difference.GONE else _Now
    pairs = _pairs(run, actor, kind).with_only_columns(
        Person.name, Agreement.number, _Then.amount_fen, _Now.amount_fen, _Then.payee_person_id, _Now.payee_person_id
    )
    rows = session.execute(
        pairs.join(Person, Person.id == side.payee_person_id)
        .join(Agreement, Agreement.id == side.agreement_id)
        .order_by(side.area_code, side.id)
        .limit(MOST)
    )
    return [
        DifferenceRow(payee, number, before, now, None not in (was, now_is) and was != now_is)
        for payee, number, before, now, was, now_is in rows
    ]


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
        _Then.period == str(parse_period(run.period).previous()),
        _Then.kind != LineKind.CORRECTION,
        _Then.decision == LineState.PAY,
        _Then.is_live,
        within_prefix(_Then.area_code, prefix_of(run.county_code)),
        within(_Then.area_code, actor),
    )
