"""A scheduler that dies while it makes the pay file: whoever takes over makes the same one, and there is one."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import select

from app.core.db import Database
from app.core.models import WorkItem, WorkState
from app.core.work import CLAIM_LAPSES_AFTER
from app.subsidies.models import PayFile
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.exporting import ask_for_export
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.faults.killed import dies
from tests.rig.clock import StoppedClock
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House

EVERY = 1 if "ANHU_SOAK" in os.environ else 19  # moments between two deaths


def test_a_scheduler_killed_at_any_moment_of_an_export_is_taken_over_and_the_file_is_made_once(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.prepare()
    house.submit()
    house.approve()
    house.work()  # the ledger of the approval
    with house.step() as (session, run):
        item = ask_for_export(session, house.actor("finance"), run, None, TODAY, NOW)
    deaths, at = 0, NOW
    database.engine.dispose()  # no connection of the parent is carried into a child
    while dies(1 + deaths * EVERY, partial(do_next, SchedulerHouse.of(app, StoppedClock(at=at)))):
        deaths, at = deaths + 1, at + CLAIM_LAPSES_AFTER + timedelta(seconds=1)
    assert deaths > 5
    with database.reading() as session:
        assert session.get_one(WorkItem, item.id).state is WorkState.DONE
        assert session.scalars(select(PayFile)).one().count == 3
    assert house.run().state is RunState.EXPORTED
    assert house.county_problems() == []
