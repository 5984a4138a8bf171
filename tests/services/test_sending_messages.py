"""Messages leave once or not at all, by what is true when they leave (reliability 2.6 rules 2 and 12, 3.2 test 36)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.db import Database
from app.core.reasons import Reason
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.guardians.service import end_guardianship
from app.messages.models import ContactConsent, GatewayPause, Message, MessageEvent
from app.messages.rules.kinds import FINAL, MessageKind, MessageState
from app.messages.rules.templates import ConsentEnd
from app.messages.service.consenting import end_consent
from app.messages.service.sending import Claimed
from app.messages.service.settling import settle
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_people
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.sms import Mood, Provider, provider
from tests.rig.telling import Post, Told, agrees, approve_words, guards, owe_visit, tell_families, visit_due


@pytest.fixture
def standing() -> Iterator[Provider]:
    with provider() as found:
        yield found
        assert found.wrong == []  # every request and answer as Twilio describes it


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def post(standing: Provider, database: Database, keyring: Keyring) -> Post:
    return Post.to(standing, database, keyring)


@pytest.fixture
def families(database: Database, keyring: Keyring, county: County) -> list[Told]:
    with database.transaction() as session:
        approve_words(session, county)
        return tell_families(session, keyring, county, 4)


def states(database: Database) -> list[MessageState]:
    with database.reading() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def reasons(database: Database) -> list[str | None]:
    with database.reading() as session:
        rows = session.scalars(select(Message.because).order_by(Message.id))
        return [row["code"] if row else None for row in rows]


def owe_all(database: Database, families: list[Told], now: datetime = NOW) -> None:
    with database.transaction() as session:
        for told in families:
            owe_visit(session, told, now)


def test_a_text_goes_once_to_the_guardian_in_words_that_say_nothing(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    owe_all(database, families)
    owe_all(database, families)
    assert post.work() == 4
    assert post.work() == 0
    assert [one.to for one in standing.journal] == ["+86" + told.number for told in families]
    text = standing.journal[0].body
    assert text == "您好，我们的工作人员将在11月23日前后与您联系，请保持电话畅通。如需改期，请致电0559-1234567。"
    assert standing.journal[0].callback.startswith("https://anhu.example.cn/messages/reports/")
    with database.reading() as session:
        message = session.scalars(select(Message).order_by(Message.id)).first()
        assert message is not None
        assert (message.state, message.provider_status, message.gateway) == (MessageState.SENT, "queued", "twilio")
        assert message.provider_id == standing.find(message.callback_path).sid
        said = set(session.scalars(select(MessageEvent.status).where(MessageEvent.message_id == message.id)))
        assert said == {"sent", "twilio:queued"}


def test_what_is_no_longer_true_or_agreed_is_not_sent(
    database: Database, keyring: Keyring, county: County, standing: Provider, post: Post
) -> None:
    """One family for each reason, decided when the message would leave."""
    with database.transaction() as session:
        approve_words(session, county)
        told = tell_families(session, keyring, county, 8)
        told += tell_families(session, keyring, county, 1, agree=False, first=8)
        told += tell_families(session, keyring, county, 1, first=9)
    owe_all(database, told)
    with database.transaction() as session:
        doctor, clerk = county.actor("doctor"), county.actor("clerk")
        session.get_one(Task, told[0].task.id).state = TaskState.DONE  # the visit was kept
        ended = session.get_one(type(told[1].patient), told[1].patient.id)
        end_guardianship(session, clerk, ended, Rank.FIRST, TODAY, Reason("guardians.end.replaced"), NOW)
        withdrawn = told[2].consent
        assert withdrawn is not None
        end_consent(session, doctor, told[2].patient, withdrawn.public_id, NOW)
        session.execute(update(Person).where(Person.id == told[3].patient.person_id).values(died_on=TODAY))
        session.execute(update(Person).where(Person.id == told[4].guardian.id).values(died_on=TODAY))
        unsafe = session.get_one(ContactConsent, told[5].consent.id if told[5].consent else 0)
        unsafe.is_safe = False
        from app.people.service import set_phone

        set_phone(session, Vault(session, keyring), session.get_one(Person, told[6].guardian.id), "0559-3012345")
        session.execute(
            update(Message).where(Message.subject_id == told[7].task.id).values(expires_at=NOW + timedelta(seconds=2))
        )
        session.get_one(Task, told[9].task.id).due_on = TODAY + timedelta(days=20)  # and its text names another day
    post.clock.forward(seconds=5)
    assert post.work() == 10
    assert standing.journal == []
    assert reasons(database) == [
        "messages.cancelled.no_longer_true",
        "messages.refused.no_guardian",
        "messages.refused.no_consent",
        "messages.cancelled.not_registered",
        "messages.refused.guardian_dead",
        "messages.refused.not_safe",
        "messages.failed.no_mobile",
        "messages.expired",
        "messages.refused.no_consent",
        "messages.cancelled.no_longer_true",
    ]


def test_the_round_between_says_within_a_minute_what_the_sender_would_find(
    database: Database, county: County, families: list[Told], standing: Provider, post: Post
) -> None:
    """Messages that wait for the morning are cancelled in the evening, where everybody sees it."""
    post.clock.at = datetime(2026, 11, 21, 13, 54, tzinfo=UTC)  # six minutes before the night
    owe_all(database, families, post.clock.at)
    claimed = post.sender.claim()
    assert isinstance(claimed, Claimed)
    post.clock.forward(seconds=30)  # a provider needs up to five minutes: it would ring in the night
    post.sender.send(claimed)
    assert (standing.journal, set(states(database))) == ([], {MessageState.QUEUED})
    post.clock.at = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # eleven at night
    assert post.work() == 0  # quiet hours
    with database.transaction() as session:
        session.get_one(Task, families[0].task.id).due_on = TODAY + timedelta(days=30)
        consent = families[1].consent
        assert consent is not None
        end_consent(session, county.actor("doctor"), families[1].patient, consent.public_id, NOW)
        guardianship = session.get_one(Guardianship, families[2].guardianship.id)
        guardianship.to_on = TODAY
    settle(post.sender)
    assert states(database) == [
        MessageState.CANCELLED,
        MessageState.REFUSED,
        MessageState.CANCELLED,
        MessageState.QUEUED,
    ]
    post.clock.at = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)  # eight in the morning
    assert post.work() == 1
    assert [one.to for one in standing.journal] == ["+86" + families[3].number]


@pytest.mark.parametrize("moment", ["queued", "claimed", "called"])
def test_a_former_guardian_gets_nothing_after_the_change(
    database: Database,
    keyring: Keyring,
    county: County,
    families: list[Told],
    standing: Provider,
    post: Post,
    moment: str,
) -> None:
    told = families[0]
    owe_all(database, [told])
    claimed = post.sender.claim() if moment != "queued" else None
    if moment == "called":
        assert isinstance(claimed, Claimed)
        post.sender.send(claimed)
    with database.transaction() as session:
        [heir] = create_people(session, Vault(session, keyring), [PersonDraft("卫新", phone="13700000000")], NOW)
        session.get_one(Guardianship, told.guardianship.id).to_on = TODAY
        session.flush()
        guards(session, told.patient, heir, TODAY)
        agrees(session, county, told.patient, heir)
    if moment == "claimed":
        assert isinstance(claimed, Claimed)
        post.sender.send(claimed)
    post.work()
    sent_to = [one.to for one in standing.journal]
    assert sent_to == (["+86" + told.number] if moment == "called" else [])
    assert states(database) == [MessageState.SENT if moment == "called" else MessageState.CANCELLED]


def test_a_provider_that_is_away_for_six_hours_costs_nothing_and_is_not_flooded_afterwards(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    moods = {"now": Mood.BUSY}
    standing.mood = lambda _to: moods["now"]
    owe_all(database, families)
    for hours in range(6 * 4):
        moods["now"] = (Mood.BUSY, Mood.AWAY)[hours % 2]
        post.work()
        settle(post.sender)
        post.clock.forward(minutes=15, seconds=1)
    assert standing.journal == []
    assert standing.calls <= 6 * 4  # left alone longer each time, and asked with one message only
    assert set(states(database)) == {MessageState.QUEUED}
    with database.transaction() as session:  # meanwhile one visit was kept
        session.get_one(Task, families[0].task.id).state = TaskState.DONE
    moods["now"] = Mood.WELL
    post.clock.at = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    post.work()
    assert len(standing.journal) == 3
    assert Counter(states(database)) == {MessageState.SENT: 3, MessageState.CANCELLED: 1}
    with database.reading() as session:
        assert session.get(GatewayPause, "twilio") is None


def test_an_empty_account_keeps_everything_waiting_and_stop_ends_the_consent(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    moods = {told.number: Mood.WELL for told in families}
    standing.mood = lambda _to: Mood.NO_CREDIT
    owe_all(database, families)
    post.work()
    assert (standing.calls, set(states(database))) == (1, {MessageState.QUEUED})
    with database.reading() as session:
        paused = session.get_one(GatewayPause, "twilio")
        assert paused.because["code"] == "messages.pause.account"
    moods[families[0].number], moods[families[1].number] = Mood.STOPPED, Mood.NO_MOBILE
    standing.mood = lambda to: moods[to.removeprefix("+86")]
    post.clock.forward(hours=1, seconds=1)
    post.work()
    assert Counter(states(database)) == {MessageState.SENT: 2, MessageState.REFUSED: 1, MessageState.FAILED: 1}
    settle(post.sender)
    with database.reading() as session:
        lost = session.scalars(select(Message).where(Message.state == MessageState.FAILED)).one()
        assert lost.because == {"code": "messages.failed.by_provider", "args": {"error": "21614"}}
        assert (
            lost.answerable_id is not None
        )  # a number that is none is told to somebody; who wants no more is left alone
        ended = session.scalars(select(ContactConsent).where(ContactConsent.ended_at.is_not(None))).all()
        assert [(one.person_id, one.ended_because) for one in ended] == [(families[0].guardian.id, ConsentEnd.REPLIED)]


@pytest.mark.parametrize(
    ("mood", "end"),
    [
        (Mood.ACCEPTS_SILENTLY, MessageState.SENT),
        (Mood.HANGS_UP, MessageState.SENT),
        (Mood.GIBBERISH, MessageState.SENT),
        (Mood.SILENT, MessageState.FAILED),
        (Mood.BROKEN, MessageState.FAILED),
    ],
)
def test_what_nobody_knows_is_settled_by_the_providers_list_and_never_called_again(
    database: Database, families: list[Told], standing: Provider, post: Post, mood: Mood, end: MessageState
) -> None:
    standing.mood = lambda _to: mood
    owe_all(database, families[:1])
    post.waits(standing, 0.3)
    post.work()
    assert states(database) == [MessageState.UNKNOWN]
    post.waits(standing, 10)
    standing.mood = lambda _to: Mood.WELL
    for _ in range(3):
        post.clock.forward(minutes=5, seconds=1)
        post.work()
        settle(post.sender)
    assert states(database)[0] is end
    assert standing.calls == 1
    if end is MessageState.FAILED:
        with database.reading() as session:
            message = session.scalars(select(Message).where(Message.kind == MessageKind.VISIT_DUE)).one()
            assert message.answerable_id is not None  # somebody is named
            alert = session.scalars(select(Message).where(Message.kind == MessageKind.SENDING_FAILED)).one()
            assert alert.recipient_id == message.answerable_id


def test_a_sender_that_died_leaves_a_visible_trace_and_one_that_slept_calls_nobody(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    owe_all(database, families[:2])
    died, slept = post.sender.claim(), post.sender.claim()
    assert isinstance(died, Claimed)
    assert isinstance(slept, Claimed)
    post.clock.forward(minutes=2)
    post.sender.send(slept)
    assert standing.calls == 0
    post.work()
    post.clock.forward(minutes=4)
    settle(post.sender)
    assert states(database)[0] is MessageState.UNKNOWN
    post.clock.forward(minutes=6)
    settle(post.sender)
    assert states(database)[:2] == [MessageState.FAILED, MessageState.SENT]
    assert len(standing.journal) == 1


def test_a_provider_that_reports_nothing_by_itself_is_asked_what_became_of_a_text(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    """A number that is off: nobody calls us, and without a question it would stand as sent for ever."""
    owe_all(database, families[:2])
    post.work()
    settle(post.sender)
    assert (standing.looks, states(database)) == (0, [MessageState.SENT] * 2), (
        "reports have a moment to come by themselves"
    )
    standing.journal[0].status = "undelivered"
    post.clock.forward(minutes=11)
    for _round in range(2):
        settle(post.sender)
    assert (standing.looks, states(database)[:2]) == (2, [MessageState.FAILED, MessageState.SENT])
    with database.reading() as session:
        failed = session.scalars(select(Message).where(Message.state == MessageState.FAILED)).one()
        alert = session.scalars(select(Message).where(Message.kind == MessageKind.SENDING_FAILED)).one()
        assert alert.recipient_id == failed.answerable_id, "somebody is named, and told"
    post.clock.forward(minutes=61)
    settle(post.sender)
    assert standing.looks == 3, "the silent one again, once an hour"
    post.clock.forward(minutes=72 * 60)
    settle(post.sender)
    assert standing.looks == 3 and states(database)[1] is MessageState.SENT


def test_one_look_that_finds_nothing_after_one_that_saw_nothing_is_no_proof(
    database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    standing.mood = lambda _to: Mood.BROKEN
    owe_all(database, families[:1])
    post.work()
    for reads, end in ((False, MessageState.UNKNOWN), (True, MessageState.UNKNOWN), (True, MessageState.FAILED)):
        standing.lists = reads
        post.clock.forward(minutes=5, seconds=1)
        settle(post.sender)
        assert states(database)[0] is end


def test_two_unknown_texts_to_one_number_wait_for_a_person(
    database: Database, keyring: Keyring, families: list[Told], county: County, standing: Provider, post: Post
) -> None:
    """A mother of two: the provider's list shows one text of these words, and it could be either."""
    with database.transaction() as session:
        [second] = tell_families(session, keyring, county, 1, agree=False, first=70)
        second_guardianship = session.get_one(Guardianship, second.guardianship.id)
        second_guardianship.person_id = families[0].guardian.id
        agrees(session, county, second.patient, families[0].guardian)
        owe_visit(session, families[0])
        owe_visit(session, second)
    moods = iter([Mood.ACCEPTS_SILENTLY, Mood.SILENT])
    standing.mood = lambda _to: next(moods)
    post.waits(standing, 0.3)
    post.work()
    post.clock.forward(seconds=31)
    post.work()
    post.waits(standing, 10)
    assert states(database) == [MessageState.UNKNOWN, MessageState.UNKNOWN]
    for _ in range(3):
        post.clock.forward(minutes=6)
        settle(post.sender)
    assert states(database)[:2] == [MessageState.UNKNOWN, MessageState.UNKNOWN]
    assert reasons(database)[0] == "messages.unknown.in_doubt"


def test_switched_off_or_without_approved_words_nothing_waits_for_ever(
    database: Database, keyring: Keyring, county: County, standing: Provider
) -> None:
    with database.transaction() as session:
        told = tell_families(session, keyring, county, 2)
    owe_all(database, told)
    Post(database, keyring).work()
    assert reasons(database) == ["messages.not_sent.off"] * 2
    with database.transaction() as session:
        more = tell_families(session, keyring, county, 1, first=10)
        owe_visit(session, more[0])
    Post.to(standing, database, keyring).work()
    assert reasons(database)[2] == "messages.not_sent.no_template"
    assert set(states(database)) <= FINAL


def test_only_codes_dates_and_numbers_ride_in_a_message(session: Session, keyring: Keyring, county: County) -> None:
    from dataclasses import replace

    from app.messages.service import owe

    [told] = tell_families(session, keyring, county, 1)
    for wrong in ({"name": "张伟"}, {"day": "明天"}, {"phone": "张伟"}, {"count": 1}):
        with pytest.raises(ValueError):
            owe(session, replace(visit_due(told), parameters=wrong), NOW)
    with pytest.raises(ValueError):
        owe(session, replace(visit_due(told), subject=("nothing", 1)), NOW)
