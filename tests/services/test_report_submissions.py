"""A submitted report keeps its numbers; what is counted otherwise since is listed by person and cause; a revision takes two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Table, create_engine, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency, Area
from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.errors import Conflict, Invalid, NotFound
from app.core.files import open_file
from app.core.i18n import speaking
from app.core.models import WorkItem, WorkState
from app.numbers.commands import SubmitReport
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue, ReportDocument, ReportSubmission
from app.numbers.papers import ReadReport, draw_papers, report_papers
from app.numbers.queries.submissions import digest_of, find_standing, get_submission, list_differences, papers_of
from app.numbers.rules.indicators import MANAGED, REGISTERED, VISITS, VISITS_IN_TIME
from app.numbers.rules.membership import MemberKind
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, RegularMode
from app.numbers.rules.submission import Cause, SubmissionState, changes_of
from app.numbers.service.computing import compute
from app.numbers.service.deciding import set_target
from app.numbers.service.forgetting import forget_a_run
from app.numbers.service.submitting import WORK, decide_revision, submit_report, withdraw_revision
from app.patients.commands import ConsentDraft, DiagnosisDraft
from app.patients.models import Patient
from app.patients.rules import DiagnosisCategory, RegistryStatus, SpanKind
from app.patients.service import change_state, record_death
from app.people.models import DatePrecision
from app.people.vault import Vault
from app.visits.rules.record import VisitRecord
from app.visits.service import record_visit
from scheduler.house import House
from scheduler.work import do_next
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.visits import command, register, stable

QUARTER, SPRING = ReportPeriod.parse("2026Q3"), ReportPeriod.parse("2026Q2")
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def vault(app: Flask, session: Session) -> Vault:
    keyring: Keyring = app.extensions["anhu.keyring"]
    return Vault(session, keyring)


def registered(
    session: Session, county: County, vault: Vault, name: str = "孙玉珍", now: datetime = NOW, **changes: Any
) -> Patient:
    diagnosis = DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0")
    return register(session, vault.keyring, county.actor("doctor"), TODAY, now, name, diagnosis=diagnosis, **changes)


def count(session: Session, county: County, now: datetime, settings: NumberSettings | None = None) -> IndicatorRun:
    period, settings = QUARTER, settings or NumberSettings()
    return compute(session, county.actor("coordinator"), COUNTY, period, settings, TODAY, now)


def submit(
    session: Session, county: County, run: IndicatorRun, why: str = "", who: str = "coordinator"
) -> ReportSubmission:
    return submit_report(session, county.actor(who), SubmitReport(run.public_id, why), LATER)


def see(
    session: Session, county: County, vault: Vault, patient: Patient, record: VisitRecord, now: datetime = NOW
) -> None:
    form = command(patient, record, accepted=frozenset({"visit.late_entry"}))
    record_visit(session, vault, county.actor("doctor"), form, TODAY, now)


def test_what_is_learned_after_a_report_changes_today_and_not_the_report(
    session: Session, county: County, vault: Vault
) -> None:
    doctor = county.actor("doctor")
    names = ("孙玉珍", "钱有福", "周长河", "郑秀英", "冯德海", "沈春燕", "许大河", "何小荣")
    people = [registered(session, county, vault, name) for name in names]
    visited, late, died, again, handed, moved, excluded, double = people
    for one in (visited, again, handed):
        see(session, county, vault, one, stable(date(2026, 8, 3)))
    report = submit(session, county, count(session, county, NOW))
    reported = session.get_one(IndicatorRun, report.run_id)
    digest = digest_of(session, reported)
    assert report.digest == digest and report.state is SubmissionState.SUBMITTED

    see(session, county, vault, late, stable(date(2026, 9, 10)), LATER)
    see(session, county, vault, again, stable(date(2026, 9, 10)), LATER)
    elsewhere = session.scalars(select(Agency.id).where(Agency.id != handed.agency_id)).first()
    change_state(session, doctor, handed, SpanKind.AGENCY, str(elsewhere), date(2026, 9, 1), None, LATER)
    record_death(session, doctor, died, date(2026, 8, 20), DatePrecision.DAY, 4, LATER)
    office = county.actor("county_office")
    second = replace(office, user_id=doctor.user_id)
    change_state(session, office, moved, SpanKind.AREA, SECOND_VILLAGE, date(2026, 9, 1), None, LATER)
    for one, status in ((excluded, RegistryStatus.EXCLUDED), (double, RegistryStatus.MERGED)):
        change_state(session, office, one, SpanKind.REGISTRY, status.value, date(2026, 9, 1), None, LATER, second)
    new = registered(session, county, vault, "吴小满", LATER, registered_on=date(2026, 7, 1), consent=ConsentDraft(from_on=date(2026, 7, 1)))  # fmt: skip
    now = count(session, county, LATER)

    found = {one.patient_id: one for one in list_differences(session, county.actor("coordinator"), reported, now)}
    assert {key: one.causes for key, one in found.items()} == {
        late.id: [Cause.LATE_ENTRY],
        again.id: [Cause.LATE_ENTRY],
        handed.id: [Cause.AGENCY_CHANGED],
        died.id: [Cause.DEATH_LEARNED],
        moved.id: [Cause.MOVED],
        excluded.id: [Cause.EXCLUDED],
        double.id: [Cause.MERGED],
        new.id: [Cause.REGISTERED_LATE],
    }
    changes = {
        key: changes_of(one.before, one.now, (REGISTERED, MANAGED, VISITS, VISITS_IN_TIME))
        for key, one in found.items()
    }
    assert changes == {
        late.id: [(MANAGED, 1), (VISITS, 1)],
        again.id: [(VISITS, 1)],  # the sets of somebody who was visited already stay; it came too late to be in time
        handed.id: [],
        died.id: [(REGISTERED, -1)],
        moved.id: [],
        excluded.id: [(REGISTERED, -1)],
        double.id: [(REGISTERED, -1)],
        new.id: [(REGISTERED, 1)],
    }
    assert digest_of(session, reported) == digest
    values = session.get_one(IndicatorValue, (reported.id, COUNTY)).counts
    assert (values["registered"], values["managed"]) == (8, 3)
    values = session.get_one(IndicatorValue, (now.id, COUNTY)).counts
    assert (values["registered"], values["managed"]) == (6, 4)


def test_the_papers_of_a_report_are_drawn_once_and_stay_byte_for_byte(
    app: Flask, database: Database, county: County
) -> None:
    keyring: Keyring = app.extensions["anhu.keyring"]
    with database.transaction() as session:
        patient = registered(session, county, Vault(session, keyring))
        report = submit(session, county, count(session, county, NOW))
        public_id = report.public_id
    house = House.of(app)
    assert do_next(house)
    kept = _papers(database, keyring, county, public_id)
    assert {ending: content[:4] for ending, content in kept.items()} == {
        "pdf": b"%PDF",
        "xlsx": b"PK\x03\x04",
        "docx": b"PK\x03\x04",
    }
    with database.transaction() as session:  # the register learns, and somebody counts anew
        again = session.get_one(Patient, patient.id)
        record_death(session, county.actor("doctor"), again, date(2026, 8, 20), DatePrecision.DAY, 4, LATER)
        count(session, county, LATER)
        item = WorkItem(kind=WORK, args={"submission": public_id}, live_key="again", asked_by=county.users["coordinator"], asked_at=LATER, state=WorkState.QUEUED)  # fmt: skip
        session.add(item)
    assert do_next(house)  # a second try finds what the first kept
    assert _papers(database, keyring, county, public_id) == kept


def test_what_a_report_says_beside_its_own_count_is_fixed_in_the_act_of_submitting(
    app: Flask, database: Database, county: County
) -> None:
    """Neighbouring counts, targets, names and findings change before the papers are drawn, and the papers do not."""
    keyring, coordinator = app.extensions["anhu.keyring"], county.actor("coordinator")
    with database.transaction() as session:
        registered(session, county, Vault(session, keyring))
        spring = compute(session, coordinator, COUNTY, SPRING, NumberSettings(), TODAY, NOW)
        set_target(session, coordinator, COUNTY, "management", 2026, 9500, "省级要点", NOW)
        run = count(session, county, NOW)
        with speaking("en"):  # papers are in Chinese whoever hands them in
            public_id = submit(session, county, run).public_id
        expected = report_papers(session, keyring, coordinator, run, LATER)
    with database.transaction() as session:
        registered(session, county, Vault(session, keyring), "钱有福", LATER, registered_on=date(2026, 3, 1))
        set_target(session, coordinator, COUNTY, "management", 2026, 5000, "改了", LATER)
        compute(session, coordinator, COUNTY, SPRING, NumberSettings(), TODAY, LATER + timedelta(days=2))
        assert forget_a_run(session, LATER + timedelta(days=3))
        session.get_one(Area, COUNTY).name = "另一个县"
        session.get_one(Area, TOWN).name = "另一个镇"
        session.get_one(User, coordinator.user_id).display_name = "另一个人"
        assert session.get(IndicatorRun, spring.id) is None
        run = session.get_one(IndicatorRun, run.id)
        assert report_papers(session, keyring, county.actor("coordinator"), run, LATER)["pdf"] != expected["pdf"]
    assert do_next(House.of(app))
    kept = _papers(database, keyring, county, public_id)
    assert kept == expected
    assert _drawn_elsewhere(database, public_id) == kept


def _drawn_elsewhere(database: Database, public_id: str) -> dict[str, bytes]:
    """From the stored text alone, in a database of the kind that every machine has; of a report frozen on PostgreSQL it is the other."""
    elsewhere = create_engine("sqlite://")
    with database.reading() as session, Session(elsewhere) as other:
        stored = session.scalars(
            select(ReportDocument).join(ReportSubmission).where(ReportSubmission.public_id == public_id)
        ).one()
        cast(Table, ReportDocument.__table__).create(other.connection())
        other.add(ReportDocument(submission_id=1, content=stored.content))
        other.flush()
        other.expire_all()
        return draw_papers(ReadReport.from_json(other.get_one(ReportDocument, 1).content))


def _papers(database: Database, keyring: Keyring, county: County, public_id: str) -> dict[str, bytes]:
    with database.reading() as session:
        found = papers_of(session, get_submission(session, county.actor("coordinator"), public_id))
        return {ending: open_file(session, keyring, file) for ending, file in found.items()}


def test_other_rules_are_named_where_nothing_was_learned(session: Session, county: County, vault: Vault) -> None:
    patient = registered(session, county, vault)
    see(session, county, vault, patient, stable(date(2026, 8, 3), adherence=2))
    see(session, county, vault, patient, stable(date(2026, 9, 3)))
    reported = session.get_one(IndicatorRun, submit(session, county, count(session, county, LATER)).run_id)
    now = count(session, county, LATER + timedelta(hours=1), NumberSettings(regular=RegularMode.LAST_VISIT))
    (one,) = list_differences(session, county.actor("coordinator"), reported, now)
    assert one.causes == [Cause.RULES_CHANGED]


def test_a_revision_needs_a_reason_and_another_person(session: Session, county: County, vault: Vault) -> None:
    first = submit(session, county, count(session, county, NOW))
    with pytest.raises(Conflict):  # there is nothing new to submit
        submit(session, county, session.get_one(IndicatorRun, first.run_id), "更正")
    with pytest.raises(Conflict):  # nor where the same was counted again
        submit(session, county, count(session, county, LATER), "更正")
    registered(session, county, vault)
    again = count(session, county, LATER)
    with pytest.raises(Invalid):
        submit(session, county, again)
    revision = submit(session, county, again, "补录随访 3 次")
    assert (revision.number, revision.state) == (2, SubmissionState.PROPOSED)
    coordinator, office = county.actor("coordinator"), county.actor("county_office")
    assert find_standing(session, coordinator, COUNTY, "2026Q3") is first
    with pytest.raises(Conflict):
        decide_revision(session, coordinator, revision.public_id, agrees=True, now=LATER)
    with pytest.raises(Conflict):  # one revision waits at a time
        submit(session, county, count(session, county, LATER + timedelta(minutes=1)), "再更正", "county_office")
    decide_revision(session, office, revision.public_id, agrees=True, now=LATER)
    assert find_standing(session, coordinator, COUNTY, "2026Q3") is revision
    with pytest.raises(Conflict):
        withdraw_revision(session, coordinator, revision.public_id, LATER)
    with pytest.raises(NotFound):
        withdraw_revision(session, county.actor("city_viewer"), "nobody", LATER)

    # a refused one and one that is taken back change nothing, and every step is noted
    registered(session, county, vault, "钱有福")
    refused = submit(session, county, count(session, county, LATER + timedelta(minutes=2)), "再更正")
    decide_revision(session, office, refused.public_id, agrees=False, now=LATER)
    taken_back = submit(session, county, count(session, county, LATER + timedelta(minutes=3)), "三更正")
    withdraw_revision(session, coordinator, taken_back.public_id, LATER)
    assert find_standing(session, coordinator, COUNTY, "2026Q3") is revision
    noted = select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.actor_user_id).where(
        AuditEvent.subject_kind == "report_submission"
    )
    me, other = coordinator.user_id, office.user_id
    assert [tuple(row) for row in session.execute(noted.order_by(AuditEvent.id))] == [
        ("numbers.report_submitted", first.public_id, me),
        ("numbers.revision_proposed", revision.public_id, me),
        ("numbers.revision_agreed", revision.public_id, other),
        ("numbers.revision_proposed", refused.public_id, me),
        ("numbers.revision_refused", refused.public_id, other),
        ("numbers.revision_proposed", taken_back.public_id, me),
        ("numbers.revision_withdrawn", taken_back.public_id, me),
    ]


def test_only_the_newest_numbers_of_a_period_that_is_over_are_submitted(session: Session, county: County) -> None:
    older = count(session, county, NOW)
    seen = older.public_id
    count(session, county, LATER)
    with pytest.raises(Conflict):  # somebody counted anew meanwhile
        submit_report(session, county.actor("coordinator"), SubmitReport(seen), LATER)
    while forget_a_run(session, NOW + timedelta(days=2)):
        pass
    with pytest.raises(NotFound):  # and after a day it is forgotten
        submit_report(session, county.actor("coordinator"), SubmitReport(seen), LATER)
    running = compute(
        session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2026Q4"), NumberSettings(), TODAY, NOW
    )
    with pytest.raises(Conflict):
        submit(session, county, running)


@pytest.mark.parametrize(
    "tampering",
    [
        update(IndicatorMember).values(bits=0),
        delete(IndicatorMember),
        update(IndicatorValue).values(counts={}),
        delete(IndicatorValue),
        update(IndicatorRun).values(is_frozen=False),
        update(IndicatorRun).values(cut_off=date(2026, 9, 29)),
        update(ReportDocument).values(content={}),
        delete(ReportDocument),
        update(ReportSubmission).values(digest="0" * 64),
        update(ReportSubmission).values(state=SubmissionState.PROPOSED),
        delete(ReportSubmission),
    ],
    ids=lambda statement: str(statement.compile()).split(" WHERE")[0][:40],
)
def test_the_database_keeps_what_was_submitted(
    session: Session, county: County, vault: Vault, tampering: object
) -> None:
    registered(session, county, vault)
    submit(session, county, count(session, county, NOW))
    assert session.scalar(select(IndicatorMember.bits))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(tampering)  # type: ignore[call-overload]


def test_a_report_has_one_digest_on_every_database_and_in_every_later_version(session: Session, county: County) -> None:
    """The digest is printed and kept outside; whoever changes how it is made has broken every report that went out."""
    run = IndicatorRun(
        area_code=COUNTY, period="2026Q3", first_on=date(2026, 1, 1), cut_off=date(2026, 9, 30),
        settings=NumberSettings().to_json(), rule_set="indicators-2026.1", computed_at=NOW,
    )  # fmt: skip
    session.add(run)
    session.flush()
    rows = [
        (MemberKind.PATIENT, 2, 2, VILLAGE, 7, 1 << 36 | 3, 4, 3),
        (MemberKind.PATIENT, 11, 11, VILLAGE, None, 3, 0, 0),
        (MemberKind.DISCHARGE, 5, None, VILLAGE, None, 1 << 27, 0, 0),
    ]
    names = ("kind", "subject_id", "patient_id", "area_code", "agency_id", "bits", "visits", "visits_in_time")
    for row in rows:
        session.add(IndicatorMember(run_id=run.id, **dict(zip(names, row, strict=True))))
    session.flush()
    assert digest_of(session, run) == "6077eec930faaf1e3352fc79f64bd4236459272ffa59e16ae4110eec507fc9ce"
