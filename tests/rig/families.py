"""Families for the quarter's money: patients on the register with guardian, account, agreement, level and a visit in person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.core.bank_account import AccountKind
from app.core.crypto import Keyring
from app.core.identity import IdKind, Sex
from app.core.money import Money
from app.core.quarter import Quarter
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Agreement
from app.guardians.rules import Rank, Relation
from app.guardians.service import add_guardians, sign_agreements
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.service import register_patients
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.commands import SetPolicy
from app.subsidies.models import SubsidyPolicy
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import set_policy
from app.visits.commands import OpeningVisit
from app.visits.service.opening import record_opening_visits
from tests.rig.county import COUNTY, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.rosters import card_number, id_number

QUARTER = Quarter.parse("2026Q3")
REGISTERED = date(2025, 3, 1)
SEEN = date(2026, 6, 20)  # before any death that a test records
VILLAGES = (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)
_SURNAMES = "王李张刘陈杨赵黄周吴"
_GIVEN = "秀兰桂英建国志强玉梅德福海涛"


@dataclass(frozen=True)
class Family:
    """What is true of one patient and the first guardian; each `place` is somebody else."""

    place: int
    area_code: str = VILLAGE
    level: int | None = 3
    agreement_from: date = date(2026, 1, 1)
    agreement_to: date = date(2026, 12, 31)
    account: str | None = "own"
    seen_on: date | None = SEEN

    @property
    def guardian(self) -> str:
        return _SURNAMES[self.place % 10] + _GIVEN[self.place // 10 % 14] + _GIVEN[self.place // 140 % 14]

    @property
    def patient(self) -> str:
        return _SURNAMES[self.place // 10 % 10] + _GIVEN[(self.place + 3) % 14] + _GIVEN[self.place // 14 % 14]


@dataclass(frozen=True)
class Kept:
    """One family as it stands in the database."""

    patient: Patient
    person: Person
    payee: Person
    agreement: Agreement


def families(count: int) -> list[Family]:
    """Plain families, spread over three villages of two towns."""
    return [Family(place, area_code=VILLAGES[place % 3]) for place in range(count)]


def varied(count: int) -> list[Family]:
    """Families of every kind of outcome: most are paid, some for a part, some held, some refused."""
    changes = {
        5: {"level": 1},
        7: {"account": None},
        8: {"agreement_from": date(2026, 8, 21)},
        9: {"seen_on": None},
    }
    return [replace(one, **changes.get(one.place % 12, {})) for one in families(count)]  # type: ignore[arg-type]


def settle_in(
    session: Session, keyring: Keyring, county: County, wanted: Sequence[Family], now: datetime
) -> list[Kept]:
    """Register the families by the rooms' own use cases."""
    vault, office, clerk = Vault(session, keyring), county.actor("county_office"), county.actor("clerk")
    patients = register_patients(
        session, vault, office, [_registration(one) for one in wanted], date(2026, 11, 21), now
    )
    guardianships = add_guardians(
        session, vault, clerk, [(patient, _guardian(one)) for patient, one in zip(patients, wanted, strict=True)], now
    )
    agreements = sign_agreements(
        session,
        clerk,
        [
            (patient, SignAgreement(one.agreement_from, one.agreement_to, f"AHJH-2026-{one.place:05d}"))
            for patient, one in zip(patients, wanted, strict=True)
        ],
        now,
    )
    record_opening_visits(
        session,
        [
            OpeningVisit(patient.id, one.seen_on, form=2, risk_level=one.level)
            for patient, one in zip(patients, wanted, strict=True)
            if one.seen_on
        ],
        office,
        now,
    )
    session.flush()
    return [
        Kept(patient, session.get_one(Person, patient.person_id), session.get_one(Person, link.person_id), agreement)
        for patient, link, agreement in zip(patients, guardianships, agreements, strict=True)
    ]


def policy(session: Session, county: County, now: datetime, **terms: object) -> SubsidyPolicy:
    """3,000 yuan a year from 2025 on, with the defaults of domain 5.2."""
    made = PolicyTerms(annual=Money.from_yuan("3000"), document_number="安民发〔2026〕3号", **terms)  # type: ignore[arg-type]
    return set_policy(session, county.actor("clerk"), SetPolicy(COUNTY, date(2025, 1, 1), made), now)


def _registration(one: Family) -> RegisterPatient:
    return RegisterPatient(
        area_code=one.area_code,
        person=PersonDraft(one.patient, Sex.MALE, None, IdKind.RESIDENT_CARD, _number("19700301", one.place, 1)),
        registered_on=REGISTERED,
        consent=ConsentDraft(REGISTERED),
        is_opening=True,
    )


def _guardian(one: Family) -> AddGuardian:
    account = (
        AccountDraft(AccountKind.CARD, card_number(one.place + 1), REGISTERED, "农业银行", is_opening=True)
        if one.account
        else None
    )
    draft = PersonDraft(
        one.guardian,
        Sex.FEMALE,
        None,
        IdKind.RESIDENT_CARD,
        _number("19720512", one.place, 0),
        account=account,
    )
    return AddGuardian(Rank.FIRST, Relation.SPOUSE, REGISTERED, draft)


def _number(born: str, place: int, odd: int) -> str:
    """A number for any place: the sequence runs to 499, then the day of birth goes on."""
    day = date.fromisoformat(born) + timedelta(days=place // 499)
    return id_number(f"{day:%Y%m%d}", 2 * (place % 499) + odd + (0 if odd else 2))
