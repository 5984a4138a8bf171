"""Reminders are owed once, to families that agreed and offices that are late; whether they still hold is asked when they leave."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.db import Database
from app.guardians.models import Agreement
from app.messages.gateways import Gateways, Parcel
from app.messages.models import Message, StaffAddress
from app.messages.queries.relevance import still_holding
from app.messages.rules.kinds import MessageKind, MessageState, Recipient
from app.messages.rules.outcomes import Answer, Outcome
from app.messages.service.deciding import Outside
from app.messages.service.reminding import owe_reminders
from app.messages.service.sending import Sender
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.service.telling import owe_payment_notices
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import House
from tests.rig.telling import agrees, approve_words, tell_families

MONDAY = date(2026, 11, 23)


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


def kinds(session: Session) -> Counter[MessageKind]:
    return Counter(session.scalars(select(Message.kind)))


def test_what_comes_soon_is_told_once_to_whoever_agreed(session: Session, keyring: Keyring, county: County) -> None:
    soon = tell_families(session, keyring, county, 2, due_on=TODAY + timedelta(days=2))
    tell_families(session, keyring, county, 1, due_on=TODAY + timedelta(days=3), first=10)  # not yet
    tell_families(session, keyring, county, 1, agree=False, first=20)  # never agreed
    open_task(session, soon[0].patient, TaskKind.INJECTION, "injection:1", TODAY, [], NOW)
    open_task(session, soon[1].patient, TaskKind.AGREEMENT_RENEWAL, "agreement:1", TODAY + timedelta(days=14), [], NOW)
    counts = owe_reminders(session, TODAY, NOW)
    assert (counts.made, counts.already) == (4, 0)
    assert kinds(session) == {MessageKind.VISIT_DUE: 2, MessageKind.INJECTION_DUE: 1, MessageKind.AGREEMENT_ENDING: 1}
    again = owe_reminders(session, TODAY, NOW)
    assert (again.made, again.already) == (0, 4)
    # another day for the visit is another reminder
    soon[0].task.due_on = TODAY + timedelta(days=1)
    session.flush()
    assert owe_reminders(session, TODAY, NOW).made == 1


class Desk:
    """A gateway for staff that keeps what it was given."""

    name, needs_template = "email", False

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def send(self, parcel: Parcel) -> Answer:
        self.parcels.append(parcel)
        return Answer(Outcome.ACCEPTED, parcel.tag, "sent")


def test_an_office_that_is_late_hears_it_once_a_working_day_in_one_line(
    database: Database, keyring: Keyring, county: County
) -> None:
    monday = NOW + timedelta(days=2)
    with database.transaction() as session:
        approve_words(session, county)
        late = tell_families(session, keyring, county, 3, agree=False, due_on=TODAY - timedelta(days=1))
        assert owe_reminders(session, TODAY, NOW).made == 0  # a Saturday
        assert owe_reminders(session, MONDAY, monday).made == 1
        assert owe_reminders(session, MONDAY, monday).made == 0
        session.add(StaffAddress(user_id=county.users["doctor"], email="doctor@example.cn", set_at=NOW))
    desk = Desk()
    outside = Outside(Gateways(staff=desk), lambda path: path)
    Sender(database.transaction, keyring, outside, lambda: monday, lambda: MONDAY).work(10)
    [parcel] = desk.parcels
    assert parcel.to == "doctor@example.cn"
    assert parcel.text == "【催办】截至11月23日，有3项工作逾期，请登录系统处理。"
    with database.transaction() as session:
        message = session.scalars(select(Message)).one()
        assert (message.recipient, message.state) == (Recipient.AGENCY, MessageState.SENT)
        for told in late:
            session.get_one(Task, told.task.id).state = TaskState.DONE
        session.flush()
        assert still_holding(session, "late_tasks_of", [message.subject_id], MONDAY) == set()


def test_an_agreement_that_was_followed_or_ended_is_no_reason_for_a_text(
    session: Session, keyring: Keyring, county: County
) -> None:
    told = tell_families(session, keyring, county, 3)
    agreements = []
    for place, one in enumerate(told):
        agreement = Agreement(
            number=f"X-{place}", patient_id=one.patient.id, guardianship_id=one.guardianship.id,
            from_on=date(2026, 1, 1), to_on=date(2026, 11, 30), recorded_at=NOW,
        )  # fmt: skip
        session.add(agreement)
        agreements.append(agreement)
    agreements[1].ended_on = date(2026, 10, 1)
    session.add(
        Agreement(
            number="X-9", patient_id=told[2].patient.id, guardianship_id=told[2].guardianship.id,
            from_on=date(2026, 12, 1), to_on=date(2027, 11, 30), recorded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    ids = [one.id for one in agreements]
    assert still_holding(session, "agreement", ids, TODAY) == {ids[0]}
    assert still_holding(session, "agreement", ids, date(2026, 12, 1)) == set()


def test_a_payment_is_told_without_saying_what_for_or_how_much(app: Flask, database: Database, county: County) -> None:
    """Only to the payee who still guards and agreed; not when the bank takes its word back."""
    house = House(app, database, county)
    house.settle_in(families(3))
    with database.transaction() as session:
        for kept in list(house.families.values())[:2]:
            agrees(session, county, session.get_one(Patient, kept.patient.id), session.get_one(Person, kept.payee.id))
    house.to_the_bank()
    house.settle()
    with database.transaction() as session:
        assert owe_payment_notices(session, TODAY, NOW) == (2, 0)
        assert owe_payment_notices(session, TODAY, NOW) == (0, 2)
        assert owe_payment_notices(session, TODAY, NOW + timedelta(days=8)) == (0, 0)
        told = session.scalars(select(Message).order_by(Message.id)).all()
        assert {(one.kind, str(one.parameters)) for one in told} == {(MessageKind.PAYMENT_MADE, "{}")}
        assert {one.patient_id for one in told} == {kept.patient.id for kept in list(house.families.values())[:2]}
        ids = [one.subject_id for one in told]
        assert still_holding(session, "payment", ids, TODAY) == set(ids)
        assert still_holding(session, "payment", [*ids, 10**6], TODAY) == set(ids)
