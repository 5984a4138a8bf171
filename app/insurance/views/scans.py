"""The papers of a claim's file as scans, for the pages of `documents`; and which of a patient's claims have some."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from sqlalchemy.orm import Session

from app.core.access import Action, current_actor, may
from app.core.actor import Actor
from app.core.reasons import reason
from app.core.web import read_session
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject, register_subject
from app.insurance.queries.claims import get_claim_of_papers, list_claims_of
from app.insurance.rules.claims import OPEN_STATES
from app.insurance.views.blueprint import insurance
from app.patients.models import Patient


def find_claim(session: Session, actor: Actor, public_id: str) -> Subject:
    """Whoever handles claims keeps them; the county office opens those that say what happened or who is ill."""
    claim, patient = get_claim_of_papers(session, actor, public_id)
    if may(actor, Action.SEE_INSURED):
        back = url_for("insurance.show_claim", public_id=public_id)
    else:
        back = url_for("benefits.of_patient", public_id=patient.public_id)
    title = reason("insurance.papers.claim", number=claim.number)
    is_open = claim.state in OPEN_STATES
    return Subject(DocumentSubject.CLAIM, public_id, patient.id, patient.area_code, title, back, takes_papers=is_open)


@insurance.app_context_processor
def _claims() -> dict[str, Callable[[Patient], list[tuple[str, str]]]]:
    """For a patient's page of another room: asked only where it is shown."""
    return {"claims_of": find_claims_of}


def find_claims_of(patient: Patient) -> list[tuple[str, str]]:
    """(public id, number); none for roles that have no part in it."""
    actor = current_actor()
    return list_claims_of(read_session(), actor, patient) if may(actor, Action.SEE_CLAIM_PAPERS) else []


register_subject(DocumentSubject.CLAIM, find_claim)
