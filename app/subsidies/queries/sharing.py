"""Accounts that several payees use, ranked by how many; by their last four only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.people.models import PayeeAccount, Person
from app.people.vault import Vault
from app.subsidies.models import SharedAccount
from app.subsidies.queries.accounts import guards, places_of, tail_of
from app.subsidies.rules.bank import SharingState

MOST_RANKED = 200
_STANDING = (SharingState.PROPOSED, SharingState.APPROVED)
_Other = aliased(PayeeAccount)


@dataclass(frozen=True)
class Sharer:
    """One payee of an account that several use, and what two people have agreed about it."""

    account_public_id: str
    payee: str
    place: str
    bank_name: str
    since: date
    sharing: SharedAccount | None


@dataclass(frozen=True)
class SharedNumber:
    """One account number with everybody who is paid there. `users` counts also whom the reader's area does not show."""

    tail: str
    users: int
    is_staff: bool
    sharers: tuple[Sharer, ...]


def rank_shared(session: Session, vault: Vault, actor: Actor) -> list[SharedNumber]:
    """Numbers in use by more than one payee, the most used first."""
    users = func.count(PayeeAccount.person_id.distinct())
    counted = session.execute(
        select(PayeeAccount.number_index, users)
        .where(PayeeAccount.to_on.is_(None))
        .group_by(PayeeAccount.number_index)
        .having(users > 1, PayeeAccount.number_index.in_(_seen_numbers(actor)))
        .order_by(users.desc(), func.min(PayeeAccount.id))
        .limit(MOST_RANKED)
    ).all()
    numbers = [row[0] for row in counted]
    sharers = _sharers(session, vault, actor, numbers)
    staff = set(session.scalars(_staff_numbers().where(PayeeAccount.number_index.in_(numbers))))
    return [
        SharedNumber(sharers[number][0][0], count, number in staff, tuple(one for _, one in sharers[number]))
        for number, count in counted
        if sharers[number]
    ]


def staff_accounts(session: Session, actor: Actor) -> Sequence[PayeeAccount]:
    """Payees' accounts in the actor's area whose number is also a staff member's, or whose payee is one."""
    is_theirs = PayeeAccount.number_index.in_(_staff_numbers())
    query = select(PayeeAccount).where(PayeeAccount.to_on.is_(None), is_theirs, guards(actor)).order_by(PayeeAccount.id)
    return session.scalars(query).all()


def get_sharing(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> SharedAccount:
    """One proposal of the actor's county; raises NotFound."""
    query = select(SharedAccount).where(SharedAccount.public_id == public_id, within(SharedAccount.county_code, actor))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound()
    return found


def get_shared_account(session: Session, actor: Actor, public_id: str) -> PayeeAccount:
    """An account in use by a payee of the actor's area; raises NotFound."""
    query = select(PayeeAccount).where(PayeeAccount.public_id == public_id, PayeeAccount.to_on.is_(None), guards(actor))
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def standing_sharing(session: Session, account_id: int) -> SharedAccount | None:
    query = select(SharedAccount).where(SharedAccount.account_id == account_id, SharedAccount.state.in_(_STANDING))
    return session.scalar(query)


def is_shared(session: Session, account: PayeeAccount) -> bool:
    """Whether another payee uses the same number now."""
    query = select(_Other.id).where(
        _Other.number_index == account.number_index, _Other.person_id != account.person_id, _Other.to_on.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def _seen_numbers(actor: Actor) -> Select[bytes]:
    return select(PayeeAccount.number_index).where(PayeeAccount.to_on.is_(None), guards(actor))


def _staff_numbers() -> Select[bytes]:
    return select(PayeeAccount.number_index).join(User, User.person_id == PayeeAccount.person_id)


def _sharers(
    session: Session, vault: Vault, actor: Actor, numbers: Sequence[bytes]
) -> defaultdict[bytes, list[tuple[str, Sharer]]]:
    rows = session.execute(
        select(PayeeAccount, Person.name, SharedAccount)
        .join(Person, Person.id == PayeeAccount.person_id)
        .join(
            SharedAccount,
            (SharedAccount.account_id == PayeeAccount.id) & SharedAccount.state.in_(_STANDING),
            isouter=True,
        )
        .where(PayeeAccount.number_index.in_(numbers), PayeeAccount.to_on.is_(None), guards(actor))
        .order_by(PayeeAccount.from_on, PayeeAccount.id)
    ).all()
    people = sorted({row[0].person_id for row in rows})
    vault.warm(people)
    places = places_of(session, actor, people)
    found: defaultdict[bytes, list[tuple[str, Sharer]]] = defaultdict(list)
    for account, name, sharing in rows:
        one = Sharer(
            account.public_id, name, places.get(account.person_id, ""), account.bank_name, account.from_on, sharing
        )
        found[account.number_index].append((tail_of(vault, actor, account), one))
    return found
