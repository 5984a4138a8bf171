"""Handing over patients: choose, look at what would move, and only then do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.models import User
from app.areas.queries import village_choices
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Forbidden, Invalid, NotFound
from app.core.i18n import _
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms_handing_over import HandOverForm
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.patients.queries.caseload import Preview, latest_beginning, list_doctors, list_former_doctors, preview
from app.patients.rules import SpanKind
from app.patients.service.handing_over import check_move, hand_over
from app.patients.views.blueprint import patients
from app.people.models import Person

Answer = str | Response | tuple[str, int]


@dataclass
class _Choice:
    """What the page was asked for and what the actor may choose."""

    form: HandOverForm
    patient: Patient | None
    doctors: Sequence[User]
    former: Sequence[User]


@patients.route("/patients/hand-over", methods=["GET", "POST"])
@permit(Action.HAND_OVER)
def hand_over_caseload() -> Answer:
    return _page(None)


@patients.route("/patients/<public_id>/hand-over", methods=["GET", "POST"])
@permit(Action.HAND_OVER)
def hand_over_patient(public_id: str) -> Answer:
    return _page(public_id)


def _page(public_id: str | None) -> Answer:
    chosen = _choice(public_id)
    if request.method == "GET" and "to" not in request.args:
        return _render(chosen)
    if not chosen.form.validate():
        return _render(chosen), 400
    try:
        if request.method == "POST":
            return _do(chosen)
        which = chosen.form.caseload(chosen.former, chosen.patient.id if chosen.patient else None)
        move = chosen.form.move(chosen.doctors)
        check_move(which, move, current_clock().today())
        began = latest_beginning(read_session(), current_actor(), which, move)
        if move.what is SpanKind.DOCTOR and began is not None and began > move.from_on:
            raise Invalid({"from_on": [reason("patients.hand_over.before_present", on=began)]})
        seen = preview(read_session(), current_actor(), which, move)
    except (NotFound, Forbidden):
        raise
    except AnhuError as refused:
        forget_reads()
        again = _choice(public_id)
        again.form.process(request.args if request.method == "GET" else request.form)
        show_errors(again.form, refused)
        return _render(again), 409 if request.method == "POST" else 400
    return _render(chosen, seen)


def _choice(public_id: str | None) -> _Choice:
    session, actor = read_session(), current_actor()
    begun = {"from_on": current_clock().today(), "how": SpanKind.DOCTOR.value}
    if request.method == "POST":
        form = HandOverForm()
    elif "to" in request.args:
        form = HandOverForm(request.args, meta={"csrf": False})  # looks, changes nothing
    else:
        kept = {name: request.args[name] for name in ("whose", "place", "how") if name in request.args}
        form = HandOverForm(formdata=None, data={**begun, **kept})
    chosen = _Choice(
        form,
        get_patient(session, actor, public_id) if public_id else None,
        list_doctors(session, actor),
        list_former_doctors(session, actor),
    )
    form.offer(chosen.doctors, chosen.former, village_choices(session, actor))
    return chosen


def _do(chosen: _Choice) -> Response:
    clock = current_clock()
    which = chosen.form.caseload(chosen.former, chosen.patient.id if chosen.patient else None)
    move = chosen.form.move(chosen.doctors)
    to, back = move.to.display_name, chosen.patient.public_id if chosen.patient else None
    is_stand_in = move.what is SpanKind.STAND_IN
    forget_reads()
    with transaction() as session:
        done = hand_over(session, current_actor(), which, move, chosen.form.expected, clock.today(), clock.now())
    words = (
        _("%(n)s 位患者由 %(to)s 代管，到期自动交回", n=done, to=to)
        if is_stand_in
        else _("已把 %(n)s 位患者交给 %(to)s", n=done, to=to)
    )
    flash(words, "success")
    where = url_for("desk.patient", public_id=back) if back else url_for("patients.hand_over_caseload")
    return redirect(where, 303)


def _render(chosen: _Choice, seen: Preview | None = None) -> str:
    session = read_session()
    person = session.get_one(Person, chosen.patient.person_id) if chosen.patient else None
    to = next((one.display_name for one in chosen.doctors if one.public_id == chosen.form.to.data), "")
    return render_template(
        "patients/hand_over.html", form=chosen.form, patient=chosen.patient, person=person, seen=seen, to=to
    )
