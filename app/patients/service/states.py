"""The three states and where somebody lives: legal moves, dated, with what follows for the visits that are owed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import responsible_agency
from app.areas.rules import is_within, town_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Label, Reason, reason
from app.core.refusals import said_by
from app.patients.labels import CARE_LABELS, MANAGEMENT_LABELS, REGISTRY_LABELS
from app.patients.models import Consent, Patient
from app.patients.rules import (
    LEGAL_MANAGEMENT_MOVES,
    LEGAL_REGISTRY_MOVES,
    CareSetting,
    ConsentKind,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
    management_at_start,
)
from app.patients.service.follow_ups import visits_follow
from app.patients.service.registering import GUARDS
from app.patients.service.reviving import revive
from app.patients.service.spans import clear, find_open, keep, write_span
from app.patients.service.team import TEAM_ENDS, end_team, team_follows
from app.patients.service.transferring import end_open_transfer
from app.people.queries import lock_people
from app.people.service import move_keys
from app.tasks.service import move_open_tasks

# Two people of the county office, each with a hand of their own (roles.md).
_TWO_HANDS = frozenset({RegistryStatus.EXCLUDED, RegistryStatus.MERGED})
IN_DOUBT = (RegistryStatus.SUSPECTED, RegistryStatus.UNDER_REVIEW)
# Registered by a psychiatrist's word only (`service.reviewing`): whoever was excluded comes back with a new diagnosis.
WAITS_FOR_DIAGNOSIS = (*IN_DOUBT, RegistryStatus.EXCLUDED)


def change_state(
    session: Session,
    actor: Actor,
    patient: Patient,
    what: SpanKind,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    second: Actor | None = None,
) -> None:
    """From `from_on` the state is `value`. Raises `Conflict` in words for an illegal move or a day before the present span.

    Admissions, deaths and consents have use cases of their own and are refused here. Excluding, merging and undoing a death
    need a `second` person of the county office.
    """
    refuse_before_present(session, patient, what, from_on)
    with visits_follow(session, actor, patient, from_on, now), said_by(session, GUARDS):
        _CHANGES[what](session, actor, patient, value, from_on, because, now, second)
    note(
        session,
        actor,
        "patients.state_changed",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"what": what.value},
        changed={"to": value, "from_on": from_on.isoformat()},  # no date or place of care is an auditor's to read
    )


def move_patient(
    session: Session, actor: Actor, patient: Patient, area_code: str, from_on: date, now: datetime
) -> None:
    """To another village of the actor's area; names, open tasks and the responsible institution follow."""
    change_state(session, actor, patient, SpanKind.AREA, area_code, from_on, None, now)


def find_consent(session: Session, patient: Patient, kind: ConsentKind) -> Consent | None:
    """The paper that holds, agreed or not."""
    return session.scalars(
        select(Consent).where(
            Consent.patient_id == patient.id,
            Consent.kind == kind,
            Consent.to_on.is_(None),
            Consent.withdrawn_at.is_(None),
        )
    ).one_or_none()


def set_management(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: ManagementStatus,
    from_on: date,
    now: datetime,
    because: Reason | None = None,
) -> None:
    """Write the span; the caller has decided that the move is right."""
    write_span(session, actor, patient, SpanKind.MANAGEMENT, value.value, from_on, now, because=because)
    if value is ManagementStatus.MANAGED and patient.managed_from is None:
        patient.managed_from = from_on


def set_registry(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: RegistryStatus,
    from_on: date,
    now: datetime,
    because: Reason | None = None,
) -> None:
    """Write the span; management and care hold only while registered."""
    is_entering = value is RegistryStatus.REGISTERED
    if not is_entering:
        end_open_transfer(session, actor, patient, now)
        for what in (SpanKind.MANAGEMENT, SpanKind.CARE):
            clear(session, actor, patient, what, from_on, now)
        with session.no_autoflush:
            keep(patient, SpanKind.MANAGEMENT, None)
            keep(patient, SpanKind.CARE, None)
            write_registry(session, actor, patient, value, from_on, now, because)
        if value in TEAM_ENDS:
            end_team(session, actor, patient, from_on, now)
        return
    lock_people(session, [patient.person_id])
    consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
    management = management_at_start(consent.is_agreed if consent else None)
    with session.no_autoflush:
        keep(patient, SpanKind.MANAGEMENT, management.value)
        keep(patient, SpanKind.CARE, CareSetting.HOME.value)
        write_registry(session, actor, patient, value, from_on, now, because)
    set_management(session, actor, patient, management, from_on, now)
    write_span(session, actor, patient, SpanKind.CARE, CareSetting.HOME.value, from_on, now)
    patient.registered_on = patient.registered_on or from_on


def write_registry(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: RegistryStatus,
    from_on: date,
    now: datetime,
    because: Reason | None,
) -> None:
    keep(patient, SpanKind.REGISTRY, value.value)
    write_span(session, actor, patient, SpanKind.REGISTRY, value.value, from_on, now, because=because)


def _change_registry(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    second: Actor | None,
) -> None:
    status = RegistryStatus(value)
    if status is RegistryStatus.DEAD:
        raise Conflict(reason("patients.state.death_by_record"))
    refuse_illegal(patient, status)
    if status is RegistryStatus.REGISTERED and patient.registry_status in WAITS_FOR_DIAGNOSIS:
        raise Conflict(reason("patients.review.diagnosis_first"))
    if status is RegistryStatus.REGISTERED and patient.registry_status is RegistryStatus.MERGED:
        raise Conflict(reason("patients.state.merged_by_undo"))
    if status in _TWO_HANDS or patient.registry_status is RegistryStatus.DEAD:
        _require_two_hands(actor, second)
    if patient.registry_status is RegistryStatus.DEAD and status is RegistryStatus.REGISTERED:
        revive(session, actor, patient, because, now)
        return
    set_registry(session, actor, patient, status, from_on, now, because)


def _change_management(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    _second: Actor | None,
) -> None:
    status, present = ManagementStatus(value), patient.management_status
    if present is None:
        raise Conflict(reason("patients.state.not_registered"))
    if (present, status) not in LEGAL_MANAGEMENT_MOVES:
        raise Conflict(_illegal(MANAGEMENT_LABELS[present], MANAGEMENT_LABELS[status]))
    if status is ManagementStatus.LOST:
        require(actor, Action.CONFIRM_LOST)
    if status is ManagementStatus.MANAGED:
        consent = find_consent(session, patient, ConsentKind.COMMUNITY_MANAGEMENT)
        if (consent is None or not consent.is_agreed) and not patient.is_opening:
            raise Conflict(reason("patients.consent_first"))
    set_management(session, actor, patient, status, from_on, now, because)


def _change_care(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    _second: Actor | None,
) -> None:
    setting, present = CareSetting(value), patient.care_setting
    if present is None:
        raise Conflict(reason("patients.state.not_registered"))
    if CareSetting.INPATIENT in (setting, present):
        raise Conflict(reason("patients.state.stay_by_record"))
    if setting is present:
        raise Conflict(_illegal(CARE_LABELS[present], CARE_LABELS[setting]))
    write_span(session, actor, patient, SpanKind.CARE, setting.value, from_on, now, because=because)


def _change_area(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    _second: Actor | None,
) -> None:
    if session.get(Area, value) is None or not is_within(value, actor.area_prefix):
        raise Invalid({"area_code": [reason("patients.area_outside")]})
    if patient.registry_status is RegistryStatus.REGISTERED and town_of(value) != town_of(patient.area_code):
        raise Invalid({"area_code": [reason("patients.area_by_transfer")]})
    old_area = patient.area_code
    write_span(session, actor, patient, SpanKind.AREA, value, from_on, now, because=because)
    agency = responsible_agency(session, value)
    if agency is not None and agency.id != patient.agency_id:
        write_span(session, actor, patient, SpanKind.AGENCY, str(agency.id), from_on, now, because=because)
    session.flush()
    move_keys(session, patient)
    move_open_tasks(session, patient)
    team_follows(session, actor, patient, old_area, value, from_on, now)


def _change_agency(
    session: Session,
    actor: Actor,
    patient: Patient,
    value: str,
    from_on: date,
    because: Reason | None,
    now: datetime,
    _second: Actor | None,
) -> None:
    write_span(session, actor, patient, SpanKind.AGENCY, value, from_on, now, because=because)
    session.flush()
    move_open_tasks(session, patient)


_CHANGES = {
    SpanKind.REGISTRY: _change_registry,
    SpanKind.MANAGEMENT: _change_management,
    SpanKind.CARE: _change_care,
    SpanKind.AREA: _change_area,
    SpanKind.AGENCY: _change_agency,
}


def refuse_illegal(patient: Patient, status: RegistryStatus) -> None:
    """Raises `Conflict` in words for a pair that domain 1.4 does not name; the database's guard refuses it too."""
    if (patient.registry_status, status) not in LEGAL_REGISTRY_MOVES:
        raise Conflict(_illegal(REGISTRY_LABELS[patient.registry_status], REGISTRY_LABELS[status]))


def refuse_before_present(session: Session, patient: Patient, what: SpanKind, from_on: date) -> None:
    """Raises `Conflict` for a day on which another state was recorded already."""
    present = find_open(session, patient, what)
    if present is not None and from_on < present.from_on:
        raise Conflict(reason("patients.state.before_present", on=present.from_on))


def _require_two_hands(actor: Actor, second: Actor | None) -> None:
    is_office = actor.role is Role.COUNTY_OFFICE and second is not None and second.role is Role.COUNTY_OFFICE
    if not is_office or second is None or second.hand == actor.hand:
        raise Forbidden(reason("patients.state.two_hands"))


def _illegal(before: str, after: str) -> Reason:
    return reason("patients.state.illegal", before=Label(before), after=Label(after))
