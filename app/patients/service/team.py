"""The care team of a patient (四位一体、4帮1): who holds which place since when, one at a time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.reasons import Reason, reason
from app.patients.commands import SetTeamMember
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import TeamPart
from app.people.rules import check_phone_number


def set_team_member(
    session: Session, actor: Actor, patient: Patient, command: SetTeamMember, today: date, now: datetime
) -> CareTeamMember:
    """Somebody takes a place from a day; whoever held it until then leaves it that day. Raises `Invalid`.

    The same day again corrects the member. Guardians are kept with their agreements, never here. `patient` is locked.
    """
    require(actor, Action.KEEP_TEAMS)
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
    return member


def _holder(session: Session, patient: Patient, part: TeamPart) -> CareTeamMember | None:
    return session.scalar(
        select(CareTeamMember).where(
            CareTeamMember.patient_id == patient.id,
            CareTeamMember.part == part,
            CareTeamMember.to_on.is_(None),
            CareTeamMember.withdrawn_at.is_(None),
        )
    )


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
