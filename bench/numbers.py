"""A county's indicators from its dated facts, beside the barest aggregate that says anything about everybody's visits.

The floor reads every visit of the period once, groups by patient, then by town. Ours decides every set of every patient by dated states.
What is stored, a row a patient and the figures of every place, has a floor of its own: as many rows into a bare table with a key.
`numbers=1000000` measures a province of 25 counties on PostgreSQL: all of it in one count, and two of its counties alone. There both sides
work in one process of the server with the same memory: what is stored cannot be read by several, and others want theirs.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.db import Database
from app.numbers.models import IndicatorRun
from app.numbers.queries.runs import find_run, values_of
from app.numbers.queries.universe import in_much_memory
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import Found, find, store
from bench.databases import database, kinds, settle
from bench.province import PROVINCE, SMALL_SHARE, county_code, fill
from bench.seed import NOW, TOWNS
from bench.table import Line, timed

ROUNDS, LOOKS = 3, 200
YEAR = ReportPeriod.parse("2025Y")
PATIENTS = 50_000
# more than this is a province, which nobody keeps in one file
MOST_ON_SQLITE, COUNTIES = 100_000, 25
# so many times the floor at most; of a province's county more, whose diagnoses, levels, agreements and examinations stand among everybody's
SETS = {"sqlite": 6, "postgresql": 10}
SETS_OF_A_PROVINCE, SETS_OF_FEW, STORED, LOOKED = 8, 25, 12, 4

FLOOR = """
SELECT substr(p.area_code, 1, 9), count(*), sum(CASE WHEN v.visits > 0 THEN 1 ELSE 0 END),
       sum(CASE WHEN v.visits >= 4 THEN 1 ELSE 0 END), sum(v.seen), sum(v.takes), sum(1 - v.unstable)
FROM patients p LEFT JOIN (
    SELECT patient_id, count(*) AS visits, max(CASE WHEN form IN (1, 2) THEN 1 ELSE 0 END) AS seen,
           max(CASE WHEN adherence IN (1, 2) THEN 1 ELSE 0 END) AS takes,
           max(CASE WHEN visit_class = 1 THEN 1 ELSE 0 END) AS unstable
    FROM follow_up_visits WHERE visited_on BETWEEN '2025-01-01' AND '2025-12-31' AND withdrawn_at IS NULL{here}
    GROUP BY patient_id
) v ON v.patient_id = p.id
WHERE p.area_code >= '{prefix}' AND p.area_code < '{prefix}:' GROUP BY 1
"""
_HERE = " AND area_code >= '{prefix}' AND area_code < '{prefix}:'"
BARE_ROWS = (
    "CREATE TABLE bench_members (kind VARCHAR(32), subject_id INTEGER, patient_id INTEGER, area_code VARCHAR(12), agency_id INTEGER,"
    " bits BIGINT, visits INTEGER, visits_in_time INTEGER, PRIMARY KEY (kind, subject_id))",
    "INSERT INTO bench_members SELECT kind, subject_id, patient_id, area_code, agency_id, bits, visits, visits_in_time"
    " FROM indicator_members WHERE run_id = (SELECT max(id) FROM indicator_runs)",
    "DROP TABLE bench_members",
)  # fmt: skip
KEPT = (
    "SELECT area_code, counts FROM indicator_values WHERE substr(area_code, 10, 3) = '000' AND run_id ="
    " (SELECT max(id) FROM indicator_runs WHERE area_code = :county AND period = :period)"
)  # fmt: skip


def measure(patients: int = PATIENTS) -> list[Line]:
    chosen = kinds() if patients <= MOST_ON_SQLITE else ("postgresql",)
    return [line for kind in chosen for line in _on(kind, patients)]


def _on(kind: str, patients: int) -> list[Line]:
    is_province = patients > MOST_ON_SQLITE
    whole = PROVINCE if is_province else county_code(0)
    with database(kind) as url:
        house = Database(url)
        fill(house, patients, COUNTIES if is_province else 1)
        settle(url)
        lines = _counted(
            house, whole, f"{patients:,} patients × 8 visits, {kind}", SETS_OF_A_PROVINCE if is_province else SETS[kind]
        )
        if is_province:
            lines += _counties(house, patients, kind)
        settle(url)
        kept, page = _looks(house)
        house.engine.dispose()
    return [*lines, timed(f"a county's towns from what is kept, p95, {kind}", page, kept, LOOKED, "ms")]


def _counties(house: Database, patients: int, kind: str) -> list[Line]:
    few, many = patients // SMALL_SHARE, patients // COUNTIES
    return [
        *_counted(house, county_code(0), f"a county of {few:,} among {patients:,}, {kind}", SETS_OF_FEW),
        *_counted(house, county_code(1), f"a county of {many:,} among {patients:,}, {kind}", SETS[kind]),
    ]


def _counted(house: Database, place: str, name: str, most: float) -> list[Line]:
    """Ours and the floor by turns, in processor seconds."""
    prefix = prefix_of(place)
    floor_of = FLOOR.format(prefix=prefix, here=_HERE.format(prefix=prefix) if place != PROVINCE else "")
    floor, sets, stored, bare = [], [], [], []
    found: list[Found] = []

    def aggregate(session: Session) -> None:
        with in_much_memory(session):
            session.execute(text(floor_of)).all()

    def decide(session: Session) -> None:
        found[:] = [find(session, place, YEAR, NumberSettings(), date(2026, 1, 5), NOW)]

    for _ in range(ROUNDS):
        floor.append(_timed(house, aggregate))
        sets.append(_timed(house, decide))
        stored.append(_timed(house, lambda session: store(session, Actor.operator(), found[0])))
        bare.append(sum(_timed(house, _says(statement)) for statement in BARE_ROWS))
    median = statistics.median
    return [
        timed(f"the sets of {name}", median(sets), median(floor), most),
        timed("  … their rows and figures stored", median(stored), median(bare), STORED),
    ]


def _says(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


def _timed(house: Database, work: Callable[[Session], object]) -> float:
    with house.transaction() as session:
        server = None
        if not house.is_sqlite:
            session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
            server = session.scalar(select(func.pg_backend_pid()))
        began = _spent(server)
        work(session)
        return _spent(server) - began


def _spent(server: int | None) -> float:
    """Processor seconds, ours and those of the database's process: what others do on the machine changes them little."""
    if server is None:
        return process_time()
    ticks = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[11:13]
    return process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _looks(house: Database) -> tuple[float, float]:
    """The newest count of a county and the figures of its towns: read by one statement, and as a page does."""
    county = county_code(0)
    places = [county, *(f"{county[:6]}{100 + town}000" for town in range(TOWNS))]
    with house.looking() as session:
        assert session.scalar(select(func.count()).select_from(IndicatorRun).where(IndicatorRun.area_code == county))

        def bare() -> object:
            rows = session.execute(text(KEPT), {"county": county, "period": str(YEAR)})
            return {place: json.loads(counts) for place, counts in rows}

        def ours() -> object:
            found = find_run(session, Actor.operator(), county, YEAR)
            session.expunge_all()  # each page reads for itself
            return values_of(session, Actor.operator(), found, places) if found else None

        taken = [(_once(bare), _once(ours)) for _ in range(LOOKS)]
    floor, page = (sorted(times)[int(LOOKS * 0.95)] for times in zip(*taken, strict=True))
    return floor, page


def _once(look: Callable[[], object]) -> float:
    began = perf_counter()
    look()
    return perf_counter() - began
