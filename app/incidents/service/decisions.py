"""What became of a decision: taken up, done, refused, asked for again; every step stays on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound, StaleVersion
from app.core.reasons import reason
from app.incidents.commands.conferences import AnswerDecision
from app.incidents.models import ConferenceDecision, ConferenceItem, DecisionEvent
from app.incidents.queries.decisions import EVENT_NOTE, may_stand_in
from app.incidents.rules.conferences import OWN_WORDS, DecisionState, refuse_move
from app.incidents.service.telling import tell_decided
from app.people.vault import Vault

_ENDED = frozenset({DecisionState.DONE, DecisionState.REFUSED, DecisionState.WITHDRAWN})


def answer_decision(
    session: Session, vault: Vault, actor: Actor, decision: ConferenceDecision, command: AnswerDecision, now: datetime
) -> None:
    """The named agency takes it up, has done it or refuses it; for one without an account the holder writes it down, by its letter or call.

    Every step stays on record.
    """
    require(actor, Action.ANSWER_DECISIONS)
    is_own = decision.agency_id == actor.agency_id
    if not is_own and not may_stand_in(session, actor, decision.agency_id, decision.area_code):
        raise NotFound()
    if command.to not in OWN_WORDS:
        raise Conflict(reason("incidents.decision.no_move"))
    if not is_own and not command.paper_number:
        raise Invalid({"paper_number": [reason("incidents.conference.unsigned")]})
    _step(session, vault, actor, decision, command, now)


def steer_decision(
    session: Session, vault: Vault, actor: Actor, decision: ConferenceDecision, command: AnswerDecision, now: datetime
) -> None:
    """Whoever holds conferences withdraws one, or asks again for what was refused."""
    require(actor, Action.HOLD_CONFERENCES)
    if command.to not in (DecisionState.OPEN, DecisionState.WITHDRAWN):
        raise Conflict(reason("incidents.decision.no_move"))
    _step(session, vault, actor, decision, command, now)


def _step(
    session: Session, vault: Vault, actor: Actor, decision: ConferenceDecision, command: AnswerDecision, now: datetime
) -> None:
    if command.version != decision.version:
        raise StaleVersion()
    if refused := refuse_move(decision.state, command.to):
        raise Conflict(refused)
    if command.to is DecisionState.REFUSED and command.refusal is None:
        raise Invalid({"refusal": [reason("incidents.decision.why_refused")]})
    person_id = session.get_one(ConferenceItem, decision.item_id).person_id
    is_refused = command.to is DecisionState.REFUSED
    decision.state, decision.refusal = command.to, command.refusal if is_refused else None
    decision.ended_at = now if command.to in _ENDED else None
    session.add(
        DecisionEvent(
            decision_id=decision.id,
            state=command.to,
            refusal=decision.refusal,
            paper_number=command.paper_number,
            note_sealed=vault.seal(person_id, EVENT_NOTE, command.note),
            at=now,
            by=actor.user_id,
        )
    )
    session.flush()
    if command.to is DecisionState.OPEN:
        tell_decided(session, decision, now)
    subject = ("conference_decision", decision.public_id)
    detail = {"state": command.to.value}
    note(
        session,
        actor,
        "incidents.decision_moved",
        now=now,
        subject=subject,
        area_code=decision.area_code,
        detail=detail,
    )
