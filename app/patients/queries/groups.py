"""Joint groups of towns and villages: who is in them, when they met, and which places have none or have not met this quarter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Area
from app.areas.queries import full_name, full_names, names_of
from app.areas.rules import AreaLevel, town_of
from app.core.access import Action, may, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.quarter import Quarter
from app.core.scope import within, within_prefix
from app.patients.models import GroupMeeting, JointGroup, JointGroupMember
from app.patients.rules import GroupKind, TeamPart
from app.patients.rules_support import meeting_owner

MEETINGS_SHOWN = 12  # three years
_PARTS = {part: place for place, part in enumerate(TeamPart)}


class Missing(StrEnum):
    """What a place lacks."""

    GROUP = "group"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class WithdrawnMeeting:
    """A record that was wrong, and who said so."""

    meeting: GroupMeeting
    by: str


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """A group with its members, its meetings (the newest first) and when the quarter's meeting is owed; None once it was held.

    `withdrawn` are the records of meetings that turned out to be wrong.
    """

    group: JointGroup
    place: str
    members: Sequence[JointGroupMember]
    former: Sequence[JointGroupMember]
    meetings: Sequence[GroupMeeting]
    withdrawn: Sequence[WithdrawnMeeting]
    owed_by: date | None


@dataclass
class Coverage:
    """A town with its villages, or one village. Counts only."""

    code: str
    name: str
    towns: int = 0
    town_groups: int = 0
    towns_met: int = 0
    villages: int = 0
    village_groups: int = 0
    villages_met: int = 0
    group: str | None = field(default=None)  # the place's own group

    def add(self, other: Coverage) -> None:
        for name in ("towns", "town_groups", "towns_met", "villages", "village_groups", "villages_met"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def groups(self) -> int:
        return self.town_groups + self.village_groups

    @property
    def met(self) -> int:
        return self.towns_met + self.villages_met


@dataclass(frozen=True, slots=True)
class LackingPlace:
    code: str
    place: str
    level: AreaLevel
    group: str | None


@dataclass(frozen=True, slots=True)
class OwedMeeting:
    """A group of the reader's own that has not met this quarter."""

    group: str
    kind: GroupKind
    place: str
    due_on: date


def get_group(session: Session, actor: Actor, public_id: str) -> JointGroup:
    require(actor, Action.SEE_GROUPS)
    group = session.scalars(
        select(JointGroup).where(JointGroup.public_id == public_id, within(JointGroup.area_code, actor))
    ).one_or_none()
    if group is None:
        raise NotFound
    return group


def lock_group(session: Session, actor: Actor, public_id: str) -> JointGroup:
    """The group as stored now, and nobody else's until the transaction ends. Raises `NotFound`."""
    session.scalars(
        select(JointGroup.id)
        .where(JointGroup.public_id == public_id, within(JointGroup.area_code, actor))
        .with_for_update()
    ).one_or_none()
    return get_group(session, actor, public_id)


def sheet_of(session: Session, actor: Actor, group: JointGroup, today: date) -> GroupSheet:
    members = list_members(session, actor, group)
    meetings = session.scalars(
        _meetings(actor, group)
        .where(GroupMeeting.withdrawn_at.is_(None))
        .order_by(GroupMeeting.held_on.desc())
        .limit(MEETINGS_SHOWN)
    ).all()
    quarter = Quarter.of(today)
    has_met = any(meeting.quarter == str(quarter) for meeting in meetings)
    return GroupSheet(
        group,
        full_name(session, group.area_code),
        [one for one in members if one.to_on is None],
        [one for one in members if one.to_on is not None],
        meetings,
        _withdrawn(session, actor, group),
        None if has_met else quarter.last_day,
    )


def _withdrawn(session: Session, actor: Actor, group: JointGroup) -> list[WithdrawnMeeting]:
    found = session.execute(
        select(GroupMeeting, User.display_name)
        .join(JointGroup, JointGroup.id == GroupMeeting.group_id)
        .outerjoin(User, User.id == GroupMeeting.withdrawn_by)
        .where(
            JointGroup.id == group.id,
            within(JointGroup.area_code, actor),
            GroupMeeting.withdrawn_at.is_not(None),
        )
        .order_by(GroupMeeting.withdrawn_at.desc())
        .limit(MEETINGS_SHOWN)
    )
    return [WithdrawnMeeting(meeting, by or "") for meeting, by in found]


def list_members(session: Session, actor: Actor, group: JointGroup) -> list[JointGroupMember]:
    """Everybody who ever was one: the lead first, then by part."""
    found = session.scalars(
        select(JointGroupMember)
        .join(JointGroup, JointGroup.id == JointGroupMember.group_id)
        .where(JointGroup.id == group.id, within(JointGroup.area_code, actor))
    )
    return sorted(found, key=lambda one: (not one.is_lead, _PARTS[one.part], one.id))


def get_meeting(session: Session, actor: Actor, group: JointGroup, held_on: date) -> GroupMeeting:
    """The record of the day that stands. Raises `NotFound`."""
    standing = _meetings(actor, group).where(GroupMeeting.held_on == held_on, GroupMeeting.withdrawn_at.is_(None))
    meeting = session.scalars(standing).one_or_none()
    if meeting is None:
        raise NotFound
    return meeting


def _meetings(actor: Actor, group: JointGroup) -> Select[GroupMeeting]:
    return (
        select(GroupMeeting)
        .join(JointGroup, JointGroup.id == GroupMeeting.group_id)
        .where(JointGroup.id == group.id, within(JointGroup.area_code, actor))
    )


def coverage(session: Session, actor: Actor, today: date) -> list[Coverage]:
    """By town for a county's user, by place for a town's or a village's, in the order of the codes."""
    require(actor, Action.SEE_GROUPS)
    rows = session.execute(_places(actor, today).order_by(Area.code)).all()
    if len(actor.area_prefix) >= len("349921100"):
        return [_one(row) for row in rows]
    names = names_of(session, {town_of(row.code) for row in rows})
    towns: dict[str, Coverage] = {}
    for row in rows:
        code = town_of(row.code)
        town = towns.setdefault(code, Coverage(code, names[code]))
        town.add(_one(row))
        if row.code == code:
            town.group = row.group
    return list(towns.values())


def total_of(parts: Iterable[Coverage]) -> Coverage:
    total = Coverage("", "")
    for part in parts:
        total.add(part)
    return total


def list_missing(
    session: Session, actor: Actor, what: Missing, place: str, today: date, cursor: str | None = None
) -> Page[LackingPlace]:
    """Towns and villages without a group, or whose group has not met this quarter; `place` narrows to a town's prefix."""
    require(actor, Action.SEE_GROUPS)
    wanted = _places(actor, today).where(within_prefix(Area.code, place))
    if what is Missing.GROUP:
        wanted = wanted.where(JointGroup.id.is_(None))
    else:
        wanted = wanted.where(JointGroup.id.is_not(None), ~_met(today))
    match decode_cursor(cursor, 1):
        case (str() as code,):
            wanted = wanted.where(Area.code > code)
    rows = session.execute(wanted.order_by(Area.code).limit(PAGE_SIZE + 1)).all()
    page = page_of(rows, PAGE_SIZE, lambda row: (row.code,))
    places = full_names(session, {row.code for row in page.rows})
    return Page([LackingPlace(row.code, places[row.code], row.level, row.group) for row in page.rows], page.next_cursor)


def list_owed_meetings(session: Session, actor: Actor, today: date) -> list[OwedMeeting]:
    """What the reader is to call together before the quarter ends; a town's coordinator only the town's own group."""
    if not may(actor, Action.KEEP_GROUPS):
        return []
    kinds = [kind for kind in GroupKind if meeting_owner(kind) is actor.role]
    if not kinds:
        return []
    groups = session.scalars(
        select(JointGroup)
        .where(within(JointGroup.area_code, actor), JointGroup.kind.in_(kinds), ~_met(today))
        .order_by(JointGroup.area_code)
        .limit(PAGE_SIZE)
    ).all()
    places = full_names(session, {group.area_code for group in groups})
    due_on = Quarter.of(today).last_day
    return [OwedMeeting(group.public_id, group.kind, places[group.area_code], due_on) for group in groups]


def _places(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    """Towns and villages that stand today, with their group and whether it has met."""
    return (
        select(
            Area.code,
            Area.name,
            Area.level,
            JointGroup.public_id.label("group"),
            _met(today).label("met"),
        )
        .outerjoin(JointGroup, JointGroup.area_code == Area.code)
        .where(
            Area.level.in_((AreaLevel.TOWN, AreaLevel.VILLAGE)),
            within(Area.code, actor),
            or_(Area.valid_to.is_(None), Area.valid_to >= today),
        )
    )


def _met(today: date) -> ColumnElement[bool]:
    """The group of the row has met in the quarter of the day."""
    return (
        select(GroupMeeting.id)
        .where(
            GroupMeeting.group_id == JointGroup.id,
            GroupMeeting.quarter == str(Quarter.of(today)),
            GroupMeeting.withdrawn_at.is_(None),
        )
        .correlate(JointGroup)
        .exists()
    )


def _one(row: Any) -> Coverage:
    has_group, met = row.group is not None, bool(row.met)
    if row.level is AreaLevel.TOWN:
        return Coverage(row.code, row.name, 1, int(has_group), int(met), group=row.group)
    return Coverage(
        row.code, row.name, villages=1, village_groups=int(has_group), villages_met=int(met), group=row.group
    )
