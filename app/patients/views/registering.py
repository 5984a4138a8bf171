"""Registering a patient and editing the whole form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import village_choices
from app.audit.views import note_look
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Invalid, NotFound, StaleVersion
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms import EditForm, RegisterForm, supplement_data
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient, open_supplement
from app.patients.queries.page import PatientHeader
from app.patients.service import register_patient, update_patient
from app.patients.service.comparing import ask_to_compare
from app.patients.service.editing import version_of
from app.patients.views.blueprint import WORDS, patients
from app.people.forms import shown
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@patients.route("/patients/new", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def register() -> Answer:
    actor, clock = current_actor(), current_clock()
    villages = village_choices(read_session(), actor)
    form = RegisterForm(
        data={"key": new_public_id(), "registered_on": clock.today(), "id_kind": "01", **_only(villages)}
    )
    form.area_code.group(villages)
    form.today = clock.today()
    if request.method == "GET":
        return render_template("patients/register.html", form=form)
    if form.validate():
        forget_reads()
        try:
            return _registered(actor, form)
        except AnhuError as refused:
            show_errors(form, refused)
            _compare_papers(actor, refused, form.id_number.data or "")
    return render_template("patients/register.html", form=form), 422


def _compare_papers(actor: Actor, refused: AnhuError, id_number: str) -> None:
    """One number under two names was refused; that the papers differ must not be forgotten with it."""
    named = refused.errors.get("id_number", ()) if isinstance(refused, Invalid) else ()
    if any(one.code == "people.id.other_name" for one in named):
        with transaction() as session:
            ask_to_compare(session, current_keyring(), actor, id_number, current_clock().today(), current_clock().now())


@patients.route("/patients/<public_id>/edit", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def edit(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
        return _edit_page(session, actor, patient, _stored_form(session, actor, patient))
    form = EditForm()
    form.today = current_clock().today()
    form.area_code.group(village_choices(session, actor))
    differences: list[tuple[str, str, str]] = []
    if form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                vault = Vault(writing, current_keyring())
                command = form.to_command(keeps_notes=sees(actor, Field.FREE_TEXT) is not Grant.FULL)
                clock = current_clock()
                update_patient(
                    writing, vault, actor, lock_patient(writing, actor, public_id), command, clock.today(), clock.now()
                )
            flash(_("已保存"))
            return redirect(url_for("desk.patient", public_id=public_id))
        except StaleVersion as refused:
            show_errors(form, refused)
            stored = _stored_form(read_session(), actor, get_patient(read_session(), actor, public_id))
            differences = list(_differences(form, stored))
            # saving once more is then a decision, made with both in view
            form.version.data = stored.version.data
            form.version.raw_data = [stored.version.data]
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    return _edit_page(session, actor, get_patient(session, actor, public_id), form, differences), 422


def _registered(actor: Actor, form: RegisterForm) -> BaseResponse:
    """Store the form; a form that has arrived before leads to what it made."""
    public_id, clock = form.key.data, current_clock()
    with transaction() as session:
        if _made_by(session, actor, public_id) is None:
            vault = Vault(session, current_keyring())
            register_patient(session, vault, actor, form.to_command(), clock.today(), clock.now())
    flash(_("已建档。接下来请登记监护人"))
    return redirect(url_for("desk.patient", public_id=public_id))


def _made_by(session: Session, actor: Actor, public_id: str) -> Patient | None:
    try:
        return get_patient(session, actor, public_id)
    except NotFound:
        return None


def _only(villages: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """The one village that there is, for a village doctor."""
    codes = [code for places in villages.values() for code, _name in places]
    return {"area_code": codes[0]} if len(codes) == 1 else {}


def _stored_form(session: Session, actor: Actor, patient: Patient) -> EditForm:
    vault = Vault(session, current_keyring())
    person = session.get_one(Person, patient.person_id)
    data: dict[str, Any] = {
        **shown(person),
        **supplement_data(open_supplement(actor, vault, patient)),
        "area_code": patient.area_code,
        "address": vault.open(person.id, "patients.address", patient.address_sealed),
        "record_number": patient.record_number,
        "phone": find_main_phone(session, vault, person.id) if sees(actor, Field.PATIENT_PHONE) is Grant.FULL else None,
        "version": version_of(patient, person),
    }
    form = EditForm(formdata=None, data=data)
    form.area_code.group(village_choices(session, actor))
    return form


def _edit_page(
    session: Session,
    actor: Actor,
    patient: Patient,
    form: EditForm,
    differences: list[tuple[str, str, str]] | None = None,
) -> str:
    header: PatientHeader = header_of(
        session, actor, Vault(session, current_keyring()), patient, current_clock().today()
    )
    return render_template(
        "patients/edit.html",
        form=form,
        patient=header,
        differences=differences or [],
        hides_notes=sees(actor, Field.FREE_TEXT) is not Grant.FULL,
        words=WORDS,
    )


def _differences(typed: EditForm, stored: EditForm) -> Iterator[tuple[str, str, str]]:
    """(label, what was typed, what somebody else saved) for every field that differs."""
    for field in typed:
        other = stored[field.name]
        if field.type in ("CSRFTokenField", "HiddenField") or field.name in ("id_number", "phone"):
            continue
        if (field.data or None) != (other.data or None):
            yield str(field.label.text), _said(field), _said(other)


def _said(field: Any) -> str:
    """A field's value in words."""
    if hasattr(field, "iter_choices"):
        wanted = set(field.data) if isinstance(field.data, list) else {field.data}
        labels = (str(choice.label) for choice in field.iter_choices() if choice.value and choice.value in wanted)
        return str(_("、")).join(labels)
    if isinstance(field.data, bool):
        return str(_("是") if field.data else _("否"))
    return str(field.data or "")
