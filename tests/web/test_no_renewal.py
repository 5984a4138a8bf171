"""A renewal belongs to the village and the town, and may end without a new agreement, for a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.guardians.commands import SignAgreement
from app.guardians.service import sign_agreement
from app.tasks.models import Task, TaskState
from app.tasks.service import open_renewals
from tests.rig.county import County
from tests.rig.register import NOW, TODAY, first_guardian, registered

Client = Callable[[str], FlaskClient]


@pytest.fixture
def address(app: Flask, database: Database, county: County) -> str:
    """An agreement that ends in three weeks, with its renewal open; where it is declined."""
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        first_guardian(session, county.actor("doctor"), patient)
        span = SignAgreement(date(2026, 1, 5), date(2026, 12, 12))
        agreement = sign_agreement(session, county.actor("clerk"), patient, span, NOW)
        assert open_renewals(session, TODAY, NOW).made == 1
    return f"/patients/{patient.public_id}/agreements/{agreement.public_id}/no-renewal"


@pytest.mark.parametrize("who", ["village_worker", "town", "clerk"])
def test_a_renewal_is_closed_with_a_reason_and_stays_closed(
    client_as: Client, database: Database, address: str, who: str
) -> None:
    client = client_as(who)
    assert address in client.get(address.split("/agreements", maxsplit=1)[0] + "/guardians").text
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "他不想签"}).status_code == 422
    assert client.post(address, data={"reason": "guardians.no_renewal.declined"}).status_code == 302
    with database.transaction() as session:
        task = session.scalars(select(Task).where(Task.kind == "agreement_renewal")).one()
        assert task.state is TaskState.DONE and task.outcome is not None
        assert task.outcome["code"] == "guardians.not_renewed"
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "guardians.renewal_declined")).one()
        assert event.detail == {"reason": "guardians.no_renewal.declined"}
        assert open_renewals(session, TODAY, NOW).made == 0


def test_a_renewal_that_is_not_open_cannot_be_declined(client_as: Client, address: str) -> None:
    client = client_as("clerk")
    reason = {"reason": "guardians.no_renewal.moved"}
    assert client.post(address, data=reason).status_code == 302
    again = client.post(address, data=reason)
    assert again.status_code == 422 and "没有待办的续签" in again.text


@pytest.mark.parametrize("who", ["doctor", "coordinator", "police", "finance"])
def test_who_keeps_no_agreements_declines_none(client_as: Client, address: str, who: str) -> None:
    assert client_as(who).post(address, data={"reason": "guardians.no_renewal.moved"}).status_code == 403


def test_the_lists_name_village_and_town_as_the_owner_and_not_the_health_centre(
    client_as: Client, address: str
) -> None:
    client = client_as("coordinator")
    for path in ("/late?kind=agreement_renewal&when=open", "/late/paper?kind=agreement_renewal&when=open"):
        main = unescape(client.get(path).text).split("<main", 1)[1]
        assert "村（社区）与乡镇" in main and "卫生院" not in main, path
