"""Who is paid, and where to: accounts and guardians that change around a run, the dead, shared and staff accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.reasons import Reason, reason
from app.subsidies.rules.watch import Thresholds, days_between


@dataclass(frozen=True, slots=True)
class AccountFact:
    """One account of a payee; `number` stands for it without being it (a blind index)."""

    id: int
    number: bytes
    from_on: date
    recorded_on: date
    recorded_by: int | None
    is_opening: bool = False
    # a person other than who keyed it has reached the payee on the number known before
    is_called_back: bool = False

    @property
    def changed_on(self) -> date:
        """A day in the past that was written down later counts from when it was written down."""
        return max(self.from_on, self.recorded_on)


@dataclass(frozen=True, slots=True)
class GuardianFact:
    """One first guardianship of a patient."""

    id: int
    person_id: int
    from_on: date
    recorded_on: date
    recorded_by: int | None


@dataclass(frozen=True, slots=True)
class DeathFact:
    """A known death, and what was paid: `last_paid_day` of the patient's days, `paid_on` when the money went (or today)."""

    died_on: date
    known_on: date
    paid_on: date
    last_paid_day: date | None = None


def late_swap(
    accounts: Sequence[AccountFact], paid: int, as_of: date, limits: Thresholds
) -> tuple[AccountFact, tuple[Reason, ...]] | None:
    """The paid account came shortly before the run, or made way for an earlier one shortly after. `accounts` in order of time."""
    place = next((index for index, one in enumerate(accounts) if one.id == paid), 0)
    if not place:
        return None
    account, said = accounts[place], []
    earlier = {one.number for one in accounts[:place]}
    before = days_between(account.changed_on, as_of)
    is_new = not account.is_opening and account.number != accounts[place - 1].number
    if is_new and 0 <= before < limits.swap_days and not account.is_called_back:
        said.append(reason("subsidies.watch.account_changed", days=before))
    if is_new and days_between(account.from_on, account.recorded_on) >= limits.swap_days and said:
        said.append(reason("subsidies.watch.account_back_dated", on=account.from_on))
    back = next((one for one in accounts[place + 1 :] if one.number in earlier), None)
    if is_new and back and 0 <= days_between(as_of, back.changed_on) <= limits.swap_back_days:
        said.append(reason("subsidies.watch.account_swapped_back", on=back.changed_on))
    return (account, tuple(said)) if said else None


def guardian_swap(
    guardians: Sequence[GuardianFact], paid: int, as_of: date, limits: Thresholds
) -> tuple[GuardianFact, tuple[Reason, ...]] | None:
    """The paid guardian took another's place shortly before the run, with a day in the past, or for a short while only."""
    place = next((index for index, one in enumerate(guardians) if one.id == paid), 0)
    if not place:
        return None
    guardian, said = guardians[place], []
    earlier = {one.person_id for one in guardians[:place]}
    if guardian.person_id in earlier and guardian.person_id == guardians[place - 1].person_id:
        return None
    before = days_between(guardian.recorded_on, as_of)
    if 0 <= before < limits.swap_days:
        said.append(reason("subsidies.watch.guardian_changed", days=before))
    back_dated = days_between(guardian.from_on, guardian.recorded_on)
    if back_dated >= limits.guardian_back_dated_days:
        said.append(reason("subsidies.watch.guardian_back_dated", days=back_dated))
    back = next((one for one in guardians[place + 1 :] if one.person_id in earlier), None)
    if back and 0 <= days_between(as_of, back.recorded_on) <= limits.swap_back_days:
        said.append(reason("subsidies.watch.guardian_swapped_back", on=back.recorded_on))
    return (guardian, tuple(said)) if said else None


def paid_after_death(payee: DeathFact | None, patient: DeathFact | None) -> tuple[Reason, ...]:
    """What the run pays to somebody who was dead by then, or for days after the patient's death."""
    said = []
    if payee and payee.died_on <= payee.paid_on:
        said.append(reason("subsidies.watch.payee_dead", on=payee.died_on, known=payee.known_on))
    if patient and patient.last_paid_day and patient.died_on < patient.last_paid_day:
        said.append(reason("subsidies.watch.days_after_death", known=patient.known_on))
    return tuple(said)


def shared_account(payees: int, is_vouched_for: bool, limits: Thresholds) -> tuple[Reason, ...]:
    """Several payees on one account; two people's word on a family's account holds for a family, not for a village."""
    least = limits.vouched_sharers if is_vouched_for else 2
    return (reason("subsidies.watch.account_shared", payees=payees),) if payees >= least else ()
