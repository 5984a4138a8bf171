"""The fraud playbook in breadth (reliability 2.4, threats 9 to 22): ten and more ways of each, many families of one staged county at once.

Each is told as a line of a table: what somebody does, and what must come of it. The stories behind them, one by one, are in
`test_fraud_playbook`; ghosts and the honest county (no more than two in a hundred flagged) in `test_ghost_patients`; that an import only
proposes, where imports are tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import combinations

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.batches import insert_rows
from app.core.db import Database, new_public_id
from app.core.errors import AnhuError, Conflict
from app.guardians.models import Agreement
from app.incidents.models import Emergency
from app.incidents.rules import EmergencyReason, PersonCategory, ReporterKind
from app.patients.models import Patient
from app.people.models import PayeeAccount, Person
from app.people.vault import Vault
from app.risk.models import RiskLevel
from app.subsidies.models import SubsidyLine
from app.subsidies.queries.watch.attempts import list_attempts
from app.subsidies.queries.watch.flags import FlagFilter, all_flags
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState, RunStep, check_people
from app.subsidies.rules.watch import Pattern, Thresholds
from app.subsidies.rules.watch_hands import Decision, fixed_pairs, split_payments, split_runs
from app.subsidies.service.refusals import note_refusal
from app.visits.models import FollowUpVisit
from tests.rig.county import County
from tests.rig.families import families
from tests.rig.honest import at, change_account, change_guardian, die, level_row, visit_row
from tests.rig.quarter import NOW, TODAY, House, read_answer

LATER = NOW + timedelta(days=20)
FULL = 75_000
Act = Callable[[House, Session, int], None]


@dataclass(frozen=True)
class Way:
    """One way of one threat. `held`: the line waits for a person. `less`: it pays less or nothing. `pattern`, `who`: how it is named."""

    row: int
    told: str
    act: Act
    held: bool = False
    less: bool = False
    pattern: Pattern | None = None
    who: str | None = ""


# -- before the run is drawn up ----------------------------------------------------------------------------------------


def payee_dies(on: date, known_at: datetime = NOW) -> Act:
    def act(house: House, session: Session, place: int) -> None:
        payee = session.get_one(Person, house.families[place].payee.id)
        payee.died_on, payee.death_recorded_at = on, known_at
        payee.death_recorded_by = house.actor("doctor").user_id

    return act


def patient_dies(on: date) -> Act:
    return lambda house, session, place: die(house, session, place, on, min(on + timedelta(days=9), TODAY))


def swaps(*changes: tuple[int, int, int]) -> Act:
    """(days before today that it is said to hold from, days before today that it is written down, which card)."""

    def act(house: House, session: Session, place: int) -> None:
        for claimed, entered, card in changes:
            number = card if card == 0 else 2_000 + 10 * place + card
            change_account(
                house, session, place, TODAY - timedelta(days=claimed), number or place + 1, NOW - timedelta(days=entered)
            )  # fmt: skip

    return act


def takes_account_of(other: int, days: int = 120) -> Act:
    """The same card as another family's, written down long ago."""

    def act(house: House, session: Session, place: int) -> None:
        since = TODAY - timedelta(days=days)
        change_account(house, session, place, since, other + 1, at(since))

    return act


def is_account_of(name: str) -> Act:
    """The payee's number stands as an account of a member of staff, too."""

    def act(house: House, session: Session, place: int) -> None:
        officer = Person(name="工作人员", name_sort="gong", created_at=NOW)
        session.add(officer)
        session.flush()
        Vault(session, house.keyring).new_key(officer.id)
        session.execute(update(User).where(User.name == name).values(person_id=officer.id))
        own = session.scalars(
            select(PayeeAccount).where(PayeeAccount.person_id == house.families[place].payee.id)
        ).one()
        session.add(
            PayeeAccount(
                person_id=officer.id, kind=own.kind, number_sealed=b"x", number_index=own.number_index,
                holder_name="工作人员", from_on=date(2026, 1, 1), recorded_at=NOW,
            )
        )  # fmt: skip

    return act


def rated(*levels: tuple[int, date]) -> Act:
    def act(house: House, session: Session, place: int) -> None:
        doctor, patient = house.actor("doctor").user_id, house.families[place].patient
        insert_rows(session, RiskLevel, [level_row(patient, level, on, doctor) for level, on in levels])

    return act


def emergency(on: date, reporter: ReporterKind) -> Act:
    def act(house: House, session: Session, place: int) -> None:
        patient = session.get_one(Patient, house.families[place].patient.id)
        patient.doctor_id = house.actor("doctor").user_id
        session.add(
            Emergency(
                submission_key=new_public_id(), patient_id=patient.id, person_id=patient.person_id,
                area_code=patient.area_code, category=PersonCategory.MANAGED, reporter=reporter, started_at=at(on),
                reason=EmergencyReason.DANGER, record_due_at=NOW, opened_at=NOW,
                opened_by=house.actor("health_lead").user_id,
            )
        )  # fmt: skip

    return act


def incident_entered(on: date, entered: date) -> Act:
    """The doctor writes the incident into a visit after the level that was counted."""

    def act(house: House, session: Session, place: int) -> None:
        doctor = house.actor("doctor").user_id
        row = visit_row(house.families[place].patient, on, at(entered), doctor, public_order_incidents=1)
        insert_rows(session, FollowUpVisit, [row])

    return act


def new_guardian(from_on: date, days_ago: int) -> Act:
    def act(house: House, session: Session, place: int) -> None:
        change_guardian(house, session, place, from_on, TODAY - timedelta(days=days_ago))

    return act


def written_down_late(days: int) -> Act:
    """Signed without an application, and entered so long after its first day."""

    def act(house: House, session: Session, place: int) -> None:
        agreement = session.get_one(Agreement, house.families[place].agreement.id)
        agreement.recorded_at = at(agreement.from_on + timedelta(days=days))

    return act


def seen(on: date, entered: date) -> Act:
    def act(house: House, session: Session, place: int) -> None:
        patient = house.families[place].patient
        insert_rows(session, FollowUpVisit, [visit_row(patient, on, at(entered), house.actor("doctor").user_id)])

    return act


def _dead() -> Iterator[Way]:
    for on in (date(2026, 1, 5), date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 15), date(2026, 9, 30), TODAY):
        yield Way(9, f"payee dead since {on}", payee_dies(on), held=True)
    for on in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 9), date(2026, 9, 29)):
        yield Way(9, f"patient dead since {on}", patient_dies(on), less=True)


def _shared(first: int) -> Iterator[Way]:
    """Pairs, a group of three and one of five; `first` is the place of the first family."""
    for size in (1, 2, 4):
        at_place, first = first, first + size + 1
        # this one came with the county's own list: nobody wrote it down lately
        yield Way(10, "whose card others name", lambda *_: None, held=True, pattern=Pattern.SHARED_ACCOUNT, who=None)
        for _ in range(size):
            act = takes_account_of(at_place)
            yield Way(10, f"shares with {size}", act, held=True, pattern=Pattern.SHARED_ACCOUNT, who="clerk")
    for name in ("clerk", "reviewer", "finance", "auditor", "town"):
        yield Way(10, f"account of {name}", is_account_of(name), pattern=Pattern.STAFF_ACCOUNT, who=name)


def _swapped() -> Iterator[Way]:
    told: dict[str, Act] = {f"{days} days before": swaps((days, days, 1)) for days in (0, 1, 2, 7, 15, 22, 29)}
    told |= {f"said to hold {days} days, written down yesterday": swaps((days, 1, 1)) for days in (31, 90, 200)}
    told |= {
        "there and back": swaps((9, 9, 1), (3, 3, 0)),
        "twice": swaps((9, 9, 1), (3, 3, 2)),
    }
    for words, act in told.items():
        yield Way(11, words, act, held=True, pattern=Pattern.LATE_SWAP, who="clerk")


def _raised() -> Iterator[Way]:
    for low, high in ((1, 3), (2, 4), (1, 5)):
        for up, down in ((date(2026, 8, 20), date(2026, 10, 8)), (date(2026, 9, 10), date(2026, 10, 12)),
                         (date(2026, 9, 20), date(2026, 11, 2)), (date(2026, 9, 30), date(2026, 10, 25))):  # fmt: skip
            levels = ((low, date(2026, 7, 1)), (high, up), (low, down))
            yield Way(
                15, f"{low} to {high} from {up} to {down}", rated(*levels), pattern=Pattern.LEVEL_RAISED, who="doctor"
            )


def _hidden() -> Iterator[Way]:
    days = (date(2026, 7, 1), date(2026, 7, 20), date(2026, 8, 2), date(2026, 9, 9), date(2026, 9, 29))
    for number, on in enumerate(days):
        reporter = tuple(ReporterKind)[number % 5]
        yield Way(16, f"emergency on {on}", emergency(on, reporter), pattern=Pattern.INCIDENT_HIDDEN, who="doctor")
        yield Way(
            16, f"emergency on {on}", emergency(on, ReporterKind.FAMILY), pattern=Pattern.INCIDENT_HIDDEN, who="doctor"
        )


def _guardians() -> Iterator[Way]:
    for from_on in (date(2026, 7, 10), date(2026, 8, 1), date(2026, 9, 15)):
        for days_ago in (1, 8, 19, 28):
            act = new_guardian(from_on, days_ago)
            yield Way(17, f"{from_on}, {days_ago} days ago", act, held=True, pattern=Pattern.GUARDIAN_SWAP, who="clerk")


def _back_dated() -> Iterator[Way]:
    for on in (date(2026, 7, 28), date(2026, 8, 14), date(2026, 9, 5)):
        for entered in (date(2026, 10, 2), date(2026, 10, 9), date(2026, 10, 15), date(2026, 10, 19)):
            act = seen(on, entered)
            yield Way(18, f"{on}, entered {entered}", act, pattern=Pattern.BACK_DATED_VISITS, who="doctor")


def _late_agreements() -> Iterator[Way]:
    for days in (32, 33, 40, 61, 90, 121, 180, 240, 300, 320):
        yield Way(8, f"agreement {days} days late", written_down_late(days), pattern=Pattern.ONE_HAND, who="clerk")


def _ways() -> list[Way]:
    first = [*_late_agreements(), *_dead(), *_swapped(), *_raised(), *_hidden(), *_guardians(), *_back_dated()]
    return [*first, *_shared(len(first))]


def test_whatever_is_done_before_the_run_is_held_or_less_and_named(
    app: Flask, database: Database, county: County
) -> None:
    house, ways = House(app, database, county), _ways()
    house.settle_in(families(len(ways) + 10))
    with database.transaction() as session:
        for place, way in enumerate(ways):
            way.act(house, session, place)
            session.flush()
    house.prepare()
    house.watch()
    with database.reading() as session:
        lines = _lines(house, session)
        named = _named(house, session)
    assert _missed(house, ways, lines, named) == []
    honest = {house.families[place].patient.id for place in range(len(ways), len(ways) + 10)}
    assert not honest & named.keys() and all(lines[one].decision is LineState.PAY for one in honest)
    assert all(sum(way.row == row for way in ways) >= 10 for row in (8, 9, 10, 11, 15, 16, 17, 18))


def _lines(house: House, session: Session) -> dict[int, SubsidyLine]:
    """By patient: the line of the newest agreement."""
    query = select(SubsidyLine).where(SubsidyLine.run_id == house.run().id).order_by(SubsidyLine.agreement_id)
    return {line.patient_id: line for line in session.scalars(query)}


def _named(house: House, session: Session) -> dict[int, set[tuple[Pattern, str | None]]]:
    found: dict[int, set[tuple[Pattern, str | None]]] = {}
    lines = {line.public_id: line.patient_id for line in session.scalars(select(SubsidyLine))}
    for one in all_flags(session, house.actor("auditor"), FlagFilter()):
        if one.line:
            found.setdefault(lines[one.line], set()).add((one.pattern, one.who))
    return found


def _missed(
    house: House, ways: list[Way], lines: dict[int, SubsidyLine], named: dict[int, set[tuple[Pattern, str | None]]]
) -> list[str]:
    missed = []
    for place, way in enumerate(ways):
        patient = house.families[place].patient.id
        line, flags = lines[patient], named.get(patient, set())
        is_caught = (
            (not way.held or line.decision is LineState.HOLD)
            and (not way.less or line.decision is LineState.REFUSE or line.amount_fen < FULL)
            and (way.pattern is None or (way.pattern, way.who) in flags)
        )
        if not is_caught:
            missed.append(f"{way.row} {way.told}: {line.decision} {line.amount_fen} {flags}")
    return missed


# -- from the approval to the bank's answer ----------------------------------------------------------------------------

AFTER_APPROVAL: tuple[tuple[str, Act], ...] = (
    *((f"payee dead since {on}", payee_dies(on, NOW - timedelta(days=1)))
      for on in (date(2026, 7, 2), date(2026, 8, 15), date(2026, 9, 30), date(2026, 11, 1), TODAY)),
    *((f"patient dead since {on}", patient_dies(on)) for on in (date(2026, 7, 2), date(2026, 8, 15), date(2026, 9, 20))),
    *((f"account changed {days} days ago", swaps((days, 0, 1))) for days in (0, 1, 40)),
)  # fmt: skip


def _told(rows: list[list[object]], word: str) -> int:
    return next(index for index, title in enumerate(rows[0]) if word in str(title))


def _set(word: str, value: object, row: int = 1) -> Callable[[list[list[object]]], None]:
    def change(rows: list[list[object]]) -> None:
        rows[row][_told(rows, word)] = value

    return change


def _swap(word: str) -> Callable[[list[list[object]]], None]:
    def change(rows: list[list[object]]) -> None:
        place = _told(rows, word)
        rows[1][place], rows[2][place] = rows[2][place], rows[1][place]

    return change


def _altered(change: Callable[[list[list[object]]], object], rows: list[list[object]]) -> None:
    change(rows)


ANSWERS: dict[str, Callable[[list[list[object]]], object]] = {
    "a fen more": _set("金额", "750.01"),
    "a tenth": _set("金额", "75.00"),
    "nothing": _set("金额", "0.00"),
    "another payee": _set("姓名", "别人"),
    "another account": _set("账号", "6228480000000000000"),
    "another ID number": _set("身份证号", "340103198808081234"),
    "payees change places": _swap("姓名"),
    "accounts change places": _swap("账号"),
    "a line is missing": lambda rows: rows.pop(),
    "a line stands twice": lambda rows: rows.append(rows[1]),
    "a line more": lambda rows: rows.append(["99", *rows[1][1:]]),
    "another number": _set("序号", "77"),
    "a word that no bank writes": _set("结果", "大概成功"),
    "another quarter's file": lambda rows: [row.__setitem__(_told(rows, "文件编号"), "AH349921-2026Q2-R01") for row in rows[1:]],
    "files mixed": _set("文件编号", "AH349921-2026Q2-R01", row=2),
}  # fmt: skip

CHANGED_CONTENT = (
    *(f"UPDATE subsidy_lines SET {one} WHERE id = :line" for one in (
        "amount_fen = 99999900", "amount_fen = amount_fen + 1", "payee_person_id = payee_person_id + 1",
        "account_id = account_id + 1", "days = days + 1", "decision = 'refuse'", "snapshot = '{}'", "reasons = '[]'",
        "rank = 'second'", "period = '2026Q2'", "digest = ''", "decided_by = 1",
    )),
    "DELETE FROM subsidy_lines WHERE id = :line",
    "UPDATE subsidy_runs SET digest = 'x' WHERE :line = :line",
    "UPDATE subsidy_runs SET approved_by = prepared_by WHERE :line = :line",
)  # fmt: skip
EDITED = (
    "UPDATE run_approvals SET hand = 'x'", "DELETE FROM run_approvals", "UPDATE audit_events SET detail = '{}'",
    "DELETE FROM audit_events", "UPDATE subsidy_policies SET terms = '{}'", "DELETE FROM subsidy_policies",
    "UPDATE payee_accounts SET from_on = '2020-01-01'", "DELETE FROM subsidy_runs", "DELETE FROM pay_files",
    "UPDATE pay_files SET total_fen = 1", "UPDATE pay_file_lines SET amount_fen = 1", "DELETE FROM pay_file_lines",
)  # fmt: skip
AGAIN = (
    "UPDATE subsidy_lines SET is_live = TRUE WHERE NOT is_live",
    "UPDATE pay_file_lines SET state = 'sent' WHERE state = 'paid'",
    "UPDATE pay_file_lines SET state = 'paid' WHERE state = 'withheld'",
    "UPDATE pay_file_lines SET state = 'returned' WHERE state = 'withheld'",
    "UPDATE subsidy_runs SET state = 'approved'",
    "UPDATE subsidy_runs SET state = 'exported'",
    "UPDATE subsidy_runs SET state = 'draft'",
    "UPDATE pay_files SET returns_sha256 = NULL",
)


def test_whatever_is_done_between_approval_and_settlement_stops_or_changes_nothing(
    app: Flask, database: Database, county: County
) -> None:
    house = House(app, database, county)
    house.settle_in(families(len(AFTER_APPROVAL) + 6))
    run = house.prepare()
    house.submit()
    house.approve()
    line = house.line(0).id
    for change in CHANGED_CONTENT:  # 14
        _refused_by_the_database(house, change, line=line)
    with database.transaction() as session:
        for place, (_words, act) in enumerate(AFTER_APPROVAL):  # 9, 11
            act(house, session, place)
    house.export()
    kept_back = [words for place, (words, _act) in enumerate(AFTER_APPROVAL) if not house.line(place).is_live]
    assert kept_back == [words for words, _act in AFTER_APPROVAL]
    for words, change_answer in ANSWERS.items():  # 21
        with pytest.raises(AnhuError) as refused:
            house.settle(read_answer(house.pay_file_bytes(), partial(_altered, change_answer)))
        with database.transaction() as session:
            note_refusal(session, house.actor("finance"), ("subsidy_run", run.public_id), refused.value, NOW)
        assert house.run().state is RunState.EXPORTED, words
    with database.reading() as session:
        attempts = list_attempts(session, house.actor("auditor"), (run.public_id,))
    assert {one.who for one in attempts} == {"finance"} and len(attempts) >= 10
    house.settle(read_answer(house.pay_file_bytes()))
    for change in (*EDITED, *AGAIN):  # 20, 22
        _refused_by_the_database(house, change)
    with pytest.raises(Conflict):
        house.settle()
    with pytest.raises(Conflict):
        house.settle(read_answer(house.pay_file_bytes(), _set("结果", "失败")))
    house.prepare(supplementary=True)
    paid = {house.families[place].patient.id for place in range(len(AFTER_APPROVAL), len(house.families))}
    with database.reading() as session:
        again = select(SubsidyLine.patient_id).where(SubsidyLine.run_id == house.run(supplementary=True).id)
        assert not paid & set(session.scalars(again))
    assert house.problems() == []


def _refused_by_the_database(house: House, change: str, **values: int) -> None:
    with pytest.raises(DBAPIError, match="guard"), house.database.transaction() as session:
        session.execute(text(change).bindparams(**values))


def test_no_second_agreement_shares_a_day(app: Flask, database: Database, county: County) -> None:
    """19: one patient, two agreements, whatever the days."""
    house = House(app, database, county)
    house.settle_in(families(1))
    first = house.families[0].agreement
    spans = [(date(2026, month, 1), date(2026, month, 28)) for month in range(1, 11)]
    spans += [
        (date(2025, 7, 1), date(2026, 1, 1)),
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2025, 1, 1), date(2027, 1, 1)),
    ]
    for number, (from_on, to_on) in enumerate(spans):
        with pytest.raises(DBAPIError, match="guard"), database.transaction() as session:
            session.add(
                Agreement(
                    number=f"第二份{number}", patient_id=first.patient_id, guardianship_id=first.guardianship_id,
                    from_on=from_on, to_on=to_on, recorded_at=NOW,
                )
            )  # fmt: skip


# -- whose hands -------------------------------------------------------------------------------------------------------


def test_one_person_never_makes_checks_and_pays() -> None:
    """13: every pair of steps that must be two people's, by whichever account; a maker may submit what they drew up."""
    makers = (RunStep.PREPARED, RunStep.SUBMITTED)
    offices = (RunStep.POLICE_SIGNED, RunStep.TOWN_SIGNED, RunStep.HEALTH_SIGNED)
    steps = (*makers, *offices, RunStep.APPROVED, RunStep.EXPORTED, RunStep.SETTLED)
    allowed = {makers, (RunStep.EXPORTED, RunStep.SETTLED)}
    pairs = [(one, other) for one, other in combinations(steps, 2) if (one, other) not in allowed]
    assert len(pairs) > 10
    for earlier, later in pairs:
        signed = {earlier: frozenset({"person:1"})}
        assert check_people(later, "person:1", signed), (earlier, later)
        assert not check_people(later, "person:2", signed), (earlier, later)


@pytest.mark.parametrize("count", range(2, 12))
def test_a_payee_in_several_supplements_and_a_clerk_of_several_are_named(count: int) -> None:
    """12: slips that are small one by one."""
    assert split_payments(count, Thresholds())
    assert not split_payments(1, Thresholds())
    assert bool(split_runs(count, Thresholds())) is (count >= 3)


@pytest.mark.parametrize(("together", "apart"), [(8, 0), (8, 2), (9, 2), (12, 3), (16, 5), (20, 6), (30, 9), (40, 12)])
def test_a_pair_that_lets_nearly_everything_pass_is_named(together: int, apart: int) -> None:
    """13: maker and checker by statistics, while somebody else was there."""
    decisions = [Decision("a", "b", 1, 2)] * together + [Decision("a", "c", 1, 3)] * apart
    assert [one.checker_user for one in fixed_pairs(decisions, {"b": 1, "c": 1}, Thresholds())] == [2]
    assert not list(fixed_pairs(decisions[:7], {"b": 1}, Thresholds()))
