"""Home checks: one line in twenty, drawn once from what was frozen, by a number that anybody can use to draw the same again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit.models import PrintedPaper
from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.people.vault import Vault
from app.subsidies.models import HomeCheck, SubsidyLine
from app.subsidies.papers.home_checks import home_checks_document
from app.subsidies.queries.home_checks import list_home_checks
from app.subsidies.queries.watch.flags import FlagFilter, all_flags, named
from app.subsidies.rules.sampling import draw, sample_size
from app.subsidies.rules.watch import Pattern
from app.subsidies.service import prepare_anew
from app.subsidies.service.printing import HOME_CHECKS_PDF, note_print, start_print
from app.subsidies.service.sampling import draw_home_checks, record_home_check
from app.subsidies.service.watching import watch_run
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.honest import change_account
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House, held


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(45))
    house.prepare()
    return house


def watch(house: House) -> None:
    watch_run(house.database.reading, house.database.transaction, Actor.operator(), house.run(), TODAY, NOW)


def test_the_draw_follows_from_list_and_number_alone() -> None:
    lines = [f"{number:064d}" for number in range(200)]
    assert draw("a", "0102030405", lines) == draw("a", "0102030405", reversed(lines))
    assert len(draw("a", "0102030405", lines)) == 10
    assert draw("a", "0102030405", lines) != draw("a", "0102030406", lines) != draw("b", "0102030406", lines)
    assert [sample_size(count) for count in (0, 1, 20, 21, 4300)] == [0, 1, 1, 2, 215]


def test_a_list_that_may_still_change_is_not_drawn_from(house: House) -> None:
    with pytest.raises(Conflict), house.step() as (session, run):
        draw_home_checks(session, house.actor("reviewer"), run, "01 02 03", NOW)


def test_a_frozen_list_is_drawn_from_once_and_anybody_draws_the_same_again(house: House) -> None:
    house.submit()
    with house.step() as (session, run):
        assert draw_home_checks(session, house.actor("reviewer"), run, "01 02 03", NOW) == 3
    with pytest.raises(Conflict), house.step() as (session, run):
        draw_home_checks(session, house.actor("reviewer"), run, "04 05 06", NOW)
    with house.database.reading() as session:
        lines = session.scalars(select(SubsidyLine.digest)).all()
        drawn = session.scalars(select(HomeCheck.line_digest).order_by(HomeCheck.id)).all()
    assert drawn == draw(house.run().digest or "", "010203", lines)


@pytest.mark.parametrize("number", ["", "drawn by me", "１２３"])
def test_what_is_no_number_is_refused(house: House, number: str) -> None:
    house.submit()
    with pytest.raises(Invalid), house.step() as (session, run):
        draw_home_checks(session, house.actor("reviewer"), run, number, NOW)


def test_whoever_made_the_list_does_not_draw_from_it(house: House) -> None:
    house.submit()
    with pytest.raises(Forbidden), house.step() as (session, run):
        draw_home_checks(session, house.actor("clerk"), run, "010203", NOW)


def test_what_the_town_reports_is_written_down_once(house: House) -> None:
    house.submit()
    reviewer = house.actor("reviewer")
    with house.step() as (session, run):
        draw_home_checks(session, reviewer, run, "010203", NOW)
        first = list_home_checks(session, reviewer, run).present[0].public_id
    with pytest.raises(Invalid), house.step() as (session, _run):
        record_home_check(session, reviewer, first, True, date(2026, 12, 1), TODAY, NOW)
    with house.step() as (session, _run):
        record_home_check(session, reviewer, first, False, TODAY, TODAY, NOW)
    with pytest.raises(Conflict), house.step() as (session, _run):
        record_home_check(session, reviewer, first, True, TODAY, TODAY, NOW)
    with house.database.reading() as session:
        clerk, run = house.actor("clerk"), house.run()
        assert [one.is_met for one in list_home_checks(session, reviewer, run).present].count(False) == 1
        sheet = home_checks_document(session, house.keyring, clerk, run, NOW)
        assert (sheet.number, [one.is_met for one in sheet.lines].count(False), len(sheet.lines)) == ("010203", 1, 3)
        draw_paper = start_print(session, Vault(session, house.keyring), clerk, run, HOME_CHECKS_PDF, TODAY, NOW)
    with house.step() as (session, run):
        note_print(session, house.keyring, clerk, run, HOME_CHECKS_PDF, draw_paper(None), NOW)
        [printed] = session.scalars(select(PrintedPaper))
        assert (printed.kind, printed.serial) == ("subsidies.home_checks_printed", sheet.provenance.serial)


def test_a_family_that_nobody_met_is_flagged_with_a_name(house: House) -> None:
    house.submit()
    reviewer = house.actor("reviewer")
    with house.step() as (session, run):
        draw_home_checks(session, reviewer, run, "010203", NOW)
        first = list_home_checks(session, reviewer, run).present[0]
        record_home_check(session, reviewer, first.public_id, False, TODAY, TODAY, NOW)
        watch_run(held(session), held(session), Actor.operator(), run, TODAY, NOW)
        [flag] = named(session, house.actor("auditor"), line=first.line or "")
    assert (flag.pattern, flag.who) == (Pattern.GHOST_PATIENT, "county_office")


def test_what_was_drawn_outlives_a_run_that_is_drawn_up_anew(house: House) -> None:
    """A reopening is no way to another draw: whom the first one named is still visited, and what was found there stands."""
    house.submit()
    reviewer = house.actor("reviewer")
    with house.step() as (session, run):
        draw_home_checks(session, reviewer, run, "010203", NOW)
        drawn = list_home_checks(session, reviewer, run).present
        record_home_check(session, reviewer, drawn[0].public_id, False, TODAY, TODAY, NOW)
    house.approve()
    house.reopen()
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=40), 901)
    with house.step() as (session, run):
        prepare_anew(session, house.actor("clerk"), run, TODAY, NOW)
    house.prepare()
    house.submit()
    with house.step() as (session, run):
        found = list_home_checks(session, reviewer, run)
        assert found.present == () and {one.public_id for one in found.earlier} == {one.public_id for one in drawn}
        draw_home_checks(session, reviewer, run, "040506", NOW)
        record_home_check(session, reviewer, drawn[1].public_id, True, TODAY, TODAY, NOW)
        watch_run(held(session), held(session), Actor.operator(), run, TODAY, NOW)
        flags = all_flags(session, house.actor("auditor"), FlagFilter(pattern=Pattern.GHOST_PATIENT))
        assert [one.agreement for one in flags] == [drawn[0].agreement_number]


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM home_checks", "UPDATE home_checks SET number = '9'", "UPDATE home_checks SET is_met = NOT is_met"],
)
def test_the_database_keeps_what_was_drawn_and_found(house: House, change: str) -> None:
    house.submit()
    reviewer = house.actor("reviewer")
    with house.step() as (session, run):
        draw_home_checks(session, reviewer, run, "010203", NOW)
        for one in list_home_checks(session, reviewer, run).present:
            record_home_check(session, reviewer, one.public_id, False, TODAY, TODAY, NOW)
    with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
        session.execute(text(change))
