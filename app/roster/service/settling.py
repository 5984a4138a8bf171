"""A person's word on what a comparison found, and what becomes of it after its term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.reasons import reason
from app.roster.models import NationalComparison, NationalFinding
from app.roster.queries_national import count_findings, key_of, theirs_of
from app.roster.queries_registered import health_centres, list_ours
from app.roster.rules.national import COMPARED, OF_PATIENTS, TO_SETTLE, Decision, FindingKind
from app.roster.rules.national_compare import Ours
from app.roster.service.findings import Found, nobody, record_of, take_over
from app.roster.service.national import KEPT, confirmed, is_owed, note_comparison

# what a row turns out to be by an answer; its place in the export and its cells stay
_OF_ANSWER = (
    "kind", "patient_id", "area_code", "differs", "why", "same_as", "decision", "decided_at", "decided_by", "said_before", "said_before_at",
)  # fmt: skip


def decide(
    session: Session,
    actor: Actor,
    comparison: NationalComparison,
    findings: Sequence[NationalFinding],
    decision: Decision,
    now: datetime,
) -> int:
    """Say what becomes of findings; how many were told anew. The same word twice changes nothing."""
    require(actor, Action.COMPARE_NATIONAL)
    _require_kept(comparison)
    if any(one.kind not in TO_SETTLE for one in findings):
        raise Conflict(reason("roster.national.nothing_to_settle"))
    changed = [one for one in findings if one.decision is not decision]
    for one in changed:
        one.decision, one.decided_at, one.decided_by = decision, now, actor.user_id
    if changed:
        note_comparison(
            session, actor, "roster.national_settled", comparison, len(changed), now, decision=decision.value
        )
    return len(changed)


def answer_possible(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    comparison: NationalComparison,
    finding: NationalFinding,
    is_same: bool,
    now: datetime,
) -> FindingKind:
    """A person says whether a row is about the patient of that name and birth date; what it turns out to be then. Of two who answer at one
    moment, of one row or of two about one patient, the second reads what the first has said."""
    require(actor, Action.COMPARE_NATIONAL)
    session.refresh(comparison, with_for_update=True)
    session.refresh(finding)
    _require_kept(comparison)
    if finding.kind is not FindingKind.POSSIBLE or finding.patient_id is None:
        raise Conflict(reason("roster.national.answered"))
    key = key_of(session, keyring, actor, comparison)
    row, patient_id = theirs_of(key, finding), finding.patient_id
    ours = list_ours(session, actor, [patient_id], comparison.as_of).get(patient_id)
    if row is None or ours is None:
        raise Conflict(reason("roster.national.patient_gone"))
    others, county = _others_of(session, comparison, finding), comparison.county_code
    if is_same and any(one.kind in COMPARED for one in others):
        raise Conflict(reason("roster.national.named_twice"))
    found = (
        confirmed(row, ours, health_centres(session, county, names_of(session, [county])[county]))
        if is_same
        else nobody(row, patient_id)
    )
    said, *gone = [record_of(keyring, key, county, one) for one in (found, *_left(ours, others, is_same))]
    take_over(session, county, [said, *gone])
    insert_rows(session, NationalFinding, [one.values | {"comparison_id": comparison.id} for one in gone])
    for name in _OF_ANSWER:
        setattr(finding, name, said.values[name])
    note_comparison(session, actor, "roster.national_answered", comparison, 1, now, same=is_same)
    return found.kind


def _left(ours: Ours, others: Sequence[NationalFinding], is_same: bool) -> list[Found]:
    """Whom no row names once this one is not theirs."""
    is_left = not is_same and not others and is_owed(ours)
    return [Found(FindingKind.MISSING_THERE, None, ours, ours.id)] if is_left else []


def _others_of(session: Session, comparison: NationalComparison, finding: NationalFinding) -> Sequence[NationalFinding]:
    """What else stands of the same patient: another possible row, or a comparison."""
    return session.scalars(
        select(NationalFinding).where(
            NationalFinding.comparison_id == comparison.id,
            NationalFinding.patient_id == finding.patient_id,
            NationalFinding.id != finding.id,
            NationalFinding.kind.in_((*OF_PATIENTS, FindingKind.POSSIBLE)),
        )
    ).all()


def _require_kept(comparison: NationalComparison) -> None:
    if comparison.forgotten_at is not None:
        raise Conflict(reason("roster.national.forgotten"))


def note_opened(
    session: Session, actor: Actor, comparison: NationalComparison, what: str, count: int, now: datetime
) -> None:
    """Who looked at which list, and how many stand on it."""
    note_comparison(session, actor, "roster.national_opened", comparison, max(count, 1), now, list=what)


def note_exported(session: Session, actor: Actor, comparison: NationalComparison, count: int, now: datetime) -> None:
    """The list for correction there names people and leaves the house."""
    note_comparison(session, actor, "roster.national_exported", comparison, max(count, 1), now)


def forget_comparisons(session: Session, now: datetime) -> int:
    """After their term the findings go, and only how many there were stays; for a daily job. How many comparisons went."""
    old = select(NationalComparison).where(
        NationalComparison.compared_at <= now - KEPT, NationalComparison.forgotten_at.is_(None)
    )
    gone = session.scalars(old.order_by(NationalComparison.id).with_for_update()).all()
    for comparison in gone:
        comparison.counts = {kind.value: count for kind, count in count_findings(session, comparison).kinds.items()}
        comparison.forgotten_at = now
        session.flush()
        session.execute(
            delete(NationalFinding).where(NationalFinding.comparison_id == comparison.id),
            execution_options={"synchronize_session": False},
        )
    return len(gone)
