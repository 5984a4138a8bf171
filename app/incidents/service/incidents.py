"""Incidents: told in a minute, looked at by the county's group, completed, closed when everything is decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import is_within
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.names import check_name
from app.core.reasons import Reason, reason
from app.incidents.commands.incidents import AddHarm, ConfirmIncident, DismissIncident, FillIncident, ReportIncident
from app.incidents.models import Incident, IncidentHarm
from app.incidents.queries.incidents import get_harm, list_undecided
from app.incidents.rules.emergencies import PersonCategory
from app.incidents.rules.incidents import REPORTER_OF, IncidentState, Reporter
from app.patients.models import Patient, PatientSpan
from app.patients.queries import get_patient
from app.patients.rules import UNKNOWN_NAME, ManagementStatus, SpanKind
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_person
from app.people.vault import Vault

TEXTS = ("place", "what", "trigger", "police_case")
_OPEN = frozenset({IncidentState.REPORTED, IncidentState.CONFIRMED})


# -- reporting ---------------------------------------------------------------------------------------------------------


def report_incident(session: Session, vault: Vault, actor: Actor, command: ReportIncident, now: datetime) -> Incident:
    """A new record; one that arrives twice, also at once, is the one that stands.

    Raises `Invalid` by field: nothing said, a time in the future or after a death, a place outside the actor's area.
    """
    require(actor, Action.REPORT_INCIDENTS)
    return store_incident(session, vault, actor, command, command.reporter or REPORTER_OF[actor.role], now)


def store_incident(
    session: Session, vault: Vault, actor: Actor, command: ReportIncident, reporter: Reporter, now: datetime
) -> Incident:
    """The same for use cases that have asked already who may: a crisis call that is handed over."""
    stored = _find_mine(session, actor, command.submission_key)
    if stored is not None:
        return stored
    patient = get_patient(session, actor, command.patient) if command.patient else None
    _refuse_report(session, actor, command, patient, now)
    try:
        with session.begin_nested():
            return _store(session, vault, actor, command, patient, reporter, now)
    except IntegrityError:
        stored = _find_mine(session, actor, command.submission_key)
        if stored is None:
            raise
        return stored


def _find_mine(session: Session, actor: Actor, submission_key: str) -> Incident | None:
    mine = select(Incident).where(Incident.submission_key == submission_key, Incident.reported_by == actor.user_id)
    return session.scalars(mine).one_or_none()


def _refuse_report(
    session: Session, actor: Actor, command: ReportIncident, patient: Patient | None, now: datetime
) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.happened_at > now:
        errors["happened_at"] = [reason("incidents.in_future")]
    if not command.what:
        errors["what"] = [reason("incidents.report.say_what")]
    if patient is not None:
        died_on = session.get_one(Person, patient.person_id).died_on
        if died_on is not None and business_day(command.happened_at) > died_on:
            errors["happened_at"] = [reason("incidents.after_death", on=died_on)]
    else:
        if command.name and (wrong := check_name(command.name).errors):
            errors["name"] = list(wrong)
        if session.get(Area, command.area_code) is None or not is_within(command.area_code, actor.area_prefix):
            errors["area_code"] = [reason("patients.area_outside")]
    if errors:
        raise Invalid(errors)


def _store(
    session: Session,
    vault: Vault,
    actor: Actor,
    command: ReportIncident,
    patient: Patient | None,
    reporter: Reporter,
    now: datetime,
) -> Incident:
    person_id = (
        patient.person_id
        if patient
        else create_person(session, vault, PersonDraft(command.name or UNKNOWN_NAME, command.sex), now).id
    )
    incident = Incident(
        submission_key=command.submission_key,
        kind=command.kind,
        person_id=person_id,
        area_code=patient.area_code if patient else command.area_code,
        category=PersonCategory.UNKNOWN,
        happened_at=command.happened_at,
        happened_on=business_day(command.happened_at),
        place_sealed=vault.seal(person_id, "incidents.place", command.place),
        what_sealed=vault.seal(person_id, "incidents.what", command.what),
        reporter=reporter,
        reported_at=now,
        reported_by=actor.user_id,
        agency_id=actor.agency_id,
        has_sought_help=command.has_sought_help,
    )
    _tie(session, incident, patient)
    session.add(incident)
    session.flush()
    _note(session, actor, "incidents.incident_reported", incident, now)
    return incident


def _tie(session: Session, incident: Incident, patient: Patient | None) -> None:
    """Whose incident it is, and how that person stood with us on the day."""
    incident.patient_id = patient.id if patient else None
    if patient is None:
        return
    since = _managed_since(session, patient, incident.happened_on)
    incident.area_code, incident.was_managed, incident.managed_since = patient.area_code, since is not None, since
    is_registered = patient.registered_on is not None and patient.registered_on <= incident.happened_on
    unmanaged = PersonCategory.NOT_MANAGED if is_registered else PersonCategory.NOT_REGISTERED
    incident.category = PersonCategory.MANAGED if since else unmanaged


def _managed_since(session: Session, patient: Patient, day: date) -> date | None:
    span = PatientSpan
    return session.scalar(
        select(span.from_on).where(
            span.patient_id == patient.id,
            span.what == SpanKind.MANAGEMENT,
            span.value == ManagementStatus.MANAGED,
            span.from_on <= day,
            span.to_on.is_(None) | (span.to_on > day),
            span.withdrawn_at.is_(None),
        )
    )


# -- settling ----------------------------------------------------------------------------------------------------------


def confirm_incident(
    session: Session, actor: Actor, incident: Incident, command: ConfirmIncident, now: datetime
) -> None:
    """The group has looked at it: what kind it is and, if it is known, whose. Also takes back a dismissal."""
    require(actor, Action.SETTLE_INCIDENTS)
    _refuse_stale(incident, command.version)
    if incident.state is IncidentState.CLOSED:
        raise Conflict(reason("incidents.incident.closed"))
    if command.patient:
        _tie(session, incident, get_patient(session, actor, command.patient))
    elif incident.patient_id is None:
        incident.category = PersonCategory.NOT_REGISTERED
    incident.kind, incident.state, incident.dismissal = command.kind, IncidentState.CONFIRMED, None
    incident.checked_at, incident.checked_by = now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.incident_confirmed", incident, now)


def dismiss_incident(
    session: Session, actor: Actor, incident: Incident, command: DismissIncident, now: datetime
) -> None:
    """It was no incident, told twice or somebody else's: it stays readable and counts for nothing."""
    require(actor, Action.SETTLE_INCIDENTS)
    _refuse_stale(incident, command.version)
    if incident.state not in _OPEN:
        raise Conflict(reason("incidents.incident.closed"))
    incident.state, incident.dismissal = IncidentState.DISMISSED, command.why
    incident.checked_at, incident.checked_by = now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.incident_dismissed", incident, now, {"why": command.why.value})


def close_incident(session: Session, actor: Actor, incident: Incident, version: int, now: datetime) -> None:
    """Everything that it put before people is decided. Raises `Conflict` naming what is not."""
    require(actor, Action.SETTLE_INCIDENTS)
    _refuse_stale(incident, version)
    if incident.state is not IncidentState.CONFIRMED:
        raise Conflict(reason("incidents.incident.confirm_first"))
    if list_undecided(session, incident):
        raise Conflict(reason("incidents.incident.undecided"))
    incident.state, incident.closed_at, incident.closed_by = IncidentState.CLOSED, now, actor.user_id
    session.flush()
    _note(session, actor, "incidents.incident_closed", incident, now)


def reopen_incident(session: Session, actor: Actor, incident: Incident, version: int, now: datetime) -> None:
    """Something new is known of a closed one."""
    require(actor, Action.SETTLE_INCIDENTS)
    _refuse_stale(incident, version)
    if incident.state is not IncidentState.CLOSED:
        raise Conflict(reason("incidents.incident.not_closed"))
    incident.state, incident.closed_at, incident.closed_by = IncidentState.CONFIRMED, None, None
    session.flush()
    _note(session, actor, "incidents.incident_reopened", incident, now)


# -- completing --------------------------------------------------------------------------------------------------------


def fill_incident(
    session: Session, vault: Vault, actor: Actor, incident: Incident, command: FillIncident, now: datetime
) -> None:
    """Store what is known so far. Raises `Conflict` for one that is closed or dismissed, `StaleVersion`."""
    require(actor, Action.KEEP_INCIDENTS)
    _refuse_stale(incident, command.version)
    _refuse_ended(incident)
    for name in TEXTS:
        place = f"incidents.{name}"
        setattr(incident, f"{name}_sealed", vault.seal(incident.person_id, place, getattr(command, name)))
    incident.loss_fen = command.loss.fen if command.loss is not None else None
    incident.whereabouts, incident.insurance = command.whereabouts, command.insurance
    incident.has_sought_help = command.has_sought_help
    session.flush()
    _note(session, actor, "incidents.incident_filled", incident, now)


def add_harm(
    session: Session, vault: Vault, actor: Actor, incident: Incident, command: AddHarm, now: datetime
) -> IncidentHarm:
    """Somebody who was hurt; one that arrives twice is the one that stands."""
    require(actor, Action.KEEP_INCIDENTS)
    stored = session.scalar(
        select(IncidentHarm).where(
            IncidentHarm.submission_key == command.submission_key, IncidentHarm.incident_id == incident.id
        )
    )
    if stored is not None:
        return stored
    _refuse_ended(incident)
    harm = IncidentHarm(
        submission_key=command.submission_key,
        incident_id=incident.id,
        victim=command.victim,
        harm=command.harm,
        name_sealed=vault.seal(incident.person_id, "incident_harms.name", command.name),
        phone_sealed=vault.seal(incident.person_id, "incident_harms.phone", command.phone),
        medical_fen=command.medical.fen if command.medical is not None else None,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(harm)
    session.flush()
    _note(session, actor, "incidents.harm_recorded", incident, now)
    return harm


def withdraw_harm(session: Session, actor: Actor, incident: Incident, public_id: str, now: datetime) -> None:
    """Written down by mistake: it stays readable in the database and is shown no more."""
    require(actor, Action.KEEP_INCIDENTS)
    _refuse_ended(incident)
    harm = get_harm(session, actor, incident, public_id)
    if harm.withdrawn_at is None:
        harm.withdrawn_at, harm.withdrawn_by = now, actor.user_id
        session.flush()
        _note(session, actor, "incidents.harm_withdrawn", incident, now)


def _refuse_stale(incident: Incident, version: int) -> None:
    if version != incident.version:
        raise StaleVersion()


def _refuse_ended(incident: Incident) -> None:
    if incident.state not in _OPEN:
        raise Conflict(reason("incidents.incident.closed"))


def _note(
    session: Session,
    actor: Actor,
    action: str,
    incident: Incident,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    subject = ("incident", incident.public_id)
    note(session, actor, action, now=now, subject=subject, area_code=incident.area_code, detail=detail)
