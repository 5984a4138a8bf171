"""Random late facts after a payment, in random order: what was paid and corrected, less what is to come back, is what is due by the facts
that stand at the end, counted day by day by other means; and no day is paid twice.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import Database, new_public_id
from app.core.errors import Conflict
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.guardians.models import Agreement
from app.guardians.service import end_agreement
from app.patients.models import Admission, Patient
from app.patients.service import record_admission, record_death
from app.patients.service.reviving import revive
from app.people.models import DatePrecision
from app.subsidies.commands import ProposeRecovery
from app.subsidies.models import Recovery, SubsidyLine
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.recovery import OPEN, RecoveryState, RecoveryStep
from app.subsidies.service.late_facts import find_late_facts
from app.subsidies.service.recovering import decide_recovery, propose_recovery
from tests.rig.county import COUNTY, County
from tests.rig.families import QUARTER, families
from tests.rig.quarter import NOW, TODAY, House

DAY = timedelta(days=1)
WORLDS = range(100 if "ANHU_SOAK" in os.environ else 2)  # each replays from its number
FAMILIES = 12


@dataclass(frozen=True)
class Story:
    """What is true of one family, and when it is learned. `stay`: (first day, last day)."""

    stay: tuple[date, date] | None
    is_stay_known: bool
    is_stay_wrong: bool
    died_on: date | None
    is_death_wrong: bool
    ended_on: date | None

    @property
    def due(self) -> Money:
        """Counted day by day."""
        days = [QUARTER.first_day + n * DAY for n in range(QUARTER.days) if self.counts(QUARTER.first_day + n * DAY)]
        in_month = Counter(day.month for day in days)
        return Money.rounded(
            sum((Fraction(250 * in_month[m], {7: 31, 8: 31, 9: 30}[m]) for m in (7, 8, 9)), Fraction(0))
        )

    def counts(self, day: date) -> bool:
        is_away = self.stay is not None and not self.is_stay_wrong and self.stay[0] < day < self.stay[1]
        is_dead = self.died_on is not None and not self.is_death_wrong and day > self.died_on
        return not (is_away or is_dead or (self.ended_on is not None and day > self.ended_on))


def _story(chance: Random) -> Story:
    begins, length = date(2026, 7, 5) + chance.randrange(31) * DAY, chance.randrange(2, 21) * DAY
    september = [date(2026, 9, chance.randrange(2, 31)) for _ in range(2)]
    return Story(
        stay=(begins, begins + length) if chance.random() < 0.7 else None,
        is_stay_known=chance.random() < 0.5,
        is_stay_wrong=chance.random() < 0.4,
        died_on=september[0] if chance.random() < 0.5 else None,
        is_death_wrong=chance.random() < 0.4,
        ended_on=september[1] if chance.random() < 0.4 else None,
    )


@pytest.mark.parametrize("world", WORLDS)
def test_after_any_late_facts_everybody_holds_or_owes_exactly_what_is_due(
    app: Flask, database: Database, county: County, world: int
) -> None:
    chance = Random(world)
    stories = [_story(chance) for _ in range(FAMILIES)]
    house = House(app, database, county)
    house.settle_in(families(FAMILIES))
    told = dict(enumerate(stories))
    _learn_stays(house, told, is_known=True)
    house.to_the_bank()
    house.settle()
    _learn_stays(house, told, is_known=False)
    _learn_deaths(house, told)
    _look(house)
    _learn_what_was_wrong(house, told)
    _look(house)
    _withdraw_unfounded(house)
    house.quarter = Quarter.parse("2026Q4")
    house.prepare(today=date(2027, 1, 5))
    assert house.problems() == []
    house.submit()
    house.approve()
    house.export()
    house.settle()
    _look(house)
    for place, story in told.items():
        assert _held(house, place) == story.due, (place, story)


def _held(house: House, place: int) -> Money:
    patient = house.families[place].patient.id
    with house.database.reading() as session:
        lines = session.scalars(
            select(SubsidyLine).where(SubsidyLine.patient_id == patient, SubsidyLine.period == str(QUARTER))
        ).all()
        ids = [line.id for line in lines]
        claims = session.scalars(
            select(Recovery).where(Recovery.line_id.in_(ids), Recovery.state != RecoveryState.WITHDRAWN)
        ).all()
    paid = sum(line.amount_fen for line in lines if line.decision is LineState.PAY and line.is_live)
    return Money(paid - sum(claim.amount_fen for claim in claims))


def _learn_stays(house: House, stories: dict[int, Story], is_known: bool) -> None:
    for place, story in stories.items():
        if story.stay and story.is_stay_known is is_known:
            with house.database.transaction() as session:
                patient = session.get_one(Patient, house.families[place].patient.id)
                record_admission(session, house.actor("county_office"), patient, "四院", *story.stay, NOW)


def _learn_deaths(house: House, stories: dict[int, Story]) -> None:
    for place, story in stories.items():
        if story.died_on:
            with house.database.transaction() as session:
                patient = session.get_one(Patient, house.families[place].patient.id)
                record_death(session, house.actor("county_office"), patient, story.died_on, DatePrecision.DAY, 1, NOW)


def _learn_what_was_wrong(house: House, stories: dict[int, Story]) -> None:
    for place, story in stories.items():
        kept = house.families[place]
        with house.database.transaction() as session:
            patient = session.get_one(Patient, kept.patient.id)
            if story.stay and story.is_stay_wrong:
                session.scalars(select(Admission).where(Admission.patient_id == patient.id)).one().withdrawn_at = NOW
            if story.died_on and story.is_death_wrong:
                revive(session, house.actor("county_office"), patient, None, NOW)
            if story.ended_on:
                agreement = session.get_one(Agreement, kept.agreement.id)
                because = reason("guardians.end.request")
                end_agreement(session, house.actor("clerk"), patient, agreement, story.ended_on, because, NOW)


def _look(house: House) -> None:
    database = house.database
    find_late_facts(database.reading, database.transaction, house.actor("clerk"), COUNTY, TODAY, NOW, batch=2)


def _withdraw_unfounded(house: House) -> None:
    """What a clerk and a reviewer do with cases that the facts no longer bear out."""
    with house.database.reading() as session:
        ids = session.scalars(select(Recovery.public_id).where(Recovery.state.in_(OPEN)).order_by(Recovery.id)).all()
    for public_id in ids:
        command = ProposeRecovery(new_public_id(), public_id, RecoveryStep.WITHDRAWN, "安民追〔2026〕2号", None)
        try:
            with house.database.transaction() as session:
                propose_recovery(session, house.actor("clerk"), command, NOW)
        except Conflict:
            continue  # it stands
        with house.database.transaction() as session:
            decide_recovery(session, house.actor("reviewer"), public_id, True, NOW)
