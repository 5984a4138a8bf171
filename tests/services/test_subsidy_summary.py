"""The quarter's summary agrees with the ledger, counts people once, and is for those who see amounts at least as counts."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.core.db import Database
from app.core.errors import Forbidden
from app.core.money import Money
from app.people.vault import Vault
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.lines import all_lines
from app.subsidies.queries.summary import sums_by_place
from app.subsidies.service.printing import SUMMARY_PDF, SUMMARY_XLSX, Paper, start_print
from tests.rig.county import COUNTY, County
from tests.rig.families import varied
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, TODAY, House, read_answer

PRINTERS = ("coordinator", "clerk", "reviewer", "finance", "auditor")
OTHERS = ("doctor", "health_lead", "county_office", "town", "police", "city_viewer", "admin", "hospital")


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(varied(30))
    house.prepare()
    return house


def _draw(house: House, paper: Paper, who: str) -> bytes:
    with house.database.reading() as session:
        vault = Vault(session, house.keyring)
        draw = start_print(session, vault, house.actor(who), house.run(), paper, TODAY, NOW)
    return draw(None)


def _words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def test_the_places_come_to_what_the_run_comes_to(house: House) -> None:
    house.submit()
    house.approve()
    house.export()
    house.settle(read_answer(house.pay_file_bytes(), lambda rows: rows[1].__setitem__(slice(8, 10), ["失败", "销户"])))
    run, actor = house.run(), house.actor("coordinator")
    with house.database.reading() as session:
        villages = sums_by_place(session, actor, run, 12)
        lines = all_lines(session, house.actor("clerk"), run)
    assert (
        sum(one.pay_fen for one in villages.values()) == run.total_fen == sum(x.amount_fen for x in lines if x.is_paid)
    )
    assert sum(one.pay_count for one in villages.values()) == run.pay_count
    assert sum(one.hold_count for one in villages.values()) == run.hold_count
    assert sum(one.refuse_count for one in villages.values()) == run.refuse_count
    assert sum(one.ended_count for one in villages.values()) == 1
    assert sum(one.lines for one in villages.values()) == len(lines)


def test_a_guardian_of_two_villages_is_one_person_in_the_county(house: House, database: Database) -> None:
    run, actor = house.run(), house.actor("coordinator")
    with database.reading() as session:
        payees = session.scalar(
            select(func.count(SubsidyLine.payee_person_id.distinct())).where(SubsidyLine.run_id == run.id)
        )
        [county] = sums_by_place(session, actor, run, 6).values()
    assert county.guardians == payees
    assert county.agreements == 30


@pytest.mark.parametrize("who", PRINTERS)
def test_paper_and_workbook_show_the_runs_total_and_name_nobody(house: House, who: str) -> None:
    words = _words(_draw(house, SUMMARY_PDF, who))
    total = Money(house.run().total_fen)
    assert total.capital() in words and total.grouped in words
    book = openpyxl.load_workbook(BytesIO(_draw(house, SUMMARY_XLSX, who)))
    cells = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert float(total.yuan) in cells
    with house.database.reading() as session:
        lines = all_lines(session, house.actor("clerk"), house.run())
    for line in lines:
        assert line.payee not in words and line.agreement_number not in words
        assert line.payee not in map(str, cells) and line.agreement_number not in map(str, cells)


@pytest.mark.parametrize("who", OTHERS)
def test_other_roles_get_no_summary(house: House, who: str) -> None:
    with pytest.raises(Forbidden):
        _draw(house, SUMMARY_PDF, who)


def test_the_command_writes_both_files_and_notes_the_print(house: House, tmp_path: Path) -> None:
    runner = house.app.test_cli_runner()
    words = ["report", "summary", "--county", COUNTY, "--quarter", "2026Q3", "--as", "coordinator", "--json"]
    for ending in ("pdf", "xlsx"):
        out = tmp_path / f"summary.{ending}"
        result = runner.invoke(args=[*words, str(out)])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["bytes"] == out.stat().st_size
    with house.database.reading() as session:
        printed = session.scalars(select(AuditEvent).where(AuditEvent.action == "subsidies.summary_printed")).all()
    assert [(one.actor_role, one.subject_id) for one in printed] == [("coordinator", house.run().public_id)] * 2


@pytest.mark.parametrize("name", ["ledger", "notices", "summary"])
def test_a_wrong_role_is_refused_before_anything_is_looked_up(house: House, tmp_path: Path, name: str) -> None:
    for county in (COUNTY, "349922000000"):
        words = ["report", name, "--county", county, "--quarter", "2020Q1", "--as", "doctor", str(tmp_path / "no.pdf")]
        result = house.app.test_cli_runner().invoke(args=words)
        assert result.exit_code == 1
        assert "还没有造册" not in result.stderr and "权限" in result.stderr


@pytest.mark.parametrize("step", ["prepare", "submit", "approve", "export", "settle", "verify"])
def test_a_wrong_role_takes_no_step_and_learns_nothing(house: House, step: str) -> None:
    words = ["subsidy", step, "--county", COUNTY, "--quarter", "2020Q1", "--as", "doctor"]
    result = house.app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 1
    assert "权限" in result.stderr
