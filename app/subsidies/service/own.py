"""Nobody has a hand in their own family's money (domain 5.6): not in a single line, not in a run that pays it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import reason
from app.people.queries_kin import own_people
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.own import hand_of_user, is_own_line, is_own_patient, is_own_person, pays_own


def refuse_own(session: Session, actor: Actor, line_id: int | None) -> None:
    """Raises `Conflict` where the line is about the actor's own family; an act that names no line is about nobody's."""
    if line_id is not None and is_own_line(session, actor, line_id):
        raise Conflict(reason("subsidies.own.line"))


def refuse_own_person(session: Session, actor: Actor, person_id: int) -> None:
    """The same for acts about a payee's account or a person on a list."""
    if is_own_person(session, actor, person_id):
        raise Conflict(reason("subsidies.own.line"))


def refuse_own_patient(session: Session, actor: Actor, patient_id: int, payee_id: int) -> None:
    """The same for acts about a family that was paid, whether or not its line still stands."""
    if payee_id in own_people(session, actor) or is_own_patient(session, actor, patient_id):
        raise Conflict(reason("subsidies.own.line"))


def refuse_same_hand(session: Session, actor: Actor, user_id: int | None, because: str) -> None:
    """Raises `Conflict` of this code where the user who did the first half is the same human being, by whichever account."""
    if user_id is not None and hand_of_user(session, user_id) == actor.hand:
        raise Conflict(reason(because))


def refuse_own_run(session: Session, actor: Actor, run: SubsidyRun) -> None:
    """Raises `Conflict` where the run pays somebody of the actor's own family: another colleague takes the step."""
    if pays_own(session, actor, run):
        raise Conflict(reason("subsidies.own.run"))
