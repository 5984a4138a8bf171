"""The first page: policies, who is not covered, claims and relief in figures."""

from __future__ import annotations

from flask import render_template

from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.web import read_session
from app.insurance.labels import PHASES, POLICY_KINDS, POLICY_STATES, REPORT_CLOCKS, TONES
from app.insurance.queries.board import board_of
from app.insurance.queries.unreported import list_unreported
from app.insurance.views.blueprint import insurance


@insurance.get("/")
@permit(Action.SEE_INSURANCE)
def index() -> str:
    """Every policy with its figures."""
    session, actor, clock = read_session(), current_actor(), current_clock()
    return render_template(
        "insurance/index.html",
        board=board_of(session, actor, clock.today()),
        unreported=list_unreported(session, actor, clock.now()) if may(actor, Action.SEE_INSURED) else (),
        clocks=REPORT_CLOCKS,
        kinds=POLICY_KINDS,
        states=POLICY_STATES,
        phases=PHASES,
        tones=TONES,
    )
