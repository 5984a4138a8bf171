"""The joint approval's pages: what waits for an office, and the form on which it marks the few lines and signs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.period import parse_period
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import StepForm
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.joint import (
    count_marks,
    is_form_open,
    list_lines_to_sign,
    list_towns_to_sign,
    list_waiting,
)
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.chain import OFFICE_LABELS, Office
from app.subsidies.service.joint import (
    mark_line,
    note_form_seen,
    office_of,
    send_marked,
    sign_for_office,
    unmark_line,
)
from app.subsidies.views.board import Answer, check_version, subsidies

Act = Callable[[Session, Actor, SubsidyRun, datetime], object]


@subsidies.get("/signing")
@permit(Action.SIGN_SUBSIDY)
def signing() -> str:
    """The runs that wait for this office. The police see no more of one that they have answered: signed or sent back looks the same."""
    actor = current_actor()
    office = office_of(actor)
    waiting = [
        one for one in list_waiting(read_session(), actor, office) if office is not Office.POLICE or not one.is_signed
    ]
    return render_template(
        "subsidies/signing.html",
        office=_(OFFICE_LABELS[office]),
        waiting=[(one, parse_period(one.run.period)) for one in waiting],
    )


@subsidies.get("/<public_id>/sign")
@permit(Action.MARK_SUBSIDY)
def sign_form(public_id: str) -> str:
    """The office's form: names while it is open, by town and village. Each page that shows names is noted."""
    return _form(get_run(read_session(), current_actor(), public_id), StepForm())


@subsidies.post("/<public_id>/sign", endpoint="sign_office")
@permit(Action.MARK_SUBSIDY)
def sign_office(public_id: str) -> Answer:
    """The office has nothing against any line."""
    return _take(public_id, sign_for_office, _("已签署。"), url_for("subsidies.signing"))


@subsidies.post("/<public_id>/sign/send")
@permit(Action.MARK_SUBSIDY)
def send_to_clerk(public_id: str) -> Answer:
    """The marked lines go back to the clerk, on hold."""
    return _take(public_id, send_marked, _("已退回民政核定。"), url_for("subsidies.signing"))


@subsidies.post("/<public_id>/sign/<line_id>/mark")
@permit(Action.MARK_SUBSIDY)
def mark(public_id: str, line_id: str) -> Answer:
    """There is something about this line."""
    return _take(public_id, lambda s, a, run, now: mark_line(s, a, run, line_id, now), _("已标记。"), _back(public_id))


@subsidies.post("/<public_id>/sign/<line_id>/unmark")
@permit(Action.MARK_SUBSIDY)
def unmark(public_id: str, line_id: str) -> Answer:
    """There is nothing about it after all."""
    return _take(
        public_id, lambda s, a, run, now: unmark_line(s, a, run, line_id, now), _("已撤销标记。"), _back(public_id)
    )


def _take(public_id: str, act: Act, done: str, then: str) -> Answer:
    """One act in one transaction; a refusal comes back on the form."""
    actor, form = current_actor(), StepForm()
    if not form.validate_on_submit():
        return _form(get_run(read_session(), actor, public_id), form), 400
    require_person(actor)
    try:
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            check_version(form, run)
            act(session, actor, run, current_clock().now())
    except Conflict as refused:
        forget_reads()
        show_errors(form, refused)
        return _form(get_run(read_session(), actor, public_id), form), 409
    flash(done, "good")
    return redirect(then)


def _back(public_id: str) -> str:
    """The page of the form that the mark was made on."""
    town, after = request.args.get("town", "")[:9], request.args.get("after", "")[:200]
    return url_for("subsidies.sign_form", public_id=public_id, town=town or None, after=after or None)


def _form(run: SubsidyRun, form: StepForm) -> str:
    actor, session = current_actor(), read_session()
    office, town = office_of(actor), request.args.get("town", "")[:9]
    is_open = is_form_open(session, run, office)
    form.version.data = str(run.version)
    page = (
        list_lines_to_sign(session, actor, office, run, town=town, cursor=request.args.get("after"))
        if is_open
        else None
    )
    marked = list_lines_to_sign(session, actor, office, run, only_marked=True) if is_open else None
    if page is not None and page.rows:
        with transaction() as writing:
            note_form_seen(writing, actor, run, len(page.rows), current_clock().now())
    return render_template(
        "subsidies/sign.html",
        run=run,
        quarter=parse_period(run.period),
        form=form,
        office=office,
        office_name=_(OFFICE_LABELS[office]),
        is_open=is_open,
        page=page,
        towns=list_towns_to_sign(session, actor, run) if is_open else [],
        town=town,
        after=request.args.get("after"),
        marked=marked.rows if marked else [],
        marks=count_marks(session, run, office),
    )
