"""One run's board: where it stands, what it comes to, line by line with reasons, the one next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, Invalid, NotFound, StaleVersion
from app.core.forms import Form
from app.core.i18n import _
from app.core.models import WorkItem
from app.core.paging import Page
from app.core.period import parse_period
from app.core.reasons import reason, say
from app.core.searching import search_words
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import AttestForm, ReturnForm, SettleForm, StepForm
from app.subsidies.forms_bank import CompareForm, ExportForm
from app.subsidies.forms_chain import ReopenForm
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.board import board_of
from app.subsidies.queries.checks import checked_against, late_hits
from app.subsidies.queries.differences import MOST, Difference, count_differences, list_differences
from app.subsidies.queries.duty import duty_gap
from app.subsidies.queries.fund import run_in_fund
from app.subsidies.queries.joint import office_signatures
from app.subsidies.queries.lines import LineRow, count_receipts, knows_reasons, list_lines
from app.subsidies.queries.publishing import last_sent_back, publishing_of
from app.subsidies.queries.runs import find_pay_file, get_run, list_steps
from app.subsidies.queries.step_due import StepDue, step_due
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import read_grounds
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.exporting import find_export
from app.subsidies.service.pay_files import layout_of
from app.subsidies.service.refusals import note_refusal
from app.subsidies.texts import HOLD_LABELS

subsidies = Blueprint("subsidies", __name__, url_prefix="/subsidies", template_folder="../templates")

Answer = BaseResponse | tuple[str, int]
Act = Callable[[Session, Actor, SubsidyRun, datetime], object]

OPEN_TO_LISTS = (RunState.DRAFT, RunState.SUBMITTED, RunState.APPROVED)
ENDED = "ended"  # withheld or returned, as the board's filter says it
UNRECEIPTED = "unreceipted"  # paid, and the signed counterfoil has not come back
GONE = frozenset({RunState.EXPORTED, RunState.SETTLED})
LINES_A_PAGE = 25  # a phone shows each as a card
APPROVED = (RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED)


@subsidies.get("/<public_id>")
@permit(Action.SEE_SUBSIDY)
def show_run(public_id: str) -> str:
    """The quarter's board."""
    return _board(get_run(read_session(), current_actor(), public_id), StepForm())


@subsidies.get("/<public_id>/differences/<kind>")
@permit(Action.SEE_SUBSIDY)
def differences(public_id: str, kind: str) -> str:
    """Who is new, gone or changed against last quarter."""
    session, actor = read_session(), current_actor()
    run = get_run(session, actor, public_id)
    if kind not in set(Difference):
        raise NotFound()
    return render_template(
        "subsidies/differences.html",
        run=run,
        quarter=parse_period(run.period),
        kind=kind,
        counts=count_differences(session, actor, run),
        rows=list_differences(session, actor, run, Difference(kind)),
        most=MOST,
    )


@subsidies.context_processor
def _labels() -> dict[str, Callable[..., str]]:
    return {"hold_label": _hold_label}


@subsidies.app_template_global("step_due")
def _step_due(run: SubsidyRun) -> StepDue | None:
    """For every page that says how a run stands."""
    return step_due(read_session(), run, current_clock().today())


def _hold_label(code: str) -> str:
    """A hold's cause in a few words, for the count beside it."""
    return str(_(HOLD_LABELS[code])) if code in HOLD_LABELS else say(reason(code))


def take_step(public_id: str, act: Act, done: str = "", form: StepForm | None = None) -> Answer:
    """Take one step of a run in one transaction, or ask for the work that takes it and show its page; a refusal comes back on the board
    with what was typed.
    """
    actor, form = current_actor(), form or StepForm()
    if not form.validate_on_submit():
        return board_again(public_id, form)
    require_person(actor)
    try:
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            check_version(form, run)
            taken = act(session, actor, run, current_clock().now())
    except (Conflict, Invalid) as refused:
        remember_refusal(("subsidy_run", public_id), refused)
        show_errors(form, refused)
        return board_again(public_id, form, 409 if isinstance(refused, Conflict) else 400)
    if isinstance(taken, WorkItem):
        return redirect(url_for("work.show", public_id=taken.public_id))
    flash(done, "good")
    return redirect(url_for("subsidies.show_run", public_id=public_id))


def remember_refusal(subject: tuple[str, str], refused: AnhuError) -> None:
    """What was stopped is rolled back whole; that somebody tried is for the auditor, in a transaction of its own."""
    actor = current_actor()
    with transaction() as session:
        note_refusal(session, actor, subject, refused, current_clock().now())


def check_version(form: StepForm, run: SubsidyRun) -> None:
    """What is acted upon must be what was looked at."""
    if form.seen_version != run.version:
        raise StaleVersion()


def board_again(public_id: str, form: Form, status: int = 400) -> tuple[str, int]:
    forget_reads()
    return _board(get_run(read_session(), current_actor(), public_id), form), status


def _export_form(session: Session, run: SubsidyRun) -> ExportForm:
    chosen = layout_of(session, run) if run.state is RunState.APPROVED else PayLayout.XLSX
    return ExportForm(formdata=None, version=run.version, layout=chosen.value)


def _lines(session: Session, actor: Actor, run: SubsidyRun, decision: str, text: str) -> Page[LineRow]:
    chosen = LineState(decision) if decision in set(LineState) else None
    after, is_ended = request.args.get("after"), decision == ENDED
    return list_lines(
        session,
        actor,
        run,
        decision=chosen,
        is_ended=is_ended,
        lacks_receipt=decision == UNRECEIPTED,
        text=text,
        cursor=after,
        size=LINES_A_PAGE,
    )


def _board(run: SubsidyRun, form: Form) -> str:
    actor, session = current_actor(), read_session()
    if isinstance(form, StepForm):
        form.version.data = str(run.version)
    decision = request.args.get("decision", "")
    text = search_words(50)
    file = find_pay_file(session, run)
    taken = read_grounds(file.returns_ground) if file else None
    return render_template(
        "subsidies/run.html",
        run=run,
        exporting=find_export(session, run) if run.state is RunState.APPROVED else None,
        checks=checked_against(session, run),
        late=len({one.line.id for one in late_hits(session, run)}) if run.state in OPEN_TO_LISTS else 0,
        quarter=parse_period(run.period),
        board=board_of(session, actor, run),
        duty=duty_gap(session, actor, run.county_code, parse_period(run.period))
        if run.state is RunState.DRAFT
        else None,
        page=_lines(session, actor, run, decision, text),
        steps=list_steps(session, run),
        file=file,
        offices=office_signatures(session, run),
        receipts=count_receipts(session, actor, run)
        if run.state in GONE and may(actor, Action.SEE_DOCUMENTS)
        else None,
        publishing=publishing_of(session, run),
        sent_back=last_sent_back(session, run),
        taken_on=taken.said() if taken else None,
        reopen_form=form if isinstance(form, ReopenForm) else ReopenForm(formdata=None, version=run.version),
        in_fund=run_in_fund(session, run, current_clock().today()),
        decision=decision,
        text=text,
        has_notices=run.state in APPROVED,
        knows_reasons=knows_reasons(actor),
        form=form,
        export_form=form if isinstance(form, ExportForm) else _export_form(session, run),
        compare_form=form if isinstance(form, CompareForm) else CompareForm(formdata=None),
        return_form=form if isinstance(form, ReturnForm) else ReturnForm(formdata=None, version=run.version),
        settle_form=form if isinstance(form, SettleForm) else SettleForm(formdata=None, version=run.version),
        attest_form=form if isinstance(form, AttestForm) else AttestForm(formdata=None, version=run.version),
    )
