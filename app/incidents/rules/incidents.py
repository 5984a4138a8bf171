"""Incidents: their kinds and codes, what follows from one, and whose each decision is (domain 3.4, 5.3, 9 cases 31, 32, 35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.actor import Role
from app.core.reasons import Reason, reason

OWN_REPORT_HOURS = 24  # how long a village or a police station reads its own report (roles.md)
RECORDED_WITHIN = timedelta(days=92)  # a visit tells of the time since the last one (domain 2.1)
LEVEL_OF_HARM = 4  # against people, or continuing (domain 2.1)
VISIT_WITHIN = timedelta(days=14)
MEMBERS_AT_LEAST = 2  # of different people, who decide on a guardian together


class IncidentKind(StrEnum):
    MINOR = "minor"  # 轻度滋事
    PUBLIC_ORDER = "public_order"  # 肇事
    CRIMINAL = "criminal"  # 肇祸


class Reporter(StrEnum):
    FAMILY = "family"  # through somebody of the staff
    VILLAGE = "village"
    POLICE = "police"
    DOCTOR = "doctor"
    TOWN = "town"
    HOSPITAL = "hospital"
    CALL = "call"  # taken over from a crisis call


class IncidentState(StrEnum):
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Dismissal(StrEnum):
    DOUBLE = "double"  # told twice
    OTHER_PERSON = "other_person"
    NO_INCIDENT = "no_incident"


class Whereabouts(StrEnum):
    HOME = "home"
    HOSPITAL = "hospital"
    POLICE = "police"
    CUSTODY = "custody"
    RELATIVES = "relatives"
    UNKNOWN = "unknown"


class Insurance(StrEnum):
    NOT_INSURED = "not_insured"
    NOT_ASKED = "not_asked"  # insured, nothing asked for yet
    ASKED = "asked"
    PAID = "paid"
    UNKNOWN = "unknown"


class Victim(StrEnum):
    FAMILY = "family"
    THIRD = "third"  # a neighbour, a passer-by
    STAFF = "staff"  # on duty there
    SELF = "self"


class Harm(StrEnum):
    SLIGHT = "slight"
    SERIOUS = "serious"
    DEATH = "death"
    PROPERTY = "property"


class Matter(StrEnum):
    """What an incident puts before people."""

    LEVEL = "level"
    VISITS = "visits"
    FAULT = "guardian_at_fault"
    AGREEMENT = "agreement"
    QUARTER = "quarter"


AT_FAULT, NOT_AT_FAULT = "at_fault", "not_at_fault"
REPLACES, PAYS = "replace", "pay"

OUTCOMES: dict[Matter, tuple[str, ...]] = {
    Matter.LEVEL: ("kept", "rated"),
    Matter.VISITS: ("kept", "sooner"),
    Matter.FAULT: (NOT_AT_FAULT, AT_FAULT),
    Matter.AGREEMENT: ("kept", "talk", REPLACES),
    Matter.QUARTER: (PAYS, "stop", "stop_year"),
}
# Risk is the clinicians', visits the doctor's, the guardian's duty the coordinator's with the group, the agreement the town's or the
# clerk's, the money the clerk's or the reviewer's.
DECIDED_BY: dict[Matter, frozenset[Role]] = {
    Matter.LEVEL: frozenset({Role.DOCTOR, Role.HEALTH_LEAD, Role.COUNTY_OFFICE}),
    Matter.VISITS: frozenset({Role.DOCTOR, Role.HEALTH_LEAD}),
    Matter.FAULT: frozenset({Role.COORDINATOR}),
    Matter.AGREEMENT: frozenset({Role.TOWN, Role.CLERK}),
    Matter.QUARTER: frozenset({Role.CLERK, Role.REVIEWER}),
}
# on these no guardian of the patient has a word
GUARDIANS_OWN = frozenset({Matter.FAULT, Matter.AGREEMENT, Matter.QUARTER})
# what waits until people have said whether the guardian was at fault
AFTER_FAULT = frozenset({Matter.AGREEMENT, Matter.QUARTER})
# who may sit in the group that decides on a guardian
GROUP_ROLES = frozenset(
    {Role.COORDINATOR, Role.COUNTY_OFFICE, Role.POLICE, Role.TOWN, Role.CLERK, Role.HEALTH_LEAD, Role.DOCTOR}
)

REPORTER_OF: dict[Role, Reporter] = {
    Role.VILLAGE_WORKER: Reporter.VILLAGE,
    Role.POLICE: Reporter.POLICE,
    Role.DOCTOR: Reporter.DOCTOR,
    Role.TOWN: Reporter.TOWN,
    Role.HOSPITAL: Reporter.HOSPITAL,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would follow for one matter, and why; a person decides. `outcome` None: nothing can be proposed yet."""

    matter: Matter
    outcome: str | None
    because: tuple[Reason, ...]


def is_offence(kind: IncidentKind) -> bool:
    """轻度滋事 alone has no effect on the money (domain 5.3)."""
    return kind is not IncidentKind.MINOR


def matters_of(kind: IncidentKind, is_patient: bool, has_agreement: bool) -> tuple[Matter, ...]:
    """What is to be decided: nothing about somebody unknown, nothing about a guardian's money for a minor disturbance."""
    if not is_patient:
        return ()
    if not is_offence(kind):
        return (Matter.LEVEL, Matter.VISITS)
    return tuple(Matter) if has_agreement else (Matter.LEVEL, Matter.VISITS, Matter.FAULT)


@dataclass(frozen=True, slots=True)
class Known:
    """What the proposals are made from."""

    kind: IncidentKind
    happened_on: date
    level: int | None
    next_due_on: date | None
    fault: bool | None
    sought_help: bool | None
    harms: tuple[Harm, ...] = ()


def propose(matter: Matter, known: Known) -> Proposal:
    """The effect as the rules would have it. The guardian's fault is never proposed: it is people's alone (domain 3.4)."""
    if matter is Matter.LEVEL:
        return _propose_level(known)
    if matter is Matter.VISITS:
        return _propose_visit(known)
    if matter is Matter.FAULT:
        return Proposal(matter, None, (reason("incidents.effect.fault"), reason(_HELP[known.sought_help])))
    return _propose_after_fault(matter, known.fault)


_HELP = {
    True: "incidents.effect.sought_help",
    False: "incidents.effect.no_help",
    None: "incidents.effect.help_unknown",
}


def _propose_level(known: Known) -> Proposal:
    hurt = any(harm is not Harm.PROPERTY for harm in known.harms)
    is_lower = known.level is None or known.level < LEVEL_OF_HARM
    if (hurt or known.kind is IncidentKind.CRIMINAL) and is_lower:
        code = "incidents.effect.level_people" if hurt else "incidents.effect.level_criminal"
        return Proposal(Matter.LEVEL, "rated", (reason(code, level=LEVEL_OF_HARM),))
    return Proposal(Matter.LEVEL, "kept", (reason("incidents.effect.level_kept"),))


def _propose_visit(known: Known) -> Proposal:
    by = known.happened_on + VISIT_WITHIN
    if known.next_due_on is not None and known.next_due_on <= by:
        return Proposal(Matter.VISITS, "kept", (reason("incidents.effect.visit_soon", on=known.next_due_on),))
    return Proposal(Matter.VISITS, "sooner", (reason("incidents.effect.visit", by=by),))


def _propose_after_fault(matter: Matter, fault: bool | None) -> Proposal:
    if fault is None:
        return Proposal(matter, None, (reason("incidents.effect.waits_fault"),))
    if not fault:
        return Proposal(matter, OUTCOMES[matter][0], (reason("incidents.effect.no_fault"),))
    if matter is Matter.AGREEMENT:
        return Proposal(matter, "talk", (reason("incidents.effect.agreement_talk"),))
    return Proposal(matter, "stop", (reason("incidents.effect.quarter_stop"),))


def may_read_own(reported_hours: float) -> bool:
    """A village or a police station reads what it reported for a day; afterwards it is told the state."""
    return reported_hours < OWN_REPORT_HOURS


def unexplained(counted: int, visited_on: date, happened_on: Sequence[date]) -> int:
    """How many of a visit's incidents no record stands for yet: those of its kind in the time that the visit tells of."""
    records = sum(visited_on - RECORDED_WITHIN <= day <= visited_on for day in happened_on)
    return max(counted - records, 0)
