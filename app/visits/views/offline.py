"""What a phone keeps to work without a network: the page's frame, its scripts and the form's declaration. Nothing of a patient."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, render_template, url_for

from app.core.access import Action, permit
from app.core.clock import current_clock
from app.core.db import canonical_json
from app.core.i18n import language
from app.core.web import read_session
from app.visits.forms.declaration import declaration
from app.visits.queries import get_rules
from app.visits.rules.ruleset import VisitRules
from app.visits.views.blueprint import visits

# In the order in which the page asks for them.
ASSETS = (
    "vendor/bootstrap/bootstrap.min.css",
    "anhu.css",
    "visit.css",
    "field/field.css",
    "field/app.js",
    "field/attempt.js",
    "field/checks.js",
    "field/classify.js",
    "field/crypto.js",
    "field/draw.js",
    "field/entry.js",
    "field/look_over.js",
    "field/questions.js",
    "field/result.js",
    "field/store.js",
    "field/sync.js",
    "field/words.js",
    "icon.svg",
)
WORKER = "field/worker.js"
# asked for together, and not one after the other as each is found to import the next
_MODULES = tuple(name for name in ASSETS if name.endswith(".js"))


@visits.route("/field/work")
@permit(Action.SIGN_IN)
def offline_page() -> str:
    """The frame of the offline page: the same for everybody, filled in by its script from the phone's own store."""
    return offline_frame()


def offline_frame() -> str:
    return render_template("visits/field/work.html", modules=_MODULES)


@visits.route("/field/form.json")
@permit(Action.SIGN_IN)
def form_declaration() -> Response:
    return Response(_declaration(), mimetype="application/json")


@visits.route("/field/sw.js")
@permit(Action.SIGN_IN)
def worker() -> Response:
    """The service worker, with the version that its assets make: another byte in any of them is another version."""
    kept = {
        "version": _version(),
        "page": url_for("visits.offline_page"),
        "assets": [
            url_for("visits.form_declaration"),
            *(url_for("static", filename=name) for name in ASSETS),
        ],
    }
    script = _static(WORKER).read_text(encoding="utf-8")
    whole = Response(f"self.KEPT = {json.dumps(kept)};\n{script}", mimetype="text/javascript")
    whole.headers["Service-Worker-Allowed"] = "/"  # any page that is opened without a network leads to the offline one
    return whole


def _version() -> str:
    """Asked for with every page that a phone opens: what it is made of is made once."""
    digest = hashlib.sha256(language().encode())
    digest.update(_digest_of_files(current_app.extensions["anhu.static_version"]))
    digest.update(_declaration().encode())
    digest.update(offline_frame().encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=4)
def _digest_of_files(_static_version: str) -> bytes:
    digest = hashlib.sha256()
    for name in (*ASSETS, WORKER):
        digest.update(_static(name).read_bytes())
    return digest.digest()


def _declaration() -> str:
    return _declared(get_rules(read_session(), current_clock().today()))


@lru_cache(maxsize=8)
def _declared(rules: VisitRules) -> str:
    return canonical_json(declaration(rules))


def _static(name: str) -> Path:
    return Path(current_app.static_folder or "") / name
