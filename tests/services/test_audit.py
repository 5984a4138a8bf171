"""The audit chain: what was noted cannot be changed unnoticed."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import TEXTS
from app.audit import chain
from app.audit.service import note
from app.core.actor import Actor
from app.core.db import Database
from app.core.guards import create_guards
from app.core.reasons import known_codes
from tests.conftest import NOW
from tests.rig.county import County

APP = Path(__file__).resolve().parents[2] / "app"
LATER = NOW + timedelta(minutes=5)


def write_events(database: Database, count: int, at: datetime = NOW) -> None:
    with database.transaction() as session:
        for number in range(count):
            note(session, Actor.operator(), "audit.read", now=at, detail={"number": number, "姓": "王"}, changed=number)


def seal(database: Database, now: datetime = NOW) -> int:
    with database.transaction() as session:
        return chain.seal(session, now)


def verify(database: Database, folder: Path | None = None) -> chain.Verdict:
    with database.reading() as session:
        return chain.verify(session, LATER, chain.anchored_heads(session, folder))


@contextmanager
def forger(database: Database) -> Iterator[Connection]:
    """Somebody with the database in their hands: guards and foreign keys are out of the way."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for table in ("audit_events", "audit_links"):
                for event in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER guard_{table}_no_{event}")
            yield connection
            create_guards(connection)
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            yield connection
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()


def test_an_untouched_chain_is_whole(database: Database) -> None:
    write_events(database, 7)
    assert seal(database) == 7
    write_events(database, 5)
    assert seal(database) == 5
    assert verify(database) == chain.Verdict(True, 12)


def test_an_empty_chain_is_whole(database: Database) -> None:
    assert verify(database).whole


def test_the_database_itself_refuses_to_change_or_delete_events_and_links(database: Database) -> None:
    write_events(database, 2)
    seal(database)
    for statement in ("UPDATE audit_events SET count = 9", "DELETE FROM audit_events", "DELETE FROM audit_links"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement))


TAMPERINGS = {
    "another actor": ("UPDATE audit_events SET actor_user_id = 4 WHERE id = 5", 5),
    "another time": ("UPDATE audit_events SET at = '2026-11-20 02:00:00.000000' WHERE id = 5", 5),
    "another detail": ("UPDATE audit_events SET detail = '{}' WHERE id = 5", 5),
    "event deleted": ("DELETE FROM audit_events WHERE id = 5", 5),
    "link deleted": ("DELETE FROM audit_links WHERE sequence = 5", 5),
    "first link deleted": ("DELETE FROM audit_links WHERE sequence = 1", 1),
    "hash of a link": ("UPDATE audit_links SET hash = 'f' WHERE sequence = 5", 5),
    "hash of an event": ("UPDATE audit_links SET event_hash = 'f' WHERE sequence = 5", 5),
    "links exchanged": (
        "UPDATE audit_links SET event_id = CASE event_id WHEN 5 THEN -6 ELSE -5 END WHERE event_id IN (5, 6);"
        "UPDATE audit_links SET event_id = -event_id WHERE event_id < 0",
        5,
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_every_tampering_is_found_at_its_place(what: str, database: Database) -> None:
    write_events(database, 10)
    seal(database)
    statements, place = TAMPERINGS[what]
    with forger(database) as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))
    verdict = verify(database)
    assert not verdict.whole
    assert verdict.broken_at == place
    assert verdict.why is not None


def test_a_forged_event_that_was_never_sealed_is_found(database: Database) -> None:
    write_events(database, 3)
    seal(database)
    write_events(database, 1, at=NOW - timedelta(days=400))
    verdict = verify(database)
    assert verdict.why is not None and verdict.why.code == "audit.broken.unsealed"


def test_a_fresh_event_may_wait_a_minute_for_the_sealer(database: Database) -> None:
    write_events(database, 1, at=LATER - timedelta(seconds=30))
    assert verify(database).whole


def test_a_cut_tail_is_found_by_the_anchor(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    write_events(database, 10)
    seal(database)
    with database.transaction() as session:
        chain.anchor(session, folder, NOW)
    with forger(database) as connection:
        connection.execute(text("DELETE FROM audit_links WHERE sequence > 8"))
        connection.execute(text("DELETE FROM audit_events WHERE id > 8"))
        connection.execute(text("DELETE FROM house_facts"))
    verdict = verify(database, folder)
    assert (verdict.whole, verdict.broken_at) == (False, 9)
    assert verdict.why is not None and verdict.why.code == "audit.broken.tail_cut"


def test_a_chain_written_anew_from_the_start_is_found_by_the_anchor(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    write_events(database, 6)
    seal(database)
    with database.transaction() as session:
        chain.anchor(session, folder, NOW)
    with forger(database) as connection:
        connection.execute(text("UPDATE audit_events SET count = 2 WHERE id = 3"))
        connection.execute(text("DELETE FROM audit_links"))
    seal(database)
    assert verify(database).why is not None  # the house fact remembers too
    verdict = verify(database, folder)
    assert verdict.why is not None and verdict.why.code == "audit.broken.rewritten"


def test_anchoring_twice_writes_once_and_a_torn_line_is_passed_over(database: Database, tmp_path: Path) -> None:
    write_events(database, 2)
    seal(database)
    for _ in range(2):
        with database.transaction() as session:
            chain.anchor(session, tmp_path, NOW)
    (file,) = tmp_path.glob("*.jsonl")
    assert len(file.read_text().splitlines()) == 1
    file.write_text(file.read_text() + '{"sequence": 9, "ha')
    assert verify(database, tmp_path).whole


def test_sealing_goes_on_in_batches_where_it_stopped(database: Database) -> None:
    write_events(database, 25)
    with database.transaction() as session:
        assert chain.seal(session, NOW, at_most=10) == 10
    with database.transaction() as session:
        assert chain.seal(session, NOW, at_most=10) == 10
    assert seal(database) == 5
    assert seal(database) == 0
    assert verify(database) == chain.Verdict(True, 25)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_an_event_that_commits_late_is_chained_when_it_arrives(database: Database) -> None:
    """On SQLite there is one writer, and nothing commits out of order."""
    with database.transaction() as slow:
        note(slow, Actor.operator(), "audit.read", now=NOW)
        slow.flush()
        write_events(database, 3)
        assert seal(database) == 3
    assert seal(database) == 1
    assert verify(database) == chain.Verdict(True, 4)


def test_an_act_that_rolls_back_leaves_no_event(database: Database) -> None:
    def act(session: Session) -> None:
        note(session, Actor.operator(), "audit.read", now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError), database.transaction() as session:
        act(session)
    assert seal(database) == 0


def test_the_command_says_where_a_chain_is_broken(app: Flask, database: Database) -> None:
    write_events(database, 4)
    run = app.test_cli_runner().invoke
    assert run(args=["audit", "seal"]).exit_code == 0
    assert run(args=["audit", "verify"]).exit_code == 0
    with forger(database) as connection:
        connection.execute(text("UPDATE audit_events SET count = 2 WHERE id = 3"))
    broken = run(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "broken at 3" in broken.stderr


def test_the_auditor_reads_its_area_and_the_reading_is_noted(
    database: Database, county: County, client_as: Callable[[str], object]
) -> None:
    with database.transaction() as session:
        note(
            session,
            county.actor("doctor"),
            "accounts.signed_in",
            now=NOW,
            area_code="349921100000",
            subject=("user", "near-by"),
        )
        note(
            session,
            county.actor("doctor"),
            "accounts.signed_in",
            now=NOW,
            area_code="350000000000",
            subject=("user", "far-away"),
        )
    auditor = client_as("auditor")
    page = auditor.get("/audit/").text  # type: ignore[attr-defined]
    assert "near-by"[:6] in page
    assert "far-away"[:6] not in page
    again = auditor.get("/audit/?subject=near-by&from=2026-11-21&user=doctor").text  # type: ignore[attr-defined]
    assert "查阅审计记录" in auditor.get("/audit/").text  # type: ignore[attr-defined]
    assert "near-by"[:6] in again


def actions_in_code() -> dict[str, str]:
    """Every literal action handed to `note`, and where; of a name put together, its beginning with a star."""
    found = {}
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_note(node.func) and len(node.args) >= 3:
                for action in _actions(node.args[2]):
                    found[action] = f"{path.relative_to(APP)}:{node.lineno}"
    return found


def _actions(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.JoinedStr):
        yield f"{argument.values[0].value}*"  # type: ignore[attr-defined]
        return
    for inner in ast.walk(argument):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and "." in inner.value:
            yield inner.value


def _is_note(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in {"note", "_note"}


def test_every_action_has_words() -> None:
    for room in TEXTS:
        if find_spec(f"app.{room}.texts"):
            import_module(f"app.{room}.texts")
    actions = actions_in_code()
    assert len(actions) > 10
    codes = known_codes()
    missing = {action: where for action, where in actions.items() if not fnmatch.filter(codes, action)}
    assert not missing
