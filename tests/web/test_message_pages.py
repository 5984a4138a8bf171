"""Pages of messages: states by role, words agreed by two, consent given and taken back, what waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import Database, new_public_id
from app.messages.models import ContactConsent, Message, MessageEvent, MessageTemplate, StaffAddress
from app.messages.rules.kinds import MessageKind, MessageState
from app.messages.rules.templates import EventSource, TemplateState
from app.messages.service import answering
from app.messages.service.states import move
from app.messages.suggested import SUGGESTED
from tests.conftest import NOW
from tests.rig.county import County
from tests.rig.telling import COLLEAGUE, Told, add_colleague, owe_visit, tell_families

ClientAs = Callable[[str], FlaskClient]


def post(client: FlaskClient, where: str, **fields: str) -> tuple[int, str]:
    answer = client.post(where, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def families(app: Flask, database: Database, county: County) -> list[Told]:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.transaction() as session:
        return tell_families(session, app.extensions["anhu.keyring"], county, 2, agree=False)


def test_words_need_two_people_and_say_nothing_that_they_may_not(
    app: Flask, database: Database, county: County, client_as: ClientAs, families: list[Told]
) -> None:
    with database.transaction() as session:
        add_colleague(session, county)
    clerk, colleague = client_as("clerk"), client_as(COLLEAGUE)
    zh, en = SUGGESTED[MessageKind.VISIT_DUE]
    right = {"kind": "visit_due", "text_zh": zh, "text_en": en, "submission_key": new_public_id()}
    for field, words, said in (
        ("text_zh", "郑0您好，请致电{phone}。", "郑0"),
        ("text_zh", "请到医院复诊，电话{phone}。", "医院"),
        ("text_en", "Your injection is on {day}; call {phone}.", "injection"),
        ("text_zh", "请致电{phone}或打开 www.example.cn", "www."),
        ("text_zh", "请在{day}前回电。", "{phone}"),
        ("text_zh", "共{count}项，电话{phone}。", "{day}、{phone}"),
        ("text_zh", "请按时前来。" * 25 + "{phone}", "2 条"),
        ("text_en", "Call {phone}.", "{day}"),
    ):
        status, page = post(clerk, "/messages/templates/new", **(right | {field: words}))
        assert status == 422
        assert said in page
    named = right | {"text_zh": "郑0您好，请致电{phone}。", "text_en": "Call {phone}."}
    assert "郑0</" not in post(clerk, "/messages/templates/new", **(named | {"text_en": "Call the doctor: {phone}"}))[1]
    status, page = post(client_as("county_office"), "/messages/templates/new", **named)
    assert (status, "字词：郑0" in page) == (
        422,
        True,
    )  # who reads names is told so; a clerk would learn who is on the register
    assert post(clerk, "/messages/templates/new", **right)[0] == 302
    assert post(clerk, "/messages/templates/new", **right)[0] == 302  # sent twice, stored once
    with database.reading() as session:
        template = session.scalars(select(MessageTemplate)).one()
    where = f"/messages/templates/{template.public_id}"
    assert "11月21日" in clerk.get(where).get_data(as_text=True)
    assert post(clerk, f"{where}/approve")[0] == 409  # one's own
    assert post(colleague, f"{where}/approve")[0] == 302
    assert post(colleague, f"{where}/return")[0] == 409
    with database.reading() as session:
        assert session.scalars(select(MessageTemplate.state)).all() == [TemplateState.APPROVED]
    assert "第 1 版使用中" in clerk.get("/messages/templates/").get_data(as_text=True)


def test_a_family_agrees_on_the_patients_page_and_takes_it_back(
    database: Database, client_as: ClientAs, families: list[Told]
) -> None:
    doctor, told = client_as("doctor"), families[0]
    where = f"/patients/{told.patient.public_id}/texts"
    assert "没有同意，不发送" in doctor.get(where).get_data(as_text=True)
    answers = {"person": told.guardian.public_id, "given_by": "paper", "language": "zh", "patient_agrees": "yes"}
    assert post(doctor, where, **(answers | {"person": families[1].guardian.public_id, "submission_key": new_public_id()}))[0] == 422  # fmt: skip
    assert post(doctor, where, **answers, submission_key=new_public_id())[0] == 302
    with database.reading() as session:
        consent = session.scalars(select(ContactConsent)).one()
        assert (consent.person_id, consent.is_safe, consent.patient_agrees) == (told.guardian.id, True, True)
    assert "已同意" in doctor.get(where).get_data(as_text=True)
    assert post(doctor, f"{where}/{consent.public_id}/end")[0] == 302
    assert post(doctor, f"{where}/{consent.public_id}/end")[0] == 409
    assert "本人撤回" in doctor.get(where).get_data(as_text=True)
    assert client_as("other_doctor").get(where).status_code == 404


def test_states_for_some_counts_for_others_and_names_by_the_field_table(
    database: Database, client_as: ClientAs, families: list[Told]
) -> None:
    with database.transaction() as session:
        for told in families:
            message = owe_visit(session, told)
            message.state, message.claim, message.claimed_at, message.gateway = MessageState.CLAIMED, "x", NOW, "twilio"
            session.flush()
            move(session, message, MessageState.UNKNOWN, EventSource.SENDER, NOW)
    pages = {role: client_as(role).get("/messages/").get_data(as_text=True) for role in ("doctor", "clerk", "auditor", "coordinator", "admin")}  # fmt: skip
    assert "郑0" in pages["doctor"]
    for role in ("clerk", "auditor"):
        assert "郑0" not in pages[role]
        assert "郑*" in pages[role]
    for role in ("coordinator", "admin"):
        assert "随访提醒" not in pages[role]
        assert "结果不明" in pages[role]
    assert "随访提醒" not in client_as("other_doctor").get("/messages/").get_data(as_text=True)
    assert client_as("finance").get("/messages/").status_code == 403


def test_a_person_settles_what_nobody_knows_and_sends_again_what_did_not_arrive(
    monkeypatch: pytest.MonkeyPatch, database: Database, client_as: ClientAs, families: list[Told]
) -> None:
    with database.transaction() as session:
        message = owe_visit(session, families[0], NOW)
        message.state, message.claim, message.claimed_at, message.gateway = MessageState.CLAIMED, "x", NOW, "twilio"
        session.flush()
        move(session, message, MessageState.UNKNOWN, EventSource.SENDER, NOW)
        public_id = message.public_id
    doctor, where = client_as("doctor"), f"/messages/{public_id}"
    assert post(doctor, f"{where}/settle")[0] == 400
    assert post(doctor, f"{where}/again")[0] == 409  # not while it may have arrived
    assert post(doctor, f"{where}/settle", outcome="not")[0] == 302
    assert post(doctor, f"{where}/settle", outcome="arrived")[0] == 409
    assert "对方没有收到" not in doctor.get(where).get_data(as_text=True)
    assert post(doctor, f"{where}/again")[0] == 302
    assert post(doctor, f"{where}/again")[0] == 409
    with database.transaction() as session:
        old = session.scalars(select(Message).where(Message.public_id == public_id)).one()
        old.seen_to_at = None
        session.add(
            MessageEvent(
                message_id=old.id, status="twilio:undelivered", source=EventSource.CALLBACK, code="30003", at=NOW
            )
        )
    monkeypatch.setattr(answering, "still_holds", lambda *_asked: False)
    page = doctor.get(where).get_data(as_text=True)
    assert "twilio" not in page and "运营商回报 未送达" in page and "代码 30003" in page
    assert "不能再发送" in page and "或者重新发送一次" not in page, "nothing is offered that cannot be done"
    assert 'href="/patients/' in page, "whom to call stands on the patient's page"
    with database.reading() as session:
        states = session.scalars(select(Message.state).order_by(Message.id)).all()
        assert states == [MessageState.FAILED, MessageState.QUEUED]
        paths = session.scalars(select(Message.callback_path)).all()
        assert len(set(paths)) == 2
        again = session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert again is not None
        assert again.expires_at - again.owed_at == timedelta(days=2)


def test_alerts_go_to_an_address_of_ones_own(database: Database, client_as: ClientAs, families: list[Told]) -> None:
    doctor = client_as("doctor")
    assert post(doctor, "/messages/address", email="不是邮箱")[0] == 422
    assert post(doctor, "/messages/address", email="doctor@example.cn")[0] == 302
    with database.reading() as session:
        assert session.scalars(select(StaffAddress.email)).all() == ["doctor@example.cn"]
    assert post(doctor, "/messages/address", email="")[0] == 302
    with database.reading() as session:
        assert session.scalars(select(StaffAddress.email)).all() == []
