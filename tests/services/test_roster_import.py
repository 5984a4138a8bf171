"""A roster becomes the register: all or nothing, nothing twice, nothing that stands overwritten."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.areas.service import import_areas
from app.audit.models import AuditEvent
from app.core.errors import Forbidden
from app.core.keys import current_keyring
from app.core.workbooks.workbook import open_workbook
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Consent, Diagnosis, Patient
from app.patients.rules import ManagementStatus
from app.people.models import NameKey, PayeeAccount, Person, Phone
from app.people.queries import find_by_id_number, find_main_phone
from app.people.service import open_id_number
from app.people.vault import Vault
from app.risk.models import RiskLevel
from app.roster.commands import ImportResult, Mode, Outcome
from app.roster.models import ImportRow, RosterImport
from app.roster.queries import area_index
from app.roster.rules.rows import RosterReading, read_roster
from app.roster.service import import_roster
from app.subsidies.models import SubsidyLine
from app.tasks.models import Task
from app.visits.models import FollowUpVisit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.rosters import DATA, card_number, flat, people, person, workbook

MESSY = (DATA / "roster_anhe_2026.xlsx").read_bytes()
CLEAN = (DATA / "roster_anhe_2026_clean.xlsx").read_bytes()

Run = Callable[..., ImportResult]


@pytest.fixture
def run(county: County, session: Session) -> Run:
    """Import a workbook as the county office (or another user)."""

    def imported(
        content: bytes, mode: Mode = Mode.ALL, user: str = "county_office", today: date = TODAY
    ) -> ImportResult:
        actor = county.actor(user)
        reading = reading_of(session, county, content, user)
        vault = Vault(session, current_keyring())
        return import_roster(session, vault, actor, reading, hashlib.sha256(content).hexdigest(), mode, today, NOW)

    return imported


@pytest.fixture
def whole_county(county: County, session: Session) -> None:
    """All towns and villages of the sample's county."""
    import_areas(session, (DATA / "areas_anhe.csv").read_bytes())


def reading_of(session: Session, county: County, content: bytes, user: str = "county_office") -> RosterReading:
    return read_roster(open_workbook(content, "roster.xlsx"), area_index(session, county.actor(user)), TODAY)


def book(rows: list[dict[str, Any]], extra: dict[str, str] | None = None) -> bytes:
    return workbook({"花名册": flat(rows, extra)})


def counted(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def everything(session: Session) -> dict[str, int]:
    models = (
        Person,
        Patient,
        Guardianship,
        Agreement,
        PayeeAccount,
        Phone,
        Diagnosis,
        Consent,
        RiskLevel,
        NameKey,
        Task,
        FollowUpVisit,
        SubsidyLine,
    )
    return {model.__tablename__: counted(session, model) for model in models}


def the_patient(session: Session) -> Patient:
    return session.scalars(select(Patient)).one()


@pytest.mark.usefixtures("whole_county")
def test_the_clean_roster_is_stored_whole_and_a_second_time_changes_nothing(session: Session, run: Run) -> None:
    first = run(CLEAN)
    assert (first.rows, first.stored, first.has_errors) == (420, 420, False)
    before = everything(session)
    assert (before["patients"], before["agreements"], before["guardianships"]) == (420, 126, 840)
    second = run(CLEAN)
    assert (second.stored, second.count(Outcome("unchanged"))) == (0, 420)
    assert everything(session) == before
    assert counted(session, RosterImport) == 1


@pytest.mark.usefixtures("whole_county")
def test_the_messy_roster_stores_nothing_by_default_and_its_399_good_rows_when_asked(
    session: Session, run: Run
) -> None:
    dry = run(MESSY, Mode.DRY_RUN)
    assert (dry.is_stored, dry.bad_rows, dry.stored) == (False, 21, 0)
    refused = run(MESSY)
    assert (refused.is_stored, refused.bad_rows) == (False, 21)
    assert everything(session)["patients"] == 0
    partly = run(MESSY, Mode.GOOD_ROWS)
    assert (partly.stored, partly.bad_rows) == (399, 21)
    assert everything(session)["patients"] == 399
    outcomes = Counter(session.scalars(select(ImportRow.outcome)))
    assert outcomes == {"created": 399, "refused": 21}


@pytest.mark.usefixtures("whole_county")
def test_after_the_messy_roster_the_clean_one_adds_only_the_rest_and_says_no_difference(
    session: Session, run: Run
) -> None:
    run(MESSY, Mode.GOOD_ROWS)
    then = run(CLEAN)
    assert (then.count(Outcome("created")), then.bad_rows) == (21, 0)
    assert [row.proposals for row in then.results if row.proposals] == []
    assert everything(session)["patients"] == 420


def test_a_row_becomes_a_person_a_registration_guardians_agreement_account_and_level(
    session: Session, run: Run
) -> None:
    row = person(1)
    assert run(book([row])).stored == 1
    vault, keyring = Vault(session, current_keyring()), current_keyring()
    patient = the_patient(session)
    who = session.get_one(Person, patient.person_id)
    assert (who.name, who.sex, who.born_on) == (row["name"], 1, date(1970, 3, 1))
    assert open_id_number(vault, who) == row["id"]
    assert (patient.area_code, patient.management_status, patient.is_opening) == (
        "349921100200",
        ManagementStatus.MANAGED,
        True,
    )
    assert (patient.registered_on, patient.managed_from) == (date(2020, 1, 2), date(2020, 1, 2))
    assert (patient.risk_level, patient.risk_assessed_on) == (2, TODAY)
    held = {one.rank: one for one in session.scalars(select(Guardianship))}
    guardian = find_by_id_number(session, keyring, row["g1_id"])
    assert guardian is not None
    assert held[Rank.FIRST].person_id == guardian.id
    assert find_main_phone(session, vault, guardian.id) == row["g1_phone"]
    assert session.get_one(Person, held[Rank.SECOND].person_id).name == row["g2"]
    assert held[Rank.SECOND].post == "村委会主任"
    agreement = session.scalars(select(Agreement)).one()
    assert (agreement.number, agreement.guardianship_id, agreement.second_guardianship_id) == (
        row["number"], held[Rank.FIRST].id, held[Rank.SECOND].id,
    )  # fmt: skip
    account = session.scalars(select(PayeeAccount)).one()
    assert (account.person_id, account.is_opening) == (guardian.id, True)
    assert vault.open(guardian.id, "payee_accounts.number", account.number_sealed) == row["account"]
    assert session.scalar(select(func.count()).select_from(NameKey).where(NameKey.person_id == guardian.id))


def test_identity_telephone_and_account_are_nowhere_in_plain(session: Session, run: Run) -> None:
    row = person(1)
    run(book([row]))
    for model in (Person, Phone, PayeeAccount, ImportRow, RosterImport, AuditEvent):
        stored = repr(
            [[getattr(one, column.key) for column in model.__table__.columns] for one in session.scalars(select(model))]
        )
        assert not any(secret in stored for secret in (row["id"], row["g1_id"], row["phone"], row["account"]))


def test_only_the_county_office_imports(session: Session, county: County, run: Run) -> None:
    with pytest.raises(Forbidden):
        run(book(people(1)), user="doctor")


def test_patients_without_a_last_visit_are_spread_over_fourteen_days(session: Session, run: Run) -> None:
    run(book(people(28)))
    due = Counter(session.scalars(select(Task.due_on)))
    assert due == {TODAY + timedelta(days=day): 2 for day in range(1, 15)}
    assert set(session.scalars(select(Patient.next_due_on))) == set(due)


def test_first_visits_of_an_import_come_by_level_the_highest_first_whatever_the_rosters_order(
    session: Session, run: Run
) -> None:
    run(book([person(number) | {"level": number % 6} for number in range(1, 29)]))
    found = session.execute(select(Patient.risk_level, Patient.next_due_on)).all()
    levels = [level or 0 for level, _day in sorted(found, key=lambda one: (one.next_due_on, -(one.risk_level or 0)))]
    assert levels == sorted(levels, reverse=True) and levels[0] == 5 and levels[-1] == 0
    assert {day for _level, day in found} == {TODAY + timedelta(days=day) for day in range(1, 15)}


VISIT = {"v": "末次随访日期", "f": "随访方式", "c": "随访分类", "l": "上次随访危险性评估", "n": "下次随访日期"}


def test_a_last_visit_is_opening_data_and_sets_the_next_one(session: Session, run: Run) -> None:
    run(book([person(1, v="2026-10-20", f="家访", c="稳定", l="0", n="2026-12-20")], VISIT))
    visit, patient = session.scalars(select(FollowUpVisit)).one(), the_patient(session)
    assert (visit.is_opening, visit.form, visit.visit_class, visit.next_due_on) == (True, 2, 3, date(2026, 12, 20))
    assert (patient.last_visit_on, patient.next_due_on) == (date(2026, 10, 20), date(2026, 12, 20))
    assert patient.risk_level == 2  # the roster's own level is newer than the visit's
    task = session.scalars(select(Task)).one()
    assert task.due_on == date(2026, 12, 20)


def test_a_visit_without_class_or_form_is_taken_with_what_it_says(session: Session, run: Run) -> None:
    run(book([person(1, v="2026-10-20", level=4)], {"v": "末次随访日期"}))
    visit = session.scalars(select(FollowUpVisit)).one()
    assert (visit.visit_class, visit.next_due_on) == (1, date(2026, 11, 3))
    assert the_patient(session).last_seen_on is None


def test_payments_already_made_guard_against_a_second_payment(session: Session, run: Run) -> None:
    content = book([person(1, p="2026年1、2季度", a=1500)], {"p": "发放期间", "a": "发放金额"})
    run(content)
    lines = session.scalars(select(SubsidyLine).order_by(SubsidyLine.period)).all()
    assert [(one.period, one.amount_fen, one.is_live) for one in lines] == [
        ("2026Q1", 75000, True),
        ("2026Q2", 75000, True),
    ]
    run(content)
    more = book([person(1, p="2026年1、2、3季度", a=2250)], {"p": "发放期间", "a": "发放金额"})
    assert run(more).count(Outcome("filled")) == 1
    assert counted(session, SubsidyLine) == 3


def test_a_payment_can_have_gone_to_the_second_guardian(session: Session, run: Run) -> None:
    columns = {"p": "发放期间", "a": "发放金额", "w": "领取人"}
    run(book([person(1, p="一季度", a=100, w=person(1)["g2"])], columns))
    line = session.scalars(select(SubsidyLine)).one()
    held = {one.rank: one.person_id for one in session.scalars(select(Guardianship))}
    assert (line.rank, line.payee_person_id) == (Rank.SECOND, held[Rank.SECOND])


def test_a_second_guardian_is_one_person_by_name_telephone_and_post(session: Session, run: Run) -> None:
    same = {"g2": "赵主任", "g2_phone": "13700000009", "post": "村委会主任"}
    run(book([person(1, **same), person(2, **same), person(3, **same | {"post": "派出所民警"})]))
    seconds = session.scalars(select(Guardianship.person_id).where(Guardianship.rank == Rank.SECOND)).all()
    assert len(set(seconds)) == 2
    run(book([person(4, **same)]))
    again = session.scalars(select(Guardianship.person_id).where(Guardianship.rank == Rank.SECOND)).all()
    assert set(again) == set(seconds)


def test_edge_04_a_guardian_of_two_patients_is_one_person_with_one_account(session: Session, run: Run) -> None:
    same = {key: person(1)[key] for key in ("g1", "g1_id", "g1_phone", "account")}
    run(book([person(1), person(2, **same)]))
    assert len(set(session.scalars(select(Guardianship.person_id).where(Guardianship.rank == Rank.FIRST)))) == 1
    assert counted(session, PayeeAccount) == 1


def test_what_is_empty_is_filled_and_nothing_else_is_touched(session: Session, run: Run) -> None:
    bare = dict.fromkeys(
        (
            "g1",
            "relation",
            "g1_id",
            "g1_phone",
            "bank",
            "account",
            "g2",
            "post",
            "g2_phone",
            "number",
            "from",
            "to",
            "consent",
            "phone",
        )
    )
    run(book([person(1) | bare], {"phone": "联系电话"}))
    assert counted(session, Guardianship) == 0
    filled = run(book([person(1)], {"phone": "联系电话", "address": "住址"}))
    assert filled.count(Outcome("filled")) == 1
    patient = the_patient(session)
    vault = Vault(session, current_keyring())
    assert find_main_phone(session, vault, patient.person_id) == person(1)["phone"]
    assert vault.open(patient.person_id, "patients.address", patient.address_sealed) == "1号"
    assert patient.management_status is ManagementStatus.MANAGED
    assert (counted(session, Guardianship), counted(session, Agreement), counted(session, PayeeAccount)) == (2, 1, 1)
    before = everything(session)
    assert run(book([person(1)], {"phone": "联系电话", "address": "住址"})).count(Outcome("unchanged")) == 1
    assert everything(session) == before


def test_differences_are_proposed_never_made(session: Session, run: Run) -> None:
    run(book([person(1)]))
    before = everything(session)
    other = person(
        1,
        level=4,
        village="大王村",
        diagnosis="双相情感障碍",
        icd="F31",
        account=card_number(77),
        number="X-1",
        g2="钱七",
    )
    result = run(book([other]))
    assert result.count(Outcome("unchanged")) == 1
    assert {why.code.removeprefix("roster.differs.") for why in result.results[0].proposals} == {
        "place", "diagnosis", "level", "second", "account", "agreement_overlaps",
    }  # fmt: skip
    assert everything(session) == before
    assert the_patient(session).risk_level == 2


def test_another_first_guardian_is_proposed(session: Session, run: Run) -> None:
    run(book([person(1)]))
    result = run(book([person(1, g1=person(2)["g1"], g1_id=person(2)["g1_id"])]))
    assert [why.code for why in result.results[0].proposals] == ["roster.differs.first"]
    assert counted(session, Guardianship) == 2


def codes_of(result: ImportResult) -> list[tuple[str, str]]:
    return [(one.column, one.why.code) for one in result.errors]


def test_the_register_speaks_against_rows_too(session: Session, run: Run) -> None:
    run(book([person(1), person(2)]))
    assert codes_of(run(book([person(1, name="钱七")]))) == [("患者姓名", "roster.patient.other_name")]
    assert codes_of(run(book([person(3, g1="钱七", g1_id=person(1)["g1_id"], account=None)]))) == [
        ("监护人1姓名", "roster.first.other_name_stored")
    ]
    assert codes_of(run(book([person(3, g1=person(2)["name"], g1_id=person(2)["id"])]))) == [
        ("监护人1身份证号", "roster.first.is_registered")
    ]
    assert codes_of(run(book([person(3, number="AHJH-2026-0001")]))) == [("协议编号", "roster.agreement.taken")]
    guardian = person(3, id=person(1)["g1_id"], name=person(1)["g1"], sex="女", birth=date(1972, 5, 12))
    assert codes_of(run(book([guardian]))) == [("身份证号", "roster.patient.is_guardian")]
    assert counted(session, Patient) == 2


def test_somebody_registered_elsewhere_is_not_registered_again(session: Session, county: County, run: Run) -> None:
    run(book([person(1)]))
    other = county.actor("county_office").__class__(
        user_id=county.users["county_office"], role=county.actor("county_office").role, area_prefix="349921101"
    )
    reading = read_roster(open_workbook(book([person(1, town="安平镇")]), "a.xlsx"), area_index(session, other), TODAY)
    vault = Vault(session, current_keyring())
    result = import_roster(session, vault, other, reading, "x", Mode.ALL, TODAY, NOW)
    assert codes_of(result) == [("身份证号", "roster.patient.elsewhere")]


def test_places_outside_the_users_area_are_not_found(session: Session, county: County, run: Run) -> None:
    index = area_index(session, county.actor("doctor"))
    reading = read_roster(open_workbook(book([person(1, town="安平镇")]), "a.xlsx"), index, TODAY)
    assert [one.why.code for one in reading.errors] == ["roster.place.unknown_town"]


def test_one_wrong_row_stops_all_and_leaves_nothing(session: Session, run: Run) -> None:
    result = run(book([person(1), person(2, level=7)]))
    assert not result.is_stored
    assert everything(session)["people"] == 0
    assert counted(session, AuditEvent) == 0


def test_an_import_is_one_event_with_count_and_the_files_digest(session: Session, run: Run) -> None:
    content = book(people(3))
    result = run(content)
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.imported")).one()
    assert (noted.count, noted.subject_id) == (3, result.public_id)
    assert noted.detail["digest"] == hashlib.sha256(content).hexdigest()


def test_a_file_taken_over_before_is_left_alone_even_where_something_was_ended_since(
    session: Session, run: Run
) -> None:
    content = book([person(1)])
    run(content)
    for one in session.scalars(select(Guardianship)):
        one.to_on = TODAY
    session.flush()
    assert run(content).count(Outcome("unchanged")) == 1


def test_more_rows_do_not_mean_more_statements(session: Session, run: Run) -> None:
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    run(book(people(20)))
    few = len(statements)
    statements.clear()
    run(book([person(place) for place in range(21, 221)]))
    assert len(statements) - few <= 200  # one change of each patient, everything else in batches
