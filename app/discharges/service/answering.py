"""A unit receives its form in one tap, acts, reports back; an office enters what a unit says on paper (代录)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.clock import business_day
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.names import check_name
from app.core.reasons import Reason, reason
from app.discharges.commands import ConfirmNotice, CorrectEvent, OnBehalf, ReceiveForm, ReportBack
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.queries.reach import get_notice, is_own_form, lock_form
from app.discharges.rules.checks import PAPER
from app.discharges.rules.clocks import next_contact_due_at
from app.discharges.rules.states import (
    ACTS,
    ACTS_IN_WORDS,
    LIVE,
    OPEN_FORMS,
    UNDOABLE,
    EventKind,
    FormKind,
    FormState,
)
from app.discharges.service.moving import close_form, may_reopen, reopen_form, settle_loop
from app.discharges.service.noting import note_discharge, write_event
from app.people.vault import Vault

LONGEST = 500
_LONGEST_POST = 60
SIGNED_AHEAD = timedelta(days=2)


def receive_form(session: Session, actor: Actor, public_id: str, said: ReceiveForm, now: datetime) -> HandoverForm:
    """The unit has the form, by name and time. Of two who tap at once one is written down; the other finds it received."""
    require(actor, Action.ANSWER_FORMS)
    form, loop = lock_form(session, actor, public_id)
    if _is_known(session, said.submission_key) or (form.received_at is not None and said.on_behalf is None):
        return form
    _refuse_ended(form, loop)
    at = _moment(form, said.at, said.on_behalf, actor, now)
    if form.received_at is not None:  # a paper that comes second is not lost unseen
        raise Conflict(reason("discharges.received_already"))
    _receive(session, actor, form, loop, at, now, said.submission_key, said.on_behalf)
    settle_loop(session, loop, now)
    return form


def report_back(
    session: Session, vault: Vault, actor: Actor, public_id: str, said: ReportBack, now: datetime
) -> HandoverForm:
    """What was done, and in words. Whoever acts has received; the last act that was asked for closes the form."""
    require(actor, Action.ANSWER_FORMS)
    form, loop = lock_form(session, actor, public_id)
    if _is_known(session, said.submission_key):
        return form
    _refuse_ended(form, loop)
    if not said.text and not said.is_act:
        raise Invalid({"text": [reason("discharges.needed")]})
    if not said.text and form.kind in ACTS_IN_WORDS and said.on_behalf is None:
        raise Invalid({"text": [reason("discharges.say_what_was_done")]})
    if len(said.text) > LONGEST:
        raise Invalid({"text": [reason("discharges.too_long", most=LONGEST)]})
    at = _moment(form, said.at, said.on_behalf, actor, now)
    kind = _act(session, form, at) if said.is_act else EventKind.FEEDBACK
    if form.received_at is None:
        _receive(session, actor, form, loop, at, now, None, said.on_behalf)
    write_event(
        session, loop, form, kind, at, now, actor=actor, key=said.submission_key, on_behalf=said.on_behalf,
        text=said.text, vault=vault,
    )  # fmt: skip
    note_discharge(session, actor, f"discharges.{_NOTED[kind]}", loop, now, form=form.kind.value)
    if said.is_act:
        _acted(session, form, loop, at, now)
    settle_loop(session, loop, now)
    return form


def confirm_notice(
    session: Session, vault: Vault, actor: Actor, public_id: str, said: ConfirmNotice, now: datetime
) -> HandoverForm:
    """The guardian has the notice and signed: written down by the hospital at the door, or by whoever called the family."""
    form, loop = _lock_notice(session, vault, actor, public_id)
    if form.received_at is not None or _is_known(session, said.submission_key):
        return form
    _refuse_ended(form, loop)
    if wrong := check_name(said.who).errors:
        raise Invalid({"who": list(wrong)})
    at = _moment(form, said.at, None, actor, now)
    form.state, form.received_at, form.acted_at = FormState.RECEIVED, at, at
    signer = f"{said.who}（{said.relation}）" if said.relation else said.who
    write_event(
        session, loop, form, EventKind.RECEIVED, at, now, actor=actor, key=said.submission_key, text=signer, vault=vault
    )
    note_discharge(session, actor, "discharges.received", loop, now, form=form.kind.value)
    close_form(session, loop, form, at, now)
    settle_loop(session, loop, now)
    return form


def correct_event(
    session: Session, vault: Vault, actor: Actor, form_id: str, said: CorrectEvent, now: datetime
) -> HandoverEvent:
    """Nothing is deleted: the correction stands beside what it corrects. By who wrote it, or by an office.

    Undoing the act that ended a form opens it again, and the loop with it.
    """
    require(actor, Action.ANSWER_FORMS)
    form, loop = lock_form(session, actor, form_id, also_ended=True)
    event = session.scalars(
        select(HandoverEvent).where(HandoverEvent.form_id == form.id, HandoverEvent.public_id == said.event)
    ).one_or_none()
    if event is None:
        raise NotFound()
    if event.recorded_by != actor.user_id and actor.role is not Role.COUNTY_OFFICE:
        raise Forbidden(reason("discharges.not_yours_to_correct"))
    if not said.text or len(said.text) > LONGEST:
        raise Invalid({"text": [reason("discharges.needed" if not said.text else "discharges.too_long", most=LONGEST)]})
    known = session.scalars(
        select(HandoverEvent).where(HandoverEvent.submission_key == said.submission_key)
    ).one_or_none()
    if known is not None:
        return known
    note_discharge(session, actor, "discharges.corrected", loop, now, form=form.kind.value)
    kind = EventKind.UNDONE if said.is_undone else EventKind.CORRECTION
    if said.is_undone:
        _undo(session, loop, form, event)
    written = write_event(
        session, loop, form, kind, now, now, actor=actor, key=said.submission_key, text=said.text, vault=vault,
        corrects=event,
    )  # fmt: skip
    if said.is_undone and form.state is FormState.CLOSED:
        reopen_form(session, loop, form, now)
    return written


# -- steps -------------------------------------------------------------------------------------------------------------

_NOTED = {
    EventKind.CONTACT: "acted",
    EventKind.PLAN: "acted",
    EventKind.FEEDBACK: "reported",
}


def _receive(
    session: Session,
    actor: Actor,
    form: HandoverForm,
    loop: Discharge,
    at: datetime,
    now: datetime,
    key: str | None,
    on_behalf: OnBehalf | None,
) -> None:
    form.received_at, form.is_received_on_behalf = at, on_behalf is not None
    if form.state is FormState.DISPATCHED:
        form.state = FormState.RECEIVED
    session.flush()
    write_event(session, loop, form, EventKind.RECEIVED, at, now, actor=actor, key=key, on_behalf=on_behalf)
    note_discharge(
        session, actor, "discharges.received", loop, now, form=form.kind.value, on_behalf=on_behalf is not None
    )
    if not form.contacts_needed:
        close_form(session, loop, form, at, now)


def _act(session: Session, form: HandoverForm, at: datetime) -> EventKind:
    """What this unit's act is called; the health centre's is the visit, which the register knows."""
    kind = ACTS.get(form.kind)
    if kind is None or form.kind is FormKind.HEALTH_CENTRE or form.is_information:
        raise Conflict(reason("discharges.nothing_to_note"))
    noted = select(HandoverEvent.at).where(HandoverEvent.form_id == form.id, HandoverEvent.kind == kind)
    days = session.scalars(noted.where(HandoverEvent.id.not_in(_undone(form))))
    if business_day(at) in {business_day(one) for one in days}:
        raise Conflict(reason("discharges.noted_that_day"))
    return kind


def _undone(form: HandoverForm) -> Select[int | None]:
    """Acts that turned out to be none."""
    return select(HandoverEvent.corrects_id).where(
        HandoverEvent.form_id == form.id, HandoverEvent.kind == EventKind.UNDONE
    )


def _undo(session: Session, loop: Discharge, form: HandoverForm, event: HandoverEvent) -> None:
    """One act fewer, and the day by which the village's next contact is due is the former one again."""
    is_undone = event.id in session.scalars(_undone(form)).all()
    if event.kind not in UNDOABLE or is_undone or not (form.state in OPEN_FORMS or may_reopen(loop, form)):
        raise Conflict(reason("discharges.form_has_ended"))
    form.contacts_noted -= 1
    if form.kind is FormKind.VILLAGE:
        form.act_due_at = next_contact_due_at(form.dispatched_at, form.contacts_noted)
    form.acted_at = _first_act_at(session, form, event)
    session.flush()


def _first_act_at(session: Session, form: HandoverForm, but: HandoverEvent) -> datetime | None:
    """When the unit acted first, by the acts that still count."""
    acts = select(func.min(HandoverEvent.at)).where(
        HandoverEvent.form_id == form.id,
        HandoverEvent.kind.in_(UNDOABLE),
        HandoverEvent.id != but.id,
        HandoverEvent.id.not_in(_undone(form)),
    )
    return session.scalar(acts)


def _acted(session: Session, form: HandoverForm, loop: Discharge, at: datetime, now: datetime) -> None:
    form.contacts_noted += 1
    form.acted_at = form.acted_at or at
    if form.contacts_noted >= form.contacts_needed:
        close_form(session, loop, form, at, now)
        return
    form.state, form.act_due_at = FormState.ACTING, next_contact_due_at(form.dispatched_at, form.contacts_noted)
    session.flush()


def _refuse_ended(form: HandoverForm, loop: Discharge) -> None:
    if form.state not in OPEN_FORMS or loop.state not in LIVE:
        raise Conflict(reason("discharges.form_has_ended"))


def _moment(
    form: HandoverForm, at: datetime | None, on_behalf: OnBehalf | None, actor: Actor, now: datetime
) -> datetime:
    """When it happened: now, or as the paper says. Raises `Invalid` for what lies before the form or ahead."""
    errors: dict[str, list[Reason]] = {}
    if on_behalf is None:
        if form.kind is not FormKind.GUARDIAN and not is_own_form(actor, form):
            errors["who"] = [reason("discharges.say_whose_paper")]
    else:
        errors |= _paper_errors(actor, form, on_behalf, at, now)
    if at is not None and at > now:
        errors["at"] = [reason("discharges.in_future")]
    if at is not None and at < _earliest(form):
        errors["at"] = [reason("discharges.before_it_went_out")]
    if errors:
        raise Invalid(errors)
    return at or now


def _earliest(form: HandoverForm) -> datetime:
    """The family signs the printed notice at the door, and the ward may send the record later that day."""
    ahead = SIGNED_AHEAD if form.kind is FormKind.GUARDIAN and form.agency_id is None else timedelta(minutes=1)
    return form.dispatched_at - ahead


def _paper_errors(
    actor: Actor, form: HandoverForm, paper: OnBehalf, at: datetime | None, now: datetime
) -> dict[str, list[Reason]]:
    require(actor, Action.ANSWER_ON_BEHALF)
    errors: dict[str, list[Reason]] = {}
    if wrong := check_name(paper.who).errors:
        errors["who"] = list(wrong)
    if not PAPER.fullmatch(paper.paper):
        errors["paper"] = [reason("discharges.paper_number")]
    if len(paper.post) > _LONGEST_POST:
        errors["post"] = [reason("discharges.too_long", most=_LONGEST_POST)]
    if paper.paper_on > business_day(now):
        errors["paper_on"] = [reason("discharges.in_future")]
    elif at is not None and paper.paper_on < business_day(at):
        errors["paper_on"] = [reason("discharges.paper_before")]
    if is_own_form(actor, form):
        errors["who"] = [reason("discharges.own_form")]
    return errors


def _is_known(session: Session, key: str | None) -> bool:
    known = select(HandoverEvent.id).where(HandoverEvent.submission_key == key)
    return key is not None and session.scalar(known) is not None


def _lock_notice(session: Session, vault: Vault, actor: Actor, public_id: str) -> tuple[HandoverForm, Discharge]:
    """The notice of one's own hospital's record, of one's county, or of a discharge whose docking form lies with one's health centre."""
    form, loop = get_notice(session, vault, actor, public_id)
    locked = select(Discharge).where(Discharge.id == loop.id).with_for_update()
    loop = session.scalars(locked.execution_options(populate_existing=True)).one()
    session.refresh(form)
    return form, loop
