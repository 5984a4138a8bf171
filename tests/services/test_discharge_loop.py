"""一历五单: the record opens the loop, five units are told, receive, act; facts of the register move it, people close it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import AreaLevel
from app.core.clock import business_day
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.discharges.commands import (
    CloseLoop,
    ConfirmNotice,
    CorrectEvent,
    OnBehalf,
    PlanDischarge,
    ReceiveForm,
    ReportBack,
)
from app.discharges.labels import UNGUARDED
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.papers import rows_of
from app.discharges.queries.reach import get_own_record
from app.discharges.queries.sheets import open_form_sheet
from app.discharges.rules.checks import check_record
from app.discharges.rules.states import (
    CloseReason,
    DischargeState,
    DischargeTo,
    DischargeType,
    EventKind,
    FormKind,
    FormState,
    LateBy,
    LegalBasis,
    Source,
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
from app.patients.models import Admission, Clue, Patient
from app.patients.rules import ManagementStatus, SpanKind, TransferReason
from app.patients.service import change_state, record_admission, record_death
from app.people.models import DatePrecision, Person
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.service.recording import record_visit
from tests.rig.county import COUNTY, OTHER_VILLAGE, VILLAGE, County
from tests.rig.discharges import ADMITTED_ON, escalations, events, forms, record, submitted
from tests.rig.register import NOW, TODAY, first_guardian, person, registered, vault
from tests.rig.visits import command, stable

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PAPER = OnBehalf("老周", "文书", "〔2026〕第7号", TODAY)
LOCAL = {FormKind.GUARDIAN, FormKind.HEALTH_CENTRE, FormKind.TOWN, FormKind.VILLAGE}


def known(session: Session, county: County) -> Patient:
    patient = registered(session, county.actor("doctor"))
    first_guardian(session, county.actor("doctor"), patient)
    return patient


def state(one: Discharge | HandoverForm) -> DischargeState | FormState:
    """As it stands now."""
    return one.state


def tap(**more: Any) -> ReceiveForm:
    return ReceiveForm(new_public_id(), **more)


def act(text: str = "", **more: Any) -> ReportBack:
    return ReportBack(new_public_id(), text, **more)


def told_police(session: Session, county: County) -> Discharge:
    return submitted(session, county, risk_level=3)


# -- sending -----------------------------------------------------------------------------------------------------------


def test_edge_09_the_record_ends_the_stay_and_tells_everybody_at_once(session: Session, county: County) -> None:
    patient = known(session, county)
    record_admission(session, county.actor("doctor"), patient, "县院", ADMITTED_ON, None, NOW)
    loop = submitted(session, county, risk_level=3)
    sent = forms(session, loop)
    assert set(sent) == LOCAL | {FormKind.POLICE}
    assert state(loop) is DischargeState.DISPATCHED and loop.late_by is None and loop.county_code == COUNTY
    assert all(form.receive_due_at == NOW + 24 * HOUR for form in sent.values())
    assert sent[FormKind.POLICE].legal_basis is LegalBasis.RISK
    assert sent[FormKind.GUARDIAN].guardianship_id is not None and sent[FormKind.GUARDIAN].agency_id is None
    assert sent[FormKind.HEALTH_CENTRE].agency_id == county.actor("doctor").agency_id
    assert sent[FormKind.VILLAGE].agency_id == county.actor("village_worker").agency_id
    stay = session.scalars(select(Admission)).one()
    assert (stay.from_on, stay.to_on) == (ADMITTED_ON, TODAY)
    visit = session.scalars(select(Task).where(Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN)).one()
    assert visit.due_on == TODAY + timedelta(days=3) == session.get_one(Patient, patient.id).next_due_on
    assert business_day(sent[FormKind.HEALTH_CENTRE].act_due_at or NOW) == visit.due_on


def test_below_level_three_the_first_visit_has_fourteen_days_and_the_police_hear_nothing(
    session: Session, county: County
) -> None:
    known(session, county)
    sent = forms(session, submitted(session, county))
    assert set(sent) == LOCAL
    assert business_day(sent[FormKind.HEALTH_CENTRE].act_due_at or NOW) == TODAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("changes", "allowed", "basis"),
    [
        ({"is_law_30": True}, None, LegalBasis.LAW_30),
        ({"behaviours": 0b10}, None, LegalBasis.INCIDENT),
        ({"risk_level": 4}, None, LegalBasis.RISK),
        ({"risk_level": 4}, [LegalBasis.LAW_30], None),
    ],
)
def test_the_police_are_told_only_on_a_ground_that_the_county_knows(
    session: Session,
    county: County,
    changes: dict[str, Any],
    allowed: list[LegalBasis] | None,
    basis: LegalBasis | None,
) -> None:
    if allowed is not None:
        set_police_bases(session, county.actor("county_office"), allowed, NOW)
    form = forms(session, submitted(session, county, **changes)).get(FormKind.POLICE)
    assert (form.legal_basis if form else None) is basis


def test_the_hospitals_number_is_one_loop_and_another_hospitals_record_is_not_found(
    session: Session, county: County
) -> None:
    hospital = county.actor("hospital")
    first = submit_discharge(session, vault(session), hospital, record(), NOW)
    again = submit_discharge(session, vault(session), hospital, record(), NOW + HOUR)
    with pytest.raises(Invalid) as otherwise:
        submit_discharge(session, vault(session), hospital, record(name="改了名", contact_phone=""), NOW + HOUR)
    assert set(otherwise.value.errors) == {"hospital_number", "name", "contact_phone"}
    assert (first.is_new, again.is_new) == (True, False) and again.discharge.id == first.discharge.id
    other = Agency(name="外院", kind=AgencyKind.HOSPITAL, area_code=COUNTY)
    session.add(other)
    session.flush()
    stranger = replace(hospital, agency_id=other.id)
    with pytest.raises(NotFound):
        get_own_record(session, stranger, first.discharge.public_id)
    with pytest.raises(NotFound):
        submit_discharge(
            session, vault(session), stranger, record(planned=first.discharge.public_id, hospital_number="X1"), NOW
        )
    theirs = submit_discharge(session, vault(session), stranger, record(id_number="", id_kind=IdKind.NONE), NOW)
    assert theirs.is_new and theirs.discharge.hospital_key != first.discharge.hospital_key


def test_errors_are_said_by_field(session: Session, county: County) -> None:
    wrong = record(
        diagnosis_code="精分", effect=9, behaviours=0b1000001, rehabilitation=0b10000, discharged_at=NOW + DAY,
        first_diagnosed="6月", area_code="123", doctor_phone="12", form_on=TODAY + DAY, id_number="349921198005010012",
        recheck_on=date(2026, 1, 1), admission_count=0, risk_level=7, hospital_number="院 7/..",
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        submit_discharge(session, vault(session), county.actor("hospital"), wrong, NOW)
    assert set(refused.value.errors) == {
        "diagnosis_code", "effect", "behaviours", "rehabilitation_other", "discharged_at", "first_diagnosed", "area_code",
        "doctor_phone", "form_on", "id_number", "recheck_on", "admission_count", "risk_level", "hospital_number",
    }  # fmt: skip
    assert session.scalars(select(Discharge)).all() == []
    with pytest.raises(Forbidden):
        submit_discharge(session, vault(session), county.actor("doctor"), record(), NOW)


@pytest.mark.parametrize(
    ("how", "to"),
    [
        (DischargeType.ORDERED, DischargeTo.HOSPITAL),
        (DischargeType.FAMILY, DischargeTo.HOSPITAL),
        (DischargeType.TRANSFER, DischargeTo.HOME),
        (DischargeType.DEATH, DischargeTo.HOME),
        (DischargeType.DEATH, DischargeTo.CARE_HOME),
    ],
)
def test_nobody_is_sent_home_to_somebody_who_lies_elsewhere(how: DischargeType, to: DischargeTo) -> None:
    errors = check_record(record(discharge_type=how, discharge_to=to), NOW)
    assert set(errors) == {"discharge_to"}


def test_a_late_record_goes_out_at_once_and_is_the_hospitals_lateness(session: Session, county: County) -> None:
    loop = submitted(session, county, discharged_at=NOW - 30 * HOUR)
    assert loop.late_by is LateBy.HOSPITAL and state(loop) is DischargeState.DISPATCHED


@pytest.mark.parametrize(
    ("received_after", "late_by"), [(30, LateBy.HOSPITAL), (3, LateBy.OFFICE)], ids=["paper late", "office late"]
)
def test_for_a_hospital_that_is_not_on_line_the_office_writes_and_the_papers_time_says_whose_lateness(
    session: Session, county: County, received_after: int, late_by: LateBy
) -> None:
    left = NOW - 40 * HOUR
    paper: dict[str, Any] = {"discharged_at": left, "received_at": left + received_after * HOUR, "source": Source.PAPER}
    loop = submitted(session, county, "county_office", hospital_name="外县安定医院", **paper)
    assert loop.is_on_behalf and loop.hospital_id is None and loop.late_by is late_by
    with pytest.raises(Invalid) as refused:
        submitted(session, county, "county_office", discharged_at=left)
    assert set(refused.value.errors) == {"hospital_name"}


def test_death_and_another_hospital_start_no_loop_and_the_register_is_asked_to_look(
    session: Session, county: County
) -> None:
    patient = known(session, county)
    ends = ((DischargeType.DEATH, DischargeTo.UNKNOWN), (DischargeType.TRANSFER, DischargeTo.HOSPITAL))
    for number, (kind, to) in enumerate(ends):
        left = NOW - (number + 1) * DAY
        said: dict[str, Any] = {"discharge_type": kind, "discharge_to": to, "hospital_number": f"N{number}"}
        loop = submitted(session, county, discharged_at=left, **said)
        assert (loop.state, loop.close_reason) == (DischargeState.CLOSED, CloseReason.NO_LOOP)
        assert forms(session, loop) == {}
    asked = session.scalars(select(Task).where(Task.kind == TaskKind.CHECK_STATUS, Task.patient_id == patient.id)).all()
    assert len(asked) == 2 and session.get_one(Person, patient.person_id).died_on is None


def test_a_plan_is_kept_and_confirmed_at_the_door(session: Session, county: County) -> None:
    hospital = county.actor("hospital")
    draft = PlanDischarge(new_public_id(), "单晓明", TODAY + DAY, {"diagnosis": "偏执型"})
    plan = plan_discharge(session, vault(session), hospital, draft, NOW)
    assert state(plan) is DischargeState.PLANNED and forms(session, plan) == {}
    again = plan_discharge(
        session, vault(session), hospital, replace(draft, public_id=plan.public_id, version=plan.version), NOW
    )
    assert again.id == plan.id
    done = submit_discharge(session, vault(session), hospital, record(planned=plan.public_id), NOW)
    assert done.discharge.id == plan.id and plan.draft_sealed is None and state(plan) is DischargeState.DISPATCHED
    with pytest.raises(Conflict):
        withdraw_plan(session, hospital, plan.public_id, NOW)
    other = plan_discharge(session, vault(session), hospital, replace(draft, submission_key=new_public_id()), NOW)
    withdraw_plan(session, hospital, other.public_id, NOW)
    assert state(other) is DischargeState.WITHDRAWN


# -- who is told -------------------------------------------------------------------------------------------------------


def test_without_a_guardian_the_notice_goes_to_the_committee(session: Session, county: County) -> None:
    registered(session, county.actor("doctor"))
    loop = submitted(session, county, contact_name="")
    notice = forms(session, loop)[FormKind.GUARDIAN]
    assert not loop.has_guardian and notice.agency_id == county.actor("village_worker").agency_id
    receive_form(session, county.actor("village_worker"), notice.public_id, tap(), NOW)
    assert state(notice) is FormState.CLOSED


@pytest.mark.parametrize("is_known", [True, False], ids=["registered", "a stranger"])
def test_where_only_the_hospital_knows_the_family_it_has_the_notice_and_the_committee_looks_for_a_guardian(
    session: Session, county: County, is_known: bool
) -> None:
    """ADR 0031: who takes the person home signs for the medicines; that nobody is registered the committee reads on its own form."""
    patient = registered(session, county.actor("doctor")) if is_known else None
    sent = forms(session, submitted(session, county, risk_level=3))
    assert (sent[FormKind.GUARDIAN].agency_id, sent[FormKind.GUARDIAN].addressee) == (None, "")

    def read(kind: FormKind) -> dict[str, str]:
        sheet = open_form_sheet(session, vault(session), sent[kind])
        return dict(rows_of(sheet))

    family = "赵桂兰（配偶）　13900001111"
    for kind, without in ((FormKind.VILLAGE, UNGUARDED), (FormKind.POLICE, ""), (FormKind.HEALTH_CENTRE, "")):
        rows = read(kind)
        assert (rows["登记的监护人"], rows["医院填报的联系人"]) == (without, family), kind
    assert "利培酮片" in read(FormKind.GUARDIAN)["带药和用法"]
    if patient is None:
        return
    first_guardian(session, county.actor("doctor"), patient, person=person("钱有为", sequence=502))
    follow_loops(session, NOW)
    rows = read(FormKind.VILLAGE)
    assert rows["登记的监护人"].startswith("钱有为") and rows["医院填报的联系人"] == family
    assert read(FormKind.HEALTH_CENTRE)["医院填报的联系人"] == family + "（与在册登记不同，请核实）"


def test_one_guardian_of_register_and_hospital_stands_once(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    first_guardian(session, county.actor("doctor"), patient, person=person("赵桂兰", sequence=502, phone="13900001111"))
    form = forms(session, submitted(session, county))[FormKind.VILLAGE]
    rows = dict(rows_of(open_form_sheet(session, vault(session), form)))
    assert rows["登记的监护人"].startswith("赵桂兰") and "医院填报的联系人" not in rows


def test_refused_management_is_an_offer_of_consent(session: Session, county: County) -> None:
    known(session, county)
    form = forms(session, submitted(session, county, is_refused=True))[FormKind.HEALTH_CENTRE]
    assert form.is_information and form.act_due_at is None
    receive_form(session, county.actor("doctor"), form.public_id, tap(), NOW)
    assert state(form) is FormState.CLOSED


def test_an_address_in_another_county_sends_the_docking_form_and_a_transfer_notice_only(
    session: Session, county: County
) -> None:
    known(session, county)
    place = "示例省邻县柳河镇"
    sent = forms(session, submitted(session, county, area_code="349999100200", place=place, risk_level=4))
    assert set(sent) == {FormKind.GUARDIAN, FormKind.HEALTH_CENTRE, FormKind.TRANSFER}
    assert sent[FormKind.TRANSFER].addressee == place
    office = county.actor("county_office")
    receive_form(session, office, sent[FormKind.TRANSFER].public_id, tap(on_behalf=PAPER), NOW)
    assert sent[FormKind.TRANSFER].is_received_on_behalf and state(sent[FormKind.TRANSFER]) is FormState.CLOSED


def test_edge_36_somebody_lost_who_is_found_far_away_is_lost_no_more_and_the_old_office_hears_of_it(
    session: Session, county: County
) -> None:
    patient = known(session, county)
    lost_on = date(2026, 6, 1)
    change_state(session, county.actor("health_lead"), patient, SpanKind.MANAGEMENT, "lost", lost_on, None, NOW)
    next_county = "349922000000"
    session.add_all(
        Area(code=code, name=name, level=level, parent_code=parent)
        for code, name, level, parent in (
            (next_county, "邻县", AreaLevel.COUNTY, "349900000000"),
            ("349922100000", "柳河镇", AreaLevel.TOWN, next_county),
            ("349922100200", "柳村", AreaLevel.VILLAGE, "349922100000"),
        )
    )
    session.flush()
    far = Agency(name="邻县精防办", kind=AgencyKind.COUNTY_OFFICE, area_code=next_county)
    hospital = Agency(name="邻县安定医院", kind=AgencyKind.HOSPITAL, area_code=next_county)
    session.add_all([far, hospital])
    session.flush()
    there = replace(county.actor("hospital"), agency_id=hospital.id, area_prefix="349922")
    loop = submit_discharge(session, vault(session), there, record(area_code="349922100200"), NOW).discharge
    sent = forms(session, loop)
    assert (
        loop.county_code == COUNTY
        and session.get_one(Patient, patient.id).management_status is ManagementStatus.MANAGED
    )
    assert sent[FormKind.ORIGIN].agency_id == county.actor("county_office").agency_id
    assert sent[FormKind.TRANSFER].agency_id == far.id


def test_a_stranger_opens_the_loop_with_a_task_for_the_health_centre_and_the_hospital_cannot_tell(
    session: Session, county: County
) -> None:
    loop = submitted(session, county)
    clue = session.scalars(select(Clue)).one()
    assert clue.id == loop.clue_id and clue.reported_by == 0 and loop.patient_id is None
    assert set(forms(session, loop)) == LOCAL
    registered(session, county.actor("doctor"))
    assert follow_loops(session, NOW) == 1
    assert session.scalars(select(Discharge.patient_id)).one() is not None
    assert EventKind.REGISTERED in {one.kind for one in events(session, loop)}
    assert session.scalars(select(Admission)).one().to_on == TODAY
    assert follow_loops(session, NOW) == 0


def test_a_number_that_is_another_persons_is_not_theirs_and_the_hospital_is_not_told(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"), name="王别人")
    loop = submitted(session, county)
    assert loop.patient_id is None and loop.person_id != patient.person_id and loop.clue_id is not None


# -- receiving, acting, closing ----------------------------------------------------------------------------------------


def test_five_units_receive_and_act_and_the_loop_closes_by_itself(session: Session, county: County) -> None:
    patient = known(session, county)
    loop = told_police(session, county)
    sent = forms(session, loop)
    hands = {
        FormKind.HEALTH_CENTRE: "doctor", FormKind.POLICE: "police", FormKind.TOWN: "town", FormKind.VILLAGE: "village_worker",
    }  # fmt: skip
    for kind, who in hands.items():
        receive_form(session, county.actor(who), sent[kind].public_id, tap(), NOW + HOUR)
    assert state(loop) is DischargeState.DISPATCHED
    signed = ConfirmNotice(new_public_id(), "赵桂兰", "配偶")
    confirm_notice(session, vault(session), county.actor("hospital"), sent[FormKind.GUARDIAN].public_id, signed, NOW)
    assert state(loop) is DischargeState.ACTING
    for kind in (FormKind.POLICE, FormKind.TOWN):
        report_back(session, vault(session), county.actor(hands[kind]), sent[kind].public_id, act("已联系"), NOW + DAY)
        assert sent[kind].state is FormState.CLOSED
    village = county.actor("village_worker")
    for week in range(4):
        at = NOW + timedelta(days=2 + 7 * week)
        report_back(session, vault(session), village, sent[FormKind.VILLAGE].public_id, act("在家，按时服药"), at)
        with pytest.raises(Conflict):
            report_back(session, vault(session), village, sent[FormKind.VILLAGE].public_id, act(), at + HOUR)
        assert sent[FormKind.VILLAGE].contacts_noted == week + 1
    assert state(sent[FormKind.VILLAGE]) is FormState.CLOSED and state(loop) is DischargeState.ACTING
    with pytest.raises(Conflict):
        report_back(
            session, vault(session), county.actor("doctor"), sent[FormKind.HEALTH_CENTRE].public_id, act(), NOW + DAY
        )
    visit = command(patient, stable(TODAY + DAY))
    record_visit(session, vault(session), county.actor("doctor"), visit, TODAY + DAY, NOW + DAY)
    assert follow_loops(session, NOW + 30 * DAY) == 1
    assert (loop.state, loop.close_reason) == (DischargeState.CLOSED, CloseReason.DONE)
    assert state(sent[FormKind.HEALTH_CENTRE]) is FormState.CLOSED


def test_a_form_is_found_by_the_unit_it_is_addressed_to_and_nobody_else(session: Session, county: County) -> None:
    sent = forms(session, told_police(session, county))
    for who in ("other_doctor", "police", "town", "village_worker"):
        with pytest.raises(NotFound):
            receive_form(session, county.actor(who), sent[FormKind.HEALTH_CENTRE].public_id, tap(), NOW)
    with pytest.raises(NotFound):
        receive_form(session, county.actor("doctor"), sent[FormKind.POLICE].public_id, tap(), NOW)
    with pytest.raises(Forbidden):
        receive_form(session, county.actor("clerk"), sent[FormKind.POLICE].public_id, tap(), NOW)


def test_a_receipt_may_be_entered_from_the_units_stamped_paper_and_is_told_apart(
    session: Session, county: County
) -> None:
    loop = told_police(session, county)
    sent, office = forms(session, loop), county.actor("county_office")
    with pytest.raises(Invalid):
        receive_form(session, office, sent[FormKind.POLICE].public_id, tap(), NOW)
    with pytest.raises(Invalid):
        wrong = replace(PAPER, paper="349921198005010012")
        receive_form(session, office, sent[FormKind.POLICE].public_id, tap(on_behalf=wrong), NOW)
    receive_form(session, office, sent[FormKind.POLICE].public_id, tap(on_behalf=PAPER), NOW)
    said = next(one for one in events(session, loop) if one.kind is EventKind.RECEIVED)
    assert said.is_on_behalf and (said.who, said.post, said.paper) == ("老周", "文书", PAPER.paper)
    assert said.recorded_by == office.user_id and sent[FormKind.POLICE].is_received_on_behalf
    report_back(
        session, vault(session), county.actor("town"), sent[FormKind.VILLAGE].public_id, act(on_behalf=PAPER), NOW
    )
    assert sent[FormKind.VILLAGE].contacts_noted == 1
    with pytest.raises(NotFound):
        receive_form(session, county.actor("town"), sent[FormKind.HEALTH_CENTRE].public_id, tap(on_behalf=PAPER), NOW)


def test_of_two_who_receive_at_the_same_moment_one_is_written_down(database: Database, county: County) -> None:
    with database.transaction() as session:
        form = forms(session, told_police(session, county))[FormKind.HEALTH_CENTRE].public_id
    for who in ("doctor", "health_lead"):
        with database.transaction() as session:
            receive_form(session, county.actor(who), form, tap(), NOW + HOUR)
    with database.transaction() as session:
        said = session.scalars(select(HandoverEvent).where(HandoverEvent.kind == EventKind.RECEIVED)).one()
        assert said.recorded_by == county.users["doctor"]


def test_what_was_said_is_corrected_by_another_line_and_the_database_refuses_the_rest(
    session: Session, county: County
) -> None:
    loop = told_police(session, county)
    form, police = forms(session, loop)[FormKind.POLICE], county.actor("police")
    report_back(session, vault(session), police, form.public_id, act("联系到父亲"), NOW)
    said = next(one for one in events(session, loop) if one.kind is EventKind.CONTACT)
    right = CorrectEvent(new_public_id(), said.public_id, "是母亲")
    corrected = correct_event(session, vault(session), police, form.public_id, right, NOW + HOUR)
    assert corrected.corrects_id == said.id
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(update(HandoverEvent).where(HandoverEvent.id == said.id).values(who="x"))
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(update(Discharge).where(Discharge.id == loop.id).values(state="planned"))


def test_the_coordinator_closes_with_a_reason_and_nobody_is_asked_any_more(session: Session, county: County) -> None:
    loop = told_police(session, county)
    said = CloseLoop(CloseReason.HANDLED, "家属已陪同复诊")
    with pytest.raises(Forbidden):
        close_loop(session, vault(session), county.actor("county_office"), loop.public_id, said, NOW)
    with pytest.raises(Invalid):
        close_loop(
            session, vault(session), county.actor("coordinator"), loop.public_id, CloseLoop(CloseReason.DIED), NOW
        )
    close_loop(session, vault(session), county.actor("coordinator"), loop.public_id, said, NOW)
    assert loop.close_reason is CloseReason.HANDLED and loop.closed_by == county.users["coordinator"]
    assert {form.state for form in forms(session, loop).values()} == {FormState.STOPPED}
    with pytest.raises(Conflict):
        receive_form(session, county.actor("police"), forms(session, loop)[FormKind.POLICE].public_id, tap(), NOW)


# -- facts -------------------------------------------------------------------------------------------------------------


def test_a_new_stay_or_a_death_stops_the_loop(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = known(session, county)
    loop = told_police(session, county)
    record_admission(session, doctor, patient, "县院", TODAY + DAY, None, NOW)
    assert follow_loops(session, NOW + DAY) == 1
    assert (loop.state, loop.close_reason) == (DischargeState.CLOSED, CloseReason.READMITTED)
    record_death(session, doctor, patient, TODAY + 3 * DAY, DatePrecision.DAY, 1, NOW + 4 * DAY)
    second = submitted(session, county, hospital_number="N2", discharged_at=NOW + 2 * DAY, now=NOW + 2 * DAY)
    assert follow_loops(session, NOW + 4 * DAY) == 1
    assert second.close_reason is CloseReason.DIED and follow_loops(session, NOW + 4 * DAY) == 0


def test_a_move_releases_the_old_units_and_tells_the_new_ones(session: Session, county: County) -> None:
    patient = known(session, county)
    loop = told_police(session, county)
    before = forms(session, loop)
    wanted = ProposeTransfer(patient.public_id, "move", OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
    proposed, there = (
        propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW),
        county.actor("other_doctor"),
    )
    accept_transfer(session, there, proposed.public_id, AcceptTransfer(TODAY, there.user_id or 0), TODAY, NOW)
    assert follow_loops(session, NOW + DAY) == 1
    after = forms(session, loop)
    assert before[FormKind.HEALTH_CENTRE].stopped_reason is CloseReason.MOVED
    assert after[FormKind.HEALTH_CENTRE].round == 2
    assert after[FormKind.HEALTH_CENTRE].agency_id == county.actor("other_doctor").agency_id
    assert after[FormKind.GUARDIAN].round == 1 and after[FormKind.VILLAGE].area_code == OTHER_VILLAGE
    assert state(loop) is DischargeState.DISPATCHED and loop.area_code == OTHER_VILLAGE != VILLAGE
    assert follow_loops(session, NOW + DAY) == 0


# -- nobody answers ----------------------------------------------------------------------------------------------------


def test_each_step_is_told_once_by_name_also_after_three_days_without_a_scheduler(
    session: Session, county: County
) -> None:
    loop = told_police(session, county)
    form = forms(session, loop)[FormKind.VILLAGE]
    assert escalate(session, NOW + 23 * HOUR) == 0
    for kind, who in ((FormKind.HEALTH_CENTRE, "doctor"), (FormKind.POLICE, "police"), (FormKind.TOWN, "town")):
        receive_form(session, county.actor(who), forms(session, loop)[kind].public_id, tap(), NOW)
    assert escalate(session, NOW + 73 * HOUR) == 6  # the village's form and the guardian's notice, three steps each
    assert escalate(session, NOW + 73 * HOUR) == 0
    of_village = [one for one in escalations(session) if one.form_id == form.id]
    assert [one.hours for one in of_village] == [24, 48, 72]
    assert [one.due_at for one in of_village] == [NOW + hours * HOUR for hours in (24, 48, 72)]
    assert [one.user_id for one in of_village] == [
        county.users["village_worker"], county.users["coordinator"], county.users["coordinator"],
    ]  # fmt: skip
    assert all(one.named for one in of_village)
    notice = forms(session, loop)[FormKind.GUARDIAN].id
    first = next(one for one in escalations(session) if (one.form_id, one.hours) == (notice, 24))
    assert first.user_id == county.users["health_lead"], (
        "who calls the family; the hospital hears of nobody's registration"
    )
