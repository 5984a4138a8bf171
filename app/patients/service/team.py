"""The care team of a patient (四位一体、4帮1): who holds which place since when, one at a time.

A place belongs to somebody beside a patient who lives there: it ends when the patient moves away, dies or leaves the register.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import app.patients.texts_support  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.patients.commands import SetTeamMember
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import NOT_LIVE, RegistryStatus, TeamPart
from app.patients.rules_support import NEW_TEAM_WITHIN_DAYS, is_set_up, parts_left_behind
from app.people.rules import check_phone_number
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import close_task, open_task

# Nobody stands around somebody who is not here any more.
TEAM_ENDS = (*NOT_LIVE, RegistryStatus.DEAD)


def set_team_member(
    session: Session, actor: Actor, patient: Patient, command: SetTeamMember, today: date, now: datetime
) -> CareTeamMember:
    """Somebody takes a place from a day; whoever held it until then leaves it that day. Raises `Invalid`.

    The same day again corrects the member. Guardians are kept with their agreements, never here. `patient` is locked.
    """
    require(actor, Action.KEEP_TEAMS)
    if patient.registry_status in TEAM_ENDS:
        raise Conflict(reason("patients.team.not_live"))
    present = _holder(session, patient, command.part)
    _check(command, present, today)
    if present is not None:
        if present.from_on == command.from_on:
            present.withdrawn_at, present.withdrawn_by = now, actor.user_id
        else:
            present.to_on = command.from_on
        session.flush()
    member = CareTeamMember(
        patient_id=patient.id,
        part=command.part,
        name=command.name,
        post=command.post,
        phone=command.phone or None,
        from_on=command.from_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(member)
    session.flush()
    note(
        session,
        actor,
        "patients.team_changed",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"part": command.part.value},
    )
    _close_when_set_up(session, actor, patient, now)
    return member


def end_team(
    session: Session,
    actor: Actor,
    patient: Patient,
    on: date,
    now: datetime,
    parts: Collection[TeamPart] = tuple(TeamPart),
) -> int:
    """These places are held by nobody from `on`; how many were. Who took one after that day never held it."""
    held = [member for member in _holders(session, patient) if member.part in parts]
    for member in held:
        member.to_on = max(on, member.from_on)
    session.flush()
    if held:
        note(
            session,
            actor,
            "patients.team_ended",
            now=now,
            subject=("patient", patient.public_id),
            area_code=patient.area_code,
            count=len(held),
        )
    return len(held)


def leave_team(session: Session, actor: Actor, patient: Patient, part: TeamPart, today: date, now: datetime) -> None:
    """Whoever holds this place leaves it today, and nobody follows yet. Raises `Conflict` for a place that nobody holds."""
    require(actor, Action.KEEP_TEAMS)
    if not end_team(session, actor, patient, today, now, (part,)):
        raise Conflict(reason("patients.team.nobody"))


def team_follows(
    session: Session, actor: Actor, patient: Patient, from_area: str, to_area: str, on: date, now: datetime
) -> None:
    """A move: who belonged to the old place leaves the team that day, and the new place gets the duty to name its people."""
    parts = parts_left_behind(from_area, to_area)
    if not parts:
        return
    count = end_team(session, actor, patient, on, now, parts)
    if patient.registry_status is not RegistryStatus.REGISTERED:
        return
    days = NEW_TEAM_WITHIN_DAYS
    because = (
        reason("patients.team.moved", on=on, count=count, days=days)
        if count
        else reason("patients.team.moved_without", on=on, days=days)
    )
    period = f"team:{to_area}:{on.isoformat()}"
    open_task(session, patient, TaskKind.SET_UP_TEAM, period, on + timedelta(days=days), [because], now)


def resume_team(session: Session, patient: Patient, on: date) -> None:
    """Places that ended on a day because of an act that turned out to be wrong are held again."""
    standing = {member.part for member in _holders(session, patient)}
    ended = session.scalars(
        select(CareTeamMember).where(
            CareTeamMember.patient_id == patient.id, CareTeamMember.to_on == on, CareTeamMember.withdrawn_at.is_(None)
        )
    )
    for member in ended.all():
        if member.part not in standing:
            standing.add(member.part)
            member.to_on = None
    session.flush()


def _close_when_set_up(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    parts = frozenset(member.part for member in _holders(session, patient))
    if not is_set_up(parts, patient.doctor_id is not None):
        return
    waiting = select(Task).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.SET_UP_TEAM, Task.state == TaskState.OPEN
    )
    for task in session.scalars(waiting).all():
        close_task(session, actor, task, reason("patients.team.set_up"), now)


def _holders(session: Session, patient: Patient) -> Sequence[CareTeamMember]:
    """Who holds a place now."""
    return session.scalars(
        select(CareTeamMember).where(
            CareTeamMember.patient_id == patient.id,
            CareTeamMember.to_on.is_(None),
            CareTeamMember.withdrawn_at.is_(None),
        )
    ).all()


def _holder(session: Session, patient: Patient, part: TeamPart) -> CareTeamMember | None:
    return next((member for member in _holders(session, patient) if member.part is part), None)


def _check(command: SetTeamMember, present: CareTeamMember | None, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.part is TeamPart.GUARDIAN:
        errors["part"] = [Reason("patients.team.guardian")]
    if not command.name:
        errors["name"] = [Reason("patients.team.name")]
    if command.from_on > today:
        errors["from_on"] = [Reason("patients.team.future")]
    elif present is not None and command.from_on < present.from_on:
        errors["from_on"] = [reason("patients.team.before", name=present.name, on=present.from_on)]
    if command.phone and (wrong := check_phone_number(command.phone)):
        errors["phone"] = list(wrong)
    if errors:
        raise Invalid(errors)
