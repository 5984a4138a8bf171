"""Keys of the interface, for administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.api import service
from app.api.forms.keys import KeyForm
from app.api.queries import list_keys, list_speakers
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors

api = Blueprint("api", __name__, template_folder="../templates")


@api.route("/admin/keys", endpoint="list_keys")
@permit(Action.KEEP_API_KEYS)
def list_keys_page() -> str:
    return render_template("api/list_keys.html", rows=list_keys(read_session(), current_actor()))


@api.route("/admin/keys/new", methods=["GET", "POST"])
@permit(Action.KEEP_API_KEYS)
def make_key() -> str | tuple[str, int]:
    form = KeyForm()
    speakers = list_speakers(read_session(), current_actor())
    form.user.offer((user.public_id, f"{agency} · {user.display_name}") for user, agency in speakers)
    if request.method == "GET":
        return _form_page(form)
    if not form.validate_on_submit():
        return _form_page(form), 400
    clock = current_clock()
    try:
        with transaction() as session:
            key, clear = service.make_key(session, current_actor(), form.to_command(), clock.today(), clock.now())
            label, good_to = key.label, key.good_to
    except AnhuError as refused:
        show_errors(form, refused)
        return _form_page(form), 400
    forget_reads()
    return render_template("api/key.html", label=label, good_to=good_to, clear=clear)


@api.route("/admin/keys/<public_id>/revoke", methods=["POST"])
@permit(Action.KEEP_API_KEYS)
def revoke_key(public_id: str) -> BaseResponse:
    with transaction() as session:
        service.revoke_key(session, current_actor(), public_id, current_clock().now())
    flash(_("密钥已停用，用它发来的请求从现在起一律拒绝。"))
    return redirect(url_for("api.list_keys"))


def _form_page(form: KeyForm) -> str:
    return render_template("api/make_key.html", form=form)
