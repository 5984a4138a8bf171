"""The flags as people read them: filtered and counted, and who is named behind a line, a patient, an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Agency, Area
from app.areas.rules import AreaLevel
from app.core.actor import Actor, hand_of
from app.core.errors import NotFound
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import ReviewFlag, SubsidyLine
from app.subsidies.rules.watch import FlagState, Pattern, read_flag_ground

PAGE_SIZE = 50

_Named = aliased(User)
_Decider = aliased(User)
_Place = aliased(Area)
_Above = aliased(Area)


@dataclass(frozen=True)
class FlagFilter:
    """What is asked for; empty asks for everything."""

    pattern: Pattern | None = None
    state: FlagState | None = None
    period: str = ""
    # what the person whose work it touches types to sign in
    user: str = ""
    line_id: int | None = None


@dataclass(frozen=True)
class FlagRow:
    """One flag with the line behind it. A patient is never named: who is paid, and by which agreement, is."""

    public_id: str
    pattern: Pattern
    state: FlagState
    period: str
    because: tuple[Reason, ...]
    found_at: datetime
    # whose work it touches
    who: str | None
    who_name: str | None
    agency: str | None
    place: str
    line: str | None
    agreement: str | None
    payee: str | None
    amount_fen: int | None
    decided_by: str | None
    decided_at: datetime | None
    ground: Reason | None


@dataclass(frozen=True)
class FlagCounts:
    """How many flags there are by pattern, by state, by period and by person (name to sign in, shown name, count)."""

    patterns: dict[Pattern, int]
    states: dict[FlagState, int]
    periods: tuple[str, ...]
    people: tuple[tuple[str, str, int], ...]

    @property
    def total(self) -> int:
        return sum(self.states.values())


def list_flags(
    session: Session, actor: Actor, wanted: FlagFilter, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[FlagRow]:
    """Open ones of all ages and the rest alike, the newest first."""
    query = _rows(actor, wanted)
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        query = query.where(ReviewFlag.id < after[0])
    rows = session.execute(query.limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row[0].id,))
    return Page([_row(*row) for row in page.rows], page.next_cursor)


def all_flags(session: Session, actor: Actor, wanted: FlagFilter) -> list[FlagRow]:
    return [_row(*row) for row in session.execute(_rows(actor, wanted))]


def named(session: Session, actor: Actor, *, line: str = "", user: str = "") -> list[FlagRow]:
    """One question: who is named behind this line, or what is this user named for."""
    line_id = session.scalar(select(SubsidyLine.id).where(SubsidyLine.public_id == line)) if line else None
    if line and line_id is None:
        return []
    return all_flags(session, actor, FlagFilter(user=user, line_id=line_id))


def count_flags(session: Session, actor: Actor, wanted: FlagFilter) -> FlagCounts:
    """Counts of what the filter leaves, but for the pattern and the state, which are counted beside it."""
    base = select(ReviewFlag.pattern, ReviewFlag.state, func.count()).where(
        *_conditions(actor, FlagFilter(period=wanted.period, user=wanted.user))
    )
    if wanted.user:
        base = base.join(_Named, _Named.id == ReviewFlag.user_id)
    patterns: dict[Pattern, int] = {}
    states: dict[FlagState, int] = {}
    for pattern, state, count in session.execute(base.group_by(ReviewFlag.pattern, ReviewFlag.state)):
        if wanted.state in (None, state):
            patterns[pattern] = patterns.get(pattern, 0) + count
        if wanted.pattern in (None, pattern):
            states[state] = states.get(state, 0) + count
    of_area = within(ReviewFlag.area_code, actor)
    periods = session.scalars(select(ReviewFlag.period).where(of_area).distinct().order_by(ReviewFlag.period.desc()))
    people = session.execute(
        select(_Named.name, _Named.display_name, func.count())
        .join(ReviewFlag, ReviewFlag.user_id == _Named.id)
        .where(of_area)
        .group_by(_Named.name, _Named.display_name)
        .order_by(func.count().desc(), _Named.name)
        .limit(20)
    )
    return FlagCounts(patterns, states, tuple(periods), tuple((name, shown, count) for name, shown, count in people))


def count_open_flags(session: Session, actor: Actor) -> int:
    of_area = within(ReviewFlag.area_code, actor)
    found = select(func.count()).select_from(ReviewFlag).where(of_area, ReviewFlag.state == FlagState.OPEN)
    return session.scalar(found) or 0


def get_flag(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> ReviewFlag:
    """The flag within the actor's area; raises NotFound."""
    query = select(ReviewFlag).where(ReviewFlag.public_id == public_id, within(ReviewFlag.area_code, actor))
    flag = session.scalar(query.with_for_update() if lock else query)
    if flag is None:
        raise NotFound()
    return flag


def get_flag_row(session: Session, actor: Actor, public_id: str) -> FlagRow:
    """The flag as a list shows it; raises NotFound."""
    row = session.execute(_rows(actor, FlagFilter()).where(ReviewFlag.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _row(*row)


def hand_behind(session: Session, flag: ReviewFlag) -> str | None:
    """The human being whose work the flag is about."""
    if flag.user_id is None:
        return None
    return hand_of(flag.user_id, session.scalar(select(User.person_id).where(User.id == flag.user_id)))


def _rows(actor: Actor, wanted: FlagFilter) -> Any:
    return (
        select(
            ReviewFlag,
            _Named.display_name,
            _Named.name,
            Agency.name,
            _Place,
            _Above.name,
            SubsidyLine.public_id,
            SubsidyLine.amount_fen,
            Agreement.number,
            Person.name,
            _Decider.display_name,
        )
        .join(_Named, _Named.id == ReviewFlag.user_id, isouter=True)
        .join(Agency, Agency.id == _Named.agency_id, isouter=True)
        .join(_Place, _Place.code == ReviewFlag.area_code, isouter=True)
        .join(_Above, _Above.code == _Place.parent_code, isouter=True)
        .join(SubsidyLine, SubsidyLine.id == ReviewFlag.line_id, isouter=True)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id, isouter=True)
        .join(Person, Person.id == SubsidyLine.payee_person_id, isouter=True)
        .join(_Decider, _Decider.id == ReviewFlag.decided_by, isouter=True)
        .where(*_conditions(actor, wanted))
        .order_by(ReviewFlag.id.desc())
    )


def _conditions(actor: Actor, wanted: FlagFilter) -> list[ColumnElement[bool]]:
    found = [within(ReviewFlag.area_code, actor)]
    if wanted.pattern is not None:
        found.append(ReviewFlag.pattern == wanted.pattern)
    if wanted.state is not None:
        found.append(ReviewFlag.state == wanted.state)
    if wanted.period:
        found.append(ReviewFlag.period == wanted.period)
    if wanted.user:
        found.append(_Named.name == wanted.user)
    if wanted.line_id is not None:
        found.append(ReviewFlag.line_id == wanted.line_id)
    return found


def _row(
    flag: ReviewFlag,
    who: str | None,
    who_name: str | None,
    agency: str | None,
    place: Area | None,
    above: str | None,
    line: str | None,
    amount_fen: int | None,
    agreement: str | None,
    payee: str | None,
    decided_by: str | None,
) -> FlagRow:
    is_village = place is not None and place.level is AreaLevel.VILLAGE
    return FlagRow(
        public_id=flag.public_id,
        pattern=flag.pattern,
        state=flag.state,
        period=flag.period,
        because=tuple(Reason.from_json(one) for one in flag.because),
        found_at=flag.found_at,
        who=who,
        who_name=who_name,
        agency=agency,
        place=f"{above} · {place.name}" if is_village and place and above else place.name if place else "",
        line=line,
        agreement=agreement,
        payee=payee,
        amount_fen=amount_fen,
        decided_by=decided_by,
        decided_at=flag.decided_at,
        ground=read_flag_ground(flag.ground),
    )
