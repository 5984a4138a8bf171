"""Remembering what was stopped: a refused step leaves nothing behind, and somebody who tries to pay the dead is not just slow at the mouse."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import AnhuError, Invalid
from app.subsidies.queries.watch.attempts import REFUSED

# What nobody meets by pressing a button twice; a form left empty or a page that was older is no attempt.
TELLING = frozenset(
    {
        "subsidies.step.same_person",
        "subsidies.step.changed",
        "subsidies.step.payee_dead",
        "subsidies.hold.paid_already",
        "subsidies.hold.no_account",
        "subsidies.fund.short",
        "subsidies.settle.already",
        "subsidies.returns.unknown",
        "subsidies.returns.twice",
        "subsidies.returns.amount",
        "subsidies.returns.partial",
        "subsidies.returns.differs",
        "subsidies.returns.other_file",
        "subsidies.returns.replayed",
        "subsidies.returns.totals",
        "subsidies.returns.contradicts",
        "subsidies.call.same_person",
        "subsidies.sharing.same_person",
        "subsidies.policy.same_person",
        "subsidies.recovery.same_person",
        "subsidies.reopen.same_person",
        "subsidies.objection.same_person",
        "subsidies.decide.account_changed",
        "subsidies.decide.account_denied",
        "subsidies.decide.stopped",
        "subsidies.step.stopped",
        "subsidies.own.line",
        "subsidies.own.run",
    }
)


def note_refusal(session: Session, actor: Actor, subject: tuple[str, str], refused: AnhuError, now: datetime) -> None:
    """Who tried what on which run or line, and which rule stopped it; nothing for what tells nothing."""
    reasons = (
        [one for several in refused.errors.values() for one in several]
        if isinstance(refused, Invalid)
        else [refused.reason]
    )
    telling = next((one.code for one in reasons if one.code in TELLING), None)
    if telling is not None:
        area_code = actor.area_prefix.ljust(12, "0")
        note(session, actor, REFUSED, now=now, subject=subject, area_code=area_code, detail={"reason": telling})
