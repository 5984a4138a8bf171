"""A merge leaves nothing behind: what is under way goes on with the record that stays, and an undone merge gives back every row."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.benefits.models import Benefit, BenefitRequest
from app.benefits.queries.gaps import count_gaps, list_gap
from app.benefits.queries.standing import list_lines
from app.benefits.rules.benefit import BenefitKind, BenefitState, Gap
from app.benefits.rules.requests import RequestState as AskedState
from app.core.db import Base, new_public_id
from app.core.identity import Sex
from app.desk.merge_tables import READ, STAYS
from app.desk.service import requests
from app.discharges.models import Discharge
from app.discharges.rules.states import CloseReason, DischargeState
from app.discharges.service import follow_loops
from app.guardians.rules import Rank
from app.incidents.commands.green import AskGreen
from app.incidents.models import GreenRequest, Incident
from app.incidents.rules.green import GreenKind
from app.incidents.rules.incidents import NOT_AT_FAULT, IncidentKind, IncidentState
from app.incidents.service.green import NOTE, ask_green
from app.messages import commands
from app.messages.commands import Owed
from app.messages.models import ContactConsent, Message
from app.messages.queries.sending import find_consent, find_guardianship
from app.messages.rules.kinds import MessageKind
from app.messages.service.owing import owe
from app.patients.models import Patient
from app.patients.service import record_death
from app.people.models import DatePrecision
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from tests.rig.county import County
from tests.rig.digests import rows_of
from tests.rig.discharges import submitted
from tests.rig.register import NOW, TODAY, first_guardian, id_number, vault
from tests.services.test_incident_money import on_record
from tests.services.test_putting_right import UNTOUCHED, _merge, _pair

DAY = timedelta(days=1)


def _lives(session: Session, county: County, patient: Patient) -> None:
    """Something under way of every kind: a hand-over, incidents, medicine to be brought, a benefit, a text that waits."""
    office, doctor = county.actor("county_office"), county.actor("other_doctor")
    submitted(
        session, county, name="陈秀瑛", id_number=id_number(sequence=4), sex=Sex.FEMALE, area_code=patient.area_code
    )
    on_record(session, county, patient, TODAY - 40 * DAY, IncidentKind.PUBLIC_ORDER)
    closed = on_record(session, county, patient, TODAY - 90 * DAY, IncidentKind.CRIMINAL, NOT_AT_FAULT)
    closed.state, closed.closed_at, closed.closed_by = IncidentState.CLOSED, NOW, office.user_id
    asked = AskGreen(new_public_id(), GreenKind.DELIVERY, TODAY + DAY, "四院", "奥氮平", 30, "送到隔壁")
    ask_green(session, vault(session), doctor, patient, asked, TODAY, NOW)
    session.add(
        Benefit(
            submission_key=new_public_id(), patient_id=patient.id, kind=BenefitKind.MINIMUM_LIVING,
            state=BenefitState.RECEIVING, from_on=TODAY - 200 * DAY, recorded_at=NOW,
        )
    )  # fmt: skip
    session.add(
        BenefitRequest(
            submission_key=new_public_id(), patient_id=patient.id, kind=BenefitKind.BASIC_MEDICAL,
            agency_id=office.agency_id, asked_on=TODAY, due_on=TODAY + 9 * DAY, because=[], state=AskedState.ASKED,
            recorded_at=NOW,
        )
    )  # fmt: skip
    link = first_guardian(session, office, patient, "钱桂兰", 504)
    session.add(
        ContactConsent(
            submission_key=new_public_id(), patient_id=patient.id, person_id=link.person_id, channel="sms", language="zh",
            given_by="paper", is_safe=True, given_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    visit = session.scalars(select(Task).where(Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP)).first()
    assert visit is not None
    owed = Owed(
        MessageKind.VISIT_DUE, f"due-{patient.id}", commands.Relation.first_guardian(), ("task", visit.id), NOW + 3 * DAY,
        {"day": visit.due_on}, patient,
    )  # fmt: skip
    owe(session, owed, NOW)
    staff = session.get_one(User, county.users["village_worker"])
    staff.person_id = patient.person_id
    session.flush()


def _left(session: Session, patient: Patient) -> set[str]:
    """Tables in which something still stands under the record."""
    return {
        f"{table.name}.patient_id"
        for table in Base.metadata.sorted_tables
        if "patient_id" in table.c
        and session.execute(select(table).where(table.c.patient_id == patient.id).limit(1)).first() is not None
    }


def test_what_is_under_way_goes_on_with_the_record_that_stays_and_comes_back_when_the_merge_is_undone(
    session: Session, county: County
) -> None:
    kept, merged = _pair(session, county)
    _lives(session, county, merged)
    before = rows_of(session, UNTOUCHED)
    asked = _merge(session, county, kept, merged)
    session.expire_all()
    ended_with_the_merge = {"incidents.patient_id", "tasks.patient_id"}
    assert _left(session, merged) <= READ.keys() | STAYS.keys() | ended_with_the_merge
    assert session.scalars(select(Discharge.patient_id)).one() == kept.id
    open_one, closed = session.scalars(select(Incident).order_by(Incident.id))
    assert (open_one.patient_id, closed.patient_id) == (kept.id, merged.id)
    green = session.scalars(select(GreenRequest)).one()
    assert (green.patient_id, green.area_code, green.agency_id) == (kept.id, kept.area_code, kept.agency_id)
    assert vault(session).open(kept.person_id, NOTE, green.note_sealed) == "送到隔壁"
    assert session.get_one(User, county.users["village_worker"]).person_id == kept.person_id
    _benefits_are_read(session, county, kept)
    message = session.scalars(select(Message).where(Message.kind == MessageKind.VISIT_DUE)).one()
    guard = find_guardianship(session, kept.id, Rank.FIRST, TODAY)
    assert guard is not None and (message.patient_id, message.guardianship_id) == (kept.id, guard.id)
    assert find_consent(session, kept.id, guard.person_id) is not None

    closed_since = open_one.id
    session.get_one(Incident, closed_since).state = IncidentState.CLOSED
    session.flush()
    requests.undo_merge(session, county.actor("county_office"), asked.public_id, TODAY, NOW)
    session.expire_all()
    after = rows_of(session, UNTOUCHED)
    after["users"] = after["users"][: len(before["users"])]  # the colleague who agreed came later
    (given_back,) = [row for row in after["incidents"] if row["id"] == closed_since]
    assert (given_back["patient_id"], given_back["state"]) == (merged.id, IncidentState.CLOSED)
    given_back["state"] = IncidentState.CONFIRMED  # the only thing that people did meanwhile
    assert not {name for name in before if before[name] != after[name]}


def _benefits_are_read(session: Session, county: County, kept: Patient) -> None:
    doctor, kind = county.actor("doctor"), BenefitKind.MINIMUM_LIVING
    (line,) = [one for one in list_lines(session, doctor, kept, TODAY) if one.kind is kind]
    assert line.gap is Gap.NONE and line.benefit is not None
    everyone = frozenset(one for one in Gap if one is not Gap.NONE)
    assert not list_gap(session, doctor, kind, everyone, "", TODAY).rows
    counted = count_gaps(session, doctor, "", TODAY)
    assert counted.people == 1 and not counted.unknown[kind] and not counted.to_check[kind]


def test_of_two_agreements_of_one_relative_the_more_careful_word_holds(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    office = county.actor("county_office")
    mine = first_guardian(session, office, kept, "赵桂兰", 502)
    relative = session.get_one(type(mine), mine.id).person_id
    for patient, is_safe in ((kept, True), (merged, False)):
        session.add(
            ContactConsent(
                submission_key=new_public_id(), patient_id=patient.id, person_id=relative, channel="sms", language="zh",
                given_by="paper", is_safe=is_safe, given_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    _merge(session, county, kept, merged)
    session.expire_all()
    holds = find_consent(session, kept.id, relative)
    assert holds is not None and not holds.is_safe


def test_of_two_loops_of_one_stay_the_earlier_goes_on_and_the_other_says_why_it_ended(
    session: Session, county: County
) -> None:
    kept, merged = _pair(session, county)
    who = {"sex": Sex.FEMALE, "name": "陈秀瑛", "id_number": id_number(sequence=4), "area_code": merged.area_code}
    first = submitted(session, county, **who)
    again = submitted(
        session, county, hospital_number="CY-9", **(who | {"name": "陈秀英", "id_number": id_number(sequence=2)})
    )
    follow_loops(session, NOW)
    assert {first.state, again.state} == {DischargeState.DISPATCHED}, "two people as far as anybody knows"
    _merge(session, county, kept, merged)
    session.expire_all()
    follow_loops(session, NOW + timedelta(hours=1))
    assert (first.state, first.patient_id) == (DischargeState.DISPATCHED, kept.id)
    assert (again.state, again.close_reason) == (DischargeState.CLOSED, CloseReason.DOUBLE)
    record_death(session, county.actor("county_office"), kept, TODAY, DatePrecision.DAY, 1, NOW)
    follow_loops(session, NOW + timedelta(hours=2))
    assert (first.state, first.close_reason) == (DischargeState.CLOSED, CloseReason.DIED)
