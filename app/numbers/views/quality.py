"""Data quality: how many findings each check has and where, and who they are with the form that mends each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import render_template, request, url_for

from app.areas.queries import place_of, responsible_agencies
from app.areas.rules import AreaLevel, level_of
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.web import read_session
from app.numbers.labels_quality import MEND_WORDS, SEVERITIES, TONES
from app.numbers.queries.board import get_counted
from app.numbers.queries.places import marked_names, place_name, rest_name
from app.numbers.queries.quality import count_by_place, list_findings, list_shares, names_people
from app.numbers.rules.places import reach_of, rest_of, whole_of
from app.numbers.rules.quality import CHECK, CHECKS, MENDS, Check, Severity
from app.numbers.views.blueprint import numbers
from app.numbers.views.noting import note_list


@dataclass(frozen=True, slots=True)
class TownLine:
    """A town and its health centre, with how many findings of each kind."""

    code: str
    name: str
    agency: str | None
    counts: Mapping[Severity, int]


@numbers.get("/quality/")
@permit(Action.SEE_QUALITY)
def quality() -> str:
    """The reader's area, or a place in it, counted as it stands now."""
    session, actor, place = read_session(), current_actor(), _place()
    found = count_by_place(session, actor, _prefix(actor, place), current_clock().today())
    names, centres = marked_names(session, list(found)), responsible_agencies(session, found)
    rest = {code: rest_name(code) for code in found if level_of(code) is not AreaLevel.TOWN}
    towns = [
        TownLine(
            rest_of(code) if code in rest else code,
            rest.get(code) or names[code],
            centre.name if (centre := centres[code]) else None,
            _by_severity(counts),
        )
        for code, counts in sorted(found.items(), key=lambda one: (one[0] in rest, one[0]))
    ]
    total: Counter[str] = sum(found.values(), Counter())
    return render_template(
        "numbers/quality.html",
        name=place_name(session, place or place_of(actor)),
        place=place,
        groups=[(severity, list(checks)) for severity, checks in groupby(CHECKS, key=lambda check: check.severity)],
        counts=total,
        sums=_by_severity(total),
        towns=towns,
        severities=SEVERITIES,
        tones=TONES,
    )


@numbers.get("/quality/<check>")
@permit(Action.SEE_QUALITY)
def quality_list(check: str) -> str:
    """Whom a check finds, each with whose it is and the form that mends it. Noted."""
    session, actor, place, today = read_session(), current_actor(), _place(), current_clock().today()
    wanted = CHECK.get(check)
    if wanted is None:
        raise NotFound()
    prefix = _prefix(actor, place)
    counts = count_by_place(session, actor, prefix, today, (wanted,))
    total, is_named = sum(one[check] for one in counts.values()), names_people(actor, wanted)
    page = list_findings(session, actor, wanted, prefix, today, request.args.get("after")) if is_named else None
    note_list("numbers.quality_opened", whole_of(place or place_of(actor)), total, names=is_named, check=check)
    return render_template(
        "numbers/quality_list.html",
        check=wanted,
        name=place_name(session, place or place_of(actor)),
        place=place,
        total=total,
        rows=page.rows if page else None,
        shares=None if page else list_shares(session, actor, wanted, prefix, today),
        next_href=url_for("numbers.quality_list", check=check, place=place, after=page.next_cursor)
        if page and page.next_cursor
        else None,
        first_href=url_for("numbers.quality_list", check=check, place=place) if request.args.get("after") else None,
        severities=SEVERITIES,
        tones=TONES,
        mends=_mends(actor, wanted),
        mend_words=_(MEND_WORDS[wanted.mend]),
    )


def _by_severity(counts: Mapping[str, int]) -> dict[Severity, int]:
    return {
        severity: sum(counts.get(one.code, 0) for one in CHECKS if one.severity is severity) for severity in Severity
    }


def _mends(actor: Actor, check: Check) -> tuple[str, dict[str, str]] | None:
    """Endpoint and arguments of the form, for whoever may use it."""
    form = MENDS[check.mend]
    return (form.endpoint, dict(form.arguments)) if may(actor, form.action) else None


def _place() -> str | None:
    """The place that is asked for, one of the reader's area or the remainder of one; None for all of it."""
    code = request.args.get("place", "")
    if code:
        get_counted(read_session(), current_actor(), code)
    return code or None


def _prefix(actor: Actor, place: str | None) -> str:
    return reach_of(place) if place else actor.area_prefix
