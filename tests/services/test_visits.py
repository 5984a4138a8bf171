"""A recorded visit: class, next day, what is kept on the patient, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.access import Action
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.models import RuleSet
from app.patients.models import Patient, PatientSpan
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus, SpanKind
from app.patients.service import change_state, recompute
from app.people.models import Person
from app.people.vault import Vault
from app.risk.models import RiskLevel
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries import find_last_visit, get_rules, get_visit, list_visits
from app.visits.rules.form import Behaviour
from app.visits.rules.record import Medicine
from app.visits.rules.ruleset import VisitRules
from app.visits.service import CONFIRM, KEPT_COPY, correct_visit, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, middling, register, stable, unstable

Record = Callable[..., FollowUpVisit]


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    return register(session, keyring, county.actor("doctor"), TODAY, NOW)


@pytest.fixture
def record(session: Session, county: County, keyring: Keyring, patient: Patient) -> Record:
    """Record a form of the patient, as the doctor, today, unless told otherwise."""

    def recorded(form: Any, as_user: str = "doctor", today: date = TODAY, **changes: Any) -> FollowUpVisit:
        vault = Vault(session, keyring)
        return record_visit(session, vault, county.actor(as_user), command(patient, form, **changes), today, NOW).visit

    return recorded


def open_tasks(session: Session, kind: TaskKind | None = None) -> list[Task]:
    wanted = select(Task).where(Task.state == TaskState.OPEN).order_by(Task.id)
    return list(session.scalars(wanted if kind is None else wanted.where(Task.kind == kind)))


def codes(refused: Invalid) -> dict[str, list[str]]:
    return {name: [why.code for why in reasons] for name, reasons in refused.errors.items()}


# -- class and next day ------------------------------------------------------------------------------------------------


def test_the_stored_rule_set_is_the_one_in_the_code(session: Session) -> None:
    stored = session.scalars(select(RuleSet).where(RuleSet.kind == "visits")).one()
    assert stored.content == VisitRules().to_json()
    assert stored.version == VisitRules().version
    assert get_rules(session, TODAY) == get_rules(session, date(2001, 1, 1)) == VisitRules()


def test_a_stable_visit_is_due_again_in_three_months(session: Session, patient: Patient, record: Record) -> None:
    visit = record(stable(TODAY))
    assert (visit.visit_class, visit.computed_class) == (3, 3)
    assert visit.next_due_on == visit.latest_due_on == date(2027, 2, 21)
    [due] = open_tasks(session, TaskKind.FOLLOW_UP)
    assert (due.due_on, due.period) == (date(2027, 2, 21), f"visit:{visit.id}")
    assert [why["code"] for why in due.because] == ["visit.class.stable", "visit.due.stable"]


def test_the_first_basically_stable_visit_is_checked_after_two_weeks(record: Record) -> None:
    assert record(middling(TODAY)).next_due_on == TODAY + timedelta(days=14)


@pytest.mark.parametrize(("trend", "due_on"), [(1, date(2027, 2, 21)), (2, date(2026, 12, 21))])
def test_the_trend_decides_after_a_second_basically_stable_visit(record: Record, trend: int, due_on: date) -> None:
    record(middling(TODAY - timedelta(days=14)), accepted=frozenset({"visit.late_entry"}))
    assert record(middling(TODAY, post_intervention_trend=trend)).next_due_on == due_on


def test_the_trend_is_asked_for_and_kept_only_where_the_table_needs_it(record: Record) -> None:
    first = record(middling(TODAY - timedelta(days=7), post_intervention_trend=2))
    assert first.post_intervention_trend is None
    with pytest.raises(Invalid) as refused:
        record(middling(TODAY))
    assert codes(refused.value) == {"post_intervention_trend": ["visit.required"]}


def test_an_unstable_visit_is_due_again_in_two_weeks_every_time(record: Record) -> None:
    record(unstable(TODAY - timedelta(days=7)))
    assert record(unstable(TODAY)).next_due_on == TODAY + timedelta(days=14)


def test_three_months_end_on_the_last_day_of_a_short_month(record: Record) -> None:
    assert record(stable(date(2025, 11, 30)), accepted=frozenset({"visit.late_entry"})).next_due_on == date(2026, 2, 28)


def test_an_earlier_day_is_the_doctors_to_choose(session: Session, record: Record) -> None:
    visit = record(stable(TODAY, next_due_on=date(2026, 12, 24)))
    assert (visit.next_due_on, visit.latest_due_on) == (date(2026, 12, 24), date(2027, 2, 21))
    assert open_tasks(session, TaskKind.FOLLOW_UP)[0].due_on == date(2026, 12, 24)


def test_a_later_day_than_the_table_allows_is_refused(record: Record) -> None:
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY, next_due_on=date(2027, 2, 22)))
    assert codes(refused.value) == {"next_due_on": ["visit.due.too_late"]}


def test_a_worse_class_is_free_and_not_flagged(record: Record) -> None:
    visit = record(stable(TODAY, visit_class=1))
    assert (visit.visit_class, visit.computed_class, visit.is_flagged) == (1, 3, False)
    assert visit.next_due_on == TODAY + timedelta(days=14)


def test_a_better_class_needs_a_written_reason_and_is_flagged(record: Record, patient: Patient) -> None:
    with pytest.raises(Invalid) as refused:
        record(middling(TODAY, visit_class=3))
    assert codes(refused.value) == {"override_reason": ["visit.override.needs_reason"]}
    visit = record(middling(TODAY, visit_class=3, override_reason="已连续一年病情平稳"))
    assert visit.is_flagged and visit.next_due_on == date(2027, 2, 21)
    assert visit.override_reason_sealed and "平稳" not in str(visit.override_reason_sealed)


def test_level_3_is_never_better_than_unstable(record: Record) -> None:
    with pytest.raises(Invalid) as refused:
        record(unstable(TODAY, visit_class=2, override_reason="家属要求"))
    assert codes(refused.value) == {"visit_class": ["visit.override.forbidden"]}


def test_the_database_too_refuses_a_better_class_at_level_3(session: Session, record: Record) -> None:
    visit = record(unstable(TODAY))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE follow_up_visits SET visit_class = 3 WHERE id = :id"), {"id": visit.id})


# -- what is stored ----------------------------------------------------------------------------------------------------


def test_the_form_comes_back_as_it_was_filled_in(
    session: Session, county: County, keyring: Keyring, patient: Patient, record: Record
) -> None:
    form = stable(
        TODAY,
        symptoms=1 << 11,
        symptoms_other="夜间自语",
        adverse_reaction=2,
        adverse_severity=1,
        adverse_text="利培酮：手抖",
        lab_test=2,
        lab_text="血常规正常",
        referral=2,
        referral_reason="复查",
        referral_org="示例市第四人民医院",
        rehab_measures=1 << 4,
        rehab_other="太极拳",
        behaviours=int(Behaviour.MINOR_DISTURBANCE),
        minor_disturbances=2,
        guidance=(Medicine("棕榈酸帕利哌酮", every_weeks=4, long_acting_mg="100"),),
    )
    visit = record(form, notes="下次带家属")
    doctor, vault = county.actor("doctor"), Vault(session, keyring)
    session.expire_all()
    stored = get_visit(session, doctor, patient, visit.public_id)
    again = stored.record(vault, patient.person_id)
    assert (again.symptoms_other, again.adverse_text, again.lab_text) == ("夜间自语", "利培酮：手抖", "血常规正常")
    assert (again.referral_org, again.rehab_other, again.minor_disturbances) == ("示例市第四人民医院", "太极拳", 2)
    assert again.medicines == form.medicines and again.guidance == form.guidance
    assert visit.adverse_text_sealed and "手抖".encode() not in visit.adverse_text_sealed
    assert stored.record(None, patient.person_id).adverse_text == ""
    assert session.scalar(select(func.count()).select_from(VisitMedicine)) == 2


def test_the_patient_keeps_copies_of_the_newest_visit(session: Session, patient: Patient, record: Record) -> None:
    visit = record(middling(TODAY, risk_level=1))
    assert (patient.visit_class, patient.risk_level, patient.next_due_on) == (2, 1, visit.next_due_on)
    assert (patient.last_visit_id, patient.last_visit_on, patient.last_visit_form) == (visit.id, TODAY, 2)
    assert patient.last_seen_on == TODAY
    session.flush()
    assert set(recompute(session, county_operator(), NOW, [KEPT_COPY], repair=False).values()) == {0}


def county_operator() -> Any:
    from app.core.actor import Actor

    return Actor.operator()


def test_a_telephone_call_is_a_visit_but_nobody_was_seen(patient: Patient, record: Record) -> None:
    record(stable(TODAY, form=3))
    assert (patient.last_visit_on, patient.last_seen_on) == (TODAY, None)


def test_talking_to_the_family_alone_is_not_seeing_the_patient(patient: Patient, record: Record) -> None:
    record(stable(TODAY, objects=2))
    assert patient.last_seen_on is None


def test_the_level_goes_into_the_history(session: Session, patient: Patient, record: Record) -> None:
    visit = record(unstable(TODAY))
    rating = session.scalars(select(RiskLevel)).one()
    assert (rating.level, rating.assessed_on, rating.source_id) == (3, TODAY, visit.id)


def test_the_visit_that_was_due_is_closed_with_its_outcome(session: Session, record: Record) -> None:
    [first] = open_tasks(session, TaskKind.FOLLOW_UP)
    record(stable(TODAY))
    session.refresh(first)
    assert first.state is TaskState.DONE and first.outcome and first.outcome["code"] == "visit.done"
    assert len(open_tasks(session, TaskKind.FOLLOW_UP)) == 1


def test_the_act_is_noted_without_a_clinical_word(session: Session, record: Record) -> None:
    visit = record(unstable(TODAY))
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "visits.recorded")).one()
    assert (event.subject_kind, event.subject_id) == ("visit", visit.public_id)
    assert event.commitment and "level" not in event.detail and "class" not in event.detail


# -- who and whom ------------------------------------------------------------------------------------------------------


def test_a_foreign_patient_is_not_found(session: Session, county: County, keyring: Keyring, patient: Patient) -> None:
    with pytest.raises(NotFound):
        record_visit(
            session,
            Vault(session, keyring),
            county.actor("other_doctor"),
            command(patient, stable(TODAY)),
            TODAY,
            NOW,
        )
    assert list_visits(session, county.actor("other_doctor"), patient) == []


@pytest.mark.parametrize("role", ["police", "clerk", "coordinator", "admin", "village_worker", "town"])
def test_only_clinicians_log_visits(record: Record, role: str) -> None:
    assert Action.LOG_VISIT
    with pytest.raises(Forbidden):
        record(stable(TODAY), as_user=role)


def test_roles_without_clinical_fields_load_no_visit(
    session: Session, county: County, patient: Patient, record: Record
) -> None:
    record(stable(TODAY))
    for role in ("coordinator", "clerk", "auditor", "town"):
        assert list_visits(session, county.actor(role), patient) == []
        assert find_last_visit(session, county.actor(role), patient) is None
    assert len(list_visits(session, county.actor("county_office"), patient)) == 1


def test_a_patient_who_refused_management_gets_no_form(
    session: Session, county: County, patient: Patient, record: Record
) -> None:
    change_state(
        session,
        county.actor("doctor"),
        patient,
        SpanKind.MANAGEMENT,
        ManagementStatus.REFUSED.value,
        TODAY,
        None,
        NOW,
    )
    with pytest.raises(Conflict) as refused:
        record(stable(TODAY))
    assert refused.value.reason.code == "visit.refused_management"


# -- checks end to end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"visited_on": TODAY + timedelta(days=1)}, "visited_on", "visit.in_future"),
        ({"visited_on": date(2024, 12, 31)}, "visited_on", "visit.before_registration"),
        ({"insight": None}, "insight", "visit.required"),
        ({"symptoms": 0}, "symptoms", "visit.required"),
        ({"adherence": 2, "medicines": ()}, "medicines", "visit.medicine_needed"),
        ({"risk_level": 9}, "risk_level", "visit.unknown_code"),
        ({"lost_reason": 1}, "risk_level", "visit.clinical_when_lost_or_dead"),
        ({"hospitalisation": 2}, "last_discharge_on", "visit.required"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    session: Session, record: Record, changes: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        record(stable(**{"visited_on": TODAY, **changes}))
    assert code in codes(refused.value)[field]
    assert session.scalar(select(func.count()).select_from(FollowUpVisit)) == 0


def test_what_follows_from_missing_answers_is_not_asked_for_as_well(record: Record) -> None:
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY, insight=None))
    assert set(refused.value.errors) == {"insight"}


def test_a_doubt_has_to_be_confirmed_and_is_kept_on_the_visit(record: Record) -> None:
    doubtful = stable(TODAY, behaviours=int(Behaviour.SELF_HARM), self_harms=1)
    with pytest.raises(Invalid) as refused:
        record(doubtful)
    assert codes(refused.value) == {CONFIRM: ["visit.self_harm_but_risk"]}
    visit = record(doubtful, accepted=frozenset({"visit.self_harm_but_risk"}))
    assert {"visit.self_harm_but_risk", "visit.emergency"} <= {why["code"] for why in visit.warnings}


def test_a_late_entry_is_stamped_by_working_days(record: Record) -> None:
    in_time = record(stable(date(2026, 11, 9)))
    assert not in_time.is_late_entry
    late = record(stable(date(2026, 11, 5), risk_level=1), today=date(2026, 11, 20), back_entry_reason="手工补录", accepted=frozenset({"visit.late_entry", "visit.back_entry"}))  # fmt: skip
    assert late.is_late_entry


def test_two_users_on_one_day_are_asked_whether_it_is_the_same_visit(record: Record) -> None:
    record(stable(TODAY))
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY), as_user="village_doctor")
    assert codes(refused.value) == {CONFIRM: ["visit.same_day"]}


def test_the_same_user_is_asked_about_a_second_visit_of_the_day_too(record: Record) -> None:
    record(stable(TODAY))
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY))
    assert codes(refused.value) == {CONFIRM: ["visit.same_day"]}
    record(stable(TODAY), accepted=frozenset({"visit.same_day"}))


def test_a_new_doubt_brings_back_those_that_were_confirmed_before(record: Record) -> None:
    record(stable(TODAY))
    doubtful = stable(TODAY, behaviours=int(Behaviour.SELF_HARM), self_harms=1)
    with pytest.raises(Invalid) as refused:
        record(doubtful, accepted=frozenset({"visit.self_harm_but_risk"}))
    assert set(codes(refused.value)[CONFIRM]) == {"visit.same_day", "visit.self_harm_but_risk"}


# -- once, however often -----------------------------------------------------------------------------------------------


def test_the_second_arrival_of_a_form_finds_the_first(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    sent = command(patient, middling(TODAY), notes="嘱按时服药")
    vault, doctor = Vault(session, keyring), county.actor("doctor")
    first = record_visit(session, vault, doctor, sent, TODAY, NOW)
    second = record_visit(session, vault, doctor, sent, TODAY, NOW)
    assert first.is_new and not second.is_new
    assert first.visit.id == second.visit.id
    assert len(open_tasks(session, TaskKind.FOLLOW_UP)) == 1


def test_the_same_key_with_another_form_is_a_conflict(
    session: Session, county: County, keyring: Keyring, patient: Patient
) -> None:
    vault, doctor = Vault(session, keyring), county.actor("doctor")
    record_visit(session, vault, doctor, command(patient, stable(TODAY), submission_key="k" * 32), TODAY, NOW)
    for other in (command(patient, stable(TODAY, sleep=2)), command(patient, stable(TODAY), notes="别的")):
        with pytest.raises(Conflict) as refused:
            record_visit(session, vault, doctor, _keyed(other), TODAY, NOW)
        assert refused.value.reason.code == "visit.already_saved"


def _keyed(sent: Any) -> Any:
    from dataclasses import replace

    return replace(sent, submission_key="k" * 32)


def test_eight_arrivals_at_once_make_one_visit(
    app: Flask, database: Database, county: County, keyring: Keyring
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        sent = command(register(session, keyring, doctor, TODAY, NOW), stable(TODAY))

    def arrive(_: int) -> tuple[int, bool]:
        with database.transaction() as session:
            done = record_visit(session, Vault(session, keyring), doctor, sent, TODAY, NOW)
            return done.visit.id, done.is_new

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(arrive, range(8)))
    assert len({visit_id for visit_id, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FollowUpVisit)) == 1
        assert len(open_tasks(session, TaskKind.FOLLOW_UP)) == 1


# -- back entries and corrections --------------------------------------------------------------------------------------


def test_edge_07_a_back_entry_needs_a_reason(record: Record) -> None:
    record(stable(TODAY))
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY - timedelta(days=5)), accepted=frozenset({"visit.back_entry"}))
    assert codes(refused.value) == {"back_entry_reason": ["visit.back_entry_reason"]}


def test_edge_07_a_back_entry_leaves_the_present_as_the_newest_visit_says(
    session: Session, patient: Patient, record: Record
) -> None:
    newest = record(stable(TODAY))
    older = record(
        unstable(TODAY - timedelta(days=5)),
        back_entry_reason="纸质表补录",
        accepted=frozenset({"visit.back_entry"}),
    )
    assert older.back_entry_reason_sealed
    assert (patient.visit_class, patient.risk_level, patient.last_visit_id) == (3, 0, newest.id)
    assert patient.next_due_on == newest.next_due_on == date(2027, 2, 21)
    assert [task.period for task in open_tasks(session, TaskKind.FOLLOW_UP)] == [f"visit:{newest.id}"]


def test_edge_07_a_back_entry_between_two_shortens_a_term_that_no_longer_holds(
    session: Session, patient: Patient, record: Record
) -> None:
    record(middling(TODAY - timedelta(days=14)), accepted=frozenset({"visit.late_entry"}))
    newest = record(middling(TODAY, post_intervention_trend=1))
    assert newest.next_due_on == date(2027, 2, 21)
    record(
        stable(TODAY - timedelta(days=6)),
        back_entry_reason="漏录",
        accepted=frozenset({"visit.back_entry"}),
    )
    assert newest.next_due_on == patient.next_due_on == TODAY + timedelta(days=14)
    [due] = open_tasks(session, TaskKind.FOLLOW_UP)
    assert due.due_on == TODAY + timedelta(days=14)
    assert due.because[-1]["code"] == "visit.due.intervention"


def test_a_correction_withdraws_the_visit_and_takes_its_place(
    session: Session, county: County, keyring: Keyring, patient: Patient, record: Record
) -> None:
    wrong = record(unstable(TODAY))
    doctor, vault = county.actor("doctor"), Vault(session, keyring)
    fixed = CorrectVisit(wrong.public_id, command(patient, stable(TODAY)), "等级填错")
    right = correct_visit(session, vault, doctor, fixed, TODAY, NOW).visit
    assert wrong.withdrawn_at == NOW and right.corrects_id == wrong.id
    assert (patient.visit_class, patient.risk_level, patient.last_visit_id) == (3, 0, right.id)
    assert [visit.id for visit in list_visits(session, doctor, patient)] == [right.id]
    assert [task.due_on for task in open_tasks(session, TaskKind.FOLLOW_UP)] == [date(2027, 2, 21)]
    assert not correct_visit(session, vault, doctor, fixed, TODAY, NOW).is_new
    with pytest.raises(Conflict):
        again = CorrectVisit(wrong.public_id, command(patient, stable(TODAY)), "再改")
        correct_visit(session, vault, doctor, again, TODAY, NOW)


def test_a_corrected_day_lets_the_visit_before_it_speak_again(
    session: Session, county: County, keyring: Keyring, patient: Patient, record: Record
) -> None:
    middle = record(stable(TODAY - timedelta(days=5)))
    newest = record(unstable(TODAY))
    doctor, vault = county.actor("doctor"), Vault(session, keyring)
    moved = command(patient, unstable(TODAY - timedelta(days=8)))
    correct_visit(session, vault, doctor, CorrectVisit(newest.public_id, moved, "日期填错"), TODAY, NOW)
    assert patient.last_visit_id == middle.id and patient.next_due_on == middle.next_due_on
    assert [task.due_on for task in open_tasks(session, TaskKind.FOLLOW_UP)] == [middle.next_due_on]


# -- what else a visit sets in motion ----------------------------------------------------------------------------------


def test_a_patient_in_hospital_rests_and_is_asked_about_each_month(
    session: Session, patient: Patient, record: Record
) -> None:
    visit = record(unstable(TODAY, hospitalisation=1))
    assert visit.next_due_on is None and patient.next_due_on is None
    assert open_tasks(session, TaskKind.FOLLOW_UP) == []
    [check] = open_tasks(session, TaskKind.CHECK_STATUS)
    assert (check.due_on, check.because[0]["code"]) == (date(2026, 12, 21), "visit.inpatient")
    back = record(unstable(date(2026, 12, 20), hospitalisation=2, last_discharge_on=date(2026, 12, 15)), today=date(2026, 12, 20))  # fmt: skip
    assert open_tasks(session, TaskKind.CHECK_STATUS) == []
    assert patient.next_due_on == back.next_due_on == date(2027, 1, 3)


def test_a_patient_in_custody_is_asked_about_each_quarter(
    session: Session, county: County, patient: Patient, record: Record
) -> None:
    doctor = county.actor("doctor")
    change_state(session, doctor, patient, SpanKind.CARE, CareSetting.CUSTODY.value, date(2026, 11, 1), None, NOW)
    record(stable(TODAY, form=3, objects=2))
    [check] = open_tasks(session, TaskKind.CHECK_STATUS)
    assert check.due_on == date(2027, 2, 21) and patient.next_due_on is None


def test_a_locked_up_patient_is_reported_until_a_visit_finds_them_free(session: Session, record: Record) -> None:
    record(stable(TODAY - timedelta(days=4), locked_up=2))
    record(stable(TODAY - timedelta(days=2), locked_up=2))
    [unlocking] = open_tasks(session, TaskKind.UNLOCKING)
    assert unlocking.due_on == TODAY + timedelta(days=3)
    record(stable(TODAY, locked_up=3))
    assert open_tasks(session, TaskKind.UNLOCKING) == []


def test_a_death_ends_all_work(session: Session, patient: Patient, record: Record) -> None:
    record(unstable(TODAY - timedelta(days=3), locked_up=2))
    from app.visits.rules.record import VisitRecord

    death = VisitRecord(visited_on=TODAY, form=3, died_on=date(2026, 11, 19), death_cause=1, death_physical_cause=4)
    visit = record(death)
    assert not visit.is_complete and visit.visit_class is None
    assert patient.registry_status is RegistryStatus.DEAD and patient.next_due_on is None
    person = session.get_one(Person, patient.person_id)
    assert (person.died_on, person.death_cause, person.death_physical_cause) == (date(2026, 11, 19), 1, 4)
    assert open_tasks(session) == []


def test_a_visit_made_before_the_death_may_still_be_entered(session: Session, patient: Patient, record: Record) -> None:
    from app.visits.rules.record import VisitRecord

    record(VisitRecord(visited_on=TODAY, form=3, died_on=date(2026, 11, 19), death_cause=4))
    record(stable(date(2026, 11, 17)))
    assert open_tasks(session) == [] and patient.next_due_on is None
    with pytest.raises(Invalid) as refused:
        record(stable(TODAY))
    assert codes(refused.value) == {"visited_on": ["visit.after_death"]}


def test_a_found_patient_is_managed_again(session: Session, county: County, patient: Patient, record: Record) -> None:
    lead = county.actor("health_lead")
    change_state(session, lead, patient, SpanKind.MANAGEMENT, ManagementStatus.LOST.value, date(2026, 11, 1), None, NOW)
    assert open_tasks(session, TaskKind.FOLLOW_UP) == []
    visit = record(stable(TODAY))
    assert patient.management_status is ManagementStatus.MANAGED
    assert [task.due_on for task in open_tasks(session, TaskKind.FOLLOW_UP)] == [visit.next_due_on]
    span = session.scalars(select(PatientSpan).where(PatientSpan.what == SpanKind.MANAGEMENT, PatientSpan.to_on.is_(None))).one()  # fmt: skip
    assert span.from_on == TODAY
