"""Danger now, told by telephone at night, reaches whoever answers for the place at once and says nothing of whom."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.incidents.commands.crisis import TakeCall, WriteCall
from app.incidents.rules.crisis import CallChannel, DangerNow
from app.incidents.service.crisis import take_call, write_call
from app.messages.gateways import Gateways
from app.messages.models import Message
from app.messages.rules.kinds import KINDS, MessageKind
from app.messages.service.deciding import Held, Outside, Ready, decide
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY
from tests.rig.county import VILLAGE, County
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
