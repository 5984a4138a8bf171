"""The room's blueprint."""

from __future__ import annotations

from flask import Blueprint

messages = Blueprint("messages", __name__, template_folder="../templates")

__all__ = ["messages"]
