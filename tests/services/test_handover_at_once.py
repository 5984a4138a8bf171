"""Two at one moment: a receipt, a record, the look for what nobody received. One effect, and both see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.db import Database, new_public_id
from app.core.errors import Invalid
from app.core.identity import IdKind
from app.discharges.commands import CloseLoop, ReceiveForm, SubmitDischarge
from app.discharges.models import Discharge, HandoverEscalation, HandoverEvent, HandoverForm
from app.discharges.rules.states import CloseReason, EventKind, FormKind
from app.discharges.service import close_loop, receive_form, submit_discharge
from app.messages.models import Message
from app.messages.rules.kinds import MessageKind
from app.patients.models import Clue
from app.people.models import Person
from app.people.vault import Vault
from scheduler.house import House
from scheduler.jobs import escalate_hand_overs
from tests.rig.clock import StoppedClock
from tests.rig.county import County
from tests.rig.crowd import at_once
from tests.rig.discharges import forms, record, submitted
from tests.rig.register import NOW, TODAY, first_guardian, registered, vault
from tests.services.test_discharge_loop import HOUR


def together(act: Callable[[int], Any], times: int = 6) -> list[Any]:
    """What each of so many saw who did the same at one moment; everybody came through."""
    seen: list[Any] = [None] * times

    def one(number: int) -> None:
        seen[number] = act(number)

    assert at_once([partial(one, number) for number in range(times)]) == ["done"] * times
    return seen


def count(database: Database, model: type, *which: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*which)) or 0


def test_two_of_one_unit_receive_at_one_moment(database: Database, county: County) -> None:
    with database.transaction() as session:
        form = forms(session, submitted(session, county))[FormKind.HEALTH_CENTRE].public_id

    def tap(number: int) -> tuple[Any, Any]:
        who = county.actor(("doctor", "health_lead")[number % 2])
        with database.transaction() as session:
            received = receive_form(session, who, form, ReceiveForm(new_public_id()), NOW + number * HOUR)
            return received.state, received.received_at

    seen = together(tap)
    assert len(set(seen)) == 1, "everybody sees the first receipt"
    with database.reading() as session:
        said = session.scalars(select(HandoverEvent).where(HandoverEvent.kind == EventKind.RECEIVED)).one()
        assert seen[0][1] == said.at


@pytest.mark.parametrize("is_known", [True, False], ids=["registered", "a stranger without a number"])
def test_one_number_submitted_at_one_moment_is_one_loop(
    app: Flask, database: Database, county: County, is_known: bool
) -> None:
    changes: dict[str, Any] = {} if is_known else {"id_kind": IdKind.NONE, "id_number": ""}
    if is_known:
        with database.transaction() as session:
            first_guardian(session, county.actor("doctor"), registered(session, county.actor("doctor")))
    people = count(database, Person)
    sent: list[SubmitDischarge] = [record(**changes) for _ in range(3)] * 2  # a page's second tap brings the same key

    def submit(number: int) -> tuple[str, bool]:
        with database.transaction() as session:
            vault = Vault(session, app.extensions["anhu.keyring"])
            done = submit_discharge(session, vault, county.actor("hospital"), sent[number], NOW)
            return done.discharge.public_id, done.is_new

    seen = together(submit)
    assert len({public_id for public_id, _is_new in seen}) == 1
    assert [is_new for _public_id, is_new in seen].count(True) == 1
    assert (count(database, Discharge), count(database, HandoverForm)) == (1, 4)
    # a stranger is a person of the record and one of the clue; the losers' are gone with their transactions
    assert (count(database, Clue), count(database, Person) - people) == ((0, 0) if is_known else (1, 2))


NOBODY: dict[str, Any] = {"id_kind": IdKind.NONE, "id_number": ""}


@pytest.mark.parametrize(
    ("is_known", "changes"),
    [(True, {}), (False, {}), (False, NOBODY)],
    ids=["registered", "a stranger", "a stranger without a number"],
)
def test_one_discharge_submitted_under_several_numbers_at_one_moment_is_one_loop(
    app: Flask, database: Database, county: County, is_known: bool, changes: dict[str, Any]
) -> None:
    if is_known:
        with database.transaction() as session:
            registered(session, county.actor("doctor"))

    def submit(number: int) -> tuple[str, str]:
        said = record(hospital_number=f"CY-{number}", **changes)
        try:
            with database.transaction() as session:
                vault = Vault(session, app.extensions["anhu.keyring"])
                done = submit_discharge(session, vault, county.actor("hospital"), said, NOW)
                return "loop", done.discharge.hospital_number or ""
        except Invalid as refused:
            (why,) = refused.errors["hospital_number"]
            return why.code, str(why.args["number"])

    seen = together(submit)
    loops = [number for what, number in seen if what == "loop"]
    assert len(loops) == 1 and count(database, Discharge) == 1
    assert sorted(seen) == sorted([("loop", loops[0]), *[("discharges.sent_under", loops[0])] * 5]), "told which"
    assert (count(database, HandoverForm), count(database, Clue)) == (4, 0 if is_known else 1)


def test_two_hospitals_that_write_of_one_unknown_person_at_one_moment_both_come_through(
    app: Flask, database: Database, county: County
) -> None:
    def submit(number: int) -> str:
        paper: dict[str, Any] = {"hospital_name": f"外县第{number}医院", "received_at": NOW}
        with database.transaction() as session:
            vault = Vault(session, app.extensions["anhu.keyring"])
            done = submit_discharge(session, vault, county.actor("county_office"), record(**paper), NOW)
            return done.discharge.public_id

    assert len(set(together(submit, times=4))) == count(database, Discharge) == 4
    of_record = select(func.count(func.distinct(Discharge.person_id)))
    with database.reading() as session:
        assert session.scalar(of_record) == 1


def test_the_database_itself_knows_a_second_record_of_one_discharge(session: Session, county: County) -> None:
    first, other = (
        submitted(session, county),
        submitted(session, county, name="王别人", **NOBODY, hospital_number="CY-2"),
    )
    twice = update(Discharge).where(Discharge.id == other.id)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(twice.values(stay_index=first.stay_index))
    wrong = CloseLoop(CloseReason.WRONG_ENTRY)
    close_loop(session, vault(session), county.actor("coordinator"), first.public_id, wrong, NOW)
    session.execute(twice.values(stay_index=first.stay_index))


def test_schedulers_that_look_at_one_moment_tell_of_each_step_once(
    app: Flask, database: Database, county: County
) -> None:
    with database.transaction() as session:
        submitted(session, county, risk_level=3)
    house = House.of(app, StoppedClock(TODAY, NOW + 73 * HOUR))
    told = together(lambda _number: escalate_hand_overs(house), times=4)
    assert sorted(told) == [0, 0, 0, 15], "five forms, three steps each"
    assert count(database, HandoverEscalation) == 15
    assert count(database, AuditEvent, AuditEvent.action == "discharges.escalated") == 15
    with database.reading() as session:
        steps = session.execute(select(HandoverEscalation.form_id, HandoverEscalation.user_id)).all()
        told_of = session.execute(
            select(Message.subject_id, Message.recipient_id).where(Message.kind == MessageKind.FORM_ESCALATED)
        ).all()
    assert sorted(told_of) == sorted(set(steps)), "steps made up together: whoever is named hears once of a form"
    assert county.users["village_worker"] in {who for _form, who in told_of}, "also the unit that should act"
    assert together(lambda _number: escalate_hand_overs(house), times=2) == [0, 0]
