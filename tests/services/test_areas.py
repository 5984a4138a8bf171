"""The area tree comes from files as offices save them; errors are named by row, and nothing is ever deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind, Area
from app.areas.queries import (
    full_name,
    full_names,
    list_towns,
    responsible_agency,
    village_choices,
)
from app.areas.rules import AreaLevel
from app.areas.service import import_areas
from app.core.errors import Invalid
from tests.rig.county import COUNTY, OTHER_VILLAGE, TOWN, VILLAGE, County

FILE = Path(__file__).parent.parent / "data" / "areas_anhe.csv"
HEADER = "区划代码,名称,级别\n"
ABOVE = "340000000000,安徽省,省\n349900000000,示例市,市\n349921000000,安和县,县\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_every_encoding_that_offices_save(session: Session, encoding: str) -> None:
    content = FILE.read_text(encoding="utf-8-sig").encode(encoding)
    done = import_areas(session, content)
    assert (done.rows, done.stored, done.errors) == (111, 111, ())
    village = session.get_one(Area, VILLAGE)
    assert (village.name, village.level, village.parent_code) == ("东村", AreaLevel.VILLAGE, TOWN)


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    import_areas(session, FILE.read_bytes())
    again = import_areas(session, FILE.read_bytes())
    assert (again.stored, again.changed, again.unchanged) == (0, 0, 111)


def test_a_new_name_is_taken_over_and_what_a_file_leaves_out_stays(session: Session) -> None:
    import_areas(session, FILE.read_bytes())
    done = import_areas(session, (HEADER + ABOVE.replace("安和县", "安和区")).encode())
    assert (done.stored, done.changed) == (0, 1)
    assert session.scalar(select(func.count()).select_from(Area)) == 111
    assert session.get_one(Area, COUNTY).name == "安和区"


def test_rows_may_come_in_any_order(session: Session) -> None:
    lines = (HEADER + ABOVE).splitlines()
    done = import_areas(session, "\n".join([lines[0], *reversed(lines[1:])]).encode())
    assert (done.stored, done.errors) == (3, ())


def test_errors_are_named_by_row_and_then_nothing_is_stored(session: Session) -> None:
    text = HEADER + ABOVE + "34992110000,少一位,乡\n349921100000,,乡\n349921100200,东村,县\n349921900200,孤村,村\n"
    done = import_areas(session, text.encode())
    assert [(error.row, error.why.code) for error in done.errors] == [
        (5, "areas.code.shape"),
        (6, "areas.name.empty"),
        (7, "areas.level.differs"),
        (8, "areas.code.parent"),
    ]
    assert session.scalar(select(func.count()).select_from(Area)) == 0


def test_a_county_may_stand_without_the_places_above_it_until_they_come(session: Session) -> None:
    import_areas(session, (HEADER + "349921000000,安和县,县\n").encode())
    assert session.get_one(Area, COUNTY).parent_code is None
    import_areas(session, (HEADER + ABOVE).encode())
    assert session.get_one(Area, COUNTY).parent_code == "349900000000"


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff\xfe", "甲,乙\n1,2\n".encode()])
def test_a_file_that_is_no_such_table_is_refused_in_words(session: Session, content: bytes) -> None:
    with pytest.raises(Invalid):
        import_areas(session, content)


def test_a_village_is_named_with_its_town(session: Session, county: County) -> None:
    assert full_name(session, VILLAGE) == "城关镇·东村"
    assert full_names(session, [VILLAGE, OTHER_VILLAGE, TOWN])[TOWN] == "城关镇"


def test_towns_and_villages_stay_within_the_actors_area(session: Session, county: County) -> None:
    doctor = county.actor("doctor")
    assert [town.name for town in list_towns(session, doctor)] == ["城关镇"]
    assert village_choices(session, county.actor("village_doctor")) == {"城关镇": [(VILLAGE, "东村")]}


def test_the_towns_health_centre_is_responsible_for_its_villages(session: Session, county: County) -> None:
    agency = responsible_agency(session, VILLAGE)
    assert agency is not None and (agency.kind, agency.area_code) == (AgencyKind.HEALTH_CENTRE, TOWN)


def test_the_command_tells_counts_and_exits_2_on_errors(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["areas", "import", str(FILE), "--json"])
    assert done.exit_code == 0 and '"stored": 111' in done.output
    broken = tmp_path / "broken.csv"
    broken.write_text(HEADER + "1,坏,村\n", encoding="utf-8")
    refused = runner.invoke(args=["areas", "import", str(broken)])
    assert refused.exit_code == 2 and "row 2, 区划代码" in refused.stderr
