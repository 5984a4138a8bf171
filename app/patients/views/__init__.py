"""Pages of the register."""

from __future__ import annotations

from app.patients.views import clues, handing_over, listing, registering, reporting, screening, states, treatment  # noqa: F401  # each adds its routes
from app.patients.views.blueprint import patients as patients
