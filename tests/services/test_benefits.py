"""What families receive: recorded, asked for, enrolled at once from hospital, backed by the county, referred to rehabilitation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind
from app.areas.queries import list_agencies
from app.benefits.commands import AskBackstop, KeepPlace, RecordBenefit, Refer
from app.benefits.models import BenefitRequest
from app.benefits.queries.gaps import count_gaps, list_gap
from app.benefits.queries.rehab import get_referral, list_places_of, list_referrals, particulars_at_place
from app.benefits.queries.requests import get_request, list_requests, particulars_of
from app.benefits.queries.standing import list_lines
from app.benefits.rules.backstop import BACKSTOP_MOVES, BackstopGround, BackstopRefusal, BackstopState
from app.benefits.rules.benefit import BenefitKind, BenefitState, Gap
from app.benefits.rules.rehab import (
    REFERRAL_MOVES,
    ReferralConsent,
    ReferralRefusal,
    ReferralSource,
    ReferralState,
    RehabAim,
    RehabEnd,
)
from app.benefits.rules.requests import REQUEST_MOVES, RequestRefusal, RequestState
from app.benefits.service import open_dynamic_enrolment
from app.benefits.service.asking import ask_office, grant, refuse, set_office, take_up
from app.benefits.service.backing import (
    approve_backstop,
    ask_backstop,
    pay_backstop,
    refuse_backstop,
    withdraw_backstop,
)
from app.benefits.service.enrolling import open_benefit_renewals, open_for_admissions
from app.benefits.service.gone import end_referrals_of_gone
from app.benefits.service.recording import record_benefit, withdraw_benefit
from app.benefits.service.rehabilitating import (
    answer,
    begin,
    end,
    keep_place,
    record_month,
    refer,
    withdraw_referral,
)
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.money import Money
from app.core.reasons import reason
from app.core.schema import metadata
from app.desk.commands import AcceptTransfer, ProposeTransfer
from app.desk.service.transfers import accept_transfer, propose_transfer
from app.insurance.rules.claims import CLAIM_MOVES
from app.insurance.rules.policies import POLICY_MOVES
from app.insurance.rules.relief import RELIEF_MOVES
from app.messages.models import Message
from app.messages.queries.relevance import late_work, still_holding
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RequestKind, TransferReason
from app.patients.service import record_admission
from app.people.models import DatePrecision, Person
from app.people.service import record_death
from app.subsidies.commands import ProposeMoney
from app.subsidies.queries.fund import balances_of
from app.subsidies.rules.fund import FundSide
from app.subsidies.service.funding import decide_proposal, propose_money
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import Counts, close_task
from tests.rig.county import COUNTY, TOWN, VILLAGE, County
from tests.rig.register import NOW, TODAY, first_guardian, registered, vault
from tests.services.test_putting_right import _approve, _proposal, _propose, colleague

B, S = BenefitKind, BenefitState
NAMES = ((1, "林秋水"), (3, "方长庚"), (5, "石无双"))


def told(kind: BenefitKind, state: BenefitState, from_on: date = TODAY, **more: object) -> RecordBenefit:
    key = f"{kind}-{state}-{from_on}"[:22]
    return RecordBenefit(key, kind, state, from_on, **more)  # type: ignore[arg-type]  # fields by name


def record(session: Session, county: County, patient: Patient, command: RecordBenefit) -> None:
    record_benefit(session, vault(session), county.actor("doctor"), patient, command, TODAY, NOW)


def gaps_of(session: Session, county: County, patient: Patient) -> dict[BenefitKind, Gap]:
    return {one.kind: one.gap for one in list_lines(session, county.actor("doctor"), patient, TODAY)}


def open_tasks(session: Session, kind: TaskKind) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.kind == kind, Task.state == TaskState.OPEN)))


def partner_of(county: County) -> Actor:
    return county.actor("partner")


def test_a_benefit_is_a_dated_state_and_what_nobody_looked_into_is_unknown(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    first = gaps_of(session, county, patient)
    assert first[B.BASIC_MEDICAL] is Gap.TO_CHECK
    assert first[B.SERIOUS_ILLNESS] is first[B.MINIMUM_LIVING] is first[B.NURSING_ALLOWANCE] is Gap.UNKNOWN
    record(session, county, patient, told(B.BASIC_MEDICAL, S.NOT_RECEIVING, TODAY - timedelta(days=9)))
    with pytest.raises(Invalid):
        record(session, county, patient, told(B.DISABILITY_CERTIFICATE, S.RECEIVING))
    record(
        session, county, patient, told(B.DISABILITY_CERTIFICATE, S.RECEIVING, grade=2, number="34992119800501001X62")
    )
    found = gaps_of(session, county, patient)
    assert found[B.BASIC_MEDICAL] is Gap.MISSING
    assert found[B.NURSING_ALLOWANCE] is Gap.TO_CHECK
    alike = registered(session, doctor, "林秋水", 3)
    alike.registered_on, alike.management_status = TODAY - timedelta(days=30), ManagementStatus.REFUSED
    counted = count_gaps(session, doctor, "", TODAY)
    for kind in B:
        judged = Counter(gaps_of(session, county, one)[kind] for one in (patient, alike))
        assert counted.missing[kind] == judged[Gap.MISSING] + judged[Gap.WAITING], kind
        assert (counted.to_check[kind], counted.unknown[kind]) == (judged[Gap.TO_CHECK], judged[Gap.UNKNOWN]), kind
    record_death(session, doctor, session.get_one(Person, alike.person_id), TODAY, DatePrecision.DAY, None, NOW)
    gaps = count_gaps(session, doctor, "", TODAY)
    assert (gaps.people, gaps.missing[B.BASIC_MEDICAL]) == (1, 1)
    assert [
        one.patient for one in list_gap(session, doctor, B.BASIC_MEDICAL, frozenset({Gap.MISSING}), "", TODAY).rows
    ] == [patient.public_id]
    masked = list_gap(session, county.actor("clerk"), B.BASIC_MEDICAL, frozenset({Gap.MISSING}), "", TODAY).rows
    assert masked[0].name == "单*明"

    record(session, county, patient, told(B.BASIC_MEDICAL, S.RECEIVING, TODAY, renew_by=TODAY + timedelta(days=20)))
    assert gaps_of(session, county, patient)[B.BASIC_MEDICAL] is Gap.NONE
    with pytest.raises(Invalid):
        record(session, county, patient, told(B.BASIC_MEDICAL, S.ENDED, TODAY - timedelta(days=30)))
    assert open_benefit_renewals(session, Actor.operator(), TODAY, NOW).made == 1
    assert open_benefit_renewals(session, Actor.operator(), TODAY, NOW).made == 0, "a second night finds it open"
    [renewal] = open_tasks(session, TaskKind.BENEFIT_RENEWAL)
    assert renewal.due_on == TODAY + timedelta(days=20)
    [line] = [one for one in list_lines(session, doctor, patient, TODAY) if one.kind is B.BASIC_MEDICAL]
    assert line.is_to_renew
    assert line.benefit is not None
    withdraw_benefit(session, doctor, line.benefit.public_id, NOW)
    assert not open_tasks(session, TaskKind.BENEFIT_RENEWAL)


def test_whoever_goes_to_hospital_uninsured_is_enrolled_at_once_and_the_office_alone_sees_it(
    session: Session, county: County
) -> None:
    clerk, partner = county.actor("clerk"), partner_of(county)
    insured, uninsured, unknown = (registered(session, county.actor("doctor"), name, n) for n, name in NAMES)
    record(session, county, insured, told(B.BASIC_MEDICAL, S.RECEIVING, TODAY))
    record_benefit(
        session, vault(session), clerk, uninsured, RecordBenefit("u" * 22, B.BASIC_MEDICAL, S.ENDED, TODAY), TODAY, NOW
    )
    set_office(session, clerk, B.BASIC_MEDICAL, county.agencies[AgencyKind.PARTNER, COUNTY], NOW)
    for patient in (insured, uninsured, unknown):
        record_admission(session, county.actor("doctor"), patient, "示例医院", TODAY, None, NOW)
    [task] = open_tasks(session, TaskKind.DYNAMIC_ENROLMENT)
    assert (task.patient_id, task.because[0]["code"]) == (uninsured.id, "benefits.dynamic.uninsured"), "in the same act"
    assert open_dynamic_enrolment(session, county.actor("doctor"), insured, TODAY, NOW) is None
    assert open_dynamic_enrolment(session, county.actor("doctor"), uninsured, TODAY, NOW) is task
    assert open_for_admissions(session, Actor.operator(), TODAY, NOW).made == 1, "the one whom no page has opened"
    assert open_for_admissions(session, Actor.operator(), TODAY, NOW).made == 0
    assert len(open_tasks(session, TaskKind.DYNAMIC_ENROLMENT)) == 2

    rows = list_requests(session, partner, TODAY).rows
    assert {row.request.is_green_channel for row in rows} == {True}
    assert {row.name for row in rows} == {"方长庚", "石无双"}
    first = next(row.request for row in rows if row.name == "方长庚")
    asked, patient = get_request(session, partner, first.public_id)
    seen = particulars_of(session, vault(session), partner, asked, patient)
    assert seen is not None
    assert seen.id_tail is not None
    assert particulars_of(session, vault(session), clerk, asked, patient) is None
    with pytest.raises(NotFound):
        get_request(session, replace(partner, agency_id=county.agencies[AgencyKind.FINANCE, COUNTY]), first.public_id)
    with pytest.raises(Forbidden):
        require(partner, Action.SEE_BENEFITS)
    take_up(session, partner, first.public_id, NOW)
    grant(session, vault(session), partner, first.public_id, TODAY, None, NOW)
    assert first.state is RequestState.GRANTED
    assert gaps_of(session, county, uninsured)[B.BASIC_MEDICAL] is Gap.NONE
    assert [one.patient_id for one in open_tasks(session, TaskKind.DYNAMIC_ENROLMENT)] == [unknown.id]
    assert particulars_of(session, vault(session), partner, first, uninsured) is None, "only while it is open"
    with pytest.raises(Conflict):
        take_up(session, partner, first.public_id, NOW)


def test_what_stood_on_a_record_merged_away_is_renewed_and_insures_the_one_that_stays(
    session: Session, county: County
) -> None:
    office, night = county.actor("county_office"), Actor.operator()
    kept, second, third = (registered(session, office, name, n) for n, name in NAMES)
    renew_by = TODAY + timedelta(days=20)
    record(session, county, third, told(B.BASIC_MEDICAL, S.ENDED, TODAY))
    record(session, county, second, told(B.BASIC_MEDICAL, S.RECEIVING, TODAY, renew_by=renew_by))
    record(session, county, kept, told(B.DRUG_SUBSIDY, S.NOT_RECEIVING, TODAY))
    record_benefit(
        session, vault(session), county.actor("doctor"), second,
        RecordBenefit("d" * 22, B.DRUG_SUBSIDY, S.RECEIVING, TODAY, renew_by=renew_by), TODAY, NOW,
    )  # fmt: skip
    record_admission(session, county.actor("doctor"), third, "示例医院", TODAY, None, NOW)
    [green] = open_tasks(session, TaskKind.DYNAMIC_ENROLMENT)
    close_task(session, office, green, reason("benefits.outcome.enrolled", on=TODAY), NOW)
    second_office = colleague(session, county)

    def merge(merged: Patient) -> None:
        _approve(
            session, second_office, _propose(session, county, _proposal(RequestKind.MERGE, merged, kept=kept.public_id))
        )

    merge(third)
    assert open_for_admissions(session, night, TODAY, NOW) == Counts(0, 1), (
        "the stay had its duty under the other record"
    )
    merge(second)
    assert open_benefit_renewals(session, night, TODAY, NOW).made == 1, (
        "of the subsidy the record has a word of its own"
    )
    [renewal] = open_tasks(session, TaskKind.BENEFIT_RENEWAL)
    assert (renewal.patient_id, renewal.due_on) == (kept.id, renew_by)
    assert open_benefit_renewals(session, night, TODAY, NOW).made == 0, "a second night finds it open"
    assert open_dynamic_enrolment(session, office, kept, TODAY, NOW) is None, "insured under the other record"
    insured = next(one for one in list_lines(session, office, kept, TODAY) if one.kind is B.BASIC_MEDICAL).benefit
    assert insured is not None
    withdraw_benefit(session, county.actor("doctor"), insured.public_id, NOW)
    assert not open_tasks(session, TaskKind.BENEFIT_RENEWAL)


def test_an_office_is_asked_once_and_its_refusal_is_the_benefits_state(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    with pytest.raises(Conflict) as nobody:
        ask_office(session, vault(session), doctor, patient, B.DISABILITY_CERTIFICATE, TODAY, NOW)
    assert nobody.value.reason.code == "benefits.request.no_office"
    with pytest.raises(Invalid):
        set_office(session, clerk, B.DISABILITY_CERTIFICATE, county.agencies[AgencyKind.POLICE, TOWN], NOW)
    set_office(session, clerk, B.DISABILITY_CERTIFICATE, county.agencies[AgencyKind.PARTNER, COUNTY], NOW)
    request = ask_office(session, vault(session), doctor, patient, B.DISABILITY_CERTIFICATE, TODAY, NOW)
    assert request.due_on == date(2026, 12, 4), "ten working days"
    told = session.scalars(select(Message).where(Message.subject_kind == "benefit_request")).one()
    assert (told.recipient_id, told.parameters["day"]) == (request.agency_id, "2026-12-04")
    assert still_holding(session, "benefit_request", [request.id], TODAY) == {request.id}
    late = [late_work(session, day).get(request.agency_id) for day in (request.due_on, date(2026, 12, 5))]
    assert late == [None, 1], "from the day after it stands in the daily line"
    with pytest.raises(Conflict):
        ask_office(session, vault(session), doctor, patient, B.DISABILITY_CERTIFICATE, TODAY, NOW)
    with pytest.raises(Invalid):
        grant(session, vault(session), partner_of(county), request.public_id, TODAY, None, NOW)
    refuse(session, vault(session), partner_of(county), request.public_id, RequestRefusal.PAPERS, NOW)
    assert still_holding(session, "benefit_request", [request.id], TODAY) == set()
    [line] = [one for one in list_lines(session, doctor, patient, TODAY) if one.kind is B.DISABILITY_CERTIFICATE]
    assert line.benefit is not None
    assert line.benefit.state is S.REFUSED
    assert session.scalar(select(BenefitRequest.refusal)) is RequestRefusal.PAPERS


def bill(**more: object) -> AskBackstop:
    yuan = Money.from_yuan
    given: dict[str, object] = {
        "submission_key": "backstop-0000000000001",
        "hospital": "示例医院",
        "bill_number": "FP-1",
        "from_on": TODAY - timedelta(days=20),
        "to_on": TODAY - timedelta(days=2),
        "bill": yuan("9000.00"),
        "insured": yuan("5000.00"),
        "family": yuan("500.00"),
        "asked": yuan("3500.00"),
        "ground": BackstopGround.BEYOND_INSURANCE,
    }
    return AskBackstop(**(given | more))  # type: ignore[arg-type]  # fields by name


def test_costs_are_taken_over_by_three_people_and_posted_against_the_fund(session: Session, county: County) -> None:
    clerk, reviewer, finance = (county.actor(name) for name in ("clerk", "reviewer", "finance"))
    patient = registered(session, county.actor("doctor"))
    with pytest.raises(Invalid):
        ask_backstop(session, clerk, patient, bill(asked=Money.from_yuan("3500.01")), TODAY, NOW)
    with pytest.raises(Forbidden):
        ask_backstop(session, replace(clerk, person_id=patient.person_id), patient, bill(), TODAY, NOW)
    request = ask_backstop(session, clerk, patient, bill(), TODAY, NOW)
    assert ask_backstop(session, clerk, patient, bill(), TODAY, NOW) is request
    with pytest.raises(Conflict) as twice, session.begin_nested():
        ask_backstop(session, clerk, patient, bill(submission_key="backstop-0000000000002"), TODAY, NOW)
    assert twice.value.reason.code == "benefits.backstop.bill_taken"

    money = ProposeMoney("fund-0000000000000001x", COUNTY, 2026, FundSide.COUNTY, Money.from_yuan("3000"), "文1", TODAY)
    grant_of_fund = propose_money(session, clerk, money, NOW)
    decide_proposal(session, reviewer, grant_of_fund.public_id, True, NOW)
    with pytest.raises(Conflict) as short:
        approve_backstop(session, reviewer, request.public_id, NOW)
    assert short.value.reason.code == "subsidies.fund.short"
    more = propose_money(session, clerk, replace(money, submission_key="fund-0000000000000002x"), NOW)
    decide_proposal(session, reviewer, more.public_id, True, NOW)
    with pytest.raises(Conflict):
        approve_backstop(session, replace(reviewer, user_id=clerk.user_id), request.public_id, NOW)
    approve_backstop(session, reviewer, request.public_id, NOW)
    assert _fund(session) == ("2500.00", "3500.00", "0.00")
    with pytest.raises(Conflict):
        pay_backstop(session, replace(finance, user_id=reviewer.user_id), request.public_id, TODAY, "S-1", TODAY, NOW)
    pay_backstop(session, finance, request.public_id, TODAY, "S-1", TODAY, NOW)
    assert request.state is BackstopState.PAID
    assert _fund(session) == ("2500.00", "0.00", "3500.00")

    second = ask_backstop(
        session,
        clerk,
        patient,
        bill(submission_key="backstop-0000000000003", bill_number="FP-2", asked=Money(100)),
        TODAY,
        NOW,
    )
    approve_backstop(session, reviewer, second.public_id, NOW)
    withdraw_backstop(session, clerk, second.public_id, NOW)
    assert _fund(session) == ("2500.00", "0.00", "3500.00"), "what is not paid comes back"
    third = ask_backstop(
        session, clerk, patient, bill(submission_key="backstop-0000000000004", bill_number="FP-3"), TODAY, NOW
    )
    refuse_backstop(session, reviewer, third.public_id, BackstopRefusal.FAMILY_PAYS, NOW)
    assert third.state is BackstopState.REFUSED


def _fund(session: Session) -> tuple[str, str, str]:
    held = balances_of(session, COUNTY, 2026)
    return held[FundSide.POOL].yuan, held[FundSide.COMMITTED].yuan, held[FundSide.PAID].yuan


def test_a_place_takes_in_as_many_as_it_has_seats_and_sees_only_its_own(session: Session, county: County) -> None:
    office, doctor, partner = county.actor("county_office"), county.actor("doctor"), partner_of(county)
    [agency] = list_agencies(session, office, AgencyKind.PARTNER)
    with pytest.raises(Invalid):
        keep_place(session, office, KeepPlace("349922000000", "邻县康复站", 3), NOW)
    place = keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 1, agency.public_id), NOW)
    first, second = (registered(session, doctor, name, n) for n, name in NAMES[:2])
    first_guardian(session, doctor, first)

    def referred(patient: Patient, key: str) -> str:
        command = Refer(
            key * 22, place.public_id, ReferralSource.FAMILY, ReferralConsent.GUARDIAN, TODAY,
            (RehabAim.DAILY_LIFE, RehabAim.WORK),
        )  # fmt: skip
        return refer(session, doctor, patient, command, TODAY, NOW).public_id

    one, other = referred(first, "a"), referred(second, "b")
    with pytest.raises(Conflict):
        referred(first, "c")
    answer(session, partner, one, ReferralState.ACCEPTED, None, NOW)
    with pytest.raises(Conflict) as full:
        answer(session, partner, other, ReferralState.ACCEPTED, None, NOW)
    assert full.value.reason.code == "benefits.referral.full"
    answer(session, partner, other, ReferralState.WAITING, None, NOW)
    [row] = list_places_of(session, partner)
    assert (row.seated, row.waiting, row.free) == (1, 1, 0)
    with pytest.raises(NotFound):
        get_referral(session, replace(partner, agency_id=None), one)
    referral, _place, patient = get_referral(session, partner, one)
    seen = particulars_at_place(session, vault(session), partner, referral, patient)
    assert seen is not None
    assert (seen.name, seen.guardian) == ("林秋水", "赵桂兰")
    with pytest.raises(Invalid):
        begin(session, partner, one, TODAY + timedelta(days=1), TODAY, NOW)
    begin(session, partner, one, TODAY, TODAY, NOW)
    with pytest.raises(Invalid) as ahead:
        record_month(session, partner, one, TODAY, 2, TODAY, NOW)
    assert ahead.value.errors["days"][0].args == {"most": 1}, "no more days than have gone by since the start"
    week = TODAY + timedelta(days=6)
    record_month(session, partner, one, TODAY, 4, week, NOW)
    entered = record_month(session, partner, one, TODAY, 6, week, NOW)
    assert entered.days == 6, "entered again, the later word counts"
    with pytest.raises(Invalid):
        record_month(session, partner, one, TODAY - timedelta(days=60), 3, TODAY, NOW)
    with pytest.raises(Invalid):
        record_month(session, partner, one, TODAY, 31, week, NOW)
    later = TODAY + timedelta(days=30)
    end(session, partner, one, later, RehabEnd.WORK, later, NOW)
    answer(session, partner, other, ReferralState.ACCEPTED, None, NOW)
    withdraw_referral(session, doctor, other, NOW)
    third = referred(second, "d")
    answer(session, office, third, ReferralState.REFUSED, ReferralRefusal.TOO_FAR, NOW)
    with pytest.raises(Conflict):
        begin(session, partner, third, TODAY, TODAY, NOW)


def test_a_seat_does_not_outlive_whoever_had_it(session: Session, county: County) -> None:
    office, doctor, partner = county.actor("county_office"), county.actor("doctor"), partner_of(county)
    [agency] = list_agencies(session, office, AgencyKind.PARTNER)
    place = keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 3, agency.public_id), NOW)
    dying, waiting, leaving = (registered(session, doctor, name, n) for n, name in NAMES)
    first_guardian(session, doctor, dying)
    referrals = []
    for key, patient in zip("abc", (dying, waiting, leaving), strict=True):
        wish = Refer(
            key * 22, place.public_id, ReferralSource.DOCTOR, ReferralConsent.PATIENT, TODAY, (RehabAim.SOCIAL,)
        )
        referrals.append(refer(session, doctor, patient, wish, TODAY, NOW))
        answer(session, partner, referrals[-1].public_id, ReferralState.ACCEPTED, None, NOW)
    one, accepted, moving = referrals
    told = select(Message.recipient_id, Message.parameters).where(Message.subject_kind == "rehab_referral")
    assert [(to, said["day"]) for to, said in session.execute(told)] == [(partner.agency_id, "2026-12-04")] * 3
    assert still_holding(session, "rehab_referral", [one.id], TODAY) == set(), "it has answered"

    week, died_on = TODAY + timedelta(days=6), TODAY + timedelta(days=2)
    begin(session, partner, moving.public_id, TODAY, TODAY, NOW)
    away = ProposeTransfer(leaving.public_id, "w" * 22, "349999100200", TransferReason.MOVED_HOUSE, "示例省邻县柳河镇")
    proposed = propose_transfer(session, doctor, away, TODAY, NOW)
    accept_transfer(session, office, proposed.public_id, AcceptTransfer(TODAY, None), TODAY, NOW)
    for patient in (dying, waiting):
        person = session.get_one(Person, patient.person_id)
        record_death(session, doctor, person, died_on, DatePrecision.DAY, None, NOW)
    assert particulars_at_place(session, vault(session), partner, one, dying) is None, "nobody to call any more"
    assert {row.referral.id: row.name for row in list_referrals(session, partner).rows}[one.id] is None
    with pytest.raises(Invalid) as gone:
        begin(session, partner, one.public_id, week, week, NOW)
    assert gone.value.errors["started_on"][0].code == "benefits.referral.gone"
    begin(session, partner, one.public_id, TODAY, week, NOW)  # what was before may still be entered
    with pytest.raises(Invalid) as later:
        record_month(session, partner, one.public_id, TODAY, 4, week, NOW)
    assert later.value.errors["days"][0].args == {"most": 3}, "to the day of the death"

    made = [end_referrals_of_gone(session, Actor.operator(), week, NOW).made for _night in range(2)]
    assert made == [3, 0]
    ends = [(one.state, one.end_reason, one.ended_on) for one in referrals]
    assert ends[0] == (ReferralState.ENDED, RehabEnd.DIED, died_on)
    assert (accepted.state, moving.end_reason) == (ReferralState.WITHDRAWN, RehabEnd.MOVED)
    [row] = list_places_of(session, partner)
    assert (row.seated, row.free) == (0, 3)


def test_the_databases_table_of_legal_moves_names_the_pairs_of_the_rules(session: Session) -> None:
    moves = metadata.tables["legal_moves"]
    stored: dict[str, set[tuple[str, str]]] = {}
    for what, before, after in session.execute(select(moves.c.what, moves.c.from_state, moves.c.to_state)):
        stored.setdefault(what, set()).add((before, after))
    tables = {
        "insurance_policies": POLICY_MOVES,
        "claims": CLAIM_MOVES,
        "reliefs": RELIEF_MOVES,
        "benefit_requests": REQUEST_MOVES,
        "backstop_requests": BACKSTOP_MOVES,
        "rehab_referrals": REFERRAL_MOVES,
    }
    for table, legal in tables.items():
        assert stored[f"{table}.state"] == {(before.value, after.value) for before, after in legal}, table


def test_a_bill_is_not_uninsured_where_insurance_paid_and_an_old_consent_is_asked_for_anew(
    session: Session, county: County
) -> None:
    clerk, doctor, office = (county.actor(who) for who in ("clerk", "doctor", "county_office"))
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    uninsured = bill(ground=BackstopGround.NO_INSURANCE)
    with pytest.raises(Invalid) as paid:
        ask_backstop(session, clerk, patient, uninsured, TODAY, NOW)
    assert paid.value.errors["ground"][0].code == "benefits.backstop.insured_paid"
    record(session, county, patient, told(B.BASIC_MEDICAL, S.RECEIVING))
    with pytest.raises(Invalid) as known:
        ask_backstop(session, clerk, patient, replace(uninsured, insured=Money.zero()), TODAY, NOW)
    assert known.value.errors["ground"][0].code == "benefits.backstop.is_insured"
    place = keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 1), NOW)
    old = Refer(
        "r" * 22, place.public_id, ReferralSource.FAMILY, ReferralConsent.GUARDIAN, TODAY - timedelta(days=91),
        (RehabAim.WORK,),
    )  # fmt: skip
    with pytest.raises(Invalid) as stale:
        refer(session, doctor, patient, old, TODAY, NOW)
    assert stale.value.errors["consented_on"][0].code == "benefits.referral.consent_old"
    refer(session, doctor, patient, replace(old, consented_on=TODAY - timedelta(days=90)), TODAY, NOW)


def test_a_place_and_its_people_are_refused_by_field_where_they_cannot_be(session: Session, county: County) -> None:
    office, doctor = county.actor("county_office"), county.actor("doctor")
    with pytest.raises(Invalid) as wrong:
        keep_place(session, office, KeepPlace(VILLAGE, "站", 1, "nobody", phone="see the door"), NOW)
    assert set(wrong.value.errors) == {"area_code", "agency", "phone"}
    place = keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 1), NOW)
    with pytest.raises(Conflict) as taken, session.begin_nested():
        keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 2), NOW)
    assert taken.value.reason.code == "benefits.place.taken"
    patient = registered(session, doctor)
    wish = Refer(
        "w" * 22, place.public_id, ReferralSource.DOCTOR, ReferralConsent.PATIENT, TODAY + timedelta(days=1), ()
    )
    with pytest.raises(Invalid) as senseless:
        refer(session, doctor, patient, wish, TODAY, NOW)
    assert set(senseless.value.errors) == {"consented_on", "aims"}
    sound = replace(wish, consented_on=TODAY, aims=(RehabAim.SOCIAL,))
    referral = refer(session, doctor, patient, sound, TODAY, NOW)
    assert refer(session, doctor, patient, sound, TODAY, NOW) is referral, "a form that arrives twice"
    assert session.scalar(select(Message.id)) is None, "a place that no agency runs is told by nobody here"
    one = referral.public_id
    answer(session, office, one, ReferralState.ACCEPTED, None, NOW)
    with pytest.raises(Invalid) as smaller:
        keep_place(session, office, KeepPlace(TOWN, "城关镇阳光家园", 0), NOW, place.public_id)
    assert smaller.value.errors["capacity"][0].args == {"seated": 1}
    with pytest.raises(Conflict):
        end(session, office, one, TODAY, RehabEnd.DONE, TODAY, NOW)
    with pytest.raises(Invalid):
        record_month(session, office, one, TODAY, 1, TODAY, NOW)
    begin(session, office, one, TODAY, TODAY, NOW)
    with pytest.raises(Invalid):
        record_month(session, office, one, TODAY, 32, TODAY, NOW)
    with pytest.raises(Invalid):
        end(session, office, one, TODAY - timedelta(days=1), RehabEnd.DONE, TODAY, NOW)
    with pytest.raises(Conflict):
        withdraw_referral(session, doctor, one, NOW)
    end(session, office, one, TODAY, RehabEnd.DONE, TODAY, NOW)
    assert keep_place(session, office, KeepPlace(TOWN, "阳光家园", 0), NOW, place.public_id).capacity == 0
