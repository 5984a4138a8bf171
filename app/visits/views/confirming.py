"""Visits of village doctors that wait for the health centre: a list, one tap each or all that are shown."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.areas.queries import find_setting, place_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.reasons import Reason
from app.core.web import forget_reads, read_session, refuse_page, show_errors
from app.patients.queries import lock_patient
from app.visits import queries
from app.visits.forms.confirmation import ConfirmationForm, ReturnForm
from app.visits.models import FollowUpVisit
from app.visits.queries_confirmation import (
    SHOWN,
    confirmation_of,
    count_unconfirmed,
    find_return,
    list_unconfirmed,
    name_of_user,
)
from app.visits.rules.confirmation import CONFIRMATION_LABELS, SETTING
from app.visits.rules.form import FIELDS
from app.visits.service.confirming import confirm_visits, return_visit, set_confirmation
from app.visits.views.blueprint import CLASS_TONES, Page, visits
from app.visits.views.subject import subject_of


@visits.route("/visits/to-confirm")
@permit(Action.CONFIRM_VISITS)
def confirm_list() -> str:
    session, actor = read_session(), current_actor()
    rows = list_unconfirmed(session, actor)
    return render_template(
        "visits/confirm_list.html",
        rows=[row for row in rows if row.returned is None],
        returned=[row for row in rows if row.returned is not None],
        total=count_unconfirmed(session, actor),
        classes=FIELDS["visit_class"].label_of,
        forms={option.code: option.label for option in FIELDS["form"].options},
        tones=CLASS_TONES,
    )


@visits.route("/visits/to-confirm", methods=["POST"])
@permit(Action.CONFIRM_VISITS)
def confirm() -> Page:
    """Those that the form names; what somebody else confirmed meanwhile is left alone."""
    chosen = request.form.getlist("visit")[:SHOWN]
    try:
        with transaction() as session:
            done = confirm_visits(session, current_actor(), chosen, current_clock().now())
    except Conflict as refused:
        return refuse_page(409, refused.reason)
    flash(_("已确认 %(n)s 次随访", n=done), "success")
    return redirect(url_for("visits.confirm_list"), 303)


@visits.route("/patients/<public_id>/visits/<visit_id>/return", methods=["GET", "POST"])
@permit(Action.CONFIRM_VISITS)
def send_back(public_id: str, visit_id: str) -> Page:
    form, actor, clock = ReturnForm(), current_actor(), current_clock()
    if request.method == "GET":
        return _return_page(public_id, visit_id, form)
    if not form.validate():
        return _return_page(public_id, visit_id, form), 400
    try:
        with transaction() as session:
            patient = lock_patient(session, actor, public_id)
            return_visit(session, actor, patient, visit_id, form.reason, clock.today(), clock.now())
    except Conflict as refused:
        forget_reads()
        show_errors(form, refused)
        return _return_page(public_id, visit_id, form), 409
    flash(_("已退回，村医会在任务清单里看到"), "success")
    return redirect(url_for("visits.confirm_list"), 303)


@visits.route("/visits/settings", methods=["GET", "POST"])
@permit(Action.SET_CONFIRMATION)
def confirmation_setting() -> Page:
    """Whether the county wants village doctors' visits confirmed; since when and by whom it is so."""
    session, actor = read_session(), current_actor()
    county = place_of(actor)
    form = ConfirmationForm(data={"wanted": confirmation_of(session, county).value})
    if request.method == "POST" and form.validate():
        forget_reads()
        with transaction() as writing:
            settled = set_confirmation(writing, actor, form.confirmation, current_clock().now())
        flash(_("已保存，%(n)s 次待确认的随访已办结", n=settled) if settled else _("已保存"), "success")
        return redirect(url_for("visits.confirmation_setting"), 303)
    setting = find_setting(session, county, SETTING)
    page = render_template(
        "visits/confirmation_setting.html",
        form=form,
        words=_(CONFIRMATION_LABELS[confirmation_of(session, county)]),
        setting=setting,
        set_by=name_of_user(session, setting.set_by) if setting else None,
    )
    return page if request.method == "GET" else (page, 400)


def standing_of(visit: FollowUpVisit) -> dict[str, Any]:
    """What a visit's page says of the town's word."""
    session = read_session()
    back = find_return(session, visit)
    is_open = visit.needs_confirmation and visit.confirmed_at is None and visit.withdrawn_at is None
    return {
        "awaits_town": is_open,
        "returned": Reason.from_json(back.because[0]) if back else None,
        "confirmed_by": name_of_user(session, visit.confirmed_by),
    }


def _return_page(public_id: str, visit_id: str, form: ReturnForm) -> str:
    subject = subject_of(public_id)
    stored = queries.get_visit(read_session(), current_actor(), subject.patient, visit_id)
    return render_template("visits/return.html", subject=subject, visit=stored.visit, form=form)
