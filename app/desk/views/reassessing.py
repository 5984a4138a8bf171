"""The printed form of one patient's reassessment."""

from __future__ import annotations

from datetime import date

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.quarter import Quarter
from app.desk.papers_reassessing import reassessment_pdf
from app.desk.views.blueprint import desk
from app.guardians.queries import list_guardians
from app.patients.models import Patient
from app.patients.queries import header_of
from app.people.vault import Vault
from app.risk.models import Reassessment, ReassessmentSession
from app.risk.queries.levels import list_levels
from app.risk.queries.sessions import get_result
from app.risk.service import CONCLUSION
from app.visits.models import FollowUpVisit
from app.visits.queries import list_visits
from app.visits.readers import open_text


@desk.route("/reassessments/<public_id>/paper")
@permit(Action.REASSESS)
@paper
def reassessment_paper(public_id: str) -> Response:
    """危险性季度评估表; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        vault = Vault(session, current_keyring())
        reads_texts = sees(actor, Field.FREE_TEXT) is Grant.FULL
        result, patient = get_result(session, actor, public_id)
        note(
            session,
            actor,
            "desk.reassessment_printed",
            now=clock.now(),
            subject=("patient", patient.public_id),
            area_code=patient.area_code,
            detail={"quarter": result.quarter},
        )
        visits = _visits(session, actor, patient, Quarter.parse(result.quarter))
        content = reassessment_pdf(
            result,
            vault.open(patient.person_id, CONCLUSION, result.conclusion_sealed) or "" if reads_texts else "",
            _meeting(session, result.session_id),
            header_of(session, actor, vault, patient, clock.today()),
            list_guardians(session, actor, vault, patient),
            visits,
            actor,
            clock.now(),
            previous_on=_previous_on(session, actor, patient, result),
            other_symptoms=open_text(vault, patient.person_id, visits[-1], "symptoms_other")
            if visits and reads_texts
            else "",
        )
    return hand_out(content, "reassessment")


def _meeting(session: Session, session_id: int | None) -> ReassessmentSession | None:
    """Of a result that the actor sees."""
    if session_id is None:
        return None
    return session.scalar(select(ReassessmentSession).where(ReassessmentSession.id == session_id))


def _previous_on(session: Session, actor: Actor, patient: Patient, result: Reassessment) -> date | None:
    """The day of the rating before this one."""
    earlier = (one.assessed_on for one in list_levels(session, actor, patient) if one.assessed_on < result.assessed_on)
    return next(earlier, None)


def _visits(session: Session, actor: Actor, patient: Patient, quarter: Quarter) -> list[FollowUpVisit]:
    """The quarter's completed visits, the oldest first."""
    found = [
        one for one in list_visits(session, actor, patient) if one.is_complete and quarter.contains(one.visited_on)
    ]
    return sorted(found, key=lambda one: (one.visited_on, one.id))
