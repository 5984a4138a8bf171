"""What the database refuses by itself: a hand in one's own family's money, and a decision, a draw or an answer that is changed afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.db import Base, Database, new_public_id
from app.people.models import PayeeAccount
from app.subsidies.models import (
    AccountCall,
    CheckHit,
    CheckList,
    HomeCheck,
    LineMark,
    Recovery,
    RecoveryEvent,
    RunApproval,
    RunObjection,
    SharedAccount,
    SubsidyLine,
)
from app.subsidies.rules.bank import CallBack, SharingState
from app.subsidies.rules.chain import ObjectionGround, ObjectionSource, ObjectionState, Office
from app.subsidies.rules.checks import HitKind, HitState, ListKind
from app.subsidies.rules.recovery import RecoveryStep
from app.subsidies.rules.transitions import RunStep
from tests.rig.county import COUNTY, County
from tests.rig.families import families
from tests.rig.quarter import NOW, TODAY, House

PAPER = "〔2026〕3号"


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    """Two families in a draft; something about the first waits for a decision of every kind."""
    house = House(app, database, county)
    house.settle_in(families(2))
    house.prepare()
    with database.transaction() as session:
        session.add_all(_waiting(house, session))
    return house


def _line(house: House, session: Session) -> SubsidyLine:
    patient = house.families[0].patient.id
    return session.scalars(select(SubsidyLine).where(SubsidyLine.patient_id == patient)).one()


def _account(house: House, session: Session) -> PayeeAccount:
    return session.scalars(select(PayeeAccount).where(PayeeAccount.person_id == house.families[0].payee.id)).one()


def _waiting(house: House, session: Session) -> list[Base]:
    line, account, by = _line(house, session), _account(house, session), house.actor("finance").user_id
    source = CheckList(
        county_code=COUNTY, kind=ListKind.FUNERAL, as_of=TODAY, sha256="a" * 64, row_count=1, hit_count=1, near_count=0,
        unread_count=0, loaded_at=NOW, compared_at=NOW, loaded_by=by,
    )  # fmt: skip
    session.add(source)
    session.flush()
    return [
        CheckHit(list_id=source.id, person_id=line.payee_person_id, area_code=line.area_code, hit=HitKind.HIT),
        RunObjection(
            submission_key=new_public_id(), run_id=line.run_id, line_id=line.id, source=ObjectionSource.OFFICE,
            ground=ObjectionGround.AMOUNT.value, received_on=TODAY, recorded_at=NOW, recorded_by=by,
        ),
        SharedAccount(
            submission_key=new_public_id(), account_id=account.id, number_index=account.number_index, county_code=COUNTY,
            reference=PAPER, until_on=TODAY, proposed_at=NOW, proposed_by=by,
        ),
        HomeCheck(
            run_id=line.run_id, agreement_id=line.agreement_id, payee_person_id=line.payee_person_id,
            area_code=line.area_code, run_digest="0" * 64, line_digest=line.digest, number="1", drawn_at=NOW, drawn_by=by,
        ),
        Recovery(
            county_code=COUNTY, area_code=line.area_code, line_id=line.id, cause="one", amount_fen=1, because=[],
            snapshot={}, found_at=NOW,
        ),
    ]  # fmt: skip


def _new(house: House, session: Session, by: int) -> dict[str, Base]:
    """A new row of one's own hand for each kind of act."""
    line, account = _line(house, session), _account(house, session)
    case = session.scalars(select(Recovery)).one()
    common: dict[str, Any] = {"hand": "somebody", "at": NOW, "by": by}
    made: dict[str, Base] = {
        f"run_approvals {step}": RunApproval(run_id=line.run_id, step=step, digest="", **common)
        for step in (RunStep.SUBMITTED, RunStep.POLICE_SIGNED, RunStep.APPROVED, RunStep.EXPORTED)
    }
    return made | {
        "line_marks": LineMark(
            run_id=line.run_id, line_id=line.id, office=Office.TOWN, marked_at=NOW, marked_by=by
        ),
        "recovery_events": RecoveryEvent(recovery_id=case.id, step=RecoveryStep.PROPOSED, on_day=TODAY, **common),
        "account_calls": AccountCall(
            submission_key=new_public_id(), account_id=account.id, called_on=TODAY, answer=CallBack.CONFIRMED,
            recorded_at=NOW, recorded_by=by, hand="somebody",
        ),
        "shared_accounts": SharedAccount(
            submission_key=new_public_id(), account_id=account.id, number_index=account.number_index, county_code=COUNTY,
            reference=PAPER, until_on=TODAY, proposed_at=NOW, proposed_by=by, state="ended",
        ),
    }  # fmt: skip


def _decisions(by: int) -> dict[type[Base], dict[str, Any]]:
    when = {"decided_by": by, "decided_at": NOW}
    return {
        SubsidyLine: {**when, "decision_note": "phoned"},
        CheckHit: {**when, "state": HitState.CONFIRMED, "ground": "same_person"},
        RunObjection: {**when, "state": ObjectionState.UPHELD, "reference": "a"},
        SharedAccount: {**when, "state": SharingState.APPROVED},
        HomeCheck: {"is_met": True, "recorded_by": by, "recorded_at": NOW, "checked_on": TODAY},
    }


def decide(session: Session, kind: type[Base], by: int, line: int) -> None:
    change = update(kind).values(_decisions(by)[kind])
    session.execute(change.where(SubsidyLine.id == line) if kind is SubsidyLine else change)


@pytest.mark.parametrize("whose", ["payee", "person"])
def test_the_database_knows_no_hand_in_ones_own_familys_money(house: House, whose: str) -> None:
    own, other = house.county.users["clerk"], house.county.users["reviewer"]
    with house.database.transaction() as session:
        person = getattr(house.families[0], whose).id
        session.execute(update(User).where(User.id == own).values(person_id=person))
        line = _line(house, session).id
        acts = list(_new(house, session, own))
        session.expunge_all()
    for act in acts:
        with pytest.raises(DBAPIError, match=r"guard:guard_.*_own"), house.database.transaction() as session:
            session.add(_new(house, session, own)[act])
    for kind in _decisions(own):
        with pytest.raises(DBAPIError, match=r"guard:guard_.*_own"), house.database.transaction() as session:
            decide(session, kind, own, line)
    with house.database.transaction() as session:  # somebody else may
        for kind in _decisions(own):
            decide(session, kind, other, line)
    with house.database.transaction() as session:
        session.add_all(_new(house, session, other).values())


CHANGED_AFTERWARDS: dict[type[Base], tuple[str, ...]] = {
    CheckHit: ("decided_by = decided_by + 1", "ground = NULL", "hit = 'near'", "person_id = person_id + 1"),
    RunObjection: ("decided_by = NULL", "reference = 'b'", "ground = 'payee'", "received_on = '2020-01-01'"),
    SharedAccount: ("decided_by = decided_by + 1", "until_on = '2030-01-01'", "reference = 'b'"),
    HomeCheck: ("is_met = NOT is_met", "checked_on = NULL", "recorded_by = recorded_by + 1", "number = '2'"),
}


def test_a_decision_stays_as_it_was_taken(house: House) -> None:
    with house.database.transaction() as session:
        line = _line(house, session).id
        for kind in CHANGED_AFTERWARDS:
            decide(session, kind, house.county.users["reviewer"], line)
    for kind, changes in CHANGED_AFTERWARDS.items():
        table = kind.__tablename__
        for statement in (*(f"UPDATE {table} SET {one}" for one in changes), f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
                session.execute(text(statement))


def test_what_was_sent_and_answered_stays(app: Flask, database: Database, county: County) -> None:
    house = House(app, database, county)
    house.settle_in(families(2))
    house.to_the_bank()
    house.settle()
    for change in (
        "pay_files SET layout = 'csv'",
        "pay_files SET withheld_count = 1",
        "pay_files SET withheld_fen = 1",
        "pay_files SET cover_file_id = NULL",
        "pay_files SET made_by = made_by + 1",
        "pay_files SET attested_by = attested_by + 1",
        "pay_files SET attested_at = NULL",
        "pay_file_lines SET sequence = 9 - sequence",
        "pay_file_lines SET sequence = NULL",
    ):
        with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
            session.execute(text(f"UPDATE {change}"))
