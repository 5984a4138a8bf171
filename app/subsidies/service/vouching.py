"""Vouching for accounts: calling back after a change, and two people agreeing that several payees use one account."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.rules import code_of
from app.audit.service import note
from app.core.access import Action, Field, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.people.models import PayeeAccount, Person, Phone
from app.people.service import reveal
from app.people.vault import Vault
from app.subsidies.commands import RecordCall, ShareAccount
from app.subsidies.models import AccountCall, SharedAccount
from app.subsidies.queries.accounts import get_changed_account
from app.subsidies.queries.sharing import get_shared_account, get_sharing, is_shared, standing_sharing
from app.subsidies.rules.bank import LONGEST_SHARING_DAYS, SharingState
from app.subsidies.rules.grounds import check_reference, tidy_reference
from app.subsidies.service.own import refuse_own_person, refuse_same_hand

_GUARDS = {"guard_shared_accounts_state_move": "subsidies.sharing.decided"}
_STANDING = ("uq_shared_accounts_standing", "shared_accounts.account_id")


def record_call(session: Session, actor: Actor, command: RecordCall, today: date, now: datetime) -> AccountCall:
    """Write down what was said; a form that arrives twice is one call. Raises `Conflict` for the hand that changed the account."""
    require(actor, Action.CALL_PAYEES)
    account = get_changed_account(session, actor, command.account_public_id)
    standing = session.scalar(select(AccountCall).where(AccountCall.submission_key == command.submission_key))
    if standing is not None:
        return standing
    refuse_same_hand(session, actor, account.recorded_by, "subsidies.call.same_person")
    refuse_own_person(session, actor, account.person_id)
    if command.called_on > today:
        raise Invalid({"called_on": [reason("subsidies.call.in_future")]})
    if command.called_on < account.from_on:
        raise Invalid({"called_on": [reason("subsidies.call.before_change", from_on=account.from_on)]})
    call = AccountCall(
        submission_key=command.submission_key,
        account_id=account.id,
        called_on=command.called_on,
        answer=command.answer,
        recorded_at=now,
        recorded_by=actor.user_id,
        hand=actor.hand,
    )
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:  # the same form, sent twice at one moment
        return session.scalars(select(AccountCall).where(AccountCall.submission_key == command.submission_key)).one()
    _note(session, actor, "subsidies.account_called", account, now, answer=command.answer.value)
    return call


def reveal_known_phone(
    session: Session, vault: Vault, actor: Actor, account_public_id: str, reason_code: str, today: date, now: datetime
) -> str:
    """The number known before the change, noted as every look behind a mask. NotFound where none was known."""
    require(actor, Action.CALL_PAYEES)
    account = get_changed_account(session, actor, account_public_id)
    phone = session.get(Phone, account.known_phone_id) if account.known_phone_id else None
    if phone is None:
        raise NotFound()
    person = session.get_one(Person, account.person_id)
    return reveal(session, vault, actor, Field.GUARDIAN_PHONE, person, reason_code, now, today=today, phone=phone)


def propose_sharing(session: Session, actor: Actor, command: ShareAccount, today: date, now: datetime) -> SharedAccount:
    """The clerk's word, by the number of a paper; nothing is paid on it before another person agrees."""
    require(actor, Action.PREPARE_SUBSIDY)
    account = get_shared_account(session, actor, command.account_public_id)
    sent = session.scalar(select(SharedAccount).where(SharedAccount.submission_key == command.submission_key))
    if sent is not None:
        return sent
    refuse_own_person(session, actor, account.person_id)
    reference = tidy_reference(command.reference)
    wrong = _wrong(reference, command.until_on, today)
    if wrong:
        raise Invalid(wrong)
    if not is_shared(session, account):
        raise Conflict(reason("subsidies.sharing.not_shared"))
    if standing_sharing(session, account.id) is not None:
        raise Conflict(reason("subsidies.sharing.stands"))
    sharing = SharedAccount(
        submission_key=command.submission_key,
        account_id=account.id,
        number_index=account.number_index,
        county_code=code_of(actor.area_prefix[:6]),
        reference=reference,
        until_on=command.until_on,
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    session.add(sharing)
    with said_by(session, dict.fromkeys(_STANDING, "subsidies.sharing.stands")):
        session.flush()
    _note(session, actor, "subsidies.sharing_proposed", account, now, reference=reference)
    return sharing


def decide_sharing(session: Session, actor: Actor, public_id: str, is_approved: bool, now: datetime) -> SharedAccount:
    """The second person's word."""
    require(actor, Action.APPROVE_SUBSIDY)
    sharing = get_sharing(session, actor, public_id, lock=True)
    if sharing.state is not SharingState.PROPOSED:
        raise Conflict(reason("subsidies.sharing.decided"))
    refuse_same_hand(session, actor, sharing.proposed_by, "subsidies.sharing.same_person")
    refuse_own_person(session, actor, session.get_one(PayeeAccount, sharing.account_id).person_id)
    return _move(session, actor, sharing, SharingState.APPROVED if is_approved else SharingState.REFUSED, now)


def end_sharing(session: Session, actor: Actor, public_id: str, now: datetime) -> SharedAccount:
    """It holds no more: the clerk takes a proposal back, or the reason for sharing has gone."""
    require(actor, Action.CALL_PAYEES)
    sharing = get_sharing(session, actor, public_id, lock=True)
    if sharing.state not in (SharingState.PROPOSED, SharingState.APPROVED):
        raise Conflict(reason("subsidies.sharing.decided"))
    refuse_own_person(session, actor, session.get_one(PayeeAccount, sharing.account_id).person_id)
    return _move(session, actor, sharing, SharingState.ENDED, now)


def _move(session: Session, actor: Actor, sharing: SharedAccount, state: SharingState, now: datetime) -> SharedAccount:
    sharing.state = state
    if state is not SharingState.ENDED:
        sharing.decided_at, sharing.decided_by = now, actor.user_id
    with said_by(session, _GUARDS):
        session.flush()
    account = session.get_one(PayeeAccount, sharing.account_id)
    _note(session, actor, f"subsidies.sharing_{state}", account, now, reference=sharing.reference)
    return sharing


def _wrong(reference: str, until_on: date, today: date) -> dict[str, list[Reason]]:
    wrong: dict[str, list[Reason]] = {}
    if not reference:
        wrong["reference"] = [reason("subsidies.sharing.reference")]
    elif shape := check_reference(reference):
        wrong["reference"] = list(shape)
    if not today < until_on <= today + timedelta(days=LONGEST_SHARING_DAYS):
        wrong["until_on"] = [reason("subsidies.sharing.until")]
    return wrong


def _note(session: Session, actor: Actor, act: str, account: PayeeAccount, now: datetime, **detail: str) -> None:
    area = code_of(actor.area_prefix[:6])
    note(session, actor, act, now=now, subject=("payee_account", account.public_id), area_code=area, detail=detail)
