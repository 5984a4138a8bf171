"""Opening an approved run again: asked for with a reason by one person, allowed by another (domain 5.6, reliability 2.4, 14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import reason
from app.subsidies.models import RunReopening, SubsidyRun
from app.subsidies.rules.chain import ReopeningState
from app.subsidies.rules.grounds import Grounds, read_grounds
from app.subsidies.rules.transitions import RunState, RunStep
from app.subsidies.service.editions import refuse_unkept
from app.subsidies.service.own import refuse_same_hand
from app.subsidies.service.signing import back_to_draft, checked_grounds


def ask_reopening(session: Session, actor: Actor, run: SubsidyRun, grounds: Grounds, now: datetime) -> RunReopening:
    """The clerk asks, and says on what grounds and by which paper. The run waits; nothing is paid meanwhile."""
    require(actor, Action.PREPARE_SUBSIDY)
    grounds = checked_grounds(grounds)
    if run.state is not RunState.APPROVED or run.digest is None:
        raise Conflict(reason("subsidies.step.wrong_state"))
    if find_asked(session, run) is not None:
        raise Conflict(reason("subsidies.reopen.asked_already"))
    asked = RunReopening(
        run_id=run.id, ground=grounds.stored(), digest=run.digest, asked_at=now, asked_by=actor.user_id
    )
    session.add(asked)
    session.flush()
    _note(session, actor, "subsidies.reopening_asked", run, now)
    return asked


def decide_reopening(session: Session, actor: Actor, run: SubsidyRun, is_allowed: bool, now: datetime) -> SubsidyRun:
    """The reviewer allows or refuses. Allowed, the run is its clerk's again and every signature void; the ledger that was approved is
    kept before (`service.editions`).
    """
    require(actor, Action.APPROVE_SUBSIDY)
    asked = _get_asked(session, run)
    refuse_same_hand(session, actor, asked.asked_by, "subsidies.reopen.same_person")
    asked.state = ReopeningState.DONE if is_allowed else ReopeningState.REFUSED
    asked.decided_at, asked.decided_by = now, actor.user_id
    if not is_allowed:
        _note(session, actor, "subsidies.reopening_refused", run, now)
        return run
    refuse_unkept(session, run)
    _note(session, actor, "subsidies.reopening_allowed", run, now)
    return back_to_draft(session, actor, run, RunStep.VOIDED, now, read_grounds(asked.ground))


def withdraw_reopening(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> None:
    """Take the request back while nobody has decided it."""
    require(actor, Action.PREPARE_SUBSIDY)
    asked = _get_asked(session, run)
    asked.state = ReopeningState.WITHDRAWN
    asked.decided_at, asked.decided_by = now, actor.user_id
    _note(session, actor, "subsidies.reopening_withdrawn", run, now)


def find_asked(session: Session, run: SubsidyRun) -> RunReopening | None:
    """The request that waits."""
    waits = (RunReopening.run_id == run.id) & (RunReopening.state == ReopeningState.ASKED)
    return session.scalar(select(RunReopening).where(waits))


def _get_asked(session: Session, run: SubsidyRun) -> RunReopening:
    asked = find_asked(session, run)
    if asked is None:
        raise Conflict(reason("subsidies.reopen.nothing_asked"))
    return asked


def _note(session: Session, actor: Actor, action: str, run: SubsidyRun, now: datetime) -> None:
    note(
        session, actor, action, now=now, subject=("subsidy_run", run.public_id), area_code=run.county_code,
        detail={"digest": run.digest or ""},
    )  # fmt: skip
