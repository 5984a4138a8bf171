"""A private PostgreSQL server for the tests: unix socket only, no fsync, one template database that each test copies."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

SEARCH = (Path("/usr/lib/postgresql"), Path("/usr/local/lib/postgresql"), Path("/opt/homebrew/opt"))


def binaries() -> Path | None:
    """The folder of the newest server's programs, or None where PostgreSQL is not installed."""
    found = [path.parent for root in SEARCH if root.exists() for path in root.glob("*/bin/pg_ctl")]
    on_path = shutil.which("pg_config")
    if on_path:
        folder = Path(subprocess.run([on_path, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        if (folder / "pg_ctl").exists():
            found.append(folder)
    return max(found, key=_version) if found else None


def _version(folder: Path) -> float:
    text = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    return float(text.split()[2].split(".")[0]) if text else 0.0


@dataclass
class Server:
    folder: Path
    bin: Path

    @classmethod
    def start(cls) -> Server:
        found = binaries()
        if found is None:
            raise RuntimeError("PostgreSQL is not installed")
        folder = Path(tempfile.mkdtemp(prefix="anhu-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
        server = cls(folder, found)
        server._run(
            "initdb",
            "-D",
            str(folder / "data"),
            "-U",
            "anhu",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c max_connections=200 -c shared_buffers=256MB"
        )
        log = str(folder / "log")
        server._run("pg_ctl", "-D", str(folder / "data"), "-l", log, "-o", options, "-w", "start")
        return server

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://anhu@/{database}?host={self.folder}"

    def restart(self) -> None:
        """As an update does it: everybody is told goodbye, and the same database stands again."""
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-m", "fast", "-w", "restart"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *args: str) -> None:
        """As root the server refuses to run, so it is handed to the user postgres."""
        drop = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*drop, str(self.bin / program), *args],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def sql(url: str, statement: str) -> None:
    """One statement outside any transaction (CREATE DATABASE wants that)."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def copy_of_template(pattern: str) -> Iterator[str]:
    """A database of its own, for tests that change the schema or hand it to other processes."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    sql(pattern.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template_anhu")
    try:
        yield pattern.format(name=name)
    finally:
        sql(pattern.format(name="postgres"), f"DROP DATABASE {name} WITH (FORCE)")
