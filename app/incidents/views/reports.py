"""Incidents: told in a minute, listed, completed, settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name, names_of, place_of, village_choices
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.i18n import _
from app.core.identity import SEX_LABELS
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.incidents import labels_incidents as labels
from app.incidents.forms.incidents import (
    ConfirmForm,
    DismissForm,
    FillForm,
    HarmForm,
    ReportIncidentForm,
    ReportSomebodyForm,
    VersionForm,
)
from app.incidents.marks import printed
from app.incidents.models import Incident
from app.incidents.papers_incidents import incident_pdf
from app.incidents.queries.deciding import effects_of
from app.incidents.queries.incidents import (
    IncidentSheet,
    get_incident,
    list_incidents,
    list_likely,
    list_own,
    list_undecided,
    open_incident,
)
from app.incidents.rules.incidents import IncidentState
from app.incidents.service import incidents as service
from app.incidents.views.blueprint import incidents
from app.incidents.views.storing import stored
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
Act = Callable[[Session, Vault, Incident], Any]


def words() -> dict[str, Any]:
    """The room's words for templates; `named(matters)` says several at once."""
    found: dict[str, Any] = {name.lower(): getattr(labels, name) for name in dir(labels) if name.isupper()}
    return found | {"named": lambda matters: _("、").join(_(labels.MATTERS[one]) for one in matters)}


@incidents.route("/reports/")
@permit(Action.SEE_INCIDENTS)
def list_reports() -> str:
    page = list_incidents(read_session(), current_actor(), request.args.get("after"))
    return render_template(
        "incidents/reports.html", page=page, is_first_page="after" not in request.args, words=words()
    )  # fmt: skip


@incidents.route("/reports/mine")
@permit(Action.REPORT_INCIDENTS)
def own_incidents() -> str:
    """Received, looked at, closed; one's own words for a day."""
    session = read_session()
    reports = list_own(session, current_actor(), Vault(session, current_keyring()), current_clock().now())
    return render_template("incidents/own.html", reports=reports, words=words())


@incidents.route("/reports/new", methods=["GET", "POST"])
@permit(Action.REPORT_INCIDENTS)
def report_incident() -> Answer:
    """About somebody by name or description."""
    villages = village_choices(read_session(), current_actor())
    places = [pair for group in villages.values() for pair in group]
    only = places[0] if len(places) == 1 else None
    begun = {"key": new_public_id(), "happened_at": current_clock().now(), "area_code": only[0] if only else None}
    form = ReportSomebodyForm(data=begun)
    form.area_code.group(villages)
    if request.method == "POST" and form.validate():
        told = _reported(form, None)
        if told is not None:
            return told
    page = render_template("incidents/report.html", form=form, name="", village=only)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/patients/<public_id>/report", methods=["GET", "POST"])
@permit(Action.REPORT_FROM_REGISTER)
def report_of_patient(public_id: str) -> Answer:
    """From the patient's page, for whoever has the register."""
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    form = ReportIncidentForm(data={"key": new_public_id(), "happened_at": current_clock().now()})
    if request.method == "POST" and form.validate():
        told = _reported(form, public_id)
        if told is not None:
            return told
    name = session.get_one(Person, patient.person_id).name
    village = full_name(session, patient.area_code)
    page = render_template("incidents/report.html", form=form, name=f"{name} · {village}", village=None)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/reports/<public_id>")
@permit(Action.SEE_INCIDENTS)
def show_report(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    incident = get_incident(session, actor, public_id)
    note_look(("incident", public_id), incident.area_code)
    return _page(incident)


@incidents.route("/reports/<public_id>/paper")
@permit(Action.SEE_INCIDENTS)
@paper
def report_paper(public_id: str) -> Response:
    """案（事）件记录, marked and on record."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        incident = get_incident(session, actor, public_id)
        vault = Vault(session, current_keyring())
        sheet, effects = open_incident(session, actor, vault, incident), effects_of(session, actor, vault, incident)
        organisation = names_of(session, [place_of(actor)])[place_of(actor)]
        content = printed(
            session,
            current_keyring(),
            actor,
            "incidents.incident_printed",
            ("incident", public_id),
            incident.area_code,
            str(incident.version),
            now,
            lambda mark: incident_pdf(sheet, effects, organisation, actor, now, mark),
        )
    return hand_out(content, "incident-record")


@incidents.route("/reports/<public_id>/record", methods=["GET", "POST"])
@permit(Action.KEEP_INCIDENTS)
def fill_report(public_id: str) -> Answer:
    session = read_session()
    incident = get_incident(session, current_actor(), public_id)
    sheet = open_incident(session, current_actor(), Vault(session, current_keyring()), incident)
    form = FillForm.of(sheet)
    if request.method == "POST" and form.validate():
        actor, now = current_actor(), current_clock().now()
        done = _acted(
            form,
            public_id,
            lambda writing, vault, one: service.fill_incident(writing, vault, actor, one, form.to_command(), now),
            _("已保存"),
        )
        if done is not None:
            return done
    page = render_template("incidents/fill.html", form=form, sheet=sheet)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/reports/<public_id>/harms", methods=["GET", "POST"])
@permit(Action.KEEP_INCIDENTS)
def add_harm(public_id: str) -> Answer:
    session = read_session()
    incident = get_incident(session, current_actor(), public_id)
    sheet = open_incident(session, current_actor(), Vault(session, current_keyring()), incident)
    form = HarmForm(data={"key": new_public_id()})
    if request.method == "POST" and form.validate():
        actor, now = current_actor(), current_clock().now()
        done = _acted(
            form,
            public_id,
            lambda writing, vault, one: service.add_harm(writing, vault, actor, one, form.to_command(), now),
            _("已登记"),
        )
        if done is not None:
            return done
    page = render_template("incidents/harm.html", form=form, sheet=sheet)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/reports/<public_id>/harms/<harm_id>/withdraw", methods=["POST"])
@permit(Action.KEEP_INCIDENTS)
def withdraw_harm(public_id: str, harm_id: str) -> BaseResponse:
    forget_reads()
    actor = current_actor()
    with transaction() as session:
        incident = get_incident(session, actor, public_id, lock=True)
        service.withdraw_harm(session, actor, incident, harm_id, current_clock().now())
    flash(_("已撤回"))
    return redirect(url_for("incidents.show_report", public_id=public_id))


@incidents.route("/reports/<public_id>/confirm", methods=["GET", "POST"])
@permit(Action.SETTLE_INCIDENTS)
def confirm_report(public_id: str) -> Answer:
    """What it was, and whose; or that it was none."""
    actor, session = current_actor(), read_session()
    incident = get_incident(session, actor, public_id)
    sheet = open_incident(session, actor, Vault(session, current_keyring()), incident)
    likely = [] if incident.patient_id else list_likely(session, actor, incident)
    begun = {"version": incident.version, "kind": incident.kind, "patient": likely[0].public_id if likely else "none"}
    form = ConfirmForm(data=begun)
    form.offer(
        [(one.public_id, f"{one.name} · {one.village} · {one.born_on or ''}".rstrip(" ·")) for one in likely],
        _("不在册，或还不知道是谁"),
    )
    if request.method == "POST" and form.validate():
        now = current_clock().now()
        done = _acted(
            form,
            public_id,
            lambda writing, _vault, one: service.confirm_incident(writing, actor, one, form.to_command(), now),
            _("已核实"),
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/confirm.html",
        form=form,
        sheet=sheet,
        is_known=incident.patient_id is not None,
        dismiss=DismissForm(formdata=None, data={"version": incident.version}),
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/reports/<public_id>/dismiss", methods=["POST"])
@permit(Action.SETTLE_INCIDENTS)
def dismiss_report(public_id: str) -> Answer:
    actor, now, form = current_actor(), current_clock().now(), DismissForm()
    get_incident(read_session(), actor, public_id)
    if form.validate():
        done = _acted(
            form,
            public_id,
            lambda session, _vault, one: service.dismiss_incident(session, actor, one, form.to_command(), now),
            _("已记下不予认定"),
        )
        if done is not None:
            return done
    return _page(get_incident(read_session(), actor, public_id), form), 422


@incidents.route("/reports/<public_id>/close", methods=["POST"])
@permit(Action.SETTLE_INCIDENTS)
def close_report(public_id: str) -> Answer:
    return _settled(public_id, service.close_incident, _("已办结"))


@incidents.route("/reports/<public_id>/reopen", methods=["POST"])
@permit(Action.SETTLE_INCIDENTS)
def reopen_report(public_id: str) -> Answer:
    return _settled(public_id, service.reopen_incident, _("已重新打开"))


# -- storing and showing -----------------------------------------------------------------------------------------------


def _reported(form: ReportIncidentForm, patient: str | None) -> BaseResponse | None:
    actor, now = current_actor(), current_clock().now()
    return stored(
        form,
        lambda session, vault: service.report_incident(session, vault, actor, form.to_command(patient), now),
        _("已收到，由县级协调小组核实。情况紧急的，请立即拨打 110 或 120。"),
        url_for("incidents.own_incidents"),
    )


def _acted(form: Any, public_id: str, act: Act, said: str) -> BaseResponse | None:
    """One act on the record as it stands; None when it was refused, with the reasons at the form."""
    actor, where = current_actor(), url_for("incidents.show_report", public_id=public_id)
    return stored(
        form,
        lambda session, vault: act(session, vault, get_incident(session, actor, public_id, lock=True)),
        said,
        where,
    )


def _settled(public_id: str, act: Callable[..., None], said: str) -> Answer:
    actor, now, form = current_actor(), current_clock().now(), VersionForm()
    get_incident(read_session(), actor, public_id)
    if form.validate():
        done = _acted(form, public_id, lambda session, _vault, one: act(session, actor, one, form.number, now), said)
        if done is not None:
            return done
    return _page(get_incident(read_session(), actor, public_id), form), 422


def _page(incident: Incident, form: Any = None) -> str:
    actor, session = current_actor(), read_session()
    vault, undecided = Vault(session, current_keyring()), list_undecided(session, incident)
    sheet: IncidentSheet = open_incident(session, actor, vault, incident)
    return render_template(
        "incidents/report_page.html",
        sheet=sheet,
        form=form or VersionForm(formdata=None, data={"version": incident.version}),
        waits=undecided,
        effects=effects_of(session, actor, vault, incident).effects,
        is_confirmed=incident.state is IncidentState.CONFIRMED,
        is_open=incident.state in (IncidentState.REPORTED, IncidentState.CONFIRMED),
        may_close=incident.state is IncidentState.CONFIRMED and not undecided,
        may_settle=may(actor, Action.SETTLE_INCIDENTS),
        may_see_patient=may(actor, Action.SEE_REGISTER) and sheet.patient is not None,
        may_see_emergency=may(actor, Action.KEEP_EMERGENCIES),
        sexes=SEX_LABELS,
        words=words(),
    )
