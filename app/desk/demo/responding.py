"""What goes wrong in the demonstration county, and who helps: incidents, a call, the way to a hospital, medicine brought home, a conference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind
from app.areas.rules import prefix_of, town_of
from app.core.scope import within_prefix
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN
from app.desk.demo.settling import County
from app.guardians.models import Agreement
from app.incidents.commands.conferences import (
    AgendaItem,
    AnswerDecision,
    AnswerInvitation,
    CallConference,
    MinuteItem,
    TakeDecision,
)
from app.incidents.commands.crisis import TakeCall, WriteCall
from app.incidents.commands.green import AnswerReception, AskGreen, AskHospital, MoveGreen, PlanRound
from app.incidents.commands.incidents import AddHarm, ConfirmIncident, Decide, ReportIncident
from app.incidents.models import Emergency, Incident
from app.incidents.queries.agenda import suggest
from app.incidents.queries.conferences import list_agencies_to_ask, list_invitees, list_items
from app.incidents.queries.deciding import group_members
from app.incidents.queries.green import running_out
from app.incidents.rules.conferences import DecisionKind, DecisionState, InviteeAnswer, ItemResult, ItemSource
from app.incidents.rules.crisis import AgeBand, CallChannel, Caller, CallOutcome, Danger, DangerNow
from app.incidents.rules.emergencies import PoliceTold
from app.incidents.rules.green import GreenKind, GreenState
from app.incidents.rules.incidents import NOT_AT_FAULT, Harm, IncidentKind, Matter, Victim
from app.incidents.rules.reception import ReceptionState, Transport
from app.incidents.service.conferences import (
    add_items,
    answer_invitation,
    call_conference,
    close_minutes,
    hold,
    minute_item,
    take_decision,
)
from app.incidents.service.crisis import close_call, take_call, write_call
from app.incidents.service.deciding import decide
from app.incidents.service.decisions import answer_decision
from app.incidents.service.green import ask_green, move_green, plan_round, start_round
from app.incidents.service.incidents import add_harm, confirm_incident, report_incident
from app.incidents.service.receptions import answer_reception, ask_hospital
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.vault import Vault

HOSPITAL = "安和县精神卫生中心"
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def respond_together(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """A few honest rows of each kind; everything by the use cases that people would have used."""
    patients = _patients(session)
    if len(patients) < 4:
        return
    decided = _decided_incident(session, vault, county, moments, patients[0])
    _waiting_incident(session, vault, county, moments, patients[1])
    _answered_call(session, vault, county, moments)
    _to_hospital(session, vault, county, moments)
    _medicine(session, vault, county, moments, patients[2:4])
    _conference(session, vault, county, moments, decided)
    session.flush()


def _patients(session: Session) -> Sequence[Patient]:
    """Families of the doctor's town with an agreement, from the end of the list: the first ones show other things."""
    at_home = select(Patient).where(
        within_prefix(Patient.area_code, prefix_of(TOWN)),
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.id.in_(select(Agreement.patient_id).where(Agreement.withdrawn_at.is_(None))),
    )
    return session.scalars(at_home.order_by(Patient.id.desc()).limit(4)).all()


def _decided_incident(session: Session, vault: Vault, county: County, moments: Moments, patient: Patient) -> Incident:
    """Reported by the doctor, confirmed; the group found that the guardian had asked for help (case 32)."""
    day, coordinator = moments.today - 6 * _DAY, county.actors["coordinator"]
    told_at = moments.on(day, 120)
    told = ReportIncident(
        "demo-incident-1", IncidentKind.PUBLIC_ORDER, told_at - 30 * _MINUTE, patient=patient.public_id, place="镇农贸市场",
        what="推倒两个菜摊，无人受伤，民警到场后平息。", has_sought_help=True,
    )  # fmt: skip
    incident = report_incident(session, vault, county.actors["doctor"], told, told_at)
    settled = ConfirmIncident(incident.version, IncidentKind.PUBLIC_ORDER)
    confirm_incident(session, coordinator, incident, settled, moments.on(day + _DAY, 60))
    harmed = AddHarm("demo-harm-1", Victim.THIRD, Harm.PROPERTY, "摊主")
    add_harm(session, vault, coordinator, incident, harmed, moments.on(day + _DAY, 70))
    members = [user.public_id for user, _agency in group_members(session, coordinator, incident)][:2]
    words = "监护人前一日已向村里报告并请求协助，当日在场劝阻。"
    fault = Decide(Matter.FAULT, NOT_AT_FAULT, words, members=tuple(members))
    decide(session, vault, coordinator, incident, fault, day + 2 * _DAY, moments.on(day + 2 * _DAY, 90))
    return incident


def _waiting_incident(session: Session, vault: Vault, county: County, moments: Moments, patient: Patient) -> None:
    """Told by the town today; nobody has looked at it yet."""
    at = moments.on(moments.today, 30)
    told = ReportIncident(
        "demo-incident-2", IncidentKind.MINOR, at - 20 * _MINUTE, area_code=patient.area_code, place="村口小卖部",
        what="与店主争吵，摔坏货架一个。",
    )  # fmt: skip
    report_incident(session, vault, county.actors["town"], told, at)


def _answered_call(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """Anonymous, about somebody who is not a patient; ended well."""
    coordinator, at = county.actors["coordinator"], moments.on(moments.today - _DAY, 200)
    call = take_call(session, vault, coordinator, TakeCall("demo-call-1", CallChannel.HOTLINE), at)
    written = WriteCall(
        call.version, DangerNow.YES, int(Danger.SELF | Danger.HEIGHT), AgeBand.YOUTH, Caller.ANONYMOUS, place="县城北桥",
        told="路过的人来电：一名学生坐在桥栏外侧，哭泣，不肯下来。", police_told_at=at + 2 * _MINUTE,
        police_told=PoliceTold.EMERGENCY_CALL, ambulance_told_at=at + 3 * _MINUTE, outcome=CallOutcome.POLICE_ON_WAY,
    )  # fmt: skip
    write_call(session, vault, coordinator, call, written, at + 12 * _MINUTE)
    close_call(session, coordinator, call, at + 15 * _MINUTE)


def _to_hospital(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    emergency = session.scalars(
        select(Emergency).where(Emergency.finished_at.is_(None), Emergency.patient_id.is_not(None)).limit(1)
    ).one_or_none()
    if emergency is None:
        return
    doctor, at = county.actors["doctor"], emergency.started_at
    asked_at = at + 40 * _MINUTE
    asked = AskHospital("demo-reception-1", Transport.AMBULANCE, name=HOSPITAL, escorts="曹医生、民警老田")
    reception = ask_hospital(session, vault, doctor, emergency, asked, asked_at)
    said = AnswerReception(ReceptionState.ACCEPTED, asked_at + 10 * _MINUTE, name="值班医师")
    answer_reception(session, doctor, reception, said, max(moments.now, asked_at + 10 * _MINUTE))


def _medicine(session: Session, vault: Vault, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    doctor, at = county.actors["doctor"], moments.on(moments.today, 60)
    for number, patient in enumerate(patients):
        kind = GreenKind.ADMISSION if number else GreenKind.DELIVERY
        wanted = AskGreen(
            f"demo-green-{number}", kind, moments.today + 3 * _DAY, HOSPITAL, "" if number else "奥氮平", None if number else 30
        )  # fmt: skip
        request = ask_green(session, vault, doctor, patient, wanted, moments.today, at)
        if number:
            move_green(session, doctor, request, MoveGreen(request.version, GreenState.ACCEPTED), moments.today, at)
    until = moments.today + 30 * _DAY
    town = town_of(patients[0].area_code)
    found = running_out(session, doctor, until, prefix_of(town))
    if found:
        lines = tuple(one.supply for one in found)
        order = PlanRound("demo-round-1", town, HOSPITAL, moments.today, lines)
        start_round(session, doctor, plan_round(session, doctor, order, until, moments.today, at), at)


def _conference(session: Session, vault: Vault, county: County, moments: Moments, incident: Incident) -> None:
    """One that was held, with a decision that is done and one that waits; another is being prepared."""
    holder = county.actors["coordinator"]
    offices = list_agencies_to_ask(session, holder)
    asked = [one for one in offices if one.kind in (AgencyKind.PARTNER, AgencyKind.CIVIL_AFFAIRS, AgencyKind.POLICE)][
        :4
    ]
    partner = next((one for one in offices if one.id == county.actors["partner"].agency_id), asked[0])
    called = moments.on(moments.today - 4 * _DAY, 30)
    meeting = CallConference(
        "demo-conference-1", called + 2 * _DAY, "县综治中心三楼会议室", "刘主任", tuple(one.public_id for one in asked)
    )  # fmt: skip
    conference = call_conference(session, holder, meeting, called)
    patient = session.get_one(Patient, incident.patient_id)
    add_items(
        session, holder, conference, [AgendaItem(ItemSource.INCIDENT, incident.public_id, patient.public_id)], called
    )
    invitees = list_invitees(session, conference)
    own = next((one for one in invitees if one.agency_id == county.actors["partner"].agency_id), None)
    if own is not None:
        coming = AnswerInvitation(InviteeAnswer.COMING, "残联 小方")
        answer_invitation(session, county.actors["partner"], own, coming, called + _DAY)
    held = called + 2 * _DAY
    hold(session, holder, conference, [one.public_id for one in invitees], held)
    item = list_items(session, conference)[0]
    minuted = MinuteItem(ItemResult.DISCUSSED, "监护人年迈，药费负担重；同意减免并评定残疾等级。")
    minute_item(session, vault, holder, conference, item.public_id, minuted, held)
    for number, kind in enumerate((DecisionKind.DISABILITY, DecisionKind.FEE_WAIVER)):
        due_on = moments.today + (20 * _DAY if number else _DAY)
        task = TakeDecision(f"demo-decision-{number}", kind, partner.public_id, due_on, "家属行动不便，请上门办理")
        decision = take_decision(
            session, vault, holder, conference, item.public_id, task, moments.today - 2 * _DAY, held
        )
        if not number:
            taken = AnswerDecision(decision.version, DecisionState.TAKEN)
            answer_decision(session, vault, county.actors["partner"], decision, taken, held + _DAY)
    close_minutes(session, holder, conference, conference.version, held + 60 * _MINUTE)
    later = CallConference(
        "demo-conference-2", moments.now + 7 * _DAY, "县综治中心三楼会议室", agencies=meeting.agencies
    )
    upcoming = call_conference(session, holder, later, moments.on(moments.today, 90))
    offered = suggest(session, holder, upcoming, moments.today, moments.now)
    points = list({one.item.source: one.item for one in reversed(offered)}.values())
    add_items(session, holder, upcoming, points, moments.on(moments.today, 95))
