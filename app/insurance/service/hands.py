"""Different people, and nobody for their own family: asked of every act with money."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor, hand_of
from app.core.errors import Conflict, Forbidden
from app.core.reasons import reason
from app.guardians.queries import list_guards
from app.patients.models import Patient


def refuse_same_hand(session: Session, actor: Actor, user_id: int) -> None:
    """Raises `Conflict` when the actor is the human being behind that account."""
    other = session.get_one(User, user_id)
    if hand_of(other.id, other.person_id) == actor.hand:
        raise Conflict(reason("insurance.same_person"))


def refuse_own_family(session: Session, actor: Actor, patient: Patient) -> None:
    """Raises `Forbidden` for the patient themself and for whoever guards them."""
    if actor.person_id is None:
        return
    if actor.person_id == patient.person_id or actor.person_id in list_guards(session, actor, patient):
        raise Forbidden(reason("insurance.own_family"))
