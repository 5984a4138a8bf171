"""The guardians' blueprint, apart from the views that hang on it."""

from __future__ import annotations

from flask import Blueprint

guardians = Blueprint("guardians", "app.guardians", template_folder="templates")
