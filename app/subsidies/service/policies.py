"""The county's policy: versions by date, never edited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.reasons import reason
from app.subsidies.commands import SetPolicy
from app.subsidies.models import SubsidyPolicy
from app.subsidies.queries.runs import newest_run_from
from app.subsidies.rules.policy import Chain


def set_policy(session: Session, actor: Actor, command: SetPolicy, now: datetime) -> SubsidyPolicy:
    """Store the next version of the county's policy. Refused from a day on which runs were already prepared under another."""
    require(actor, Action.SET_POLICY)
    if not command.county_code.startswith(actor.area_prefix) or session.get(Area, command.county_code) is None:
        raise NotFound()
    if command.terms.chain is Chain.JOINT:
        # nobody but the reviewer can sign yet: a policy that promises four signatures must not pass with one
        raise Conflict(reason("subsidies.policy.joint_not_yet"))
    _refuse_rewriting(session, command.county_code, command.valid_from)
    version = session.scalar(
        select(func.coalesce(func.max(SubsidyPolicy.version), 0)).where(
            SubsidyPolicy.county_code == command.county_code
        )
    )
    policy = SubsidyPolicy(
        county_code=command.county_code,
        version=(version or 0) + 1,
        valid_from=command.valid_from,
        terms=command.terms.to_json(),
        document_number=command.terms.document_number,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(policy)
    session.flush()
    note(
        session,
        actor,
        "subsidies.policy_set",
        now=now,
        subject=("policy", policy.public_id),
        area_code=policy.county_code,
        detail={"version": policy.version, "valid_from": policy.valid_from.isoformat()},
        changed=policy.terms,
    )
    return policy


def _refuse_rewriting(session: Session, county_code: str, valid_from: date) -> None:
    """What was computed under a policy stays computed under it: a version may not begin inside a quarter already signed."""
    run = newest_run_from(session, county_code, valid_from)
    if run is not None:
        raise Conflict(reason("subsidies.policy.used", period=run.period))
    taken = select(SubsidyPolicy.id).where(
        SubsidyPolicy.county_code == county_code, SubsidyPolicy.valid_from == valid_from
    )
    if session.scalar(taken) is not None:
        raise Conflict(reason("subsidies.policy.same_day", day=valid_from))
