"""The desk's blueprint, apart from the views that hang on it."""

from __future__ import annotations

from flask import Blueprint

desk = Blueprint("desk", "app.desk", template_folder="templates")
