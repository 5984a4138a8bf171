"""The auditor's page: who did, saw, printed or exported what. Reading it is noted too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request

from app.audit import chain, queries
from app.audit.forms import read_filter
from app.audit.queries import EventFilter
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.i18n import _
from app.core.money import Money
from app.core.reasons import Reason, known_codes, say
from app.core.web import read_session

ONE_LOOK = timedelta(minutes=10)  # tabs and returns within it are the same look
DIGEST = re.compile("[0-9a-f]{64}")

audit = Blueprint("audit", __name__, template_folder="templates")


def note_look(subject: tuple[str, str], area_code: str) -> None:
    """For pages about one person, in whatever room: who had them before them, once in ten minutes."""
    actor, now = current_actor(), current_clock().now()
    if not queries.has_looked(read_session(), actor, subject, now - ONE_LOOK):
        with transaction() as session:
            note(session, actor, queries.LOOKED, now=now, subject=subject, area_code=area_code)


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
        actions=_choices(queries.list_actions(session)),
        head=chain.find_head(session),
        described=described,
    )


def _choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(words, codes) for the filter: acts that read alike are one choice, and a code without words is none."""
    found: dict[str, list[str]] = {}
    for code in codes:
        words = _words(code)
        if words:
            found.setdefault(words, []).append(code)
    return sorted((words, ",".join(alike)) for words, alike in found.items())


def described(detail: Mapping[str, Any]) -> str:
    """An event's detail as one line: known keys and codes in words, digests shortened, what is not so left out."""
    parts = [
        f"{words} {_said(key, value)}".strip()
        for key, value in sorted(detail.items())
        if value is not None and value is not False and value != "" and (words := _words(f"audit.detail.{key}"))
    ]
    return _("；").join(parts)


def _said(key: str, value: Any) -> str:
    if value is True:
        return ""
    if key.endswith("_fen") and isinstance(value, int):
        return Money(value).grouped
    text = str(value)
    if DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    return next(filter(None, map(_words, (text, f"audit.{key}.{text}", f"accounts.role_name.{text}"))), text)


def _words(code: str) -> str | None:
    return say(Reason(code)) if code in known_codes() else None


def _note_reading(wanted: EventFilter, count: int) -> None:
    """Whose history was read, or that the list was; the filter's own words are not kept."""
    action = "audit.history_read" if wanted.subject_id else "audit.read"
    with transaction() as session:
        note(session, current_actor(), action, now=current_clock().now(), subject=("", wanted.subject_id), count=count)
