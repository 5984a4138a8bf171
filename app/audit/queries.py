"""Reading what was noted. An auditor reads its own area, and what the machine's operator did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, column, func, or_, select, table
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent, AuditLink
from app.core.actor import Actor, Role
from app.core.clock import SHANGHAI
from app.core.paging import Page, decode_cursor, page_of
from app.core.scope import within

PAGE_SIZE = 50
LOOKED = "audit.looked"  # somebody had a person's page before them
# what puts a person before a police officer, whichever room sent it: together so many a day (roles.md)
BEFORE_POLICE = ("handover_form", "conference_decision", "clue")
MOST_POLICE = 10

# Accounts stand above this room; only their names are read, to say who acted.
_users = table("users", column("id"), column("display_name"), column("name"), column("area_code"))
# A patient's history is also the history of who the patient is; only the keys are read.
_patients = table("patients", column("public_id"), column("person_id"), column("area_code"))
_people = table("people", column("id"), column("public_id"))


@dataclass(frozen=True)
class EventFilter:
    # one kind of act, or several that read alike, with commas between
    action: str = ""
    from_on: date | None = None
    to_on: date | None = None
    # a person's, patient's, run's … public id
    subject_id: str = ""
    # what is typed to sign in
    user: str = ""


@dataclass(frozen=True)
class EventRow:
    event: AuditEvent
    who: str | None
    # None: waiting for the sealer
    sequence: int | None


def list_events(session: Session, actor: Actor, wanted: EventFilter, cursor: str | None = None) -> Page[EventRow]:
    """Events that the auditor may read, the newest first."""
    query = (
        select(AuditEvent, _users.c.display_name, AuditLink.sequence)
        .outerjoin(_users, _users.c.id == AuditEvent.actor_user_id)
        .outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(_readable(actor), *_conditions(session, actor, wanted))
        .order_by(AuditEvent.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        query = query.where(AuditEvent.id < after[0])
    rows = [EventRow(event, who, sequence) for event, who, sequence in session.execute(query)]
    return page_of(rows, PAGE_SIZE, lambda row: (row.event.id,))


def list_actions(session: Session) -> list[str]:
    """Every kind of act that was ever noted."""
    return list(session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action)))


def count_acts(session: Session, actor: Actor, actions: Iterable[str], since: datetime) -> int:
    """How often this user did any of `actions` since then: for daily budgets."""
    return (
        session.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(
                AuditEvent.actor_user_id == actor.user_id, AuditEvent.at >= since, AuditEvent.action.in_(list(actions))
            )
        )
        or 0
    )


def has_looked(session: Session, actor: Actor, subject: tuple[str, str], since: datetime) -> bool:
    """Whether this user's look at this subject is noted already."""
    looks = select(AuditEvent.id).where(
        AuditEvent.subject_kind == subject[0],
        AuditEvent.subject_id == subject[1],
        AuditEvent.actor_user_id == actor.user_id,
        AuditEvent.action == LOOKED,
        AuditEvent.at > since,
    )
    return session.scalar(looks.limit(1)) is not None


def list_looked_at(session: Session, actor: Actor, kind: str, since: datetime) -> set[str]:
    """The public ids of the things of one kind that this user has had before them since an instant."""
    looks = select(AuditEvent.subject_id).where(
        AuditEvent.actor_user_id == actor.user_id,
        AuditEvent.at >= since,
        AuditEvent.action == LOOKED,
        AuditEvent.subject_kind == kind,
    )
    return set(session.scalars(looks.distinct()))


def may_look(session: Session, actor: Actor, subject: tuple[str, str], today: date) -> bool:
    """False for an officer who has had ten persons before them today and asks for an eleventh."""
    if actor.role is not Role.POLICE:
        return True
    start = start_of_day(today)
    seen = {(kind, one) for kind in BEFORE_POLICE for one in list_looked_at(session, actor, kind, start)}
    return subject in seen or len(seen) < MOST_POLICE


def find_last_act(session: Session, actor: Actor, action: str, subject: tuple[str, str]) -> AuditEvent | None:
    """The newest event of one kind about one thing of the area, such as when a quarter's notices were last printed."""
    events = select(AuditEvent).where(
        AuditEvent.subject_kind == subject[0],
        AuditEvent.subject_id == subject[1],
        AuditEvent.action == action,
        within(AuditEvent.area_code, actor),
    )
    return session.scalar(events.order_by(AuditEvent.id.desc()).limit(1))


def find_newest(session: Session) -> datetime | None:
    """When the event that arrived last happened."""
    return session.scalar(select(AuditEvent.at).order_by(AuditEvent.id.desc()).limit(1))


def start_of_day(day: date) -> datetime:
    """The instant at which a business day begins in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Acts on what lies in the area; of what lies nowhere, the acts of the area's users and of nobody's account."""
    of_ours = or_(AuditEvent.actor_user_id.is_(None), within(_users.c.area_code, actor))
    return or_(
        and_(AuditEvent.area_code != "", within(AuditEvent.area_code, actor)),
        and_(AuditEvent.area_code == "", of_ours),
    )


def _ids_of(session: Session, actor: Actor, subject_id: str) -> list[str]:
    """The subject, and with a patient also the person that the patient is, and the other way round."""
    pairs = (
        select(_patients.c.public_id, _people.c.public_id)
        .join_from(_patients, _people, _people.c.id == _patients.c.person_id)
        .where(within(_patients.c.area_code, actor))
        .where(or_(_patients.c.public_id == subject_id, _people.c.public_id == subject_id))
    )
    return [subject_id, *(one for pair in session.execute(pairs) for one in pair)]


def _conditions(session: Session, actor: Actor, wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.action:
        found.append(AuditEvent.action.in_(wanted.action.split(",")))
    if wanted.from_on:
        found.append(AuditEvent.at >= start_of_day(wanted.from_on))
    if wanted.to_on:
        found.append(AuditEvent.at < start_of_day(wanted.to_on + timedelta(days=1)))
    if wanted.subject_id:
        found.append(AuditEvent.subject_id.in_(_ids_of(session, actor, wanted.subject_id)))
    if wanted.user:
        found.append(_users.c.name == wanted.user)
    return found
