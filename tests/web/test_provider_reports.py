"""Reports and replies of a provider: believed by signature, obeyed by rank, without effect when late, foreign or repeated (reliability 1.28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from app.core.db import Database
from app.messages.models import ContactConsent, DroppedCallback, Message, MessageEvent
from app.messages.rules.kinds import MessageState
from app.messages.rules.templates import ConsentEnd
from app.messages.service.answering import settle_message
from app.messages.service.sending import Claimed
from tests.conftest import NOW
from tests.rig.clock import StoppedClock
from tests.rig.county import County
from tests.rig.sms import SENDER, TOKEN, Accepted, Mood, Provider, provider
from tests.rig.telling import PUBLIC, Post, Told, approve_words, owe_visit, settings_for, tell_families

LADDER = ("queued", "sending", "sent", "delivered")


@pytest.fixture
def standing() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def listening(app: Flask, standing: Provider, county: County) -> FlaskClient:
    """The product behind its public address, with the provider's key and a stopped clock."""
    app.extensions["anhu.settings"] = replace(
        app.extensions["anhu.settings"], public_url=PUBLIC, sending=settings_for(standing)
    )
    app.extensions["anhu.clock"] = StoppedClock(at=NOW)
    return app.test_client()


@pytest.fixture
def post(app: Flask, standing: Provider, database: Database) -> Post:
    return Post.to(standing, database, app.extensions["anhu.keyring"])


@pytest.fixture
def families(app: Flask, database: Database, county: County) -> list[Told]:
    with database.transaction() as session:
        approve_words(session, county)
        told = tell_families(session, app.extensions["anhu.keyring"], county, 3)
        for one in told:
            owe_visit(session, one)
        return told


def say(client: FlaskClient, one: Accepted, status: str, **more: str) -> int:
    fields, headers = Provider.report(one, status, **more)
    return client.post(one.callback.removeprefix(PUBLIC), data=fields, headers=headers).status_code


def message_of_path(session: Session, one: Accepted) -> Message:
    return session.scalars(select(Message).where(Message.callback_path == one.path)).one()


def message_of(database: Database, one: Accepted) -> Message:
    with database.reading() as session:
        return message_of_path(session, one)


def dropped(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {row.why: row.count for row in session.scalars(select(DroppedCallback))}


def test_reports_in_any_order_and_number_end_at_the_highest(
    listening: FlaskClient, database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    post.work()
    forward, backward, failed = standing.journal
    for status in LADDER:
        assert [say(listening, forward, status) for _ in range(5)] == [204] * 5
    for status in reversed(LADDER):
        say(listening, backward, status)
    for status in ("undelivered", "delivered", "sent"):
        say(listening, failed, status, ErrorCode="30003")
    assert message_of(database, forward).state is MessageState.DELIVERED
    assert message_of(database, backward).state is MessageState.DELIVERED
    assert message_of(database, failed).state is MessageState.FAILED  # the first final word stands
    with database.reading() as session:
        events = select(func.count()).where(MessageEvent.message_id == message_of(database, forward).id)
        assert session.scalar(events) == len(LADDER) + 2  # each status once, and our own sent and delivered
    assert dropped(database) == {}


def test_a_report_is_quicker_than_our_own_record(
    listening: FlaskClient, database: Database, families: list[Told], standing: Provider, post: Post
) -> None:
    standing.meanwhile = lambda one: [say(listening, one, status) for status in ("sent", "delivered")] and None
    claimed = post.sender.claim()
    assert isinstance(claimed, Claimed)
    post.sender.send(claimed)
    [one] = standing.journal
    message = message_of(database, one)
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, one.sid)


def test_a_report_after_an_end_is_noted_and_only_an_arrival_is_believed(
    listening: FlaskClient, database: Database, families: list[Told], standing: Provider, post: Post, county: County
) -> None:
    """A colleague said how an unknown outcome ended, and then the provider speaks."""
    standing.mood = lambda _to: Mood.ACCEPTS_SILENTLY
    post.waits(standing, 0.3)
    for _ in families:
        post.work()
        post.clock.forward(seconds=61 * 4)
    post.waits(standing, 10)
    lost, arrived, broken = standing.journal
    with database.transaction() as session:
        for one, has_arrived in ((lost, False), (arrived, True), (broken, False)):
            settle_message(
                session, county.actor("county_office"), message_of_path(session, one).public_id, has_arrived, NOW
            )
    for status in ("queued", "sent", "delivered"):
        assert say(listening, lost, status) == 204
    for status in ("sent", "undelivered"):
        assert say(listening, arrived, status, ErrorCode="30003") == 204
        assert say(listening, broken, status, ErrorCode="30003") == 204
    ends = [message_of(database, one).state for one in (lost, arrived, broken)]
    assert ends == [MessageState.DELIVERED, MessageState.DELIVERED, MessageState.FAILED]
    assert dropped(database) == {}
    with database.reading() as session:
        said = set(session.scalars(select(MessageEvent.status).where(MessageEvent.status.like("twilio:%"))))
        assert said == {"twilio:queued", "twilio:sent", "twilio:delivered", "twilio:undelivered"}


def test_what_is_forged_foreign_replayed_or_old_has_no_effect(
    listening: FlaskClient, database: Database, families: list[Told], standing: Provider, post: Post, app: Flask
) -> None:
    post.work()
    one, other, last = standing.journal
    where = one.callback.removeprefix(PUBLIC)
    fields, headers = Provider.report(one, "delivered")
    elsewhere, _ = other.callback.removeprefix(PUBLIC), None
    forged: list[tuple[str, dict[str, str], dict[str, str]]] = [
        (where, fields, {}),
        (where, fields | {"MessageStatus": "failed"}, headers),
        (where, fields, {"X-Twilio-Signature": RequestValidator("another key").compute_signature(one.callback, fields)}),
        (elsewhere, fields, headers),  # a true report, replayed at another message's address
        (where + "?x=1", fields, headers),
        (where, fields, {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(one.callback.replace("https", "http"), fields)}),
    ]  # fmt: skip
    for address, data, header in forged:
        assert listening.post(address, data=data, headers=header).status_code == 400
    assert dropped(database) == {"forged": len(forged)}
    assert say(listening, replace(one, sid=other.sid), "delivered") == 204  # signed, and another message's number
    assert say(listening, replace(one, callback=f"{PUBLIC}/messages/reports/{'0' * 22}"), "delivered") == 204
    assert say(listening, one, "juggling") == 204
    app.extensions["anhu.clock"] = StoppedClock(at=NOW + timedelta(days=7, seconds=1))
    assert say(listening, last, "delivered") == 204
    assert {message_of(database, any_one).state for any_one in standing.journal} == {MessageState.SENT}
    assert dropped(database) == {
        "forged": len(forged), "other_message": 1, "unknown_message": 1, "unreadable": 1, "too_old": 1,
    }  # fmt: skip
    assert listening.post(where, data=fields | {"Body": "x" * 9000}, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("STOP", ConsentEnd.REPLIED),
        (" 退订。", ConsentEnd.REPLIED),
        ("您打错了", ConsentEnd.WRONG_NUMBER),
        ("好的", None),
    ],
)
def test_who_answers_stop_or_wrong_number_is_told_nothing_more(
    listening: FlaskClient,
    database: Database,
    families: list[Told],
    standing: Provider,
    post: Post,
    words: str,
    end: Any,
) -> None:
    fields = {"From": "+86" + families[0].number, "To": SENDER, "Body": words}
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/messages/replies", fields)}
    assert listening.post("/messages/replies", data=fields, headers=headers).status_code == 200
    assert listening.post("/messages/replies", data=fields).status_code == 400
    with database.reading() as session:
        ended = session.scalars(select(ContactConsent.ended_because).where(ContactConsent.ended_at.is_not(None)))
        assert list(ended) == ([end] if end else [])
    post.work()
    assert len(standing.journal) == (2 if end else 3)
