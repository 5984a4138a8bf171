"""Every value of a discharge record is marked; each role looks at each page and paper of the hand-over: it finds what its form may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.discharges.commands import Medicine
from app.discharges.models import Discharge
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import FormKind
from app.people.commands import PersonDraft
from tests.rig.county import County
from tests.rig.discharges import forms, submitted
from tests.rig.papers import words_on
from tests.rig.register import first_guardian as guarded
from tests.rig.register import id_number, person, registered

BORN = date(1963, 7, 19)
NUMBER = id_number(BORN, 37)
MARKS: dict[str, str] = {
    "name": "尉迟望舒",
    "id": NUMBER,
    "id tail": NUMBER[-4:],
    "address": "柳荫巷七十二号",
    "own phone": "13655557788",
    "guardian": "钟离若水",
    "guardian phone": "13655558899",
    "contact": "澹台明月",
    "contact phone": "13655559900",
    "diagnosis": "妄想阵发标记",
    "code": "F22.7",
    "medicine": "齐拉西酮标记",
    "in hospital": "氯丙嗪标记",
    "usage": "睡前半片标记",
    "advice": "忌酒标记",
    "signs": "摔碗标记",
    "rehabilitation": "陶艺标记",
    "hospital doctor": "公羊仲和",
    "inpatient number": "ZY778899",
    "hospital": "安和县hospital",
    "report": "BG-4417",
    "nationality": "标记国",
    "kind of ID": "居民身份证",
    "form date": "2026年10月30日",
    "pays": "城镇职工医保",
    "funded": "获得补助",
    "help": "住房",
    "present": "监护人在场",
    "checked": "电话已核实",
}
WHO = {"name"}
# of whom guards both are said, each by its source: the register's guardian, and whom the hospital wrote down
PLACE = {"name", "address", "guardian", "guardian phone", "contact", "contact phone"}
CLINICAL = set(MARKS) - {"id"}
# what each form's own receiver reads on it, by page; the last four stand in the masked number as well
MAY: dict[FormKind, set[str]] = {
    FormKind.HEALTH_CENTRE: CLINICAL,
    FormKind.POLICE: PLACE | {"id tail"},
    FormKind.TOWN: WHO | {"help"},
    FormKind.VILLAGE: PLACE,
}
HANDS = {
    FormKind.HEALTH_CENTRE: "doctor",
    FormKind.POLICE: "police",
    FormKind.TOWN: "town",
    FormKind.VILLAGE: "village_worker",
}


def planted(session: Session, county: County) -> Discharge:
    doctor = county.actor("doctor")
    draft: PersonDraft = person(MARKS["name"], born_on=BORN, sequence=37)
    patient = registered(session, doctor, person=draft)
    guarded(session, doctor, patient, person=person(MARKS["guardian"], sequence=502, phone=MARKS["guardian phone"]))
    return submitted(
        session, county, name=MARKS["name"], id_number=NUMBER, born_on=BORN, sex=draft.sex or 1, risk_level=4,
        address=MARKS["address"], phone=MARKS["own phone"], contact_name=MARKS["contact"],
        contact_phone=MARKS["contact phone"], diagnosis=MARKS["diagnosis"],
        diagnosis_code=MARKS["code"], medicines=(Medicine(MARKS["medicine"], "1片", MARKS["usage"]),),
        medicines_in_hospital=(Medicine(MARKS["in hospital"]),), advice=MARKS["advice"], warning_signs=MARKS["signs"],
        rehabilitation=0b10000, rehabilitation_other=MARKS["rehabilitation"], doctor_name=MARKS["hospital doctor"],
        inpatient_number=MARKS["inpatient number"], hospital_number=MARKS["report"],
        nationality=MARKS["nationality"], form_on=date(2026, 10, 30), pay_method=1, is_funded=True, help_needed=0b100,
    )  # fmt: skip


def found(text: str) -> set[str]:
    squeezed = text.replace("\n", "").replace(" ", "")
    return {name for name, mark in MARKS.items() if mark.replace(" ", "") in squeezed}


@pytest.fixture
def loop(app: Flask, database: Database, county: County) -> dict[Any, str]:
    with database.transaction() as session:
        one = planted(session, county)
        ids: dict[Any, str] = {kind: form.public_id for kind, form in forms(session, one).items()}
        return ids | {"loop": one.public_id}


def test_marked_values_stand_in_exactly_the_forms_and_papers_that_may_hold_them(
    database: Database, county: County, loop: dict[Any, str], client_as: Callable[[str], FlaskClient]
) -> None:
    def page(who: str, where: str) -> set[str]:
        answer = client_as(who).get(where)
        assert answer.status_code == 200, (who, where)
        return found(words_on(answer.data) if answer.mimetype == "application/pdf" else answer.text)

    for kind, who in HANDS.items():
        where = f"/discharges/forms/{loop[kind]}"
        assert page(who, where) == MAY[kind] | ({"id tail"} if kind is FormKind.HEALTH_CENTRE else set()), kind
        if kind is not FormKind.POLICE:
            assert page(who, f"{where}/paper") == MAY[kind], f"{kind}: who is served by paper reads the same"
    # the lists: the police have none of names
    assert page("police", "/discharges/inbox") == set()
    for who in ("doctor", "town", "village_worker"):
        assert page(who, "/discharges/inbox") == WHO
    # the county's office reads the treatment, and telephones masked; the coordinator neither treatment nor where
    assert page("coordinator", "/discharges/board") == WHO
    assert page("coordinator", f"/discharges/loops/{loop['loop']}") == WHO
    assert page("coordinator", f"/discharges/loops/{loop['loop']}/receipts") <= WHO | {"hospital"}
    office = page("county_office", f"/discharges/loops/{loop['loop']}")
    assert office == WHO | {"diagnosis", "code", "medicine", "usage", "hospital"}
    assert page("county_office", f"/discharges/forms/{loop[FormKind.VILLAGE]}") == PLACE - {
        "guardian phone",
        "contact phone",
    }
    assert page("county_office", f"/discharges/forms/{loop[FormKind.HEALTH_CENTRE]}") == CLINICAL - {
        "guardian phone",
        "contact phone",
        "own phone",
    }
    # the family's notice: medicines and how to take them, nothing of illness or police; at the door whom the hospital knows
    notice = page("doctor", f"/discharges/notices/{loop[FormKind.GUARDIAN]}/paper")
    assert notice == WHO | {"guardian", "medicine", "usage", "signs"}
    notice = page("hospital", f"/discharges/notices/{loop[FormKind.GUARDIAN]}/paper")
    assert notice == WHO | {"contact", "medicine", "usage", "signs", "hospital"}
    # the hospital learns nothing that only the register knows
    own = page("hospital", f"/discharges/records/{loop['loop']}") | page("hospital", "/discharges/records")
    assert "guardian" not in own and "guardian phone" not in own
    # a town that enters a village's paper is shown no other unit's form
    assert page("town", f"/discharges/forms/{loop[FormKind.VILLAGE]}") == set()


@pytest.mark.parametrize("contact", ["澹台明月", ""], ids=["family at the door", "nobody named"])
def test_the_hospital_s_pages_and_papers_are_the_same_whether_or_not_somebody_is_registered(
    database: Database, county: County, client_as: Callable[[str], FlaskClient], contact: str
) -> None:
    """The same record of two people: one of the register, with guardian and doctor, and one whom nobody knows."""
    client, seen = client_as("hospital"), []
    with database.transaction() as session:
        doctor = county.actor("doctor")
        guarded(session, doctor, registered(session, doctor), person=person(MARKS["guardian"], sequence=502))
        sent = [
            submitted(
                session, county, id_number=id_number(sequence=number), hospital_number=report, contact_name=contact
            )
            for number, report in ((1, "BG-1"), (33, "BG-2"))
        ]
        assert [one.patient_id is None for one in sent] == [False, True]
        ids = [
            (one.public_id, one.hospital_number or "", forms(session, one)[FormKind.GUARDIAN].public_id) for one in sent
        ]
    for loop, number, notice in ids:
        answers = [
            client.get(f"/discharges/{where}")
            for where in (f"records/{loop}", f"notices/{notice}/confirm", f"notices/{notice}/paper")
        ]
        plain = [words_on(one.data) if one.mimetype == "application/pdf" else one.text for one in answers]
        seen.append(
            [
                (one.status_code, _without(text, loop, number, notice) if one.status_code == 200 else "")
                for one, text in zip(answers, plain, strict=True)
            ]
        )
    assert seen[0] == seen[1]
    assert [status for status, _text in seen[0]] == ([200, 200, 200] if contact else [200, 404, 404])
    assert MARKS["guardian"] not in str(seen) and ("登记监护人签收" in seen[0][0][1]) == bool(contact)


def _without(text: str, *ids: str) -> str:
    """A page without what differs from one to the next by nature: ids, form numbers, keys, tokens, marks of prints."""
    text = text.partition("<main")[2] or text  # the frame around it holds a token of the second
    for one in ids:
        text = text.replace(one, "").replace(form_number(one), "")
    text = re.sub(
        r'name="(csrf_token|key)"[^>]*value="[^"]*"|value="[^"]*" name="(csrf_token|key)"|nonce="[^"]*"', "", text
    )
    return re.sub(r"编号.*?校验码\s*\S+|[\w-]{43,}", "", text, flags=re.S)


def test_no_other_role_comes_near_and_a_closed_form_shows_nobody(
    app: Flask, database: Database, county: County, loop: dict[Any, str], client_as: Callable[[str], FlaskClient]
) -> None:
    for who in ("clerk", "reviewer", "finance", "auditor", "partner", "city_viewer", "admin", "village_doctor"):
        for where in (
            "/discharges/",
            f"/discharges/forms/{loop[FormKind.VILLAGE]}",
            f"/discharges/loops/{loop['loop']}",
        ):
            assert client_as(who).get(where).status_code == 403, (who, where)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        form = {"key": "k" * 22, "is_act": "1", "text": "已开帮扶会"}
        sent = client_as("town").post(f"/discharges/forms/{loop[FormKind.TOWN]}/report", data=form)
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert sent.status_code == 302
    closed = client_as("town").get(f"/discharges/forms/{loop[FormKind.TOWN]}")
    assert closed.status_code == 200 and found(closed.text) == set()
    with database.reading() as session:
        stored = session.execute(select(Discharge.__table__)).mappings().one()
    plain = " ".join(str(value) for name, value in stored.items() if not isinstance(value, bytes))
    assert found(plain) <= {"hospital", "report", "id tail"}
