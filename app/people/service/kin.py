"""Relatives whom members of staff declare, so that nobody signs for the money of their own family (domain 5.6).

A declaration is by number and says nothing back: whether somebody of that number is in the register is not the declarer's to learn.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_missing
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind, mask_name
from app.core.reasons import reason
from app.core.scope import within
from app.people.commands import DeclareKin, PersonDraft
from app.people.models import DeclaredKin, KinStatement
from app.people.queries import find_by_id_number
from app.people.service.storing import create_person
from app.people.vault import Vault


def declare_kin(session: Session, vault: Vault, actor: Actor, command: DeclareKin, today: date, now: datetime) -> None:
    """Once for a number, however often it is sent; raises `Invalid` by field."""
    user_id = _own_account(actor)
    draft, _warnings = PersonDraft(command.name, id_kind=IdKind.RESIDENT_CARD, id_number=command.id_number).checked(
        today
    )
    person = find_by_id_number(session, vault.keyring, command.id_number) or create_person(session, vault, draft, now)
    if person.id == actor.person_id:
        raise Invalid({"id_number": [reason("people.kin.oneself")]})
    row = {
        "public_id": new_public_id(), "user_id": user_id, "person_id": person.id, "relation": command.relation,
        "label": mask_name(draft.name), "declared_at": now,
    }  # fmt: skip
    insert_missing(session, DeclaredKin, [row])
    note(session, actor, "people.kin_declared", now=now, detail={"relation": command.relation.value})


def state_kin(session: Session, actor: Actor, year: int, now: datetime) -> None:
    """ "All are declared" for this year, or that there are none."""
    row = {"user_id": _own_account(actor), "year": year, "stated_at": now}
    insert_missing(session, KinStatement, [row])
    note(session, actor, "people.kin_stated", now=now, detail={"year": year})


def end_kin(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """What was declared by mistake counts no more, by somebody else's hand. Raises `NotFound`, `Conflict`."""
    require(actor, Action.KEEP_ACCOUNTS)
    found = session.execute(
        select(DeclaredKin, User)
        .join(User, User.id == DeclaredKin.user_id)
        .where(DeclaredKin.public_id == public_id, within(User.area_code, actor))
        .with_for_update(of=DeclaredKin)
    ).one_or_none()
    if found is None:
        raise NotFound
    kin, user = found
    if kin.ended_at is not None:
        raise Conflict(reason("people.kin.ended"))
    if kin.user_id == actor.user_id or (user.person_id is not None and user.person_id == actor.person_id):
        raise Conflict(reason("people.kin.own"))
    kin.ended_at, kin.ended_by = now, actor.user_id
    session.flush()
    note(session, actor, "people.kin_ended", now=now, subject=("user", user.public_id), area_code=user.area_code)


def _own_account(actor: Actor) -> int:
    require(actor, Action.USE_OWN_ACCOUNT)
    if actor.user_id is None:
        raise Forbidden()
    return actor.user_id
