"""From the clue of somebody who was discharged and is in no register back to the docking form that came with it."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.i18n import _
from app.discharges.labels import KINDS
from app.discharges.queries.reach import find_docking_of
from app.discharges.rules.states import FormKind
from app.patients.models import Clue
from app.patients.queries.origins import Origin, register


def find_form(session: Session, actor: Actor, clue: Clue) -> Origin | None:
    form = find_docking_of(session, actor, clue)
    return Origin(url_for("discharges.show_form", public_id=form), _(KINDS[FormKind.HEALTH_CENTRE])) if form else None


register(find_form)
