"""The quarterly sweep over many patients, beside one plain INSERT … SELECT into the same table with the same indexes.

The floor writes every column that a task must have, a random `public_id` included, and commits. Ours adds what makes it a sweep:
it leaves alone what stands, is serialised, notes one audit event with the digest of whom it was about, and counts.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.quarter import Quarter
from app.risk.service import open_reassessments
from bench.databases import database, kinds, settle
from bench.seed import NOW, seed
from bench.table import Line, timed
from config import Key

ROUNDS = 5
QUARTER = Quarter(2026, 4)
RANDOM_ID = {
    "sqlite": "lower(hex(randomblob(11)))",
    "postgresql": "substr(replace(gen_random_uuid()::text, '-', ''), 1, 22)",
}
FLOOR = """
INSERT INTO tasks (public_id, kind, patient_id, period, area_code, agency_id, due_on, because, state, opened_at)
SELECT {random_id}, 'reassessment', id, '2026Q4', area_code, agency_id, '2026-12-31',
       '[{{"args":{{}},"code":"tasks.reassessment"}}]', 'open', '2026-11-21 02:00:00'
FROM patients WHERE registry_status = 'registered' AND management_status = 'managed'
"""


def measure(patients: int = 100_000) -> list[Line]:
    return [line for kind in kinds() for line in _on(kind, patients)]


def _on(kind: str, patients: int) -> list[Line]:
    key = Key("bench", b"0" * 32)
    with database(kind) as url:
        house = Database(url)
        seed(house, Keyring((key,), (key,)), patients)
        floor, ours, again = [], [], []
        for _ in range(ROUNDS):
            floor.append(_timed(house, url, _floor(kind)))
            _empty(house)
            ours.append(_timed(house, url, _ours))
            again.append(_timed(house, url, _ours))
            _empty(house)
        house.engine.dispose()
    middle = statistics.median
    return [
        timed(f"sweep {patients:,} patients, {kind}", middle(ours), middle(floor), 1.5),
        Line(f"the same again, nothing to add, {kind}", f"{middle(again):.3f} s", "", None),
    ]


def _floor(kind: str) -> Callable[[Session], object]:
    statement = FLOOR.format(random_id=RANDOM_ID[kind])
    return lambda session: session.connection().exec_driver_sql(statement)


def _ours(session: Session) -> None:
    open_reassessments(session, Actor.operator(), QUARTER, NOW)


def _timed(house: Database, url: str, work: Callable[[Session], object]) -> float:
    settle(url)
    began = perf_counter()
    with house.transaction() as session:
        work(session)
    return perf_counter() - began


def _empty(house: Database) -> None:
    with house.transaction() as session:
        session.execute(text("DELETE FROM tasks WHERE kind = 'reassessment'"))
