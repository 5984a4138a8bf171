"""A county's quarter in tests: families settled in, a policy set, and the steps taken by the people whose steps they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO

import openpyxl
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.batches import slices, take_stock
from app.core.clock import Clock
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.core.quarter import Quarter
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Patient, PatientSpan
from app.people.models import PayeeAccount, Person, PersonKey
from app.people.vault import Vault
from app.subsidies.commands import BankReturns, DecideHold, PrepareRun, RecordCall
from app.subsidies.models import PayFile, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.payments import Settlement
from app.subsidies.queries.runs import find_run
from app.subsidies.queries.verify import verify_run
from app.subsidies.queries.verify_county import list_runs_of
from app.subsidies.readers import read_returns
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround, ReturnGround
from app.subsidies.service import (
    approve_run,
    ask_reopening,
    decide_hold,
    decide_reopening,
    export_run,
    fetch_pay_file,
    prepare_run,
    settle_run,
    submit_run,
)
from app.subsidies.service.editions import draw_edition, keep_edition
from app.subsidies.service.verifying import verify_money
from app.subsidies.service.vouching import record_call
from app.subsidies.service.watching import watch_money
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.rig.county import COUNTY, County
from tests.rig.families import QUARTER, Family, Kept, policy, settle_in
from tests.rig.kept import again

TODAY = date(2026, 11, 21)
NOW = datetime.fromisoformat("2026-11-21T02:00:00+00:00")

SETTLED_AT_ONCE = 2000
PHONED = Grounds(HoldGround.PHONED)


@dataclass
class House:
    """One county with its people; every step runs in a transaction of its own, as commands and pages do."""

    app: Flask
    database: Database
    county: County
    families: dict[int, Kept] = field(default_factory=dict)
    quarter: Quarter = QUARTER

    @property
    def keyring(self) -> Keyring:
        found: Keyring = self.app.extensions["anhu.keyring"]
        return found

    def settle_in(self, wanted: Sequence[Family], **terms: object) -> None:
        key = (tuple(wanted), *sorted(terms.items()))
        found = again(self.app, key, {"county": self.county}, lambda: self._settled(wanted, **terms))
        self.families.update(found)

    def _settled(self, wanted: Sequence[Family], **terms: object) -> dict[int, Kept]:
        settled: dict[int, Kept] = {}
        for part in slices(wanted, SETTLED_AT_ONCE):
            with self.database.transaction() as session:
                kept = settle_in(session, self.keyring, self.county, part, NOW)
                if len(wanted) > SETTLED_AT_ONCE:
                    take_stock(session, Person, PersonKey, Patient, PatientSpan, Guardianship, Agreement)
            settled.update({one.place: family for one, family in zip(part, kept, strict=True)})
        with self.database.transaction() as session:
            policy(session, self.county, NOW, **terms)
        return settled

    def actor(self, name: str) -> Actor:
        return self.county.actor(name)

    def prepare(self, supplementary: bool = False, who: str = "clerk", today: date = TODAY) -> SubsidyRun:
        command = PrepareRun(COUNTY, self.quarter, supplementary)
        prepare_run(self.database.transaction, self.actor(who), command, today, NOW)
        return self.run(supplementary)

    def submit(self, who: str = "clerk", supplementary: bool = False) -> None:
        with self.step(supplementary) as (session, run):
            submit_run(session, self.actor(who), run, NOW)

    def approve(self, who: str = "reviewer", supplementary: bool = False) -> None:
        with self.step(supplementary) as (session, run):
            approve_run(session, self.actor(who), run, NOW)

    def export(self, who: str = "finance", supplementary: bool = False) -> PayFile:
        with self.step(supplementary) as (session, run):
            return export_run(session, Vault(session, self.keyring), self.actor(who), run, NOW)

    def settle(
        self,
        returns: BankReturns | None = None,
        who: str = "finance",
        supplementary: bool = False,
        word: Grounds | None = None,
    ) -> Settlement:
        with self.step(supplementary) as (session, run):
            return settle_run(session, self.actor(who), run, returns, NOW, self.keyring, word)

    def work(self) -> None:
        """The scheduler process's part, until nothing waits."""
        while do_next(SchedulerHouse.of(self.app, Clock(TODAY))):
            pass

    def watch(self, today: date = TODAY) -> None:
        """Look for patterns of fraud, as the night does."""
        watch_money(self.database.reading, self.database.transaction, Actor.operator(), today, NOW)

    def to_the_bank(self, supplementary: bool = False) -> PayFile:
        """Prepare, submit, approve, export."""
        self.prepare(supplementary)
        self.submit(supplementary=supplementary)
        self.approve(supplementary=supplementary)
        return self.export(supplementary=supplementary)

    def reopen(self, asks: str = "clerk", allows: str = "reviewer") -> None:
        """An approved run is the clerk's again, by two people; the ledger that was approved is kept first."""
        with self.step() as (session, run):
            ask_reopening(session, self.actor(asks), run, Grounds(ReturnGround.DAYS), NOW)
        drawn = draw_edition(self.database.reading, self.keyring, self.actor(allows), self.run().public_id, NOW)
        with self.step() as (session, run):
            if drawn:
                keep_edition(session, self.keyring, self.actor(allows), run, *drawn)
            decide_reopening(session, self.actor(allows), run, True, NOW)

    def decide(
        self, place: int, is_paid: bool, who: str = "clerk", grounds: Grounds = PHONED, supplementary: bool = False
    ) -> None:
        line = self.line(place, supplementary)
        with self.database.transaction() as session:
            decide_hold(session, self.actor(who), DecideHold(line.public_id, is_paid, grounds), NOW)

    def stranger(self) -> int:
        """A person of no family here."""
        with self.database.transaction() as session:
            person = Person(name="外人", name_sort="wairen", created_at=NOW)
            session.add(person)
            session.flush()
            return person.id

    def call_back(self, place: int, answer: CallBack = CallBack.CONFIRMED, who: str = "reviewer") -> None:
        """Somebody else calls the payee on the number known before the change of account."""
        with self.database.transaction() as session:
            account = session.scalars(
                select(PayeeAccount).where(
                    PayeeAccount.person_id == self.families[place].payee.id, PayeeAccount.to_on.is_(None)
                )
            ).one()
            command = RecordCall(new_public_id(), account.public_id, account.from_on, answer)
            record_call(session, self.actor(who), command, max(TODAY, account.from_on), NOW)

    @contextmanager
    def step(self, supplementary: bool = False) -> Iterator[tuple[Session, SubsidyRun]]:
        with self.database.transaction() as session:
            kind = RunKind.SUPPLEMENTARY if supplementary else RunKind.REGULAR
            run = find_run(session, self.actor("clerk"), COUNTY, self.quarter, kind, lock=True)
            assert run is not None
            yield session, run

    def run(self, supplementary: bool = False) -> SubsidyRun:
        with self.database.reading() as session:
            kind = RunKind.SUPPLEMENTARY if supplementary else RunKind.REGULAR
            run = find_run(session, self.actor("clerk"), COUNTY, self.quarter, kind)
            assert run is not None
            return run

    def line(self, place: int, supplementary: bool = False) -> SubsidyLine:
        """The line of one family in the newest run of a kind."""
        with self.database.reading() as session:
            return session.scalars(
                select(SubsidyLine).where(
                    SubsidyLine.run_id == self.run(supplementary).id,
                    SubsidyLine.patient_id == self.families[place].patient.id,
                )
            ).one()

    def codes(self, place: int, supplementary: bool = False) -> list[str]:
        return [stored["code"] for stored in self.line(place, supplementary).reasons]

    def line_codes(self) -> dict[int, list[str]]:
        """The reason codes of every line that is refused, by family."""
        refused = {place: self.line(place) for place in self.families}
        return {
            place: [stored["code"] for stored in line.reasons]
            for place, line in refused.items()
            if line.decision is LineState.REFUSE
        }

    def pay_file_bytes(self, supplementary: bool = False) -> bytes:
        with self.database.transaction() as session:
            return fetch_pay_file(session, self.keyring, self.actor("finance"), self.run(supplementary), NOW)[2]

    def problems(self, supplementary: bool = False) -> list[str]:
        with self.database.reading() as session:
            return [str(one) for one in verify_run(session, self.run(supplementary), self.keyring)]

    def county_problems(self, today: date = TODAY) -> list[str]:
        """What `flask subsidy verify` says of the whole county."""
        with self.database.reading() as session:
            runs = list_runs_of(session, COUNTY)
            return [str(one) for one in verify_money(session, COUNTY, runs, self.keyring, today, NOW)]


def held(session: Session) -> Callable[[], AbstractContextManager[Session]]:
    """For what opens sessions of its own: the one that is open already, again and again."""
    return lambda: nullcontext(session)


def returned_by_bank(pay_file: bytes, change: Callable[[list[list[object]]], None] | None = None) -> bytes:
    """The bank's answer: the pay file's own first sheet with a column 结果 (and 失败原因) added, all paid, then changed."""
    sheet = openpyxl.load_workbook(BytesIO(pay_file)).worksheets[0]
    rows: list[list[object]] = [list(row) for row in sheet.iter_rows(values_only=True)]
    rows[0] += ["结果", "失败原因"]
    for row in rows[1:]:
        row += ["成功", None]
    if change:
        change(rows)
    book = openpyxl.Workbook()
    answer = book.active
    assert answer is not None
    for row in rows:
        answer.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read_answer(pay_file: bytes, change: Callable[[list[list[object]]], None] | None = None) -> BankReturns:
    return read_returns(returned_by_bank(pay_file, change), "回盘.xlsx")
