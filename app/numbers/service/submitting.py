"""Submitting a report: the numbers as they were looked at are frozen; a later revision needs a reason and a second person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import AreaLevel, level_of
from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.numbers.commands import SubmitReport
from app.numbers.models import IndicatorRun, ReportDocument, ReportSubmission
from app.numbers.papers import read_report
from app.numbers.queries.runs import find_run, get_run
from app.numbers.queries.submissions import (
    digest_of,
    find_standing,
    get_submission,
    highest_number,
    is_over,
    say_the_same,
)
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.submission import LONGEST_REASON, SubmissionState
from app.numbers.service.turns import store_once, take_turn

WORK = "numbers_submitted"  # draws the papers (`app/numbers/work_submitting.py`)


def submit_report(session: Session, actor: Actor, command: SubmitReport, now: datetime) -> ReportSubmission:
    """Freeze the run that was looked at. The first report of a period is submitted at once; a revision waits for another person.

    Raises `Conflict` when the numbers were computed anew meanwhile, when the period is not over, or when a revision waits already.
    """
    run = _run_to_freeze(session, actor, command)
    number = highest_number(session, actor, run.area_code, run.period) + 1
    why = command.reason.strip()
    if number > 1 and not 0 < len(why) <= LONGEST_REASON:
        raise Invalid({"reason": [reason("numbers.submission.reason", most=LONGEST_REASON)]})
    run.is_frozen = True
    session.flush()
    digest, standing = digest_of(session, run), find_standing(session, actor, run.area_code, run.period)
    if standing is not None and standing.digest == digest and say_the_same(session, standing.run_id, run.id):
        raise Conflict(reason("numbers.submission.nothing_new"))
    submission = ReportSubmission(
        area_code=run.area_code,
        period=run.period,
        number=number,
        run_id=run.id,
        digest=digest,
        state=SubmissionState.PROPOSED if number > 1 else SubmissionState.SUBMITTED,
        reason=why if number > 1 else None,
        submitted_at=now,
        submitted_by=actor.user_id,
    )
    store_once(session, submission, reason("numbers.submission.waiting"))
    # what neighbouring counts, targets and names say now goes in with the report: its papers are drawn later, and of nothing else
    document = read_report(session, current_keyring(), actor, run, now).to_json()
    session.add(ReportDocument(submission_id=submission.id, content=document))
    ask_for_work(session, WORK, {"submission": submission.public_id}, f"{WORK}:{submission.public_id}", actor, now)
    _note(session, actor, submission, "numbers.revision_proposed" if number > 1 else "numbers.report_submitted", now)
    return submission


def decide_revision(session: Session, actor: Actor, public_id: str, *, agrees: bool, now: datetime) -> ReportSubmission:
    """The second person's word; nobody decides on their own revision."""
    submission = _waiting(session, actor, public_id)
    if submission.submitted_by == actor.user_id:
        raise Conflict(reason("numbers.submission.own"))
    submission.state = SubmissionState.SUBMITTED if agrees else SubmissionState.REFUSED
    submission.decided_at, submission.decided_by = now, actor.user_id
    _note(session, actor, submission, "numbers.revision_agreed" if agrees else "numbers.revision_refused", now)
    return submission


def withdraw_revision(session: Session, actor: Actor, public_id: str, now: datetime) -> ReportSubmission:
    """Whoever proposed it takes it back."""
    submission = _waiting(session, actor, public_id)
    if submission.submitted_by != actor.user_id:
        raise Conflict(reason("numbers.submission.not_own"))
    submission.state = SubmissionState.WITHDRAWN
    submission.decided_at, submission.decided_by = now, actor.user_id
    _note(session, actor, submission, "numbers.revision_withdrawn", now)
    return submission


def _run_to_freeze(session: Session, actor: Actor, command: SubmitReport) -> IndicatorRun:
    seen = get_run(session, actor, command.run)
    county, period = seen.area_code, ReportPeriod.parse(seen.period)
    if level_of(county) is not AreaLevel.COUNTY or not county.startswith(actor.area_prefix):
        raise Conflict(reason("numbers.submission.not_county"))
    take_turn(session, county)
    # a computation that goes on beside us forgets older runs: from here on it waits for us, or we find nothing
    wanted = select(IndicatorRun).where(IndicatorRun.public_id == command.run).with_for_update()
    run = session.scalar(wanted, execution_options={"populate_existing": True})
    if run is None or find_run(session, actor, county, period) is not run:
        raise Conflict(reason("numbers.submission.computed_anew"))
    if run.is_frozen:
        raise Conflict(reason("numbers.submission.nothing_new"))
    if not is_over(run):
        raise Conflict(reason("numbers.submission.not_over", last_day=period.last_day))
    return run


def _waiting(session: Session, actor: Actor, public_id: str) -> ReportSubmission:
    submission = get_submission(session, actor, public_id)
    take_turn(session, submission.area_code, submission)
    if submission.state is not SubmissionState.PROPOSED:
        raise Conflict(reason("numbers.submission.decided"))
    return submission


def _note(session: Session, actor: Actor, submission: ReportSubmission, action: str, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("report_submission", submission.public_id),
        area_code=submission.area_code,
        detail={"period": submission.period, "number": submission.number, "digest": submission.digest},
    )
