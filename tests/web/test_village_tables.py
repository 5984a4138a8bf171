"""村基础信息一张表: who is registered in a village and by whom each is guarded, and nothing of illness, for whoever may read names."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.areas.models import Area
from app.audit.models import PrintedPaper
from app.core.db import Database
from app.guardians.commands import SignAgreement
from app.guardians.service import sign_agreement
from app.numbers.paper_villages import village_tables
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.papers import words_on
from tests.rig.register import NOW, TODAY, first_guardian, keyring, registered

ClientAs = Callable[[str], FlaskClient]
CLINICAL = ("分裂", "F20", "诊断：", "氯氮平", "1类", "危险性 ")


def test_a_village_is_told_with_its_people_and_their_guardians_and_nothing_of_illness(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    doctor = county.actor("doctor")
    with database.transaction() as session, app.app_context():
        patient = registered(session, doctor, record_number="34992101")
        registered(session, doctor, "周晓梅", 2, SECOND_VILLAGE)
        registered(session, doctor, "丁无村", 3, SECOND_VILLAGE).area_code = TOWN
        session.get_one(Area, SECOND_VILLAGE).replaced_by = VILLAGE
        first_guardian(session, doctor, patient)
        until = TODAY.replace(year=TODAY.year + 1, month=6)
        number = sign_agreement(session, county.actor("clerk"), patient, SignAgreement(TODAY, until), NOW).number
    with database.reading() as session, app.app_context():
        document = village_tables(session, keyring(), doctor, TOWN, TODAY, NOW).document
    east, wang, rest = document.villages
    assert (rest.place, [person.name for person in rest.people]) == ("城关镇 · 未落实到村（社区）", ["丁无村"])
    assert (east.place, wang.place) == ("城关镇东村", "城关镇大王村")
    (one,) = east.people
    assert (one.record_number, one.name, one.first_guardian) == ("34992101", "单晓明", "赵桂兰（配偶）")
    assert (one.second_guardian, one.agreement) == ("", number)
    assert [person.name for person in wang.people] == ["周晓梅"]
    assert dict(east.facts)["在册人数"] == "1 人，其中落实第一监护人 1 人，监护协议有效 1 人"
    assert "village_doctor" in dict(east.facts)["村卫生室·村医"] and dict(wang.facts)["关爱帮扶小组"] == "尚未建立"
    assert "大王村（已撤并至东村）" in client_as("doctor").get("/numbers/villages/").text
    answer = client_as("doctor").get(f"/numbers/villages/{VILLAGE}/table.pdf")
    told = words_on(answer.data)
    assert answer.mimetype == "application/pdf" and "单晓明" in told and "周晓梅" not in told
    assert not [word for word in CLINICAL if word in told]
    with database.reading() as session:
        kinds = session.scalars(select(PrintedPaper.kind).where(PrintedPaper.area_code == VILLAGE)).all()
    assert kinds == ["numbers.village_table_printed"]


def test_only_places_of_ones_own_are_listed_and_printed(client_as: ClientAs) -> None:
    lead, office = client_as("health_lead"), client_as("county_office")
    page = lead.get("/numbers/villages/").text
    assert f"/numbers/villages/{TOWN}/table.pdf" in page and OTHER_TOWN not in page
    assert f"/numbers/villages/{OTHER_VILLAGE}/table.pdf" in office.get(f"/numbers/villages/?town={OTHER_TOWN}").text
    for client, place, status in (
        (lead, OTHER_VILLAGE, 404),
        (office, COUNTY, 404),
        (office, OTHER_TOWN, 200),
        (client_as("village_worker"), VILLAGE, 403),
    ):
        assert client.get(f"/numbers/villages/{place}/table.pdf").status_code == status
    assert lead.get(f"/numbers/villages/?town={OTHER_TOWN}").status_code == 404
