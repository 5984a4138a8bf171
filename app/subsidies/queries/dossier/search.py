"""Finding a line: by payee, by agreement, by period, over all runs of the actor's area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.areas.models import Area
from app.core.actor import Actor
from app.core.paging import Page, decode_cursor, page_of
from app.core.scope import within
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import payee_matches
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState

PAGE_SIZE = 50


@dataclass(frozen=True)
class LineSearch:
    """A payee's name, pinyin or initials, or a part of an agreement's number; a run's period. Empty finds nothing."""

    text: str = ""
    period: str = ""


@dataclass(frozen=True)
class FoundLine:
    id: int
    public_id: str
    period: str
    run_name: str
    payee: str
    place: str
    agreement_number: str
    amount_fen: int
    decision: LineState
    is_live: bool
    payment: PaymentState | None
    prepared_on: date


def find_lines(session: Session, actor: Actor, wanted: LineSearch, cursor: str | None = None) -> Page[FoundLine]:
    """The newest first."""
    text = wanted.text.strip()
    if not text and not wanted.period:
        return Page([], None)
    query = (
        select(SubsidyLine, SubsidyRun, Person.name, Area.name, Agreement.number, PayFileLine.state)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .join(Area, Area.code == SubsidyLine.area_code)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
        .where(within(SubsidyLine.area_code, actor))
        .options(defer(SubsidyLine.snapshot), defer(SubsidyLine.reasons))
        .order_by(SubsidyLine.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if text:
        query = query.where(payee_matches(text))
    if wanted.period:
        query = query.where(SubsidyLine.period == wanted.period)
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        query = query.where(SubsidyLine.id < after[0])
    found = [
        FoundLine(
            line.id, line.public_id, line.period, run.short_name, payee, place, number, line.amount_fen, line.decision,
            line.is_live, payment, run.decided_as_of,
        )
        for line, run, payee, place, number, payment in session.execute(query)
    ]  # fmt: skip
    return page_of(found, PAGE_SIZE, lambda row: (row.id,))


def list_periods(session: Session, actor: Actor) -> list[str]:
    """The periods that runs of the area stand for, the newest first."""
    of_area = within(SubsidyRun.county_code, actor)
    return list(session.scalars(select(SubsidyRun.period).where(of_area).distinct().order_by(SubsidyRun.period.desc())))
