"""Whether what a message says still holds, asked at the moment of sending.

Facts are read, not pushed: a kept visit closes its task, and the reminder finds that out by itself. Rooms above messages make
known what they own, where they are imported: `register("handover_form", still_waiting)`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date

from sqlalchemy import exists, func, or_, select, text
from sqlalchemy.orm import Session

from app.core.batches import slices
from app.guardians.models import Agreement
from app.messages.models import Message
from app.messages.rules.kinds import MessageState
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.tasks.models import Task, TaskState

# (session, ids of subjects, today) → the ids of those that still hold; set-based, a few statements
StillHolds = Callable[[Session, Collection[int], date], set[int]]
# (session, today) → agency → how many things are past their day
CountsLate = Callable[[Session, date], Mapping[int, int]]


def register(subject_kind: str, still_holds: StillHolds) -> None:
    """Say how subjects of a kind are asked about. ValueError when another room says otherwise."""
    if _KNOWN.setdefault(subject_kind, still_holds) is not still_holds:
        raise ValueError(f"two answers for messages about {subject_kind}")


def is_known(subject_kind: str) -> bool:
    return subject_kind in _KNOWN


def still_holding(session: Session, subject_kind: str, ids: Collection[int], today: date) -> set[int]:
    """Of the subjects, those about which it is still true."""
    found: set[int] = set()
    for part in slices(set(ids)):
        found |= _KNOWN[subject_kind](session, part, today)
    return found


def still_true(session: Session, messages: Collection[Message], today: date) -> Callable[[Message], bool]:
    """Asked once for many: whether what a message says still holds, the day that it names included."""
    asked: dict[str, set[int]] = defaultdict(set)
    for one in messages:
        asked[one.subject_kind].add(one.subject_id)
    holding = {kind: still_holding(session, kind, ids, today) for kind, ids in asked.items()}
    days = {kind: _DAYS[kind](session, ids) for kind, ids in asked.items() if kind in _DAYS}

    def is_true(one: Message) -> bool:
        day = days.get(one.subject_kind, {}).get(one.subject_id)
        has_moved = day is not None and one.parameters.get("day") not in (None, day.isoformat())
        return one.subject_id in holding[one.subject_kind] and not has_moved

    return is_true


def list_living(session: Session, patient_ids: Collection[int]) -> set[int]:
    """Of the patients, those who live and are on the register: about nobody else anything is said to a family."""
    found: set[int] = set()
    for part in slices(set(patient_ids)):
        living = (
            select(Patient.id)
            .join(Person, Person.id == Patient.person_id)
            .where(
                Patient.id.in_(part),
                Patient.registry_status == RegistryStatus.REGISTERED,
                Person.died_on.is_(None),
            )
        )
        found.update(session.scalars(living))
    return found


def _open_tasks(session: Session, ids: Collection[int], _today: date) -> set[int]:
    return set(session.scalars(select(Task.id).where(Task.id.in_(ids), Task.state == TaskState.OPEN)))


def _due_days(session: Session, ids: Collection[int]) -> dict[int, date]:
    """An open task moves in place: after a discharge, an incident, a vain attempt."""
    found: dict[int, date] = {}
    for part in slices(set(ids)):
        rows = session.execute(select(Task.id, Task.due_on).where(Task.id.in_(part)))
        found.update((task_id, due_on) for task_id, due_on in rows)
    return found


def _live_agreements(session: Session, ids: Collection[int], today: date) -> set[int]:
    """Neither ended nor followed by a later one."""
    later = Agreement.__table__.alias("later")
    followed = exists().where(
        later.c.patient_id == Agreement.patient_id,
        later.c.from_on > Agreement.from_on,
        later.c.withdrawn_at.is_(None),
    )
    live = select(Agreement.id).where(
        Agreement.id.in_(ids),
        Agreement.withdrawn_at.is_(None),
        Agreement.ended_on.is_(None),
        Agreement.to_on >= today,
        ~followed,
    )
    return set(session.scalars(live))


def late_work(session: Session, today: date) -> dict[int, int]:
    """agency → how many things it is late with, whatever room they are of."""
    found: Counter[int] = Counter()
    for count in _LATE:
        found.update(count(session, today))
    return dict(found)


def counts_late(count: CountsLate) -> CountsLate:
    """Let a room above say with what else agencies are late."""
    _LATE.append(count)
    return count


def _late_tasks(session: Session, today: date) -> dict[int, int]:
    late = (
        select(Task.agency_id, func.count(Task.id))
        .where(text("tasks.state = 'open'"), Task.due_on < today, Task.agency_id.is_not(None))
        .group_by(Task.agency_id)
    )
    return {agency: count for agency, count in session.execute(late) if agency is not None}


def _late_agencies(session: Session, ids: Collection[int], today: date) -> set[int]:
    return set(ids) & late_work(session, today).keys()


def _unattended_failures(session: Session, ids: Collection[int], _today: date) -> set[int]:
    """The colleague still has messages that did not arrive and were not seen to."""
    waiting = select(Message.answerable_id).where(
        Message.answerable_id.in_(ids),
        Message.seen_to_at.is_(None),
        or_(Message.state == MessageState.FAILED, Message.state == MessageState.UNKNOWN),
    )
    return {user_id for user_id in session.scalars(waiting.distinct()) if user_id is not None}


_KNOWN: dict[str, StillHolds] = {
    "task": _open_tasks,
    "agreement": _live_agreements,
    "late_tasks_of": _late_agencies,
    "failures_of": _unattended_failures,
}

_LATE: list[CountsLate] = [_late_tasks]

# kinds whose day may change while a message waits: subject → the day that it says now
_DAYS: dict[str, Callable[[Session, Collection[int]], dict[int, date]]] = {"task": _due_days}
