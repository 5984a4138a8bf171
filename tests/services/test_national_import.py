"""Visits found in the national system's workbook: taken over once, ticked where they stand here, differences shown and never overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.errors import Forbidden
from app.core.identity import IdKind, Sex
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.workbooks.workbook import open_workbook
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, SpanKind
from app.patients.service import change_state
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.vault import Vault
from app.risk.models import RiskLevel
from app.roster.commands import ImportResult, Mode, Outcome
from app.roster.models import ImportRow, RosterImport
from app.roster.rules.visit_rows import read_visits
from app.roster.service import import_visits
from app.roster.service.visiting import EVERYBODY
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries_national import count_owed
from app.visits.rules.form import Behaviour, Symptom
from app.visits.rules.states import VisitChannel
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.national import ODD_HEADERS, exported, visit
from tests.rig.rosters import id_number
from tests.rig.visits import command, register, stable

Run = Callable[..., ImportResult]


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def run(county: County, session: Session) -> Run:
    def imported(
        rows: Sequence[dict[str, Any]] | bytes,
        mode: Mode = Mode.ALL,
        user: str = "county_office",
        same: Sequence[str] = (),
    ) -> ImportResult:
        content = rows if isinstance(rows, bytes) else exported(rows)
        reading = read_visits(open_workbook(content, "visits.xlsx"), TODAY)
        vault = Vault(session, current_keyring())
        return import_visits(session, vault, county.actor(user), reading, "f" * 64, mode, same, NOW)

    return imported


@pytest.fixture
def patient(session: Session, county: County, keyring: Keyring) -> Patient:
    return known(session, county, keyring, 1)


def known(session: Session, county: County, keyring: Keyring, place: int, **changes: Any) -> Patient:
    """A registered patient who is row `place` of the workbooks."""
    row = visit(place)
    draft = PersonDraft(
        name=row["name"], sex=Sex.MALE, born_on=date(1970, 3, 1), id_kind=IdKind.RESIDENT_CARD, id_number=row["id"]
    )
    return register(session, keyring, county.actor("county_office"), TODAY, NOW, person=draft, **changes)


def visits_of(session: Session, patient: Patient) -> list[FollowUpVisit]:
    found = select(FollowUpVisit).where(FollowUpVisit.patient_id == patient.id)
    return list(session.scalars(found.order_by(FollowUpVisit.visited_on)))


def due_on(session: Session, patient: Patient) -> date | None:
    return session.scalar(
        select(Task.due_on).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
        )
    )


def codes(result: ImportResult) -> list[str]:
    return [one.why.code for one in result.errors]


def test_a_visit_of_the_workbook_becomes_a_visit_with_all_its_answers(
    session: Session, run: Run, patient: Patient
) -> None:
    result = run([visit()])
    assert (result.rows, result.stored, result.count(Outcome.CREATED), result.errors) == (1, 1, 1, ())
    stored = visits_of(session, patient)[0]
    assert (stored.channel, stored.visited_on, stored.form, stored.objects) == (
        VisitChannel.NATIONAL,
        date(2026, 8, 3),
        2,
        3,
    )
    assert (stored.symptoms, stored.behaviours, stored.rehab_measures) == (int(Symptom.NONE), int(Behaviour.NONE), 9)
    assert (stored.sf_work, stored.sf_learning, stored.sf_social) == (9, 2, 1)
    assert (stored.visit_class, stored.computed_class, stored.next_due_on) == (3, 3, date(2026, 11, 3))
    line = session.scalars(select(VisitMedicine).where(VisitMedicine.visit_id == stored.id)).one()
    assert (line.name, line.morning_mg, line.noon_mg, line.night_mg) == ("利培酮片", "1", None, "2.5")
    assert (patient.visit_class, patient.last_visit_on, patient.next_due_on) == (3, date(2026, 8, 3), date(2026, 11, 3))
    assert patient.risk_level == 0 and due_on(session, patient) == date(2026, 11, 3)


def test_a_visit_that_came_from_there_is_not_owed_there(
    session: Session, county: County, run: Run, patient: Patient
) -> None:
    run([visit()])
    assert visits_of(session, patient)[0].national_due_on is None
    assert count_owed(session, county.actor("doctor"), TODAY) == (0, 0)


def test_the_same_workbook_a_second_time_changes_nothing(session: Session, run: Run, patient: Patient) -> None:
    rows = [visit(day=date(2026, 5, 4), next=date(2026, 8, 4)), visit()]
    run(rows)
    before = [session.scalar(select(func.count()).select_from(model)) for model in (FollowUpVisit, RiskLevel, Task)]
    version = patient.version
    again = run(rows)
    after = [session.scalar(select(func.count()).select_from(model)) for model in (FollowUpVisit, RiskLevel, Task)]
    assert (again.stored, again.count(Outcome.UNCHANGED), again.public_id) == (0, 2, None)
    assert before == after and patient.version == version
    assert session.scalar(select(func.count()).select_from(RosterImport)) == 1


def test_a_visit_typed_here_is_only_ticked(
    session: Session, county: County, keyring: Keyring, run: Run, patient: Patient
) -> None:
    doctor = county.actor("doctor")
    typed = command(patient, stable(date(2026, 11, 18)))
    record_visit(session, Vault(session, keyring), doctor, typed, TODAY, NOW)
    assert count_owed(session, doctor, TODAY) == (1, 0)
    row = visit(day=date(2026, 11, 18), next=date(2027, 2, 18), medicines="利培酮 早1mg 晚2.5mg", rehab="1")
    result = run([row])
    stored = visits_of(session, patient)
    assert len(stored) == 1 and result.count(Outcome.MATCHED) == 1 and result.results[0].proposals == ()
    assert stored[0].channel is VisitChannel.PAGE and stored[0].national_entered_at == NOW
    assert stored[0].national_says is None and count_owed(session, doctor, TODAY) == (0, 0)
    assert run([row]).count(Outcome.UNCHANGED) == 1


def test_answers_that_differ_are_shown_and_not_overwritten(
    session: Session, county: County, keyring: Keyring, run: Run, patient: Patient
) -> None:
    typed = command(patient, stable(date(2026, 11, 18)))
    record_visit(session, Vault(session, keyring), county.actor("doctor"), typed, TODAY, NOW)
    result = run(
        [visit(day=date(2026, 11, 18), insight=2, next=date(2027, 2, 18), rehab="1", medicines="氯氮平 晚100mg")]
    )
    stored = visits_of(session, patient)[0]
    assert stored.insight == 1 and stored.national_says == {"insight": 2, "medicines": None}
    assert result.results[0].proposals[0].code == "roster.visits.differs"
    assert stored.national_entered_at is not None


def test_an_older_visit_is_history_and_the_newest_speaks_for_the_present(
    session: Session, county: County, keyring: Keyring, run: Run, patient: Patient
) -> None:
    typed = command(patient, stable(date(2026, 11, 18), insight=2))
    record_visit(session, Vault(session, keyring), county.actor("doctor"), typed, TODAY, NOW)
    assert due_on(session, patient) == date(2026, 12, 2)
    run([visit(day=date(2026, 10, 12), insight=2, **{"class": "2 基本稳定", "next": date(2026, 10, 26)})])
    assert (patient.last_visit_on, patient.visit_class) == (date(2026, 11, 18), 2)
    assert patient.risk_assessed_on == date(2026, 11, 18)
    assert due_on(session, patient) == date(2026, 12, 2)
    levels = session.scalars(select(RiskLevel).where(RiskLevel.patient_id == patient.id)).all()
    assert sorted(one.assessed_on for one in levels) == [date(2026, 10, 12), date(2026, 11, 18)]


def test_what_is_missing_is_computed_by_our_rules(session: Session, run: Run, patient: Patient) -> None:
    run([visit(level=3, **{"class": None, "next": None})])
    stored = visits_of(session, patient)[0]
    assert (stored.visit_class, stored.next_due_on) == (1, date(2026, 8, 17))
    assert stored.class_because[0]["code"] == "visit.class.risk" and stored.national_says is None


def test_a_better_class_and_a_later_day_than_ours_stay_beside_ours_with_their_because(
    session: Session, run: Run, patient: Patient
) -> None:
    result = run([visit(insight="2 自知力不全", next=date(2026, 11, 3))])
    stored = visits_of(session, patient)[0]
    assert (stored.visit_class, stored.next_due_on) == (2, date(2026, 8, 17))
    assert stored.national_says == {"visit_class": 3, "next_due_on": "2026-11-03"}
    assert "visit.national.class_better" in {why["code"] for why in stored.class_because}
    assert "visit.national.due_later" in {why["code"] for why in stored.due_because}
    assert result.results[0].proposals[0].code == "roster.visits.differs_rules"


def test_a_worse_class_and_an_earlier_day_are_the_doctors_to_choose(
    session: Session, run: Run, patient: Patient
) -> None:
    run([visit(next=date(2026, 8, 10), **{"class": "2"})])
    stored = visits_of(session, patient)[0]
    assert (stored.computed_class, stored.visit_class, stored.next_due_on) == (3, 2, date(2026, 8, 10))
    assert stored.national_says is None
    assert "visit.national.class_worse" in {why["code"] for why in stored.class_because}
    assert stored.due_because[0]["code"] == "visit.national.due_earlier"


def test_each_visit_of_a_patient_is_judged_by_the_one_before_it_in_whatever_order_they_stand(
    session: Session, run: Run, patient: Patient
) -> None:
    second = visit(day=date(2026, 8, 17), insight=2, **{"class": 2, "next": None})
    first = visit(day=date(2026, 8, 3), insight=2, **{"class": 2, "next": None})
    run([second, first])
    stored = visits_of(session, patient)
    assert [one.next_due_on for one in stored] == [date(2026, 8, 17), date(2026, 9, 17)]
    assert due_on(session, patient) == date(2026, 9, 17)


def test_patients_are_known_by_their_record_number_too(
    session: Session, county: County, keyring: Keyring, run: Run
) -> None:
    patient = known(session, county, keyring, 2)
    patient.record_number = "204-00011"
    session.flush()
    whole = visit(2, id=None, birth=None, record="34992110020400011", day=date(2026, 5, 4), next=date(2026, 8, 4))
    result = run([visit(2, id=None, birth=None, record="204-00011"), whole])
    assert result.count(Outcome.CREATED) == 2 and len(visits_of(session, patient)) == 2


def test_name_and_birth_date_alone_wait_for_a_persons_word(
    session: Session, county: County, keyring: Keyring, run: Run, patient: Patient
) -> None:
    rows = [visit(id="3499**********5678"), visit(day=date(2026, 5, 4), next=date(2026, 8, 4))]
    asked = run(rows, Mode.GOOD_ROWS)
    assert codes(asked) == ["roster.visits.to_confirm"] and asked.count(Outcome.CREATED) == 1
    assert [(one.row, one.patient) for one in asked.namesakes] == [(4, patient.public_id)]
    done = run(rows, Mode.GOOD_ROWS, same=[asked.namesakes[0].mark])
    assert done.errors == () and len(visits_of(session, patient)) == 2


def test_the_command_may_take_every_namesake_at_its_word(session: Session, run: Run, patient: Patient) -> None:
    assert run([visit(id=None)], same=[EVERYBODY]).count(Outcome.CREATED) == 1
    assert len(visits_of(session, patient)) == 1


def test_who_has_another_number_here_is_somebody_else(session: Session, run: Run, patient: Patient) -> None:
    result = run([visit(id=id_number("19700301", 777))], Mode.GOOD_ROWS)
    assert codes(result) == ["roster.visits.unknown"] and result.namesakes == ()
    patient.record_number = "204-00011"
    session.flush()
    result = run([visit(id=id_number("19700301", 777), record="204-00011")], Mode.GOOD_ROWS)
    assert codes(result) == ["roster.visits.unknown"], "the record number is another county's, or mistyped"


def test_unknown_and_foreign_patients_are_told_alike(
    session: Session, county: County, keyring: Keyring, run: Run
) -> None:
    known(session, county, keyring, 3, area_code=OTHER_VILLAGE)
    result = run([visit(3), visit(4)], Mode.GOOD_ROWS, user="health_lead")
    assert codes(result) == ["roster.visits.unknown"] * 2 and result.stored == 0
    assert run([visit(3)]).count(Outcome.CREATED) == 1


def test_a_number_with_another_name_is_never_taken(session: Session, run: Run, patient: Patient) -> None:
    assert codes(run([visit(name="王冒名")], Mode.GOOD_ROWS)) == ["roster.visits.other_name"]
    assert visits_of(session, patient) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"day": "2026年13月1日"}, "roster.date.impossible"),
        ({"day": date(2026, 12, 1)}, "roster.date.future"),
        ({"level": "9级"}, "roster.level.unknown"),
        ({"level": None, "class": None}, "roster.visits.no_level"),
        ({"next": date(2026, 8, 3)}, "roster.visit.next_before"),
        ({"id": None, "birth": None}, "roster.visits.nobody"),
    ],
)
def test_a_row_that_is_left_out_says_why(
    session: Session, run: Run, patient: Patient, changes: dict[str, Any], why: str
) -> None:
    whole = visit(day=date(2026, 5, 4), next=date(2026, 8, 4))
    result = run([visit(**changes), whole], Mode.GOOD_ROWS)
    assert codes(result) == [why] and result.errors[0].row == 4
    assert [one.visited_on for one in visits_of(session, patient)] == [date(2026, 5, 4)]


def test_all_or_nothing_stores_nothing_when_a_row_is_wrong(session: Session, run: Run, patient: Patient) -> None:
    result = run([visit(), visit(day="昨天")])
    assert not result.is_stored and result.bad_rows == 1 and visits_of(session, patient) == []


def test_two_rows_of_one_patient_and_day_are_one_visit(session: Session, run: Run, patient: Patient) -> None:
    result = run([visit(), visit(form=3)], Mode.GOOD_ROWS)
    assert codes(result) == ["roster.visits.twice"] and len(visits_of(session, patient)) == 1


def test_a_death_is_left_to_a_person(session: Session, run: Run, patient: Patient) -> None:
    row = visit() | {"died": date(2026, 8, 2), "cause": 1}
    content = exported([row], {**ODD_HEADERS, "died": "死亡日期", "cause": "死亡原因"})
    assert codes(run(content, Mode.GOOD_ROWS)) == ["roster.visits.death"]
    assert session.get_one(Person, patient.person_id).died_on is None


def test_a_lost_patients_row_asks_a_person_and_moves_no_day(session: Session, run: Run, patient: Patient) -> None:
    before = due_on(session, patient)
    row = visit(day=date(2026, 11, 18), next=None, **{"class": None}) | {"lost": "1 外出务工"}
    content = exported([row], {**ODD_HEADERS, "lost": "若失访，原因"})
    assert run(content).count(Outcome.CREATED) == 1
    stored = visits_of(session, patient)[0]
    assert (stored.lost_reason, stored.visit_class, stored.risk_level, stored.is_complete) == (1, None, None, False)
    kinds = set(session.scalars(select(Task.kind).where(Task.patient_id == patient.id, Task.state == TaskState.OPEN)))
    assert TaskKind.CONFIRM_LOST in kinds and due_on(session, patient) == before


def test_an_office_workbook_with_odd_headings_serials_and_wide_digits_reads_the_same(
    session: Session, run: Run, patient: Patient
) -> None:
    row = visit(
        day=46237,  # Excel's number of 2026-08-03
        next="２０２６．１１．３",
        level="０",
        form="家访",
        objects="本人、家属",
        symptoms="无",
        insight="完全",
        adherence="规律服药",
        id="'" + visit()["id"],
    )
    title = (("安和县2026年三季度随访情况表", *[None] * 8), (), ("填报单位：城关镇卫生院", None, "填报日期：2026.11.1"))
    result = run(exported([row], ODD_HEADERS, title=title))
    assert result.errors == () and result.count(Outcome.CREATED) == 1
    stored = visits_of(session, patient)[0]
    assert (stored.visited_on, stored.form, stored.objects, stored.insight) == (date(2026, 8, 3), 2, 3, 1)
    assert (stored.symptoms, stored.adherence, stored.next_due_on) == (int(Symptom.NONE), 1, date(2026, 11, 3))


def test_medicines_in_columns_of_their_own(session: Session, run: Run, patient: Patient) -> None:
    row = visit(medicines=None) | {"d1": "棕榈酸帕利哌酮", "w": 4, "mg": "100mg", "d2": "氯氮平", "m": 25, "n": "50.0"}
    headers = {
        **ODD_HEADERS,
        "d1": "药物1名称",
        "w": "药物1间隔周数",
        "mg": "药物1每次剂量",
        "d2": "药物2名称",
        "m": "药物2早(mg)",
        "n": "药物2晚(mg)",
    }
    run(exported([row], headers))
    lines = session.scalars(select(VisitMedicine).order_by(VisitMedicine.line)).all()
    assert [(one.name, one.morning_mg, one.night_mg, one.every_weeks, one.long_acting_mg) for one in lines] == [
        ("棕榈酸帕利哌酮", None, None, 4, "100"),
        ("氯氮平", "25", "50", None, None),
    ]


def test_what_cannot_be_read_of_an_answer_is_left_open_with_a_warning(
    session: Session, run: Run, patient: Patient
) -> None:
    result = run([visit(sleep="凑合", symptoms="3 猜疑；1 幻觉")])
    assert [one.why.code for one in result.warnings if one.field == "sleep"] == ["roster.visits.answer"]
    stored = visits_of(session, patient)[0]
    assert stored.sleep is None and stored.symptoms == int(Symptom.HALLUCINATION | Symptom.SUSPICION)
    assert stored.visit_class == 2


@pytest.mark.parametrize("role", ["doctor", "village_doctor", "clerk", "coordinator"])
def test_only_those_who_lead_take_visits_over(run: Run, role: str) -> None:
    with pytest.raises(Forbidden):
        run([visit()], user=role)


def test_what_an_import_did_is_kept_and_noted(session: Session, run: Run, patient: Patient) -> None:
    result = run([visit(), visit(9)], Mode.GOOD_ROWS)
    kept = session.scalars(select(RosterImport)).one()
    assert (kept.kind, kept.public_id) == ("visits", result.public_id)
    assert {name: kept.counts[name] for name in ("rows", "created", "matched", "errors")} == {
        "rows": 2,
        "created": 1,
        "matched": 0,
        "errors": 1,
    }
    rows = session.scalars(select(ImportRow).order_by(ImportRow.row_number)).all()
    assert [(row.outcome, bool(row.visit)) for row in rows] == [("created", True), ("refused", False)]
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"visits.taken_over", "roster.visits_imported"} <= actions


def test_a_lost_patient_who_was_visited_there_is_found_again_and_due_by_that_visit(
    session: Session, county: County, run: Run, patient: Patient
) -> None:
    lead, since = county.actor("health_lead"), date(2026, 7, 1)
    lost = ManagementStatus.LOST.value
    change_state(session, lead, patient, SpanKind.MANAGEMENT, lost, since, reason("visit.lost.confirmed"), NOW)
    run([visit()])
    assert patient.management_status is ManagementStatus.MANAGED
    assert patient.next_due_on == due_on(session, patient) == date(2026, 11, 3)
