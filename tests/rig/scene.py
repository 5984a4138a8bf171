"""Two families with marked values, one in 安和县 and one in the next county, with everything that pages can be about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.service import save_view
from app.accounts.sessions import actor_of
from app.api.models import ApiKey
from app.api.rules import hash_key
from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import AreaLevel, town_of
from app.core.access import Action, may
from app.core.actor import Actor, Role
from app.core.bank_account import AccountKind
from app.core.crypto import Keyring
from app.core.db import new_public_id
from app.core.files import keep_file
from app.core.identity import IdKind, Sex
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.desk.commands import ProposeTransfer
from app.desk.service.transfers import propose_transfer
from app.documents.commands import AttachDocument
from app.documents.readers.papers import clean_paper
from app.documents.rules import DocumentKind, DocumentSubject
from app.documents.service import attach_document
from app.documents.subjects import Subject
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.commands_application import Apply
from app.guardians.commands_duty import RecordCheck, RecordHelp
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.guardians.rules.duty import CheckWay, Duty, HelpGiven, HelpNeeded, Signer
from app.guardians.service import add_guardian, sign_agreement
from app.guardians.service.applications import apply_for_agreement
from app.guardians.service.company import record_help
from app.guardians.service.duty import record_check
from app.incidents.commands import OpenEmergency
from app.incidents.rules import EmergencyReason, PersonCategory, ReporterKind
from app.incidents.service import open_emergency
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient, ReportClue, Supplement
from app.patients.commands_support import AddGroupMember, MakePlan, PlannedStep, RecordMeeting
from app.patients.models import Patient, RegisterRequest, ScreeningReturn
from app.patients.rules import DiagnosisCategory, RequestKind, TeamPart, TransferReason
from app.patients.rules_support import Dependants, MeetingTopic, PlanAim
from app.patients.service import open_round, record_admission, register_patient, report_clue
from app.patients.service.dependants import report_dependants
from app.patients.service.groups import add_group_member, found_group, record_meeting
from app.patients.service.plans import make_plan
from app.people.commands import AccountDraft, DeclareKin, PersonDraft
from app.people.models import DeclaredKin, Person
from app.people.rules import KinRelation
from app.people.service import create_person, set_account
from app.people.service.kin import declare_kin
from app.people.vault import Vault
from app.risk.models import Reassessment, ReassessmentSession
from app.risk.service import open_reassessments
from app.roster.models import RosterImport
from app.roster.papers import list_template_workbook, template_workbook
from app.roster.service.uploads import CHECK_LISTS, ROSTERS, VISITS
from app.subsidies.commands import PrepareRun, ProposeMoney, ProposePolicy, SetPolicy, StoreCheckList
from app.subsidies.models import (
    CheckHit,
    FundEntry,
    FundProposal,
    HomeCheck,
    Recovery,
    RecoveryEvent,
    ReviewFlag,
    RunObjection,
    SharedAccount,
    SubsidyLine,
    SubsidyRun,
)
from app.subsidies.rules.chain import ObjectionGround, ObjectionSource
from app.subsidies.rules.checks import Found, HitKind, ListKind
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep
from app.subsidies.rules.watch import FlagSubject, Pattern
from app.subsidies.service import prepare_run, set_policy
from app.subsidies.service.checks import store_list
from app.subsidies.service.funding import decide_proposal, propose_money
from app.subsidies.service.policies import propose_policy
from app.tasks.models import Task, TaskKind
from app.tasks.service import open_task
from app.visits.models import FollowUpVisit
from app.visits.rules.record import Medicine
from app.visits.rules.sync import SentKind
from app.visits.service.devices import turn_on
from app.visits.service.recording import record_visit
from app.visits.service.sync import Arrival, receive
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, VILLAGE, County
from tests.rig.paper_pictures import photo
from tests.rig.phones import answers_of
from tests.rig.rosters import card_number, id_number
from tests.rig.scene_appraisal import appraise
from tests.rig.scene_benefits import insure_and_help
from tests.rig.scene_handover import hand_over
from tests.rig.scene_loop import Around, begin_loop
from tests.rig.scene_messages import say_something
from tests.rig.scene_national import compare_with_export
from tests.rig.scene_numbers import count_and_submit
from tests.rig.scene_orders import send_orders
from tests.rig.scene_samples import draw_samples
from tests.rig.visits import command, unstable

NEXT_COUNTY = "349922000000"  # in the same city, so that a town's and a county's users alike are strangers there
NEXT_TOWN = "349922100000"
NEXT_VILLAGE = "349922100200"
QUARTER = Quarter.parse("2026Q3")
REGISTERED = date(2025, 3, 1)


@dataclass(frozen=True)
class Marked:
    """What is planted about one family; every value stands nowhere else in the scene."""

    patient_name: str
    patient_id: str
    birth_date: date
    patient_phone: str
    address: str
    hospital: str
    medicine: str
    notes: str
    visit_notes: str
    ward: str
    guardian_name: str
    guardian_id: str
    guardian_phone: str
    account: str
    # of a clue: whom it is about, and where
    stranger: str
    corner: str


NEAR = Marked(
    patient_name="慕容瑾瑜",
    patient_id=id_number("19870319", 71),
    birth_date=date(1987, 3, 19),
    patient_phone="13907316408",
    address="柳荫巷八十八号",
    hospital="标记安宁诊院",
    medicine="氯氮平",
    notes="院中桂花开得早",
    visit_notes="窗台上有三盆兰",
    ward="标记南山病院",
    guardian_name="诸葛明远",
    guardian_id=id_number("19610827", 52),
    guardian_phone="13807429516",
    account=card_number(7301),
    stranger="端木清扬",
    corner="石桥东头第三家",
)
FAR = Marked(
    patient_name="司马青柏",
    patient_id=id_number("19760411", 91),
    birth_date=date(1976, 4, 11),
    patient_phone="13706528497",
    address="槐树街五十六号",
    hospital="邻县安康诊院",
    medicine="奥氮平",
    notes="墙上挂着旧钟",
    visit_notes="门前停着板车",
    ward="邻县北湖病院",
    guardian_name="欧阳闻溪",
    guardian_id=id_number("19590615", 34),
    guardian_phone="13605739482",
    account=card_number(8402),
    stranger="上官远帆",
    corner="渡口西侧磨坊",
)


@dataclass
class Place:
    """The public ids of one family and its county, by the name of what they are."""

    patient: str = ""
    person: str = ""
    guardian_person: str = ""
    guardianship: str = ""
    agreement: str = ""
    # for the next agreement, and a picture of this one
    application: str = ""
    document: str = ""
    visit: str = ""
    task: str = ""
    assessment: str = ""
    reassessment: str = ""
    # a record for somebody unknown, and what a visit asks of somebody known
    emergency: str = ""
    question: str = ""
    # what happened with the family, who was harmed, and what several agencies do about it
    incident: str = ""
    harm: str = ""
    reception: str = ""
    green: str = ""
    round: str = ""
    delivery: str = ""
    call: str = ""
    conference: str = ""
    item: str = ""
    invitee: str = ""
    decision: str = ""
    # somebody's discharge: the loop, each role's form, the guardian's notice, a line of the receipts; an office's contact
    discharge: str = ""
    handover_form: dict[str, str] = field(default_factory=dict)
    handover_notice: str = ""
    handover_event: str = ""
    contact_agency: str = ""
    contact: str = ""
    # the county's policy, a claim, relief; a benefit, a request to its office, a hospital bill; a place and a referral to it
    insurance_policy: str = ""
    claim: str = ""
    relief: str = ""
    benefit: str = ""
    benefit_request: str = ""
    backstop: str = ""
    rehab_place: str = ""
    rehab_referral: str = ""
    # what was to be said, with which words, and who had agreed to be told
    message: str = ""
    # a town (by its code) and its county's numbers
    place: str = ""
    indicator_run: str = ""
    report_submission: str = ""
    training: str = ""
    # of every unit that answers one, and for whoever sends them one that was replied to
    supervision_orders: dict[str, str] = field(default_factory=dict)
    kept_report: str = ""
    # a sample that is checked, for whoever reads it then, and one that was closed, for all others; a record of each
    sample: dict[str, str] = field(default_factory=dict)
    sample_record: dict[str, str] = field(default_factory=dict)
    # a scheme that waits, a published result, the unit that a role belongs to, its objection
    appraisal_scheme: str = ""
    appraisal: str = ""
    appraised_unit: dict[str, str] = field(default_factory=dict)
    appraisal_objection: str = ""
    template: str = ""
    consent: str = ""
    # what is asked of somebody who is not simply visited
    duty: str = ""
    # a quarter's check of how the guardian performs, and the question whether another is to be found
    duty_check: str = ""
    replacement: str = ""
    run: str = ""
    line: str = ""
    # a former guardian's account that replaced another, and the proposal to share it
    account: str = ""
    sharing: str = ""
    # what looks like a pattern on that line, and what it paid too much
    flag: str = ""
    # the family was drawn for a check at home
    home_check: str = ""
    recovery: str = ""
    # somebody objects to it during the public notice
    objection: str = ""
    # money in the county's fund, and a grant that waits for the second person
    fund_entry: str = ""
    fund_proposal: str = ""
    # the next version of the policy, which waits for the second person
    policy_proposal: str = ""
    user: str = ""
    # of a hospital's system
    api_key: str = ""
    # a relative whom a colleague has declared
    declared_kin: str = ""
    # a joint group that has met, and a word to civil affairs
    group: str = ""
    dependants: str = ""
    transfer: str = ""
    request: str = ""
    # papers are kept by role
    file: dict[str, str] = field(default_factory=dict)
    upload: str = ""
    # a list of visits is seen by whoever sent it
    visit_upload: dict[str, str] = field(default_factory=dict)
    visit_import: str = ""
    # an export of the national system that waits, and one that was compared, with a row that may be about the patient
    register_upload: dict[str, str] = field(default_factory=dict)
    national_comparison: str = ""
    national_finding: str = ""
    # another office's list that waits to be compared, for whoever sent it; one that was, and a person on it
    list_upload: dict[str, str] = field(default_factory=dict)
    check_list: str = ""
    check_hit: str = ""
    clue: str = ""
    screening_round: str = ""
    screening_return: str = ""
    roster_import: str = ""
    # a phone of each user who may work offline, and a form from it that waits for that user
    device: dict[str, str] = field(default_factory=dict)
    sent_form: dict[str, str] = field(default_factory=dict)
    # filters that each user with a work list has kept
    view: dict[str, str] = field(default_factory=dict)
    # an item of long work for each user, because only who asked may see it
    work: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    near: Place
    far: Place


def build_scene(app: Flask, county: County) -> Scene:
    """Both counties, committed; a database that stands in this state already is left as it is."""
    standing: dict[str, Any] = app.extensions.get("rig.facts", {})
    if "scene" in standing:
        found: Scene = standing["scene"]
        return found
    database, keyring = app.extensions["anhu.db"], app.extensions["anhu.keyring"]
    with database.transaction() as session:
        strangers = _next_county(session)
    at_home = {name: county.actor(name) for name in ("county_office", "doctor", "clerk", "reviewer")}
    return Scene(
        near=_place(app, keyring, at_home, NEAR, VILLAGE, COUNTY, county),
        far=_place(app, keyring, strangers, FAR, NEXT_VILLAGE, NEXT_COUNTY, None),
    )


def _next_county(session: Session) -> dict[str, Actor]:
    session.add_all(
        [
            Area(code=NEXT_COUNTY, name="邻县", level=AreaLevel.COUNTY, parent_code="349900000000"),
            Area(code=NEXT_TOWN, name="石桥镇", level=AreaLevel.TOWN, parent_code=NEXT_COUNTY),
            Area(code=NEXT_VILLAGE, name="南村", level=AreaLevel.VILLAGE, parent_code=NEXT_TOWN),
        ]
    )
    session.flush()
    kinds = {
        Role.COUNTY_OFFICE: (AgencyKind.COUNTY_OFFICE, NEXT_COUNTY),
        Role.DOCTOR: (AgencyKind.HEALTH_CENTRE, NEXT_TOWN),
        Role.CLERK: (AgencyKind.CIVIL_AFFAIRS, NEXT_COUNTY),
        Role.REVIEWER: (AgencyKind.CIVIL_AFFAIRS, NEXT_COUNTY),
    }
    return {str(role): _user(session, f"next_{role}", role, area, kind) for role, (kind, area) in kinds.items()}


def _user(session: Session, name: str, role: Role, area: str, kind: AgencyKind) -> Actor:
    agency = Agency(name=f"{name}的单位", kind=kind, area_code=area)
    session.add(agency)
    session.flush()
    user = User(
        name=name,
        display_name=name,
        password_hash="!",
        role=role,
        area_code=area,
        agency_id=agency.id,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return actor_of(user)


@dataclass(frozen=True)
class _Ground:
    """Where a place is set up: who acts there, whose files and work are kept (`everybody`), and what it becomes."""

    session: Session
    keyring: Keyring
    actors: dict[str, Actor]
    everybody: dict[str, Actor]
    marks: Marked
    village: str
    county: str
    found: Place

    @property
    def doctor(self) -> Actor:
        return self.actors["doctor"]

    @property
    def office(self) -> Actor:
        return self.actors["county_office"]


def _place(
    app: Flask,
    keyring: Keyring,
    actors: dict[str, Actor],
    marks: Marked,
    village: str,
    county_code: str,
    county: County | None,
) -> Place:
    database, found = app.extensions["anhu.db"], Place(place=town_of(village))
    with database.transaction() as session:
        everybody = county.actors if county else actors
        ground = _Ground(session, keyring, actors, everybody, marks, village, county_code, found)
        patient, agreement = _at_home(ground)
        _assess(ground, patient)
        _owe(ground, patient, agreement)
        _check_duty(ground, patient, agreement)
        _papers(ground, patient, agreement)
        _move(ground, patient)
        _keep_files(ground)
        _phones(session, keyring, everybody, patient, found)
        _settle_office(ground)
        insure_and_help(session, Vault(session, keyring), actors, patient, county_code, found)
        count_and_submit(session, keyring, actors["county_office"], actors["doctor"], county_code, found)
        send_orders(session, actors["county_office"], everybody, patient, county_code, found)
        draw_samples(session, Vault(session, keyring), actors["county_office"], found)
        appraise(session, actors["county_office"], actors["reviewer"], actors["doctor"], county_code, found)
    found.run = prepare_run(database.transaction, actors["clerk"], PrepareRun(county_code, QUARTER), TODAY, NOW)
    with database.reading() as session:
        run = session.scalars(select(SubsidyRun).where(SubsidyRun.public_id == found.run)).one()
        line = session.scalars(select(SubsidyLine).where(SubsidyLine.run_id == run.id)).one()
    found.line = line.public_id
    with database.transaction() as session:
        found.flag = _flag(session, actors["doctor"], line, county_code)
        drawn = HomeCheck(
            run_id=line.run_id,
            agreement_id=line.agreement_id,
            payee_person_id=line.payee_person_id,
            area_code=line.area_code,
            run_digest="0" * 64,
            line_digest=line.digest,
            number="20261121",
            drawn_at=NOW,
            drawn_by=actors["reviewer"].user_id,
        )
        session.add(drawn)
        session.flush()
        found.home_check = drawn.public_id
        found.recovery = _recovery(session, actors["reviewer"], line, county_code)
        found.objection = _objection(session, actors["clerk"], line)
        found.account, found.sharing = _vouched(session, Vault(session, keyring), actors["clerk"], line, county_code)
    return found


def _kin(session: Session, ground: _Ground) -> str:
    """Of the clerk's, who has nobody in the register."""
    number = id_number("19810303", 330 + int(ground.county[4:6]))
    command = DeclareKin("谭某", number, KinRelation.SIBLING)
    declare_kin(session, Vault(session, ground.keyring), ground.actors["clerk"], command, TODAY, NOW)
    return session.scalars(select(DeclaredKin.public_id).order_by(DeclaredKin.id.desc()).limit(1)).one()


def _api_key(session: Session, ground: _Ground) -> str:
    hand = ground.actors["doctor"]
    agency = Agency(name=f"{ground.county}的医院", kind=AgencyKind.HOSPITAL, area_code=ground.county)
    session.add(agency)
    session.flush()
    key = ApiKey(
        agency_id=agency.id,
        user_id=hand.user_id,
        label="住院系统",
        key_hash=hash_key(ground.county),
        good_to=date(2027, 6, 30),
        made_at=NOW,
        made_by=hand.user_id,
    )
    session.add(key)
    session.flush()
    return key.public_id


def _vouched(session: Session, vault: Vault, clerk: Actor, line: SubsidyLine, county_code: str) -> tuple[str, str]:
    """Somebody who helped to guard until lately has a new account, which is proposed to be shared."""
    number = 9300 + line.id
    first = AccountDraft(AccountKind.SOCIAL_CARD, card_number(number), REGISTERED, "农业银行", is_opening=True)
    person = create_person(session, vault, PersonDraft("闻人敬", phone=f"1380011{number}", account=first), NOW)
    session.add(
        Guardianship(
            patient_id=line.patient_id,
            person_id=person.id,
            rank=Rank.SECOND,
            relation=Relation.OFFICER,
            legal_basis=LegalBasis.POST,
            from_on=REGISTERED,
            to_on=REGISTERED,
            recorded_at=NOW,
        )
    )
    draft = AccountDraft(AccountKind.SOCIAL_CARD, card_number(number + 40), TODAY, "农业银行")
    account = set_account(session, vault, person, draft, clerk, NOW)
    sharing = SharedAccount(
        submission_key=new_public_id(),
        account_id=account.id,
        number_index=account.number_index,
        county_code=county_code,
        reference="〔2026〕9号",
        until_on=date(2027, 6, 30),
        proposed_at=NOW,
        proposed_by=clerk.user_id,
    )
    session.add(sharing)
    session.flush()
    return account.public_id, sharing.public_id


def _objection(session: Session, clerk: Actor, line: SubsidyLine) -> str:
    """Recorded by the clerk, for the reviewer to decide."""
    objection = RunObjection(
        submission_key=new_public_id(),
        run_id=line.run_id,
        line_id=line.id,
        source=ObjectionSource.PERSON,
        ground=ObjectionGround.AMOUNT.value,
        received_on=TODAY,
        recorded_at=NOW,
        recorded_by=clerk.user_id,
    )
    session.add(objection)
    session.flush()
    return objection.public_id


def _recovery(session: Session, reviewer: Actor, line: SubsidyLine, county_code: str) -> str:
    """A part of the line that the county asks back."""
    less = reason(
        "subsidies.correction.less",
        period=QUARTER,
        was=92,
        paid=Money(75000),
        days=62,
        due=Money(50000),
        amount=Money(25000),
    )
    case = Recovery(
        county_code=county_code,
        area_code=line.area_code,
        line_id=line.id,
        cause="scene",
        amount_fen=25000,
        because=[less.to_json()],
        snapshot={},
        state=RecoveryState.ASKED,
        found_at=NOW,
        due_on=TODAY,
    )
    session.add(case)
    session.flush()
    asked = {"step": RecoveryStep.ASKED, "reference": "安民追〔2026〕1号", "on_day": TODAY, "at": NOW}
    session.add(RecoveryEvent(recovery_id=case.id, by=reviewer.user_id, hand=reviewer.hand, **asked))
    return case.public_id


def _flag(session: Session, doctor: Actor, line: SubsidyLine, county_code: str) -> str:
    """What the watch over the money would say of the family's line."""
    flag = ReviewFlag(
        county_code=county_code,
        area_code=line.area_code,
        pattern=Pattern.MISSING_VISITS,
        subject_kind=FlagSubject.AGREEMENT.value,
        subject_id=f"scene-{line.agreement_id}",
        period=line.period,
        line_id=line.id,
        user_id=doctor.user_id,
        because=[reason("subsidies.watch.not_seen", months=6).to_json()],
        found_at=NOW,
    )
    session.add(flag)
    session.flush()
    return flag.public_id


def _at_home(ground: _Ground) -> tuple[Patient, Agreement]:
    """The patient with guardian, agreement and one visit."""
    session, found = ground.session, ground.found
    patient, link, agreement = _family(session, ground.keyring, ground.actors, ground.marks, ground.village, NOW)
    found.patient, found.guardianship, found.agreement = patient.public_id, link.public_id, agreement.public_id
    found.person = session.get_one(Person, patient.person_id).public_id
    found.guardian_person = session.get_one(Person, link.person_id).public_id
    found.visit = session.scalars(select(FollowUpVisit.public_id).where(FollowUpVisit.patient_id == patient.id)).one()
    return patient, agreement


def _assess(ground: _Ground, patient: Patient) -> None:
    """What is looked at from outside the visit: the quarter's assessment, a clue and its screening, an emergency."""
    session, found = ground.session, ground.found
    open_reassessments(session, ground.office, QUARTER.next(), NOW)
    found.task = session.scalars(
        select(Task.public_id).where(Task.patient_id == patient.id, Task.kind == TaskKind.REASSESSMENT)
    ).one()
    found.assessment, found.reassessment = _assessments(session, ground.office, patient, found.task)
    found.clue, found.screening_round, found.screening_return = _clues(
        session, ground.keyring, ground.actors, ground.marks, ground.village
    )
    found.emergency, found.question = _emergency(session, ground.keyring, ground.doctor, patient, ground.village)
    begin_loop(Around(session, Vault(session, ground.keyring), ground.actors, found, patient, ground.marks.medicine))
    hand_over(session, Vault(session, ground.keyring), ground.actors, ground.village, ground.county, found)


def _check_duty(ground: _Ground, patient: Patient, agreement: Agreement) -> None:
    """The ended quarter's check of the guardian, a visit that found a need, and a guardian whom the town is to decide on."""
    session, clerk, found = ground.session, ground.actors["clerk"], ground.found
    check = RecordCheck(Quarter(2026, 3), CheckWay.PHONE, TODAY, new_public_id(), remarked=Duty.CARE_LOG)
    found.duty_check = record_check(session, clerk, agreement.public_id, check, TODAY, NOW).public_id
    need = RecordHelp(TODAY, Signer.CIVIL, HelpGiven.FOOD, HelpNeeded.LIVING, Money.zero(), new_public_id())
    record_help(session, clerk, patient, need, TODAY, NOW)
    because = [reason("guardians.replace.because", year=2026, count=2)]
    task = open_task(session, patient, TaskKind.REPLACE_GUARDIAN, "scene:2026", date(2026, 12, 4), because, NOW)
    found.replacement = task.public_id


def _owe(ground: _Ground, patient: Patient, agreement: Agreement) -> None:
    """Duties around the patient that are open."""
    session, found = ground.session, ground.found
    asked = reason("patients.watch.inpatient", on=NOW.date())
    found.duty = open_task(session, patient, TaskKind.CHECK_STATUS, "scene", date(2026, 12, 21), [asked], NOW).public_id
    found.group = _group(session, ground.office, ground.village)
    found.dependants = report_dependants(session, ground.doctor, patient, Dependants.CHILD, TODAY, NOW).public_id
    _plan(session, ground.keyring, ground.doctor, patient)
    renewal = reason("tasks.renewal", number=agreement.number, ends_on=agreement.to_on)
    open_task(session, patient, TaskKind.AGREEMENT_RENEWAL, "agreement:scene", date(2026, 12, 1), [renewal], NOW)
    found.message, found.template, found.consent = say_something(session, ground.actors, patient)


def _papers(ground: _Ground, patient: Patient, agreement: Agreement) -> None:
    """The guardian applies for the next agreement; the signed page of this one is kept."""
    session, found, clerk = ground.session, ground.found, ground.actors["clerk"]
    wanted = Apply(f"apply-{ground.county}".ljust(22, "0"), TODAY, date(2027, 1, 1), (DocumentKind.APPLICATION,))
    found.application = apply_for_agreement(session, clerk, patient, wanted, TODAY, NOW).public_id
    subject = Subject(
        DocumentSubject.AGREEMENT, agreement.public_id, patient.id, patient.area_code, reason("core.not_found"), "/"
    )
    paper = AttachDocument(
        f"paper-{ground.county}".ljust(22, "0"), DocumentKind.AGREEMENT, None, clean_paper(photo(300, 400))
    )
    found.document = attach_document(session, ground.keyring, clerk, subject, paper, TODAY, NOW).public_id


def _move(ground: _Ground, patient: Patient) -> None:
    """A transfer that is proposed, and a request of a colleague that waits for the office."""
    session, found = ground.session, ground.found
    away = ProposeTransfer(
        patient.public_id, f"scene-{patient.id}", "110101001001", TransferReason.FAMILY, "北京市东城区东华门街道"
    )
    found.transfer = propose_transfer(session, ground.doctor, away, TODAY, NOW).public_id
    colleague = _user(session, f"asks_{ground.county}", Role.COUNTY_OFFICE, ground.county, AgencyKind.COUNTY_OFFICE)
    asked = RegisterRequest(
        submission_key=f"scene-{patient.id}",
        kind=RequestKind.EXCLUSION,
        patient_id=patient.id,
        area_code=ground.village,
        because=reason("desk.request.because", why=reason("desk.why.psychiatrist_review"), paper="复核单").to_json(),
        from_on=TODAY,
        proposed_at=NOW,
        proposed_by=colleague.user_id,
    )
    session.add(asked)
    session.flush()
    found.request = asked.public_id


def _keep_files(ground: _Ground) -> None:
    """Everybody's ledger, the office's uploaded roster and an import that is done."""
    session, keyring, found = ground.session, ground.keyring, ground.found
    for name, actor in ground.everybody.items():
        file = keep_file(
            session, keyring, "ledger", "ledger.pdf", "application/pdf", b"%PDF-1.4", ground.county, actor, NOW
        )  # fmt: skip
        found.file[name] = file.public_id
    upload = keep_file(
        session, keyring, ROSTERS.name, "roster.xlsx", "application/octet-stream", template_workbook(), ground.county, ground.office, NOW
    )  # fmt: skip
    found.upload = upload.public_id
    done = RosterImport(
        file_sha256="0" * 64,
        area_code=ground.county,
        mapping={},
        counts=dict.fromkeys(("rows", "created", "filled", "unchanged", "errors"), 0),
        imported_at=NOW,
    )
    session.add(done)
    session.flush()
    found.roster_import = done.public_id
    for name in sorted({"county_office", "health_lead"} & ground.everybody.keys()):
        sent = keep_file(
            session, keyring, VISITS.name, "visits.xlsx", "application/octet-stream", template_workbook(),
            town_of(ground.village), ground.everybody[name], NOW,
        )  # fmt: skip
        found.visit_upload[name] = sent.public_id
    for name in sorted({"county_office", "clerk"} & ground.everybody.keys()):
        waiting = keep_file(
            session, keyring, CHECK_LISTS.name, "list.xlsx", "application/octet-stream",
            list_template_workbook(ListKind.FUNERAL), ground.county, ground.everybody[name], NOW,
        )  # fmt: skip
        found.list_upload[name] = waiting.public_id
    compare_with_export(session, keyring, ground.everybody, ground.office, ground.county, found)
    visited = RosterImport(
        file_sha256="1" * 64,
        area_code=town_of(ground.village),
        kind="visits",
        mapping={},
        counts=dict.fromkeys(("rows", "created", "matched", "unchanged", "errors"), 0),
        imported_at=NOW,
    )
    session.add(visited)
    session.flush()
    found.visit_import = visited.public_id


def _settle_office(ground: _Ground) -> None:
    """An account that its town helps, the county's policy, and long work of everybody."""
    session, found = ground.session, ground.found
    target = f"helped_{ground.county}"
    _user(session, target, Role.VILLAGE_WORKER, ground.village, AgencyKind.VILLAGE_COMMITTEE)
    found.user = session.scalars(select(User.public_id).where(User.name == target)).one()
    found.api_key = _api_key(session, ground)
    found.declared_kin = _kin(session, ground)
    terms = PolicyTerms(annual=Money.from_yuan("3000"), document_number="安民发〔2026〕3号")
    set_policy(session, ground.actors["clerk"], SetPolicy(ground.county, date(2025, 1, 1), terms), NOW)
    draft = ProposePolicy(f"policy-{ground.county}"[:22], SetPolicy(ground.county, date(2027, 1, 1), terms))
    found.policy_proposal = propose_policy(session, ground.actors["clerk"], draft, NOW).public_id
    found.fund_entry, found.fund_proposal = _fund(session, ground.actors, ground.county)
    found.check_list, found.check_hit = _listed(session, ground)
    for name, actor in ground.everybody.items():
        item = ask_for_work(session, "rig", {}, f"scene:{ground.county}:{name}", actor, NOW)
        session.flush()
        found.work[name] = item.public_id


def _fund(session: Session, actors: dict[str, Actor], county: str) -> tuple[str, str]:
    """Money that has come in, and a grant that nobody has agreed to yet."""

    def grant(number: int) -> FundProposal:
        document, key = f"安财社〔2026〕{number}号", f"fund-{county}-{number}"
        wanted = ProposeMoney(key, county, TODAY.year, FundSide.COUNTY, Money.from_yuan("300000"), document, TODAY)
        return propose_money(session, actors["clerk"], wanted, NOW)

    decide_proposal(session, actors["reviewer"], grant(11).public_id, True, NOW)
    entry = session.scalars(select(FundEntry.public_id).where(FundEntry.county_code == county)).one()
    return entry, grant(12).public_id


def _listed(session: Session, ground: _Ground) -> tuple[str, str]:
    """Another office's list with the place's patient on it."""
    patient = session.scalars(select(Patient).where(Patient.public_id == ground.found.patient)).one()
    told = Found(patient.person_id, patient.area_code, HitKind.NEAR, date(2026, 8, 15))
    wanted = StoreCheckList(
        ground.county, ListKind.FUNERAL, date(2026, 9, 30), NOW, f"{ground.county}".ljust(64, "0"), 3, 1, (told,), {}
    )
    kept = store_list(session, ground.actors["clerk"], wanted, NOW)
    return kept.public_id, session.scalars(select(CheckHit.public_id).where(CheckHit.list_id == kept.id)).one()


def _assessments(session: Session, office: Actor, patient: Patient, task: str) -> tuple[str, str]:
    """The town's meeting of the running quarter, and the result of the one before."""
    held = ReassessmentSession(
        area_code=town_of(patient.area_code),
        quarter=str(QUARTER.next()),
        held_on=TODAY,
        panel=[{"part": "doctor", "name": "季衡", "post": ""}, {"part": "police", "name": "严正", "post": ""}],
        opened_at=NOW,
        opened_by=office.user_id,
    )
    done = Reassessment(
        patient_id=patient.id,
        task_id=session.scalars(select(Task.id).where(Task.public_id == task)).one(),
        quarter=str(QUARTER),
        assessed_on=date(2026, 9, 20),
        level_before=4,
        level=4,
        submission_key=new_public_id(),
        recorded_at=NOW,
        recorded_by=office.user_id,
    )
    session.add_all([held, done])
    session.flush()
    return held.public_id, done.public_id


def _group(session: Session, office: Actor, village: str) -> str:
    """The village's group, with a member who can be called, and its meeting of the running quarter."""
    group = found_group(session, office, village, date(2026, 1, 8), TODAY, NOW)
    member = AddGroupMember(TeamPart.VILLAGE_CADRE, "葛长青", date(2026, 1, 8), "村委会", "0559-2600001", True)
    joined = add_group_member(session, office, group, member, TODAY, NOW)
    held = RecordMeeting(date(2026, 11, 5), (joined.id,), (MeetingTopic.SITUATION,))
    record_meeting(session, office, group, held, TODAY, NOW)
    return group.public_id


def _plan(session: Session, keyring: Keyring, doctor: Actor, patient: Patient) -> None:
    step = PlannedStep(PlanAim.COMPANY, "每天一起散步", TeamPart.GUARDIAN, date(2026, 12, 1))
    plan = MakePlan(new_public_id(), TODAY, date(2027, 2, 1), (step,))
    make_plan(session, Vault(session, keyring), doctor, patient, plan, TODAY, NOW)


def _emergency(session: Session, keyring: Keyring, doctor: Actor, patient: Patient, village: str) -> tuple[str, str]:
    order = OpenEmergency(
        new_public_id(),
        ReporterKind.POLICE,
        EmergencyReason.DANGER,
        NOW,
        category=PersonCategory.UNKNOWN,
        area_code=village,
    )
    opened = open_emergency(session, Vault(session, keyring), doctor, order, NOW)
    asked = select(Task.public_id).where(Task.patient_id == patient.id, Task.kind == TaskKind.EMERGENCY_RECORD)
    return opened.public_id, session.scalars(asked).one()


def _phones(session: Session, keyring: Keyring, actors: dict[str, Actor], patient: Patient, found: Place) -> None:
    """Each has kept filters, and sent a form that did not know of the visit that stands."""
    vault = Vault(session, keyring)
    for name, actor in actors.items():
        if may(actor, Action.SEE_TASKS):
            found.view[name] = save_view(session, actor, "tasks.list_tasks", "常用", "tab=overdue", NOW).public_id
        if may(actor, Action.WORK_OFFLINE) and name in set(Role):
            device = turn_on(session, keyring, actor, "手机", NOW).device
            sent = command(patient, unstable(TODAY))
            content = {"kind": "visit", "patient": patient.public_id, "answers": answers_of(sent.record)}
            arrival = Arrival(sent.submission_key, SentKind.VISIT, patient.public_id, "", "", content, NOW, NOW)
            taken = receive(session, vault, actor, device, arrival, lambda _patient, sent=sent: sent, TODAY, NOW)
            found.device[name], found.sent_form[name] = device.public_id, taken.form.public_id


def _clues(
    session: Session, keyring: Keyring, actors: dict[str, Actor], marks: Marked, village: str
) -> tuple[str, str, str]:
    """A reported stranger, a screening round, and the village's part of it."""
    vault, office = Vault(session, keyring), actors["county_office"]
    command = ReportClue(new_public_id(), village, 1, marks.stranger, place=marks.corner, is_danger=True)
    clue = report_clue(session, vault, office, command, TODAY, NOW)
    asked = open_round(session, office, QUARTER.next(), date(2026, 11, 1), date(2026, 12, 20), NOW)
    owed = session.scalars(
        select(ScreeningReturn.public_id).where(
            ScreeningReturn.round_id == asked.id, ScreeningReturn.area_code == village
        )
    ).one()
    return clue.public_id, asked.public_id, owed


def _family(
    session: Session, keyring: Keyring, actors: dict[str, Actor], marks: Marked, village: str, now: datetime
) -> tuple[Patient, Guardianship, Agreement]:
    vault, office, clerk = Vault(session, keyring), actors["county_office"], actors["clerk"]
    patient = register_patient(
        session,
        vault,
        office,
        RegisterPatient(
            area_code=village,
            person=PersonDraft(
                marks.patient_name, Sex.MALE, None, IdKind.RESIDENT_CARD, marks.patient_id, marks.patient_phone
            ),
            registered_on=REGISTERED,
            consent=ConsentDraft(REGISTERED),
            diagnosis=DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0", marks.hospital, "2019-06"),
            address=marks.address,
            supplement=Supplement(notes=marks.notes),
            is_opening=True,
        ),
        TODAY,
        now,
    )
    draft = PersonDraft(
        marks.guardian_name,
        Sex.FEMALE,
        None,
        IdKind.RESIDENT_CARD,
        marks.guardian_id,
        marks.guardian_phone,
        account=AccountDraft(AccountKind.CARD, marks.account, REGISTERED, "农业银行", is_opening=True),
    )
    link = add_guardian(
        session, vault, clerk, patient, AddGuardian(Rank.FIRST, Relation.SPOUSE, REGISTERED, draft), now
    )
    agreement = sign_agreement(session, clerk, patient, SignAgreement(date(2026, 1, 1), date(2026, 12, 31)), now)
    record_admission(session, office, patient, marks.ward, date(2026, 7, 6), date(2026, 7, 29), now)
    record = unstable(
        date(2026, 9, 10),
        risk_level=4,
        medicines=(Medicine(marks.medicine, morning_mg="25", night_mg="50"),),
        referral=2,
        referral_reason="病情波动",
        referral_org="市精神卫生中心",
        referral_dept="门诊",
    )
    record_visit(
        session,
        vault,
        actors["doctor"],
        command(patient, record, notes=marks.visit_notes),
        date(2026, 9, 10),
        now,
    )
    session.flush()
    return patient, link, agreement
