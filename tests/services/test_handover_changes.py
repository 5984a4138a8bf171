"""What changes while a hand-over runs: a move, another guardian, a paper that comes twice, a loop that cannot be followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.api.queries import get_loop_state
from app.areas.queries import responsible_agency
from app.audit.models import AuditEvent
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Invalid
from app.core.files import keep_file
from app.core.identity import IdKind, Sex
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.discharges.commands import CloseLoop, ConfirmNotice, CorrectEvent, PlanDischarge
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.board import count_loops, list_loops
from app.discharges.queries.clears import clears_of
from app.discharges.queries.homes import find_new_home, list_new_homes
from app.discharges.queries.inbox import home_of, list_inbox, shows_person
from app.discharges.queries.indicators import indicators_of
from app.discharges.queries.reach import find_docking_of, list_of_patient
from app.discharges.queries.receipts import list_receipts
from app.discharges.queries.sheets import open_form_sheet
from app.discharges.rules.clocks import next_contact_due_at
from app.discharges.rules.states import (
    CloseReason,
    DischargeState,
    EventKind,
    FormKind,
    FormState,
    LegalBasis,
    Which,
)
from app.discharges.service import (
    close_loop,
    confirm_notice,
    correct_event,
    escalate,
    follow_loops,
    plan_discharge,
    receive_form,
    report_back,
    set_police_bases,
    submit_discharge,
    withdraw_plan,
)
from app.discharges.service import following as following_module
from app.discharges.sheets import DockingForm, TrackingForm
from app.documents.models import Document
from app.documents.rules import DocumentKind, DocumentSubject
from app.messages.models import Message
from app.messages.rules.kinds import MessageKind
from app.patients.commands import CloseClue
from app.patients.models import Admission, Clue, Patient
from app.patients.rules import CareSetting, ClueOutcome, TransferReason
from app.patients.service import record_admission
from app.patients.service.clues import close_clue, open_clue
from app.people.models import Person
from app.risk.queries.said import find_said
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.visits.service.recording import record_visit
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.discharges import ADMITTED_ON, escalations, forms, record, submitted
from tests.rig.register import NOW, TODAY, first_guardian, id_number, keyring, person, registered, vault
from tests.rig.visits import command, stable
from tests.services.test_discharge_loop import DAY, HOUR, PAPER, act, known, state, tap, told_police
from tests.services.test_putting_right import _merge, _pair

FAR: dict[str, Any] = {"area_code": "349999100200", "place": "示例省邻县柳河镇"}


def moved(session: Session, county: County, patient: Patient, area_code: str, place: str = "") -> None:
    """Proposed by the doctor, accepted by whoever answers there."""
    wanted = ProposeTransfer(patient.public_id, f"move-{area_code}", area_code, TransferReason.MOVED_HOUSE, place)
    proposed = propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    there = county.actor("county_office" if place else "other_doctor")
    doctor = None if place else there.user_id
    accept_transfer(session, there, proposed.public_id, AcceptTransfer(TODAY, doctor), TODAY, NOW)


def test_whoever_was_sent_to_another_town_is_a_task_of_the_doctor_who_has_them_and_the_new_one_reads_whose_they_are(
    session: Session, county: County
) -> None:
    patient, doctor, there = known(session, county), county.actor("doctor"), county.actor("other_doctor")
    patient.doctor_id = doctor.user_id
    loop = submitted(session, county, area_code=OTHER_VILLAGE)
    own, (here, centre) = vault(session), (responsible_agency(session, code) for code in (VILLAGE, OTHER_VILLAGE))
    docking = open_form_sheet(session, own, forms(session, loop)[FormKind.HEALTH_CENTRE])
    assert isinstance(docking, DockingForm) and docking.registered and "东村" in docking.registered.place
    assert here and docking.registered.centre == here.name
    written = open_form_sheet(session, own, forms(session, loop)[FormKind.HEALTH_CENTRE], as_written=True)
    assert isinstance(written, DockingForm) and written.registered is None, "a hospital does not learn it"
    village = open_form_sheet(session, own, forms(session, loop)[FormKind.VILLAGE])
    assert isinstance(village, TrackingForm) and village.doctor.name == "", (
        "nobody's name beside another centre's number"
    )
    assert centre and village.doctor.centre == centre.name
    assert [home.area_code for _name, home in list_new_homes(session, doctor)] == [OTHER_VILLAGE]
    assert list_new_homes(session, there) == list_new_homes(session, county.actor("coordinator")) == []
    moved(session, county, patient, OTHER_VILLAGE)
    assert list_new_homes(session, doctor) == []


# -- moves -------------------------------------------------------------------------------------------------------------


def test_whoever_comes_back_into_the_county_is_taken_over_there_and_the_former_door_is_nobody_s(
    session: Session, county: County
) -> None:
    patient = known(session, county)
    loop = submitted(session, county, risk_level=4, **FAR)
    home = find_new_home(session, county.actor("doctor"), patient.id)
    assert home and home.is_outside and (home.place, home.area_code) == (FAR["place"], FAR["area_code"])
    assert find_new_home(session, county.actor("coordinator"), patient.id) is None, "who may not propose is not asked"
    moved(session, county, patient, OTHER_VILLAGE)
    assert follow_loops(session, NOW + HOUR) == 1
    after = forms(session, loop)
    assert after[FormKind.HEALTH_CENTRE].agency_id == county.actor("other_doctor").agency_id
    assert after[FormKind.HEALTH_CENTRE].round == 2 and after[FormKind.TRANSFER].state is FormState.STOPPED
    for kind in (FormKind.POLICE, FormKind.TOWN, FormKind.VILLAGE):
        assert (after[kind].round, after[kind].area_code) == (1, OTHER_VILLAGE), "owed for the first time"
    sheet = open_form_sheet(session, vault(session), after[FormKind.VILLAGE])
    assert isinstance(sheet, TrackingForm) and "安平镇" in sheet.place and sheet.address == ""
    assert loop.place == "" and find_new_home(session, county.actor("county_office"), patient.id) is None
    assert follow_loops(session, NOW + DAY) == 0


def test_a_move_asks_the_new_place_on_what_ground_the_police_are_told(session: Session, county: County) -> None:
    patient = known(session, county)
    loop = told_police(session, county)
    set_police_bases(session, county.actor("county_office"), [LegalBasis.LAW_30], NOW)
    moved(session, county, patient, OTHER_VILLAGE)
    follow_loops(session, NOW + HOUR)
    police = forms(session, loop)[FormKind.POLICE]
    assert (police.round, police.state) == (1, FormState.STOPPED)


def test_units_that_stay_responsible_read_the_new_village(session: Session, county: County) -> None:
    patient = known(session, county)
    loop = told_police(session, county)
    session.execute(update(Patient).where(Patient.id == patient.id).values(area_code=SECOND_VILLAGE))
    session.expire(patient)
    assert follow_loops(session, NOW + HOUR) == 1
    after = forms(session, loop)
    assert after[FormKind.HEALTH_CENTRE].round == 1 and after[FormKind.VILLAGE].round == 2
    sheet = open_form_sheet(session, vault(session), after[FormKind.HEALTH_CENTRE])
    assert isinstance(sheet, DockingForm) and "大王村" in sheet.place and sheet.address == ""


def test_whoever_leaves_the_county_is_handed_over_to_the_next_one_on_paper(session: Session, county: County) -> None:
    patient = known(session, county)
    loop = told_police(session, county)
    moved(session, county, patient, FAR["area_code"], FAR["place"])
    assert follow_loops(session, NOW + HOUR) == 1 and follow_loops(session, NOW + HOUR) == 0
    after, office = forms(session, loop), county.actor("county_office")
    for kind in (FormKind.POLICE, FormKind.TOWN, FormKind.VILLAGE):
        assert after[kind].stopped_reason is CloseReason.MOVED
    assert {after[kind].addressee for kind in (FormKind.HEALTH_CENTRE, FormKind.TRANSFER)} == {FAR["place"]}
    assert state(loop) is DischargeState.DISPATCHED and loop.county_code == VILLAGE[:6] + "000000"
    escalate(session, NOW + 26 * HOUR)
    told = {one.form_id: one.user_id for one in escalations(session)}
    assert told[after[FormKind.TRANSFER].id] == county.users["county_office"], "nobody there: who sends papers there"
    signed = ConfirmNotice(new_public_id(), "赵桂兰", "配偶")
    notice = after[FormKind.GUARDIAN].public_id
    confirm_notice(session, vault(session), county.actor("hospital"), notice, signed, NOW + HOUR)
    for kind in (FormKind.HEALTH_CENTRE, FormKind.TRANSFER):
        receive_form(session, office, after[kind].public_id, tap(on_behalf=PAPER), NOW + HOUR)
        assert state(after[kind]) is FormState.CLOSED, "what is done there is that county's to follow"
    assert (state(loop), loop.close_reason) == (DischargeState.CLOSED, CloseReason.MOVED)


# -- people and papers -------------------------------------------------------------------------------------------------


def test_a_guardian_who_follows_another_has_the_notice_and_is_told(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    loop = submitted(session, county)
    notice = forms(session, loop)[FormKind.GUARDIAN]
    assert (notice.guardianship_id, notice.agency_id, loop.has_guardian) == (None, None, True), "the hospital's word"
    guardian = first_guardian(session, county.actor("doctor"), patient)
    assert follow_loops(session, NOW + HOUR) == 1 and notice.guardianship_id == guardian.id
    owed = select(func.count()).select_from(Message).where(Message.kind == MessageKind.GUARDIAN_NOTICE)
    assert session.scalar(owed) == 1
    assert follow_loops(session, NOW + HOUR) == 0 and session.scalar(owed) == 1


@pytest.mark.parametrize("has_received", [True, False], ids=["received", "not received"])
def test_a_guardian_who_is_found_later_has_the_notice_that_the_committee_had(
    session: Session, county: County, has_received: bool
) -> None:
    patient, worker = registered(session, county.actor("doctor")), county.actor("village_worker")
    loop = submitted(session, county, contact_name="", is_guardian_present=False, is_guardian_phone_checked=False)
    first = forms(session, loop)[FormKind.GUARDIAN]
    assert first.agency_id == worker.agency_id and follow_loops(session, NOW) == 0
    if has_received:
        receive_form(session, worker, first.public_id, tap(), NOW)
    guardian = first_guardian(session, county.actor("doctor"), patient)
    assert (follow_loops(session, NOW + HOUR), follow_loops(session, NOW + HOUR)) == (1, 0)
    notice = forms(session, loop)[FormKind.GUARDIAN]
    assert (notice.round, notice.guardianship_id, notice.agency_id, notice.addressee) == (2, guardian.id, None, "")
    assert first.state is (FormState.CLOSED if has_received else FormState.STOPPED)
    assert state(loop) is DischargeState.DISPATCHED
    owed = select(func.count()).select_from(Message).where(Message.kind == MessageKind.GUARDIAN_NOTICE)
    assert session.scalar(owed) == 1
    signed = ConfirmNotice(new_public_id(), "赵桂兰", "配偶")
    confirm_notice(session, vault(session), county.actor("county_office"), notice.public_id, signed, NOW + HOUR)
    assert state(notice) is FormState.CLOSED and follow_loops(session, NOW + HOUR) == 0


def test_a_paper_that_comes_second_is_refused_and_one_older_than_what_it_says_too(
    session: Session, county: County
) -> None:
    office, sent = county.actor("county_office"), forms(session, told_police(session, county))
    receive_form(session, county.actor("police"), sent[FormKind.POLICE].public_id, tap(), NOW)
    with pytest.raises(Conflict) as refused:
        receive_form(session, office, sent[FormKind.POLICE].public_id, tap(on_behalf=PAPER), NOW)
    assert refused.value.reason.code == "discharges.received_already"
    older = replace(PAPER, paper_on=TODAY - DAY)
    with pytest.raises(Invalid) as wrong:
        receive_form(session, office, sent[FormKind.TOWN].public_id, tap(on_behalf=older, at=NOW), NOW)
    assert set(wrong.value.errors) == {"paper_on"}


def test_a_unit_s_words_are_for_the_unit_and_for_clinicians_and_a_closed_form_shows_nobody(
    session: Session, county: County
) -> None:
    loop = told_police(session, county)
    sent, words = forms(session, loop), "赵桂兰说他夜里摔碗"

    def read_by(who: str, kind: FormKind) -> bool:
        lines = list_receipts(session, county.actor(who), vault(session), loop, sent[kind])
        return any(line.text == words for line in lines)

    worker, police = county.actor("village_worker"), county.actor("police")
    report_back(session, vault(session), worker, sent[FormKind.VILLAGE].public_id, act(words), NOW)
    assert [read_by(who, FormKind.VILLAGE) for who in ("village_worker", "town", "county_office")] == [
        True,
        False,
        False,
    ]
    with pytest.raises(Invalid):
        report_back(session, vault(session), police, sent[FormKind.POLICE].public_id, act(), NOW)
    report_back(session, vault(session), police, sent[FormKind.POLICE].public_id, act(words), NOW)
    assert state(sent[FormKind.POLICE]) is FormState.CLOSED and not read_by("police", FormKind.POLICE)
    assert [line.text for line in list_receipts(session, county.actor("doctor"), vault(session), loop)].count(
        words
    ) == 2


def test_a_slip_of_somebody_unregistered_stands_under_the_registration_when_there_is_one(
    database: Database, county: County
) -> None:
    with database.transaction() as session:
        loop = submitted(session, county)
        slip = Document(
            submission_key="s" * 22, kind=DocumentKind.HANDOVER, subject_kind=DocumentSubject.HANDOVER_FORM,
            subject_id=forms(session, loop)[FormKind.TOWN].public_id, patient_id=None, area_code=VILLAGE,
            file_id=kept_file(session, county), sha256="0" * 64, recorded_at=NOW, recorded_by=county.users["town"],
        )  # fmt: skip
        session.add(slip)
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        assert follow_loops(session, NOW) == 1
        patient_id = patient.id
    with database.reading() as session:
        assert session.scalars(select(Document.patient_id)).one() == patient_id


def kept_file(session: Session, county: County) -> int:
    content = b"\xff\xd8 a slip"
    return keep_file(
        session, keyring(), "document", "document.jpg", "image/jpeg", content, VILLAGE, county.actor("town"), NOW
    ).id


def test_the_hospital_s_level_is_said_to_who_rates_next_and_changes_nothing(session: Session, county: County) -> None:
    patient, doctor = known(session, county), county.actor("doctor")
    submitted(session, county, risk_level=4)
    said = find_said(session, doctor, patient)
    assert said and (said.level, said.on, patient.risk_level) == (4, TODAY, None)
    assert find_said(session, county.actor("town"), patient) is None
    record_visit(session, vault(session), doctor, command(patient, stable(TODAY)), TODAY, NOW)
    assert find_said(session, doctor, patient) is None, "somebody has looked since"


def test_a_withdrawn_plan_leaves_no_name(session: Session, county: County) -> None:
    hospital = county.actor("hospital")
    plan = plan_discharge(session, vault(session), hospital, PlanDischarge(new_public_id(), "单晓明", TODAY, {}), NOW)
    withdraw_plan(session, hospital, plan.public_id, NOW)
    assert session.get_one(Person, plan.person_id).name == ""


def test_a_form_that_was_stopped_shows_nobody_also_to_a_doctor(session: Session, county: County) -> None:
    patient = known(session, county)
    loop, doctor = told_police(session, county), county.actor("doctor")
    form = forms(session, loop)[FormKind.HEALTH_CENTRE]
    moved(session, county, patient, OTHER_VILLAGE)
    assert shows_person(doctor, form, home_of(session, loop)), "while it is open"
    follow_loops(session, NOW + HOUR)
    assert not shows_person(doctor, form, home_of(session, loop))
    assert all(line.text is None for line in list_receipts(session, doctor, vault(session), loop, form))


def test_one_hospital_s_record_does_not_end_a_stay_in_another(session: Session, county: County) -> None:
    patient = known(session, county)
    record_admission(session, county.actor("doctor"), patient, "邻县安康医院", ADMITTED_ON + 14 * DAY, None, NOW)
    submitted(session, county)
    stay = session.scalars(select(Admission)).one()
    assert (stay.hospital, stay.to_on, patient.care_setting) == ("邻县安康医院", None, CareSetting.INPATIENT)
    asked = select(Task.because).where(Task.kind == TaskKind.CHECK_STATUS, Task.period.startswith("discharge:"))
    assert session.scalars(asked).one()[0]["code"] == "discharges.verify_stay", "somebody looks"


def test_a_record_closed_as_wrong_is_sent_again_under_its_number(session: Session, county: County) -> None:
    said = record()
    first = submit_discharge(session, vault(session), county.actor("hospital"), said, NOW).discharge
    wrong = CloseLoop(CloseReason.WRONG_ENTRY)
    close_loop(session, vault(session), county.actor("coordinator"), first.public_id, wrong, NOW)
    again = submit_discharge(session, vault(session), county.actor("hospital"), said, NOW)
    assert again.discharge.id == first.id, "a system that repeats itself corrects nothing"
    second = submitted(session, county, area_code=SECOND_VILLAGE)
    assert second.id != first.id and second.hospital_number == f"{first.hospital_number} #2"
    assert submitted(session, county, area_code=SECOND_VILLAGE).id == second.id, "and is one loop again"
    number = first.hospital_number or ""
    assert get_loop_state(session, county.actor("hospital"), number).state == "dispatched"


def test_a_corrected_record_of_somebody_unregistered_goes_on_with_the_clue_of_the_wrong_one(
    session: Session, county: County
) -> None:
    nobody: dict[str, Any] = {"id_kind": IdKind.NONE, "id_number": ""}
    first, coordinator = submitted(session, county, name="单小明", **nobody), county.actor("coordinator")
    clue = session.scalars(select(Clue)).one()
    wrong = CloseLoop(CloseReason.WRONG_ENTRY)

    def put_right(**changes: Any) -> Discharge:
        standing = session.scalars(select(Discharge).where(Discharge.close_reason.is_(None))).one()
        close_loop(session, vault(session), coordinator, standing.public_id, wrong, NOW)
        return submitted(session, county, **nobody, **changes)

    right = put_right(area_code=OTHER_VILLAGE, address="西头 2 号")
    assert right.clue_id == first.clue_id == clue.id and session.scalars(select(Clue.id)).all() == [clue.id]
    assert (clue.area_code, clue.agency_id) == (OTHER_VILLAGE, county.actor("other_doctor").agency_id)
    assert session.get_one(Person, clue.person_id).name == "单晓明"
    assert vault(session).open(clue.person_id, "clues.place", clue.place_sealed) == "西头 2 号"
    other = county.actor("other_doctor")
    assert find_docking_of(session, other, clue) == forms(session, right)[FormKind.HEALTH_CENTRE].public_id
    # also where the number was the slip, and while somebody looks
    open_clue(session, other, clue, NOW)
    renumbered = put_right(hospital_number="CY-8", area_code=OTHER_VILLAGE, address="西头 2 号")
    assert renumbered.clue_id == clue.id
    # what was answered of one place answers nothing of another; what is only written better is not asked twice
    close_clue(session, vault(session), other, clue, CloseClue(ClueOutcome.NOT_FOUND, "查无此人"), TODAY, NOW)
    better = put_right(hospital_number="CY-8", area_code=OTHER_VILLAGE, address="西头 2 号", advice="按时复诊")
    assert better.clue_id == clue.id
    elsewhere = put_right(hospital_number="CY-8")
    assert elsewhere.clue_id not in (None, clue.id)
    stranger = put_right(name="王传贞", born_on=date(1971, 3, 2), hospital_number="CY-9")
    assert stranger.clue_id not in (None, clue.id, elsewhere.clue_id), "somebody else is looked for apart"


def test_a_contact_noted_by_mistake_does_not_count(session: Session, county: County) -> None:
    form, worker = forms(session, submitted(session, county))[FormKind.VILLAGE], county.actor("village_worker")
    report_back(session, vault(session), worker, form.public_id, act(), NOW)
    event = session.scalars(select(HandoverEvent).where(HandoverEvent.kind == EventKind.CONTACT)).one()
    undo = CorrectEvent(new_public_id(), event.public_id, "点错了，没有看望", is_undone=True)
    correct_event(session, vault(session), worker, form.public_id, undo, NOW)
    assert (form.contacts_noted, form.acted_at, form.act_due_at) == (
        0,
        None,
        next_contact_due_at(form.dispatched_at, 0),
    )
    with pytest.raises(Conflict):
        again = replace(undo, submission_key=new_public_id())
        correct_event(session, vault(session), worker, form.public_id, again, NOW)
    report_back(session, vault(session), worker, form.public_id, act(), NOW)
    assert form.contacts_noted == 1, "the real one of that day counts"


def test_a_form_that_a_slip_has_ended_is_open_again_and_its_loop_with_it(session: Session, county: County) -> None:
    patient = known(session, county)
    loop, worker = told_police(session, county), county.actor("village_worker")
    sent, doctor = forms(session, loop), county.actor("doctor")
    village, police = sent[FormKind.VILLAGE], sent[FormKind.POLICE]

    def undo(who: str, form: HandoverForm, why: str) -> None:
        """Take the last act out of the count."""
        last = select(HandoverEvent).where(
            HandoverEvent.form_id == form.id, HandoverEvent.kind.in_([EventKind.CONTACT, EventKind.PLAN])
        )
        event = session.scalars(last.order_by(HandoverEvent.id.desc()).limit(1)).one()
        said = CorrectEvent(new_public_id(), event.public_id, why, is_undone=True)
        correct_event(session, vault(session), county.actor(who), form.public_id, said, NOW + 4 * DAY)

    for day in range(4):
        report_back(session, vault(session), worker, village.public_id, act(), NOW + day * DAY)
    assert state(village) is FormState.CLOSED
    undo("village_worker", village, "周四没有去")
    assert (state(village), village.contacts_noted, village.closed_at) == (FormState.ACTING, 3, None)
    assert village.act_due_at == next_contact_due_at(village.dispatched_at, 3)
    with pytest.raises(Conflict):
        undo("village_worker", village, "又点了一次")
    # the office enters papers of the police, and sees the slip when the whole loop has ended
    report_back(session, vault(session), worker, village.public_id, act(), NOW + 4 * DAY)
    report_back(session, vault(session), county.actor("police"), police.public_id, act("电话联系"), NOW)
    report_back(session, vault(session), county.actor("town"), sent[FormKind.TOWN].public_id, act("开了会"), NOW)
    said = ConfirmNotice(new_public_id(), "赵桂兰", "配偶")
    confirm_notice(session, vault(session), county.actor("hospital"), sent[FormKind.GUARDIAN].public_id, said, NOW)
    receive_form(session, doctor, sent[FormKind.HEALTH_CENTRE].public_id, tap(), NOW)
    record_visit(session, vault(session), doctor, command(patient, stable(TODAY)), TODAY, NOW)
    follow_loops(session, NOW + 4 * DAY)
    assert (state(loop), loop.close_reason) == (DischargeState.CLOSED, CloseReason.DONE)
    undo("county_office", police, "这是另一户的登记")
    assert (state(loop), loop.close_reason, loop.closed_at) == (DischargeState.ACTING, None, None)
    assert (state(police), police.acted_at) == (FormState.RECEIVED, None)
    lines = list_receipts(session, county.actor("doctor"), vault(session), loop)
    undone = next(one for one in lines if one.kind is EventKind.UNDONE and one.form is FormKind.POLICE)
    assert undone.text == "这是另一户的登记" and undone.who == county.actor("county_office").name
    assert [one.form for one in lines if one.kind is EventKind.REOPENED] == [FormKind.VILLAGE, FormKind.POLICE, None]
    # what a person has ended has ended
    close_loop(
        session, vault(session), county.actor("coordinator"), loop.public_id, CloseLoop(CloseReason.HANDLED), NOW
    )
    with pytest.raises(Conflict):
        undo("town", sent[FormKind.TOWN], "会还没有开")
    with pytest.raises(IntegrityError, match="guard_discharges_ended"), session.begin_nested():
        opened = {"state": DischargeState.ACTING, "close_reason": None}
        session.execute(update(Discharge).where(Discharge.id == loop.id).values(**opened))


def test_a_loop_of_a_record_that_was_merged_away_follows_the_one_that_stands(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    who: dict[str, Any] = {"name": "陈秀瑛", "id_number": id_number(sequence=4), "sex": Sex.FEMALE}
    loop = submitted(session, county, area_code=OTHER_VILLAGE, **who)
    assert loop.patient_id == merged.id
    _merge(session, county, kept, merged)
    doctor = county.actor("doctor")
    record_visit(session, vault(session), doctor, command(kept, stable(TODAY)), TODAY, NOW)
    assert follow_loops(session, NOW + HOUR) == 1
    form = forms(session, loop)[FormKind.HEALTH_CENTRE]
    assert (form.agency_id, state(form)) == (doctor.agency_id, FormState.CLOSED), "taken over, and visited"
    assert [one.id for one, _form in list_of_patient(session, doctor, kept)] == [loop.id]


# -- numbers and clocks ------------------------------------------------------------------------------------------------


def test_one_number_is_one_discharge_and_one_discharge_one_number(session: Session, county: County) -> None:
    first = submitted(session, county)
    other: dict[str, Any] = {
        "name": "王传贞",
        "id_number": id_number(datetime(1971, 3, 2, tzinfo=UTC).date(), 8),
        "born_on": None,
    }
    for changes, code in (
        (other, "discharges.number_taken"),
        ({"hospital_number": "CY-2"}, "discharges.sent_under"),
        ({"hospital_number": "CY-3", "area_code": VILLAGE, "place": "北京"}, "discharges.place_twice"),
        ({"hospital_number": "CY-4", "area_code": VILLAGE[:9] + "000"}, "discharges.to_the_village"),
    ):
        with pytest.raises(Invalid) as refused:
            submitted(session, county, **changes)
        assert code in {why.code for whys in refused.value.errors.values() for why in whys}, changes
    with pytest.raises(Invalid) as otherwise:  # a slip put right is the same discharge, and nobody would read it
        submitted(session, county, name="单小明", advice="改正了名字")
    assert set(otherwise.value.errors) == {"hospital_number", "name", "advice"}
    first.area_code = OTHER_VILLAGE  # the person has moved meanwhile
    assert submitted(session, county).id == first.id, "a repetition is compared with what the hospital had said"
    paper: dict[str, Any] = {"hospital_name": "外县医院", "received_at": NOW - 3 * DAY, "discharged_at": NOW - DAY}
    with pytest.raises(Invalid) as refused:
        submitted(session, county, "county_office", hospital_number="P-1", **paper)
    assert set(refused.value.errors) == {"received_at"}


def test_a_village_in_time_is_not_late_and_a_visit_on_the_last_day_is_in_time(session: Session, county: County) -> None:
    patient, coordinator = known(session, county), county.actor("coordinator")
    left = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # nine o'clock in the morning
    loop = submitted(session, county, discharged_at=left, form_on=left.date(), now=left + HOUR)
    form = forms(session, loop)[FormKind.VILLAGE]
    worker, at = county.actor("village_worker"), left + DAY
    report_back(session, vault(session), worker, form.public_id, act(), at)
    for kind, who in ((FormKind.HEALTH_CENTRE, "doctor"), (FormKind.TOWN, "town")):
        receive_form(session, county.actor(who), forms(session, loop)[kind].public_id, tap(), at)
    assert count_loops(session, coordinator, left + 5 * DAY)[Which.LATE] == 0
    assert count_loops(session, coordinator, left + 12 * DAY)[Which.LATE] == 1, "the second contact and the town's plan"
    visited_on = datetime(2026, 11, 16, tzinfo=UTC).date()
    record_visit(
        session, vault(session), county.actor("doctor"), command(patient, stable(visited_on)), visited_on, left
    )
    follow_loops(session, left + 14 * DAY)
    assert indicators_of(session, coordinator, NOW).visited_in_time.count == 1
    # somebody else, of whom nobody took any notice: closing the loop by hand does not hide the visit that was missed
    missed = submitted(
        session,
        county,
        hospital_number="CY-9",
        name="沈错过",
        id_number=id_number(sequence=11),
        discharged_at=left,
        form_on=left.date(),
        now=left + HOUR,
    )
    fresh = submitted(session, county, hospital_number="CY-10", name="方来迟", id_number=id_number(sequence=9))
    board: list[str] = []
    after: str | None = None
    while after is not None or not board:
        page = list_loops(session, coordinator, Which.LIVE, "", NOW, after, 1)
        board, after = [*board, *(one.public_id for one in page.rows)], page.next_cursor
    assert board == [missed.public_id, loop.public_id, fresh.public_id], "what is late stands first, on every page"
    receive_form(session, county.actor("town"), forms(session, missed)[FormKind.TOWN].public_id, tap(), at)
    said = CloseLoop(CloseReason.HANDLED, "已随子女外出")
    close_loop(session, vault(session), coordinator, missed.public_id, said, NOW)
    share = indicators_of(session, coordinator, NOW).visited_in_time
    assert (share.count, share.among) == (1, 2)
    clears = clears_of(session, coordinator, vault(session), missed)
    assert clears.received == 1 < clears.asked, "who was asked stands there after the end"


def test_every_open_form_is_reached_page_by_page(session: Session, county: County) -> None:
    for number in range(1, 4):
        submitted(
            session,
            county,
            name=f"单晓{'一二三'[number - 1]}",
            id_number=id_number(sequence=2 * number + 1),
            hospital_number=f"N{number}",
            is_refused=number == 2,
        )
    doctor, seen, cursor = county.actor("doctor"), [], None
    for _page in range(3):
        page = list_inbox(session, doctor, NOW, cursor, size=1)
        seen += [row.public_id for row in page.rows]
        cursor = page.next_cursor
    assert cursor is None and len(set(seen)) == 3
    assert len(list_inbox(session, doctor, NOW, "nonsense").rows) == 3


# -- what fails at one loop --------------------------------------------------------------------------------------------


def test_a_loop_that_cannot_be_followed_stops_nobody_else_s(
    session: Session, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    loops = []
    for number in (1, 2):
        name, number_of = f"单晓{'一二'[number - 1]}", id_number(sequence=2 * number + 1)
        one = registered(session, county.actor("doctor"), name=name, sequence=2 * number + 1)
        loops.append(submitted(session, county, name=name, id_number=number_of, hospital_number=f"N{number}"))
        first_guardian(session, county.actor("doctor"), one, person=person("赵桂兰", sequence=500 + 2 * number))
    as_it_is = following_module._follow

    def follow(session: Session, seen: Discharge, *rest: Any) -> int:
        done = as_it_is(session, seen, *rest)
        if seen.id == loops[0].id:
            raise RuntimeError("a row that somebody changed by hand")
        return done

    monkeypatch.setattr(following_module, "_follow", follow)
    assert follow_loops(session, NOW) == 1 and follow_loops(session, NOW + HOUR) == 0
    turned = select(HandoverForm.discharge_id).where(HandoverForm.guardianship_id.is_not(None))
    assert session.scalars(turned).all() == [loops[1].id], "what was begun at the first is undone"
    noted = select(AuditEvent.subject_id).where(AuditEvent.action == "discharges.follow_failed")
    assert session.scalars(noted).all() == [loops[0].public_id], "said once a day"
