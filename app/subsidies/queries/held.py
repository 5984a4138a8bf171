"""What is held and nobody has decided, over all runs: since when, by when, and whose it is (reliability 4.3: ten working days)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import business_day
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.core.workdays import WorkdayCalendar, add_working_days, working_days_between
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import LineHold, LineKind, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import knows_reasons
from app.subsidies.queries.past import PAYMENTS, SENT
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import standing_holds
from app.subsidies.rules.transitions import RunState

DECIDED_WITHIN = 10  # working days
_Root, _RootRun = aliased(SubsidyLine), aliased(SubsidyRun)


@dataclass(frozen=True)
class HeldCount:
    count: int
    late: int


@dataclass(frozen=True)
class HeldLine:
    """One held payment with its clock. `holds` are the kinds of hold that stand; none for who may not know reasons."""

    id: int
    root_id: int
    public_id: str
    payee: str
    place: str
    agreement_number: str
    period: str
    run_id: str
    run_name: str
    run_state: RunState
    amount_fen: int
    holds: tuple[str, ...]
    since: date
    due_on: date
    waited: int

    @property
    def is_late(self) -> bool:
        return self.waited > DECIDED_WITHIN

    @property
    def is_open(self) -> bool:
        """Whether it is decided where it stands; what has gone to the bank without it comes up in the next run."""
        return self.run_state in (RunState.DRAFT, RunState.SUBMITTED)


def count_held(session: Session, actor: Actor, today: date) -> HeldCount:
    """How many wait in the actor's area, and how many for longer than they should."""
    days = [business_day(at) for at in session.scalars(_waiting(actor, _since()))]
    calendar = load_workdays(session, min([today, *days]), today)
    waited = {day: working_days_between(day, today, calendar) for day in set(days)}
    return HeldCount(len(days), sum(waited[day] > DECIDED_WITHIN for day in days))


def list_held(session: Session, actor: Actor, today: date, cursor: str | None = None) -> Page[HeldLine]:
    """The longest held first."""
    root = func.coalesce(_Root.id, SubsidyLine.id)
    query = (
        _waiting(actor, SubsidyLine)
        .add_columns(root, _since(), SubsidyRun, Person.name, Agreement.number)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .order_by(root, SubsidyLine.id)
        .limit(PAGE_SIZE + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and all(isinstance(one, int) for one in after):
        query = query.where(or_(root > after[0], and_(root == after[0], SubsidyLine.id > after[1])))
    rows = session.execute(query).all()
    places = full_names(session, {row[0].area_code for row in rows})
    calendar = load_workdays(session, min([today, *(business_day(row[2]) for row in rows)]), today + timedelta(days=60))
    found = [_row(actor, row, places[row[0].area_code], calendar, today) for row in rows]
    return page_of(found, PAGE_SIZE, lambda one: (one.root_id, one.id))


def _row(actor: Actor, row: Row[*tuple[Any, ...]], place: str, calendar: WorkdayCalendar, today: date) -> HeldLine:
    line, root_id, since_at, run, payee, number = row
    since = business_day(since_at)
    holds = sorted(standing_holds(one["code"] for one in line.reasons)) if knows_reasons(actor) else ()
    return HeldLine(
        line.id, root_id, line.public_id, payee, place, number, line.period, run.public_id, run.short_name, run.state,
        line.amount_fen, tuple(holds), since, add_working_days(since, DECIDED_WITHIN, calendar).ends_on,
        working_days_between(since, today, calendar),
    )  # fmt: skip


def _waiting(actor: Actor, what: Any) -> Select[*tuple[Any, ...]]:
    """Held lines that no later line of the same guardian and period has taken up. A held correction is found anew with the next run."""
    later = aliased(SubsidyLine)
    taken_up = exists().where(
        later.patient_id == SubsidyLine.patient_id,
        later.agreement_id == SubsidyLine.agreement_id,
        later.period == SubsidyLine.period,
        later.rank == SubsidyLine.rank,
        later.kind.in_(PAYMENTS),
        later.id > SubsidyLine.id,
    )
    return (
        select(what)
        .select_from(SubsidyLine)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .outerjoin(_Root, and_(_Root.id == SubsidyLine.corrects_line_id, _Root.decision == LineState.HOLD))
        .outerjoin(_RootRun, _RootRun.id == _Root.run_id)
        .where(
            within(SubsidyRun.county_code, actor),
            SubsidyRun.kind != RunKind.OPENING,
            SubsidyRun.state != RunState.PREPARING,
            SubsidyLine.decision == LineState.HOLD,
            or_(
                and_(SubsidyLine.kind.in_(PAYMENTS), ~taken_up),
                and_(SubsidyLine.kind == LineKind.CORRECTION, SubsidyRun.state.not_in(SENT)),
            ),
        )
    )


def _since() -> ColumnElement[datetime]:
    """When the run was drawn up that held it first, or when somebody put the line on hold afterwards."""
    placed = select(func.min(LineHold.placed_at)).where(LineHold.line_id == SubsidyLine.id).scalar_subquery()
    return func.coalesce(_RootRun.prepared_at, placed, SubsidyRun.prepared_at)
