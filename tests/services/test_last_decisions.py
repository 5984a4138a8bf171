"""What keeps a message back at the last moment, one cause after another, and where somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.core.crypto import Keyring
from app.messages.commands import Owed, Relation
from app.messages.gateways import Gateways, Parcel
from app.messages.models import ContactConsent, Message, MessageTemplate, StaffAddress
from app.messages.queries.pages import list_contacts, read_overview
from app.messages.rules.kinds import MessageKind, MessageState
from app.messages.rules.outcomes import Answer, Outcome
from app.messages.rules.templates import EventSource
from app.messages.service import owe
from app.messages.service.consenting import end_consent
from app.messages.service.deciding import Held, Outside, Ready, decide, words_of
from app.messages.service.states import move
from app.people.models import Phone
from app.people.service import set_phone
from app.people.vault import Vault
from tests.conftest import NOW, TODAY
from tests.rig.county import VILLAGE, County
from tests.rig.telling import Told, agrees, approve_words, owe_visit, tell_families


class Post:
    """A provider that takes everything; `needs_template`: it knows its own texts alone."""

    def __init__(self, name: str = "post", *, needs_template: bool = False) -> None:
        self.name, self.needs_template = name, needs_template

    def send(self, parcel: Parcel) -> Answer:
        return Answer(Outcome.ACCEPTED, parcel.tag)


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


def outside(family: Post | None = None, staff: Post | None = None) -> Outside:
    return Outside(Gateways(family or Post(), staff or Post()), "https://anhu.example.cn/messages/reports/{}".format)


def decided(session: Session, keyring: Keyring, message: Message, where: Outside | None = None) -> Ready | str:
    found = decide(session, Vault(session, keyring), where or outside(), message, TODAY, NOW)
    return found.because.code if isinstance(found, Held) else found


Change = Callable[[Session, Vault, Told], object]


def erased(session: Session, _vault: Vault, told: Told) -> object:
    """Sealed under a key that nobody holds any more."""
    gone = b"\x63" + b"\x00" * 40
    return session.execute(update(Phone).where(Phone.person_id == told.guardian.id).values(number_sealed=gone))


CAUSES: tuple[tuple[Change, str], ...] = (
    (lambda session, vault, told: set_phone(session, vault, told.guardian, "0559-1234567"), "failed.no_mobile"),
    (lambda session, _, told: session.execute(delete(Phone).where(Phone.person_id == told.guardian.id)), "failed.no_mobile"),
    (erased, "failed.no_mobile"),
    (lambda session, *_: session.execute(update(ContactConsent).values(is_safe=False)), "refused.not_safe"),
    (lambda session, _, told: setattr(told.guardian, "died_on", TODAY), "refused.guardian_dead"),
    (lambda session, _, told: setattr(told.guardianship, "to_on", TODAY), "refused.no_guardian"),
    (lambda session, *_: session.execute(update(Agency).values(phone=None)), "not_sent.no_callback_number"),
    (lambda session, *_: session.execute(update(Agency).values(phone="see the door")), "not_sent.no_callback_number"),
)  # fmt: skip


def test_each_cause_keeps_a_text_back_by_its_own_name(session: Session, keyring: Keyring, county: County) -> None:
    approve_words(session, county)
    [told] = tell_families(session, keyring, county, 1)
    message = owe_visit(session, told)
    assert isinstance(decided(session, keyring, message), Ready)
    for change, code in CAUSES:
        with session.begin_nested() as changed:
            change(session, Vault(session, keyring), told)
            session.flush()
            assert decided(session, keyring, message) == f"messages.{code}"
            changed.rollback()
        session.expire_all()
    registered_only = outside(Post("elsewhere", needs_template=True))
    assert decided(session, keyring, message, registered_only) == "messages.not_sent.no_provider_template"


def test_a_county_without_an_office_telephone_reads_why_its_texts_stay(
    session: Session, keyring: Keyring, county: County
) -> None:
    approve_words(session, county)
    [told] = tell_families(session, keyring, county, 1)
    message = owe_visit(session, told)
    office = county.actor("county_office")
    assert read_overview(session, office, NOW).hindrances == []
    session.execute(update(Agency).values(phone=None))
    held = decide(session, Vault(session, keyring), outside(), message, TODAY, NOW)
    assert isinstance(held, Held)
    move(session, message, held.state, EventSource.SENDER, NOW, held.because)
    assert [one.code for one in read_overview(session, office, NOW).hindrances] == [held.because.code]


def test_a_number_that_changed_waits_until_somebody_has_asked_anew(
    session: Session, keyring: Keyring, county: County
) -> None:
    approve_words(session, county)
    [told] = tell_families(session, keyring, county, 1)
    vault, doctor = Vault(session, keyring), county.actor("doctor")
    message = owe_visit(session, told)
    first = decided(session, keyring, message)
    assert isinstance(first, Ready)
    message.state, message.claim, message.claimed_at, message.phone_id = MessageState.CLAIMED, "x", NOW, first.phone_id
    assert isinstance(decided(session, keyring, message), Ready), "its own claim is no other number"
    set_phone(session, vault, told.guardian, "13900099999")
    assert decided(session, keyring, message) == "messages.failed.new_number"
    [contact] = list_contacts(session, doctor, told.patient, TODAY)
    assert contact.has_new_number
    assert told.consent is not None
    end_consent(session, doctor, told.patient, told.consent.public_id, NOW + timedelta(hours=1))
    again = agrees(session, county, told.patient, told.guardian)
    again.given_at = NOW + timedelta(hours=1)
    session.flush()
    asked = decided(session, keyring, message)
    assert isinstance(asked, Ready)
    assert asked.parcel.to == "+8613900099999"


def test_staff_are_told_where_they_left_an_address_and_a_refusal_says_when_nobody_did(
    session: Session, keyring: Keyring, county: County
) -> None:
    approve_words(session, county)
    clerk = county.users["clerk"]
    owed = Owed(
        kind=MessageKind.SENDING_FAILED, dedupe_key="failed:1", recipient=Relation.user(clerk),
        subject=("failures_of", clerk), parameters={"day": TODAY}, area_code=VILLAGE, expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    [told] = tell_families(session, keyring, county, 1)
    failed = owe_visit(session, told)
    failed.state, failed.answerable_id = MessageState.FAILED, clerk
    session.flush()
    message = owe(session, owed, NOW)
    mail = outside(staff=Post("email"))
    assert decided(session, keyring, message, mail) == "messages.failed.no_address"
    session.add(StaffAddress(user_id=clerk, email="clerk@example.cn", set_at=NOW))
    session.flush()
    ready = decided(session, keyring, message, mail)
    assert isinstance(ready, Ready)
    assert ready.parcel.to == "clerk@example.cn"
    group = decided(session, keyring, message)
    assert isinstance(group, Ready)
    assert group.parcel.to == "", "a group's robot needs nobody's address"
    template = session.scalars(select(MessageTemplate).where(MessageTemplate.id == ready.template.id)).one()
    assert words_of(session, message, template) == ready.parcel.text
    session.execute(update(User).where(User.id == clerk).values(is_disabled=True))
    session.expire_all()
    assert decided(session, keyring, message, mail) == "messages.failed.nobody_named"
