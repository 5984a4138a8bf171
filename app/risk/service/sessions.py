"""A town's assessment meeting: opened, the unchanged confirmed together, everybody else singly, signed and then frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.areas.rules import AreaLevel, level_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, reserve_ids, slices
from app.core.crypto import digest
from app.core.db import canonical_json, new_public_id
from app.core.errors import Conflict, Invalid
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.risk.commands import HoldSession
from app.risk.models import LevelSource, Reassessment, ReassessmentSession, SessionState
from app.risk.queries.sessions import Row, find_session, list_rows
from app.risk.service.reassessing import note_levels, open_reassessments
from app.tasks.models import Task, TaskState


def open_session(
    session: Session, actor: Actor, command: HoldSession, today: date, now: datetime
) -> ReassessmentSession:
    """The meeting of the actor's town. Raises `Invalid`, and `Conflict` where the quarter has its meeting already."""
    require(actor, Action.HOLD_ASSESSMENTS)
    town = place_of(actor)
    if level_of(town) is not AreaLevel.TOWN:
        raise Conflict(Reason("risk.session.no_town"))
    _check(command, today)
    quarter = str(command.quarter)
    standing = find_session(session, actor, town, quarter)
    if standing is not None:
        raise Conflict(reason("risk.session.stands", quarter=command.quarter, on=standing.held_on))
    if command.quarter.contains(today):
        open_reassessments(session, actor, command.quarter, now)  # who joined since the sweep
    held = ReassessmentSession(area_code=town, quarter=quarter, opened_at=now, opened_by=actor.user_id)
    _set(held, command)
    try:
        with session.begin_nested():
            session.add(held)
    except IntegrityError as raced:
        raise Conflict(reason("risk.session.stands", quarter=command.quarter, on=command.held_on)) from raced
    _note(session, actor, held, "risk.session_opened", now, count=len(command.panel))
    return held


def change_session(
    session: Session, actor: Actor, held: ReassessmentSession, command: HoldSession, today: date, now: datetime
) -> None:
    """Another day or panel, until it is signed; the quarter stays."""
    require(actor, Action.HOLD_ASSESSMENTS)
    _require_open(held)
    _check(command, today)
    _set(held, command)
    session.flush()
    _note(session, actor, held, "risk.session_changed", now, count=len(command.panel))


def confirm_together(
    session: Session, actor: Actor, held: ReassessmentSession, task_ids: Collection[str], now: datetime
) -> int:
    """Confirm unchanged levels 0–2 with a visit this quarter in one act; how many. `task_ids` are public ids.

    `held` is locked. Raises `Conflict` where somebody among them has to be opened singly, whatever the page sent.
    """
    require(actor, Action.HOLD_ASSESSMENTS)
    _require_open(held)
    _lock_patients(session, held, task_ids)
    rows = [row for row in list_rows(session, actor, held) if row.task_public_id in task_ids]
    if len(rows) != len(set(task_ids)) or any(not row.is_open for row in rows):
        raise Conflict(Reason("risk.session.list_changed"))
    barred = [row for row in rows if row.whys_single]
    if barred:
        raise Conflict(reason("risk.session.not_together", n=len(barred), why=barred[0].whys_single[0]))
    if not rows:
        return 0
    _store(session, actor, held, rows, now)
    proof = digest(",".join(f"{row.patient_id}:{row.proposal.level}" for row in rows))
    _note(session, actor, held, "risk.confirmed_together", now, count=len(rows), proof=proof)
    return len(rows)


def sign_session(session: Session, actor: Actor, held: ReassessmentSession, now: datetime) -> None:
    """The panel's word on the quarter: results and sheet stand from now on. `held` is locked.

    Raises `Conflict` while somebody is open. What was recorded before the meeting is signed with it.
    """
    require(actor, Action.HOLD_ASSESSMENTS)
    _require_open(held)
    rows = list_rows(session, actor, held)
    waiting = sum(row.is_open for row in rows)
    if waiting:
        raise Conflict(reason("risk.session.waiting", n=waiting))
    if not rows:
        raise Conflict(Reason("risk.session.nobody"))
    results = [row.result for row in rows if row.result is not None]
    for part in slices([one.id for one in results if one.session_id is None]):
        session.execute(update(Reassessment).where(Reassessment.id.in_(part)).values(session_id=held.id))
    held.state, held.signed_at, held.signed_by = SessionState.SIGNED, now, actor.user_id
    held.digest = digest(
        canonical_json(
            [
                [one.public_id, one.level_before, one.level_proposed, one.level, one.assessed_on.isoformat()]
                for one in sorted(results, key=lambda one: one.id)
            ]
        )
    )
    session.flush()
    _note(session, actor, held, "risk.session_signed", now, count=len(results), proof=held.digest)


def _check(command: HoldSession, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.held_on > today:
        errors["held_on"] = [Reason("risk.session.future")]
    elif command.held_on < command.quarter.first_day:
        errors["held_on"] = [reason("risk.error.before_quarter", first_on=command.quarter.first_day)]
    if len(command.panel) < 2:
        errors["name_1"] = [Reason("risk.session.panel")]
    if not Quarter.of(today).previous() <= command.quarter <= Quarter.of(today):
        errors["quarter"] = [Reason("risk.session.quarter")]
    if errors:
        raise Invalid(errors)


def _set(held: ReassessmentSession, command: HoldSession) -> None:
    held.held_on = command.held_on
    held.panel = [{"part": one.part, "name": one.name, "post": one.post} for one in command.panel]


def _require_open(held: ReassessmentSession) -> None:
    if held.state is SessionState.SIGNED:
        raise Conflict(reason("risk.session.signed", quarter=Quarter.parse(held.quarter)))


def _lock_patients(session: Session, held: ReassessmentSession, task_ids: Collection[str]) -> None:
    """A visit that is being saved comes before or after, never in between: its level decides who is unchanged."""
    for part in slices(sorted(task_ids)):
        wanted = select(Task.patient_id).where(Task.public_id.in_(part), Task.period == held.quarter)
        session.execute(select(Patient.id).where(Patient.id.in_(wanted)).order_by(Patient.id).with_for_update())


def _store(session: Session, actor: Actor, held: ReassessmentSession, rows: Sequence[Row], now: datetime) -> None:
    ids = reserve_ids(session, Reassessment, len(rows))
    insert_rows(
        session,
        Reassessment,
        [_result(new, row, held, actor, now) for new, row in zip(ids, rows, strict=True)],
    )
    ratings = [(row.patient_id, _level(row), held.held_on, new) for new, row in zip(ids, rows, strict=True)]
    note_levels(session, actor, ratings, LevelSource.REASSESSMENT, now)
    _close_tasks(session, actor, rows, now)
    for part in slices([row.patient_id for row in rows]):
        session.execute(
            update(Patient)
            .where(
                Patient.id.in_(part),
                or_(Patient.risk_assessed_on.is_(None), Patient.risk_assessed_on <= held.held_on),
            )
            .values(risk_assessed_on=held.held_on, version=Patient.version + 1),
            execution_options={"synchronize_session": False},
        )
    session.expire_all()


def _result(new: int, row: Row, held: ReassessmentSession, actor: Actor, now: datetime) -> dict[str, object]:
    return {
        "id": new,
        "public_id": new_public_id(),
        "patient_id": row.patient_id,
        "task_id": row.task_id,
        "quarter": held.quarter,
        "session_id": held.id,
        "level_proposed": _level(row),
        "is_together": True,
        "assessed_on": held.held_on,
        "level_before": row.entering,
        "level": _level(row),
        "submission_key": f"{held.public_id}:{row.patient_id}",
        "recorded_at": now,
        "recorded_by": actor.user_id,
    }


def _close_tasks(session: Session, actor: Actor, rows: Sequence[Row], now: datetime) -> None:
    """One statement for each level: the outcome says it."""
    by_level: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_level[_level(row)].append(row.task_id)
    for level, task_ids in by_level.items():
        for part in slices(task_ids):
            session.execute(
                update(Task)
                .where(Task.id.in_(part), Task.state == TaskState.OPEN)
                .values(
                    state=TaskState.DONE,
                    closed_at=now,
                    closed_by=actor.user_id,
                    outcome=reason("tasks.outcome.reassessed", level=level).to_json(),
                ),
                execution_options={"synchronize_session": False},
            )


def _level(row: Row) -> int:
    """Of a row that was checked: whoever has no level is opened singly."""
    if row.proposal.level is None:
        raise LookupError("nobody without a level is confirmed together")
    return row.proposal.level


def _note(
    session: Session,
    actor: Actor,
    held: ReassessmentSession,
    action: str,
    now: datetime,
    count: int,
    proof: str | None = None,
) -> None:
    detail = {"quarter": held.quarter} | ({"digest": proof} if proof else {})
    note(
        session,
        actor,
        action,
        now=now,
        subject=("assessment", held.public_id),
        area_code=held.area_code,
        count=count,
        detail=detail,
    )
