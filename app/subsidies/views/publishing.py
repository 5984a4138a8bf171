"""Between approval and bank by page: the public notice, objections to it, and opening an approved run again."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import flash, redirect, render_template, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.models import User
from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import reading, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.period import parse_period
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import StepForm
from app.subsidies.forms_chain import ObjectionDecisionForm, ObjectionForm, ReopenForm
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.chain import objection_reply_document, print_of_reply
from app.subsidies.papers.labels import OBJECTION_REPLY
from app.subsidies.queries.publishing import find_notice, get_objection, list_objections, town_counts
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.chain import OBJECTION_GROUNDS, OBJECTION_SOURCES, ObjectionState
from app.subsidies.rules.notice import public_counts
from app.subsidies.service import (
    ask_reopening,
    decide_objection,
    decide_reopening,
    post_notice,
    record_objection,
    withdraw_reopening,
)
from app.subsidies.service.editions import Edition, draw_edition, keep_edition
from app.subsidies.service.printing import PDF
from app.subsidies.service.publishing import notice_days
from app.subsidies.views.board import Answer, remember_refusal, subsidies, take_step
from reports.objection_reply import render_objection_reply


@subsidies.get("/<public_id>/notice")
@permit(Action.SEE_SUBSIDY)
def notice(public_id: str) -> str:
    """What hangs out, until when, and who objects."""
    form = ObjectionForm(current_clock().today())
    return _notice_page(get_run(read_session(), current_actor(), public_id), form)


@subsidies.post("/<public_id>/notice", endpoint="post_notice")
@permit(Action.PREPARE_SUBSIDY)
def post(public_id: str) -> Answer:
    """The clerk hangs it out."""
    today = current_clock().today()
    return take_step(
        public_id, lambda s, a, run, now: post_notice(s, a, run, today, now), _("已开始公示，请打印张贴。")
    )


@subsidies.post("/<public_id>/objections")
@permit(Action.PREPARE_SUBSIDY)
def add_objection(public_id: str) -> Answer:
    """Write down what was objected to."""
    actor, clock = current_actor(), current_clock()
    form = ObjectionForm(clock.today())
    run = get_run(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _notice_page(run, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            locked = get_run(session, actor, public_id, lock=True)
            record_objection(session, actor, form.to_command(), locked, clock.today(), clock.now())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return _notice_page(get_run(read_session(), actor, public_id), form), _status(refused)
    flash(_("已登记，由复核人处理。处理之前不能拨付。"), "good")
    return redirect(url_for("subsidies.notice", public_id=public_id))


@subsidies.get("/objections/<public_id>")
@permit(Action.SEE_SUBSIDY)
def objection(public_id: str) -> str:
    """One objection; for the second person, its decision."""
    return _objection_page(public_id, ObjectionDecisionForm())


@subsidies.post("/objections/<public_id>", endpoint="decide_objection")
@permit(Action.APPROVE_SUBSIDY)
def decide(public_id: str) -> Answer:
    """The second person finds for or against it; the approved ledger is kept before anything changes."""
    actor, form = current_actor(), ObjectionDecisionForm()
    _found, run = get_objection(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _objection_page(public_id, form), 400
    require_person(actor)
    command = form.to_command(public_id)
    drawn = _draw(actor, run.public_id) if command.is_upheld else None
    try:
        with transaction() as session:
            _found, locked = get_objection(session, actor, public_id, lock=True)
            _keep(session, actor, locked, drawn)
            decide_objection(session, actor, command, current_clock().now())
    except (Conflict, Invalid) as refused:
        remember_refusal(("subsidy_run", run.public_id), refused)
        forget_reads()
        show_errors(form, refused)
        return _objection_page(public_id, form), _status(refused)
    flash(_("已处理，可打印答复书。"), "good")
    return redirect(url_for("subsidies.objection", public_id=public_id))


@subsidies.get("/objections/<public_id>/reply.pdf")
@permit(Action.PRINT_SUBSIDY)
@paper
def objection_reply(public_id: str) -> BaseResponse:
    """The answer to whoever objected."""
    actor, session, now, keyring = current_actor(), read_session(), current_clock().now(), current_keyring()
    found, run = get_objection(session, actor, public_id)
    if found.state is ObjectionState.OPEN:
        raise NotFound()
    content = render_objection_reply(objection_reply_document(session, keyring, actor, found, run, now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_reply(found, run, actor, now), content)
    name = f"{OBJECTION_REPLY}{run.short_name}.pdf"
    return send_file(BytesIO(content), mimetype=PDF, as_attachment=True, download_name=name)


@subsidies.post("/<public_id>/reopening")
@permit(Action.PREPARE_SUBSIDY)
def ask_to_reopen(public_id: str) -> Answer:
    """The clerk asks to open an approved run again, and says why."""
    form = ReopenForm()

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        return ask_reopening(session, actor, run, form.to_grounds(), now)

    return take_step(public_id, act, _("已申请撤回审批，等待复核人决定。"), form)


@subsidies.post("/<public_id>/reopening/allow")
@permit(Action.APPROVE_SUBSIDY)
def allow_reopening(public_id: str) -> Answer:
    """The reviewer allows it: the run is its clerk's again."""
    drawn = _draw(current_actor(), public_id)

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        _keep(session, actor, run, drawn)
        return decide_reopening(session, actor, run, True, now)

    return take_step(public_id, act, _("已同意，批次退回经办人；审批时的台账已留存。"))


@subsidies.post("/<public_id>/reopening/refuse")
@permit(Action.APPROVE_SUBSIDY)
def refuse_reopening(public_id: str) -> Answer:
    """The reviewer does not allow it; the approval stands."""
    return take_step(
        public_id, lambda s, a, run, now: decide_reopening(s, a, run, False, now), _("未同意，审批仍然有效。")
    )


@subsidies.post("/<public_id>/reopening/withdraw")
@permit(Action.PREPARE_SUBSIDY)
def withdraw_request(public_id: str) -> Answer:
    """The clerk takes the request back."""
    return take_step(public_id, withdraw_reopening, _("已收回申请。"))


def _draw(actor: Actor, run_public_id: str) -> tuple[Edition, bytes] | None:
    """The approved ledger, drawn before the step that changes it; nobody waits for a lock meanwhile."""
    get_run(read_session(), actor, run_public_id)
    return draw_edition(reading, current_keyring(), actor, run_public_id, current_clock().now())


def _keep(session: Session, actor: Actor, run: SubsidyRun, drawn: tuple[Edition, bytes] | None) -> None:
    if drawn is not None:
        keep_edition(session, current_keyring(), actor, run, *drawn)


def _status(refused: Exception) -> int:
    return 400 if isinstance(refused, Invalid) else 409


def _notice_page(run: SubsidyRun, form: ObjectionForm) -> str:
    session = read_session()
    step = StepForm(formdata=None)
    step.version.data = str(run.version)
    notice = find_notice(session, run)
    return render_template(
        "subsidies/notice.html",
        run=run,
        quarter=parse_period(run.period),
        notice=notice,
        posted_by=session.get_one(User, notice.posted_by).display_name if notice else None,
        days=notice_days(session, run),
        counts=public_counts(town_counts(session, run)),
        objections=list_objections(session, run),
        sources=OBJECTION_SOURCES,
        grounds=OBJECTION_GROUNDS,
        form=form,
        step_form=step,
    )


def _objection_page(public_id: str, form: ObjectionDecisionForm) -> str:
    session, actor = read_session(), current_actor()
    found, run = get_objection(session, actor, public_id)
    [row] = [one for one in list_objections(session, run) if one.objection.id == found.id]
    return render_template(
        "subsidies/objection.html",
        run=run,
        quarter=parse_period(run.period),
        row=row,
        sources=OBJECTION_SOURCES,
        grounds=OBJECTION_GROUNDS,
        form=form,
    )
