"""What two people of the county office put right: exclusions, wrong deaths, merges; nothing before the second has agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.core.actor import Actor, Role
from app.core.bank_account import AccountKind
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.identity import IdKind
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.desk.commands import Proposal
from app.desk.queries.consents import list_papers
from app.desk.queries.merging import CHOICES, preview
from app.desk.queries.payments import list_payments
from app.desk.service import requests
from app.documents.commands import AttachDocument
from app.documents.readers.papers import clean_paper
from app.documents.rules import DocumentKind, DocumentSubject
from app.documents.service import attach_document, withdraw_document
from app.documents.subjects import Subject
from app.guardians.commands import AddGuardian, SignAgreement, SignConsent
from app.guardians.commands_application import Apply
from app.guardians.rules import ConsentAnswer, Rank, Relation
from app.guardians.service import add_guardian, sign_agreement, sign_consent
from app.guardians.service.applications import apply_for_agreement
from app.patients.commands import ConsentDraft, DiagnosisDraft, Supplement
from app.patients.commands_support import MakePlan, PlannedStep
from app.patients.models import Admission, Patient, PatientSpan, RegisterRequest
from app.patients.queries import get_patient, search_patients
from app.patients.queries.plans import get_plan, list_versions
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    RequestKind,
    RequestState,
    SpanKind,
    TeamPart,
)
from app.patients.rules_support import PlanAim
from app.patients.service import change_state, record_admission, record_death
from app.patients.service.plans import make_plan
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, Person
from app.subsidies.commands import OpeningPayment
from app.subsidies.models import RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.facts import gather
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import record_opening_payments
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.queries import find_last_visit
from app.visits.rules.prompts import DOUBTS
from app.visits.service.recording import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_VILLAGE, VILLAGE, County
from tests.rig.digests import rows_of
from tests.rig.paper_pictures import photo
from tests.rig.register import SINCE, first_guardian, id_number, keyring, person, registered, vault
from tests.rig.visits import command as visit_command
from tests.rig.visits import stable, unstable

UNTOUCHED = {"register_requests", "audit_events", "audit_links"}


def colleague(session: Session, county: County) -> Actor:
    """A second person of the county office."""
    office = county.actor("county_office")
    user = User(
        name="office_two",
        display_name="office_two",
        password_hash="!",
        role=Role.COUNTY_OFFICE,
        area_code=COUNTY,
        agency_id=office.agency_id,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return actor_of(user)


def _proposal(kind: RequestKind, patient: Patient, **more: Any) -> Proposal:
    why = {
        RequestKind.EXCLUSION: "desk.why.psychiatrist_review",
        RequestKind.DEATH_UNDONE: "desk.why.met_alive",
        RequestKind.MERGE: "desk.why.same_papers",
    }[kind]
    more.setdefault("from_on", TODAY)
    more.setdefault("why", why)
    return Proposal(kind, patient.public_id, f"{kind.value}-{patient.id}", paper="安精复〔2026〕7号", **more)


def _propose(session: Session, county: County, proposal: Proposal) -> RegisterRequest:
    return requests.propose(session, vault(session), county.actor("county_office"), proposal, TODAY, NOW)


def _approve(session: Session, actor: Actor, asked: RegisterRequest) -> RegisterRequest:
    return requests.approve(session, vault(session), actor, asked.public_id, TODAY, NOW)


# -- two hands ---------------------------------------------------------------------------------------------------------


def test_edge_27_an_exclusion_rests_on_a_review_and_on_two_people(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    asked = _propose(session, county, _proposal(RequestKind.EXCLUSION, patient))
    assert TaskKind.FOLLOW_UP in _open_kinds(session, patient), "nothing changes before the second person"
    with pytest.raises(Forbidden):
        _approve(session, county.actor("county_office"), asked)
    _approve(session, colleague(session, county), asked)
    session.refresh(patient)
    assert (patient.registry_status, patient.management_status) == (RegistryStatus.EXCLUDED, None)
    assert asked.state is RequestState.DONE


def test_two_accounts_of_one_person_are_one_hand(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    human = session.get_one(Person, registered(session, county.actor("doctor"), "经办人", 7).person_id)
    office = session.get_one(User, county.users["county_office"])
    office.person_id = human.id
    session.flush()
    asked = _propose(session, county, _proposal(RequestKind.EXCLUSION, patient))
    with pytest.raises(Forbidden):
        _approve(session, replace(colleague(session, county), person_id=human.id), asked)


def test_the_database_too_wants_two_hands(session: Session, county: County) -> None:
    asked = _propose(session, county, _proposal(RequestKind.EXCLUSION, registered(session, county.actor("doctor"))))
    with pytest.raises(IntegrityError, match="two_hands"), session.begin_nested():
        session.execute(update(RegisterRequest).values(state="done", decided_by=asked.proposed_by))


@pytest.mark.parametrize("name", ["doctor", "health_lead", "coordinator"])
def test_nobody_but_the_county_office_asks(session: Session, county: County, name: str) -> None:
    patient = registered(session, county.actor("doctor"))
    with pytest.raises(Forbidden):
        requests.propose(
            session, vault(session), county.actor(name), _proposal(RequestKind.EXCLUSION, patient), TODAY, NOW
        )


def test_a_request_wants_a_paper_a_known_finding_and_no_future_day(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    good = _proposal(RequestKind.EXCLUSION, patient)
    for bad, field in (
        (replace(good, paper=" "), "paper"),
        (replace(good, why="desk.why.met_alive"), "why"),
        (replace(good, from_on=TODAY + timedelta(days=1)), "from_on"),
    ):
        with pytest.raises(Invalid) as refused:
            _propose(session, county, bad)
        assert field in refused.value.errors


def test_a_refused_and_a_withdrawn_request_leave_every_row_as_it_was(database: Database, county: County) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        second = colleague(session, county)
    with database.reading() as session:
        before = rows_of(session, UNTOUCHED)
    with database.transaction() as session:
        asked = _propose(session, county, _proposal(RequestKind.EXCLUSION, patient))
        requests.refuse(session, second, asked.public_id, NOW)
        again = _propose(session, county, replace(_proposal(RequestKind.EXCLUSION, patient), submission_key="again"))
        requests.withdraw(session, county.actor("county_office"), again.public_id, NOW)
        with pytest.raises(Conflict):
            _approve(session, second, again)
    with database.reading() as session:
        assert rows_of(session, UNTOUCHED) == before


def test_a_decided_request_takes_no_other_decision_from_the_database(session: Session, county: County) -> None:
    asked = _propose(session, county, _proposal(RequestKind.EXCLUSION, registered(session, county.actor("doctor"))))
    second = colleague(session, county)
    requests.refuse(session, second, asked.public_id, NOW)
    for after in ("proposed", "done", "withdrawn", "undone"):
        with pytest.raises(DBAPIError, match="guard_register_requests_state_move"), session.begin_nested():
            session.execute(update(RegisterRequest).values(state=after))


# -- a wrong death -----------------------------------------------------------------------------------------------------


def test_a_wrong_death_is_undone_as_if_it_had_not_been(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    record_admission(session, doctor, patient, "安和县精神卫生中心", TODAY - timedelta(days=9), None, NOW)
    due = _open_kinds(session, patient)
    record_death(session, doctor, patient, TODAY - timedelta(days=2), DatePrecision.DAY, 1, NOW)
    assert not _open_kinds(session, patient)
    asked = _propose(session, county, _proposal(RequestKind.DEATH_UNDONE, patient))
    _approve(session, colleague(session, county), asked)
    session.expire_all()
    human = session.get_one(Person, patient.person_id)
    assert (human.died_on, human.death_cause, human.death_recorded_at) == (None, None, None)
    assert (patient.registry_status, patient.management_status, patient.care_setting) == (
        RegistryStatus.REGISTERED,
        ManagementStatus.MANAGED,
        CareSetting.INPATIENT,
    )
    assert _open_kinds(session, patient) == due
    assert session.scalars(select(Admission)).one().to_on is None
    standing = select(PatientSpan.value).where(
        PatientSpan.patient_id == patient.id, PatientSpan.what == "registry", PatientSpan.withdrawn_at.is_(None)
    )
    assert set(session.scalars(standing)) == {"registered"}


def test_a_death_counted_to_the_end_of_the_present_month_is_undone_from_today(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    record_death(session, doctor, patient, TODAY, DatePrecision.MONTH, 1, NOW)
    _approve(
        session, colleague(session, county), _propose(session, county, _proposal(RequestKind.DEATH_UNDONE, patient))
    )
    change_state(session, doctor, patient, SpanKind.CARE, "care_facility", TODAY, None, NOW)
    assert patient.care_setting is CareSetting.CARE_FACILITY


def test_the_visit_that_was_due_is_due_again(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    due_on = patient.next_due_on
    record_death(session, doctor, patient, TODAY, DatePrecision.DAY, 1, NOW)
    asked = _propose(session, county, _proposal(RequestKind.DEATH_UNDONE, patient))
    _approve(session, colleague(session, county), asked)
    session.expire_all()
    assert patient.next_due_on == due_on and TaskKind.FOLLOW_UP in _open_kinds(session, patient)


def _open_kinds(session: Session, patient: Patient) -> set[TaskKind]:
    return set(session.scalars(select(Task.kind).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)))


# -- merging -----------------------------------------------------------------------------------------------------------


def _pair(session: Session, county: County) -> tuple[Patient, Patient]:
    """The same woman, once by her number and once by a mistyped one in another town."""
    office = county.actor("county_office")
    kept = registered(session, office, "陈秀英", 2, diagnosis=DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA))
    merged = registered(
        session,
        office,
        "陈秀瑛",
        4,
        OTHER_VILLAGE,
        record_number="R-77",
        address="北街 9 号",
        supplement=Supplement(notes="话不多", employment=2),
        diagnosis=DiagnosisDraft(DiagnosisCategory.BIPOLAR),
    )
    return kept, merged


def _merge(session: Session, county: County, kept: Patient, merged: Patient, **chosen: str) -> RegisterRequest:
    proposal = _proposal(RequestKind.MERGE, merged, kept=kept.public_id, chosen=chosen)
    asked = _propose(session, county, proposal)
    return _approve(session, colleague(session, county), asked)


def test_a_merge_keeps_what_was_chosen_field_by_field(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    _merge(session, county, kept, merged, name="merged", record_number="merged", diagnosis="merged", notes="merged")
    session.expire_all()
    human = session.get_one(Person, kept.person_id)
    assert (human.name, kept.record_number, merged.record_number) == ("陈秀瑛", "R-77", None)
    assert kept.diagnosis_category is DiagnosisCategory.BIPOLAR
    assert vault(session).open(human.id, "patients.notes", kept.notes_sealed) == "话不多"
    assert merged.registry_status is RegistryStatus.MERGED


def test_what_is_chosen_between_is_said_in_words(session: Session, county: County) -> None:
    office = county.actor("county_office")
    kept, merged = (
        registered(session, office, name, number, supplement=Supplement(past_symptoms=bits))
        for name, number, bits in (("陈秀英", 2, 0b101), ("陈秀瑛", 4, 0b1010))
    )
    shown = {choice.field: choice for choice in preview(session, vault(session), office, kept, merged).choices}
    assert (shown["past_symptoms"].kept, shown["past_symptoms"].merged) == ("幻觉、猜疑", "交流困难、喜怒无常")


def test_the_other_number_stays_findable_and_is_nobody_elses(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    _merge(session, county, kept, merged)
    office = county.actor("county_office")
    for sequence in (2, 4):
        found = search_patients(session, office, keyring(), id_number(sequence=sequence))
        assert [row.public_id for row in found] == [kept.public_id], sequence


def test_guardians_visits_and_duties_move_and_one_of_each_rank_goes_on(session: Session, county: County) -> None:
    office = county.actor("county_office")
    kept, merged = _pair(session, county)
    mine = first_guardian(session, office, kept, "赵桂兰", 502)
    other = first_guardian(session, office, merged, "钱桂兰", 504)
    visit = visit_command(merged, unstable(TODAY - timedelta(days=1)), notes="院里有井")
    record_visit(session, vault(session), county.actor("county_office"), visit, TODAY, NOW)
    _merge(session, county, kept, merged, guardian_first="merged")
    session.expire_all()
    assert (mine.to_on, other.patient_id, other.to_on) == (TODAY, kept.id, None)
    stored = find_last_visit(session, office, kept)
    assert stored is not None and stored.visit.area_code == OTHER_VILLAGE
    assert stored.record(vault(session), kept.person_id) is not None
    assert vault(session).open(kept.person_id, "follow_up_visits.notes", stored.visit.notes_sealed) == "院里有井"
    assert (kept.last_visit_on, kept.visit_class) == (TODAY - timedelta(days=1), 1)
    open_visits = select(func.count()).where(Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN)
    assert session.scalar(open_visits) == 1
    assert [row.public_id for row in search_patients(session, office, keyring(), "钱桂兰")] == [kept.public_id]


def test_an_old_address_leads_to_the_record_that_stays(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    address = merged.public_id
    _merge(session, county, kept, merged)
    session.flush()
    assert get_patient(session, county.actor("county_office"), address) is kept


def test_husband_and_wife_are_never_merged(session: Session, county: County) -> None:
    office = county.actor("county_office")
    kept, merged = _pair(session, county)
    wife = session.get_one(Person, kept.person_id)
    link = AddGuardian(Rank.SECOND, Relation.SPOUSE, SINCE, person_id=wife.id)
    add_guardian(session, vault(session), office, merged, link, NOW)
    with pytest.raises(Conflict):
        _propose(session, county, _proposal(RequestKind.MERGE, merged, kept=kept.public_id))


def test_of_two_plans_the_kept_one_holds_and_the_words_of_both_are_read_before_and_after_an_undo(
    session: Session, county: County
) -> None:
    kept, merged = _pair(session, county)
    doctor = county.actor("doctor")
    for number, patient in enumerate((kept, merged)):
        step = PlannedStep(PlanAim.COMPANY, f"第{number}份计划", TeamPart.GUARDIAN, TODAY + timedelta(days=9))
        made_on = TODAY - timedelta(days=20)
        plan = MakePlan(f"plan-{number}", made_on, TODAY + timedelta(days=60), (step,))
        make_plan(session, vault(session), doctor, patient, plan, TODAY, NOW)
    asked = _merge(session, county, kept, merged)
    versions = list_versions(session, doctor, kept)
    assert [one.to_on for one in versions] == [TODAY, None]
    words = [get_plan(session, vault(session), doctor, kept, one.public_id, TODAY) for one in versions]
    assert [plan.steps[0].what for plan in words if plan] == ["第1份计划", "第0份计划"]
    reviews = select(func.count()).where(Task.kind == TaskKind.PLAN_REVIEW, Task.state == TaskState.OPEN)
    assert session.scalar(reviews) == 1
    requests.undo_merge(session, county.actor("county_office"), asked.public_id, TODAY, NOW)
    session.expire_all()
    again = get_plan(session, vault(session), county.actor("other_doctor"), merged, None, TODAY)
    assert again is not None and again.steps[0].what == "第1份计划" and session.scalar(reviews) == 2


def test_the_words_of_a_consent_are_read_after_a_merge_and_after_its_undo(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    office = county.actor("county_office")
    words = {"purpose": "帮扶申请", "receiver": "县残联"}
    sign = SignConsent(ConsentKind.OTHER_PURPOSE, ConsentAnswer.AGREED, "patient", TODAY, **words)
    sign_consent(session, vault(session), office, merged, sign, NOW)

    def said(patient: Patient) -> str | None:
        papers = {paper.kind: paper for paper in list_papers(session, vault(session), office, patient)}
        present = papers[ConsentKind.OTHER_PURPOSE].present
        return present.receiver if present else None

    asked = _merge(session, county, kept, merged)
    assert said(kept) == "县残联"
    requests.undo_merge(session, office, asked.public_id, TODAY, NOW)
    session.expire_all()
    assert (said(kept), said(merged)) == (None, "县残联")


def test_a_merge_is_not_undone_after_thirty_days(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    asked = _merge(session, county, kept, merged)
    late = TODAY + timedelta(days=31)
    with pytest.raises(Conflict):
        requests.undo_merge(session, county.actor("county_office"), asked.public_id, late, NOW)


def test_what_came_after_the_merge_stays_with_the_kept_record(session: Session, county: County) -> None:
    office = county.actor("county_office")
    kept, merged = _pair(session, county)
    asked = _merge(session, county, kept, merged)
    record_visit(session, vault(session), office, visit_command(kept, stable(TODAY)), TODAY, NOW)
    requests.undo_merge(session, office, asked.public_id, TODAY, NOW)
    session.expire_all()
    assert (kept.last_visit_on, merged.last_visit_on) == (TODAY, None)
    assert merged.registry_status is RegistryStatus.REGISTERED and asked.state is RequestState.UNDONE


def test_payment_lines_stay_on_the_merged_record_and_are_read_through_it(session: Session, county: County) -> None:
    kept, merged = _pair(session, county)
    line = _paid_line(session, county, merged)
    _merge(session, county, kept, merged)
    session.expire_all()
    assert line.patient_id == merged.id
    assert [row.period for row in list_payments(session, county.actor("clerk"), kept)] == [line.period]


def test_edge_15_two_agreements_for_one_quarter_are_held_for_people_to_decide(session: Session, county: County) -> None:
    office, clerk = county.actor("county_office"), county.actor("clerk")
    pair = _pair(session, county)
    signed = SignAgreement(date(2026, 2, 1), date(2026, 12, 31))
    agreements = []
    for place, patient in enumerate(pair):
        first_guardian(session, office, patient, sequence=502 + 2 * place)
        agreements.append(sign_agreement(session, clerk, patient, signed, NOW).id)
    run = SubsidyRun(
        county_code=COUNTY, period="2026Q4", kind=RunKind.REGULAR, number=1, decided_as_of=date(2027, 1, 5)
    )
    terms = PolicyTerms(annual=Money.from_yuan("3000"), document_number="安民发〔2026〕3号")
    assert not any(line.facts.is_paid_elsewhere for line in gather(session, run, agreements, terms))
    _merge(session, county, *pair)
    session.expire_all()
    assert all(line.facts.is_paid_elsewhere for line in gather(session, run, agreements, terms))


def _paid_line(session: Session, county: County, patient: Patient) -> SubsidyLine:
    """A payment from before the county came to us."""
    office = county.actor("county_office")
    first_guardian(session, office, patient)
    signed = SignAgreement(date(2026, 2, 1), date(2026, 12, 31))
    agreement = sign_agreement(session, county.actor("clerk"), patient, signed, NOW)
    payment = OpeningPayment(agreement.id, Quarter.parse("2026Q2"), Money.from_yuan("750"))
    record_opening_payments(session, county.actor("clerk"), [payment], TODAY, NOW)
    return session.scalars(select(SubsidyLine)).one()


@st.composite
def _lives(draw: st.DrawFn) -> dict[str, Any]:
    """What is recorded of one of the two."""
    return {
        "guardians": draw(st.sets(st.sampled_from([Rank.FIRST, Rank.SECOND]))),
        "agreement": draw(st.sampled_from([None, (1, 6), (3, 9), (7, 12)])),
        "visits": draw(st.lists(st.integers(1, 300), max_size=3, unique=True)),
        "stay": draw(st.sampled_from([None, (40, 30), (20, None)])),
        "number": draw(st.booleans()),
        "record_number": draw(st.booleans()),
        "consent": draw(st.booleans()),
        "notes": draw(st.sampled_from(["", "常去河边"])),
        "papers": draw(st.booleans()),
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lives=st.tuples(_lives(), _lives()), chosen=st.sets(st.sampled_from(sorted(CHOICES))))
def test_undoing_a_merge_restores_both_exactly(database: Database, county: County, lives: Any, chosen: Any) -> None:
    """Reliability, test 41: random pairs, any choice: every row of every table is as before."""
    with database.transaction() as session, session.begin_nested() as nested:
        second = colleague(session, county)
        kept, merged = (_live(session, county, place, life) for place, life in enumerate(lives))
        session.flush()
        before = rows_of(session, UNTOUCHED)
        proposal = _proposal(RequestKind.MERGE, merged, kept=kept.public_id, chosen=dict.fromkeys(chosen, "merged"))
        asked = _propose(session, county, proposal)
        _approve(session, second, asked)
        session.flush()
        between = rows_of(session, UNTOUCHED)
        assert between != before
        assert between["subsidy_lines"] == before["subsidy_lines"], "no payment moves silently"
        requests.undo_merge(session, second, asked.public_id, TODAY, NOW)
        session.flush()
        after = rows_of(session, UNTOUCHED)
        differing = {name for name in before if before[name] != after[name]}
        assert not differing, {name: _only(before[name], after[name]) for name in differing}
        nested.rollback()


def _only(before: list[Any], after: list[Any]) -> list[Any]:
    return [one for one in before if one not in after] + ["→"] + [one for one in after if one not in before]


def _live(session: Session, county: County, place: int, life: dict[str, Any]) -> Patient:
    office, names = county.actor("county_office"), ("陈秀英", "陈秀瑛")
    draft = person(names[place], 2 + 2 * place)
    if not life["number"]:
        draft = replace(draft, id_number=None, id_kind=IdKind.NONE)
    patient = registered(
        session,
        office,
        area_code=(VILLAGE, OTHER_VILLAGE)[place],
        person=draft,
        record_number=f"R-{place}" if life["record_number"] else None,
        consent=ConsentDraft(from_on=SINCE + timedelta(days=place)) if life["consent"] else None,
        supplement=Supplement(notes=life["notes"] or None),
    )
    for rank in sorted(life["guardians"]):
        account = AccountDraft(AccountKind.CARD, "6200000000000005", SINCE, "农业银行")
        sequence = 502 + 2 * place + (4 if rank is Rank.SECOND else 0)
        add_guardian(
            session,
            vault(session),
            office,
            patient,
            AddGuardian(rank, Relation.SPOUSE, SINCE, person(f"监护{'甲乙丙丁'[place]}", sequence, account=account)),
            NOW,
        )
    if life["agreement"] and Rank.FIRST in life["guardians"]:
        first, last = life["agreement"]
        signed = SignAgreement(max(date(2026, first, 1), SINCE), date(2026, last, 28))
        sign_agreement(session, county.actor("clerk"), patient, signed, NOW)
    if life["consent"]:
        for days in sorted(life["visits"], reverse=True):
            visit = visit_command(patient, stable(TODAY - timedelta(days=days)), notes=f"第{days}天", accepted=DOUBTS)
            record_visit(session, vault(session), office, replace(visit, submission_key=f"{place}-{days}"), TODAY, NOW)
    if life["papers"]:
        _papers(session, county, patient, place, Rank.FIRST in life["guardians"])
    if life["stay"]:
        came, left = life["stay"]
        gone = TODAY - timedelta(days=left) if left else None
        record_admission(session, office, patient, "安和县精神卫生中心", TODAY - timedelta(days=came), gone, NOW)
    return patient


def _papers(session: Session, county: County, patient: Patient, place: int, has_guardian: bool) -> None:
    """A certificate that is kept, one that was taken down, and where somebody can apply, an application."""
    clerk = county.actor("clerk")
    if has_guardian:
        wanted = Apply(f"apply-{place}".ljust(22, "0"), TODAY, TODAY, (DocumentKind.IDENTITY,))
        apply_for_agreement(session, clerk, patient, wanted, TODAY, NOW)
    family = Subject(
        DocumentSubject.PATIENT, patient.public_id, patient.id, patient.area_code, reason("core.not_found"), "/"
    )
    for number in range(2):
        paper = AttachDocument(
            f"paper-{place}-{number}".ljust(22, "0"),
            DocumentKind.RELATION,
            None,
            clean_paper(photo(200, 300, seed=number)),
        )
        kept = attach_document(session, keyring(), clerk, family, paper, TODAY, NOW)
        if number:
            withdraw_document(session, clerk, kept, family, "documents.withdrawn.unreadable", NOW)
