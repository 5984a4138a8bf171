"""Phones that work offline, what they have sent, and what they are given to take along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within
from app.patients.models import Patient
from app.people.models import Person
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.models.devices import Device, DeviceSubmission
from app.visits.queries import StoredForm
from app.visits.rules.states import SubmissionState
from app.visits.rules.sync import WAITING, StandingVisit


@dataclass(frozen=True)
class OwnedDevice:
    device: Device
    owner: str


@dataclass(frozen=True)
class WaitingForm:
    """A form from a phone that waits for a person, with whom it is about and who filled it in."""

    submission: DeviceSubmission
    patient: Patient
    person: Person
    writer: str


@dataclass(frozen=True)
class LastVisit:
    """The newest completed visit of a patient, and the newest of all by arrival: what a phone's form is based on."""

    form: StoredForm | None
    patient: Patient
    seen: str


# -- devices -----------------------------------------------------------------------------------------------------------


def get_own_device(session: Session, actor: Actor, public_id: str) -> Device:
    """A device of the actor's own; raises `NotFound`."""
    device = session.scalar(select(Device).where(Device.public_id == public_id, Device.user_id == actor.user_id))
    if device is None:
        raise NotFound()
    return device


def list_own_devices(session: Session, actor: Actor) -> list[Device]:
    wanted = select(Device).where(Device.user_id == actor.user_id).order_by(Device.id.desc())
    return list(session.scalars(wanted))


def get_device(session: Session, actor: Actor, public_id: str) -> Device:
    """A device of somebody in the actor's area, for whoever keeps devices; raises `NotFound`."""
    device = session.scalar(
        select(Device)
        .join(User, User.id == Device.user_id)
        .where(Device.public_id == public_id, within(User.area_code, actor))
    )
    if device is None:
        raise NotFound()
    return device


def list_devices(session: Session, actor: Actor) -> list[OwnedDevice]:
    """The devices of the actor's area that are not revoked; those with forms waiting longest first."""
    rows = session.execute(
        select(Device, User.display_name)
        .join(User, User.id == Device.user_id)
        .where(within(User.area_code, actor), Device.revoked_at.is_(None))
        .order_by(Device.unsent_since.is_(None), Device.unsent_since, Device.seen_at)
    )
    return [OwnedDevice(device, owner) for device, owner in rows]


# -- what phones have sent ---------------------------------------------------------------------------------------------


def find_sent_form(session: Session, key: str) -> DeviceSubmission | None:
    return session.scalar(select(DeviceSubmission).where(DeviceSubmission.submission_key == key))


def list_waiting(session: Session, actor: Actor) -> list[WaitingForm]:
    """Forms that wait for a decision of the actor, in the order in which they came."""
    return [WaitingForm(*row) for row in session.execute(_waiting(actor).order_by(DeviceSubmission.id))]


def count_waiting(session: Session, actor: Actor) -> int:
    return session.scalar(_waiting(actor).with_only_columns(func.count(), maintain_column_froms=True)) or 0


def get_waiting(session: Session, actor: Actor, public_id: str) -> WaitingForm:
    """One of them; raises `NotFound`, also for one that somebody has settled."""
    row = session.execute(_waiting(actor).where(DeviceSubmission.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return WaitingForm(*row)


def _waiting(actor: Actor):  # type: ignore[no-untyped-def]  # the type of four joined entities says nothing
    return (
        select(DeviceSubmission, Patient, Person, User.display_name)
        .join(Patient, Patient.id == DeviceSubmission.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(User, User.id == DeviceSubmission.user_id)
        .where(DeviceSubmission.state.in_(WAITING), within(Patient.area_code, actor), _is_for(actor))
    )


def _is_for(actor: Actor) -> ColumnElement[bool]:
    """Whoever filled it in decides, or the health centre's lead; of what a revoked phone sent, the lead alone."""
    is_own = DeviceSubmission.user_id == actor.user_id
    is_trusted = DeviceSubmission.state != SubmissionState.QUARANTINED
    return true() if actor.role is Role.HEALTH_LEAD else is_own & is_trusted


def list_standing_visits(session: Session, patient_id: int, device_id: int) -> list[StandingVisit]:
    """The visits of a patient whom a scoped query handed out, in the order of arrival."""
    rows = session.execute(
        select(FollowUpVisit.id, FollowUpVisit.visited_on, DeviceSubmission.device_id)
        .outerjoin(DeviceSubmission, DeviceSubmission.visit_id == FollowUpVisit.id)
        .where(FollowUpVisit.patient_id == patient_id, FollowUpVisit.withdrawn_at.is_(None))
        .order_by(FollowUpVisit.id)
    )
    return [StandingVisit(visit_id, visited_on, sent_by == device_id) for visit_id, visited_on, sent_by in rows]


def find_visit_id(session: Session, patient_id: int, public_id: str) -> int | None:
    """The row id of a visit of this patient; None for one of somebody else, or of nobody."""
    return session.scalar(
        select(FollowUpVisit.id).where(FollowUpVisit.public_id == public_id, FollowUpVisit.patient_id == patient_id)
    )


def list_forms(session: Session, actor: Actor, patient: Patient, ids: Sequence[int]) -> list[StoredForm]:
    """Visits of a patient by row id, also withdrawn ones, with their medicine lines."""
    visits = session.scalars(
        select(FollowUpVisit)
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(FollowUpVisit.id.in_(ids), FollowUpVisit.patient_id == patient.id, within(Patient.area_code, actor))
        .order_by(FollowUpVisit.id)
    ).all()
    return _with_lines(session, visits)


# -- what a phone takes along ------------------------------------------------------------------------------------------


def last_visits(session: Session, actor: Actor, public_ids: Sequence[str]) -> dict[str, LastVisit]:
    """For each of these patients of the actor what the next form is based on; four queries for all."""
    patients = session.scalars(
        select(Patient).where(Patient.public_id.in_(public_ids), within(Patient.area_code, actor))
    ).all()
    by_id = {patient.id: patient for patient in patients}
    newest: dict[int, tuple[int, str]] = {}
    completed: dict[int, int] = {}
    rows = session.execute(
        select(
            FollowUpVisit.id,
            FollowUpVisit.public_id,
            FollowUpVisit.patient_id,
            or_(FollowUpVisit.is_complete, FollowUpVisit.is_opening),
        )
        .where(FollowUpVisit.patient_id.in_(by_id), FollowUpVisit.withdrawn_at.is_(None))
        .order_by(FollowUpVisit.visited_on, FollowUpVisit.id)
    )
    for visit_id, public_id, patient_id, is_complete in rows:
        newest[patient_id] = max(newest.get(patient_id, (0, "")), (visit_id, public_id))
        if is_complete:
            completed[patient_id] = visit_id
    wanted = select(FollowUpVisit).where(FollowUpVisit.id.in_(completed.values()))
    forms = {form.visit.patient_id: form for form in _with_lines(session, session.scalars(wanted).all())}
    return {
        patient.public_id: LastVisit(forms.get(at), patient, newest.get(at, (0, ""))[1])
        for at, patient in by_id.items()
    }


def _with_lines(session: Session, visits: Sequence[FollowUpVisit]) -> list[StoredForm]:
    lines: dict[int, list[VisitMedicine]] = {visit.id: [] for visit in visits}
    for line in session.scalars(select(VisitMedicine).where(VisitMedicine.visit_id.in_(lines))):
        lines[line.visit_id].append(line)
    return [StoredForm(visit, tuple(lines[visit.id])) for visit in visits]
