"""Pages of incidents: reported on a phone, confirmed, decided, closed, printed; each role sees its own of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.core.actor import Role
from app.core.db import Database
from app.core.period import parse_period
from app.incidents.models import Incident
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.incidents import lines_of_day
from app.subsidies.rules.decision import LineState
from tests.rig.papers import words_on
from tests.rig.scene import NEAR, Scene
from tests.rig.scene_loop import WHAT

ClientAs = Callable[[str], FlaskClient]


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def test_a_village_reports_in_a_minute_and_the_county_decides_and_closes(scene: Scene, client_as: ClientAs) -> None:
    village, coordinator = client_as("village_worker"), client_as("coordinator")
    page = village.get("/incidents/reports/new").text
    sent = {"csrf_token": token(page), "key": hidden(page, "key"), "area_code": hidden(page, "area_code")}
    sent |= {"kind": "public_order", "what": "砸了小卖部的玻璃", "happened_at": hidden(page, "happened_at")}
    assert village.post("/incidents/reports/new", data=sent | {"what": ""}).status_code == 422
    assert village.post("/incidents/reports/new", data=sent | {"name": NEAR.patient_name}).status_code == 302
    assert "砸了小卖部的玻璃" in village.get("/incidents/reports/mine").text
    listed = coordinator.get("/incidents/reports/").text
    where = re.findall(r'href="(/incidents/reports/[\w-]{22})"', listed)[0]
    page = coordinator.get(f"{where}/confirm").text
    assert NEAR.patient_name in page and "砸了小卖部的玻璃" in page
    sure = {"csrf_token": token(page), "version": hidden(page, "version"), "kind": "public_order"}
    assert coordinator.post(f"{where}/confirm", data=sure | {"patient": scene.near.patient}).status_code == 302
    page = coordinator.get(f"{where}/effects").text
    assert "须先认定监护人是否尽责" in page and "是否尽责只由人认定" in page
    page = coordinator.get(f"{where}/effects/guardian_at_fault").text
    clerk = re.search(r'name="members" value="([^"]+)"[^>]*>\s*<label[^>]*>clerk', page)
    assert clerk, page
    said = {"csrf_token": token(page), "after": "0", "outcome": "at_fault", "words": "当日无人看护"}
    alone = coordinator.post(f"{where}/effects/guardian_at_fault", data=said)
    assert alone.status_code == 422 and "至少 2 人" in alone.text
    together = coordinator.post(f"{where}/effects/guardian_at_fault", data=said | {"members": clerk.group(1)})
    assert together.status_code == 302
    for who, matter, outcome in (
        ("doctor", "level", "kept"), ("doctor", "visits", "kept"), ("town", "agreement", "talk"), ("clerk", "quarter", "stop")
    ):  # fmt: skip
        client = client_as(who)
        page = client.get(f"{where}/effects/{matter}").text
        done = client.post(
            f"{where}/effects/{matter}", data={"csrf_token": token(page), "after": "0", "outcome": outcome}
        )
        assert done.status_code == 302, (who, matter)
    page = coordinator.get(where).text
    closing = {"csrf_token": token(page), "version": hidden(page, "version")}
    assert coordinator.post(f"{where}/close", data=closing).status_code == 302
    assert "已办结" in coordinator.get(where).text
    words = words_on(coordinator.get(f"{where}/paper").data)
    assert "砸了小卖部的玻璃" in words and "监护人未尽责" in words and "校验码" in words


def test_whoever_pays_learns_yes_or_no_and_no_more(scene: Scene, client_as: ClientAs) -> None:
    where = f"/incidents/reports/{scene.near.incident}"
    for who in ("clerk", "reviewer"):
        client = client_as(who)
        assert client.get(where).status_code == 403
        page = client.get(f"{where}/effects").text
        assert WHAT not in page and NEAR.patient_name not in page and "危险性" not in page and "肇事" not in page
    town = client_as("town").get(where).text
    assert WHAT in town and NEAR.patient_name in town
    assert "危险性等级" not in client_as("town").get(f"{where}/effects").text
    for who in ("village_worker", "police", "hospital", "village_doctor", "finance", "partner", "auditor"):
        assert client_as(who).get(where).status_code == 403


def test_what_an_incident_changes_leads_to_it_and_back(scene: Scene, database: Database, client_as: ClientAs) -> None:
    near = scene.near
    record, effects = f"/incidents/reports/{near.incident}", f"/incidents/reports/{near.incident}/effects"
    doctor, clerk = client_as("doctor"), client_as("clerk")
    page = doctor.get(record).text
    assert "由县级协调小组集体认定" in page and f"{effects}/level" in page, "each matter, who decides it, how it stands"
    assert f"/patients/{near.patient}" in doctor.get(effects).text
    assert record in doctor.get(f"/patients/{near.patient}").text
    page = clerk.get(effects).text
    assert f"/patients/{near.patient}/guardians" in page
    assert effects in clerk.get(f"/subsidies/lines/{near.line}").text
    claim = f"/insurance/patients/{near.patient}/claims/new?incident={near.incident}"
    assert claim in page
    begun = clerk.get(claim).text
    assert f'claims/new?incident={near.incident}"' in begun, "the claim is told for this incident"
    assert hidden(begun, "happened_at") == "", "a clerk reads no incident's day"
    with database.reading() as session:
        day = session.scalars(select(Incident.happened_on).where(Incident.public_id == near.incident)).one()
    told = {"happened_at": f"{day}T08:00", "reported_at": f"{day}T09:00", "harm": "injury", "asked": "80"}
    sent = {"key": hidden(begun, "key"), "policy": near.insurance_policy} | told
    kept = clerk.post(claim, data=sent | {"csrf_token": token(begun)}).location
    reviewer = client_as("reviewer")
    for who in (clerk, reviewer):
        assert f'href="{effects}"' in who.get(kept).text and f'href="{kept}"' in who.get(effects).text
    assert effects not in client_as("auditor").get(kept).text, "who decides nothing of an incident"
    assert kept not in doctor.get(effects).text, "who reads no claim"
    guardians = f"/patients/{near.patient}/guardians"
    assert effects in clerk.get(guardians).text and WHAT not in clerk.get(guardians).text
    assert "肇事" not in clerk.get(guardians).text
    assert near.incident not in client_as("village_worker").get(guardians).text


def test_the_money_of_its_quarter_and_a_later_hold_stand_at_an_incident(scene: Scene, database: Database) -> None:
    with database.transaction() as session:
        line = session.scalars(select(SubsidyLine).where(SubsidyLine.public_id == scene.near.line)).one()
        period = parse_period(line.period)
        office = select(User).where(User.role == Role.CLERK, User.area_code.startswith(line.area_code[:6]))
        clerk = actor_of(session.scalars(office).one())

        def stand(day: date) -> list[SubsidyLine]:
            return lines_of_day(session, clerk, line.patient_id, day)

        assert stand(period.last_day) == [line] and stand(period.last_day + timedelta(days=1)) == []
        before = stand(period.first_day - timedelta(days=1))
        assert before == ([line] if line.decision is LineState.HOLD else [])
        assert lines_of_day(session, replace(clerk, area_prefix="349922"), line.patient_id, period.last_day) == []
