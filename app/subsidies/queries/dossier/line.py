"""One line in one look: what was decided and why, from which facts, by whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import AuditEvent, PrintedPaper
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.dates import parse_date
from app.core.identity import last4, mask_name
from app.core.reasons import Reason
from app.core.scope import within
from app.documents.models import Document
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.models import (
    CheckList,
    FundEntry,
    LineHold,
    PayFile,
    PayFileLine,
    Recovery,
    SharedAccount,
    SubsidyLine,
    SubsidyRun,
)
from app.subsidies.queries.dossier import care, money
from app.subsidies.queries.dossier.looked import Looked, looked_at
from app.subsidies.queries.lines import LineRow, get_line, knows_reasons, list_lines
from app.subsidies.queries.runs import SignedStep, list_steps
from app.subsidies.queries.watch.attempts import Attempt, list_attempts
from app.subsidies.queries.watch.flags import FlagRow, named
from app.subsidies.rules.checks import ListKind
from app.subsidies.rules.fund import FundSide
from app.subsidies.rules.grounds import read_grounds
from app.subsidies.rules.policy import PolicyTerms

MOST_EVENTS = 60


@dataclass(frozen=True)
class Month:
    first: date
    days: int
    eligible: int


@dataclass(frozen=True)
class Paper:
    """One kept picture that belongs to the line's records."""

    document: Document
    recorded_by: str


@dataclass(frozen=True)
class Dossier:
    """Everything behind one line. What the role may not know is empty, not hidden."""

    line: SubsidyLine
    run: SubsidyRun
    row: LineRow
    # masked; empty for who may not know
    patient: str
    patient_id_tail: str
    knows_care: bool
    # by month, and what was left out
    months: tuple[Month, ...]
    terms: PolicyTerms | None
    is_condition_met: bool
    meetings: int
    agreement: care.AgreementFile
    guardians: list[care.GuardianSpan]
    duty: list[care.DutySheet]
    looked: Looked
    accounts: list[money.AccountSpan]
    sharing: list[tuple[SharedAccount, str, str | None]]
    policy: money.Adopted | None
    lists: list[tuple[ListKind, CheckList | None]]
    steps: list[SignedStep]
    holds: list[tuple[LineHold, str]]
    decided_by: str | None
    ground: Reason | None
    sent: tuple[PayFile, PayFileLine] | None
    booked: list[tuple[FundEntry, FundSide, int, str | None]]
    linked: list[money.Linked]
    recoveries: list[Recovery]
    others: list[money.Other]
    flags: list[FlagRow]
    attempts: list[Attempt]
    papers: list[Paper]
    prints: list[tuple[PrintedPaper, str | None]]
    events: list[tuple[AuditEvent, str | None]]


def dossier_of(session: Session, vault: Vault, actor: Actor, public_id: str) -> Dossier:
    """The line within the actor's area; raises NotFound."""
    line, run = get_line(session, actor, public_id)
    [row] = list_lines(session, actor, run, line_id=line.id).rows
    knows_care, sees_flags = knows_reasons(actor), may(actor, Action.SEE_FLAGS)
    patient, id_tail = _patient(session, vault, actor, line)
    agreement = care.agreement_of(session, line)
    frozen = line.snapshot
    terms = frozen.get("policy", {}).get("terms")
    return Dossier(
        line=line,
        run=run,
        row=row,
        patient=patient,
        patient_id_tail=id_tail,
        knows_care=knows_care,
        months=_months(frozen) if knows_care else (),
        terms=PolicyTerms.from_json(terms) if terms else None,
        is_condition_met=care.is_condition_met(line.reasons),
        meetings=care.count_meetings(session, line) if knows_care else 0,
        agreement=agreement,
        guardians=care.guardians_of(session, line) if knows_care else [],
        duty=care.duty_sheets_of(session, line) if knows_care else [],
        looked=looked_at(session, actor, line, run) if knows_care else Looked(),
        accounts=money.accounts_of(session, vault, actor, line),
        sharing=money.sharing_of(session, line) if knows_care else [],
        policy=money.adopted(session, run),
        lists=money.lists_of(session, run),
        steps=list_steps(session, run),
        holds=money.holds_of(session, line) if knows_care else [],
        decided_by=session.scalar(select(User.display_name).where(User.id == line.decided_by)),
        ground=grounds.said() if knows_care and (grounds := read_grounds(line.decision_note)) else None,
        sent=money.sent_of(session, line),
        booked=money.booked_of(session, run),
        linked=money.linked_of(session, actor, line),
        recoveries=money.recoveries_of(session, actor, line),
        others=money.other_payments(session, actor, line),
        flags=named(session, actor, line=public_id) if sees_flags else [],
        attempts=list_attempts(session, actor, (public_id,)) if sees_flags else [],
        papers=_papers(session, actor, line) if may(actor, Action.SEE_DOCUMENTS) else [],
        prints=_prints(session, run),
        events=_events(session, line, agreement) if may(actor, Action.READ_AUDIT) else [],
    )


def _patient(session: Session, vault: Vault, actor: Actor, line: SubsidyLine) -> tuple[str, str]:
    """Masked name and the last four of the number, as the field table allows."""
    person = session.scalars(
        select(Person).join(Patient, Patient.person_id == Person.id).where(Patient.id == line.patient_id)
    ).one()
    is_named = sees(actor, Field.PATIENT_NAME) is Grant.MASKED
    has_tail = sees(actor, Field.PATIENT_ID_NUMBER) is Grant.LAST_FOUR
    number = vault.open(person.id, "people.id_number", person.id_number_sealed) if has_tail else None
    return mask_name(person.name) if is_named else "", last4(number) if number else ""


def _months(frozen: dict[str, Any]) -> tuple[Month, ...]:
    months = frozen.get("computation", {}).get("months", ())
    return tuple(Month(parse_date(one["month"]), one["days"], one["eligible"]) for one in months)


def _papers(session: Session, actor: Actor, line: SubsidyLine) -> list[Paper]:
    """Papers of the family, its agreements, applications, duty checks and accounts: that they are kept, not what they show; what another
    county keeps of them is its own."""
    rows = session.execute(
        select(Document, User.display_name)
        .join(User, User.id == Document.recorded_by)
        .where(Document.patient_id == line.patient_id, within(Document.area_code, actor))
        .order_by(Document.id.desc())
        .limit(MOST_EVENTS)
    )
    return [Paper(document, who) for document, who in rows]


def _prints(session: Session, run: SubsidyRun) -> list[tuple[PrintedPaper, str | None]]:
    rows = session.execute(
        select(PrintedPaper, User.display_name)
        .join(User, User.id == PrintedPaper.printed_by, isouter=True)
        .where(PrintedPaper.subject_kind == "subsidy_run", PrintedPaper.subject_id == run.public_id)
        .order_by(PrintedPaper.id.desc())
        .limit(MOST_EVENTS)
    )
    return [(one, who) for one, who in rows]


def _events(session: Session, line: SubsidyLine, file: care.AgreementFile) -> list[tuple[AuditEvent, str | None]]:
    """What was done to the line and its agreement, the newest first."""
    rows = session.execute(
        select(AuditEvent, User.display_name)
        .join(User, User.id == AuditEvent.actor_user_id, isouter=True)
        .where(AuditEvent.subject_id.in_((line.public_id, file.agreement.public_id)))
        .order_by(AuditEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    return [(event, who) for event, who in rows]
