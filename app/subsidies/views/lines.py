"""Any line, and everything behind it in one look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import render_template, request

from app.audit.views import described, note_look
from app.core.access import Action, current_actor, may, permit
from app.core.keys import current_keyring
from app.core.period import Period, parse_period
from app.core.searching import search_words
from app.core.web import read_session
from app.people.vault import Vault
from app.subsidies.queries.dossier.line import dossier_of
from app.subsidies.queries.dossier.search import LineSearch, find_lines, list_periods
from app.subsidies.queries.incidents import lines_of_day
from app.subsidies.queries.lines import find_patient_address
from app.subsidies.rules.watch import PATTERN_LABELS, STATE_LABELS
from app.subsidies.views.board import subsidies
from app.subsidies.views.dossier_words import WORDS


@subsidies.app_context_processor
def _lines() -> dict[str, Callable[[int, date], list[tuple[str, Period, str]]]]:
    """For an incident's page: the money that waits for its decision."""
    return {"lines_of_day": find_lines_of_day}


def find_lines_of_day(patient_id: int, day: date) -> list[tuple[str, Period, str]]:
    """(public id, period, what stands) of a patient's lines; none for roles that see no line."""
    actor = current_actor()
    if not may(actor, Action.SEE_SUBSIDY):
        return []
    return [
        (line.public_id, parse_period(line.period), WORDS["decision"][line.decision])
        for line in lines_of_day(read_session(), actor, patient_id, day)
    ]


@subsidies.get("/lines", endpoint="find_lines")
@permit(Action.SEE_SUBSIDY)
def search() -> str:
    """Find a line by payee, agreement or period."""
    session, actor = read_session(), current_actor()
    wanted = LineSearch(search_words(50), request.args.get("period", "")[:10])
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
        patient=find_patient_address(session, actor, dossier.line)
        if may(actor, Action.KEEP_ACCOUNTS_OF_PAYEES)
        else None,
        quarter=parse_period(dossier.run.period),
        words=WORDS,
        described=described,
        patterns=PATTERN_LABELS,
        states=STATE_LABELS,
    )
