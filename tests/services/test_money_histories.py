"""Random histories of a county's money: deaths, stays, losses, moves, incidents with and without a record and people's word on the guardian,
records that turn out to be one person, new agreements and policies between runs, learned in time or late; runs, returns, re-payments, corrections. Whatever happened: no day is paid twice, no day after a known death leaves the house, debits
equal credits, and every yuan has its because.

Eight histories a database in `make test`; ANHU_SOAK=1 plays hundreds.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.bank_account import AccountKind
from app.core.crypto import Keyring
from app.core.db import Database, new_public_id
from app.core.errors import AnhuError, Conflict
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.desk.service import merging
from app.guardians.commands import SignAgreement
from app.guardians.models import Agreement
from app.guardians.service import end_agreement, sign_agreement
from app.incidents.commands.incidents import ConfirmIncident, Decide, ReportIncident
from app.incidents.models import Incident
from app.incidents.queries.deciding import find_findings, group_members
from app.incidents.rules.incidents import IncidentKind, Matter
from app.incidents.service.deciding import decide
from app.incidents.service.incidents import confirm_incident, report_incident
from app.patients.models import Admission, Patient, RegisterRequest
from app.patients.queries.merges import merges
from app.patients.rules import ManagementStatus, RegistryStatus, RequestKind, RequestState, SpanKind
from app.patients.service import change_state, record_admission, record_death, record_discharge
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, Person
from app.people.service import set_account
from app.people.vault import Vault
from app.subsidies.commands import BankReply, BankReturns, DecideHold, PrepareRun, ProposeMoney, SetPolicy
from app.subsidies.models import LineKind, PayFile, PayFileLine, Recovery, SubsidyLine, SubsidyRun
from app.subsidies.queries.fund import balances_of
from app.subsidies.queries.runs import find_run
from app.subsidies.queries.verify import verify_run
from app.subsidies.queries.verify_county import verify_county
from app.subsidies.rules.amount import compute_under
from app.subsidies.rules.decision import LineFacts, LineState
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.grounds import Grounds, HoldGround
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryState
from app.subsidies.rules.transitions import PaymentState
from app.subsidies.service import approve_run, decide_hold, export_run, prepare_run, set_policy, settle_run, submit_run
from app.subsidies.service.funding import decide_proposal, propose_money
from app.subsidies.service.late_facts import find_late_facts
from app.visits.models import FollowUpVisit
from tests.rig.county import COUNTY, County
from tests.rig.families import Family, policy, settle_in
from tests.rig.quarter import held
from tests.rig.rosters import card_number

ROUNDS = 400 if "ANHU_SOAK" in os.environ else 8
START = datetime.fromisoformat("2026-01-02T02:00:00+00:00")
QUARTERS = tuple(Quarter(2026, number) for number in (1, 2, 3))
FAMILIES = 3
_DAY = timedelta(days=1)

families_of = st.integers(0, FAMILIES - 1)
# so many days before the quarter's end did it happen: within the quarter, or in one that was paid already
ago = st.integers(0, 150)
events = st.one_of(
    st.tuples(st.just("die"), families_of, ago),
    st.tuples(st.just("stay"), families_of, ago, st.one_of(st.none(), st.integers(0, 60))),
    st.tuples(st.just("go_home"), families_of, ago),
    st.tuples(st.just("lose"), families_of, ago),
    st.tuples(st.just("find"), families_of, ago),
    st.tuples(st.just("refuse"), families_of, ago),
    st.tuples(st.just("end"), families_of, ago),
    st.tuples(st.just("sign"), families_of, ago),
    st.tuples(st.just("offend"), families_of, ago),
    st.tuples(st.just("report"), families_of, ago),
    st.tuples(st.just("find_fault"), families_of, st.sampled_from(("at_fault", "not_at_fault"))),
    st.tuples(st.just("move_out"), families_of, ago),
    st.tuples(st.just("come_back"), families_of, ago),
    st.tuples(st.just("merge"), families_of, families_of),
    st.tuples(st.just("part"), families_of),
    st.tuples(st.just("guardian_dies"), families_of, ago),
    st.tuples(st.just("stay_was_wrong"), families_of),
    st.tuples(st.just("new_account"), families_of),
    st.tuples(st.just("new_policy"), st.sampled_from(("1800", "2400", "3600"))),
)
quarters = st.tuples(
    st.lists(events, max_size=3),  # known before the run is prepared
    st.lists(events, max_size=1),  # learned between approval and export
    st.sets(st.integers(1, FAMILIES), max_size=2),  # lines that the bank returns
    st.booleans(),  # whether the clerk pays what is held
    st.booleans(),  # whether a supplementary run follows
)
histories = st.tuples(quarters, quarters, quarters)


class Undone(Exception):
    """The history was played; the next one finds the county as it was."""


@dataclass
class World:
    """One county in one transaction, which is rolled back after the history."""

    session: Session
    keyring: Keyring
    county: County
    kept: list[Any]
    now: datetime = START
    quarter: Quarter = QUARTERS[0]
    accounts: int = 0

    def actor(self, name: str) -> Actor:
        return self.county.actor(name)

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, days_ago: int) -> date:
        return min(self.quarter.last_day - timedelta(days=days_ago), self.today)

    def happen(self, event: tuple[Any, ...]) -> None:
        """What the register refuses did not happen."""
        name, *args = event
        try:
            with self.session.begin_nested():
                getattr(self, name)(*args)
                self.session.flush()
        except AnhuError as refused:
            note(f"{event}: {type(refused).__name__}")
        self.session.expire_all()

    def patient(self, which: int) -> Patient:
        """The family's record, or the one that it was merged into: an old address leads there."""
        return self.session.get_one(Patient, merges(self.session).end_of(self.kept[which].patient.id))

    def die(self, which: int, days_ago: int) -> None:
        office = self.actor("county_office")
        record_death(self.session, office, self.patient(which), self.at(days_ago), DatePrecision.DAY, 1, self.now)

    def guardian_dies(self, which: int, days_ago: int) -> None:
        person = self.session.get_one(Person, self.kept[which].payee.id)
        if person.died_on is None:
            person.died_on, person.died_on_precision = self.at(days_ago), DatePrecision.DAY

    def stay(self, which: int, days_ago: int, days: int | None) -> None:
        first = self.at(days_ago)
        last = None if days is None else min(first + timedelta(days=days), self.today)
        record_admission(self.session, self.actor("county_office"), self.patient(which), "四院", first, last, self.now)

    def go_home(self, which: int, days_ago: int) -> None:
        record_discharge(self.session, self.actor("county_office"), self.patient(which), self.at(days_ago), self.now)

    def stay_was_wrong(self, which: int) -> None:
        """The newest stay never was."""
        of = select(Admission).where(Admission.patient_id == self.patient(which).id, Admission.withdrawn_at.is_(None))
        stay = self.session.scalars(of.order_by(Admission.id.desc())).first()
        if stay is not None:
            stay.withdrawn_at = self.now

    def new_account(self, which: int) -> None:
        """Long enough before the run that nobody has to call."""
        self.accounts += 1
        payee = self.session.get_one(Person, self.kept[which].payee.id)
        draft = AccountDraft(AccountKind.CARD, card_number(900 + self.accounts), self.at(60), "农业银行")
        set_account(self.session, Vault(self.session, self.keyring), payee, draft, self.actor("clerk"), self.now)

    def lose(self, which: int, days_ago: int) -> None:
        self._manage(which, ManagementStatus.LOST, days_ago)

    def find(self, which: int, days_ago: int) -> None:
        self._manage(which, ManagementStatus.MANAGED, days_ago)

    def refuse(self, which: int, days_ago: int) -> None:
        self._manage(which, ManagementStatus.REFUSED, days_ago)

    def _manage(self, which: int, status: ManagementStatus, days_ago: int) -> None:
        lead = self.actor("health_lead")
        change_state(
            self.session,
            lead,
            self.patient(which),
            SpanKind.MANAGEMENT,
            status.value,
            self.at(days_ago),
            None,
            self.now,
        )

    def end(self, which: int, days_ago: int) -> None:
        agreement = self._agreement(which)
        because = reason("guardians.end.agreed")
        end_agreement(
            self.session, self.actor("clerk"), self.patient(which), agreement, self.at(days_ago), because, self.now
        )

    def sign(self, which: int, days_ago: int) -> None:
        """The next agreement, from the day after an early end or later."""
        command = SignAgreement(self.at(days_ago), date(2026, 12, 31))
        sign_agreement(self.session, self.actor("clerk"), self.patient(which), command, self.now)

    def _agreement(self, which: int) -> Agreement:
        of = select(Agreement).where(Agreement.patient_id == self.patient(which).id)
        return self.session.scalars(of.order_by(Agreement.from_on.desc())).first()  # type: ignore[return-value]  # each family has one

    def offend(self, which: int, days_ago: int) -> None:
        """A visit that recorded 肇事."""
        seen = self.session.scalars(
            select(FollowUpVisit).where(FollowUpVisit.patient_id == self.patient(which).id)
        ).first()
        assert seen is not None
        seen.public_order_incidents = (seen.public_order_incidents or 0) + 1

    def report(self, which: int, days_ago: int) -> None:
        """An incident that the group confirms; nobody has decided on the guardian yet."""
        happened_at = datetime.combine(self.at(days_ago), START.timetz())
        told = ReportIncident(
            new_public_id(), IncidentKind.PUBLIC_ORDER, happened_at, patient=self.patient(which).public_id, what="砸窗"
        )
        incident = report_incident(
            self.session, Vault(self.session, self.keyring), self.actor("doctor"), told, self.now
        )
        command = ConfirmIncident(incident.version, IncidentKind.PUBLIC_ORDER)
        confirm_incident(self.session, self.actor("coordinator"), incident, command, self.now)

    def find_fault(self, which: int, outcome: str) -> None:
        """The group's word on the guardian in the newest incident, whatever it said before."""
        of = select(Incident).where(Incident.patient_id == self.patient(which).id).order_by(Incident.id.desc())
        incident = self.session.scalars(of).first()
        if incident is None:
            return
        said = find_findings(self.session, incident).get(Matter.FAULT)
        members = group_members(self.session, self.actor("coordinator"), incident)
        clerk = next(user.public_id for user, _agency in members if user.name == "clerk")
        command = Decide(
            Matter.FAULT, outcome, words="当日在场未劝阻", members=(clerk,), after=said.number if said else 0
        )
        vault = Vault(self.session, self.keyring)
        decide(self.session, vault, self.actor("coordinator"), incident, command, self.today, self.now)

    def move_out(self, which: int, days_ago: int) -> None:
        self._register(which, RegistryStatus.TRANSFERRED_OUT, days_ago)

    def come_back(self, which: int, days_ago: int) -> None:
        self._register(which, RegistryStatus.REGISTERED, days_ago)

    def _register(self, which: int, status: RegistryStatus, days_ago: int) -> None:
        office, patient = self.actor("county_office"), self.patient(which)
        change_state(self.session, office, patient, SpanKind.REGISTRY, status.value, self.at(days_ago), None, self.now)

    def merge(self, which: int, other: int) -> None:
        """Two families' records turn out to be one patient's; two people say so."""
        kept, merged = self.patient(which), self.patient(other)
        if kept.id == merged.id:
            return
        office, vault = self.actor("county_office"), Vault(self.session, self.keyring)
        moved = merging.merge(self.session, vault, office, kept, merged, {}, self.today, self.now)
        self.session.add(
            RegisterRequest(
                submission_key=new_public_id(), kind=RequestKind.MERGE, state=RequestState.DONE, moved=moved,
                patient_id=merged.id, kept_patient_id=kept.id, area_code=merged.area_code, from_on=self.today,
                because=reason("desk.because.merged").to_json(), proposed_at=self.now, proposed_by=office.user_id,
                decided_at=self.now, decided_by=self.actor("health_lead").user_id,
            )
        )  # fmt: skip

    def part(self, which: int) -> None:
        """The last merge of this record was wrong, and is undone."""
        done = RegisterRequest.kept_patient_id == self.patient(which).id, RegisterRequest.state == RequestState.DONE
        asked = self.session.scalars(select(RegisterRequest).where(*done).order_by(RegisterRequest.id.desc())).first()
        if asked is not None:
            kept, merged = self.patient(which), self.session.get_one(Patient, asked.patient_id)
            merging.undo(self.session, asked.moved or {}, kept, merged)
            asked.state, asked.undone_at, asked.undone_by = RequestState.UNDONE, self.now, asked.proposed_by

    def new_policy(self, annual: str) -> None:
        terms = PolicyTerms(annual=Money.from_yuan(annual), document_number="安民发〔2026〕9号")
        command = SetPolicy(COUNTY, self.quarter.next().first_day, terms)
        set_policy(self.session, self.actor("clerk"), command, self.now)

    # -- the quarter's steps -------------------------------------------------------------------------------------------

    def run(self, is_supplementary: bool, late: list[tuple[Any, ...]], returned: set[int], *, pays_held: bool) -> None:
        command = PrepareRun(COUNTY, self.quarter, is_supplementary)
        try:
            public_id = prepare_run(
                lambda: nullcontext(self.session), self.actor("clerk"), command, self.today, self.now, batch=2
            )
        except Conflict:
            return  # a supplementary run before the regular one is settled
        run = self.session.scalars(select(SubsidyRun).where(SubsidyRun.public_id == public_id)).one()
        if pays_held:
            self._pay_held(run)
        try:
            submit_run(self.session, self.actor("clerk"), run, self.now)
        except Conflict:
            return  # nothing to pay
        approve_run(self.session, self.actor("reviewer"), run, self.now)
        for event in late:
            self.happen(event)
        try:
            with self.session.begin_nested():
                file = export_run(self.session, Vault(self.session, self.keyring), self.actor("finance"), run, self.now)
        except Conflict:
            return  # everything was withheld
        self._no_known_dead_day_leaves(file)
        replies = tuple(
            BankReply(line.sequence, Money(line.amount_fen), line.sequence not in returned, "账户已销户")
            for line in self._sent(file)
            if line.sequence is not None
        )
        answer = BankReturns(replies, new_public_id().ljust(64, "0"), frozenset({file.number}))
        settle_run(self.session, self.actor("finance"), run, answer, self.now)

    def _pay_held(self, run: SubsidyRun) -> None:
        held = select(SubsidyLine.public_id).where(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.HOLD)
        for public_id in self.session.scalars(held).all():
            try:
                with self.session.begin_nested():
                    decision = DecideHold(public_id, True, Grounds(HoldGround.GROUP_DECIDED))
                    decide_hold(self.session, self.actor("clerk"), decision, self.now)
            except AnhuError:
                self.session.expire_all()

    def _sent(self, file: PayFile) -> list[PayFileLine]:
        own = (PayFileLine.pay_file_id == file.id) & PayFileLine.sequence.is_not(None)
        return list(self.session.scalars(select(PayFileLine).where(own)))

    def _no_known_dead_day_leaves(self, file: PayFile) -> None:
        for sent in self._sent(file):
            line = self.session.get_one(SubsidyLine, sent.line_id)
            died_on = self._died_on(line)
            assert self.session.get_one(Person, line.payee_person_id).died_on is None
            last = line.snapshot["last_paid_day"]
            assert died_on is None or line.kind is LineKind.CORRECTION or date.fromisoformat(last) <= died_on

    def _died_on(self, line: SubsidyLine) -> date | None:
        """Of the human being, whichever of their records was paid for."""
        patient = self.session.get_one(Patient, merges(self.session).end_of(line.patient_id))
        return self.session.get_one(Person, patient.person_id).died_on

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """On the next morning: what was learned between approval and bank has its case since the night."""
        self.look_again()
        runs = self.session.scalars(select(SubsidyRun).order_by(SubsidyRun.id)).all()
        for run in runs:
            assert verify_run(self.session, run) == [], run.short_name
        lines = self._paid_lines()
        self._no_day_twice(lines)
        self._each_yuan_has_its_because(lines)
        held = balances_of(self.session, COUNTY, 2026)
        assert held.budget == held[FundSide.POOL] + held[FundSide.COMMITTED] + held[FundSide.PAID]
        assert held[FundSide.PAID].fen == sum(line.amount_fen for line in lines)

    def _paid_lines(self) -> list[SubsidyLine]:
        paid = select(PayFileLine.line_id).where(PayFileLine.state == PaymentState.PAID)
        return list(self.session.scalars(select(SubsidyLine).where(SubsidyLine.id.in_(paid)).order_by(SubsidyLine.id)))

    def _no_day_twice(self, lines: list[SubsidyLine]) -> None:
        """A correction pays the rest of days that were known too few: its line and the corrected one are looked at together."""
        days: defaultdict[int, Counter[date]] = defaultdict(Counter)
        payments: Counter[tuple[int, str]] = Counter()
        sums: Counter[tuple[int, str]] = Counter()
        full: dict[tuple[int, str], int] = {}
        for line in lines:
            place = (line.agreement_id, line.period)
            sums[place] += line.amount_fen
            terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
            facts = LineFacts.from_json(line.snapshot["facts"])
            computation = compute_under(facts.quarter, facts.days, terms)
            full[place] = computation.full.fen
            if line.kind is not LineKind.CORRECTION:
                payments[place] += 1
                days[line.patient_id].update(_counted(computation))
        assert not [place for place, count in payments.items() if count > 1]
        assert not [day for counted in days.values() for day, count in counted.items() if count > 1]
        assert all(sums[place] <= full[place] for place in sums)

    def _each_yuan_has_its_because(self, lines: list[SubsidyLine]) -> None:
        for line in lines:
            codes = {stored["code"] for stored in line.reasons}
            assert codes & {"subsidies.due.agreement", "subsidies.correction.more"} or any(
                code.startswith(("subsidies.due.", "subsidies.correct")) for code in codes
            ), codes

    def check_at_the_end(self) -> None:
        """After one more look at everything, what stands as paid less what is to come back is what the facts of today make of it."""
        self.look_again()
        assert self.look_again() == 0, "the same facts make no second case"
        assert verify_county(self.session, COUNTY) == []
        cases = self.session.scalars(select(Recovery).where(Recovery.state == RecoveryState.FOUND)).all()
        claimed = Counter({case.line_id: 0 for case in cases})
        for case in cases:
            claimed[case.line_id] += case.amount_fen
        for line in self._paid_lines():
            died_on, last = self._died_on(line), line.snapshot["last_paid_day"]
            if died_on and line.kind is not LineKind.CORRECTION and date.fromisoformat(last) > died_on:
                assert claimed[line.id] > 0, "a day after a death was paid and nobody asks for it back"

    def look_again(self) -> int:
        sessions = held(self.session)
        return find_late_facts(sessions, sessions, self.actor("clerk"), COUNTY, self.today, self.now, batch=2).made


def _counted(computation: Any) -> Iterator[date]:
    left_out = {one.first + timedelta(days=shift) for one in computation.exclusions for shift in range(one.days)}
    day = computation.quarter.first_day
    while day <= computation.quarter.last_day:
        if day not in left_out:
            yield day
        day += _DAY


@contextmanager
def _county(app: Flask, database: Database, county: County) -> Iterator[World]:
    keyring: Keyring = app.extensions["anhu.keyring"]
    try:
        with database.transaction() as session:
            kept = settle_in(session, keyring, county, [Family(place) for place in range(FAMILIES)], START)
            policy(session, county, START)
            world = World(session, keyring, county, kept)
            money = ProposeMoney(
                new_public_id(),
                COUNTY,
                2026,
                FundSide.COUNTY,
                Money.from_yuan("90000"),
                "安财社〔2026〕1号",
                START.date(),
            )
            waiting = propose_money(session, county.actor("clerk"), money, START).public_id
            decide_proposal(session, county.actor("reviewer"), waiting, True, START)
            yield world
            raise Undone
    except Undone:
        pass


@pytest.mark.usefixtures("county")
@settings(max_examples=ROUNDS, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=histories)
def test_whatever_happens_no_day_is_paid_twice_and_every_yuan_has_its_because(
    app: Flask, database: Database, county: County, history: tuple[Any, ...]
) -> None:
    with _county(app, database, county) as world:
        for quarter, (before, late, returned, pays_held, is_followed) in zip(QUARTERS, history, strict=True):
            world.quarter = quarter
            world.now = datetime.combine(quarter.last_day + timedelta(days=10), START.timetz())
            for event in before:
                world.happen(event)
            world.run(False, late, returned, pays_held=pays_held)
            world.check()
            if is_followed and _is_settled(world):
                world.now += timedelta(days=20)
                world.run(True, [], set(), pays_held=pays_held)
                world.check()
        world.check_at_the_end()


def _is_settled(world: World) -> bool:
    run = find_run(world.session, world.actor("clerk"), COUNTY, world.quarter)
    return run is not None and run.settled_at is not None
