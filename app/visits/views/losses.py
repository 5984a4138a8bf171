"""The page of a lost patient: where last, who was told and when, how found; its paper is the official form."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.people.vault import Vault
from app.visits import queries
from app.visits.forms.loss import LossForm
from app.visits.queries_losses import LossSheet, find_sheet
from app.visits.rules.losses import OFFICE_LABELS, PHONE_FIRST_LEVEL, Office
from app.visits.service.losses import keep_loss as store_loss
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject, own_vault, subject_of


@visits.route("/patients/<public_id>/loss", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def keep_loss(public_id: str) -> Page:
    subject, sheet = _opened(public_id)
    form = LossForm() if request.method == "POST" else LossForm.of(sheet, _said(subject))
    if request.method == "GET":
        note_look(("patient", public_id), subject.patient.area_code)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                vault = Vault(writing, current_keyring())
                store_loss(writing, vault, current_actor(), form.to_command(public_id), current_clock().now())
            flash(_("已保存"), "success")
            return redirect(url_for("visits.keep_loss", public_id=public_id), 303)
        except AnhuError as refused:
            show_errors(form, refused)
        subject, sheet = _opened(public_id)
    page = render_template(
        "visits/loss.html",
        subject=subject,
        sheet=sheet,
        form=form,
        offices=[(_(OFFICE_LABELS[office]), form.told_of(office)) for office in Office],
        phones_first=(subject.patient.risk_level or 0) >= PHONE_FIRST_LEVEL,
        has_hidden_texts=own_vault() is None,
    )
    return page if request.method == "GET" else (page, 422)


def _opened(public_id: str) -> tuple[Subject, LossSheet]:
    subject, session = subject_of(public_id), read_session()
    sheet = find_sheet(session, Vault(session, current_keyring()), current_actor(), subject.patient)
    if sheet is None:
        raise Conflict(reason("visit.loss.not_lost"))
    return subject, sheet


def _said(subject: Subject) -> int | None:
    """The reason that a visit form gave last."""
    visits_made = queries.list_visits(read_session(), current_actor(), subject.patient)
    return next((one.lost_reason for one in visits_made if one.lost_reason), None)
