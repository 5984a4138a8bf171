"""Asking a hospital by day and night, and the hospital's own answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.incidents import labels
from app.incidents import labels_care as care
from app.incidents.forms.care import AskHospitalForm, ReceptionForm
from app.incidents.queries.emergencies import get_emergency
from app.incidents.queries.receptions import get_asked, get_of_emergency, list_asked, list_hospitals, list_receptions
from app.incidents.rules.reception import waits_long
from app.incidents.service import receptions as service
from app.incidents.views.blueprint import incidents
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {
    "state": care.RECEPTION_STATES,
    "tone": care.RECEPTION_TONES,
    "refusal": care.RECEPTION_REFUSALS,
    "transport": care.TRANSPORTS,
    "reason": labels.REASONS,
}


@incidents.route("/<public_id>/hospitals", methods=["GET", "POST"])
@permit(Action.ASK_HOSPITALS)
def ask_hospital(public_id: str) -> Answer:
    """Transport and acceptance of one emergency: who was asked, what they said, when they arrived."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    emergency = get_emergency(session, actor, public_id)
    form = AskHospitalForm(data={"key": new_public_id()})
    form.hospital.offer([(one.public_id, one.name) for one in list_hospitals(session, actor)])
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                vault, asked = Vault(writing, current_keyring()), get_emergency(writing, actor, public_id)
                service.ask_hospital(writing, vault, actor, asked, form.to_command(), clock.now())
        except AnhuError as refused:
            show_errors(form, refused)
        else:
            flash(_("已登记，请等医院答复"))
            return redirect(url_for("incidents.ask_hospital", public_id=public_id))
    session = read_session()
    receptions = list_receptions(session, actor, get_emergency(session, actor, public_id))
    page = render_template(
        "incidents/hospitals.html",
        form=form,
        emergency=emergency,
        receptions=[(one, waits_long(one.state, one.asked_at, one.answered_at, clock.now())) for one in receptions],
        words=WORDS,
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/<public_id>/hospitals/<reception_id>", methods=["GET", "POST"])
@permit(Action.ASK_HOSPITALS)
def tell_reception(public_id: str, reception_id: str) -> Answer:
    """What the hospital said on the telephone, the arrival, or that nobody goes there."""
    actor, session = current_actor(), read_session()
    emergency = get_emergency(session, actor, public_id)
    reception = get_of_emergency(session, actor, emergency, reception_id)
    form = ReceptionForm(data={"at": current_clock().now()})
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                of = get_emergency(writing, actor, public_id)
                asked = get_of_emergency(writing, actor, of, reception_id)
                service.answer_reception(writing, actor, asked, form.to_command(), current_clock().now())
        except AnhuError as refused:
            show_errors(form, refused)
        else:
            flash(_("已登记"))
            return redirect(url_for("incidents.ask_hospital", public_id=public_id))
    back = url_for("incidents.ask_hospital", public_id=public_id)
    page = render_template("incidents/reception.html", form=form, hospital=reception.hospital, back=back, words=WORDS)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/receptions/")
@permit(Action.ANSWER_RECEPTIONS)
def list_own_receptions() -> str:
    """For the hospital: whom it is asked to receive."""
    rows = list_asked(read_session(), current_actor())
    return render_template("incidents/receptions.html", rows=rows, words=WORDS)


@incidents.route("/receptions/<public_id>", methods=["GET", "POST"])
@permit(Action.ANSWER_RECEPTIONS)
def answer_reception(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    reception = get_asked(session, actor, public_id)
    form = ReceptionForm(data={"at": current_clock().now()})
    if request.method == "GET":
        note_look(("emergency_reception", public_id), actor.area_prefix.ljust(12, "0"))
    elif form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                asked = get_asked(writing, actor, public_id)
                service.answer_reception(writing, actor, asked, form.to_command(), current_clock().now())
        except AnhuError as refused:
            show_errors(form, refused)
        else:
            flash(_("已答复"))
            return redirect(url_for("incidents.list_own_receptions"))
    back = url_for("incidents.list_own_receptions")
    page = render_template("incidents/reception.html", form=form, hospital=reception.hospital, back=back, words=WORDS)
    return page if request.method == "GET" else (page, 422)
