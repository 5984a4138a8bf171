"""The money of cases of domain.md section 9 whose other sides stand elsewhere: what each comes to on the line, to the fen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.bank_account import AccountKind
from app.core.db import Database
from app.core.identity import IdKind, Sex
from app.core.money import Money
from app.core.reasons import reason
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Guardianship
from app.guardians.rules import Rank, Relation
from app.guardians.service import add_guardians, end_guardianship, sign_agreements
from app.patients.models import Patient
from app.patients.rules import CareSetting, ConsentKind, SpanKind
from app.patients.service import change_state, record_admission, withdraw_consent
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import Person
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_level
from app.subsidies.models import SubsidyLine
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import DayRule, LevelCounts
from tests.rig.county import County
from tests.rig.families import Family, families
from tests.rig.quarter import NOW, House
from tests.rig.rosters import card_number, id_number


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    return House(app, database, county)


@contextmanager
def at_home(house: House, place: int = 0) -> Iterator[tuple[Session, Patient]]:
    with house.database.transaction() as session:
        yield session, session.get_one(Patient, house.families[place].patient.id)


def came_to(house: House, place: int = 0) -> tuple[LineState, int, str]:
    line = house.line(place)
    return line.decision, line.days, Money(line.amount_fen).yuan


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (DayRule.EXCLUDE, (LineState.REFUSE, 0, "0.00")),
        (DayRule.INCLUDE, (LineState.PAY, 92, "750.00")),
    ],
)
def test_edge_08_a_whole_quarter_in_hospital_pays_what_the_policy_says(
    house: House, rule: DayRule, expected: tuple[LineState, int, str]
) -> None:
    house.settle_in(families(1), inpatient_days=rule)
    with at_home(house) as (session, patient):
        office = house.actor("county_office")
        record_admission(session, office, patient, "市精神卫生中心", date(2026, 6, 25), None, NOW)
    house.prepare()
    assert came_to(house) == expected


def test_edge_24_away_at_a_known_place_costs_no_day_but_nobody_is_paid_unseen(house: House) -> None:
    house.settle_in(families(2))
    for place in (0, 1):
        with at_home(house, place) as (session, patient):
            away = CareSetting.AWAY_KNOWN
            change_state(session, house.actor("doctor"), patient, SpanKind.CARE, away, date(2026, 7, 1), None, NOW)
    house.prepare()
    assert came_to(house) == (LineState.PAY, 92, "750.00")


def test_edge_26_compulsory_treatment_is_not_paid_from_its_day_on(house: House) -> None:
    house.settle_in(families(1))
    why = reason("patients.because.stated", text="市强制医疗所，法院决定")
    with at_home(house) as (session, patient):
        custody = CareSetting.CUSTODY
        change_state(session, house.actor("doctor"), patient, SpanKind.CARE, custody, date(2026, 8, 1), why, NOW)
    house.prepare()
    assert came_to(house) == (LineState.PAY, 31, "250.00")
    assert "subsidies.excluded.custody" in house.codes(0)


def test_edge_29_the_old_guardian_is_paid_to_the_day_and_the_new_one_from_the_agreement(house: House) -> None:
    house.settle_in(families(1))
    clerk = house.actor("clerk")
    with at_home(house) as (session, patient):
        end_guardianship(session, clerk, patient, Rank.FIRST, date(2026, 8, 21), reason("core.invalid"), NOW)
        session.get_one(Person, house.families[0].payee.id).died_on = date(2026, 8, 20)
        account = AccountDraft(AccountKind.CARD, card_number(9001), date(2026, 8, 25), "农业银行")
        number = id_number("19850512", 902)
        person = PersonDraft("周红梅", Sex.FEMALE, None, IdKind.RESIDENT_CARD, number, account=account)
        guardian = AddGuardian(Rank.FIRST, Relation.DAUGHTER, date(2026, 8, 21), person)
        add_guardians(session, Vault(session, house.keyring), clerk, [(patient, guardian)], NOW)
        agreement = SignAgreement(date(2026, 8, 25), date(2026, 12, 31), "AHJH-2026-90001")
        sign_agreements(session, clerk, [(patient, agreement)], NOW)
    house.prepare()
    with house.database.reading() as session:
        lines = session.scalars(select(SubsidyLine).order_by(SubsidyLine.id)).all()
        payees = [session.get_one(Person, line.payee_person_id).name for line in lines]
        assert session.scalars(select(Guardianship)).all()
    old, new = lines
    # held for people to decide who inherits, to the day of death; the five days without an agreement belong to nobody
    assert (old.decision, old.days) == (LineState.HOLD, 31 + 20)
    assert "subsidies.hold.payee_dead" in [one["code"] for one in old.reasons]
    assert (payees[1], new.days, Money(new.amount_fen).yuan) == ("周红梅", 7 + 30, "306.45")


def test_edge_33_a_county_may_end_with_the_quarter_what_fell_below_its_level(house: House) -> None:
    house.settle_in(
        [Family(0, level=4, seen_on=date(2026, 3, 1)), Family(1, level=4)], level_counts=LevelCounts.QUARTER
    )
    for place, day in ((0, date(2026, 6, 1)), (1, date(2026, 8, 1))):
        with at_home(house, place) as (session, patient):
            note_level(session, house.actor("doctor"), patient, 1, day, LevelSource.REASSESSMENT, None, NOW)
    house.prepare()
    assert house.line_codes()[0][0] == "subsidies.refuse.level"
    assert came_to(house, 1) == (LineState.PAY, 92, "750.00")  # fell within the quarter: still paid to its end


def test_edge_34_consent_withdrawn_is_paid_to_that_day(house: House) -> None:
    house.settle_in(families(1))
    with at_home(house) as (session, patient):
        doctor, kind = house.actor("doctor"), ConsentKind.COMMUNITY_MANAGEMENT
        withdraw_consent(session, doctor, patient, kind, "patient", date(2026, 8, 10), NOW)
    house.prepare()
    assert came_to(house) == (LineState.PAY, 31 + 10, "330.65")
    assert "subsidies.excluded.not_managed" in house.codes(0)
