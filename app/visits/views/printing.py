"""The official form on paper: one visit, or a year's visits of a patient one after the other. Each print is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, request
from sqlalchemy.orm import Session

from app.areas.queries import agency_names
from app.audit.service import note
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault
from app.visits import queries
from app.visits.papers import visits_pdf
from app.visits.queries_papers import PrintedVisit, list_forms_of_year, with_signers
from app.visits.views.blueprint import visits

Finds = Callable[[Session, Patient], Sequence[PrintedVisit]]


@visits.route("/patients/<public_id>/visits/<visit_id>/paper")
@permit(Action.LOG_VISIT)
@paper
def visit_paper(public_id: str, visit_id: str) -> Response:
    def found(session: Session, patient: Patient) -> Sequence[PrintedVisit]:
        return with_signers(session, [queries.get_visit(session, current_actor(), patient, visit_id)])

    return _paper(public_id, found)


@visits.route("/patients/<public_id>/visits/paper")
@permit(Action.LOG_VISIT)
@paper
def visits_paper(public_id: str) -> Response:
    """The forms of a year, of this one unless another is asked for; there is no paper of a year without a visit."""
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else current_clock().today().year
    return _paper(public_id, lambda session, patient: list_forms_of_year(session, current_actor(), patient, year))


def _paper(public_id: str, find: Finds) -> Response:
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        patient = get_patient(session, actor, public_id)
        found = find(session, patient)
        if not found:
            raise NotFound
        vault = Vault(session, current_keyring()) if sees(actor, Field.FREE_TEXT) is Grant.FULL else None
        person = session.get_one(Person, patient.person_id)
        organisation = (
            agency_names(session, [patient.agency_id]).get(patient.agency_id, "") if patient.agency_id else ""
        )
        content = visits_pdf(patient, person, found, vault, organisation, actor, now)
        subject = ("patient", public_id)
        note(session, actor, "visits.printed", now=now, subject=subject, area_code=patient.area_code, count=len(found))
    return hand_out(content, "follow-up-record")
