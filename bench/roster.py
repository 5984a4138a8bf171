"""A roster of 5,000 rows by `flask roster import`, beside plain inserts of the very rows that it stored.

Ours opens the workbook, finds the header, checks every cell, looks for everybody in the register, seals what is personal and stores.
The floor takes the finished rows and writes them into an empty database, one `executemany` a table.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import xlsxwriter
from sqlalchemy import Table, func, insert, select

from app import create_app
from app.core.db import Database
from app.core.identity import check_digit
from app.core.schema import metadata
from app.roster.cli import roster
from bench.databases import database, kinds, settle
from bench.seed import GIVEN, SURNAMES, TODAY, seed
from bench.table import Line, rated
from config import Settings

ROWS = 5_000
MOST_SECONDS = 60
HEADERS = (
    "患者姓名", "性别", "身份证号", "出生日期", "乡镇", "村", "诊断", "危险等级", "是否在管", "知情同意日期", "监护人1姓名",
    "与患者关系", "监护人1身份证号", "监护人1电话", "开户行", "银行卡号", "监护人2姓名", "监护人2单位职务", "监护人2电话",
    "协议编号", "协议起始日期", "协议终止日期",
)  # fmt: skip


def measure() -> list[Line]:
    return [line for kind in kinds() for line in _on(kind)]


def _on(kind: str) -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workbook = folder / "roster.xlsx"
        _write(workbook)
        with database(kind) as url:
            seconds, stored = _imported(url, folder, workbook)
        with database(kind) as url:
            floor = _inserted(url, folder, stored)
    return [
        Line(
            f"roster of {ROWS:,} rows, {kind}",
            f"{seconds:.1f} s",
            f"{MOST_SECONDS} s",
            seconds / MOST_SECONDS,
            "<= 1",
            seconds <= MOST_SECONDS,
        ),
        rated(f"roster rows against plain inserts, {kind}", ROWS / seconds, ROWS / floor, 0, "rows"),
    ]


def _house(url: str, folder: Path) -> Any:
    environment = {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(folder),
        "ANHU_DATABASE_URL": url,
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
    }
    app = create_app(Settings.from_environ(environment))
    seed(app.extensions["anhu.db"], app.extensions["anhu.keyring"], 0)
    settle(url)
    return app


def _imported(url: str, folder: Path, workbook: Path) -> tuple[float, list[tuple[Table, Sequence[dict[str, Any]]]]]:
    """How long the command took, and every row that stands afterwards where nothing stood before."""
    app = _house(url, folder)
    house: Database = app.extensions["anhu.db"]
    before = _filled(house)
    began = perf_counter()
    with app.app_context():
        result = app.test_cli_runner().invoke(roster, ["import", str(workbook), "--as", "county_office", "--json"])
    seconds = perf_counter() - began
    if result.exit_code != 0:
        raise RuntimeError(f"the roster was refused: {result.stdout[:500]} {result.stderr[:500]}")
    assert json.loads(result.stdout)["stored"] == ROWS
    with house.reading() as session:
        rows = [
            (table, [dict(row) for row in session.execute(select(table)).mappings()])
            for table in metadata.sorted_tables
            if table.name not in before
        ]
    house.engine.dispose()
    return seconds, [(table, found) for table, found in rows if found]


def _inserted(url: str, folder: Path, stored: Sequence[tuple[Table, Sequence[dict[str, Any]]]]) -> float:
    house: Database = _house(url, folder).extensions["anhu.db"]
    began = perf_counter()
    with house.transaction() as session:
        for table, rows in stored:
            session.connection().execute(insert(table), rows)
    seconds = perf_counter() - began
    house.engine.dispose()
    return seconds


def _filled(house: Database) -> set[str]:
    with house.reading() as session:
        return {
            table.name for table in metadata.sorted_tables if session.scalar(select(func.count()).select_from(table))
        }


# -- the workbook ------------------------------------------------------------------------------------------------------


def _write(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("花名册")
    sheet.write_row(0, 0, HEADERS)
    for number in range(ROWS):
        sheet.write_row(number + 1, 0, _row(number))
    book.close()


def _row(number: int) -> list[Any]:
    name = SURNAMES[number % 16] + GIVEN[number // 16 % 20] + GIVEN[number // 320 % 20]
    born, guardian_born = date(1960 + number // 900, 3, 1), date(1962 + number // 900, 5, 12)
    sequence = number % 900 + 1
    return [
        name, "男" if sequence % 2 else "女", _id_number(born, sequence), born, f"第{number % 12 + 1}镇",
        f"第{number // 12 % 10 + 1}村", "精神分裂症", number % 3, "是", date(2020, 1, 2), f"李{name[1:]}", "配偶",
        _id_number(guardian_born, sequence), f"139{number:08}", "农业银行", _card(number), f"赵{name[1:]}", "村委会主任",
        f"137{number:08}", f"AHJH-2026-{number:05}", date(2026, 1, 1), date(2026, 12, 31),
    ]  # fmt: skip


def _id_number(born: date, sequence: int) -> str:
    first = f"349921{born:%Y%m%d}{sequence:03}"
    return first + check_digit(first)


def _card(number: int) -> str:
    body = f"621700{number:012}"
    doubled = (int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
    return f"{body}{-sum(value - 9 if value > 9 else value for value in doubled) % 10}"
