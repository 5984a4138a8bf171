"""What is written down about a loop: its own events for those who take part, and the audit's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.audit.service import note
from app.core.actor import Actor
from app.discharges.commands import OnBehalf
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.rules.states import EventKind
from app.discharges.sealing import EVENT_TEXT
from app.people.vault import Vault


def write_event(
    session: Session,
    discharge: Discharge,
    form: HandoverForm | None,
    kind: EventKind,
    at: datetime,
    now: datetime,
    *,
    actor: Actor | None = None,
    key: str | None = None,
    on_behalf: OnBehalf | None = None,
    who: str | None = None,
    post: str = "",
    unit: str | None = None,
    text: str = "",
    vault: Vault | None = None,
    corrects: HandoverEvent | None = None,
) -> HandoverEvent:
    """One line of the receipt sheet. Without an actor the product itself acted on a fact."""
    event = HandoverEvent(
        submission_key=key,
        discharge_id=discharge.id,
        form_id=form.id if form else None,
        kind=kind,
        at=at,
        recorded_at=now,
        recorded_by=actor.user_id if actor else None,
        unit=_unit(session, form, actor, on_behalf) if unit is None else unit,
        who=on_behalf.who if on_behalf else (who if who is not None else actor.name if actor else ""),
        post=on_behalf.post if on_behalf else post,
        is_on_behalf=on_behalf is not None,
        paper=on_behalf.paper if on_behalf else "",
        paper_on=on_behalf.paper_on if on_behalf else None,
        text_sealed=vault.seal(discharge.person_id, EVENT_TEXT, text) if vault and text else None,
        corrects_id=corrects.id if corrects else None,
    )
    session.add(event)
    session.flush()
    return event


def note_discharge(
    session: Session,
    actor: Actor | None,
    action: str,
    discharge: Discharge,
    now: datetime,
    **detail: str | int | bool | None,
) -> None:
    subject = ("discharge", discharge.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=discharge.county_code, detail=detail)


def _unit(session: Session, form: HandoverForm | None, actor: Actor | None, on_behalf: OnBehalf | None) -> str:
    if on_behalf is not None and form is not None:
        return form.addressee
    if actor is None or actor.agency_id is None:
        return ""
    agency = session.get(Agency, actor.agency_id)
    return agency.name if agency else ""
