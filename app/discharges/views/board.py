"""The county's board: every loop, every form, every clock, who is waited for; one loop with its four clears; closing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import list_towns, place_of
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.discharges import labels
from app.discharges.forms import BasesForm, CloseForm
from app.discharges.queries.board import count_loops, find_row, list_loops
from app.discharges.queries.clears import clears_of
from app.discharges.queries.homes import find_new_home
from app.discharges.queries.indicators import indicators_of
from app.discharges.queries.reach import get_loop
from app.discharges.queries.receipts import list_escalations, list_receipts
from app.discharges.rules.states import LIVE, LegalBasis, Which
from app.discharges.service import close_loop, set_police_bases
from app.discharges.service.addressing import allowed_bases
from app.discharges.views.blueprint import discharges
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@discharges.route("/board")
@permit(Action.SEE_LOOPS)
def board() -> str:
    actor, session, now = current_actor(), read_session(), current_clock().now()
    wanted = request.args.get("which", Which.LIVE)
    which = Which(wanted) if wanted in set(Which) else Which.LIVE
    towns = list_towns(session, actor)
    town = request.args.get("town", "")
    town = town if town in {one.code for one in towns} else ""
    bases = None
    if may(actor, Action.SET_POLICE_BASES):
        standing = allowed_bases(session, place_of(actor))
        bases = BasesForm(
            data={"asked": "1", "bases": [str(n + 1) for n, one in enumerate(LegalBasis) if one in standing]}
        )
    return render_template(
        "discharges/board.html",
        page=list_loops(session, actor, which, town, now, request.args.get("after")),
        which=which,
        town=town,
        towns=towns,
        filters=Which,
        counts=count_loops(session, actor, now),
        indicators=indicators_of(session, actor, now),
        bases=bases,
        is_first_page="after" not in request.args,
        labels=labels,
    )


@discharges.route("/loops/<public_id>")
@permit(Action.SEE_LOOPS)
def show_loop(public_id: str) -> str:
    return _loop_page(public_id, CloseForm())


@discharges.route("/loops/<public_id>/close", methods=["POST"])
@permit(Action.CLOSE_LOOPS)
def close(public_id: str) -> Answer:
    get_loop(read_session(), current_actor(), public_id)
    form = CloseForm()
    if form.validate():
        forget_reads()
        try:
            with transaction() as session:
                vault, now = Vault(session, current_keyring()), current_clock().now()
                close_loop(session, vault, current_actor(), public_id, form.to_command(), now)
        except AnhuError as refused:
            show_errors(form, refused)
        else:
            flash(_("已办结"))
            return redirect(url_for("discharges.show_loop", public_id=public_id))
    return _loop_page(public_id, form), 422


@discharges.route("/police-bases", methods=["POST"])
@permit(Action.SET_POLICE_BASES)
def set_bases() -> BaseResponse:
    """None ticked: the police are told of no discharge."""
    form = BasesForm()
    if not form.validate():
        raise Conflict(reason("core.stale_version"))
    with transaction() as session:
        set_police_bases(session, current_actor(), _known(form), current_clock().now())
    flash(_("已保存"))
    return redirect(url_for("discharges.board"))


def _known(form: BasesForm) -> list[LegalBasis]:
    offered = {str(n + 1): one for n, one in enumerate(LegalBasis)}
    return [offered[code] for code in form.bases.data or () if code in offered]


def _loop_page(public_id: str, form: Any) -> str:
    actor, session, now = current_actor(), read_session(), current_clock().now()
    loop = get_loop(session, actor, public_id)
    note_look(("discharge", public_id), loop.county_code)
    vault = Vault(session, current_keyring())
    return render_template(
        "discharges/loop.html",
        row=find_row(session, actor, loop, now),
        clears=clears_of(session, actor, vault, loop),
        lines=list_receipts(session, actor, vault, loop),
        steps=list_escalations(session, loop),
        closing=form,
        form=form if may(actor, Action.CLOSE_LOOPS) and loop.state in LIVE else None,
        is_live=loop.state in LIVE,
        home=find_new_home(session, actor, loop.patient_id),
        labels=labels,
    )
