"""A county's appraisal scheme of a year: proposed by one person, adopted by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.areas.rules import AreaLevel, level_of
from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.numbers.commands_appraisal import ProposeScheme
from app.numbers.models import AppraisalScheme
from app.numbers.queries.appraisal import find_scheme_by_key, get_scheme, highest_version
from app.numbers.rules.appraisal import SchemeState, faults
from app.numbers.service.turns import store_once, take_turn


def propose_scheme(session: Session, actor: Actor, command: ProposeScheme, now: datetime) -> AppraisalScheme:
    """The next version of a year's scheme, for another person to adopt; the same form twice is one proposal.

    Raises `Invalid` at the rows that are not whole or would reward hiding, `Conflict` while a proposal waits.
    """
    county = place_of(actor)
    take_turn(session, county)
    if found := find_scheme_by_key(session, actor, command.submission_key):
        return found
    if level_of(county) is not AreaLevel.COUNTY:
        raise Conflict(reason("numbers.appraisal.not_county"))
    if wrong := faults(command.rows):
        raise Invalid(wrong)
    scheme = AppraisalScheme(
        submission_key=command.submission_key,
        area_code=county,
        year=command.year,
        number=highest_version(session, actor, county, command.year) + 1,
        title=command.title,
        items=[item.to_json() for _, item in command.rows],
        term_days=command.term_days,
        state=SchemeState.PROPOSED,
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    store_once(session, scheme, reason("numbers.appraisal.scheme_waiting"))
    _note_scheme(session, actor, scheme, "scheme_proposed", now)
    return scheme


def decide_scheme(session: Session, actor: Actor, public_id: str, *, agrees: bool, now: datetime) -> AppraisalScheme:
    """The second person's word; nobody decides on their own scheme."""
    scheme = _waiting(session, actor, public_id)
    if scheme.proposed_by == actor.user_id:
        raise Conflict(reason("numbers.appraisal.scheme_own"))
    scheme.state = SchemeState.ADOPTED if agrees else SchemeState.REFUSED
    scheme.decided_at, scheme.decided_by = now, actor.user_id
    _note_scheme(session, actor, scheme, f"scheme_{scheme.state}", now)
    return scheme


def withdraw_scheme(session: Session, actor: Actor, public_id: str, now: datetime) -> AppraisalScheme:
    """Whoever proposed it takes it back."""
    scheme = _waiting(session, actor, public_id)
    if scheme.proposed_by != actor.user_id:
        raise Conflict(reason("numbers.appraisal.scheme_not_own"))
    scheme.state, scheme.decided_at, scheme.decided_by = SchemeState.WITHDRAWN, now, actor.user_id
    _note_scheme(session, actor, scheme, "scheme_withdrawn", now)
    return scheme


def _waiting(session: Session, actor: Actor, public_id: str) -> AppraisalScheme:
    scheme = get_scheme(session, actor, public_id)
    take_turn(session, scheme.area_code, scheme)
    if scheme.state is not SchemeState.PROPOSED:
        raise Conflict(reason("numbers.appraisal.scheme_decided"))
    return scheme


def _note_scheme(session: Session, actor: Actor, scheme: AppraisalScheme, action: str, now: datetime) -> None:
    note(
        session,
        actor,
        f"numbers.appraisal.{action}",
        now=now,
        subject=("appraisal_scheme", scheme.public_id),
        area_code=scheme.area_code,
        detail={"year": scheme.year, "number": scheme.number},
    )
