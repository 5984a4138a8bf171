"""Pages of the room: rosters, visits and registers from the national system, and lists of other offices."""

from __future__ import annotations

from app.roster.views import check_lists, compared, national, rosters, visits
from app.roster.views.blueprint import roster

__all__ = ["check_lists", "compared", "national", "roster", "rosters", "visits"]
