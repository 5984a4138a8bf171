"""What other rooms know, counted: emergencies and discharges by their clocks, entitlement and payment, reassessments, incidents, rehabilitation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benefits.models import RehabAttendance, RehabPlace, RehabReferral
from app.benefits.rules.rehab import ReferralConsent, ReferralSource
from app.core.db import Database, new_public_id
from app.core.money import Money
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import CloseReason, DischargeState, FormKind, FormState, LateBy, Source
from app.guardians.models import Agreement
from app.incidents.models import Emergency, Incident
from app.incidents.rules.emergencies import EmergencyReason, PersonCategory, ReporterKind
from app.incidents.rules.incidents import IncidentKind, IncidentState, Reporter
from app.insurance.models import Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.rules.enrolment import BatchKind
from app.insurance.rules.policies import EligibleRule as Insurable
from app.insurance.rules.policies import PolicyKind, Proration
from app.numbers.models import IndicatorMember
from app.numbers.queries.runs import values_of
from app.numbers.rules.indicators import indicators
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute_county
from app.patients.models import Patient, RegisterRequest
from app.patients.rules import RequestKind, RequestState
from app.risk.models import LevelSource, Reassessment, RiskLevel
from app.subsidies.commands import SetPolicy
from app.subsidies.models import SubsidyLine
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import EligibleRule, PolicyTerms
from app.subsidies.service import set_policy
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from tests.conftest import NOW, TODAY
from tests.rig.counted import SINCE, Case, add_case, seen, sets_of
from tests.rig.county import COUNTY, TOWN, VILLAGE, County
from tests.rig.families import Family, families, policy
from tests.rig.quarter import House, read_answer

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """An instant as Shanghai's clock says it."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def members(session: Session, county: County, period: str, kind: MemberKind) -> dict[int, IndicatorMember]:
    run = compute_county(session, county.actor("coordinator"), COUNTY, ReportPeriod.parse(period), TODAY, NOW)
    rows = select(IndicatorMember).where(IndicatorMember.run_id == run.id, IndicatorMember.kind == kind)
    return {row.subject_id: row for row in session.scalars(rows)}


def flags(found: dict[int, IndicatorMember], ids: dict[str, int]) -> dict[str, set[str]]:
    """name → sets, of those who are counted at all."""
    return {
        name: {str(flag.name) for flag in InSet if flag in InSet(found[one].bits)} for name, one in ids.items() if one in found
    }  # fmt: skip


def test_emergencies_are_counted_by_the_day_they_began_and_judged_by_their_records(
    session: Session, county: County
) -> None:
    patient = add_case(session, "应急", Case())

    def emergency(started: str, ended: str, finished: str | None, **columns: Any) -> int:
        one = Emergency(
            submission_key=new_public_id(), patient_id=patient.id, person_id=patient.person_id, area_code=VILLAGE,
            category=PersonCategory.MANAGED, reporter=ReporterKind.POLICE, reason=next(iter(EmergencyReason)),
            started_at=at(started), ended_at=at(ended), finished_at=at(finished) if finished else None,
            record_due_at=at(ended) + DAY, opened_at=at(started), opened_by=county.users["doctor"],
        )  # fmt: skip
        for name, value in columns.items():
            setattr(one, name, value)
        session.add(one)
        session.flush()
        return one.id

    stranger = {"patient_id": None, "category": PersonCategory.UNKNOWN, "area_code": TOWN}
    ids = {
        "in time": emergency("2026-03-02T09:00", "2026-03-02T11:00", "2026-03-03T11:00"),
        "late": emergency("2026-03-02T09:00", "2026-03-02T11:00", "2026-03-03T11:01"),
        "never": emergency("2026-03-02T09:00", "2026-03-02T11:00", None),
        "running": emergency("2026-11-20T20:00", "2026-11-20T22:00", None),
        "stranger": emergency("2026-01-01T00:00", "2026-01-01T01:00", "2026-01-01T02:00", **stranger),
        "last year's": emergency("2025-12-31T23:59", "2026-01-01T01:00", "2026-01-01T02:00"),
        "elsewhere": emergency("2026-03-02T09:00", "2026-03-02T11:00", None, area_code="349922100200"),
    }
    found = members(session, county, "2026Y", MemberKind.EMERGENCY)
    both = {"EMERGENCY", "EMERGENCY_IN_TIME"}
    assert flags(found, ids) == {"in time": both, "late": {"EMERGENCY"}, "never": {"EMERGENCY"}, "stranger": both}
    assert found[ids["stranger"]].patient_id is None and found[ids["stranger"]].area_code == TOWN
    assert members(session, county, "2025Y", MemberKind.EMERGENCY).keys() == {ids["last year's"]}


def test_a_hand_over_is_judged_by_each_of_its_clocks_once_that_is_owed(session: Session, county: County) -> None:
    patient = add_case(session, "出院", Case())

    def loop(days_ago: int, forms: Sequence[HandoverForm] = (), **columns: Any) -> int:
        left_at = NOW - days_ago * DAY
        plain = {
            "area_code": VILLAGE,
            "county_code": COUNTY,
            "state": DischargeState.ACTING,
            "submitted_at": left_at,
            "discharged_at": left_at,
        }
        one = Discharge(
            submission_key=new_public_id(), hospital_name="市四院", hospital_key="agency:1", hospital_number=new_public_id(),
            source=Source.PAGE, patient_id=patient.id, person_id=patient.person_id, created_at=left_at,
            **(plain | columns),
        )  # fmt: skip
        session.add(one)
        session.flush()
        for form in forms:
            form.discharge_id, form.dispatched_at = one.id, left_at
            form.receive_due_at = left_at + DAY
        session.add_all(forms)
        session.flush()
        return one.id

    def form(kind: FormKind, received: int | None = None, acted: int | None = None, **columns: Any) -> HandoverForm:
        """Received and acted on so many days ago."""
        return HandoverForm(
            kind=kind, area_code=VILLAGE, state=FormState.RECEIVED if received is not None else FormState.DISPATCHED,
            received_at=None if received is None else NOW - received * DAY,
            acted_at=None if acted is None else NOW - acted * DAY, **columns,
        )  # fmt: skip

    def done(days_ago: int) -> dict[str, Any]:
        return {"state": DischargeState.CLOSED, "close_reason": CloseReason.DONE, "closed_at": NOW - days_ago * DAY}

    health, town = FormKind.HEALTH_CENTRE, FormKind.TOWN
    ids = {
        "all well": loop(60, [form(health, 59, 46), form(town, 59)], **done(30)),
        "a day late everywhere": loop(60, [form(health, 58, 45), form(town, 59)], late_by=LateBy.OFFICE, **done(29)),
        "from yesterday": loop(1, [form(health), form(town, 0)]),
        "not visited": loop(20, [form(health, 19), form(town, 19)]),
        "nobody received it": loop(40, [form(health), form(town, 39)]),
        "in hospital again": loop(40, [form(health, 39), form(town, 39)], state=DischargeState.CLOSED,
                                  close_reason=CloseReason.READMITTED, closed_at=NOW - 35 * DAY),
        "in hospital again, too late": loop(60, [form(health), form(town)], state=DischargeState.CLOSED,
                                            close_reason=CloseReason.READMITTED, closed_at=NOW - 20 * DAY),
        "in hospital again at once": loop(60, [form(health), form(town)], state=DischargeState.CLOSED,
                                          close_reason=CloseReason.READMITTED, closed_at=NOW - 60 * DAY + DAY / 2),
        "only informed": loop(40, [form(health, 39, is_information=True)], **done(20)),
        "visited in a second round": loop(
            60, [form(health, 59, 46, round=2), form(health, 59), form(town, 59)], **done(30)
        ),
        "sent twice": loop(40, state=DischargeState.CLOSED, close_reason=CloseReason.DOUBLE, closed_at=NOW),
        "sent by mistake": loop(40, state=DischargeState.CLOSED, close_reason=CloseReason.WRONG_ENTRY, closed_at=NOW),
        "died there": loop(40, state=DischargeState.CLOSED, close_reason=CloseReason.NO_LOOP, closed_at=NOW),
        "planned": loop(0, state=DischargeState.PLANNED, discharged_at=None, submitted_at=None),
        "lives nobody knows where": loop(40, area_code="349900000000", **done(20)),
        "another county's": loop(40, county_code="349922000000"),
    }  # fmt: skip
    again = [one for name, one in ids.items() if name.startswith("in hospital again")]
    for one in session.scalars(select(HandoverForm).where(HandoverForm.discharge_id.in_(again))):
        one.state, one.stopped_reason = FormState.STOPPED, CloseReason.READMITTED
    session.flush()
    found = members(session, county, "2026Y", MemberKind.DISCHARGE)
    forms, closed = {"DISCHARGE", "FORMS_IN_TIME"}, {"LOOP_OWED", "LOOP_IN_TIME"}
    received, visited = {"RECEIPT_OWED", "RECEIVED_IN_TIME"}, {"VISIT_OWED", "VISITED_IN_TIME"}
    assert flags(found, ids) == {
        "all well": forms | closed | received | visited,
        "visited in a second round": forms | closed | received | {"VISIT_OWED"},
        "a day late everywhere": {"DISCHARGE", "LOOP_OWED", "RECEIPT_OWED", "VISIT_OWED"},
        "from yesterday": forms,
        "not visited": forms | received | {"VISIT_OWED"},
        "nobody received it": forms | {"LOOP_OWED", "RECEIPT_OWED", "VISIT_OWED"},
        "in hospital again": forms | received,
        # what a fact ended once its time was over had been owed
        "in hospital again, too late": forms | {"LOOP_OWED", "RECEIPT_OWED", "VISIT_OWED"},
        "in hospital again at once": forms,
        "only informed": forms | closed | received,
        "lives nobody knows where": forms | closed,
    }
    assert found[ids["lives nobody knows where"]].area_code == COUNTY


def test_marks_of_other_rooms_stand_on_whoever_is_registered(session: Session, county: County) -> None:
    people = {name: add_case(session, name, Case([seen("2026-01-08")], levels={"2026-02-02": 2})) for name in (
        "plain", "high", "offended", "told by a visit", "reported only", "rude", "merged into", "refuses", "half", "trained",
    )}  # fmt: skip
    ids = {name: one.id for name, one in people.items()}
    merged = add_case(session, "并入", Case(registry=f"registered@{SINCE} merged@2026-05-01", management=f"managed@{SINCE} -@2026-05-01",
                                          care=f"home@{SINCE} -@2026-05-01"))  # fmt: skip
    session.add(RegisterRequest(
        submission_key=new_public_id(), kind=RequestKind.MERGE, patient_id=merged.id, kept_patient_id=ids["merged into"],
        area_code=VILLAGE, state=RequestState.DONE, proposed_by=county.users["county_office"], proposed_at=NOW,
        because={"code": "x"}, from_on=date(2026, 5, 1),
    ))  # fmt: skip

    def incident(patient: Patient, kind: IncidentKind, state: IncidentState) -> None:
        session.add(Incident(
            submission_key=new_public_id(), kind=kind, patient_id=patient.id, person_id=patient.person_id, area_code=VILLAGE,
            category=PersonCategory.MANAGED, happened_at=at("2026-08-08T09:00"), happened_on=date(2026, 8, 8), state=state,
            reporter=Reporter.POLICE, reported_at=NOW, reported_by=county.users["police"],
        ))  # fmt: skip

    incident(people["offended"], IncidentKind.PUBLIC_ORDER, IncidentState.CONFIRMED)
    incident(people["reported only"], IncidentKind.CRIMINAL, IncidentState.REPORTED)
    incident(people["rude"], IncidentKind.MINOR, IncidentState.CLOSED)
    incident(merged, IncidentKind.CRIMINAL, IncidentState.CLOSED)

    def owed(name: str, quarter: str, is_made: bool, state: TaskState = TaskState.DONE) -> None:
        task = Task(
            kind=TaskKind.REASSESSMENT, patient_id=ids[name], period=quarter, area_code=VILLAGE, due_on=TODAY, because=[],
            state=state if is_made else TaskState.OPEN, opened_at=NOW,
        )  # fmt: skip
        session.add(task)
        session.flush()
        if is_made:
            session.add(Reassessment(
                patient_id=ids[name], task_id=task.id, quarter=quarter, assessed_on=date(2026, 6, 20), level=1,
                submission_key=new_public_id(), recorded_at=NOW, recorded_by=county.users["doctor"],
            ))  # fmt: skip

    for name, is_second_made in (("plain", True), ("half", False)):
        owed(name, "2026Q1", is_made=True)
        owed(name, "2026Q2", is_made=is_second_made)
        owed(name, "2026Q4", is_made=False)  # not over yet
    for name, called_off_at in (("left in August", "2026-08-01T09:00"), ("left in June", "2026-06-15T09:00")):
        ids[name] = add_case(session, name, Case([seen("2026-01-08")])).id
        owed(name, "2026Q2", is_made=False)
        task = session.scalars(select(Task).where(Task.patient_id == ids[name])).one()
        task.state, task.closed_at, task.outcome = TaskState.CANCELLED, at(called_off_at), {"code": "x"}
    _attends(session, county, ids["trained"], {"2026-02-01": 0, "2026-03-01": 4})
    more = add_case(session, "高", Case([seen("2026-01-08", criminal_incidents=1)]))
    ids["told by a visit"] = more.id
    ids["high"] = add_case(session, "高二", Case(levels={"2026-02-02": 3})).id
    # a run of the quarter pays for whoever was of the level on any of its days
    for name, fell_on in (("fell in July", "2026-07-02"), ("fell in June", "2026-06-30")):
        ids[name] = add_case(session, name, Case(levels={"2026-02-02": 3, fell_on: 1})).id
    ids["refuses"] = add_case(session, "拒", Case(levels={"2026-02-02": 3}, management=f"refused@{SINCE}")).id
    session.flush()

    def of(name: InSet, first_on: str = "2026-01-01", cut_off: str = "2026-09-30") -> set[str]:
        found = sets_of(session, "349921", first_on, cut_off, NumberSettings())
        return {who for who, one in ids.items() if name in found.get(one, InSet(0))}

    assert of(InSet.OFFENDED) == {"offended", "told by a visit", "merged into"}
    assert of(InSet.OFFENDED, cut_off="2026-08-07") == {"told by a visit"}
    assert of(InSet.REASSESSMENT_OWED) == {"plain", "half"} and of(InSet.REASSESSED) == {"plain"}
    assert of(InSet.REASSESSMENT_OWED, "2026-07-01", "2026-09-30") == set()
    assert of(InSet.REASSESSMENT_OWED, cut_off="2026-06-19") == {"plain", "half"}
    # what was called off in August had been owed until then
    assert of(InSet.REASSESSMENT_OWED, cut_off="2026-07-31") == {"plain", "half", "left in August"}
    assert of(InSet.REASSESSED, cut_off="2026-06-19") == set()  # the first quarter's were made a day later
    assert of(InSet.TRAINED_FOR_REHAB) == {"trained"} and of(InSet.TRAINED_FOR_REHAB, cut_off="2026-02-28") == set()
    # the month's days were written down after it; in its middle nobody knew of them
    assert of(InSet.TRAINED_FOR_REHAB, cut_off="2026-03-30") == set()
    assert of(InSet.TRAINED_FOR_REHAB, cut_off="2026-03-31") == {"trained"}
    assert of(InSet.ELIGIBLE) == set()  # the county has no policy
    policy(session, county, NOW)
    assert of(InSet.ELIGIBLE) == {"high", "fell in July", "offended", "told by a visit", "merged into"}
    assert of(InSet.HIGH_LEVEL) == {"high", "refuses"}
    assert of(InSet.ELIGIBLE, cut_off="2026-02-01") == {"told by a visit"}
    assert of(InSet.ELIGIBLE, "2024-01-01", "2024-12-31") == set()  # before the policy
    everybody = set(ids) - {"refuses"}
    set_policy(session, county.actor("clerk"), SetPolicy(COUNTY, date(2026, 7, 1), PolicyTerms(
        annual=Money.from_yuan("3000"), document_number="安民发〔2026〕9号", eligible_rule=EligibleRule.MANAGED)), NOW)  # fmt: skip
    assert of(InSet.ELIGIBLE) == everybody


def _attends(session: Session, county: County, patient: int, months: dict[str, int]) -> None:
    place = RehabPlace(area_code=COUNTY, name="阳光家园", capacity=20, recorded_at=NOW)
    session.add(place)
    session.flush()
    referral = RehabReferral(
        submission_key=new_public_id(), patient_id=patient, place_id=place.id, source=next(iter(ReferralSource)),
        consent=next(iter(ReferralConsent)), consented_on=date(2026, 1, 5), referred_on=date(2026, 1, 5), aims=1,
        recorded_at=NOW, recorded_by=county.users["doctor"],
    )  # fmt: skip
    session.add(referral)
    session.flush()
    session.add_all(
        RehabAttendance(referral_id=referral.id, month=date.fromisoformat(month), days=days, recorded_at=NOW,
                        recorded_by=county.users["partner"])
        for month, days in months.items()
    )  # fmt: skip


def _propose_cover(session: Session, county: County, patient: int) -> None:
    """Somebody under a policy that nobody has confirmed."""
    policy = InsurancePolicy(
        submission_key=new_public_id(), county_code=COUNTY, kind=next(iter(PolicyKind)), insurer="人保", number="A1", holder="县卫健局",
        from_on=date(2026, 1, 1), to_on=date(2026, 12, 31), premium_fen=10_000, proration=next(iter(Proration)),
        report_within_hours=48, settle_working_days=10, eligible_rule=next(iter(Insurable)), covers_late_found=False,
        document_number="安民发〔2026〕4号", proposed_at=NOW, proposed_by=county.users["clerk"],
    )  # fmt: skip
    session.add(policy)
    session.flush()
    batch = EnrolmentBatch(policy_id=policy.id, number=1, kind=BatchKind.OPENING, effective_on=date(2026, 1, 1), count=1,
                           premium_fen=10_000, made_at=NOW, made_by=county.users["clerk"])  # fmt: skip
    session.add(batch)
    session.flush()
    session.add(Enrolment(policy_id=policy.id, patient_id=patient, number=1, from_on=date(2026, 1, 1), premium_fen=10_000,
                          added_batch_id=batch.id))  # fmt: skip
    session.flush()


def test_who_is_paid_is_who_the_last_run_paid(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    wanted = [*families(4), Family(4, account=None)]  # the last one's line is held
    house.settle_in(wanted)
    with database.transaction() as session:
        # fell since, and is paid all the same: the policy keeps the level as long as the agreement runs
        patient = min(session.scalars(select(Patient.id)))
        session.add(
            RiskLevel(
                patient_id=patient, level=1, assessed_on=date(2026, 9, 28), source=LevelSource.VISIT, recorded_at=NOW
            )
        )
    house.prepare()
    house.submit()
    house.approve()
    with database.transaction() as session:
        before = members(session, county, "2026Y", MemberKind.PATIENT)
        assert not any(InSet.PAID in InSet(row.bits) for row in before.values())
    house.export()
    with database.transaction() as session:
        _propose_cover(session, county, patient)
        found = members(session, county, "2026Y", MemberKind.PATIENT)
        paid = set(session.scalars(select(SubsidyLine.patient_id).where(SubsidyLine.decision == LineState.PAY)))
        entitled = {one for one, row in found.items() if InSet.ELIGIBLE in InSet(row.bits)}
        assert {one for one, row in found.items() if InSet.PAID in InSet(row.bits)} == paid < entitled
        assert (len(paid), len(entitled)) == (4, 5)
        assert all(InSet.SIGNED in InSet(row.bits) and InSet.INSURED not in InSet(row.bits) for row in found.values())
        run = compute_county(session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2026Y"), TODAY, NOW)
        counts = values_of(session, county.actor("coordinator"), run, [COUNTY])[COUNTY]
        rates = {one.code: one.rate(counts) for one in indicators(NumberSettings())}
        assert (rates["agreements"], rates["subsidy"], rates["insurance"]) == ("100.00", "80.00", "0.00")
        assert rates["emergency_in_time"] is None  # nothing to count is no rate of zero


def _returned(rows: list[list[object]]) -> None:
    """The bank sends the first payment back."""
    rows[1][8:10] = ["失败", "账户已销户"]


def test_paid_is_what_had_gone_to_the_bank_by_the_cut_off(
    app: Flask, database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(app, database, county)
    house.settle_in(families(2))
    house.to_the_bank()
    house.settle(read_answer(house.pay_file_bytes(), _returned))
    monkeypatch.setattr("tests.rig.quarter.NOW", NOW + 10 * DAY)  # 1 December
    house.prepare(supplementary=True)
    house.decide(0, True, grounds=Grounds(HoldGround.ACCOUNT_CONFIRMED), supplementary=True)
    house.submit(supplementary=True)
    house.approve(supplementary=True)
    house.export(supplementary=True)
    with database.transaction() as session:
        session.get_one(Agreement, house.families[1].agreement.id).signed_on = date(2026, 11, 25)
        session.flush()

        def of(flag: InSet, cut_off: str) -> int:
            return sum(
                flag in bits for bits in sets_of(session, "349921", "2026-01-01", cut_off, NumberSettings()).values()
            )

        days = ("2026-11-20", "2026-11-21", "2026-11-30", "2026-12-01")
        assert [of(InSet.PAID, day) for day in days] == [0, 1, 1, 2]
        # an agreement that was signed later than its first day is one from then on
        assert [of(InSet.SIGNED, day) for day in ("2026-11-24", "2026-11-25")] == [1, 2]
