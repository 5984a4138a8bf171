"""kill -9 at any moment of a quarter's steps: after one repeat of the command nothing is lost, nothing double, all as undisturbed.

Real processes on both databases. `make test` kills five times in a run of sixty lines and five times in one of twenty; `make soak`
(ANHU_SOAK=1) two hundred times in a run of 4,300 lines, up to five times in a row before a step is let end, and in one of twenty before
and after every single statement. The seed and every kill are printed; the seed can be set (ANHU_SEED).
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
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, make_url, select, text

from app import create_app
from app.audit.chain import seal
from app.audit.models import AuditEvent
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.core.money import Money
from app.subsidies.commands import ProposeMoney
from app.subsidies.models import FundPosting, PayFile, PayFileLine, RunApproval, SubsidyLine, SubsidyRun
from app.subsidies.rules.fund import FundSide
from app.subsidies.service.funding import decide_proposal, propose_money
from app.subsidies.service.verifying import verify_money
from config import Settings
from tests.conftest import TODAY
from tests.faults.killed import BATCH, End, Killer
from tests.rig.county import COUNTY, County, build_county
from tests.rig.families import policy, settle_in, varied
from tests.rig.quarter import NOW, returned_by_bank

SOAKS = "ANHU_SOAK" in os.environ
MANY, MANY_BATCH = (4300, 500) if SOAKS else (60, BATCH)
FEW = 20
KILLS, IN_A_ROW = (200, 5) if SOAKS else (5, 1)
AT_ONCE = (2, 8) if SOAKS else (4,)
STEPS = (
    ("prepare", "clerk"),
    ("submit", "clerk"),
    ("approve", "reviewer"),
    ("export", "finance"),
    ("settle", "finance"),
)
# what a step leaves behind when it was taken whole: a repeat is then refused in words, and rightly so
AFTER = {"submit": "submitted", "approve": "approved", "settle": "settled"}


@dataclass(frozen=True)
class Copy:
    """One copy of the seeded county, and how its commands are run."""

    url: str
    folder: Path
    killer: Killer
    batch: int

    def step(self, name: str, moment: int = 0, times: int = 1) -> list[End]:
        words = ["subsidy", name, "--county", COUNTY, "--quarter", "2026Q3", "--as", dict(STEPS)[name]]
        if name == "export":
            words += ["--out", str(self.pay_file)]
        if name == "settle":
            answer = self.folder / "returns.xlsx"
            answer.write_bytes(returned_by_bank(self.pay_file.read_bytes(), _return_two))
            words += ["--returns", str(answer)]
        return self.killer.run(self.folder, _settings(self.url, self.folder), words, moment, times, self.batch)

    @property
    def pay_file(self) -> Path:
        return self.folder / "pay.xlsx"


class Stages:
    """An undisturbed quarter, kept as it stood before each step and known as it stood after each."""

    def __init__(self, seed: Copy, duplicate: Callable[..., Copy]) -> None:
        self._duplicate = duplicate
        self._before: dict[str, Copy] = {}
        self.wanted: dict[str, dict[str, Any]] = {}
        self.moments: dict[str, int] = {}
        twin = duplicate(seed)
        for name, _who in STEPS:
            self._before[name] = duplicate(twin)
            [end] = twin.step(name)
            assert end.status == 0, end
            self.moments[name] = end.moments
            self.wanted[name] = _content(twin)

    def before(self, name: str) -> Copy:
        """The county as it stood before a step, laid out afresh in the one place where things are broken."""
        return self._duplicate(self._before[name], "bench")


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
        row[8:10] = ["失败", "账户已销户"]


def _bring_in_money(database: Database, county: County) -> None:
    command = ProposeMoney(
        new_public_id(),
        COUNTY,
        2026,
        FundSide.COUNTY,
        Money.from_yuan("9000000"),
        "安财社〔2026〕1号",
        date(2026, 1, 8),
    )
    with database.transaction() as session:
        waiting = propose_money(session, county.actor("clerk"), command, NOW).public_id
    with database.transaction() as session:
        decide_proposal(session, county.actor("reviewer"), waiting, True, NOW)


@pytest.fixture
def stages(database_url: str, tmp_path: Path, killer: Killer) -> Iterator[Callable[[int, int], Stages]]:
    """Plays a quarter of so many lines; every copy is a whole database with its keys."""
    names, made = dict[str, str](), set[str]()

    def duplicate(source: Copy, place: str = "") -> Copy:
        """A copy in a place of its own, or instead of what stood in `place`: its commands then find their application made."""
        name = names.setdefault(place, f"k_{uuid.uuid4().hex[:12]}") if place else f"k_{uuid.uuid4().hex[:12]}"
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("copy.db*"))
        if source.url.startswith("sqlite"):
            _settle_down(source.url)
            shutil.copy(make_url(source.url).database or "", folder / "copy.db")
            return Copy(f"sqlite:///{folder / 'copy.db'}", folder, source.killer, source.batch)
        url = make_url(source.url)
        server = url.set(database="postgres")
        if name in made:
            _sql(server, f"DROP DATABASE {name} WITH (FORCE)")
        _sql(server, f"CREATE DATABASE {name} TEMPLATE {url.database}")
        made.add(name)
        return Copy(url.set(database=name).render_as_string(hide_password=False), folder, source.killer, source.batch)

    def play(lines: int, batch: int) -> Stages:
        folder = tmp_path / "seed"
        folder.mkdir()
        _furnish(database_url, folder, lines)
        return Stages(Copy(database_url, folder, killer, batch), duplicate)

    yield play
    server = make_url(database_url).set(database="postgres") if made else None
    for name in made:
        assert server is not None
        _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _furnish(database_url: str, folder: Path, lines: int) -> None:
    app = create_app(Settings.from_environ(_settings(database_url, folder)))
    database: Database = app.extensions["anhu.db"]
    with app.app_context():
        with database.transaction() as session:
            county = build_county(session, NOW)
        for part in slices(varied(lines), 1000):
            with database.transaction() as session:
                settle_in(session, app.extensions["anhu.keyring"], county, part, NOW)
        with database.transaction() as session:
            policy(session, county, NOW)
        _bring_in_money(database, county)
    database.engine.dispose()


def _settle_down(url: str) -> None:
    """What stands in the write-ahead log goes into the file that is copied."""
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _kill(stages: Stages, name: str, *moments: int) -> int:
    """One step killed at these moments, one after the other, and then let end, ends as the undisturbed one did: how often it was killed.

    A repeat that goes on where the one before stopped, or finds everything done, may end before its moment comes.
    """
    copy, killed = stages.before(name), 0
    for moment in (*moments, 0):
        [end] = copy.step(name, moment)
        if end.status != -signal.SIGKILL:
            break
        killed += 1
    assert killed, end
    assert end.status == 0 or _state(copy) == AFTER.get(name), end
    where = f"{name} killed at {moments[:killed]} of {stages.moments[name]} moments"
    assert _content(copy) == stages.wanted[name], where
    print(where)  # noqa: T201 - what the long run did
    return killed


def test_a_large_run_killed_at_random_moments_ends_like_an_undisturbed_one(
    stages: Callable[[int, int], Stages],
) -> None:
    played, dice = stages(MANY, MANY_BATCH), _dice()
    assert played.wanted["settle"]["state"] == "settled"
    assert played.wanted["settle"]["lines"] == MANY
    # every step as often as it has moments, and each at least once
    steps, left = [name for name, _who in STEPS], KILLS
    weights = [played.moments[name] for name in steps]
    for name in chain(steps, iter(lambda: dice.choices(steps, weights)[0], None)):
        if left <= 0:
            break
        moments = [dice.randrange(1, played.moments[name] + 1) for _ in range(min(IN_A_ROW, left))]
        left -= _kill(played, name, *moments)


def test_a_small_run_killed_before_and_after_every_statement_ends_like_an_undisturbed_one(
    stages: Callable[[int, int], Stages],
) -> None:
    played = stages(FEW, BATCH)
    assert all(count > 10 for count in played.moments.values()), played.moments
    every = [(name, moment) for name, count in played.moments.items() for moment in range(1, count + 1)]
    for name, moment in every if SOAKS else _dice().sample(every, 5):
        _kill(played, name, moment)


@pytest.mark.parametrize("people", AT_ONCE)
def test_however_many_press_the_same_button_there_is_one_effect_and_all_are_told(
    stages: Callable[[int, int], Stages], people: int
) -> None:
    played = stages(FEW, BATCH)
    for name, _who in STEPS:
        copy = played.before(name)
        ends = copy.step(name, times=people)
        assert any(end.status == 0 for end in ends), ends
        assert all(end.said.strip() for end in ends), ends
        assert _content(copy) == played.wanted[name], name


def _dice() -> random.Random:
    seed = int(os.environ.get("ANHU_SEED", random.SystemRandom().randrange(10**6)))
    print(f"ANHU_SEED={seed}")  # noqa: T201 - the way to replay this very test
    return random.Random(seed)


def _state(copy: Copy) -> str:
    engine = create_engine(copy.url)
    with engine.connect() as connection:
        found = str(connection.execute(text("SELECT state FROM subsidy_runs")).scalar_one())
    engine.dispose()
    return found


def _content(copy: Copy) -> dict[str, Any]:
    """Everything that must be equal, and that the product's own verification finds nothing."""
    database, settings = Database(copy.url), Settings.from_environ(_settings(copy.url, copy.folder))
    keyring = Keyring(settings.data_keys, settings.index_keys)
    try:
        with database.transaction() as session:
            seal(session, NOW)  # as the scheduler does beside every command
        with database.reading() as session:
            run = session.scalars(select(SubsidyRun)).one()
            assert verify_money(session, COUNTY, [run], keyring, TODAY, NOW) == []
            file = session.scalars(select(PayFile)).one_or_none()
            lines = session.scalars(select(SubsidyLine).order_by(SubsidyLine.area_code, SubsidyLine.id)).all()
            sent = session.scalars(select(PayFileLine).order_by(PayFileLine.sequence)).all()
            steps = session.scalars(select(RunApproval.step).order_by(RunApproval.id)).all()
            postings = select(FundPosting.from_account_id, FundPosting.to_account_id, FundPosting.amount_fen)
            audit = Counter(session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("subsidies.%"))))
            del audit["subsidies.pay_file_fetched"]  # the same bytes may be handed out twice
            return {
                "state": run.state.value,
                "digest": run.digest,
                "totals": (run.pay_count, run.hold_count, run.refuse_count, run.total_fen),
                "lines": len(lines),
                "content": [(one.agreement_id, one.rank, one.decision, one.amount_fen, one.is_live) for one in lines],
                "file": file and (file.count, file.total_fen, file.run_digest),
                "handed_out": file and hashlib.sha256(copy.pay_file.read_bytes()).hexdigest() == file.sha256,
                "sent": [(one.sequence, one.amount_fen, one.state) for one in sent],
                "fund": [tuple(row) for row in session.execute(postings.order_by(FundPosting.id))],
                "steps": list(steps),
                "audit": audit,
            }
    finally:
        database.engine.dispose()
