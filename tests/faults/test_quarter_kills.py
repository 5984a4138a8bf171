"""kill -9 at any moment of a quarter's steps: after one repeat of the command nothing is lost, nothing double, all as undisturbed.

Real processes on both databases. The seed is printed and can be set (ANHU_SEED); ANHU_SOAK=1 kills sixty times instead of six.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, make_url, select, text

from app import create_app
from app.audit.models import AuditEvent
from app.core.db import Database
from app.subsidies.models import PayFile, PayFileLine, RunApproval, SubsidyLine, SubsidyRun
from app.subsidies.queries.verify import verify_run
from config import Settings
from tests.conftest import TODAY
from tests.faults.killed import End, Killer
from tests.rig.county import COUNTY, build_county
from tests.rig.families import policy, settle_in, varied
from tests.rig.quarter import NOW, returned_by_bank

KILLS = 60 if "ANHU_SOAK" in os.environ else 6
LINES = 60
AFTER = {"submit": "submitted", "approve": "approved", "settle": "settled"}
STEPS = (
    ("prepare", "clerk"),
    ("submit", "clerk"),
    ("approve", "reviewer"),
    ("export", "finance"),
    ("settle", "finance"),
)


@dataclass(frozen=True)
class Copy:
    """One copy of the seeded county, and how its commands are run."""

    url: str
    folder: Path
    killer: Killer

    def step(self, name: str, moment: int = 0, times: int = 1) -> list[End]:
        words = ["subsidy", name, "--county", COUNTY, "--quarter", "2026Q3", "--as", dict(STEPS)[name]]
        if name == "export":
            words += ["--out", str(self.pay_file)]
        if name == "settle":
            answer = self.folder / "returns.xlsx"
            answer.write_bytes(returned_by_bank(self.pay_file.read_bytes(), _return_two))
            words += ["--returns", str(answer)]
        return self.killer.run(self.folder, _settings(self.url, self.folder), words, moment, times)

    @property
    def pay_file(self) -> Path:
        return self.folder / "pay.xlsx"


def _settings(url: str, folder: Path) -> dict[str, str]:
    return {
        "ANHU_ENV": "test",
        "ANHU_INSTANCE": str(folder),
        "ANHU_DATABASE_URL": url,
        "ANHU_TODAY": TODAY.isoformat(),
        "ANHU_LOG_LEVEL": "ERROR",
    }


def _sql(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _return_two(rows: list[list[Any]]) -> None:
    for row in rows[2:4]:
        row[7:9] = ["失败", "账户已销户"]


@pytest.fixture
def copies(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Copy]]:
    """A county of sixty families in one database; each call copies it whole, keys included."""
    seed = tmp_path / "seed"
    seed.mkdir()
    app = create_app(Settings.from_environ(_settings(database_url, seed)))
    database: Database = app.extensions["anhu.db"]
    with app.app_context(), database.transaction() as session:
        county = build_county(session, NOW)
        settle_in(session, app.extensions["anhu.keyring"], county, varied(LINES), NOW)
        policy(session, county, NOW)
    if database_url.startswith("sqlite"):
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    source = make_url(database_url)
    made: list[str] = []

    def copy() -> Copy:
        name = f"k_{uuid.uuid4().hex[:12]}"
        folder = tmp_path / name
        shutil.copytree(seed, folder)
        if database_url.startswith("sqlite"):
            shutil.copy(source.database or "", folder / "copy.db")
            return Copy(f"sqlite:///{folder / 'copy.db'}", folder, killer)
        _sql(source.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE {source.database}")
        made.append(name)
        return Copy(source.set(database=name).render_as_string(hide_password=False), folder, killer)

    with Killer() as killer:
        yield copy
    for name in made:
        _sql(source.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def test_a_quarter_killed_at_any_moment_ends_like_an_undisturbed_one(copies: Callable[[], Copy]) -> None:
    seed = int(os.environ.get("ANHU_SEED", random.SystemRandom().randrange(10**6)))
    print(f"ANHU_SEED={seed}")  # noqa: T201 - the way to replay this very test
    dice = random.Random(seed)
    twin = copies()
    moments = {name: twin.step(name)[0].moments for name, _who in STEPS}
    wanted = _content(twin)
    assert wanted["state"] == "settled"
    assert wanted["lines"] == LINES
    assert all(count > 10 for count in moments.values()), moments
    # every step at least once, then wherever the dice fall, longer steps more often
    order = [name for name, _who in STEPS] + dice.choices(list(moments), list(moments.values()), k=KILLS)
    for name in order[:KILLS] if len(STEPS) < KILLS else order:
        moment = dice.randrange(1, moments[name] + 1)
        copy = copies()
        _play(copy, name, moment)
        assert _content(copy) == wanted, f"seed {seed}: {name} killed at moment {moment} of {moments[name]}"


def _play(copy: Copy, killed: str, moment: int) -> None:
    """The whole quarter, one of whose commands is killed and repeated once."""
    for name, _who in STEPS:
        if name == killed:
            [end] = copy.step(name, moment)
            assert end.status == -signal.SIGKILL, end
        [end] = copy.step(name)
        # a repeat is refused only when the step had been taken whole before the end came
        assert end.status == 0 or (name == killed and _state(copy) == AFTER.get(name)), end


def _state(copy: Copy) -> str:
    engine = create_engine(copy.url)
    with engine.connect() as connection:
        found = str(connection.execute(text("SELECT state FROM subsidy_runs")).scalar_one())
    engine.dispose()
    return found


def _content(copy: Copy) -> dict[str, Any]:
    """Everything that must be equal, and that the product's own verification finds nothing."""
    database = Database(copy.url)
    try:
        with database.reading() as session:
            run = session.scalars(select(SubsidyRun)).one()
            assert verify_run(session, run) == []
            file = session.scalars(select(PayFile)).one()
            lines = session.scalars(select(SubsidyLine).order_by(SubsidyLine.area_code, SubsidyLine.id)).all()
            sent = session.scalars(select(PayFileLine).order_by(PayFileLine.sequence)).all()
            steps = session.scalars(select(RunApproval.step).order_by(RunApproval.id)).all()
            audit = Counter(session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("subsidies.%"))))
            del audit["subsidies.pay_file_fetched"]  # the same bytes may be handed out twice
            return {
                "state": run.state.value,
                "digest": run.digest,
                "totals": (run.pay_count, run.hold_count, run.refuse_count, run.total_fen),
                "lines": len(lines),
                "content": [(one.agreement_id, one.rank, one.decision, one.amount_fen, one.is_live) for one in lines],
                "file": (file.count, file.total_fen, file.run_digest),
                "handed_out": hashlib.sha256(copy.pay_file.read_bytes()).hexdigest() == file.sha256,
                "sent": [(one.sequence, one.amount_fen, one.state) for one in sent],
                "steps": list(steps),
                "audit": audit,
            }
    finally:
        database.engine.dispose()


def test_many_prepare_at_once_and_there_is_one_batch(copies: Callable[[], Copy]) -> None:
    county = copies()
    ends = county.step("prepare", times=8)
    assert {end.status for end in ends} == {0}, ends
    database = Database(county.url)
    with database.reading() as session:
        run = session.scalars(select(SubsidyRun)).one()
        lines = session.scalars(select(SubsidyLine.agreement_id)).all()
        prepared = session.scalars(select(RunApproval)).all()
    database.engine.dispose()
    assert run.state.value == "draft"
    assert len(lines) == len(set(lines)) == LINES
    assert len(prepared) == 1
