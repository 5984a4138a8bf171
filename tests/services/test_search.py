"""One box: characters, fragments, pinyin, initials, ends of numbers, telephones, guardians; never beyond area and role."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.patients.queries import search_patients
from app.people.models import Person
from app.people.service import change_identity
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.register import NOW, first_guardian, id_number, keyring, person, registered, vault

PEOPLE = {1: "单晓明", 3: "欧阳文静", 5: "阿依古丽·买买提", 7: "曾国栋", 9: "吕建国"}


@pytest.fixture
def people(session: Session, county: County) -> dict[int, str]:
    office = county.actor("county_office")
    made = {sequence: registered(session, office, name, sequence) for sequence, name in PEOPLE.items()}
    first_guardian(session, office, made[1])
    registered(session, office, "单大海", 11, OTHER_VILLAGE)
    return {sequence: patient.public_id for sequence, patient in made.items()}


def _found(session: Session, county: County, text: str, who: str = "doctor") -> list[str]:
    return [row.name for row in search_patients(session, county.actor(who), keyring(), text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("单晓明", "单晓明"),
        ("晓明", "单晓明"),
        ("晓", "单晓明"),
        ("shanxiaoming", "单晓明"),
        ("ShanXiao", "单晓明"),
        ("sxm", "单晓明"),
        ("sx", "单晓明"),
        ("ouyang", "欧阳文静"),
        ("阳文静", "欧阳文静"),
        ("zengguodong", "曾国栋"),
        ("zgd", "曾国栋"),
        ("买买提", "阿依古丽·买买提"),
        ("古丽买买", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("lvjianguo", "吕建国"),
        ("lü jianguo", "吕建国"),
        (id_number()[-4:], "单晓明"),
        (id_number()[-6:].lower(), "单晓明"),
        (id_number(sequence=3), "欧阳文静"),
        ("13800000007", "曾国栋"),
        ("138 0000 0007", "曾国栋"),
        ("赵桂兰", "单晓明"),
        ("zhaogl", None),
        ("zgl", "单晓明"),
        ("13800000502", "单晓明"),
    ],
)
def test_a_patient_is_found_by(session: Session, county: County, people: dict[int, str], text: str, name: str) -> None:
    assert _found(session, county, text) == ([name] if name else [])


def test_a_guardians_name_says_by_whom_the_patient_was_found(
    session: Session, county: County, people: dict[int, str]
) -> None:
    rows = search_patients(session, county.actor("doctor"), keyring(), "桂兰")
    assert [(row.name, row.found_by) for row in rows] == [("单晓明", "赵桂兰")]
    assert search_patients(session, county.actor("doctor"), keyring(), "晓明")[0].found_by is None


def test_nothing_is_found_beyond_the_actors_area(session: Session, county: County, people: dict[int, str]) -> None:
    assert _found(session, county, "单") == ["单晓明"]
    assert sorted(_found(session, county, "单", "county_office")) == ["单大海", "单晓明"]
    assert _found(session, county, id_number(sequence=11)) == []


def test_a_search_tells_no_more_than_a_page_would(session: Session, county: County, people: dict[int, str]) -> None:
    assert _found(session, county, "单晓明", "coordinator") == ["单晓明"]
    for number in (id_number(), id_number()[-4:], "13800000001", "13800000502"):
        assert _found(session, county, number, "coordinator") == []


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "'", "张%", "单晓明明", "\\", "a" * 500, "😀", "🙂晓"])
def test_odd_texts_find_nobody_and_break_nothing(
    session: Session, county: County, people: dict[int, str], text: str
) -> None:
    assert _found(session, county, text) == []


def test_a_renamed_person_is_found_by_the_new_name_alone(
    session: Session, county: County, people: dict[int, str]
) -> None:
    stored = search_patients(session, county.actor("doctor"), keyring(), "曾国栋")[0]
    from app.patients.models import Patient

    owner = session.get_one(Person, session.get_one(Patient, stored.id).person_id)
    change_identity(session, vault(session), county.actor("doctor"), owner, person("曾国梁", 7), NOW)
    assert _found(session, county, "曾国梁") == ["曾国梁"] and _found(session, county, "栋") == []


def test_a_search_is_at_most_two_queries(session: Session, county: County, people: dict[int, str]) -> None:
    session.flush()
    statements: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
    for text in ("晓明", "sxm", id_number()[-4:], "13800000007"):
        statements.clear()
        session.info.clear()
        assert _found(session, county, text)
        assert len(statements) <= 2
