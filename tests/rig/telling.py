"""Families that agreed to be told, words that two people approved, and a sender for tests of messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Role
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.guardians.models import Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.messages import commands
from app.messages.addresses import report_address
from app.messages.commands import GiveConsent, Owed, ProposeTemplate
from app.messages.gateways import Gateways, choose
from app.messages.models import ContactConsent, Message
from app.messages.rules.kinds import MessageKind
from app.messages.rules.templates import GivenBy
from app.messages.service import owe
from app.messages.service.consenting import give_consent
from app.messages.service.deciding import Outside
from app.messages.service.sending import Sender
from app.messages.service.wording import approve_template, propose_template
from app.messages.suggested import SUGGESTED
from app.patients.models import Patient
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_people, index_many
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from config import Sending
from tests.rig.caseload import add_patient
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, VILLAGE, County
from tests.rig.sms import SENDER, SID, TOKEN, Moving, Provider

PUBLIC = "https://anhu.example.cn"
COLLEAGUE = "second_clerk"


@dataclass(frozen=True)
class Told:
    """A patient whose first guardian agreed, and the visit that is due."""

    patient: Patient
    guardian: Person
    number: str
    guardianship: Guardianship
    consent: ContactConsent | None
    task: Task


def number_of(place: int) -> str:
    return f"139{place:08d}"


def tell_families(
    session: Session,
    keyring: Keyring,
    county: County,
    count: int,
    agree: bool = True,
    first: int = 0,
    due_on: date = TODAY + timedelta(days=2),
) -> list[Told]:
    """So many families of the village."""
    vault, doctor = Vault(session, keyring), county.actor("doctor")
    patients = [
        add_patient(session, f"郑{first + number}", VILLAGE, agency_id=doctor.agency_id) for number in range(count)
    ]
    drafts = [PersonDraft(f"冯{first + n}", born_on=date(1960, 1, 1), phone=number_of(first + n)) for n in range(count)]
    found = []
    for patient, guardian, draft in zip(patients, create_people(session, vault, drafts, NOW), drafts, strict=True):
        guardianship = guards(session, patient, guardian)
        index_many(session, [(patient, session.get_one(Person, patient.person_id)), (patient, guardian)])
        consent = agrees(session, county, patient, guardian) if agree else None
        task = open_task(session, patient, TaskKind.FOLLOW_UP, "visit:1", due_on, [], NOW)
        found.append(Told(patient, guardian, draft.phone or "", guardianship, consent, task))
    return found


def guards(session: Session, patient: Patient, person: Person, from_on: date = date(2026, 1, 1)) -> Guardianship:
    guardianship = Guardianship(
        patient_id=patient.id,
        person_id=person.id,
        rank=Rank.FIRST,
        relation=Relation.MOTHER,
        legal_basis=LegalBasis.STATUTORY,
        from_on=from_on,
        recorded_at=NOW,
    )
    session.add(guardianship)
    session.flush()
    return guardianship


def agrees(session: Session, county: County, patient: Patient, person: Person, is_safe: bool = True) -> ContactConsent:
    command = GiveConsent(person.id, GivenBy.PAPER, is_safe, new_public_id())
    return give_consent(session, county.actor("doctor"), patient, command, TODAY, NOW)


def add_colleague(session: Session, county: County) -> None:
    """Another clerk, without whom one person's words are nobody's second opinion."""
    clerk = session.get_one(User, county.users["clerk"])
    user = User(
        name=COLLEAGUE, display_name=COLLEAGUE, password_hash="!", role=Role.CLERK, area_code=COUNTY,
        agency_id=clerk.agency_id, created_at=NOW,
    )  # fmt: skip
    session.add(user)
    session.flush()
    county.users[COLLEAGUE] = user.id
    county.actors[COLLEAGUE] = replace(county.actor("clerk"), user_id=user.id, name=COLLEAGUE)


def approve_words(session: Session, county: County, kinds: Sequence[MessageKind] = tuple(MessageKind)) -> None:
    """The suggested words, proposed by one clerk and approved by another."""
    add_colleague(session, county)
    for kind in kinds:
        zh, en = SUGGESTED[kind]
        command = ProposeTemplate(kind, zh, en, new_public_id(), {"tencent": "1234567"})
        template = propose_template(session, county.actor("clerk"), command, NOW)
        approve_template(session, county.actor(COLLEAGUE), template.public_id, NOW)


def visit_due(told: Told, now: datetime = NOW, days: int = 2) -> Owed:
    return Owed(
        kind=MessageKind.VISIT_DUE,
        dedupe_key=f"visit_due:{told.task.id}:{told.guardianship.id}",
        patient=told.patient,
        recipient=commands.Relation.first_guardian(),
        subject=("task", told.task.id),
        parameters={"day": told.task.due_on},
        expires_at=now + timedelta(days=days),
    )


def owe_visit(session: Session, told: Told, now: datetime = NOW) -> Message:
    return owe(session, visit_due(told, now), now)


def settings_for(provider: Provider, timeout: float = 10) -> Sending:
    return Sending(
        sms="twilio", twilio_sid=SID, twilio_token=TOKEN, twilio_from=SENDER, twilio_url=provider.url, timeout=timeout
    )


@dataclass
class Post:
    """The sender on a database, with a clock that the test moves."""

    database: Database
    keyring: Keyring
    gateways: Gateways = field(default_factory=Gateways)
    clock: Moving = field(default_factory=Moving)

    @classmethod
    def to(cls, provider: Provider, database: Database, keyring: Keyring) -> Post:
        post = cls(database, keyring, choose(settings_for(provider)))
        provider.now = post.clock
        return post

    def waits(self, provider: Provider, seconds: float) -> None:
        """How long a call may take: short only where the provider is to be silent, for a busy machine answers late as well."""
        self.gateways = choose(settings_for(provider, seconds))

    @property
    def sender(self) -> Sender:
        outside = Outside(self.gateways, lambda path: report_address(PUBLIC, path))
        return Sender(self.database.transaction, self.keyring, outside, self.clock, lambda: business_day(self.clock()))

    def work(self, most: int = 1000) -> int:
        return self.sender.work(most)


def in_transaction(database: Database, act: Callable[[Session], object]) -> None:
    with database.transaction() as session:
        act(session)
