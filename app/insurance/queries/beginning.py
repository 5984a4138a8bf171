"""What a claim begins with when an incident on record leads to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.insurance.queries.claims import find_incident
from app.insurance.queries.policies import list_claimable
from app.patients.models import Patient


def claim_of_incident(session: Session, actor: Actor, patient: Patient, incident: str) -> dict[str, Any]:
    """Fields of the claim's form: which incident, when it happened, a policy that ran on that day; nothing for another's incident."""
    found = find_incident(session, actor, patient, incident)
    if found is None:
        return {}
    day = business_day(found.happened_at)
    ran = [one.public_id for one in list_claimable(session, actor) if one.from_on <= day <= one.to_on]
    return {"incident": found.public_id, "happened_at": found.happened_at, "policy": ran[0] if ran else ""}
