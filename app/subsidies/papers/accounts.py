"""Papers about payees' accounts: the ranking of shared ones, the note that one was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import find_civil_affairs, office_of
from app.areas.rules import code_of
from app.audit.prints import Print
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring, digest
from app.core.i18n import N_
from app.subsidies.papers.marks import marked
from app.subsidies.queries.accounts import ChangedAccount, second_guardian_of
from app.subsidies.queries.runs import area_name
from app.subsidies.queries.sharing import SharedNumber
from app.subsidies.rules.bank import SHARING_LABELS
from reports.accounts import AccountSlip, SharedAccountsDocument, SharedRow

SHARED_ACCOUNTS, SLIP = "共用领款账户排行", "领款账户变更告知单"
_NOT_ASKED = N_("没有证明")


def print_of_ranking(actor: Actor, ranked: Sequence[SharedNumber], now: datetime) -> Print:
    """The fingerprint is over what the rows say."""
    county = code_of(actor.area_prefix[:6])
    said = digest("\n".join(str(row) for row in _rows(ranked)))
    return Print("subsidies.sharing_printed", ("area", county), county, said, actor.user_id, now)


def ranking_document(
    session: Session, keyring: Keyring, actor: Actor, ranked: Sequence[SharedNumber], now: datetime
) -> SharedAccountsDocument:
    return SharedAccountsDocument(
        county=area_name(session, code_of(actor.area_prefix[:6])),
        organisation=office_of(session, actor),
        rows=tuple(_rows(ranked)),
        provenance=marked(keyring, actor, print_of_ranking(actor, ranked, now)),
    )


def print_of_slip(actor: Actor, changed: ChangedAccount, now: datetime) -> Print:
    county = code_of(actor.area_prefix[:6])
    said = digest(f"{changed.public_id}:{changed.from_on}")
    subject = ("payee_account", changed.public_id)
    return Print("subsidies.account_slip_printed", subject, county, said, actor.user_id, now)


def slip_document(
    session: Session, keyring: Keyring, actor: Actor, changed: ChangedAccount, now: datetime
) -> AccountSlip:
    """In the county's civil affairs office's name, with its telephone: not the one that somebody brought along."""
    county = code_of(actor.area_prefix[:6])
    office = find_civil_affairs(session, county)
    return AccountSlip(
        office=f"{area_name(session, county)}民政局",
        phone=(office.phone if office else None) or "",
        payee=changed.payee,
        place=changed.place,
        second_guardian=second_guardian_of(session, actor, changed.id),
        before_tail=changed.before_tail,
        bank=changed.bank_name,
        tail=changed.tail,
        from_on=changed.from_on,
        issued_on=business_day(now),
        provenance=marked(keyring, actor, print_of_slip(actor, changed, now)),
    )


def _rows(ranked: Sequence[SharedNumber]) -> list[SharedRow]:
    return [
        SharedRow(
            rank=rank,
            tail=number.tail,
            users=number.users,
            is_staff=number.is_staff,
            payee=one.payee,
            place=one.place,
            bank=one.bank_name,
            since=one.since,
            agreed=SHARING_LABELS[one.sharing.state] if one.sharing else _NOT_ASKED,
            reference=one.sharing.reference if one.sharing else "",
            until=one.sharing.until_on if one.sharing else None,
        )
        for rank, number in enumerate(ranked, start=1)
        for one in number.sharers
    ]
