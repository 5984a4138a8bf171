"""`flask roster`: counts, each error as `row N, column: why`, and the exit status that scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask

from app.areas.service import import_areas
from app.core.db import Database
from tests.rig.county import County
from tests.rig.national import exported, visit
from tests.rig.rosters import DATA, flat, people, person, workbook

MESSY, CLEAN = DATA / "roster_anhe_2026.xlsx", DATA / "roster_anhe_2026_clean.xlsx"

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, database: Database, county: County) -> Run:
    with database.transaction() as session:
        import_areas(session, (DATA / "areas_anhe.csv").read_bytes())
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=["roster", *map(str, args)])


def test_a_dry_run_names_the_21_bad_rows_and_ends_with_2(run: Run) -> None:
    done = run("import", MESSY, "--as", "county_office", "--dry-run")
    assert done.exit_code == 2
    lines = [line for line in done.stdout.splitlines() if line.startswith("row ") and ", " in line]
    assert len(lines) == 21
    assert "row 321, 危险性等级: 危险性等级“6级”不在 0 至 5 级之内" in lines


def test_good_rows_are_stored_the_rest_is_written_and_it_ends_with_3(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "rejects.xlsx"
    done = run("import", MESSY, "--as", "county_office", "--good-rows", "--rejects", out, "--json")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert (told["rows"], told["stored"], len(told["errors"])) == (420, 399, 21)
    assert {"row", "column", "why"} <= told["errors"][0].keys()
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 22
    again = run("import", MESSY, "--as", "county_office", "--good-rows", "--json")
    assert (again.exit_code, json.loads(again.stdout)["stored"]) == (3, 0)


def test_the_clean_file_stores_all_and_again_nothing(run: Run) -> None:
    first = run("import", CLEAN, "--as", "county_office", "--json")
    assert (first.exit_code, json.loads(first.stdout)["stored"]) == (0, 420)
    second = run("import", CLEAN, "--as", "county_office", "--json")
    told = json.loads(second.stdout)
    assert (second.exit_code, told["stored"], told["unchanged"]) == (0, 0, 420)


def test_by_default_one_wrong_row_refuses_all(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook({"a": flat([person(1), person(2, level=8)])}))
    done = run("import", file, "--as", "county_office", "--json")
    assert (done.exit_code, json.loads(done.stdout)["stored"]) == (2, 0)


def test_files_that_are_no_rosters_are_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"nonsense")
    done = run("import", file, "--as", "county_office")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert run("import", DATA / "areas_anhe.csv", "--as", "county_office").exit_code == 2


def test_unknown_users_and_other_roles_may_not_import(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook({"a": flat(people(1))}))
    assert run("import", file, "--as", "nobody").exit_code == 1
    assert run("import", file, "--as", "doctor").exit_code == 1


def test_several_sheets_are_told_apart(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook({"城关镇": flat([person(1)]), "安平镇": flat([person(2, level=8)])}))
    done = run("import", file, "--as", "county_office", "--dry-run")
    assert "row 2, 安平镇 危险等级: " in done.stdout


def test_the_template_is_written(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    assert run("template", out).exit_code == 0
    assert openpyxl.load_workbook(out).sheetnames == ["花名册", "填表说明"]


# -- visits from the national system ------------------------------------------------------------------------------------


@pytest.fixture
def visits_file(run: Run, tmp_path: Path) -> Path:
    """One visit of somebody registered, one of nobody."""
    roster, file = tmp_path / "roster.xlsx", tmp_path / "visits.xlsx"
    roster.write_bytes(workbook({"a": flat([person(1)])}))
    assert run("import", roster, "--as", "county_office").exit_code == 0
    file.write_bytes(exported([visit(1), visit(2)]))
    return file


def test_visits_of_an_export_are_refused_whole_or_stored_in_part_as_a_roster_is(
    run: Run, visits_file: Path, tmp_path: Path
) -> None:
    refused = run("visits", visits_file, "--as", "county_office")
    assert refused.exit_code == 2 and "row 5, 姓名: 这里没有登记此人：请先登记，或核对号码" in refused.stdout
    out = tmp_path / "rejects.xlsx"
    partly = run("visits", visits_file, "--as", "county_office", "--good-rows", "--rejects", out, "--json")
    told = json.loads(partly.stdout)
    assert (partly.exit_code, told["rows"], told["stored"], told["created"]) == (3, 2, 1, 1)
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 2
    again = run("visits", visits_file, "--as", "county_office", "--good-rows", "--json")
    assert json.loads(again.stdout)["stored"] == 0


def test_namesakes_are_taken_when_the_command_says_so(run: Run, visits_file: Path) -> None:
    visits_file.write_bytes(exported([visit(1, id=None)]))
    assert run("visits", visits_file, "--as", "county_office").exit_code == 2
    assert run("visits", visits_file, "--as", "county_office", "--same-names").exit_code == 0


def test_other_roles_take_no_visits_over(run: Run, visits_file: Path) -> None:
    assert run("visits", visits_file, "--as", "doctor").exit_code == 1
