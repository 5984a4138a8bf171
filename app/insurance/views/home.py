"""What homes say of insurance."""

from __future__ import annotations

from collections.abc import Callable

from app.core.access import Action, current_actor, may
from app.core.clock import current_clock
from app.core.web import read_session
from app.insurance.queries.board import InsuranceHome, home_of
from app.insurance.views.blueprint import insurance


@insurance.app_context_processor
def _tiles() -> dict[str, Callable[[], InsuranceHome | None]]:
    """For homes: asked only where a page shows it."""
    return {"insurance_tile": find_tile}


def find_tile() -> InsuranceHome | None:
    """None for roles that have no part in it."""
    actor, clock = current_actor(), current_clock()
    return home_of(read_session(), actor, clock.today(), clock.now()) if may(actor, Action.SEE_INSURANCE) else None
