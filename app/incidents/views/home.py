"""What homes say of conferences: invitations without an answer, and what was given to this office to do."""

from __future__ import annotations

from collections.abc import Callable

from app.core.access import Action, current_actor, may
from app.core.clock import current_clock
from app.core.web import read_session
from app.incidents.queries.decisions import Asked, count_asked
from app.incidents.views.blueprint import incidents


@incidents.app_context_processor
def _tiles() -> dict[str, Callable[[], Asked | None]]:
    """For homes: asked only where a page shows it."""
    return {"conference_tile": find_tile}


def find_tile() -> Asked | None:
    """None for roles and accounts of whom no conference asks anything."""
    actor, clock = current_actor(), current_clock()
    if not may(actor, Action.ANSWER_DECISIONS) or actor.agency_id is None:
        return None
    return count_asked(read_session(), actor, clock.today(), clock.now())
