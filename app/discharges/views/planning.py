"""The guardian's notice out of a plan: the family gets and signs it before they leave, and the record is sent at the door (domain 6)."""

from __future__ import annotations

from flask import Response
from sqlalchemy.orm import Session

from app.areas.queries import responsible_agency
from app.areas.rules import is_area_code
from app.audit.prints import Print, keep_print
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.crypto import digest
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.discharges.forms import RecordForm
from app.discharges.models import Discharge
from app.discharges.papers import planned_notice_pdf
from app.discharges.queries.reach import get_own_record
from app.discharges.queries.records import draft_of
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import DischargeState
from app.discharges.sheets import Doctor, Guard, GuardianNotice
from app.discharges.views.blueprint import discharges
from app.discharges.views.printing import imprint_of
from app.people.vault import Vault


@discharges.route("/records/<public_id>/notice")
@permit(Action.SUBMIT_DISCHARGE)
@paper
def print_planned_notice(public_id: str) -> Response:
    """As far as the plan is filled in; a record that was sent has its notice among its forms."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        plan = get_own_record(session, actor, public_id)
        sheet = planned_notice(session, Vault(session, current_keyring()), plan)
        if sheet is None:
            raise NotFound()
        wanted = Print(
            "discharges.form_printed", ("discharge", public_id), plan.county_code, digest(repr(sheet)), actor.user_id, now
        )  # fmt: skip
        content = planned_notice_pdf(sheet, imprint_of(session, actor, wanted, now), now)
        keep_print(session, current_keyring(), actor, wanted, content)
    return hand_out(content, "handover-form")


def planned_notice(session: Session, vault: Vault, plan: Discharge) -> GuardianNotice | None:
    """What the hospital's own words make of it; None for what is no plan, or names no family or no day."""
    if plan.state is not DischargeState.PLANNED or plan.planned_on is None:
        return None
    form = RecordForm.showing(draft_of(vault, plan), plan.submission_key)
    if not form.contact_name.data:
        return None
    place = form.other_code.data or form.area_code.data or ""
    agency = responsible_agency(session, place) if is_area_code(place) else None
    left_at = form.discharged_at.data
    return GuardianNotice(
        number=form_number(plan.public_id),
        patient_name=form.name.data or "",
        discharged_on=left_at.date() if left_at else plan.planned_on,
        guardian=Guard(form.contact_name.data, form.contact_relation.data or "", form.contact_phone.data or ""),
        medicines=form.medicines.lines,
        recheck_on=form.recheck_on.data,
        warning_signs=form.warning_signs.data or "",
        doctor=Doctor("", agency.name if agency else "", (agency.phone or "") if agency else ""),
    )
