"""Layout, cover and check of the pay file on the board and by command; changed and shared accounts on their pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import Database, new_public_id
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import House
from tests.rig.scene import build_scene

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(3))
    house.prepare()
    house.submit()
    house.approve()
    return house


def test_finance_chooses_the_layout_prints_the_cover_and_checks_a_file(house: House, client_as: ClientAs) -> None:
    board, finance = f"/subsidies/{house.run().public_id}", client_as("finance")
    assert "定长文本" in finance.get(board).get_data(as_text=True)
    sent = {"version": str(house.run().version), "layout": "fixed"}
    assert finance.post(f"{board}/export", data=sent).status_code == 302
    house.work()
    file = finance.get(f"{board}/pay-file")
    assert ".txt" in file.headers["Content-Disposition"]
    assert finance.get(f"{board}/cover").data.startswith(b"%PDF")
    assert client_as("auditor").get(f"{board}/cover").status_code == 200
    page = finance.get(board).get_data(as_text=True)
    assert "SHA-256" in page
    for content, status in ((file.data, 302), (file.data.replace(b"75000", b"75001", 1), 409)):
        upload = {"compared": (io.BytesIO(content), "pay.txt")}
        assert finance.post(f"{board}/compare", data=upload, content_type="multipart/form-data").status_code == status


def test_commands_take_a_layout_and_say_whether_a_file_is_ours(house: House, tmp_path: Path) -> None:
    run, out = house.app.test_cli_runner(), tmp_path / "pay.csv"
    args = ["--county", COUNTY, "--quarter", "2026Q3", "--as", "finance"]
    made = run.invoke(args=["subsidy", "export", *args, "--layout", "csv", "--out", str(out), "--json"])
    assert made.exit_code == 0 and '"layout": "csv"' in made.output
    assert run.invoke(args=["subsidy", "check-file", str(out), "--as", "finance"]).exit_code == 0
    out.write_bytes(out.read_bytes() + b" ")
    assert run.invoke(args=["subsidy", "check-file", str(out), "--as", "finance"]).exit_code == 1


def test_who_calls_who_agrees_and_who_only_reads(app: Flask, county: County, client_as: ClientAs) -> None:
    near = build_scene(app, county).near
    account, sharing = f"/subsidies/accounts/{near.account}", f"/subsidies/sharings/{near.sharing}"
    reviewer, auditor = client_as("reviewer"), client_as("auditor")
    page = reviewer.get(account).get_data(as_text=True)
    assert "更换前登记的号码" in page and "记录回访" in page
    assert "记录回访" not in auditor.get(account).get_data(as_text=True)
    assert "没有人试过" in auditor.get("/subsidies/flags").get_data(as_text=True)
    own = client_as("clerk").post(
        account, data={"key": new_public_id(), "answer": "confirmed", "called_on": "2026-11-21"}
    )
    assert own.status_code == 409  # whoever changed an account does not vouch for it
    assert "更换账户的人不能自己回访" in auditor.get("/subsidies/flags").get_data(as_text=True)
    shown = reviewer.post(f"{account}/phone", data={"reason": "people.reveal.payment"})
    assert shown.status_code == 200
    assert reviewer.get(f"{account}/slip.pdf").data.startswith(b"%PDF")
    assert reviewer.get("/subsidies/accounts/shared.xlsx").data.startswith(b"PK")
    assert reviewer.post(f"{sharing}/approve").status_code == 302
    assert reviewer.post(f"{sharing}/refuse").status_code == 409
    assert client_as("clerk").post(f"{sharing}/withdraw").status_code == 302
    assert client_as("finance").get("/subsidies/accounts").status_code == 403
