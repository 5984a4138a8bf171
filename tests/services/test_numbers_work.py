"""Counting a county in the background: asked for by a page, done every night, and by command."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import PrintedPaper
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import WorkItem, WorkState
from app.numbers.cli import numbers
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, PeriodMode
from app.numbers.service.asking import ask_for_numbers
from app.numbers.service.computing import compute
from app.numbers.service.forgetting import READ_FOR, forget_a_run
from app.numbers.service.nightly import periods_of_night
from scheduler.house import House
from scheduler.jobs import compute_numbers
from scheduler.work import do_next
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, TOWN, County

QUARTER = ReportPeriod.parse("2026Q4")


def test_a_page_asks_and_the_scheduler_counts_once_whoever_asks(app: Flask, database: Database, county: County) -> None:
    with database.transaction() as session:
        item = ask_for_numbers(session, county.actor("coordinator"), COUNTY, QUARTER, NOW)
        assert ask_for_numbers(session, county.actor("coordinator"), COUNTY, QUARTER, NOW).id == item.id
        with pytest.raises(Conflict):
            ask_for_numbers(session, county.actor("health_lead"), COUNTY, QUARTER, NOW)
        assert ask_for_numbers(session, county.actor("health_lead"), COUNTY, ReportPeriod.parse("2026Y"), NOW)
        with pytest.raises(Forbidden):
            ask_for_numbers(session, county.actor("clerk"), COUNTY, QUARTER, NOW)
        for place in (TOWN, "110101000000"):
            with pytest.raises(NotFound):
                ask_for_numbers(session, county.actor("coordinator"), place, QUARTER, NOW)
        with pytest.raises(Invalid):
            ask_for_numbers(session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2027Q1"), NOW)
    house = House.of(app)
    assert do_next(house) and do_next(house) and not do_next(house)
    with database.reading() as session:
        items = session.scalars(select(WorkItem).order_by(WorkItem.id)).all()
        assert [one.state for one in items] == [WorkState.DONE] * 2
        run = session.scalars(select(IndicatorRun).where(IndicatorRun.period == "2026Q4")).one()
        assert items[0].result == {"run": run.public_id, "county": COUNTY, "period": "2026Q4"}
        assert run.cut_off == TODAY and run.computed_by == county.actor("coordinator").user_id


@pytest.mark.parametrize(
    ("today", "written"),
    [
        ("2026-11-21", "2026M11 2026Q4 2026Y"),
        ("2026-11-15", "2026M11 2026Q4 2026Y 2026M10"),
        ("2027-01-15", "2027M01 2027Q1 2027Y 2026M12 2026Q4 2026Y"),
        ("2027-01-16", "2027M01 2027Q1 2027Y"),
    ],
)
def test_what_has_just_ended_is_counted_for_fifteen_days_more(today: str, written: str) -> None:
    assert [str(one) for one in periods_of_night(date.fromisoformat(today))] == written.split()


@pytest.mark.parametrize("written", ["2026M09", "2026Q3", "2026Y", "2026-09-17"])
def test_every_period_is_counted_from_the_first_of_january_unless_the_county_counts_it_alone(written: str) -> None:
    period = ReportPeriod.parse(written)
    assert period.counted_from(PeriodMode.CUMULATIVE) == date(2026, 1, 1)
    assert period.counted_from(PeriodMode.ALONE) == period.first_day


@pytest.mark.usefixtures("scene")
def test_the_night_counts_every_county_and_a_trend_and_what_later_nights_replaced_is_forgotten(
    app: Flask, database: Database
) -> None:
    told: list[tuple[int, int]] = []
    # two counties; six quarters of the trend were never counted before, one was submitted
    for night, expected in ((0, 2 * 9), (1, 2 * 3), (3, 2 * 3)):
        now = NOW + timedelta(days=night)
        made = compute_numbers(database, TODAY, now, lambda done, total: told.append((done, total)))
        assert made.made == expected
    assert told[0] == (0, 18)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IndicatorRun)) == 18 + 2 * 2 * 3
        assert session.scalar(select(IndicatorMember.run_id).limit(1)) is not None
        later = NOW + timedelta(days=1)
        begun = session.scalars(select(IndicatorRun.computed_at).where(IndicatorRun.computed_at > later)).all()
        assert len(set(begun)) == len(begun) == 2 * 2 * 3, "each count says when it began itself"
    runner = app.test_cli_runner()
    shown = runner.invoke(numbers, ["show", "--county", COUNTY, "--period", "2026Q4", "--towns", "--json"])
    made_by_command = runner.invoke(numbers, ["compute", "--county", COUNTY, "--period", "2026Q4", "--json"])
    places, counts = json.loads(shown.stdout)["places"], json.loads(made_by_command.stdout)["counts"]
    assert places[COUNTY]["management"]["denominator"] == counts["registered"] > 0
    assert places[TOWN]["management"]["denominator"] <= counts["registered"]
    for arguments in (["show", "--period", "2020Q1"], ["compute", "--period", "2027Q1"]):
        refused = runner.invoke(numbers, [arguments[0], "--county", COUNTY, *arguments[1:]])
        assert refused.exit_code == 1 and len(refused.stderr.strip().splitlines()) == 1


def test_a_count_of_a_single_day_is_forgotten_unless_it_was_printed_or_submitted(
    session: Session, county: County
) -> None:
    def count(period: str, now: datetime) -> IndicatorRun:
        wanted = ReportPeriod.parse(period)
        return compute(session, county.actor("coordinator"), COUNTY, wanted, NumberSettings(), TODAY, now)

    looked_at, printed, submitted = (count(f"2026-11-0{day}", NOW) for day in (1, 2, 3))
    month, replaced = count("2026M10", NOW), count("2026M11", NOW)
    count("2026M11", NOW + timedelta(hours=1))
    submitted.is_frozen = True
    session.add(
        PrintedPaper(
            serial="2026-0000001", kind="numbers.report_printed", subject_kind="indicator_run", subject_id=printed.public_id,
            area_code=COUNTY, fingerprint="0" * 64, code="0", printed_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    gone = [looked_at.id, replaced.id]
    # whoever read a count that has just been replaced reads it to the end, however old it is
    while forget_a_run(session, NOW + READ_FOR):
        pass
    assert session.get(IndicatorRun, replaced.id)
    while forget_a_run(session, NOW + timedelta(hours=1) + READ_FOR):
        pass
    left = set(session.scalars(select(IndicatorRun.id)))
    assert {printed.id, submitted.id, month.id} < left and not left & set(gone)
    assert not session.scalar(select(func.count()).select_from(IndicatorValue).where(IndicatorValue.run_id.in_(gone)))
