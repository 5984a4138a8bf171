"""A child or an elder at home without a carer: told by the clinician, taken up and answered by civil affairs."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.dependants import AnswerForm, TellForm
from app.desk.queries.dependants import get_dependants, list_dependants, list_told
from app.desk.views.blueprint import desk
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.rules import RegistryStatus
from app.patients.rules_support import Dependants, DependantsOutcome
from app.patients.service.dependants import (
    close_dependants,
    report_dependants,
    take_up_dependants,
    withdraw_dependants,
)
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@desk.route("/patients/<public_id>/dependants", methods=["GET", "POST"])
@permit(Action.REPORT_DEPENDANTS)
def dependants(public_id: str) -> Answer:
    """What was told and what came of it; tell anew, or take the word back (the second button)."""
    actor, clock = current_actor(), current_clock()
    found = get_patient(read_session(), actor, public_id)
    form, status = TellForm(), 200
    if request.method == "GET":
        note_look(("patient", public_id), found.area_code)
    elif "withdraw" in request.form or form.validate():
        forget_reads()
        try:
            with transaction() as session:
                patient = lock_patient(session, actor, public_id)
                if "withdraw" in request.form:
                    withdraw_dependants(session, actor, patient, clock.today(), clock.now())
                else:
                    report_dependants(session, actor, patient, Dependants(form.who.data), clock.today(), clock.now())
            flash(_("已撤回") if "withdraw" in request.form else _("已告知民政"), "success")
            return redirect(url_for("desk.dependants", public_id=public_id), 303)
        except Conflict as refused:
            show_errors(form, refused)
            status = 409
    else:
        status = 422
    page = _told_page(public_id, form)
    return page if status == 200 else (page, status)


@desk.route("/dependants/")
@permit(Action.ANSWER_DEPENDANTS)
def dependants_list() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    is_open = request.args.get("state") != "done"
    return render_template(
        "desk/dependants/list.html",
        page=list_dependants(session, actor, is_open, today, request.args.get("after")),
        is_open=is_open,
        is_first_page="after" not in request.args,
    )


@desk.route("/dependants/<public_id>", methods=["GET", "POST"])
@permit(Action.ANSWER_DEPENDANTS)
def answer_dependants(public_id: str) -> Answer:
    """One family: whom to call, and how it ended."""
    actor, clock = current_actor(), current_clock()
    form, status = AnswerForm(), 200
    word = get_dependants(read_session(), Vault(read_session(), current_keyring()), actor, public_id, clock.today())
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as session:
                    outcome = DependantsOutcome(form.outcome.data)
                    close_dependants(session, actor, public_id, outcome, clock.today(), clock.now())
                flash(_("已办结，报告人会看到结果"), "success")
                return redirect(url_for("desk.dependants_list"), 303)
            except Conflict as refused:
                show_errors(form, refused)
                status = 409
    session = read_session()
    vault = Vault(session, current_keyring())
    word = get_dependants(session, vault, actor, public_id, clock.today())
    page = render_template("desk/dependants/answer.html", word=word, form=form)
    return page if status == 200 else (page, status)


@desk.route("/dependants/<public_id>/take-up", methods=["POST"])
@permit(Action.ANSWER_DEPENDANTS)
def take_up(public_id: str) -> BaseResponse:
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        take_up_dependants(session, actor, public_id, clock.now())
    flash(_("已受理，报告人会看到"), "success")
    return redirect(url_for("desk.answer_dependants", public_id=public_id), 303)


def _told_page(public_id: str, form: TellForm) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    found: Patient = get_patient(session, actor, public_id)
    told = list_told(session, actor, found, today)
    return render_template(
        "desk/dependants/told.html",
        patient=header_of(session, actor, Vault(session, current_keyring()), found, today),
        told=told,
        is_open=any(one.closed_at is None for one in told),
        is_registered=found.registry_status is RegistryStatus.REGISTERED,
        form=form,
    )
