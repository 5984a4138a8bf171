"""Danger now, told by telephone at night, reaches whoever answers for the place at once and says nothing of whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound
from app.incidents.commands.crisis import TakeCall, WriteCall
from app.incidents.models import Incident
from app.incidents.queries.crisis import get_call, list_calls
from app.incidents.queries.incidents import get_incident
from app.incidents.rules.crisis import CallChannel, DangerNow, Handover
from app.incidents.rules.incidents import IncidentKind
from app.incidents.service.crisis import hand_over, take_call, write_call
from app.messages.gateways import Gateways
from app.messages.models import Message
from app.messages.rules.kinds import KINDS, MessageKind
from app.messages.service.deciding import Held, Outside, Ready, decide
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY
from tests.rig.county import OTHER_VILLAGE, VILLAGE, County
from tests.rig.register import keyring
from tests.rig.telling import approve_words
from tests.services.test_last_decisions import Post


def test_danger_now_is_told_once_also_at_night_and_no_more_when_it_has_passed(session: Session, county: County) -> None:
    approve_words(session, county)
    office, keys = county.actor("county_office"), keyring()
    assert isinstance(keys, Keyring)
    vault, night = Vault(session, keys), NOW + timedelta(hours=15)
    call = take_call(session, vault, office, TakeCall("call-1".ljust(22, "0"), next(iter(CallChannel))), night)

    def written(danger: DangerNow) -> list[Message]:
        command = WriteCall(call.version, danger, area_code=VILLAGE, name="单晓明", told="拿着刀")
        write_call(session, vault, office, call, command, night)
        return list(session.scalars(select(Message).where(Message.kind == MessageKind.CRISIS)))

    assert written(DangerNow.NO) == []
    [message] = written(DangerNow.YES)
    assert written(DangerNow.YES) == [message], "once a call"
    assert KINDS[message.kind].ignores_night
    outside = Outside(Gateways(Post(), Post()), "https://anhu.example.cn/messages/reports/{}".format)
    ready = decide(session, vault, outside, message, TODAY, night)
    assert isinstance(ready, Ready)
    assert "单晓明" not in ready.parcel.text
    assert "刀" not in ready.parcel.text
    assert str(call.id) in ready.parcel.text
    written(DangerNow.NO)
    passed = decide(session, vault, outside, message, TODAY, night)
    assert isinstance(passed, Held)
    assert passed.because.code == "messages.cancelled.no_longer_true"


def test_a_call_from_another_town_goes_to_the_people_of_the_place_and_stays_with_who_answered_it(
    session: Session, county: County
) -> None:
    doctor, there = county.actor("doctor"), county.actor("other_doctor")
    keys = keyring()
    assert isinstance(keys, Keyring)
    vault = Vault(session, keys)
    call = take_call(session, vault, doctor, TakeCall("call-2".ljust(22, "0"), CallChannel.HOTLINE), NOW)
    told = WriteCall(call.version, DangerNow.NO, area_code=OTHER_VILLAGE, told="孩子一直哭")
    write_call(session, vault, doctor, call, told, NOW)
    with pytest.raises(Invalid) as refused:
        hand_over(session, vault, doctor, call, Handover.INCIDENT, None, NOW)
    assert list(refused.value.errors) == ["kind"]
    hand_over(session, vault, doctor, call, Handover.INCIDENT, IncidentKind.PUBLIC_ORDER, NOW)
    incident = session.get_one(Incident, call.incident_id)
    assert (incident.kind, incident.area_code) == (IncidentKind.PUBLIC_ORDER, OTHER_VILLAGE)
    assert get_incident(session, there, incident.public_id) is incident
    assert get_call(session, doctor, call.public_id) is call
    assert [one.public_id for one in list_calls(session, doctor, None).rows] == [call.public_id]
    with pytest.raises(NotFound):
        get_incident(session, doctor, incident.public_id)
