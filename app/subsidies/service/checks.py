"""Other offices' lists: keeping what was found on one, holding the lines that it speaks against, deciding who it really is.

A list only proposes. Deaths, admissions, custody and moves are recorded by the register's owners in their own way; until then, or until
somebody has found that it is another person, the money waits.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.patients.rules import NOT_LIVE
from app.subsidies.commands import DecideHit, StoreCheckList
from app.subsidies.models import CheckHit, CheckList, RunCheck, SubsidyRun
from app.subsidies.queries.checks import is_overtaken, late_hits, newest_concern, newest_lists
from app.subsidies.queries.hits import get_hit
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.checks import CARE, Found, HitKind, HitState, ListKind
from app.subsidies.rules.grounds import FOR_CONFIRMING, Grounds, HitGround, check_reference, tidy_reference
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.holding import hold_line
from app.subsidies.service.own import refuse_own_person
from app.subsidies.service.signing import void_signatures
from app.tasks.rules import TaskKind
from app.tasks.service import open_task

RECORD_WITHIN = timedelta(days=7)  # a confirmed entry of a list, until the register says it


def require_kind(actor: Actor, kind: ListKind) -> None:
    """Whoever keeps lists; for days of care only whoever may read them. Raises `Forbidden`."""
    require(actor, Action.KEEP_CHECK_LISTS)
    if kind in CARE:
        require(actor, Action.KEEP_CARE_LISTS)


def check_as_of(as_of: date, today: date) -> tuple[Reason, ...]:
    """A list cannot be complete up to a day that has not come."""
    return (reason("subsidies.checklist.in_future"),) if as_of > today else ()


def store_list(session: Session, actor: Actor, command: StoreCheckList, now: datetime) -> CheckList:
    """Keep a list's counts and the people of ours on it, and hold the lines of drafts that it speaks against."""
    require_kind(actor, command.kind)
    kept = CheckList(
        county_code=command.county_code,
        kind=command.kind,
        as_of=command.as_of,
        sha256=command.sha256,
        row_count=command.row_count,
        hit_count=sum(one.hit is HitKind.HIT for one in command.found),
        near_count=sum(one.hit is HitKind.NEAR for one in command.found),
        unread_count=command.unread_count,
        loaded_at=now,
        compared_at=command.compared_at,
        loaded_by=actor.user_id or 0,
        mapping=command.mapping,
    )
    session.add(kept)
    session.flush()
    insert_rows(session, CheckHit, [_row(kept, one) for one in command.found])
    _note(session, actor, "subsidies.list_loaded", kept, now)
    _hold_in_drafts(session, actor, kept, now)
    return kept


def compare_again(session: Session, actor: Actor, kept: CheckList, command: StoreCheckList, now: datetime) -> CheckList:
    """Add whom the same list names and who was no concern of ours when it was compared before.

    What was found then stands as it was decided. A namesake who is still open and whose number has become known is a hit now. Runs that
    nobody has approved yet are checked against the list as of now.
    """
    require_kind(actor, command.kind)
    before = {
        (one.person_id, one.from_on): one
        for one in session.scalars(select(CheckHit).where(CheckHit.list_id == kept.id))
    }
    new = [one for one in command.found if (one.person_id, one.from_on) not in before]
    insert_rows(session, CheckHit, [_row(kept, one) for one in new])
    certain = {(one.person_id, one.from_on) for one in command.found if one.hit is HitKind.HIT}
    risen = [
        one for key, one in before.items() if key in certain and one.hit is HitKind.NEAR and one.state is HitState.OPEN
    ]
    for hit in risen:
        hit.hit = HitKind.HIT
    added = sum(one.hit is HitKind.HIT for one in new)
    kept.hit_count += added + len(risen)
    kept.near_count += len(new) - added - len(risen)
    kept.compared_at = max(kept.compared_at, command.compared_at)
    _note(session, actor, "subsidies.list_compared", kept, now)
    open_runs = select(SubsidyRun.id).where(SubsidyRun.state.in_((RunState.DRAFT, RunState.SUBMITTED)))
    session.execute(
        update(RunCheck)
        .where(RunCheck.list_id == kept.id, RunCheck.run_id.in_(open_runs))
        .values(is_overtaken=is_overtaken(kept, newest_concern(session, kept.county_code)))
    )
    _hold_in_drafts(session, actor, kept, now)
    return kept


def _note(session: Session, actor: Actor, code: str, kept: CheckList, now: datetime) -> None:
    note(
        session,
        actor,
        code,
        now=now,
        subject=("check_list", kept.public_id),
        area_code=kept.county_code,
        count=kept.row_count,
        detail={
            "kind": kept.kind.value,
            "as_of": kept.as_of.isoformat(),
            "sha256": kept.sha256,
            "hits": kept.hit_count,
            "near": kept.near_count,
            "unread": kept.unread_count,
        },
    )


def _hold_in_drafts(session: Session, actor: Actor, kept: CheckList, now: datetime) -> None:
    drafts = select(SubsidyRun).where(SubsidyRun.county_code == kept.county_code, SubsidyRun.state == RunState.DRAFT)
    for run in session.scalars(drafts.order_by(SubsidyRun.id).with_for_update()).all():
        hold_late(session, actor, run, now)


def hold_late(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> int:
    """Hold the lines of a draft that lists speak against which came after it was frozen; how many times a list spoke."""
    late = late_hits(session, run)
    for one in late:
        hold_line(session, actor, one.line, HoldSource.CHECK_LIST, one.hit_id, one.because, now)
    return len(late)


def hold_listed(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> int:
    """Bring a submitted run back to draft and hold what later lists speak against; an approved one is reopened by two people first."""
    require(actor, Action.PREPARE_SUBSIDY)
    if run.state not in (RunState.DRAFT, RunState.SUBMITTED):
        raise Conflict(reason("subsidies.step.wrong_state"))
    if not late_hits(session, run):
        raise Conflict(reason("subsidies.checklist.nothing_late"))
    void_signatures(session, actor, run, now)
    return hold_late(session, actor, run, now)


def record_checks(session: Session, run: SubsidyRun) -> None:
    """Write down which list of each kind the run is drawn up against; a kind without one is not checked."""
    session.flush()
    session.execute(delete(RunCheck).where(RunCheck.run_id == run.id))
    newest = newest_lists(session, run.county_code, run.prepared_at)
    rows = [
        {"run_id": run.id, "kind": kind, "list_id": newest[kind].id if kind in newest else None} for kind in ListKind
    ]
    insert_rows(session, RunCheck, rows)


def record_overtaken(session: Session, run: SubsidyRun) -> None:
    """Write down, once the lines are frozen, which of the run's lists were compared before the newest of its people was written down."""
    written_at = newest_concern(session, run.county_code)
    checks = select(RunCheck, CheckList).join(CheckList, CheckList.id == RunCheck.list_id)
    for check, source in session.execute(checks.where(RunCheck.run_id == run.id)):
        check.is_overtaken = is_overtaken(source, written_at)


def decide_hit(session: Session, actor: Actor, command: DecideHit, now: datetime) -> CheckHit:
    """Say that it is our person, or that it is somebody else. An equal number is overruled only by the register's owner."""
    hit, source = get_hit(session, actor, command.hit_public_id, lock=True)
    require_kind(actor, source.kind)
    if not command.is_same and hit.hit is HitKind.HIT:
        require(actor, Action.OVERRULE_CHECK_LISTS)
    grounds = _checked(command)
    refuse_own_person(session, actor, hit.person_id)
    if hit.state is not HitState.OPEN:
        raise Conflict(reason("subsidies.checklist.decided"))
    hit.state = HitState.CONFIRMED if command.is_same else HitState.DISMISSED
    hit.decided_at, hit.decided_by, hit.ground = now, actor.user_id, grounds.stored()
    note(
        session,
        actor,
        f"subsidies.hit_{hit.state}",
        now=now,
        subject=("check_hit", hit.public_id),
        area_code=hit.area_code,
        detail={"kind": source.kind.value, "hit": hit.hit.value, "reason": f"subsidies.ground.{grounds.code}"},
        changed=grounds.stored(),
    )
    if command.is_same:
        _ask_to_record(session, hit, source, now)
    return hit


def _ask_to_record(session: Session, hit: CheckHit, source: CheckList, now: datetime) -> None:
    """A list writes nothing into the register: whoever answers for the patient looks and records it. A guardian's own stays on this page."""
    concerned = select(Patient).where(Patient.person_id == hit.person_id, Patient.registry_status.not_in(NOT_LIVE))
    told = reason("subsidies.verify_listed", source=reason(f"subsidies.list.{source.kind}"), as_of=source.as_of)
    due_on = business_day(now) + RECORD_WITHIN
    for patient in session.scalars(concerned):
        open_task(session, patient, TaskKind.CHECK_STATUS, f"hit:{hit.public_id}", due_on, [told], now)


def _checked(command: DecideHit) -> Grounds:
    """Grounds that speak for what was decided, with a tidy reference; who says it is another person names the paper that shows it."""
    reference = tidy_reference(command.grounds.reference)
    wrong: dict[str, tuple[Reason, ...]] = {"reference": check_reference(reference)}
    if not command.is_same and not reference:
        wrong["reference"] = (reason("subsidies.checklist.no_reference"),)
    if not isinstance(command.grounds.code, HitGround) or (command.grounds.code in FOR_CONFIRMING) != command.is_same:
        wrong["ground"] = (reason("subsidies.ground.does_not_fit"),)
    if any(wrong.values()):
        raise Invalid({field: list(reasons) for field, reasons in wrong.items() if reasons})
    return Grounds(command.grounds.code, reference)


def _row(kept: CheckList, one: Found) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "list_id": kept.id,
        "person_id": one.person_id,
        "area_code": one.area_code,
        "hit": one.hit,
        "from_on": one.from_on,
        "to_on": one.to_on,
        "state": HitState.OPEN,
    }
