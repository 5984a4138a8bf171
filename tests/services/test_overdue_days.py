"""Whoever is on the list of overdue visits is told with the last visit, the day it was due and how late it is, in print as on the page."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

from app.numbers.paper_lists import LISTS, list_document
from app.numbers.queries.overdue import Late, late_visits_of
from app.numbers.queries.runs import list_members
from app.numbers.rules.indicators import OVERDUE
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, StandardRules
from app.numbers.service.computing import compute
from tests.conftest import NOW
from tests.rig.counted import Case, add_case, seen, visits
from tests.rig.county import COUNTY, County
from tests.rig.papers import words_on

LAST_DAY = date(2025, 12, 31)


def test_everybody_on_the_list_of_overdue_visits_has_a_day_and_a_number_of_days(
    app: Flask, session: Session, county: County
) -> None:
    wanted = {
        "孙玉珍": (Case(visits("2025-01-08 2025-07-08")), Late(date(2025, 10, 8), 84, date(2025, 7, 8))),
        "钱有福": (Case([seen("2025-12-10", visit_class=1)]), Late(date(2025, 12, 24), 7, date(2025, 12, 10))),
        "周长河": (Case(management="managed@2025-11-01"), Late(date(2025, 11, 15), 46, None)),
        "吴小满": (
            Case(visits("2025-03-08"), care="home@2024-03-01 inpatient@2025-05-01 home@2025-10-01"),
            Late(date(2025, 10, 15), 77, date(2025, 3, 8)),
        ),
        # came once more, and was to come again before the year ended: whether the town confirms it or not
        "郑有田": (
            Case([*visits("2025-01-08 2025-04-08"), seen("2025-07-08", needs_confirmation=True)]),
            Late(date(2025, 10, 8), 84, date(2025, 7, 8)),
        ),
    }
    ids = {name: add_case(session, name, case).id for name, (case, _late) in wanted.items()}
    add_case(session, "按期", Case(visits("2025-10-08")))
    add_case(session, "待确认", Case([*visits("2025-07-08"), seen("2025-10-08", needs_confirmation=True)]))
    add_case(session, "住院", Case(visits("2025-03-08"), care="home@2024-03-01 inpatient@2025-05-01"))
    session.flush()
    doctor = county.actor("doctor")
    settings = NumberSettings(standard=StandardRules(grace_days=7))  # whether a visit is overdue knows no grace
    run = compute(session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2025Y"), settings, LAST_DAY, NOW)
    members = list_members(session, doctor, run, COUNTY, OVERDUE)
    late = late_visits_of(session, run, members)
    assert {one.subject_id for one in members} == set(ids.values())
    assert {name: late.get(patient) for name, patient in ids.items()} == {name: row[1] for name, row in wanted.items()}

    document = list_document(session, app.extensions["anhu.keyring"], doctor, run, COUNTY, OVERDUE, NOW)
    rows = {row[0]: row[3:6] for row in document.rows}
    assert [row[5] for row in document.rows] == [84, 84, 77, 46, 7], (
        "whoever is late longest stands first, as on the page"
    )
    assert rows["孙玉珍"] == ("2025-07-08", "2025-10-08", 84)
    assert rows["周长河"] == ("尚无随访", "2025-11-15", 46)
    assert "应随访日" in words_on(LISTS["pdf"](document)) and "2025-10-0884" in words_on(LISTS["pdf"](document))
