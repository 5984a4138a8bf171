"""A quarter of 20,000 lines: preparing, approving and exporting it, each beside the bare statements that it cannot do without.

The floor of preparing is one INSERT of the very lines that were frozen, in the same batches with the same commits. Of approving: the
contents of all lines are read once and one signature is written. Of exporting: one row a line for the bank and the same rows written by
the bare workbook writer; of storing what was drawn: the contents read once more, one signature and those rows. What ours adds is what
makes it a quarter: facts of every family, rules, digests, the register asked again.
The ledger on paper is drawn for 5,000 and for 20,000 lines: four times the rows may take four times as long.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time
from typing import Any

import xlsxwriter
from sqlalchemy import insert, select, text

from app.core.actor import Actor, Role
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.core.quarter import Quarter
from app.people.vault import Vault
from app.subsidies.commands import PrepareRun
from app.subsidies.models import PayFileLine, RunApproval, SubsidyLine, SubsidyRun
from app.subsidies.papers.ledger import ledger_document
from app.subsidies.service import approve_run, prepare_run, submit_run
from app.subsidies.service.exporting import decide_export, store_export
from app.subsidies.service.pay_files import draw_papers
from app.subsidies.service.preparing import BATCH
from bench import families
from bench.databases import database, kinds, settle
from bench.seed import COUNTY, NOW, TODAY, seed
from bench.table import Line, timed
from config import Key
from reports.ledger import LedgerDocument, render_ledger_pdf

Clock = Callable[[], float]

LINES = 20_000
QUARTER = Quarter(2026, 3)
SMALL = 6  # "a small multiple" of the bare statements
GROWTH = 1.15  # four times the rows may take so much more than four times as long

BARE_CELLS = ("陈志强", "349921197003010017", "安和农村商业银行", "6217000000000000017")
# the guards keep a second row for a line out of the real table
BARE_TABLE = """
CREATE TEMPORARY TABLE bare_lines (id integer primary key, pay_file_id integer, line_id integer, sequence integer,
amount_fen bigint, state varchar(32), UNIQUE (line_id), UNIQUE (pay_file_id, sequence))
"""
BARE_ROW = "INSERT INTO bare_lines VALUES (:id, :pay_file_id, :line_id, :sequence, :amount_fen, 'sent')"

NOTE = (
    f"quarter: all families are paid; lines are frozen in batches of {BATCH}, each committed. SQLite and the ledger in processor time, which"
    " other work on the machine does not lengthen; PostgreSQL, whose server works beside us, by the wall."
)


def measure(count: int = LINES) -> list[Line]:
    return [line for kind in kinds() for line in _on(kind, count)]


def _on(kind: str, count: int) -> list[Line]:
    clock = process_time if kind == "sqlite" else perf_counter
    key = Key("bench", b"0" * 32)
    keyring = Keyring((key,), (key,))
    with database(kind) as url:
        house = Database(url)
        seed(house, keyring, 1)
        actors = families.settle(house, keyring, count)
        clerk, reviewer, finance = actors[Role.CLERK], actors[Role.REVIEWER], actors[Role.FINANCE]
        settle(url)
        prepared = _seconds(
            clock, lambda: prepare_run(house.transaction, clerk, PrepareRun(COUNTY, QUARTER), TODAY, NOW)
        )
        settle(url)
        bare_lines = _insert_lines(clock, house)
        submitted = _step(clock, house, lambda session, run: submit_run(session, clerk, run, NOW))
        approved = _step(clock, house, lambda session, run: approve_run(session, reviewer, run, NOW))
        bare_approval = _approve(clock, house)
        with house.reading() as session:
            run = session.scalars(select(SubsidyRun)).one()
            document = ledger_document(session, Vault(session, keyring), clerk, run, NOW)
        ledger = [_ledger(document)] if kind == "sqlite" else []  # before the export, as the scheduler draws it
        drawn, stored = _export(clock, house, keyring, finance)
        bare_book, bare_rows = _pay_rows(clock, house)
        house.engine.dispose()
    lines = [
        timed(f"prepare {count:,} lines, {kind}", prepared, bare_lines, SMALL),
        timed(f"submit {count:,} lines, {kind}", submitted, bare_approval, SMALL),
        timed(f"approve {count:,} lines, {kind}", approved, bare_approval, SMALL),
        timed(f"export {count:,} lines, {kind}", drawn + stored, bare_book + bare_rows, SMALL),
        timed(f"storing an export of {count:,} lines, {kind}", stored, bare_approval + bare_rows, SMALL),
    ]
    return [*lines, *ledger]


def _seconds(clock: Clock, work: Callable[[], object]) -> float:
    began = clock()
    work()
    return clock() - began


def _step(clock: Clock, house: Database, act: Callable[[Any, SubsidyRun], object]) -> float:
    began = clock()
    with house.transaction() as session:
        act(session, session.scalars(select(SubsidyRun)).one())
    return clock() - began


def _insert_lines(clock: Clock, house: Database) -> float:
    """The same lines once more, for a run of another quarter, and away again."""
    table = SubsidyLine.__table__
    with house.transaction() as session:
        rows = [dict(row._mapping) for row in session.execute(select(table))]
        twin = dict(session.execute(select(SubsidyRun.__table__)).one()._mapping)
        twin |= {"id": twin["id"] + 1, "public_id": new_public_id(), "period": "2026Q2", "state": "preparing"}
        session.execute(insert(SubsidyRun.__table__), [twin])  # type: ignore[arg-type]  # a mapped table is a Table
    for row in rows:
        row |= {"id": row["id"] + len(rows), "public_id": new_public_id(), "run_id": twin["id"], "period": "2026Q2"}
    began = clock()
    for part in slices(rows, BATCH):
        with house.transaction() as session:
            session.execute(insert(table), part)  # type: ignore[arg-type]  # a mapped table is a Table
    took = clock() - began
    with house.transaction() as session:
        session.execute(text("DELETE FROM subsidy_lines WHERE run_id = :run"), {"run": twin["id"]})
        session.execute(text("DROP TRIGGER guard_subsidy_runs_no_delete" + _on_runs(session)))
        session.execute(text("DELETE FROM subsidy_runs WHERE id = :run"), {"run": twin["id"]})
    return took


def _on_runs(session: Any) -> str:
    return "" if session.connection().dialect.name == "sqlite" else " ON subsidy_runs"


def _approve(clock: Clock, house: Database) -> float:
    """What every line says is read, one signature is written."""
    began = clock()
    with house.transaction() as session:
        run = session.execute(select(SubsidyRun.__table__)).one()
        content = select(
            SubsidyLine.decision, SubsidyLine.amount_fen, SubsidyLine.days, SubsidyLine.reasons, SubsidyLine.snapshot
        )
        for _row in session.execute(content.execution_options(yield_per=500)):
            pass
        signature = {"run_id": run.id, "step": "voided", "by": None, "hand": "bench", "at": NOW}
        session.execute(insert(RunApproval.__table__), [signature])  # type: ignore[arg-type]  # a mapped table is a Table
        session.rollback()
    return clock() - began


def _export(clock: Clock, house: Database, keyring: Keyring, finance: Actor) -> tuple[float, float]:
    """As the scheduler does it: decided and drawn while nobody waits, then proved and stored."""
    began = clock()
    with house.reading() as session:
        run = session.scalars(select(SubsidyRun)).one()
        decided = decide_export(session, Vault(session, keyring), finance, run, TODAY, NOW)
    papers = draw_papers(keyring, finance, run, decided.document)
    drawn = clock()
    with house.transaction() as session:
        run = session.scalars(select(SubsidyRun).with_for_update()).one()
        assert store_export(session, keyring, finance, run, decided, papers, TODAY, NOW)
    return drawn - began, clock() - drawn


def _pay_rows(clock: Clock, house: Database) -> tuple[float, float]:
    """A workbook of as many rows, and a row a line for the bank."""
    table = PayFileLine.__table__
    with house.reading() as session:
        rows = [dict(row._mapping) for row in session.execute(select(table))]
    began = clock()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, [number, *BARE_CELLS, row["amount_fen"], "惠民补贴", "AH349921-2026Q3-R01"])
    book.close()
    written = clock()
    with house.transaction() as session:
        session.execute(text(BARE_TABLE))
        for part in slices(rows, 5_000):
            session.execute(text(BARE_ROW), part)
        session.rollback()
    return written - began, clock() - written


def _ledger(document: LedgerDocument) -> Line:
    quarter = len(document.rows) // 4
    few = replace(
        document, rows=document.rows[:quarter], total_fen=sum(row.amount_fen for row in document.rows[:quarter])
    )
    small = min(_seconds(process_time, lambda: render_ledger_pdf(few)) for _ in range(2))
    large = min(_seconds(process_time, lambda: render_ledger_pdf(document)) for _ in range(2))
    return timed(f"ledger of {len(document.rows):,} lines against 4 × one of {quarter:,}", large, 4 * small, GROWTH)
