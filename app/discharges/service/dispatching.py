"""All forms of a discharge go out with the record, by the product itself (domain 6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.core.actor import Actor
from app.discharges.models import Discharge
from app.discharges.queries.facts import has_incident
from app.discharges.rules.states import DischargeState, FormKind
from app.discharges.rules.telling import Situation, basis_of, kinds_of
from app.discharges.service.addressing import allowed_bases, guards_of, issue_form
from app.discharges.service.noting import note_discharge
from app.patients.models import Patient
from app.patients.rules import ManagementStatus


def dispatch(
    session: Session,
    actor: Actor,
    discharge: Discharge,
    patient: Patient | None,
    now: datetime,
    *,
    was_lost: bool = False,
) -> None:
    """Decide who is told, and tell them. A refusal, known here or there, turns the health centre's form into an offer."""
    guards = guards_of(session, patient.id if patient else None)
    # the family at the door signs the notice too where the register has nobody; the committee only where nobody is known
    discharge.has_guardian = discharge.has_guardian or guards.first is not None
    is_refused = discharge.is_refused or (patient is not None and patient.management_status is ManagementStatus.REFUSED)
    case = situation_of(session, discharge, patient, was_lost=was_lost, is_refused=is_refused)
    basis = basis_of(case, allowed_bases(session, discharge.area_code))
    for kind in kinds_of(case, basis):
        issue_form(
            session,
            discharge,
            kind,
            discharge.area_code,
            now,
            guards=guards,
            basis=basis,
            is_information=is_refused and kind is FormKind.HEALTH_CENTRE,
        )
    discharge.state = DischargeState.DISPATCHED
    session.flush()
    note_discharge(session, actor, "discharges.dispatched", discharge, now)


def situation_of(
    session: Session, discharge: Discharge, patient: Patient | None, *, was_lost: bool, is_refused: bool
) -> Situation:
    is_local = county_of(discharge.area_code) == discharge.county_code
    return Situation(
        is_local=is_local,
        is_refused=is_refused,
        risk_level=discharge.risk_level or 0,
        behaviours=discharge.behaviours,
        has_incident=patient is not None and has_incident(session, patient.id),
        is_law_30=discharge.is_law_30,
        # found far away: the office that was looking for the person is told
        was_lost_elsewhere=was_lost and not is_local,
    )
