"""Whether what was paid too much is followed: each case recomputed from its own snapshot, and no day after a known death without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.models import Recovery, RecoveryEvent, SubsidyLine, SubsidyRun
from app.subsidies.rules.corrections import Paid
from app.subsidies.rules.decision import LineFacts, LineState, decide_line
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep


def verify_late(session: Session, run: SubsidyRun) -> Iterator[Reason]:
    """Of a run that went to the bank."""
    received = (
        select(func.coalesce(func.sum(RecoveryEvent.amount_fen), 0))
        .where(RecoveryEvent.recovery_id == Recovery.id, RecoveryEvent.step == RecoveryStep.RECEIVED)
        .scalar_subquery()
    )
    cases = session.execute(
        select(Recovery, received)
        .join(SubsidyLine, SubsidyLine.id == Recovery.line_id)
        .where(SubsidyLine.run_id == run.id)
    )
    for case, came_back in cases:
        is_whole = (case.received_fen == case.amount_fen) is (case.state is RecoveryState.REPAID)
        if case.received_fen != came_back or not is_whole or _recomputed(case) != case.amount_fen:
            yield reason("subsidies.verify.case", case=case.public_id)
    for public_id in _after_death(session, run):
        yield reason("subsidies.verify.after_death", line=public_id)


def _recomputed(case: Recovery) -> int:
    frozen = case.snapshot
    terms, corrects = PolicyTerms.from_json(frozen["policy"]["terms"]), frozen["corrects"]
    decision = decide_line(LineFacts.from_json(frozen["facts"]), terms, corrects["rule_version"])
    return Paid.from_json(corrects["before"]).too_much(decision.amount).fen


def _after_death(session: Session, run: SubsidyRun) -> Iterator[str]:
    """Lines that paid a day after the patient's death, as it is known now, about which there is no case."""
    has_case = exists().where(Recovery.line_id == SubsidyLine.id, Recovery.state != RecoveryState.WITHDRAWN)
    rows = session.execute(
        select(SubsidyLine.public_id, SubsidyLine.snapshot, Person.died_on)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(
            SubsidyLine.run_id == run.id,
            SubsidyLine.decision == LineState.PAY,
            SubsidyLine.is_live,
            Person.died_on.is_not(None),
            ~has_case,
        )
    )
    for public_id, snapshot, died_on in rows:
        last = snapshot.get("last_paid_day")
        if last and died_on and died_on < date.fromisoformat(last):
            yield public_id
