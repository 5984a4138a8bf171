"""Ghosts among honest families (reliability 3.2, row 10): planted files are held or flagged before export, honest ones left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.bank_account import AccountKind
from app.core.batches import insert_rows
from app.core.db import Database
from app.core.identity import IdKind, Sex
from app.patients.models import Diagnosis, Patient
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import Person
from app.risk.models import RiskLevel
from app.subsidies.models import ReviewFlag, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import EligibleRule
from app.subsidies.service.watching import watch_money
from app.visits.models import FollowUpVisit
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.honest import at, level_row, live_honestly, register_new, visit_row
from tests.rig.quarter import NOW, TODAY, House
from tests.rig.rosters import card_number, id_number

ON, ENTERED = date(2026, 7, 20), date(2026, 7, 21)
EACH = 3
AT_ONCE = 77  # the minute at which all visits of a kind were entered


@dataclass
class Plant:
    """One kind of ghost: how its file is made, and what is done with it afterwards."""

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    # visits by the file's own maker at this minute of the day; None: nobody ever came
    minute: int | None = 45
    then: Callable[[Session, list[Patient]], None] | None = None
    # a telephone call instead of a visit
    form: int = 2


def _no_number(session: Session, patients: list[Patient]) -> None:
    session.execute(update(Person).where(Person.id.in_([one.person_id for one in patients])).values(id_index=None))


def _no_diagnosis(session: Session, patients: list[Patient]) -> None:
    ids = [one.id for one in patients]
    for row in session.scalars(select(Diagnosis).where(Diagnosis.patient_id.in_(ids))):
        session.delete(row)


def _twins(session: Session, patients: list[Patient]) -> None:
    """The same invented name and birth date over and over."""
    people = [one.person_id for one in patients]
    session.execute(
        update(Person).where(Person.id.in_(people)).values(name="影子", name_sort="yingzi", born_on=date(1980, 2, 2))
    )


def _late_list(session: Session, patients: list[Patient]) -> None:
    session.execute(update(Patient).where(Patient.id.in_([one.id for one in patients])).values(is_opening=True))


def _account(number: int) -> AccountDraft:
    return AccountDraft(AccountKind.CARD, card_number(number), ON, "农业银行")


def _one_guardian() -> PersonDraft:
    return PersonDraft(
        "万能亲属", Sex.FEMALE, None, IdKind.RESIDENT_CARD, id_number("19550101", 998), account=_account(91_000)
    )


BACK = date(2026, 3, 1)
PLANTS = [
    Plant("nobody ever came", minute=None),
    Plant("a telephone call only", form=3),
    Plant("back-dated registration, own visits only", {"on": BACK}),
    Plant("back-dated agreement, own visits only", {"signed_on": date(2026, 10, 20)}),
    Plant("no diagnosis, own visits only", then=_no_diagnosis),
    Plant("no identity number", then=_no_number),
    Plant("the same name and birth date", then=_twins),
    Plant("came in with a late list", then=_late_list),
    Plant("one telephone for all guardians", {"phone": "13911112222"}),
    Plant("visits in one minute", minute=AT_ONCE),
    Plant("visits at night", minute=900),
    Plant("back-dated and without diagnosis", {"on": BACK}, then=_no_diagnosis),
    Plant("back-dated and at night", {"on": BACK}, minute=905),
    Plant("back-dated, telephone only", {"on": BACK}, form=3),
    Plant("late agreement and no diagnosis", {"signed_on": date(2026, 10, 20)}, then=_no_diagnosis),
    Plant("late agreement and at night", {"signed_on": date(2026, 10, 20)}, minute=910),
    Plant("no number and nobody came", minute=None, then=_no_number),
    Plant("twins whom nobody visits", minute=None, then=_twins),
    Plant("made by the county's own office", {"who": "county_office", "on": BACK}),
    Plant("one guardian for all", {"guardian": _one_guardian}),
]


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(240), eligible_rule=EligibleRule.RISK1)
    live_honestly(house)
    with database.transaction() as session:
        _honest_newcomers(house, session)
    return house


def _honest_newcomers(house: House, session: Session) -> None:
    """New files of an ordinary quarter: a doctor's own, seen in person, rated, later also by the health centre's lead."""
    doctor = house.actor("doctor").user_id
    for number in range(400, 420):
        on = date(2026, 7, 3 + number % 20)
        patient = register_new(house, session, number, on, on, minute=7 * (number - 400))
        row = visit_row(patient, on, at(on, 300 + number % 17 * 13 + number % 3), doctor)
        insert_rows(session, FollowUpVisit, [row])
        insert_rows(session, RiskLevel, [level_row(patient, 3, on, doctor)])
        patient.last_seen_on = on


def plant(house: House, kind: int, one: Plant) -> list[int]:
    """`EACH` files of one kind, one more where they share something; their patients' ids."""
    is_shared = "guardian" in one.changes or "phone" in one.changes
    with house.database.transaction() as session:
        patients = [_file(house, session, 10 * kind + number, one) for number in range(EACH + is_shared)]
        session.flush()
        if one.then:
            one.then(session, patients)
        return [patient.id for patient in patients]


def _file(house: House, session: Session, number: int, one: Plant) -> Patient:
    """A file with a level that pays, and a visit by whoever made it."""
    changes = dict(one.changes)
    if "guardian" in changes:
        changes["guardian"] = changes["guardian"]()
    who, on = house.actor(changes.pop("who", "doctor")), changes.pop("on", ON)
    patient = register_new(house, session, 500 + number, on, ENTERED, minute=number, who=who, **changes)
    insert_rows(session, RiskLevel, [level_row(patient, 3, ENTERED, who.user_id)])
    if one.minute is not None:
        minute = AT_ONCE if one.minute == AT_ONCE else one.minute + 3 * number
        visit = visit_row(patient, ENTERED, at(ENTERED, minute), who.user_id, form=one.form)
        insert_rows(session, FollowUpVisit, [visit])
    return patient


def test_planted_ghosts_are_stopped_or_named_and_honest_families_are_not(house: House) -> None:
    _pay_the_quarter_before(house)
    ghosts = {one.name: set(plant(house, kind, one)) for kind, one in enumerate(PLANTS)}
    run = house.prepare()
    watch_money(house.database.reading, house.database.transaction, Actor.operator(), TODAY, NOW)
    with house.database.reading() as session:
        lines = session.scalars(select(SubsidyLine).where(SubsidyLine.run_id == run.id)).all()
        flags = session.scalars(select(ReviewFlag).where(ReviewFlag.period == run.period)).all()
    of_line = {line.id: line.patient_id for line in lines}
    flagged = {of_line[flag.line_id]: flag for flag in flags if flag.line_id in of_line}
    caught = flagged.keys() | {line.patient_id for line in lines if line.decision is not LineState.PAY}
    missed = {name: ids - caught for name, ids in ghosts.items() if ids - caught}
    planted = set().union(*ghosts.values())
    assert sum(map(len, missed.values())) <= len(planted) * 0.05, missed
    assert all(flag.user_id for flag in flagged.values())
    honest = set(of_line.values()) - planted
    noise = [(flagged[one].pattern, flagged[one].because) for one in honest & flagged.keys()]
    assert len(honest) > 240
    assert len(noise) <= len(honest) * 0.02, noise


def _pay_the_quarter_before(house: House) -> None:
    """The county's own list came in January, its first run stood in July: whoever comes with a list afterwards is late."""
    house.quarter = house.quarter.previous()
    house.prepare(today=date(2026, 7, 8))
    house.quarter = house.quarter.next()
    with house.database.transaction() as session:
        known = [one.patient.id for one in house.families.values()]
        session.execute(update(Patient).where(Patient.id.in_(known)).values(created_at=at(date(2026, 1, 5))))
        session.execute(update(SubsidyRun).values(prepared_at=at(date(2026, 7, 8)), version=SubsidyRun.version))
