"""Declared relatives: one's own, those of an administrator's area, and who has said nothing this year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.scope import within
from app.people.models import DeclaredKin, KinStatement

# whoever signs, decides or pays
ASKED = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.TOWN, Role.COUNTY_OFFICE, Role.POLICE)
MOST = 200


@dataclass(frozen=True)
class OwnKin:
    """What the actor has declared, and whether this year's statement is made."""

    declared: Sequence[DeclaredKin]
    is_stated: bool
    is_asked: bool


def own_kin(session: Session, actor: Actor, year: int) -> OwnKin:
    rows = session.scalars(
        select(DeclaredKin)
        .where(DeclaredKin.user_id == actor.user_id, DeclaredKin.ended_at.is_(None))
        .order_by(DeclaredKin.id)
    ).all()
    stated = select(KinStatement.year).where(KinStatement.user_id == actor.user_id, KinStatement.year == year)
    return OwnKin(rows, session.scalar(stated) is not None, actor.role in ASKED)


def own_people(session: Session, actor: Actor) -> set[int]:
    """The actor as a person, and the relatives that they have declared."""
    declared = select(DeclaredKin.person_id).where(DeclaredKin.user_id == actor.user_id, DeclaredKin.ended_at.is_(None))
    own = {actor.person_id} if actor.person_id is not None else set()
    return own | set(session.scalars(declared))


def list_kin(session: Session, actor: Actor) -> list[tuple[DeclaredKin, str]]:
    """Standing declarations of the administrator's area with the account's name."""
    require(actor, Action.KEEP_ACCOUNTS)
    rows = session.execute(
        select(DeclaredKin, User.display_name)
        .join(User, User.id == DeclaredKin.user_id)
        .where(within(User.area_code, actor), DeclaredKin.ended_at.is_(None))
        .order_by(DeclaredKin.id.desc())
        .limit(MOST)
    )
    return [(kin, name) for kin, name in rows]


def list_unstated(session: Session, actor: Actor, year: int) -> list[str]:
    """Accounts with a hand in the money that have not said this year whose relatives they are: for the auditor."""
    require(actor, Action.SEE_FLAGS)
    stated = select(KinStatement.user_id).where(KinStatement.year == year)
    rows = select(User.display_name).where(
        within(User.area_code, actor), User.role.in_(ASKED), ~User.is_disabled, User.id.not_in(stated)
    )
    return list(session.scalars(rows.order_by(User.id).limit(MOST)))
