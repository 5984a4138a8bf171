"""What two people of the county office do together: exclude, undo a wrong death, merge two records.

One proposes, another decides; until then nothing changes, and a merge can be taken back for 30 days (roles.md, domain 1.4).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import get_actor_by_id
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.desk.commands import Proposal
from app.desk.queries.merging import preview
from app.desk.queries.requests import lock_request
from app.desk.rules import UNDO_MERGE_WITHIN_DAYS, WHY
from app.desk.service import merging
from app.patients.models import Patient, RegisterRequest, Transfer
from app.patients.queries.register import lock_patients
from app.patients.rules import RegistryStatus, RequestKind, RequestState, SpanKind, TransferState
from app.patients.service import change_state
from app.patients.service.registering import GUARDS as REGISTER_GUARDS
from app.patients.service.spans import find_open
from app.patients.service.states import refuse_before_present
from app.people.vault import Vault

GUARDS = {
    **REGISTER_GUARDS,
    "uq_register_requests_open": "desk.request.open_already",
    "register_requests.patient_id": "desk.request.open_already",
    "guard_register_requests_state_move": "desk.request.decided",
    "two_hands": "patients.state.two_hands",
}
_FROM = {
    RequestKind.EXCLUSION: RegistryStatus.REGISTERED,
    RequestKind.DEATH_UNDONE: RegistryStatus.DEAD,
    RequestKind.MERGE: RegistryStatus.REGISTERED,
}


def propose(
    session: Session, vault: Vault, actor: Actor, proposal: Proposal, today: date, now: datetime
) -> RegisterRequest:
    """The first of two people asks. Nothing changes yet. A form that arrives again finds the first."""
    require(actor, Action.PUT_RIGHT)
    wanted = [proposal.patient, *([proposal.kept] if proposal.kind is RequestKind.MERGE else [])]
    records = lock_patients(session, actor, wanted)
    patient, kept = records[proposal.patient], records.get(proposal.kept)
    known = select(RegisterRequest).where(RegisterRequest.submission_key == proposal.submission_key)
    found = session.scalars(known).one_or_none()
    if found is not None:
        return found
    _refuse(session, proposal, patient, kept, today)
    chosen = _chosen(session, vault, actor, proposal, patient, kept)
    asked = RegisterRequest(
        submission_key=proposal.submission_key,
        kind=proposal.kind,
        patient_id=patient.id,
        kept_patient_id=kept.id if kept else None,
        area_code=patient.area_code,
        because=reason("desk.request.because", why=Reason(proposal.why), paper=proposal.paper).to_json(),
        from_on=proposal.from_on,
        proposed_at=now,
        proposed_by=actor.user_id,
        moved={"chosen": chosen} if kept else None,
    )
    with said_by(session, GUARDS):
        session.add(asked)
    _note(session, actor, asked, patient, "desk.request_proposed", now)
    return asked


def approve(
    session: Session, vault: Vault, actor: Actor, public_id: str, today: date, now: datetime
) -> RegisterRequest:
    """The second of two people does it, at once and wholly."""
    require(actor, Action.PUT_RIGHT)
    asked, patient, kept = lock_request(session, actor, public_id)
    _refuse_decided(asked)
    proposer = _other_hand(session, actor, asked)
    because = Reason.from_json(asked.because)
    if asked.kind is RequestKind.MERGE and kept is not None:
        _refuse_busy(session, kept)
        chosen = dict((asked.moved or {}).get("chosen", {}))
        with said_by(session, GUARDS):
            moved = merging.merge(session, vault, actor, kept, patient, chosen, today, now)
        asked.moved = {"chosen": chosen, **moved}
    else:
        after, on = _after(session, asked, patient)
        change_state(session, actor, patient, SpanKind.REGISTRY, after.value, on, because, now, second=proposer)
    _decide(asked, RequestState.DONE, actor, now)
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, asked, patient, "desk.request_done", now)
    return asked


def refuse(session: Session, actor: Actor, public_id: str, now: datetime) -> RegisterRequest:
    """The second person says no; nothing has changed."""
    require(actor, Action.PUT_RIGHT)
    asked, patient, _kept = lock_request(session, actor, public_id)
    _refuse_decided(asked)
    _other_hand(session, actor, asked)
    return _closed(session, actor, asked, patient, RequestState.REFUSED, "desk.request_refused", now)


def withdraw(session: Session, actor: Actor, public_id: str, now: datetime) -> RegisterRequest:
    """Any of the county office takes it back while nobody has decided."""
    require(actor, Action.PUT_RIGHT)
    asked, patient, _kept = lock_request(session, actor, public_id)
    _refuse_decided(asked)
    return _closed(session, actor, asked, patient, RequestState.WITHDRAWN, "desk.request_withdrawn", now)


def undo_merge(session: Session, actor: Actor, public_id: str, today: date, now: datetime) -> RegisterRequest:
    """Both records as they were, within 30 days; what came to the kept record since stays with it."""
    require(actor, Action.PUT_RIGHT)
    asked, merged, kept = lock_request(session, actor, public_id)
    if asked.kind is not RequestKind.MERGE or asked.state is not RequestState.DONE or kept is None:
        raise Conflict(reason("desk.request.nothing_to_undo"))
    if asked.decided_at is None or today > business_day(asked.decided_at) + timedelta(days=UNDO_MERGE_WITHIN_DAYS):
        raise Conflict(reason("desk.merge.too_late", days=UNDO_MERGE_WITHIN_DAYS))
    if kept.registry_status is RegistryStatus.MERGED:
        raise Conflict(reason("desk.merge.kept_is_merged"))
    with said_by(session, GUARDS):
        merging.undo(session, asked.moved or {}, kept, merged)
    asked.state, asked.undone_at, asked.undone_by = RequestState.UNDONE, now, actor.user_id
    session.flush()
    _note(session, actor, asked, merged, "desk.merge_undone", now)
    return asked


def _after(session: Session, asked: RegisterRequest, patient: Patient) -> tuple[RegistryStatus, date]:
    """What the register will say, and from when: a death that never was is undone from its own first day."""
    if asked.kind is RequestKind.EXCLUSION:
        return RegistryStatus.EXCLUDED, asked.from_on
    dead = find_open(session, patient, SpanKind.REGISTRY)
    return RegistryStatus.REGISTERED, dead.from_on if dead else asked.from_on


# -- what speaks against it --------------------------------------------------------------------------------------------


def _refuse(session: Session, proposal: Proposal, patient: Patient, kept: Patient | None, today: date) -> None:
    if proposal.why not in WHY[proposal.kind]:
        raise Invalid({"why": [reason("desk.request.why_missing")]})
    if not proposal.paper.strip():
        raise Invalid({"paper": [reason("desk.request.paper_missing")]})
    if proposal.from_on > today:
        raise Invalid({"from_on": [reason("patients.date_in_future")]})
    if patient.registry_status is not _FROM[proposal.kind]:
        raise Conflict(reason(f"desk.request.not_now.{proposal.kind.value}"))
    if proposal.kind is RequestKind.EXCLUSION:
        refuse_before_present(session, patient, SpanKind.REGISTRY, proposal.from_on)
    for record in filter(None, (patient, kept)):
        _refuse_busy(session, record)
        _refuse_asked(session, record)
    if kept is not None:
        merging.refuse_unlike(session, kept, patient)


def _refuse_busy(session: Session, patient: Patient) -> None:
    open_transfer = select(Transfer.id).where(
        Transfer.patient_id == patient.id, Transfer.state == TransferState.PROPOSED
    )
    if session.scalar(open_transfer) is not None:
        raise Conflict(reason("desk.transfer.open_already"))


def _refuse_asked(session: Session, patient: Patient) -> None:
    """A record is in one open request at a time, as the one that changes or as the one that stays."""
    asked = select(RegisterRequest.id).where(
        (RegisterRequest.patient_id == patient.id) | (RegisterRequest.kept_patient_id == patient.id),
        RegisterRequest.state == RequestState.PROPOSED,
    )
    if session.scalar(asked.limit(1)) is not None:
        raise Conflict(reason("desk.request.open_already"))


def _chosen(
    session: Session, vault: Vault, actor: Actor, proposal: Proposal, patient: Patient, kept: Patient | None
) -> dict[str, str]:
    """A side for every field that differs; what was not answered stays with the record that is kept."""
    if kept is None:
        return {}
    fields = [choice.field for choice in preview(session, vault, actor, kept, patient).choices]
    return {name: "merged" if proposal.chosen.get(name) == "merged" else "kept" for name in fields}


# -- deciding ----------------------------------------------------------------------------------------------------------


def _refuse_decided(asked: RegisterRequest) -> None:
    if asked.state is not RequestState.PROPOSED:
        raise Conflict(reason("desk.request.decided"))


def _other_hand(session: Session, actor: Actor, asked: RegisterRequest) -> Actor:
    """Who proposed; raises `Forbidden` when that is the same human being."""
    proposer = get_actor_by_id(session, asked.proposed_by)
    if proposer.hand == actor.hand:
        raise Forbidden(reason("patients.state.two_hands"))
    return proposer


def _closed(
    session: Session,
    actor: Actor,
    asked: RegisterRequest,
    patient: Patient,
    state: RequestState,
    action: str,
    now: datetime,
) -> RegisterRequest:
    _decide(asked, state, actor, now)
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, asked, patient, action, now)
    return asked


def _decide(asked: RegisterRequest, state: RequestState, actor: Actor, now: datetime) -> None:
    asked.state, asked.decided_at, asked.decided_by = state, now, actor.user_id


def _note(session: Session, actor: Actor, asked: RegisterRequest, patient: Patient, action: str, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"request": asked.public_id, "kind": asked.kind.value},
        changed={"because": asked.because, "from_on": asked.from_on.isoformat()},
    )
