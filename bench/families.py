"""Families that are paid: patients with guardian, account, agreement, level and a visit in person, stored by the rooms' own use cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor, Role
from app.core.bank_account import AccountKind
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.identity import IdKind, Sex, check_digit
from app.core.money import Money
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.rules import Rank, Relation
from app.guardians.service import add_guardians, sign_agreements
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.service import register_patients
from app.people.commands import AccountDraft, PersonDraft
from app.people.vault import Vault
from app.subsidies.commands import SetPolicy
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import set_policy
from app.visits.commands import OpeningVisit
from app.visits.service.opening import record_opening_visits
from bench.seed import COUNTY, GIVEN, NOW, SURNAMES, TODAY, village_of

AT_ONCE = 2_000
SINCE, SEEN = date(2025, 3, 1), date(2026, 8, 20)
MONEY_ROLES = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.COUNTY_OFFICE)


def settle(house: Database, keyring: Keyring, families: int) -> dict[Role, Actor]:
    """So many families under a policy of 3,000 yuan a year; whose hands the quarter needs."""
    with house.transaction() as session:
        actors = {role: _actor(session, role) for role in MONEY_ROLES}
        terms = PolicyTerms(annual=Money.from_yuan("3000"), document_number="安民发〔2026〕3号")
        set_policy(session, actors[Role.CLERK], SetPolicy(COUNTY, date(2025, 1, 1), terms), NOW)
    for part in slices(range(families), AT_ONCE):
        with house.transaction() as session:
            _store(session, Vault(session, keyring), actors, part)
    return actors


def _actor(session: Session, role: Role) -> Actor:
    user = session.scalar(select(User).where(User.name == role.value))
    if user is None:
        user = User(
            name=role.value, display_name=role.value, password_hash="!", role=role, area_code=COUNTY, created_at=NOW
        )
        session.add(user)
        session.flush()
    return Actor(user.id, role, COUNTY[:6], name=role.value)


def _store(session: Session, vault: Vault, actors: dict[Role, Actor], places: Sequence[int]) -> None:
    office, clerk = actors[Role.COUNTY_OFFICE], actors[Role.CLERK]
    patients = register_patients(session, vault, office, [_patient(place) for place in places], TODAY, NOW)
    pairs = list(zip(patients, places, strict=True))
    add_guardians(session, vault, clerk, [(patient, _guardian(place)) for patient, place in pairs], NOW)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    sign_agreements(
        session, clerk, [(patient, SignAgreement(first, last, f"AHJH-2026-{at:05}")) for patient, at in pairs], NOW
    )
    visits = [OpeningVisit(patient.id, SEEN, form=2, risk_level=3) for patient in patients]
    record_opening_visits(session, visits, office, NOW)


def _patient(place: int) -> RegisterPatient:
    draft = PersonDraft(_name(place + 7), Sex.MALE, None, IdKind.RESIDENT_CARD, _id_number(1970, place, 1))
    return RegisterPatient(
        area_code=village_of(place), person=draft, registered_on=SINCE, consent=ConsentDraft(SINCE), is_opening=True
    )


def _guardian(place: int) -> AddGuardian:
    account = AccountDraft(AccountKind.CARD, _card(place), SINCE, "农业银行", is_opening=True)
    draft = PersonDraft(
        _name(place), Sex.FEMALE, None, IdKind.RESIDENT_CARD, _id_number(1972, place, 2), account=account
    )
    return AddGuardian(Rank.FIRST, Relation.SPOUSE, SINCE, draft)


def _name(place: int) -> str:
    return SURNAMES[place % 16] + GIVEN[place // 16 % 20] + GIVEN[place // 320 % 20]


def _id_number(year: int, place: int, odd: int) -> str:
    born = date(year, 1, 1) + timedelta(days=place // 499)
    first_17 = f"349921{born:%Y%m%d}{2 * (place % 499) + odd:03d}"
    return first_17 + check_digit(first_17)


def _card(place: int) -> str:
    body = f"621700{place:012d}"
    digits = (int(digit) * (1 + (at % 2 == 0)) for at, digit in enumerate(reversed(body)))
    return f"{body}{-sum(value - 9 * (value > 9) for value in digits) % 10}"
