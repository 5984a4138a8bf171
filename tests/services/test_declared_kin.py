"""Nobody handles the money of relatives whom they have declared, and a declaration tells nobody who is in the register."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.core.db import Database
from app.core.errors import Conflict, Forbidden
from app.people.commands import DeclareKin
from app.people.models import DeclaredKin, Person
from app.people.queries_kin import list_unstated, own_kin
from app.people.rules import KinRelation
from app.people.service.kin import declare_kin, end_kin, state_kin
from app.people.vault import Vault
from app.subsidies.models import RunApproval
from app.subsidies.rules.transitions import RunStep
from app.subsidies.service import submit_run
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.offices import number_of
from tests.rig.quarter import House
from tests.rig.rosters import id_number

Client = Callable[[str], FlaskClient]


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(2))
    return house


def _declare(house: House, who: str, number: str) -> None:
    with house.database.transaction() as session:
        command = DeclareKin("谁家", number, KinRelation.SIBLING)
        declare_kin(session, Vault(session, house.keyring), house.actor(who), command, TODAY, NOW)


def test_a_declared_relative_s_run_is_for_a_colleague_until_somebody_else_finds_the_entry_wrong(house: House) -> None:
    house.prepare()
    for _again in range(2):
        _declare(house, "clerk", number_of(house, 1))
    with pytest.raises(Conflict) as refused, house.step() as (session, run):
        submit_run(session, house.actor("clerk"), run, NOW)
    assert refused.value.reason.code == "subsidies.own.run"
    with pytest.raises(DBAPIError) as stopped, house.step() as (session, run):
        session.add(
            RunApproval(
                run_id=run.id, step=RunStep.SUBMITTED, by=house.actor("clerk").user_id, hand="x", at=NOW, digest="0" * 64,
            )
        )  # fmt: skip
        session.flush()
    assert "guard_run_approvals_own" in str(stopped.value)
    with house.database.transaction() as session:
        [kin] = session.scalars(select(DeclaredKin)).all()
        public_id = kin.public_id
        with pytest.raises(Forbidden):
            end_kin(session, house.actor("clerk"), public_id, NOW)
        end_kin(session, house.actor("admin"), public_id, NOW)
    with pytest.raises(Conflict), house.database.transaction() as session:
        end_kin(session, house.actor("admin"), public_id, NOW)
    house.submit()


def test_a_declared_guardian_is_as_good_as_a_patient_and_a_stranger_changes_nothing(house: House) -> None:
    house.prepare()
    stranger = id_number("19900505", 77)
    with house.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Person)) or 0
    _declare(house, "clerk", stranger)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == before + 1
    house.submit()
    with house.database.reading() as session:
        payee = session.get_one(Person, house.line(0).payee_person_id)
        number = Vault(session, house.keyring).open(payee.id, "people.id_number", payee.id_number_sealed) or ""
    _declare(house, "reviewer", number)
    with pytest.raises(Conflict):
        house.approve()


def test_the_page_says_the_same_of_everybody_and_the_auditor_sees_who_has_said_nothing(
    house: House, client_as: Client
) -> None:
    clerk = client_as("clerk")
    known, unknown = number_of(house, 1), id_number("19900505", 79)
    said = []
    for number in (known, unknown):
        sent = {"name": "谁家", "id_number": number, "relation": "child"}
        answer = clerk.post("/account/relatives", data=sent, follow_redirects=True)
        said.append(answer.get_data(as_text=True).count("子女 · 谁*"))
    assert said == [1, 2]
    assert known not in answer.get_data(as_text=True)
    assert (
        clerk.post("/account/relatives", data={"name": "谁家", "id_number": "123", "relation": "child"}).status_code
        == 400
    )
    assert clerk.post("/account/relatives", data={"name": "谁家", "id_number": unknown}).status_code == 400
    with house.database.transaction() as session:
        assert "clerk" in list_unstated(session, house.actor("auditor"), TODAY.year)
        assert not own_kin(session, house.actor("clerk"), TODAY.year).is_stated
        for _again in range(2):
            state_kin(session, house.actor("clerk"), TODAY.year, NOW)
        assert "clerk" not in list_unstated(session, house.actor("auditor"), TODAY.year)
    assert "本年度已完成" in clerk.get("/account/relatives").get_data(as_text=True)
