"""The work list: whose it is, its order, its pages, and what each role reads in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.reasons import reason
from app.people.models import Person
from app.people.service import set_phone
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.queries import Filters, count_open, get_task, list_places, worklist
from app.tasks.rules import Bucket, Shade, TaskKind, standing
from app.tasks.service import open_follow_up, open_task
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County

DUE = reason("tasks.first_visit", on=TODAY)
NO_FILTERS = Filters()


def add_due(session: Session, name: str, days: int, level: int | None = None, area_code: str = VILLAGE) -> Task:
    """A patient whose visit is due in so many days (negative: late)."""
    patient = add_patient(session, name, area_code, risk_level=level)
    task = open_follow_up(session, patient, TODAY + timedelta(days=days), [DUE], f"visit:{patient.id}", NOW)
    session.flush()
    return task


def names(session: Session, actor: Actor, filters: Filters = NO_FILTERS) -> list[str | None]:
    return [row.name for row in worklist(session, actor, filters, TODAY).rows]


def test_the_highest_level_comes_first_then_the_most_overdue(session: Session, county: County) -> None:
    add_due(session, "甲", -1, level=0)
    add_due(session, "乙", -9, level=0)
    add_due(session, "丙", 5, level=4)
    add_due(session, "丁", -40, level=None)
    assert names(session, county.actor("doctor")) == ["丙", "乙", "甲", "丁"]


def test_a_list_by_village_keeps_that_order_inside_each_village(session: Session, county: County) -> None:
    add_due(session, "甲", -1, level=0, area_code=SECOND_VILLAGE)
    add_due(session, "乙", -9, level=0)
    add_due(session, "丙", 5, level=4)
    assert names(session, county.actor("doctor"), Filters(by_village=True)) == ["丙", "乙", "甲"]


def test_nobody_sees_another_towns_list(session: Session, county: County) -> None:
    task = add_due(session, "甲", -1, area_code=OTHER_VILLAGE)
    doctor = county.actor("doctor")
    assert names(session, doctor) == []
    assert count_open(session, doctor, TODAY).all == 0
    with pytest.raises(NotFound):
        get_task(session, doctor, task.public_id)
    assert names(session, county.actor("other_doctor")) == ["甲"]


@pytest.mark.parametrize("role", ["police", "hospital", "finance", "auditor", "admin", "city_viewer", "partner"])
def test_roles_without_a_list_load_nothing(session: Session, county: County, role: str) -> None:
    add_due(session, "甲", -1)
    assert names(session, county.actor(role)) == []


def test_agreements_are_on_the_lists_of_those_who_keep_them_and_no_others(session: Session, county: County) -> None:
    patient = add_patient(session, "甲", risk_level=2, last_visit_on=TODAY, visit_class=3)
    open_task(session, patient, TaskKind.AGREEMENT_RENEWAL, "agreement:1", TODAY, [DUE], NOW)
    assert names(session, county.actor("doctor")) == []
    row = worklist(session, county.actor("village_worker"), NO_FILTERS, TODAY).rows[0]
    assert row.name == "甲"
    assert (row.level, row.age, row.visit_class, row.last_visit_on) == (None, None, None, None)
    assert worklist(session, county.actor("clerk"), NO_FILTERS, TODAY).rows[0].name == "*"


def test_reassessments_stand_in_a_list_of_their_own(session: Session, county: County) -> None:
    task = add_due(session, "甲", -1)
    patient = add_patient(session, "乙")
    open_task(session, patient, TaskKind.REASSESSMENT, "2026Q4", date(2026, 12, 31), [DUE], NOW)
    doctor = county.actor("doctor")
    assert [row.task for row in worklist(session, doctor, NO_FILTERS, TODAY).rows] == [task.public_id]
    assert names(session, doctor, Filters(kind=TaskKind.REASSESSMENT)) == ["乙"]
    counts = count_open(session, doctor, TODAY)
    assert (counts.overdue, counts.week, counts.later, counts.to_reassess) == (1, 0, 0, 1)


def test_counts_and_buckets_agree(session: Session, county: County) -> None:
    for number, days in enumerate([-31, -1, 0, 7, 8, 90]):
        add_due(session, f"张{number}", days)
    doctor = county.actor("doctor")
    counts = count_open(session, doctor, TODAY)
    assert (counts.overdue, counts.week, counts.later) == (2, 2, 2)
    for bucket, expected in ((Bucket.OVERDUE, 2), (Bucket.WEEK, 2), (Bucket.LATER, 2)):
        assert len(names(session, doctor, Filters(bucket=bucket))) == expected


def test_pages_join_without_gap_or_overlap(session: Session, county: County) -> None:
    for number in range(23):
        add_due(session, f"张{number:02}", number % 5 - 3, level=[None, 0, 3][number % 3])
    for by_village in (False, True):
        filters, seen, cursor = Filters(by_village=by_village), [], None
        while True:
            page = worklist(session, county.actor("doctor"), filters, TODAY, cursor, size=5)
            seen += [row.task for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        whole = [row.task for row in worklist(session, county.actor("doctor"), filters, TODAY, size=50).rows]
        assert seen == whole and len(set(seen)) == 23


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzEsMiwzXQ", "WyIxIiwieCIsMV0", "WzEsIjIwMjYtMTEtMjEiLDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "W3RydWUsIjIwMjYtMTEtMjEiLDFd"]
)  # fmt: skip
def test_a_cursor_that_was_tampered_with_starts_at_the_beginning(session: Session, county: County, cursor: str) -> None:
    add_due(session, "甲", -1)
    page = worklist(session, county.actor("doctor"), NO_FILTERS, TODAY, cursor)
    assert [row.name for row in page.rows] == ["甲"]


def test_one_village_can_be_picked(session: Session, county: County) -> None:
    add_due(session, "甲", -1)
    add_due(session, "乙", -1, area_code=SECOND_VILLAGE)
    doctor = county.actor("doctor")
    assert names(session, doctor, Filters(place=SECOND_VILLAGE)) == ["乙"]
    assert list_places(session, doctor) == [(VILLAGE, "东村"), (SECOND_VILLAGE, "大王村")]
    assert [name for _prefix, name in list_places(session, county.actor("county_office"))] == ["城关镇", "安平镇"]
    assert list_places(session, county.actor("village_doctor")) == []


def test_the_dead_are_not_on_a_list_even_before_their_tasks_end(session: Session, county: County) -> None:
    task = add_due(session, "甲", -1)
    patient_person = session.get_one(
        Person, worklist(session, county.actor("doctor"), NO_FILTERS, TODAY).rows[0].person_id
    )
    patient_person.died_on = TODAY
    session.flush()
    assert names(session, county.actor("doctor")) == []
    assert task.state.value == "open"


def test_a_number_to_call_is_opened_only_for_roles_that_see_it(app: Flask, session: Session, county: County) -> None:
    keyring: Keyring = app.extensions["anhu.keyring"]
    vault = Vault(session, keyring)
    add_due(session, "甲", -1)
    row = worklist(session, county.actor("doctor"), NO_FILTERS, TODAY).rows[0]
    session.add(vault.new_key(row.person_id))
    session.flush()
    set_phone(session, vault, session.get_one(Person, row.person_id), "13812341234")
    session.flush()
    doctor, office = county.actor("doctor"), county.actor("county_office")
    assert worklist(session, doctor, NO_FILTERS, TODAY, vault=vault).rows[0].phone == "13812341234"
    assert worklist(session, office, NO_FILTERS, TODAY, vault=vault).rows[0].phone is None
    assert "13812341234" not in repr(worklist(session, doctor, NO_FILTERS, TODAY, vault=vault).rows[0])


@pytest.mark.parametrize(
    ("days", "shade"),
    [(8, Shade.FUTURE), (7, Shade.SOON), (0, Shade.SOON), (-1, Shade.LATE), (-30, Shade.LATE), (-31, Shade.LONG_LATE)],
)
def test_the_colour_of_a_task_follows_its_due_day(days: int, shade: Shade) -> None:
    assert standing(TODAY + timedelta(days=days), TODAY).shade is shade
