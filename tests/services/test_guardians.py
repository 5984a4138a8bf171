"""Dual guardianship: ranks, who may be first, agreements that never overlap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.reasons import reason
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Agreement, Guardianship
from app.guardians.queries import get_guarded_patient, list_agreements, list_guardians
from app.guardians.rules import (
    AgreementState,
    Known,
    LegalBasis,
    Rank,
    Relation,
    latest_end,
    load_warnings,
    relation_warnings,
)
from app.guardians.service import (
    add_guardian,
    add_guardians,
    end_agreement,
    end_guardianship,
    find_warnings,
    sign_agreement,
    sign_agreements,
    suggest_number,
)
from app.patients.models import Patient
from app.patients.queries import search_patients
from app.patients.service import record_death
from app.people.commands import PersonDraft
from app.people.models import DatePrecision
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.county import County
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, keyring, person, registered, vault

ENDED = reason("guardians.end.unable")
YEAR = SignAgreement(SINCE, date(2027, 1, 4), signed_on=SINCE)


def _codes(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [why.code for reasons in refused.value.errors.values() for why in reasons]


# -- guardians ---------------------------------------------------------------------------------------------------------


def test_edge_05_a_registered_patient_is_nobodys_first_guardian(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    wife, husband = registered(session, doctor, "刘芳", 2), registered(session, doctor, "王伟", 3)
    with pytest.raises(Invalid) as refused:
        first_guardian(session, doctor, wife, person=person("王伟", 3))
    assert _codes(refused) == ["guardians.is_patient"]
    with pytest.raises(Invalid) as refused:
        add_guardian(
            session,
            vault(session),
            doctor,
            wife,
            AddGuardian(Rank.FIRST, Relation.SPOUSE, SINCE, person_id=wife.person_id),
            NOW,
        )
    assert _codes(refused) == ["guardians.is_self"]
    assert husband.registry_status


def test_edge_05_the_database_refuses_a_patient_as_first_guardian_too(database: Database, county: County) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session:
        wife, husband = registered(session, doctor, "刘芳", 2), registered(session, doctor, "王伟", 3)
    with (
        pytest.raises(IntegrityError, match="guard:guard_guardianships_not_patient"),
        database.transaction() as session,
    ):
        session.add(
            Guardianship(
                patient_id=wife.id,
                person_id=husband.person_id,
                rank=Rank.FIRST,
                relation=Relation.SPOUSE,
                legal_basis=LegalBasis.STATUTORY,
                from_on=SINCE,
                recorded_at=NOW,
            )
        )


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (person("小王", 5, born_on=date(2010, 1, 1)), "guardians.minor"),
        (PersonDraft(name="无证人"), "guardians.birth_unknown"),
    ],
)
def test_a_first_guardian_is_a_known_adult(session: Session, county: County, draft: PersonDraft, code: str) -> None:
    doctor = county.actor("doctor")
    with pytest.raises(Invalid) as refused:
        first_guardian(session, doctor, registered(session, doctor), person=draft)
    assert _codes(refused) == [code]


def test_a_rank_is_taken_once_and_a_replacement_ends_guardian_and_agreement_the_day_before(
    session: Session, county: County
) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    agreement = sign_agreement(session, county.actor("clerk"), patient, YEAR, NOW)
    son = person("单强", 9, born_on=date(2001, 3, 3))
    with pytest.raises(Conflict):
        first_guardian(session, doctor, patient, person=son, relation=Relation.SON)
    first_guardian(session, doctor, patient, person=son, relation=Relation.SON, from_on=date(2026, 6, 1), replaces=True)
    assert agreement.ended_on == date(2026, 5, 31)
    cards = list_guardians(session, doctor, vault(session), patient)
    assert [(card.name, card.to_on) for card in cards] == [("单强", None), ("赵桂兰", date(2026, 6, 1))]
    assert search_patients(session, doctor, keyring(), "赵桂兰") == []


def test_one_person_is_stored_once_however_many_they_guard(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patients = [registered(session, doctor, f"王{chr(0x4E00 + n)}", n) for n in range(1, 4)]
    officer = PersonDraft(name="万丽", phone="15597971147", post="社区网格员")
    second = AddGuardian(Rank.SECOND, Relation.OFFICER, SINCE, officer, legal_basis=LegalBasis.POST)
    kept = add_guardians(session, vault(session), doctor, [(patient, second) for patient in patients[:2]], NOW)
    kept.append(add_guardian(session, vault(session), doctor, patients[2], second, NOW))
    assert len({one.person_id for one in kept}) == 1
    for number, patient in enumerate(patients):
        guardianship = first_guardian(session, doctor, patient, relation=Relation.OTHER_RELATIVE)
        codes = [warning.code for warning in find_warnings(session, patient, guardianship)]
        assert codes == (["guardians.warn.many_patients"] if number == 2 else [])


def test_a_relation_that_does_not_fit_asks_to_look_again() -> None:
    patient = Known(1, date(1980, 1, 1))
    assert [w.code for w in relation_warnings(Relation.MOTHER, Known(1, date(1955, 1, 1)), patient)] == [
        "guardians.warn.sex"
    ]
    assert [w.code for w in relation_warnings(Relation.SON, Known(1, date(1955, 1, 1)), patient)] == [
        "guardians.warn.age"
    ]
    assert relation_warnings(Relation.MOTHER, Known(2, date(1955, 1, 1)), patient) == ()
    assert load_warnings(Rank.SECOND, 40) == () and load_warnings(Rank.FIRST, 1) == ()


# -- agreements --------------------------------------------------------------------------------------------------------


def test_an_agreement_needs_a_first_guardian_on_its_first_day(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    with pytest.raises(Invalid) as refused:
        sign_agreement(session, clerk, patient, YEAR, NOW)
    assert _codes(refused) == ["guardians.agreement.no_guardian"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (replace(YEAR, to_on=date(2027, 1, 6)), "guardians.agreement.too_long"),
        (replace(YEAR, to_on=date(2026, 1, 1)), "guardians.agreement.ends_before"),
    ],
)
def test_an_agreement_lasts_a_year_at_most(session: Session, county: County, command: SignAgreement, code: str) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    with pytest.raises(Invalid) as refused:
        sign_agreement(session, county.actor("clerk"), patient, command, NOW)
    assert _codes(refused) == [code]


def test_edge_19_twelve_months_from_a_leap_day_end_on_28_february() -> None:
    assert latest_end(date(2024, 2, 29)) == date(2025, 2, 28)


def test_agreements_of_a_patient_never_overlap(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    first = sign_agreement(session, clerk, patient, replace(YEAR, to_on=date(2026, 6, 30)), NOW)
    late = SignAgreement(date(2026, 6, 30), date(2027, 6, 29))
    with pytest.raises(Invalid) as refused:
        sign_agreement(session, clerk, patient, late, NOW)
    assert _codes(refused) == ["guardians.agreement.overlaps"]
    end_agreement(session, clerk, patient, first, date(2026, 6, 29), ENDED, NOW)
    sign_agreement(session, clerk, patient, late, NOW)


def test_the_database_refuses_overlapping_agreements_too(database: Database, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    with database.transaction() as session:
        patient = registered(session, doctor)
        guardianship = first_guardian(session, doctor, patient)
        sign_agreement(session, clerk, patient, YEAR, NOW)
        ids = patient.id, guardianship.id
    with pytest.raises(IntegrityError, match="guard:guard_agreements_overlap"), database.transaction() as session:
        session.add(
            Agreement(
                number="X-1",
                patient_id=ids[0],
                guardianship_id=ids[1],
                from_on=date(2026, 12, 1),
                to_on=date(2027, 2, 1),
                recorded_at=NOW,
            )
        )


def test_numbers_run_by_year_and_are_never_given_twice(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patients = [registered(session, doctor, f"王{chr(0x4E00 + n)}", n) for n in range(1, 4)]
    for patient in patients:
        first_guardian(session, doctor, patient, relation=Relation.OTHER_RELATIVE)
    made = sign_agreements(session, clerk, [(patient, YEAR) for patient in patients[:2]], NOW)
    assert [one.number for one in made] == ["AHJH-2026-0001", "AHJH-2026-0002"]
    assert suggest_number(session, 2026) == "AHJH-2026-0003"
    with pytest.raises(Invalid) as refused:
        sign_agreement(session, clerk, patients[2], replace(YEAR, number="AHJH-2026-0001"), NOW)
    assert _codes(refused) == ["guardians.agreement.number_taken"]


def test_an_agreement_is_read_as_ended_by_the_patients_death(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    sign_agreement(session, clerk, patient, YEAR, NOW)
    record_death(session, doctor, patient, date(2026, 5, 10), DatePrecision.DAY, 1, NOW)
    row = list_agreements(session, clerk, patient, TODAY)[0]
    assert (row.last_day, row.state, row.ended_on) == (date(2026, 5, 10), AgreementState.ENDED, None)


def test_nobody_keeps_the_agreement_of_a_patient_they_guard(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    guardianship = first_guardian(session, doctor, patient)
    worker = replace(county.actor("village_worker"), person_id=guardianship.person_id)
    with pytest.raises(Forbidden):
        sign_agreement(session, worker, patient, YEAR, NOW)


def test_an_ended_first_guardian_takes_the_agreement_along(session: Session, county: County) -> None:
    doctor, clerk = county.actor("doctor"), county.actor("clerk")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)
    agreement = sign_agreement(session, clerk, patient, YEAR, NOW)
    end_guardianship(session, doctor, patient, Rank.FIRST, date(2026, 8, 1), ENDED, NOW)
    assert agreement.ended_on == date(2026, 7, 31)
    with pytest.raises(Conflict):
        end_guardianship(session, doctor, patient, Rank.FIRST, TODAY, ENDED, NOW)


# -- who sees what -----------------------------------------------------------------------------------------------------


def test_each_role_sees_its_part_of_a_guardian(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor)
    first_guardian(session, doctor, patient)

    def card(name: str) -> tuple[str | None, str | None, str | None]:
        held = list_guardians(session, county.actor(name), vault(session), patient)[0]
        return (
            held.phone.text if held.phone else None,
            held.id_number.text[:4] if held.id_number else None,
            held.account.last4 if held.account else None,
        )

    assert card("doctor") == ("13800000502", None, None)
    assert card("clerk") == ("138****0502", "3499", "0005")
    assert card("coordinator") == (None, None, None)
    assert card("auditor")[2] == "0005"
    assert list_guardians(session, county.actor("partner"), vault(session), patient) != []
    assert list_guardians(session, county.actor("admin"), vault(session), patient) == []


def test_a_village_worker_finds_a_patient_only_while_a_task_is_open(session: Session, county: County) -> None:
    doctor, worker = county.actor("doctor"), county.actor("village_worker")
    patient: Patient = registered(session, doctor)
    with pytest.raises(NotFound):
        get_guarded_patient(session, worker, patient.public_id)
    open_task(session, patient, TaskKind.AGREEMENT_RENEWAL, "agreement:1", TODAY, [ENDED], NOW)
    assert get_guarded_patient(session, worker, patient.public_id).id == patient.id
    assert session.scalar(select(func.count()).select_from(Guardianship)) == 0
