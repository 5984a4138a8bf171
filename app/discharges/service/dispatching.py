"""All forms of a discharge go out with the record, by the product itself (domain 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.core.actor import Actor
from app.discharges.models import Discharge
from app.discharges.queries.facts import has_incident
from app.discharges.rules.states import DischargeState, FormKind, LegalBasis
from app.discharges.rules.telling import Situation, basis_of, kinds_of
from app.discharges.service.addressing import allowed_bases, guards_of, issue_form
from app.discharges.service.noting import note_discharge
from app.patients.models import Patient
from app.patients.rules import ManagementStatus


@dataclass(frozen=True, slots=True)
class Owed:
    """Who is to be told of a discharge, on what ground the police are, and whether the health centre only offers consent."""

    kinds: tuple[FormKind, ...]
    basis: LegalBasis | None
    is_refused: bool


def dispatch(
    session: Session,
    actor: Actor,
    discharge: Discharge,
    patient: Patient | None,
    now: datetime,
    *,
    was_lost: bool = False,
) -> None:
    """Decide who is told, and tell them."""
    guards = guards_of(session, patient.id if patient else None)
    # the family at the door signs the notice too where the register has nobody; the committee only where nobody is known
    discharge.has_guardian = discharge.has_guardian or guards.first is not None
    owed = whom_to_tell(session, discharge, patient, was_lost=was_lost)
    for kind in owed.kinds:
        issue_form(
            session,
            discharge,
            kind,
            discharge.area_code,
            now,
            guards=guards,
            basis=owed.basis,
            is_information=owed.is_refused and kind is FormKind.HEALTH_CENTRE,
        )
    discharge.state = DischargeState.DISPATCHED
    session.flush()
    note_discharge(session, actor, "discharges.dispatched", discharge, now)


def whom_to_tell(session: Session, discharge: Discharge, patient: Patient | None, *, was_lost: bool = False) -> Owed:
    """By where the person lives now and what that county has decided. A refusal, known here or there, makes an offer of the visit."""
    is_local = county_of(discharge.area_code) == discharge.county_code
    is_refused = discharge.is_refused or (patient is not None and patient.management_status is ManagementStatus.REFUSED)
    case = Situation(
        is_local=is_local,
        is_refused=is_refused,
        risk_level=discharge.risk_level or 0,
        behaviours=discharge.behaviours,
        has_incident=patient is not None and has_incident(session, patient.id),
        is_law_30=discharge.is_law_30,
        # found far away: the office that was looking for the person is told
        was_lost_elsewhere=was_lost and not is_local,
    )
    basis = basis_of(case, allowed_bases(session, discharge.area_code))
    return Owed(kinds_of(case, basis), basis, is_refused)
