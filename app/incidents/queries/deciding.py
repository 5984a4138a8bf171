"""What an incident puts before people: what is known, what the rules propose, what was decided, who may sit in the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Agency
from app.areas.queries import full_name
from app.areas.rules import county_of, prefix_of
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.period import Period
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.scope import within_prefix
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.incidents.models import FindingMember, Incident, IncidentFinding, IncidentHarm
from app.incidents.queries.incidents import has_agreement, name_for
from app.incidents.rules.incidents import (
    AT_FAULT,
    DECIDED_BY,
    GROUP_ROLES,
    PAYS,
    Known,
    Matter,
    Proposal,
    matters_of,
    propose,
)
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault

WORDS = "incident_findings.reason"
MOST_GROUP = 40


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision that stands or stood. `words` for roles that read incidents whole."""

    number: int
    outcome: str
    because: Sequence[Reason]
    words: str | None = field(repr=False)
    decided_on: date = date.min
    by: str = ""
    members: tuple[str, ...] = ()
    is_standing: bool = True


@dataclass(frozen=True, slots=True)
class Effect:
    """One matter on the page: what the rules propose, what people decided, whether the reader may, how the thing itself stands now."""

    matter: Matter
    proposal: Proposal
    decided: Decided | None
    earlier: Sequence[Decided]
    is_mine: bool
    now: Reason | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """What a reader may know of an incident's effects: the name as their role has it, and no more of the incident than a matter needs."""

    incident: Incident
    # the patient's public id, for links to what the decisions change
    patient: str | None
    name: str
    village: str
    quarter: Period
    guardians: Sequence[str]
    effects: Sequence[Effect]


def known_of(session: Session, incident: Incident, patient: Patient) -> Known:
    """What the proposals are made from, as it stands now."""
    fault = find_findings(session, incident).get(Matter.FAULT)
    harms = session.scalars(
        select(IncidentHarm.harm).where(IncidentHarm.incident_id == incident.id, IncidentHarm.withdrawn_at.is_(None))
    )
    return Known(
        kind=incident.kind,
        happened_on=incident.happened_on,
        level=patient.risk_level,
        next_due_on=patient.next_due_on,
        fault=None if fault is None else fault.outcome == AT_FAULT,
        sought_help=incident.has_sought_help,
        harms=tuple(harms),
    )


def find_findings(session: Session, incident: Incident) -> dict[Matter, IncidentFinding]:
    """matter → the decision that stands."""
    own = select(IncidentFinding).where(IncidentFinding.incident_id == incident.id).order_by(IncidentFinding.number)
    return {one.matter: one for one in session.scalars(own)}


def effects_of(session: Session, actor: Actor, vault: Vault, incident: Incident) -> Effects:
    """Everything that follows, for whoever reads incidents; only their own matters for whoever pays (roles.md: yes or no)."""
    patient = session.get(Patient, incident.patient_id) if incident.patient_id else None
    wanted = matters_of(incident.kind, patient is not None, has_agreement(session, incident))
    if sees(actor, Field.INCIDENTS) is not Grant.FULL:
        require(actor, Action.DECIDE_ON_INCIDENTS)
        wanted = tuple(matter for matter in wanted if actor.role in DECIDED_BY[matter])
    elif sees(actor, Field.RISK_LEVEL) is not Grant.FULL:
        wanted = tuple(matter for matter in wanted if matter is not Matter.LEVEL)
    decided = _decided(session, actor, vault, incident)
    person = session.get_one(Person, incident.person_id)
    return Effects(
        incident,
        patient.public_id if patient else None,
        name_for(actor, incident, person.name),
        full_name(session, incident.area_code),
        Quarter.of(incident.happened_on),
        _guardian_names(session, incident),
        [
            _effect(session, actor, incident, patient, matter, decided.get(matter, []))
            for matter in wanted
            if patient is not None
        ],
    )


def guardians_since(session: Session, incident: Incident) -> set[int]:
    """Persons who guard the patient, or have since it happened, in either rank."""
    if incident.patient_id is None:
        return set()
    return set(session.scalars(_guardianships(incident).with_only_columns(Guardianship.person_id)))


def group_members(session: Session, actor: Actor, incident: Incident) -> Sequence[tuple[User, Agency | None]]:
    """Accounts of the county's offices that may sit in the group: never the reader's own, never a guardian's."""
    county = prefix_of(county_of(incident.area_code))
    own = guardians_since(session, incident)
    rows = session.execute(
        select(User, Agency)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(
            within_prefix(User.area_code, county),
            User.role.in_(GROUP_ROLES),
            ~User.is_disabled,
            User.id != actor.user_id,
            or_(User.person_id.is_(None), User.person_id.not_in(own)),
        )
        .order_by(User.area_code, User.role, User.id)
        .limit(MOST_GROUP)
    )
    return [(user, agency) for user, agency in rows if user.area_code in _path(incident.area_code)]


def _path(area_code: str) -> set[str]:
    """The county, the town and the village: who sits elsewhere has no part."""
    return {area_code, area_code[:9] + "000", county_of(area_code)}


def _guardianships(incident: Incident) -> Select[Guardianship]:
    return select(Guardianship).where(
        Guardianship.patient_id == incident.patient_id,
        Guardianship.withdrawn_at.is_(None),
        or_(Guardianship.to_on.is_(None), Guardianship.to_on > incident.happened_on),
    )


def _guardian_names(session: Session, incident: Incident) -> list[str]:
    """The first guardian, whom a decision is about."""
    if incident.patient_id is None:
        return []
    wanted = _guardianships(incident).where(Guardianship.rank == Rank.FIRST)
    rows = session.execute(
        wanted.join(Person, Person.id == Guardianship.person_id)
        .with_only_columns(Person.name)
        .order_by(Guardianship.id)
    )
    return list(rows.scalars())


def _effect(
    session: Session, actor: Actor, incident: Incident, patient: Patient, matter: Matter, decided: Sequence[Decided]
) -> Effect:
    known = known_of(session, incident, patient)
    is_void = matter is Matter.QUARTER and bool(decided) and decided[-1].outcome != PAYS and known.fault is False
    return Effect(
        matter,
        propose(matter, known),
        decided[-1] if decided else None,
        decided[:-1],
        actor.role in DECIDED_BY[matter],
        reason("incidents.now.no_fault") if is_void else _now(session, patient, matter),
    )


def _now(session: Session, patient: Patient, matter: Matter) -> Reason | None:
    """How the thing itself stands; the money says so on its own page."""
    if matter is Matter.LEVEL and patient.risk_level is not None:
        return reason("incidents.now.level", level=patient.risk_level)
    if matter is Matter.VISITS and patient.next_due_on is not None:
        return reason("incidents.now.visit", on=patient.next_due_on)
    if matter is Matter.AGREEMENT:
        own = select(Agreement).where(Agreement.patient_id == patient.id, Agreement.withdrawn_at.is_(None))
        last = session.scalars(own.order_by(Agreement.from_on.desc()).limit(1)).first()
        if last is not None and last.ended_on is not None:
            return reason("incidents.now.agreement_ended", on=last.ended_on)
        return None if last is None else reason("incidents.now.agreement", to=last.to_on)
    return None


def _decided(session: Session, actor: Actor, vault: Vault, incident: Incident) -> dict[Matter, list[Decided]]:
    reads = sees(actor, Field.INCIDENTS) is Grant.FULL
    rows = session.execute(
        select(IncidentFinding, User.display_name)
        .join(User, User.id == IncidentFinding.by)
        .where(IncidentFinding.incident_id == incident.id)
        .order_by(IncidentFinding.number)
    ).all()
    members: dict[int, list[str]] = {}
    seated = select(FindingMember).where(FindingMember.finding_id.in_([one.id for one, _by in rows]))
    for one in session.scalars(seated.order_by(FindingMember.id)):
        members.setdefault(one.finding_id, []).append(f"{one.unit} {one.name}".strip())
    found: dict[Matter, list[Decided]] = {}
    for finding, by in rows:
        words = vault.open(incident.person_id, WORDS, finding.reason_sealed) if reads else None
        because = [Reason.from_json(one) for one in finding.because]
        found.setdefault(finding.matter, []).append(
            Decided(finding.number, finding.outcome, because, words, finding.decided_on, by, tuple(members.get(finding.id, ())))
        )  # fmt: skip
    return found
