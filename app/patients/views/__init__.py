"""Pages of the register."""

from __future__ import annotations

from app.patients.views import clues, listing, registering, reporting, screening, states  # noqa: F401  # each adds its routes
from app.patients.views.blueprint import patients as patients
