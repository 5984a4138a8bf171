"""What people decided about the money of an incident, beside lines that were frozen before."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.reasons import Reason
from app.incidents.models import Incident, IncidentFinding
from app.incidents.rules.incidents import Matter
from app.patients.queries.merges import merges
from app.subsidies.models import LineKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.incidents import incident_facts
from app.subsidies.rules.decision import LineFacts, LineState, stopped_by_people
from app.subsidies.rules.policy import PolicyTerms


def stopped_lines(session: Session, run: SubsidyRun) -> list[tuple[SubsidyLine, Reason]]:
    """Lines of the run to be paid against a decision that stands, with the decision: it came after they were frozen."""
    paid = select(SubsidyLine).where(
        SubsidyLine.run_id == run.id,
        SubsidyLine.decision == LineState.PAY,
        SubsidyLine.is_live,
        SubsidyLine.patient_id.in_(_ruled(session)),
    )
    lines = session.scalars(paid.order_by(SubsidyLine.id)).all()
    return [(line, said[0]) for line in lines if (said := ruled_against(session, line))]


def ruled_against(session: Session, line: SubsidyLine) -> list[Reason]:
    """The decisions, as they stand now, by which the line's period is not paid. A correction speaks of a period that was."""
    if line.kind is LineKind.CORRECTION:
        return []
    facts = LineFacts.from_json(line.snapshot["facts"])
    known = incident_facts(session, [line.patient_id], facts.quarter).get(line.patient_id, ())
    terms = PolicyTerms.from_json(line.snapshot["policy"]["terms"])
    return list(stopped_by_people(replace(facts, incidents=known), terms))


def _ruled(session: Session) -> list[int]:
    """Everybody about whose money something was decided, under each of their records; few."""
    decided = select(Incident.patient_id).join(IncidentFinding, IncidentFinding.incident_id == Incident.id)
    rows = session.scalars(decided.where(IncidentFinding.matter == Matter.QUARTER).distinct())
    return sorted(merges(session).asked_of([one for one in rows if one is not None]))
