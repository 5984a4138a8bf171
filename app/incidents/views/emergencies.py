"""Emergencies: the list with its clocks, the question of a visit, the record, its checks, its paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name, names_of, place_of, village_choices
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Invalid, NotFound
from app.core.fields import codes_of
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out
from app.core.papers import paper as is_paper
from app.core.reasons import Reason, reason
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.queries import list_guardians
from app.incidents import labels
from app.incidents.forms.emergencies import CheckForm, DenyForm, OpenForm, OpenUnknownForm, RecordForm, SettingForm
from app.incidents.models import Emergency
from app.incidents.papers import record_pdf
from app.incidents.queries.emergencies import (
    checks_are_on,
    find_of_task,
    find_running,
    find_task,
    get_emergency,
    list_emergencies,
    list_questions,
    lock_emergency,
    open_sheet,
)
from app.incidents.queries.receptions import list_receptions
from app.incidents.rules.emergencies import Disposal, must_tell_police
from app.incidents.service import emergencies as service
from app.incidents.views.blueprint import incidents
from app.incidents.views.storing import stored
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.rules import TaskKind

Answer = str | BaseResponse | tuple[str, int]
WORDS = {
    "category": labels.CATEGORIES,
    "reporter": labels.REPORTERS,
    "reason": labels.REASONS,
    "measure": labels.MEASURES,
    "effect": labels.EFFECTS,
    "disposal": labels.DISPOSALS,
    "signer": labels.SIGNERS,
    "no_consent": labels.NO_CONSENT,
    "police": labels.POLICE_TOLD,
}


@incidents.route("/")
@permit(Action.KEEP_EMERGENCIES)
def list_all() -> str:
    actor, session, now = current_actor(), read_session(), current_clock().now()
    page = list_emergencies(session, actor, now, request.args.get("after"))
    is_first = "after" not in request.args
    return render_template(
        "incidents/list.html",
        page=page,
        questions=list_questions(session, actor, now) if is_first else [],
        is_first_page=is_first,
        words=WORDS,
        checks_on=checks_are_on(session, actor) if may(actor, Action.SET_EMERGENCY_CHECKS) else None,
        form=SettingForm(),
    )


@incidents.route("/checks-setting", methods=["POST"])
@permit(Action.SET_EMERGENCY_CHECKS)
def set_checks() -> BaseResponse:
    form = SettingForm()
    if not form.validate():
        raise Invalid({"is_on": [reason("core.nothing_chosen")]})
    with transaction() as session:
        service.set_checks(session, current_actor(), form.is_on.code == 1, current_clock().now())
    flash(_("已保存"))
    return redirect(url_for("incidents.list_all"))


@incidents.route("/new", methods=["GET", "POST"])
@permit(Action.KEEP_EMERGENCIES)
def open_unknown() -> Answer:
    """For somebody who is not in the register."""
    form = OpenUnknownForm(data={"key": new_public_id(), "started_at": current_clock().now()})
    villages = village_choices(read_session(), current_actor())
    form.area_code.group(villages)
    if request.method == "POST" and form.validate():
        opened = _opened(form, form.to_command)
        if opened is not None:
            return opened
    page = render_template("incidents/open.html", form=form, name="", back=url_for("incidents.list_all"))
    return page if request.method == "GET" else (page, 422)


@incidents.route("/patients/<public_id>/new", methods=["GET", "POST"])
@permit(Action.KEEP_EMERGENCIES)
def open_for_patient(public_id: str) -> Answer:
    """For a patient of the register; one that runs already is shown instead."""
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    running = find_running(session, actor, patient)
    if running is not None and request.method == "GET":
        return redirect(url_for("incidents.show", public_id=running.public_id))
    task = request.args.get("task")
    form = OpenForm(data={"key": new_public_id(), "started_at": current_clock().now()})
    name, village = session.get_one(Person, patient.person_id).name, full_name(session, patient.area_code)
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    if request.method == "POST" and form.validate():
        opened = _opened(form, lambda: form.to_command(patient=public_id, task=task))
        if opened is not None:
            return opened
    back = url_for("desk.patient", public_id=public_id)
    page = render_template("incidents/open.html", form=form, name=f"{name} · {village}", back=back)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/tasks/<public_id>", methods=["GET", "POST"])
@permit(Action.KEEP_EMERGENCIES)
def answer(public_id: str) -> Answer:
    """A visit's question: was this an emergency? A running record is shown; otherwise open one, or say why it is none."""
    actor, session = current_actor(), read_session()
    task = find_task(session, actor, public_id)
    patient = session.get_one(Patient, task.patient_id)
    known = find_of_task(session, actor, task) or find_running(session, actor, patient)
    if known is not None:
        page = "incidents.check" if task.kind is TaskKind.EMERGENCY_CHECK else "incidents.show"
        return redirect(url_for(page, public_id=known.public_id))
    form = DenyForm()
    if request.method == "GET":
        note_look(("patient", patient.public_id), patient.area_code)
    if request.method == "POST" and form.validate():
        forget_reads()
        with transaction() as writing:
            asked = find_task(writing, actor, public_id)
            service.answer_no_emergency(writing, actor, asked, form.code, current_clock().now())
        flash(_("已记下不属于应急处置"))
        return redirect(url_for("desk.patient", public_id=patient.public_id))
    page = render_template("incidents/answer.html", form=form, **_question(read_session(), task, patient.public_id))
    return page if request.method == "GET" else (page, 422)


@incidents.route("/<public_id>", methods=["GET", "POST"])
@permit(Action.KEEP_EMERGENCIES)
def show(public_id: str) -> Answer:
    """The record: a form until it is finished, its text and its checks afterwards."""
    actor, session = current_actor(), read_session()
    emergency = get_emergency(session, actor, public_id)
    if request.method == "GET":
        note_look(("emergency", public_id), emergency.area_code)
        return _record_page(emergency, None)
    if emergency.finished_at is not None:
        raise NotFound
    form = RecordForm()
    if form.validate():
        saved = _saved(form, public_id)
        if saved is not None:
            return saved
    return _record_page(get_emergency(read_session(), actor, public_id), form), 422


@incidents.route("/<public_id>/checks", methods=["GET", "POST"])
@permit(Action.KEEP_EMERGENCIES)
def check(public_id: str) -> Answer:
    """The check that is owed now."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    emergency, form = get_emergency(session, actor, public_id), CheckForm()
    if request.method == "POST" and form.validate():
        forget_reads()
        with transaction() as writing:
            vault, locked = Vault(writing, current_keyring()), lock_emergency(writing, actor, public_id)
            is_stable, notes = form.is_stable.code == 1, form.notes.data or ""
            service.record_check(writing, vault, actor, locked, is_stable, notes, clock.now())
        flash(_("已登记核查"))
        return redirect(url_for("incidents.show", public_id=public_id))
    if request.method == "GET":
        note_look(("emergency", public_id), emergency.area_code)
    vault = Vault(session, current_keyring())
    sheet = open_sheet(session, actor, vault, emergency, clock.now())
    page = render_template("incidents/check.html", form=form, sheet=sheet)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/<public_id>/paper")
@permit(Action.KEEP_EMERGENCIES)
@is_paper
def paper(public_id: str) -> Response:
    """应急处置记录单 in three copies; noted."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        emergency = get_emergency(session, actor, public_id)
        vault = Vault(session, current_keyring())
        sheet = open_sheet(session, actor, vault, emergency, now)
        patient, today = sheet.patient, current_clock().today()
        header = header_of(session, actor, vault, patient, today) if patient else None
        guards = list_guardians(session, actor, vault, patient) if patient else []
        code = place_of(actor)
        organisation = sheet.agency.name if sheet.agency else names_of(session, [code])[code]
        subject = ("emergency", public_id)
        note(session, actor, "incidents.printed", now=now, subject=subject, area_code=emergency.area_code)
        content = record_pdf(
            sheet, header, guards, organisation, actor, now, list_receptions(session, actor, emergency)
        )
    return hand_out(content, "emergency-record")


# -- storing and showing -----------------------------------------------------------------------------------------------


def _opened(form: Any, command: Callable[[], Any]) -> BaseResponse | None:
    """Store it and lead to the record; None when it was refused, with the reasons at the form."""
    actor, now = current_actor(), current_clock().now()
    return stored(
        form,
        lambda session, vault: service.open_emergency(session, vault, actor, command(), now).public_id,
        _("已开记录单，请在 24 小时内完成"),
        lambda opened: url_for("incidents.show", public_id=opened),
    )


def _saved(form: RecordForm, public_id: str) -> BaseResponse | None:
    """What was typed is kept even where finishing is refused for what is still missing."""
    forget_reads()
    actor, now, finishes = current_actor(), current_clock().now(), "finish" in request.form
    version: int | None = None
    try:
        with transaction() as session:
            locked = lock_emergency(session, actor, public_id)
            service.fill_record(session, Vault(session, current_keyring()), actor, locked, form.to_command(), now)
            version = locked.version
        if finishes:
            with transaction() as session:
                service.finish_record(session, actor, lock_emergency(session, actor, public_id), now)
    except AnhuError as refused:
        if version is not None:
            form.version.data = str(version)
            form.version.raw_data = None
            form.is_stored = True
        show_errors(form, refused)
        return None
    flash(_("记录单已完成") if finishes else _("已保存"))
    return redirect(url_for("incidents.show", public_id=public_id))


def _record_page(emergency: Emergency, form: RecordForm | None) -> str:
    actor, session, now = current_actor(), read_session(), current_clock().now()
    sheet = open_sheet(session, actor, Vault(session, current_keyring()), emergency, now)
    is_open = emergency.finished_at is None
    return render_template(
        "incidents/show.html",
        sheet=sheet,
        form=(form or RecordForm.of(sheet)) if is_open else None,
        tells_police=must_tell_police(emergency.risk_level) and emergency.police_told_at is None,
        owed=next((one for one in sheet.checks if one.checked_at is None), None),
        measure_words=_("、").join(_(labels.MEASURES[int(code)]) for code in codes_of(emergency.measures)),
        team_words=_("、").join(f"{one['name']} {one['unit']}".strip() for one in emergency.team),
        is_admitted=emergency.disposal == Disposal.ADMISSION,
        now=now,
        words=WORDS,
    )


def _question(session: Session, task: Task, patient_public_id: str) -> dict[str, Any]:
    patient = get_patient(session, current_actor(), patient_public_id)
    return {
        "task": task.public_id,
        "patient": patient_public_id,
        "name": session.get_one(Person, patient.person_id).name,
        "village": full_name(session, patient.area_code),
        "why": [Reason.from_json(one) for one in task.because],
        "due_at": task.due_at,
        "is_late": task.due_at is not None and task.due_at < current_clock().now(),
    }
