"""What follows from an incident, decided by the people whose it is; whoever guards the patient has no part in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.audit.service import note
from app.core.actor import Actor, hand_of
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.guardians.rules.duty import REPLACED_FOR
from app.guardians.service.replacing import ask_for_replacement, take_question_back
from app.incidents.commands.incidents import Decide
from app.incidents.models import FindingMember, Incident, IncidentFinding
from app.incidents.queries.deciding import find_findings, group_members, guardians_since, known_of
from app.incidents.queries.incidents import has_agreement
from app.incidents.rules.incidents import (
    AFTER_FAULT,
    DECIDED_BY,
    GUARDIANS_OWN,
    MEMBERS_AT_LEAST,
    OUTCOMES,
    PAYS,
    REPLACES,
    VISIT_WITHIN,
    IncidentState,
    Matter,
    matters_of,
    propose,
)
from app.incidents.service.visits_due import come_by
from app.patients.models import Patient
from app.people.vault import Vault
from app.risk.models import LevelSource
from app.risk.service import note_level

WORDS = "incident_findings.reason"
REFUSED = {
    "guard_incident_findings_own": "incidents.decide.own",
    "guard_incident_finding_members_own": "incidents.decide.own",
    "uq_incident_findings_incident_id_matter_number": "incidents.decide.meanwhile",
    "incident_findings.incident_id, incident_findings.matter, incident_findings.number": "incidents.decide.meanwhile",
}


def decide(
    session: Session, vault: Vault, actor: Actor, incident: Incident, command: Decide, today: date, now: datetime
) -> IncidentFinding:
    """Store one decision; a later one corrects it. What the outcome moves at once (a level, a visit) moves with it.

    Raises `Forbidden` for a role that has no word here and for the patient's guardians, `Invalid` by field, `Conflict` before the
    incident is confirmed, before the guardian's fault is decided, and where somebody was quicker.
    """
    patient = _refuse_deciding(session, actor, incident, command)
    members = _members(session, actor, incident, command)
    known = known_of(session, incident, patient)
    _refuse_shape(command, today, known.fault)
    before = find_findings(session, incident).get(command.matter)
    if (before.number if before else 0) != command.after:
        raise Conflict(reason("incidents.decide.meanwhile"))
    because = propose(command.matter, known).because
    finding = IncidentFinding(
        incident_id=incident.id,
        matter=command.matter,
        number=command.after + 1,
        outcome=command.outcome,
        because=[why.to_json() for why in because],
        reason_sealed=vault.seal(incident.person_id, WORDS, command.words),
        decided_on=today,
        recorded_at=now,
        by=actor.user_id,
        role=actor.role,
        corrects_id=before.id if before else None,
    )
    with said_by(session, REFUSED):
        session.add(finding)
        session.flush()
        session.add_all(_seated(finding, members))
    _follow(session, actor, incident, patient, command, now)
    if command.matter is Matter.AGREEMENT:
        _follow_agreement(session, actor, incident, patient, finding, now)
    note(
        session,
        actor,
        "incidents.decided",
        now=now,
        subject=("incident", incident.public_id),
        area_code=incident.area_code,
        detail={"matter": command.matter.value, "number": finding.number},
        changed={"outcome": command.outcome},
    )
    return finding


def why_not(session: Session, actor: Actor, incident: Incident, matter: Matter) -> Reason | None:
    """Why this actor does not decide this matter; None when they may."""
    if actor.role not in DECIDED_BY[matter]:
        return reason("incidents.decide.not_yours")
    is_own = matter in GUARDIANS_OWN and actor.person_id in guardians_since(session, incident)
    return reason("incidents.decide.own") if is_own and actor.person_id is not None else None


def _refuse_deciding(session: Session, actor: Actor, incident: Incident, command: Decide) -> Patient:
    if refused := why_not(session, actor, incident, command.matter):
        raise Forbidden(refused)
    if incident.state is not IncidentState.CONFIRMED:
        raise Conflict(reason("incidents.incident.confirm_first"))
    wanted = matters_of(incident.kind, incident.patient_id is not None, has_agreement(session, incident))
    if command.matter not in wanted or incident.patient_id is None:
        raise Conflict(reason("incidents.decide.nothing"))
    patient = session.get_one(Patient, incident.patient_id)
    if command.matter in AFTER_FAULT and known_of(session, incident, patient).fault is None:
        raise Conflict(reason("incidents.effect.waits_fault"))
    return patient


def _refuse_shape(command: Decide, today: date, fault: bool | None) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.outcome not in OUTCOMES[command.matter]:
        errors["outcome"] = [reason("core.nothing_chosen")]
    elif command.matter is Matter.QUARTER and command.outcome != PAYS and not fault:
        errors["outcome"] = [reason("incidents.decide.no_fault")]
    if command.matter is Matter.FAULT and not command.words:
        errors["words"] = [reason("incidents.decide.say_why")]
    if command.outcome == "rated" and command.level is None:
        errors["level"] = [reason("incidents.decide.which_level")]
    if command.outcome == "sooner" and (
        command.visit_by is None or not today <= command.visit_by <= today + VISIT_WITHIN
    ):
        errors["visit_by"] = [reason("incidents.decide.which_day", last=today + VISIT_WITHIN)]
    if errors:
        raise Invalid(errors)


def _members(
    session: Session, actor: Actor, incident: Incident, command: Decide
) -> Sequence[tuple[User, Agency | None]]:
    """Who sat in the group besides the one who records it; only a guardian's fault needs one."""
    if command.matter is not Matter.FAULT:
        return ()
    offered = {user.public_id: (user, agency) for user, agency in group_members(session, actor, incident)}
    if set(command.members) - offered.keys():
        raise Invalid({"members": [reason("incidents.decide.not_in_group")]})
    chosen = [offered[one] for one in command.members]
    hands = {actor.hand, *(hand_of(user.id, user.person_id) for user, _agency in chosen)}
    if len(hands) < MEMBERS_AT_LEAST:
        raise Invalid({"members": [reason("incidents.decide.too_few", n=MEMBERS_AT_LEAST)]})
    return chosen


def _seated(finding: IncidentFinding, members: Sequence[tuple[User, Agency | None]]) -> list[FindingMember]:
    return [
        FindingMember(
            finding_id=finding.id, user_id=user.id, name=user.display_name, unit=agency.name if agency else ""
        )
        for user, agency in members
    ]


def _follow(
    session: Session, actor: Actor, incident: Incident, patient: Patient, command: Decide, now: datetime
) -> None:
    """What a decision moves in the rooms below at once. The money reads what was decided when its lines are drawn up."""
    if command.outcome == "rated" and command.level is not None:
        note_level(session, actor, patient, command.level, incident.happened_on, LevelSource.INCIDENT, incident.id, now)
    if command.outcome == "sooner" and command.visit_by is not None:
        because = [reason("incidents.visit_sooner", by=command.visit_by)]
        come_by(session, patient, command.visit_by, because, f"incident:{incident.id}", now)


def _follow_agreement(
    session: Session, actor: Actor, incident: Incident, patient: Patient, finding: IncidentFinding, now: datetime
) -> None:
    """Another guardian is to be found by whoever keeps agreements; a corrected decision takes that back."""
    period = f"{REPLACED_FOR}{incident.public_id}"
    if finding.outcome == REPLACES:
        because = [reason("guardians.replace.incident", on=finding.decided_on)]
        ask_for_replacement(session, patient, period, because, now)
    else:
        take_question_back(session, actor, patient, period, reason("guardians.replace.taken_back"), now)


def proposed_visit(incident: Incident, today: date) -> date:
    """Two weeks after it happened, and never a day that has passed."""
    return max(incident.happened_on + VISIT_WITHIN, today + timedelta(days=1))
