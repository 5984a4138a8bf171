"""Who answers for whom: responsible doctors, those who stand in for them, and what a hand-over would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import full_names
from app.areas.rules import prefix_of
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within, within_prefix
from app.patients.models import Patient, PatientSpan
from app.patients.rules import NOT_LIVE, RegistryStatus, SpanKind
from app.tasks.models import Task, TaskState

# Who may answer for a patient.
DOCTORS = (Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD)


@dataclass(frozen=True)
class Caseload:
    """Which patients: one, those of a place, those of a doctor; what is None asks nothing. `is_unassigned`: those of nobody."""

    patient_id: int | None = None
    place: str = ""  # prefix of a village or town
    doctor_id: int | None = None
    is_unassigned: bool = False

    @property
    def is_everything(self) -> bool:
        return self == Caseload()


@dataclass(frozen=True)
class Move:
    """What becomes of a caseload: `to` answers for it from a day on, or stands in from the first to the last day."""

    what: SpanKind
    to: User
    from_on: date
    last_on: date | None = None


@dataclass(frozen=True)
class Preview:
    """`patients` and their open `tasks` would move; `outside` lie beyond the doctor's own area; `villages` are (name, patients)."""

    patients: int
    tasks: int
    outside: int
    villages: Sequence[tuple[str, int]]


def list_doctors(session: Session, actor: Actor) -> Sequence[User]:
    """Enabled accounts of the actor's area that may answer for patients."""
    return session.scalars(
        select(User)
        .where(User.role.in_(DOCTORS), ~User.is_disabled, within(User.area_code, actor))
        .order_by(User.area_code, User.display_name, User.id)
    ).all()


def list_former_doctors(session: Session, actor: Actor) -> Sequence[User]:
    """Accounts whose patients may have to be handed over, disabled ones too."""
    answering = select(Patient.doctor_id).where(within(Patient.area_code, actor), *_live())
    return session.scalars(
        select(User).where(User.id.in_(answering)).order_by(User.area_code, User.display_name, User.id)
    ).all()


def get_doctor(session: Session, actor: Actor, public_id: str) -> User:
    """Raises `NotFound` for who may not answer for patients of the actor's area."""
    found = next((user for user in list_doctors(session, actor) if user.public_id == public_id), None)
    if found is None:
        raise NotFound()
    return found


def preview(session: Session, actor: Actor, which: Caseload, move: Move) -> Preview:
    moving = _moving(actor, which, move).subquery()
    rows = session.execute(select(moving.c.area_code, func.count()).group_by(moving.c.area_code)).all()
    open_tasks = (
        select(func.count())
        .select_from(Task)
        .where(Task.patient_id.in_(select(moving.c.id)), Task.state == TaskState.OPEN)
    )
    counts: Counter[str] = Counter(dict(rows))
    names = full_names(session, counts)
    own = prefix_of(move.to.area_code)
    return Preview(
        counts.total(),
        session.scalar(open_tasks) or 0,
        sum(count for code, count in counts.items() if not code.startswith(own)),
        [(names[code], counts[code]) for code in sorted(counts)],
    )


def latest_beginning(session: Session, actor: Actor, which: Caseload, move: Move) -> date | None:
    """The last day on which one of those who move got their present doctor."""
    moving = _moving(actor, which, move).subquery()
    return session.scalar(
        select(func.max(PatientSpan.from_on)).where(
            PatientSpan.patient_id.in_(select(moving.c.id)),
            PatientSpan.what == SpanKind.DOCTOR,
            PatientSpan.withdrawn_at.is_(None),
        )
    )


def lock_moving(session: Session, actor: Actor, which: Caseload, move: Move) -> Sequence[tuple[int, str]]:
    """(id, area code) of the patients that move, held until the transaction ends."""
    rows = session.execute(_moving(actor, which, move).order_by(Patient.id).with_for_update())
    return [(patient_id, area_code) for patient_id, area_code in rows]


def list_spans(
    session: Session, ids: Sequence[int], what: SpanKind, from_on: date, to_on: date | None
) -> Sequence[PatientSpan]:
    """Recorded spans of a caseload that hold a day of [from_on, to_on); for ids that a scoped query found."""
    spans = select(PatientSpan).where(
        PatientSpan.patient_id.in_(ids),
        PatientSpan.what == what,
        PatientSpan.withdrawn_at.is_(None),
        or_(PatientSpan.to_on.is_(None), PatientSpan.to_on > from_on),
    )
    return session.scalars(spans if to_on is None else spans.where(PatientSpan.from_on < to_on)).all()


def find_stand_in(session: Session, patient_id: int, today: date) -> tuple[str, date | None] | None:
    """Who stands in for the responsible doctor today, and the last day of it; it ends by its date, by nobody's hand."""
    row = session.execute(
        select(User.display_name, PatientSpan.to_on)
        .join(User, cast(User.id, String) == PatientSpan.value)
        .where(
            PatientSpan.patient_id == patient_id,
            PatientSpan.what == SpanKind.STAND_IN,
            PatientSpan.from_on <= today,
            or_(PatientSpan.to_on.is_(None), PatientSpan.to_on > today),
            PatientSpan.withdrawn_at.is_(None),
        )
    ).first()
    return None if row is None else (row[0], row[1] - timedelta(days=1) if row[1] else None)


def _moving(actor: Actor, which: Caseload, move: Move) -> Select[int, str]:
    """Living registrations of the caseload; who answers for somebody already is given nobody anew."""
    moving = select(Patient.id, Patient.area_code).where(within(Patient.area_code, actor), *_live())
    moving = moving.where(or_(Patient.doctor_id.is_(None), Patient.doctor_id != move.to.id))
    if which.patient_id is not None:
        moving = moving.where(Patient.id == which.patient_id)
    if which.place:
        moving = moving.where(within_prefix(Patient.area_code, which.place))
    if which.doctor_id is not None:
        moving = moving.where(Patient.doctor_id == which.doctor_id)
    if which.is_unassigned:
        moving = moving.where(Patient.doctor_id.is_(None))
    return moving


def _live() -> tuple[ColumnElement[bool], ...]:
    return (Patient.registry_status.not_in((*NOT_LIVE, RegistryStatus.DEAD)),)
