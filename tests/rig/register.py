"""People for tests: valid citizen numbers, drafts, and registered patients through the product's own use cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.bank_account import AccountKind
from app.core.crypto import Keyring
from app.core.identity import IdKind, check_digit
from app.guardians.commands import AddGuardian
from app.guardians.models import Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.guardians.service import add_guardian
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.rules import DiagnosisCategory
from app.patients.service import register_patient
from app.people.commands import AccountDraft, PersonDraft
from app.people.vault import Vault
from tests.rig.county import VILLAGE

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SINCE = date(2026, 1, 5)


def keyring() -> Keyring:
    found: Keyring = current_app.extensions["anhu.keyring"]
    return found


def vault(session: Session) -> Vault:
    return Vault(session, keyring())


def id_number(born_on: date = date(1980, 5, 1), sequence: int = 1) -> str:
    """A valid citizen number; an odd sequence is a man's."""
    first = f"349921{born_on:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def person(name: str = "单晓明", sequence: int = 1, born_on: date = date(1980, 5, 1), **more: Any) -> PersonDraft:
    more.setdefault("phone", f"138{sequence:08d}")
    return PersonDraft(name=name, id_kind=IdKind.RESIDENT_CARD, id_number=id_number(born_on, sequence), **more)


def registered(
    session: Session, actor: Actor, name: str = "单晓明", sequence: int = 1, area_code: str = VILLAGE, **more: Any
) -> Patient:
    """A managed patient with a signed consent, at home since January."""
    more.setdefault("consent", ConsentDraft(from_on=SINCE))
    more.setdefault("diagnosis", DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0"))
    draft = more.pop("person", person(name, sequence))
    command = RegisterPatient(area_code=area_code, person=draft, registered_on=SINCE, **more)
    return register_patient(session, vault(session), actor, command, TODAY, NOW)


def first_guardian(
    session: Session, actor: Actor, patient: Patient, name: str = "赵桂兰", sequence: int = 502, **more: Any
) -> Guardianship:
    more.setdefault("relation", Relation.SPOUSE)
    more.setdefault("from_on", SINCE)
    account = AccountDraft(AccountKind.CARD, "6200000000000005", SINCE, "农业银行")
    draft = more.pop("person", person(name, sequence, account=account))
    command = AddGuardian(rank=Rank.FIRST, person=draft, legal_basis=LegalBasis.STATUTORY, **more)
    return add_guardian(session, vault(session), actor, patient, command, NOW)
