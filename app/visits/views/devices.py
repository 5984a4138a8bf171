"""Phones that work offline: one's own, turned on and off; the list of whoever keeps them; what their script asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.forms import refuse_untidy
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.sealed_box import to_text
from app.core.web import read_session
from app.people.vault import Vault
from app.tasks.queries import Filters, WorkRow, worklist
from app.tasks.rules import Bucket, TaskKind
from app.visits import queries_devices
from app.visits.forms.offline import asked_anyway
from app.visits.models.devices import Device
from app.visits.queries_devices import LastVisit, OwnedDevice
from app.visits.rules.sync import MOST_TASKS, TELL_LEAD_AFTER, WARN_AFTER, DeviceState, device_state
from app.visits.service import devices as service
from app.visits.views.blueprint import Page, visits

# the longest that a form is said to have waited; more is a clock that was set
_LONGEST_WAIT_SECONDS = 10 * 366 * 86_400


@visits.route("/field/")
@permit(Action.WORK_OFFLINE)
def own_phone() -> str:
    """Offline work on this phone, the other phones of the same owner, and what waits for a decision."""
    devices = queries_devices.list_own_devices(read_session(), current_actor())
    return render_template(
        "visits/field/own_phone.html",
        devices=[device for device in devices if device.revoked_at is None],
        waiting=queries_devices.list_waiting(read_session(), current_actor()),
        **_words(),
    )


@visits.route("/field/devices")
@permit(Action.KEEP_DEVICES)
def list_devices() -> str:
    devices = queries_devices.list_devices(read_session(), current_actor())
    return render_template("visits/field/devices.html", devices=devices, is_left_too_long=is_left_too_long, **_words())


@visits.route("/field/devices/<device_id>/revoke", methods=["POST"])
@permit(Action.KEEP_DEVICES)
def revoke_device(device_id: str) -> Page:
    _revoke(device_id)
    return redirect(url_for("visits.list_devices"), 303)


@visits.route("/field/devices/<device_id>/off", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def turn_off_device(device_id: str) -> Page:
    _revoke(device_id)
    return redirect(url_for("visits.own_phone"), 303)


# -- what the script asks for ------------------------------------------------------------------------------------------


@visits.route("/field/token")
@permit(Action.WORK_OFFLINE)
def give_token() -> Page:
    """A form token for pages that came out of the phone's own cache, and how many forms wait for this user."""
    waiting = queries_devices.count_waiting(read_session(), current_actor())
    return jsonify(csrf=generate_csrf(), waiting=waiting)


@visits.route("/field/turn-on", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def turn_on_device() -> Page:
    refuse_untidy()
    with transaction() as session:
        label = request.form.get("label", "")
        opened = service.turn_on(session, current_keyring(), current_actor(), label, current_clock().now())
    return jsonify(
        device=opened.device.public_id,
        server_part=to_text(opened.server_part),
        seal_to=to_text(opened.seal_to),
        **_time(),
    )


@visits.route("/field/contact", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def hear_from_device() -> Page:
    """A phone says what waits on it and learns how it stands; its store's server part only when it has lost it."""
    refuse_untidy()
    now, oldest = current_clock().now(), request.form.get("oldest_seconds", "")
    age = timedelta(seconds=min(int(oldest), _LONGEST_WAIT_SECONDS)) if _is_number(oldest) else None
    unsent = request.form.get("unsent", "")
    with transaction() as session:
        heard = service.hear_from(
            session,
            current_keyring(),
            current_actor(),
            device_asked(),
            int(unsent) if _is_number(unsent) else 0,
            age,
            now,
        )
    wants_part = request.form.get("part") == "1" and heard.server_part is not None
    part = to_text(heard.server_part) if wants_part and heard.server_part else None
    return jsonify(state=heard.state.value, server_part=part, **_time())


@visits.route("/field/list", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def give_list() -> Page:
    """Today's part of the work list, for the store of a phone that is not revoked: whom to see, where, and how to call."""
    refuse_untidy()
    actor = current_actor()
    device = queries_devices.get_own_device(read_session(), actor, device_asked())
    if device.revoked_at is not None:
        return jsonify(state=DeviceState.REVOKED.value, tasks=[], **_time())
    rows = _rows_of_today()
    last = queries_devices.last_visits(read_session(), actor, [row.patient for row in rows])
    tasks = [_task(row, last[row.patient]) for row in rows if row.patient in last]
    with transaction() as session:
        subject = ("device", device.public_id)
        note(session, actor, "visits.list_taken", now=current_clock().now(), subject=subject, count=len(tasks))
    return jsonify(state=DeviceState.OPEN.value, tasks=tasks, **_time())


# -- for pages of other rooms ------------------------------------------------------------------------------------------


@visits.app_template_global("forms_waiting")
def forms_waiting() -> int:
    """How many forms from phones wait for the reader's decision."""
    actor = current_actor()
    return queries_devices.count_waiting(read_session(), actor) if may(actor, Action.WORK_OFFLINE) else 0


@visits.app_template_global("phones_left_too_long")
def phones_left_too_long() -> int:
    """How many phones of the reader's area hold forms for longer than the lead may leave unseen."""
    actor = current_actor()
    if not may(actor, Action.KEEP_DEVICES):
        return 0
    return sum(is_left_too_long(owned) for owned in queries_devices.list_devices(read_session(), actor))


def device_asked() -> str:
    """The device that a script speaks for; `Invalid` without one."""
    named = request.form.get("device", "")
    if not named:
        raise Invalid({"": [reason("visit.device.unnamed")]})
    return named


def is_left_too_long(owned: OwnedDevice) -> bool:
    since, now = owned.device.unsent_since, current_clock().now()
    return since is not None and now - since > TELL_LEAD_AFTER


def _rows_of_today() -> list[WorkRow]:
    """Overdue first, then what falls due within the week: at most as many as a phone may hold."""
    session, today = read_session(), current_clock().today()
    vault = Vault(session, current_keyring())
    rows: list[WorkRow] = []
    for bucket in (Bucket.OVERDUE, Bucket.WEEK):
        filters = Filters(bucket=bucket, kind=TaskKind.FOLLOW_UP)
        left = MOST_TASKS - len(rows)
        if left > 0:
            rows += worklist(session, current_actor(), filters, today, size=left, vault=vault).rows
    return rows


def _task(row: WorkRow, last: LastVisit) -> dict[str, Any]:
    """What a phone holds of one task: no diagnosis, no number, no medicine, no earlier answer."""
    form = last.form
    record = form.record(Vault(read_session(), current_keyring()), row.person_id) if form else None
    return {
        "patient": row.patient,
        "name": row.name or "",
        "village": row.village,
        "due": row.due_on.isoformat(),
        "phone": row.phone or "",
        "based_on": form.visit.public_id if form else "",
        "seen": last.seen,
        "ask": asked_anyway(record) if record else [],
    }


def _revoke(device_id: str) -> None:
    with transaction() as session:
        service.revoke(session, current_actor(), device_id, current_clock().now())
    flash(_("已停用。这部手机之后上传的内容会先隔离，由负责人核对。"))


def _words() -> dict[str, Any]:
    now = current_clock().now()
    return {
        "state_of": lambda device: _state(device, now),
        "is_late": lambda device: device.unsent_since is not None and now - device.unsent_since > WARN_AFTER,
        "is_demo": current_app.extensions["anhu.settings"].is_demo,
    }


def _state(device: Device, now: datetime) -> str:
    return device_state(device.revoked_at, device.lapses_at, now).value


def _time() -> dict[str, str]:
    clock = current_clock()
    return {"now": clock.now().isoformat(), "today": clock.today().isoformat()}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
