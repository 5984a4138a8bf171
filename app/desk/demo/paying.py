"""The quarters' money, step by step as clerk, reviewer and finance took them, on working days after the quarter's end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import digest
from app.core.errors import Conflict
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.workdays import WorkdayCalendar
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.commands import BankReply, BankReturns, DecideHold, PrepareRun, ProposePolicy, SetPolicy
from app.subsidies.models import PayFile, SubsidyLine, SubsidyRun
from app.subsidies.queries.payments import list_pay_file_lines
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import (
    approve_run,
    decide_hold,
    export_run,
    prepare_run,
    settle_run,
    submit_run,
)
from app.subsidies.service.policies import adopt_policy, propose_policy

_DAY = timedelta(days=1)
ANNUAL = "3000.00"
DAYS_TO_PREPARE = 8  # after the quarter's end
_RETURNED = ("账户状态异常", "户名与账号不符", "账户已销户")


@dataclass
class Payer:
    """What the quarters share."""

    session: Session
    vault: Vault
    county: County
    moments: Moments
    workdays: WorkdayCalendar
    rng: Random

    def set_policy(self, valid_from: date) -> None:
        """Proposed by the clerk, adopted by the reviewer two days later."""
        terms = PolicyTerms(
            annual=Money.from_yuan(ANNUAL),
            document_number=f"安民发〔{valid_from.year}〕18号",
        )
        day, actors = valid_from - 12 * _DAY, self.county.actors
        draft = ProposePolicy(digest(f"policy {valid_from}")[:22], SetPolicy(COUNTY, valid_from, terms))
        proposal = propose_policy(self.session, actors["clerk"], draft, self.moments.on(day, 90))
        adopt_policy(self.session, actors["reviewer"], proposal.public_id, self.moments.on(day + 2 * _DAY, 140))

    def prepare(self, quarter: Quarter, day: date) -> SubsidyRun:
        """造册, left as a draft."""
        clerk, now = self.county.actors["clerk"], self.moments.on(day, 45)
        public_id = prepare_run(self._same_transaction, clerk, PrepareRun(COUNTY, quarter), day, now)
        self.session.flush()
        return get_run(self.session, clerk, public_id)

    def close(self, quarter: Quarter) -> None:
        """From 造册 to 办结: a held line decided, approved by another person, paid by a third; the bank returns a few."""
        day = self._working_day(quarter.last_day + DAYS_TO_PREPARE * _DAY)
        run = self.prepare(quarter, day)
        actors, now = self.county.actors, self.moments.on
        self._decide(run, day)
        submit_run(self.session, actors["clerk"], run, now(day, 400))
        day = self._working_day(day + 2 * _DAY)
        approve_run(self.session, actors["reviewer"], run, now(day, 80))
        day = self._working_day(day + _DAY)
        file = export_run(self.session, self.vault, actors["finance"], run, now(day, 150))
        day = self._working_day(day + 3 * _DAY)
        settle_run(self.session, actors["finance"], run, self._returns(file), now(day, 200))
        self.session.flush()

    def _decide(self, run: SubsidyRun, day: date) -> None:
        """Held lines with an account are talked over and mostly paid; those without one, or with an open doubt, go on waiting."""
        held = self.session.scalars(
            select(SubsidyLine)
            .join(Person, Person.id == SubsidyLine.payee_person_id)
            .where(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.HOLD, Person.died_on.is_(None))
            .order_by(SubsidyLine.id)
        ).all()
        for line in held:
            if line.account_id is None or line.amount_fen == 0 or self.rng.random() < 0.25:
                continue
            is_paid = self.rng.random() < 0.75
            command = DecideHold(line.public_id, is_paid, Grounds(HoldGround.GROUP_DECIDED))
            with suppress(Conflict):  # the account or a list has to be cleared up first
                decide_hold(self.session, self.county.actors["clerk"], command, self.moments.on(day, 300))

    def _returns(self, file: PayFile) -> BankReturns:
        """The bank's answer to every line of the file; one in sixty comes back, at least one of ten."""
        lines = [line for line in list_pay_file_lines(self.session, file) if line.sequence is not None]
        count = max(round(len(lines) / 60), 1 if len(lines) >= 10 else 0)
        returned = {line.id for line in self.rng.sample(lines, count)}
        replies = tuple(
            BankReply(
                line.sequence or 0,
                Money(line.amount_fen),
                line.id not in returned,
                self.rng.choice(_RETURNED) if line.id in returned else "",
            )
            for line in lines
        )
        return BankReturns(replies, digest("\n".join((file.number, *map(str, replies)))), frozenset({file.number}))

    def _working_day(self, day: date) -> date:
        return min(self.workdays.next_working_day(day), self.moments.today)

    @contextmanager
    def _same_transaction(self) -> Iterator[Session]:
        """The loading is one transaction, all or nothing; preparing a run elsewhere commits batch by batch."""
        yield self.session
        self.session.flush()
