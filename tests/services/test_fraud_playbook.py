"""The scripted fraud playbook (reliability 2.4, threats 9 to 23): people with valid log-ins try it by the real use cases.

Each attempt is blocked, held or flagged, and the auditor's one question names a person. Threat 8 has a module of its own; that an import
proposes and never changes (threat 23) is held where imports are tested (`test_differences_are_proposed_never_made`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.accounts.models import User
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.db import Database
from app.core.errors import AnhuError, Conflict, Invalid
from app.core.identity import IdKind
from app.core.quarter import Quarter
from app.guardians.models import Agreement
from app.incidents.models import Emergency
from app.incidents.rules import EmergencyReason, PersonCategory, ReporterKind
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.service import register_patient
from app.people.commands import PersonDraft
from app.people.models import PayeeAccount, Person
from app.people.vault import Vault
from app.risk.models import RiskLevel
from app.subsidies.models import AccountCall, SubsidyLine
from app.subsidies.queries.watch.attempts import list_attempts
from app.subsidies.queries.watch.flags import FlagFilter, all_flags, named
from app.subsidies.rules.bank import CallBack
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.watch import Pattern
from app.subsidies.service.refusals import note_refusal
from app.subsidies.service.watching import watch_money
from app.visits.models import FollowUpVisit
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.families import Family, families
from tests.rig.honest import at, change_account, change_guardian, die, level_row, visit_row
from tests.rig.quarter import NOW, TODAY, House, read_answer
from tests.rig.rosters import id_number
from tests.rig.unguarded import without_guards

LATER = NOW + timedelta(days=20)


@pytest.fixture
def house(app: Flask, database: Database, county: County) -> House:
    house = House(app, database, county)
    house.settle_in(families(6))
    return house


def watch(house: House, today: date = TODAY) -> None:
    watch_money(house.database.reading, house.database.transaction, Actor.operator(), today, NOW)


def says(house: House, place: int, supplementary: bool = False) -> set[tuple[Pattern, str | None]]:
    """What the auditor's one question answers for a family's line: patterns, and whose work."""
    line = house.line(place, supplementary).public_id
    with house.database.reading() as session:
        return {(one.pattern, one.who) for one in named(session, house.actor("auditor"), line=line)}


def everything(house: House) -> set[tuple[Pattern, str | None]]:
    with house.database.reading() as session:
        return {(one.pattern, one.who) for one in all_flags(session, house.actor("auditor"), FlagFilter())}


def kill(house: House, place: int, on: date, known_at: datetime) -> None:
    """The payee's death, as the register learns of it."""
    with house.database.transaction() as session:
        payee = session.get_one(Person, house.families[place].payee.id)
        payee.died_on, payee.death_recorded_at = on, known_at
        payee.death_recorded_by = house.actor("doctor").user_id


# -- 9: the dead -------------------------------------------------------------------------------------------------------


def test_a_payee_known_dead_is_held_and_nobody_can_decide_to_pay(house: House) -> None:
    kill(house, 0, date(2026, 8, 1), NOW)
    house.prepare()
    assert house.line(0).decision is LineState.HOLD
    with pytest.raises(Conflict):
        house.decide(0, is_paid=True)


def test_a_death_learned_between_approval_and_export_is_withheld_and_the_auditor_reads_who_approved(
    house: House,
) -> None:
    house.prepare()
    house.submit()
    house.approve()
    kill(house, 0, date(2026, 8, 1), NOW - timedelta(days=1))
    house.export()
    watch(house)
    assert not house.line(0).is_live
    assert says(house, 0) == {(Pattern.DEAD_PAYEE, "finance")}


def test_a_death_learned_after_the_payment_names_who_drew_the_run_up(house: House) -> None:
    house.to_the_bank()
    house.settle()
    kill(house, 0, date(2026, 8, 1), LATER)
    with house.database.transaction() as session:
        die(house, session, 1, date(2026, 8, 20), LATER.date())
    watch(house)
    assert says(house, 0) == {(Pattern.DEAD_PAYEE, "clerk")}
    assert says(house, 1) == {(Pattern.DEAD_PAYEE, "clerk")}
    assert says(house, 2) == set()


def test_a_death_after_the_payment_is_no_pattern(house: House) -> None:
    house.to_the_bank()
    house.settle()
    kill(house, 0, TODAY + timedelta(days=3), LATER)
    watch(house)
    assert says(house, 0) == set()


# -- 10: one account for many, accounts of staff -----------------------------------------------------------------------


def same_number(house: House, place: int, card: int) -> None:
    with house.database.transaction() as session:
        change_account(house, session, place, date(2026, 7, 1), card)


def test_a_second_payee_on_an_account_is_held_and_names_who_wrote_it_down(house: House) -> None:
    same_number(house, 1, 900)
    same_number(house, 2, 900)
    house.prepare()
    watch(house)
    assert {house.line(place).decision for place in (1, 2)} == {LineState.HOLD}
    assert says(house, 1) == says(house, 2) == {(Pattern.SHARED_ACCOUNT, "clerk")}


def test_an_account_of_staff_is_flagged_with_the_member_of_staff(house: House) -> None:
    with house.database.transaction() as session:
        officer = Person(name="工作人员", name_sort="gong", created_at=NOW)
        session.add(officer)
        session.flush()
        Vault(session, house.keyring).new_key(officer.id)
        session.execute(update(User).where(User.name == "finance").values(person_id=officer.id))
        number = session.scalars(select(PayeeAccount).where(PayeeAccount.person_id == house.families[3].payee.id)).one()
        session.add(
            PayeeAccount(
                person_id=officer.id,
                kind=number.kind,
                number_sealed=b"x",
                number_index=number.number_index,
                holder_name="工作人员",
                from_on=date(2026, 1, 1),
                recorded_at=NOW,
            )
        )
    house.prepare()
    watch(house)
    assert (Pattern.STAFF_ACCOUNT, "finance") in says(house, 3)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "finance"])
def test_a_payee_who_handles_the_money_is_flagged(house: House, role: str) -> None:
    with house.database.transaction() as session:
        session.execute(update(User).where(User.name == role).values(person_id=house.families[4].payee.id))
    house.prepare()
    watch(house)
    assert says(house, 4) == {(Pattern.STAFF_ACCOUNT, role)}


# -- 11: the account is swapped just before the run --------------------------------------------------------------------


def test_a_late_swap_is_held_and_names_who_made_it(house: House) -> None:
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=5), 901)
    house.prepare()
    watch(house)
    assert house.line(0).decision is LineState.HOLD
    assert says(house, 0) == {(Pattern.LATE_SWAP, "clerk")}


def test_a_swap_with_a_day_in_the_past_is_held_all_the_same(house: House) -> None:
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=90), 901, NOW - timedelta(days=2))
    house.prepare()
    watch(house)
    assert house.codes(0)[0] == "subsidies.hold.account_changed"
    assert says(house, 0) == {(Pattern.LATE_SWAP, "clerk")}


def test_a_swap_that_the_payee_confirms_and_that_goes_back_after_the_run_is_named_all_the_same(house: House) -> None:
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=5), 901)
    house.prepare()
    house.call_back(0)
    house.decide(0, is_paid=True)
    house.submit()
    house.approve()
    house.export()
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY + timedelta(days=2), 1, LATER)
    watch(house)
    with house.database.reading() as session:
        [flag] = named(session, house.actor("auditor"), line=house.line(0).public_id)
    assert [one.code.rsplit(".", 1)[1] for one in flag.because] == ["account_swapped_back"]


def test_a_swap_and_back_before_the_run_pays_the_old_account(house: House) -> None:
    first = house.families[0].payee.id
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=9), 901)
        change_account(house, session, 0, TODAY - timedelta(days=3), 1)
    house.prepare()
    watch(house)
    with house.database.reading() as session:
        paid = session.get_one(PayeeAccount, house.line(0).account_id)
        opening = session.scalars(
            select(PayeeAccount).where(PayeeAccount.person_id == first).order_by(PayeeAccount.id).limit(1)
        ).one()
    assert paid.number_index == opening.number_index
    assert house.line(0).decision is LineState.HOLD  # a change is a change
    assert says(house, 0) == {(Pattern.LATE_SWAP, "clerk")}


def test_a_swap_between_approval_and_export_is_withheld(house: House) -> None:
    house.prepare()
    house.submit()
    house.approve()
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY, 901, NOW)
    house.export()
    assert not house.line(0).is_live


def test_who_keys_an_account_and_calls_about_it_alone_is_one_hand(house: House) -> None:
    clerk = house.actor("clerk")
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=5), 901)
        account = session.scalars(
            select(PayeeAccount).where(
                PayeeAccount.person_id == house.families[0].payee.id, PayeeAccount.to_on.is_(None)
            )
        ).one()
        session.add(
            AccountCall(
                submission_key="k" * 22,
                account_id=account.id,
                called_on=TODAY,
                answer=CallBack.CONFIRMED,
                recorded_at=NOW,
                recorded_by=clerk.user_id,
                hand=clerk.hand,
            )
        )
    house.prepare()
    watch(house)
    assert says(house, 0) >= {(Pattern.LATE_SWAP, "clerk"), (Pattern.ONE_HAND, "clerk")}


# -- 12 and 13: split approvals, one person behind two accounts --------------------------------------------------------


def test_one_payee_in_several_supplements_within_ninety_days_is_flagged(
    app: Flask, database: Database, county: County
) -> None:
    """Left out of two regular runs because of the account, and paid by a small one after each."""
    house = House(app, database, county)
    house.settle_in([Family(0, account=None), Family(1)])

    def left_out_and_paid(quarter: str) -> None:
        house.quarter = Quarter.parse(quarter)
        house.to_the_bank()
        house.settle()
        if quarter == "2026Q2":
            with database.transaction() as session:
                change_account(house, session, 0, date(2026, 9, 1), 901)
        else:
            house.call_back(0)
        house.prepare(supplementary=True)
        if house.line(0, supplementary=True).decision is LineState.HOLD:
            house.decide(0, is_paid=True, supplementary=True)

    left_out_and_paid("2026Q2")
    with database.transaction() as session:
        change_account(house, session, 0, date(2026, 11, 10), 902)
    left_out_and_paid("2026Q3")
    watch(house)
    assert (Pattern.SPLIT_APPROVALS, "clerk") in says(house, 0, supplementary=True)


def test_two_accounts_of_one_person_cannot_make_and_check_and_the_attempt_is_named(house: House) -> None:
    with house.database.transaction() as session:
        person = Person(name="一人", name_sort="yi", created_at=NOW)
        session.add(person)
        session.flush()
        for name in ("clerk", "reviewer"):
            session.execute(update(User).where(User.name == name).values(person_id=person.id))
            actor = house.actor(name)
            house.county.actors[name] = Actor(
                actor.user_id, actor.role, actor.area_prefix, actor.agency_id, person.id, actor.name
            )
    run = house.prepare()
    house.submit()
    refused = attempt(house, "reviewer", run.public_id, house.approve)
    assert refused == "subsidies.step.same_person"
    with house.database.reading() as session:
        assert [(one.who, one.why.code) for one in list_attempts(session, house.actor("auditor"))] == [
            ("reviewer", "subsidies.step.same_person")
        ]


def attempt(house: House, who: str, subject_id: str, act: object) -> str:
    """Try it as the edge does: what is refused is rolled back, and remembered."""
    try:
        act()  # type: ignore[operator]
    except AnhuError as refused:
        with house.database.transaction() as session:
            note_refusal(session, house.actor(who), ("subsidy_run", subject_id), refused, NOW)
        if isinstance(refused, Invalid):
            return next(iter(refused.errors.values()))[0].code
        return refused.reason.code
    raise AssertionError("nobody stopped it")


# -- 14, 21, 22: content, bank file, database --------------------------------------------------------------------------


def test_the_database_refuses_a_line_that_changes_after_approval(house: House) -> None:
    house.prepare()
    house.submit()
    house.approve()
    for change in ("amount_fen = 99999900", "payee_person_id = payee_person_id + 1", "account_id = account_id + 1"):
        with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
            session.execute(text(f"UPDATE subsidy_lines SET {change} WHERE id = :id"), {"id": house.line(0).id})


@pytest.mark.parametrize("change", ["amount_fen = 99999900", "payee_person_id = :payee, account_id = :account"])
def test_a_line_changed_behind_the_guards_stops_the_export_and_verify_names_it(house: House, change: str) -> None:
    run = house.prepare()
    house.submit()
    house.approve()
    line, other = house.line(0), house.line(1)
    with house.database.transaction() as session:
        without_guards(session, "guard_subsidy_lines_frozen")
        session.execute(
            text(f"UPDATE subsidy_lines SET {change} WHERE id = :id").bindparams(
                id=line.id, **({"payee": other.payee_person_id, "account": other.account_id} if ":" in change else {})
            )
        )
    assert attempt(house, "finance", run.public_id, house.export) == "subsidies.step.changed"
    assert any(line.public_id in said for said in house.problems())


def test_an_account_is_never_edited_in_the_database(house: House) -> None:
    with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
        session.execute(text("UPDATE payee_accounts SET from_on = '2020-01-01'"))


def test_a_bank_answer_with_another_amount_settles_nothing(house: House) -> None:
    house.to_the_bank()
    run = house.run()

    def altered(rows: list[list[object]]) -> None:
        place = next(index for index, title in enumerate(rows[0]) if "金额" in str(title))
        rows[1][place] = "9999.00"

    answer = read_answer(house.pay_file_bytes(), altered)
    assert attempt(house, "finance", run.public_id, lambda: house.settle(answer)).startswith("subsidies.returns.")
    with house.database.reading() as session:
        assert list_attempts(session, house.actor("auditor"))[0].who == "finance"


# -- 15, 16, 18: what the care record is made to say -------------------------------------------------------------------


def test_a_level_raised_for_the_cut_off_names_the_clinician(house: House) -> None:
    doctor = house.actor("doctor").user_id
    patient = house.families[0].patient
    levels = [(1, date(2026, 7, 1)), (3, date(2026, 9, 20)), (1, date(2026, 10, 12))]
    with house.database.transaction() as session:
        insert_rows(session, RiskLevel, [level_row(patient, level, on, doctor) for level, on in levels])
    house.prepare()
    watch(house)
    assert says(house, 0) == {(Pattern.LEVEL_RAISED, "doctor")}


def test_a_relapse_that_is_seen_twice_is_illness(house: House) -> None:
    doctor, patient = house.actor("doctor").user_id, house.families[0].patient
    levels = [(1, date(2026, 7, 1)), (4, date(2026, 9, 10)), (3, date(2026, 9, 23)), (1, date(2026, 10, 12))]
    with house.database.transaction() as session:
        insert_rows(session, RiskLevel, [level_row(patient, level, on, doctor) for level, on in levels])
    house.prepare()
    watch(house)
    assert says(house, 0) == set()


def test_an_incident_that_no_visit_mentions_is_flagged(house: House) -> None:
    with house.database.transaction() as session:
        patient = house.families[0].patient
        session.execute(update(Patient).where(Patient.id == patient.id).values(doctor_id=house.actor("doctor").user_id))
        session.add(
            Emergency(
                submission_key="e" * 22,
                patient_id=patient.id,
                person_id=patient.person_id,
                area_code=patient.area_code,
                category=PersonCategory.MANAGED,
                reporter=ReporterKind.POLICE,
                started_at=at(date(2026, 8, 2)),
                reason=EmergencyReason.DANGER,
                record_due_at=NOW,
                opened_at=NOW,
                opened_by=house.actor("health_lead").user_id,
            )
        )
    house.prepare()
    watch(house)
    assert says(house, 0) == {(Pattern.INCIDENT_HIDDEN, "doctor")}


def test_visits_back_dated_in_a_burst_at_the_quarters_end_name_the_user(house: House) -> None:
    doctor = house.actor("doctor").user_id
    with house.database.transaction() as session:
        rows = [
            visit_row(one.patient, date(2026, 8, 1), at(date(2026, 9, 29), 7 * place), doctor)
            for place, one in house.families.items()
        ]
        insert_rows(session, FollowUpVisit, rows)
    house.prepare()
    watch(house)
    assert (Pattern.BACK_DATED_VISITS, "doctor") in everything(house)


def test_the_one_visit_that_lets_a_line_be_paid_and_was_entered_afterwards_is_flagged(house: House) -> None:
    doctor = house.actor("doctor").user_id
    with house.database.transaction() as session:
        row = visit_row(house.families[0].patient, date(2026, 9, 5), at(date(2026, 10, 9)), doctor)
        insert_rows(session, FollowUpVisit, [row])
    house.prepare()
    watch(house)
    assert says(house, 0) == {(Pattern.BACK_DATED_VISITS, "doctor")}


def test_paying_somebody_whom_no_clinician_has_met_names_who_decided(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in([Family(0), Family(1, seen_on=None)])
    with database.transaction() as session:
        session.execute(update(Patient).values(is_opening=False))
    house.prepare()
    assert house.line(1).decision is LineState.HOLD
    house.decide(1, is_paid=True)
    watch(house)
    assert (Pattern.MISSING_VISITS, "clerk") in says(house, 1)


# -- 17: the guardian is changed ---------------------------------------------------------------------------------------


def test_another_guardian_is_held_once_and_a_back_dated_one_names_who_wrote_it(house: House) -> None:
    with house.database.transaction() as session:
        change_guardian(house, session, 0, date(2026, 8, 1), TODAY - timedelta(days=2))
    house.prepare()
    watch(house)
    line = _newest_line(house, 0)
    assert line.decision is LineState.HOLD
    with house.database.reading() as session:
        flags = {one.pattern: one for one in named(session, house.actor("auditor"), line=line.public_id)}
    assert {pattern: one.who for pattern, one in flags.items()} == {
        Pattern.GUARDIAN_SWAP: "clerk",
        Pattern.ONE_HAND: "clerk",
    }
    told = [one.code.rsplit(".", 1)[1] for one in flags[Pattern.GUARDIAN_SWAP].because]
    assert told == ["guardian_changed", "guardian_back_dated"]
    assert flags[Pattern.ONE_HAND].because[0].code == "subsidies.watch.one_hand_agreement"


def _newest_line(house: House, place: int) -> SubsidyLine:
    """The line of the family's last agreement."""
    with house.database.reading() as session:
        return session.scalars(
            select(SubsidyLine)
            .where(SubsidyLine.patient_id == house.families[place].patient.id)
            .order_by(SubsidyLine.agreement_id.desc())
            .limit(1)
        ).one()


# -- 19, 20, 23: twice, again, around ----------------------------------------------------------------------------------


def test_one_person_is_not_registered_in_two_towns(house: House) -> None:
    number = id_number("19700301", 2 * 0 + 1)
    wanted = RegisterPatient(
        area_code=OTHER_VILLAGE,
        person=PersonDraft("同一个人", id_kind=IdKind.RESIDENT_CARD, id_number=number),
        registered_on=date(2026, 8, 1),
        consent=ConsentDraft(date(2026, 8, 1)),
    )
    with pytest.raises((Conflict, Invalid)), house.database.transaction() as session:
        register_patient(session, Vault(session, house.keyring), house.actor("other_doctor"), wanted, TODAY, NOW)


def test_one_patients_agreements_never_overlap_not_even_in_the_database(house: House) -> None:
    with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
        agreement = house.families[0].agreement
        session.add(
            Agreement(
                number="第二份",
                patient_id=agreement.patient_id,
                guardianship_id=agreement.guardianship_id,
                from_on=date(2026, 7, 1),
                to_on=date(2026, 12, 31),
                recorded_at=NOW,
            )
        )


def test_nothing_is_paid_again_without_the_banks_return(house: House) -> None:
    house.to_the_bank()
    house.settle()
    house.prepare(supplementary=True)
    with house.database.reading() as session:
        run = house.run(supplementary=True)
        assert session.scalars(select(SubsidyLine).where(SubsidyLine.run_id == run.id)).all() == []


def test_a_payment_said_to_be_returned_in_the_database_is_found_by_verify(house: House) -> None:
    house.to_the_bank()
    house.settle()
    with house.database.transaction() as session:
        session.execute(update(SubsidyLine).where(SubsidyLine.id == house.line(0).id).values(is_live=False))
    assert house.problems() != []


def test_flags_are_found_once_however_often_they_are_looked_for(house: House) -> None:
    with house.database.transaction() as session:
        change_account(house, session, 0, TODAY - timedelta(days=5), 901)
    house.prepare()
    for _again in range(3):
        watch(house)
    assert says(house, 0) == {(Pattern.LATE_SWAP, "clerk")}
    assert len([one for one in everything(house) if one[0] is Pattern.LATE_SWAP]) == 1
