"""What homes tell of decisions about the numbers: what waits for the reader's word, and what came of the reader's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, String, and_, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.actor import Actor
from app.numbers.models import (
    Appraisal,
    AppraisalMark,
    AppraisalObjection,
    AppraisalScheme,
    ReportSubmission,
    Sample,
    SampleMark,
    SampleRecord,
    SampleUnit,
)
from app.numbers.queries.appraisal import own_unit
from app.numbers.queries.runs import in_reach
from app.numbers.queries.sampling import visible
from app.numbers.rules.appraisal import AppraisalState, ObjectionState
from app.numbers.rules.sampling import SampleState, Verdict

# a decision is told for so long after it was taken
TOLD_FOR = timedelta(days=14)
WAITS: Final = "proposed"


class Subject(StrEnum):
    """What is decided on."""

    REVISION = "revision"
    SCHEME = "scheme"
    OBJECTION = "objection"


class Decision(NamedTuple):
    """`state` is "proposed" while it waits for the reader's word; otherwise what another has said of the reader's own."""

    subject: str
    public_id: str
    # the period, or the year of a scheme
    about: str
    state: str
    waiting: int


class OwnResult(NamedTuple):
    """A published appraisal of the reader's unit, and how many of the unit's objections were answered lately."""

    appraisal: Appraisal
    unit: str
    answered: int


class CheckedLately(NamedTuple):
    """A sample that was closed of late and checked the reader's institution. `wrong`: records that differ."""

    public_id: str
    number: str
    wrong: int


def list_decisions(session: Session, actor: Actor, now: datetime) -> list[Decision]:
    """Revisions and schemes that wait for another than who proposed them, the reader's own that another has decided on, and
    appraisals with objections that the reader may answer. One statement, since first pages ask it."""
    revision, scheme = ReportSubmission, AppraisalScheme
    rows = union_all(
        _proposed(Subject.REVISION, revision, revision.period, revision.submitted_by, actor, now).where(
            revision.number > 1
        ),
        _proposed(Subject.SCHEME, scheme, cast(scheme.year, String), scheme.proposed_by, actor, now),
        _objected_to(actor),
    )
    return [Decision(*row) for row in session.execute(rows)]


def _proposed(
    subject: Subject,
    row: type[ReportSubmission] | type[AppraisalScheme],
    about: Any,
    by: InstrumentedAttribute[int],
    actor: Actor,
    now: datetime,
) -> Select[str, str, str, str, int]:
    state = cast(row.state, String)
    waits = and_(state == WAITS, by != actor.user_id)
    told = and_(state != WAITS, by == actor.user_id, row.decided_by != actor.user_id, row.decided_at > now - TOLD_FOR)
    return select(literal(subject.value), row.public_id, about, state, literal(1)).where(
        in_reach(row.area_code, actor), or_(waits, told)
    )


def _objected_to(actor: Actor) -> Select[str, str, str, str, int]:
    row, objection = Appraisal, AppraisalObjection
    return (
        select(literal(Subject.OBJECTION.value), row.public_id, row.period, literal(WAITS), func.count())
        .join(objection, objection.appraisal_id == row.id)
        .where(
            in_reach(row.area_code, actor),
            objection.state == ObjectionState.OPEN,
            objection.made_by != actor.user_id,
            row.published_by != actor.user_id,
        )
        .group_by(row.id)
    )


def list_own_results(session: Session, actor: Actor, today: date, now: datetime) -> list[OwnResult]:
    """Of the reader's unit: to which one may object still, and those with an answer of late."""
    unit = own_unit(session, actor)
    if unit is None:
        return []
    row, mark, objection = Appraisal, AppraisalMark, AppraisalObjection
    is_scored = exists().where(mark.appraisal_id == row.id, mark.unit_kind == unit[0], mark.unit == unit[1])
    answered = (
        select(func.count())
        .where(
            objection.appraisal_id == row.id,
            objection.unit_kind == unit[0],
            objection.unit == unit[1],
            objection.answered_at > now - TOLD_FOR,
        )
        .scalar_subquery()
    )
    is_open = and_(row.state == AppraisalState.PUBLISHED, row.objections_until >= today)
    rows = select(row, answered).where(in_reach(row.area_code, actor), is_scored, or_(is_open, answered > 0))
    return [OwnResult(one, unit[1], count) for one, count in session.execute(rows.order_by(row.id))]


def list_checked_lately(session: Session, actor: Actor, now: datetime) -> list[CheckedLately]:
    """Samples of the reader's institution that were closed of late, the newest first."""
    row, unit, record, mark = Sample, SampleUnit, SampleRecord, SampleMark
    wrong = (
        select(func.count(mark.record_id.distinct()))
        .join(record, record.id == mark.record_id)
        .where(
            record.sample_id == row.id,
            record.agency_id == unit.agency_id,
            record.unable.is_(None),
            mark.verdict == Verdict.MISMATCH,
        )
        .scalar_subquery()
    )
    rows = (
        select(row.public_id, row.number, wrong)
        .join(unit, unit.sample_id == row.id)
        .where(
            visible(actor),
            unit.agency_id == actor.agency_id,
            row.state == SampleState.CLOSED,
            row.ended_at > now - TOLD_FOR,
        )
    )
    return [CheckedLately(*one) for one in session.execute(rows.order_by(row.id.desc()))]
