"""The alert board: what the database counts and pages is what the rules say, patient by patient, however many there are."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.core.dates import add_months
from app.core.db import Database, new_public_id
from app.desk.queries.alert_facts import Days
from app.desk.queries.alerts import AlertRow, Board, alert_board
from app.patients.models import MedicineSupply
from app.patients.rules import CareSetting, ManagementStatus
from app.risk.rules_alerts import CLINICAL, Cause, Colour, Facts, alerts_of
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.caseload import NOW, add_patient
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted

TODAY = date(2026, 8, 31)  # six months before lies a month without a 31st
DAY = timedelta(days=1)
_RESTING = (CareSetting.INPATIENT, CareSetting.CUSTODY, CareSetting.AWAY_KNOWN)


def _near(rng: Random, *limits: int) -> date | None:
    """A day on, before or after one of the limits of the rules; sometimes none."""
    return None if rng.random() < 0.4 else TODAY - (rng.choice(limits) + rng.choice((-1, 0, 1))) * DAY


def _grow(session: Session, rng: Random, name: str) -> tuple[str, Facts]:
    """Somebody with anything at all, and what the rules are told of them."""
    care = rng.choice((CareSetting.HOME, CareSetting.HOME, *_RESTING))
    status = rng.choice((ManagementStatus.MANAGED,) * 4 + (ManagementStatus.LOST, ManagementStatus.REFUSED))
    seen = rng.choice((None, _near(rng, 28), add_months(TODAY, -6) + rng.randint(-3, 3) * DAY))
    facts: dict[str, Any] = {
        "level": rng.choice((None, *range(6))), "visit_class": rng.choice((None, 1, 2, 3)), "seen_on": seen,
        "managed_from": _near(rng, 28, 184), "visit_due_on": _near(rng, 0, 30, -7),
        "injection_due_on": _near(rng, 0, 7, -7), "unlocking_since": _near(rng, 0, -7),
        "emergency_due_at": NOW if rng.random() < 0.2 else None,
    }  # fmt: skip
    patient = add_patient(
        session, name, rng.choice((VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)), care_setting=care, management_status=status,
        risk_level=facts["level"], visit_class=facts["visit_class"], last_seen_on=seen, managed_from=facts["managed_from"],
    )  # fmt: skip
    duties = {
        TaskKind.FOLLOW_UP: facts["visit_due_on"], TaskKind.INJECTION: facts["injection_due_on"],
        TaskKind.UNLOCKING: facts["unlocking_since"], TaskKind.EXAMINATION: TODAY - 90 * DAY,
    }  # fmt: skip
    for kind, due_on in duties.items():
        if due_on is not None:
            open_task(session, patient, kind, "1", due_on, [], NOW)
    if facts["emergency_due_at"]:
        open_task(session, patient, TaskKind.EMERGENCY_RECORD, "1", TODAY, [], NOW, due_at=NOW)
    facts |= _supply(session, rng, patient)
    soon = Days(TODAY).ahead
    for name in ("visit_due_on", "injection_due_on", "unlocking_since"):
        if facts[name] is not None and facts[name] > soon:
            facts[name] = None
    rests = status is ManagementStatus.REFUSED
    told = Facts() if rests else Facts(**facts, is_lost=status is ManagementStatus.LOST, is_home=care not in _RESTING)
    return patient.public_id, told


def _supply(session: Session, rng: Random, patient: Any) -> dict[str, date | None]:
    """Two drugs may wait: the first to be asked for and the first to run out count."""
    waiting = []
    for number in range(rng.choice((0, 0, 1, 2))):
        asked = TODAY + rng.choice((-9, -1, 0, 1, 7, 8)) * DAY
        supply = MedicineSupply(
            submission_key=new_public_id(), patient_id=patient.id, drug=f"药{number}", given_on=TODAY - 60 * DAY, days=60,
            runs_out_on=asked + 5 * DAY, recorded_at=NOW, recorded_by=1,
        )  # fmt: skip
        session.add(supply)
        session.flush()
        period = f"supply:{supply.id}{rng.choice(('', ':2'))}"
        open_task(session, patient, TaskKind.SUPPLY, period, asked, [], NOW)
        waiting += [asked] if asked <= Days(TODAY).ahead else []
    first = min(waiting, default=None)
    return {"supply_asked_on": first, "supply_out_on": first + 5 * DAY if first else None}


def _everything(session: Session, county: County, who: str, size: int) -> tuple[Board, list[tuple[Colour, AlertRow]]]:
    rows = []
    for colour in Colour:
        cursor, first = None, True
        while first or cursor:
            board = alert_board(session, county.actor(who), colour, cursor, TODAY, NOW, size)
            rows += [(colour, row) for row in board.page.rows]
            cursor, first = board.page.next_cursor, False
    return board, rows


@pytest.mark.parametrize("seed", range(4))
def test_the_database_finds_what_the_rules_say(session: Session, county: County, seed: int) -> None:
    rng = Random(seed)
    people = dict(_grow(session, rng, f"郑{number}") for number in range(120))
    expected = Counter(
        (patient, alert.colour, alert.cause, alert.because)
        for patient, facts in people.items()
        for alert in alerts_of(facts, TODAY, NOW)
    )
    board, rows = _everything(session, county, "county_office", size=7)
    assert Counter((row.patient, colour, row.alert.cause, row.alert.because) for colour, row in rows) == expected
    assert board.counts == {one: sum(n for key, n in expected.items() if key[1] is one) for one in Colour}


def test_a_board_without_clinical_facts_leaves_those_alerts_out(session: Session, county: County) -> None:
    rng = Random(11)
    people = dict(_grow(session, rng, f"郑{number}") for number in range(80))
    expected = {
        (patient, alert.cause)
        for patient, facts in people.items()
        for alert in alerts_of(facts, TODAY, NOW)
        if alert.cause not in CLINICAL
    }
    board, rows = _everything(session, county, "coordinator", size=50)
    assert {(row.patient, row.alert.cause) for _colour, row in rows} == expected
    assert sum(board.counts.values()) == len(expected)


def test_the_gravest_cause_and_the_highest_level_come_first(session: Session, county: County) -> None:
    for level in (3, 5, 4):
        patient = add_patient(session, f"级{level}", risk_level=level)
        open_task(session, patient, TaskKind.FOLLOW_UP, "1", TODAY - 3 * DAY, [], NOW)
    add_patient(session, "失", risk_level=5, management_status=ManagementStatus.LOST)
    board = alert_board(session, county.actor("county_office"), None, None, TODAY, NOW)
    assert [(row.name, row.alert.cause) for row in board.page.rows] == [
        ("级5", Cause.HIGH_OVERDUE), ("级4", Cause.HIGH_OVERDUE), ("级3", Cause.HIGH_OVERDUE), ("失", Cause.HIGH_LOST),
    ]  # fmt: skip


@given(st.dates(date(2020, 1, 1), date(2036, 12, 31)))
def test_the_day_since_which_somebody_is_unseen_is_the_last_that_the_rule_names(today: date) -> None:
    last = Days(today).last_unseen
    assert today > add_months(last, 6)
    assert not today > add_months(last + DAY, 6)


def test_a_cursor_that_nobody_wrote_starts_at_the_beginning(session: Session, county: County) -> None:
    patient = add_patient(session, "张三", risk_level=4)
    open_task(session, patient, TaskKind.FOLLOW_UP, "1", TODAY - 3 * DAY, [], NOW)
    for cursor in ("x", "WzEsIDIsIDMsIDRd", "WyJhIiwgImIiLCAiYyIsICJkIl0"):
        assert len(alert_board(session, county.actor("county_office"), None, cursor, TODAY, NOW).page.rows) == 1


def _asked(session: Session, database: Database, county: County, now: datetime) -> int:
    session.info.clear()
    with counted(database) as sent:
        assert alert_board(session, county.actor("county_office"), None, None, TODAY, now).page.rows
    return len(sent)


def test_the_board_asks_the_same_number_of_questions_however_many_patients(
    session: Session, database: Database, county: County
) -> None:
    rng = Random(3)
    for number in range(30):
        _grow(session, rng, f"郑{number}")
    few = _asked(session, database, county, NOW)
    for number in range(200):
        _grow(session, rng, f"冯{number}")
    assert _asked(session, database, county, NOW) == few == 5
