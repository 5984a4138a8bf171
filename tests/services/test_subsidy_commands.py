"""The quarter by command: surface.md's words, one JSON object, one plain sentence for a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Forbidden
from app.core.money import Money
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyLine, SubsidyPolicy, SubsidyRun
from tests.rig.county import COUNTY, TOWN, County
from tests.rig.families import settle_in as families_settle_in
from tests.rig.families import varied
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, House, returned_by_bank
from tests.rig.unguarded import without_guards

KEYS = {"run", "state", "pay", "hold", "refuse", "total"}


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """Twelve families and no policy yet."""
    with database.transaction() as session:
        kept = families_settle_in(session, app.extensions["anhu.keyring"], county, varied(12), NOW)
    return House(app, database, county, dict(enumerate(kept)))


def flask(house: House, *words: str) -> Result:
    return house.app.test_cli_runner().invoke(args=list(words))


def policy(house: House, *more: str, who: str = "clerk", annual: str = "3000.00", day: str = "2026-01-01") -> Result:
    words = ("subsidy", "policy", "set", "--county", COUNTY, "--from", day, "--annual", annual, "--rule", "risk3")
    return flask(house, *words, "--as", who, *more)


def step(house: House, name: str, who: str, *more: str) -> Result:
    return flask(house, "subsidy", name, "--county", COUNTY, "--quarter", "2026Q3", "--as", who, "--json", *more)


def said(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(result: Result) -> str:
    """The one sentence on standard error."""
    assert result.exit_code not in (0, None)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr.strip()


def test_five_commands_are_the_whole_quarter(house: House, tmp_path: Path) -> None:
    made = said(policy(house, "--json"))
    assert (made["version"], made["valid_from"]) == (1, "2026-01-01")
    prepared = said(step(house, "prepare", "clerk"))
    assert prepared.keys() == KEYS
    total = Money(8 * 75000 + 33871).yuan
    assert prepared == {**prepared, "state": "draft", "pay": 9, "hold": 2, "refuse": 1, "total": total}
    assert said(step(house, "submit", "clerk"))["state"] == "submitted"
    assert said(step(house, "approve", "reviewer"))["state"] == "approved"
    out = tmp_path / "pay.xlsx"
    exported = said(step(house, "export", "finance", "--out", str(out)))
    assert exported == {**exported, "state": "exported", "total": total, "file_total": total, "withheld": 0}
    assert out.read_bytes() == house.pay_file_bytes()
    answer = tmp_path / "returns.xlsx"
    answer.write_bytes(
        returned_by_bank(out.read_bytes(), lambda rows: rows[1].__setitem__(slice(8, 10), ["失败", "销户"]))
    )
    settled = said(step(house, "settle", "finance", "--returns", str(answer)))
    assert settled == {**settled, "state": "settled", "pay": 8, "paid": 8, "returned": 1}
    assert settled["total"] == settled["paid_total"] == Money(7 * 75000 + 33871).yuan
    assert said(step(house, "verify", "auditor"))["problems"] == []


def test_without_a_return_file_finance_gives_its_word(house: House) -> None:
    _to_the_bank(house)
    settled = said(step(house, "settle", "finance"))
    assert (settled["state"], settled["paid"], settled["returned"]) == ("settled", 9, 0)


def test_a_second_prepare_says_so_and_changes_nothing(house: House, database: Database) -> None:
    policy(house)
    first = step(house, "prepare", "clerk")
    second = step(house, "prepare", "clerk")
    assert said(second) == said(first)
    assert "已经造册" in second.stderr
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyLine)) == 12
        assert session.scalar(select(func.count()).select_from(SubsidyRun)) == 1


def test_a_second_export_hands_out_the_same_bytes(house: House, tmp_path: Path) -> None:
    _to_the_bank(house)
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    once = said(step(house, "export", "finance", "--out", str(first)))
    assert said(step(house, "export", "finance", "--out", str(second))) == once
    assert first.read_bytes() == second.read_bytes()


def test_the_same_user_cannot_approve(house: House) -> None:
    policy(house)
    step(house, "prepare", "clerk")
    step(house, "submit", "clerk")
    refused(step(house, "approve", "clerk"))
    refused(step(house, "export", "finance"))
    assert said(step(house, "verify", "auditor"))["state"] == "submitted"


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("prepare", "reviewer"),
        ("submit", "finance"),
        ("approve", "finance"),
        ("export", "clerk"),
        ("settle", "reviewer"),
    ],
)
def test_every_step_has_its_role(house: House, name: str, who: str) -> None:
    policy(house)
    step(house, "prepare", "clerk")
    refused(step(house, name, who))


def test_without_a_name_the_operator_acts_and_signs_no_money(house: House) -> None:
    policy(house)
    words = ("--county", COUNTY, "--quarter", "2026Q3", "--json")
    refused(flask(house, "subsidy", "prepare", *words))


def test_refusals_are_one_plain_sentence(house: House, tmp_path: Path) -> None:
    assert "政策" in refused(step(house, "prepare", "clerk"))
    policy(house)
    assert "还没有造册" in refused(step(house, "submit", "clerk"))
    words = ("--quarter", "2026Q3", "--as", "clerk", "--json")
    refused(flask(house, "subsidy", "prepare", "--county", TOWN, *words))
    refused(flask(house, "subsidy", "prepare", "--county", "349922000000", *words))
    open_quarter = flask(house, "subsidy", "prepare", "--county", COUNTY, "--quarter", "2026Q4", "--as", "clerk")
    assert "2026年12月31日" in refused(open_quarter)
    assert "nobody" in refused(step(house, "prepare", "nobody"))
    _to_the_bank(house)
    wrong = tmp_path / "returns.csv"
    wrong.write_text("序号,金额,结果\n1,1.00,成功\n", encoding="utf-8")
    assert "金额不符" in step(house, "settle", "finance", "--returns", str(wrong)).stderr
    refused(step(house, "export", "finance", "--out", str(tmp_path / "no" / "such.xlsx")))


@pytest.mark.parametrize("annual", ["0", "-1", "3000.001", "viel", "99999999"])
def test_a_senseless_amount_makes_no_policy(house: House, database: Database, annual: str) -> None:
    refused(policy(house, annual=annual))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SubsidyPolicy)) == 0


def test_a_policy_does_not_rewrite_what_was_signed(house: House) -> None:
    policy(house)
    refused(policy(house))  # the same day again
    assert said(policy(house, "--json", day="2026-02-01"))["version"] == 2
    step(house, "prepare", "clerk")
    step(house, "submit", "clerk")
    assert "签批" in refused(policy(house, day="2026-09-30"))
    assert said(policy(house, "--json", day="2026-10-01"))["version"] == 3
    refused(policy(house, who="reviewer", day="2026-11-01"))


def test_ledger_and_notices_are_printed_to_files(house: House, tmp_path: Path) -> None:
    _to_the_bank(house)
    words = ("--county", COUNTY, "--quarter", "2026Q3", "--as", "clerk", "--json")
    for name, ending in (("ledger", "pdf"), ("ledger", "xlsx"), ("notices", "pdf")):
        out = tmp_path / f"{name}.{ending}"
        assert said(flask(house, "report", name, *words, str(out)))["bytes"] == out.stat().st_size
    total = Money(8 * 75000 + 33871)
    assert total.capital() in PdfReader(tmp_path / "ledger.pdf").pages[-1].extract_text()
    refused(flask(house, "report", "notices", *words, str(tmp_path / "notices.xlsx")))
    refused(flask(house, "report", "ledger", *words[:4], "--as", "doctor", str(tmp_path / "no.pdf")))
    assert not (tmp_path / "no.pdf").exists()


def test_verify_names_what_was_changed_behind_the_product(house: House, database: Database) -> None:
    _to_the_bank(house)
    with database.transaction() as session:
        without_guards(session, "guard_subsidy_lines_frozen")
        session.execute(text("UPDATE subsidy_lines SET amount_fen = 1 WHERE id = (SELECT min(id) FROM subsidy_lines)"))
    result = step(house, "verify", "auditor")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) == 4  # the line, the totals, the pay file and what was exported
    assert "内容与其指纹不符" in result.stderr


def test_in_production_money_needs_a_person_behind_the_account(house: House) -> None:
    class Production:
        is_production = True

    clerk = house.actor("clerk")
    require_person(clerk)
    house.app.extensions["anhu.settings"] = Production()
    with pytest.raises(Forbidden):
        require_person(clerk)
    require_person(Actor(clerk.user_id, clerk.role, clerk.area_prefix, person_id=1))


def _to_the_bank(house: House) -> None:
    policy(house)
    for name, who in (("prepare", "clerk"), ("submit", "clerk"), ("approve", "reviewer"), ("export", "finance")):
        said(step(house, name, who))
