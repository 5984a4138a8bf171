"""What other rooms' pages say of this one: homes, of conferences; a patient's, an agreement's and a line's page, of incidents."""

from __future__ import annotations

from typing import Any

from app.core.access import Action, current_actor, may
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.web import read_session
from app.incidents.labels_incidents import KINDS
from app.incidents.queries.decisions import Asked, count_asked
from app.incidents.queries.links import IncidentLink, list_links
from app.incidents.views.blueprint import incidents
from app.patients.rules import UNKNOWN_NAME


@incidents.app_context_processor
def _parts() -> dict[str, Any]:
    """Asked only where a page shows it."""
    return {"conference_tile": find_tile, "incidents_of": incidents_of, "incident_kinds": KINDS}


@incidents.app_template_filter("known_name")
def known_name(name: str) -> str:
    """Somebody whom nobody can name yet is unknown in the reader's language."""
    return _(UNKNOWN_NAME) if name == UNKNOWN_NAME else name


def incidents_of(patient: int | str) -> list[IncidentLink]:
    """As the reader's role may know of them."""
    return list_links(read_session(), current_actor(), patient)


def find_tile() -> Asked | None:
    """None for roles and accounts of whom no conference asks anything."""
    actor, clock = current_actor(), current_clock()
    if not may(actor, Action.ANSWER_DECISIONS) or actor.agency_id is None:
        return None
    return count_asked(read_session(), actor, clock.today(), clock.now())
