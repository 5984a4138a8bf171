"""Accounts that somebody must vouch for: a change is confirmed on the number known before, a shared one by a paper and two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.core.bank_account import AccountKind
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.people.commands import AccountDraft
from app.people.models import PayeeAccount, Person
from app.people.service import set_account, set_phone
from app.people.vault import Vault
from app.subsidies.commands import RecordCall, ShareAccount
from app.subsidies.models import AccountCall
from app.subsidies.papers.accounts import ranking_document, slip_document
from app.subsidies.queries.accounts import get_changed, list_changed
from app.subsidies.queries.sharing import rank_shared, staff_accounts
from app.subsidies.rules.bank import CallBack, SharingState
from app.subsidies.rules.decision import LineState
from app.subsidies.service import prepare_anew
from app.subsidies.service.vouching import (
    decide_sharing,
    end_sharing,
    propose_sharing,
    record_call,
    reveal_known_phone,
)
from reports.accounts import render_account_slip, render_shared_accounts_xlsx
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import card_number

KNOWN, BROUGHT_ALONG = "13812345678", "13987654321"


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Four families; the clerk has just changed the first payee's account."""
    house = House(app, database, county)
    house.settle_in(families(4))
    _set_phone(house, 0, KNOWN)
    _change(house, 0, card_number(9100))
    return house


def _set_phone(house: House, place: int, number: str) -> None:
    with house.database.transaction() as session:
        person = session.get_one(Person, house.families[place].payee.id)
        set_phone(session, Vault(session, house.keyring), person, number)


def _change(house: House, place: int, number: str, on: date = TODAY) -> None:
    with house.database.transaction() as session:
        person = session.get_one(Person, house.families[place].payee.id)
        draft = AccountDraft(AccountKind.SOCIAL_CARD, number, on, "农业银行")
        set_account(session, Vault(session, house.keyring), person, draft, house.actor("clerk"), NOW)


def _account(house: House, place: int) -> str:
    with house.database.reading() as session:
        query = select(PayeeAccount.public_id).where(
            PayeeAccount.person_id == house.families[place].payee.id, PayeeAccount.to_on.is_(None)
        )
        return session.scalars(query).one()


def _call(house: House, answer: CallBack, who: str = "reviewer", on: date = TODAY, key: str = "") -> None:
    command = RecordCall(key or new_public_id(), _account(house, 0), on, answer)
    with house.database.transaction() as session:
        record_call(session, house.actor(who), command, TODAY, NOW)


# -- a changed account -------------------------------------------------------------------------------------------------


def test_a_change_waits_for_a_call_and_a_confirmed_one_is_paid(house: House) -> None:
    house.prepare()
    assert "subsidies.hold.account_changed" in house.codes(0)
    _call(house, CallBack.UNREACHED)
    _prepare_anew(house)
    assert "subsidies.hold.account_changed" in house.codes(0)
    _call(house, CallBack.CONFIRMED)
    _call(house, CallBack.UNREACHED)  # takes nothing back
    _prepare_anew(house)
    line = house.line(0)
    assert line.decision is LineState.PAY
    assert line.snapshot["facts"]["call_back"] == "confirmed"
    assert house.problems() == []


def test_a_denied_change_is_held_also_when_the_days_are_over(house: House) -> None:
    _call(house, CallBack.DENIED)
    house.prepare(today=TODAY + timedelta(days=200))
    codes = house.codes(0)
    assert house.line(0).decision is LineState.HOLD
    assert "subsidies.hold.account_denied" in codes and "subsidies.flag.account_denied" in codes
    assert "subsidies.hold.account_changed" not in codes


def test_nobody_calls_about_their_own_change(house: House) -> None:
    with pytest.raises(Conflict, match="same_person"):
        _call(house, CallBack.CONFIRMED, "clerk")
    person = house.families[3].payee.id
    for name in ("clerk", "reviewer"):  # two accounts of one human being
        house.county.actors[name] = replace(house.actor(name), person_id=person)
    with house.database.transaction() as session:
        session.get_one(User, house.actor("clerk").user_id or 0).person_id = person
    with pytest.raises(Conflict, match="same_person"):
        _call(house, CallBack.CONFIRMED)
    with pytest.raises(Forbidden):
        _call(house, CallBack.CONFIRMED, "finance")


def test_a_call_is_after_the_change_not_in_the_future_and_written_once(house: House) -> None:
    for day, code in ((TODAY + timedelta(days=1), "in_future"), (TODAY - timedelta(days=1), "before_change")):
        with pytest.raises(Invalid) as refused:
            _call(house, CallBack.CONFIRMED, on=day)
        assert refused.value.errors["called_on"][0].code == f"subsidies.call.{code}"
    key = new_public_id()
    _call(house, CallBack.CONFIRMED, key=key)
    _call(house, CallBack.CONFIRMED, key=key)
    with house.database.reading() as session:
        assert len(session.scalars(select(AccountCall)).all()) == 1


def test_the_number_to_call_is_the_one_known_before_whoever_brings_another(house: House) -> None:
    _set_phone(house, 0, BROUGHT_ALONG)
    with house.database.transaction() as session:
        vault, reviewer = Vault(session, house.keyring), house.actor("reviewer")
        changed = get_changed(session, vault, reviewer, _account(house, 0))
        assert (changed.known_phone, changed.tail) == ("138****5678", card_number(9100)[-4:])
        why = "people.reveal.payment"
        assert reveal_known_phone(session, vault, reviewer, changed.public_id, why, TODAY, NOW) == KNOWN
    with house.database.reading() as session:
        assert session.scalar(select(AuditEvent.id).where(AuditEvent.action == "people.revealed")) is not None


def test_first_accounts_and_opening_data_wait_for_nobody(house: House) -> None:
    with house.database.reading() as session:
        rows = list_changed(session, Vault(session, house.keyring), house.actor("clerk"), TODAY, 30).rows
        assert [row.payee for row in rows] == [house.families[0].payee.name]
        with pytest.raises(NotFound):
            get_changed(session, Vault(session, house.keyring), house.actor("clerk"), _account(house, 1))


def _prepare_anew(house: House) -> None:
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)
    house.prepare()


# -- one account for several -------------------------------------------------------------------------------------------


@pytest.fixture
def shared(house: House) -> House:
    """The second and the third payee use one number, since long ago."""
    number = card_number(9200)
    for place in (1, 2):
        with house.database.transaction() as session:
            person = session.get_one(Person, house.families[place].payee.id)
            draft = AccountDraft(AccountKind.CARD, number, date(2026, 1, 1), "农业银行")
            changed = set_account(session, Vault(session, house.keyring), person, draft, house.actor("clerk"), NOW)
            changed.is_opening = True
    return house


def _propose(
    house: House, place: int, until: date = TODAY + timedelta(days=300), reference: str = "〔2026〕9号"
) -> str:
    command = ShareAccount(new_public_id(), _account(house, place), reference, until)
    with house.database.transaction() as session:
        return propose_sharing(session, house.actor("clerk"), command, TODAY, NOW).public_id


def test_a_shared_account_is_held_until_two_people_agree_on_a_paper(shared: House) -> None:
    shared.prepare()
    assert {"subsidies.hold.account_shared"} <= set(shared.codes(1)) & set(shared.codes(2))
    one = _propose(shared, 1)
    with shared.database.transaction() as session:
        decide_sharing(session, shared.actor("reviewer"), one, True, NOW)
    _prepare_anew(shared)
    assert shared.line(1).decision is LineState.PAY
    assert "subsidies.flag.account_shared" in shared.codes(1)
    assert shared.line(2).decision is LineState.HOLD  # the other payee has no paper
    assert shared.problems() == []


def test_what_is_refused_ended_or_over_holds_again(shared: House) -> None:
    one = _propose(shared, 1)
    with shared.database.transaction() as session:
        decide_sharing(session, shared.actor("reviewer"), one, False, NOW)
    two = _propose(shared, 1, until=TODAY + timedelta(days=1))
    with shared.database.transaction() as session:
        decide_sharing(session, shared.actor("reviewer"), two, True, NOW)
    shared.prepare(today=TODAY + timedelta(days=2))
    assert "subsidies.hold.account_shared" in shared.codes(1)
    with shared.database.transaction() as session:
        assert end_sharing(session, shared.actor("clerk"), two, NOW).state is SharingState.ENDED
    with pytest.raises(Conflict, match="decided"), shared.database.transaction() as session:
        decide_sharing(session, shared.actor("reviewer"), two, True, NOW)


def test_a_paper_is_needed_and_an_end_and_another_person(shared: House) -> None:
    with pytest.raises(Invalid) as refused:
        _propose(shared, 1, until=TODAY + timedelta(days=400), reference="6222021234567890123")
    assert set(refused.value.errors) == {"reference", "until_on"}
    with pytest.raises(Conflict, match="not_shared"):
        _propose(shared, 3)
    one = _propose(shared, 1)
    with pytest.raises(Conflict, match="stands"):
        _propose(shared, 1)
    clerk = shared.actor("clerk")
    with pytest.raises(Forbidden), shared.database.transaction() as session:
        decide_sharing(session, clerk, one, True, NOW)
    with shared.database.transaction() as session:
        same_hand = replace(shared.actor("reviewer"), user_id=clerk.user_id, person_id=clerk.person_id)
        with pytest.raises(Conflict, match="same_person"):
            decide_sharing(session, same_hand, one, True, NOW)


def test_the_ranking_counts_payees_and_marks_staff(shared: House) -> None:
    with shared.database.transaction() as session:
        session.get_one(User, shared.actor("finance").user_id or 0).person_id = shared.families[2].payee.id
    with shared.database.reading() as session:
        vault = Vault(session, shared.keyring)
        [number] = rank_shared(session, vault, shared.actor("auditor"))
        assert (number.users, number.is_staff, number.tail) == (2, True, card_number(9200)[-4:])
        assert {one.payee for one in number.sharers} == {shared.families[place].payee.name for place in (1, 2)}
        theirs = {account.person_id for account in staff_accounts(session, shared.actor("auditor"))}
        assert theirs == {shared.families[place].payee.id for place in (1, 2)}


# -- on paper ----------------------------------------------------------------------------------------------------------


def test_the_ranking_as_a_workbook_shows_the_last_four_only(shared: House) -> None:
    with shared.database.reading() as session:
        actor = shared.actor("reviewer")
        ranked = rank_shared(session, Vault(session, shared.keyring), actor)
        book = openpyxl.load_workbook(
            BytesIO(render_shared_accounts_xlsx(ranking_document(session, shared.keyring, actor, ranked, NOW)))
        )
    cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell is not None]
    assert card_number(9200)[-4:] in cells
    assert not any(card_number(9200) in cell for cell in cells)


def test_the_slip_goes_to_both_guardians_and_names_no_whole_number(house: House) -> None:
    with house.database.reading() as session:
        actor, vault = house.actor("clerk"), Vault(session, house.keyring)
        changed = get_changed(session, vault, actor, _account(house, 0))
        content = render_account_slip(slip_document(session, house.keyring, actor, changed, NOW))
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert text.count("领款账户变更告知单") == 2
    assert card_number(9100)[-4:] in text and card_number(9100) not in text
    assert not any(word in text for word in ("精神", "患者", "病"))
