"""Stamped slips that units sent back, kept as pictures with the form that they answer."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.reasons import reason
from app.discharges.queries.reach import get_form
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import OPEN_FORMS
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject, register_subject


def find_slip(session: Session, actor: Actor, public_id: str) -> Subject:
    """For the offices that enter units' papers; a slip is filed with the registration, so somebody unregistered has none yet."""
    if not may(actor, Action.ANSWER_ON_BEHALF):
        raise NotFound()
    form, loop = get_form(session, actor, public_id)
    if loop.patient_id is None:
        raise NotFound()
    title = reason("discharges.slip", number=form_number(public_id))
    back = url_for("discharges.show_form", public_id=public_id)
    is_open = form.state in OPEN_FORMS
    return Subject(
        DocumentSubject.HANDOVER_FORM, public_id, loop.patient_id, form.area_code, title, back, takes_papers=is_open
    )


register_subject(DocumentSubject.HANDOVER_FORM, find_slip)
