"""Use cases of the roster: an import, dry or real."""

from __future__ import annotations

from app.roster.service.importing import import_roster, purge_rows

__all__ = ["import_roster", "purge_rows"]
