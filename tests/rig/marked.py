"""Records of discharge whose every value is marked, one for each way that a hand-over goes, in one county and its neighbour."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import AreaLevel
from app.core.actor import Role
from app.core.db import new_public_id
from app.core.identity import Sex
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.discharges.commands import (
    CloseLoop,
    ConfirmNotice,
    CorrectEvent,
    Medicine,
    OnBehalf,
    PlanDischarge,
    ReceiveForm,
    ReportBack,
)
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.late import late_forms
from app.discharges.rules.states import CloseReason, EventKind, FormKind, Source
from app.discharges.service import (
    close_loop,
    confirm_notice,
    correct_event,
    escalate,
    follow_loops,
    plan_discharge,
    receive_form,
    report_back,
    submit_discharge,
)
from app.incidents.commands.conferences import CallConference, TakeDecision
from app.incidents.queries.conferences import list_agencies_to_ask, list_invitees, list_items
from app.incidents.rules.conferences import DecisionKind
from app.incidents.service.conferences import add_items, call_conference, hold, take_decision
from app.patients.models import Patient
from app.patients.rules import SpanKind, TransferReason
from app.patients.service import change_state, record_admission
from app.people.models import Person
from app.visits.service.recording import record_visit
from tests.rig.clock import NOW, TODAY
from tests.rig.county import OTHER_TOWN, OTHER_VILLAGE, County
from tests.rig.discharges import record
from tests.rig.marks import ADMITTED_ON, FORM_ON, LEFT_AT, RECHECK_ON, STORIES, birth_of, values_of
from tests.rig.register import first_guardian, person, registered, vault
from tests.rig.telling import agrees, approve_words
from tests.rig.visits import command, stable

DAY = timedelta(days=1)
NEXT_COUNTY, NEXT_VILLAGE = "349922000000", "349922100200"
# people of units that the county of the rig lacks: role, place, kind of office
MORE_USERS = {
    "other_town": (Role.TOWN, OTHER_TOWN, AgencyKind.GOVERNANCE),
    "other_worker": (Role.VILLAGE_WORKER, OTHER_VILLAGE, AgencyKind.VILLAGE_COMMITTEE),
    "other_police": (Role.POLICE, OTHER_TOWN, AgencyKind.POLICE),
    "next_office": (Role.COUNTY_OFFICE, NEXT_COUNTY, AgencyKind.COUNTY_OFFICE),
    "next_doctor": (Role.DOCTOR, NEXT_VILLAGE[:9] + "000", AgencyKind.HEALTH_CENTRE),
    "next_hospital": (Role.HOSPITAL, NEXT_COUNTY, AgencyKind.HOSPITAL),
}


@dataclass
class Planted:
    """Public ids: of records, of their forms by kind and round, of people; and what the conference was made of."""

    records: dict[str, str] = field(default_factory=dict)
    forms: dict[str, tuple[str, FormKind]] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)


def plant(session: Session, county: County) -> Planted:
    """All records but the one that the hospital's system sends."""
    _enlarge(session, county)
    approve_words(session, county)
    planted = Planted()
    _wait(session, county, planted)
    _sent(session, county, planted, "alone", contact_name="", contact_relation="", contact_phone="", is_refused=True)
    _go_far(session, county, planted)
    _move(session, county, planted)
    _put_right(session, county, planted)
    _answer_all(session, county, planted)
    _come_back(session, county, planted)
    _plan(session, county, planted)
    follow_loops(session, NOW)
    return planted


def name_forms(session: Session, planted: Planted) -> None:
    """Whose paper each address is."""
    rows = session.execute(
        select(Discharge.hospital_number, Discharge.public_id, HandoverForm.public_id, HandoverForm.kind).join(
            HandoverForm, HandoverForm.discharge_id == Discharge.id
        )
    )
    numbers = {values_of(story)["report"]: story for story in STORIES if story != "right"}
    numbers[f"{values_of('right')['report']} #2"] = "right"
    for number, loop, form, kind in rows:
        planted.records[numbers[str(number)]] = loop
        planted.forms[form] = (numbers[str(number)], kind)


def said_of(story: str) -> dict[str, Any]:
    """The record's fields, by the names of the command."""
    values = values_of(story)
    return {
        "name": values["name"], "id_number": values["id"], "born_on": date.fromisoformat(values["born"]),
        "sex": Sex.MALE, "risk_level": 4, "is_law_30": True, "discharged_at": LEFT_AT, "admitted_on": ADMITTED_ON,
        "address": values["address"], "phone": values["own-phone"], "contact_name": values["contact"],
        "contact_relation": values["contact-relation"], "contact_phone": values["contact-phone"],
        "diagnosis": values["diagnosis"], "diagnosis_code": values["code"],
        "medicines": (Medicine(values["medicine"], values["dose"], values["usage"]),),
        "medicines_in_hospital": (Medicine(values["in-hospital"]),), "advice": values["advice"],
        "warning_signs": values["signs"], "rehabilitation": 0b10000, "rehabilitation_other": values["rehabilitation"],
        "doctor_name": values["hospital-doctor"], "doctor_phone": values["hospital-doctor-phone"],
        "inpatient_number": values["inpatient-number"], "hospital_number": values["report"],
        "nationality": values["nationality"], "first_diagnosed": values["first-diagnosed"],
        "pay_method": 1, "is_funded": True, "help_needed": 0b100, "behaviours": 0b100, "recheck_on": RECHECK_ON,
        "form_on": FORM_ON,
    }  # fmt: skip


def _enlarge(session: Session, county: County) -> None:
    """The other town's units, and the next county with an office, a health centre and a hospital of its own."""
    session.add_all(
        Area(code=code, name=name, level=level, parent_code=parent)
        for code, name, level, parent in (
            (NEXT_COUNTY, "邻县", AreaLevel.COUNTY, "349900000000"),
            (NEXT_VILLAGE[:9] + "000", "柳河镇", AreaLevel.TOWN, NEXT_COUNTY),
            (NEXT_VILLAGE, "柳村", AreaLevel.VILLAGE, NEXT_VILLAGE[:9] + "000"),
        )
    )
    session.flush()
    for name, (role, area, kind) in MORE_USERS.items():
        agency = Agency(name=f"{name}的单位", kind=kind, area_code=area, phone="0559-1234567")
        session.add(agency)
        session.flush()
        user = User(
            name=name, display_name=name, password_hash="!", role=role, area_code=area, agency_id=agency.id, created_at=NOW
        )  # fmt: skip
        session.add(user)
        session.flush()
        county.users[name], county.actors[name] = user.id, actor_of(user)


def _registered(session: Session, county: County, planted: Planted, story: str, *, guarded: bool = True) -> Patient:
    values, doctor = values_of(story), county.actor("doctor")
    born_on, sequence = birth_of(story)
    draft = replace(person(values["name"], born_on=born_on, sequence=sequence), phone=None)
    patient = registered(session, doctor, person=draft)
    planted.patients[story] = patient.public_id
    if guarded:
        draft = person(values["guardian"], sequence=500 + sequence, phone=values["guardian-phone"])
        guardianship = first_guardian(session, doctor, patient, person=draft)
        agrees(session, county, patient, session.get_one(Person, guardianship.person_id))
    return patient


def _sent(session: Session, county: County, planted: Planted, story: str, **more: Any) -> Discharge:
    """The record of somebody of the register, who is registered now where nobody has done so."""
    if story not in planted.patients:
        _registered(session, county, planted, story, guarded=story != "alone")
    who, now = more.pop("who", "hospital"), more.pop("now", NOW)
    said = record(**said_of(story) | more)
    return submit_discharge(session, vault(session), county.actor(who), said, now).discharge


def _forms(session: Session, loop: Discharge) -> dict[FormKind, HandoverForm]:
    rows = select(HandoverForm).where(HandoverForm.discharge_id == loop.id).order_by(HandoverForm.round)
    return {form.kind: form for form in session.scalars(rows)}


def _wait(session: Session, county: County, planted: Planted) -> None:
    """Two days without an answer: told to whoever answers, and talked over by the county."""
    _sent(session, county, planted, "waiting", now=NOW - 2 * DAY)
    escalate(session, NOW)
    holder = county.actor("coordinator")
    partner = next(one for one in list_agencies_to_ask(session, holder) if one.kind is AgencyKind.PARTNER)
    call = CallConference(new_public_id(), NOW + timedelta(hours=1), "三楼会议室", agencies=(partner.public_id,))
    conference = call_conference(session, holder, call, NOW)
    add_items(session, holder, conference, [one.item for one in late_forms(session, holder, TODAY, NOW)], NOW)
    hold(session, holder, conference, [list_invitees(session, conference)[0].public_id], NOW)
    task = TakeDecision(new_public_id(), DecisionKind.DISABILITY, partner.public_id, TODAY + 30 * DAY)
    item = list_items(session, conference)[0].public_id
    take_decision(session, vault(session), holder, conference, item, task, TODAY, NOW)


def _go_far(session: Session, county: County, planted: Planted) -> None:
    patient = _registered(session, county, planted, "far")
    change_state(
        session, county.actor("health_lead"), patient, SpanKind.MANAGEMENT, "lost", date(2026, 6, 1), None, NOW
    )
    _sent(session, county, planted, "far", area_code=NEXT_VILLAGE)


def _move(session: Session, county: County, planted: Planted) -> None:
    loop = _sent(session, county, planted, "moved", now=NOW)
    wanted = ProposeTransfer(planted.patients["moved"], new_public_id(), OTHER_VILLAGE, TransferReason.MOVED_HOUSE)
    proposed = propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    there = county.actor("other_doctor")
    accept_transfer(session, there, proposed.public_id, AcceptTransfer(TODAY, there.user_id), TODAY, NOW)
    patient = session.get_one(Patient, loop.patient_id)
    door = vault(session).seal(patient.person_id, "patients.address", values_of("moved")["new-door"])
    session.execute(update(Patient).where(Patient.id == patient.id).values(address_sealed=door))
    session.expire(patient)


def _put_right(session: Session, county: County, planted: Planted) -> None:
    """Closed by the coordinator in words, and sent again under the same number with everything else put right."""
    planted.patients["wrong"] = _registered(session, county, planted, "right").public_id
    wrong = _sent(session, county, planted, "wrong")
    why = CloseLoop(CloseReason.WRONG_ENTRY, values_of("wrong")["why-wrong"])
    close_loop(session, vault(session), county.actor("coordinator"), wrong.public_id, why, NOW)
    _sent(session, county, planted, "right")


def _answer_all(session: Session, county: County, planted: Planted) -> None:
    sent_at = NOW - 3 * DAY
    loop = _sent(
        session, county, planted, "done", who="county_office", hospital_name="辛家安康诊院", source=Source.PAPER, now=sent_at,
        received_at=sent_at,
    )  # fmt: skip
    forms, words = _forms(session, loop), values_of("done")["words"]
    mine = vault(session)
    for kind, who in ((FormKind.TOWN, "town"), (FormKind.POLICE, "police"), (FormKind.HEALTH_CENTRE, "doctor")):
        is_act = kind is not FormKind.HEALTH_CENTRE
        said = ReportBack(new_public_id(), words, is_act=is_act)
        report_back(session, mine, county.actor(who), forms[kind].public_id, said, NOW)
    for day in range(4):
        said = ReportBack(new_public_id(), words, is_act=True)
        at, worker = sent_at + day * DAY, county.actor("village_worker")
        report_back(session, mine, worker, forms[FormKind.VILLAGE].public_id, said, at)
    signed = ConfirmNotice(new_public_id(), values_of("done")["signer"], "父女", NOW)
    office = county.actor("county_office")
    confirm_notice(session, mine, office, forms[FormKind.GUARDIAN].public_id, signed, NOW)
    patient = session.get_one(Patient, loop.patient_id)
    record_visit(session, mine, county.actor("doctor"), command(patient, stable(TODAY)), TODAY, NOW)


def _come_back(session: Session, county: County, planted: Planted) -> None:
    """The village's paper was entered for it and put right; then the person is in hospital again."""
    loop = _sent(session, county, planted, "back", now=NOW - DAY)
    village = _forms(session, loop)[FormKind.VILLAGE]
    behalf = OnBehalf(values_of("back")["paper-by"], "会计", values_of("back")["paper"], TODAY)
    office = county.actor("county_office")
    receive_form(session, office, village.public_id, ReceiveForm(new_public_id(), NOW, behalf), NOW)
    event = session.scalars(
        select(HandoverEvent).where(HandoverEvent.form_id == village.id, HandoverEvent.kind == EventKind.RECEIVED)
    ).one()
    right = CorrectEvent(new_public_id(), event.public_id, values_of("back")["words"])
    correct_event(session, vault(session), office, village.public_id, right, NOW)
    patient = session.get_one(Patient, loop.patient_id)
    record_admission(session, county.actor("doctor"), patient, "县院", TODAY, None, NOW)


def _plan(session: Session, county: County, planted: Planted) -> None:
    values = values_of("planned")
    typed = {
        "name": values["name"], "id_number": values["id"], "address": values["address"], "contact_name": values["contact"],
        "contact_phone": values["contact-phone"], "diagnosis": values["diagnosis"], "hospital_number": values["report"],
        "medicines": f"{values['medicine']}，{values['dose']}，{values['usage']}", "warning_signs": values["signs"],
    }  # fmt: skip
    plan = PlanDischarge(new_public_id(), values["name"], TODAY, dict(typed))
    planted.records["planned"] = plan_discharge(session, vault(session), county.actor("hospital"), plan, NOW).public_id
