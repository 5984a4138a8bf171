"""Whether what was paid too much is followed: each case recomputed from its own snapshot, and no day after a known death without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.reasons import Reason, reason
from app.patients.models import Patient
from app.people.models import Person
from app.subsidies.models import Recovery, RecoveryEvent, SubsidyLine, SubsidyRun
from app.subsidies.queries.past import Place, place_of
from app.subsidies.rules.corrections import Paid, learned_deaths
from app.subsidies.rules.decision import LineFacts, LineState, decide_line
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep

_Payee = aliased(Person)


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
    for one, came_back in cases:
        is_whole = (one.received_fen == one.amount_fen) is (one.state is RecoveryState.REPAID)
        if one.received_fen != came_back or not is_whole or _recomputed(one) != one.amount_fen:
            yield reason("subsidies.verify.case", case=one.public_id)
    for public_id in _after_death(session, run):
        yield reason("subsidies.verify.after_death", line=public_id)


def _recomputed(one: Recovery) -> int:
    frozen = one.snapshot
    terms, corrects = PolicyTerms.from_json(frozen["policy"]["terms"]), frozen["corrects"]
    decision = decide_line(LineFacts.from_json(frozen["facts"]), terms, corrects["rule_version"])
    return Paid.from_json(corrects["before"]).too_much(decision.amount).fen


def _after_death(session: Session, run: SubsidyRun) -> Iterator[str]:
    """Lines that paid a day after the death of the patient or of the payee, as it is known now, without a case that knows it. The case of
    a correction may stand on the payment that it corrects: one guardian's payments of a period are one place.
    """
    rows = session.execute(
        select(SubsidyLine, Person.died_on, case((_is_late(run), _Payee.died_on)))
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(_Payee, _Payee.id == SubsidyLine.payee_person_id)
        .where(
            SubsidyLine.run_id == run.id,
            SubsidyLine.decision == LineState.PAY,
            SubsidyLine.is_live,
            or_(Person.died_on.is_not(None), _is_late(run)),
        )
    )
    found = [
        (line, min(filter(None, deaths))) for line, *deaths in rows if _pays_beyond(line, run.rule_version, *deaths)
    ]
    known = _deaths_in_cases(session, [line for line, _died_on in found])
    for line, died_on in found:  # a case that was found with an earlier day asks for as much at least
        if not any(then <= died_on for then in known[place_of(line)]):
            yield line.public_id


def _is_late(run: SubsidyRun) -> ColumnElement[bool]:
    """The payee's death was recorded after the line was frozen; one that was known held it."""
    return _Payee.death_recorded_at >= run.prepared_at


def _pays_beyond(line: SubsidyLine, version: str, patient_died_on: date | None, payee_died_on: date | None) -> bool:
    """Whether a counted day lies after a death, so that less was due."""
    first, last = min(filter(None, (patient_died_on, payee_died_on))), line.snapshot.get("last_paid_day")
    if not last or first >= date.fromisoformat(last):
        return False
    terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
    version = line.snapshot.get("corrects", {}).get("rule_version", version)
    facts = LineFacts.from_json(line.snapshot["facts"])
    later = learned_deaths(facts, patient_died_on, payee_died_on)
    return decide_line(later, terms, version).amount < decide_line(facts, terms, version).amount


def _deaths_in_cases(session: Session, lines: Sequence[SubsidyLine]) -> dict[Place, list[date]]:
    """The deaths that the cases of each line's place were found with."""
    known: defaultdict[Place, list[date]] = defaultdict(list)
    if not lines:
        return known
    rows = session.execute(
        select(SubsidyLine, Recovery.snapshot)
        .join(Recovery, Recovery.line_id == SubsidyLine.id)
        .where(
            Recovery.state != RecoveryState.WITHDRAWN,
            SubsidyLine.agreement_id.in_(sorted({line.agreement_id for line in lines})),
            SubsidyLine.period.in_(sorted({line.period for line in lines})),
        )
    )
    for line, snapshot in rows:
        facts = LineFacts.from_json(snapshot["facts"])
        known[place_of(line)] += filter(None, (facts.days.died_on, facts.payee_died_on))
    return known
