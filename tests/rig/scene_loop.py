"""What goes wrong around the scene's family, and who helps: an incident, a way to a hospital, a call, a conference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.core.actor import Actor, Role
from app.core.db import new_public_id
from app.core.scope import within_prefix
from app.incidents.commands.conferences import AgendaItem, CallConference, TakeDecision
from app.incidents.commands.crisis import TakeCall
from app.incidents.commands.green import AskGreen, AskHospital, PlanRound
from app.incidents.commands.incidents import AddHarm, ConfirmIncident, ReportIncident
from app.incidents.models import DeliveryLine, Emergency
from app.incidents.queries.conferences import list_agencies_to_ask, list_invitees, list_items
from app.incidents.rules.conferences import DecisionKind, ItemSource
from app.incidents.rules.crisis import CallChannel
from app.incidents.rules.green import GreenKind
from app.incidents.rules.incidents import Harm, IncidentKind, Victim
from app.incidents.rules.reception import Transport
from app.incidents.service.conferences import add_items, call_conference, hold, take_decision
from app.incidents.service.crisis import take_call
from app.incidents.service.green import ask_green, plan_round, start_round
from app.incidents.service.incidents import add_harm, confirm_incident, report_incident
from app.incidents.service.receptions import ask_hospital
from app.patients.commands_treatment import RecordSupply
from app.patients.models import Patient
from app.patients.service.treatment import record_supply
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY

if TYPE_CHECKING:
    from tests.rig.scene import Place

WHAT = "打翻了邻居晒的菜籽"


@dataclass
class Around:
    session: Session
    vault: Vault
    actors: Mapping[str, Actor]
    found: Place
    patient: Patient
    # a drug that nobody else takes
    medicine: str = ""


def begin_loop(around: Around) -> None:
    """Fills in the public ids of everything that this room knows of the family."""
    _incident(around)
    _to_hospital(around)
    _medicine(around)
    _call(around)
    _conference(around)


def _incident(around: Around) -> None:
    session, vault, actors, found = around.session, around.vault, around.actors, around.found
    told = ReportIncident(
        new_public_id(), IncidentKind.PUBLIC_ORDER, NOW - timedelta(hours=2), patient=around.patient.public_id, what=WHAT
    )  # fmt: skip
    incident = report_incident(session, vault, actors["doctor"], told, NOW)
    harmed = AddHarm(new_public_id(), Victim.THIRD, Harm.PROPERTY)
    found.harm = add_harm(session, vault, actors["county_office"], incident, harmed, NOW).public_id
    settled = ConfirmIncident(incident.version, IncidentKind.PUBLIC_ORDER)
    confirm_incident(session, actors["county_office"], incident, settled, NOW)
    found.incident = incident.public_id


def _to_hospital(around: Around) -> None:
    """A hospital is asked to receive the unknown person of the scene's emergency."""
    session, actors = around.session, around.actors
    emergency = session.scalars(select(Emergency).where(Emergency.public_id == around.found.emergency)).one()
    asked = AskHospital(new_public_id(), Transport.AMBULANCE, name="市精神卫生中心")
    reception = ask_hospital(session, around.vault, actors["doctor"], emergency, asked, NOW)
    county = around.patient.area_code[:6]
    own = select(Agency.id).where(Agency.kind == AgencyKind.HOSPITAL, within_prefix(Agency.area_code, county))
    reception.hospital_id = session.scalars(own).first()
    session.flush()
    around.found.reception = reception.public_id


def _medicine(around: Around) -> None:
    """A supply that runs out, the request to bring more of it, and a round that does."""
    session, actors, patient = around.session, around.actors, around.patient
    doctor = actors["doctor"]
    given = RecordSupply(new_public_id(), around.medicine, TODAY - timedelta(days=25), 30, "县人民医院")
    supply = record_supply(session, doctor, patient, given, NOW)
    order = AskGreen(new_public_id(), GreenKind.DELIVERY, TODAY, "县人民医院", around.medicine, 30)
    around.found.green = ask_green(session, around.vault, doctor, patient, order, TODAY, NOW).public_id
    town = patient.area_code[:9] + "000"
    plan = PlanRound(new_public_id(), town, "县人民医院", TODAY, (supply.public_id,))
    tour = plan_round(session, doctor, plan, TODAY + timedelta(days=30), TODAY, NOW)
    start_round(session, doctor, tour, NOW)
    around.found.round = tour.public_id
    around.found.delivery = session.scalars(
        select(DeliveryLine.public_id).where(DeliveryLine.round_id == tour.id)
    ).one()


def _call(around: Around) -> None:
    session, doctor = around.session, around.actors["doctor"]
    call = take_call(session, around.vault, doctor, TakeCall(new_public_id(), CallChannel.HOTLINE), NOW)
    around.found.call = call.public_id


def _conference(around: Around) -> None:
    """One that is being held: the incident is on its agenda, and the partner is to help."""
    session, vault = around.session, around.vault
    town = around.patient.area_code[:9]
    holder = replace(around.actors["county_office"], role=Role.TOWN, area_prefix=town)
    offices = list_agencies_to_ask(session, holder)
    partner = next((one for one in offices if one.kind is AgencyKind.PARTNER), offices[0])
    call = CallConference(new_public_id(), NOW + timedelta(hours=1), "三楼会议室", agencies=(partner.public_id,))
    conference = call_conference(session, holder, call, NOW)
    point = AgendaItem(ItemSource.INCIDENT, around.found.incident, around.patient.public_id)
    add_items(session, holder, conference, [point], NOW)
    hold(session, holder, conference, [list_invitees(session, conference)[0].public_id], NOW)
    item = list_items(session, conference)[0]
    task = TakeDecision(new_public_id(), DecisionKind.DISABILITY, partner.public_id, TODAY + timedelta(days=30))
    decision = take_decision(session, vault, holder, conference, item.public_id, task, TODAY, NOW)
    found = around.found
    found.conference, found.item, found.decision = conference.public_id, item.public_id, decision.public_id
    found.invitee = list_invitees(session, conference)[0].public_id
