"""A transfer is one object for both ends: proposed by the sender, answered by the receiver, withdrawable by both.

Until it is accepted the sender stays responsible for everything (domain 1.4; 9, cases 1 to 3). A move within the county takes the
record along; a move beyond it ends the registration here, and papers travel.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import get_actor_by_id
from app.areas.models import Area
from app.areas.queries import responsible_agency
from app.areas.rules import is_area_code, is_within, town_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.calendar import load_workdays
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.core.workdays import add_working_days
from app.desk.commands import AcceptTransfer, ProposeTransfer, RefuseTransfer
from app.desk.queries.transfers import is_receiver, is_sender, lock_transfer
from app.desk.rules import (
    ANSWER_WITHIN_WORKING_DAYS,
    FIRST_VISIT_AFTER_MOVE_DAYS,
    TransferWithdrawal,
    is_outside,
)
from app.patients.models import Patient, RegisterRequest, Transfer
from app.patients.queries import lock_patient
from app.patients.rules import RegistryStatus, RequestState, SpanKind, TransferState, is_visit_owed
from app.patients.service import change_state
from app.patients.service.spans import clear, find_open, keep, write_span
from app.patients.service.team import team_follows
from app.people.service import move_keys
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_all, move_follow_up, move_open_tasks, open_follow_up

_LONGEST_TERM = timedelta(days=40)  # five working days around the longest holidays
GUARDS = {
    "uq_transfers_open": "desk.transfer.open_already",
    "transfers.patient_id": "desk.transfer.open_already",
    "guard_transfers_state_move": "desk.transfer.answered",
}


def propose_transfer(session: Session, actor: Actor, command: ProposeTransfer, today: date, now: datetime) -> Transfer:
    """The sender's half. A form that arrives again finds the first.

    Raises `Invalid` by field for a place that cannot be, `Conflict` while another move or request of this patient is open.
    """
    require(actor, Action.MOVE_PATIENTS)
    patient = lock_patient(session, actor, command.patient)
    known = session.scalars(select(Transfer).where(Transfer.submission_key == command.submission_key)).one_or_none()
    if known is not None:
        return known
    _refuse_while_busy(session, patient)
    agency_id = _receiving_agency(session, patient, command)
    calendar = load_workdays(session, today, today + _LONGEST_TERM)
    deadline = add_working_days(today, ANSWER_WITHIN_WORKING_DAYS, calendar)
    transfer = Transfer(
        submission_key=command.submission_key,
        patient_id=patient.id,
        from_area_code=patient.area_code,
        from_agency_id=patient.agency_id,
        to_area_code=command.area_code,
        to_agency_id=agency_id,
        to_place=command.place.strip() or None,
        reason=command.reason,
        proposed_on=today,
        proposed_at=now,
        proposed_by=actor.user_id,
        due_on=deadline.ends_on,
        is_due_provisional=deadline.provisional,
    )
    with said_by(session, GUARDS):
        session.add(transfer)
    _note(session, actor, transfer, patient, "desk.transfer_proposed", now)
    return transfer


def accept_transfer(
    session: Session, actor: Actor, public_id: str, command: AcceptTransfer, today: date, now: datetime
) -> Transfer:
    """The receiver's yes: from `moved_on` on place, agency, doctor, open duties and name keys are the new town's.

    Visits made before stay with the old town; the subsidy's facts go by day. What was outside is entered by the county office
    from the receipt.
    """
    transfer, patient = _open(session, actor, public_id)
    _refuse_sender_as_receiver(session, actor, transfer)
    _refuse_day(session, patient, transfer, command.moved_on, today)
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("desk.transfer.not_registered"))
    _answer(transfer, TransferState.ACCEPTED, actor, None, now)
    transfer.moved_on = command.moved_on
    with said_by(session, GUARDS):
        session.flush()
    if transfer.to_agency_id is None:
        _leave(session, actor, transfer, patient, now)
    else:
        _move(session, actor, transfer, patient, command.doctor_id, now)
    _note(session, actor, transfer, patient, "desk.transfer_accepted", now)
    return transfer


def refuse_transfer(session: Session, actor: Actor, public_id: str, command: RefuseTransfer, now: datetime) -> Transfer:
    """The receiver's no, with its reason; everything stays as it was."""
    transfer, patient = _open(session, actor, public_id)
    _refuse_sender_as_receiver(session, actor, transfer)
    because = reason(f"desk.transfer.refused.{command.why.value}")
    if command.remark.strip():
        because = reason("desk.transfer.remarked", why=because, remark=command.remark.strip())
    _answer(transfer, TransferState.REFUSED, actor, because, now)
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, transfer, patient, "desk.transfer_refused", now)
    return transfer


def withdraw_transfer(
    session: Session, actor: Actor, public_id: str, why: TransferWithdrawal, now: datetime
) -> Transfer:
    """Either end takes it back while it is unanswered."""
    require(actor, Action.MOVE_PATIENTS)
    transfer, patient = _lock(session, actor, public_id)
    _answer(transfer, TransferState.WITHDRAWN, actor, reason(f"desk.transfer.withdrawn.{why.value}"), now)
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, transfer, patient, "desk.transfer_withdrawn", now)
    return transfer


# -- proposing ---------------------------------------------------------------------------------------------------------


def _refuse_while_busy(session: Session, patient: Patient) -> None:
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("desk.transfer.not_registered"))
    proposed = select(Transfer.id).where(Transfer.patient_id == patient.id, Transfer.state == TransferState.PROPOSED)
    if session.scalar(proposed) is not None:
        raise Conflict(reason("desk.transfer.open_already"))
    asked = select(RegisterRequest.id).where(
        RegisterRequest.patient_id == patient.id, RegisterRequest.state == RequestState.PROPOSED
    )
    if session.scalar(asked) is not None:
        raise Conflict(reason("desk.request.open_already"))


def _receiving_agency(session: Session, patient: Patient, command: ProposeTransfer) -> int | None:
    """The health centre that will answer; None for a place outside the county, which answers on paper."""
    if not is_area_code(command.area_code):
        raise Invalid({"area_code": [reason("desk.transfer.area_shape")]})
    if is_outside(patient.area_code, command.area_code):
        if not command.place.strip():
            raise Invalid({"place": [reason("desk.transfer.place_missing")]})
        return None
    if session.get(Area, command.area_code) is None:
        raise Invalid({"area_code": [reason("desk.transfer.area_unknown")]})
    if town_of(command.area_code) == town_of(patient.area_code):
        raise Invalid({"area_code": [reason("desk.transfer.same_town")]})
    agency = responsible_agency(session, command.area_code)
    if agency is None:
        raise Invalid({"area_code": [reason("desk.transfer.nobody_there")]})
    return agency.id


# -- answering ---------------------------------------------------------------------------------------------------------


def _lock(session: Session, actor: Actor, public_id: str) -> tuple[Transfer, Patient]:
    """The transfer and its patient, nobody else's until the transaction ends; `Conflict` once it is answered."""
    transfer, patient = lock_transfer(session, actor, public_id)
    if transfer.state is not TransferState.PROPOSED:
        raise Conflict(reason("desk.transfer.answered"))
    return transfer, patient


def _open(session: Session, actor: Actor, public_id: str) -> tuple[Transfer, Patient]:
    """For who answers as the receiver."""
    require(actor, Action.MOVE_PATIENTS)
    transfer, patient = _lock(session, actor, public_id)
    if not is_receiver(actor, transfer):
        raise Forbidden(reason("desk.transfer.receiver_answers"))
    return transfer, patient


def _refuse_sender_as_receiver(session: Session, actor: Actor, transfer: Transfer) -> None:
    """Whoever proposed does not answer for the other side; only a paper from outside is entered by whoever sent it."""
    if transfer.to_agency_id is None:
        return
    proposer = session.get(User, transfer.proposed_by)
    is_same = transfer.proposed_by == actor.user_id
    if is_same or (proposer is not None and proposer.person_id is not None and proposer.person_id == actor.person_id):
        raise Forbidden(reason("desk.transfer.other_answers"))


def _refuse_day(session: Session, patient: Patient, transfer: Transfer, moved_on: date, today: date) -> None:
    if moved_on > today:
        raise Invalid({"moved_on": [reason("patients.date_in_future")]})
    if moved_on < transfer.proposed_on:
        raise Invalid({"moved_on": [reason("desk.transfer.before_proposal", on=transfer.proposed_on)]})
    began = [span.from_on for what in (SpanKind.AREA, SpanKind.AGENCY) if (span := find_open(session, patient, what))]
    if began and moved_on <= max(began):
        raise Invalid({"moved_on": [reason("desk.transfer.after_change", on=max(began))]})


def _answer(transfer: Transfer, state: TransferState, actor: Actor, because: Reason | None, now: datetime) -> None:
    transfer.state, transfer.decided_at, transfer.decided_by = state, now, actor.user_id
    transfer.because = because.to_json() if because else None


def _move(
    session: Session, actor: Actor, transfer: Transfer, patient: Patient, doctor_id: int | None, now: datetime
) -> None:
    """Spans, name keys and open duties to the new town, in this transaction."""
    on, because = transfer.moved_on or transfer.proposed_on, reason("desk.because.transferred")
    write_span(session, actor, patient, SpanKind.AREA, transfer.to_area_code, on, now, because=because)
    write_span(session, actor, patient, SpanKind.AGENCY, str(transfer.to_agency_id), on, now, because=because)
    for what in (SpanKind.DOCTOR, SpanKind.STAND_IN):
        clear(session, actor, patient, what, on, now)
        keep(patient, what, None)
    if doctor_id is not None:
        _refuse_foreign_doctor(session, transfer, doctor_id)
        write_span(session, actor, patient, SpanKind.DOCTOR, str(doctor_id), on, now, because=because)
    session.flush()
    move_keys(session, patient)
    _owe_first_visit(session, transfer, patient, on, now)
    move_open_tasks(session, patient)
    team_follows(session, actor, patient, transfer.from_area_code, transfer.to_area_code, on, now)


def _refuse_foreign_doctor(session: Session, transfer: Transfer, doctor_id: int) -> None:
    doctor = get_actor_by_id(session, doctor_id)
    if doctor.role not in (Role.DOCTOR, Role.HEALTH_LEAD) or not is_within(transfer.to_area_code, doctor.area_prefix):
        raise Invalid({"doctor_id": [reason("desk.transfer.foreign_doctor")]})


def _owe_first_visit(session: Session, transfer: Transfer, patient: Patient, on: date, now: datetime) -> None:
    """Within 14 days the new town has seen the patient; what is due sooner stays due then."""
    if not is_visit_owed(patient.registry_status, patient.management_status, patient.care_setting):
        return
    due_on = on + timedelta(days=FIRST_VISIT_AFTER_MOVE_DAYS)
    because = [reason("desk.because.moved_in", on=on, days=FIRST_VISIT_AFTER_MOVE_DAYS)]
    standing = session.scalars(
        select(Task.due_on).where(
            Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
        )
    ).one_or_none()
    if standing is None:
        open_follow_up(session, patient, due_on, because, f"transfer:{transfer.id}", now)
    elif standing > due_on:
        move_follow_up(session, patient, due_on, because)
    else:
        due_on = standing
    patient.next_due_on = due_on
    session.flush()


def _leave(session: Session, actor: Actor, transfer: Transfer, patient: Patient, now: datetime) -> None:
    """Another county has taken over: the registration ends here the day before, and so does every duty."""
    because = reason("desk.because.left_county")
    on = transfer.moved_on or transfer.proposed_on
    change_state(session, actor, patient, SpanKind.REGISTRY, RegistryStatus.TRANSFERRED_OUT.value, on, because, now)
    cancel_all(session, actor, patient, because, now)


def _note(session: Session, actor: Actor, transfer: Transfer, patient: Patient, action: str, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("patient", patient.public_id),
        area_code=transfer.to_area_code
        if is_receiver(actor, transfer) and not is_sender(actor, transfer)
        else transfer.from_area_code,
        detail={"transfer": transfer.public_id, "state": transfer.state.value},
        changed={"to": transfer.to_area_code, "because": transfer.because},
    )
