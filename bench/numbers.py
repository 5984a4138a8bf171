"""A county's indicators from its dated facts, beside the barest aggregate that says anything about everybody's visits.

The floor reads every visit of the period once, groups by patient, then by town, and stores nothing. Ours decides every set of every
patient by dated states, keeps a row for each of them and the figures of every place. Eight visits a patient, in bulk by SQL.
`numbers=1000000` measures so many patients on PostgreSQL alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import date
from time import perf_counter

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.db import Database
from app.numbers.models import IndicatorRun
from app.numbers.queries.runs import find_run, values_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from bench.databases import database, kinds, settle
from bench.seed import COUNTY, NOW, TOWNS, VILLAGES, seed
from bench.table import Line, timed
from config import Key

ROUNDS, LOOKS = 3, 200
YEAR = ReportPeriod.parse("2025Y")
PATIENTS = 50_000

_VILLAGE = f"CAST(349921100200 + 1000 * (n % {TOWNS}) + (n / {TOWNS}) % {VILLAGES} AS VARCHAR(12))"
_AT = "'2026-11-21 02:00:00'"
FILL = (
    "INSERT INTO people (id, public_id, name, name_sort, sex, born_on, id_kind, created_at, version)"
    f" SELECT n, 'person-' || n, '甲', 'jia', 1, '1980-05-01', '00', {_AT}, 1 FROM bench_n",
    "INSERT INTO patients (id, public_id, person_id, area_code, registry_status, management_status, care_setting,"
    " is_opening, created_at, version)"
    f" SELECT n, 'patient-' || n, n, {_VILLAGE}, 'registered', 'managed', 'home', {{false}}, {_AT}, 1 FROM bench_n",
    *(
        "INSERT INTO patient_spans (patient_id, what, value, from_on, recorded_at)"
        f" SELECT n, '{what}', {value}, '2024-01-01', {_AT} FROM bench_n"
        for what, value in (
            ("registry", "'registered'"),
            ("management", "'managed'"),
            ("care", "'home'"),
            ("agency", "'1'"),
            ("area", _VILLAGE),
        )
    ),
    "INSERT INTO diagnoses (patient_id, category, icd10, hospital, psychiatrist, from_on, recorded_at)"
    f" SELECT n, 'schizophrenia', 'F20.0', '', '', '2024-01-01', {_AT} FROM bench_n",
    "INSERT INTO risk_levels (patient_id, level, assessed_on, source, recorded_at)"
    f" SELECT n, n % 6, '2025-01-05', 'visit', {_AT} FROM bench_n",
    # every six weeks from the start of 2025; some come late, some are unstable, some only telephoned
    *(
        "INSERT INTO follow_up_visits (public_id, submission_key, patient_id, area_code, visited_on, form, objects, visit_class,"
        " adherence, locked_up, next_due_on, minor_disturbances, public_order_incidents, criminal_incidents, other_harms,"
        " self_harms, suicide_attempts, class_because, due_because, warnings, rule_set_version, is_flagged, is_complete,"
        " is_late_entry, is_opening, channel, needs_confirmation, recorded_at)"
        f" SELECT 'v{number}-' || n, 'v{number}-' || n, n, {_VILLAGE}, '{on}', 1 + n % 3, 1 + n % 2, 1 + (n + {number}) % 3,"
        f" 1 + n % 4, 1, '{due}', 0, 0, 0, 0, 0, 0, '[]', '[]', '[]', 'bench', {{false}}, {{true}}, {{false}}, {{false}}, 'page',"
        f" {{false}}, {_AT} FROM bench_n"
        for number, (on, due) in enumerate(
            (date(2025, 1 + 45 * k // 30, 1 + 45 * k % 28), date(2025 + (4 + 45 * k // 30) // 13, 1 + (3 + 45 * k // 30) % 12, 1))
            for k in range(8)
        )
    ),
)  # fmt: skip
FLOOR = """
SELECT substr(p.area_code, 1, 9), count(*), sum(CASE WHEN v.visits > 0 THEN 1 ELSE 0 END),
       sum(CASE WHEN v.visits >= 4 THEN 1 ELSE 0 END), sum(v.seen), sum(v.takes), sum(1 - v.unstable)
FROM patients p LEFT JOIN (
    SELECT patient_id, count(*) AS visits, max(CASE WHEN form IN (1, 2) THEN 1 ELSE 0 END) AS seen,
           max(CASE WHEN adherence IN (1, 2) THEN 1 ELSE 0 END) AS takes,
           max(CASE WHEN visit_class = 1 THEN 1 ELSE 0 END) AS unstable
    FROM follow_up_visits WHERE visited_on BETWEEN '2025-01-01' AND '2025-12-31' AND withdrawn_at IS NULL
    GROUP BY patient_id
) v ON v.patient_id = p.id
WHERE p.area_code >= '349921' AND p.area_code < '349921:' GROUP BY 1
"""
KEPT = "SELECT area_code, counts FROM indicator_values WHERE run_id = :run AND substr(area_code, 10, 3) = '000'"


def measure(patients: int = PATIENTS) -> list[Line]:
    chosen = kinds() if patients <= PATIENTS * 2 else ("postgresql",)
    return [line for kind in chosen for line in _on(kind, patients)]


def _on(kind: str, patients: int) -> list[Line]:
    key = Key("bench", b"0" * 32)
    with database(kind) as url:
        house = Database(url)
        seed(house, Keyring((key,), (key,)), 0)
        _fill(house, kind, patients)
        settle(url)
        floor = [_timed(house, lambda session: session.execute(text(FLOOR)).all()) for _ in range(ROUNDS)]
        ours = [_timed(house, _compute) for _ in range(ROUNDS)]
        settle(url)
        kept, page = _looks(house)
        house.engine.dispose()
    return [
        timed(f"indicators of {patients:,} patients × 8 visits, {kind}", statistics.median(ours), statistics.median(floor), 20),
        timed(f"a county's towns from what is kept, p95, {kind}", page, kept, 15, "ms"),
    ]  # fmt: skip


def _fill(house: Database, kind: str, patients: int) -> None:
    said = {"false": "false", "true": "true"} if kind == "postgresql" else {"false": "0", "true": "1"}
    with house.transaction() as session:
        bare = session.connection()
        bare.exec_driver_sql("CREATE TABLE bench_n (n INTEGER PRIMARY KEY)")
        bare.exec_driver_sql(
            "INSERT INTO bench_n WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
            f" WHERE n < {patients}) SELECT n FROM c"
        )
        for statement in FILL:
            bare.exec_driver_sql(statement.format(**said).replace("%", "%%" if kind == "postgresql" else "%"))


def _compute(session: Session) -> None:
    compute(session, Actor.operator(), COUNTY, YEAR, NumberSettings(), date(2026, 1, 5), NOW)


def _timed(house: Database, work: Callable[[Session], object]) -> float:
    began = perf_counter()
    with house.transaction() as session:
        work(session)
    return perf_counter() - began


def _looks(house: Database) -> tuple[float, float]:
    towns = [f"349921{100 + town:03}000" for town in range(TOWNS)]
    with house.looking() as session:
        run = session.scalars(select(IndicatorRun.id)).one()

        def bare() -> object:
            return session.execute(text(KEPT), {"run": run}).all()

        def ours() -> object:
            found = find_run(session, Actor.operator(), COUNTY, YEAR)
            return values_of(session, Actor.operator(), found, [COUNTY, *towns]) if found else None

        return _p95(bare), _p95(ours)


def _p95(look: Callable[[], object]) -> float:
    taken = []
    for _ in range(LOOKS):
        began = perf_counter()
        look()
        taken.append(perf_counter() - began)
    return sorted(taken)[int(LOOKS * 0.95)]
