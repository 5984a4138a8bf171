"""Medicine brought home and admission with company as requests; a round whose receipts are supplies of the register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.incidents.commands.green import AnswerLine, AskGreen, MoveGreen, PlanRound
from app.incidents.models import DeliveryLine, DeliveryRound, GreenRequest
from app.incidents.queries.green import get_line, get_request, get_round, list_rounds, open_request, running_out, to_buy
from app.incidents.rules.green import GreenKind, GreenRefusal, GreenState, LineState, Receiver, RoundState
from app.incidents.service.green import answer_line, ask_green, close_round, move_green, plan_round, start_round
from app.patients.commands_treatment import RecordSupply
from app.patients.models import Admission, MedicineSupply, Patient
from app.patients.rules import CareSetting
from app.patients.service.treatment import record_supply
from app.visits.rules.record import Medicine
from app.visits.service.recording import record_visit
from tests.rig.county import COUNTY, OTHER_TOWN, TOWN, County
from tests.rig.register import NOW, TODAY, registered, vault
from tests.rig.visits import command, stable

DRUGS = ("奥氮平片", "碳酸锂片", "利培酮片")
TAKEN = (
    Medicine("奥氮平", morning_mg="2.5", night_mg="10"),
    Medicine("利培酮长效", every_weeks=2, long_acting_mg="25"),
)
SOON = TODAY + timedelta(days=30)
DELIVERY = AskGreen("", GreenKind.DELIVERY, TODAY, "县人民医院", "奥氮平片", 28)


def asked(session: Session, county: County, patient: Patient, command: AskGreen = DELIVERY) -> GreenRequest:
    own = replace(command, submission_key=new_public_id())
    return ask_green(session, vault(session), county.actor("doctor"), patient, own, TODAY, NOW)


def moved(
    session: Session, county: County, request: GreenRequest, *to: GreenState, on: date | None = None
) -> GreenRequest:
    for state in to:
        move_green(session, county.actor("doctor"), request, MoveGreen(request.version, state, on=on), TODAY, NOW)
    return request


def test_a_request_goes_from_asked_to_a_supply_or_a_stay(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, county.actor("county_office"))
    for wrong, at in (
        (replace(DELIVERY, wanted_on=TODAY - timedelta(days=1)), "wanted_on"),
        (replace(DELIVERY, drug=""), "drug"),
        (replace(DELIVERY, days=None), "days"),
        (replace(DELIVERY, kind=GreenKind.ADMISSION, hospital=""), "hospital"),
    ):
        with pytest.raises(Invalid) as refused:
            asked(session, county, patient, wrong)
        assert list(refused.value.errors) == [at]
    request = asked(session, county, patient)
    same = replace(DELIVERY, submission_key=request.submission_key)
    assert ask_green(session, vault(session), doctor, patient, same, TODAY, NOW) is request
    with pytest.raises(StaleVersion):
        move_green(session, doctor, request, MoveGreen(0, GreenState.ACCEPTED), TODAY, NOW)
    with pytest.raises(Conflict):
        moved(session, county, request, GreenState.DONE)
    with pytest.raises(Invalid):
        moved(session, county, request, GreenState.REFUSED)
    with pytest.raises(Forbidden):
        get_request(session, county.actor("coordinator"), request.public_id)
    with pytest.raises(NotFound):
        get_request(session, county.actor("other_doctor"), request.public_id)
    moved(session, county, request, GreenState.ACCEPTED, GreenState.UNDER_WAY, GreenState.DONE)
    supply = session.get_one(MedicineSupply, request.supply_id)
    assert (supply.drug, supply.days, supply.given_on) == ("奥氮平片", 28, TODAY)
    steps = open_request(session, doctor, vault(session), request).steps
    assert [one.event.state for one in steps] == [GreenState.ASKED, GreenState.ACCEPTED, GreenState.UNDER_WAY, GreenState.DONE]  # fmt: skip
    assert [why.code for why in steps[-1].because] == ["incidents.green.supplied"]
    no = asked(session, county, patient)
    move_green(session, doctor, no, MoveGreen(no.version, GreenState.REFUSED, GreenRefusal.NOT_DUE), TODAY, NOW)
    assert (no.state, no.refusal) == (GreenState.REFUSED, GreenRefusal.NOT_DUE)
    stay = asked(session, county, patient, AskGreen("", GreenKind.ADMISSION, TODAY, "县精神病医院"))
    moved(session, county, stay, GreenState.ACCEPTED, GreenState.UNDER_WAY, GreenState.DONE, on=TODAY)
    assert session.get_one(Admission, stay.admission_id).from_on == TODAY
    assert patient.care_setting is CareSetting.INPATIENT


def test_a_round_brings_what_runs_out_and_ends_when_every_door_was_tried(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, county.actor("county_office"))
    ran = [
        record_supply(
            session,
            doctor,
            patient,
            RecordSupply(new_public_id(), drug, TODAY - timedelta(days=25), 30, "县人民医院"),
            NOW,
        ).public_id
        for drug in DRUGS
    ]
    assert {one.drug for one in running_out(session, doctor, SOON, TOWN[:9])} == {"奥氮平片", "碳酸锂片", "利培酮片"}
    assert {(one.town_code, one.patients, one.days) for one in to_buy(session, doctor, SOON)} == {(TOWN, 1, 30)}
    plan = PlanRound(new_public_id(), TOWN, "县人民医院", TODAY, tuple(ran))
    for wrong, at in (
        (replace(plan, area_code=OTHER_TOWN), "area_code"),
        (replace(plan, area_code=COUNTY), "area_code"),
        (replace(plan, planned_on=TODAY - timedelta(days=1)), "planned_on"),
        (replace(plan, supplies=("elsewhere",)), "chosen"),
    ):
        with pytest.raises(Invalid) as refused:
            plan_round(session, doctor, wrong, SOON, TODAY, NOW)
        assert list(refused.value.errors) == [at]
    assert [(one.mg_words, one.unknown, one.on_round) for one in to_buy(session, doctor, SOON)] == [("", 1, 0)] * 3
    record_visit(session, vault(session), doctor, command(patient, stable(TODAY, medicines=TAKEN)), TODAY, NOW)
    assert {one.drug: one.mg_words for one in to_buy(session, doctor, SOON)} == {
        "奥氮平片": "375",
        "碳酸锂片": "",
        "利培酮片": "",
    }
    tour = plan_round(session, doctor, plan, SOON, TODAY, NOW)
    with pytest.raises(Invalid) as refused:
        plan_round(session, doctor, replace(plan, submission_key=new_public_id()), SOON, TODAY, NOW)
    assert refused.value.errors["chosen"][0].code == "incidents.green.on_a_round", "the same medicine to the same door"
    assert {(one.round_on, one.drug) for one in running_out(session, doctor, SOON, TOWN[:9])} == {
        (TODAY, drug) for drug in DRUGS
    }
    assert {one.on_round for one in to_buy(session, doctor, SOON)} == {1}
    assert plan_round(session, doctor, plan, SOON, TODAY, NOW) is tour
    with pytest.raises(NotFound):
        get_round(session, county.actor("other_doctor"), tour.public_id)
    with pytest.raises(NotFound):
        get_line(session, doctor, tour, "nowhere")
    at_doors(session, county, tour)
    assert (list_rounds(session, doctor, None).rows[0].received, tour.state) == (2, RoundState.CLOSED)
    given = session.scalars(select(MedicineSupply.drug).where(MedicineSupply.given_on == TODAY)).all()
    assert len(given) == 2, "what was handed over is a supply of the register from that day on"


def at_doors(session: Session, county: County, tour: DeliveryRound) -> None:
    doctor = county.actor("doctor")
    first, second, third = session.scalars(
        select(DeliveryLine.public_id).where(DeliveryLine.round_id == tour.id).order_by(DeliveryLine.number)
    ).all()
    received = AnswerLine(LineState.RECEIVED, TODAY, Receiver.GUARDIAN)

    def told(line: str, answer: AnswerLine) -> None:
        answer_line(session, doctor, tour, line, answer, TODAY, NOW)

    with pytest.raises(Conflict):
        told(first, received)  # it has not set out yet
    start_round(session, doctor, tour, NOW)
    with pytest.raises(Conflict):
        start_round(session, doctor, tour, NOW)
    for wrong, at in ((replace(received, receiver=None), "receiver"), (replace(received, on=SOON), "on")):
        with pytest.raises(Invalid) as refused:
            told(first, wrong)
        assert list(refused.value.errors) == [at]
    told(first, received)
    with pytest.raises(Conflict):
        told(first, received)  # signed is signed
    told(second, AnswerLine(LineState.NOT_MET, TODAY))
    with pytest.raises(Conflict):
        close_round(session, doctor, tour, NOW)  # a door is left
    told(second, received)
    told(third, AnswerLine(LineState.RETURNED, TODAY))
    close_round(session, doctor, tour, NOW)
