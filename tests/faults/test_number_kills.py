"""A process that dies while a county is counted, submitted or drawn: nothing of it, or all of it, and whoever takes over ends it."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.audit.models import PrintedPaper
from app.core.db import Database
from app.core.models import WorkItem, WorkState
from app.core.work import CLAIM_LAPSES_AFTER
from app.numbers.commands import SubmitReport
from app.numbers.models import IndicatorMember, IndicatorRun, ReportPaper, ReportSubmission
from app.numbers.service.asking import ask_for_numbers
from app.numbers.service.reporting import ask_for_report
from app.numbers.service.submitting import submit_report
from scheduler.house import House
from scheduler.work import do_next
from tests.faults.killed import dies
from tests.rig.clock import NOW, StoppedClock
from tests.rig.county import COUNTY, County
from tests.services.test_appraisal import QUARTER, people

EVERY = 1 if "ANHU_SOAK" in os.environ else 29  # moments between two deaths


def test_a_process_killed_at_any_moment_of_counting_submitting_and_drawing_leaves_nothing_half_done(
    app: Flask, database: Database, county: County
) -> None:
    coordinator = county.actor("coordinator")
    with database.transaction() as session:
        people(session, county)
        ask_for_numbers(session, coordinator, COUNTY, QUARTER, NOW)
    assert _work_until_done(app, database) > 1
    newest = select(IndicatorRun.public_id).order_by(IndicatorRun.id.desc()).limit(1)
    members = select(func.count()).select_from(IndicatorMember).group_by(IndicatorMember.run_id)
    with database.reading() as session:
        assert set(session.scalars(members)) == {5}, "a count that stands is whole"
        run = session.scalars(newest).one()

    def submit() -> None:
        with database.transaction() as session:
            submit_report(session, coordinator, SubmitReport(run), NOW)

    database.engine.dispose()
    for moment in count(1, EVERY):
        if not dies(moment, submit):
            break
        made = [_count(database, model) for model in (ReportSubmission, WorkItem)]
        assert made in ([0, 1], [1, 2]), "the report and the work that draws it, or neither"
        assert _count(database, IndicatorRun, IndicatorRun.is_frozen) == made[0]
    assert _count(database, ReportSubmission) == 1

    with database.transaction() as session:
        ask_for_report(session, coordinator, COUNTY, QUARTER, NOW, below=True)
    assert _work_until_done(app, database) > 2
    assert _count(database, ReportPaper) == 3
    assert _count(database, PrintedPaper, PrintedPaper.subject_id == run, PrintedPaper.area_code == COUNTY) == 1


def _work_until_done(app: Flask, database: Database) -> int:
    """Schedulers one after the other, each of which dies a little later than the one before; how many died."""
    deaths, at = 0, NOW
    for moment in count(1, EVERY):
        at += CLAIM_LAPSES_AFTER + timedelta(seconds=1)
        database.engine.dispose()
        deaths += dies(moment, partial(do_next, House.of(app, StoppedClock(at=at))))
        if _count(database, WorkItem, WorkItem.state == WorkState.DONE) == _count(database, WorkItem):
            return deaths
    raise AssertionError


def _count(database: Database, model: Any, *which: Any) -> int:
    with database.reading() as session:
        found = session.scalar(select(func.count()).select_from(model).where(*which)) or 0
    database.engine.dispose()
    return found
