"""The quarterly duty check (履责核查): recorded, signed, checked again, taken back. Whoever guards the patient has no hand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.errors import Conflict, Invalid
from app.core.names import normalise_name
from app.core.reasons import reason
from app.core.refusals import said_by
from app.guardians.commands_duty import EnterSheet, RecordCheck
from app.guardians.models import Agreement, DutyCheck
from app.guardians.queries.duty import (
    Guard,
    find_check,
    find_check_by_key,
    get_duty_agreement,
    guards_of,
    list_duty_agreements,
)
from app.guardians.rules.duty import (
    SIGNS_AS,
    CheckWay,
    Signer,
    judge,
    may_be_checked,
)
from app.guardians.service.duty_follow import (
    REFUSED,
    answer_task,
    follow_failures,
    is_guard,
    refuse_own,
    signature_of,
)
from app.patients.models import Patient


def record_check(
    session: Session, actor: Actor, agreement_id: str, command: RecordCheck, today: date, now: datetime
) -> DutyCheck:
    """Store one family's check; a form that arrives twice finds the first.

    Raises `Forbidden` for one's own family, `Invalid` by field, `Conflict` where somebody has checked meanwhile.
    """
    require(actor, Action.KEEP_DUTY_CHECKS)
    agreement, patient = get_duty_agreement(session, actor, agreement_id, command.quarter)
    sent = find_check_by_key(session, agreement, command.key)
    if sent is not None:
        return sent
    guards = guards_of(session, [patient.id])[patient.id]
    refuse_own(actor, guards)
    _refuse_day(command, [agreement], today)
    if signed := _signed_by_guardian(command.names, guards):
        raise Invalid({"names": [reason("guardians.duty.guardian_signed", name=signed)]})
    check = _store(session, actor, agreement, patient, command, now)
    note(
        session,
        actor,
        "guardians.duty.checked",
        now=now,
        subject=("duty_check", check.public_id),
        area_code=check.area_code,
        detail={"quarter": check.quarter, "result": check.result.value, "way": check.way.value},
    )
    return check


@dataclass(frozen=True)
class Entered:
    """What came of a sheet: how many families are recorded, and how many a guardian had signed for."""

    stored: int
    left: int


def enter_sheet(session: Session, actor: Actor, command: EnterSheet, today: date, now: datetime) -> Entered:
    """Store a village's paper sheet. Families that were checked meanwhile stay as they are; those of which the recorder or a
    signer is a guardian are left to the town."""
    require(actor, Action.KEEP_DUTY_CHECKS)
    found = list_duty_agreements(session, actor, command.quarter, [row.agreement for row in command.rows])
    _refuse_day(command, [agreement for agreement, _ in found.values()], today)
    guards = guards_of(session, [patient.id for _, patient in found.values()])
    stored = left = 0
    for row in command.rows:
        if row.agreement not in found:
            continue
        agreement, patient = found[row.agreement]
        key = digest(f"{command.key}:{row.agreement}")[:22]
        if find_check(session, agreement, command.quarter) is not None:
            continue
        if is_guard(actor, guards[patient.id]) or _signed_by_guardian(command.names, guards[patient.id]):
            left += 1
            continue
        one = RecordCheck(
            command.quarter, CheckWay.PAPER, command.checked_on, key, row.failed, row.remarked, command.names
        )
        _store(session, actor, agreement, patient, one, now)
        stored += 1
    if not stored and not left:
        raise Conflict(reason("guardians.duty.none_to_enter"))
    note(
        session,
        actor,
        "guardians.duty.sheet_entered",
        now=now,
        subject=("duty_check", ""),
        area_code=next(patient.area_code for _, patient in found.values()),
        count=stored,
        detail={"quarter": str(command.quarter), "left": left},
    )
    return Entered(stored, left)


# -- inside ------------------------------------------------------------------------------------------------------------


def _store(
    session: Session, actor: Actor, agreement: Agreement, patient: Patient, command: RecordCheck, now: datetime
) -> DutyCheck:
    standing = find_check(session, agreement, command.quarter, lock=True)
    if (standing.public_id if standing else None) != command.replaces:
        raise Conflict(reason("guardians.duty.checked_meanwhile"))
    failed, remarked = command.failed, command.remarked & ~command.failed
    if standing is not None:
        standing.replaced_at = now
        session.flush()
    check = DutyCheck(
        submission_key=command.key,
        agreement_id=agreement.id,
        patient_id=patient.id,
        area_code=patient.area_code,
        quarter=str(command.quarter),
        way=command.way,
        checked_on=command.checked_on,
        result=judge(failed, remarked),
        failed_duties=int(failed),
        remarked_duties=int(remarked),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, REFUSED):
        session.add(check)
    if standing is not None:
        standing.replaced_by_id = check.id
    signatures = [
        signature_of(actor, check, signer, name, command.checked_on, now, is_own=False)
        for signer, name in command.names.items()
        if name
    ]
    if command.signs_as in SIGNS_AS.get(actor.role, ()) and command.signs_as not in command.names:
        signatures.append(
            signature_of(actor, check, command.signs_as, actor.name, command.checked_on, now, is_own=True)
        )
    with said_by(session, REFUSED):
        session.add_all(signatures)
    answer_task(session, actor, check, now)
    follow_failures(session, actor, agreement, patient, check, now)
    return check


def _refuse_day(command: RecordCheck | EnterSheet, agreements: Iterable[Agreement], today: date) -> None:
    """One day for the whole sheet: it has to be right for every family on it."""
    ends = max((one.ended_on or one.to_on for one in agreements), default=command.quarter.last_day)
    refused = may_be_checked(command.quarter, ends, command.checked_on, today)
    if refused is not None:
        raise Invalid({"checked_on": [refused]})


def _signed_by_guardian(names: Mapping[Signer, str], guards: Iterable[Guard]) -> str | None:
    """The name under the sheet that is one of the family's guardians'."""
    of_guards = {normalise_name(guard.name) for guard in guards}
    return next((name for name in names.values() if name and normalise_name(name) in of_guards), None)
