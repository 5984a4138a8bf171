"""The register as a list: one search box, a few filters, pages by key."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from app.areas.queries import village_choices
from app.areas.rules import is_area_code, prefix_of, town_of
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.paging import Page
from app.core.searching import search_words
from app.core.web import read_session
from app.patients.labels import CLASS_LABELS, STATE_LABELS
from app.patients.queries import RegisterFilter, list_patients, search_patients
from app.patients.queries.search import LIMIT
from app.patients.views.blueprint import WORDS, patients

HIGH_LEVEL = 3  # from here a patient is unstable (domain 2.2)
HIGH = f"{HIGH_LEVEL}up"  # as the address says it
FILTERS = ("place", "state", "level", "class", "overdue", "unassigned")


@patients.route("/patients/", endpoint="list_patients")
@permit(Action.SEE_REGISTER)
def list_patients_page() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    text = search_words()
    wanted = _wanted()
    if text:
        page = Page(search_patients(session, actor, current_keyring(), text), None)
    else:
        page = list_patients(session, actor, wanted, request.args.get("after"), today)
    return render_template(
        "patients/list.html",
        rows=page.rows,
        text=text,
        is_cut=bool(text) and len(page.rows) >= LIMIT,
        wanted=wanted,
        next_href=_here(after=page.next_cursor) if page.next_cursor else None,
        first_href=_here() if request.args.get("after") else None,
        places=[] if text else _places(session, actor),  # a search shows no filters
        sees_clinical=sees(actor, Field.CLINICAL) is Grant.FULL,
        sees_numbers=sees(actor, Field.PATIENT_ID_NUMBER) is not Grant.NONE,
        words=WORDS,
        states=STATE_LABELS,
        classes=CLASS_LABELS,
        today=today,
    )


def _wanted() -> RegisterFilter:
    """Filters from the address; what makes no sense is left out."""
    place, state = request.args.get("place", ""), request.args.get("state", "")
    level, visit_class = request.args.get("level", ""), request.args.get("class", "")
    return RegisterFilter(
        area=prefix_of(place) if is_area_code(place) else "",
        state=state if state in STATE_LABELS else "",
        level=int(level) if level in set("012345") else None,
        least_level=HIGH_LEVEL if level == HIGH else None,
        visit_class=int(visit_class) if visit_class in set("123") else None,
        is_overdue=request.args.get("overdue") == "1",
        is_unassigned=request.args.get("unassigned") == "1",
    )


def _here(after: str | None = None) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in FILTERS and value}
    return url_for("patients.list_patients", **kept, after=after)


def _places(session: Session, actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Towns with their villages for the filter, the whole town first where the actor sees it whole."""
    places = []
    for town, villages in village_choices(session, actor).items():
        town_code = town_of(villages[0][0])
        whole = [(town_code, _("%(town)s全部", town=town))] if town_code.startswith(actor.area_prefix) else []
        places.append((town, whole + [pair for pair in villages if pair[0] != town_code]))
    return places
