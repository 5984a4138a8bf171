"""Pages of the room: rosters, and visits from the national system."""

from __future__ import annotations

from app.roster.views import rosters, visits
from app.roster.views.blueprint import roster

__all__ = ["roster", "rosters", "visits"]
