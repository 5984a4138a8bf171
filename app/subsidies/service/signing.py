"""From draft to approval: submit, approve, return, decide a hold. Every step signs the digest of the lines as they stand."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.people.models import Person
from app.subsidies.commands import DecideHold
from app.subsidies.models import RunApproval, SubsidyLine, SubsidyRun
from app.subsidies.queries.checks import late_hits
from app.subsidies.queries.joint import offices_missing
from app.subsidies.queries.lines import get_line
from app.subsidies.queries.runs import standing_hands
from app.subsidies.queries.totals import changed_lines, run_digest, totals_of
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import (
    Grounds,
    HoldGround,
    check_ground,
    check_reference,
    standing_holds,
    tidy_reference,
)
from app.subsidies.rules.lines import line_digest
from app.subsidies.rules.transitions import RUN_MOVES, RunState, RunStep, check_line_move, check_people, check_step
from app.subsidies.service.booking import commit_run, release_run
from app.subsidies.service.editions import ask_for_edition
from app.subsidies.service.own import refuse_own, refuse_own_run
from app.subsidies.service.unclear import refuse_stopped, refuse_unclear

# The double-payment guards as each database names them: one period twice, or two periods that share days.
LIVE_PAYMENT = (
    "uq_subsidy_lines_live_payment",
    "subsidy_lines.agreement_id, subsidy_lines.period, subsidy_lines.rank",
    "guard_subsidy_lines_days_paid_insert",
    "guard_subsidy_lines_days_paid_update",
)


def submit_run(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> SubsidyRun:
    """Lock the lines under their digest and hand the run to the reviewer."""
    require(actor, Action.PREPARE_SUBSIDY)
    check(session, actor, run, RunStep.SUBMITTED)
    refuse_own_run(session, actor, run)
    if late := late_hits(session, run):
        raise Conflict(reason("subsidies.submit.listed", count=len(late)))
    refuse_stopped(session, run)
    keep_totals(session, run)
    if run.pay_count == 0:
        raise Conflict(reason("subsidies.submit.nothing_to_pay"))
    run.digest = run_digest(session, run)
    run.submitted_by, run.submitted_at = actor.user_id, now
    return sign(session, actor, run, RunStep.SUBMITTED, now)


def approve_run(
    session: Session, actor: Actor, run: SubsidyRun, now: datetime, today: date | None = None
) -> SubsidyRun:
    """The second pair of eyes: another person than prepared or submitted, on exactly the lines submitted."""
    require(actor, Action.APPROVE_SUBSIDY)
    check(session, actor, run, RunStep.APPROVED)
    refuse_own_run(session, actor, run)
    _refuse_unsigned(session, run)
    refuse_listed(session, run)
    refuse_stopped(session, run)
    refuse_changed(session, run)
    commit_run(session, actor, run, now, today or business_day(now))
    run.approved_by, run.approved_at = actor.user_id, now
    sign(session, actor, run, RunStep.APPROVED, now)
    ask_for_edition(session, actor, run, now)
    return run


def return_run(session: Session, actor: Actor, run: SubsidyRun, grounds: Grounds, now: datetime) -> SubsidyRun:
    """The reviewer sends a submitted run back and says on what grounds."""
    require(actor, Action.APPROVE_SUBSIDY)
    return back_to_draft(session, actor, run, RunStep.RETURNED, now, checked_grounds(grounds))


def decide_hold(
    session: Session, actor: Actor, command: DecideHold, now: datetime, today: date | None = None
) -> SubsidyLine:
    """A person decides a held line. On a submitted run this voids what was signed (and says so); an approved one is opened again first."""
    require(actor, Action.PREPARE_SUBSIDY)
    line, run = get_line(session, actor, command.line_public_id, lock=True)
    refuse_own(session, actor, line.id)
    grounds = _grounds_of(command, line)
    decided = LineState.PAY if command.is_paid else LineState.REFUSE
    if run.state is RunState.APPROVED:
        raise Conflict(reason("subsidies.hold.reopen_first"))
    _refuse(check_line_move(line.decision, decided, RunState.DRAFT))
    if decided is LineState.PAY and line.amount_fen == 0:
        raise Conflict(reason("subsidies.hold.nothing_to_pay"))
    if decided is LineState.PAY and session.get_one(Person, line.payee_person_id).died_on is not None:
        raise Conflict(reason("subsidies.step.payee_dead"))
    if decided is LineState.PAY:
        refuse_unclear(session, run, line, today or business_day(now))
    void_signatures(session, actor, run, now)
    with said_by(session, dict.fromkeys(LIVE_PAYMENT, "subsidies.hold.paid_already")):
        _decide(line, decided, grounds)
        line.decided_by, line.decided_at, line.decision_note = actor.user_id, now, grounds.stored()
    keep_totals(session, run)
    note(
        session,
        actor,
        "subsidies.hold_decided",
        now=now,
        subject=("subsidy_line", line.public_id),
        area_code=line.area_code,
        detail={"run": run.public_id, "decision": decided.value, "reason": f"subsidies.ground.{grounds.code}"},
        changed=grounds.stored(),
    )
    return line


def _decide(line: SubsidyLine, decided: LineState, grounds: Grounds) -> None:
    line.decision = decided
    line.reasons = [*line.reasons, reason(f"subsidies.decided.{decided}", note=grounds.said()).to_json()]
    if decided is LineState.REFUSE:
        line.amount_fen = line.days = 0
    line.digest = line_digest(decided, line.amount_fen, line.days, line.reasons, line.snapshot)


def void_signatures(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> None:
    """Bring a signed run back to draft before anything in it changes; the signatures stay on record as voided."""
    if run.state is RunState.DRAFT:
        return
    back_to_draft(session, actor, run, RunStep.VOIDED, now)


def back_to_draft(
    session: Session, actor: Actor, run: SubsidyRun, step: RunStep, now: datetime, grounds: Grounds | None = None
) -> SubsidyRun:
    """Take a signed run back to its clerk; what the fund had promised is free again."""
    check(session, actor, run, step)
    release_run(session, actor, run, now)
    sign(session, actor, run, step, now, grounds)
    _forget_signatures(run)
    session.flush()
    return run


def check(session: Session, actor: Actor, run: SubsidyRun, step: RunStep) -> None:
    """Refuse a step that the run's state or the hands that signed before do not allow."""
    _refuse(check_step(step, run.state, actor.hand, standing_hands(session, run)))


def check_hands(session: Session, actor: Actor, run: SubsidyRun, step: RunStep) -> None:
    """Refuse a hand that signed before, whatever the state."""
    _refuse(check_people(step, actor.hand, standing_hands(session, run)))


def refuse_listed(session: Session, run: SubsidyRun) -> None:
    """What other offices' lists have said since the submission is looked at before anybody signs for the money."""
    if late := late_hits(session, run):
        raise Conflict(reason("subsidies.step.listed", count=len(late)))


def refuse_changed(session: Session, run: SubsidyRun) -> None:
    """What was signed must be what stands, down to the content of each line."""
    if run_digest(session, run) != run.digest or changed_lines(session, run):
        raise Conflict(reason("subsidies.step.changed"))


def sign(
    session: Session, actor: Actor, run: SubsidyRun, step: RunStep, now: datetime, grounds: Grounds | None = None
) -> SubsidyRun:
    """Put one signature under the run, move it where the step leads, and note it."""
    session.add(
        RunApproval(
            run_id=run.id,
            step=step,
            digest=run.digest,
            by=actor.user_id,
            hand=actor.hand,
            at=now,
            note=grounds.stored() if grounds else None,
        )
    )
    run.state = RUN_MOVES[step][1]
    note(
        session,
        actor,
        f"subsidies.run_{step}",
        now=now,
        subject=("subsidy_run", run.public_id),
        area_code=run.county_code,
        count=run.pay_count,
        detail={"period": run.period, "digest": run.digest or "", "total_fen": run.total_fen},
    )
    return run


def keep_totals(session: Session, run: SubsidyRun) -> None:
    """Count the run's lines and keep the result on it: what is paid or still to be paid, and what is not."""
    totals = totals_of(session, run)
    run.pay_count, run.total_fen = totals.pay_count, totals.total_fen
    run.hold_count, run.refuse_count = totals.hold_count, totals.refuse_count


def checked_grounds(grounds: Grounds, fits: tuple[Reason, ...] = ()) -> Grounds:
    """The grounds with a tidy reference; `Invalid` on `ground` (for what `fits` says against it) or `reference`."""
    reference = tidy_reference(grounds.reference)
    wrong = {"ground": fits, "reference": check_reference(reference)}
    if any(wrong.values()):
        raise Invalid({field: list(reasons) for field, reasons in wrong.items() if reasons})
    return Grounds(grounds.code, reference)


def _grounds_of(command: DecideHold, line: SubsidyLine) -> Grounds:
    """On what grounds a held line is decided: they speak of what holds it. A line that is not held is refused for that."""
    code = command.grounds.code
    if line.decision is not LineState.HOLD or not isinstance(code, HoldGround):
        return checked_grounds(command.grounds)
    holds = standing_holds(stored["code"] for stored in line.reasons)
    return checked_grounds(command.grounds, check_ground(code, command.is_paid, holds))


def _refuse_unsigned(session: Session, run: SubsidyRun) -> None:
    """The reviewer signs after every office of the chain, and on the same digest."""
    if missing := offices_missing(session, run):
        offices = [reason(f"subsidies.office.{office}") for office in missing]
        raise Conflict(reason("subsidies.joint.missing", offices=offices))


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Conflict(reasons[0])


def _forget_signatures(run: SubsidyRun) -> None:
    run.digest = None
    run.submitted_by = run.submitted_at = run.approved_by = run.approved_at = None
