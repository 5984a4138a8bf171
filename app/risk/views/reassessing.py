"""Recording a quarterly reassessment from the work list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
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
from app.risk.rules import LEVELS, Effect, effect_on_next_visit
from app.tasks.models import TaskState

risk = Blueprint("risk", __name__, template_folder="templates")


@risk.route("/tasks/<public_id>/reassess", methods=["GET", "POST"])
@permit(Action.REASSESS)
def reassess(public_id: str) -> str | Response | tuple[str, int]:
    form = ReassessForm()
    if request.method == "GET":
        form.begin(current_clock().today())
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
    return redirect(url_for("tasks.list_tasks", tab="reassess"))


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
    return render_template(
        "risk/reassess.html",
        form=form,
        subject=subject,
        quarter=say_quarter(quarter),
        level_before=None if level is None else say(Reason(f"risk.level.{level}")),
        is_done=subject.task.state is not TaskState.OPEN,
        outcome=Reason.from_json(subject.task.outcome) if subject.task.outcome else None,
    )
