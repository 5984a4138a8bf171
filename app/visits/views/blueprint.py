"""The room's blueprint, apart from the views that hang on it."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

visits = Blueprint("visits", "app.visits", template_folder="templates")

Page = str | Response | tuple[str, int]
# A class is a state, not a judgement: only lateness is red.
CLASS_TONES = {1: "soon", 2: "calm", 3: "good"}
