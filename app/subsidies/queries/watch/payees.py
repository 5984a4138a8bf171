"""Patterns about who is paid and where to: the dead, shared and staff accounts, swaps of account and guardian."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.actor import Role, hand_of
from app.core.clock import business_day
from app.core.dates import parse_date
from app.core.reasons import reason
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.people.models import PayeeAccount, Person
from app.subsidies.models import AccountCall, PayFileLine, Recovery, SharedAccount, SubsidyLine
from app.subsidies.queries.watch.watched import Watched, grouped
from app.subsidies.rules.bank import CallBack, SharingState
from app.subsidies.rules.transitions import PaymentState
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern
from app.subsidies.rules.watch_payees import (
    AccountFact,
    DeathFact,
    GuardianFact,
    guardian_swap,
    late_swap,
    paid_after_death,
    shared_account,
)

# Who has a hand in the money; a village worker may well be a patient's sister.
MONEY_ROLES = (Role.CLERK, Role.REVIEWER, Role.FINANCE)

_Patient = aliased(Person)
_Payee = aliased(Person)
_Other = aliased(PayeeAccount)


class _Dead(NamedTuple):
    line: SubsidyLine
    agreement: str
    payee: Person
    patient: Person
    payment: PayFileLine | None


def dead_payees(session: Session, watched: Watched) -> Iterator[Finding]:
    """Post-run match: what is paid, or was sent, to a payee or for days after a death that is known by now."""
    known = or_(_Payee.died_on.is_not(None), _Patient.died_on <= watched.cut_off)
    in_hand = exists().where(Recovery.line_id == SubsidyLine.id)
    rows = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, _Payee, _Patient, PayFileLine, paid_only=True)
        .join(_Payee, _Payee.id == SubsidyLine.payee_person_id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(_Patient, _Patient.id == Patient.person_id)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
        .where(known, ~in_hand)
    )
    for row in map(_Dead._make, rows):
        if row.payment and row.payment.state is PaymentState.RETURNED:
            continue
        said = paid_after_death(_death(watched, row.payee, row), _death(watched, row.patient, row))
        if said:
            user = _let_pass(watched, row.payee if row.payee.died_on else row.patient)
            yield _finding(Pattern.DEAD_PAYEE, row.agreement, row.line, said, user)


def _death(watched: Watched, person: Person, row: _Dead) -> DeathFact | None:
    if person.died_on is None:
        return None
    sent_at = watched.run.exported_at
    last = row.line.snapshot.get("last_paid_day")
    return DeathFact(
        died_on=person.died_on,
        known_on=business_day(person.death_recorded_at) if person.death_recorded_at else watched.today,
        paid_on=business_day(sent_at) if sent_at else watched.today,
        last_paid_day=parse_date(last) if last else None,
    )


def _let_pass(watched: Watched, person: Person) -> int | None:
    """Whose step was the last that could have known; who drew the run up where nobody could."""
    run, known_at = watched.run, person.death_recorded_at
    steps = ((run.exported_at, run.exported_by), (run.approved_at, run.approved_by))
    return next((by for at, by in steps if _was_known(known_at, at)), run.prepared_by)


def _was_known(known_at: datetime | None, at: datetime | None) -> bool:
    return known_at is not None and at is not None and known_at <= at


def shared_accounts(session: Session, watched: Watched) -> Iterator[Finding]:
    rows = session.execute(
        watched.lines(SubsidyLine, PayeeAccount, _Other.person_id)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id)
        .join(
            _Other,
            and_(
                _Other.number_index == PayeeAccount.number_index,
                _Other.person_id != PayeeAccount.person_id,
                or_(_Other.to_on.is_(None), _Other.to_on > watched.run.decided_as_of),
            ),
        )
        .order_by(SubsidyLine.id)
    ).all()
    vouched = set(
        session.scalars(
            select(SharedAccount.account_id).where(
                SharedAccount.state == SharingState.APPROVED, SharedAccount.until_on >= watched.cut_off
            )
        )
    )
    for of_number in grouped(rows, lambda row: bytes(row[1].number_index)).values():
        people = {row[2] for row in of_number} | {row[1].person_id for row in of_number}
        said = shared_account(len(people), all(row[1].id in vouched for row in of_number), watched.limits)
        for of_account in grouped(of_number, lambda row: row[1].id).values() if said else ():
            line, account, _ = of_account[0]
            yield Finding(
                Pattern.SHARED_ACCOUNT, FlagSubject.ACCOUNT, account.public_id, line.area_code, said,
                account.recorded_by, line.id,
            )  # fmt: skip


def staff_accounts(session: Session, watched: Watched) -> Iterator[Finding]:
    """The account is one that a member of staff uses, or the payee is one of those who handle the money."""
    same = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, User)
        .join(PayeeAccount, PayeeAccount.id == SubsidyLine.account_id)
        .join(
            _Other, and_(_Other.number_index == PayeeAccount.number_index, _Other.person_id != PayeeAccount.person_id)
        )
        .join(User, User.person_id == _Other.person_id)
        .order_by(SubsidyLine.id, User.id)
    )
    own = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, User)
        .join(User, and_(User.person_id == SubsidyLine.payee_person_id, User.role.in_(MONEY_ROLES)))
        .order_by(SubsidyLine.id, User.id)
    )
    for code, rows in (("staff_account", same), ("staff_payee", own)):
        for line, agreement, user in rows:
            said = (reason(f"subsidies.watch.{code}"),)
            yield _finding(Pattern.STAFF_ACCOUNT, agreement, line, said, user.id)


def late_swaps(session: Session, watched: Watched) -> Iterator[Finding]:
    swapped = aliased(PayeeAccount)
    changed = exists().where(
        swapped.person_id == SubsidyLine.payee_person_id, swapped.id != SubsidyLine.account_id, ~swapped.is_opening
    ) | exists().where(swapped.id == SubsidyLine.account_id, ~swapped.is_opening)
    lines = session.execute(watched.lines(SubsidyLine, Agreement.public_id).where(changed)).all()
    if not lines:
        return
    payees = watched.lines(SubsidyLine.payee_person_id).where(changed)
    rows = session.execute(
        select(PayeeAccount, User.person_id)
        .join(User, User.id == PayeeAccount.recorded_by, isouter=True)
        .where(PayeeAccount.person_id.in_(payees))
        .order_by(PayeeAccount.person_id, PayeeAccount.from_on, PayeeAccount.id)
    ).all()
    called = _called_back(session, payees)
    accounts = grouped(rows, lambda row: row[0].person_id)
    for line, agreement in lines:
        facts = [_account(*row, called) for row in accounts.get(line.payee_person_id, ())]
        found = late_swap(facts, line.account_id or 0, watched.run.decided_as_of, watched.limits)
        if found:
            yield _finding(Pattern.LATE_SWAP, agreement, line, found[1], found[0].recorded_by)


def _called_back(session: Session, payees: Any) -> dict[int, set[str]]:
    """account → the hands that reached the payee on the number known before."""
    rows = session.execute(
        select(AccountCall.account_id, AccountCall.hand)
        .join(PayeeAccount, PayeeAccount.id == AccountCall.account_id)
        .where(PayeeAccount.person_id.in_(payees), AccountCall.answer == CallBack.CONFIRMED)
    )
    return {account: {hand for _, hand in found} for account, found in grouped(rows, lambda row: row[0]).items()}


def _account(account: PayeeAccount, person_id: int | None, called: dict[int, set[str]]) -> AccountFact:
    keyed_by = hand_of(account.recorded_by, person_id)
    return AccountFact(
        id=account.id,
        number=bytes(account.number_index),
        from_on=account.from_on,
        recorded_on=business_day(account.recorded_at),
        recorded_by=account.recorded_by,
        is_opening=account.is_opening,
        is_called_back=bool(called.get(account.id, set()) - {keyed_by}),
    )


def guardian_swaps(session: Session, watched: Watched) -> Iterator[Finding]:
    other = aliased(Guardianship)
    several = exists().where(
        other.patient_id == SubsidyLine.patient_id,
        other.rank == Rank.FIRST,
        other.person_id != SubsidyLine.payee_person_id,
    )
    lines = session.execute(
        watched.lines(SubsidyLine, Agreement.public_id, Agreement.guardianship_id).where(
            SubsidyLine.rank == Rank.FIRST, several
        )
    ).all()
    if not lines:
        return
    rows = session.scalars(
        select(Guardianship)
        .where(
            Guardianship.rank == Rank.FIRST,
            Guardianship.patient_id.in_(watched.lines(SubsidyLine.patient_id).where(several)),
        )
        .order_by(Guardianship.patient_id, Guardianship.id)
    )
    guardians = grouped(rows, lambda one: one.patient_id)
    for line, agreement, guardianship in lines:
        facts = [
            GuardianFact(one.id, one.person_id, one.from_on, business_day(one.recorded_at), one.recorded_by)
            for one in guardians[line.patient_id]
        ]
        found = guardian_swap(facts, guardianship, watched.run.decided_as_of, watched.limits)
        if found:
            yield _finding(Pattern.GUARDIAN_SWAP, agreement, line, found[1], found[0].recorded_by)


def _finding(pattern: Pattern, agreement: str, line: SubsidyLine, because: Any, user_id: int | None) -> Finding:
    return Finding(pattern, FlagSubject.AGREEMENT, agreement, line.area_code, tuple(because), user_id, line.id)
