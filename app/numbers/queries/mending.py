"""The list of a health centre before a period ends: who is missing from a set and why, and whose next visit is still in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.scope import within, within_prefix
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.behind import SIZE, Behind, describe
from app.numbers.queries.explaining import visits_of
from app.numbers.queries.pattern import ended_half_years
from app.numbers.queries.timeline import Counted
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.mending import PARTS, Lack, lacks_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody to see to, and in what."""

    who: Behind
    lacks: list[Lack]


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody whose visits are in order, if the next one comes by the day until which it counts."""

    who: Behind
    due_on: date
    counts_until: date


def may_mend(actor: Actor) -> bool:
    return may(actor, Action.OPEN_NUMBERS)


def parts_for(actor: Actor) -> list[str]:
    """The columns that the role may read: an examination is clinical."""
    reads = sees(actor, Field.CLINICAL) is Grant.FULL
    return [what for what in PARTS if reads or what != "examination"]


def count_missing(session: Session, actor: Actor, run: IndicatorRun, place: str) -> int:
    return session.scalar(_missing(actor, run, place, func.count())) or 0


def list_missing(session: Session, actor: Actor, run: IndicatorRun, place: str, after: int) -> list[Missing]:
    """A page of those who are registered and missing from a set, by village."""
    rows = _missing(actor, run, place, IndicatorMember).order_by(IndicatorMember.area_code, IndicatorMember.subject_id)
    members = list(session.scalars(rows.offset(after).limit(SIZE)))
    settings, period = NumberSettings.from_json(run.settings), ReportPeriod.parse(run.period)
    facts = visits_of(session, run, [one.subject_id for one in members])
    ended = ended_half_years(Counted(prefix_of(run.area_code), run.first_on, run.cut_off, settings))
    found = []
    for who in describe(session, actor, members):
        known, bits = facts[who.member.subject_id], who.member.bits
        gap = known.gap(run, settings)
        lacks = lacks_of(
            bits,
            parts_for(actor),
            gap,
            known.seen_on,
            known.halves(ended),
            period.last_day,
            settings,
            known.waiting_seen,
        )
        found.append(Missing(who, lacks))
    return found


def count_coming(session: Session, actor: Actor, run: IndicatorRun, place: str) -> int:
    return session.scalar(_coming(actor, run, place, func.count())) or 0


def list_coming(session: Session, actor: Actor, run: IndicatorRun, place: str, after: int) -> list[Coming]:
    """A page of those who keep the standard and have a visit due before the period ends, the soonest first."""
    wanted = _coming(actor, run, place, IndicatorMember, Task.due_on).order_by(Task.due_on, IndicatorMember.subject_id)
    rows = session.execute(wanted.offset(after).limit(SIZE)).all()
    people = describe(session, actor, [row[0] for row in rows])
    grace = timedelta(days=NumberSettings.from_json(run.settings).standard.grace_days)
    return [Coming(who, row[1], row[1] + grace) for who, row in zip(people, rows, strict=True)]


def _coming(actor: Actor, run: IndicatorRun, place: str, *what: Any) -> Select[Any]:
    return (
        select(*what)
        .select_from(IndicatorMember)
        .join(Task, and_(Task.patient_id == IndicatorMember.patient_id, Task.kind == TaskKind.FOLLOW_UP))
        .where(
            IndicatorMember.run_id == run.id,
            IndicatorMember.kind == MemberKind.PATIENT,
            within(IndicatorMember.area_code, actor),
            within_prefix(IndicatorMember.area_code, prefix_of(place)),
            IndicatorMember.bits.op("&")(int(InSet.STANDARD)) != 0,
            Task.state == TaskState.OPEN,
            Task.due_on <= ReportPeriod.parse(run.period).last_day,
        )
    )


def _missing(actor: Actor, run: IndicatorRun, place: str, what: Any) -> Select[Any]:
    bits = IndicatorMember.bits
    return select(what).where(
        IndicatorMember.run_id == run.id,
        IndicatorMember.kind == MemberKind.PATIENT,
        within(IndicatorMember.area_code, actor),
        within_prefix(IndicatorMember.area_code, prefix_of(place)),
        bits.op("&")(int(InSet.REGISTERED)) != 0,
        or_(*(bits.op("&")(int(PARTS[part])) == 0 for part in parts_for(actor))),
    )
