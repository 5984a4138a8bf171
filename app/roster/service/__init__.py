"""Use cases of the roster: an import, dry or real."""

from __future__ import annotations

from app.roster.service.importing import import_roster, purge_rows
from app.roster.service.settling import forget_comparisons
from app.roster.service.visiting import import_visits

__all__ = ["forget_comparisons", "import_roster", "import_visits", "purge_rows"]
