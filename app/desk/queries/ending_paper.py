"""What the printed form of a lost or dead patient says (失访/死亡登记表, domain 3.5), from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import reason
from app.guardians.queries import list_guardians
from app.guardians.queries.page import GuardianCard
from app.patients.models import Patient, PatientSpan
from app.patients.queries import header_of
from app.patients.queries.page import PatientHeader
from app.patients.rules import ManagementStatus, RegistryStatus, SpanKind
from app.people.models import Person
from app.people.service import PROOF
from app.people.vault import Vault
from app.visits.models import VisitAttempt
from app.visits.queries import list_attempts, list_visits
from app.visits.rules.attempts import AttemptOutcome, AttemptWay, is_contact

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class EndingPaper:
    """`lost` is the latest span of being lost; `lost_reason` the code of the visit form, where a visit said it."""

    patient: PatientHeader
    person: Person
    guards: Sequence[GuardianCard]
    lost: PatientSpan | None
    lost_reason: int | None
    confirmed_by: str | None
    attempts: Sequence[tuple[VisitAttempt, str]]
    evidence_number: str


def is_printable(patient: Patient) -> bool:
    """Whether somebody is lost or dead, so that the form is due."""
    return patient.registry_status is RegistryStatus.DEAD or patient.management_status is ManagementStatus.LOST


def _tries(newest_first: Sequence[VisitAttempt], lost_on: date) -> list[VisitAttempt]:
    """The tries that the loss rests on, in their order: one a day, as the rule counts them, up to the day of the loss."""
    by_day: dict[date, VisitAttempt] = {}
    for one in newest_first:
        if is_contact(AttemptOutcome(one.outcome), AttemptWay(one.way)):
            break
        if one.attempted_on <= lost_on and one.way != AttemptWay.TOLD:
            by_day.setdefault(one.attempted_on, one)
    return [by_day[day] for day in sorted(by_day)[-ATTEMPTS:]]


def open_ending_paper(session: Session, vault: Vault, actor: Actor, patient: Patient, today: date) -> EndingPaper:
    """Raises `Conflict` for who is neither lost nor dead."""
    if not is_printable(patient):
        raise Conflict(reason("desk.ending_paper.not_due"))
    person = session.get_one(Person, patient.person_id)
    lost = _lost(session, patient)
    attempts = _tries(list_attempts(session, actor, patient), lost.from_on) if lost else []
    staff: set[int | None] = {one.recorded_by for one in attempts}
    names = _names(session, staff | ({lost.recorded_by} if lost else set()))
    reasons = [one.lost_reason for one in list_visits(session, actor, patient) if one.lost_reason]
    return EndingPaper(
        patient=header_of(session, actor, vault, patient, today),
        person=person,
        guards=list_guardians(session, actor, vault, patient),
        lost=lost,
        lost_reason=(reasons[0] if reasons else 4) if lost else None,
        confirmed_by=names.get(lost.recorded_by or 0) if lost else None,
        attempts=[(one, names.get(one.recorded_by, "")) for one in attempts],
        evidence_number=vault.open(person.id, PROOF, person.death_evidence_number_sealed) or "",
    )


def _lost(session: Session, patient: Patient) -> PatientSpan | None:
    """The span that is open, or that the death ended."""
    found = session.scalars(
        select(PatientSpan)
        .where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.withdrawn_at.is_(None),
        )
        .order_by(PatientSpan.from_on.desc(), PatientSpan.id.desc())
        .limit(1)
    ).first()
    return found if found is not None and found.value == ManagementStatus.LOST.value else None


def _names(session: Session, ids: set[int | None]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_([one for one in ids if one])))
    return {row.id: row.display_name for row in rows}
