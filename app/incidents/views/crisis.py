"""Crisis calls: begun with one tap, usable in a hurry on keyboard and phone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import village_choices
from app.areas.rules import is_within
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Forbidden, Invalid
from app.core.i18n import _
from app.core.identity import SEX_LABELS
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.incidents import labels_crisis as labels
from app.incidents.forms.crisis import CallForm, CallIncidentForm, TakeCallForm
from app.incidents.labels import POLICE_TOLD
from app.incidents.models import CrisisCall
from app.incidents.queries.crisis import get_call, list_calls, open_call
from app.incidents.rules.crisis import CallState, Danger, DangerNow, Handover, advice
from app.incidents.rules.incidents import IncidentKind
from app.incidents.service import crisis as service
from app.incidents.views.blueprint import incidents
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


def words() -> dict[str, Any]:
    found: dict[str, Any] = {name.lower(): getattr(labels, name) for name in dir(labels) if name.isupper()}
    return found | {"police": POLICE_TOLD, "sex": SEX_LABELS}


@incidents.route("/calls/", methods=["GET", "POST"])
@permit(Action.TAKE_CALLS)
def crisis_calls() -> Answer:
    """The list, and above it the button that begins a call."""
    actor, form = current_actor(), TakeCallForm(data={"key": new_public_id()})
    if request.method == "POST":
        if not form.validate():
            raise Invalid({"channel": [reason("core.nothing_chosen")]})
        forget_reads()
        with transaction() as session:
            vault, now = Vault(session, current_keyring()), current_clock().now()
            call = service.take_call(session, vault, actor, form.to_command(), now)
            where = url_for("incidents.crisis_call", public_id=call.public_id)
        return redirect(where)
    after = request.args.get("after")
    page = list_calls(read_session(), actor, after)
    return render_template("incidents/calls.html", page=page, form=form, is_first_page=after is None, words=words())


@incidents.route("/calls/<public_id>", methods=["GET", "POST"])
@permit(Action.TAKE_CALLS)
def crisis_call(public_id: str) -> Answer:
    """The script while it is open; what was written down afterwards."""
    actor = current_actor()
    call = get_call(read_session(), actor, public_id)
    if request.method == "GET":
        note_look(("crisis_call", public_id), call.area_code)
        return _page(call, None)
    form = CallForm()
    form.area_code.group(village_choices(read_session(), service.in_county(actor)))
    if form.validate():
        saved = _saved(form, public_id)
        if saved is not None:
            return saved
    return _page(get_call(read_session(), actor, public_id), form), 422


@incidents.route("/calls/<public_id>/hand-over", methods=["POST"])
@permit(Action.TAKE_CALLS)
def hand_over(public_id: str) -> Answer:
    """To an incident, whose kind somebody says, an emergency or a clue."""
    actor = current_actor()
    call = get_call(read_session(), actor, public_id)
    wanted = {str(one): one for one in Handover}.get(request.form.get("to", ""))
    if wanted is None:
        raise Invalid({"to": [reason("core.nothing_chosen")]})
    if wanted is Handover.EMERGENCY and not may(actor, Action.KEEP_EMERGENCIES):
        raise Forbidden
    form = CallIncidentForm()
    if wanted is Handover.INCIDENT and not form.validate():
        return _page(call, None, form), 422
    kind = IncidentKind(form.kind.data) if wanted is Handover.INCIDENT else None
    forget_reads()
    with transaction() as session:
        vault, now = Vault(session, current_keyring()), current_clock().now()
        service.hand_over(session, vault, actor, get_call(session, actor, public_id, lock=True), wanted, kind, now)
    flash(_("已移交"))
    return redirect(url_for("incidents.crisis_call", public_id=public_id))


def _saved(form: CallForm, public_id: str) -> BaseResponse | None:
    """What was typed is kept even where closing is refused for what is still missing."""
    forget_reads()
    actor, now, closes, version = current_actor(), current_clock().now(), "close" in request.form, None
    try:
        with transaction() as session:
            call = get_call(session, actor, public_id, lock=True)
            service.write_call(session, Vault(session, current_keyring()), actor, call, form.to_command(), now)
            version = call.version
        if closes:
            with transaction() as session:
                service.close_call(session, actor, get_call(session, actor, public_id, lock=True), now)
    except AnhuError as refused:
        if version is not None:
            form.version.data, form.version.raw_data = str(version), None
        show_errors(form, refused)
        return None
    flash(_("来电记录已结束") if closes else _("已保存"))
    return redirect(url_for("incidents.crisis_call", public_id=public_id))


def _page(call: CrisisCall, form: CallForm | None, handing: CallIncidentForm | None = None) -> str:
    actor, session = current_actor(), read_session()
    sheet = open_call(session, actor, Vault(session, current_keyring()), call)
    if call.state is CallState.OPEN and form is None:
        form = CallForm.of(sheet)
        form.area_code.group(village_choices(session, service.in_county(actor)))
    is_near = is_within(call.area_code, actor.area_prefix)
    return render_template(
        "incidents/call.html",
        sheet=sheet,
        form=form if call.state is CallState.OPEN else None,
        steps=advice(call.danger or DangerNow.UNSURE, Danger(call.dangers), call.age),
        has_village=not call.area_code.endswith("000"),
        handing=handing or CallIncidentForm(),
        may_emergency=is_near and may(actor, Action.KEEP_EMERGENCIES),
        may_incident=is_near and may(actor, Action.SEE_INCIDENTS),
        may_clue=is_near and may(actor, Action.SEE_CLUES),
        kinds=[_(labels.DANGER_KINDS[bit + 1]) for bit in range(7) if call.dangers >> bit & 1],
        words=words(),
    )
