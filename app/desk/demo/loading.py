"""Loading the demonstration: two years in the order in which they happened, in one transaction, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from random import Random

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Area
from app.core.models import HouseFact
from app.core.passwords import Passwords
from app.core.quarter import Quarter
from app.core.workdays import WorkdayCalendar
from app.desk.demo.acting import Actors, do, sign, visit
from app.desk.demo.applying import apply_some
from app.desk.demo.appraising import appraise_last_quarter
from app.desk.demo.asking import ask_after
from app.desk.demo.caseload import share_caseload
from app.desk.demo.checking import check_duties
from app.desk.demo.clues import tell_clues
from app.desk.demo.comparing import compare_with_national
from app.desk.demo.contracts import Contract
from app.desk.demo.correcting import admit_one, discharge_one, pay_back
from app.desk.demo.counting import count_quarters, examine_many
from app.desk.demo.funding import ask_for_more, open_year
from app.desk.demo.handing_over import hand_over_some
from app.desk.demo.insuring import insure
from app.desk.demo.listing import load_lists
from app.desk.demo.meeting import hold_meetings
from app.desk.demo.moments import Moments
from app.desk.demo.moving import move_some
from app.desk.demo.national import copy_the_old
from app.desk.demo.ordering import send_orders
from app.desk.demo.papers import Papers
from app.desk.demo.paying import Payer
from app.desk.demo.phones import carry_phones
from app.desk.demo.plan import Act, ActKind, Life, Plan
from app.desk.demo.reassessing import open_quarter, reassess
from app.desk.demo.responding import respond_together
from app.desk.demo.sampling import check_on_site
from app.desk.demo.settling import County, found_county, open_register, register
from app.desk.demo.submitting import submit_last_quarter, train
from app.desk.demo.supporting import support
from app.desk.demo.teams import name_teams
from app.desk.demo.telling import tell
from app.desk.demo.treating import treat
from app.desk.demo.visiting import store_visits
from app.desk.demo.vouching import call_back
from app.desk.demo.watching import watch
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.service import open_renewals

_DAY = timedelta(days=1)
FACT = "demo"  # house fact: which demonstration is loaded
Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """Which demonstration is asked for."""

    patients: int
    quarters: int
    seed: int

    def to_text(self) -> str:
        return json.dumps({"patients": self.patients, "quarters": self.quarters, "seed": self.seed})


class OtherDataError(Exception):
    """The database holds something else; the text says what, in a plain sentence."""


def is_loaded(session: Session, order: Order) -> bool:
    """True for the very demonstration that stands already; raises `OtherDataError` for any other data."""
    fact = session.get(HouseFact, FACT)
    if fact is not None:
        if fact.value == order.to_text():
            return True
        stands = Order(**json.loads(fact.value))
        raise OtherDataError(
            f"Another demonstration is loaded already ({stands.patients} patients, {stands.quarters} closed quarters, "
            f"seed {stands.seed}); load into an empty database."
        )
    for model in (User, Person, Area):
        if session.scalar(select(func.count()).select_from(model)):
            raise OtherDataError("The database holds other data; the demonstration is loaded into an empty one only.")
    return False


@dataclass
class Loader:
    """Stores a plan. `load` runs in the caller's transaction."""

    session: Session
    vault: Vault
    passwords: Passwords
    order: Order
    plan: Plan
    workdays: WorkdayCalendar
    moments: Moments
    say: Say
    county: County = field(init=False)

    def load(self) -> None:
        calendar = self.plan.calendar
        _take_time(self.session)
        self.session.add(HouseFact(name=FACT, value=self.order.to_text()))
        self.county = found_county(self.session, self.passwords, self.order.seed, self.moments.on(calendar.began_on, 0))
        open_register(self.session, self.vault, self.county, self.plan, self.moments, self.say)
        quarter, since = calendar.first, calendar.began_on - _DAY
        while quarter <= calendar.present:
            since = self._live(quarter, since)
            quarter = quarter.next()
        open_renewals(self.session, calendar.today, self.moments.on(calendar.today, 0))
        check_duties(self.session, self.county, self.moments)
        apply_some(self.session, self.vault.keyring, self.county, self.moments)
        share_caseload(self.session, self.county, self.moments)
        examine_many(self.session, self.county, self.moments, self._rng("examinations"))
        treat(self.session, self.vault, self.county, self.moments)
        respond_together(self.session, self.vault, self.county, self.moments)
        ask_after(self.session, self.county, self.moments)
        hold_meetings(self.session, self.county, self.moments)
        name_teams(self.session, self.county, self.moments)
        support(self.session, self.vault, self.county, self.moments)
        insure(self.session, self.vault, self.county, self.moments)
        tell_clues(self.session, self.vault, self.county, self.moments)
        hand_over_some(self.session, self.vault, self.county, self.moments)
        move_some(self.session, self.vault, self.county, self.moments)
        ask_for_more(self.session, self.county, self.moments)
        carry_phones(self.session, self.vault, self.county, self.moments)
        copy_the_old(self.session, self.county.actors["doctor"], self.moments)
        if calendar.paid:
            pay_back(self.session, self.county, self.moments, calendar.paid[-1])
        call_back(self.session, self.vault.keyring, self.county, self.moments)
        watch(self.session, self.county, self.moments)
        tell(self.session, self.county, self.moments)
        count_quarters(self.session, self.county, self.moments, self._rng("residents"))
        send_orders(self.session, self.county, self.moments)
        submit_last_quarter(self.session, self.county, self.moments)
        appraise_last_quarter(self.session, self.county, self.moments, self._rng("appraisal"))
        train(self.session, self.county, self.moments, self._rng("training"))
        check_on_site(self.session, self.vault, self.county, self.moments, self._rng("sampling"))
        compare_with_national(self.session, self.vault, self.county, self.moments)

    def _rng(self, what: str) -> Random:
        return Random(f"{self.order.seed}:{what}")  # noqa: S311  # invention, not secrecy

    def _live(self, quarter: Quarter, since: date) -> date:
        """One quarter: its sweep, the money of the one before, its visits and its reassessments. Returns its last day lived."""
        calendar = self.plan.calendar
        last_day = min(quarter.last_day, calendar.today)
        open_quarter(self.session, quarter, self.moments)
        if quarter.first_day == calendar.scheme_from:
            self._payer(quarter).set_policy(calendar.scheme_from)
        if quarter.first_day == calendar.scheme_from or (
            quarter.number == 1 and quarter.first_day > calendar.scheme_from
        ):
            open_year(self.session, self.county, self.moments, quarter.first_day)
        if quarter.previous() in calendar.paid or quarter.previous() == calendar.draft:
            day = self._money_day(quarter)
            self._pass(since, day)
            if quarter.previous() == calendar.draft:
                load_lists(self.session, self.county, self.moments, quarter.previous(), day)
            self._pay(quarter.previous(), day)
            since = max(since, day)
        self._pass(since, last_day)
        self._reassess(quarter)
        self.say(f"  {quarter} lived through")
        return last_day

    def _money_day(self, quarter: Quarter) -> date:
        """When the clerk prepares the quarter before: soon after it ended; the one that waits as a draft, days ago."""
        today = self.plan.calendar.today
        if quarter == self.plan.calendar.present:
            return max(quarter.first_day, today - 3 * _DAY)
        return quarter.first_day + 7 * _DAY

    def _pay(self, quarter: Quarter, day: date) -> None:
        payer = self._payer(quarter)
        if quarter == self.plan.calendar.draft:
            payer.prepare(quarter, day)
        elif quarter.next() == self.plan.calendar.draft:
            patient = admit_one(self.session, self.county, self.moments, quarter, day)
            payer.close(quarter)
            discharge_one(self.session, self.county, self.moments, patient, quarter, day)
        else:
            payer.close(quarter)
        self.say(f"  {quarter} {'prepared' if quarter == self.plan.calendar.draft else 'paid'}")

    def _payer(self, quarter: Quarter) -> Payer:
        rng = Random(f"{self.order.seed}:money:{quarter}")  # noqa: S311  # invention, not secrecy
        return Payer(self.session, self.vault, self.county, self.moments, self.workdays, rng)

    def _reassess(self, quarter: Quarter) -> None:
        lives = {self.county.patients[life.resident.number]: life for life in self.plan.lives if self._stands(life)}
        rng = Random(f"{self.order.seed}:reassess:{quarter}")  # noqa: S311  # invention, not secrecy
        reassess(self.session, self.vault, self.county, lives, quarter, self.moments, rng)

    def _stands(self, life: Life) -> bool:
        return life.resident.number in self.county.patients

    # -- time passes

    def _pass(self, since: date, until: date) -> None:
        """Everything that was recorded after `since`, up to and with `until`."""
        if until <= since:
            return
        self._register_new(since, until)
        rng = Random(f"{self.order.seed}:visits:{until}")  # noqa: S311  # invention, not secrecy
        bulk = [
            (life, index)
            for life in self.plan.lives
            for index, one in enumerate(life.encounters)
            if since < one.entered_on <= until and not _is_acted(life, index)
        ]
        store_visits(self.session, self.vault, self.county, bulk, self.moments, rng)
        self._act(since, until)
        self.session.flush()
        self.session.expire_all()

    def _register_new(self, since: date, until: date) -> None:
        """Newly diagnosed patients, entered at the week's end."""
        new = [
            life for life in self.plan.lives if not life.resident.is_opening and since < self._entry_day(life) <= until
        ]
        new.sort(key=lambda life: (self._entry_day(life), life.resident.number))
        for day, group in groupby(new, key=self._entry_day):
            register(self.session, self.vault, self.county, list(group), self.moments, day)

    def _entry_day(self, life: Life) -> date:
        registered_on = life.resident.registered_on
        friday = registered_on + (4 - registered_on.weekday()) % 7 * _DAY
        return min(friday, self.plan.calendar.today)

    def _act(self, since: date, until: date) -> None:
        """Agreements and the stories of a few, in the order of their days."""
        acting = Actors(
            self.session,
            self.vault,
            self.county,
            self.moments,
            Random(f"{self.order.seed}:acts:{until}"),  # noqa: S311  # invention, not secrecy
            Papers(Random(f"{self.order.seed}:accounts:{until}")),  # noqa: S311  # invention, not secrecy
        )
        agenda = sorted(self._agenda(acting, since, until), key=lambda item: item[:3])
        for *_, deed in agenda:
            deed()

    def _agenda(self, acting: Actors, since: date, until: date) -> Iterator[tuple[date, int, int, Callable[[], None]]]:
        """(day, order within the day, whose, deed)."""
        for life in self.plan.lives:
            number = life.resident.number
            for contract in life.contracts:
                if since < contract.signed_on <= until:
                    yield contract.signed_on, 1, number, _signing(acting, life, contract)
            for act in life.acts:
                if since < act.day <= until:
                    yield act.day, 2 if act.kind is not ActKind.DISCHARGE else 1, number, _doing(acting, life, act)
            for index, one in enumerate(life.encounters):
                if since < one.entered_on <= until and _is_acted(life, index):
                    yield one.entered_on, 3, number, _visiting(acting, life, index)


Deed = Callable[[], None]


def _signing(acting: Actors, life: Life, contract: Contract) -> Deed:
    return lambda: sign(acting, life, contract)


def _doing(acting: Actors, life: Life, act: Act) -> Deed:
    return lambda: do(acting, life, act)


def _visiting(acting: Actors, life: Life, index: int) -> Deed:
    return lambda: visit(acting, life, index)


def _is_acted(life: Life, index: int) -> bool:
    """After a stay in hospital the visits go through their own use case: what was due then was not opened by a visit."""
    stays = life.story.stays
    return bool(stays) and life.encounters[index].entered_on >= stays[0].from_on


def _take_time(session: Session) -> None:
    """Years are lived through in one transaction, and a busy machine may think longer than PostgreSQL lets a transaction be idle."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
