"""`/discharges/`: each role's own part of the hand-over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, may, permit
from app.core.actor import Role
from app.core.clock import current_clock
from app.core.db import new_public_id
from app.core.web import read_session
from app.discharges import labels
from app.discharges.forms import TapForm
from app.discharges.queries.board import count_loops
from app.discharges.queries.homes import list_new_homes
from app.discharges.queries.inbox import count_inbox, list_done, list_inbox
from app.discharges.queries.records import count_plans
from app.discharges.rules.states import Which
from app.discharges.views.blueprint import discharges


@dataclass(frozen=True, slots=True)
class Tile:
    """The hand-over on a home page: what waits for this role, where it is."""

    endpoint: str
    open: int
    late: int
    is_board: bool


@discharges.app_context_processor
def _tiles() -> dict[str, Callable[[], Any]]:
    """For homes: asked only where a page shows it."""
    return {"handover_tile": find_tile, "homes_elsewhere": lambda: list_new_homes(read_session(), current_actor())}


def find_tile() -> Tile | None:
    """None for roles that have no part in it."""
    actor, session, now = current_actor(), read_session(), current_clock().now()
    if may(actor, Action.SEE_LOOPS):
        counts = count_loops(session, actor, now)
        return Tile(
            "discharges.board", counts[Which.LIVE], counts[Which.UNRECEIVED] + counts[Which.LATE], is_board=True
        )
    if may(actor, Action.ANSWER_FORMS):
        return Tile("discharges.inbox", *count_inbox(session, actor, now), is_board=False)
    if may(actor, Action.SUBMIT_DISCHARGE):
        waiting, late = count_plans(session, actor, current_clock().today())
        return Tile("discharges.list_records", waiting, late, is_board=True)
    return None


@discharges.route("/")
@permit(Action.SEE_HANDOVERS)
def home() -> BaseResponse:
    """The hospital's records, the county's board, a unit's inbox."""
    actor = current_actor()
    if actor.role is Role.HOSPITAL:
        return redirect(url_for("discharges.list_records"))
    return redirect(url_for("discharges.board" if may(actor, Action.SEE_LOOPS) else "discharges.inbox"))


@discharges.route("/inbox")
@permit(Action.ANSWER_FORMS)
def inbox() -> str:
    """What is addressed to the actor's unit: receive in one tap, then report back."""
    actor, session, now = current_actor(), read_session(), current_clock().now()
    page = list_inbox(session, actor, now, request.args.get("after"))
    return render_template(
        "discharges/inbox.html",
        page=page,
        is_first_page="after" not in request.args,
        done=list_done(session, actor, now) if "done" in request.args else None,
        forms={row.public_id: TapForm(data={"key": new_public_id()}) for row in page.rows},
        labels=labels,
    )
