"""四清: the treatment record, where discharged to, daily care, joint handling; each as far as the reader may see (roles.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.facts import visits_since
from app.discharges.queries.guards import guarding_of
from app.discharges.rules.states import DischargeTo, FormKind, FormState, GuardianState
from app.discharges.sealing import CLINICAL, GUIDANCE, MEDICINES, open_json
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Clears:
    """Each of the four as yes or no with what it rests on; `diagnosis` and `medicines` only for clinicians.

    The treatment is on record where it says with what the person went home (or, as advice, why with nothing) and when to be seen
    again, and the hospital has not marked it as incomplete: that a record came is not yet a record of treatment.
    """

    is_recorded: bool
    diagnosis: str | None
    medicines: tuple[str, ...] | None
    discharge_to: DischargeTo | None
    is_place_known: bool
    guardian: GuardianState
    contacts: tuple[int, int]
    visited_on: date | None
    received: int
    asked: int
    plan_at: datetime | None

    @property
    def is_cared_for(self) -> bool:
        return self.guardian is not GuardianState.NONE and (self.visited_on is not None or self.contacts[0] > 0)

    @property
    def is_joint(self) -> bool:
        return self.asked > 0 and self.received == self.asked


def clears_of(session: Session, actor: Actor, vault: Vault, loop: Discharge) -> Clears:
    forms = session.scalars(
        select(HandoverForm).where(
            HandoverForm.discharge_id == loop.id,
            # what ended with the loop was asked for all the same; what a move had stopped before was not
            or_(HandoverForm.state != FormState.STOPPED, HandoverForm.stopped_reason == loop.close_reason),
        )
    ).all()
    village = next((one for one in forms if one.kind is FormKind.VILLAGE), None)
    town = next((one for one in forms if one.kind is FormKind.TOWN), None)
    diagnosis, medicines = _treatment(actor, vault, loop)
    visits = visits_since(session, [loop.id]).get(loop.id, [])
    return Clears(
        is_recorded=_is_recorded(vault, loop),
        diagnosis=diagnosis,
        medicines=medicines,
        discharge_to=loop.discharge_to if sees(actor, Field.CARE_SPANS) is Grant.FULL else None,
        is_place_known=loop.discharge_to is not DischargeTo.UNKNOWN,
        guardian=guarding_of(session, vault, loop.person_id, loop.patient_id, loop.contact_sealed).state(
            loop.is_guardian_present, loop.is_guardian_phone_checked
        ),
        contacts=(village.contacts_noted, village.contacts_needed) if village else (0, 0),
        visited_on=visits[0] if visits and sees(actor, Field.CLINICAL) is Grant.FULL else None,
        received=sum(1 for one in forms if one.received_at is not None or one.state is FormState.CLOSED),
        asked=len(forms),
        plan_at=town.acted_at if town else None,
    )


def _is_recorded(vault: Vault, loop: Discharge) -> bool:
    clinical = open_json(vault, loop.person_id, CLINICAL, loop.clinical_sealed) or {}
    lines = open_json(vault, loop.person_id, MEDICINES, loop.medicines_sealed) or []
    guidance = open_json(vault, loop.person_id, GUIDANCE, loop.guidance_sealed) or {}
    is_treated = bool(clinical.get("diagnosis") and (lines or clinical.get("advice")))
    return is_treated and bool(guidance.get("recheck_on")) and clinical.get("is_complete") is not False


def _treatment(actor: Actor, vault: Vault, loop: Discharge) -> tuple[str | None, tuple[str, ...] | None]:
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        return None, None
    clinical = open_json(vault, loop.person_id, CLINICAL, loop.clinical_sealed) or {}
    lines = open_json(vault, loop.person_id, MEDICINES, loop.medicines_sealed) or []
    return (
        f"{clinical.get('diagnosis', '')} {clinical.get('diagnosis_code', '')}".strip(),
        tuple(" ".join(filter(None, (one["name"], one["dose"], one["usage"]))) for one in lines),
    )
