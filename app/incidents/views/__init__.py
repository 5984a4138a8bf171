"""Pages of emergencies, incidents, the green channel, crisis calls and conferences."""

from __future__ import annotations

from app.incidents.views import conferences, crisis, deciding, decisions, emergencies, green, home, receptions, reports  # noqa: F401  # each adds its routes
from app.incidents.views.blueprint import incidents as incidents
