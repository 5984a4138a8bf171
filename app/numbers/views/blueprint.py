"""The blueprint of the numbers."""

from __future__ import annotations

from flask import Blueprint

numbers = Blueprint("numbers", "app.numbers", url_prefix="/numbers", template_folder="templates")
