"""Opening and closing duties. Unique indexes guard against doubles; nothing here commits.

Patients stand above tasks in the order of rooms, so a patient comes in as a `Subject`, and work over many patients as a SELECT that
the higher room writes (`open_for_all`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.db import canonical_json, new_public_id, store_row
from app.core.errors import Conflict
from app.core.reasons import Reason, reason
from app.tasks.models import Task, TaskState
from app.tasks.rules import (
    RENEWAL_DAYS_AFTER_END,
    RENEWAL_DAYS_BEFORE_END,
    TaskKind,
)

FIRST_VISIT = "first"
_SWEEP_LOCK = 7_230_121  # advisory lock: one sweep of tasks at a time


class Subject(Protocol):
    """What a task needs to know of the patient that it is for."""

    @property
    def id(self) -> int: ...
    @property
    def area_code(self) -> str: ...
    @property
    def agency_id(self) -> int | None: ...


@dataclass(frozen=True)
class Counts:
    """What a repeatable sweep made, and what it found already made."""

    made: int
    already: int


# -- one patient -------------------------------------------------------------------------------------------------------


def open_task(
    session: Session,
    patient: Subject,
    kind: TaskKind,
    period: str,
    due_on: date,
    because: Sequence[Reason],
    now: datetime,
    due_at: datetime | None = None,
) -> Task:
    """The duty of this kind and period, opened now or found (also when it is done already). `due_at` is for hour clocks."""
    found = session.scalar(
        select(Task).where(
            Task.kind == kind,
            Task.patient_id == patient.id,
            Task.period == period,
            Task.state != TaskState.CANCELLED,
        )
    )
    if found is None:
        found = _add(session, patient, kind, period, due_on, because, now)
        found.due_at = due_at
        session.flush()
    return found


def open_follow_up(
    session: Session, patient: Subject, due_on: date, because: Sequence[Reason], period: str, now: datetime
) -> Task:
    """The next visit. Closes nothing: a second open one is refused by the database (`uq_tasks_open_follow_up`)."""
    return store_row(session, Task, _row(patient, TaskKind.FOLLOW_UP, period, due_on, because, now))


def close_follow_up(session: Session, actor: Actor, patient: Subject, outcome: Reason, now: datetime) -> int:
    """Close the visit that was due; 0 when none was."""
    if session.autoflush:
        session.flush()  # what is due may be pending yet
    done = session.connection().execute(_CLOSE_FOLLOW_UP, {"of_patient": patient.id, **_done(actor, outcome, now)})
    return done.rowcount


# Built once: it is part of saving a visit.
_CLOSE_FOLLOW_UP = (
    update(Task)
    .where(Task.patient_id == bindparam("of_patient"), Task.kind == TaskKind.FOLLOW_UP, text("tasks.state = 'open'"))
    .values({name: bindparam(name) for name in ("state", "closed_at", "closed_by", "outcome")})
)


def close_task(session: Session, actor: Actor, task: Task, outcome: Reason, now: datetime) -> None:
    """Raises `Conflict` when somebody has closed it meanwhile."""
    if not _change_open(session, Task.id == task.id, **_done(actor, outcome, now)):
        raise Conflict(Reason("tasks.not_open"))


def cancel_all(session: Session, actor: Actor, patient: Subject, outcome: Reason, now: datetime) -> int:
    """End every open duty for a patient who has died or is no longer managed; how many."""
    ended = _done(actor, outcome, now) | {"state": TaskState.CANCELLED}
    return _change_open(session, Task.patient_id == patient.id, **ended)


def cancel_kind(
    session: Session,
    actor: Actor,
    patient: Subject,
    kind: TaskKind,
    outcome: Reason,
    now: datetime,
    *,
    periods: Collection[str] | None = None,
) -> int:
    """End the open duties of one kind, of some periods only where they are given: visits while somebody is in hospital, a renewal that was
    signed elsewhere, the checks of an agreement that does not come about."""
    ended = _done(actor, outcome, now) | {"state": TaskState.CANCELLED}
    of_periods = () if periods is None else (Task.period.in_(periods),)
    return _change_open(session, Task.patient_id == patient.id, Task.kind == kind, *of_periods, **ended)


def reopen_tasks(session: Session, patient: Subject, closed_at: datetime, outcome: str) -> int:
    """Duties that were cancelled in one act, which turned out to be wrong, stand again; not those that stand anew already."""
    cancelled = session.scalars(
        select(Task).where(
            Task.patient_id == patient.id, Task.state == TaskState.CANCELLED, Task.closed_at == closed_at
        )
    ).all()
    rows = select(Task.kind, Task.period).where(Task.patient_id == patient.id, Task.state != TaskState.CANCELLED)
    standing = {(kind, period) for kind, period in session.execute(rows)}
    again = [
        task
        for task in cancelled
        if (task.outcome or {}).get("code") == outcome and (task.kind, task.period) not in standing
    ]
    for task in again:
        task.state, task.closed_at, task.closed_by, task.outcome = TaskState.OPEN, None, None, None
    session.flush()
    return len(again)


def move_follow_up(session: Session, patient: Subject, due_on: date, because: Sequence[Reason]) -> int:
    """The visit that is due gets another day: after a vain attempt, or when an older visit was entered or corrected."""
    words = [one.to_json() for one in because]
    return _change_open(
        session, Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, due_on=due_on, because=words
    )


def move_open_tasks(session: Session, patient: Subject) -> int:
    """Open duties follow the patient to a new area and agency; closed ones stay with who did them."""
    return _change_open(
        session, Task.patient_id == patient.id, area_code=patient.area_code, agency_id=patient.agency_id
    )


def _add(
    session: Session,
    patient: Subject,
    kind: TaskKind,
    period: str,
    due_on: date,
    because: Sequence[Reason],
    now: datetime,
) -> Task:
    task = Task(**_row(patient, kind, period, due_on, because, now))
    session.add(task)
    return task


def _row(
    patient: Subject, kind: TaskKind, period: str, due_on: date, because: Sequence[Reason], now: datetime
) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "kind": kind,
        "patient_id": patient.id,
        "period": period,
        "area_code": patient.area_code,
        "agency_id": patient.agency_id,
        "due_on": due_on,
        "because": [one.to_json() for one in because],
        "state": TaskState.OPEN,
        "opened_at": now,
    }


def _done(actor: Actor, outcome: Reason, now: datetime) -> dict[str, Any]:
    return {
        "state": TaskState.DONE,
        "closed_at": now,
        "closed_by": actor.user_id,
        "outcome": outcome.to_json(),
    }


def _change_open(session: Session, *which: Any, **values: Any) -> int:
    statement = update(Task).where(*which, Task.state == TaskState.OPEN).values(**values)
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # a statement that writes has a row count


# -- many patients -----------------------------------------------------------------------------------------------------


def open_follow_ups(session: Session, due: Sequence[tuple[Subject, date, str, Sequence[Reason]]], now: datetime) -> int:
    """Next visits of many patients at once: (patient, due day, period, because); none of them may have one open."""
    rows = [_row(patient, TaskKind.FOLLOW_UP, period, due_on, because, now) for patient, due_on, period, because in due]
    if rows:
        session.execute(insert(Task), rows)
    return len(rows)


def open_for_all(
    session: Session, actor: Actor, kind: TaskKind, source: Select[*tuple[Any, ...]], action: str, now: datetime
) -> int:
    """Open a duty for every row of `source` that has none of that period: one statement and one audit event.

    `source` yields patient_id, period, area_code, agency_id, due_on and because (JSON text). Repeatable: what stands is left
    alone. Returns how many were made; the event carries that count and the digest of the patients.
    """
    sweep_alone(session)
    last_id = session.scalar(select(func.coalesce(func.max(Task.id), 0)))
    wanted = source.subquery("wanted")
    standing = select(literal(1)).where(
        Task.kind == kind,
        Task.patient_id == wanted.c.patient_id,
        Task.period == wanted.c.period,
        Task.state != TaskState.CANCELLED,
    )
    columns = ("patient_id", "period", "area_code", "agency_id", "due_on", "because")
    rows = select(
        _random_id(session),
        literal(kind.value),
        *(wanted.c[name] for name in columns),
        literal(TaskState.OPEN.value),
        literal(now, Task.opened_at.type),
    ).where(~standing.exists())
    into = insert(Task.__table__).from_select(  # type: ignore[arg-type]  # a mapped table is a Table
        ["public_id", "kind", *columns, "state", "opened_at"], rows, include_defaults=False
    )
    done = session.execute(into, execution_options={"preserve_rowcount": True})
    made = int(done.rowcount)  # type: ignore[attr-defined]  # a statement that writes has a row count
    if made:
        note(session, actor, action, now=now, subject=("task", ""), count=made, detail=_proof(session, kind, last_id))
    return made


def open_many(
    session: Session,
    actor: Actor,
    due: Sequence[tuple[Subject, TaskKind, str, date, Sequence[Reason]]],
    action: str,
    now: datetime,
) -> int:
    """Duties of many patients at once, as (patient, kind, period, due day, because), with one audit event.

    The caller has begun with `sweep_alone` and chosen patients who have no such duty.
    """
    rows = [_row(patient, kind, period, due_on, because, now) for patient, kind, period, due_on, because in due]
    if rows:
        session.execute(insert(Task), rows)
        proof = {"digest": digest(canonical_json([[row["patient_id"], row["kind"], row["period"]] for row in rows]))}
        note(session, actor, action, now=now, subject=("task", ""), count=len(rows), detail=proof)
    return len(rows)


def sweep_alone(session: Session) -> None:
    """Sweeps queue up, so that NOT EXISTS sees what the one before stored. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_SWEEP_LOCK)))


def _random_id(session: Session) -> Any:
    """A `public_id` made by the database: 22 random hexadecimal digits."""
    if session.get_bind().dialect.name == "postgresql":
        return func.substr(func.replace(cast(func.gen_random_uuid(), String), "-", ""), 1, 22)
    return func.lower(func.hex(func.randomblob(11)))


def _proof(session: Session, kind: TaskKind, last_id: int | None) -> dict[str, Any]:
    """What an auditor can recompute from the tasks: kind and digest over the patients' ids in order of their tasks."""
    made = (
        select(cast(Task.patient_id, String).label("patient"))
        .where(Task.id > last_id, Task.kind == kind)
        .order_by(Task.id)
        .subquery()
    )
    patients = session.scalar(select(func.aggregate_strings(made.c.patient, ",")))
    return {"kind": kind.value, "digest": digest(patients or ""), "after_task": last_id}


# -- agreements --------------------------------------------------------------------------------------------------------

# Agreements and patients stand above tasks; a renewal reads these columns of theirs and nothing else.
_agreements = table(
    "agreements",
    column("id", Integer),
    column("number", String),
    column("patient_id", Integer),
    column("from_on", Date),
    column("to_on", Date),
    column("ended_on", Date),
    column("withdrawn_at"),
)
_patients = table(
    "patients",
    column("id", Integer),
    column("area_code", String),
    column("agency_id", Integer),
    column("registry_status", String),
)


def open_renewals(session: Session, today: date, now: datetime) -> Counts:
    """A task for each agreement that ends within 30 days and has no later one (domain 5.7). Repeatable."""
    sweep_alone(session)
    ending = session.execute(_ending_agreements(today)).all()
    rows = [
        _row(
            _Patient(one.patient_id, one.area_code, one.agency_id),
            TaskKind.AGREEMENT_RENEWAL,
            f"agreement:{one.id}",
            one.to_on,
            [reason("tasks.renewal", number=one.number, ends_on=one.to_on)],
            now,
        )
        for one in ending
        if not one.has_task
    ]
    if rows:
        session.execute(insert(Task), rows)
        proof = {"digest": digest(canonical_json([row["period"] for row in rows]))}
        note(
            session,
            Actor.operator(),
            "tasks.renewals_opened",
            now=now,
            subject=("task", ""),
            count=len(rows),
            detail=proof,
        )
    return Counts(len(rows), len(ending) - len(rows))


@dataclass(frozen=True)
class _Patient:
    id: int
    area_code: str
    agency_id: int | None


def _ending_agreements(today: date) -> Select[*tuple[Any, ...]]:
    agreement, later = _agreements, _agreements.alias("later")
    followed = select(literal(1)).where(
        later.c.patient_id == agreement.c.patient_id,
        later.c.from_on > agreement.c.from_on,
        later.c.withdrawn_at.is_(None),
    )
    task = select(literal(1)).where(
        Task.kind == TaskKind.AGREEMENT_RENEWAL,
        Task.patient_id == agreement.c.patient_id,
        Task.period == literal("agreement:") + cast(agreement.c.id, String),
        Task.state != TaskState.CANCELLED,
    )
    first = today - timedelta(days=RENEWAL_DAYS_AFTER_END)
    last = today + timedelta(days=RENEWAL_DAYS_BEFORE_END)
    return (
        select(agreement, _patients.c.area_code, _patients.c.agency_id, task.exists().label("has_task"))
        .join_from(agreement, _patients, _patients.c.id == agreement.c.patient_id)
        .where(
            agreement.c.to_on.between(first, last),
            agreement.c.ended_on.is_(None),
            agreement.c.withdrawn_at.is_(None),
            _patients.c.registry_status == "registered",
            ~followed.exists(),
        )
        .order_by(agreement.c.to_on, agreement.c.id)
    )
