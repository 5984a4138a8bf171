"""Asking a hospital by day and night, and the hospital's own answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import new_public_id
from app.core.i18n import _
from app.core.web import read_session
from app.incidents import labels
from app.incidents import labels_care as care
from app.incidents.forms.care import AskHospitalForm, ReceptionForm
from app.incidents.models import EmergencyReception
from app.incidents.queries.emergencies import get_emergency
from app.incidents.queries.receptions import get_asked, get_of_emergency, list_asked, list_hospitals, list_receptions
from app.incidents.rules.reception import waits_long
from app.incidents.service import receptions as service
from app.incidents.views.blueprint import incidents
from app.incidents.views.storing import stored

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
        now = clock.now()
        done = stored(
            form,
            lambda writing, vault: service.ask_hospital(
                writing, vault, actor, get_emergency(writing, actor, public_id), form.to_command(), now
            ),
            _("已登记，请等医院答复"),
            url_for("incidents.ask_hospital", public_id=public_id),
        )
        if done is not None:
            return done
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
    back = url_for("incidents.ask_hospital", public_id=public_id)
    if request.method == "POST" and form.validate():

        def asked(writing: Session) -> EmergencyReception:
            return get_of_emergency(writing, actor, get_emergency(writing, actor, public_id), reception_id)

        done = _answered(form, asked, _("已登记"), back)
        if done is not None:
            return done
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
        where = url_for("incidents.list_own_receptions")
        done = _answered(form, lambda writing: get_asked(writing, actor, public_id), _("已答复"), where)
        if done is not None:
            return done
    back = url_for("incidents.list_own_receptions")
    page = render_template("incidents/reception.html", form=form, hospital=reception.hospital, back=back, words=WORDS)
    return page if request.method == "GET" else (page, 422)


def _answered(
    form: ReceptionForm, asked: Callable[[Session], EmergencyReception], said: str, where: str
) -> BaseResponse | None:
    actor, now = current_actor(), current_clock().now()
    return stored(
        form,
        lambda session, _vault: service.answer_reception(session, actor, asked(session), form.to_command(), now),
        said,
        where,
    )
