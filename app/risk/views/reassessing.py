"""Recording a quarterly reassessment from the work list."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.quarter import Quarter
from app.core.reasons import Reason, say, say_quarter
from app.core.web import date_long, forget_reads, read_session, show_errors
from app.people.vault import Vault
from app.risk import queries, service
from app.risk.forms import ReassessForm
from app.risk.models import ReassessmentSession, SessionState
from app.risk.queries.said import find_said
from app.risk.queries.sessions import find_session, get_row
from app.risk.rules import LEVELS, Effect, effect_on_next_visit
from app.risk.views.blueprint import risk
from app.tasks.models import TaskState


@risk.route("/tasks/<public_id>/reassess", methods=["GET", "POST"])
@permit(Action.REASSESS)
def reassess(public_id: str) -> str | Response | tuple[str, int]:
    form = ReassessForm()
    if request.method == "GET":
        form.begin(_day(public_id))
        return _page(public_id, form)
    if not form.validate():
        return _page(public_id, form), 400
    try:
        recorded = _record(public_id, form)
    except Invalid as refused:
        forget_reads()
        show_errors(form, refused)
        return _page(public_id, form), 400
    flash(_saved(recorded.effect), "success")
    return redirect(_back(_meeting(public_id)))


@risk.route("/tasks/<public_id>/reassess/effect")
@permit(Action.REASSESS)
def preview_effect(public_id: str) -> str:
    """What the chosen level would do to the next visit, beside the button."""
    subject = queries.get_subject(read_session(), current_actor(), public_id)
    chosen = request.args.get("level", "")
    if chosen not in {str(level) for level in LEVELS}:
        return render_template("risk/_effect.html", because=None)
    effect = effect_on_next_visit(int(chosen), current_clock().today(), subject.next_visit_on)
    return render_template("risk/_effect.html", because=effect.because)


def _saved(effect: Effect) -> str:
    """Without the level: what is flashed travels in a cookie that is signed and not sealed."""
    if effect.bring_to is None:
        return str(_("评估已保存，随访日期不变。"))
    return str(_("评估已保存，下次随访提前到%(day)s。", day=date_long(effect.bring_to)))


def _meeting(public_id: str) -> ReassessmentSession | None:
    """The town's meeting that is under way for this duty."""
    actor, session = current_actor(), read_session()
    task = queries.get_subject(session, actor, public_id).task
    held = find_session(session, actor, task.area_code, task.period)
    return held if held is not None and held.state is SessionState.OPEN else None


def _day(public_id: str) -> date:
    held = _meeting(public_id)
    return held.held_on if held else current_clock().today()


def _back(held: ReassessmentSession | None) -> str:
    return (
        url_for("risk.session", public_id=held.public_id, part="single")
        if held
        else url_for("tasks.list_tasks", tab="reassess")
    )


def _record(public_id: str, form: ReassessForm) -> service.Recorded:
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        subject = queries.get_subject(session, actor, public_id)
        vault = Vault(session, current_keyring())
        return service.record_reassessment(
            session, vault, actor, subject, form.to_command(), clock.today(), clock.now()
        )


def _page(public_id: str, form: ReassessForm) -> str:
    subject = queries.get_subject(read_session(), current_actor(), public_id)
    quarter = Quarter.parse(subject.task.period)
    level = subject.patient.risk_level
    is_done = subject.task.state is not TaskState.OPEN
    held = _meeting(public_id)
    return render_template(
        "risk/reassess.html",
        form=form,
        subject=subject,
        row=None if is_done else get_row(read_session(), current_actor(), subject.task),
        held=held,
        back=_back(held),
        quarter=say_quarter(quarter),
        level_before=None if level is None else say(Reason(f"risk.level.{level}")),
        is_done=is_done,
        said=find_said(read_session(), current_actor(), subject.patient),
        outcome=Reason.from_json(subject.task.outcome) if subject.task.outcome else None,
    )
