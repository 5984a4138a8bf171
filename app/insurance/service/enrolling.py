"""Reporting people to the insurer: whoever the rule wants and is not insured is added, whoever's cover has ended is removed.

Set-based and repeatable: a second report on the same day finds nobody, and the open enrolment of a patient under a policy is unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows, slices, take_stock
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid
from app.core.models import WorkItem
from app.core.money import Money
from app.core.reasons import reason
from app.core.refusals import said_by
from app.core.work import ask_for_work, find_live_work
from app.insurance.models import Enrolment, EnrolmentBatch, InsurancePolicy
from app.insurance.queries.enrolment import (
    ToAdd,
    candidates,
    count_batches,
    count_candidates,
    highest_number,
    to_enrol,
)
from app.insurance.queries.leaving import ToRemove, leavers
from app.insurance.queries.policies import get_policy, lock_policy, terms_of
from app.insurance.rules.enrolment import BatchKind
from app.insurance.rules.policies import PolicyState, premium_for

WORK = "insurance_report"
GUARDS = {
    "uq_enrolments_open": "insurance.enrolment.meanwhile",
    "enrolments.policy_id": "insurance.enrolment.meanwhile",
    "guard_enrolments_overlap": "insurance.enrolment.meanwhile",
    "uq_enrolment_batches_policy_id_kind_effective_on": "insurance.enrolment.reported_today",
    "enrolment_batches.policy_id": "insurance.enrolment.reported_today",
}


@dataclass(frozen=True)
class Changes:
    """What a report of a day would say; `add` holds the first of all `adding`, each of whom costs the same."""

    on: date
    adding: int
    each: Money
    add: Sequence[ToAdd]
    remove: Sequence[ToRemove]

    @property
    def premium(self) -> Money:
        return self.each * self.adding

    @property
    def refund(self) -> Money:
        return Money.total(one.refund for one in self.remove)


@dataclass(frozen=True)
class Reported:
    """How many were added and removed; both zero when nothing had changed."""

    added: int
    removed: int
    premium: Money


def preview_changes(session: Session, actor: Actor, policy: InsurancePolicy, on: date) -> Changes:
    """What `report_changes` would do on that day; changes nothing."""
    return Changes(
        on,
        count_candidates(session, actor, policy, on),
        _each(policy, on),
        candidates(session, actor, policy, on),
        leavers(session, actor, policy, on),
    )


def ask_to_report(session: Session, actor: Actor, public_id: str, on: date, today: date, now: datetime) -> WorkItem:
    """A county's first report is of tens of thousands, so the scheduler's process makes it. Raises as `report_changes` does, and
    `Conflict` while a report of another day or by somebody else is being made."""
    require(actor, Action.KEEP_INSURANCE)
    policy = get_policy(session, actor, public_id)
    if wrong := wrong_day(policy, on, today):
        raise wrong
    under_way = find_report(session, policy)
    if under_way is not None and under_way.args["on"] != on.isoformat():
        raise Conflict(reason("insurance.enrolment.under_way"))
    args = {"policy": public_id, "on": on.isoformat()}
    return ask_for_work(session, WORK, args, _live_key(policy), actor, now)


def find_report(session: Session, policy: InsurancePolicy) -> WorkItem | None:
    """The report that is being made for a policy that was handed out."""
    return find_live_work(session, _live_key(policy))


def _live_key(policy: InsurancePolicy) -> str:
    return f"{WORK}:{policy.public_id}"


def report_changes(session: Session, actor: Actor, public_id: str, on: date, today: date, now: datetime) -> Reported:
    """Add and remove as of a day: two batches at most. Raises `Conflict` for a policy that insures nobody then, `Invalid` for the day."""
    require(actor, Action.KEEP_INSURANCE)
    policy = lock_policy(session, actor, public_id)
    if wrong := wrong_day(policy, on, today):
        raise wrong
    remove, add = leavers(session, actor, policy, on), to_enrol(session, actor, policy, on)
    refund = Money.total(one.refund for one in remove)
    premium = _each(policy, on) * len(add)
    with said_by(session, GUARDS):
        if remove:
            _remove(session, actor, policy, on, remove, refund, now)
        if add:
            _add(session, actor, policy, on, add, now)
    return Reported(len(add), len(remove), premium - refund)


def _each(policy: InsurancePolicy, on: date) -> Money:
    """What one person costs who is insured from that day."""
    return premium_for(terms_of(policy), on, policy.to_on).amount


def wrong_day(policy: InsurancePolicy, on: date, today: date) -> Conflict | Invalid | None:
    """Why nothing can be reported for this day; None when it can. Nobody is insured for days that have passed."""
    if policy.state is not PolicyState.CONFIRMED:
        return Conflict(reason("insurance.enrolment.not_confirmed"))
    if today > policy.to_on:
        return Conflict(reason("insurance.enrolment.ended", on=policy.to_on))
    first = max(policy.from_on, today)
    if not first <= on <= policy.to_on:
        return Invalid({"on": [reason("insurance.enrolment.day", from_on=first, to_on=policy.to_on)]})
    return None


def first_day(policy: InsurancePolicy, today: date) -> date:
    """The day that a report is for when nobody says another: today, or the policy's first."""
    return max(policy.from_on, today)


def _add(
    session: Session,
    actor: Actor,
    policy: InsurancePolicy,
    on: date,
    add: Sequence[tuple[int, int | None]],
    now: datetime,
) -> None:
    each = _each(policy, on)
    kind = BatchKind.ADDITIONS if count_batches(session, actor, policy) else BatchKind.OPENING
    batch = _batch(session, actor, policy, kind, on, len(add), each * len(add), now)
    number = highest_number(session, actor, policy)
    rows = (
        {
            "public_id": new_public_id(),
            "policy_id": policy.id,
            "patient_id": patient,
            "guardian_person_id": guardian,
            "number": number + place,
            "from_on": on,
            "premium_fen": each.fen,
            "added_batch_id": batch.id,
        }
        for place, (patient, guardian) in enumerate(add, start=1)
    )
    stored = known = 0
    for some in slices(rows):
        insert_rows(session, Enrolment, some)
        stored += len(some)
        if stored >= 2 * known:  # the guard against a second enrolment looks into the table for each row
            take_stock(session, Enrolment)
            known = stored


def _remove(
    session: Session,
    actor: Actor,
    policy: InsurancePolicy,
    on: date,
    remove: Sequence[ToRemove],
    refund: Money,
    now: datetime,
) -> None:
    batch = _batch(session, actor, policy, BatchKind.REMOVALS, on, len(remove), -refund, now)
    for one in remove:  # each with days and money of its own; a month's removals are few
        session.execute(
            update(Enrolment)
            .where(Enrolment.id == one.enrolment_id)
            .values(
                to_on=one.to_on,
                end_reason=one.ending.why,
                premium_fen=one.earned.amount.fen,
                removed_batch_id=batch.id,
            )
        )


def _batch(
    session: Session,
    actor: Actor,
    policy: InsurancePolicy,
    kind: BatchKind,
    on: date,
    count: int,
    premium: Money,
    now: datetime,
) -> EnrolmentBatch:
    batch = EnrolmentBatch(
        policy_id=policy.id,
        number=count_batches(session, actor, policy) + 1,
        kind=kind,
        effective_on=on,
        count=count,
        premium_fen=premium.fen,
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(batch)
    session.flush()
    note(
        session,
        actor,
        f"insurance.batch_{kind}",
        now=now,
        subject=("insurance_policy", policy.public_id),
        area_code=policy.county_code,
        count=count,
        detail={"batch": batch.number, "premium_fen": premium.fen, "on": on.isoformat()},
    )
    return batch
