"""Any line, and everything behind it in one look."""

from __future__ import annotations

from flask import render_template, request

from app.audit.views import described, note_look
from app.core.access import Action, current_actor, permit
from app.core.keys import current_keyring
from app.core.period import parse_period
from app.core.web import read_session
from app.people.vault import Vault
from app.subsidies.queries.dossier.line import dossier_of
from app.subsidies.queries.dossier.search import LineSearch, find_lines, list_periods
from app.subsidies.rules.watch import PATTERN_LABELS, STATE_LABELS
from app.subsidies.views.board import subsidies
from app.subsidies.views.dossier_words import WORDS


@subsidies.get("/lines", endpoint="find_lines")
@permit(Action.SEE_SUBSIDY)
def search() -> str:
    """Find a line by payee, agreement or period."""
    session, actor = read_session(), current_actor()
    wanted = LineSearch(request.args.get("q", "")[:50], request.args.get("period", "")[:10])
    return render_template(
        "subsidies/lines.html",
        wanted=wanted,
        page=find_lines(session, actor, wanted, request.args.get("after")),
        periods=list_periods(session, actor),
    )


@subsidies.get("/lines/<public_id>", endpoint="show_line")
@permit(Action.SEE_SUBSIDY)
def show(public_id: str) -> str:
    """One line: what was decided and why, from which facts, by whom, and what became of it. Looking at it is noted."""
    session, actor = read_session(), current_actor()
    dossier = dossier_of(session, Vault(session, current_keyring()), actor, public_id)
    note_look(("subsidy_line", public_id), dossier.line.area_code)
    return render_template(
        "subsidies/line.html",
        d=dossier,
        quarter=parse_period(dossier.run.period),
        words=WORDS,
        described=described,
        patterns=PATTERN_LABELS,
        states=STATE_LABELS,
    )
