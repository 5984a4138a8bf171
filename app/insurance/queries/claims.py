"""Claims of the actor's county with their clocks, and what the policies have paid already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.benefits.queries.standing import name_for
from app.core.access import Action, may, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.documents.models import Document
from app.documents.rules import DocumentKind, DocumentSubject
from app.insurance.models import Claim, ClaimEvent, ClaimPaper, InsurancePolicy
from app.insurance.queries.enrolment import guardian_for
from app.insurance.rules.claims import (
    OPEN_STATES,
    SCANS,
    ClaimPaperKind,
    ClaimState,
    papers_missing,
    papers_needed,
)
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One line of the list; `is_overdue`: the insurer's last day has passed. `missing`: papers that are still to come."""

    claim: Claim
    policy: InsurancePolicy
    name: str | None
    guardian: str | None
    village: str
    is_overdue: bool
    missing: Sequence[ClaimPaperKind]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper of the checklist. It is there when its scan stands, or when the file was complete with it; a scan may be taken down since."""

    kind: ClaimPaperKind
    received_on: date | None
    has_scan: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    event: ClaimEvent
    because: Reason | None
    by: str


@dataclass(frozen=True, slots=True)
class ClaimSheet:
    """A claim with everything its page and its file's cover say."""

    row: ClaimRow
    patient: Patient
    # what was found of cover and time when it was reported
    found: Sequence[Reason]
    papers: Sequence[PaperRow]
    steps: Sequence[StepRow]

    @property
    def missing(self) -> list[ClaimPaperKind]:
        return [one.kind for one in self.papers if one.received_on is None]


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    open: int
    overdue: int


_Guardian = aliased(Person)


def _in_area(actor: Actor) -> ColumnElement[bool]:
    return within(Patient.area_code, actor)


def get_claim(session: Session, actor: Actor, public_id: str) -> Claim:
    return _one(session, actor, public_id, lock=False)


def lock_claim(session: Session, actor: Actor, public_id: str) -> Claim:
    """As stored now, nobody else's until the transaction ends."""
    return _one(session, actor, public_id, lock=True)


def _one(session: Session, actor: Actor, public_id: str, *, lock: bool) -> Claim:
    require(actor, Action.SEE_INSURED)
    wanted = _reached(actor, public_id)
    if lock:
        wanted = wanted.with_for_update(of=Claim).execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _reached(actor: Actor, public_id: str) -> Select[Claim]:
    return (
        select(Claim).join(Patient, Patient.id == Claim.patient_id).where(Claim.public_id == public_id, _in_area(actor))
    )


def get_claim_of_papers(session: Session, actor: Actor, public_id: str) -> tuple[Claim, Patient]:
    """The claim whose scans are asked for: for whoever handles claims, and for the office that may open what they may not.
    Raises `NotFound`."""
    claim = session.scalars(_reached(actor, public_id)).one_or_none() if may(actor, Action.SEE_CLAIM_PAPERS) else None
    if claim is None:
        raise NotFound()
    return claim, session.get_one(Patient, claim.patient_id)


def find_sent_claim(session: Session, actor: Actor, submission_key: str) -> Claim | None:
    return session.scalars(
        select(Claim).where(Claim.submission_key == submission_key, Claim.recorded_by == actor.user_id)
    ).one_or_none()


def count_of_year(session: Session, actor: Actor, prefix: str) -> int:
    """How many claims bear a number that begins so."""
    require(actor, Action.SEE_INSURANCE)
    return session.scalar(select(func.count()).where(Claim.number.startswith(prefix, autoescape=True))) or 0


def list_claims(
    session: Session,
    actor: Actor,
    today: date,
    *,
    only_open: bool = False,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[ClaimRow]:
    """The newest first."""
    require(actor, Action.SEE_INSURED)
    wanted = _rows(actor).order_by(Claim.id.desc()).limit(size + 1)
    if only_open:
        wanted = wanted.where(Claim.state.in_(OPEN_STATES))
    after = decode_cursor(cursor, 1)
    if after is not None and type(after[0]) is int:
        wanted = wanted.where(Claim.id < after[0])
    page = page_of(session.execute(wanted).all(), size, lambda row: (row[0].id,))
    villages = full_names(session, {row.area_code for row in page.rows})
    there = _papers_there(session, [row[0] for row in page.rows])
    return Page([_as_row(actor, row, villages, there, today) for row in page.rows], page.next_cursor)


def _papers_there(session: Session, claims: Sequence[Claim]) -> dict[int, dict[ClaimPaperKind, PaperRow]]:
    """claim (id) → papers of its checklist that are there: those that the complete file held, and those of which a scan stands."""
    numbers = {one.public_id: one.id for one in claims}
    kept = session.execute(
        select(Document.subject_id, Document.kind, func.min(Document.recorded_at))
        .where(
            Document.subject_kind == DocumentSubject.CLAIM,
            Document.subject_id.in_(numbers),
            Document.withdrawn_at.is_(None),
        )
        .group_by(Document.subject_id, Document.kind)
    )
    scanned = {(numbers[public_id], kind): business_day(at) for public_id, kind, at in kept}
    found: dict[int, dict[ClaimPaperKind, PaperRow]] = {one.id: {} for one in claims}
    for (claim_id, scan), day in scanned.items():
        if scan in _PAPER_OF:
            kind = _PAPER_OF[scan]
            found[claim_id][kind] = PaperRow(kind, day, has_scan=True)
    ticked = select(ClaimPaper.claim_id, ClaimPaper.kind, ClaimPaper.received_on)
    for claim_id, kind, day in session.execute(ticked.where(ClaimPaper.claim_id.in_(numbers.values()))):
        found[claim_id][kind] = PaperRow(kind, day, has_scan=(claim_id, SCANS[kind]) in scanned)
    return found


_PAPER_OF: dict[DocumentKind, ClaimPaperKind] = {scan: kind for kind, scan in SCANS.items()}


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Claim, InsurancePolicy, Patient.area_code, Person.name, _Guardian.name.label("guardian"))
        .join(InsurancePolicy, InsurancePolicy.id == Claim.policy_id)
        .join(Patient, Patient.id == Claim.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .outerjoin(_Guardian, _Guardian.id == Claim.guardian_person_id)
        .where(_in_area(actor))
    )


def _as_row(
    actor: Actor, row: Any, villages: dict[str, str], there: dict[int, dict[ClaimPaperKind, PaperRow]], today: date
) -> ClaimRow:
    claim, policy, area_code, name, guardian = row
    is_overdue = claim.state is ClaimState.PAPERS_COMPLETE and claim.settle_by is not None and claim.settle_by < today
    is_waiting = claim.state is ClaimState.REPORTED
    return ClaimRow(
        claim,
        policy,
        name_for(actor, name),
        guardian_for(actor, guardian),
        villages[area_code],
        is_overdue,
        papers_missing(policy.kind, claim.harm, there[claim.id]) if is_waiting else (),
    )


def sheet_of(session: Session, actor: Actor, claim: Claim, today: date) -> ClaimSheet:
    row = session.execute(_rows(actor).where(Claim.id == claim.id)).one()
    villages = full_names(session, {row.area_code})
    there = _papers_there(session, [claim])
    shown = _as_row(actor, row, villages, there, today)
    steps = session.execute(
        select(ClaimEvent, User.display_name)
        .join(User, User.id == ClaimEvent.by)
        .where(ClaimEvent.claim_id == claim.id)
        .order_by(ClaimEvent.id)
    )
    return ClaimSheet(
        shown,
        session.get_one(Patient, claim.patient_id),
        [Reason.from_json(one) for one in claim.because],
        [
            there[claim.id].get(kind, PaperRow(kind, None, has_scan=False))
            for kind in papers_needed(shown.policy.kind, claim.harm)
        ],
        [StepRow(event, Reason.from_json(event.because) if event.because else None, by) for event, by in steps],
    )


def papers_there(session: Session, actor: Actor, claim: Claim) -> dict[ClaimPaperKind, PaperRow]:
    """Papers of a claim that was handed out."""
    require(actor, Action.SEE_INSURED)
    return _papers_there(session, [claim])[claim.id]


def list_claims_of(session: Session, actor: Actor, patient: Patient) -> list[tuple[str, str]]:
    """(public id, number) of the patient's claims, the newest first, for whoever may see that they have papers."""
    require(actor, Action.SEE_CLAIM_PAPERS)
    rows = session.execute(
        select(Claim.public_id, Claim.number)
        .join(Patient, Patient.id == Claim.patient_id)
        .where(Claim.patient_id.in_(records_of(session, patient.id)), _in_area(actor))
        .order_by(Claim.id.desc())
    )
    return [(public_id, number) for public_id, number in rows]


def count_claims(session: Session, actor: Actor, today: date) -> ClaimCounts:
    require(actor, Action.SEE_INSURANCE)
    counted = (claims_counted(actor, today), claims_counted(actor, today, overdue=True))
    return ClaimCounts(*session.execute(select(*(one.scalar_subquery() for one in counted))).one())


def claims_counted(actor: Actor, today: date, *, overdue: bool = False) -> Select[int]:
    """How many claims of the actor's area are open, or of these are not answered though the insurer's days are over."""
    late = (Claim.state == ClaimState.PAPERS_COMPLETE, Claim.settle_by < today) if overdue else ()
    return (
        select(func.count(Claim.id))
        .join(Patient, Patient.id == Claim.patient_id)
        .where(Claim.state.in_(OPEN_STATES), _in_area(actor), *late)
    )
