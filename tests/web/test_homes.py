"""Each role's home, what is late and what can be printed: the right work first, each number opens its list, few queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.areas.models import AgencyKind
from app.audit import chain
from app.audit.models import AuditEvent
from app.core.actor import Role
from app.core.db import Database
from app.core.reasons import reason
from app.guardians.commands import SignAgreement
from app.guardians.service import sign_agreement
from app.patients.models import Admission, Diagnosis, Patient
from app.patients.rules import DiagnosisCategory, ManagementStatus
from app.people.models import Person
from app.people.service import set_phone
from app.subsidies.models import SubsidyRun
from app.subsidies.rules.transitions import RunState
from app.subsidies.service import submit_run
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import open_renewals
from tests.conftest import NOW, TODAY
from tests.rig.caseload import add_patient
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted
from tests.rig.register import first_guardian, registered, vault
from tests.rig.scene import NEAR, Scene

ClientAs = Callable[[str], FlaskClient]
ROLES = [role.value for role in Role if role is not Role.OPERATOR]
WORK_LIST_QUERIES = (
    # one of them what is owed to the national system, two discharges (forms, and who went to another town), one conferences
    12
)
# beyond finding out who asks; many at the clerk, for whom every area of the quarter counts what waits, insurance and benefits, most at
# the county's office: one the orders that ask for an answer, one the decisions that wait, two the names of places, abolished ones too
HOME_QUERIES = 24


def text_of(client: FlaskClient, path: str = "/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return unescape(answer.get_data(as_text=True))


def words_of(page: str) -> str:
    """What a reader sees of a page's main part."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def due(database: Database, patient: Patient, on: date, kind: TaskKind = TaskKind.FOLLOW_UP) -> None:
    with database.transaction() as session:
        session.add(
            Task(
                kind=kind,
                patient_id=patient.id,
                period=f"{kind}:{patient.id}",
                area_code=patient.area_code,
                agency_id=patient.agency_id,
                due_on=on,
                because=[reason("visit.due.stable", months=3, on=on).to_json()],
                opened_at=NOW,
            )
        )


def late_patient(database: Database, name: str, days: int, area_code: str = VILLAGE, **values: object) -> Patient:
    with database.transaction() as session:
        patient = add_patient(session, name, area_code, **values)
    due(database, patient, TODAY - timedelta(days=days))
    return patient


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_home_within_its_queries(
    database: Database, county: County, scene: Scene, client_as: ClientAs, role: str
) -> None:
    client = client_as(role)
    client.get("/")  # the first page of a while also notes that the session is in use

    with counted(database) as queries:
        page = text_of(client)

    assert "<h1" in page
    assert len(queries) - 1 <= HOME_QUERIES, "\n".join(queries)


# -- the clinician's day -----------------------------------------------------------------------------------------------


def test_the_highest_level_comes_first_then_the_latest(database: Database, county: County, client_as: ClientAs) -> None:
    late_patient(database, "甲一", 3, risk_level=0)
    late_patient(database, "乙二", 9, risk_level=0)
    late_patient(database, "丙三", 1, risk_level=4)
    late_patient(database, "丁四", 30)

    page = text_of(client_as("doctor"))

    assert [page.index(name) for name in ("丙三", "乙二", "甲一", "丁四")] == sorted(
        page.index(name) for name in ("甲一", "乙二", "丙三", "丁四")
    )
    assert "逾期 9 天" in page


def test_a_day_on_the_road_goes_village_by_village(database: Database, county: County, client_as: ClientAs) -> None:
    late_patient(database, "甲一", 1, SECOND_VILLAGE, risk_level=5)
    late_patient(database, "乙二", 1, VILLAGE, risk_level=0)

    page = text_of(client_as("doctor"), "/?by=village")

    assert page.index("东村") < page.index("乙二") < page.index("大王村") < page.index("甲一")


def test_one_tap_calls_and_one_opens_the_form(
    app: Flask, database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        set_phone(session, vault(session), session.get_one(Person, patient.person_id), "13812345678")
    client = client_as("doctor")

    page = text_of(client, "/?tab=later") + text_of(client, "/?tab=week") + text_of(client, "/?tab=overdue")

    assert 'href="tel:13812345678"' in page
    assert f'href="/patients/{patient.public_id}/visits/new"' in page
    assert f'href="/patients/{patient.public_id}/visits/attempt"' in page


def test_the_county_offices_list_holds_no_telephone(database: Database, county: County, client_as: ClientAs) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"))
        set_phone(session, vault(session), session.get_one(Person, patient.person_id), "13812345678")
    client = client_as("county_office")

    pages = "".join(text_of(client, f"/tasks/?tab={tab}") for tab in ("overdue", "week", "later"))

    assert patient.public_id in pages
    assert "13812345678" not in pages


def test_an_empty_day_says_when_the_next_visit_is(database: Database, county: County, client_as: ClientAs) -> None:
    late_patient(database, "甲一", -20)

    page = text_of(client_as("doctor"), "/?tab=overdue")

    assert "没有逾期的随访" in page
    assert "下一位在 12月11日" in page


def test_the_work_list_asks_as_little_for_many_patients_as_for_few(
    database: Database, county: County, client_as: ClientAs
) -> None:
    asked = []
    client = client_as("doctor")
    client.get("/")
    for more in (2, 40):
        for number in range(more):
            late_patient(database, f"李{number}", 1 + number % 5)
        with counted(database) as queries:
            text_of(client, "/?tab=overdue")
        asked.append(len(queries))

    assert asked[0] == asked[1] <= WORK_LIST_QUERIES


def test_the_list_pages_without_losing_anybody(database: Database, county: County, client_as: ClientAs) -> None:
    names = [f"李{number:02d}" for number in range(60)]
    for number, name in enumerate(names):
        late_patient(database, name, 1 + number % 7, risk_level=number % 4)
    client = client_as("doctor")

    first = text_of(client)
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = text_of(client, following[1])

    seen = [name for page in (first, second) for name in re.findall(r"李\d\d", page.split("</main>")[0])]
    assert set(seen) == set(names)


def test_a_stranger_area_is_on_nobodys_list(database: Database, county: County, client_as: ClientAs) -> None:
    late_patient(database, "欧阳外", 5, OTHER_VILLAGE)

    assert "欧阳外" not in text_of(client_as("doctor"))
    assert "欧阳外" in text_of(client_as("other_doctor"))


# -- first pages that count --------------------------------------------------------------------------------------------


def test_each_number_opens_the_list_behind_it(database: Database, county: County, client_as: ClientAs) -> None:
    for number in range(3):
        late_patient(database, f"赵{number}", 4 + number)
    late_patient(database, "钱九", 2, OTHER_VILLAGE)
    with database.transaction() as session:
        other = add_patient(session, "孙失", management_status=ManagementStatus.LOST)
        session.add(
            Diagnosis(patient_id=other.id, category=DiagnosisCategory.OTHER_REPORTABLE, from_on=TODAY, recorded_at=NOW)
        )
    client = client_as("coordinator")

    page = text_of(client)
    assert "六类 4，其他病种 1" in page  # the indicators count the six
    links = dict.fromkeys(re.findall(r'href="(/(?:late|patients)[^"]*)"', page))

    def rows(path: str) -> int:
        return text_of(client, path).count('<th scope="row"')

    assert rows("/late?when=late&kind=follow_up") == 4
    town = next(link for link in links if "kind=follow_up" in link and "place=349921100" in link)
    assert rows(town) == 3
    lost = next(link for link in links if "state=lost" in link and "place=349921100000" in link)
    assert "孙失" in text_of(client, lost)


def test_a_city_is_told_counts_from_five_on(database: Database, county: County, client_as: ClientAs) -> None:
    with database.transaction() as session:
        for number in range(4):
            add_patient(session, f"周{number}")

    def told() -> list[str]:
        row = text_of(client_as("city_viewer")).split("安和县", 2)[-1]
        return [words_of(f"<main{cell}</main>") for cell in re.findall(r"<td(.*?)</td>", row, re.S)[:2]]

    assert all("少于 5" in cell and "4" not in cell for cell in told())
    with database.transaction() as session:
        add_patient(session, "周末")
    assert [re.sub(r"\D", "", cell) for cell in told()] == ["5", "5"]
    with database.transaction() as session:
        for number in range(2):
            add_patient(session, f"吴{number}", management_status=ManagementStatus.LOST)
    registered, managed = told()
    assert "7" in registered and "少于 5" in managed, "two of them are not managed"


def test_a_page_that_counts_shows_no_name_to_a_city_or_a_town(
    database: Database, county: County, client_as: ClientAs
) -> None:
    late_patient(database, "慕容标记", 5, risk_level=5)

    for role in ("city_viewer", "town"):
        assert "慕容标记" not in text_of(client_as(role))
    assert "3 级及以上" not in text_of(client_as("town"))


# -- inboxes -----------------------------------------------------------------------------------------------------------


def test_the_village_is_told_whom_to_help_and_whom_to_call_and_nothing_of_illness(
    database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"), "单晓明")
        first_guardian(session, county.actor("clerk"), patient, "赵桂兰")
        clerk = county.actor("clerk")
        sign_agreement(session, clerk, patient, SignAgreement(date(2026, 1, 5), date(2026, 12, 1), "AHJH-1"), NOW)
        open_renewals(session, TODAY, NOW)

    page = text_of(client_as("village_worker"))

    words = words_of(page)
    assert "需协助居民" in words and "单晓明" in words and "赵桂兰" in words
    assert 'href="tel:13800000502"' in page
    assert not re.search("精神|患者|危险性|随访|诊断", words)


def test_a_hospital_sees_its_own_stays_only(database: Database, county: County, client_as: ClientAs) -> None:
    with database.transaction() as session:
        for name, hospital in (("在本院", "安和县hospital"), ("在别院", "别的医院")):
            patient = add_patient(session, name)
            session.add(
                Admission(patient_id=patient.id, hospital=hospital, from_on=TODAY - timedelta(days=9), recorded_at=NOW)
            )

    words = words_of(text_of(client_as("hospital")))

    assert "在本院" in words and " 10 " in words
    assert "在别院" not in words


@pytest.mark.parametrize("role", ["police", "partner"])
def test_an_inbox_without_anything_says_what_will_come(
    database: Database, county: County, client_as: ClientAs, role: str
) -> None:
    late_patient(database, "慕容标记", 5)

    words = words_of(text_of(client_as(role)))

    assert "今天没有送达的单据" in words and "会送到这里的是" in words
    assert "慕容标记" not in words


# -- money -------------------------------------------------------------------------------------------------------------


def test_a_run_waits_with_the_one_whose_turn_it_is(
    database: Database, county: County, scene: Scene, client_as: ClientAs
) -> None:
    clerk, reviewer, finance = client_as("clerk"), client_as("reviewer"), client_as("finance")
    assert "核对并提交" in words_of(text_of(clerk))
    assert "没有等您办理的批次" in words_of(text_of(reviewer))

    with database.transaction() as session:
        run = session.scalars(select(SubsidyRun).where(SubsidyRun.public_id == scene.near.run)).one()
        submit_run(session, county.actor("clerk"), run, NOW)

    assert "逐笔核对并审批" in words_of(text_of(reviewer))
    assert "没有等您办理的批次" in words_of(text_of(finance))


def test_nobody_who_pays_is_shown_a_patients_name(county: County, scene: Scene, client_as: ClientAs) -> None:
    for role in ("clerk", "reviewer", "finance", "auditor"):
        for path in ("/", "/reports/"):
            assert NEAR.patient_name not in text_of(client_as(role), path)


def test_the_auditor_can_have_the_chain_walked(
    database: Database, county: County, scene: Scene, client_as: ClientAs
) -> None:
    client = client_as("auditor")
    assert "已逐条核验" not in words_of(text_of(client))
    assert "不完整" in words_of(text_of(client, "/?verify=1")), "events that no sealer took up are no whole chain"

    with database.transaction() as session:
        chain.seal(session, NOW)

    assert "链条完整" in words_of(text_of(client, "/?verify=1"))


def test_papers_are_offered_run_by_run_to_those_who_print_money(
    county: County, scene: Scene, client_as: ClientAs
) -> None:
    page = text_of(client_as("clerk"), "/reports/")

    for paper in ("ledger-pdf", "ledger-xlsx"):
        assert f'action="/subsidies/{scene.near.run}/print/{paper}"' in page
    assert scene.far.run not in page
    offered = re.findall(r"/subsidies/[^\"]+", text_of(client_as("coordinator"), "/reports/"))
    assert offered and all(one.rsplit("/", 1)[1] in {"summary.pdf", "summary.xlsx"} for one in offered)


def test_a_paper_that_comes_later_says_so_and_is_no_button(
    database: Database, county: County, scene: Scene, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        run = session.scalars(select(SubsidyRun).where(SubsidyRun.public_id == scene.near.run)).one()
        assert run.state is RunState.DRAFT
    page = text_of(client_as("clerk"), "/reports/")
    assert f"/subsidies/{scene.near.run}/print/notices" not in page
    assert "监护人告知书：审批通过后打印" in page
    assert f'action="/subsidies/{scene.near.run}/print/ledger-pdf"' in page


def test_the_figure_of_high_levels_opens_exactly_these_people(
    database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        for level in (None, 0, 2, 3, 4, 5):
            add_patient(session, f"第{level}级", risk_level=level)
    page = text_of(client_as("coordinator"))
    found = re.search(r'href="(/patients/\?[^"]*level=3up)">(\d+)</a>', page)
    assert found is not None and found[2] == "3"
    listed = words_of(text_of(client_as("coordinator"), found[1]))
    assert [name in listed for name in ("第2级", "第3级", "第4级", "第5级")] == [False, True, True, True]


# -- what leaves the house ---------------------------------------------------------------------------------------------


def test_screen_paper_and_workbook_hold_the_same_rows_and_taking_them_out_is_noted(
    database: Database, county: County, client_as: ClientAs
) -> None:
    for number in range(4):
        late_patient(
            database, f"吴{number}", 2 + number, agency_id=county.agencies[AgencyKind.HEALTH_CENTRE, "349921100000"]
        )
    client = client_as("coordinator")

    screen = re.findall(r"吴\d", text_of(client, "/late?kind=follow_up").split("<tbody>")[1])
    paper = re.findall(r"吴\d", text_of(client, "/late/paper?kind=follow_up").split("<tbody>")[1])
    workbook = client.get("/late/workbook?kind=follow_up")
    sheet = openpyxl.load_workbook(BytesIO(workbook.data)).active
    assert sheet is not None
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]

    assert screen == paper == [cell for cell in cells if re.fullmatch(r"吴\d", cell)] == ["吴3", "吴2", "吴1", "吴0"]
    assert any("内部资料" in cell for cell in cells)
    with database.reading() as session:
        noted = session.execute(
            select(AuditEvent.action, AuditEvent.count)
            .where(AuditEvent.action.startswith("desk.late"))
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(row) for row in noted] == [("desk.late_printed", 4), ("desk.late_exported", 4)]


@pytest.mark.parametrize(
    "query", ["kind=x&when=y&place=z", "place=34&agency=%27", "after=AAAA", "kind=unlocking", "tab=x&by=y"]
)
def test_an_odd_address_is_read_as_far_as_it_makes_sense(
    database: Database, county: County, client_as: ClientAs, query: str
) -> None:
    late_patient(database, "甲一", 3)

    assert client_as("coordinator").get(f"/late?{query}").status_code == 200
    assert client_as("doctor").get(f"/?{query}").status_code == 200
