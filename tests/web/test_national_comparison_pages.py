"""The register beside an export of the national system, by page: sent, looked at, compared once, worked through, compared again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel, prefix_of
from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.db import Base, Database
from app.core.errors import Conflict, Forbidden
from app.core.files import purge_files
from app.core.keys import current_keyring
from app.core.models import KeptFile, WorkItem
from app.patients.models import Patient
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_national import (
    Wanted,
    count_findings,
    count_wanted,
    get_comparison,
    get_findings,
    list_findings,
)
from app.roster.rules.national import Decision, FindingKind
from app.roster.rules.national_rows import NationalReading, NationalRow
from app.roster.service.national import KEPT, Export, compare_export
from app.roster.service.settling import answer_possible, decide, forget_comparisons
from app.roster.work import compare_national
from scheduler.house import House as Scheduler
from scheduler.work import do_next
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_TOWN, TOWN, County
from tests.rig.crowd import meanwhile
from tests.rig.national_register import ODD_HEADERS, register_export
from tests.rig.register import id_number, registered

SignIn = Callable[[str], FlaskClient]
STRANGER = id_number(sequence=777)
STRANGERS_NAME = "查无此人"
NAMES = ("单晓明", "计明", "陶然", "卜一鸣", "郝燕", "解放", "仇先生")
LEFT_OUT = "冉在册"
AS_OF = TODAY - timedelta(days=1)
ACTS = frozenset(f"roster.national_{act}" for act in ("compared", "opened", "settled", "answered", "exported"))


@dataclass
class Ground:
    """The county's register: somebody of each kind that a comparison can find."""

    database: Database
    county: County
    patients: dict[str, str]

    def row(self, who: str, **said: Any) -> dict[str, Any]:
        at = [*NAMES, LEFT_OUT].index(who) + 1
        return {
            "name": who, "id": id_number(sequence=at), "birth": "1980-05-01", "address": "安和县城关镇东村3组", "diagnosis": "精神分裂症",
            "state": "在册", "agency": "城关镇health_centre",
        } | said  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        same, level, died, moved, possible, number, other = NAMES
        return [
            self.row(same),
            self.row(level, level=4, diagnosis="双相情感障碍"),
            self.row(died, state="死亡", died="2026/8/15"),
            self.row(moved, address="安和县安平镇东村", agency="安平镇health_centre"),
            self.row(possible, id=None),
            self.row(number, id=3.4992119800501e17),
            self.row(other, record="99900001", id=None, birth="1961-02-03"),
            self.row(same, name=STRANGERS_NAME, id=STRANGER),
            self.row(same, record=None),
        ]


@pytest.fixture
def ground(app: Flask, database: Database, county: County) -> Ground:
    office = county.actor("county_office")
    with database.transaction() as session:
        patients = {
            name: registered(session, office, name, at).public_id for at, name in enumerate([*NAMES, LEFT_OUT], 1)
        }
        of_level = session.scalars(select(Patient).where(Patient.public_id == patients["计明"])).one()
        of_level.risk_level = 2
    return Ground(database, county, patients)


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    scheduler = Scheduler.of(app)

    def done() -> None:
        assert do_next(scheduler)

    return done


def sent(client: FlaskClient, content: bytes, as_of: date = AS_OF) -> str:
    data = {"as_of": as_of.isoformat(), "file": (BytesIO(content), "导出.xlsx")}
    response = client.post("/roster/national/", data=data, content_type="multipart/form-data")
    assert response.status_code == 302, response.get_data(as_text=True)
    return str(response.headers["Location"])


def figures(page: str) -> dict[str, int]:
    """Each figure that opens a list: its address → what it says."""
    found = re.findall(r'class="figure" href="([^"]+)">([\d,]+)<', page)
    return {address.replace("&amp;", "&"): int(count.replace(",", "")) for address, count in found}


def listed(client: FlaskClient, address: str) -> list[str]:
    """The findings of a list, page after page."""
    found: list[str] = []
    here: str | None = address
    while here:
        page = client.get(here).get_data(as_text=True)
        found += re.findall(r'<tr class="figure-row">(.*?)</tr>', page, re.S)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        here = following[1].replace("&amp;", "&") if following else None
    return found


def ids(rows: list[str]) -> list[str]:
    return [re.findall(r'name="finding" id="f-([\w-]+)"', row)[0] for row in rows]


def settle(client: FlaskClient, address: str, findings: list[str], decision: str) -> int:
    return client.post(address, data={"finding": findings, "decision": decision}).status_code


def test_an_export_is_compared_once_worked_through_and_remembered(
    client_as: SignIn, ground: Ground, work: Callable[[], None]
) -> None:
    client = client_as("county_office")
    titles = [["2026年三季度患者信息"], ["填报单位：安和县"]]
    address = sent(client, register_export(ground.rows(), ODD_HEADERS, titles))
    preview = client.get(address).get_data(as_text=True)
    assert "末位已丢失" in preview
    assert "没有这些列，不比较：" not in preview
    for secret in (STRANGER, STRANGERS_NAME):
        assert secret not in preview, "the page about the columns names nobody"
    asked = {client.post(f"{address}/compare").headers["Location"] for _press in range(2)}
    assert len(asked) == 1, "pressed twice, asked for once"
    work()
    told = client.get(asked.pop()).get_data(as_text=True)
    result = re.search(r"/roster/national/[\w-]{22}", told)
    assert result is not None
    page = client.get(result[0]).get_data(as_text=True)
    assert client.post(f"{address}/compare").status_code == 404, "the file is gone"

    counts = figures(page)
    for where, count in counts.items():
        assert len(listed(client, where)) == count, where
    kinds = {where.rpartition("/")[2]: count for where, count in counts.items() if "?" not in where}
    assert kinds == {
        "missing_here": 2, "missing_there": 2, "died": 1, "moved": 1, "differing": 1, "possible": 1, "unreadable": 2, "same": 1, "gone": 0,
    }  # fmt: skip
    assert sum(kinds.values()) - kinds["missing_there"] == len(ground.rows()), "each row stands once"

    (differing,) = listed(client, f"{result[0]}/differing")
    assert all(
        said in differing for said in ("双相（情感）障碍", "精神分裂症", "4 级", "2 级", ground.patients["计明"])
    )
    missing = listed(client, f"{result[0]}/missing_there")
    assert [name for name in (*NAMES, LEFT_OUT) if name in "".join(missing)] == ["仇先生", LEFT_OUT]
    assert STRANGER not in "".join(listed(client, f"{result[0]}/missing_here")), "a number is shown masked"
    (possible,) = listed(client, f"{result[0]}/possible")
    answer = re.search(r'action="([^"]+)"', possible)
    assert answer is not None
    assert client.post(answer[1], data={}).status_code == 400
    assert client.post(answer[1], data={"same": "yes"}).status_code == 302
    assert client.post(answer[1], data={"same": "no"}).status_code == 409, "answered once"
    assert figures(client.get(result[0]).get_data(as_text=True))[f"{result[0]}/same"] == 2

    where = f"{result[0]}/differing"
    assert settle(client, where, [], "correct_there") == 400
    assert settle(client, where, ids([differing]), "") == 400
    assert settle(client, where, ids([differing]), "correct_there") == 302
    assert settle(client, f"{result[0]}/died", ids(listed(client, f"{result[0]}/died")), "corrected_here") == 302
    where = f"{result[0]}/missing_there"
    assert 'id="town"' not in client.get(where).get_data(as_text=True), "a short list is not narrowed"
    narrowed = client.get(f"{where}?town={OTHER_TOWN}&word=open").get_data(as_text=True)
    assert "没有这样的记录" in narrowed and 'name="word" value="open"' in narrowed
    assert len(listed(client, f"{where}?town={TOWN}")) == len(missing)
    assert settle(client, where, ids(missing), "no_change") == 302
    book = openpyxl.load_workbook(BytesIO(client.get(f"{result[0]}/corrections.xlsx").data))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]  # type: ignore[union-attr]  # a fresh workbook has a sheet
    assert {"计明", "诊断", "4 级", "2 级"} <= set(cells)
    assert LEFT_OUT not in cells

    address = sent(client, register_export(ground.rows()), TODAY)
    client.post(f"{address}/compare")
    work()
    again = next(one for one in _comparisons(ground) if one not in result[0])
    assert not listed(client, f"/roster/national/{again}/possible"), "nobody is asked twice whose row it is"
    assert "人工确认是同一人" in "".join(listed(client, f"/roster/national/{again}/same"))
    page = client.get(f"/roster/national/{again}").get_data(as_text=True)
    open_ones = {where: count for where, count in figures(page).items() if where.endswith("word=open")}
    assert open_ones[f"/roster/national/{again}/differing?word=open"] == 0, "still to be corrected there"
    assert open_ones[f"/roster/national/{again}/missing_there?word=open"] == 0, "nothing has changed"
    assert open_ones[f"/roster/national/{again}/died?word=open"] == 1
    assert "上次记为“已在本系统改正”，仍不一致" in client.get(f"/roster/national/{again}/died").get_data(as_text=True)
    _nothing_in_clear(ground)

    coordinator = client_as("coordinator")
    page = coordinator.get(f"/roster/national/{again}").get_data(as_text=True)
    assert "国家系统有，本系统没有" in page
    assert not figures(page), "figures without lists"
    assert coordinator.get(f"/roster/national/{again}/differing").status_code == 403
    assert client_as("town").get("/roster/national/").status_code == 403


def test_whose_row_it_is_not_is_not_asked_again_and_another_row_is(
    client_as: SignIn, ground: Ground, work: Callable[[], None]
) -> None:
    client, who = client_as("county_office"), NAMES[4]
    assert client.get(f"/roster/national/files/{TODAY + timedelta(days=1)}/any").status_code == 404

    def compared(*rows: dict[str, Any]) -> str:
        known = set(_comparisons(ground))
        client.post(f"{sent(client, register_export(list(rows)))}/compare")
        work()
        (new,) = set(_comparisons(ground)) - known
        return f"/roster/national/{new}"

    def answer(result: str, same: str) -> None:
        (row,) = listed(client, f"{result}/possible")
        form = re.search(r'action="([^"]+)"', row)
        assert form and client.post(form[1], data={"same": same}).status_code == 302

    def listed_as(result: str) -> dict[str, int]:
        page = client.get(result).get_data(as_text=True)
        found = {where.rpartition("/")[2]: count for where, count in figures(page).items() if "?" not in where}
        return {kind: found[kind] for kind in ("missing_here", "missing_there", "possible", "same", "differing")}

    everybody = len(ground.patients)
    namesake, theirs = ground.row(who, id=None, record="99900001"), ground.row(who, id=None, record="99900002")
    first = compared(namesake)
    answer(first, "no")
    where = f"{first}/missing_here"
    assert settle(client, where, ids(listed(client, where)), "no_change") == 302
    second = compared(namesake, theirs)
    assert listed_as(second) == {
        "missing_here": 1,
        "missing_there": everybody - 1,
        "possible": 1,
        "same": 0,
        "differing": 0,
    }
    assert "上次比对时处理" in "".join(listed(client, f"{second}/missing_here"))
    answer(second, "yes")
    third = compared(theirs | {"level": 5}, namesake)
    assert listed_as(third)["possible"] == 0
    assert listed_as(third)["missing_here"] == 1
    assert listed_as(third)["missing_there"] == everybody - 1
    same = "".join(listed(client, f"{third}/same") + listed(client, f"{third}/differing"))
    assert who in same and "人工确认是同一人" in same

    with ground.database.transaction() as session:
        session.execute(
            update(Patient).where(Patient.public_id == ground.patients[NAMES[0]]).values(record_number="100-00077")
        )
    other = compared(ground.row(NAMES[0], record="100-00077", id=id_number(sequence=778)))
    (row,) = listed(client, f"{other}/differing")
    assert "位不同" in row and id_number(sequence=1) not in row, "numbers are masked, and told apart by their digits"


def test_of_two_who_answer_for_one_patient_the_second_reads_what_the_first_said(
    client_as: SignIn, ground: Ground, work: Callable[[], None], app: Flask
) -> None:
    client, who, office = client_as("county_office"), NAMES[4], ground.county.actor("county_office")

    def both(same: bool, as_of: date) -> tuple[tuple[str, str], list[FindingKind]]:
        rows = [ground.row(who, id=None, record=f"9990000{n}{as_of.day}") for n in range(2)]
        known = set(_comparisons(ground))
        client.post(f"{sent(client, register_export(rows), as_of)}/compare")
        work()
        (new,) = set(_comparisons(ground)) - known
        with ground.database.reading() as session:
            found = _possible(session, get_comparison(session, office, new))
            first, second = (one.public_id for one in found)

        def answer(finding: str) -> Callable[[Session], object]:
            def act(session: Session) -> object:
                comparison = get_comparison(session, office, new)
                (one,) = get_findings(session, comparison, [finding])
                keyring = app.extensions["anhu.keyring"]
                return answer_possible(session, keyring, office, comparison, one, same, NOW)

            return act

        outcome = meanwhile(ground.database, answer(first), answer(second))
        with ground.database.reading() as session:
            rows_now = get_findings(session, get_comparison(session, office, new), [first, second])
            here = select(NationalFinding.kind).where(
                NationalFinding.comparison_id == rows_now[0].comparison_id,
                NationalFinding.patient_id == found[0].patient_id,
            )
            return outcome, list(session.scalars(here.order_by(NationalFinding.kind)))

    assert both(same=False, as_of=AS_OF) == (("done", "done"), [FindingKind.MISSING_THERE])
    outcome, kinds = both(same=True, as_of=TODAY)
    assert outcome == ("done", "roster.national.named_twice")
    assert len(kinds) == 2 and FindingKind.POSSIBLE in kinds


def _possible(session: Session, comparison: NationalComparison) -> list[NationalFinding]:
    rows = select(NationalFinding).where(
        NationalFinding.comparison_id == comparison.id, NationalFinding.kind == FindingKind.POSSIBLE
    )
    return list(session.scalars(rows.order_by(NationalFinding.id)))


def _comparisons(ground: Ground) -> list[str]:
    with ground.database.reading() as session:
        return list(session.scalars(select(NationalComparison.public_id)))


def _nothing_in_clear(ground: Ground, noted: frozenset[str] | set[str] = ACTS) -> None:
    """Neither a stranger's number nor name stands anywhere, the files are gone, and each look was noted."""
    with ground.database.reading() as session:
        stored = "".join(repr(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
        assert STRANGER not in stored
        assert STRANGERS_NAME not in stored
        kinds = session.scalars(select(KeptFile.kind)).all()
        assert set(kinds) == {"national_key"}
        assert noted <= set(session.scalars(select(AuditEvent.action)))


def test_columns_that_nobody_understood_are_mapped_by_hand_and_known_the_next_time(
    client_as: SignIn, ground: Ground, work: Callable[[], None]
) -> None:
    client = client_as("county_office")
    strange = {"甲": "name", "乙": "id", "丙": "state"}
    content = register_export([ground.row(NAMES[0])], {field: title for title, field in strange.items()})
    address = sent(client, content)
    assert "没有找到表头" in client.get(address).get_data(as_text=True)
    mapped = {"h-0": "1", "c-0-0": "patient_name", "c-0-1": "patient_id_number", "c-0-2": "registry_state"}
    looked = client.post(address, data=mapped).headers["Location"]
    page = client.get(looked).get_data(as_text=True)
    assert "没有这些列，不比较：" in page
    sent_on = dict(re.findall(r'<input type="hidden" name="([ch]-[\d-]+)" value="([^"]*)"', page))
    client.post(f"{address}/compare", data=sent_on)
    work()
    assert len(_comparisons(ground)) == 1
    address = sent(client, content)
    assert "没有找到表头" not in client.get(address).get_data(as_text=True)


def test_what_is_no_register_or_comes_from_the_future_is_refused_at_its_field(
    client_as: SignIn, ground: Ground
) -> None:
    client = client_as("county_office")
    later = {"as_of": (TODAY + timedelta(days=1)).isoformat(), "file": (BytesIO(register_export([])), "a.xlsx")}
    nothing = {"as_of": TODAY.isoformat(), "file": (BytesIO(b""), "a.xlsx")}
    text = {"as_of": TODAY.isoformat(), "file": (BytesIO(b"%PDF-1.4"), "a.xlsx")}
    for data in (later, nothing, text, {}):
        assert client.post("/roster/national/", data=data, content_type="multipart/form-data").status_code == 400
    address = sent(client, register_export([]))
    assert "表头下面没有患者" in client.get(address).get_data(as_text=True)


def test_a_process_that_dies_leaves_nothing_or_one_comparison_and_who_has_left_is_no_stranger(
    client_as: SignIn, ground: Ground, work: Callable[[], None], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _move_away(ground, LEFT_OUT)
    client = client_as("county_office")
    address = sent(client, register_export([ground.row(LEFT_OUT), ground.row(NAMES[0])]))
    client.post(f"{address}/compare")
    with ground.database.reading() as session:
        item = session.scalars(select(WorkItem)).one()
    for dies_at in ("keep_file", "insert_rows"):
        with app.app_context(), monkeypatch.context() as dying:
            dying.setattr(f"app.roster.service.national.{dies_at}", _die)
            with pytest.raises(Died):
                compare_national(ground.database, item, lambda _done, _of: None)
        assert _comparisons(ground) == []
    with app.app_context(), monkeypatch.context() as dying:
        dying.setattr("app.roster.work.forget_upload", _die)
        with pytest.raises(Died):
            compare_national(ground.database, item, lambda _done, _of: None)
    work()
    (done,) = _comparisons(ground)
    (moved,) = listed(client, f"/roster/national/{done}/moved")
    assert "已迁出本县" in moved
    assert ground.patients[LEFT_OUT] not in moved, "nobody of another county is opened"
    _nothing_in_clear(ground, {"roster.national_compared"})


class Died(Exception):
    """A process that was killed."""


def _die(*_args: object, **_named: object) -> None:
    raise Died


def _move_away(ground: Ground, name: str) -> None:
    """Into another county of the same house."""
    county, village = "349922000000", "349922100200"
    with ground.database.transaction() as session:
        session.add_all(
            [
                Area(code=county, name="邻水县", level=AreaLevel.COUNTY, parent_code="349900000000"),
                Area(code=village, name="河湾村", level=AreaLevel.VILLAGE, parent_code=county),
            ]
        )
        session.flush()
        patient = session.scalars(select(Patient).where(Patient.public_id == ground.patients[name])).one()
        patient.area_code = village


def test_twenty_thousand_rows_are_compared_all_or_nothing_and_forgotten_after_their_term(
    app: Flask, ground: Ground, session: Session
) -> None:
    office = ground.county.actor("county_office")
    rows = [NationalRow(0, at, name=f"人{at}", record_number=f"7{at:07d}", area_code=TOWN) for at in range(2, 20_000)]
    rows += [NationalRow(0, 20_001, name=NAMES[0], number=id_number(sequence=1), level=5)]

    @contextmanager
    def here() -> Iterator[Session]:
        with session.begin_nested():
            yield session

    def asked(upload: str, by: Actor = office) -> str:
        export = Export(upload, "0" * 64, AS_OF, COUNTY, NationalReading((), tuple(rows)))
        return compare_export(here, here, current_keyring(), by, export, NOW, lambda _done, _of: None)

    with app.app_context():
        with pytest.raises(Forbidden):
            asked("no", ground.county.actor("coordinator"))
        first = asked("upload")
        assert asked("upload") == first, "one upload is one comparison"
        comparison = get_comparison(session, office, first)
        counted = count_findings(session, comparison)
        assert counted.of(FindingKind.MISSING_HERE) == len(rows) - 1
        assert counted.of(*FindingKind) - counted.of(FindingKind.MISSING_THERE) == len(rows)
        page = list_findings(session, comparison, Wanted(FindingKind.MISSING_HERE), None)
        assert len(page.rows) == 50
        in_town = Wanted(FindingKind.MISSING_HERE, place=prefix_of(TOWN))
        assert count_wanted(session, comparison, in_town) == len(rows) - 1
        assert count_wanted(session, comparison, replace(in_town, place=prefix_of(OTHER_TOWN))) == 0
        assert page.next_cursor
        _guarded(session, page.rows[0])
        with pytest.raises(Conflict):
            decide(session, office, comparison, _of(session, comparison, FindingKind.SAME), Decision.NO_CHANGE, NOW)
        kinds = dict(counted.kinds)
        assert forget_comparisons(session, NOW + KEPT - timedelta(seconds=1)) == 0
        assert forget_comparisons(session, NOW + KEPT) == 1
        assert purge_files(session, NOW + KEPT) == 1, "the key goes with what it opened"
        assert not session.scalar(select(func.count()).select_from(NationalFinding))
        assert count_findings(session, comparison).kinds == kinds
        for changed in ({"counts": None, "forgotten_at": None}, {"counts": {}}, {"forgotten_at": NOW}):
            with pytest.raises(DBAPIError), session.begin_nested():
                session.execute(update(NationalComparison).values(changed))
        with pytest.raises(Conflict):
            decide(session, office, comparison, page.rows[:1], Decision.NO_CHANGE, NOW)


def _of(session: Session, comparison: NationalComparison, kind: FindingKind) -> list[NationalFinding]:
    found = list(list_findings(session, comparison, Wanted(kind), None).rows)
    return found or list(session.scalars(select(NationalFinding).where(NationalFinding.kind == kind)))


def _guarded(session: Session, finding: NationalFinding) -> None:
    """What the database refuses, whoever asks."""
    comparison = finding.comparison_id
    of_it = NationalFinding.id == finding.id
    new = {"public_id": "x", "comparison_id": comparison, "kind": FindingKind.MISSING_HERE, "sheet": 0, "row_number": 99_999, "area_code": TOWN}  # fmt: skip
    said = {"decision": Decision.NO_CHANGE, "decided_at": NOW, "decided_by": 1}
    before = {"said_before": Decision.NO_CHANGE, "said_before_at": NOW}
    for statement in (
        update(NationalFinding).where(of_it).values(kind=FindingKind.GONE),
        update(NationalFinding).where(of_it).values(row_number=1),
        update(NationalFinding).where(of_it).values(decision=Decision.NO_CHANGE),
        update(NationalComparison).where(NationalComparison.id == comparison).values(as_of=TODAY),
        delete(NationalComparison).where(NationalComparison.id == comparison),
        delete(NationalFinding).where(of_it),  # before its term
        insert(NationalFinding).values(new | said),  # decided by somebody who never did
        insert(NationalFinding).values(new | said | before),
    ):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)
