"""Payees' accounts that somebody must vouch for: changed lately, or used by several; by their last four only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Area
from app.audit.queries import start_of_day
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_phone
from app.core.paging import Page, decode_cursor, page_of
from app.core.scope import within
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.people.models import PayeeAccount, Person, Phone
from app.people.vault import Vault
from app.subsidies.models import AccountCall, SharedAccount
from app.subsidies.rules.bank import CallBack, SharingState

_Earlier = aliased(PayeeAccount)


@dataclass(frozen=True)
class ChangedAccount:
    """An account that replaced another, with the last answer on the number known before."""

    id: int
    public_id: str
    payee: str
    payee_public_id: str
    place: str
    bank_name: str
    tail: str
    before_tail: str
    from_on: date
    changed_by: str
    answer: CallBack | None
    known_phone: str | None


@dataclass(frozen=True)
class Call:
    called_on: date
    answer: CallBack
    by: str
    at: datetime


# -- what lines are decided from ---------------------------------------------------------------------------------------


def call_backs(session: Session, payees: Sequence[int]) -> dict[int, CallBack]:
    """account → the last answer; a call that reached nobody takes nothing back."""
    rows = session.execute(
        select(AccountCall.account_id, AccountCall.answer)
        .join(PayeeAccount, PayeeAccount.id == AccountCall.account_id)
        .where(PayeeAccount.person_id.in_(payees))
        .order_by(AccountCall.id)
    )
    found: dict[int, CallBack] = {}
    for account_id, answer in rows:
        if answer is not CallBack.UNREACHED or account_id not in found:
            found[account_id] = answer
    return found


def agreed_sharing(session: Session, payees: Sequence[int], as_of: date) -> set[int]:
    """Accounts that two people have agreed may be used by several, on that day."""
    rows = session.scalars(
        select(SharedAccount.account_id)
        .join(PayeeAccount, PayeeAccount.id == SharedAccount.account_id)
        .where(
            PayeeAccount.person_id.in_(payees),
            SharedAccount.state == SharingState.APPROVED,
            SharedAccount.until_on >= as_of,
        )
    )
    return set(rows)


# -- changed lately ----------------------------------------------------------------------------------------------------


def list_changed(
    session: Session, vault: Vault, actor: Actor, today: date, days: int, *, cursor: str | None = None, size: int = 50
) -> Page[ChangedAccount]:
    """Accounts changed within so many days, and those whose change was denied, the newest first."""
    since = today - timedelta(days=days)
    denied = exists().where(AccountCall.account_id == PayeeAccount.id, AccountCall.answer == CallBack.DENIED)
    query = select(PayeeAccount).where(
        _is_change(actor),
        or_(PayeeAccount.from_on > since, PayeeAccount.recorded_at >= start_of_day(since + timedelta(days=1)), denied),
    )
    after = decode_cursor(cursor, 1)
    if after and isinstance(after[0], int):
        query = query.where(PayeeAccount.id < after[0])
    accounts = session.scalars(query.order_by(PayeeAccount.id.desc()).limit(size + 1)).all()
    return page_of(_changed(session, vault, actor, accounts), size, lambda row: (row.id,))


def get_changed(session: Session, vault: Vault, actor: Actor, public_id: str) -> ChangedAccount:
    """One changed account of the actor's area; raises NotFound."""
    return _changed(session, vault, actor, [get_changed_account(session, actor, public_id)])[0]


def get_changed_account(session: Session, actor: Actor, public_id: str) -> PayeeAccount:
    """The account itself; raises NotFound for one that replaced none."""
    return _one(session.scalar(select(PayeeAccount).where(_is_change(actor), PayeeAccount.public_id == public_id)))


def second_guardian_of(session: Session, actor: Actor, account_id: int) -> str:
    """Who helps the payee of an account to guard; empty where nobody does."""
    first, second = aliased(Guardianship), aliased(Guardianship)
    query = (
        select(Person.name)
        .join(second, second.person_id == Person.id)
        .join(first, first.patient_id == second.patient_id)
        .join(Patient, Patient.id == first.patient_id)
        .join(PayeeAccount, PayeeAccount.person_id == first.person_id)
        .where(
            PayeeAccount.id == account_id,
            first.rank == Rank.FIRST,
            second.rank == Rank.SECOND,
            first.to_on.is_(None),
            second.to_on.is_(None),
            within(Patient.area_code, actor),
        )
        .order_by(second.id.desc())
        .limit(1)
    )
    return session.scalar(query) or ""


def list_calls(session: Session, account_id: int) -> list[Call]:
    rows = session.execute(
        select(AccountCall, User.display_name)
        .join(User, User.id == AccountCall.recorded_by)
        .where(AccountCall.account_id == account_id)
        .order_by(AccountCall.id.desc())
    )
    return [Call(call.called_on, call.answer, by, call.recorded_at) for call, by in rows]


def _one(account: PayeeAccount | None) -> PayeeAccount:
    if account is None:
        raise NotFound()
    return account


def _is_change(actor: Actor) -> ColumnElement[bool]:
    replaced = exists().where(_Earlier.person_id == PayeeAccount.person_id, _Earlier.id < PayeeAccount.id)
    return PayeeAccount.to_on.is_(None) & ~PayeeAccount.is_opening & replaced & guards(actor)


def guards(actor: Actor) -> ColumnElement[bool]:
    """The payee guards a patient of the actor's area."""
    return exists().where(
        Guardianship.person_id == PayeeAccount.person_id,
        Guardianship.withdrawn_at.is_(None),
        Patient.id == Guardianship.patient_id,
        within(Patient.area_code, actor),
    )


def _changed(session: Session, vault: Vault, actor: Actor, accounts: Sequence[PayeeAccount]) -> list[ChangedAccount]:
    people = sorted({account.person_id for account in accounts})
    names = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(people)))}
    places = places_of(session, actor, people)
    answers = call_backs(session, people)
    wrote = select(User.id, User.display_name).where(User.id.in_({one.recorded_by or 0 for one in accounts}))
    authors = {row[0]: row[1] for row in session.execute(wrote)}
    vault.warm(people)
    before = _replaced(session, people)
    phones = _known_phones(session, vault, actor, accounts)
    return [
        ChangedAccount(
            id=account.id,
            public_id=account.public_id,
            payee=names[account.person_id].name,
            payee_public_id=names[account.person_id].public_id,
            place=places.get(account.person_id, ""),
            bank_name=account.bank_name,
            tail=tail_of(vault, actor, account),
            before_tail=_last_before(vault, actor, before[account.person_id], account),
            from_on=account.from_on,
            changed_by=authors.get(account.recorded_by or 0, "—"),
            answer=answers.get(account.id),
            known_phone=phones.get(account.known_phone_id or 0),
        )
        for account in accounts
    ]


def tail_of(vault: Vault, actor: Actor, account: PayeeAccount) -> str:
    """The last four of an account's number; empty for roles that see none of it."""
    if sees(actor, Field.PAYEE_ACCOUNT) is not Grant.LAST_FOUR:
        return ""
    return (vault.open(account.person_id, "payee_accounts.number", account.number_sealed) or "")[-4:]


def places_of(session: Session, actor: Actor, people: Sequence[int]) -> dict[int, str]:
    """person → the village of a patient whom they guard within the actor's area."""
    rows = session.execute(
        select(Guardianship.person_id, func.min(Area.name))
        .join(Patient, Patient.id == Guardianship.patient_id)
        .join(Area, Area.code == Patient.area_code)
        .where(
            Guardianship.person_id.in_(people), Guardianship.withdrawn_at.is_(None), within(Patient.area_code, actor)
        )
        .group_by(Guardianship.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _replaced(session: Session, people: Sequence[int]) -> defaultdict[int, list[PayeeAccount]]:
    found: defaultdict[int, list[PayeeAccount]] = defaultdict(list)
    query = select(PayeeAccount).where(PayeeAccount.person_id.in_(people)).order_by(PayeeAccount.id)
    for account in session.scalars(query):
        found[account.person_id].append(account)
    return found


def _last_before(vault: Vault, actor: Actor, accounts: Sequence[PayeeAccount], account: PayeeAccount) -> str:
    earlier = [one for one in accounts if one.id < account.id]
    return tail_of(vault, actor, earlier[-1]) if earlier else ""


def _known_phones(session: Session, vault: Vault, actor: Actor, accounts: Sequence[PayeeAccount]) -> dict[int, str]:
    """phone id → the number, masked, for roles that may ask to see it whole."""
    if sees(actor, Field.GUARDIAN_PHONE) is not Grant.MASKED:
        return {}
    wanted = {account.known_phone_id for account in accounts if account.known_phone_id is not None}
    phones = session.scalars(select(Phone).where(Phone.id.in_(wanted)))
    return {one.id: mask_phone(vault.open(one.person_id, "phones.number", one.number_sealed) or "") for one in phones}
