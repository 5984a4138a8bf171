"""The pay file is drawn while nobody waits: what is learned meanwhile is never paid, and whoever asks, it is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, repeat

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import Conflict
from app.core.models import WorkItem, WorkState
from app.core.work import CLAIM_LAPSES_AFTER
from app.people.models import Person
from app.subsidies.models import PayFile, PayFileLine
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.transitions import PaymentState, RunState
from app.subsidies.service.exporting import ask_for_export, find_export
from app.subsidies.work import export
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.rig.clock import StoppedClock
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House

Act = Callable[[], object]


class Meanwhile(Database):
    """The same database, where others do something before each reading has ended."""

    def __init__(self, database: Database, acts: Iterator[Act]) -> None:
        self.real, self.acts = database, acts

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.real.reading() as session:
            yield session
            next(self.acts)()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with self.real.transaction() as session:
            yield session


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    """Four families, approved."""
    house = House(app, database, county)
    house.settle_in(families(4))
    house.prepare()
    house.submit()
    house.approve()
    return house


def _ask(house: House) -> WorkItem:
    with house.step() as (session, run):
        return ask_for_export(session, house.actor("finance"), run, PayLayout.CSV, TODAY, NOW)


def _no_progress(done: int, total: int) -> None: ...


def _nothing() -> None: ...


def _lines(house: House) -> list[tuple[int | None, PaymentState]]:
    with house.database.reading() as session:
        rows = session.execute(select(PayFileLine.sequence, PayFileLine.state))
        return sorted(((sequence, state) for sequence, state in rows), key=lambda row: row[0] or 0)


def test_who_is_learned_to_be_dead_while_the_file_is_drawn_is_kept_back(house: House) -> None:
    payee = house.families[1].payee

    def die() -> None:
        with house.database.transaction() as session:
            session.get_one(Person, payee.id).died_on = date(2026, 10, 30)

    item, told = _ask(house), list[tuple[int, int]]()
    # the first look is for who asks, the second for what is paid; the third finds the death
    meanwhile = Meanwhile(house.database, chain([_nothing, die], repeat(_nothing)))
    done = export(meanwhile, item, lambda done, total: told.append((done, total)))
    assert done.result == {"run": house.run().public_id, "sent": 3, "withheld": 1}
    sent, kept_back = PaymentState.SENT, (None, PaymentState.WITHHELD)
    assert _lines(house) == [kept_back, (1, sent), (2, sent), (3, sent)]
    content = house.pay_file_bytes().decode("utf-8-sig")
    assert payee.name not in content
    assert content.count("\r\n") == 5  # titles, three lines, the sum: in the layout that was asked for
    assert told[0] == (0, 4) and max(told) == (2, 4)  # a third for opening, a third for writing
    assert house.problems() == []
    # the process died before it could say that it was done: whoever takes over finds the file, and makes none
    assert export(house.database, item, _no_progress).result == done.result
    with house.database.reading() as session:
        assert session.scalars(select(PayFile)).one().withheld_count == 1


def test_what_never_comes_to_rest_is_not_paid_and_a_colleague_is_told_that_it_is_under_way(house: House) -> None:
    names = iter("甲乙丙丁戊")

    def rename() -> None:
        with house.database.transaction() as session:
            session.get_one(Person, house.families[0].payee.id).name = f"改{next(names)}"

    item = _ask(house)
    with house.step() as (session, run):
        found = find_export(session, run)
        assert found is not None and found.id == item.id
        colleague = replace(house.actor("finance"), user_id=house.actor("doctor").user_id)
        with pytest.raises(Conflict, match=r"core\.work\.under_way"):
            ask_for_export(session, colleague, run, None, TODAY, NOW)
    with pytest.raises(Conflict, match=r"subsidies\.export\.unsettled"):
        export(Meanwhile(house.database, repeat(rename)), item, _no_progress)
    assert next(names) == "戊"  # once while it was asked who asks, then three files were drawn in vain
    assert (house.run().state, _lines(house)) == (RunState.APPROVED, [])
    export(house.database, item, _no_progress)
    assert house.run().state is RunState.EXPORTED
    assert house.problems() == []


def test_a_run_that_is_opened_again_while_its_file_is_drawn_is_not_paid(house: House) -> None:
    item = _ask(house)
    with pytest.raises(Conflict, match=r"subsidies\.step\.wrong_state"):
        export(Meanwhile(house.database, chain([_nothing, house.reopen], repeat(_nothing))), item, _no_progress)
    assert (house.run().state, _lines(house)) == (RunState.DRAFT, [])


def test_a_scheduler_that_wakes_after_another_took_over_makes_no_second_file(house: House) -> None:
    house.work()  # the ledger of the approval
    item, after = _ask(house), StoppedClock(at=NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1))

    def take_over() -> None:
        assert do_next(SchedulerHouse.of(house.app, after))
        assert house.run().state is RunState.EXPORTED

    frozen = SchedulerHouse.of(house.app, StoppedClock(at=NOW))
    slow = Meanwhile(house.database, chain([_nothing, take_over], repeat(_nothing)))
    assert do_next(replace(frozen, database=slow))
    assert [sequence for sequence, _state in _lines(house)] == [1, 2, 3, 4]
    with house.database.reading() as session:
        done = session.get_one(WorkItem, item.id)
        assert (done.state, done.finished_at) == (WorkState.DONE, after.now())
    assert house.problems() == []
