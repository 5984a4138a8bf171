"""The alert board: four colours of alerts, each with its because, whose duty it is, and where it is done."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.i18n import N_, _
from app.core.web import read_session
from app.desk.queries.alerts import AlertRow, alert_board
from app.desk.views.blueprint import desk
from app.risk.rules_alerts import Cause, Colour
from app.risk.texts_alerts import COLOURS, SHORT

TONES = {Colour.RED: "late", Colour.ORANGE: "soon", Colour.YELLOW: "soon", Colour.BLUE: "calm"}
# What is done about an alert: the page, who may open it, what the button says. Everything else is a visit.
_VISIT = ("visits.new_visit", Action.LOG_VISIT, N_("开始随访"))
_DEEDS = {
    Cause.EMERGENCY: ("incidents.answer", Action.KEEP_EMERGENCIES, N_("处理应急记录")),
    Cause.UNLOCKING: ("patients.end_locking", Action.END_LOCKING, N_("登记解锁")),
    Cause.INJECTION_LATE: ("patients.new_injection", Action.KEEP_TREATMENT, N_("登记注射")),
    Cause.INJECTION_DUE: ("patients.new_injection", Action.KEEP_TREATMENT, N_("登记注射")),
    Cause.SUPPLY_OUT: ("patients.new_supply", Action.KEEP_TREATMENT, N_("登记领药")),
    Cause.SUPPLY_SOON: ("patients.new_supply", Action.KEEP_TREATMENT, N_("登记领药")),
}


@desk.route("/alerts")
@permit(Action.SEE_ALERTS)
def alerts() -> str:
    actor, session, clock = current_actor(), read_session(), current_clock()
    asked, after = request.args.get("colour", ""), request.args.get("after")
    colour = Colour(asked) if asked in set(Colour) else None
    board = alert_board(session, actor, colour, after, clock.today(), clock.now())
    return render_template(
        "desk/alerts.html",
        board=board,
        tabs=[
            (
                _(SHORT[one]),
                board.counts[one],
                _at(one),
                one is board.colour,
                TONES[one],
            )
            for one in Colour
        ],
        rows=[(row, *_deed(actor, row)) for row in board.page.rows],
        words=_(COLOURS[board.colour]),
        tone=TONES[board.colour],
        next_href=_at(board.colour, board.page.next_cursor) if board.page.next_cursor else None,
        prev_href=_at(board.colour) if after else None,
    )


def _at(colour: Colour, after: str | None = None) -> str:
    return url_for("desk.alerts", colour=colour.value, after=after)


def _deed(actor: Actor, row: AlertRow) -> tuple[str, str]:
    """(address, words) of what this actor can do about it; empty where they can only know."""
    endpoint, action, words = _DEEDS.get(row.alert.cause, _VISIT)
    if not may(actor, action):
        return "", ""
    return url_for(endpoint, public_id=row.task or row.patient), _(words)
