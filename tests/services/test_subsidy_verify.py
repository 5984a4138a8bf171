"""`flask subsidy verify` over a whole county: what was put right behind the product's back is named."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from app.core.db import Database
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.verify_county import verify_county
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import House
from tests.rig.unguarded import without_guards


@pytest.fixture
def paid(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.to_the_bank()
    house.settle()
    return house


def problems(house: House) -> list[str]:
    with house.database.reading() as session:
        return [one.code for one in verify_county(session, COUNTY)]


def test_an_honest_county_has_no_problem(paid: House) -> None:
    assert problems(paid) == []


def test_two_steps_by_one_hand_are_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_update")
        makers = session.scalar(text("SELECT min(hand) FROM run_approvals WHERE step = 'submitted'"))
        session.execute(text("UPDATE run_approvals SET hand = :hand WHERE step = 'approved'"), {"hand": makers})
    assert "subsidies.verify.same_hand" in problems(paid)


def test_a_step_that_is_missing_is_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_delete")
        session.execute(text("DELETE FROM run_approvals WHERE step = 'approved'"))
    assert "subsidies.verify.illegal_step" in problems(paid)


def test_a_quarter_paid_inside_a_half_year_is_named(paid: House) -> None:
    with paid.database.transaction() as session:
        without_guards(session, "guard_subsidy_lines_born", "guard_subsidy_lines_days_paid_insert")
        line = session.scalars(select(SubsidyLine).where(SubsidyLine.patient_id == paid.families[0].patient.id)).one()
        columns = {column.key: getattr(line, column.key) for column in SubsidyLine.__mapper__.column_attrs}
        session.execute(
            insert(SubsidyLine), [{**columns, "id": line.id + 1000, "public_id": "another-line", "period": "2026H2"}]
        )
    assert "subsidies.verify.paid_twice" in problems(paid)


def test_the_command_looks_at_every_run_and_says_what_is_wrong(paid: House) -> None:
    words = ("subsidy", "verify", "--county", COUNTY, "--as", "auditor", "--json")
    told = paid.app.test_cli_runner().invoke(args=words)
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"runs": 1, "lines": 3, "problems": []})
    with paid.database.transaction() as session:
        without_guards(session, "guard_run_approvals_no_delete")
        session.execute(text("DELETE FROM run_approvals WHERE step = 'approved'"))
    told = paid.app.test_cli_runner().invoke(args=words)
    assert told.exit_code == 1
    assert "签批顺序不合规定" in json.loads(told.stdout)["problems"][0]
    assert paid.app.test_cli_runner().invoke(args=[*words[:3], "349922000000", *words[4:]]).exit_code != 0
