"""Nobody dies before they were last met: the register, the visit form and the correction say so alike (domain 3.1)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.errors import Invalid
from app.core.reasons import say
from app.patients.commands import ConsentDraft
from app.patients.models import Patient
from app.patients.rules import ConsentKind, RegistryStatus
from app.patients.service import record_death, set_consent
from app.people.models import DatePrecision, Person
from app.people.vault import Vault
from app.visits.commands import CorrectVisit, RecordAttempt
from app.visits.queries import list_visits
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.rules.record import VisitRecord
from app.visits.service import correct_visit, preview_visit, record_attempt, record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.visits import command, register, stable

MET = date(2026, 11, 10)


@pytest.fixture
def vault(app: Flask, session: Session) -> Vault:
    keyring: Keyring = app.extensions["anhu.keyring"]
    return Vault(session, keyring)


@pytest.fixture
def patient(session: Session, county: County, vault: Vault) -> Patient:
    """Visited on 10 November 2026."""
    doctor = county.actor("doctor")
    patient = register(session, vault.keyring, doctor, TODAY, NOW)
    record_visit(session, vault, doctor, command(patient, stable(MET)), TODAY, NOW)
    return patient


def die(
    session: Session, county: County, patient: Patient, on: date, precision: DatePrecision = DatePrecision.DAY
) -> None:
    record_death(session, county.actor("doctor"), patient, on, precision, 4, NOW)


def death_form(died_on: date) -> VisitRecord:
    return VisitRecord(visited_on=TODAY, form=3, died_on=died_on, death_cause=4)


def words(refused: Invalid) -> list[str]:
    assert list(refused.errors) == ["died_on"]
    return [say(why) for why in refused.errors["died_on"]]


def test_a_death_before_a_visit_is_refused_and_the_visit_named(
    session: Session, county: County, patient: Patient
) -> None:
    with pytest.raises(Invalid) as refused:
        die(session, county, patient, MET - timedelta(days=1))
    assert words(refused.value) == ["2026年11月10日 有随访记录，晚于死亡日期；请核对死亡日期，随访记录有误的请先更正"]
    assert patient.registry_status is RegistryStatus.REGISTERED
    assert session.get_one(Person, patient.person_id).died_on is None


def test_a_death_on_the_day_of_the_last_visit_is_possible(session: Session, county: County, patient: Patient) -> None:
    die(session, county, patient, MET)
    assert patient.registry_status is RegistryStatus.DEAD


def test_a_month_of_death_counts_to_its_last_day(session: Session, county: County, patient: Patient) -> None:
    with pytest.raises(Invalid):
        die(session, county, patient, date(2026, 10, 31), DatePrecision.MONTH)
    die(session, county, patient, date(2026, 11, 1), DatePrecision.MONTH)
    assert session.get_one(Person, patient.person_id).died_on == date(2026, 11, 30)


def test_the_visit_form_and_its_preview_refuse_the_same_day_with_the_same_words(
    session: Session, county: County, patient: Patient, vault: Vault
) -> None:
    doctor, form = county.actor("doctor"), death_form(MET - timedelta(days=3))
    seen = preview_visit(session, doctor, patient, form, TODAY).errors
    with pytest.raises(Invalid) as refused:
        record_visit(session, vault, doctor, command(patient, form), TODAY, NOW)
    assert [say(why) for why in seen["died_on"]] == words(refused.value)
    assert "2026年11月10日 有随访记录" in words(refused.value)[0]


@pytest.mark.parametrize(("outcome", "is_possible"), [("refused", False), ("not_reached", True)])
def test_an_attempt_speaks_against_a_death_only_where_it_reached_the_patient(
    session: Session, county: County, patient: Patient, vault: Vault, outcome: str, is_possible: bool
) -> None:
    on = date(2026, 11, 15)
    tried = RecordAttempt(patient.public_id, str(uuid.uuid4()), on, AttemptWay.HOME, AttemptOutcome(outcome))
    record_attempt(session, vault, county.actor("doctor"), tried, TODAY, NOW)
    if is_possible:
        die(session, county, patient, MET)
        return
    with pytest.raises(Invalid) as refused:
        die(session, county, patient, MET)
    assert words(refused.value) == ["2026年11月15日 联系到了患者，晚于死亡日期；请核对死亡日期"]


@pytest.mark.parametrize(("signer", "is_possible"), [("patient", False), ("guardian", True)])
def test_a_paper_speaks_against_a_death_only_where_the_patient_signed_it(
    session: Session, county: County, patient: Patient, signer: str, is_possible: bool
) -> None:
    paper = ConsentDraft(date(2026, 11, 18), True, signer, ConsentKind.EMERGENCY_TREATMENT)
    set_consent(session, county.actor("doctor"), patient, paper, NOW)
    if is_possible:
        die(session, county, patient, MET)
        return
    with pytest.raises(Invalid) as refused:
        die(session, county, patient, MET)
    assert words(refused.value) == ["2026年11月18日 有患者本人签字的同意书，晚于死亡日期；请核对死亡日期"]


def test_a_visit_that_was_corrected_into_the_death_no_longer_speaks_against_it(
    session: Session, county: County, patient: Patient, vault: Vault
) -> None:
    doctor = county.actor("doctor")
    [wrong] = list_visits(session, doctor, patient)
    form = death_form(MET - timedelta(days=3))
    assert "died_on" not in preview_visit(session, doctor, patient, form, TODAY, instead_of=wrong).errors
    by = command(patient, form)
    correct_visit(session, vault, doctor, CorrectVisit(wrong.public_id, by, "记错了人"), TODAY, NOW)
    assert session.get_one(Person, patient.person_id).died_on == MET - timedelta(days=3)
