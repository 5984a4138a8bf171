"""The auditor's page: who did, saw, printed or exported what. Reading it is noted too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from app.audit import chain, queries
from app.audit.forms import read_filter
from app.audit.queries import EventFilter
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.reasons import Reason, known_codes, say
from app.core.web import read_session

audit = Blueprint("audit", __name__, template_folder="templates")


@audit.route("/audit/")
@permit(Action.READ_AUDIT)
def list_events() -> str:
    wanted, cursor = read_filter(request.args), request.args.get("after")
    session = read_session()
    page = queries.list_events(session, current_actor(), wanted, cursor)
    _note_reading(wanted, len(page.rows))
    return render_template(
        "audit/list_events.html",
        page=page,
        wanted=wanted,
        actions=sorted((say(Reason(code)), code) for code in queries.list_actions(session)),
        head=chain.find_head(session),
        described=described,
    )


def described(detail: Mapping[str, Any]) -> str:
    """An event's detail as one line: codes are said, figures stand as they are."""
    return "；".join(f"{key} {_said(value)}" for key, value in sorted(detail.items()))


def _said(value: Any) -> str:
    return say(Reason(value)) if isinstance(value, str) and value in known_codes() else str(value)


def _note_reading(wanted: EventFilter, count: int) -> None:
    """Whose history was read, or that the list was; the filter's own words are not kept."""
    action = "audit.history_read" if wanted.subject_id else "audit.read"
    with transaction() as session:
        note(session, current_actor(), action, now=current_clock().now(), subject=("", wanted.subject_id), count=count)
