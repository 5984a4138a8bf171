"""A policy's life in one story: confirmed by a second person, people reported month by month, a claim to its payment, relief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.db import Database, new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import WorkItem, WorkState
from app.core.money import Money
from app.core.reasons import reason
from app.core.work import CLAIM_LAPSES_AFTER, claim_work
from app.documents.commands import AttachDocument
from app.documents.models import Document
from app.documents.readers.papers import clean_paper
from app.documents.rules import DocumentSubject
from app.documents.service import attach_document, withdraw_document
from app.documents.subjects import Subject
from app.guardians.rules import Rank
from app.guardians.service import end_guardianship
from app.incidents.commands.incidents import ReportIncident
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentKind
from app.incidents.service.incidents import report_incident
from app.insurance.commands import ProposePolicy, ProposeRelief, ReportClaim
from app.insurance.models import Claim, ClaimEvent, ClaimPaper, Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.queries.board import home_of
from app.insurance.queries.claims import list_claims, sheet_of
from app.insurance.queries.cover import find_insured_guardian
from app.insurance.queries.enrolment import count_not_covered, list_insured, list_not_covered
from app.insurance.queries.exports import ExportedPerson, exported_people
from app.insurance.queries.policies import rows_of
from app.insurance.queries.unreported import list_unreported
from app.insurance.rules.claims import SCANS, ClaimPaperKind, ClaimRefusal, ClaimState, Harm, ReportClock, papers_needed
from app.insurance.rules.enrolment import BatchKind, EndReason
from app.insurance.rules.policies import EligibleRule, Limits, PolicyKind, PolicyState
from app.insurance.rules.relief import ReliefGround, ReliefState
from app.insurance.service.claiming import complete_papers, decide_claim, pay_claim, report_claim, withdraw_claim
from app.insurance.service.enrolling import ask_to_report, find_report, preview_changes, report_changes
from app.insurance.service.policies import decide_policy, propose_policy, withdraw_policy
from app.insurance.service.relieving import decide_relief, pay_relief, propose_relief, withdraw_relief
from app.insurance.work import report
from app.patients.models import Patient
from app.people.models import DatePrecision, Person
from app.people.service import record_death
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.rig.clock import StoppedClock
from tests.rig.county import County
from tests.rig.crowd import at_once
from tests.rig.paper_pictures import photo
from tests.rig.register import NOW, TODAY, first_guardian, keyring, registered, vault

YEAR_END, DAY = date(2026, 12, 31), timedelta(days=1)
ACCIDENT = {"submission_key": "policy-000000000000009", "kind": PolicyKind.ACCIDENT, "number": "PZ-2026-2"}


def liability(**more: object) -> ProposePolicy:
    given: dict[str, object] = {
        "submission_key": "policy-000000000000001",
        "kind": PolicyKind.LIABILITY,
        "insurer": "示例财产保险公司",
        "number": "PZ-2026-1",
        "holder": "安和县综治中心",
        "from_on": date(2026, 1, 1),
        "to_on": YEAR_END,
        "premium": Money.from_yuan("365.00"),
        "document_number": "安综治〔2026〕8号",
        "limits": Limits(Money.from_yuan("300000"), None, Money.from_yuan("310000")),
        "eligible_rule": EligibleRule.REGISTERED,
    }
    return ProposePolicy(**(given | more))  # type: ignore[arg-type]  # fields by name


def confirmed(session: Session, county: County, **more: object) -> InsurancePolicy:
    policy = propose_policy(session, county.actor("clerk"), liability(**more), NOW)
    return decide_policy(session, county.actor("reviewer"), policy.public_id, True, NOW)


def family(session: Session, county: County, name: str, sequence: int) -> Patient:
    doctor = county.actor("doctor")
    patient = registered(session, doctor, name, sequence)
    first_guardian(session, doctor, patient, f"{name}父", 500 + sequence)
    return patient


def dead(session: Session, county: County, patient: Patient, died_on: date) -> None:
    person = session.get_one(Person, patient.person_id)
    record_death(session, county.actor("doctor"), person, died_on, DatePrecision.DAY, None, NOW)


def test_a_policy_is_confirmed_by_somebody_else_and_never_changes_afterwards(session: Session, county: County) -> None:
    clerk, reviewer = county.actor("clerk"), county.actor("reviewer")
    policy = propose_policy(session, clerk, liability(), NOW)
    assert propose_policy(session, clerk, liability(), NOW) is policy, "a form that arrives twice is one policy"
    with pytest.raises(Conflict) as refused:
        report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    assert refused.value.reason.code == "insurance.enrolment.not_confirmed"
    with pytest.raises(Conflict) as taken, session.begin_nested():
        propose_policy(session, clerk, liability(submission_key="policy-000000000000002"), NOW)
    assert taken.value.reason.code == "insurance.policy.number_taken"
    with pytest.raises(Conflict) as same:
        decide_policy(session, replace(reviewer, user_id=clerk.user_id), policy.public_id, True, NOW)
    assert same.value.reason.code == "insurance.same_person"
    decide_policy(session, reviewer, policy.public_id, True, NOW)
    assert policy.state is PolicyState.CONFIRMED
    with pytest.raises(Conflict):
        withdraw_policy(session, clerk, policy.public_id, NOW)
    with pytest.raises(Invalid) as early:
        propose_policy(session, clerk, liability(submission_key="x" * 22, number="PZ-2", renews=policy.public_id), NOW)
    assert set(early.value.errors) == {"from_on"}


def test_people_are_added_and_removed_month_by_month_and_the_premium_adds_up(session: Session, county: County) -> None:
    clerk = county.actor("clerk")
    staying, dying = family(session, county, "单晓明", 1), family(session, county, "林秋水", 3)
    alone = registered(session, county.actor("doctor"), "石无双", 5)
    policy = confirmed(session, county)
    assert count_not_covered(session, clerk, policy, TODAY) == 3
    reasons = {one.patient: one.because.code for one in list_not_covered(session, clerk, policy, TODAY).rows}
    assert reasons[alone.public_id] == "insurance.eligible.no_guardian", "nobody to insure"

    # the rest of the year is 41 days: a yuan a day each
    first = report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    assert (first.added, first.removed, first.premium.yuan) == (2, 0, "82.00")
    again = report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    assert (again.added, again.removed) == (0, 0), "a second report of a day finds nobody"
    with pytest.raises(Invalid):
        report_changes(session, clerk, policy.public_id, TODAY - timedelta(days=1), TODAY, NOW)

    # a death ends cover at its own day, whenever the insurer is told; who joins pays from then on
    dead(session, county, dying, TODAY + timedelta(days=4))
    joining = family(session, county, "方长庚", 7)
    later = TODAY + timedelta(days=10)
    planned = preview_changes(session, clerk, policy, later)
    assert [one.patient for one in planned.add] == [joining.public_id]
    [leaving] = planned.remove
    assert (leaving.ending.why, leaving.to_on, leaving.refund.yuan) == (
        EndReason.DIED,
        TODAY + timedelta(days=5),
        "36.00",
    )
    second = report_changes(session, clerk, policy.public_id, later, later, NOW)
    assert (second.added, second.removed, second.premium.yuan) == (1, 1, "-5.00")
    batches = session.scalars(select(EnrolmentBatch).order_by(EnrolmentBatch.number)).all()
    assert [one.kind for one in batches] == [BatchKind.OPENING, BatchKind.REMOVALS, BatchKind.ADDITIONS]
    assert sum(one.premium_fen for one in batches) == session.scalar(select(func.sum(Enrolment.premium_fen)))
    [row] = rows_of(session, clerk, [policy], later)
    assert (row.covered, row.premium.yuan) == (2, "77.00")

    shown = {one.number: one for one in list_insured(session, clerk, policy).rows}
    assert [one.last_on for one in shown.values()] == [YEAR_END, TODAY + timedelta(days=4), YEAR_END]
    assert shown[1].name == "单*明", "a clerk reads patients masked and guardians in full"
    assert shown[1].guardian == "单晓明父"
    removed = exported_people(session, vault(session), clerk, policy, batches[1])
    assert [(one.number, one.premium.yuan, one.end_reason) for one in removed] == [(2, "-36.00", EndReason.DIED)]
    assert removed[0].masked_number.startswith("3499**********")
    everybody = exported_people(session, vault(session), clerk, policy, None)
    assert Money.total(one.premium for one in everybody) == row.premium
    assert staying.public_id in {one.patient for one in shown.values()}


def test_a_policy_that_insures_guardians_follows_the_guardian(session: Session, county: County) -> None:
    clerk, doctor = county.actor("clerk"), county.actor("doctor")
    changing, losing = family(session, county, "单晓明", 1), family(session, county, "林秋水", 3)
    policy, accident = confirmed(session, county), confirmed(session, county, **ACCIDENT)
    for one in (policy, accident):
        report_changes(session, clerk, one.public_id, TODAY, TODAY, NOW)
    first_guardian(session, doctor, changing, "卫新", 778, from_on=TODAY, replaces=True)
    end_guardianship(session, doctor, losing, Rank.FIRST, TODAY, reason("guardians.end.replaced"), NOW)

    later = TODAY + timedelta(days=10)
    assert count_not_covered(session, clerk, policy, later) == 2
    planned = preview_changes(session, clerk, policy, later)
    assert [(one.patient, one.guardian) for one in planned.add] == [(changing.public_id, "卫新")]
    leaving = [(one.patient, one.ending.why, one.to_on) for one in planned.remove]
    assert leaving == [(one.public_id, EndReason.GUARDIAN, later) for one in (changing, losing)]
    done = report_changes(session, clerk, policy.public_id, later, later, NOW)
    assert (done.added, done.removed, done.premium.yuan) == (1, 2, "-31.00"), "41 days each; 31 of them are left"
    unchanged = report_changes(session, clerk, accident.public_id, later, later, NOW)
    assert (unchanged.added, unchanged.removed) == (0, 0), "an accident policy insures the patient"
    batches = session.scalars(select(EnrolmentBatch).where(EnrolmentBatch.policy_id == policy.id)).all()
    premiums = select(func.sum(Enrolment.premium_fen)).where(Enrolment.policy_id == policy.id)
    assert sum(one.premium_fen for one in batches) == session.scalar(premiums)
    told = {one.kind: [(row.number, row.guardian) for row in listed(session, clerk, policy, one)] for one in batches}
    assert told[BatchKind.REMOVALS] == [(1, "单晓明父"), (2, "林秋水父")]
    assert told[BatchKind.ADDITIONS] == [(3, "卫新")]
    assert count_not_covered(session, clerk, policy, later) == 1, "nobody to insure"
    names = [insured_name(session, clerk, policy, changing, day) for day in (later - timedelta(days=1), later)]
    assert names == ["单晓明父", "卫新"], "a claim names whoever was insured on its day"


def listed(session: Session, actor: Actor, policy: InsurancePolicy, batch: EnrolmentBatch) -> Sequence[ExportedPerson]:
    return exported_people(session, vault(session), actor, policy, batch)


def insured_name(session: Session, actor: Actor, policy: InsurancePolicy, patient: Patient, day: date) -> str:
    return session.get_one(Person, find_insured_guardian(session, actor, policy, patient, day)).name


def test_a_report_is_made_once_by_the_scheduler_however_often_it_is_asked_for_and_whatever_dies_meanwhile(
    app: Flask, database: Database, county: County
) -> None:
    clerk, scheduler = county.actor("clerk"), SchedulerHouse.of(app, StoppedClock(NOW))
    with database.transaction() as session:
        family(session, county, "单晓明", 1)
        family(session, county, "林秋水", 3)
        policy_id = confirmed(session, county).public_id

    def ask(on: date = TODAY) -> WorkItem:
        with database.transaction() as session:
            return ask_to_report(session, clerk, policy_id, on, TODAY, NOW)

    item = ask()
    assert ask().id == item.id, "pressed twice"
    with pytest.raises(Conflict) as other_day:
        ask(TODAY + timedelta(days=1))
    assert other_day.value.reason.code == "insurance.enrolment.under_way"
    with database.transaction() as session:
        assert claim_work(session, NOW - CLAIM_LAPSES_AFTER - timedelta(seconds=1)) is not None, (
            "by a process that stores"
        )
    with app.app_context():
        told = report(database, item, lambda _done, _total: None).result  # and dies before it can say so
    assert told == {"added": 2, "removed": 0}
    assert do_next(scheduler)
    with database.reading() as session:
        again = session.get_one(WorkItem, item.id)
        assert (again.state, again.result) == (WorkState.DONE, told)
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 2
        assert session.scalars(select(EnrolmentBatch.count)).all() == [2]
        policy = session.scalars(select(InsurancePolicy)).one()
        assert find_report(session, policy) is None
    ask(TODAY + timedelta(days=1))


def claim_of(policy: InsurancePolicy, happened_at: datetime, **more: object) -> ReportClaim:
    given: dict[str, object] = {
        "submission_key": f"claim-{happened_at:%Y%m%d%H%M}",
        "policy": policy.public_id,
        "happened_at": happened_at,
        "reported_at": happened_at + timedelta(hours=5),
        "harm": Harm.INJURY,
        "asked": Money.from_yuan("8000.00"),
    }
    return ReportClaim(**(given | more))  # type: ignore[arg-type]  # fields by name


def test_an_incident_of_a_covered_day_waits_in_sight_until_the_insurer_is_told(
    session: Session, county: County
) -> None:
    clerk, doctor = county.actor("clerk"), county.actor("doctor")
    patient, uninsured = family(session, county, "单晓明", 1), registered(session, doctor, "石无双", 5)
    policy = confirmed(session, county)
    report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)

    def told(of: Patient, happened: datetime) -> Incident:
        command = ReportIncident(
            new_public_id(), IncidentKind.PUBLIC_ORDER, happened, patient=of.public_id, what="推倒"
        )
        return report_incident(session, vault(session), doctor, command, NOW)

    happened = NOW - timedelta(minutes=30)
    incident = told(patient, happened)
    told(patient, NOW - timedelta(days=1))  # a day without cover
    told(uninsured, happened)

    def waiting(hours: int) -> list[tuple[str, ReportClock]]:
        found = list_unreported(session, clerk, NOW + timedelta(hours=hours))
        return [(one.incident, one.clock) for one in found]

    clocks = [waiting(hours) for hours in (1, 30, 48)]
    assert clocks == [[(incident.public_id, clock)] for clock in ReportClock], "running, its last day, past"
    home = home_of(session, clerk, TODAY, NOW)
    assert home.unreported == 1 and list_unreported(session, clerk, NOW)[0].name == "单*明"
    claim = report_claim(session, clerk, patient, claim_of(policy, happened, incident=incident.public_id), NOW + DAY)
    assert waiting(48) == []
    withdraw_claim(session, clerk, claim.public_id, NOW + DAY)
    assert len(waiting(48)) == 1
    assert waiting(24 * 40) == []


def papers_at(claim: Claim, patient_id: int) -> Subject:
    title = reason("insurance.papers.claim", number=claim.number)
    return Subject(DocumentSubject.CLAIM, claim.public_id, patient_id, claim.county_code, title, "/")


def keep_papers(session: Session, actor: Actor, claim: Claim, kinds: Sequence[ClaimPaperKind], now: datetime) -> None:
    for kind in kinds:
        picture = clean_paper(photo(60, 260 + list(ClaimPaperKind).index(kind)))
        paper = AttachDocument(f"{claim.id}-{kind}".ljust(22, "0"), SCANS[kind], None, picture)
        attach_document(session, keyring(), actor, papers_at(claim, claim.patient_id), paper, business_day(now), now)


def take_down(session: Session, actor: Actor, claim: Claim, now: datetime) -> None:
    """The first of the claim's scans was the wrong one."""
    first = session.scalars(
        select(Document).where(Document.subject_id == claim.public_id).order_by(Document.id).limit(1)
    ).one()
    withdraw_document(session, actor, first, papers_at(claim, claim.patient_id), "documents.withdrawn.unreadable", now)


def test_a_claim_goes_from_the_report_to_the_payment_with_its_papers_and_clocks(
    session: Session, county: County
) -> None:
    clerk = county.actor("clerk")
    patient = family(session, county, "单晓明", 1)
    policy = confirmed(session, county)
    report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    happened, now = NOW + timedelta(hours=3), NOW + timedelta(days=20)
    today = business_day(now)
    claim = report_claim(session, clerk, patient, claim_of(policy, happened), now)
    assert report_claim(session, clerk, patient, claim_of(policy, happened), now) is claim
    assert (claim.number, claim.is_covered, claim.is_late) == ("LP-2026-0001", True, False)
    # the day before cover began, and told after 48 hours: written down all the same, with what was found
    other = report_claim(
        session,
        clerk,
        patient,
        claim_of(policy, NOW - timedelta(days=1), reported_at=NOW + timedelta(days=2), asked=Money.from_yuan("90")),
        now,
    )
    assert (other.number, other.is_covered, other.is_late) == ("LP-2026-0002", False, True)
    assert [one["code"] for one in other.because] == ["insurance.cover.before", "insurance.report.late"]

    needed = papers_needed(policy.kind, claim.harm)
    keep_papers(session, clerk, claim, needed[:2], NOW + timedelta(days=5))
    assert sheet_of(session, clerk, claim, today).missing == list(needed[2:])
    listed = {row.claim.number: list(row.missing) for row in list_claims(session, clerk, today, only_open=True).rows}
    assert listed[claim.number] == list(needed[2:])
    with pytest.raises(Conflict) as incomplete:
        complete_papers(session, clerk, claim.public_id, today, today, now)
    assert incomplete.value.reason.args == {"n": len(needed) - 2}
    with pytest.raises(Conflict):
        decide_claim(
            session, clerk, claim.public_id, agreed=Money(1), refusal=None, decided_on=today, today=today, now=now
        )
    keep_papers(session, clerk, claim, needed[2:], NOW + timedelta(days=6))
    with pytest.raises(Invalid):
        complete_papers(session, clerk, claim.public_id, TODAY - timedelta(days=1), today, now)
    complete_papers(session, clerk, claim.public_id, date(2026, 11, 27), today, now)
    assert (claim.state, claim.settle_by) == (ClaimState.PAPERS_COMPLETE, date(2026, 12, 8))
    assert sheet_of(session, clerk, claim, date(2026, 12, 9)).row.is_overdue
    take_down(session, clerk, claim, now)
    [gone] = [one for one in sheet_of(session, clerk, claim, today).papers if not one.has_scan]
    assert (gone.kind, gone.received_on) == (needed[0], business_day(NOW + timedelta(days=5))), (
        "what the file held stays"
    )

    def agree(yuan: str) -> Claim:
        return decide_claim(
            session, clerk, claim.public_id, agreed=Money.from_yuan(yuan), refusal=None,
            decided_on=today, today=today, now=now,
        )  # fmt: skip

    with pytest.raises(Invalid):
        agree("8000.01")
    agree("7000.00")
    with pytest.raises(Invalid):
        pay_claim(session, clerk, claim.public_id, Money.from_yuan("6999.99"), today, today, now)
    pay_claim(session, clerk, claim.public_id, Money.from_yuan("7000.00"), today, today, now)
    states = session.scalars(select(ClaimEvent.state).where(ClaimEvent.claim_id == claim.id).order_by(ClaimEvent.id))
    assert list(states) == [
        ClaimState.REPORTED,
        ClaimState.PAPERS_COMPLETE,
        ClaimState.ACCEPTED,
        ClaimState.PAID,
    ]
    with pytest.raises(Conflict):
        withdraw_claim(session, clerk, claim.public_id, now)
    decide_claim(
        session, clerk, other.public_id, agreed=None, refusal=ClaimRefusal.NO_COVER,
        decided_on=today, today=today, now=now,
    )  # fmt: skip
    assert other.state is ClaimState.REFUSED


def test_relief_needs_a_second_person_and_nobody_decides_for_their_own_family(session: Session, county: County) -> None:
    clerk, reviewer = county.actor("clerk"), county.actor("reviewer")
    patient = family(session, county, "单晓明", 1)
    asked = ProposeRelief(
        "relief-000000000000001", "路人甲", TODAY, Harm.INJURY, ReliefGround.NOT_INSURED, Money.from_yuan("5000"),
        "安民〔2026〕3号",
    )  # fmt: skip
    own = replace(clerk, person_id=patient.person_id)
    with pytest.raises(Forbidden):
        propose_relief(session, vault(session), own, patient, asked, NOW)
    relief = propose_relief(session, vault(session), clerk, patient, asked, NOW)
    with pytest.raises(Conflict):
        pay_relief(session, clerk, relief.public_id, TODAY, "QS-1", TODAY, NOW)
    with pytest.raises(Conflict):
        decide_relief(session, replace(reviewer, user_id=clerk.user_id), relief.public_id, True, NOW)
    decide_relief(session, reviewer, relief.public_id, True, NOW)
    pay_relief(session, clerk, relief.public_id, TODAY, "QS-1", TODAY, NOW)
    assert relief.state is ReliefState.PAID
    assert vault(session).open(patient.person_id, "reliefs.injured", relief.injured_sealed) == "路人甲"


def test_a_claim_stands_on_the_incident_of_its_day_and_no_clerk_is_told_the_day(
    session: Session, county: County
) -> None:
    clerk, doctor = county.actor("clerk"), county.actor("doctor")
    patient = family(session, county, "单晓明", 1)
    policy = confirmed(session, county)
    report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    happened = NOW - timedelta(days=1)
    told = ReportIncident(
        new_public_id(), IncidentKind.PUBLIC_ORDER, happened, patient=patient.public_id, what="推倒摊位"
    )
    incident = report_incident(session, vault(session), doctor, told, NOW)
    other_day = claim_of(policy, NOW - timedelta(hours=2), incident=incident.public_id, reported_at=NOW)
    with pytest.raises(Invalid) as refused:
        report_claim(session, clerk, patient, other_day, NOW)
    assert refused.value.errors["happened_at"][0].code == "insurance.claim.other_day"
    its_own = claim_of(policy, happened + timedelta(hours=1), incident=incident.public_id)
    claim = report_claim(session, clerk, patient, its_own, NOW)
    assert (claim.incident_id, claim.is_covered) == (incident.id, False), "cover is that of the incident's day"
    found = report_claim(session, clerk, patient, claim_of(policy, happened + timedelta(hours=2)), NOW)
    assert found.incident_id == incident.id, "without being named"
    with pytest.raises(Conflict) as twice:
        report_claim(session, clerk, patient, replace(its_own, submission_key="the same in another form"), NOW)
    assert twice.value.reason.args == {"number": claim.number}
    second = replace(its_own, submission_key="another person hurt", insurer_reference="BA-2")
    assert report_claim(session, clerk, patient, second, NOW).number != claim.number
    alone = report_claim(session, clerk, patient, claim_of(policy, NOW - timedelta(hours=1), reported_at=NOW), NOW)
    assert alone.incident_id is None
    stranger = family(session, county, "林秋水", 3)
    with pytest.raises(NotFound):
        report_claim(session, clerk, stranger, replace(its_own, submission_key="another"), NOW)


def test_two_claims_agreed_at_one_moment_stay_within_the_policys_limits(database: Database, county: County) -> None:
    clerk, claims = county.actor("clerk"), []
    with database.transaction() as session:
        limits = Limits(None, None, Money.from_yuan("10000"))
        policy = confirmed(session, county, limits=limits)
        for number, name in ((1, "单晓明"), (3, "林秋水")):
            patient = family(session, county, name, number)
            told = claim_of(policy, NOW - timedelta(hours=number + 5), reported_at=NOW)
            claim = report_claim(session, clerk, patient, told, NOW)
            for kind in papers_needed(policy.kind, claim.harm):
                session.add(
                    ClaimPaper(
                        claim_id=claim.id, kind=kind, received_on=TODAY, recorded_at=NOW, recorded_by=clerk.user_id
                    )
                )
            session.flush()
            complete_papers(session, clerk, claim.public_id, TODAY, TODAY, NOW)
            claims.append(claim.public_id)

    def agree(public_id: str) -> None:
        with database.transaction() as session:
            agreed = Money.from_yuan("8000")
            try:
                decide_claim(
                    session, clerk, public_id, agreed=agreed, refusal=None, decided_on=TODAY, today=TODAY, now=NOW
                )
            except Invalid as refused:
                raise Conflict(refused.errors["agreed"][0]) from None

    outcomes = at_once([partial(agree, one) for one in claims])
    assert sorted(outcomes) == ["done", "insurance.claim.over_limit"]


def test_relief_is_refused_by_field_and_once_decided_stays_so(session: Session, county: County) -> None:
    clerk, reviewer = county.actor("clerk"), county.actor("reviewer")
    patient, other = family(session, county, "单晓明", 1), family(session, county, "林秋水", 3)
    policy = confirmed(session, county)
    theirs = report_claim(session, clerk, other, claim_of(policy, NOW - timedelta(hours=9), reported_at=NOW), NOW)
    asked = ProposeRelief(
        "relief-000000000000002", "路人乙", TODAY, Harm.INJURY, ReliefGround.WAITS, Money.from_yuan("500"), "文3"
    )
    senseless = replace(
        asked, injured=" ", amount=Money.zero(), happened_on=TODAY + timedelta(days=1), claim=theirs.public_id
    )
    with pytest.raises(Invalid) as wrong:
        propose_relief(session, vault(session), clerk, patient, senseless, NOW)
    assert set(wrong.value.errors) == {"injured", "amount", "happened_on", "claim"}
    relief = propose_relief(session, vault(session), clerk, patient, asked, NOW)
    assert propose_relief(session, vault(session), clerk, patient, asked, NOW) is relief
    decide_relief(session, reviewer, relief.public_id, True, NOW)
    with pytest.raises(Invalid) as unpaid:
        pay_relief(session, clerk, relief.public_id, TODAY - timedelta(days=1), " ", TODAY, NOW)
    assert set(unpaid.value.errors) == {"paid_on", "receipt_number"}
    with pytest.raises(Conflict):
        withdraw_relief(session, clerk, relief.public_id, NOW)
    second = propose_relief(session, vault(session), clerk, patient, replace(asked, submission_key="another"), NOW)
    withdraw_relief(session, clerk, second.public_id, NOW)
    third = propose_relief(session, vault(session), clerk, patient, replace(asked, submission_key="a third"), NOW)
    decide_relief(session, reviewer, third.public_id, False, NOW)
    assert (second.state, third.state) == (ReliefState.WITHDRAWN, ReliefState.REFUSED)


def test_a_claim_that_cannot_be_is_refused_by_field_and_may_be_withdrawn(session: Session, county: County) -> None:
    clerk = county.actor("clerk")
    patient = family(session, county, "单晓明", 1)
    policy = confirmed(session, county)
    ahead = claim_of(policy, NOW + timedelta(hours=2), reported_at=NOW + timedelta(hours=1), asked=Money.zero())
    with pytest.raises(Invalid) as wrong:
        report_claim(session, clerk, patient, ahead, NOW)
    assert set(wrong.value.errors) == {"happened_at", "reported_at", "asked"}
    with pytest.raises(Invalid) as backwards:
        report_claim(session, clerk, patient, claim_of(policy, NOW, reported_at=NOW - timedelta(hours=1)), NOW)
    assert set(backwards.value.errors) == {"reported_at"}
    waiting = propose_policy(session, clerk, liability(submission_key="p" * 22, number="PZ-9"), NOW)
    with pytest.raises(Invalid) as unconfirmed:
        report_claim(session, clerk, patient, claim_of(waiting, NOW - timedelta(hours=8), reported_at=NOW), NOW)
    assert set(unconfirmed.value.errors) == {"policy"}
    claim = report_claim(session, clerk, patient, claim_of(policy, NOW - timedelta(hours=8), reported_at=NOW), NOW)
    withdraw_claim(session, clerk, claim.public_id, NOW)
    with pytest.raises(Conflict) as closed:
        complete_papers(session, clerk, claim.public_id, TODAY, TODAY, NOW)
    assert closed.value.reason.code in ("insurance.claim.closed", "insurance.claim.moved")
