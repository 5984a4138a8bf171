"""What other rooms' pages say of a patient's incidents: that there is one, how it stands, and where it is decided (roles.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.period import Period
from app.core.quarter import Quarter
from app.core.scope import within
from app.incidents.models import Incident
from app.incidents.queries.incidents import undecided_of, with_agreement
from app.incidents.rules.incidents import DECIDED_BY, IncidentKind, IncidentState, matters_of
from app.patients.models import Patient

SHOWN = 5


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """`kind` and `happened_on` for roles that read incidents whole; others learn the period, and whether something waits for them."""

    public_id: str
    kind: IncidentKind | None
    happened_on: date | None
    period: Period
    state: IncidentState
    waits: bool


def list_links(session: Session, actor: Actor, patient: int | str) -> list[IncidentLink]:
    """The newest first, of a patient by id or public id; none for roles of which an incident asks nothing."""
    reads = may(actor, Action.SEE_INCIDENTS)
    if not reads and not may(actor, Action.DECIDE_ON_INCIDENTS):
        return []
    found = session.scalars(
        select(Incident)
        .join(Patient, Patient.id == Incident.patient_id)
        .where(
            Patient.id == patient if isinstance(patient, int) else Patient.public_id == patient,
            within(Incident.area_code, actor),
            Incident.state != IncidentState.DISMISSED,
        )
        .order_by(Incident.happened_on.desc(), Incident.id.desc())
        .limit(SHOWN)
    ).all()
    waiting, agreed = undecided_of(session, found), with_agreement(session, found)
    links = []
    for one in found:
        own = {matter for matter in matters_of(one.kind, True, one.id in agreed) if actor.role in DECIDED_BY[matter]}
        if not reads and (not own or one.state is IncidentState.REPORTED):
            continue
        waits = bool(waiting[one.id]) if reads else bool(own & set(waiting[one.id]))
        kind, day = (one.kind, one.happened_on) if reads else (None, None)
        links.append(IncidentLink(one.public_id, kind, day, Quarter.of(one.happened_on), one.state, waits))
    return links
