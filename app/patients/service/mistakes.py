"""A consent paper that was written down by mistake: it stays readable and holds no more; the one before it holds again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import app.patients.texts_watch  # noqa: F401  # registers the sentences
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.dates import parse_date
from app.core.errors import Conflict, NotFound
from app.core.reasons import Reason, reason
from app.core.workdays import Deadline
from app.patients.models import Consent, Patient, PatientSpan
from app.patients.queries.mistakes import numbered_papers
from app.patients.rules import LEGAL_MANAGEMENT_MOVES, ConsentKind, ManagementStatus, Mistake, SpanKind
from app.patients.rules_watch import RHYTHMS, Watch
from app.patients.service.follow_ups import visits_follow
from app.patients.service.spans import find_open, keep
from app.patients.service.states import find_consent
from app.patients.service.watching import ask

_MOVED_BY_PAPER = frozenset({"patients.because.consented", "patients.because.refused", "patients.because.withdrew"})


def mark_consent_wrong(
    session: Session,
    actor: Actor,
    patient: Patient,
    kind: ConsentKind,
    number: int,
    mistake: Mistake,
    today: date,
    now: datetime,
) -> Consent:
    """The `number`-th paper of its kind, counted from 1 in the order in which they were written down, mistakes included.

    Raises `NotFound`, and `Conflict` for one that is marked already. The management status goes back with the paper where
    the register allows that move; a managed patient who is left without consent is asked for one.
    """
    require(actor, Action.KEEP_REGISTER)
    papers = dict(numbered_papers(session, patient, kind))
    paper = papers.get(number)
    if paper is None:
        raise NotFound
    if paper.withdrawn_at is not None:
        raise Conflict(reason("patients.consent.marked_already"))
    held = paper.to_on is None
    paper.withdrawn_at, paper.withdrawn_by, paper.mistake = now, actor.user_id, mistake.value
    session.flush()
    _give_back(session, list(papers.values()), paper)
    if held and kind is ConsentKind.COMMUNITY_MANAGEMENT:
        _manage_as_before(session, actor, patient, paper, today, now)
    note(
        session,
        actor,
        "patients.consent_withdrawn",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"paper": kind.value, "mistake": mistake.value},
        changed={"signed_on": paper.from_on.isoformat()},
    )
    session.flush()
    return paper


def _give_back(session: Session, papers: Sequence[Consent], paper: Consent) -> None:
    """The paper that this one had ended goes on for as long as this one was held to."""
    before = [one for one in papers if one.id < paper.id and one.withdrawn_at is None and one.to_on == paper.from_on]
    if before:
        before[-1].to_on = paper.to_on
    session.flush()


def _manage_as_before(
    session: Session, actor: Actor, patient: Patient, paper: Consent, today: date, now: datetime
) -> None:
    span = find_open(session, patient, SpanKind.MANAGEMENT)
    before = _span_before(session, patient, span) if span is not None else None
    if span is not None and before is not None and _was_moved_by(span, paper) and _may_go_back(span, before):
        with visits_follow(session, actor, patient, today, now):
            span.withdrawn_at, span.withdrawn_by = now, actor.user_id
            session.flush()
            before.to_on = None
            keep(patient, SpanKind.MANAGEMENT, before.value)
            patient.managed_from = _managed_from(session, patient)
            session.flush()
        return
    consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
    if patient.management_status is ManagementStatus.MANAGED and (consent is None or not consent.is_agreed):
        due = Deadline(RHYTHMS[Watch.CONSENT].first.after(today), provisional=False, reasons=())
        why = reason("patients.watch.paper_wrong", on=paper.from_on)
        ask(session, patient, Watch.CONSENT, due, paper.from_on, now, why)


def _span_before(session: Session, patient: Patient, span: PatientSpan) -> PatientSpan | None:
    return session.scalars(
        select(PatientSpan)
        .where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.to_on == span.from_on,
            PatientSpan.withdrawn_at.is_(None),
            PatientSpan.id != span.id,
        )
        .order_by(PatientSpan.id.desc())
        .limit(1)
    ).first()


def _was_moved_by(span: PatientSpan, paper: Consent) -> bool:
    why = Reason.from_json(span.reason) if span.reason else None
    return why is not None and why.code in _MOVED_BY_PAPER and parse_date(str(why.args["on"])) == paper.from_on


def _may_go_back(span: PatientSpan, before: PatientSpan) -> bool:
    return (ManagementStatus(span.value), ManagementStatus(before.value)) in LEGAL_MANAGEMENT_MOVES


def _managed_from(session: Session, patient: Patient) -> date | None:
    return session.scalar(
        select(func.min(PatientSpan.from_on)).where(
            PatientSpan.patient_id == patient.id,
            PatientSpan.what == SpanKind.MANAGEMENT,
            PatientSpan.value == ManagementStatus.MANAGED.value,
            PatientSpan.withdrawn_at.is_(None),
        )
    )
