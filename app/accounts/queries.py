"""Reading accounts. An administrator sees its area's accounts, a town those of its villages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import SavedView, User
from app.accounts.rules import tidy_name
from app.accounts.sessions import actor_of
from app.areas.models import Agency, Area
from app.areas.rules import code_of, path_to
from app.core.access import Action, may
from app.core.actor import Actor, Role
from app.core.batches import slices
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within

PAGE_SIZE = 50


@dataclass(frozen=True)
class UserRow:
    user: User
    area: str
    agency: str | None


def has_accounts(session: Session) -> bool:
    """False for a database that nobody has been let into yet."""
    return session.scalar(select(User.id).limit(1)) is not None


def find_by_name(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.name == name)).one_or_none()


def get_actor(session: Session, name: str | None) -> Actor:
    """The actor behind a command's `--as`; the machine's operator without one. Invalid for an unknown or disabled user."""
    if name is None:
        return Actor.operator()
    user = find_by_name(session, tidy_name(name))
    if user is None or user.is_disabled:
        raise Invalid({"as": [Reason("accounts.user.unknown", {"name": name})]})
    return actor_of(user)


def get_actor_by_id(session: Session, user_id: int | None) -> Actor:
    """The actor that long work was asked for by, as the account stands now; `Forbidden` once it is disabled."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.is_disabled:
        raise Forbidden()
    return actor_of(user)


def get_user_named(session: Session, actor: Actor, name: str) -> User:
    """An account that the actor keeps, by the name typed to sign in."""
    found = session.scalars(select(User).where(User.name == tidy_name(name), _kept_by(actor))).one_or_none()
    if found is None:
        raise Invalid({"name": [Reason("accounts.user.unknown", {"name": name})]})
    return found


def get_user(session: Session, actor: Actor, public_id: str) -> User:
    """An account that the actor keeps; NotFound for every other."""
    found = session.scalars(select(User).where(User.public_id == public_id, _kept_by(actor))).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_users(session: Session, actor: Actor, cursor: str | None = None) -> Page[UserRow]:
    """Accounts that the actor keeps, by name."""
    query = (
        select(User, Area.name, Agency.name)
        .join(Area, Area.code == User.area_code)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(_kept_by(actor))
        .order_by(User.name)
        .limit(PAGE_SIZE + 1)
    )
    after = decode_cursor(cursor, 1)
    if after:
        query = query.where(User.name > str(after[0]))
    rows = [UserRow(user, area, agency) for user, area, agency in session.execute(query)]
    return page_of(rows, PAGE_SIZE, lambda row: (row.user.name,))


def list_places(session: Session, actor: Actor) -> Sequence[Area]:
    """Areas in which the actor may place an account."""
    return session.scalars(select(Area).where(within(Area.code, actor)).order_by(Area.code)).all()


def list_agencies(session: Session, actor: Actor) -> Sequence[Agency]:
    return session.scalars(
        select(Agency).where(within(Agency.area_code, actor)).order_by(Agency.area_code, Agency.name)
    ).all()


def find_agency(session: Session, name: str, area_code: str) -> Agency | None:
    """The agency of that name whose area holds `area_code`; the nearest one when there are several."""
    found = session.scalars(select(Agency).where(Agency.name == name, Agency.area_code.in_(path_to(area_code))))
    return max(found, key=lambda agency: len(path_to(agency.area_code)), default=None)


def display_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """user id → the name that pages show."""
    names: dict[int, str] = {}
    for part in slices(set(ids)):
        names.update(dict(session.execute(select(User.id, User.display_name).where(User.id.in_(part))).all()))
    return names


def list_of_person(session: Session, person_id: int) -> Sequence[User]:
    """Enabled accounts of one human being, in any area: for duties that must lie apart."""
    return session.scalars(select(User).where(User.person_id == person_id, ~User.is_disabled)).all()


def list_views(session: Session, actor: Actor, page: str) -> Sequence[SavedView]:
    """The actor's own saved filters of a list, by name."""
    own = select(SavedView).where(SavedView.user_id == actor.user_id, SavedView.page == page)
    return session.scalars(own.order_by(SavedView.name)).all()


def _kept_by(actor: Actor) -> ColumnElement[bool]:
    """Administrators: their area. Towns: below their own area, and no account that keeps accounts itself."""
    if may(actor, Action.KEEP_ACCOUNTS):
        return within(User.area_code, actor)
    return and_(
        within(User.area_code, actor),
        User.area_code != code_of(actor.area_prefix),
        or_(User.role == Role.VILLAGE_DOCTOR, User.role == Role.VILLAGE_WORKER),
    )
