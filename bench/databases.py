"""Databases to measure on: a SQLite file and a private PostgreSQL server with durable settings, both migrated like the product's."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

from app.core import migrate
from app.core.db import Database

SEARCH = (Path("/usr/lib/postgresql"), Path("/usr/local/lib/postgresql"))
DURABLE = (
    "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=512MB -c max_wal_size=4GB -c jit=off"
)


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty, migrated database of this kind, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="anhu-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'anhu.db'}"
            migrate.upgrade(Database(url).engine)
            yield url
            return
        with _server(folder) as url:
            migrate.upgrade(Database(url).engine)
            yield url


def kinds() -> tuple[str, ...]:
    """SQLite always, PostgreSQL where it is installed."""
    return ("sqlite", "postgresql") if _programs() else ("sqlite",)


def settle(url: str) -> None:
    """So that one measurement does not pay for what the one before left behind."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
    engine.dispose()


def _programs() -> Path | None:
    found = [path.parent for root in SEARCH if root.exists() for path in root.glob("*/bin/pg_ctl")]
    return max(found, key=lambda folder: float(folder.parent.name)) if found else None


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    programs = _programs()
    assert programs is not None
    drop = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if drop:
        shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*drop, str(programs / program), *arguments], check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "anhu", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} {DURABLE}"
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        _create(f"postgresql+psycopg://anhu@/postgres?host={folder}")
        yield f"postgresql+psycopg://anhu@/bench?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _create(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    engine.dispose()
