"""Nobody has a hand in their own family's money: not in its line, its account, its entry on a list, nor in a run that pays it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import User
from app.core.bank_account import AccountKind
from app.core.db import Database, new_public_id
from app.core.errors import Conflict
from app.core.reasons import reason
from app.guardians.models import Guardianship
from app.people.commands import AccountDraft
from app.people.models import Person
from app.people.service import set_account
from app.people.vault import Vault
from app.subsidies.commands import ShareAccount
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.own import is_own_person
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import Chain
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.holding import hold_line
from app.subsidies.service.joint import mark_line, sign_for_office
from app.subsidies.service.vouching import propose_sharing
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.offices import TOWN, open_offices
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import card_number
from tests.services.test_check_lists import decide as decide_entry
from tests.services.test_check_lists import load, patient, told

PERFORMED = Grounds(HoldGround.DUTY_PERFORMED)


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.county.actors["second clerk"] = replace(house.actor("clerk"), user_id=house.county.users["town"])
    return house


def is_person(house: House, who: str, person_id: int) -> None:
    """The account belongs to this person of the register."""
    house.county.actors[who] = replace(house.actor(who), person_id=person_id)
    with house.database.transaction() as session:
        session.execute(update(User).where(User.id == house.actor(who).user_id).values(person_id=person_id))


def second_of(house: House, place: int) -> int:
    """Somebody new who helps the payee to guard."""
    with house.database.transaction() as session:
        first = session.scalars(
            select(Guardianship).where(Guardianship.patient_id == house.families[place].patient.id)
        ).first()
        assert first is not None
        person = Person(name="助护", name_sort="zhuhu", created_at=NOW)
        session.add(person)
        session.flush()
        values = {
            column.key: getattr(first, column.key)
            for column in Guardianship.__table__.columns
            if column.key not in ("id", "public_id", "person_id", "rank")
        }
        session.add(Guardianship(**values, person_id=person.id, rank="second"))
        return person.id


def hold(house: House, place: int) -> None:
    with house.step() as (session, run):
        line = session.get_one(SubsidyLine, house.line(place).id)
        hold_line(
            session, house.actor("clerk"), line, HoldSource.OBJECTION, "one", reason("subsidies.hold.incident"), NOW
        )
        assert run.state is RunState.DRAFT


@pytest.mark.parametrize("who", ["payee", "patient", "second"])
def test_nobody_decides_their_own_familys_line(house: House, who: str) -> None:
    family = house.families[0]
    person = second_of(house, 0) if who == "second" else family.payee.id if who == "payee" else family.person.id
    house.prepare()
    hold(house, 0)
    hold(house, 1)
    is_person(house, "clerk", person)
    for is_paid, ground in ((True, HoldGround.DUTY_PERFORMED), (False, HoldGround.DUTY_NOT_PERFORMED)):
        with pytest.raises(Conflict, match=r"own\.line"):
            house.decide(0, is_paid, grounds=Grounds(ground))
    house.decide(1, True, grounds=PERFORMED)
    house.decide(0, True, who="second clerk", grounds=PERFORMED)
    assert house.line(0).decision is LineState.PAY


def test_a_guardian_who_is_none_any_more_may_act(house: House) -> None:
    person = second_of(house, 0)
    with house.database.transaction() as session:
        session.execute(update(Guardianship).where(Guardianship.person_id == person).values(to_on=TODAY))
    house.prepare()
    hold(house, 0)
    is_person(house, "clerk", person)
    house.decide(0, True, grounds=PERFORMED)


@pytest.mark.parametrize("who", ["clerk", "reviewer", "finance"])
def test_a_run_that_pays_ones_own_family_is_taken_on_by_a_colleague(house: House, who: str) -> None:
    house.prepare()
    is_person(house, who, house.families[2].payee.id)
    steps = {"clerk": house.submit, "reviewer": house.approve, "finance": house.export}
    for name, step in steps.items():
        if name == who:
            with pytest.raises(Conflict, match=r"own\.run"):
                step()
            break
        step()


def test_a_run_whose_own_line_is_not_paid_may_be_signed(house: House) -> None:
    house.prepare()
    hold(house, 2)
    is_person(house, "reviewer", house.families[2].payee.id)
    house.submit()
    house.approve()
    assert house.run().state is RunState.APPROVED


def test_nobody_calls_or_vouches_for_their_own_account(house: House) -> None:
    with house.database.transaction() as session:
        person = session.get_one(Person, house.families[0].payee.id)
        draft = AccountDraft(AccountKind.SOCIAL_CARD, card_number(987), TODAY - timedelta(days=5), "农业银行")
        account = set_account(session, Vault(session, house.keyring), person, draft, house.actor("second clerk"), NOW)
        session.flush()
        shared = account.public_id
    is_person(house, "reviewer", house.families[0].payee.id)
    is_person(house, "clerk", house.families[0].person.id)
    with pytest.raises(Conflict, match=r"own\.line"):
        house.call_back(0)
    command = ShareAccount(new_public_id(), shared, "〔2026〕9号", TODAY + timedelta(days=200))
    with house.database.transaction() as session, pytest.raises(Conflict, match=r"own\.line"):
        propose_sharing(session, house.actor("clerk"), command, TODAY, NOW)


def test_nobody_says_of_their_own_family_that_a_list_means_somebody_else(house: House) -> None:
    load(house, [told(house, patient(house, 0), "2026-08-15")])
    is_person(house, "county_office", house.families[0].payee.id)
    with pytest.raises(Conflict, match=r"own\.line"):
        decide_entry(house, is_same=False)


def test_an_office_neither_signs_for_nor_marks_its_signers_own_family(
    app: Flask, database: Database, county: County
) -> None:
    house = open_offices(House(app, database, county))
    house.settle_in(families(2), chain=Chain.JOINT)
    house.prepare()
    house.submit()
    is_person(house, TOWN, house.families[0].payee.id)
    with house.step() as (session, run), pytest.raises(Conflict, match=r"own\.run"):
        sign_for_office(session, house.actor(TOWN), run, NOW)
    with house.step() as (session, run), pytest.raises(Conflict, match=r"own\.line"):
        mark_line(session, house.actor(TOWN), run, house.line(0).public_id, NOW)


def test_two_people_are_one_family_by_a_patient_of_today(house: House) -> None:
    second, other = second_of(house, 0), house.families[1]
    actor = replace(house.actor("clerk"), person_id=second)
    with house.database.reading() as session:
        own = [
            is_own_person(session, actor, one)
            for one in (second, house.families[0].payee.id, house.families[0].person.id)
        ]
        assert own == [True, True, True]
        assert not is_own_person(session, actor, other.payee.id)
        assert not is_own_person(session, house.actor("finance"), other.payee.id)
