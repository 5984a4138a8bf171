"""The room's blueprint, apart from the views that hang on it."""

from __future__ import annotations

from flask import Blueprint

risk = Blueprint("risk", "app.risk", template_folder="templates")
