"""The coordinator ends a loop with a reason; the county's office decides on what the police are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.areas.service import keep_setting
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.discharges.commands import CloseLoop
from app.discharges.models import Discharge
from app.discharges.queries.reach import lock_loop
from app.discharges.rules.states import BY_COORDINATOR, LIVE, EventKind, LegalBasis
from app.discharges.rules.telling import POLICE_SETTING
from app.discharges.service.moving import end_loop
from app.discharges.service.noting import note_discharge, write_event
from app.people.vault import Vault

LONGEST = 500


def close_loop(
    session: Session, vault: Vault, actor: Actor, public_id: str, said: CloseLoop, now: datetime
) -> Discharge:
    """No unit is asked any more; raises `Conflict` for a loop that has ended."""
    require(actor, Action.CLOSE_LOOPS)
    loop = lock_loop(session, actor, public_id)
    if loop.state not in LIVE:
        raise Conflict(reason("discharges.has_ended"))
    if said.reason not in BY_COORDINATOR:
        raise Invalid({"reason": [reason("core.nothing_chosen")]})
    if len(said.text) > LONGEST:
        raise Invalid({"text": [reason("discharges.too_long", most=LONGEST)]})
    end_loop(session, loop, said.reason, now, closed_by=actor.user_id or 0)
    write_event(session, loop, None, EventKind.CLOSED, now, now, actor=actor, text=said.text, vault=vault)
    note_discharge(session, actor, "discharges.closed", loop, now, reason=said.reason.value)
    return loop


def set_police_bases(session: Session, actor: Actor, bases: Iterable[LegalBasis], now: datetime) -> None:
    """The county's own decision (domain 6): forms that went out stay as they are."""
    require(actor, Action.SET_POLICE_BASES)
    chosen = set(bases)
    value = ",".join(basis.value for basis in LegalBasis if basis in chosen)
    place = place_of(actor)
    keep_setting(session, place, POLICE_SETTING, value, actor.user_id, now)
    note(session, actor, "discharges.bases_set", now=now, area_code=place, detail={"bases": value})
