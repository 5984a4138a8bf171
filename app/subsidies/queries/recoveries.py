"""Cases of money paid too much: as a list by state and town, and one with everything behind it. Guardians are named, patients never are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Area
from app.areas.rules import AreaLevel, prefix_of
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.money import Money
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import Recovery, RecoveryEvent, SubsidyLine, SubsidyRun
from app.subsidies.queries.lines import knows_reasons
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep

_Place = aliased(Area)
_Above = aliased(Area)


@dataclass(frozen=True)
class CaseRow:
    """One case as list, page and papers show it."""

    case: Recovery
    line: SubsidyLine
    run: SubsidyRun
    payee: str
    is_payee_dead: bool
    agreement_number: str
    town: str
    village: str
    # empty for roles that may not know days of care
    because: tuple[Reason, ...]

    @property
    def amount(self) -> Money:
        return Money(self.case.amount_fen)

    @property
    def received(self) -> Money:
        return Money(self.case.received_fen)

    @property
    def left(self) -> Money:
        return self.amount - self.received

    @property
    def paid(self) -> Money:
        return Money(self.line.amount_fen)


@dataclass(frozen=True)
class CaseStep:
    """One step of a case, for its timeline."""

    step: RecoveryStep
    proposes: RecoveryStep | None
    due_on: date | None
    amount_fen: int
    reference: str
    on_day: date
    at: datetime
    by: str


def get_recovery(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> Recovery:
    """The case by its public id within the actor's area; raises NotFound."""
    query = select(Recovery).where(Recovery.public_id == public_id, within(Recovery.county_code, actor))
    case = session.scalar(query.with_for_update() if lock else query)
    if case is None:
        raise NotFound()
    return case


def get_case(session: Session, actor: Actor, public_id: str) -> CaseRow:
    """The case with its people and places; raises NotFound."""
    row = session.execute(_rows(actor).where(Recovery.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _row(actor, *row)


def list_cases(
    session: Session,
    actor: Actor,
    states: Sequence[RecoveryState] = (),
    town: str = "",
    cursor: str | None = None,
    size: int = 50,
) -> Page[CaseRow]:
    """The newest first, of some states and of one town where asked."""
    query = _filtered(actor, states, town)
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        query = query.where(Recovery.id < after[0])
    fetched = session.execute(query.limit(size + 1))
    return page_of([_row(actor, *row) for row in fetched], size, lambda row: (row.case.id,))


def all_cases(session: Session, actor: Actor, states: Sequence[RecoveryState] = (), town: str = "") -> list[CaseRow]:
    """The same, all of them, for the printed list."""
    return [_row(actor, *row) for row in session.execute(_filtered(actor, states, town))]


def count_cases(session: Session, actor: Actor) -> dict[RecoveryState, tuple[int, Money]]:
    """State → how many cases, and what they ask for that has not come back."""
    rows = session.execute(
        select(Recovery.state, func.count(), func.sum(Recovery.amount_fen - Recovery.received_fen))
        .where(within(Recovery.county_code, actor))
        .group_by(Recovery.state)
    )
    return {state: (count, Money(int(left or 0))) for state, count, left in rows}


def towns_with_cases(session: Session, actor: Actor) -> list[Area]:
    """Towns that a case lies in, for the filter."""
    prefix = func.substr(Recovery.area_code, 1, 9)
    found = select(prefix).where(within(Recovery.county_code, actor)).distinct()
    return list(
        session.scalars(
            select(Area)
            .where(Area.level == AreaLevel.TOWN, func.substr(Area.code, 1, 9).in_(found))
            .order_by(Area.code)
        )
    )


def steps_of(session: Session, case: Recovery) -> Sequence[RecoveryEvent]:
    return session.scalars(
        select(RecoveryEvent).where(RecoveryEvent.recovery_id == case.id).order_by(RecoveryEvent.id)
    ).all()


def standing_proposal(session: Session, case: Recovery) -> RecoveryEvent | None:
    """What waits for the second person: the last step, if it is a proposal."""
    last = session.scalar(
        select(RecoveryEvent).where(RecoveryEvent.recovery_id == case.id).order_by(RecoveryEvent.id.desc()).limit(1)
    )
    return last if last is not None and last.step is RecoveryStep.PROPOSED else None


def list_case_steps(session: Session, case: Recovery) -> list[CaseStep]:
    rows = session.execute(
        select(RecoveryEvent, User.display_name)
        .join(User, User.id == RecoveryEvent.by, isouter=True)
        .where(RecoveryEvent.recovery_id == case.id)
        .order_by(RecoveryEvent.id)
    )
    return [
        CaseStep(one.step, one.proposes, one.due_on, one.amount_fen, one.reference, one.on_day, one.at, name or "")
        for one, name in rows
    ]


def _filtered(
    actor: Actor, states: Sequence[RecoveryState], town: str
) -> Select[Recovery, SubsidyLine, SubsidyRun, str, date | None, str, Area, str]:
    query = _rows(actor).order_by(Recovery.id.desc())
    if states:
        query = query.where(Recovery.state.in_(states))
    return query.where(within_prefix(Recovery.area_code, prefix_of(town))) if town else query


def _rows(
    actor: Actor,
) -> Select[Recovery, SubsidyLine, SubsidyRun, str, date | None, str, Area, str]:
    return (
        select(Recovery, SubsidyLine, SubsidyRun, Person.name, Person.died_on, Agreement.number, _Place, _Above.name)
        .join(SubsidyLine, SubsidyLine.id == Recovery.line_id)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .join(_Place, _Place.code == Recovery.area_code)
        .join(_Above, _Above.code == _Place.parent_code, isouter=True)
        .where(within(Recovery.county_code, actor))
    )


def _row(
    actor: Actor,
    case: Recovery,
    line: SubsidyLine,
    run: SubsidyRun,
    payee: str,
    payee_died_on: date | None,
    agreement_number: str,
    place: Area,
    above: str | None,
) -> CaseRow:
    is_village = place.level is AreaLevel.VILLAGE
    return CaseRow(
        case=case,
        line=line,
        run=run,
        payee=payee,
        is_payee_dead=payee_died_on is not None,
        agreement_number=agreement_number,
        town=(above or "") if is_village else place.name,
        village=place.name if is_village else "",
        because=tuple(map(Reason.from_json, case.because)) if knows_reasons(actor) else (),
    )


def standing_decision(session: Session, case: Recovery) -> RecoveryEvent | None:
    """The decision by which the money is asked for."""
    asked = (RecoveryEvent.recovery_id == case.id) & (RecoveryEvent.step == RecoveryStep.ASKED)
    return session.scalar(select(RecoveryEvent).where(asked).order_by(RecoveryEvent.id.desc()).limit(1))
