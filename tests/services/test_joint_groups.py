"""Joint groups: one for each town and village, members by date, one meeting a quarter, and who has none."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients.commands_support import AddGroupMember, Decided, RecordMeeting
from app.patients.models import JointGroup
from app.patients.papers_groups import coverage_workbook, minutes_pdf
from app.patients.queries.groups import (
    Missing,
    coverage,
    get_group,
    get_meeting,
    list_members,
    list_missing,
    list_owed_meetings,
    lock_group,
    sheet_of,
    total_of,
)
from app.patients.rules import GroupKind, TeamPart
from app.patients.rules_support import MeetingDecision, MeetingMistake, MeetingTopic
from app.patients.service.groups import (
    add_group_member,
    end_group_member,
    found_group,
    record_meeting,
    show_member_phone,
    withdraw_meeting,
)
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County

SINCE = date(2026, 1, 8)
CADRE = AddGroupMember(TeamPart.VILLAGE_CADRE, "葛长青", SINCE, "村委会 主任", "0559-2600001", True)


def found(session: Session, county: County, area: str = VILLAGE, by: str = "town") -> JointGroup:
    return found_group(session, county.actor(by), area, SINCE, TODAY, NOW)


def meet(session: Session, county: County, group: JointGroup, on: date, *members: int) -> None:
    decided = Decided(MeetingDecision.VISIT, "节前走访一遍", TeamPart.POLICE, date(2026, 12, 10))
    said = RecordMeeting(on, members, (MeetingTopic.SITUATION, MeetingTopic.GUARDIANS), (decided,))
    record_meeting(session, county.actor("town"), group, said, TODAY, NOW)


def test_a_place_has_one_group_of_its_kind(session: Session, county: County) -> None:
    assert found(session, county).kind is GroupKind.VILLAGE
    assert found(session, county, TOWN).kind is GroupKind.TOWN
    with pytest.raises(Conflict):
        found(session, county)


def test_nobody_founds_a_group_elsewhere(session: Session, county: County) -> None:
    with pytest.raises(Invalid):
        found(session, county, OTHER_VILLAGE)
    with pytest.raises(Forbidden):
        found(session, county, VILLAGE, "coordinator")
    group = found(session, county, OTHER_TOWN, "county_office")
    with pytest.raises(NotFound):
        get_group(session, county.actor("town"), group.public_id)


def test_members_come_and_go_by_date_and_one_leads(session: Session, county: County) -> None:
    group, town = found(session, county), county.actor("town")
    first = add_group_member(session, town, group, CADRE, TODAY, NOW)
    second = add_group_member(session, town, group, replace(CADRE, name="汪水莲"), TODAY, NOW)
    assert (first.is_lead, second.is_lead) == (False, True)
    end_group_member(session, town, group, first.id, date(2026, 6, 1), TODAY, NOW)
    sheet = sheet_of(session, town, group, TODAY)
    assert [one.name for one in sheet.members] == ["汪水莲"]
    assert [(one.name, one.to_on) for one in sheet.former] == [("葛长青", date(2026, 6, 1))]
    with pytest.raises(Invalid):
        end_group_member(session, town, group, first.id, TODAY, TODAY, NOW)
    with pytest.raises(Invalid) as refused:
        add_group_member(
            session, town, group, replace(CADRE, name="", phone="12", from_on=date(2025, 1, 1)), TODAY, NOW
        )
    assert set(refused.value.errors) == {"name", "phone", "from_on"}


def test_a_meeting_lists_who_was_a_member_that_day(session: Session, county: County) -> None:
    group, town = found(session, county), county.actor("town")
    old = add_group_member(session, town, group, CADRE, TODAY, NOW)
    end_group_member(session, town, group, old.id, date(2026, 6, 1), TODAY, NOW)
    now = add_group_member(session, town, group, replace(CADRE, name="汪水莲"), TODAY, NOW)
    with pytest.raises(Invalid) as refused:
        meet(session, county, group, date(2026, 11, 5), old.id)
    assert list(refused.value.errors) == ["present"]
    meet(session, county, group, date(2026, 11, 5), now.id)
    with pytest.raises(NotFound):
        meet(session, county, group, date(2026, 11, 6), 999_999)
    with pytest.raises(Conflict):
        meet(session, county, group, date(2026, 11, 5), now.id)


def test_a_meeting_recorded_wrongly_is_taken_back_with_its_reason_and_recorded_anew(
    session: Session, county: County
) -> None:
    group, town, worker = found(session, county), county.actor("town"), county.actor("village_worker")
    member = add_group_member(session, town, group, CADRE, TODAY, NOW)
    day = date(2026, 11, 5)
    meet(session, county, group, day, member.id)
    with pytest.raises(Forbidden):
        withdraw_meeting(session, county.actor("coordinator"), group, day, MeetingMistake.WRONG_PEOPLE, NOW)
    withdraw_meeting(session, town, group, day, MeetingMistake.WRONG_PEOPLE, NOW)
    sheet = sheet_of(session, town, group, TODAY)
    assert sheet.meetings == [] and sheet.owed_by == date(2026, 12, 31), "the quarter is owed again"
    assert [one.group for one in list_owed_meetings(session, worker, TODAY)] == [group.public_id]
    (wrong,) = sheet.withdrawn
    assert (wrong.meeting.mistake, wrong.meeting.withdrawn_at, wrong.meeting.withdrawn_by) == (
        "wrong_people",
        NOW,
        town.user_id,
    )
    assert wrong.by and wrong.meeting.present == [member.id], "what was written stays readable"
    with pytest.raises(NotFound):
        withdraw_meeting(session, town, group, day, MeetingMistake.WRONG_DAY, NOW)
    meet(session, county, group, day, member.id)
    assert get_meeting(session, town, group, day).withdrawn_at is None
    assert list_owed_meetings(session, worker, TODAY) == []
    noted = select(AuditEvent.detail).where(AuditEvent.action == "patients.group_meeting_withdrawn")
    assert session.scalars(noted).all() == [{"quarter": "2026Q4", "mistake": "wrong_people"}]


def test_the_same_person_is_a_member_once_until_they_leave(session: Session, county: County) -> None:
    group, town = found(session, county), county.actor("town")
    first = add_group_member(session, town, group, CADRE, TODAY, NOW)
    with pytest.raises(Invalid) as refused:
        add_group_member(session, town, group, replace(CADRE, post="村委会", is_lead=False), TODAY, NOW)
    assert list(refused.value.errors) == ["name"]
    add_group_member(session, town, group, replace(CADRE, phone="0559-2600002", is_lead=False), TODAY, NOW)
    add_group_member(session, town, group, replace(CADRE, part=TeamPart.POLICE, is_lead=False), TODAY, NOW)
    end_group_member(session, town, group, first.id, date(2026, 6, 1), TODAY, NOW)
    add_group_member(session, town, group, CADRE, TODAY, NOW)


def test_a_double_tap_adds_a_member_once(database: Database, county: County) -> None:
    with database.transaction() as session:
        group = found(session, county).public_id
    outcomes = []

    def tap() -> None:
        try:
            with database.transaction() as session:
                town = county.actor("town")
                add_group_member(session, town, lock_group(session, town, group), CADRE, TODAY, NOW)
            outcomes.append("done")
        except Invalid:
            outcomes.append("refused")

    taps = [threading.Thread(target=tap) for _ in range(3)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert sorted(outcomes) == ["done", "refused", "refused"]


def test_a_group_owes_its_owner_a_meeting_each_quarter(session: Session, county: County) -> None:
    group, worker, town = found(session, county), county.actor("village_worker"), county.actor("town")
    found(session, county, TOWN)
    member = add_group_member(session, town, group, CADRE, TODAY, NOW)
    (owed,) = list_owed_meetings(session, worker, TODAY)
    assert (owed.group, owed.due_on) == (group.public_id, date(2026, 12, 31))
    assert [one.kind for one in list_owed_meetings(session, town, TODAY)] == [GroupKind.TOWN]
    assert list_owed_meetings(session, county.actor("health_lead"), TODAY) == []
    meet(session, county, group, date(2026, 10, 9), member.id)
    assert list_owed_meetings(session, worker, TODAY) == []
    assert len(list_owed_meetings(session, worker, date(2027, 1, 4))) == 1, "the next quarter asks again"


def test_coverage_counts_places_and_shows_nothing_for_none(session: Session, county: County) -> None:
    group, office = found(session, county), county.actor("county_office")
    member = add_group_member(session, county.actor("town"), group, CADRE, TODAY, NOW)
    meet(session, county, group, date(2026, 10, 9), member.id)
    found(session, county, OTHER_TOWN, "county_office")
    parts = coverage(session, county.actor("coordinator"), TODAY)
    assert [(one.name, one.town_groups, one.village_groups, one.villages, one.met) for one in parts] == [
        ("城关镇", 0, 1, 2, 1),
        ("安平镇", 1, 0, 1, 0),
    ]
    assert [one.name for one in coverage(session, county.actor("town"), TODAY)] == ["城关镇", "东村", "大王村"]
    lacking = list_missing(session, office, Missing.GROUP, "", TODAY).rows
    assert [one.code for one in lacking] == [TOWN, SECOND_VILLAGE, OTHER_VILLAGE]
    assert [one.code for one in list_missing(session, office, Missing.MEETING, "", TODAY).rows] == [OTHER_TOWN]
    assert [one.code for one in list_missing(session, office, Missing.GROUP, OTHER_TOWN[:9], TODAY).rows] == [
        OTHER_VILLAGE
    ]
    content = coverage_workbook(parts, total_of(parts), "覆盖", "某人", TODAY, NOW)
    assert content.startswith(b"PK")


def test_a_number_is_shown_once_and_on_the_record_and_minutes_are_printed(session: Session, county: County) -> None:
    group, town = found(session, county), county.actor("town")
    member = add_group_member(session, town, group, CADRE, TODAY, NOW)
    assert show_member_phone(session, county.actor("coordinator"), group, member.id, NOW) == "0559-2600001"
    shown = select(AuditEvent.detail).where(AuditEvent.action == "patients.group_member_phone_shown")
    assert session.scalars(shown).all() == [{"part": "village_cadre"}]
    meet(session, county, group, date(2026, 11, 5), member.id)
    meeting = get_meeting(session, town, group, date(2026, 11, 5))
    members = list_members(session, town, group)
    assert minutes_pdf(group, "东村", members, meeting, "城关镇", town, NOW).startswith(b"%PDF")
