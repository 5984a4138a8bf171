"""Other offices' lists: who of ours is on them, what is to be done about each, and holding a run's lines for a list that came late."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.models import User
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import DecideHitForm
from app.subsidies.queries.checks import last_standings
from app.subsidies.queries.hits import HitRow, get_check_list, list_check_lists, list_hits, list_work, show_hit
from app.subsidies.rules.checks import CARE, HitKind, HitState
from app.subsidies.service.checks import decide_hit, hold_listed
from app.subsidies.views.board import Answer, subsidies, take_step


@subsidies.get("/checks/")
@permit(Action.KEEP_CHECK_LISTS)
def check_lists() -> str:
    """Who waits for somebody to look, which lists there are for the last quarter, and which are missing."""
    session, actor = read_session(), current_actor()
    period, found = last_standings(session, actor, current_clock().today())
    return render_template(
        "subsidies/check_lists.html",
        work=list_work(session, actor, request.args.get("after")),
        lists=list_check_lists(session, actor, request.args.get("before")),
        standings=found,
        quarter=period,
    )


@subsidies.get("/checks/<public_id>")
@permit(Action.KEEP_CHECK_LISTS)
def show_check_list(public_id: str) -> str:
    """What came of one list."""
    session, actor = read_session(), current_actor()
    found = get_check_list(session, actor, public_id)
    page = list_hits(session, actor, found, request.args.get("after"))
    loaded_by = session.get_one(User, found.loaded_by).display_name
    return render_template("subsidies/check_list.html", found=found, page=page, loaded_by=loaded_by)


@subsidies.route("/checks/hits/<public_id>", methods=["GET", "POST"])
@permit(Action.KEEP_CHECK_LISTS)
def check_hit(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """One of our people on a list, and somebody's word on whether it is them."""
    actor, status = current_actor(), 200
    row = show_hit(read_session(), actor, public_id)
    form = DecideHitForm(may_overrule=_may_overrule(actor, row))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                decide_hit(session, actor, form.to_command(public_id), current_clock().now())
            flash(_("已记录。"), "good")
            return redirect(url_for("subsidies.show_check_list", public_id=row.list_id))
        except (Conflict, Invalid) as refused:
            forget_reads()
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
            row = show_hit(read_session(), actor, public_id)
    elif form.is_submitted():
        status = 400
    return render_template("subsidies/check_hit.html", row=row, form=form, may_decide=_may_decide(actor, row)), status


@subsidies.post("/<public_id>/hold-listed")
@permit(Action.PREPARE_SUBSIDY)
def hold_for_lists(public_id: str) -> Answer:
    """Hold what lists speak against that came after the run was drawn up."""
    return take_step(public_id, hold_listed, _("已按新名单暂缓，请核对后重新提交。"))


def _may_decide(actor: Actor, row: HitRow) -> bool:
    return row.state is HitState.OPEN and (row.kind not in CARE or may(actor, Action.KEEP_CARE_LISTS))


def _may_overrule(actor: Actor, row: HitRow) -> bool:
    return row.hit is HitKind.NEAR or may(actor, Action.OVERRULE_CHECK_LISTS)
