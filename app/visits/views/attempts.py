"""An attempt without contact, and the decision that a patient is lost."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, Forbidden, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import Reason
from app.core.web import date_short, forget_reads, read_session, show_errors
from app.people.vault import Vault
from app.tasks.rules import TaskKind
from app.visits import queries, service
from app.visits.commands import DecideLost
from app.visits.forms.attempt import AttemptForm, LostForm
from app.visits.forms.key import new_submission_key
from app.visits.models import VisitAttempt
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS, AttemptOutcome, AttemptWay
from app.visits.rules.ruleset import VisitRules
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject, subject_of


@visits.route("/patients/<public_id>/visits/attempt", methods=["GET", "POST"])
@permit(Action.LOG_VISIT)
def new_attempt(public_id: str) -> Page:
    if request.method == "GET":
        begun = {
            "submission_key": new_submission_key(),
            "attempted_on": current_clock().today(),
            "way": AttemptWay.TELEPHONE.value,  # most tries are calls: from the list it is one tap on how it ended, one to save
        }
        return _attempt_page(public_id, AttemptForm(data=begun))
    form = AttemptForm()
    if not form.validate():
        return _attempt_page(public_id, form), 400
    try:
        attempted = _record(public_id, form)
    except (NotFound, Forbidden):
        raise
    except AnhuError as refused:
        forget_reads()
        show_errors(form, refused)
        return _attempt_page(public_id, form), 409 if isinstance(refused, Conflict) else 400
    flash(_outcome(attempted), "success")
    return redirect(url_for("visits.list_visits", public_id=public_id), 303)


@visits.route("/patients/<public_id>/visits/lost", methods=["GET", "POST"])
@permit(Action.CONFIRM_LOST)
def decide_lost(public_id: str) -> Page:
    """The proposal with the attempts behind it; a person decides."""
    form = LostForm()
    if request.method == "GET":
        return _lost_page(public_id, form)
    if not form.validate():
        return _lost_page(public_id, form), 400
    clock, is_lost = current_clock(), form.is_lost
    try:
        with transaction() as session:
            command = DecideLost(public_id, is_lost)
            service.confirm_lost(session, current_actor(), command, clock.today(), clock.now())
    except Conflict as refused:
        forget_reads()
        show_errors(form, refused)
        return _lost_page(public_id, form), 409
    flash(_("已确认失访，定期查找。请登记向哪些单位报告。") if is_lost else _("未认定失访，随访任务保留。"), "success")
    page = "visits.keep_loss" if is_lost else "visits.list_visits"
    return redirect(url_for(page, public_id=public_id), 303)


def _record(public_id: str, form: AttemptForm) -> service.Attempted:
    clock = current_clock()
    with transaction() as session:
        vault = Vault(session, current_keyring())
        command = form.to_command(public_id)
        return service.record_attempt(session, vault, current_actor(), command, clock.today(), clock.now())


def _outcome(attempted: service.Attempted) -> str:
    times, again_by = attempted.in_a_row, date_short(attempted.again_by)
    if attempted.is_lost_proposed:
        words = _("已记录。连续 %(times)s 次未访到，已提请负责人确认失访。", times=times)
    elif attempted.attempt.outcome == AttemptOutcome.REACHED:
        words = _("已记录。%(day)s前完成随访。", day=again_by)
    elif attempted.attempt.outcome == AttemptOutcome.MOVED:
        words = _("已记录。请核实去向；确已搬走的，办理迁出。%(day)s前再试。", day=again_by)
    elif times:
        words = _("已记录，第 %(times)s 次未访到。%(day)s前再试。", times=times, day=again_by)
    else:
        words = _("已记录。%(day)s前再试。", day=again_by)
    return str(words)


def _attempt_page(public_id: str, form: AttemptForm) -> str:
    subject = subject_of(public_id)
    return render_template(
        "visits/attempt.html", subject=subject, form=form, attempts=_attempts(subject), rules=_rules(), **_LABELS
    )


def _lost_page(public_id: str, form: LostForm) -> str:
    subject = subject_of(public_id)
    task = queries.find_open_task(read_session(), subject.patient.id, TaskKind.CONFIRM_LOST)
    because = [Reason.from_json(one) for one in task.because] if task else []
    return render_template(
        "visits/lost.html",
        subject=subject,
        form=form,
        task=task,
        because_lost=because,
        attempts=_attempts(subject),
        rules=_rules(),
        **_LABELS,
    )


def _attempts(subject: Subject) -> list[VisitAttempt]:
    """Those since the last visit, the newest first."""
    since = subject.patient.last_visit_on
    return queries.list_attempts(read_session(), current_actor(), subject.patient, after=since)


def _rules() -> VisitRules:
    return queries.get_rules(read_session(), current_clock().today())


_LABELS = {"ways": WAY_LABELS, "outcomes": OUTCOME_LABELS}
