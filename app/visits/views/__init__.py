"""Pages of the room: the form, what was stored, attempts."""

from __future__ import annotations

from app.visits.views import attempts, drafts, form, stored
from app.visits.views.blueprint import visits

__all__ = ["attempts", "drafts", "form", "stored", "visits"]
