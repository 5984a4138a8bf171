"""`flask demo load`: an honest county, the same for a seed, into an empty database only."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Select, Table, func, select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind, Area
from app.areas.queries import responsible_agency
from app.areas.rules import AreaLevel
from app.audit import chain
from app.audit.models import AuditEvent
from app.core.actor import Actor, Role
from app.core.bank_account import AccountKind, check_account
from app.core.db import Base, Database
from app.core.identity import resident_id
from app.core.quarter import Quarter
from app.desk.demo.cli import demo, load_county
from app.desk.demo.loading import Order
from app.desk.demo.places import PASSWORD, TOWN
from app.desk.demo.population import Population, invent_population
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Relation
from app.patients.models import Admission, Patient
from app.patients.rules import ManagementStatus, RegistryStatus, is_visit_owed
from app.patients.service import recompute
from app.people.models import NameKey, Person
from app.people.vault import Vault
from app.risk.models import Reassessment, RiskLevel
from app.subsidies.models import PayFile, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.queries.verify import verify_run
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState, RunState
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import get_rules, load_history
from app.visits.readers import record_of
from app.visits.rules.checks import assessment_of
from app.visits.rules.classification import classify
from app.visits.rules.completeness import conditional_answers, missing_answers, unknown_codes
from app.visits.rules.due import next_due
from app.visits.rules.form import Trend, VisitClass
from app.visits.rules.record import VisitContext
from app.visits.service.copies import KEPT_COPY
from config import Environment, Settings
from tests.conftest import TODAY
from tests.rig import postgres, stage
from tests.rig.county import County

PATIENTS, QUARTERS = 60, 2
ORDER = ["load", "--patients", str(PATIENTS), "--quarters", str(QUARTERS), "--seed", "7"]
OPERATOR = Actor.operator()


def load(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(demo, list(arguments) or ORDER)


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration, loaded once for all tests that only look at it."""
    folder = tmp_path_factory.mktemp("demo")
    with empty_database(request.param, folder) as url, application(url, folder) as app:
        done = load(app)
        assert done.exit_code == 0, done.output
        yield app


@pytest.fixture
def stored(loaded: Flask) -> Iterator[Session]:
    with database_of(loaded).reading() as session:
        yield session


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(os.environ["ANHU_TEST_SQLITE"], folder / "anhu.db")
        yield f"sqlite:///{folder / 'anhu.db'}"
        return
    pattern = os.environ.get("ANHU_TEST_POSTGRES")
    if pattern is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.copy_of_template(pattern) as url:
        yield url


@contextmanager
def application(url: str, folder: Path) -> Iterator[Flask]:
    environ = {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(folder),
        "ANHU_DATABASE_URL": url,
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
    }
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        yield app
    database_of(app).engine.dispose()


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["anhu.db"]
    return found


def test_two_years_of_visits_have_the_classes_and_days_that_the_rules_give(stored: Session, loaded: Flask) -> None:
    vault = Vault(stored, loaded.extensions["anhu.keyring"])
    lines: dict[int, list[VisitMedicine]] = {}
    for line in stored.scalars(select(VisitMedicine)):
        lines.setdefault(line.visit_id, []).append(line)
    visits = stored.scalars(select(FollowUpVisit).where(~FollowUpVisit.is_opening)).all()
    assert len(visits) > 5 * PATIENTS
    assert min(visit.visited_on for visit in visits) < date(2024, 11, 1)
    assert max(visit.visited_on for visit in visits) <= TODAY
    for visit in visits:
        record = record_of(vault, stored.get_one(Patient, visit.patient_id).person_id, visit, lines.get(visit.id, ()))
        rules = get_rules(stored, visit.visited_on)
        previous = load_history(stored, visit.patient_id).before(visit.visited_on, visit.id)
        context = VisitContext(today=visit.recorded_at.date(), rules=rules, previous=previous)
        wrong = [*unknown_codes(record), *missing_answers(record), *conditional_answers(record, context)]
        assert not wrong, wrong
        assessment = assessment_of(record)
        assert assessment is not None
        computed = classify(assessment, rules)
        assert visit.computed_class == computed.visit_class
        assert visit.visit_class is not None
        assert visit.visit_class <= computed.visit_class
        trend = Trend(visit.post_intervention_trend) if visit.post_intervention_trend else None
        before = previous.visit_class if previous else None
        due = next_due(visit.visited_on, VisitClass(visit.visit_class), before, trend, rules)
        assert visit.latest_due_on == due.on
        assert visit.next_due_on is not None
        assert visit.visited_on < visit.next_due_on <= due.on
        assert visit.due_because == [why.to_json() for why in due.reasons]
        assert visit.class_because[: len(computed.reasons)] == [why.to_json() for why in computed.reasons]


def test_kept_copies_are_what_spans_and_visits_say(stored: Session) -> None:
    now = datetime(2026, 11, 21, 3, tzinfo=UTC)
    wrong = recompute(stored, OPERATOR, now, [KEPT_COPY], repair=False)
    assert not any(wrong.values()), wrong
    for patient in stored.scalars(select(Patient)):
        newest = stored.scalars(
            select(RiskLevel)
            .where(RiskLevel.patient_id == patient.id)
            .order_by(RiskLevel.assessed_on.desc(), RiskLevel.id.desc())
            .limit(1)
        ).first()
        rated = (newest.level, newest.assessed_on) if newest else (None, None)
        assert (patient.risk_level, patient.risk_assessed_on) == rated


def test_whoever_is_followed_has_one_next_visit_and_its_day_is_the_patients(stored: Session) -> None:
    open_visits = select(Task).where(Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN)
    due = {task.patient_id: task for task in stored.scalars(open_visits)}
    for patient in stored.scalars(select(Patient)):
        owes = is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting)
        assert (patient.id in due) == owes
        assert patient.next_due_on == (due[patient.id].due_on if owes else None)
        assert patient.agency_id == due[patient.id].agency_id if owes else True
        centre = responsible_agency(stored, patient.area_code)
        assert centre is not None
        assert patient.agency_id == centre.id
    assert all(task.because for task in due.values())


def test_the_doctor_of_the_county_town_has_work_that_is_late_and_work_this_week(stored: Session) -> None:
    in_town = (Task.state == TaskState.OPEN, Task.kind == TaskKind.FOLLOW_UP, Task.area_code.startswith(TOWN[:9]))
    assert stored.scalar(select(func.count(Task.id)).where(*in_town, Task.due_on.between(TODAY, TODAY + timedelta(7))))
    late = select(func.count(Task.id)).where(Task.state == TaskState.OPEN, Task.due_on < TODAY)
    assert stored.scalar(late.where(Task.kind == TaskKind.FOLLOW_UP))
    assert stored.scalar(late.where(Task.kind == TaskKind.CONFIRM_LOST)) is not None


def test_past_quarters_are_reassessed_and_this_one_is_under_way(stored: Session) -> None:
    states = stored.execute(
        select(Task.period, Task.state, func.count())
        .where(Task.kind == TaskKind.REASSESSMENT)
        .group_by(Task.period, Task.state)
    ).all()
    present = str(Quarter.of(TODAY))
    assert {state for period, state, _ in states if period == present} >= {TaskState.OPEN, TaskState.DONE}
    assert TaskState.OPEN not in {state for period, state, _ in states if period != present}
    done = stored.scalar(
        select(func.count(Task.id)).where(Task.kind == TaskKind.REASSESSMENT, Task.state == TaskState.DONE)
    )
    assert stored.scalar(select(func.count(Reassessment.id))) == done
    assert len({period for period, _, _ in states}) == 9


def test_closed_quarters_are_settled_and_the_last_one_waits_with_held_lines(stored: Session, loaded: Flask) -> None:
    runs = {run.period: run for run in stored.scalars(select(SubsidyRun))}
    assert {period: run.state for period, run in runs.items()} == {
        "2026Q1": RunState.SETTLED,
        "2026Q2": RunState.SETTLED,
        "2026Q3": RunState.DRAFT,
    }
    for run in runs.values():
        assert verify_run(stored, run, loaded.extensions["anhu.keyring"]) == []
        assert run.pay_count > 0
        paid = select(func.sum(SubsidyLine.amount_fen)).where(
            SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY
        )
        assert stored.scalar(paid) == run.total_fen
        _check_pay_file(stored, run)
    assert runs["2026Q3"].hold_count >= 1


def _check_pay_file(stored: Session, run: SubsidyRun) -> None:
    file = stored.scalar(select(PayFile).where(PayFile.run_id == run.id))
    if run.state is RunState.DRAFT:
        assert file is None
        return
    assert file is not None
    lines = stored.scalars(select(PayFileLine).where(PayFileLine.pay_file_id == file.id)).all()
    assert file.total_fen + file.withheld_fen == run.total_fen
    assert sum(line.amount_fen for line in lines if line.sequence is not None) == file.total_fen
    assert {line.state for line in lines} <= {PaymentState.PAID, PaymentState.RETURNED, PaymentState.WITHHELD}
    hands = {run.prepared_by, run.approved_by, run.settled_by}
    assert len(hands) == 3


def test_the_village_worker_finds_an_agreement_to_renew(stored: Session) -> None:
    village = stored.scalars(select(User.area_code).where(User.name == "village_worker")).one()
    waiting = select(Task.due_on).where(
        Task.kind == TaskKind.AGREEMENT_RENEWAL, Task.state == TaskState.OPEN, Task.area_code == village
    )
    assert [on > TODAY for on in stored.scalars(waiting)].count(True) >= 1


def test_a_patient_who_died_in_the_quarter_is_paid_to_the_day(stored: Session) -> None:
    quarter = Quarter.parse("2026Q3")
    row = stored.execute(
        select(SubsidyLine, Person.died_on)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(SubsidyLine.period == str(quarter), Person.died_on.between(quarter.first_day, quarter.last_day))
    ).first()
    assert row is not None
    line, died_on = row
    assert 0 < line.days <= (died_on - quarter.first_day).days + 1
    assert line.amount_fen < 75_000


def test_the_county_has_its_tree_its_offices_and_one_account_for_every_role(stored: Session, loaded: Flask) -> None:
    levels = dict(stored.execute(select(Area.level, func.count()).group_by(Area.level)).all())
    assert (levels[AreaLevel.TOWN], levels[AreaLevel.VILLAGE]) == (12, 96)
    kinds = dict(stored.execute(select(Agency.kind, func.count()).group_by(Agency.kind)).all())
    assert kinds[AgencyKind.HEALTH_CENTRE] == 12
    assert kinds[AgencyKind.VILLAGE_COMMITTEE] == 96
    users = {user.name: user for user in stored.scalars(select(User))}
    roles = {str(role) for role in Role if role is not Role.OPERATOR}
    assert roles | {"police_county", "town_county"} <= users.keys()
    assert all(users[name].role.value == name for name in roles)
    passwords = loaded.extensions["anhu.passwords"]
    assert all(passwords.is_right(users[name].password_hash, PASSWORD) for name in ("doctor", "clerk", "finance"))
    doctors = {user.area_code for user in users.values() if user.role is Role.DOCTOR}
    assert len(doctors) == 12


def test_states_that_a_real_register_has_are_there(stored: Session) -> None:
    statuses = set(stored.execute(select(Patient.registry_status, Patient.management_status).distinct()).all())
    assert (RegistryStatus.DEAD, None) in statuses
    managed = {management for _, management in statuses if management}
    assert managed >= {ManagementStatus.MANAGED, ManagementStatus.REFUSED, ManagementStatus.PENDING_CONSENT}
    assert stored.scalar(select(func.count()).select_from(Agreement).where(Agreement.to_on >= TODAY))
    assert stored.scalar(select(NameKey.patient_id).where(NameKey.key == "yuchichangle").limit(1))


def test_what_was_noted_is_chained_when_the_loading_ends(stored: Session, loaded: Flask) -> None:
    heads = chain.anchored_heads(stored, loaded.extensions["anhu.settings"].instance / chain.ANCHORS)
    verdict = chain.verify(stored, datetime.now(UTC) + timedelta(hours=1), heads)
    assert heads
    assert verdict.whole, verdict.why
    assert verdict.count == stored.scalar(select(func.count(AuditEvent.id)))


def test_the_same_seed_tells_the_same_story_and_another_seed_another(stored: Session) -> None:
    first = told(stored)
    assert told_elsewhere(*ORDER) == first
    assert told_elsewhere(*ORDER[:-1], "8") != first


@cache
def told_elsewhere(*order: str) -> list[object]:
    """The story of another load, on SQLite whatever the first one ran on: the databases must agree as well."""
    folder = Path(tempfile.mkdtemp(dir=stage.home()))
    with empty_database("sqlite", folder) as url, application(url, folder) as app:
        done = load(app, *order)
        assert done.exit_code == 0, done.output
        with database_of(app).reading() as session:
            return told(session)


def told(session: Session) -> list[object]:
    """Names, dates and amounts, free of identifiers that nobody sees."""
    visit, line = FollowUpVisit, SubsidyLine
    questions = (
        select(Patient.id, Patient.record_number, Person.name, Person.born_on, Patient.area_code, Patient.registered_on)
        .join(Person, Person.id == Patient.person_id)
        .order_by(Patient.id),
        select(Guardianship.patient_id, Guardianship.rank, Person.name, Guardianship.relation)
        .join(Person, Person.id == Guardianship.person_id)
        .order_by(Guardianship.patient_id, Guardianship.rank),
        select(
            visit.public_id, visit.patient_id, visit.visited_on, visit.visit_class, visit.risk_level, visit.next_due_on
        )
        .where(~visit.is_opening, visit.submission_key.startswith("demo-"), visit.patient_id.in_(_never_in_hospital()))
        .order_by(visit.patient_id, visit.visited_on),
        select(visit.patient_id, visit.visited_on, visit.visit_class, visit.recorded_at).order_by(
            visit.patient_id, visit.visited_on
        ),
        select(Agreement.number, Agreement.patient_id, Agreement.from_on, Agreement.to_on).order_by(Agreement.number),
        select(
            line.period, line.patient_id, line.kind, line.decision, line.amount_fen, line.days, line.is_live
        ).order_by(line.period, line.patient_id, line.kind, line.id),
        select(Task.kind, Task.patient_id, Task.due_on, Task.state, Task.closed_at).order_by(
            Task.patient_id, Task.kind, Task.due_on, Task.opened_at, Task.state
        ),
    )
    return [tuple(row) for question in questions for row in session.execute(question)]


def _never_in_hospital() -> Select[int]:
    return select(Patient.id).where(~select(Admission.id).where(Admission.patient_id == Patient.id).exists())


def test_the_same_demonstration_again_changes_nothing(loaded: Flask) -> None:
    before = sizes(database_of(loaded))
    again = load(loaded, *ORDER, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["already"] is True
    assert sizes(database_of(loaded)) == before


def test_another_demonstration_is_refused_where_one_stands(loaded: Flask) -> None:
    before = sizes(database_of(loaded))
    refused = load(loaded, *ORDER[:-1], "8")
    assert refused.exit_code != 0
    assert "already" in refused.output
    assert sizes(database_of(loaded)) == before


def test_a_database_with_other_data_is_refused_and_stays_as_it_is(
    app: Flask, database: Database, county: County
) -> None:
    before = sizes(database)
    refused = load(app)
    assert refused.exit_code != 0
    assert "other data" in refused.output
    assert sizes(database) == before


def test_a_loading_that_is_stopped_leaves_nothing_behind(app: Flask, database: Database) -> None:
    before = sizes(database)

    def stop_at_the_first_quarter(line: str) -> None:
        if "lived through" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_county(Order(20, 1, 7), stop_at_the_first_quarter)
    assert sizes(database) == before


def test_production_never_loads_a_demonstration(app: Flask, database: Database, settings: Settings) -> None:
    app.extensions["anhu.settings"] = replace(settings, environment=Environment.PRODUCTION)
    refused = load(app)
    assert refused.exit_code != 0
    assert not sum(sizes(database)[name] for name in ("users", "patients", "people"))


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables: list[Table] = list(Base.metadata.sorted_tables)
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_every_invented_paper_passes_its_check_and_nobody_shares_one() -> None:
    population = invent_population(400, 7, date(2024, 10, 1), TODAY)
    numbers = [one.id_number for one in _everybody(population) if one.id_number]
    assert len(set(numbers)) == len(numbers)
    for one in _everybody(population):
        if one.id_number:
            checked = resident_id(one.id_number, TODAY)
            assert checked.valid
            assert (checked.sex, checked.born_on, checked.area_code) == (one.sex, one.born_on, "349921")
    for guardian in population.guardians:
        assert check_account(guardian.account_number, guardian.account_kind).valid
    assert {guardian.account_kind for guardian in population.guardians} == set(AccountKind)


def test_kin_fit_the_patient_they_guard() -> None:
    population = invent_population(400, 7, date(2024, 10, 1), TODAY)
    for resident in population.residents:
        guardian = resident.guardian
        if guardian is None:
            continue
        years = resident.born_on.year - guardian.born_on.year
        if guardian.relation in (Relation.FATHER, Relation.MOTHER):
            assert years >= 13
        if guardian.relation is Relation.SPOUSE:
            assert guardian.sex != resident.sex
        assert guardian.born_on < TODAY - timedelta(days=18 * 365)
    served: dict[str, int] = {}
    for resident in population.residents:
        served[resident.second.id_number] = served.get(resident.second.id_number, 0) + 1
    assert max(served.values()) > 3


def _everybody(population: Population) -> list:
    return [*population.residents, *population.guardians, *population.officers]
