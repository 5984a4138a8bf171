"""The care team of a patient: one person for each part, replaced by date; gaps; the card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Reason, say
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.queries.teams import Gap, count_gaps, gaps_of, list_gaps
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.guardians.commands import SignAgreement
from app.guardians.service import sign_agreement
from app.patients.commands import SetTeamMember
from app.patients.models import Patient
from app.patients.queries.team import list_former_members, list_team
from app.patients.rules import ManagementStatus, RegistryStatus, SpanKind, TeamPart, TransferReason
from app.patients.service import change_state, move_patient, record_death
from app.patients.service.team import leave_team, set_team_member
from app.people.models import DatePrecision
from app.subsidies.commands import SetPolicy
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service.policies import set_policy
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.rules.form import Behaviour
from app.visits.service.recording import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import COUNTY, OTHER_DOCTOR, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, County
from tests.rig.families import policy
from tests.rig.register import first_guardian, registered, vault
from tests.rig.visits import command, unstable

SINCE = date(2026, 3, 1)


def give(session: Session, county: County, patient: Patient, part: TeamPart, name: str, on: date = SINCE) -> None:
    command = SetTeamMember(part, name, on, "城关镇", "0559-1234567")
    set_team_member(session, county.actor("doctor"), patient, command, TODAY, NOW)


def test_a_part_is_held_by_one_person_and_passes_on_a_day(session: Session, county: County) -> None:
    patient, doctor = add_patient(session), county.actor("doctor")
    give(session, county, patient, TeamPart.POLICE, "李警官")
    give(session, county, patient, TeamPart.GRID_WORKER, "网格员甲")
    give(session, county, patient, TeamPart.POLICE, "周警官", TODAY)
    assert [(one.part, one.name) for one in list_team(session, doctor, patient)] == [
        (TeamPart.GRID_WORKER, "网格员甲"),
        (TeamPart.POLICE, "周警官"),
    ]
    assert [(one.name, one.from_on, one.to_on) for one in list_former_members(session, doctor, patient)] == [
        ("李警官", SINCE, TODAY)
    ]
    noted = select(AuditEvent.detail).where(AuditEvent.action == "patients.team_changed")
    assert session.scalars(noted).all()[-1] == {"part": "police"}


def test_the_same_day_again_corrects_the_member(session: Session, county: County) -> None:
    patient, doctor = add_patient(session), county.actor("doctor")
    give(session, county, patient, TeamPart.POLICE, "李警管")
    give(session, county, patient, TeamPart.POLICE, "李警官")
    assert [one.name for one in list_team(session, doctor, patient)] == ["李警官"]
    assert list_former_members(session, doctor, patient) == []


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (SetTeamMember(TeamPart.GUARDIAN, "甲", TODAY), "part"),
        (SetTeamMember(TeamPart.POLICE, "", TODAY), "name"),
        (SetTeamMember(TeamPart.POLICE, "甲", TODAY + timedelta(days=1)), "from_on"),
        (SetTeamMember(TeamPart.POLICE, "甲", SINCE - timedelta(days=1)), "from_on"),
        (SetTeamMember(TeamPart.POLICE, "甲", TODAY, phone="12"), "phone"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    session: Session, county: County, command: SetTeamMember, field: str
) -> None:
    patient = add_patient(session)
    give(session, county, patient, TeamPart.POLICE, "李警官")
    with pytest.raises(Invalid) as refused:
        set_team_member(session, county.actor("doctor"), patient, command, TODAY, NOW)
    assert list(refused.value.errors) == [field]


def test_gaps_are_counted_and_listed_within_the_area(session: Session, county: County) -> None:
    patient, lead = add_patient(session, "甲"), county.actor("health_lead")
    add_patient(session, "乙", OTHER_VILLAGE)
    add_patient(session, "丙", management_status=ManagementStatus.REFUSED)
    give(session, county, patient, TeamPart.VILLAGE_CADRE, "村干部")
    counts = count_gaps(session, lead, TODAY)
    assert (counts.managed, counts.any) == (1, 1)
    assert counts.by_gap == {Gap.GUARDIAN: 1, Gap.VILLAGE: 0, Gap.POLICE: 1, Gap.DOCTOR: 1, Gap.AGREEMENT: 0}
    patient.doctor_id = county.users["doctor"]  # the responsible doctor is the team's doctor
    session.flush()
    (row,) = list_gaps(session, lead, None, TODAY, None).rows
    assert row.gaps == (Gap.GUARDIAN, Gap.POLICE)
    assert list_gaps(session, lead, Gap.VILLAGE, TODAY, None).rows == []
    office = county.actor("county_office")
    assert count_gaps(session, office, TODAY).managed == 2
    assert count_gaps(session, office, TODAY, OTHER_TOWN[:9]).managed == 1
    (away,) = list_gaps(session, office, None, TODAY, None, OTHER_TOWN[:9]).rows
    assert away.name == "乙"
    with pytest.raises(Forbidden):
        count_gaps(session, county.actor("doctor"), TODAY)


def test_an_agreement_is_missing_only_where_the_countys_policy_pays_for_one(session: Session, county: County) -> None:
    lead, doctor = county.actor("health_lead"), county.actor("doctor")
    calm, high = registered(session, doctor), registered(session, doctor, "胡桂芳", 3)
    past = registered(session, doctor, "汪水莲", 5)
    calm.risk_level = past.risk_level = 2
    high.risk_level = 3
    first_guardian(session, doctor, high)
    was = unstable(TODAY - timedelta(days=3), behaviours=int(Behaviour.PUBLIC_ORDER_INCIDENT), public_order_incidents=1)
    record_visit(session, vault(session), doctor, command(past, was), TODAY, NOW)
    past.risk_level = 2
    session.flush()
    assert count_gaps(session, lead, TODAY).by_gap[Gap.AGREEMENT] == 0, "no policy asks for one"
    policy(session, county, NOW)

    def missing() -> list[str]:
        return [row.public_id for row in list_gaps(session, lead, Gap.AGREEMENT, TODAY, None).rows]

    assert missing() == [high.public_id, past.public_id]
    assert Gap.AGREEMENT in gaps_of(session, doctor, high, TODAY)
    assert Gap.AGREEMENT not in gaps_of(session, doctor, calm, TODAY)
    sign_agreement(session, county.actor("clerk"), high, SignAgreement(SINCE, date(2027, 2, 28)), NOW)
    assert missing() == [past.public_id]
    ended = SetPolicy(COUNTY, date(2026, 11, 1), PolicyTerms(annual=None))
    set_policy(session, county.actor("clerk"), ended, NOW)
    assert missing() == [], "the scheme has ended"


def test_a_member_is_saved_on_the_page_shown_on_the_patients_and_printed(
    database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    with database.transaction() as session:
        patient = add_patient(session, "甲").public_id
    doctor = client_as("doctor")
    sent = {"part": "police", "name": "严警官", "post": "城关派出所", "phone": "0559-7654321", "from_on": "2026-11-02"}
    assert doctor.post(f"/patients/{patient}/team", data=sent).status_code in (302, 303)
    assert "严警官" in doctor.get(f"/patients/{patient}").text
    card = doctor.get(f"/patients/{patient}/team/card")
    assert card.mimetype == "application/pdf" and card.data.startswith(b"%PDF")
    assert doctor.post(f"/patients/{patient}/team/leave", data={}).status_code == 400
    asked = doctor.get(f"/patients/{patient}/team/leave?part=police")
    assert "确认今天离任" in asked.text and "严警官" in asked.text, "asked first, with the name"
    assert doctor.get(f"/patients/{patient}/team/leave?part=partner").status_code == 302
    assert doctor.post(f"/patients/{patient}/team/leave", data={"part": "police"}).status_code == 303
    assert "以前的成员" in doctor.get(f"/patients/{patient}/team").text
    refused = doctor.post(f"/patients/{patient}/team", data=sent | {"name": ""})
    assert refused.status_code == 422 and "请填写姓名" in refused.text


def full_team(session: Session, county: County) -> Patient:
    patient = registered(session, county.actor("doctor"))
    for part in (TeamPart.VILLAGE_CADRE, TeamPart.POLICE, TeamPart.DOCTOR, TeamPart.PSYCHIATRIST):
        give(session, county, patient, part, part.value)
    return patient


def parts(session: Session, county: County, patient: Patient) -> set[TeamPart]:
    return {one.part for one in list_team(session, county.actor("county_office"), patient)}


def to_set_up(session: Session, patient: Patient) -> list[Task]:
    return list(
        session.scalars(
            select(Task).where(
                Task.patient_id == patient.id, Task.kind == TaskKind.SET_UP_TEAM, Task.state == TaskState.OPEN
            )
        )
    )


def test_a_move_within_the_town_ends_the_village_s_people_and_asks_for_new_ones(
    session: Session, county: County
) -> None:
    patient, doctor = full_team(session, county), county.actor("doctor")
    move_patient(session, doctor, patient, SECOND_VILLAGE, TODAY, NOW)
    assert parts(session, county, patient) == {TeamPart.POLICE, TeamPart.DOCTOR, TeamPart.PSYCHIATRIST}
    assert [(one.part, one.to_on) for one in list_former_members(session, doctor, patient)] == [
        (TeamPart.VILLAGE_CADRE, TODAY)
    ]
    (task,) = to_set_up(session, patient)
    assert (task.area_code, task.due_on) == (SECOND_VILLAGE, TODAY + timedelta(days=14))
    assert "1 名原小组成员" in say(Reason.from_json(task.because[0]))
    give(session, county, patient, TeamPart.GRID_WORKER, "新网格员", TODAY)
    assert to_set_up(session, patient) == []


def test_a_move_to_another_town_leaves_the_county_s_psychiatrist_only(session: Session, county: County) -> None:
    patient, there = full_team(session, county), county.actor(OTHER_DOCTOR)
    wanted = ProposeTransfer(patient.public_id, "move", OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
    transfer = propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    assert len(parts(session, county, patient)) == 4, "until it is accepted everybody stays"
    accept_transfer(session, there, transfer.public_id, AcceptTransfer(TODAY, there.user_id), TODAY, NOW)
    assert parts(session, county, patient) == {TeamPart.PSYCHIATRIST}
    assert [task.area_code for task in to_set_up(session, patient)] == [OTHER_VILLAGE]


def test_a_death_and_an_exclusion_end_every_place_and_nobody_is_named_any_more(
    session: Session, county: County
) -> None:
    office = county.actor("county_office")
    dead = full_team(session, county)
    record_death(session, office, dead, TODAY, DatePrecision.DAY, 1, NOW)
    assert parts(session, county, dead) == set() and to_set_up(session, dead) == []
    ended = list_former_members(session, office, dead)
    assert {one.to_on for one in ended} == {TODAY + timedelta(days=1)} and len(ended) == 4
    with pytest.raises(Conflict):
        give(session, county, dead, TeamPart.POLICE, "李警官", TODAY)
    left = registered(session, county.actor("doctor"), "胡桂芳", 3)
    give(session, county, left, TeamPart.POLICE, "李警官")
    gone = RegistryStatus.TRANSFERRED_OUT.value
    change_state(session, office, left, SpanKind.REGISTRY, gone, TODAY, None, NOW)
    assert parts(session, county, left) == set()


def test_who_leaves_without_a_successor_leaves_a_gap(session: Session, county: County) -> None:
    patient, doctor = full_team(session, county), county.actor("doctor")
    leave_team(session, doctor, patient, TeamPart.POLICE, TODAY, NOW)
    assert TeamPart.POLICE not in parts(session, county, patient)
    assert Gap.POLICE in gaps_of(session, doctor, patient, TODAY)
    with pytest.raises(Conflict):
        leave_team(session, doctor, patient, TeamPart.POLICE, TODAY, NOW)
