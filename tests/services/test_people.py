"""One row a human being: sealed fields, blind indexes, history of numbers, accounts that are never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.access import Field
from app.core.bank_account import AccountKind
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind, Sex
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import DatePrecision, PayeeAccount, Person, Phone
from app.people.queries import find_account, find_main_phone, get_person
from app.people.service import (
    change_identity,
    create_people,
    create_person,
    find_by_id_number,
    find_ids_by_id_numbers,
    open_id_number,
    record_death,
    reveal,
    set_account,
    set_phone,
)
from tests.rig.county import County
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, id_number, keyring, person, registered, vault

REASON = "people.reveal.verify"


def test_a_number_is_sealed_and_found_by_its_index_alone(session: Session, county: County) -> None:
    stored = create_person(session, vault(session), person(), NOW)
    assert id_number().encode() not in (stored.id_number_sealed or b"")
    found = find_by_id_number(session, keyring(), id_number().lower())
    assert found is not None and found.id == stored.id
    assert open_id_number(vault(session), stored) == id_number()


def test_many_people_are_stored_in_order_and_found_by_their_numbers(session: Session) -> None:
    drafts = [person(f"王{chr(0x4E00 + sequence)}", sequence) for sequence in range(1, 40)]
    people = create_people(session, vault(session), drafts, NOW)
    assert [one.name for one in people] == [draft.name for draft in drafts]
    numbers = [id_number(sequence=sequence) for sequence in (3, 5, 999)]
    assert find_ids_by_id_numbers(session, keyring(), numbers) == {
        numbers[0]: people[2].id,
        numbers[1]: people[4].id,
    }


def test_a_citizen_number_completes_sex_and_birth_date() -> None:
    draft, _warnings = replace(person(sequence=2), born_on=None, sex=Sex.UNKNOWN).checked(TODAY)
    assert (draft.sex, draft.born_on) == (Sex.FEMALE, date(1980, 5, 1))


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PersonDraft(name=""), "name"),
        (PersonDraft(name="王", id_kind=IdKind.RESIDENT_CARD, id_number="110105194912310021"), "id_number"),
        (PersonDraft(name="王", id_kind=IdKind.RESIDENT_CARD), "id_number"),
        (PersonDraft(name="王", sex=Sex.FEMALE, id_kind=IdKind.RESIDENT_CARD, id_number=id_number()), "id_number"),
        (PersonDraft(name="王", id_number="E1234567"), "id_number"),
        (PersonDraft(name="王", phone="12345"), "phone"),
        (PersonDraft(name="王", born_on=date(2030, 1, 1)), "born_on"),
    ],
)
def test_an_unacceptable_person_is_refused_at_the_field(draft: PersonDraft, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft.checked(TODAY)
    assert list(refused.value.errors) == [field]


def test_edge_18_a_corrected_number_keeps_the_old_one_findable(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    stored = session.get_one(Person, patient.person_id)
    corrected = person(sequence=7)
    assert change_identity(session, vault(session), county.actor("doctor"), stored, corrected, NOW)
    assert open_id_number(vault(session), stored) == corrected.id_number
    from app.patients.queries import search_patients

    doctor = county.actor("doctor")
    for number in (id_number(), corrected.id_number or ""):
        assert [row.public_id for row in search_patients(session, doctor, keyring(), number)] == [patient.public_id]


def test_somebody_elses_number_is_refused(session: Session, county: County) -> None:
    create_person(session, vault(session), person("甲", 1), NOW)
    other = create_person(session, vault(session), person("乙", 3), NOW)
    with pytest.raises(Invalid):
        change_identity(session, vault(session), county.actor("doctor"), other, person("乙", 1), NOW)


def test_a_new_telephone_becomes_the_main_one(session: Session) -> None:
    stored = create_person(session, vault(session), person(), NOW)
    assert set_phone(session, vault(session), stored, "+86 139-1234-5678")
    assert find_main_phone(session, vault(session), stored.id) == "13912345678"
    assert not set_phone(session, vault(session), stored, "13912345678")
    assert set_phone(session, vault(session), stored, "13800000001")
    numbers = session.scalars(select(Phone.is_main).where(Phone.person_id == stored.id)).all()
    assert sorted(numbers) == [False, True]


def test_a_new_account_ends_the_last_from_its_day(session: Session, county: County) -> None:
    stored = create_person(session, vault(session), person(), NOW)
    clerk = county.actor("clerk")
    first = AccountDraft(AccountKind.CARD, "6200 0000 0000 0005", date(2026, 1, 1), "农业银行")
    set_account(session, vault(session), stored, first, clerk, NOW)
    same = set_account(session, vault(session), stored, replace(first, from_on=date(2026, 2, 1)), clerk, NOW)
    assert same.from_on == date(2026, 1, 1)
    second = AccountDraft(AccountKind.PASSBOOK, "629999000000000001", date(2026, 6, 1))
    set_account(session, vault(session), stored, second, clerk, NOW)
    kinds = {day: find_account(session, stored.id, day) for day in (date(2026, 5, 31), date(2026, 6, 1))}
    assert [found and found.kind for found in kinds.values()] == [AccountKind.CARD, AccountKind.PASSBOOK]
    with pytest.raises(Conflict):
        set_account(session, vault(session), stored, replace(first, from_on=date(2026, 5, 1)), clerk, NOW)
    assert len(session.scalars(select(PayeeAccount)).all()) == 2


@pytest.mark.parametrize(("number", "holder"), [("6200000000000006", "单晓明"), ("6200000000000005", "别人")])
def test_an_account_must_pass_its_check_and_be_the_payees_own(
    session: Session, county: County, number: str, holder: str
) -> None:
    stored = create_person(session, vault(session), person(), NOW)
    draft = AccountDraft(AccountKind.CARD, number, SINCE, holder_name=holder)
    with pytest.raises(Invalid):
        set_account(session, vault(session), stored, draft, county.actor("clerk"), NOW)


def test_edge_12_a_death_known_by_month_is_the_months_last_day(session: Session, county: County) -> None:
    stored = create_person(session, vault(session), person(), NOW)
    record_death(session, county.actor("doctor"), stored, date(2026, 2, 3), DatePrecision.MONTH, 1, NOW)
    assert (stored.died_on, stored.died_on_precision) == (date(2026, 2, 28), DatePrecision.MONTH)
    with pytest.raises(Conflict):
        record_death(session, county.actor("doctor"), stored, date(2026, 3, 1), DatePrecision.DAY, 1, NOW)


def test_looking_behind_a_mask_is_noted_with_its_reason_and_without_the_value(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    stored = session.get_one(Person, patient.person_id)
    doctor = county.actor("doctor")
    assert reveal(session, vault(session), doctor, Field.PATIENT_ID_NUMBER, stored, REASON, NOW) == id_number()
    session.flush()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.revealed")).one()
    assert event.detail["reason"] == REASON and id_number() not in str(event.detail)


def test_a_role_reveals_only_what_the_table_masks_for_it(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    stored = session.get_one(Person, patient.person_id)
    with pytest.raises(Forbidden):
        reveal(session, vault(session), county.actor("clerk"), Field.PATIENT_ID_NUMBER, stored, REASON, NOW)
    with pytest.raises(Invalid):
        reveal(session, vault(session), county.actor("doctor"), Field.PATIENT_ID_NUMBER, stored, "why", NOW)


def test_a_patient_cannot_be_asked_about_as_if_they_were_a_guardian(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    guardianship = first_guardian(session, doctor, patient)
    patients_person = session.get_one(Person, patient.person_id)
    guardian = session.get_one(Person, guardianship.person_id)
    assert get_person(session, clerk, guardian.public_id, Field.GUARDIAN_ID_NUMBER).id == guardian.id
    with pytest.raises(NotFound):
        get_person(session, clerk, patients_person.public_id, Field.GUARDIAN_ID_NUMBER)
    with pytest.raises(NotFound):
        get_person(session, county.actor("other_doctor"), patients_person.public_id, Field.PATIENT_ID_NUMBER)


def test_what_is_done_to_a_person_is_noted_where_the_patient_lives(session: Session, county: County) -> None:
    """Of a guardian too: else the auditor of the place would never read it."""
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    guardian = session.get_one(Person, first_guardian(session, doctor, patient).person_id)
    change_identity(session, vault(session), doctor, guardian, person("赵桂芝", 502), NOW)
    record_death(session, doctor, session.get_one(Person, patient.person_id), TODAY, DatePrecision.DAY, 1, NOW)
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("people."))).all()
    assert {event.action for event in events} == {"people.identity_changed", "people.death_recorded"}
    assert {event.area_code for event in events} == {patient.area_code}


def test_an_act_upon_somebody_no_register_names_is_noted_without_a_place(session: Session, county: County) -> None:
    stranger = create_person(session, vault(session), person(), NOW)
    record_death(session, county.actor("doctor"), stranger, TODAY, DatePrecision.DAY, 1, NOW)
    assert session.scalars(select(AuditEvent.area_code)).all() == [""]
