"""Pages of the quarterly reassessment."""

from __future__ import annotations

from app.risk.views import reassessing, sessions  # noqa: F401  # each adds its routes
from app.risk.views.blueprint import risk as risk
