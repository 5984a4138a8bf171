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
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.people.service import PROOF
from app.people.vault import Vault
from app.visits.models import VisitAttempt
from app.visits.queries import list_attempts, list_visits
from app.visits.queries_losses import LossSheet, find_sheet
from app.visits.rules.attempts import AttemptOutcome, AttemptWay, is_contact
from app.visits.rules.form import LostReason

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class EndingPaper:
    """`lost` is the last time of being lost, None for who never was; `lost_reason` its code as written down, or as a visit said."""

    patient: PatientHeader
    person: Person
    guards: Sequence[GuardianCard]
    lost: LossSheet | None
    found_on: date | None
    lost_reason: int | None
    confirmed_by: str | None
    attempts: Sequence[tuple[VisitAttempt, str]]
    evidence_number: str


def is_printable(patient: Patient, lost: PatientSpan | None) -> bool:
    """Whether somebody is dead, or is or was lost, so that the form says something."""
    return patient.registry_status is RegistryStatus.DEAD or lost is not None


def _tries(newest_first: Sequence[VisitAttempt], lost_on: date) -> list[VisitAttempt]:
    """The tries that the loss rests on, in their order: one a day, as the rule counts them, up to the day of the loss."""
    by_day: dict[date, VisitAttempt] = {}
    for one in (tried for tried in newest_first if tried.attempted_on <= lost_on):
        if is_contact(AttemptOutcome(one.outcome), AttemptWay(one.way)):
            break
        if one.way != AttemptWay.TOLD:
            by_day.setdefault(one.attempted_on, one)
    return [by_day[day] for day in sorted(by_day)[-ATTEMPTS:]]


def open_ending_paper(session: Session, vault: Vault, actor: Actor, patient: Patient, today: date) -> EndingPaper:
    """Raises `Conflict` for who is not dead and was never lost."""
    lost = find_sheet(session, vault, actor, patient)
    if not is_printable(patient, lost.span if lost else None):
        raise Conflict(reason("desk.ending_paper.not_due"))
    person = session.get_one(Person, patient.person_id)
    attempts = _tries(list_attempts(session, actor, patient), lost.span.from_on) if lost else []
    staff: set[int | None] = {one.recorded_by for one in attempts}
    names = _names(session, staff | ({lost.span.recorded_by} if lost else set()))
    reasons = [one.lost_reason for one in list_visits(session, actor, patient) if one.lost_reason]
    return EndingPaper(
        patient=header_of(session, actor, vault, patient, today),
        person=person,
        guards=list_guardians(session, actor, vault, patient),
        lost=lost,
        found_on=_found_on(lost.span, person) if lost else None,
        lost_reason=_reason(lost, reasons) if lost else None,
        confirmed_by=names.get(lost.span.recorded_by or 0) if lost else None,
        attempts=[(one, names.get(one.recorded_by, "")) for one in attempts],
        evidence_number=vault.open(person.id, PROOF, person.death_evidence_number_sealed) or "",
    )


def _reason(lost: LossSheet, said: Sequence[int]) -> int:
    """As written down, else as the last visit said, else that three attempts reached nobody."""
    return (lost.loss.reason if lost.loss else None) or next(iter(said), LostReason.NOT_REACHED_THREE_TIMES)


def _found_on(span: PatientSpan, person: Person) -> date | None:
    """The day on which being lost ended, unless death ended it."""
    ended_by_death = person.died_on is not None and span.to_on is not None and span.to_on >= person.died_on
    return None if ended_by_death else span.to_on


def _names(session: Session, ids: set[int | None]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_([one for one in ids if one])))
    return {row.id: row.display_name for row in rows}
