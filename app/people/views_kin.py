"""Relatives of members of staff: declared by oneself once a year, put right by an administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.people.forms import KinForm
from app.people.queries_kin import list_kin, own_kin
from app.people.rules import KIN_LABELS
from app.people.service.kin import declare_kin, end_kin, state_kin
from app.people.vault import Vault

kin = Blueprint("kin", __name__, template_folder="templates")


@kin.route("/account/relatives", methods=["GET", "POST"])
@permit(Action.USE_OWN_ACCOUNT)
def relatives() -> str | BaseResponse | tuple[str, int]:
    form, clock, status = KinForm(), current_clock(), 200
    if form.validate_on_submit():
        forget_reads()
        try:
            with transaction() as session:
                vault = Vault(session, current_keyring())
                declare_kin(session, vault, current_actor(), form.to_command(), clock.today(), clock.now())
            flash(_("已申报。涉及这位亲属的补贴，由其他同事经手。"), "success")
            return redirect(url_for("kin.relatives"), 303)
        except Invalid as refused:
            show_errors(form, refused)
    if form.errors:
        status = 400
    own = own_kin(read_session(), current_actor(), clock.today().year)
    page = render_template("people/relatives.html", form=form, own=own, words=KIN_LABELS, year=clock.today().year)
    return page, status


@kin.post("/account/relatives/complete")
@permit(Action.USE_OWN_ACCOUNT)
def complete() -> BaseResponse:
    """All are declared, or there are none."""
    clock = current_clock()
    with transaction() as session:
        state_kin(session, current_actor(), clock.today().year, clock.now())
    flash(_("本年度亲属申报已完成。"), "success")
    return redirect(url_for("kin.relatives"), 303)


@kin.get("/admin/relatives")
@permit(Action.KEEP_ACCOUNTS)
def declared() -> str:
    """What the area's colleagues have declared: to be put right where somebody has written down a wrong number."""
    return render_template("people/declared.html", rows=list_kin(read_session(), current_actor()), words=KIN_LABELS)


@kin.post("/admin/relatives/<public_id>/end")
@permit(Action.KEEP_ACCOUNTS)
def end(public_id: str) -> BaseResponse:
    with transaction() as session:
        end_kin(session, current_actor(), public_id, current_clock().now())
    flash(_("已更正，这一项不再计入。"))
    return redirect(url_for("kin.declared"), 303)
