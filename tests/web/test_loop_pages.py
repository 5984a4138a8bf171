"""Pages of calls, requests, rounds, receptions and conferences: each walked through once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.rig.papers import words_on
from tests.rig.scene import NEAR, Scene
from tests.web.test_incident_pages import hidden, token

ClientAs = Callable[[str], FlaskClient]


def test_every_page_of_the_loop_opens(scene: Scene, client_as: ClientAs) -> None:
    near = scene.near
    pages = {
        "doctor": (
            "reports/", "effects/", "calls/", f"calls/{near.call}", "green/", f"green/{near.green}", "purchases",
            "rounds/", "rounds/new", f"rounds/{near.round}", f"rounds/{near.round}/lines/{near.delivery}",
            f"{near.emergency}/hospitals", f"{near.emergency}/hospitals/{near.reception}",
            f"patients/{near.patient}/green", f"patients/{near.patient}/report",
        ),
        "coordinator": (
            "conferences/", "conferences/new", f"conferences/{near.conference}", f"conferences/{near.conference}/agenda",
            f"conferences/{near.conference}/items/{near.item}", f"conferences/{near.conference}/invitees",
            f"conferences/{near.conference}/items/{near.item}/decisions/new", f"decisions/{near.decision}",
            f"conferences/{near.conference}/hold", f"reports/{near.incident}/record", f"reports/{near.incident}/harms",
        ),
        "partner": ("decisions/", f"decisions/{near.decision}", f"invitations/{near.invitee}"),
        "hospital": ("receptions/", f"receptions/{near.reception}"),
    }  # fmt: skip
    for who, paths in pages.items():
        client = client_as(who)
        for path in paths:
            answer = client.get(f"/incidents/{path}")
            assert answer.status_code == 200, (who, path, answer.status_code)


def test_a_call_is_written_in_a_hurry_and_handed_over(scene: Scene, client_as: ClientAs) -> None:
    doctor = client_as("doctor")
    page = doctor.get("/incidents/calls/").text
    begun = doctor.post(
        "/incidents/calls/", data={"csrf_token": token(page), "key": hidden(page, "key"), "channel": "hotline"}
    )
    where = begun.headers["Location"]
    page = doctor.get(where).text
    said = {"csrf_token": token(page), "version": hidden(page, "version"), "danger": "yes", "dangers": ["1", "6"]}
    refused = doctor.post(where, data=said | {"told": "在桥上", "outcome": "police_on_way", "close": "1"})
    assert refused.status_code == 422 and "须告知公安机关" in refused.text and "在桥上" in refused.text, refused.text[
        refused.text.find("error-summary") :
    ][:900]
    told_at = hidden(doctor.get("/incidents/new").text, "started_at")
    village = scene.near.area if hasattr(scene.near, "area") else "349921100200"
    told = said | {
        "version": hidden(refused.text, "version"),
        "told": "在桥上",
        "outcome": "police_on_way",
        "close": "1",
    }
    police = {"police_told": "emergency_call", "area_code": village}
    long_ago = doctor.post(where, data=told | police | {"police_told_at": "2020-01-01T10:00"})
    assert long_ago.status_code == 422 and "不能早于来电的时间" in long_ago.text
    nowhere = doctor.post(where, data=told | police | {"police_told_at": told_at, "area_code": ""})
    assert nowhere.status_code == 422 and 'href="#place"' in nowhere.text, "told, but where?"
    told["version"] = hidden(doctor.get(where).text, "version")
    done = doctor.post(where, data=told | police | {"police_told_at": told_at})
    assert done.status_code == 302, done.text
    page = doctor.get(where).text
    assert "已结束" in page and "拨打 110" in page
    incident = {"csrf_token": token(page), "to": "incident"}
    unsaid = doctor.post(f"{where}/hand-over", data=incident)
    assert unsaid.status_code == 422 and "请选择是哪一类" in unsaid.text, "nobody has said yet what it was"
    for said in (incident | {"kind": "public_order"}, incident | {"to": "clue"}, incident | {"kind": "criminal"}):
        assert doctor.post(f"{where}/hand-over", data=said).status_code == 302
    report = re.search(r'href="(/incidents/reports/[\w-]{22})"', doctor.get(where).text)
    assert report
    assert "肇事" in doctor.get(report.group(1)).text
    assert "已转为线索" in doctor.get(where).text
    doctor.post(f"{where}/hand-over", data={"csrf_token": token(page), "to": "emergency"})
    record = re.search(r'href="(/incidents/[\w-]{22})"', doctor.get(where).text)
    assert record
    page = doctor.get(record.group(1)).text
    assert "在桥上" in page and hidden(page, "police_told_at") == told_at, "what the call knew the record knows"
    assert re.search(r'name="reason" value="self_harm"[^>]*checked|checked[^>]*name="reason" value="self_harm"', page)


def test_a_decision_of_a_conference_is_followed_to_its_end(scene: Scene, client_as: ClientAs) -> None:
    near, coordinator, partner = scene.near, client_as("coordinator"), client_as("partner")
    where = f"/incidents/decisions/{near.decision}"
    page = partner.get(where).text
    assert NEAR.patient_name in page and "残疾评定" in page and "肇事" not in page and NEAR.medicine not in page
    said = {"csrf_token": token(page), "version": hidden(page, "version"), "to": "refused"}
    assert partner.post(where, data=said).status_code == 422
    assert partner.post(where, data=said | {"refusal": "papers_missing"}).status_code == 302
    assert NEAR.patient_name not in partner.get(where).text, "a task that is closed shows nobody"
    page = coordinator.get(where).text
    again = {"csrf_token": token(page), "version": hidden(page, "version"), "to": "open"}
    assert coordinator.post(f"{where}/steer", data=again).status_code == 302
    page = partner.get(where).text
    done = {"csrf_token": token(page), "version": hidden(page, "version"), "to": "done", "paper_number": "皖残6202601"}
    assert partner.post(where, data=done).status_code == 302
    assert "皖残6202601" in coordinator.get(where).text
    meeting = f"/incidents/conferences/{near.conference}"
    assert "每个议题都记录结果以后" in coordinator.get(meeting).text, "why the minutes cannot be closed yet"
    page = coordinator.get(f"{meeting}/items/{near.item}").text
    minuted = {"csrf_token": token(page), "result": "discussed", "words": "各单位分头办理"}
    assert coordinator.post(f"{meeting}/items/{near.item}", data=minuted).status_code == 302
    page = coordinator.get(meeting).text
    closing = {"csrf_token": token(page), "version": hidden(page, "version")}
    assert coordinator.post(f"{meeting}/minutes", data=closing).status_code == 302
    words = words_on(coordinator.get(f"{meeting}/paper").data)
    assert "各单位分头办理" in words and "残疾评定" in words and "已办结" in words and "校验码" in words
    assert client_as("town").get(where).status_code in (200, 404)


def test_a_round_brings_medicine_and_each_receipt_is_a_supply(scene: Scene, client_as: ClientAs) -> None:
    near, doctor = scene.near, client_as("doctor")
    line = f"/incidents/rounds/{near.round}/lines/{near.delivery}"
    page = doctor.get(line).text
    receipt = {"csrf_token": token(page), "to": "received", "on": "2026-11-21"}
    assert doctor.post(line, data=receipt).status_code == 422
    assert doctor.post(line, data=receipt | {"receiver": "guardian"}).status_code == 302
    assert "已签收" in doctor.get(f"/incidents/rounds/{near.round}").text
    assert "2026年11月21日" in doctor.get(f"/patients/{near.patient}/treatment").text
    assert NEAR.medicine in words_on(doctor.get(f"/incidents/rounds/{near.round}/paper").data)
    assert doctor.get("/incidents/purchases.pdf").data.startswith(b"%PDF")
    assert doctor.get("/incidents/purchases.xlsx").data.startswith(b"PK")


def test_a_hospital_answers_by_day_and_night(scene: Scene, client_as: ClientAs) -> None:
    near, hospital, doctor = scene.near, client_as("hospital"), client_as("doctor")
    where = f"/incidents/receptions/{near.reception}"
    page = hospital.get(where).text
    answer = {"csrf_token": token(page), "at": hidden(page, "at"), "to": "refused"}
    assert hospital.post(where, data=answer).status_code == 422
    assert hospital.post(where, data=answer | {"refusal": "no_bed"}).status_code == 302
    page = doctor.get(f"/incidents/{near.emergency}/hospitals").text
    assert "没有床位" in page
    other = {"csrf_token": token(page), "key": hidden(page, "key"), "name": "省精神卫生中心", "transport": "police_car"}
    assert doctor.post(f"/incidents/{near.emergency}/hospitals", data=other).status_code == 302
    words = words_on(doctor.get(f"/incidents/{near.emergency}/paper").data)
    assert "没有床位" in words and "省精神卫生中心" in words


@pytest.mark.parametrize("who", ["clerk", "village_worker", "police"])
def test_who_holds_no_conference_reads_none(scene: Scene, client_as: ClientAs, who: str) -> None:
    client = client_as(who)
    assert client.get(f"/incidents/conferences/{scene.near.conference}").status_code == 403
    assert client.get(f"/incidents/decisions/{scene.near.decision}").status_code == 404
