"""The hand-over's pages."""

from __future__ import annotations

from flask import Blueprint

discharges = Blueprint("discharges", "app.discharges", url_prefix="/discharges", template_folder="templates")
