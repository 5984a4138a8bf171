"""The draft of a visit form: kept with every change, shown again when the form is opened, ended by saving or giving up."""

from __future__ import annotations

from functools import cache

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.forms import refuse_untidy
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session
from app.patients.queries import get_patient, lock_patient
from app.people.vault import Vault
from app.visits.forms.key import is_submission_key
from app.visits.forms.visit import VisitForm
from app.visits.service.drafts import Draft, end_draft, keep_draft, open_draft
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject

_NOT_TYPED = frozenset({"submission_key", "accepted", "correction_reason"})


@visits.route("/patients/<public_id>/visits/draft", methods=["POST"])
@permit(Action.LOG_VISIT)
def keep_visit_draft(public_id: str) -> Page:
    """A fragment for the form: when its draft was kept."""
    get_patient(read_session(), current_actor(), public_id)
    refuse_untidy()
    key, now = request.form.get("submission_key", ""), current_clock().now()
    if not is_submission_key(key):
        raise Conflict(reason("visit.key_missing"))
    typed = {name: request.form.getlist(name) for name in _names() if name in request.form}
    forget_reads()
    with transaction() as session:
        draft = keep_draft(session, Vault(session, current_keyring()), current_actor(), public_id, key, typed, now)
    return render_template("visits/field/_draft_line.html", saved_at=now if draft else None)


@visits.route("/patients/<public_id>/visits/draft/discard", methods=["POST"])
@permit(Action.LOG_VISIT)
def discard_visit_draft(public_id: str) -> Page:
    with transaction() as session:
        patient = lock_patient(session, current_actor(), public_id)
        end_draft(session, current_actor(), patient.id)
    flash(_("草稿已放弃，表格恢复为沿用上次的内容。"))
    return redirect(url_for("visits.new_visit", public_id=public_id), 303)


def draft_of(subject: Subject) -> Draft | None:
    """What this user typed for the subject earlier and did not save."""
    return open_draft(read_session(), Vault(read_session(), current_keyring()), current_actor(), subject.patient)


def form_of_draft(draft: Draft) -> VisitForm:
    """The form exactly as it was left."""
    return VisitForm(MultiDict([*_pairs(draft), ("submission_key", draft.submission_key)]))


def _pairs(draft: Draft) -> list[tuple[str, str]]:
    return [(name, value) for name, values in draft.typed.items() if name in _names() for value in values]


@cache
def _names() -> frozenset[str]:
    """The questions of the form."""
    found = {name for name in dir(VisitForm) if name[0] != "_" and hasattr(getattr(VisitForm, name), "_formfield")}
    return frozenset(found) - _NOT_TYPED
