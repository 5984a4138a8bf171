"""The room's blueprint."""

from __future__ import annotations

from flask import Blueprint

incidents = Blueprint("incidents", __name__, url_prefix="/incidents", template_folder="../templates")

__all__ = ["incidents"]
