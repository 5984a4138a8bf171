"""The desk's counts and lists: they add up, they page without loss, and they tell each role no more than it may know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind
from app.core.errors import NotFound
from app.core.files import keep_file
from app.core.reasons import reason
from app.desk.queries.late import LateFilter, count_by_agency, list_late, named_kinds
from app.desk.queries.overview import list_owed, overview
from app.desk.queries.prints import get_kept, list_kept
from app.desk.rules import COMPLIANCE, When, WorkTab, first_tab, is_place
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.register import keyring


def open_for(session: Session, patient: Patient, kind: TaskKind, due_on: date, period: str = "") -> Task:
    because = {
        TaskKind.FOLLOW_UP: reason("visit.due.unstable", days=14, on=due_on),
        TaskKind.AGREEMENT_RENEWAL: reason("tasks.renewal", number="AHJH-1", ends_on=due_on),
    }.get(kind, reason("tasks.reassessment", quarter="2026Q4"))
    task = Task(
        kind=kind,
        patient_id=patient.id,
        period=period or f"{kind}:{patient.id}",
        area_code=patient.area_code,
        agency_id=patient.agency_id,
        due_on=due_on,
        because=[because.to_json()],
        opened_at=NOW,
    )
    session.add(task)
    session.flush()
    return task


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def test_the_places_of_an_area_add_up_to_it(session: Session, county: County) -> None:
    for place, status, level in (
        (VILLAGE, ManagementStatus.MANAGED, 4),
        (SECOND_VILLAGE, ManagementStatus.MANAGED, 0),
        (SECOND_VILLAGE, ManagementStatus.LOST, None),
        (OTHER_VILLAGE, ManagementStatus.MANAGED, 3),
        (OTHER_VILLAGE, ManagementStatus.REFUSED, 1),
    ):
        patient = add_patient(session, area_code=place, management_status=status, risk_level=level)
        open_for(session, patient, TaskKind.FOLLOW_UP, days(-3 if place == OTHER_VILLAGE else 3))

    add_patient(session, area_code=COUNTY, risk_level=1)

    found = overview(session, county.actor("coordinator"), TODAY)

    towns = {place.code: place.counts for place in found.places}
    assert set(towns) == {TOWN, OTHER_TOWN, COUNTY}
    assert [(place.name, place.counts.registered) for place in found.places if place.is_rest] == [("未落实到乡镇", 1)]
    assert (towns[TOWN].registered, towns[TOWN].managed, towns[TOWN].lost, towns[TOWN].high) == (3, 2, 1, 1)
    assert (towns[TOWN].late, towns[TOWN].week) == (0, 3)
    assert (towns[OTHER_TOWN].refused, towns[OTHER_TOWN].late) == (1, 2)
    assert (found.total.registered, found.total.managed, found.total.late, found.total.high) == (6, 4, 2, 2)


def test_a_town_counts_its_villages_and_no_levels(session: Session, county: County) -> None:
    add_patient(session, area_code=VILLAGE, risk_level=5)
    add_patient(session, area_code=OTHER_VILLAGE, risk_level=5)
    add_patient(session, area_code=TOWN)

    found = overview(session, county.actor("town"), TODAY)

    assert {place.name: place.counts.registered for place in found.places} == {
        "东村": 1, "大王村": 0, "未落实到村（社区）": 1,
    }  # fmt: skip
    assert found.total.high is None


def test_the_village_with_most_late_visits_is_named(session: Session, county: County) -> None:
    for place, late in ((VILLAGE, 2), (SECOND_VILLAGE, 4)):
        for _ in range(late):
            open_for(session, add_patient(session, area_code=place), TaskKind.FOLLOW_UP, days(-1))

    town = next(place for place in overview(session, county.actor("coordinator"), TODAY).places if place.code == TOWN)

    assert town.worst == ("大王村", 4)


def test_who_must_act_is_the_agency_that_is_late(session: Session, county: County) -> None:
    centre = county.agencies[AgencyKind.HEALTH_CENTRE, TOWN]
    other = county.agencies[AgencyKind.HEALTH_CENTRE, OTHER_TOWN]
    for agency, place, late in ((centre, VILLAGE, 1), (other, OTHER_VILLAGE, 2)):
        for number in range(late):
            patient = add_patient(session, area_code=place, agency_id=agency)
            open_for(session, patient, TaskKind.FOLLOW_UP, days(-5 - number))
    open_for(session, add_patient(session), TaskKind.UNLOCKING, days(-9))

    owed = list_owed(session, county.actor("coordinator"), TODAY)

    assert [(item.agency_id, item.count, item.oldest_on) for item in owed] == [
        (other, 2, days(-6)),
        (centre, 1, days(-5)),
    ]


def test_the_list_of_what_is_late_pages_without_loss_or_repetition(session: Session, county: County) -> None:
    for number in range(7):
        open_for(session, add_patient(session), TaskKind.FOLLOW_UP, days(-10 + number // 2))
    coordinator, seen, cursor = county.actor("coordinator"), [], None
    while True:
        page = list_late(session, coordinator, LateFilter(), TODAY, cursor, size=3)
        seen += [(row.due_on, row.id) for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == 7
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA", "WyJhIiwgImIiXQ", "WyIyMDI2LTExLTIxIiwgIngiXQ"])
def test_a_cursor_that_the_list_did_not_write_starts_at_its_beginning(
    session: Session, county: County, cursor: str
) -> None:
    open_for(session, add_patient(session), TaskKind.FOLLOW_UP, days(-1))

    assert len(list_late(session, county.actor("coordinator"), LateFilter(), TODAY, cursor).rows) == 1


def test_filters_narrow_the_list(session: Session, county: County) -> None:
    late = open_for(session, add_patient(session), TaskKind.FOLLOW_UP, days(-1))
    soon = open_for(session, add_patient(session), TaskKind.FOLLOW_UP, days(2))
    later = open_for(session, add_patient(session, area_code=OTHER_VILLAGE), TaskKind.REASSESSMENT, days(40))
    actor = county.actor("coordinator")

    def found(wanted: LateFilter) -> list[int]:
        return [row.id for row in list_late(session, actor, wanted, TODAY).rows]

    assert found(LateFilter()) == [late.id]
    assert found(LateFilter(When.WEEK)) == [soon.id]
    assert found(LateFilter(When.OPEN)) == [late.id, soon.id, later.id]
    assert found(LateFilter(When.OPEN, TaskKind.REASSESSMENT)) == [later.id]
    assert found(LateFilter(When.OPEN, place=TOWN[:9])) == [late.id, soon.id]
    assert found(LateFilter(When.OPEN, agency="nobody")) == []


def test_why_a_visit_is_due_is_told_to_clinicians_and_others_read_that_it_is_a_duty(
    session: Session, county: County
) -> None:
    """The reason names the class, which is clinical; that an agreement ends is not."""
    patient = add_patient(session)
    open_for(session, patient, TaskKind.FOLLOW_UP, days(-2))
    open_for(session, patient, TaskKind.AGREEMENT_RENEWAL, days(-1))

    def told_to(name: str) -> list[str]:
        rows = list_late(session, county.actor(name), LateFilter(), TODAY).rows
        return [one.code for row in rows for one in row.because]

    assert told_to("county_office") == ["visit.due.unstable", "tasks.renewal"]
    assert told_to("coordinator") == ["desk.late.follow_up", "tasks.renewal"]


def test_a_town_is_named_people_only_in_its_own_duties_and_counts_the_rest(session: Session, county: County) -> None:
    centre = county.agencies[AgencyKind.HEALTH_CENTRE, TOWN]
    patient = add_patient(session, "贾秋萍", agency_id=centre, risk_level=4)
    open_for(session, patient, TaskKind.FOLLOW_UP, days(-2))
    open_for(session, patient, TaskKind.AGREEMENT_RENEWAL, days(-1))
    town = county.actor("town")

    rows = list_late(session, town, LateFilter(), TODAY).rows
    loads = count_by_agency(session, town, LateFilter(), TODAY)

    assert named_kinds(town) == {TaskKind.AGREEMENT_RENEWAL}
    assert [(row.kind, row.name, row.level) for row in rows] == [(TaskKind.AGREEMENT_RENEWAL, "贾秋萍", None)]
    assert sorted((load.is_places, load.follow_up, load.renewal) for load in loads) == [(False, 1, 0), (True, 0, 1)]
    assert rows[0].agency is None, "the health centre keeps no agreements"


def test_a_role_that_may_name_nobody_gets_an_empty_list(session: Session, county: County) -> None:
    open_for(session, add_patient(session), TaskKind.AGREEMENT_RENEWAL, days(-1))

    assert not list_late(session, county.actor("finance"), LateFilter(), TODAY).rows
    assert named_kinds(county.actor("coordinator")) == frozenset(COMPLIANCE)


def test_a_paper_is_offered_to_the_role_that_had_it_drawn(session: Session, county: County) -> None:
    clerk = county.actor("clerk")
    file = keep_file(
        session,
        keyring(),
        "ledger",
        "2026Q3-1.pdf",
        "application/pdf",
        b"%PDF",
        COUNTY,
        clerk,
        NOW,
        NOW + timedelta(days=1),
    )

    assert [kept.public_id for kept in list_kept(session, clerk, NOW)] == [file.public_id]
    assert list_kept(session, county.actor("finance"), NOW) == []
    assert list_kept(session, clerk, NOW + timedelta(days=2)) == []
    with pytest.raises(NotFound):
        get_kept(session, county.actor("reviewer"), file.public_id, NOW)


def test_the_day_begins_with_what_is_late() -> None:
    assert first_tab({WorkTab.OVERDUE: 1, WorkTab.WEEK: 9}) is WorkTab.OVERDUE
    assert first_tab({WorkTab.OVERDUE: 0, WorkTab.WEEK: 0, WorkTab.LATER: 2}) is WorkTab.LATER
    assert first_tab({}) is WorkTab.WEEK


def test_a_place_is_asked_for_only_inside_ones_area() -> None:
    assert is_place(TOWN[:9], "349921")
    assert not is_place("349922100", "349921")
    assert not is_place("34", "349921")
    assert not is_place("３４９９２１", "349921")
    assert not is_place("349921' OR 1", "349921")
