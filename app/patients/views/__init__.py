"""Pages of the register."""

from __future__ import annotations

from app.patients.views import (  # noqa: F401  # each adds its routes
    clues,
    duties,
    group_meetings,
    groups,
    handing_over,
    identity,
    listing,
    mistakes,
    registering,
    reporting,
    screening,
    states,
    treatment,
)
from app.patients.views.blueprint import patients as patients
