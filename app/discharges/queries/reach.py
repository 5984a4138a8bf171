"""Which records and forms an actor reaches: one's own hospital's, one's county's, those addressed to one's own unit."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.access import Action, may
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.core.scope import within
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.guards import named_by_hospital
from app.discharges.rules.states import OPEN_FORMS, CloseReason, DischargeState, FormKind, FormState
from app.patients.models import Clue, Patient
from app.patients.queries.merges import merges, records_of
from app.people.vault import Vault

# whose accounts answer a kind of form, when they work at the unit that it is addressed to
RECEIVERS: dict[FormKind, frozenset[Role]] = {
    FormKind.GUARDIAN: frozenset({Role.VILLAGE_WORKER}),  # a committee, where there is no guardian
    FormKind.HEALTH_CENTRE: frozenset({Role.DOCTOR, Role.HEALTH_LEAD}),
    FormKind.POLICE: frozenset({Role.POLICE}),
    FormKind.TOWN: frozenset({Role.TOWN}),
    FormKind.VILLAGE: frozenset({Role.VILLAGE_WORKER}),
    FormKind.TRANSFER: frozenset({Role.COUNTY_OFFICE}),
    FormKind.ORIGIN: frozenset({Role.COUNTY_OFFICE}),
}
# which stamped papers an office may enter: the county's any, a town's those of its villages
ON_BEHALF: dict[Role, frozenset[FormKind]] = {
    Role.COUNTY_OFFICE: frozenset(FormKind) - {FormKind.GUARDIAN},
    Role.TOWN: frozenset({FormKind.VILLAGE}),
}
_UNSENT = (DischargeState.PLANNED, DischargeState.WITHDRAWN)
_STANDING = (*OPEN_FORMS, FormState.CLOSED)


def kinds_received_by(role: Role) -> tuple[FormKind, ...]:
    return tuple(kind for kind, roles in RECEIVERS.items() if role in roles)


def addressed_to(actor: Actor) -> ColumnElement[bool]:
    """Forms of the actor's own unit; where no unit is entered, of its own place."""
    kinds = kinds_received_by(actor.role)
    unit = and_(
        HandoverForm.agency_id.is_(None), HandoverForm.guardianship_id.is_(None), within(HandoverForm.area_code, actor)
    )
    of_guardian = and_(HandoverForm.kind == FormKind.GUARDIAN, HandoverForm.agency_id.is_(None))
    own = HandoverForm.agency_id == actor.agency_id if actor.agency_id is not None else unit
    return and_(HandoverForm.kind.in_(kinds), or_(own, unit), ~of_guardian)


def loops_of(actor: Actor) -> ColumnElement[bool]:
    """Records that were sent and are this county's, or of whom a form lies with it."""
    return and_(
        Discharge.state.not_in(_UNSENT), or_(within(Discharge.county_code, actor), within(Discharge.area_code, actor))
    )


def own_records(actor: Actor) -> ColumnElement[bool]:
    """A hospital's own; an office's, those it wrote from paper."""
    if actor.role is Role.HOSPITAL:
        return and_(Discharge.hospital_id == actor.agency_id, Discharge.hospital_id.is_not(None))
    return and_(Discharge.is_on_behalf, within(Discharge.county_code, actor))


def get_loop(session: Session, actor: Actor, public_id: str) -> Discharge:
    """For the board: elsewhere, planned and non-existent alike raise `NotFound`."""
    return _one(session, select(Discharge).where(Discharge.public_id == public_id, loops_of(actor)))


def lock_loop(session: Session, actor: Actor, public_id: str) -> Discharge:
    query = select(Discharge).where(Discharge.public_id == public_id, loops_of(actor))
    return _one(session, query.with_for_update().execution_options(populate_existing=True))


def get_own_record(session: Session, actor: Actor, public_id: str) -> Discharge:
    """For the hospital: another hospital's is *not found*."""
    return _one(session, select(Discharge).where(Discharge.public_id == public_id, own_records(actor)))


def get_wrong_record(session: Session, actor: Actor, public_id: str) -> Discharge:
    """One's own that was closed as entered wrongly, to be put right."""
    own = select(Discharge).where(Discharge.public_id == public_id, own_records(actor))
    return _one(session, own.where(Discharge.close_reason == CloseReason.WRONG_ENTRY))


def get_form(session: Session, actor: Actor, public_id: str) -> tuple[HandoverForm, Discharge]:
    """A form that the actor's unit answers, or may enter the paper of; raises `NotFound`."""
    row = session.execute(_form(actor, public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def get_form_with_slip(session: Session, actor: Actor, public_id: str) -> tuple[HandoverForm, Discharge]:
    """A unit's form of which an office keeps the stamped paper, also when the form has ended: the paper comes by post."""
    if not may(actor, Action.ANSWER_ON_BEHALF):
        raise NotFound()
    row = session.execute(
        select(HandoverForm, Discharge)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(
            HandoverForm.public_id == public_id,
            HandoverForm.kind.in_(ON_BEHALF[actor.role]),
            _papers_of(actor, tuple(FormState)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def get_form_to_correct(session: Session, actor: Actor, public_id: str) -> tuple[HandoverForm, Discharge]:
    """One's own unit's form, and one that one may enter papers of, also when it has ended: a slip is seen afterwards."""
    try:
        return get_form(session, actor, public_id)
    except NotFound:
        return get_form_with_slip(session, actor, public_id)


def lock_form(
    session: Session, actor: Actor, public_id: str, *, also_ended: bool = False
) -> tuple[HandoverForm, Discharge]:
    """The form and its loop as stored now, nobody else's until the end: loop first, so that all who write queue at one row."""
    form, loop = (get_form_to_correct if also_ended else get_form)(session, actor, public_id)
    locked = select(Discharge).where(Discharge.id == loop.id).with_for_update()
    loop = session.scalars(locked.execution_options(populate_existing=True)).one()
    session.refresh(form)
    return form, loop


def is_own_form(actor: Actor, form: HandoverForm) -> bool:
    """The actor's own unit answers it, not an office for another."""
    if actor.role not in RECEIVERS[form.kind] or (form.kind is FormKind.GUARDIAN and form.agency_id is None):
        return False
    if form.agency_id is None:
        return form.guardianship_id is None and form.area_code.startswith(actor.area_prefix)
    return form.agency_id == actor.agency_id


def may_confirm_notice(actor: Actor) -> ColumnElement[bool]:
    """Whose word on the guardian's signature counts: the hospital at the door, the county's office, the health centre that calls."""
    if may(actor, Action.SUBMIT_DISCHARGE):
        return or_(own_records(actor), loops_of(actor)) if actor.role is Role.COUNTY_OFFICE else own_records(actor)
    if actor.role not in RECEIVERS[FormKind.HEALTH_CENTRE]:
        return false()
    docking = aliased(HandoverForm)
    return (
        select(docking.id)
        .where(
            docking.discharge_id == Discharge.id,
            docking.kind == FormKind.HEALTH_CENTRE,
            docking.agency_id == actor.agency_id,
            docking.state.in_(OPEN_FORMS),
        )
        .exists()
    )


def _form(actor: Actor, public_id: str) -> Select[HandoverForm, Discharge]:
    reached = addressed_to(actor)
    if may(actor, Action.ANSWER_ON_BEHALF):
        for_others = and_(
            HandoverForm.kind.in_(ON_BEHALF[actor.role]), HandoverForm.state.in_(OPEN_FORMS), _papers_of(actor)
        )
        reached = or_(reached, for_others)
    return (
        select(HandoverForm, Discharge)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(HandoverForm.public_id == public_id, reached)
    )


def _papers_of(actor: Actor, states: Collection[FormState] = OPEN_FORMS) -> ColumnElement[bool]:
    """The county's loops; for a town, loops of which its own form is still open, so that it knows the household anyway."""
    if actor.role is Role.COUNTY_OFFICE:
        return loops_of(actor)
    own = aliased(HandoverForm)
    return and_(
        within(HandoverForm.area_code, actor),
        select(own.id)
        .where(
            own.discharge_id == HandoverForm.discharge_id,
            own.kind == FormKind.TOWN,
            own.agency_id == actor.agency_id,
            own.state.in_(states),
        )
        .exists(),
    )


def _one(session: Session, query: Select[Discharge]) -> Discharge:
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_notice(session: Session, vault: Vault, actor: Actor, public_id: str) -> tuple[HandoverForm, Discharge]:
    """The guardian's notice, for whoever may say that it was signed; raises `NotFound`.

    For the hospital only where it has written down the family itself: what the register knows makes no difference to it.
    """
    row = session.execute(
        select(HandoverForm, Discharge)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(
            HandoverForm.public_id == public_id,
            HandoverForm.kind == FormKind.GUARDIAN,
            HandoverForm.agency_id.is_(None),
            may_confirm_notice(actor),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    form, loop = row
    if actor.role is Role.HOSPITAL and named_by_hospital(vault, loop.person_id, loop.contact_sealed) is None:
        raise NotFound()
    return form, loop


def find_open_notice(session: Session, actor: Actor, form: HandoverForm) -> str | None:
    """The family's notice that nobody has confirmed, by public id, beside the docking form of the health centre that calls them."""
    if form.kind is not FormKind.HEALTH_CENTRE or not is_own_form(actor, form):
        return None
    waits = select(HandoverForm.public_id).join(Discharge, Discharge.id == HandoverForm.discharge_id)
    return session.scalar(
        waits.where(
            Discharge.id == form.discharge_id,
            HandoverForm.kind == FormKind.GUARDIAN,
            HandoverForm.agency_id.is_(None),
            HandoverForm.state.in_(OPEN_FORMS),
            may_confirm_notice(actor),
        )
    )


def find_registered(session: Session, actor: Actor, loop: Discharge) -> tuple[str | None, str | None]:
    """(patient, clue) by public id, for who may open the register's page or the clue; None for others and elsewhere."""
    patient = clue = None
    if loop.patient_id is not None and may(actor, Action.SEE_REGISTER):
        patient = session.scalar(
            select(Patient.public_id).where(
                Patient.id == merges(session).end_of(loop.patient_id), within(Patient.area_code, actor)
            )
        )
    if loop.patient_id is None and loop.clue_id is not None and may(actor, Action.SEE_CLUES):
        clue = session.scalar(select(Clue.public_id).where(Clue.id == loop.clue_id, within(Clue.area_code, actor)))
    return patient, clue


def find_docking_of(session: Session, actor: Actor, clue: Clue) -> str | None:
    """The docking form that came with a clue, by public id, for the unit that answers it."""
    found = (
        select(HandoverForm.public_id)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(Discharge.clue_id == clue.id, HandoverForm.kind == FormKind.HEALTH_CENTRE, addressed_to(actor))
    )
    # a record that was put right goes on with the same clue: its form is the later one
    return session.scalar(found.order_by(HandoverForm.id.desc()).limit(1))


def list_of_patient(session: Session, actor: Actor, patient: Patient) -> list[tuple[Discharge, str | None]]:
    """The patient's loops, the newest first, with the docking form that the actor's unit answers."""
    rows = session.execute(
        select(Discharge, HandoverForm.public_id, HandoverForm.agency_id)
        .outerjoin(
            HandoverForm,
            and_(
                HandoverForm.discharge_id == Discharge.id,
                HandoverForm.kind == FormKind.HEALTH_CENTRE,
                HandoverForm.state.in_(_STANDING),
            ),
        )
        .where(Discharge.patient_id.in_(records_of(session, patient.id)), Discharge.state.not_in(_UNSENT))
        .order_by(Discharge.id.desc(), HandoverForm.round.desc())
    )
    found: dict[int, tuple[Discharge, str | None]] = {}
    for loop, form, agency_id in rows:
        is_own = (
            agency_id is not None and agency_id == actor.agency_id and actor.role in RECEIVERS[FormKind.HEALTH_CENTRE]
        )
        found.setdefault(loop.id, (loop, form if is_own else None))
    return list(found.values())
