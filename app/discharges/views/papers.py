"""Stamped slips that units sent back, kept as pictures with the form that they answer."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.reasons import reason
from app.discharges.queries.inbox import CLOSED_DAYS
from app.discharges.queries.reach import get_form_with_slip
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import OPEN_FORMS
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject, register_subject

TAKEN_FOR = timedelta(days=CLOSED_DAYS)


def find_slip(session: Session, actor: Actor, public_id: str) -> Subject:
    """For the offices that enter units' papers. Somebody who is not registered yet has a form too, and so a slip."""
    form, loop = get_form_with_slip(session, actor, public_id)
    is_open = form.state in OPEN_FORMS
    if is_open:
        back = url_for("discharges.show_form", public_id=public_id)
    elif may(actor, Action.SEE_LOOPS):
        back = url_for("discharges.show_loop", public_id=loop.public_id)
    else:
        back = url_for("discharges.inbox")
    ended_at = form.closed_at or loop.closed_at
    return Subject(
        DocumentSubject.HANDOVER_FORM,
        public_id,
        loop.patient_id,
        form.area_code,
        reason("discharges.slip", number=form_number(public_id)),
        back,
        takes_papers=is_open or ended_at is None or current_clock().now() - ended_at <= TAKEN_FOR,
    )


register_subject(DocumentSubject.HANDOVER_FORM, find_slip)
