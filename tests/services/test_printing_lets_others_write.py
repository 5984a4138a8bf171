"""Long work reads without keeping a writer waiting, and stores its result in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.models import HouseFact, KeptFile, WorkItem
from app.core.work import ask_for_work
from app.subsidies.service.printing import LEDGER_PDF, NOTICES_PDF, Paper
from app.subsidies.work import print_paper
from tests.rig.county import County
from tests.rig.families import varied
from tests.rig.quarter import NOW, House


class Interrupted(Database):
    """The same database, where somebody else stores something before every reading has ended."""

    def __init__(self, database: Database) -> None:
        self.real, self.written = database, 0

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.real.reading() as session:
            yield session
            with self.real.transaction() as other:
                other.add(HouseFact(name=f"written.{self.written}", value="meanwhile"))
            self.written += 1

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.real.transaction() as session:
            yield session


@pytest.mark.parametrize("paper", [LEDGER_PDF, NOTICES_PDF], ids=["ledger", "notices"])
def test_somebody_can_store_while_a_paper_is_being_read(
    app: Flask, database: Database, county: County, paper: Paper
) -> None:
    house = House(app, database, county)
    house.settle_in(varied(12))
    house.prepare()
    house.submit()
    house.approve()
    with database.transaction() as session:
        item: WorkItem = ask_for_work(
            session, "subsidy_ledger_pdf", {"run": house.run().public_id}, "k", county.actor("clerk"), NOW
        )
    interrupted = Interrupted(database)
    done = partial(print_paper, paper)(interrupted, item, lambda _done, _total: None)
    assert interrupted.written == 1
    with database.reading() as session:
        kept = session.get_one(KeptFile, done.file_id)
        assert kept.kind == paper.kind
        assert session.get_one(HouseFact, "written.0").value == "meanwhile"
