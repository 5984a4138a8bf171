"""A renewal that is not to be: the village or town says why, and the duty is done without a new agreement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import reason
from app.guardians.labels import NO_RENEWAL_REASONS
from app.guardians.models import Agreement
from app.guardians.queries import find_renewal, list_guards
from app.patients.models import Patient
from app.tasks.service import close_task


def decline_renewal(
    session: Session, actor: Actor, patient: Patient, agreement: Agreement, code: str, now: datetime
) -> None:
    """Close the open renewal of an agreement, which then holds to its last day. Done, not cancelled: the next sweep leaves it.

    Raises `Conflict` where none is open, `Forbidden` for one's own patient.
    """
    if code not in NO_RENEWAL_REASONS:
        raise Invalid({"reason": [reason("guardians.no_renewal.choose")]})
    if actor.person_id is not None and actor.person_id in list_guards(session, actor, patient):
        raise Forbidden(reason("guardians.agreement.own"))
    task = find_renewal(session, actor, agreement)
    if task is None:
        raise Conflict(reason("guardians.no_renewal.none_open"))
    close_task(session, actor, task, reason("guardians.not_renewed", why=reason(code)), now)
    note(
        session,
        actor,
        "guardians.renewal_declined",
        now=now,
        subject=("agreement", agreement.public_id),
        area_code=patient.area_code,
        detail={"reason": code},
    )
