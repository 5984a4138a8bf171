"""A province in bulk, by statements: counties with twelve towns of ten villages each, everybody's dated states, and eight visits a year.

The patients of a county lie scattered over the tables, and visits in the order of their days, as they come to be over years of use.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.crypto import Keyring
from app.core.db import Database
from bench.seed import TOWNS, VILLAGES, seed
from config import Key

PROVINCE, CITY = "340000000000", "349900000000"
FIRST_COUNTY = 21
VISITS = 8
# one in so many patients of a province lives in its smallest county, the first one
SMALL_SHARE = 200

_AT = "'2026-11-21 02:00:00'"


def county_code(number: int) -> str:
    return f"3499{FIRST_COUNTY + number}000000"


def fill(database: Database, patients: int, counties: int = 1) -> None:
    """`patients` over so many counties: of several, the first has one in `SMALL_SHARE`, the others share what is left."""
    key = Key("bench", b"0" * 32)
    seed(database, Keyring((key,), (key,)), 0)
    with database.transaction() as session:
        session.add_all(_places(range(1, counties)))
        session.flush()
        for statement in _statements(patients, counties, _Words(is_sqlite=database.is_sqlite)):
            _run(session, statement)


def _run(session: Session, statement: str) -> None:
    bare = session.connection()
    bare.exec_driver_sql(statement if bare.dialect.name == "sqlite" else statement.replace("%", "%%"))


def _places(counties: range) -> list[Area]:
    found = []
    for county in map(county_code, counties):
        found.append(Area(code=county, name=county, level=AreaLevel.COUNTY, parent_code=CITY))
        for town in (f"{county[:6]}{100 + number}000" for number in range(TOWNS)):
            found.append(Area(code=town, name=town, level=AreaLevel.TOWN, parent_code=county))
            found += [
                Area(code=f"{town[:9]}{200 + number}", name=f"{number}", level=AreaLevel.VILLAGE, parent_code=town)
                for number in range(VILLAGES)
            ]
    return found


class _Words:
    """What the two databases spell differently."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite
        self.true, self.false = ("1", "0") if is_sqlite else ("true", "false")

    def day(self, first: str, days: str) -> str:
        return f"date('{first}', ({days}) || ' days')" if self.is_sqlite else f"(date '{first}' + ({days}))"

    def text(self, number: str) -> str:
        return f"CAST({number} AS VARCHAR(12))"


def _statements(patients: int, counties: int, word: _Words) -> list[str]:
    county = f"(CASE WHEN n % {SMALL_SHARE} = 0 THEN 0 ELSE 1 + n % {counties - 1} END)" if counties > 1 else "0"
    town, village = f"(n / 24) % {TOWNS}", f"(n / 288) % {VILLAGES}"
    place = word.text(
        f"349900100200 + (CAST({FIRST_COUNTY} AS BIGINT) + {county}) * 1000000 + 1000 * ({town}) + {village}"
    )
    return [
        # guards and foreign keys look at each row; what is written here is known to keep them
        *([] if word.is_sqlite else ["SET LOCAL session_replication_role = replica", "SET LOCAL work_mem = '256MB'"]),
        "CREATE TABLE bench_n (n INTEGER PRIMARY KEY, place VARCHAR(12) NOT NULL)",
        f"INSERT INTO bench_n WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {patients}) SELECT n, {place} FROM c",
        *([] if word.is_sqlite else ["ANALYZE bench_n"]),
        *_register(word, patients),
        *_states(word),
        _visits(word),
    ]  # fmt: skip


def _register(word: _Words, patients: int) -> list[str]:
    return [
        "INSERT INTO people (id, public_id, name, name_sort, sex, born_on, id_kind, created_at, version)"
        f" SELECT n, 'person-' || n, '甲', 'jia', 1, '1980-05-01', '00', {_AT}, 1 FROM bench_n",
        "INSERT INTO people (id, public_id, name, name_sort, sex, born_on, id_kind, created_at, version)"
        f" SELECT {patients} + n, 'guardian-' || n, '乙', 'yi', 1, '1980-05-01', '00', {_AT}, 1 FROM bench_n WHERE n % 4 = 2",
        "INSERT INTO patients (id, public_id, person_id, area_code, registry_status, management_status, care_setting,"
        " is_opening, created_at, version)"
        f" SELECT n, 'patient-' || n, n, place, 'registered', 'managed', 'home', {word.false}, {_AT}, 1 FROM bench_n",
        "INSERT INTO diagnoses (patient_id, category, icd10, hospital, psychiatrist, from_on, recorded_at)"
        f" SELECT n, 'schizophrenia', 'F20.0', '', '', '2024-01-01', {_AT} FROM bench_n",
        "INSERT INTO risk_levels (patient_id, level, assessed_on, source, recorded_at)"
        f" SELECT n, n % 6, '2025-01-05', 'visit', {_AT} FROM bench_n",
        "INSERT INTO risk_levels (patient_id, level, assessed_on, source, recorded_at)"
        f" SELECT n, n % 3, '2025-06-05', 'visit', {_AT} FROM bench_n WHERE n % 3 = 0",
        "INSERT INTO examinations (public_id, submission_key, patient_id, examined_on, agreed_by, systolic_mmhg, diastolic_mmhg,"
        " weight_hg, white_cells, neutrophils, alt, glucose, ecg, recorded_at, recorded_by)"
        f" SELECT 'e' || n, 'e' || n, n, '2025-04-01', 'patient', 120, 80, 600, '6', '4', '20', '5', 1, {_AT}, 1"
        " FROM bench_n WHERE n % 2 = 0",
        "INSERT INTO guardianships (id, public_id, patient_id, person_id, rank, relation, legal_basis, from_on, recorded_at)"
        f" SELECT n, 'g' || n, n, {patients} + n, 'first', 'parent', 'parent', '2024-01-01', {_AT} FROM bench_n WHERE n % 4 = 2",
        "INSERT INTO agreements (public_id, number, patient_id, guardianship_id, from_on, to_on, recorded_at)"
        f" SELECT 'a' || n, 'a' || n, n, n, '2025-01-01', '2025-12-31', {_AT} FROM bench_n WHERE n % 4 = 2",
    ]  # fmt: skip


def _states(word: _Words) -> list[str]:
    """Registered, managed and at home since 2024, one in twenty of them for a month in hospital."""
    insert = "INSERT INTO patient_spans (patient_id, what, value, from_on, to_on, recorded_at)"
    spans = [
        ("registry", "'registered'", "'2024-01-01'", "NULL", ""),
        ("management", "'managed'", "'2024-01-01'", "NULL", ""),
        ("agency", word.text(f"1 + n % {TOWNS}"), "'2024-01-01'", "NULL", ""),
        ("area", "place", "'2024-01-01'", "NULL", ""),
        ("care", "'home'", "'2024-01-01'", "NULL", " WHERE n % 20 <> 3"),
        ("care", "'home'", "'2024-01-01'", "'2025-05-01'", " WHERE n % 20 = 3"),
        ("care", "'inpatient'", "'2025-05-01'", "'2025-06-01'", " WHERE n % 20 = 3"),
        ("care", "'home'", "'2025-06-01'", "NULL", " WHERE n % 20 = 3"),
    ]
    cast = "CAST({} AS DATE)" if not word.is_sqlite else "{}"
    return [
        f"{insert} SELECT n, '{what}', {value}, {cast.format(first)}, {cast.format(last)}, {_AT} FROM bench_n{who}"
        for what, value, first, last, who in spans
    ]


def _visits(word: _Words) -> str:
    """One about every six weeks of 2025; some come late, some are unstable, some only telephoned."""
    until_due = "CASE WHEN n % 7 = 0 THEN 25 WHEN n % 6 = 0 THEN 50 ELSE 60 + 15 * ((n + k) % 3) END"
    day, due = (word.day("2025-01-01", days) for days in ("d", f"d + {until_due}"))
    numbers = " UNION ALL ".join(f"SELECT {k} AS k" for k in range(VISITS))
    return (
        "INSERT INTO follow_up_visits (public_id, submission_key, patient_id, area_code, visited_on, form, objects, visit_class,"
        " adherence, locked_up, next_due_on, minor_disturbances, public_order_incidents, criminal_incidents, other_harms,"
        " self_harms, suicide_attempts, class_because, due_because, warnings, rule_set_version, is_flagged, is_complete,"
        " is_late_entry, is_opening, channel, needs_confirmation, recorded_at)"
        f" SELECT 'v' || k || '-' || n, 'v' || k || '-' || n, n, place, {day}, 1 + n % 3, 1 + n % 2, 1 + (n + k) % 3,"
        f" 1 + n % 4, 1, {due}, 0, 0, CASE WHEN n % 500 = 0 THEN 1 ELSE 0 END, 0, 0, 0, '[]', '[]', '[]', 'bench', {word.false},"
        f" {word.true}, {word.false}, {word.false}, 'page', {word.false}, {_AT}"
        f" FROM (SELECT n, place, k, 45 * k + (n * 13 + k * 7) % 40 AS d FROM bench_n CROSS JOIN ({numbers}) AS numbers"
        " ORDER BY 4, (n * 31) % 97) AS days"
    )  # fmt: skip
