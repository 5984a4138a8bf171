"""The hospital's records: prepare, fill from an earlier stay or a pasted block, keep, confirm at the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import village_choices
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Role
from app.core.clock import SHANGHAI, current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.core.workbooks.workbook import open_workbook
from app.discharges import labels
from app.discharges.commands import PlanDischarge
from app.discharges.forms import LEANS_ON, FindForm, ReadForm, RecordForm
from app.discharges.queries import records as own_records
from app.discharges.queries.guards import named_by_hospital
from app.discharges.queries.prefill import all_of, find_earlier
from app.discharges.queries.reach import get_own_record, get_wrong_record
from app.discharges.queries.records import draft_of, find_record_row, find_wrong_entry, is_stay_in_doubt
from app.discharges.queries.wards import find_inpatient
from app.discharges.readers import Reading, read_block, read_sheets
from app.discharges.rules.states import LIVE, CloseReason, DischargeState, Source
from app.discharges.service import Submitted, find_faults, plan_discharge, submit_discharge, withdraw_plan
from app.discharges.views.blueprint import discharges
from app.people.models import Person
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
_MOST_ROWS = 200


@discharges.route("/records")
@permit(Action.SUBMIT_DISCHARGE)
def list_records() -> str:
    actor, session = current_actor(), read_session()
    vault = Vault(session, current_keyring())
    page = own_records.list_records(session, vault, actor, current_clock().today(), request.args.get("after"))
    return render_template(
        "discharges/records.html",
        page=page,
        is_first_page="after" not in request.args,
        is_office=_is_office(),
        labels=labels,
    )


@discharges.route("/records/new", methods=["GET", "POST"])
@permit(Action.SUBMIT_DISCHARGE)
def new_record() -> Answer:
    """Empty, or begun with a patient of the ward (`patient`), or with a record that was closed as entered wrongly (`again`)."""
    return _record(None)


@discharges.route("/records/<public_id>", methods=["GET", "POST"])
@permit(Action.SUBMIT_DISCHARGE)
def show_record(public_id: str) -> Answer:
    """A plan is a form; what was sent shows how far the hand-over is."""
    actor, session = current_actor(), read_session()
    own = get_own_record(session, actor, public_id)
    if own.state is DischargeState.PLANNED:
        return _record(public_id)
    if own.state is DischargeState.WITHDRAWN:
        raise NotFound
    if request.method == "POST":
        raise Conflict(reason("discharges.is_sent"))
    note_look(("discharge", public_id), own.county_code)
    vault = Vault(session, current_keyring())
    return render_template(
        "discharges/record.html",
        row=find_record_row(session, vault, own, current_clock().today()),
        number=own.hospital_number,
        record=own,
        wrong=find_wrong_entry(session, vault, own),
        gaps=own_records.gaps_of(session, vault, own),
        is_stay_in_doubt=is_stay_in_doubt(session, actor, own),
        names_nobody=own.state in LIVE and named_by_hospital(vault, own.person_id, own.contact_sealed) is None,
        labels=labels,
    )


@discharges.route("/records/earlier", methods=["POST"])
@permit(Action.SUBMIT_DISCHARGE)
def fill_from_earlier() -> Answer:
    """What this hospital wrote at the person's last stay; the number stands in the form, never in an address."""
    found = FindForm()
    session, actor = read_session(), current_actor()
    if not found.validate():
        return _page(_fresh(), None, finding=found), 422
    number = (found.person_number.data or "").strip().upper()
    values = find_earlier(session, Vault(session, current_keyring()), actor, number)
    if values is None:
        flash(_("本院没有这个人以前的出院记录，请直接填写"), "warning")
        values = {"id_number": number} if number else {}
    return _page(RecordForm.showing(_begun() | values, new_public_id()), None)


@discharges.route("/records/read", methods=["POST"])
@permit(Action.SUBMIT_DISCHARGE)
def read_record() -> Answer:
    """A pasted block or a workbook fills the form; nothing is stored before the nurse saves."""
    form = ReadForm()
    if not form.validate():
        return _page(_fresh(), None, reading=form), 422
    try:
        read, source = _read(form)
    except Invalid as refused:
        show_errors(form, refused)
        return _page(_fresh(), None, reading=form), 422
    flash(_("已读入 %(n)s 项，请核对后保存", n=len(read.values)))
    values = _begun() | read.values | {"source": source.value}
    return _page(RecordForm.showing(values, new_public_id()), None, unread=read.unread)


@discharges.route("/records/<public_id>/withdraw", methods=["POST"])
@permit(Action.SUBMIT_DISCHARGE)
def withdraw(public_id: str) -> BaseResponse:
    with transaction() as session:
        withdraw_plan(session, current_actor(), public_id, current_clock().now())
    flash(_("已撤销拟出院"))
    return redirect(url_for("discharges.list_records"))


# -- steps -------------------------------------------------------------------------------------------------------------


def _record(public_id: str | None) -> Answer:
    """Keep it as a plan, or send it."""
    if request.method == "GET":
        return _page(_begin() if public_id is None else _planned(public_id), public_id)
    form = RecordForm()
    _offer(form)
    where = _sent(form, public_id) if "send" in request.form else _kept(form, public_id)
    return redirect(where) if where else (_page(form, public_id), 422)


def _kept(form: RecordForm, public_id: str | None) -> str | None:
    for field in form:
        field.validators = ()  # a plan may lack most answers; what is answered must be readable
    is_readable = form.validate()
    plan = form.to_plan(public_id, is_office=_is_office()) if is_readable else None
    if plan is None:
        if is_readable:
            show_errors(form, Invalid({"planned_on": [reason("discharges.plan_needs")]}))
        return None
    try:
        forget_reads()
        stored = _plan(plan)
    except AnhuError as refused:
        show_errors(form, refused)
        return None
    flash(_("已保存为拟出院，患者离院时再确认报送"))
    return url_for("discharges.show_record", public_id=stored)


def _plan(plan: PlanDischarge) -> str:
    with transaction() as session:
        vault = Vault(session, current_keyring())
        return plan_discharge(session, vault, current_actor(), plan, current_clock().now()).public_id


def _sent(form: RecordForm, public_id: str | None) -> str | None:
    if not form.validate():
        _say_the_rest(form)
        return None
    forget_reads()
    try:
        with transaction() as session:
            command = form.to_command(public_id, is_office=_is_office())
            done = submit_discharge(
                session, Vault(session, current_keyring()), current_actor(), command, current_clock().now()
            )
            where = url_for("discharges.show_record", public_id=done.discharge.public_id)
            said = _said(done)
    except AnhuError as refused:
        show_errors(form, _where_typed(form, refused))
        return None
    flash(said)
    return where


def _say_the_rest(form: RecordForm) -> None:
    """What else is wrong is said in the same round, as far as it does not hang on what is missing."""
    unread = {field.name for field in form if field.errors}
    now = current_clock().now()
    said = form.as_far_as_filled(now, is_office=_is_office())
    found = find_faults(read_session(), said, now, is_on_behalf=_is_office())
    rest = {name: why for name, why in found.items() if not unread & (LEANS_ON.get(name, set()) | {name})}
    show_errors(form, _where_typed(form, Invalid(rest)))


def _where_typed(form: RecordForm, refused: AnhuError) -> AnhuError:
    """A code that was typed is corrected where it was typed."""
    if not isinstance(refused, Invalid) or not form.other_code.data:
        return refused
    return Invalid({"other_code" if name == "area_code" else name: why for name, why in refused.errors.items()})


def _said(done: Submitted) -> str:
    if not done.is_new:
        return _("这份记录已经报送过，没有重复派发")
    return _("已报送") if done.discharge.close_reason is CloseReason.NO_LOOP else _("已报送，各单位的对接单已派发")


def _planned(public_id: str) -> RecordForm:
    actor, session = current_actor(), read_session()
    plan = get_own_record(session, actor, public_id)
    note_look(("discharge", public_id), plan.county_code)
    values = draft_of(Vault(session, current_keyring()), plan)
    values["planned_on"] = plan.planned_on.isoformat() if plan.planned_on else ""
    return RecordForm.showing(values, plan.submission_key, plan.version)


def _begin() -> RecordForm:
    """A new form with what is known of whom it is for."""
    actor, session = current_actor(), read_session()
    vault = Vault(session, current_keyring())
    known: dict[str, Any] = {}
    if patient := request.args.get("patient"):
        known = find_inpatient(session, vault, actor, patient)
        note_look(("patient", patient), known["area_code"])
    elif again := request.args.get("again"):
        wrong = get_wrong_record(session, actor, again)
        note_look(("discharge", again), wrong.county_code)
        known = all_of(vault, wrong, session.get_one(Person, wrong.person_id))
    return RecordForm.showing(_begun() | known, new_public_id())


def _fresh() -> RecordForm:
    return RecordForm.showing(_begun(), new_public_id())


def _begun() -> dict[str, Any]:
    """What every new record begins with: today's date, a citizen's card, the usual way."""
    return {
        "form_on": current_clock().today().isoformat(),
        "id_kind": "01",
        "discharge_type": "ordered",
        "discharge_to": "home",
    }


def _read(form: ReadForm) -> tuple[Reading, Source]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        read, source = read_sheets(open_workbook(sent.read(), sent.filename, _MOST_ROWS)), Source.WORKBOOK
    else:
        read, source = read_block(form.block.data or ""), Source.PASTE
    if not read.values:
        raise Invalid({"block": [reason("discharges.unreadable")]})
    return read, source


def _page(
    form: RecordForm,
    public_id: str | None,
    reading: ReadForm | None = None,
    finding: FindForm | None = None,
    unread: Sequence[str] = (),
) -> str:
    _offer(form)
    return render_template(
        "discharges/edit.html",
        form=form,
        public_id=public_id,
        reading=reading or ReadForm(formdata=None),
        finding=finding or FindForm(formdata=None),
        unread=unread,
        prints_notice=public_id is not None and bool(form.contact_name.data),
        is_office=_is_office(),
        now=current_clock().now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
    )


def _offer(form: RecordForm) -> None:
    form.area_code.group(village_choices(_places(), current_actor()))


def _places() -> Session:
    return read_session()


def _is_office() -> bool:
    return current_actor().role is Role.COUNTY_OFFICE
