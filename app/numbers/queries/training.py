"""The training register of a year: sessions, who took part, and who has had none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within
from app.numbers.models import TrainingAttendee, TrainingSession

# who is to be trained each year: everybody who meets patients or answers for them
TRAINED = (
    Role.DOCTOR, Role.VILLAGE_DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE, Role.COORDINATOR, Role.TOWN,
    Role.VILLAGE_WORKER, Role.POLICE, Role.CLERK, Role.HOSPITAL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionRow:
    training: TrainingSession
    organiser: str
    attended: int


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody on the staff and what they attended in the year, wherever it was held."""

    user: User
    unit: str
    sessions: int
    half_hours: int


@dataclass(frozen=True, slots=True)
class Participant:
    name: str
    unit: str
    has_account: bool


def list_trainings(session: Session, actor: Actor, year: int) -> list[SessionRow]:
    """Sessions of the actor's area, the newest first; withdrawn ones are not counted and not listed."""
    attended = (
        select(func.count())
        .where(TrainingAttendee.session_id == TrainingSession.id)
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    rows = (
        select(TrainingSession, Agency.name, attended)
        .join(Agency, Agency.id == TrainingSession.agency_id)
        .where(
            within(TrainingSession.area_code, actor),
            TrainingSession.withdrawn_at.is_(None),
            TrainingSession.held_on >= date(year, 1, 1),
            TrainingSession.held_on <= date(year, 12, 31),
        )
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )
    return [SessionRow(*row) for row in session.execute(rows)]


def list_staff(session: Session, actor: Actor, year: int) -> list[StaffRow]:
    """Everybody of the actor's area who is to be trained, by unit; with no sessions for whoever has had none this year."""
    counted = (
        select(
            TrainingAttendee.user_id,
            func.count().label("sessions"),
            func.sum(TrainingSession.half_hours).label("half_hours"),
        )
        .join(
            TrainingSession,
            and_(
                TrainingSession.id == TrainingAttendee.session_id,
                TrainingSession.withdrawn_at.is_(None),
                TrainingSession.held_on >= date(year, 1, 1),
                TrainingSession.held_on <= date(year, 12, 31),
            ),
        )
        .group_by(TrainingAttendee.user_id)
        .subquery()
    )
    rows = (
        select(
            User,
            func.coalesce(Agency.name, ""),
            func.coalesce(counted.c.sessions, 0),
            func.coalesce(counted.c.half_hours, 0),
        )
        .outerjoin(Agency, Agency.id == User.agency_id)
        .outerjoin(counted, counted.c.user_id == User.id)
        .where(within(User.area_code, actor), User.role.in_(TRAINED), User.is_disabled.is_(False))
        .order_by(Agency.area_code, Agency.id, User.display_name, User.id)
    )
    return [StaffRow(*row) for row in session.execute(rows)]


def get_training(session: Session, actor: Actor, public_id: str) -> TrainingSession:
    found = session.scalar(
        select(TrainingSession).where(TrainingSession.public_id == public_id, within(TrainingSession.area_code, actor))
    )
    if found is None:
        raise NotFound()
    return found


def find_training_by_key(session: Session, actor: Actor, key: str) -> TrainingSession | None:
    return session.scalar(
        select(TrainingSession).where(
            TrainingSession.submission_key == key, TrainingSession.recorded_by == actor.user_id
        )
    )


def list_participants(session: Session, training: TrainingSession) -> list[Participant]:
    """Of a session that was handed out: names are those of staff, in the order in which they were entered."""
    rows = session.execute(
        select(
            func.coalesce(User.display_name, TrainingAttendee.name),
            func.coalesce(Agency.name, TrainingAttendee.unit, ""),
            TrainingAttendee.user_id,
        )
        .outerjoin(User, User.id == TrainingAttendee.user_id)
        .outerjoin(Agency, Agency.id == TrainingAttendee.agency_id)
        .where(TrainingAttendee.session_id == training.id)
        .order_by(TrainingAttendee.id)
    )
    return [Participant(name, unit, user_id is not None) for name, unit, user_id in rows]
