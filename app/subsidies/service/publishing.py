"""The public notice of an approved run and the objections to it. Paid is only what has hung out and what nobody objects to any more."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_all_workdays
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.workdays import add_working_days
from app.subsidies.commands import DecideObjection, RecordObjection
from app.subsidies.models import RunNotice, RunObjection, SubsidyLine, SubsidyRun
from app.subsidies.queries.joint import terms_of
from app.subsidies.queries.publishing import (
    count_open_objections,
    find_notice,
    get_objection,
    is_notice_over,
    line_by_agreement,
)
from app.subsidies.rules.chain import HoldSource, ObjectionState
from app.subsidies.rules.grounds import ChainGround, Grounds, check_reference, tidy_reference
from app.subsidies.rules.transitions import RunState, RunStep
from app.subsidies.service.editions import refuse_unkept
from app.subsidies.service.holding import hold_line
from app.subsidies.service.own import refuse_own, refuse_same_hand
from app.subsidies.service.reopening import find_asked
from app.subsidies.service.signing import back_to_draft, refuse_changed


def post_notice(session: Session, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> RunNotice:
    """The clerk hangs the notice out: from today for as many working days as the policy says."""
    require(actor, Action.PREPARE_SUBSIDY)
    days = notice_days(session, run)
    if run.state is not RunState.APPROVED or run.digest is None:
        raise Conflict(reason("subsidies.step.wrong_state"))
    if not days:
        raise Conflict(reason("subsidies.notice.not_asked"))
    if find_notice(session, run) is not None:
        raise Conflict(reason("subsidies.notice.posted_already"))
    refuse_changed(session, run)
    until_on = add_working_days(today, days, load_all_workdays(session)).ends_on
    posted = RunNotice(
        run_id=run.id, digest=run.digest, posted_on=today, until_on=until_on, posted_at=now, posted_by=actor.user_id
    )
    session.add(posted)
    session.flush()
    _note(session, actor, "subsidies.notice_posted", run, now, {"until": until_on.isoformat(), "digest": run.digest})
    return posted


def record_objection(
    session: Session, actor: Actor, command: RecordObjection, run: SubsidyRun, today: date, now: datetime
) -> RunObjection:
    """Somebody objects while the notice hangs, or before the money goes. Sent twice it is recorded once."""
    require(actor, Action.PREPARE_SUBSIDY)
    sent = session.scalar(select(RunObjection).where(RunObjection.submission_key == command.submission_key))
    if sent is not None:
        return sent
    notice = find_notice(session, run) if run.state is RunState.APPROVED else None
    if notice is None:
        raise Conflict(reason("subsidies.objection.no_notice"))
    if not notice.posted_on <= command.received_on <= today:
        raise Invalid({"received_on": [reason("subsidies.objection.day", first=notice.posted_on, last=today)]})
    objection = RunObjection(
        submission_key=command.submission_key,
        run_id=run.id,
        line_id=_line_id(session, run, command.agreement_number),
        source=command.source,
        ground=command.ground.value,
        received_on=command.received_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(objection)
    session.flush()
    _note(session, actor, "subsidies.objection_recorded", run, now, {"ground": command.ground.value})
    return objection


def decide_objection(session: Session, actor: Actor, command: DecideObjection, now: datetime) -> RunObjection:
    """Another person than recorded it finds for or against the objection, by the number of a paper.

    Upheld, the run is its clerk's again: with the line that it names on hold, or as a whole. The approved ledger is kept before.
    """
    require(actor, Action.APPROVE_SUBSIDY)
    objection, run = get_objection(session, actor, command.objection_public_id, lock=True)
    if objection.state is not ObjectionState.OPEN:
        raise Conflict(reason("subsidies.objection.decided"))
    refuse_same_hand(session, actor, objection.recorded_by, "subsidies.objection.same_person")
    refuse_own(session, actor, objection.line_id)
    reference = _checked(command.reference)
    objection.state = ObjectionState.UPHELD if command.is_upheld else ObjectionState.DISMISSED
    objection.decided_at, objection.decided_by, objection.reference = now, actor.user_id, reference
    if command.is_upheld:
        _uphold(session, actor, objection, run, now)
    action = "subsidies.objection_upheld" if command.is_upheld else "subsidies.objection_dismissed"
    _note(session, actor, action, run, now, {"ground": objection.ground})
    return objection


def notice_days(session: Session, run: SubsidyRun) -> int:
    """How many working days the run hangs out; 0 for none."""
    terms = terms_of(session, run)
    return terms.notice_days if terms else 0


def refuse_unpublished(session: Session, run: SubsidyRun, today: date) -> None:
    """Nothing is paid while the notice hangs, an objection is open, or somebody asks to open the run again."""
    if find_asked(session, run) is not None:
        raise Conflict(reason("subsidies.export.reopening_asked"))
    if not notice_days(session, run):
        return
    notice = find_notice(session, run)
    if notice is None:
        raise Conflict(reason("subsidies.export.no_notice"))
    if not is_notice_over(notice, today):
        raise Conflict(reason("subsidies.export.notice_runs", until_on=notice.until_on))
    if open_ones := count_open_objections(session, run):
        raise Conflict(reason("subsidies.export.objections", count=open_ones))


def _uphold(session: Session, actor: Actor, objection: RunObjection, run: SubsidyRun, now: datetime) -> None:
    if run.state is not RunState.DRAFT:
        refuse_unkept(session, run)
        grounds = Grounds(ChainGround.OBJECTION, objection.reference)
        back_to_draft(session, actor, run, RunStep.VOIDED, now, grounds)
    if objection.line_id is not None:
        line = session.get_one(SubsidyLine, objection.line_id)
        because = reason("subsidies.hold.objection", reference=objection.reference)
        hold_line(session, actor, line, HoldSource.OBJECTION, objection.public_id, because, now)


def _line_id(session: Session, run: SubsidyRun, agreement_number: str) -> int | None:
    if not agreement_number:
        return None
    line = line_by_agreement(session, run, agreement_number)
    if line is None:
        raise Invalid({"agreement_number": [reason("subsidies.objection.no_line")]})
    return line.id


def _checked(text: str) -> str:
    reference = tidy_reference(text)
    wrong = check_reference(reference) if reference else (reason("subsidies.objection.reference"),)
    if wrong:
        raise Invalid({"reference": list(wrong)})
    return reference


def _note(session: Session, actor: Actor, action: str, run: SubsidyRun, now: datetime, detail: dict[str, str]) -> None:
    note(
        session, actor, action, now=now, subject=("subsidy_run", run.public_id), area_code=run.county_code, detail=detail
    )  # fmt: skip
