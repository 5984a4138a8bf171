"""One form: look, receive, report, correct; a paper entered for a unit; the guardian's signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, Field, Grant, current_actor, may, permit, sees
from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Forbidden, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.discharges import labels
from app.discharges.forms import BehalfForm, ConfirmForm, CorrectForm, ReportForm, TapForm
from app.discharges.models import Discharge, HandoverForm
from app.discharges.queries.homes import find_new_home
from app.discharges.queries.inbox import LOOK, due_of, home_of, may_look, shows_person
from app.discharges.queries.reach import (
    find_open_notice,
    find_registered,
    get_form,
    get_form_to_correct,
    get_notice,
    is_own_form,
)
from app.discharges.queries.receipts import list_receipts
from app.discharges.queries.sheets import masked_for, open_form_sheet
from app.discharges.rules import record
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import ACTS, ACTS_IN_WORDS, OPEN_FORMS, UNDOABLE, EventKind, FormKind
from app.discharges.service import confirm_notice, correct_event, receive_form, report_back
from app.discharges.service.moving import may_reopen
from app.discharges.views.blueprint import discharges
from app.documents.labels import KIND_LABELS
from app.documents.queries import papers_of
from app.documents.rules import DocumentSubject
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@discharges.route("/forms/<public_id>")
@permit(Action.ANSWER_FORMS)
def show_form(public_id: str) -> str:
    """The form's own fields, what was said about it, and the one next step."""
    return _form_page(public_id)


@discharges.route("/forms/<public_id>/receive", methods=["POST"])
@permit(Action.ANSWER_FORMS)
def receive(public_id: str) -> BaseResponse:
    """One tap. The page that follows shows what is asked next."""
    form, actor = TapForm(), current_actor()
    key = form.key.data if form.validate() else new_public_id()
    with transaction() as session:
        receive_form(session, actor, public_id, TapForm(data={"key": key}).to_command(), current_clock().now())
    flash(_("已接收"))
    return redirect(url_for("discharges.show_form", public_id=public_id))


@discharges.route("/forms/<public_id>/report", methods=["POST"])
@permit(Action.ANSWER_FORMS)
def report(public_id: str) -> Answer:
    get_form(read_session(), current_actor(), public_id)
    form = ReportForm()

    def act(session: Session, vault: Vault, actor: Actor) -> None:
        report_back(session, vault, actor, public_id, form.to_command(), current_clock().now())

    if form.validate() and _done(form, act):
        flash(_("已登记"))
        return redirect(url_for("discharges.show_form", public_id=public_id))
    return _form_page(public_id, report=form), 422


@discharges.route("/forms/<public_id>/correct/<event>", methods=["GET", "POST"])
@permit(Action.ANSWER_FORMS)
def correct(public_id: str, event: str) -> Answer:
    """Another line beside what was said."""
    actor, session = current_actor(), read_session()
    handover, loop = get_form_to_correct(session, actor, public_id)
    lines = list_receipts(session, actor, Vault(session, current_keyring()), loop, handover)
    line = next(
        (one for one in lines if one.public_id == event and (one.is_mine or actor.role is Role.COUNTY_OFFICE)), None
    )
    if line is None:
        raise NotFound()
    form, back = CorrectForm(data={"key": new_public_id()}), _after(actor, handover, loop)
    is_ended = handover.state not in OPEN_FORMS
    is_undone = any(one.kind is EventKind.UNDONE and one.corrects == event for one in lines)

    def act(session: Session, vault: Vault, actor: Actor) -> None:
        correct_event(session, vault, actor, public_id, form.to_command(event), current_clock().now())

    if request.method == "POST" and form.validate() and _done(form, act):
        flash(_("已登记更正"))
        return redirect(back)
    page = render_template(
        "discharges/correct.html",
        form=form,
        line=line,
        number=form_number(public_id),
        public_id=public_id,
        may_undo=line.kind in UNDOABLE and not is_undone and (not is_ended or may_reopen(loop, handover)),
        is_ended=is_ended,
        back=back,
        labels=labels,
    )
    return page if request.method == "GET" else (page, 422)


@discharges.route("/forms/<public_id>/behalf", methods=["GET", "POST"])
@permit(Action.ANSWER_ON_BEHALF)
def on_behalf(public_id: str) -> Answer:
    """代录: who it was, from which stamped paper."""
    actor, session = current_actor(), read_session()
    handover, _loop = get_form(session, actor, public_id)
    if is_own_form(actor, handover):
        return redirect(url_for("discharges.show_form", public_id=public_id))
    form = BehalfForm(data={"key": new_public_id(), "what": "receive"})

    def act(session: Session, vault: Vault, actor: Actor) -> None:
        now = current_clock().now()
        if form.what.data == "receive":
            receive_form(session, actor, public_id, form.to_receipt(), now)
        else:
            report_back(session, vault, actor, public_id, form.to_report(), now)

    if request.method == "POST" and form.validate() and _done(form, act):
        flash(_("已代录，请把盖章单据拍照留存"))
        return redirect(url_for("documents.papers", subject=DocumentSubject.HANDOVER_FORM.value, subject_id=public_id))
    page = render_template(
        "discharges/behalf.html",
        form=form,
        handover=handover,
        number=form_number(public_id),
        back=_back(actor, public_id),
        labels=labels,
    )
    return page if request.method == "GET" else (page, 422)


@discharges.route("/notices/<public_id>/confirm", methods=["GET", "POST"])
@permit(Action.CONFIRM_NOTICES)
def confirm(public_id: str) -> Answer:
    """Who signed the guardian's notice: entered at the door, or after a call."""
    actor, session = current_actor(), read_session()
    handover, loop = get_notice(session, Vault(session, current_keyring()), actor, public_id)
    form = ConfirmForm(data={"key": new_public_id(), "at": current_clock().now()})

    def act(session: Session, vault: Vault, actor: Actor) -> None:
        confirm_notice(session, vault, actor, public_id, form.to_command(), current_clock().now())

    back = url_for("discharges.home")
    if actor.role is Role.HOSPITAL:
        back = url_for("discharges.show_record", public_id=loop.public_id)
    if request.method == "POST" and form.validate() and _done(form, act):
        flash(_("已登记签收"))
        return redirect(back)
    page = render_template(
        "discharges/confirm.html",
        form=form,
        public_id=public_id,
        is_done=handover.received_at is not None,
        is_printed=handover.stopped_reason is None,
        number=form_number(public_id),
        back=back,
    )
    return page if request.method == "GET" else (page, 422)


def _done(form: Any, act: Callable[[Session, Vault, Actor], None]) -> bool:
    """Run the use case in one transaction; False when it was refused, with the reasons at the form."""
    forget_reads()
    try:
        with transaction() as session:
            act(session, Vault(session, current_keyring()), current_actor())
    except AnhuError as refused:
        show_errors(form, refused)
        return False
    return True


def _back(actor: Actor, public_id: str) -> str:
    _form, loop = get_form(read_session(), actor, public_id)
    return _loop_or_inbox(actor, loop)


def _after(actor: Actor, form: HandoverForm, loop: Discharge) -> str:
    """Where whoever has corrected goes on: the unit at its form, an office at the loop."""
    return (
        url_for("discharges.show_form", public_id=form.public_id)
        if is_own_form(actor, form)
        else _loop_or_inbox(actor, loop)
    )


def _loop_or_inbox(actor: Actor, loop: Discharge) -> str:
    if may(actor, Action.SEE_LOOPS):
        return url_for("discharges.show_loop", public_id=loop.public_id)
    return url_for("discharges.inbox")


def _form_page(public_id: str, report: ReportForm | None = None) -> str:
    actor, session, clock = current_actor(), read_session(), current_clock()
    form, loop = get_form(session, actor, public_id)
    is_own = is_own_form(actor, form)
    # an office that only enters a unit's paper knows the household from its own form; the county's reads them all
    is_shown = shows_person(actor, form, home_of(session, loop)) and (is_own or may(actor, Action.SEE_LOOPS))
    if is_shown:
        if not may_look(session, actor, form, clock.today()):
            raise Forbidden(reason("discharges.ten_a_day"))
        note_look((LOOK, form.public_id), loop.county_code)
    vault, now = Vault(session, current_keyring()), clock.now()
    due_at = due_of(form)
    sheet = masked_for(actor, open_form_sheet(session, vault, form)) if is_shown else None
    return render_template(
        "discharges/form.html",
        handover=form,
        number=form_number(form.public_id),
        sheet=sheet,
        asked=labels.asked_of(form.kind, sheet),
        act_words=labels.act_of(form.kind, sheet),
        needs_words=form.kind in ACTS_IN_WORDS,
        # why it ended may be that the person is in hospital again
        reads_why=sees(actor, Field.CARE_SPANS) is Grant.FULL,
        lines=list_receipts(session, actor, vault, loop, form),
        due_at=due_at,
        is_late=due_at is not None and due_at < now,
        is_own=is_own,
        is_open=form.state in OPEN_FORMS,
        notes_act=form.kind in ACTS and form.kind is not FormKind.HEALTH_CENTRE and not form.is_information,
        report=report or ReportForm(data={"key": new_public_id()}),
        tap=TapForm(data={"key": new_public_id()}),
        registered=find_registered(session, actor, loop),
        notice=find_open_notice(session, actor, form),
        home=find_new_home(session, actor, loop.patient_id),
        labels=labels,
        codes=record,
        papers=papers_of(session, actor, DocumentSubject.HANDOVER_FORM, public_id),
        paper_kinds=KIND_LABELS,
    )
