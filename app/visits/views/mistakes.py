"""Marking an attempt that was written down by mistake."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.fields import choices
from app.core.i18n import _
from app.core.web import date_short, read_session
from app.patients.rules import Mistake
from app.visits import queries, service
from app.visits.forms.mistake import MistakeForm
from app.visits.models import VisitAttempt
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS, AttemptOutcome, AttemptWay
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject, subject_of


@visits.route("/patients/<public_id>/visits/attempts/wrong", methods=["GET", "POST"])
@permit(Action.LOG_VISIT)
def mark_attempt_wrong(public_id: str) -> Page:
    """Which attempt, and what was wrong with it. It stays in the history, marked, and counts for nothing."""
    subject, form = subject_of(public_id), MistakeForm()
    form.attempt.choices = choices((one.public_id, _words(one)) for one in _attempts(subject))
    if request.method == "GET":
        note_look(("patient", public_id), subject.patient.area_code)
    elif form.validate():
        clock = current_clock()
        with transaction() as session:
            mistake = Mistake(form.mistake.data)
            service.mark_attempt_wrong(
                session, current_actor(), public_id, form.attempt.data, mistake, clock.today(), clock.now()
            )
        flash(_("已标为误登，原记录保留可查"), "success")
        return redirect(url_for("visits.list_visits", public_id=public_id), 303)
    page = render_template("visits/mistake.html", subject=subject, form=form)
    return page if request.method == "GET" else (page, 400)


def _attempts(subject: Subject) -> list[VisitAttempt]:
    return queries.list_attempts(read_session(), current_actor(), subject.patient)


def _words(attempt: VisitAttempt) -> str:
    way, outcome = WAY_LABELS[AttemptWay(attempt.way)], OUTCOME_LABELS[AttemptOutcome(attempt.outcome)]
    return f"{date_short(attempt.attempted_on)} {_(way)} · {_(outcome)}"
