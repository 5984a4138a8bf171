"""Joint groups: 综合管理小组 of a town, 关爱帮扶小组 of a village; their members by date and their quarterly meetings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.patients.texts_support  # noqa: F401  # registers the sentences
from app.areas.models import Area
from app.areas.rules import AreaLevel, is_within
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.patients.commands_support import AddGroupMember, Decided, RecordMeeting
from app.patients.models import GroupMeeting, JointGroup, JointGroupMember
from app.patients.queries.groups import get_meeting
from app.patients.rules import GroupKind
from app.patients.rules_support import MeetingMistake
from app.people.rules import check_phone_number

_KINDS = {AreaLevel.TOWN: GroupKind.TOWN, AreaLevel.VILLAGE: GroupKind.VILLAGE}
GUARDS = {
    "uq_joint_groups_area_code_kind": "patients.group.exists",
    "joint_groups.area_code": "patients.group.exists",
    "uq_group_meetings_standing": "patients.group.met",
    "group_meetings.group_id": "patients.group.met",
}


def found_group(
    session: Session, actor: Actor, area_code: str, founded_on: date, today: date, now: datetime
) -> JointGroup:
    """The group of a town or village in the actor's area. Raises `Conflict` where one stands, `Invalid` by field."""
    require(actor, Action.KEEP_GROUPS)
    area = session.get(Area, area_code) if is_within(area_code, actor.area_prefix) else None
    if area is None or area.level not in _KINDS:
        raise Invalid({"area_code": [reason("patients.group.wrong_level")]})
    if founded_on > today:
        raise Invalid({"founded_on": [reason("patients.group.future")]})
    group = JointGroup(
        kind=_KINDS[area.level],
        area_code=area_code,
        founded_on=founded_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(group)
    _note(session, actor, "patients.group_founded", group, now, {"kind": group.kind.value})
    return group


def add_group_member(
    session: Session, actor: Actor, group: JointGroup, command: AddGroupMember, today: date, now: datetime
) -> JointGroupMember:
    """Somebody joins on a day; a new lead takes the chair from the one before. Raises `Invalid` by field.

    `group` is locked by whoever calls, so that a double tap finds the member that the first tap made.
    """
    require(actor, Action.KEEP_GROUPS)
    errors: dict[str, list[Reason]] = {}
    if not command.name:
        errors["name"] = [reason("patients.group.name")]
    if command.from_on > today:
        errors["from_on"] = [reason("patients.group.future")]
    elif command.from_on < group.founded_on:
        errors["from_on"] = [reason("patients.group.before_founded", on=group.founded_on)]
    if command.phone and (wrong := check_phone_number(command.phone)):
        errors["phone"] = list(wrong)
    if not errors and _is_member(session, group, command):
        errors["name"] = [reason("patients.group.member_already", name=command.name)]
    if errors:
        raise Invalid(errors)
    if command.is_lead:
        for one in session.scalars(_members(group).where(JointGroupMember.is_lead)).all():
            one.is_lead = False
    member = JointGroupMember(
        group_id=group.id,
        part=command.part,
        name=command.name,
        post=command.post,
        phone=command.phone or None,
        is_lead=command.is_lead,
        from_on=command.from_on,
    )
    session.add(member)
    session.flush()
    _note(session, actor, "patients.group_member_added", group, now, {"part": command.part.value})
    return member


def _is_member(session: Session, group: JointGroup, command: AddGroupMember) -> bool:
    """Name, part and telephone together: two of one name may well serve in one place."""
    return any(
        (one.name, one.part, one.phone) == (command.name, command.part, command.phone or None)
        for one in session.scalars(_members(group))
    )


def end_group_member(
    session: Session, actor: Actor, group: JointGroup, member_id: int, on: date, today: date, now: datetime
) -> None:
    """From `on` the member is no longer one. Raises `NotFound` for a stranger, `Invalid` for a day that cannot be."""
    require(actor, Action.KEEP_GROUPS)
    member = _member(session, group, member_id)
    if member.to_on is not None:
        raise Invalid({"on": [reason("patients.group.ended")]})
    if on > today:
        raise Invalid({"on": [reason("patients.group.future")]})
    if on < member.from_on:
        raise Invalid({"on": [reason("patients.group.before_member", on=member.from_on)]})
    member.to_on = on
    session.flush()
    _note(session, actor, "patients.group_member_ended", group, now, {"part": member.part.value})


def show_member_phone(session: Session, actor: Actor, group: JointGroup, member_id: int, now: datetime) -> str:
    """The number in full, for once and on the record."""
    require(actor, Action.SEE_GROUPS)
    member = _member(session, group, member_id)
    if not member.phone:
        raise NotFound
    _note(session, actor, "patients.group_member_phone_shown", group, now, {"part": member.part.value})
    return member.phone


def record_meeting(
    session: Session, actor: Actor, group: JointGroup, command: RecordMeeting, today: date, now: datetime
) -> GroupMeeting:
    """One meeting a day. Who was there was a member that day. Raises `Invalid` by field, `Conflict` for a second one."""
    require(actor, Action.KEEP_GROUPS)
    _check_meeting(session, group, command, today)
    meeting = GroupMeeting(
        group_id=group.id,
        quarter=str(Quarter.of(command.held_on)),
        held_on=command.held_on,
        present=sorted(command.present),
        points=[*({"topic": topic.value} for topic in command.topics), *map(_stored, command.decisions)],
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(meeting)
    _note(session, actor, "patients.group_meeting_recorded", group, now, {"quarter": meeting.quarter})
    return meeting


def withdraw_meeting(
    session: Session, actor: Actor, group: JointGroup, held_on: date, mistake: MeetingMistake, now: datetime
) -> GroupMeeting:
    """The record of the day was wrong: it stays readable, counts for nothing, and the day may be recorded anew.

    Raises `NotFound` where no record of the day stands.
    """
    require(actor, Action.KEEP_GROUPS)
    meeting = get_meeting(session, actor, group, held_on)
    meeting.withdrawn_at, meeting.withdrawn_by, meeting.mistake = now, actor.user_id, mistake.value
    session.flush()
    said = {"quarter": meeting.quarter, "mistake": mistake.value}
    _note(session, actor, "patients.group_meeting_withdrawn", group, now, said)
    return meeting


def _check_meeting(session: Session, group: JointGroup, command: RecordMeeting, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.held_on > today:
        errors["held_on"] = [reason("patients.group.future")]
    elif command.held_on < group.founded_on:
        errors["held_on"] = [reason("patients.group.before_founded", on=group.founded_on)]
    if not command.topics:
        errors["topics"] = [reason("patients.group.topics")]
    if not command.present:
        errors["present"] = [reason("patients.group.present")]
    members = {one.id: one for one in session.scalars(_members(group, is_open=False))}
    if not set(command.present) <= members.keys():
        raise NotFound
    strangers = [
        one.name
        for one in (members[member_id] for member_id in command.present)
        if one.from_on > command.held_on or (one.to_on is not None and one.to_on <= command.held_on)
    ]
    if strangers and "held_on" not in errors:
        errors["present"] = [reason("patients.group.not_member", name=strangers)]
    if errors:
        raise Invalid(errors)


def _stored(decided: Decided) -> dict[str, Any]:
    return {
        "decision": decided.what.value,
        "note": decided.note,
        "part": decided.part.value if decided.part else None,
        "by_on": decided.by_on.isoformat() if decided.by_on else None,
    }


def _members(group: JointGroup, is_open: bool = True) -> Any:
    found = select(JointGroupMember).where(JointGroupMember.group_id == group.id)
    return found.where(JointGroupMember.to_on.is_(None)) if is_open else found


def _member(session: Session, group: JointGroup, member_id: int) -> JointGroupMember:
    member = session.scalars(_members(group, is_open=False).where(JointGroupMember.id == member_id)).one_or_none()
    if member is None:
        raise NotFound
    return member  # type: ignore[no-any-return]  # one of the group's


def _note(
    session: Session, actor: Actor, action: str, group: JointGroup, now: datetime, detail: dict[str, str]
) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("group", group.public_id),
        area_code=group.area_code,
        detail=detail,
    )
